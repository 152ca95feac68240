"""What a reader must know about the fit of a selection model."""

from __future__ import annotations

from metasyn.synthesis.small_study.selection.fit import Fit
from metasyn.synthesis.small_study.selection.likelihood import SelectionLikelihood
from metasyn.synthesis.small_study.selection.weights import FAMILIES
from metasyn.values import Finding

__all__ = ["fit_findings"]


def fit_findings(
    fit: Fit, likelihood: SelectionLikelihood, *, scale: float, common: bool
) -> tuple[Finding, ...]:
    """Parameters at their bounds, several maxima, censored p values; `scale` turns mu into the data's."""
    found = []
    if not common and fit.tau2 == 0:
        found.append(_note("tau2-at-zero", "tau2 is 0, at its bound; the standard errors take it as known."))
    if fit.runner_up is not None:
        mu, value = fit.runner_up
        message = (
            f"the likelihood has {fit.n_optima} maxima; the highest found is taken. The next has the "
            f"mean {mu * scale:.4g} at a log likelihood lower by {fit.log_likelihood - value:.3g}."
        )
        found.append(Finding(code="several-maxima", message=message, severity="warning"))
    if fit.at_bound:
        message = "a parameter of the selection function is 0, at its bound: Wald intervals are rough there."
        found.append(_note("selection-at-bound", message))
    if likelihood.n_censored:
        edge = FAMILIES[likelihood.function].censored
        found.append(
            _note(
                "censored-p-values",
                f"{likelihood.n_censored} p value(s) nearer to 0 or 1 than {edge:g} were set to it: the "
                "selection function is unbounded there.",
            )
        )
    return tuple(found)


def _note(code: str, message: str) -> Finding:
    return Finding(code=code, message=message, severity="note")
