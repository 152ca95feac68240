"""A posterior distribution in a few numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from metasyn.numerics.normal_mixture import NormalMixture, mixture_mode
from metasyn.numerics.shortest import central_and_shortest
from metasyn.synthesis.bayes.fit import BayesFit
from metasyn.synthesis.bayes.moments import moment_missing
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import CredibleInterval, Posterior

__all__ = ["PosteriorSummary", "credible", "summarise"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PosteriorSummary:
    """A posterior distribution in a few numbers, analysis scale.

    Attributes
    ----------
    median, mode : float
    mean, sd : float or NotEstimable
        With the reason where the distribution falls too slowly to have them.
    quantile : Interval
        Credible interval with the same probability on both sides.
    shortest : Interval
        The shortest interval with that probability (highest density, for one peak).
    """

    median: float
    mean: float | NotEstimable
    mode: float
    sd: float | NotEstimable
    quantile: Interval
    shortest: Interval

    def interval(self, kind: CredibleInterval) -> Interval:
        """One of the two intervals."""
        return self.shortest if kind == "shortest" else self.quantile

    def to_dict(self) -> dict[str, Any]:
        """Plain data: what is missing is None, the reason under `not_estimable`."""
        missing = {
            name: value.reason
            for name, value in (("mean", self.mean), ("sd", self.sd))
            if isinstance(value, NotEstimable)
        }
        return {
            "median": self.median,
            "mean": None if isinstance(self.mean, NotEstimable) else self.mean,
            "mode": self.mode,
            "sd": None if isinstance(self.sd, NotEstimable) else self.sd,
            "quantile": [self.quantile.low, self.quantile.high],
            "shortest": [self.shortest.low, self.shortest.high],
            "not_estimable": missing,
        }


def summarise(fit: BayesFit, of: Posterior, level: float) -> PosteriorSummary:
    """Summarise the posterior of `mu`, `tau` or `predictive`."""
    found = getattr(fit, of)
    low, median, high, *short = central_and_shortest(found, level, ends=_ends(fit, of))
    k = fit.yi.size
    name = {"mu": "of mu", "tau": "of tau", "predictive": "of a new effect"}[of]
    return PosteriorSummary(
        median=median,
        mean=found.mean
        if fit.moment_exists(of, 1)
        else moment_missing(f"posterior mean {name}", k, fit.tau_prior),
        mode=mixture_mode(found) if isinstance(found, NormalMixture) else found.mode(),
        sd=found.sd
        if fit.moment_exists(of, 2)
        else moment_missing(f"posterior standard deviation {name}", k, fit.tau_prior),
        quantile=Interval(low, high, level),
        shortest=Interval(short[0], short[1], level),
    )


def credible(fit: BayesFit, of: Posterior, level: float, kind: CredibleInterval) -> Interval:
    """A credible interval of `mu`, `tau` or `predictive`."""
    low, _, high, *shortest = central_and_shortest(getattr(fit, of), level, ends=_ends(fit, of))
    if kind == "shortest":
        low, high = shortest
    return Interval(low, high, level)


def _ends(fit: BayesFit, of: Posterior) -> tuple[float, float]:
    """Where a distribution begins and ends."""
    return (0.0, fit.tau_prior.upper) if of == "tau" else (-math.inf, math.inf)
