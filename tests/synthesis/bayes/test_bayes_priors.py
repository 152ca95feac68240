"""Priors: they integrate to 1, their parts belong together, and the empirical tables add up."""

from __future__ import annotations

import math
from typing import get_args

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad

from metasyn.errors import OptionError
from metasyn.synthesis.bayes import (
    TauPrior,
    exponential,
    half_cauchy,
    half_normal,
    half_t,
    jeffreys,
    log_normal,
    log_t,
    normal,
    rhodes_prior,
    turner_prior,
    uniform,
)
from metasyn.synthesis.bayes.empirical_tables import CORRECTED, RHODES, TURNER
from metasyn.vocabulary import BinaryComparison, BinaryOutcome, ContinuousOutcome, MedicalArea

VI = np.array([0.02, 0.3, 0.07])
PRIORS = {
    "half-normal": (half_normal(0.5), stats.halfnorm(scale=0.5)),
    "half-cauchy": (half_cauchy(0.7), stats.halfcauchy(scale=0.7)),
    "exponential": (exponential(2.0), stats.expon(scale=0.5)),
    "uniform": (uniform(4.0), stats.uniform(0, 4)),
    "log-normal": (log_normal(-1.28, 0.87), stats.lognorm(0.87, scale=math.exp(-1.28))),
}
ALL = [*(prior for prior, _ in PRIORS.values()), half_t(0.5, 4), log_t(-1.72, 1.3, 5), jeffreys(), uniform()]


@pytest.mark.parametrize("name", PRIORS)
def test_density_and_quantiles_are_those_of_scipy(name: str) -> None:
    prior, known = PRIORS[name]
    tau = np.array([0.01, 0.3, 1.7])
    p = np.array([0.025, 0.5, 0.99])
    assert prior.name == name
    assert prior.log_density(tau, VI) == pytest.approx(known.logpdf(tau), rel=1e-12)
    assert prior.quantile(p) == pytest.approx(known.ppf(p), rel=1e-12)


@pytest.mark.parametrize("prior", [half_t(0.5, 4), log_t(-1.72, 1.3, 5)], ids=str)
def test_the_others_follow_from_students_t(prior: TauPrior) -> None:
    tau = np.array([0.02, 0.3, 1.7])
    if prior.name == "half-t":
        want = np.log(2 * stats.t(4, scale=0.5).pdf(tau))
    else:
        want = stats.t(5, loc=-1.72, scale=1.3).logpdf(np.log(tau)) - np.log(tau)
    assert prior.log_density(tau, VI) == pytest.approx(want, rel=1e-12)
    median = float(prior.quantile(np.array([0.5]))[0])
    share = quad(
        lambda u: math.exp(float(prior.log_density(np.exp(np.array([u])), VI)[0]) + u), -60, math.log(median)
    )
    assert share[0] == pytest.approx(0.5, abs=1e-6)


@pytest.mark.parametrize("prior", ALL, ids=str)
def test_the_slope_is_the_derivative(prior: TauPrior) -> None:
    tau = np.array([0.05, 0.4, 2.0])
    step = 1e-6
    numeric = (prior.log_density(tau + step, VI) - prior.log_density(tau - step, VI)) / (2 * step)
    assert prior.slope(tau, VI) == pytest.approx(numeric, rel=1e-6, abs=1e-7)


@pytest.mark.parametrize("prior", [one for one in ALL if one.proper], ids=str)
def test_scaling_multiplies_the_quantiles(prior: TauPrior) -> None:
    p = np.array([0.1, 0.5, 0.9])
    assert prior.scaled(3.0).quantile(p) == pytest.approx(3 * prior.quantile(p), rel=1e-12)


def test_jeffreys_prior_is_its_formula_wherever_tau_is() -> None:
    tau = np.array([1e-140, 1e-3, 0.5, 1e3, 1e140])
    with np.errstate(over="ignore"):
        want = [0.5 * math.log(math.fsum((t / (v + t * t)) ** 2 for v in VI)) for t in tau[1:-1]]
    found = jeffreys().log_density(tau, VI)
    assert found[1:-1] == pytest.approx(want, rel=1e-12)
    assert found[-1] == pytest.approx(0.5 * math.log(3) - math.log(tau[-1]), rel=1e-12)
    assert np.isfinite(found).all()


@pytest.mark.parametrize("prior", [jeffreys(), uniform()], ids=str)
def test_improper_priors_have_no_scale(prior: TauPrior) -> None:
    with pytest.raises(OptionError, match="no scale"):
        prior.scaled(2.0)


