"""Mixed models of counts: invariances, special cases, what is refused, and what a result says."""

from __future__ import annotations

import json
import math
from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import norm

from metasyn.errors import NotEstimableError, OptionError
from metasyn.numerics.tails import chi2_quantile, t_quantile
from metasyn.synthesis.counts.model import ChiSquaredTest
from metasyn.synthesis.glmm import GlmmResult, OnNaturalScale, pool_glmm
from metasyn.synthesis.glmm.families import Hypergeometric
from metasyn.synthesis.model import SynthesisResult
from metasyn.values import Interval, NotEstimable
from tests.synthesis.glmm import direct_integrals

X, N = np.array([0, 2, 1, 9, 4, 7]), np.array([10, 25, 7, 30, 40, 22])
TWO = {
    "events_1": np.array([0, 4, 2, 7, 12, 3]), "n_1": np.array([20, 31, 15, 60, 44, 30]),
    "events_2": np.array([3, 1, 6, 12, 20, 3]), "n_2": np.array([22, 29, 14, 55, 47, 28]),
}  # fmt: skip
RATES = {key.replace("n_", "time_"): value for key, value in TWO.items()}
SYMMETRIC = [("OR", m) for m in ("CM.EL", "UM.FS", "UM.RS", "beta-binomial", "firth")] + [
    ("IRR", m) for m in ("CM.EL", "UM.FS", "UM.RS", "firth")
]


def same(a: GlmmResult, b: GlmmResult, *, sign: float = 1.0) -> None:
    """Equal but for the sign of the effect."""
    assert a.estimate == pytest.approx(sign * b.estimate, abs=1e-7)
    assert a.se == pytest.approx(b.se, rel=1e-7)
    for name in ("tau2", "sigma2", "rho", "log_likelihood", "log_likelihood_common"):
        x, y = getattr(a, name), getattr(b, name)
        assert isinstance(x, NotEstimable) == isinstance(y, NotEstimable)
        if isinstance(x, float):
            assert x == pytest.approx(y, rel=1e-6, abs=1e-9), name
    if isinstance(a.lrt, ChiSquaredTest):
        assert isinstance(b.lrt, ChiSquaredTest)
        assert a.lrt.statistic == pytest.approx(b.lrt.statistic, rel=1e-7)


@pytest.mark.parametrize(("measure", "model"), SYMMETRIC)
def test_swapping_the_groups_turns_the_sign(measure: str, model: str) -> None:
    columns = TWO if measure == "OR" else RATES
    other = {key[:-1] + ("2" if key[-1] == "1" else "1"): value for key, value in columns.items()}
    same(pool_glmm(**columns, model=model), pool_glmm(**other, model=model), sign=-1.0)


@pytest.mark.parametrize("model", ["CM.EL", "UM.FS", "UM.RS", "beta-binomial", "firth"])
def test_swapping_events_and_non_events_turns_the_sign(model: str) -> None:
    other = TWO | {f"events_{i}": TWO[f"n_{i}"] - TWO[f"events_{i}"] for i in (1, 2)}
    same(pool_glmm(**TWO, model=model), pool_glmm(**other, model=model), sign=-1.0)


@pytest.mark.parametrize("model", ["random-intercept", "beta-binomial", "firth"])
def test_non_events_of_single_cohorts(model: str) -> None:
    a, b = pool_glmm(events=X, n=N, model=model), pool_glmm(events=N - X, n=N, model=model)
    same(a, b, sign=-1.0)
    assert isinstance(a.marginal, OnNaturalScale)
    assert isinstance(b.marginal, OnNaturalScale)
    assert a.marginal.value == pytest.approx(1 - b.marginal.value, abs=1e-8)


def test_the_unit_of_time_moves_the_level_only() -> None:
    a, b = pool_glmm(events=X, time=N), pool_glmm(events=X, time=12.0 * N)
    assert a.estimate == pytest.approx(b.estimate + math.log(12), abs=1e-8)
    assert a.tau2 == pytest.approx(b.tau2, rel=1e-7)
    same(pool_glmm(**RATES), pool_glmm(**RATES | {f"time_{i}": RATES[f"time_{i}"] / 7 for i in (1, 2)}))


@pytest.mark.parametrize("model", ["CM.EL", "UM.FS", "UM.RS"])
def test_the_order_of_the_studies_does_not_matter(model: str) -> None:
    order = np.array([3, 0, 5, 1, 4, 2])
    same(pool_glmm(**TWO, model=model), pool_glmm(**{k: v[order] for k, v in TWO.items()}, model=model))


