"""Input, its validation, and what a result can answer."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from metasyn.errors import NotEstimableError, OptionError
from metasyn.synthesis import SynthesisSpec, leave_one_out, pool
from metasyn.synthesis.arrays import effects_from_arrays
from metasyn.synthesis.model import Heterogeneity
from metasyn.values import Interval, NotEstimable

YI = (-0.90, 0.15, -0.40, -1.10, 0.05, -0.60)
VI = (0.05, 0.04, 0.06, 0.05, 0.07, 0.04)


def test_variances_and_standard_errors_are_the_same() -> None:
    a, b = pool(yi=YI, vi=VI), pool(yi=np.array(YI), sei=np.sqrt(VI))
    assert a.estimate == pytest.approx(b.estimate, rel=1e-14)
    assert pool(effects_from_arrays(yi=YI, vi=VI)).estimate == a.estimate
    assert pool(effects_from_arrays(yi=YI, vi=VI), spec=SynthesisSpec()).estimate == a.estimate


def test_one_sample_t_is_hartung_knapp_with_equal_variances() -> None:
    y = np.array(YI)
    result = pool(yi=y, vi=np.full(6, 0.01), ci_method="hartung-knapp")
    se = y.std(ddof=1) / math.sqrt(6)
    assert result.estimate == pytest.approx(y.mean(), rel=1e-13)
    assert result.se == pytest.approx(se, rel=1e-12)
    assert isinstance(result.ci, Interval)
    # qt(.975, 5) = 2.570581835636314
    assert result.ci.high == pytest.approx(y.mean() + 2.570581835636314 * se, rel=1e-12)


def test_every_problem_is_named_in_one_error() -> None:
    with pytest.raises(OptionError) as error:
        pool(
            yi=[0.1, float("nan"), 0.2, 0.3],
            vi=[0.1, 0.2, -0.5, 0.0],
            labels=["Ash", "Birch", "Cedar", "Dogwood"],
        )
    message = str(error.value)
    assert message.startswith("3 problems")
    for part in ("row 2 ('Birch'): yi is nan", "row 3 ('Cedar'): vi is -0.5", "row 4 ('Dogwood'): vi is 0.0"):
        assert part in message


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "nothing to pool"),
        ({"vi": VI}, "nothing to pool"),
        ({"yi": YI}, "either vi="),
        ({"yi": YI, "vi": VI, "sei": VI}, "either vi="),
        ({"yi": YI, "vi": VI[:3]}, "yi has 6, vi has 3"),
        ({"yi": YI, "vi": VI, "labels": ["a"]}, "labels has 1"),
        ({"yi": [YI], "vi": [VI]}, "one-dimensional"),
        ({"yi": ["a"], "vi": [1]}, "numbers only"),
        ({"yi": [0.1], "sei": [0.0]}, "a standard error must be above zero"),
        ({"yi": [0.1], "sei": [1e-200]}, "vi is 0.0"),
        ({"yi": [math.inf], "vi": [1.0]}, "yi is inf"),
        ({"yi": YI, "vi": VI, "measure": "XX"}, "measure must be one of"),
        ({"yi": YI, "vi": VI, "ci_method": "knha"}, "'knha' is called 'hartung-knapp' here"),
        ({"yi": YI, "vi": VI, "tau2_method": "reml"}, "'reml' is called 'REML' here"),
        ({"yi": YI, "vi": VI, "level": 95}, "Write 0.95"),
        ({"yi": YI, "vi": VI, "by": ["a"]}, "one label per effect"),
        ({"yi": YI, "vi": VI, "by": "drug"}, "not a column"),
        ({"yi": YI, "vi": VI, "subgroup_tau2": "common"}, "needs by="),
        (
            {"yi": YI, "vi": VI, "by": list("aabbcc"), "subgroup_tau2": "shared"},
            "subgroup_tau2 must be one of",
        ),
        ({"yi": YI, "vi": VI, "level": 0.9, "spec": SynthesisSpec()}, "not both"),
    ],
)
def test_bad_input(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message.replace("(", r"\(")):
        pool(**arguments)


def test_effects_and_arrays_do_not_mix() -> None:
    effects = effects_from_arrays(yi=YI, vi=VI, measure="HR")
    with pytest.raises(OptionError, match="not both; got effects and vi"):
        pool(effects, vi=VI)
    with pytest.raises(OptionError, match="on the scale of 'HR'"):
        pool(effects, measure="RR")
    with pytest.raises(OptionError, match="Arrays are given by name"):
        pool(np.array(YI))  # type: ignore[arg-type]


def test_no_effects() -> None:
    with pytest.raises(NotEstimableError, match="no effects"):
        pool(yi=[], vi=[])
    with pytest.raises(NotEstimableError, match="no effects"):
        pool(effects_from_arrays(yi=[], vi=[]))


def test_a_proportion_has_no_test() -> None:
    result = pool(yi=YI, vi=VI, measure="PLO")
    assert isinstance(result.pvalue, NotEstimable)
    assert all(isinstance(a.pvalue, NotEstimable) for a in result.alternatives)
    assert isinstance(result.ci, Interval)


def test_identical_effects_have_no_hartung_knapp_test() -> None:
    result = pool(yi=[0.3] * 4, vi=[0.1, 0.2, 0.1, 0.3], ci_method="hartung-knapp")
    assert result.se == 0
    assert isinstance(result.pvalue, NotEstimable)
    assert isinstance(result.ci, Interval)
    assert (result.ci.low, result.ci.high) == (0.3, 0.3)


def test_other_intervals_on_request() -> None:
    result = pool(yi=YI, vi=VI)
    for method in ("wald", "t", "hartung-knapp", "hartung-knapp-adhoc"):
        asked = pool(yi=YI, vi=VI, model="random-effects", ci_method=method, level=0.9)
        assert result.confidence_interval(0.9, method) == asked.ci
    common = pool(yi=YI, vi=VI, model="common-effect")
    asked = pool(yi=YI, vi=VI, model="common-effect", ci_method="hartung-knapp")
    assert common.confidence_interval(method="hartung-knapp") == asked.ci
    single = pool(yi=YI[:1], vi=VI[:1])
    assert isinstance(single.confidence_interval(method="hartung-knapp"), NotEstimable)
    with pytest.raises(OptionError, match="ci_method must be one of"):
        result.confidence_interval(method="hksj")  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="level must be a proportion"):
        result.confidence_interval(95)


def test_the_result_does_not_change() -> None:
    result = pool(yi=YI, vi=VI)
    with pytest.raises(ValueError, match="read-only"):
        result.weights[0] = 1.0


def test_plain_data() -> None:
    result = pool(yi=YI, vi=VI, measure="HR", by=list("aabbab"), labels=list("uvwxyz"))
    data = result.to_dict()
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert isinstance(result.heterogeneity, Heterogeneity)
    assert data["measure"] == "HR"
    assert data["estimate"] == result.estimate
    assert data["tau2"] == result.heterogeneity.tau2.value
    assert data["display"]["estimate"] == math.exp(result.estimate)
    assert data["test"] == {
        "statistic": result.statistic,
        "df": 5.0,
        "distribution": "t",
        "pvalue": result.pvalue,
        "null": 0.0,
    }
    assert [row["label"] for row in data["rows"]] == list("uvwxyz")
    assert data["weights"] == result.weights.tolist()
    assert [group["name"] for group in data["subgroups"]["groups"]] == ["a", "b"]
    assert data["subgroups"]["groups"][0]["indices"] == [0, 1, 4]
    assert data["not_estimable"] == {}
    wanted = (
        "scale k n_studies model ci_method pi_method level se ci pi tau2_method tau2_ci tau2_truncated "
        "I2 I2_ci H2 H2_ci Q df pvalue policy alternatives exclusions findings"
    )
    assert set(wanted.split()) <= set(data)


def test_plain_data_of_what_is_not_estimable() -> None:
    data = pool(yi=[900.0], vi=[0.1], measure="PLO").to_dict()
    assert data["tau2"] is None
    assert data["pi"] is None
    assert data["test"]["statistic"] is None
    assert set(data["not_estimable"]) == {"heterogeneity", "pi", "test"}
    far = pool(yi=[900.0, 901.0], vi=[0.1, 0.1], measure="HR").to_dict()
    assert far["display"]["estimate"] is None
    assert "display.estimate" in far["not_estimable"]
    common = pool(yi=YI, vi=VI, model="common-effect").to_dict()
    assert common["test"]["distribution"] == "normal"
    assert common["test"]["df"] is None
    assert {"pi", "tau2_se", "tau2_ci", "I2_ci", "H2_ci"} == set(common["not_estimable"])


def test_table_of_effects() -> None:
    frame = pool(yi=YI, vi=VI, measure="HR", by=list("aabbab")).to_frame()
    assert frame["yi"].tolist() == list(YI)
    assert frame["weight"].sum() == pytest.approx(1)
    assert frame["group"].tolist() == list("aabbab")
    assert frame["natural"].tolist() == pytest.approx(np.exp(YI))


def test_text() -> None:
    result = pool(yi=YI, vi=VI, measure="HR")
    text = str(result)
    assert text.startswith(f"hazard ratio {np.exp(result.estimate):.4g}, 95% CI ")
    assert f"on the scale of analysis (log hazard ratio): {result.estimate:.6g} " in text
    assert "k-aware/5+" in text
    assert "single study" in str(pool(yi=[0.1], vi=[0.2]))


def test_leaving_out_keeps_the_method_of_the_whole() -> None:
    """Otherwise the step from three studies to two would change the model, not only the data."""
    effects = effects_from_arrays(yi=YI[:3], vi=VI[:3], labels=["a", "b", "c"])
    found = leave_one_out(effects)
    assert [(one.omitted, one.index, one.result.k) for one in found] == [
        ("a", 0, 2),
        ("b", 1, 2),
        ("c", 2, 2),
    ]
    assert {(one.result.model, one.result.ci_method) for one in found} == {
        ("random-effects", "hartung-knapp-adhoc")
    }
    same = pool(yi=YI[1:3], vi=VI[1:3], model="random-effects", ci_method="hartung-knapp-adhoc")
    assert found[0].result.estimate == same.estimate
    with pytest.raises(NotEstimableError, match="at least two"):
        leave_one_out(effects.take([0]))


def test_leaving_out_of_two_reports_the_other() -> None:
    found = leave_one_out(effects_from_arrays(yi=YI[:2], vi=VI[:2]))
    assert [one.result.estimate for one in found] == [YI[1], YI[0]]


def test_import_is_light() -> None:
    code = (
        "import sys, metasyn.synthesis; "
        "unwanted = {'scipy.stats', 'scipy.optimize', 'pandas', 'statsmodels', 'matplotlib'}; "
        "heavy = unwanted & set(sys.modules); "
        "sys.exit(', '.join(heavy) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("name", "values", "rule"),
    [
        ("yi", np.ma.array([0.1, 0.2, 0.3], mask=[0, 0, 1]), "masked"),
        ("vi", np.ma.array([0.1, 0.2, 0.3], mask=[0, 1, 0]), "masked"),
        ("weights", np.ma.array([1.0, 1.0, 1.0], mask=[0, 1, 0]), "masked"),
        ("vi", np.array(["2020-01-01"] * 3, dtype="M8[D]"), "numbers only"),
        ("yi", [True, False, True], "numbers only"),
        ("yi", [1j, 2, 3], "numbers only"),
        ("yi", ["1", "2", "3"], "numbers only"),
        ("yi", [10**400, 1, 2], "too large"),
        ("labels", "abc", "one value per effect"),
    ],
)
def test_arrays_that_are_not_real_numbers_are_refused(name: str, values: Any, rule: str) -> None:
    given = {"yi": [0.1, 0.2, 0.3], "vi": [0.1, 0.1, 0.1], name: values}
    with pytest.raises(OptionError, match=rule) as caught:
        pool(**given)
    assert name in str(caught.value)


def test_a_missing_group_is_not_stated_and_a_missing_label_has_a_number() -> None:
    result = pool(yi=YI[:4], vi=VI[:4], by=["a", "a", None, math.nan], labels=["x", None, "y", math.nan])
    assert result.subgroups is not None
    assert result.subgroups.names == ("a", "not stated")
    assert [effect.label for effect in result.effects.effects] == ["x", "Study 2", "y", "Study 4"]


@pytest.mark.parametrize(
    ("options", "idle"),
    [
        ({"tau2": 0.1, "tau2_method": "DL"}, "tau2_method"),
        ({"tau2": 0.1, "tau2_ci_method": "jackson"}, "tau2_ci_method"),
        ({"model": "common-effect", "tau2_method": "PM"}, "tau2_method"),
    ],
)
def test_an_option_with_nothing_to_act_on_is_named(options: Any, idle: str) -> None:
    found = [f for f in pool(yi=YI, vi=VI, **options).findings if f.code == "option-not-used"]
    assert len(found) == 1
    assert found[0].message.startswith(idle)
    assert not [f for f in pool(yi=YI, vi=VI).findings if f.code == "option-not-used"]


def test_a_result_is_not_pooled_again() -> None:
    with pytest.raises(OptionError, match=r"result\.effects"):
        pool(pool(yi=YI, vi=VI))  # type: ignore[arg-type]


def test_finite_values_too_large_to_add_up_are_refused_by_their_size() -> None:
    with pytest.raises(OptionError, match="double precision"):
        pool(yi=[1e308, 1e308, 1.0], vi=[1.0, 1.0, 1.0])


@pytest.mark.parametrize("seed", [-1, 1.5, True, np.True_, "1", None, np.array([1])])
def test_a_seed_is_a_whole_number(seed: Any) -> None:
    with pytest.raises(OptionError, match="seed must be a whole number >= 0"):
        SynthesisSpec(seed=seed)
