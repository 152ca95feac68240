"""What there is to know about the reported figures an analysis rests on, and what was done about it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from metasyn.analysis.evidence_audit import told_once
from metasyn.analysis.result import FigureFinding, OutcomeResult
from metasyn.effects.model import Effect, EffectSet, Exclusion
from metasyn.evidence.audit import AuditFinding
from metasyn.evidence.model import ReportedResult
from metasyn.evidence.selection import Evidence
from metasyn.values import Finding, Severity

__all__ = ["audit"]

# The last step of the choice between figures: the order of the table decides nothing of substance.
_ARBITRARY = "it comes first in the table"
# What `effects.routes.reported_ratios` notes of an estimate that its interval does not surround evenly.
_OFF_CENTRE = "off the centre of its interval"
# What `effects` notes of figures that are clear, only not printed where, or as, they are used.
_ELSEWHERE = re.compile(r"taken from the table of cohorts$|^direction of .* taken from ")
_CONVERTED = re.compile(
    r"^one-sided p = \S+ doubled$| converted to |^\d+ events of .* by subtraction: | of the other group: "
    r"| recovered from the margins of their table; no other table fits$"
    r"|^proportion with the event.*: 1 − S = | are without the event: |^effective number of participants "
)
_ORDER = {
    "sources-disagree": 0,
    "cross_source_conflict": 0,
    "version_conflict": 0,
    "unusable-figure": 1,
    "off-centre": 3,
    "preferred-route": 3,
    "assumption": 4,
    "reading": 5,
    "taken-from-elsewhere": 6,
    "converted": 7,
    "other-direction": 8,
    "recovered-figure": 9,
}
# The place of what the audit found among these.
_AUDITED = 2


def audit(
    evidence: Evidence, outcomes: Sequence[OutcomeResult], audited: Sequence[AuditFinding] = ()
) -> tuple[FigureFinding, ...]:
    """Findings about the figures behind the effects of an analysis.

    Parameters
    ----------
    evidence : Evidence
    outcomes : sequence of OutcomeResult
        With their effects and exclusions, those shown apart included.
    audited : sequence of AuditFinding
        What the audit of the evidence found about them.

    Returns
    -------
    tuple of FigureFinding
        Open ones first. Within these: figures of one cohort that differ between sources, unusable
        figures, findings of the audit, estimates off centre, preferred routes that no effect takes,
        assumptions, readings of unclear figures, figures taken from elsewhere and converted, inverted
        contrasts, and figures recovered by arithmetic; each once, with the names of all effects it bears on.
    """
    found: list[FigureFinding] = []
    for part in outcomes:
        for effects in (part.effects, *(other.effects for other in part.apart)):
            found.extend(_disagreements(evidence, part, effects))
            found.extend(_unusable(effects.exclusions))
            found.extend(_preferred(part, effects))
            for effect in effects.effects:
                found.extend(_of_effect(effect))
    told = told_once(list(_merged(found)), audited, evidence)
    return tuple(sorted(told, key=lambda one: (not one.is_open, _ORDER.get(one.finding.code, _AUDITED))))


def _made(
    code: str, severity: Severity, where: str, message: str, rows: Iterable[str], answer: str
) -> FigureFinding:
    finding = Finding(code=code, severity=severity, where=where, message=message)
    return FigureFinding(finding=finding, rows=tuple(dict.fromkeys(rows)), answer=answer)


def _merged(found: Iterable[FigureFinding]) -> Iterator[FigureFinding]:
    """Equal findings as one, about all effects they were made of."""
    alike: dict[tuple[str, str, str], list[FigureFinding]] = {}
    for one in found:
        alike.setdefault((one.finding.code, one.finding.message, one.answer), []).append(one)
    for members in alike.values():
        where = "; ".join(dict.fromkeys(one.finding.where for one in members))
        rows = tuple(dict.fromkeys(row for one in members for row in one.rows))
        yield replace(members[0], finding=replace(members[0].finding, where=where), rows=rows)


def _of_effect(effect: Effect) -> Iterator[FigureFinding]:
    """Assumptions, readings, direction and arithmetic of one effect."""
    ids = [row.result_id for row in effect.rows]
    for assumption in effect.route.assumptions:
        yield _made("assumption", "warning", effect.label, f"assumes that {assumption}", ids, "stated here")
    yield from (_of_note(effect, note, ids) for note in effect.notes)
    noted = any("invert" in note or "other way" in note for note in effect.notes)
    if effect.inverted and not noted:
        message = "the source states the contrast the other way round"
        yield _made("other-direction", "note", effect.label, message, ids, "inverted")


def _of_note(effect: Effect, note: str, ids: Sequence[str]) -> FigureFinding:
    """A remark on an effect: arithmetic behind a figure, an odd interval, or how a figure was read."""
    derived = next((row for row in effect.rows if row.derivation and row.derivation in note), None)
    if derived is not None:
        rows = [derived.result_id]
        return _made("recovered-figure", "note", effect.label, note, rows, "used; the sum is shown")
    if _OFF_CENTRE in note:
        answer = "estimate and width used as printed"
        return _made("off-centre", "warning", effect.label, note, ids, answer)
    clear = "taken-from-elsewhere" if _ELSEWHERE.search(note) else "converted"
    code = clear if _ELSEWHERE.search(note) or _CONVERTED.search(note) else "reading"
    return _made(code, "note", effect.label, note, ids, "stated here")


def _unusable(exclusions: Iterable[Exclusion]) -> Iterator[FigureFinding]:
    for exclusion in exclusions:
        if exclusion.code == "unusable":
            yield _made(
                *("unusable-figure", "warning", exclusion.label, exclusion.reason),
                *(exclusion.result_ids, "left out"),
            )


def _preferred(part: OutcomeResult, effects: EffectSet) -> Iterator[FigureFinding]:
    """Routes that the analyst prefers and no effect takes, although some take one that is liked less."""
    prefer = tuple(part.outcome.prefer)
    taken = [effect.route.name for effect in effects.effects]
    for place, name in enumerate(prefer):
        less = [other for other in taken if other not in prefer[: place + 1]]
        if less and name not in taken:
            message = f"the analysis prefers the route '{name}', and no effect takes it"
            answer = f"taken instead: {', '.join(repr(other) for other in dict.fromkeys(less))}"
            yield _made("preferred-route", "warning", part.definition.label, message, (), answer)


def _disagreements(evidence: Evidence, part: OutcomeResult, effects: EffectSet) -> Iterator[FigureFinding]:
    """Figures for one and the same thing that differ by more than rounding."""
    about = _about(effects)
    asked = (part.outcome.outcome, part.outcome.timepoint)
    groups: dict[tuple[str, ...], list[ReportedResult]] = {}
    for row in evidence.results:
        place = (row.cohort_id, row.comparator_id)
        if (row.outcome, row.timepoint) == asked and place in about and _comparable(row):
            groups.setdefault((*place, row.definition, row.statistic, row.unit), []).append(row)
    reasons = {i: x.reason for x in effects.exclusions for i in x.result_ids}
    for rows in groups.values():
        for first, second in combinations(rows, 2):
            if _differ(first, second):
                for effect in about[first.cohort_id, first.comparator_id]:
                    yield _disagreement(evidence, first, second, effect, reasons)


def _about(effects: EffectSet) -> dict[tuple[str, str], list[Effect]]:
    """Cohort and comparator of a figure -> the effects it bears on.

    A figure of a contrast bears on the effect of that contrast, in either direction; one of a single
    cohort on every effect that this cohort enters.
    """
    about: dict[tuple[str, str], list[Effect]] = {}
    for effect in effects.effects:
        one, other = effect.cohort_id, effect.comparator_id
        places = {(one, other), (other, one), (one, ""), (other, "")}
        for place in places:
            if place[0]:
                about.setdefault(place, []).append(effect)
    return about


def _comparable(row: ReportedResult) -> bool:
    return row.usable and not row.derived and row.value is not None


def _differ(first: ReportedResult, second: ReportedResult) -> bool:
    assert first.value is not None
    assert second.value is not None
    margin = sum(0.5 * 10.0 ** -(row.decimals or 0) for row in (first, second))
    return abs(first.value - second.value) > margin * (1 + 1e-9)


def _disagreement(
    evidence: Evidence,
    first: ReportedResult,
    second: ReportedResult,
    effect: Effect,
    reasons: Mapping[str, str],
) -> FigureFinding:
    places = [f"{row.as_printed} ({_place(evidence, row)})" for row in (first, second)]
    cohort = evidence.cohorts[first.cohort_id].label
    message = f"{first.statistic} of {cohort}: {places[0]}, but {places[1]}"
    ids = (first.result_id, second.result_id)
    used = [row for row in (first, second) if any(ref.result_id == row.result_id for ref in effect.rows)]
    if not used:
        answer = "neither is used"
    else:
        other = second if used[0] is first else first
        reason = reasons.get(other.result_id, "")
        answer = "" if _ARBITRARY in reason else f"{used[0].as_printed} is used"
    return _made("sources-disagree", "warning", effect.label, message, ids, answer)


def _place(evidence: Evidence, row: ReportedResult) -> str:
    source = evidence.sources.get(row.source_id)
    return ", ".join(text for text in (source.citation[:60] if source else "", row.locator) if text)