def test_equal_studies_have_no_variance_between_them() -> None:
    result = pool_glmm(events=[4, 4, 4], n=[20, 20, 20])
    assert result.tau2 == 0.0
    assert result.estimate == pytest.approx(math.log(4 / 16), abs=1e-10)
    assert result.se == pytest.approx(math.sqrt(1 / 12 + 1 / 48), rel=1e-10)
    assert result.lrt == ChiSquaredTest(statistic=pytest.approx(0, abs=1e-9), df=2, pvalue=pytest.approx(1))
    assert [finding.code for finding in result.findings] == ["glmm-variance-zero"]
    assert result.conditional == result.marginal


def test_the_common_effect_is_the_pooled_proportion() -> None:
    result = pool_glmm(events=X, n=N, between="common-effect")
    assert result.conditional.value == pytest.approx(X.sum() / N.sum(), rel=1e-10)
    assert (result.tau2, result.I2, result.H2) == (0.0, 0.0, 1.0)
    assert isinstance(result.pi, NotEstimable)


def test_large_counts_are_the_normal_model() -> None:
    """With millions of participants the likelihood is that of the normal model, by ML."""
    from metasyn.synthesis.pool import pool

    n = np.full(6, 4_000_000)
    x = np.array([400_000, 520_000, 610_000, 350_000, 480_000, 700_000])
    exact = pool_glmm(events=x, n=n)
    y, v = np.log(x / (n - x)), 1 / x + 1 / (n - x)
    normal = pool(yi=y, vi=v, tau2_method="ML", ci_method="wald")
    assert exact.estimate == pytest.approx(normal.estimate, abs=1e-6)
    assert exact.tau2 == pytest.approx(normal.heterogeneity.tau2.value, rel=1e-5)
    assert exact.se == pytest.approx(normal.se, rel=1e-5)


def test_large_tables_keep_their_digits() -> None:
    """The exact conditional likelihood of tables with 10,000 events is near the unconditional one."""
    columns = {
        "events_1": [9_000, 4_100, 7_700], "n_1": [50_000, 30_000, 41_000],
        "events_2": [9_900, 3_900, 8_300], "n_2": [50_000, 29_000, 40_500],
    }  # fmt: skip
    exact, both = pool_glmm(**columns), pool_glmm(**columns, model="UM.FS")
    assert exact.estimate == pytest.approx(both.estimate, abs=1e-4)
    assert exact.tau2 == pytest.approx(both.tau2, rel=1e-3)
    assert exact.convergence.decrement < 1e-14


def test_rates_far_apart_do_not_overflow() -> None:
    """Steps on the way may leave what exp can hold; nothing warns, and the result is finite."""
    result = pool_glmm(events=[3, 0, 0, 0], time=[3, 3, 3, 2], ci_method="profile-likelihood")
    assert isinstance(result.tau2, float)
    assert math.isfinite(result.log_likelihood)
    assert result.log_likelihood == pytest.approx(
        direct_integrals.single([3, 0, 0, 0], [3, 3, 3, 2], result.estimate, result.tau2, rates=True),
        abs=1e-8,
    )


def test_median_and_mean_over_studies() -> None:
    result = pool_glmm(events=X, n=N)
    assert isinstance(result.marginal, OnNaturalScale)
    assert isinstance(result.tau, float)
    mean, tau = result.estimate, result.tau
    assert result.conditional.value == pytest.approx(float(expit(mean)), rel=1e-12)
    z = norm.ppf((np.arange(400_000) + 0.5) / 400_000)
    assert result.marginal.value == pytest.approx(float(expit(mean + tau * z).mean()), abs=1e-6)
    assert result.marginal.value > result.conditional.value  # of rare events
    rate = pool_glmm(events=X, time=N)
    assert isinstance(rate.marginal, OnNaturalScale)
    assert rate.marginal.value == pytest.approx(math.exp(rate.estimate + rate.tau2 / 2), rel=1e-12)
    assert isinstance(pool_glmm(**TWO).marginal, NotEstimable)


