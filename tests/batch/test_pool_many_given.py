"""What is handed to the functions of many syntheses: hostile sizes, keys of any type, standard errors."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest

import metasyn
from metasyn.batch import (
    all_subsets,
    bootstrap,
    bootstrap_many,
    leave_out_many,
    permute_many,
    pool_many,
    predict_many,
    simulate_coverage,
)
from metasyn.batch.statuses import STATUS
from metasyn.errors import NotEstimableError, OptionError
from metasyn.numerics.stacked import prepare_stacked
from metasyn.numerics.stacked_likelihood import maximise_stacked
from metasyn.synthesis.model import SynthesisSpec
from metasyn.vocabulary import Backend, ManyCi, ManyTau2Method, choices

BACKENDS: tuple[Backend, ...] = ("numpy", "compiled")
GOOD = [0.1, 0.4, 0.5], [0.1, 0.1, 0.2]


def words(many: Any) -> list[str]:
    return [STATUS[code] for code in many.status]


@pytest.fixture
def compiled() -> None:
    pytest.importorskip("numba")


def extreme(shape: str, power: int) -> tuple[list[float], list[float]]:
    """Three effects, one of which grows without limit, or their precision."""
    if shape == "estimates":
        return [10.0**power, -(10.0**power), 0.3 * 10.0**power], [1.0, 1.0, 1.0]
    return [0.1, 0.2, 0.9], [10.0 ** (-power if shape == "precise" else power), 1.0, 1.0]


@pytest.mark.parametrize("shape", ["estimates", "precise", "imprecise"])
@pytest.mark.parametrize("method", ["REML", "ML", "DL", "PM", "HE", "SJ"])
def test_a_set_is_beyond_double_precision_where_pool_refuses_it(
    shape: str, method: Any, compiled: None
) -> None:
    powers = (6, 30, 60, 69, 71, 80, 100, 138, 142, 160, 200, 300)
    sets = [extreme(shape, power) for power in powers]
    y, v = (np.concatenate([one[i] for one in sets] + [GOOD[i]]) for i in (0, 1))
    found = [
        pool_many(y, v, bounds=np.arange(0, y.size + 1, 3), tau2_method=method, ci_method="wald", backend=one)
        for one in BACKENDS
    ]
    np.testing.assert_array_equal(found[0].status, found[1].status)
    refused = 0
    for i, (one_y, one_v) in enumerate([*sets, GOOD]):
        single = partial(
            metasyn.pool, yi=one_y, vi=one_v, model="random-effects", tau2_method=method, ci_method="wald"
        )
        if words(found[0])[i] == "beyond double precision":
            with pytest.raises(OptionError, match="double precision"):
                single()
            assert np.isnan([one.estimate[i] for one in found]).all()
            refused += 1
            continue
        alone: Any = single()
        assert words(found[0])[i] == "ok"
        for one in found:
            assert one.estimate[i] == pytest.approx(alone.estimate, rel=1e-9, abs=1e-9 * alone.se)
            assert one.se[i] == pytest.approx(alone.se, rel=1e-9)
    assert 0 < refused < len(powers)


@pytest.mark.parametrize("backend", BACKENDS)
def test_one_hostile_set_spoils_no_other(backend: Backend, compiled: None) -> None:
    hostile = [
        ([0.1, 0.2, 0.3], [1e-320, 1e-310, 1.0], "beyond double precision"),
        ([1e80, 0.1, 0.4], [1.0, 1.0, 1.0], "beyond double precision"),
        ([0.1], [1e-310], "beyond double precision"),
        ([np.nan, 1e300], [1.0, 1.0], "estimate not finite"),
        ([1.0, 1e300], [1.0, np.nan], "variance not above zero"),
        ([1e300, 1.0], [0.0, 1.0], "variance not above zero"),
        ([-1e60, 1e60], [1.0, 1.0], "ok"),
    ]
    y = np.concatenate([one for y, _, _ in hostile for one in (GOOD[0], y)] + [[]])
    v = np.concatenate([one for _, v, _ in hostile for one in (GOOD[1], v)] + [[]])
    sizes = [size for y, _, _ in hostile for size in (3, len(y))]
    many = pool_many(y, v, bounds=np.cumsum([0, *sizes]), backend=backend)
    assert words(many) == [word for _, _, why in hostile for word in ("ok", why)]
    alone: Any = metasyn.pool(yi=GOOD[0], vi=GOOD[1])
    assert many.estimate[::2].tolist() == pytest.approx([alone.estimate] * len(hostile), rel=1e-12)


def test_sizes_beyond_double_precision_everywhere() -> None:
    y, v, keys = [1e90, 0.1, 0.4, *GOOD[0]], [1.0, 1.0, 1.0, *GOOD[1]], list("aaabbb")
    for many in (
        bootstrap_many(y, v, keys, n=50, n_jobs=1),
        permute_many(y, v, keys, n_jobs=1),
        predict_many(y, v, keys, draws=100, n_jobs=1),
    ):
        assert words(many) == ["beyond double precision", "ok"]
    assert words(leave_out_many(y[:3], v[:3], n_jobs=1)) == ["ok", *["beyond double precision"] * 2]
    with pytest.raises(NotEstimableError, match="beyond double precision"):
        bootstrap(y[:3], v[:3], n=50)
    problem = prepare_stacked(np.array([[1e200, 0.0], [1.0, -1.0]]), np.ones((2, 2)), np.ones((2, 2), bool))
    assert maximise_stacked(problem, restricted=True).converged.tolist() == [False, True]


def test_the_default_interval_follows_the_model() -> None:
    y, v = GOOD
    for model, interval in (("common-effect", "wald"), ("random-effects", "hartung-knapp-adhoc")):
        alone: Any = metasyn.pool(yi=y, vi=v, model=model)
        many = pool_many(y, v, bounds=[0, 3], model=model)
        assert alone.ci_method == interval
        assert [many.ci_low[0], many.ci_high[0]] == pytest.approx([alone.ci.low, alone.ci.high], rel=1e-12)
        left = leave_out_many(y, v, model=model, n_jobs=1)
        without: Any = metasyn.pool(yi=y[1:], vi=v[1:], model=model, ci_method=interval)
        assert left.ci_low[0] == pytest.approx(without.ci.low, rel=1e-12)


def test_keys_that_differ_stay_apart() -> None:
    def keys(*given: Any) -> list[Any]:
        many = pool_many([0.1] * len(given), [0.1] * len(given), given)
        assert many.k.sum() == len(given)
        return many.to_frame()["key"].tolist()

    assert keys("1", 1, "a", 1) == ["1", 1, "a"]
    assert keys(True, 1, False, 0, True) == [True, 1, False, 0]
    assert [type(key) for key in keys(True, 1, False, 0)] == [bool, int, bool, int]
    assert keys(1, 1.0, np.int64(1)) == [1]
    assert keys("a", "a\0", "a") == ["a", "a\0"]
    assert keys(("a", 1), ("a", 2), ("a", 1)) == [("a", 1), ("a", 2)]
    assert keys(2**63, -1, 2**63 - 1) == [2**63, -1, 2**63 - 1]
    assert keys(date(2020, 1, 1), "2020-01-01") == [date(2020, 1, 1), "2020-01-01"]
    table = pd.DataFrame({"y": [0.1] * 4, "v": [0.1] * 4, "key": pd.Series(["1", 1, True, 1], dtype=object)})
    assert pool_many("y", "v", "key", data=table).key.tolist() == ["1", 1, True]
    again = leave_out_many([0.1] * 4, [0.1] * 4, [("a", 1), ("a", 1), "1", 1], n_jobs=1)
    assert again.key.tolist() == [("a", 1), ("a", 1), "1", 1]


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (["a", None, "b", None], r"effect 2 has no key \(2 of 4 have none\)"),
        (["a", "b", "c", pd.NA], "effect 4 has no key; leave"),
        ([1.0, 1.0, float("nan"), 2.0], "effect 3 has no key"),
        (["a", float("nan"), 2, 3], "effect 2 has no key"),
        ([("a", 1), (1, float("nan")), (1, ("b", None)), "b"], r"effect 2 has no key \(2 of 4"),
        (np.ma.array([1, 1, 2, 2], mask=[0, 0, 1, 0]), "groups must not be a masked array"),
        ([["a"], ["b"], ["c"], ["d"]], "unhashable type: 'list'"),
    ],
)
def test_an_effect_without_a_key_is_named(given: Any, named: str) -> None:
    with pytest.raises(OptionError, match=named):
        pool_many([0.1] * 4, [0.1] * 4, given)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"yi": np.ma.array([0.1, 0.2, 99.0], mask=[0, 0, 1])}, "yi must not be a masked array"),
        ({"vi": np.ma.array([0.1, 0.2, 99.0], mask=[0, 0, 1])}, "vi must not be a masked array"),
        ({"vi": None, "sei": np.ma.array([0.1, 0.2, 9.0])}, "sei must not be a masked array"),
        ({"yi": ["0.1", "0.2", "1"]}, "yi must hold numbers only"),
        ({"yi": [0.1, 1j, 2.0]}, "yi must hold numbers only"),
    ],
)
def test_what_is_no_number_is_refused(given: dict[str, Any], message: str) -> None:
    values: dict[str, Any] = {"yi": [0.1, 0.2, 0.4], "vi": [0.1, 0.1, 0.2], "bounds": [0, 3], **given}
    for function in (pool_many, leave_out_many, permute_many, predict_many):
        with pytest.raises(OptionError, match=message):
            function(**values)


@pytest.mark.parametrize("backend", ["numpy", "compiled"])
def test_columns_of_tables_and_other_views(backend: Backend, compiled: None) -> None:
    rng = np.random.default_rng(5)
    table = np.column_stack([rng.normal(0, 1, 400), rng.uniform(0.1, 1, 400)])
    bounds = np.arange(0, 401, 10)
    copies = np.ascontiguousarray(table.T)
    for y, v, y_copy, v_copy in (
        (table[:, 0], table[:, 1], copies[0], copies[1]),
        (table[::-1, 0], table[::-1, 1], copies[0, ::-1].copy(), copies[1, ::-1].copy()),
        (table[:, 0], np.broadcast_to(0.3, 400), copies[0], np.full(400, 0.3)),
        (table[:, 0].astype("f4"), table[:, 1], copies[0].astype("f4").astype(float), copies[1]),
        (table[:, 0].astype(">f8"), table[:, 1], copies[0], copies[1]),
    ):
        found = pool_many(y, v, bounds=bounds, backend=backend).to_frame()
        pd.testing.assert_frame_equal(
            found, pool_many(y_copy, v_copy, bounds=bounds, backend=backend).to_frame()
        )
        left = leave_out_many(y, v, bounds=bounds, n_jobs=1)
        np.testing.assert_array_equal(
            left.change, leave_out_many(y_copy, v_copy, bounds=bounds, n_jobs=1).change
        )
    frame = pd.DataFrame(table, columns=["y", "v"], copy=False).assign(key=np.repeat(np.arange(40), 10))
    of_table = pool_many("y", "v", "key", data=frame, backend=backend)
    np.testing.assert_array_equal(
        of_table.estimate, pool_many(copies[0], copies[1], bounds=bounds, backend=backend).estimate
    )


def test_kernels_take_no_view_for_its_memory(compiled: None) -> None:
    from metasyn.synthesis.tau2.backends import fit_ragged

    table = np.column_stack([[0.1, 0.5, 0.2, 0.9], [0.1, 0.2, 0.1, 0.3]])
    bounds = np.array([0, 9, 2, 9, 4, 9])[::2]
    views = fit_ragged(
        table[:, 0], table[:, 1], bounds, order=np.array([3, 9, 2, 9, 1, 9, 0, 9])[::2], method="DL"
    )
    plain = fit_ragged(
        *np.ascontiguousarray(table.T), np.array([0, 2, 4]), order=np.array([3, 2, 1, 0]), method="DL"
    )
    np.testing.assert_array_equal(views.fits.estimate, plain.fits.estimate)


@pytest.mark.parametrize("n_jobs", [0, -2, 1.5, True, "two", float("nan"), float("inf")])
def test_what_is_no_number_of_workers_is_refused(n_jobs: Any) -> None:
    with pytest.raises(OptionError, match="n_jobs must be 1 or more, or -1 for all cores"):
        pool_many(*GOOD, bounds=[0, 3], n_jobs=n_jobs)


def test_keys_of_the_user_stay_writeable() -> None:
    for keys in (np.array([], dtype=object), np.array([1, 2])):
        pool_many([0.1] * keys.size, [0.1] * keys.size, keys)
        assert keys.flags.writeable


def test_company_beside_which_nothing_else_is_chosen_changes_no_digit(
    monkeypatch: pytest.MonkeyPatch, compiled: None
) -> None:
    from metasyn.synthesis.tau2 import backends

    monkeypatch.setattr(backends, "WORTH_COMPILING", 2_000)  # one group is below it, all are above
    rng = np.random.default_rng(8)
    y, v, keys = rng.normal(0, 1, 40), rng.uniform(0.1, 1, 40), np.repeat(np.arange(8), 5)
    whole = bootstrap_many(y, v, keys, n=300, n_jobs=1).to_frame()
    monkeypatch.setattr("metasyn.batch.bootstrap_draws._STACK", 1_600)  # stacks of one group
    pd.testing.assert_frame_equal(bootstrap_many(y, v, keys, n=300, n_jobs=1).to_frame(), whole)
    permuted = permute_many(y, v, keys, n=300, n_jobs=1).to_frame()
    monkeypatch.setattr("metasyn.batch.permutation_many._STACK", 200)
    pd.testing.assert_frame_equal(permute_many(y, v, keys, n=300, n_jobs=1).to_frame(), permuted)


@pytest.mark.parametrize("backend", ["numpy", "compiled"])
@pytest.mark.parametrize("value", [0.3, 0.0])
def test_identical_effects_have_no_hartung_knapp_test(backend: Backend, compiled: None, value: float) -> None:
    many = pool_many(
        [value] * 4 + [0.1, 0.3], [0.1, 0.2, 0.1, 0.3, 0.1, 0.1], bounds=[0, 4, 6],
        ci_method="hartung-knapp", backend=backend,
    )  # fmt: skip
    alone: Any = metasyn.pool(yi=[value] * 4, vi=[0.1, 0.2, 0.1, 0.3], ci_method="hartung-knapp")
    assert not isinstance(alone.statistic, float)
    assert not isinstance(alone.pvalue, float)
    assert (many.se[0], many.ci_low[0], many.ci_high[0]) == (0.0, value, value)
    assert np.isnan([many.statistic[0], many.pvalue[0]]).all()
    assert np.isfinite([many.statistic[1], many.pvalue[1]]).all()


@pytest.mark.parametrize("backend", ["numpy", "compiled"])
def test_p_next_to_one_keeps_its_digits(backend: Backend, compiled: None) -> None:
    many = pool_many([0.3, -0.3 + 3e-9, 0.0], [0.1, 0.1, 0.2], bounds=[0, 3], backend=backend)
    t = many.statistic[0]
    assert 0 < t < 1e-8
    assert 1 - many.pvalue[0] == pytest.approx(t / np.sqrt(2 + t * t), abs=2e-16)


def test_no_warning_escapes_from_sizes_far_apart(compiled: None) -> None:
    many = pool_many([0.22, -0.9], [1e77, 1e200], ["a", "a"], tau2_method="ML", backend="numpy")
    assert words(many) == ["ok"]


def test_standard_errors_stand_for_variances() -> None:
    y, se, keys = [0.1, 0.4, 0.5, 0.2, 0.9], np.array([0.3, 0.2, 0.4, 0.1, 0.3]), list("aaabb")
    for function, how in (
        (pool_many, {}),
        (leave_out_many, {}),
        (permute_many, {}),
        (predict_many, {"draws": 100}),
        (bootstrap_many, {"n": 50}),
    ):
        one, other = function(y, se**2, keys, **how), function(y, groups=keys, sei=se, **how)
        pd.testing.assert_frame_equal(one.to_frame(), other.to_frame())
    assert bootstrap(y, sei=se, n=50).draws.tolist() == bootstrap(y, se**2, n=50).draws.tolist()
    assert words(pool_many([0.1] * 8, sei=[-1, 1, 0, 1, 1e-200, 1, 1e200, 1], bounds=[0, 2, 4, 6, 8])) == [
        *["variance not above zero"] * 2,
        *["beyond double precision"] * 2,
    ]
    for wrong in ({}, {"vi": [0.1], "sei": [0.1]}):
        with pytest.raises(OptionError, match="exactly one of them"):
            pool_many([0.1], groups=["a"], **wrong)


def test_wrong_tables_are_named_in_one_line() -> None:
    table = pd.DataFrame({"y": [0.1, 0.2], "v": [0.1, 0.2], "t": ["x", "1"], "key": ["a", "b"]})
    for given, named in (
        ((("y", "v", "key"), {"y": [1]}), "data must be a pandas DataFrame; got dict"),
        ((("y", "v", None), table), "groups= names the column"),
        (
            (("y", "s", "key"), table),
            "vi='s' is not the name of a column of data; its columns: 'y', 'v', 't'",
        ),
        (((table["y"], "v", "key"), table), "yi must be the name of a column; got Series"),
        ((("t", "v", "key"), table), "yi='t' must be numbers"),
        ((("y", "v", "key"), pd.concat([table, table["y"]], axis=1)), "yi='y' is the name of 2 columns"),
    ):
        with pytest.raises(OptionError, match=named) as error:
            pool_many(*given[0], data=given[1])
        assert "\n" not in str(error.value)
    assert pool_many("y", "v", data=table, bounds=[0, 2]).k.tolist() == [2]


def test_only_what_is_accepted_is_offered() -> None:
    for option, vocabulary in (("ci_method", ManyCi), ("tau2_method", ManyTau2Method)):
        with pytest.raises(OptionError, match="must be one of") as error:
            pool_many(*GOOD, bounds=[0, 3], **{option: "unheard of"})
        offered = str(error.value).split("one of ")[1].split("; got")[0].replace("'", "").split(", ")
        assert offered == list(choices(vocabulary))
        for word in offered:
            assert words(pool_many(*GOOD, bounds=[0, 3], **{option: word})) == ["ok"]
    for function in (bootstrap, permute_many):
        with pytest.raises(OptionError, match="'SJIT'; got 'unheard of'"):
            function(*GOOD, tau2_method="unheard of")


def test_subsets_refuse_a_model_they_do_not_pool_by() -> None:
    for function in (all_subsets, metasyn.gosh):
        for model in ("bayesian", "glmm"):
            with pytest.raises(OptionError, match=f"'common-effect'; got model='{model}'"):
                function(yi=GOOD[0], vi=GOOD[1], spec=SynthesisSpec(model=model))


def test_what_print_shows() -> None:
    y, v, keys = [0.1, 0.4, 0.5, 0.2, 0.9, 0.3], [0.1, 0.1, 0.2, 0.1, -0.1, 0.1], list("aaabbc")
    many = pool_many(y, v, keys, tau2_method="DL")
    lines = str(many).splitlines()
    assert lines[0] == "3 syntheses: 1 ok, 1 one effect, 1 variance not above zero"
    assert lines[2].split()[:4] == ["a", "ok", "3", f"{many.estimate[0]:.5g}"]
    assert lines[3].split()[-3:] == ["–"] * 3
    assert repr(many) == str(many)
    big = pool_many(np.tile(y, 9), np.ones(54), bounds=np.arange(0, 55, 3))
    assert str(big).splitlines()[-1] == "... and 8 more rows: to_frame() has all, and every column"
    drawn = bootstrap(y[:3], v[:3], n=200, n_jobs=1)
    interval: Any = drawn.interval()
    assert str(drawn).splitlines()[2].endswith(f"{interval.low:.5g} to {interval.high:.5g}")
    assert "too few draws" in str(bootstrap(y[:3], v[:3], n=20, n_jobs=1))
    left = leave_out_many(y[:3], v[:3], n_jobs=1)
    assert str(left).splitlines()[2].endswith(f"{left.change[0]:.5g}")
    cover = simulate_coverage([0.1] * 3, n=100, methods=[("DL", "wald")], n_jobs=1)
    assert f" {cover.coverage[0]:.5g} " in str(cover)
    assert str(pool_many([], [], [])) == "0 syntheses"
