"""Bayesian results of one synthesis under its priors of tau."""

from __future__ import annotations

from metasyn.names import interval_name
from metasyn.synthesis.bayes.model import BayesResult
from metasyn.synthesis.model import SynthesisResult
from metasyn.tables.cells import interval_cell, tau2_interval_text
from metasyn.tables.model import ReportTable, columns
from metasyn.tables.words import subject, unit_of
from metasyn.values import NotEstimable
from metasyn.wording import level_text, natural_text, percent_text, tau2_text

__all__ = ["posterior_table"]

_DASH = "\N{EN DASH}"


def posterior_table(result: SynthesisResult, *, slug: str) -> ReportTable:
    """One row per prior of tau: the mean, tau, a new study, and the probability of a side.

    Parameters
    ----------
    result : SynthesisResult
        With Bayesian results beside it.
    slug : str

    Returns
    -------
    ReportTable
        Posterior medians with credible intervals, natural scale; tau on the scale of analysis.
    """
    measure, level = result.effects.measure, level_text(result.request.level)
    below = measure.null is not None
    crI = interval_name("credible")
    made = columns(
        ("prior", "Prior of τ", "left", 2.2),
        ("estimate", f"{measure.heading} ({level} {crI})", "right", 1.8),
        ("below", f"Probability below {_null(result)}", "right", 1.2),
        ("tau", f"τ ({level} {crI})", "right", 1.5),
        ("new", f"New {unit_of(result.effects, 1)} ({level} {crI})", "right", 1.5),
    )
    rows = [_row(name, one, result) for name, one in result.beside.bayes]
    headline = result.model == "bayesian"
    return ReportTable(
        slug=slug,
        caption=f"{subject(result.effects.outcome)}: Bayesian results under "
        f"{'a stated prior' if len(rows) == 1 else 'stated priors'} of τ",
        columns=made if below else (*made[:2], *made[3:]),
        rows=tuple(row if below else row[:2] + row[3:] for row in rows),
        notes=(
            f"Posterior medians with the shortest intervals on the scale of the {measure.scale}; τ is the "
            "standard "
            "deviation of true effects on that scale.",
            *dict.fromkeys(
                f"{name}: {finding.message}." for name, one in result.beside.bayes for finding in one.findings
            ),
            *(
                f"{name}: {one.tau_prior.source}."
                for name, one in result.beside.bayes
                if one.tau_prior.source
            ),
        ),
        emphasis=(0,) if headline else (),
    )


def _null(result: SynthesisResult) -> str:
    """The value of no effect, on the natural scale."""
    measure = result.effects.measure
    return f"{measure.to_natural(measure.null or 0.0):.0f}"


def _row(name: str, one: BayesResult, result: SynthesisResult) -> tuple[str, ...]:
    measure = result.effects.measure
    estimate = natural_text(result.natural(one.estimate), measure)
    spread = one.tau.interval(one.interval)
    p = one.p_below_null
    return (
        name,
        f"{estimate} ({interval_cell(one.ci, measure)})",
        _DASH if isinstance(p, NotEstimable) else percent_text(p),
        f"{tau2_text(one.tau.median)} ({tau2_interval_text(spread)})",
        interval_cell(one.pi, measure),
    )