def test_intervals_are_what_they_are_called() -> None:
    wald, t = pool_glmm(events=X, n=N, level=0.9), pool_glmm(events=X, n=N, ci_method="t", level=0.9)
    assert wald.ci.high == pytest.approx(wald.estimate + norm.ppf(0.95) * wald.se, rel=1e-12)
    assert t.ci.high == pytest.approx(t.estimate + t_quantile(0.1, 5) * t.se, rel=1e-12)
    assert isinstance(wald.pi, Interval)
    half = t_quantile(0.1, 5) * math.sqrt(wald.se**2 + wald.tau2)
    assert wald.pi.low == pytest.approx(wald.estimate - half, rel=1e-12)
    assert isinstance(pool_glmm(events=X, n=N, pi_method="none").pi, NotEstimable)
    assert isinstance(pool_glmm(events=X[3:5], n=N[3:5]).pi, NotEstimable)


@pytest.mark.parametrize("model", ["random-intercept", "CM.EL", "UM.FS", "UM.RS", "beta-binomial"])
def test_the_likelihood_falls_by_half_a_chi_square_to_the_ends_of_its_interval(model: str) -> None:
    columns: dict[str, Any] = {"events": X, "n": N} if model == "random-intercept" else dict(TWO)
    result = pool_glmm(**columns, model=model, ci_method="profile-likelihood")
    plain = pool_glmm(**columns, model=model)
    assert result.ci.low < plain.estimate < result.ci.high
    assert result.ci.low == pytest.approx(plain.ci.low, abs=1.5 * plain.se)
    assert result.ci != plain.ci


def test_profile_ends_against_a_search() -> None:
    """The profile over tau2 by brute force at both ends."""
    result = pool_glmm(events=X, n=N, ci_method="profile-likelihood")
    z = np.linspace(-9, 9, 241)
    weight = np.exp(-z * z / 2) / math.sqrt(2 * math.pi) * (z[1] - z[0])

    def value(mean: float, tau: float) -> float:
        p = expit(mean + tau * z)
        return sum(
            math.log(float(weight @ (math.comb(n, x) * p**x * (1 - p) ** (n - x))))
            for x, n in zip(X.tolist(), N.tolist(), strict=True)
        )

    for end in (result.ci.low, result.ci.high):
        top = max(value(end, tau) for tau in np.linspace(0.3, 2.5, 441))
        assert 2 * (result.log_likelihood - top) == pytest.approx(chi2_quantile(0.05, 1), abs=2e-5)


def test_conditional_standard_error_against_an_exact_density() -> None:
    """Common effect: the information is minus the second derivative of sums over whole numbers."""
    result = pool_glmm(**TWO, between="common-effect")
    rows = list(zip(*(column.tolist() for column in TWO.values()), strict=True))

    def value(effect: float) -> float:
        return sum(math.log(direct_integrals.hypergeometric(*row, effect)) for row in rows)

    e, h = result.estimate, 1e-3
    information = -(value(e + h) - 2 * value(e) + value(e - h)) / h**2
    assert result.se == pytest.approx(1 / math.sqrt(information), rel=1e-5)
    assert result.log_likelihood == pytest.approx(value(e), abs=1e-10)
    # The Wald test of heterogeneity, from every table's own maximum.
    assert isinstance(result.wald, ChiSquaredTest)
    own, weights = [], []
    for row in rows[1:]:
        f = Hypergeometric(*(np.array([float(v)]) for v in row))
        grid = np.linspace(-4, 4, 80_001)[None, :]
        at = float(grid[0, int(np.argmax(f.value(grid)[0]))])
        own.append(at)
        density = [math.log(direct_integrals.hypergeometric(*row, at + s)) for s in (-h, 0.0, h)]
        weights.append(-(density[0] - 2 * density[1] + density[2]) / h**2)
    theta, w = np.array(own), np.array(weights)
    q = float((w * (theta - (w @ theta) / w.sum()) ** 2).sum())
    assert result.wald.statistic == pytest.approx(q, rel=1e-3)


def test_firth_of_one_saturated_table_adds_half_to_every_cell() -> None:
    """Known: in a saturated logistic model the penalty is 1/2 added to each cell (Firth 1993)."""
    from metasyn.synthesis.glmm.data import gather_counts
    from metasyn.synthesis.glmm.firth import Firth

    names = ("events", "n", "time", "events_1", "n_1", "time_1", "events_2", "n_2", "time_2")
    columns = {"events_1": [0], "n_1": [12], "events_2": [5], "n_2": [11]}
    data = gather_counts(None, {name: columns.get(name) for name in names}, measure="OR", labels=None)
    beta, _ = Firth(data).maximum()
    assert beta[0] == pytest.approx(math.log(0.5 / 12.5) - math.log(5.5 / 6.5), abs=1e-9)


