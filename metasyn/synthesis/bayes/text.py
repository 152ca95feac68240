"""Bayesian results as text, full figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metasyn.synthesis.bayes.summary import PosteriorSummary
from metasyn.synthesis.lines import columns, natural, notes, number, percent, spread, study_table

if TYPE_CHECKING:
    from metasyn.synthesis.bayes.evidence import BayesFactors
    from metasyn.synthesis.bayes.model import BayesResult
    from metasyn.synthesis.bayes.sensitivity import PriorSensitivity
    from metasyn.synthesis.bayes.shrinkage import Shrinkage

__all__ = ["bayes_factors_to_text", "bayes_to_text", "sensitivity_to_text", "shrinkage_to_text"]


def bayes_to_text(result: BayesResult) -> str:
    """Model, priors, one row per posterior, probabilities and notes."""
    measure = result.measure
    back = natural(measure.code, result.estimate, result.ci, unit=measure.unit)
    back = back.replace(" CI ", " credible interval ")
    rows = [
        _row("mean mu", result.mu, result),
        _row("between-study sd tau", result.tau, result),
        _row("effect in a new study", result.predictive, result),
    ]
    head = ["", "median", "mean", "sd", "mode", f"{percent(result.level)} {result.interval} interval"]
    lines = [
        f"Bayesian random-effects synthesis, {measure.scale}, k = {result.k}",
        f"prior of tau: {result.tau_prior}; prior of mu: {result.mu_prior}",
        *([f"source of the prior of tau: {result.tau_prior.source}"] if result.tau_prior.source else []),
        *columns([head, *rows]),
        *([f"that is {back}"] if back else []),
    ]
    if measure.null is not None:
        lines.append(f"P(mu < {measure.null:g}) = {number(result.p_below_null)}")
    lines.append(f"log marginal likelihood: {number(result.log_marginal_likelihood)}")
    return "\n".join([*lines, *notes(result.findings)])


def _row(name: str, found: PosteriorSummary, result: BayesResult) -> list[str]:
    values = [number(value, short=True) for value in (found.median, found.mean, found.sd, found.mode)]
    return [name, *values, spread(found.interval(result.interval))]


def shrinkage_to_text(found: Shrinkage) -> str:
    """One line per study."""
    head = ["median", "sd", f"{percent(found.level)} {found.interval} interval", "own weight"]
    rows = [
        [label, number(float(m)), number(float(s)), f"{low:.6g} to {high:.6g}", f"{w:.4g}"]
        for label, m, s, low, high, w in zip(
            found.labels, found.median, found.sd, found.low, found.high, found.own_weight, strict=True
        )
    ]
    return "\n".join(["true effects of the studies, analysis scale", *study_table(head, rows)])


def bayes_factors_to_text(found: BayesFactors) -> str:
    """Four lines."""
    return "\n".join([
        "Bayes factors for the hypotheses (below 1: against them)",
        f"no mean effect: {number(found.mu_null)}",
        f"tau = 0: {number(found.tau_zero)}",
        f"no mean effect, at least: {number(found.mu_null_minimum)}",
        f"tau = 0, at least: {number(found.tau_zero_minimum)}",
    ])  # fmt: skip


def sensitivity_to_text(found: PriorSensitivity) -> str:
    """One line per prior."""
    first = found.results[0]
    head = ["median", f"{percent(first.level)} interval", "tau", "interval of tau"]
    rows = [
        [
            str(one.tau_prior),
            number(one.mu.median),
            spread(one.ci),
            number(one.tau.median),
            spread(one.tau.interval(one.interval)),
        ]
        for one in found.results
    ]
    return "\n".join(
        ["other priors of tau, analysis scale", *study_table(head, rows), *notes(found.findings)]
    )
