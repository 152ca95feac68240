"""Sampling covariances from labels, against R's vcalc (vcalc.R) and their rules."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metasyn.errors import NotEstimableError, OptionError
from metasyn.synthesis.dependence import SamplingCovariance, sampling_covariance
from metasyn.synthesis.dependence.clusters import covariance_of

CASES = {
    case["name"]: case
    for case in json.loads(Path(__file__).with_name("vcalc.json").read_text(encoding="utf-8"))["cases"]
}
OUTCOMES, SCALES = ("os", "pfs"), ("x", "y")
BOTH = {"observations": "obs", "outcomes": "type", "rho": 0.7, "rho_outcomes": 0.4}
TIMES = {"times": "t", "phi": 0.8}
GROUPS = {"groups_1": "g1", "groups_2": "g2"}
SIZES = {"sizes_1": "w1", "sizes_2": "w2"}
VISITS = {"times": "t1", "times_2": "t2", "phi": 0.7}
ASKED: dict[str, dict[str, Any]] = {
    "observations": {"observations": "obs", "rho": 0.45},
    "outcomes": {"outcomes": "type", "rho": 0.4},
    "outcomes, matrix": {"outcomes": "type", "rho": {OUTCOMES: 0.55}},
    "both": BOTH,
    "both, matrices": BOTH | {"rho": {SCALES: 0.8}, "rho_outcomes": {OUTCOMES: 0.55}},
    "times": TIMES,
    "both and times": BOTH | TIMES,
    "subgroups, both and times": BOTH | TIMES | {"subgroups": "sub"},
    "groups": GROUPS,
    "groups and sizes": GROUPS | SIZES,
    "groups, sizes and outcomes": GROUPS | SIZES | {"outcomes": "type", "rho": 0.5},
    "groups, sizes and times": GROUPS | SIZES | VISITS,
    "everything": GROUPS | SIZES | VISITS | BOTH,
}


def asked(name: str, *, order: Any = slice(None)) -> tuple[dict[str, Any], np.ndarray]:
    """Arguments of a case, its rows in the given order, and the covariances by R."""
    columns = {key: list(np.array(values)[order]) for key, values in CASES[name]["columns"].items()}
    options = {key: columns[value] if isinstance(value, str) else value for key, value in ASKED[name].items()}
    whole = np.array(CASES[name]["V"])[order][:, order]
    return {"vi": columns["vi"], "clusters": columns["cl"], **options}, whole


def is_definite(whole: np.ndarray) -> bool:
    scale = np.sqrt(whole.diagonal())
    return bool(np.linalg.eigvalsh(whole / np.outer(scale, scale))[0] > 1e-8)


def test_every_case_is_asked_for() -> None:
    assert set(CASES) == set(ASKED)
    assert sum(is_definite(np.array(case["V"])) for case in CASES.values()) >= 6


@pytest.mark.parametrize("name", ASKED)
def test_vcalc(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same covariances; where R's are not positive definite they are refused instead."""
    options, whole = asked(name)
    if not is_definite(whole):
        with pytest.raises(NotEstimableError, match="not positive definite"):
            sampling_covariance(**options)
        monkeypatch.setattr("metasyn.synthesis.dependence.construct.require_definite", lambda *args: None)
    np.testing.assert_allclose(sampling_covariance(**options).matrix(), whole, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", [name for name in ASKED if is_definite(np.array(CASES[name]["V"]))])
def test_rows_may_come_in_any_order(name: str) -> None:
    order = np.random.default_rng(5).permutation(len(CASES[name]["V"]))
    options, whole = asked(name, order=order)
    np.testing.assert_allclose(sampling_covariance(**options).matrix(), whole, rtol=1e-12, atol=1e-15)


def test_without_labels_any_two_rows_have_the_default_correlation() -> None:
    found = sampling_covariance([0.04, 0.09, 0.16, 1.0], ["a", "b", "a", "c"])
    assert found.names == ("a", "b", "c")
    assert [rows.tolist() for rows in found.clusters] == [[0, 2], [1], [3]]
    assert found.blocks[0][0, 1] == pytest.approx(0.6 * 0.2 * 0.4, rel=1e-15)
    np.testing.assert_array_equal(found.vi, [0.04, 0.09, 0.16, 1.0])
    assert found.correlations()[0][1, 0] == pytest.approx(0.6)
    with pytest.raises(ValueError, match="read-only"):
        found.blocks[0][0, 0] = 1


def test_two_rows_that_say_the_same_are_refused_by_name() -> None:
    with pytest.raises(NotEstimableError, match=re.escape("cluster 'Ax' (rows 2, 4)")) as caught:
        sampling_covariance([0.1] * 4, ["Bo", "Ax", "Bo", "Ax"], outcomes=["os", "os", "pfs", "os"])
    assert "Rows 2 and 4 say the same" in str(caught.value)


def test_correlations_that_contradict_each_other_are_refused() -> None:
    rho = {("a", "b"): 0.9, ("b", "c"): 0.9, ("a", "c"): -0.9}
    with pytest.raises(NotEstimableError, match="contradict each other"):
        sampling_covariance([0.1] * 3, ["s"] * 3, outcomes=["a", "b", "c"], rho=rho)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"rho": 0.5, "times": [1, 2], "phi": 0.5}, "rho has nothing to act on"),
        ({"outcomes": ["a", "b"], "rho_outcomes": 0.5}, "rho_outcomes needs both"),
        ({"times": [1, 2]}, "times need phi"),
        ({"phi": 0.5}, "phi has nothing to act on"),
        ({"times_2": [1, 2]}, "times_2 has nothing to act on"),
        ({"times": [1, 2], "times_2": [1, 2], "phi": 0.5}, "times_2 is when group 2"),
        ({"times": [1, 2], "phi": -0.5}, "phi must be a correlation, 0 <= phi < 1"),
        ({"rho": 1.0}, "rho must be a correlation"),
        ({"rho": True}, "rho must be a correlation"),
        ({"rho": {("a", "c"): 0.5}, "outcomes": ["a", "b"]}, "no correlation for 'a' and 'b'"),
        ({"rho": {("a", "b"): 0.5, ("b", "a"): 0.4}, "outcomes": ["a", "b"]}, "two different correlations"),
        ({"groups_1": ["a", "b"]}, "go together"),
        ({"groups_1": ["a", "b"], "groups_2": ["p", "b"]}, "row 2 compares a group with itself"),
        ({"groups_1": ["a", "b"], "groups_2": ["p", "p"], "sizes_1": [1, 2]}, "go together"),
        ({"sizes_1": [1, 2], "sizes_2": [1, 2]}, "give groups_1 and groups_2"),
        (
            {"groups_1": ["a", "b"], "groups_2": ["p", "p"], "sizes_1": [1, 0], "sizes_2": [1, 2]},
            "sizes_1 must be above zero; not so in row 2",
        ),
        ({"outcomes": ["a", None]}, "outcomes must hold one label per row; none in row 2"),
        ({"outcomes": ["a"]}, "got 1 for 2 rows"),
        ({"outcomes": "ab"}, "one label per row; got 'ab'"),
        ({"vi": [0.1, 0.0]}, "above zero; not so in row 2"),
        ({"clusters": ["s", float("nan")]}, "clusters must hold one label per row; none in row 2"),
        ({"times": [1, None], "phi": 0.5}, "times must hold 2 finite numbers"),
    ],
)
def test_what_breaks_a_rule_is_named(options: dict[str, Any], words: str) -> None:
    with pytest.raises(OptionError, match=re.escape(words)):
        sampling_covariance(**({"vi": [0.1, 0.2], "clusters": ["s", "s"]} | options))


