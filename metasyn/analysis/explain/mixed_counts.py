"""The counts behind a mixed model: what they say of each study's true effect, by integrals made here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from metasyn.analysis.explain.model import WorkedTable
from metasyn.synthesis.glmm.build import build, corrected_effects
from metasyn.synthesis.glmm.data import gather_counts, silent_rows
from metasyn.synthesis.glmm.families import Family
from metasyn.synthesis.glmm.model import GlmmData, GlmmResult
from metasyn.synthesis.model import SynthesisResult
from metasyn.values import NotEstimable
from metasyn.vocabulary import GlmmMeasure, GlmmModel

__all__ = ["GivenCounts", "MixedCounts", "mixed_counts"]

_Array = NDArray[np.float64]
# Reach of the integral over one study's true effect: in spreads of its integrand, at most, and in tau.
_REACH, _WIDEST = 60.0, 12.0
# So many points that there are four to a spread.
_POINTS = 481
# Terms of the likelihoods that are computed at once.
_AT_ONCE = 2_000_000
# What explanations know: one likelihood per measure, that of `pool`.
_MODELS: Mapping[str, GlmmModel] = MappingProxyType(
    {"PLO": "random-intercept", "IRLN": "random-intercept", "OR": "CM.EL", "IRR": "CM.EL"}
)
_LAWS: Mapping[str, str] = MappingProxyType(
    {
        "PLO": "the events x of a cohort of n are binomial with probability 1/(1 + exp(−θ)); the logits θ",
        "IRLN": "the events x of a cohort in person-time t have a Poisson distribution with mean "
        "t × exp(θ); the log rates θ",
        "OR": "given its number of events x1 + x2, the events x1 among the n1 of the first group have a "
        "noncentral hypergeometric distribution with odds ratio exp(θ), which is free of the risk in the "
        "second group; the log odds ratios θ",
        "IRR": "of the x1 + x2 events of a study those of the first group, x1, are binomial with "
        "probability t1 × exp(θ)/(t1 × exp(θ) + t2), which is free of the rate in the second group; the "
        "log rate ratios θ",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GivenCounts:
    """What is known of every study's true effect from its counts, and the curvature of its log-likelihood.

    `m` and `s` are mean and standard deviation, `d` the mean squared distance from the pooled mean; `a`,
    `b` and `c` are minus the second derivatives by the mean, by both, and by tau2.
    """

    m: _Array
    s: _Array
    d: _Array
    a: _Array
    b: _Array
    c: _Array


@dataclass(frozen=True, kw_only=True, eq=False)
class MixedCounts:
    """The counts that one mean of a mixed model rests on, with the mean and the variance that were found.

    Attributes
    ----------
    result : SynthesisResult
        What they are of.
    fit : GlmmResult or None
        The fit; None for a group of several that share a variance, which is fitted with the others.
    data : GlmmData
        Of the studies that the likelihood rests on.
    silent : tuple of (label, reason)
        The others.
    tau2 : float
    """

    result: SynthesisResult
    fit: GlmmResult | None
    data: GlmmData
    silent: tuple[tuple[str, str], ...]
    tau2: float

    @property
    def measure(self) -> GlmmMeasure:
        """Its code."""
        code: GlmmMeasure = self.result.effects.measure.code  # type: ignore[assignment]
        return code

    @property
    def unit(self) -> str:
        """What one row is."""
        return "cohort" if self.data.events_2 is None else "study"

    @property
    def law(self) -> str:
        """The likelihood in words."""
        unit = "cohorts" if self.unit == "cohort" else "studies"
        return (
            f"{_LAWS[self.measure]} of the {unit} are normal with mean μ and variance τ²; μ and τ² make "
            "the product of the probabilities of all counts as large as possible"
        )

    @property
    def columns(self) -> dict[str, _Array]:
        """The counts as a table shows them."""
        size = "t" if self.data.person_time else "n"
        if self.data.events_2 is None or self.data.size_2 is None:
            return {"x": self.data.events_1, size: self.data.size_1}
        return {
            "x1": self.data.events_1, f"{size}1": self.data.size_1,
            "x2": self.data.events_2, f"{size}2": self.data.size_2,
        }  # fmt: skip

    @cached_property
    def family(self) -> Family:
        """Log-likelihood of every study's counts by its true effect."""
        return build(self.data, self.measure, _MODELS[self.measure]).first

    @property
    def precision(self) -> _Array:
        """Reciprocals of the sampling variances, 1/2 added to the counts of a study with an empty cell."""
        return 1 / corrected_effects(self.data, self.measure)[1]

    def table(self, further: Mapping[str, _Array], *, summed: tuple[str, ...]) -> WorkedTable:
        """The counts of every study, and what is computed from them."""
        columns = {**self.columns, **further}
        rows = np.column_stack(list(columns.values())).tolist()
        return WorkedTable(
            columns=("", *columns),
            rows=tuple((label, tuple(row)) for label, row in zip(self.data.labels, rows, strict=True)),
            totals=tuple(float(one.sum()) if name in summed else None for name, one in columns.items()),
        )

    def log_likelihood(self, theta: _Array) -> _Array:
        """Log probability of the counts, theta of shape (k, n) or (k, 1)."""
        terms = getattr(self.family, "distance", theta).shape[0]
        width = max(1, _AT_ONCE // terms)
        parts = [self.family.value(theta[:, i : i + width]) for i in range(0, theta.shape[1], width)]
        return np.concatenate(parts, axis=1)

    def expected(self, theta: float) -> tuple[_Array, _Array]:
        """What the events of the first group are expected to be with this true effect, and their variance."""
        slope, curve = self.family.derivatives(np.full((self.data.k, 1), theta), 2)
        return self.data.events_1 - slope[:, 0], -curve[:, 0]

    def common(self) -> float:
        """The one effect under which all counts together are most probable."""
        at = float(np.average(corrected_effects(self.data, self.measure)[0], weights=self.precision))
        for _ in range(200):
            expected, variance = self.expected(at)
            step = float((self.data.events_1 - expected).sum() / variance.sum())
            at += max(-1.0, min(1.0, step))
            if abs(step) < 1e-13 * (1 + abs(at)):
                break
        return at

    def own(self) -> _Array:
        """The largest log probability of each study's counts, with an effect of its own."""
        return np.asarray(self.log_likelihood(self._highest(0.0, 0.0)[0])[:, 0] + 0.0)

    def given(self) -> GivenCounts:
        """Integrals over the true effect of every study on a grid of its own, the trapezoidal rule."""
        mean, tau2 = self.result.estimate, self.tau2
        top, spread = self._highest(mean, 1 / tau2)
        reach = np.minimum(_WIDEST * np.sqrt(tau2), _REACH * spread)
        theta = top + reach * np.linspace(-1.0, 1.0, _POINTS)
        log_density = self.log_likelihood(theta) - (theta - mean) ** 2 / (2 * tau2)
        weight = np.exp(log_density - log_density.max(axis=1, keepdims=True))
        weight /= weight.sum(axis=1, keepdims=True)

        def average(of: _Array) -> _Array:
            return np.asarray((weight * of).sum(axis=1))

        q = (theta - mean) ** 2
        m, away = average(theta), average(q)
        from_m, from_away = theta - m[:, None], q - away[:, None]
        variance = average(from_m**2)
        return GivenCounts(
            m=m,
            s=np.sqrt(variance),
            d=away,
            a=(1 - variance / tau2) / tau2,
            b=(m - mean) / tau2**2 - average(from_m * from_away) / (2 * tau2**3),
            c=away / tau2**3 - 1 / (2 * tau2**2) - average(from_away**2) / (4 * tau2**4),
        )

    def _highest(self, mean: float, precision: float) -> tuple[_Array, _Array]:
        """Where counts and distribution of the effects together are most probable, and the spread there.

        All is concave; steps of at most 1 come closer. Without a distribution (precision 0) the top of an
        extreme table is infinite: what is reached is as probable to all digits.
        """
        theta = np.full((self.data.k, 1), mean)
        for _ in range(200):
            slope, curve = self.family.derivatives(theta, 2)
            steepness = np.maximum(precision - curve, 1e-300)
            step = np.clip((slope - (theta - mean) * precision) / steepness, -1.0, 1.0)
            theta = theta + step
            if np.abs(step).max() < 1e-12:
                break
        return theta, 1 / np.sqrt(steepness)


def mixed_counts(result: SynthesisResult) -> MixedCounts | None:
    """The counts behind the mean of a mixed model; None for another model.

    Parameters
    ----------
    result : SynthesisResult

    Returns
    -------
    MixedCounts or None
        None, too, where the fit is not the maximum likelihood of one of the models that `pool` has.
    """
    found, fit, code = result.heterogeneity, result.beside.glmm, result.effects.measure.code
    if result.model != "glmm" or code not in _MODELS or isinstance(found, NotEstimable):
        return None
    if fit is not None and (fit.method, fit.spec.model) != ("maximum likelihood", _MODELS[code]):
        return None
    data = gather_counts(result.effects, dict.fromkeys(_COLUMNS), measure=code, labels=None)
    rows, silent = silent_rows(data, drop00=True)
    return MixedCounts(
        result=result,
        fit=fit,
        data=data.take(rows),
        silent=tuple((row.label, row.reason) for row in silent),
        tau2=found.tau2.value,
    )


_COLUMNS = ("events", "n", "time", "events_1", "n_1", "events_2", "n_2", "time_1", "time_2")