def test_firth_is_the_maximum_of_the_penalised_likelihood() -> None:
    from scipy.optimize import minimize

    columns = {"events_1": [0, 0, 0], "n_1": [20, 15, 31], "events_2": [3, 1, 4], "n_2": [22, 14, 29]}
    result = pool_glmm(**columns, model="firth", ci_method="profile-likelihood")
    x, n = np.r_[0, 0, 0, 3, 1, 4], np.r_[20, 15, 31, 22, 14, 29]
    design = np.column_stack([np.repeat([0.5, -0.5], 3), np.vstack([np.eye(3)] * 2)])

    def fall(b: np.ndarray) -> float:
        p = expit(design @ b)
        information = design.T @ ((n * p * (1 - p))[:, None] * design)
        return -float(x @ np.log(p) + (n - x) @ np.log1p(-p)) - 0.5 * np.linalg.slogdet(information)[1]

    found = minimize(fall, [-1.0, -2, -2, -2], method="BFGS", options={"gtol": 1e-9})
    assert result.estimate == pytest.approx(found.x[0], abs=1e-5)
    for end in (result.ci.low, result.ci.high):
        held = minimize(lambda b, end=end: fall(np.r_[end, b]), found.x[1:], method="BFGS")
        assert 2 * (held.fun - found.fun) == pytest.approx(chi2_quantile(0.05, 1), abs=1e-4)


SEPARATED = {"events_1": [2, 1, 5], "n_1": [25, 7, 30], "events_2": [0, 0, 0], "n_2": [20, 10, 30]}


@pytest.mark.parametrize("model", ["CM.EL", "CM.AL", "UM.FS", "UM.RS", "beta-binomial"])
def test_separation_is_named_and_penalised_or_refused(model: str) -> None:
    result = pool_glmm(**SEPARATED, model=model)
    assert result.method == "Firth penalised likelihood"
    assert result.spec.model == model
    (finding,) = result.findings
    assert finding.code == "glmm-separation"
    assert "second group" in finding.message
    assert model in finding.message
    assert math.isfinite(result.estimate)
    assert isinstance(result.tau2, NotEstimable)
    with pytest.raises(NotEstimableError, match="separation"):
        pool_glmm(**SEPARATED, model=model, separation="refuse")


def test_separation_of_rates_and_by_full_groups() -> None:
    rates = {key.replace("n_", "time_"): value for key, value in SEPARATED.items()}
    assert pool_glmm(**rates).method == "Firth penalised likelihood"
    full = {"events_1": [25, 7, 4], "n_1": [25, 7, 4], "events_2": [11, 3, 2], "n_2": [20, 10, 30]}
    assert pool_glmm(**full).method == "Firth penalised likelihood"
    mixed = full | {"events_1": [24, 7, 4]}
    assert pool_glmm(**mixed).method == "maximum likelihood"


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"events": [0, 0], "n": [7, 10]}, "no study has an event"),
        ({"events": [0, 0], "time": [7, 10]}, "no study has an event"),
        ({"events": [7, 10], "n": [7, 10]}, "every participant of every study had the event"),
        ({"events": [0, 10], "n": [7, 10]}, "either no events or only events"),
        ({"events": [3], "n": [7]}, "only one study"),
        ({"events_1": [0, 0], "n_1": [5, 5], "events_2": [0, 0], "n_2": [5, 5]}, "no study has information"),
        ({"events_1": [0, 1], "n_1": [5, 5], "events_2": [0, 2], "n_2": [5, 5]}, "one study is left"),
        (
            {"events_1": [0, 0, 50, 0], "n_1": [50] * 4, "events_2": [40, 0, 0, 50], "n_2": [50] * 4},
            "grows without bound",
        ),
        (
            {"events_1": [0, 2, 1, 0], "n_1": [3, 5, 1, 4], "events_2": [0, 0, 0, 1], "n_2": [12, 7, 11, 5]},
            "grows without bound",
        ),
    ],
)
def test_what_cannot_be_estimated_is_refused_by_name(columns: dict[str, Any], says: str) -> None:
    with pytest.raises(NotEstimableError, match=says):
        pool_glmm(**columns)


