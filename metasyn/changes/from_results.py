"""The game of one outcome of which only results are known on one side: stored effects pooled again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace

from metasyn.changes.causes import joint_option_cause, option_cause
from metasyn.changes.hybrid import merged, refused_together
from metasyn.changes.model import Cause, CauseKind
from metasyn.changes.options import spec_edits
from metasyn.changes.standing import Point, Row, differs, nothing, point_of, quantities
from metasyn.effects.measure import get_measure
from metasyn.errors import NotEstimableError, OptionError
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.pool import pool
from metasyn.synthesis.spec import SynthesisSpec
from metasyn.values import NotEstimable
from metasyn.wording import natural_text, worked_number

__all__ = ["ResultsGame", "results_game"]

# What the digits of a report leave open, as a share of the standard error.
_DIGITS = 1e-9
_ARROW = " \N{RIGHTWARDS ARROW} "


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResultsGame:
    """Causes that are differences of stored effects and options; see `changes.game.Game`.

    Attributes
    ----------
    causes : tuple of Cause
        One per effect that came, went or has other figures, `"effect:<label>"`, and per option.
    ends : tuple of Point
        As stored, or as computed where the evidence of that side is known.
    specs : tuple of SynthesisSpec
    order : tuple of tuple of str
        What the effects of both are about, in order.
    about : tuple
        What the effect of each cause is about; None for options.
    """

    causes: tuple[Cause, ...]
    ends: tuple[Point, Point]
    specs: tuple[SynthesisSpec, SynthesisSpec]
    order: tuple[tuple[str, ...], ...]
    about: tuple[tuple[str, ...] | None, ...]
    _points: dict[int, Point] = field(default_factory=dict)

    def at(self, choice: int) -> Point:
        """The outcome with a choice of causes; where nothing can be formed, a standing that says why."""
        if choice in (0, (1 << len(self.causes)) - 1):
            return self.ends[choice > 0]
        if choice not in self._points:
            self._points[choice] = self._computed(choice)
        return self._points[choice]

    def _computed(self, choice: int) -> Point:
        chosen = [i for i in range(len(self.causes)) if choice >> i & 1]
        applied = {self.about[i] for i in chosen}
        paths = {edit.where for i in chosen for edit in self.causes[i].options}
        old, new = self.specs
        names = [f.name for f in fields(SynthesisSpec) if f"synthesis.{f.name}" in paths]
        sides = [{row.identity: row for row in end.rows} for end in self.ends]
        touched = set(self.about)
        rows = [
            side[identity]
            for identity in self.order
            if identity in (side := sides[identity in applied or identity not in touched])
        ]
        return pooled(rows, replace(old, **{name: getattr(new, name) for name in names}), self.ends[1])


def results_game(
    old: Point, new: Point, specs: tuple[SynthesisSpec | NotEstimable, SynthesisSpec | NotEstimable]
) -> ResultsGame | NotEstimable:
    """The game of two stored results; why there is none where they cannot be computed again exactly.

    Parameters
    ----------
    old, new : Point
    specs : tuple of SynthesisSpec or NotEstimable
        The requests by which they were computed.

    Returns
    -------
    ResultsGame or NotEstimable
    """
    requests = []
    for point, spec, when in zip((old, new), specs, ("old", "new"), strict=True):
        if isinstance(spec, NotEstimable):
            return NotEstimable(f"the {when} result cannot be computed again: {spec.reason}")
        if point.standing.k and not _reproduced(point, pooled(point.rows, spec, point)):
            return NotEstimable(f"the {when} result does not follow from its stored effects alone")
        requests.append(spec)
    if any(len({row.identity for row in point.rows}) < len(point.rows) for point in (old, new)):
        return NotEstimable("several effects of one result have the same name")
    causes, about = _row_causes(old, new)
    before, after = requests
    options = spec_edits(before, after)
    joint = len(options) > 1 and refused_together(before, after, [edit.where for edit in options])
    of_options = [joint_option_cause(options)] if joint else [option_cause(edit) for edit in options]
    return ResultsGame(
        causes=(*causes, *of_options),
        ends=(old, new),
        specs=(before, after),
        order=merged([row.identity for row in new.rows], [row.identity for row in old.rows]),
        about=(*about, *(None for _ in of_options)),
    )


def pooled(rows: Sequence[Row], spec: SynthesisSpec, like: Point) -> Point:
    """Stored effects pooled; a standing that says why where they cannot be."""
    try:
        if not rows:
            raise NotEstimableError("no effect is left")
        result = pool(
            yi=[row.yi for row in rows],
            vi=[row.vi for row in rows],
            labels=[row.label for row in rows],
            measure=like.measure,
            spec=spec,
        )
    except (OptionError, NotEstimableError) as error:
        reason = NotEstimable(str(error).rstrip("."))
        standing = nothing(reason, get_measure(like.measure).null, spec.level)
        return Point(standing=standing, rows=(), measure=like.measure)
    return _as_stored(rows, result, like)


def _as_stored(rows: Sequence[Row], result: SynthesisResult, like: Point) -> Point:
    """A result with what the effects are about, which arrays do not say."""
    made = point_of(result.effects, result, level=result.request.level)
    named = tuple(replace(row, weight=one.weight) for row, one in zip(rows, made.rows, strict=True))
    studies = {row.identity[0] for row in rows}
    return replace(
        made, rows=named, standing=replace(made.standing, n_studies=len(studies)), measure=like.measure
    )


def _reproduced(stored: Point, again: Point) -> bool:
    """Whether the stored estimate and interval come out again, as far as their digits go."""
    one, other = quantities(stored.standing), quantities(again.standing)
    se = stored.standing.se
    digits = 0.0 if isinstance(se, NotEstimable) else _DIGITS * se
    return not any(
        differs(was, now)
        and not (isinstance(was, float) and isinstance(now, float) and abs(now - was) <= digits)
        for was, now in ((one[name], other[name]) for name in ("estimate", "ci_low", "ci_high"))
    )


def _row_causes(old: Point, new: Point) -> tuple[list[Cause], list[tuple[str, ...]]]:
    """Effects that came, went or have other figures, and what each is about."""
    before, after = ({row.identity: row for row in point.rows} for point in (old, new))
    causes, about = [], []
    for identity in merged([*after], [*before]):
        was, now = before.get(identity), after.get(identity)
        if was and now and not (differs(was.yi, now.yi) or differs(was.vi, now.vi)):
            continue
        kind: CauseKind = "added" if was is None else "removed" if now is None else "corrected"
        label = now.label if now else was.label if was else ""
        causes.append(Cause(id=f"effect:{label}", kind=kind, title=_title(label, was, now, new)))
        about.append(identity)
    return causes, about


def _title(label: str, was: Row | None, now: Row | None, like: Point) -> str:
    if was is None or now is None:
        return f"{label} {'added' if was is None else 'removed'}"
    measure = get_measure(like.measure)
    texts = [natural_text(measure.to_natural(row.yi), measure) for row in (was, now)]
    if texts[0] == texts[1]:
        errors = _ARROW.join(worked_number(row.vi**0.5) for row in (was, now))
        return f"{label}: standard error {errors}"
    return f"{label}: {measure.code} {_ARROW.join(texts)}"
