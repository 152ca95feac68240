"""`--fail-on`: which changes of a result are not to go unnoticed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from metasyn.changes.model import AnalysisChange, EvidenceChange, OutcomeChange, Standing
from metasyn.changes.standing import differs
from metasyn.effects.measure import EffectMeasure, get_measure
from metasyn.errors import OptionError
from metasyn.report.changes.numbers import (
    bounds_text,
    estimate_name,
    estimate_text,
    plain_cells,
)
from metasyn.report.changes.words import ARROW
from metasyn.synthesis.null_side import side, significant
from metasyn.values import NotEstimable
from metasyn.vocabulary import FailOn, require_option
from metasyn.wording import plain_number, worked_number

__all__ = ["Gate", "judged", "parse_gate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What fails.

    Attributes
    ----------
    words : tuple of str
        Of `FailOn`, each once.
    threshold : float
        With `"threshold"`: the largest change of an estimate that passes, on the scale of analysis.
    """

    words: tuple[FailOn, ...]
    threshold: float = 0.0


def parse_gate(text: str) -> Gate:
    """The gate that `--fail-on` names.

    Parameters
    ----------
    text : str
        Words separated by commas: `significance`, `direction`, `threshold=0.1`.

    Returns
    -------
    Gate

    Raises
    ------
    OptionError
        If a word is unknown, comes twice, or the threshold is not a number of at least 0.

    Examples
    --------
    >>> parse_gate("significance,threshold=0.1")
    Gate(words=('significance', 'threshold'), threshold=0.1)
    """
    words: list[FailOn] = []
    limit = 0.0
    for part in text.split(","):
        word, sign, value = (piece.strip() for piece in part.partition("="))
        name = cast("FailOn", require_option("--fail-on", word, FailOn))
        if name in words:
            raise OptionError(f"--fail-on names {name!r} twice.")
        if (name == "threshold") != bool(sign):
            rule = (
                "needs a number, as threshold=0.1"
                if name == "threshold"
                else f"takes no value; got {value!r}"
            )
            raise OptionError(f"--fail-on: {name} {rule}.")
        if sign:
            limit = _limit(value)
        words.append(name)
    return Gate(words=tuple(words), threshold=limit)


def _limit(text: str) -> float:
    try:
        limit = float(text)
    except ValueError:
        limit = -1.0
    if not 0 <= limit < float("inf"):
        raise OptionError(f"--fail-on: the threshold must be a number of at least 0; got {text!r}.")
    return limit


