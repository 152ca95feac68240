"""PET-PEESE, fail-safe N and excess significance against what defines them."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtr, ndtri
from small_study_data import sample, weighted_line

from metasyn.errors import OptionError
from metasyn.synthesis.small_study import excess_significance, fail_safe_n, pet_peese
from metasyn.values import NotEstimable

# PET-PEESE ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("asymmetry", [0.0, 2.0])
def test_pet_and_peese_are_two_lines(asymmetry: float) -> None:
    data = sample(k=25, asymmetry=asymmetry, tau=0.05)
    y, s = data["yi"] + (0.5 if asymmetry == 0 else -0.1), data["sei"]
    found = pet_peese(yi=y, sei=s)
    for line, x in ((found.pet, s), (found.peese, s * s)):
        b, se, _ = weighted_line(y, x, s**-2.0)
        assert [line.intercept.estimate, line.slope.estimate] == pytest.approx(b, rel=1e-9)
        assert [line.intercept.se, line.slope.se] == pytest.approx(se, rel=1e-9)
    assert found.chosen == ("PEESE" if found.pet.intercept.pvalue < 0.05 else "PET")
    assert found.chosen == ("PEESE" if asymmetry == 0 else "PET")
    assert found.estimate == (found.peese if found.chosen == "PEESE" else found.pet).intercept
    assert found.to_frame()["chosen"].tolist() == [found.chosen == "PET", found.chosen == "PEESE"]


def test_pet_peese_keeps_units_and_checks_alpha() -> None:
    data = sample(k=25)
    base = pet_peese(**data)
    big = pet_peese(yi=1e8 * data["yi"], sei=1e8 * data["sei"])
    assert big.estimate.estimate == pytest.approx(1e8 * base.estimate.estimate, rel=1e-9)
    assert big.estimate.se == pytest.approx(1e8 * base.estimate.se, rel=1e-9)
    with pytest.raises(OptionError, match=r"alpha must be between 0 and 1; got 5"):
        pet_peese(**data, alpha=5)


# Fail-safe N --------------------------------------------------------------------------------------


def test_rosenthal_by_adding_null_studies() -> None:
    data = sample(k=20, asymmetry=2.0)
    z = (data["yi"] / data["sei"]).sum()
    found = fail_safe_n(**data, method="rosenthal")
    p = [1 - ndtr(abs(z) / math.sqrt(20 + found.n + step)) for step in (-1, 0)]
    assert p[0] < 0.05 <= p[1]
    assert found.pvalue == pytest.approx(1 - ndtr(abs(z) / math.sqrt(20)), rel=1e-9)


def test_rosenberg_by_adding_null_studies_of_average_weight() -> None:
    data = sample(k=20, asymmetry=2.0)
    y, w = data["yi"], data["sei"] ** -2.0
    found = fail_safe_n(**data, method="rosenberg")

    def pvalue(n: int) -> float:
        return float(2 * ndtr(-abs((w * y).sum()) / math.sqrt(w.sum() + n * w.mean())))

    assert pvalue(found.n - 1) < 0.05 <= pvalue(found.n)
    general = fail_safe_n(**data, method="general", model="common-effect")
    assert general.n == found.n
    assert general.pvalue_with == pytest.approx(pvalue(found.n), rel=1e-10)


@pytest.mark.parametrize("weighted", [True, False])
def test_orwin_by_adding_null_studies(weighted: bool) -> None:
    data = sample(k=20, asymmetry=2.0)
    w = data["sei"] ** -2.0 if weighted else np.ones(20)
    mean = float((w * data["yi"]).sum() / w.sum())
    target = mean / 3.71
    found = fail_safe_n(**data, method="orwin", target=-target, weighted=weighted)
    assert found.estimate == pytest.approx(mean, rel=1e-12)
    assert found.target == pytest.approx(target, rel=1e-12)
    diluted = [mean * 20 / (20 + found.n + step) for step in (-1, 0)]
    assert abs(diluted[0]) > abs(target) >= abs(diluted[1])
    # A whole number is not overshot by rounding.
    assert fail_safe_n(**data, method="orwin", target=mean / 2, weighted=weighted).n == 20


def test_general_by_its_formula() -> None:
    """Null studies as heterogeneous as the observed ones: variance within and between the two groups."""
    data = sample(k=20, asymmetry=1.5, tau=0.5)
    y, v = data["yi"], data["sei"] ** 2
    found = fail_safe_n(**data, method="general")
    n, t = found.n, found.tau2
    assert n > 0
    groups = np.concatenate([np.full(20, found.estimate), np.zeros(n)])
    within = (19 + n - 1) * t
    tau2 = (within + ((groups - groups.mean()) ** 2).sum()) / (20 + n - 1)
    assert found.tau2_with == pytest.approx(tau2, rel=1e-12)
    w = 1 / (np.append(v, np.full(n, 1 / np.mean(1 / v))) + tau2)
    estimate = float((w * np.append(y, np.zeros(n))).sum() / w.sum())
    assert found.estimate_with == pytest.approx(estimate, rel=1e-12)
    assert found.pvalue_with == pytest.approx(2 * ndtr(-abs(estimate) * math.sqrt(w.sum())), rel=1e-10)
    halved = fail_safe_n(**data, method="general", target=found.estimate / 2)
    assert abs(halved.estimate_with) <= abs(found.estimate) / 2
    assert halved.alpha is None


def test_what_is_there_already_needs_nothing_and_what_is_far_is_said() -> None:
    y, s = np.array([0.1, -0.1] * 6), np.full(12, 0.2)
    for method in ("rosenthal", "rosenberg", "general"):
        assert fail_safe_n(yi=y, sei=s, method=method).n == 0  # type: ignore[arg-type]
    far = fail_safe_n(yi=np.linspace(1e5, 1.1e5, 12), sei=np.ones(12), method="rosenberg")
    assert isinstance(far.n, NotEstimable)
    assert "10,000,000" in far.to_dict()["n"]


def test_units_do_not_matter() -> None:
    data = sample(k=20, asymmetry=1.5)
    for c in (1e-8, 1e8):
        for method in ("rosenthal", "rosenberg", "general"):
            found = fail_safe_n(yi=c * data["yi"], sei=c * data["sei"], method=method)  # type: ignore[arg-type]
            assert found.n == fail_safe_n(**data, method=method).n  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "Rosenthal"}, "'Rosenthal' is called 'rosenthal' here"),
        ({"method": "orwin"}, "needs target="),
        ({"method": "rosenberg", "target": 0.1}, "belongs to the methods 'orwin' and 'general'"),
        ({"method": "orwin", "target": 0}, "target must not be 0"),
        ({"method": "orwin", "target": math.nan}, "target must be a finite number"),
        ({"alpha": 0}, "alpha must be between 0 and 1"),
        ({"weighted": "yes"}, "weighted must be True or False"),
    ],
)
def test_bad_options_of_fail_safe_n(options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        fail_safe_n(**sample(), **options)


# Excess significance ------------------------------------------------------------------------------


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
@pytest.mark.parametrize("tau2", [0.0, 0.09])
def test_power_is_the_integral_over_the_true_effects(alternative: Any, tau2: float) -> None:
    data = sample(k=11)
    s = data["sei"]
    found = excess_significance(**data, alternative=alternative, tau2=tau2, theta=0.3, null=0.05, alpha=0.1)
    x = np.linspace(-10, 10, 40001)
    theta = 0.3 + math.sqrt(tau2) * x
    weight = np.exp(-x * x / 2) / math.sqrt(2 * math.pi) * (x[1] - x[0])
    edge = ndtri(0.95) if alternative == "two-sided" else ndtri(0.9)
    for i in range(11):
        z = (theta - 0.05) / s[i]
        above, below = ndtr(z - edge), ndtr(-z - edge)
        power = {"two-sided": above + below, "greater": above, "less": below}[alternative]
        assert found.power[i] == pytest.approx(float((weight * power).sum()), rel=1e-9)
    z = (data["yi"] - 0.05) / s
    significant = {"two-sided": abs(z) >= edge, "greater": z >= edge, "less": z <= -edge}[alternative]
    assert found.significant.tolist() == significant.tolist()
    assert found.to_frame()["significant"].sum() == found.observed


def test_p_values_by_enumeration() -> None:
    data = sample(k=10)
    exact = excess_significance(**data, test="exact")
    total = 0.0
    for outcome in product((0, 1), repeat=10):
        if sum(outcome) >= exact.observed:
            total += math.prod(p if hit else 1 - p for p, hit in zip(exact.power, outcome, strict=True))
    assert exact.pvalue == pytest.approx(total, rel=1e-12)
    binomial = excess_significance(**data, test="binomial")
    p = binomial.expected / 10
    tail = sum(math.comb(10, x) * p**x * (1 - p) ** (10 - x) for x in range(binomial.observed, 11))
    assert binomial.pvalue == pytest.approx(tail, rel=1e-12)
    chi2 = excess_significance(**data)
    o, e = chi2.observed, chi2.expected
    assert chi2.statistic == pytest.approx((o - e) ** 2 / e + (o - e) ** 2 / (10 - e), rel=1e-12)
    assert chi2.pvalue == pytest.approx(ndtr(-math.copysign(math.sqrt(chi2.statistic), o - e)), rel=1e-12)


@pytest.mark.parametrize("test", ["chi2", "binomial", "exact"])
def test_at_the_limit_the_p_value_is_one_in_ten(test: Any) -> None:
    data = sample(k=16, asymmetry=2.5)
    found = excess_significance(**data, test=test)
    assert isinstance(found.theta_limit, float)
    again = excess_significance(**data, test=test, theta=found.theta_limit)
    assert again.pvalue == pytest.approx(0.1, rel=1e-9)
    null = excess_significance(yi=np.zeros(12), sei=np.ones(12), test=test)
    assert isinstance(null.theta_limit, NotEstimable)


def test_excess_significance_keeps_units() -> None:
    data = sample(k=16, asymmetry=2.5)
    base = excess_significance(**data)
    for c in (1e-8, 1e8):
        other = excess_significance(yi=c * data["yi"], sei=c * data["sei"])
        assert other.power == pytest.approx(base.power, rel=1e-9)
        assert other.theta_limit == pytest.approx(c * base.theta_limit, rel=1e-9)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"alternative": "two.sided"}, "alternative must be one of 'greater', 'less', 'two-sided'"),
        ({"test": "fisher"}, "test must be one of 'chi2'"),
        ({"tau2": -1}, "tau2 must be a finite number >= 0"),
        ({"theta": math.inf}, "theta must be a finite number"),
        ({"alpha": 1}, "alpha must be between 0 and 1"),
    ],
)
def test_bad_options_of_excess_significance(options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        excess_significance(**sample(), **options)