@pytest.mark.parametrize(
    "make",
    [
        lambda: half_normal(0.0),
        lambda: half_normal(-1),
        lambda: half_normal(math.nan),
        lambda: half_normal("wide"),  # type: ignore[arg-type]
        lambda: half_cauchy(math.inf),
        lambda: half_t(0.5, 0.0),
        lambda: half_t(0.5, 0.01),
        lambda: uniform(0.0),
        lambda: exponential(True),
        lambda: log_normal(math.inf, 1.0),
        lambda: log_t(0.0, 1.0, 1.0),
        lambda: log_t(0.0, 4.0, 5.0),
        lambda: normal(0.0, 0.0),
        lambda: normal(math.nan, 1.0),
    ],
)
def test_impossible_parameters_are_refused(make: object) -> None:
    with pytest.raises(OptionError, match="got"):
        make()  # type: ignore[operator]


def test_every_cell_of_the_tables_is_there() -> None:
    assert set(TURNER) == set(get_args(BinaryOutcome))
    assert {len(row) for row in TURNER.values()} == {len(get_args(BinaryComparison))}
    assert set(RHODES) == set(get_args(MedicalArea))
    for table in RHODES.values():
        assert set(table) == set(get_args(ContinuousOutcome))
        assert {len(row) for row in table.values()} == {3}


def additive_misfit(rows: list[tuple[tuple[float, float], ...]], part: int) -> float:
    """The largest distance from row effect + column effect (medians of differences: robust to one cell)."""
    table = np.array([[cell[part] for cell in row] for row in rows])
    columns = np.median(table - table[:, :1], axis=0)
    rows_ = np.median(table - columns, axis=1)
    return float(np.abs(table - rows_[:, None] - columns).max())


def test_locations_add_up() -> None:
    """Both papers model the log variance as a sum of effects: only rounding may be left."""
    assert additive_misfit(list(TURNER.values()), 0) < 0.0151
    for table in RHODES.values():
        assert additive_misfit(list(table.values()), 0) < 0.0151
    # Areas add to the same table.
    for area in ("respiratory", "cancer"):
        shifts = [
            b[0] - a[0]
            for name in RHODES["other"]
            for a, b in zip(RHODES["other"][name], RHODES[area][name], strict=True)
        ]
        assert max(shifts) - min(shifts) < 0.035


def test_scales_hardly_depend_on_the_area() -> None:
    for area, most in (("respiratory", 0.021), ("cancer", 0.17)):
        changes = [
            b[1] - a[1]
            for name in RHODES["other"]
            for a, b in zip(RHODES["other"][name], RHODES[area][name], strict=True)
        ]
        assert min(changes) > -1e-9
        assert max(changes) < most


def test_corrected_constants_are_announced() -> None:
    assert len(CORRECTED) == 3
    for area, outcome, comparison in CORRECTED:
        prior = rhodes_prior(outcome, comparison, area=area)
        assert "check it with the paper" in prior.caution
        assert [finding.code for finding in prior.findings] == ["prior-constant"]
    assert not rhodes_prior("mental health", "pharmacological vs pharmacological").findings


def test_published_parameters_are_halved_for_tau() -> None:
    prior = turner_prior("subjective, various", "pharmacological vs placebo or control")
    assert (prior.location, prior.scale) == (-2.70 / 2, 1.52 / 2)
    assert "10.1002/sim.6381" in prior.source
    tau2 = prior.quantile(np.array([0.5])) ** 2
    assert tau2 == pytest.approx(math.exp(-2.70), rel=1e-12)
    cancer = rhodes_prior("biological markers", "non-pharmacological", area="cancer")
    assert (cancer.location, cancer.scale, cancer.df) == (-0.71 / 2, 2.78 / 2, 5)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: turner_prior("mortality", "pharmacological vs pharmacological"), "outcome must be one of"),
        (lambda: turner_prior("pain", "drug"), "comparison must be one of"),
        (lambda: turner_prior("pain"), "comparison is missing"),
        (lambda: rhodes_prior(comparison="non-pharmacological"), "outcome is missing"),
        (lambda: rhodes_prior("obstetric", "non-pharmacological", area="skin"), "area must be one of"),
        (lambda: rhodes_prior(area="cancer"), "area needs outcome and comparison"),
    ],
)
def test_unknown_words_are_refused(call: object, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        call()  # type: ignore[operator]
