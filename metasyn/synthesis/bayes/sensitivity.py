"""The same synthesis under other priors of tau."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from metasyn.errors import OptionError
from metasyn.synthesis.bayes.model import BayesResult
from metasyn.synthesis.bayes.pool import pool_bayes
from metasyn.synthesis.bayes.prior import TauPrior, require_positive
from metasyn.values import Finding, Interval

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PriorSensitivity", "prior_sensitivity"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PriorSensitivity:
    """One synthesis under several priors of tau.

    Attributes
    ----------
    results : tuple of BayesResult
        In the order asked for.
    findings : tuple of Finding
        Whether the priors disagree about which side of no effect the interval lies on.
    """

    results: tuple[BayesResult, ...]
    findings: tuple[Finding, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """One row per prior."""
        import pandas as pd

        return pd.DataFrame([_row(one) for one in self.results])

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "rows": [_row(one) for one in self.results],
            "findings": [str(finding) for finding in self.findings],
        }

    def __str__(self) -> str:
        from metasyn.synthesis.bayes.text import sensitivity_to_text

        return sensitivity_to_text(self)


def prior_sensitivity(
    result: BayesResult,
    *,
    factors: Sequence[float] = (0.25, 0.5, 1.0, 2.0, 4.0),
    also: Sequence[TauPrior] = (),
) -> PriorSensitivity:
    """Repeat a synthesis with its prior of tau made narrower and wider, and with others.

    Parameters
    ----------
    result : BayesResult
    factors : sequence of float
        The prior is that of `factor` times tau; improper priors have no scale: give `factors=()`.
    also : sequence of TauPrior
        Further priors.

    Returns
    -------
    PriorSensitivity

    Raises
    ------
    OptionError
        If nothing is asked for, a factor is not above 0, or the prior has no scale.

    Examples
    --------
    >>> from metasyn.synthesis.bayes import pool_bayes
    >>> result = pool_bayes(yi=[-0.478, -0.288], sei=[0.16, 0.14], measure="HR")
    >>> found = prior_sensitivity(result, factors=[0.5, 2])
    >>> [(str(one.tau_prior), round(one.ci.high, 3)) for one in found.results]
    [('half-normal(scale 0.25)', -0.011), ('half-normal(scale 1)', 0.615)]
    """
    for factor in factors:
        require_positive("factors", factor)
    priors = [*(result.tau_prior.scaled(float(factor)) for factor in factors), *also]
    if not priors:
        raise OptionError("give factors or priors: there is nothing to compare.")
    results = tuple(
        pool_bayes(
            result.effects,
            tau_prior=prior,
            mu_prior=result.mu_prior,
            level=result.level,
            interval=result.interval,
        )
        for prior in priors
    )
    return PriorSensitivity(results=results, findings=_findings((result, *results)))


def _findings(results: Sequence[BayesResult]) -> tuple[Finding, ...]:
    """A warning where the interval excludes no effect under some of the priors only."""
    null = results[0].measure.null
    if null is None:
        return ()
    excludes = [not one.ci.low <= null <= one.ci.high for one in results]
    if all(excludes) or not any(excludes):
        return ()
    message = "whether the interval of the mean includes no effect depends on the prior of tau"
    return (Finding(code="prior-decides", message=message, severity="warning"),)


def _row(one: BayesResult) -> dict[str, Any]:
    tau: Interval = one.tau.interval(one.interval)
    return {
        "tau_prior": str(one.tau_prior),
        "median": one.mu.median,
        "ci_low": one.ci.low,
        "ci_high": one.ci.high,
        "tau": one.tau.median,
        "tau_low": tau.low,
        "tau_high": tau.high,
        "pi_low": one.pi.low,
        "pi_high": one.pi.high,
        "p_below_null": one.p_below_null if isinstance(one.p_below_null, float) else None,
    }
