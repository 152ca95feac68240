"""The table of subsets is held to `pool`: every subset, every option, every figure."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest

from metasyn.errors import OptionError
from metasyn.synthesis import SynthesisSpec, pool
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.sensitivity.subsets import Subsets, subsets
from metasyn.values import Interval, NotEstimable

YI = np.array([-0.89, -1.59, -1.35, -1.44, -0.22, -0.79])
VI = np.array([0.326, 0.195, 0.415, 0.020, 0.051, 0.007])
SPECS = {
    "policy": SynthesisSpec(),
    "DL": SynthesisSpec(tau2_method="DL", level=0.9),
    "PM, I2 from Q": SynthesisSpec(tau2_method="PM", i2_method="Q"),
    "common": SynthesisSpec(model="common-effect"),
    "random": SynthesisSpec(model="random-effects"),
    "fixed tau2": SynthesisSpec(tau2=0.3),
    "floor in the prediction": SynthesisSpec(pi_method="hartung-knapp"),
    "no prediction": SynthesisSpec(pi_method="none"),
    "profile likelihood": SynthesisSpec(tau2_method="ML", ci_method="profile-likelihood"),
    "Henmi-Copas": SynthesisSpec(tau2_method="DL", ci_method="henmi-copas"),
    "Kenward-Roger": SynthesisSpec(ci_method="kenward-roger", pi_method="kenward-roger"),
    "IQWiG": SynthesisSpec(profile="iqwig-6", tau2_method="PM"),
    "Cochrane": SynthesisSpec(profile="cochrane-2025"),
    "user weights": SynthesisSpec(weights=(1.0, 2.0, 0.5, 3.0, 1.0, 1.0)),
    "GENQ": SynthesisSpec(
        tau2_method="GENQ", weights=(1.0, 2.0, 0.5, 3.0, 1.0, 1.0), tau2_ci_method="generalised-q"
    ),
}


def close(value: float, expected: float | NotEstimable) -> bool:
    """Equal to a part in 10^9, or both not estimable."""
    if isinstance(expected, NotEstimable):
        return bool(np.isnan(value))
    return value == pytest.approx(expected, rel=1e-9, abs=1e-11)


def bounds(interval: Interval | NotEstimable) -> tuple[Any, Any]:
    return (interval, interval) if isinstance(interval, NotEstimable) else (interval.low, interval.high)


def differences(found: Subsets, row: int, column: int, one: SynthesisResult) -> list[str]:
    """The figures of an option that are not those of a synthesis."""
    low, high = bounds(one.ci)
    pi_low, pi_high = bounds(one.pi)
    expected = {
        "estimate": one.estimate,
        "ci_low": low,
        "ci_high": high,
        "pvalue": one.pvalue,
        "pi_low": pi_low,
        "pi_high": pi_high,
    }
    return [name for name, value in expected.items() if not close(getattr(found, name)[row, column], value)]


def between(one: SynthesisResult) -> dict[str, float | NotEstimable]:
    """What a synthesis says about heterogeneity."""
    het = one.heterogeneity
    if isinstance(het, NotEstimable):
        return dict.fromkeys(("tau2", "I2", "Q", "Q_pvalue"), het)
    return {"tau2": het.tau2.value, "I2": het.I2, "Q": het.Q, "Q_pvalue": het.pvalue}


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)
@pytest.mark.parametrize("measure", ["RR", "PLO"])
def test_every_subset_is_what_pool_gives(spec: SynthesisSpec, measure: str) -> None:
    whole = pool(yi=YI, vi=VI, measure=measure, spec=spec)
    found = subsets(whole)
    assert (found.n_subsets, found.exhaustive) == (63, True)
    for size in range(1, 7):
        for kept in combinations(range(6), size):
            row = found.place(kept)
            assert np.flatnonzero(found.present[row]).tolist() == list(kept)
            request = spec.taking(kept)
            effects = whole.effects.take(kept)
            one = pool(effects, spec=request)
            assert found.options[found.headline[row]] == (one.model, one.ci_method)
            assert found.reasons[found.reason[row]] == one.policy.reason
            assert differences(found, row, int(found.headline[row]), one) == []
            for name, value in between(one).items():
                assert close(getattr(found, name)[row], value), (name, kept)


@pytest.mark.parametrize(
    "name", ["policy", "common", "PM, I2 from Q", "floor in the prediction", "IQWiG", "user weights"]
)
def test_every_option_is_what_pool_gives_when_it_is_asked_for(name: str) -> None:
    spec = SPECS[name]
    whole = pool(yi=YI, vi=VI, measure="HR", spec=spec)
    found = subsets(whole)
    computed = tuple((one.model, one.ci_method) for one in whole.alternatives)
    assert found.options[: len(computed)] == computed
    # What headlines for pairs only is there for pairs only.
    assert set(found.options[len(computed) :]) <= {("bayesian", "credible")}
    for row, here in enumerate(found.present):
        kept = np.flatnonzero(here).tolist()
        for column, (model, ci_method) in enumerate(found.options):
            if model == "bayesian" and len(kept) > 2:
                assert np.isnan(found.estimate[row, column])
                continue
            asked = spec.taking(kept).update(model=model, ci_method=ci_method)
            one = pool(whole.effects.take(kept), spec=asked)
            assert differences(found, row, column, one) == [], (kept, model, ci_method)
            said = between(one)
            for name in ("tau2", "I2"):
                assert close(getattr(found, f"option_{name}")[row, column], said[name]), (name, kept, model)
            for name in ("Q", "Q_pvalue"):
                assert close(getattr(found, f"option_{name}")[row, column], said[name]), (name, kept, model)


def test_beyond_fourteen_one_or_two_are_left_out() -> None:
    rng = np.random.default_rng(3)
    yi, vi = rng.normal(-0.3, 0.4, 17), rng.uniform(0.02, 0.3, 17)
    whole = pool(yi=yi, vi=vi, measure="OR")
    found = subsets(whole)
    assert (found.n_subsets, found.left_out, found.exhaustive) == (1 + 17 + 17 * 16 // 2, 2, False)
    order = [tuple(np.flatnonzero(~here).tolist()) for here in found.present]
    assert order == [out for size in range(3) for out in combinations(range(17), size)]
    for row in (0, 5, 17, 18, 40, found.n_subsets - 1):
        one = pool(whole.effects.take(np.flatnonzero(found.present[row]).tolist()), spec=whole.request)
        assert differences(found, row, int(found.headline[row]), one) == []


def test_as_many_as_fit() -> None:
    rng = np.random.default_rng(4)
    many = pool(yi=rng.normal(0, 1, 200), vi=rng.uniform(0.1, 1, 200), spec=SynthesisSpec(tau2_method="DL"))
    found = subsets(many)
    assert (found.left_out, found.n_subsets) == (1, 201)
    with pytest.raises(OptionError, match="left_out=2 of 200 effects makes 20101 subsets; at most 16384"):
        subsets(many, left_out=2)


def test_fewer_are_left_out_on_request() -> None:
    whole = pool(yi=YI, vi=VI)
    every, some = subsets(whole), subsets(whole, left_out=1)
    assert (some.n_subsets, some.left_out) == (7, 1)
    for row, here in enumerate(some.present):
        place = every.place(np.flatnonzero(here).tolist())
        assert np.array_equal(some.estimate[row], every.estimate[place])


def test_weights_that_are_all_zero_give_nothing() -> None:
    whole = pool(yi=YI[:3], vi=VI[:3], spec=SynthesisSpec(weights=(0.0, 0.0, 1.0), ci_method="wald"))
    found = subsets(whole)
    assert np.isnan(found.estimate[found.place([0, 1])]).all()
    assert "no mean" in found.reasons[found.reason[found.place([0])]]
    assert found.estimate[found.place([1, 2]), found.headline[found.place([1, 2])]] == pytest.approx(YI[2])


def test_arrays_are_read_only_and_errors_name_what_is_wrong() -> None:
    found = subsets(pool(yi=YI, vi=VI))
    for name in ("present", "estimate", "tau2", "headline"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(found, name)[0] = 0
    with pytest.raises(OptionError, match=r"at most 5 left out; got \[\]"):
        found.place([])
    with pytest.raises(OptionError, match="at least two effects; there is 1"):
        subsets(pool(yi=[1.0], vi=[1.0]))
    with pytest.raises(OptionError, match="left_out must be a whole number >= 0; got -1"):
        subsets(pool(yi=YI, vi=VI), left_out=-1)
    with pytest.raises(OptionError, match="left_out must leave one of the 6 effects; got 6"):
        subsets(pool(yi=YI, vi=VI), left_out=6)


def counts(events: list[int], n: list[int]) -> Any:
    from metasyn.effects.plain_table import effects_from_table

    columns = {"events": list(map(str, events)), "n": list(map(str, n))}
    return effects_from_table(columns, measure="PLO", level=0.95, file="counts", zero_cells="only0")


def test_subsets_of_proportions_are_fitted_by_the_mixed_model() -> None:
    """Every subset under the policy, those without any event by the model that takes its place."""
    whole = pool(counts([0, 0, 3, 5, 9], [10, 12, 25, 30, 40]))
    assert whole.model == "glmm"
    found = subsets(whole)
    assert (found.n_subsets, found.exhaustive) == (31, True)
    for row, here in enumerate(found.present):
        kept = np.flatnonzero(here).tolist()
        one = pool(whole.effects.take(kept))
        assert found.options[found.headline[row]] == (one.model, one.ci_method)
        assert found.reasons[found.reason[row]] == one.policy.reason
        assert differences(found, row, int(found.headline[row]), one) == []
        for name, value in between(one).items():
            assert close(getattr(found, name)[row], value), (name, kept)
    column = found.options.index(("glmm", "t"))
    assert np.isnan(found.estimate[found.place([0, 1]), column])  # nobody had the event


def test_no_more_subsets_than_mixed_models_take_a_second() -> None:
    rng = np.random.default_rng(8)
    n = rng.integers(20, 60, 12).tolist()
    found = subsets(pool(counts([size // 4 for size in n], n)))
    assert (found.left_out, found.n_subsets) == (2, 1 + 12 + 66)