def test_firth_of_single_cohorts_without_events() -> None:
    """Asked for by name: half an event and half a non-event are added to the whole set."""
    result = pool_glmm(events=[0, 0], n=[7, 10], model="firth")
    assert result.estimate == pytest.approx(math.log(0.5 / 17.5), abs=1e-9)
    assert result.spec.between == "common-effect"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"measure": "RR"}, "measure must be one of"),
        ({"model": "UM.FS"}, "not defined for PLO"),
        ({"model": "glmm"}, "model must be one of"),
        ({"ci_method": "hartung-knapp"}, "ci_method must be one of"),
        ({"nodes": 0}, "nodes must be a whole number >= 1"),
        ({"nodes": 500}, "nodes must be at most"),
        ({"drop00": False}, "no meaning"),
        ({"level": 95}, "level must be a proportion"),
        ({"time": [1.0] * 6, "measure": "PLO"}, "takes events and n"),
        ({"labels": ["a"]}, "one value per study"),
        ({"nodes": 7, "ci_method": "profile-likelihood"}, "needs nodes=None"),
        ({"measure": "OR"}, "has no use for events"),
    ],
)
def test_options_out_of_their_range(options: dict[str, Any], says: str) -> None:
    with pytest.raises(OptionError, match=says):
        pool_glmm(events=X, n=N, **options)


def test_exact_conditional_likelihood_needs_whole_counts() -> None:
    with pytest.raises(OptionError, match=r"not whole numbers. Use model='UM.FS'"):
        pool_glmm(**TWO | {"events_1": TWO["events_1"] + 0.5})
    assert pool_glmm(**TWO | {"events_1": TWO["events_1"] + 0.5}, model="UM.FS").k == 6


def test_silent_studies_are_named_and_move_nothing() -> None:
    more = {key: np.append(value, 0 if key.startswith("e") else 40) for key, value in TWO.items()}
    labels = [f"Trial {i}" for i in range(7)]
    with_it, without = pool_glmm(**more, labels=labels), pool_glmm(**TWO)
    same(with_it, without)
    assert (with_it.k, with_it.k_used) == (7, 6)
    assert [row.label for row in with_it.silent] == ["Trial 6"]
    assert with_it.to_frame()["used"].tolist() == [True] * 6 + [False]
    kept = pool_glmm(**more, model="UM.RS", drop00=False)
    assert kept.k_used == 7
    assert kept.sigma2 != pool_glmm(**more, model="UM.RS").sigma2


def test_effects_bring_their_counts(bcg_synthesis: SynthesisResult) -> None:
    result = pool_glmm(bcg_synthesis.effects, measure="OR")
    assert result.data.labels == bcg_synthesis.effects.labels
    # metafor: rma.glmm(measure = "OR", model = "CM.EL") on these data (tests/oracle has the rest).
    assert result.estimate == pytest.approx(-0.75381, abs=2e-5)
    with pytest.raises(OptionError, match="two groups are behind"):
        pool_glmm(bcg_synthesis.effects, measure="PLO")
    with pytest.raises(OptionError, match="not both"):
        pool_glmm(bcg_synthesis.effects, measure="OR", labels=["a"])


def test_a_result_is_frozen_plain_and_the_same_again() -> None:
    result = pool_glmm(**TWO, model="UM.RS")
    with pytest.raises(FrozenInstanceError):
        result.estimate = 0.0  # type: ignore[misc]
    assert not result.covariance.flags.writeable
    assert not result.data.events_1.flags.writeable
    text = json.dumps(result.to_dict(), allow_nan=False)
    assert text == json.dumps(pool_glmm(**TWO, model="UM.RS").to_dict(), allow_nan=False)
    assert result.covariance.shape == (4, 4)
    assert result.covariance[0, 0] == pytest.approx(result.se**2)
    assert list(result.parameters) == ["effect", "tau2", "level", "sigma2"]


def test_in_words() -> None:
    text = str(pool_glmm(events=X, n=N))
    assert text.splitlines()[0].startswith("proportion 0.1")
    assert "(median over studies)" in text
    assert "mean over studies" in text
    assert "random-effects, random-intercept, k = 6" in text
    assert "gauss-hermite quadrature" in text
    words = str(pool_glmm(**SEPARATED))
    assert "common-effect, Firth penalised likelihood, k = 3" in words
    assert "warning: no study has events in the second group" in words
    assert "rho (within studies) = " in str(pool_glmm(events=X, n=N, model="beta-binomial"))
