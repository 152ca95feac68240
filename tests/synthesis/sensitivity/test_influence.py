"""Influence against explicit refits without each effect, against R, and its invariances."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from metasyn.errors import NotEstimableError, OptionError
from metasyn.synthesis import pool
from metasyn.synthesis.model import Heterogeneity, SynthesisResult, SynthesisSpec
from metasyn.synthesis.sensitivity import Influence, influence, residuals

# Log risk ratios of eight of the BCG trials (Colditz 1994), two and three decimals.
YI = np.array([-0.89, -1.59, -1.35, -1.44, -0.22, -0.79, -1.62, 0.01])
VI = np.array([0.326, 0.195, 0.415, 0.020, 0.051, 0.007, 0.223, 0.004])
ARRAYS = (
    "rstudent", "dffits", "cooks_distance", "covariance_ratio", "tau2_deleted", "Q_deleted",
    "estimate_deleted", "se_deleted", "hat", "weight", "dfbetas", "influential",
)  # fmt: skip
# In the units of the data to this power; the others have none.
UNITS = {"tau2_deleted": 2, "estimate_deleted": 1, "se_deleted": 1}
SPECS = [
    SynthesisSpec(model="random-effects", tau2_method=method, ci_method=ci)
    for method in ("REML", "DL", "PM", "ML", "SJ")
    for ci in ("wald", "hartung-knapp", "hartung-knapp-adhoc")
] + [
    SynthesisSpec(model="common-effect", ci_method="wald"),
    SynthesisSpec(model="common-effect", ci_method="hartung-knapp"),
    SynthesisSpec(tau2=0.2, ci_method="t"),
]


def tau2_of(result: SynthesisResult) -> float:
    assert isinstance(result.heterogeneity, Heterogeneity)
    return 0.0 if result.model == "common-effect" else result.heterogeneity.tau2.value


def factor(result: SynthesisResult) -> float:
    """By which the variance of the mean exceeds 1 / sum of the weights."""
    return float(result.se**2 * (1 / (result.effects.vi + tau2_of(result))).sum())


@pytest.mark.parametrize("spec", SPECS, ids=lambda s: f"{s.model}-{s.tau2_method}-{s.ci_method}")
def test_against_explicit_refits(spec: SynthesisSpec) -> None:
    whole = pool(yi=YI, vi=VI, spec=spec)
    found = influence(whole)
    for i in range(YI.size):
        others = np.arange(YI.size) != i
        without = pool(yi=YI[others], vi=VI[others], spec=spec)
        change, t, f = whole.estimate - without.estimate, tau2_of(without), factor(without)
        total = f * (VI[i] + t)
        hat = whole.weights[i]
        assert isinstance(without.heterogeneity, Heterogeneity)
        want = {
            "rstudent": (YI[i] - without.estimate) / math.sqrt(total + without.se**2),
            "dffits": change / math.sqrt(hat * total),
            "cooks_distance": change**2 / whole.se**2,
            "covariance_ratio": without.se**2 / whole.se**2,
            "tau2_deleted": t,
            "Q_deleted": without.heterogeneity.Q,
            "estimate_deleted": without.estimate,
            "se_deleted": without.se,
            "hat": hat,
            "weight": hat,
            "dfbetas": change / math.sqrt(f / (1 / (VI + t)).sum()),
        }
        for name, value in want.items():
            assert getattr(found, name)[i] == pytest.approx(value, rel=1e-9, abs=1e-12), name


def test_against_r_with_hartung_knapp_standard_errors() -> None:
    """metafor 3.8-1, influence(rma(y, v, test="knha", control=list(threshold=1e-14, maxiter=10000)))."""
    found = influence(yi=YI, vi=VI, spec=SynthesisSpec(model="random-effects", ci_method="hartung-knapp"))
    want = {
        "rstudent": [0.02275806829824, -1.04634782129852, -0.53669952817690, -1.02541889139221,
                     1.26965260116617, 0.21473068564642, -1.06438012617889, 2.21908687572563],
        "dffits": [0.03805958568559, -0.36813445503646, -0.14152073879730, -0.45950932950761,
                   0.51889705779518, 0.13977858225146, -0.36457352337745, 0.89909542072730],
        "cooks_distance": [0.001626692952915, 0.134400652683910, 0.021758461038943, 0.208463691389006,
                           0.247479999907469, 0.023242178423375, 0.131289651146787, 0.476812630218179],
        "covariance_ratio": [1.2763752750330, 1.1054134009828, 1.2054548539180, 1.1805542290844,
                             1.0760248707863, 1.3639044116725, 1.0931499381310, 0.7911763559254],
        "dfbetas": [0.03741685900391, -0.36893052516820, -0.13995131204672, -0.45789413218042,
                    0.51864630339838, 0.14216612719846, -0.36559894976865, 0.85727240652322],
    }  # fmt: skip
    for name, values in want.items():
        assert getattr(found, name) == pytest.approx(values, rel=1e-9), name
    assert np.flatnonzero(found.influential).tolist() == [7]
    assert found.reasons == ((),) * 7 + (("cooks_distance",),)


def test_effects_arrays_and_result_are_the_same_question() -> None:
    result = pool(yi=YI, vi=VI, labels=list("abcdefgh"))
    for other in (influence(result.effects), influence(yi=YI, sei=np.sqrt(VI))):
        for name in ARRAYS:
            assert getattr(other, name) == pytest.approx(getattr(influence(result), name), rel=1e-12)
    found = influence(result)
    assert found.labels == tuple("abcdefgh")
    # The policy's Hartung-Knapp interval headlines.
    assert (found.model, found.tau2_method, found.scale_method) == (
        "random-effects",
        "REML",
        result.ci_method,
    )


def test_intervals_without_a_factor_leave_the_standard_error() -> None:
    methods: tuple[Any, ...] = ("t", "profile-likelihood")
    usual = influence(yi=YI, vi=VI, spec=SynthesisSpec(ci_method="wald"))
    for ci_method in methods:
        found = influence(yi=YI, vi=VI, spec=SynthesisSpec(ci_method=ci_method))
        assert found.scale_method == "wald"
        assert np.array_equal(found.dffits, usual.dffits)


def permuted(found: Influence, places: np.ndarray) -> dict[str, np.ndarray]:
    return {name: getattr(found, name)[places] for name in ARRAYS}


@pytest.mark.parametrize("spec", SPECS[:2] + SPECS[-2:], ids=str)
def test_invariances(spec: SynthesisSpec) -> None:
    base = influence(yi=YI, vi=VI, spec=spec)
    order = np.random.default_rng(2).permutation(YI.size)
    for name, want in permuted(base, order).items():
        assert getattr(influence(yi=YI[order], vi=VI[order], spec=spec), name) == pytest.approx(
            want, rel=1e-10
        )
    shifted = influence(yi=YI + 5, vi=VI, spec=spec)
    negated = influence(yi=-YI, vi=VI, spec=spec)
    for name in ARRAYS:
        want = getattr(base, name)
        moved = want + 5 if name == "estimate_deleted" else want
        assert getattr(shifted, name) == pytest.approx(moved, rel=1e-9, abs=1e-11)
        odd = name in ("rstudent", "dffits", "dfbetas", "estimate_deleted")
        assert getattr(negated, name) == pytest.approx(-want if odd else want, rel=1e-12)
    if spec.tau2 is None:
        for size in (1e-8, 1e8):
            scaled = influence(yi=YI * size, vi=VI * size**2, spec=spec)
            for name in ARRAYS:
                want = getattr(base, name) * size ** UNITS.get(name, 0)
                assert getattr(scaled, name) == pytest.approx(want, rel=1e-10, abs=1e-12 * np.abs(want).max())


def test_closed_form_for_a_common_effect_of_equal_variances() -> None:
    """Leaving out y_i moves the mean of k values by (y_i - m) / (k - 1)."""
    y = np.array([1.0, 2.0, 4.0, 9.0])
    found = influence(yi=y, vi=np.full(4, 2.0), spec=SynthesisSpec(model="common-effect"))
    change = (y - 4) / 3
    assert found.cooks_distance == pytest.approx(change**2 / 0.5)
    assert found.covariance_ratio == pytest.approx([4 / 3] * 4)
    assert found.dffits == pytest.approx(change / math.sqrt(0.25 * 2))
    assert found.rstudent == pytest.approx((y - (16 - y) / 3) / math.sqrt(2 + 2 / 3))
    assert found.tau2_deleted.tolist() == [0] * 4


def test_two_effects() -> None:
    found = influence(yi=YI[:2], vi=VI[:2], spec=SynthesisSpec(model="common-effect"))
    assert found.model == "common-effect"
    assert found.estimate_deleted.tolist() == YI[1::-1].tolist()
    assert found.Q_deleted.tolist() == [0, 0]
    with pytest.raises(NotEstimableError, match="gives no between-study variance"):
        influence(yi=YI[:2], vi=VI[:2], spec=SynthesisSpec(model="random-effects", ci_method="wald"))
    with pytest.raises(NotEstimableError, match="gives no Hartung-Knapp standard error"):
        influence(yi=YI[:2], vi=VI[:2], spec=SynthesisSpec(tau2=0.1, ci_method="hartung-knapp"))
    assert influence(yi=YI[:2], vi=VI[:2], spec=SynthesisSpec(tau2=0.1, ci_method="wald")).hat.sum() == 1


def test_what_cannot_be_answered() -> None:
    with pytest.raises(NotEstimableError, match="influence needs at least two effects; there is 1"):
        influence(yi=[0.1], vi=[0.2])
    with pytest.raises(NotEstimableError, match="the effects are identical"):
        influence(yi=[0.1] * 4, vi=VI[:4], spec=SynthesisSpec(ci_method="hartung-knapp"))
    with pytest.raises(NotEstimableError, match="the effects without 'Study 2' are identical"):
        influence(yi=[0.1, 0.9, 0.1, 0.1], vi=VI[:4], spec=SynthesisSpec(ci_method="hartung-knapp"))
    weighted = SynthesisSpec(weights=(1.0,) * 8, ci_method="wald")
    with pytest.raises(NotEstimableError, match="inverse-variance weights"):
        influence(yi=YI, vi=VI, spec=weighted)
    # Identical effects are no obstacle to the usual standard errors.
    assert influence(yi=[0.1] * 4, vi=VI[:4], spec=SynthesisSpec(ci_method="wald")).dffits.tolist() == [0] * 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "nothing to pool"),
        ({"yi": YI, "vi": -VI}, "must be above zero"),
        ({"yi": [*YI[:7], math.nan], "vi": VI}, "must be a finite number"),
        ({"yi": YI, "vi": VI[:3]}, "one value per effect"),
    ],
)
def test_bad_input(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        influence(**arguments)


def test_a_result_brings_its_own_methods() -> None:
    result = pool(yi=YI, vi=VI)
    with pytest.raises(OptionError, match="got spec beside it"):
        influence(result, spec=SynthesisSpec(tau2_method="DL"))
    with pytest.raises(OptionError, match="got yi, vi beside it"):
        influence(result, yi=YI, vi=VI)
    with pytest.raises(OptionError, match="must be an EffectSet"):
        influence(YI)  # type: ignore[arg-type]


def test_record() -> None:
    spec = SynthesisSpec(ci_method="hartung-knapp")
    found = influence(yi=YI, vi=VI, labels=list("abcdefgh"), spec=spec)
    for name in ARRAYS:
        with pytest.raises(ValueError, match="read-only"):
            getattr(found, name)[0] = 0
    frame = found.to_frame()
    assert list(frame.index) == list("abcdefgh")
    assert tuple(frame.columns) == ARRAYS
    assert frame.loc["h", "dffits"] == found.dffits[7]
    data = found.to_dict()
    assert data["labels"][0] == "a"
    assert data["influential"][7] is True
    assert data["hat"] == found.hat.tolist()


def test_twelve_orders_of_magnitude() -> None:
    rng = np.random.default_rng(8)
    for k in (3, 10, 40):
        vi = 10 ** rng.uniform(-6, 6, k)
        yi = rng.normal(0, np.sqrt(vi + 1))
        for spec in SPECS[:3]:
            found, other = influence(yi=yi, vi=vi, spec=spec), residuals(yi=yi, vi=vi, spec=spec)
            for name in ARRAYS:
                assert np.isfinite(getattr(found, name)).all()
            assert np.isfinite(other.standardised).all()
            assert found.hat.sum() == pytest.approx(1)