def judged(change: EvidenceChange, gate: Gate) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What fails at a gate, and what the gate cannot be asked about.

    Parameters
    ----------
    change : EvidenceChange
    gate : Gate

    Returns
    -------
    failures, remarks : tuple of str
        One line each. A result that was estimated and is not any more, or cannot be compared, fails;
        an outcome that is new passes.
    """
    failures: list[str] = []
    remarks: list[str] = []
    for analysis in change.analyses:
        if analysis.kind in ("removed", "not comparable"):
            why = "is gone" if analysis.kind == "removed" else f"cannot be compared: {_end(analysis.remark)}"
            failures.append(f"{analysis.name} {why}")
        else:
            failures += [line for outcome in analysis.outcomes for line in _failures(analysis, outcome, gate)]
            remarks += [line for outcome in analysis.outcomes for line in _remarks(analysis, outcome, gate)]
    return tuple(failures), tuple(remarks)


def _end(text: str) -> str:
    return text.rstrip(".") or "no reason is known"


def _failures(analysis: AnalysisChange, outcome: OutcomeChange, gate: Gate) -> Iterator[str]:
    """The lines of one outcome."""
    place, measure = f"{analysis.name}, {outcome.label}", get_measure(outcome.measure)
    before, after = outcome.before, outcome.after
    if before is None or isinstance(before.estimate, NotEstimable):
        return
    if outcome.another_scale:
        yield f"{place}: cannot be compared; {_end(outcome.remark)}"
        return
    if after is None or isinstance(after.estimate, NotEstimable):
        why = "it is no longer asked for" if after is None else _reason(after)
        yield f"{place}: {_shown(before, measure)} {ARROW} no result; {why}"
        return
    told = f"{place}: {_shown(before, measure)} {ARROW} {_shown(after, measure)}"
    if "significance" in gate.words and _decided(before, measure) != _decided(after, measure):
        yield f"significance: {told} {_turned(before, after, measure)}{_causes(outcome)}"
    if "direction" in gate.words and _turns(before, after):
        yield f"direction: {told} is on the other side of no effect{_causes(outcome)}"
    move = abs(after.estimate - before.estimate) if differs(before.estimate, after.estimate) else 0.0
    if "threshold" in gate.words and move > gate.threshold:
        moved = f"moved by {worked_number(move)} on the scale of analysis ({measure.scale})"
        yield f"threshold: {told} {moved}, more than {plain_number(gate.threshold)}{_causes(outcome)}"


def _reason(standing: Standing) -> str:
    return _end(standing.estimate.reason) if isinstance(standing.estimate, NotEstimable) else ""


def _remarks(analysis: AnalysisChange, outcome: OutcomeChange, gate: Gate) -> Iterator[str]:
    """That a measure of which a result moved has no value of no effect, where the gate asks about that."""
    measure = get_measure(outcome.measure)
    asked = [word for word in ("significance", "direction") if word in gate.words]
    if asked and measure.null is None and outcome.changed:
        verb = "does" if len(asked) == 1 else "do"
        yield (
            f"{analysis.name}, {outcome.label}: {' and '.join(asked)} {verb} not apply; a {measure.label} "
            "has no value of no effect"
        )


def _decided(standing: Standing, measure: EffectMeasure) -> bool | None:
    """Whether the result is significant: by its p value, else by its interval; None where neither says."""
    if standing.null_value is None:
        return None
    if not isinstance(standing.pvalue, NotEstimable):
        return significant(standing.pvalue, standing.level)
    where = side(standing.ci, measure)
    return where in ("below", "above") if where else None


def _turned(before: Standing, after: Standing, measure: EffectMeasure) -> str:
    was, now = _decided(before, measure), _decided(after, measure)
    level = plain_number(round(1 - after.level, 12))
    if now is None or was is None:
        return f"can {'no longer' if now is None else 'now'} be judged at {level}"
    if isinstance(after.pvalue, NotEstimable):
        return f"{'now' if now else 'no longer'} has an interval that excludes no effect"
    return f"is {'now' if now else 'no longer'} significant at {level}"


def _turns(before: Standing, after: Standing) -> bool:
    """Whether the estimates lie on opposite sides of no effect."""
    null = after.null_value
    if null is None or isinstance(before.estimate, NotEstimable) or isinstance(after.estimate, NotEstimable):
        return False
    return (before.estimate - null) * (after.estimate - null) < 0


def _shown(standing: Standing, measure: EffectMeasure) -> str:
    """Estimate, interval and p in one phrase."""
    p = plain_cells(standing)[0]
    relation = "" if p[:1] in "<>" else "= "
    told = "" if isinstance(standing.pvalue, NotEstimable) else f", p {relation}{p}"
    interval = bounds_text(standing.ci, measure)
    return f"{estimate_name(measure)} {estimate_text(standing, measure)} ({interval}{told})"


def _causes(outcome: OutcomeChange) -> str:
    """What bears on the outcome, the largest share first."""
    shares = next((moved.shares for moved in outcome.moved if moved.quantity == "estimate"), ())
    order = {share.cause: -abs(share.shapley) for share in shares}
    titles: Sequence[str] = [
        cause.title for cause in sorted(outcome.causes, key=lambda one: order.get(one.id, 0.0))
    ]
    if not titles:
        return ""
    more = f"; and {len(titles) - 2} more" if len(titles) > 2 else ""
    return f"; what changed: {'; '.join(titles[:2])}{more}"
