"""Which changed rows make a report stale: old tables against new ones, for one analysis at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from metasyn.errors import OptionError
from metasyn.evidence.table_changes import RowEdit, row_edits
from metasyn.workspace.staleness.reach import reached_rows, row_in_words
from metasyn.workspace.staleness.state import Inputs, Reason, row_reasons

if TYPE_CHECKING:
    from metasyn.analysis.spec import Analysis, Apart
    from metasyn.evidence.changed_part import ChangedPart
    from metasyn.evidence.part_rows import Needed
    from metasyn.evidence.selection import Group
    from metasyn.workspace.building.bench import Workbench

__all__ = ["RowChanges"]

_HOW = {"added": "is new", "corrected": "changed", "removed": "is gone"}
# Rows that several others share: that one no longer leads there says little.
_SHARED = ("source:", "outcome:", "ongoing:")


class RowChanges:
    """What changed between the tables that some reports were built from and those of now.

    Parameters
    ----------
    bench : Workbench
        The project as it is now.
    old : mapping of str to bytes, or None
        The tables of then by file name; None where they were not kept.
    new : mapping of str to bytes
        Those of now.
    analyses : iterable of Analysis
        All that will be asked.
    """

    def __init__(
        self,
        bench: Workbench,
        old: Mapping[str, bytes] | None,
        new: Mapping[str, bytes],
        analyses: Iterable[Analysis],
    ) -> None:
        self._bench = bench
        self._old, self._new = old, new
        self._analyses = tuple(analyses)

    @cached_property
    def edits(self) -> Mapping[str, RowEdit]:
        """Every row that differs, by its key; none where the old values are not known."""
        return {} if self._old is None else {edit.key: edit for edit in row_edits(self._old, self._new)}

    @cached_property
    def _part(self) -> ChangedPart | None:
        from metasyn.evidence.changed_part import changed_part

        if self._old is None:
            return None
        return changed_part(self._old, self._new, tuple(self.edits.values()), _needed(self._analyses))

    def reasons(self, name: str, analysis: Analysis, before: Inputs) -> tuple[Reason, ...]:
        """The rows that make a report stale; none if no change concerns it.

        Parameters
        ----------
        name : str
        analysis : Analysis
            As its script declares it now.
        before : Inputs
            What the report was built from.

        Returns
        -------
        tuple of Reason

        Raises
        ------
        EvidenceError
            If the tables break their rules.
        OptionError
            If the analysis names something that does not occur in them.
        """
        if self._part is not None:
            found = self._of_part(analysis, before, self._part)
            if found is not None:
                return found
        now = self._bench.inputs(name, analysis)
        return tuple(self._told(reason) for reason in row_reasons(before.rows, now.rows))

    def certain(self, before: Inputs) -> tuple[Reason, ...]:
        """The rows that make a report stale whatever the tables would say once they keep their rules."""
        return tuple(self._reason(key, before) for key in self.edits if key in before.rows)

    def _of_part(self, analysis: Analysis, before: Inputs, part: ChangedPart) -> tuple[Reason, ...] | None:
        """The same from the part alone; None where only the whole can tell."""
        try:
            new = reached_rows(analysis, part.new, part=True)
            old = reached_rows(analysis, part.old, part=True)
        except OptionError:
            return None
        changed = [key for key in self.edits if key in part.changed]
        hit = [key for key in changed if key in before.rows]
        was, now = set(old), set(new)
        fresh = [key for key in new if key not in was and key not in before.rows]
        if not hit and not fresh:
            return () if old == new else None
        lost = [key for key in old if key not in now and key in before.rows and not key.startswith(_SHARED)]
        return tuple(self._reason(key, before, now) for key in dict.fromkeys((*hit, *fresh, *lost)))

    def _reason(self, key: str, before: Inputs, now: Iterable[str] = ()) -> Reason:
        edit = self.edits.get(key)
        if edit is not None:
            how = _HOW[edit.kind]
        else:
            how = "no longer belongs to it" if key in before.rows else "now belongs to it"
        return Reason(kind="row", words=f"{row_in_words(key)} {how}", where=key, edit=edit)

    def _told(self, reason: Reason) -> Reason:
        """A reason found by hashes, with the values."""
        edit = self.edits.get(reason.where)
        if edit is None:
            return reason
        words = f"{row_in_words(reason.where)} {_HOW[edit.kind]}"
        return Reason(kind=reason.kind, words=words, where=reason.where, edit=edit)


def _needed(analyses: Iterable[Analysis]) -> Needed:
    """What some analyses name."""
    from metasyn.evidence.part_rows import Needed

    needed = Needed()
    for analysis in analyses:
        parts: tuple[Analysis | Apart, ...] = (analysis, *analysis.apart)
        for part in parts:
            for group in (*(part.contrast or ()), part.cohorts):
                needed.cohort_words.update(_words(group))
            for values in part.studies.values():
                needed.study_words.update(_listed(values))
        needed.timepoints.update((o.outcome, o.timepoint) for o in analysis.outcomes if o.timepoint)
    return needed


def _words(group: Group | None) -> Iterator[str]:
    """Values by which a group of cohorts is named."""
    if isinstance(group, str):
        yield group
    elif group is not None:
        for values in group.values():
            yield from _listed(values)


def _listed(values: object) -> Iterator[str]:
    if isinstance(values, Iterable) and not isinstance(values, str):
        yield from map(str, values)
    else:
        yield str(values)
