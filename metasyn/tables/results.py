"""Pooled results: one line per synthesis, every alternative of one, its heterogeneity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from metasyn.names import HETEROGENEITY_NAMES, interval_heading
from metasyn.synthesis.model import Heterogeneity, SynthesisResult
from metasyn.tables.cells import (
    H2_text,
    I2_cell,
    estimate_cell,
    estimate_with_unit,
    interval_with_unit,
    p_cell,
    prediction_shown,
    tau2_cell,
    tau2_interval_text,
)
from metasyn.tables.model import ReportTable, columns
from metasyn.tables.words import CI_WORDS, MODEL_WORDS, TAU2_WORDS, subject, unit_of
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import CiMethod
from metasyn.wording import decimal, level_text, percent_text, tau2_text, whole

__all__ = ["alternatives_table", "heterogeneity_table", "results_table"]

# Intervals that bring a mean of their own: the estimator of tau2 it rests on, and how to say so.
_OWN_TAU2: Mapping[CiMethod, tuple[str, str]] = MappingProxyType(
    {
        "profile-likelihood": (
            "ML",
            "The pooled estimate and its interval come from the profile likelihood, which estimates mean and "
            "τ² together by maximum likelihood.",
        ),
        "henmi-copas": (
            "DL",
            "The pooled estimate has common-effect weights, and its Henmi-Copas interval allows for the "
            "DerSimonian-Laird τ².",
        ),
    }
)


def results_table(results: Sequence[tuple[str, SynthesisResult | NotEstimable]], *, slug: str) -> ReportTable:
    """One line per outcome: amount of evidence, model, estimate, prediction, heterogeneity.

    Parameters
    ----------
    results : sequence of (label, SynthesisResult or NotEstimable)
    slug : str

    Returns
    -------
    ReportTable
        Estimates on the natural scale; the reasons for what cannot be estimated are in the notes.
    """
    rows: list[tuple[str, ...]] = []
    notes: dict[str, None] = {}
    withheld: dict[str, list[str]] = {}
    for label, result in results:
        if isinstance(result, NotEstimable):
            rows.append((label, "0", "0", "\N{EN DASH}", "not estimable", "", "", "", ""))
            notes[f"{label}: {result.reason}."] = None
            continue
        rows.append(_result_row(label, result))
        for what, value in (
            ("prediction interval", prediction_shown(result)),
            ("heterogeneity", result.heterogeneity),
        ):
            if isinstance(value, NotEstimable) and result.pooled:
                withheld.setdefault(f"{what}: {value.reason}.", []).append(label)
    made = [one for _, one in results if isinstance(one, SynthesisResult)]
    bayesian = [one for one in made if one.pooled and one.model == "bayesian"]
    notes |= {f"{', '.join(labels)}, {why}": None for why, labels in withheld.items()}
    notes |= dict.fromkeys(_bayesian_notes(bayesian, some=len(bayesian) < len(made)))
    levels = {level_text(r.request.level) for _, r in results if isinstance(r, SynthesisResult)} or {"95%"}
    level = " / ".join(sorted(levels))
    return ReportTable(
        slug=slug,
        caption="Results of every outcome",
        columns=columns(
            ("outcome", "Outcome", "left", 2.0),
            ("k", "k", "right", 0.5),
            ("studies", "Studies", "right", 0.9),
            ("model", "Model", "left", 1.5),
            ("estimate", f"Estimate ({_intervals(made, level)})", "right", 2.2),
            ("p", "p", "right", 0.9),
            ("prediction_interval", f"{level} prediction interval", "right", 1.6),
            ("tau2", f"τ² ({level} CI)", "right", 2.0),
            ("I2", f"I² ({level} CI)", "right", 1.7),
        ),
        rows=tuple(rows),
        notes=tuple(notes),
    )


def _intervals(results: Sequence[SynthesisResult], level: str) -> str:
    """What heads the column of their intervals; a study on its own has a confidence interval."""
    return interval_heading([one.ci_method if one.pooled else "wald" for one in results], level)


def _bayesian_notes(bayesian: Sequence[SynthesisResult], *, some: bool) -> Iterator[str]:
    """What the intervals of Bayesian headlines are, and where their heterogeneity stands."""
    if not bayesian:
        return
    prior = bayesian[0].beside.bayes[0][0]
    whose = "Of Bayesian random effects" if some else "All"
    yield (
        f"{whose}: credible intervals given the prior {prior} of τ; the prediction interval is that of a "
        "new study under it; τ² and I² are those of the classical random-effects model beside it."
    )


def _result_row(label: str, result: SynthesisResult) -> tuple[str, ...]:
    measure = result.effects.measure
    single = not result.pooled
    dash = "\N{EN DASH}"
    return (
        label,
        whole(result.k),
        whole(result.n_studies),
        "one study, not pooled" if single else MODEL_WORDS[result.model],
        estimate_with_unit(result, measure),
        dash if measure.null is None or result.model == "bayesian" else p_cell(result.pvalue),
        dash if single else interval_with_unit(prediction_shown(result), measure),
        dash if single else tau2_cell(result.heterogeneity),
        dash if single else I2_cell(result.heterogeneity),
    )


def alternatives_table(result: SynthesisResult, *, slug: str) -> ReportTable:
    """The headline and every withheld alternative, side by side.

    Parameters
    ----------
    result : SynthesisResult
    slug : str

    Returns
    -------
    ReportTable
        The headline row is emphasised; the notes say which rule chose it.
    """
    measure = result.effects.measure
    with_p = measure.null is not None
    rows = []
    for other in result.alternatives:
        row = [
            MODEL_WORDS[other.model],
            f"{CI_WORDS[other.ci_method]}; prior of τ {other.prior}"
            if other.prior
            else CI_WORDS[other.ci_method],
            estimate_cell(other, measure),
            "\N{EN DASH}" if other.model == "bayesian" else p_cell(other.pvalue),
            "headline" if other.headline else "shown for comparison",
        ]
        rows.append(tuple(row if with_p else row[:3] + row[4:]))
    heading = interval_heading(
        [other.ci_method for other in result.alternatives], level_text(result.request.level)
    )
    made = columns(
        ("model", "Model", "left", 1.3),
        ("interval", "Interval of the mean", "left", 2.4),
        ("estimate", f"{measure.heading} ({heading})", "right", 1.8),
        ("p", "p", "right", 0.7),
        ("standing", "Standing", "left", 1.4),
    )
    units = unit_of(result.effects)
    return ReportTable(
        slug=slug,
        caption=f"{subject(result.effects.outcome)}: the same {units} under other models and intervals",
        columns=made if with_p else (*made[:3], made[4]),
        rows=tuple(rows),
        notes=(f"Why this headline: {result.policy.reason}",),
        emphasis=tuple(i for i, other in enumerate(result.alternatives) if other.headline),
    )


def heterogeneity_table(result: SynthesisResult, *, slug: str) -> ReportTable:
    """Q, tau2, tau, I2, H2 and the prediction interval, each with its interval.

    Parameters
    ----------
    result : SynthesisResult
    slug : str

    Returns
    -------
    ReportTable
        Without rows where heterogeneity cannot be estimated; the note gives the reason.
    """
    found = result.heterogeneity
    level = level_text(result.request.level)
    rows = (
        ()
        if isinstance(found, NotEstimable)
        else (*_heterogeneity_rows(result, found), _prediction_row(result))
    )
    notes = [f"{found.reason}."] if isinstance(found, NotEstimable) else []
    if isinstance(prediction_shown(result), NotEstimable):
        assert isinstance(result.pi, NotEstimable)
        notes.append(f"Prediction interval: {result.pi.reason}.")
    notes.extend(_other_tau2(result))
    return ReportTable(
        slug=slug,
        caption=f"{subject(result.effects.outcome)}: heterogeneity between the {unit_of(result.effects)}",
        columns=columns(
            ("quantity", "Quantity", "left", 3.0),
            ("value", "Value", "right", 1.0),
            ("interval", f"{level} interval", "right", 1.5),
        ),
        rows=rows,
        notes=tuple(notes),
    )


def _other_tau2(result: SynthesisResult) -> Iterator[str]:
    """Where the estimate rests on another between-study variance than the one in the table."""
    rests_on = _OWN_TAU2.get(result.ci_method)
    if result.model == "bayesian":
        yield (
            "Beside the Bayesian headline these are the numbers of the classical random-effects model, all "
            "but the prediction interval."
        )
    if rests_on is not None and result.model != "glmm" and isinstance(result.heterogeneity, Heterogeneity):
        method, why = rests_on
        if result.heterogeneity.tau2.method != method:
            yield f"{why} The τ² of this table is that of {_method_word(result.heterogeneity)}."


def _method_word(found: Heterogeneity) -> str:
    return TAU2_WORDS.get(found.tau2.method, found.tau2.method)


def _heterogeneity_rows(result: SynthesisResult, found: Heterogeneity) -> tuple[tuple[str, ...], ...]:
    tau2 = found.tau2
    method = _method_word(found)
    return (
        (
            f"{HETEROGENEITY_NAMES[found.test]} (df = {found.df}, p {_p_relation(found.pvalue)})",
            decimal(found.Q),
            "",
        ),
        (
            f"τ², variance between the {unit_of(result.effects)}, {method}",
            tau2_text(tau2.value),
            tau2_interval_text(tau2.ci),
        ),
        ("τ, its square root", tau2_text(tau2.value**0.5), tau2_interval_text(_root(tau2.ci))),
        ("I², share of variability beyond chance", percent_text(found.I2, 0), _percents(found.I2_ci)),
        ("H², total over sampling variability", H2_text(found.H2), _H2_bounds(found.H2_ci)),
    )


def _prediction_row(result: SynthesisResult) -> tuple[str, ...]:
    return (
        f"Prediction interval of the true effect in a new {unit_of(result.effects, 1)}{_of_bayes(result)}",
        "",
        interval_with_unit(prediction_shown(result), result.effects.measure),
    )


def _of_bayes(result: SynthesisResult) -> str:
    """Under which prior a prediction interval is that of a Bayesian headline."""
    return f", Bayesian, prior of τ {result.beside.bayes[0][0]}" if result.model == "bayesian" else ""


def _p_relation(p: float) -> str:
    text = p_cell(p)
    return text if text[0] in "<>" else f"= {text}"


def _root(interval: Interval | NotEstimable) -> Interval | NotEstimable:
    if isinstance(interval, NotEstimable):
        return interval
    return Interval(interval.low**0.5, interval.high**0.5, interval.level)


def _percents(interval: Interval | NotEstimable) -> str:
    if isinstance(interval, NotEstimable):
        return ""
    return f"{percent_text(interval.low, 0)} to {percent_text(interval.high, 0)}"


def _H2_bounds(interval: Interval | NotEstimable) -> str:
    if isinstance(interval, NotEstimable):
        return ""
    return f"{H2_text(interval.low)} to {H2_text(interval.high)}"
