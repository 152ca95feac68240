"""Pooling: invariances, limits, what exists, what is refused, and how results are read."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from metasyn.errors import NotEstimableError, OptionError
from metasyn.plots.charts.posterior import Density, posterior_layout
from metasyn.synthesis import pool
from metasyn.synthesis.bayes import (
    TauPrior,
    flat,
    half_cauchy,
    half_normal,
    half_t,
    jeffreys,
    log_normal,
    log_t,
    normal,
    pool_bayes,
    prior_sensitivity,
    rhodes_prior,
    turner_prior,
    uniform,
)
from metasyn.values import NotEstimable

YI = np.array([-0.9, 0.1, -0.35, -0.2, 0.4])
VI = np.array([0.08, 0.02, 0.1, 0.05, 0.3])


def numbers(result: object) -> np.ndarray:
    data = result.to_dict()  # type: ignore[attr-defined]
    return np.array([
        x
        for name in ("mu", "tau", "predictive")
        for key in ("median", "mean", "mode", "sd", "quantile", "shortest")
        for x in np.atleast_1d(data[name][key])
    ])  # fmt: skip


def test_order_does_not_matter_and_a_second_run_is_the_same() -> None:
    first = pool_bayes(yi=YI, vi=VI, measure="HR")
    assert numbers(pool_bayes(yi=YI[::-1], vi=VI[::-1], measure="HR")) == pytest.approx(
        numbers(first), abs=1e-10
    )
    assert str(pool_bayes(yi=YI, vi=VI, measure="HR")) == str(first)


@pytest.mark.parametrize("unit", [1e-12, 7.0, 1e20])
def test_units_do_not_matter(unit: float) -> None:
    one = numbers(pool_bayes(yi=YI, vi=VI, tau_prior=half_cauchy(0.5), mu_prior=normal(0.2, 1.0)))
    other = pool_bayes(
        yi=YI * unit, vi=VI * unit**2, tau_prior=half_cauchy(0.5 * unit), mu_prior=normal(0.2 * unit, unit)
    )
    assert numbers(other) / unit == pytest.approx(one, rel=1e-8, abs=1e-10)


def test_shift_and_mirror_move_the_mean_only() -> None:
    one = pool_bayes(yi=YI, vi=VI, measure="HR")
    shifted = pool_bayes(yi=YI + 3, vi=VI, measure="HR")
    assert shifted.mu.median - 3 == pytest.approx(one.mu.median, abs=1e-10)
    assert shifted.ci.low - 3 == pytest.approx(one.ci.low, abs=1e-9)
    assert shifted.tau.median == pytest.approx(one.tau.median, abs=1e-10)
    mirrored = pool_bayes(yi=-YI, vi=VI, measure="HR")
    assert (-mirrored.ci.high, -mirrored.ci.low) == pytest.approx((one.ci.low, one.ci.high), abs=1e-9)
    assert mirrored.p_below_null == pytest.approx(1 - one.p_below_null, abs=1e-12)  # type: ignore[operator]


def test_a_study_without_information_changes_nothing() -> None:
    more = pool_bayes(yi=[*YI, 5.0], vi=[*VI, 1e14], measure="HR")
    assert numbers(more) == pytest.approx(numbers(pool_bayes(yi=YI, vi=VI, measure="HR")), abs=1e-6)


def test_a_prior_at_zero_gives_the_common_effect_model() -> None:
    bayes = pool_bayes(yi=YI, vi=VI, measure="HR", tau_prior=half_normal(1e-9))
    common = pool(yi=YI, vi=VI, measure="HR", model="common-effect", ci_method="wald")
    assert bayes.estimate == pytest.approx(common.estimate, abs=1e-9)
    assert bayes.mu.sd == pytest.approx(common.se, abs=1e-9)
    assert (bayes.ci.low, bayes.ci.high) == pytest.approx((common.ci.low, common.ci.high), abs=1e-8)  # type: ignore[union-attr]


def test_a_prior_at_one_value_gives_the_random_effects_model_with_that_tau() -> None:
    bayes = pool_bayes(yi=YI, vi=VI, measure="HR", tau_prior=log_normal(math.log(0.3), 1e-6))
    known = pool(yi=YI, vi=VI, measure="HR", tau2=0.09, ci_method="wald")
    assert bayes.estimate == pytest.approx(known.estimate, abs=1e-6)
    assert bayes.mu.sd == pytest.approx(known.se, abs=1e-6)
    assert bayes.tau.median == pytest.approx(0.3, rel=1e-6)


@pytest.mark.parametrize("prior", [half_normal(0.5), half_t(0.4, 3), log_normal(-1.3, 0.9)], ids=str)
def test_one_study_leaves_the_prior_of_tau(prior: TauPrior) -> None:
    one = pool_bayes(yi=[0.3], vi=[0.04], measure="HR", tau_prior=prior)
    p = [0.025, 0.5, 0.9]
    assert [one.quantile(x, "tau") for x in p] == pytest.approx(
        prior.quantile(np.array(p)).tolist(), rel=1e-9
    )
    assert one.mu.median == pytest.approx(0.3, abs=1e-12)
    assert [finding.code for finding in one.findings] == ["one-study"]


def test_thousands_of_studies_agree_with_likelihood() -> None:
    rng = np.random.default_rng(3)
    v = rng.uniform(0.01, 0.1, 3000)
    y = rng.normal(0.2, 0.25, 3000) + rng.normal(size=3000) * np.sqrt(v)
    bayes = pool_bayes(yi=y, vi=v, measure="HR", tau_prior=uniform())
    ml = pool(yi=y, vi=v, measure="HR", tau2_method="REML", ci_method="wald")
    assert bayes.estimate == pytest.approx(ml.estimate, abs=1e-4)
    assert bayes.tau.mode == pytest.approx(math.sqrt(ml.heterogeneity.tau2.value), abs=1e-3)
    assert bayes.fit.tau.integral.panels.converged


def test_prior_and_data_in_conflict_are_both_seen() -> None:
    """A tight prior far below the heterogeneity of the data: two peaks of tau."""
    result = pool_bayes(yi=[-6.0, 6.0, 5.0], vi=[0.01] * 3, tau_prior=log_t(-5.0, 0.3, 5))
    assert result.tau.median > 1
    far = pool_bayes(yi=[0.0, -9000.0], vi=[1e-3, 1e-3], tau_prior=log_t(-5.6, 0.25, 5))
    assert far.tau.median > 1000
    inside = result.probability_below(result.quantile(0.3, "tau"), "tau")
    assert inside == pytest.approx(0.3, abs=1e-11)


@pytest.mark.parametrize(
    ("prior", "k", "mean", "sd"),
    [
        (half_normal(0.5), 2, True, True),
        (half_cauchy(0.5), 1, False, False),
        (half_cauchy(0.5), 2, True, False),
        (half_cauchy(0.5), 3, True, True),
        (uniform(), 3, False, False),
        (uniform(), 4, True, False),
        (jeffreys(), 2, False, False),
        (jeffreys(), 4, True, True),
        (log_t(-1.7, 1.3, 5), 2, True, False),
        (log_t(-1.7, 1.3, 5), 3, True, True),
        (log_normal(-1.3, 0.9), 1, True, True),
    ],
    ids=str,
)
def test_moments_exist_where_they_should(prior: TauPrior, k: int, mean: bool, sd: bool) -> None:
    result = pool_bayes(yi=YI[:k], vi=VI[:k], measure="HR", tau_prior=prior)
    for one in (result.mu, result.tau, result.predictive):
        assert isinstance(one.mean, NotEstimable) is not mean
        assert isinstance(one.sd, NotEstimable) is not sd
        assert one.quantile.low < one.median < one.quantile.high
    tamed = pool_bayes(yi=YI[:k], vi=VI[:k], measure="HR", tau_prior=prior, mu_prior=normal(0, 2))
    assert isinstance(tamed.mu.sd, float)


@pytest.mark.parametrize(
    ("prior", "mu", "enough"),
    [
        (uniform(), flat(), 3),
        (uniform(), normal(0, 1), 2),
        (jeffreys(), flat(), 2),
        (jeffreys(), normal(0, 1), 1),
    ],
    ids=str,
)
def test_improper_posteriors_are_refused(prior: TauPrior, mu: object, enough: int) -> None:
    assert pool_bayes(yi=YI[:enough], vi=VI[:enough], tau_prior=prior, mu_prior=mu).k == enough  # type: ignore[arg-type]
    if enough > 1:
        few = enough - 1
        with pytest.raises(NotEstimableError, match=f"needs at least {enough} studies.*half_normal"):
            pool_bayes(yi=YI[:few], vi=VI[:few], tau_prior=prior, mu_prior=mu)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tau_prior": "half-normal"}, "tau_prior must be a prior such as"),
        ({"mu_prior": 0.0}, "mu_prior must be flat"),
        ({"level": 95}, "level must be a proportion"),
        ({"interval": "hpd"}, "'hpd' is called 'shortest' here"),
        ({"vi": [0.1, 0.0]}, "a variance must be above zero"),
        ({"vi": [0.1, math.nan]}, "finite number"),
        ({"vi": [0.1]}, "one value per effect"),
        ({"measure": "MD"}, "state tau_prior for measure 'MD'"),
    ],
)
def test_bad_options_are_named(options: dict[str, object], message: str) -> None:
    given = {"yi": [0.1, 0.2], "vi": [0.1, 0.1], "measure": "HR", **options}
    with pytest.raises(OptionError, match=message):
        pool_bayes(**given)  # type: ignore[arg-type]


def test_nothing_to_pool() -> None:
    with pytest.raises(NotEstimableError, match="no effect to pool"):
        pool_bayes(yi=[], vi=[], measure="HR")
    with pytest.raises(OptionError, match="nothing to pool"):
        pool_bayes()


def test_what_a_reader_must_know_of_the_prior() -> None:
    codes = {
        "prior-scale": pool_bayes(yi=YI, vi=VI),
        "prior-measure": pool_bayes(yi=YI, vi=VI, measure="HR", tau_prior=turner_prior()),
        "prior-constant": pool_bayes(
            yi=YI, vi=VI, measure="SMD", tau_prior=rhodes_prior("mental health", "non-pharmacological")
        ),
    }
    for code, result in codes.items():
        assert [finding.code for finding in result.findings] == [code]
        assert str(result.findings[0]) in str(result)
    assert not pool_bayes(yi=YI, vi=VI, measure="OR", tau_prior=turner_prior()).findings


def test_a_synthesis_can_be_given() -> None:
    classical = pool(yi=YI, vi=VI, measure="HR", labels=list("abcde"))
    result = pool_bayes(classical)
    assert result.effects is classical.effects
    assert result.shrinkage().labels == tuple("abcde")


def test_probabilities_on_the_natural_scale() -> None:
    result = pool_bayes(yi=YI, vi=VI, measure="HR")
    assert result.probability_below(1.0, natural=True) == result.p_below_null
    assert result.probability_below(0.8, "predictive", natural=True) == pytest.approx(
        result.probability_below(math.log(0.8), "predictive"), abs=1e-15
    )
    with pytest.raises(OptionError, match="possible on the natural scale"):
        result.probability_below(-1.0, natural=True)
    with pytest.raises(OptionError, match="of must be one of"):
        result.probability_below(0.0, "theta")  # type: ignore[arg-type]


def test_plain_data_and_table() -> None:
    result = pool_bayes(yi=YI[:2], vi=VI[:2], measure="HR", tau_prior=half_cauchy(0.5))
    data = result.to_dict()
    assert json.loads(json.dumps(data)) == data
    assert data["mu"]["sd"] is None
    assert "infinite" in data["mu"]["not_estimable"]["sd"]
    assert data["tau_prior"] == {"name": "half-cauchy", "parameters": {"scale": 0.5}, "source": ""}
    table = result.to_frame()
    assert table.loc["tau", "shortest_high"] == result.tau.shortest.high
    assert json.dumps(result.bayes_factors().to_dict())
    assert json.dumps(result.shrinkage().to_dict())
    assert len(result.shrinkage().to_frame()) == 2


def test_prior_sensitivity_keeps_the_request() -> None:
    result = pool_bayes(yi=YI[:2], vi=[0.02, 0.02], measure="HR", mu_prior=normal(0, 2), level=0.9)
    found = prior_sensitivity(result, factors=(0.1, 1.0, 4.0), also=[jeffreys()])
    assert [str(one.tau_prior) for one in found.results] == [
        "half-normal(scale 0.05)", "half-normal(scale 0.5)", "half-normal(scale 2)", "jeffreys",
    ]  # fmt: skip
    assert found.results[1].to_dict() == result.to_dict()
    widths = [one.ci.high - one.ci.low for one in found.results[:3]]
    assert widths == sorted(widths)
    assert [finding.code for finding in found.findings] == ["prior-decides"]
    assert "depends on the prior" in str(found)
    assert len(found.to_frame()) == 4
    assert json.dumps(found.to_dict())
    with pytest.raises(OptionError, match="nothing to compare"):
        prior_sensitivity(result, factors=())
    with pytest.raises(OptionError, match="above 0"):
        prior_sensitivity(result, factors=(0.0,))


@pytest.mark.parametrize(
    "prior", [half_normal(0.5), half_cauchy(0.5), uniform(1.0), jeffreys(), log_t(-1.7, 1.3, 5)], ids=str
)
def test_densities_suit_the_posterior_figure(prior: TauPrior) -> None:
    result = pool_bayes(yi=YI[:3], vi=VI[:3], measure="HR", tau_prior=prior, mu_prior=normal(0, 1))
    drawn = []
    for of in ("mu", "tau"):
        found = result.density(of)  # type: ignore[arg-type]
        mass = np.trapezoid(found.density, found.values)
        ends = np.array([result.probability_below(x, of) for x in found.values[[0, -1]]])  # type: ignore[arg-type]
        assert mass == pytest.approx(ends[1] - ends[0], abs=2e-3)
        drawn.append(
            Density(
                values=found.values,
                density=found.density,
                centre=found.centre,
                interval=found.interval,
                prior=found.prior,
            )
        )
    layout = posterior_layout(*drawn, measure="HR")
    assert not any("ends before" in note for note in layout.footnotes)
    assert (drawn[0].prior is None, drawn[1].prior is None) == (False, not prior.proper)


def test_parameters_drawn_from_the_priors_are_covered_as_often_as_stated() -> None:
    """If mu and tau come from their priors, every statement is calibrated, whatever k is."""
    rng = np.random.default_rng(20)
    ranks, covered, trials = [], np.zeros(3), 160
    for i in range(trials):
        k = 2 + i % 4
        tau, mu, v = 0.5 * abs(rng.normal()), rng.normal(), rng.uniform(0.01, 0.3, k)
        new, true = rng.normal(mu, tau), rng.normal(mu, tau, k)
        result = pool_bayes(
            yi=rng.normal(true, np.sqrt(v)), vi=v, measure="HR", mu_prior=normal(0, 1), level=0.8
        )
        ranks.append(
            [result.probability_below(x, of) for x, of in ((mu, "mu"), (tau, "tau"), (new, "predictive"))]
        )  # type: ignore[arg-type]
        covered += [mu in result.ci, tau in result.tau.shortest, new in result.pi]
    # Uniform ranks: mean 1/2 with standard error sqrt(1/12/n); coverage with that of a proportion.
    assert np.abs(np.mean(ranks, axis=0) - 0.5).max() < 3.3 * math.sqrt(1 / 12 / trials)
    assert np.abs(covered / trials - 0.8).max() < 3.3 * math.sqrt(0.16 / trials)