def test_covariances_in_three_forms_are_the_same() -> None:
    clusters = ["b", "a", "b", "c"]
    blocks = [[[0.2, 0.1], [0.1, 0.3]], [[0.5]], [[0.7]]]
    whole = np.diag([0.2, 0.5, 0.3, 0.7])
    whole[0, 2] = whole[2, 0] = 0.1
    for given in (blocks, whole, covariance_of(blocks, clusters)):
        found = covariance_of(given, clusters)
        assert isinstance(found, SamplingCovariance)
        np.testing.assert_array_equal(found.matrix(), whole)
    np.testing.assert_array_equal(covariance_of([0.2, 0.5, 0.3, 0.7], clusters).vi, whole.diagonal())


def test_covariances_may_be_put_into_other_clusters() -> None:
    found = sampling_covariance(
        [0.2, 0.5, 0.3, 0.7, 0.4], ["b", "a", "b", "c", "c"], subgroups=[1, 1, 1, 1, 2]
    )
    wider = covariance_of(found, ["x", "y", "x", "y", "y"])
    assert [rows.tolist() for rows in wider.clusters] == [[0, 2], [1, 3, 4]]
    np.testing.assert_array_equal(wider.matrix(), found.matrix())
    narrower = covariance_of(found, ["b", "a", "b", "c", "d"])  # the rows of c are independent
    np.testing.assert_array_equal(narrower.matrix(), found.matrix())
    with pytest.raises(
        OptionError, match=re.escape("rows 1 and 3 covary but are in different clusters ('p' and 'q')")
    ):
        covariance_of(found, ["p", "p", "q", "q", "q"])
    with pytest.raises(OptionError, match="those of 5 rows; there are 2"):
        covariance_of(found, ["p", "q"])


@pytest.mark.parametrize(
    ("values", "error", "words"),
    [
        (
            [[1.0, 0.2], [0.2, 1.0]],
            OptionError,
            "rows 1 and 2 covary but are in different clusters ('a' and 'b')",
        ),
        ([1.0, 2.0, 3.0], OptionError, "2 variances, a 2 x 2 matrix or one block per cluster"),
        ([[[1.0]], [[1.0, 0.0], [0.0, 1.0]]], OptionError, "got (1, 1), (2, 2)"),
        ([1.0, -2.0], NotEstimableError, "cluster 'b' (row 2): a variance is not above zero"),
        ([1.0, float("inf")], OptionError, "cluster 'b' (row 2): covariances must be finite"),
    ],
)
def test_covariances_that_do_not_fit(values: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=re.escape(words)):
        covariance_of(values, ["a", "b"])


def test_a_block_that_is_not_symmetric_is_refused() -> None:
    with pytest.raises(OptionError, match="not symmetric"):
        covariance_of([[1.0, 0.5], [0.4, 1.0]], ["a", "a"])
