"""Evidence and script between two states: the old ones with some of the changes made."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

from metasyn.analysis.spec import Analysis, Outcome
from metasyn.changes.outcome_pairs import OutcomePair
from metasyn.changes.row_causes import ORDER
from metasyn.errors import OptionError
from metasyn.evidence.model import Curve, ReportedResult
from metasyn.evidence.selection import Evidence
from metasyn.evidence.table_changes import RowEdit
from metasyn.synthesis.spec import SynthesisSpec

__all__ = ["Blend", "blend", "blend_analysis", "merged", "refused_together"]

_Record = TypeVar("_Record")
_Key = TypeVar("_Key", bound=Hashable)
_OF_OUTCOME = ("definitions", "event_fraction", "zero_cells", "prefer")
_OF_ANALYSIS = ("studies", "same", "overlap")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Blend:
    """Two states of the evidence, of one outcome, ready to be mixed.

    Attributes
    ----------
    old, new : Evidence
    changed : frozenset of str
        Keys of the rows that differ.
    rows : tuple of mapping of str to ReportedResult
        The results of the outcome by id, old and new.
    results : tuple of tuple of str
        Ids of the results of both states in the order of the old tables, and of the new ones.
    """

    old: Evidence
    new: Evidence
    changed: frozenset[str]
    rows: tuple[Mapping[str, ReportedResult], Mapping[str, ReportedResult]]
    results: tuple[tuple[str, ...], tuple[str, ...]]

    def evidence(self, applied: Collection[str]) -> Evidence:
        """The old tables with some rows as in the new ones.

        Parameters
        ----------
        applied : collection of str
            Keys of the rows that are to be as in the new tables, and `ORDER` if they are to stand as
            there. Studies, cohorts, sources and outcomes of both are always there, so that every
            choice is valid.

        Returns
        -------
        Evidence
        """
        old, new = self.old, self.new
        last = ORDER in applied
        return Evidence(
            sources={**old.sources, **new.sources},
            studies=self._support("study", old.studies, new.studies, applied),
            cohorts=self._support("cohort", old.cohorts, new.cohorts, applied),
            outcomes=self._support("outcome", old.outcomes, new.outcomes, applied),
            results=tuple(
                row for key in self.results[last] if (row := self._result(key, applied)) is not None
            ),
            curves=self._curves(applied),
        )

    def _result(self, key: str, applied: Collection[str]) -> ReportedResult | None:
        side = key in applied or key not in self.changed
        return self.rows[side].get(key)

    def _curves(self, applied: Collection[str]) -> dict[str, Curve]:
        """Curves of rows; one that differs is taken from the side that is applied."""
        found: dict[str, Curve] = {}
        for name in dict.fromkeys((*self.old.curves, *self.new.curves)):
            key = f"curve:{name}"
            side = self.new if key in applied or key not in self.changed else self.old
            if name in side.curves:
                found[name] = side.curves[name]
        return found

    def _support(
        self, table: str, old: Mapping[str, _Record], new: Mapping[str, _Record], applied: Collection[str]
    ) -> dict[str, _Record]:
        """Rows that others refer to: all of both states, as applied, in the order that is applied."""
        order = merged(tuple(new), tuple(old)) if ORDER in applied else merged(tuple(old), tuple(new))
        found: dict[str, _Record] = {}
        for name in order:
            key = f"{table}:{name}"
            sides = (new, old) if key in applied or key not in self.changed else (old, new)
            found[name] = sides[0][name] if name in sides[0] else sides[1][name]
        return found


def blend(old: Evidence, new: Evidence, edits: Sequence[RowEdit], outcome: str) -> Blend:
    """Two states of the evidence, as far as one outcome needs them.

    Parameters
    ----------
    old, new : Evidence
    edits : sequence of RowEdit
        Every row that differs.
    outcome : str
        Id: rows about other outcomes are left out, no figure of this one depends on them.

    Returns
    -------
    Blend
    """
    before, after = (
        {row.result_id: row for row in side.results if row.outcome == outcome} for side in (old, new)
    )
    return Blend(
        old=old,
        new=new,
        changed=frozenset(edit.key for edit in edits),
        rows=(before, after),
        results=(merged(tuple(before), tuple(after)), merged(tuple(after), tuple(before))),
    )


def merged(first: Sequence[_Key], second: Sequence[_Key]) -> tuple[_Key, ...]:
    """The keys of both in the order of the first; what only the second has, behind what it follows there.

    Examples
    --------
    >>> merged(["a", "b", "d"], ["a", "c", "d", "e"])
    ('a', 'c', 'b', 'd', 'e')
    """
    known = set(first)
    behind: dict[_Key | None, list[_Key]] = {}
    last = None
    for key in second:
        if key in known:
            last = key
        else:
            behind.setdefault(last, []).append(key)
    return (*behind.get(None, ()), *(key for one in first for key in (one, *behind.get(one, ()))))


def blend_analysis(
    old: Analysis, new: Analysis, pair: OutcomePair, applied: Collection[str], evidence: Evidence
) -> tuple[Analysis, Outcome]:
    """The old script with some options as in the new one, as far as one outcome needs it.

    Parameters
    ----------
    old, new : Analysis
    pair : OutcomePair
        The outcome before and after.
    applied : collection of str
        Paths of the options, as in `changes.options`, that are to be as in the new script.
    evidence : Evidence
        That of the same choice of changes: exclusions and definitions that do not occur in it are
        dropped, as they would be refused.

    Returns
    -------
    tuple of Analysis and Outcome

    Raises
    ------
    OptionError
        If the options contradict each other.
    """
    if pair.old is None or pair.new is None:
        raise OptionError(f"outcome {pair.name!r} is declared by one script only.")
    named = {
        name: getattr(pair.new if f"{pair.path}.{name}" in applied else pair.old, name)
        for name in _OF_OUTCOME
    }
    occurring = {row.definition for row in evidence.results}
    named["definitions"] = tuple(word for word in named["definitions"] if word in occurring)
    outcome = replace(pair.new, baseline_risk=None, **named)
    groups = new if "contrast" in applied else old
    chosen: dict[str, Any] = {name: getattr(new if name in applied else old, name) for name in _OF_ANALYSIS}
    analysis = Analysis(
        title=new.title,
        question=new.question,
        outcomes=(outcome,),
        contrast=groups.contrast,
        cohorts=groups.cohorts,
        exclude=_exclusions(old, new, applied, evidence),
        synthesis=_spec(old.synthesis, new.synthesis, applied),
        **chosen,
    )
    return analysis, outcome


def refused_together(old: SynthesisSpec, new: SynthesisSpec, paths: Sequence[str]) -> bool:
    """Whether some of the options of the synthesis, without the others, contradict each other.

    Parameters
    ----------
    old, new : SynthesisSpec
    paths : sequence of str
        Those that differ.

    Returns
    -------
    bool
    """
    for choice in range(1 << len(paths)):
        try:
            _spec(old, new, {path for i, path in enumerate(paths) if choice >> i & 1})
        except OptionError:
            return True
    return False


def _spec(old: SynthesisSpec, new: SynthesisSpec, applied: Collection[str]) -> SynthesisSpec:
    names = (field.name for field in fields(SynthesisSpec))
    return replace(old, **{name: getattr(new, name) for name in names if f"synthesis.{name}" in applied})


def _exclusions(old: Analysis, new: Analysis, applied: Collection[str], evidence: Evidence) -> dict[str, str]:
    """What the analyst leaves out; only ids that occur."""
    known = {row.result_id for row in evidence.results} | set(evidence.cohorts) | set(evidence.studies)
    kept: dict[str, str] = {}
    for name in dict.fromkeys((*new.exclude, *old.exclude)):
        side = new if f"exclude[{name}]" in applied else old
        reason = side.exclude.get(name, "")
        if reason and name in known:
            kept[name] = reason
    return kept
