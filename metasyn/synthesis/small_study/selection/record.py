"""What a selection model finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from metasyn.synthesis.small_study.records import plain
from metasyn.synthesis.small_study.regression import Coefficient
from metasyn.values import Finding, Interval, NotEstimable
from metasyn.vocabulary import Alternative, Measure, NormalModel, SelectionFunction

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SelectionModel", "SelectionWeight"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionWeight:
    """One parameter of a selection function.

    Attributes
    ----------
    name : str
        The interval of p values (`"0.025 < p <= 0.5"`), or the role of the parameter.
    value : float
        Its estimate: for an interval the probability of selection relative to the first one.
    se : float or NotEstimable
        From the Hessian.
    ci : Interval or NotEstimable
        Wald interval, on the log scale for parameters above 0.
    count : int or None
        Observed p values in the interval; None where there are no intervals.
    """

    name: str
    value: float
    se: float | NotEstimable
    ci: Interval | NotEstimable
    count: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionModel:
    """Maximum likelihood estimates before selection, and of the selection.

    Attributes
    ----------
    function : str
        `"step"`, `"beta"`, ...
    alternative : {'greater', 'less', 'two-sided'}
        Of the tests whose p values decide on selection.
    steps : tuple of float
        Upper ends of the intervals of a step function, the last one 1; else empty.
    model : {'random-effects', 'common-effect'}
    k : int
    labels : tuple of str
    estimate : Coefficient
        The mean effect before selection, Wald.
    unadjusted : Coefficient
        The same model without selection, by maximum likelihood.
    tau2 : float
    tau2_se : float or NotEstimable
        Not estimable where tau2 is 0.
    weights : tuple of SelectionWeight
    log_likelihood, log_likelihood_without : float
        With and without selection.
    lr, lr_df, lr_pvalue : float, int, float or NotEstimable
        Likelihood ratio test of no selection.
    lr_tau2, lr_tau2_pvalue : float or NotEstimable
        Likelihood ratio test of tau2 = 0 within the selection model, chi-square with one degree of
        freedom (conservative: tau2 is at its bound under the null).
    gradient : float
        Largest derivative of the log likelihood at the estimate, each times the standard error of
        its parameter; 0 for a perfect maximum.
    starts, n_optima, iterations : int
        Starting points, distinct maxima found from them, Newton steps of the best.
    findings : tuple of Finding
    """

    function: SelectionFunction
    alternative: Alternative
    steps: tuple[float, ...]
    measure: Measure
    model: NormalModel
    k: int
    labels: tuple[str, ...]
    estimate: Coefficient
    unadjusted: Coefficient
    tau2: float
    tau2_se: float | NotEstimable
    weights: tuple[SelectionWeight, ...]
    log_likelihood: float
    log_likelihood_without: float
    lr: float | NotEstimable
    lr_df: int
    lr_pvalue: float | NotEstimable
    lr_tau2: float | NotEstimable
    lr_tau2_pvalue: float | NotEstimable
    gradient: float
    starts: int
    n_optima: int
    iterations: int
    findings: tuple[Finding, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """One row per parameter of the selection function."""
        import pandas as pd

        return pd.DataFrame([_row(weight) for weight in self.weights])

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "function": self.function,
            "alternative": self.alternative,
            "steps": list(self.steps),
            "measure": self.measure,
            "model": self.model,
            "k": self.k,
            "estimate": self.estimate.to_dict(),
            "unadjusted": self.unadjusted.to_dict(),
            "tau2": self.tau2,
            "tau2_se": plain(self.tau2_se),
            "weights": [_row(weight) for weight in self.weights],
            "log_likelihood": self.log_likelihood,
            "log_likelihood_without": self.log_likelihood_without,
            "lr": plain(self.lr),
            "lr_df": self.lr_df,
            "lr_p": plain(self.lr_pvalue),
            "lr_tau2": plain(self.lr_tau2),
            "lr_tau2_p": plain(self.lr_tau2_pvalue),
            "gradient": self.gradient,
            "starts": self.starts,
            "n_optima": self.n_optima,
            "iterations": self.iterations,
            "findings": [str(finding) for finding in self.findings],
        }

    def __str__(self) -> str:
        from metasyn.synthesis.small_study.selection.text import selection_to_text

        return selection_to_text(self)


def _row(weight: SelectionWeight) -> dict[str, Any]:
    ci = weight.ci
    known = isinstance(ci, Interval)
    return {
        "name": weight.name,
        "count": weight.count,
        "value": weight.value,
        "se": plain(weight.se),
        "ci_low": ci.low if isinstance(ci, Interval) else None,
        "ci_high": ci.high if isinstance(ci, Interval) else None,
        "note": "" if known else plain_reason(ci),
    }


def plain_reason(value: Interval | NotEstimable) -> str:
    """Why there is no interval."""
    return value.reason if isinstance(value, NotEstimable) else ""
