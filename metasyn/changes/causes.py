"""What changed as causes: of the tables, of the script, and which of them can bear on one outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from metasyn.analysis.spec import Analysis
from metasyn.changes.hybrid import refused_together
from metasyn.changes.model import Cause, OptionEdit
from metasyn.changes.options import moves_numbers
from metasyn.changes.outcome_pairs import OutcomePair
from metasyn.evidence.selection import Evidence

__all__ = ["could_bear", "joint_option_cause", "option_cause", "option_causes", "studies_of"]

_ARROW = " \N{RIGHTWARDS ARROW} "


def option_causes(edits: Sequence[OptionEdit], old: Analysis, new: Analysis) -> tuple[Cause, ...]:
    """The options that numbers depend on, each a cause of its own.

    Where options of the synthesis only hold together, they are one cause.

    Parameters
    ----------
    edits : sequence of OptionEdit
        Everything that the scripts declare otherwise.
    old, new : Analysis

    Returns
    -------
    tuple of Cause
    """
    moving = [edit for edit in edits if moves_numbers(edit)]
    spec = [edit for edit in moving if edit.where.startswith("synthesis.")]
    joint = len(spec) > 1 and refused_together(old.synthesis, new.synthesis, [edit.where for edit in spec])
    causes = [option_cause(edit) for edit in moving if not joint or edit not in spec]
    return (*causes, joint_option_cause(spec)) if joint else tuple(causes)


def joint_option_cause(edits: Sequence[OptionEdit]) -> Cause:
    """Options of the synthesis that only hold together, as one cause."""
    title = "; ".join(_title(edit) for edit in edits)
    return Cause(id="option:synthesis", kind="method", title=title, options=tuple(edits))


def option_cause(edit: OptionEdit) -> Cause:
    """One option as a cause of its own."""
    return Cause(id=f"option:{edit.where}", kind="method", title=_title(edit), options=(edit,))


def _title(edit: OptionEdit) -> str:
    """An option before and after, in words."""
    if edit.where.startswith("exclude["):
        name = edit.where.removeprefix("exclude[").removesuffix("]")
        return f"{name} left out: {edit.new}" if edit.new else f"{name} no longer left out"
    return f"{edit.words}: {edit.old or 'none'}{_ARROW}{edit.new or 'none'}"


def could_bear(causes: Sequence[Cause], pair: OutcomePair, old: Evidence, new: Evidence) -> tuple[Cause, ...]:
    """The causes that an outcome can depend on at all: its own rows and options, and what they rest on.

    Parameters
    ----------
    causes : sequence of Cause
    pair : OutcomePair
        The outcome before and after.
    old, new : Evidence

    Returns
    -------
    tuple of Cause
    """
    outcome = (pair.new or pair.old).outcome if (pair.new or pair.old) is not None else ""  # type: ignore[union-attr]
    of_outcome = [row for side in (old, new) for row in side.results if row.outcome == outcome]
    cohorts = {name for row in of_outcome for name in (row.cohort_id, row.comparator_id)}
    keys = {
        f"outcome:{outcome}",
        *(row.result_id for row in of_outcome),
        *(f"curve:{row.result_id}" for row in of_outcome),
        *(f"study:{row.study_id}" for row in of_outcome),
        *(f"cohort:{whole}" for side in (old, new) for name in cohorts for whole in _wholes(name, side)),
    }
    return tuple(
        cause
        for cause in causes
        if any(_of_outcome(edit, pair) for edit in cause.options)
        or any(row.key in keys for row in cause.rows)
        or not (cause.rows or cause.options)
    )


def studies_of(causes: Sequence[Cause], old: Evidence, new: Evidence) -> tuple[frozenset[str], ...]:
    """For each cause the ids of the studies whose effects it can change; empty where it can be any.

    Parameters
    ----------
    causes : sequence of Cause
    old, new : Evidence

    Returns
    -------
    tuple of frozenset of str
    """
    owners = _owners(old), _owners(new)
    return tuple(
        frozenset(owner[row.key] for row in cause.rows for owner in owners if row.key in owner)
        if not any(row.key.startswith("outcome:") for row in cause.rows)
        else frozenset()
        for cause in causes
    )


def _owners(evidence: Evidence) -> Mapping[str, str]:
    """Study of every row that belongs to one."""
    of_results = {row.result_id: row.study_id for row in evidence.results}
    return {
        **{f"study:{name}": name for name in evidence.studies},
        **{f"cohort:{name}": cohort.study_id for name, cohort in evidence.cohorts.items()},
        **{f"curve:{name}": of_results.get(name, "") for name in evidence.curves},
        **of_results,
    }


def _of_outcome(edit: OptionEdit, pair: OutcomePair) -> bool:
    """Whether an option is of the whole analysis, or of this outcome."""
    return not edit.where.startswith("outcomes[") or edit.where.startswith(f"{pair.path}.")


def _wholes(name: str, evidence: Evidence) -> tuple[str, ...]:
    """A cohort and the larger ones it is part of."""
    found: list[str] = []
    while name in evidence.cohorts and name not in found:
        found.append(name)
        name = evidence.cohorts[name].part_of
    return tuple(found)
