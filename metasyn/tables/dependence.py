"""Rows that depend on each other: both answers side by side, who is tied to whom, other correlations."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from metasyn.effects.measure import EffectMeasure
from metasyn.synthesis.dependence import DependenceGroup, DependenceGroups, PairCorrelation
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.robust import CheAtRho, CheResult
from metasyn.synthesis.robust.beside import normal_counterpart
from metasyn.tables.cells import effect_cell, estimate_cell, interval_cell, p_cell
from metasyn.tables.model import ReportTable, columns
from metasyn.tables.words import CI_WORDS, estimate_header, subject, unit_word
from metasyn.values import Interval, NotEstimable
from metasyn.wording import decimal, interval_text, level_text, natural_text, plain_number, tau2_text, whole

__all__ = ["both_ways_table", "rho_table", "tied_rows_table"]

_DASH = "\N{EN DASH}"


def both_ways_table(result: SynthesisResult, dependent: CheResult, *, slug: str) -> ReportTable:
    """One row per cohort and all rows, side by side.

    Parameters
    ----------
    result : SynthesisResult
        The headline, one row per cohort.
    dependent : CheResult
        All rows, by the model for dependent rows.
    slug : str

    Returns
    -------
    ReportTable
        The headline row is emphasised.
    """
    measure, level = result.effects.measure, level_text(dependent.spec.level)
    same_model = normal_counterpart(result)
    made = columns(
        ("model", "Synthesis", "left", 2.0),
        ("k", "Rows", "right", 0.6),
        ("groups", "Independent units", "right", 1.0),
        ("estimate", estimate_header(measure, level), "right", 1.8),
        ("p", "p", "right", 0.7),
        ("prediction_interval", f"{level} prediction interval", "right", 1.5),
        ("df", "Degrees of freedom", "right", 1.0),
    )
    keep = [i for i, column in enumerate(made) if measure.null is not None or column.key != "p"]
    return ReportTable(
        slug=slug,
        caption=f"{subject(result.effects.outcome)}: one row per cohort, and all rows",
        columns=tuple(made[i] for i in keep),
        rows=tuple(tuple(row[i] for i in keep) for row in _both_rows(result, dependent)),
        notes=(
            *(["Headline: credible interval; p values are of the others."] if _is_bayesian(result) else []),
            *([] if same_model is None else [f"Random effects: interval {CI_WORDS[same_model.ci_method]}."]),
            *_variances(dependent),
        ),
        emphasis=(0,),
    )


def _both_rows(result: SynthesisResult, dependent: CheResult) -> list[tuple[str, ...]]:
    """Headline, the same rows by random effects where another model headlines, all rows."""
    measure, df = result.effects.measure, dependent.df
    rows: list[tuple[str, ...]] = [
        (
            "One row per cohort (headline)",
            whole(result.k),
            whole(result.k),
            estimate_cell(result, measure),
            *_test_and_prediction(result),
            _DASH,
        ),
        (
            "All rows, dependent model",
            whole(dependent.k),
            whole(dependent.n_clusters),
            _estimate(dependent.estimate, dependent.ci, measure),
            p_cell(dependent.pvalue),
            interval_cell(dependent.pi, measure),
            _DASH if isinstance(df, NotEstimable) else decimal(df, 1),
        ),
    ]
    same_model = normal_counterpart(result)
    if same_model is not None:
        estimate, p = estimate_cell(same_model, measure), p_cell(same_model.pvalue)
        label = "One row per cohort, random effects"
        rows.insert(1, (label, whole(result.k), whole(result.k), estimate, p, _DASH, _DASH))
    return rows


def _is_bayesian(result: SynthesisResult) -> bool:
    return result.model == "bayesian"


def _test_and_prediction(result: SynthesisResult) -> tuple[str, str]:
    """p value and prediction interval; of a Bayesian headline that of its posterior, which has no p value."""
    measure = result.effects.measure
    if _is_bayesian(result):
        return _DASH, interval_cell(result.beside.bayes[0][1].pi, measure)
    return p_cell(result.pvalue), interval_cell(result.pi, measure)


def _variances(dependent: CheResult) -> Iterator[str]:
    """The variances of the dependent model, and why it has no prediction interval."""
    yield (
        "Dependent model: variance of the true effects between groups τ² = "
        f"{tau2_text(dependent.tau2)}, between the rows of a group ω² = {tau2_text(dependent.omega2)}; "
        "standard error by clusters (CR2), degrees of freedom by Satterthwaite."
    )
    if isinstance(dependent.pi, NotEstimable):
        yield f"Dependent model, prediction interval: {dependent.pi.reason}."


def tied_rows_table(
    groups: DependenceGroups,
    pairs: Sequence[PairCorrelation],
    added: Collection[int],
    *,
    level: float,
    slug: str,
) -> ReportTable:
    """Every row that is tied to another one, and why.

    Parameters
    ----------
    groups : DependenceGroups
    pairs : sequence of PairCorrelation
        Rows whose sampling errors are correlated.
    added : collection of int
        Positions of rows that the headline leaves out.
    level : float
        Of the intervals of single rows.
    slug : str

    Returns
    -------
    ReportTable
        One line per tied row; the reason is the strongest there is: the same participants, then the
        same registration, then the same study.
    """
    effects = groups.effects
    measure = effects.measure
    rows = []
    for group in groups.tied:
        for row in group.rows:
            label = effects.labels[row].removeprefix(f"{group.name}: ")
            rows.append(
                (
                    group.name,
                    label,
                    effect_cell(effects.effects[row], measure, level),
                    "no" if row in added else "yes",
                    _why(group, row),
                )
            )
    one = unit_word(measure, 1)
    return ReportTable(
        slug=slug,
        caption=f"{subject(effects.outcome)}: rows that depend on each other",
        columns=columns(
            ("group", "Group", "left", 1.3),
            ("row", one.capitalize(), "left", 2.0),
            ("estimate", estimate_header(measure, level_text(level)), "right", 1.7),
            ("headline", "In the headline", "left", 0.8),
            ("why", "Why tied", "left", 2.6),
        ),
        rows=tuple(rows),
        notes=tuple(_correlations(groups, pairs)),
    )


def _why(group: DependenceGroup, row: int) -> str:
    """The strongest reasons of one row."""
    ties = [tie for tie in group.ties if row in tie.rows]
    stronger = [tie for tie in ties if tie.shares_participants]
    stronger = stronger or [tie for tie in ties if tie.kind == "same registration"]
    return "; ".join(tie.reason for tie in stronger) or "same study"


def _correlations(groups: DependenceGroups, pairs: Sequence[PairCorrelation]) -> Iterator[str]:
    """How far the sampling errors are correlated, what is told by the tables and what is assumed."""
    told = [abs(pair.correlation) for pair in pairs if not pair.assumed]
    if told:
        low, high = decimal(min(told)), decimal(max(told))
        between = low if low == high else f"{low} to {high}"
        yield f"Correlation of sampling errors from the numbers of participants in common: {between}."
    for pair in pairs:
        if pair.assumed:
            one, two = (groups.effects.labels[i] for i in pair.rows)
            yield f"Correlation {decimal(pair.correlation)}, in part assumed: {one}, and {two}."
    if not pairs:
        yield "No two of them are known to share participants: their sampling errors are independent."


def rho_table(dependent: CheResult, *, slug: str) -> ReportTable:
    """The dependent model with other assumed correlations.

    Parameters
    ----------
    dependent : CheResult
    slug : str

    Returns
    -------
    ReportTable
        The assumed value of the main model is emphasised.
    """
    measure, level = dependent.effects.measure, level_text(dependent.spec.level)
    return ReportTable(
        slug=slug,
        caption=f"{subject(dependent.effects.outcome)}: the dependent model with other assumed correlations",
        columns=columns(
            ("rho", "Assumed correlation", "right", 1.2),
            ("estimate", estimate_header(measure, level), "right", 1.8),
            ("df", "Degrees of freedom", "right", 1.2),
            ("tau2", "τ² (between groups)", "right", 1.2),
            ("omega2", "ω² (within groups)", "right", 1.2),
        ),
        rows=tuple(_at_rho(at, measure) for at in dependent.sensitivity),
        notes=("The assumption stands only where the tables give no number.",),
        emphasis=tuple(i for i, at in enumerate(dependent.sensitivity) if at.rho == dependent.spec.rho),
    )


def _at_rho(at: CheAtRho, measure: EffectMeasure) -> tuple[str, ...]:
    rho = plain_number(at.rho)
    if isinstance(at.coefficients, NotEstimable):
        return (rho, f"not estimable: {at.coefficients.reason}", _DASH, _DASH, _DASH)
    mean = at.coefficients[0]
    variances = [_DASH if isinstance(x, NotEstimable) else tau2_text(x) for x in (at.tau2, at.omega2)]
    df = _DASH if isinstance(mean.df, NotEstimable) else decimal(mean.df, 1)
    return (rho, _estimate(mean.estimate, mean.ci, measure), df, *variances)


def _estimate(estimate: float, ci: Interval | NotEstimable, measure: EffectMeasure) -> str:
    """`0.68 (0.46 to 1.02)` on the natural scale."""
    value = natural_text(measure.to_natural(estimate), measure)
    if isinstance(ci, NotEstimable):
        return f"{value} (interval not estimable)"
    natural = Interval(measure.to_natural(ci.low), measure.to_natural(ci.high), ci.level)
    return f"{value} ({interval_text(natural, measure)})"
