"""What `metasyn status` says, as lines and as JSON."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from metasyn.evidence.table_changes import CellEdit, RowEdit
    from metasyn.workspace.staleness.state import Reason
    from metasyn.workspace.staleness.status import AnalysisStatus, ProjectStatus

__all__ = ["shared_reasons", "status_json", "status_lines"]

_MOST_REASONS = 8
_MOST_CELLS = 4
_LONGEST = 60
_OF_ALL = frozenset({"metasyn", "library", "release"})
_BEFORE = 15
# What tells a row that is new or gone from others.
_TELLING = {
    "results": ("study_id", "outcome", "statistic", "value", "as_printed"),
    "study": ("label", "design", "year"),
    "cohort": ("study_id", "label", "n"),
    "source": ("citation",),
    "outcome": ("label", "kind"),
    "ongoing": ("title",),
    "curve": (),
}


def shared_reasons(found: Sequence[AnalysisStatus]) -> tuple[Reason, ...]:
    """What makes every report stale at once: another version of the software or of the evidence.

    Parameters
    ----------
    found : sequence of AnalysisStatus

    Returns
    -------
    tuple of Reason
        Empty unless several reports are compared and all have it.
    """
    told = [one.reasons for one in found if one.state in ("stale", "up to date")]
    if len(told) < 2:
        return ()
    return tuple(one for one in told[0] if one.kind in _OF_ALL and all(one in other for other in told))


def status_lines(
    one: AnalysisStatus, *, width: int, everything: bool, told: Collection[Reason] = ()
) -> list[str]:
    """How one report stands: a line, and a line for each thing that changed.

    Parameters
    ----------
    one : AnalysisStatus
    width : int
        Columns to write in.
    everything : bool
        Show all reasons and cells, not the first few.
    told : collection of Reason
        Said already, of all reports.

    Returns
    -------
    list of str
    """
    if one.state == "failed":
        first, *rest = one.error.splitlines()
        see = " See 'metasyn check'." if rest else ""
        return _wrapped(f"{one.name}: cannot be built: {first}{see}", width, "")
    if one.state == "not known":
        text = (
            "not known: no row it was built from is gone or edited; what is new is read once the rules hold"
        )
        return _wrapped(f"{one.name}: {text}", width, "")
    lines = _wrapped(f"{one.name}: {one.state}", width, "")
    if one.state != "stale":
        return lines
    reasons = [reason for reason in one.reasons if reason not in told]
    most = len(reasons) if everything else _MOST_REASONS
    for reason in reasons[:most]:
        lines.extend(_reason(reason, width, everything))
    if len(reasons) > most:
        lines.append(f"  and {len(reasons) - most} more (--all shows all)")
    return lines


def status_json(found: ProjectStatus) -> str:
    """The same for machines, with every value in full.

    Parameters
    ----------
    found : ProjectStatus

    Returns
    -------
    str
        JSON of schema `metasyn-status/1`: `analyses` with `name`, `state`, `error` and `reasons` (`kind`,
        `words`, `where`, `old`, `new`, and for rows `change` and `cells`), and `broken`.
    """
    document = {
        "schema": "metasyn-status/1",
        "analyses": [
            {
                "name": one.name,
                "state": one.state,
                "error": one.error,
                "reasons": [_reason_json(reason) for reason in one.reasons],
            }
            for one in found.analyses
        ],
        "broken": [{"code": one.code, "where": one.where, "message": one.message} for one in found.broken],
    }
    return json.dumps(document, indent=1, ensure_ascii=False)


def _reason_json(reason: Reason) -> dict[str, Any]:
    told: dict[str, Any] = {
        "kind": reason.kind,
        "words": reason.words,
        "where": reason.where,
        "old": reason.old,
        "new": reason.new,
    }
    if reason.edit is not None:
        cells = reason.edit.cells
        told["change"] = reason.edit.kind
        told["cells"] = [{"column": cell.column, "old": cell.old, "new": cell.new} for cell in cells]
    return told


def _reason(reason: Reason, width: int, everything: bool) -> Iterator[str]:
    """One thing that changed; the cells of a row, if there are several, each on a line of its own."""
    if reason.kind == "option":
        old, new = _pair(reason.old, reason.new, "(not given)")
        yield from _wrapped(f"{reason.where}: {old} → {new}", width, "    ")
        return
    edit = reason.edit
    if edit is None or not edit.cells:
        yield from _wrapped(reason.words, width, "  ")
    elif edit.kind != "corrected":
        yield from _wrapped(f"{reason.words}: {_told(edit)}", width, "  ")
    elif len(edit.cells) == 1:
        yield from _wrapped(f"{reason.words}: {_cell(edit.cells[0])}", width, "  ")
    else:
        yield from _wrapped(f"{reason.words}:", width, "  ")
        yield from _cells(edit.cells, width, everything)


def _cells(cells: Sequence[CellEdit], width: int, everything: bool) -> Iterator[str]:
    most = len(cells) if everything else _MOST_CELLS
    for cell in cells[:most]:
        yield from _wrapped(_cell(cell), width, "    ")
    if len(cells) > most:
        yield f"    and {len(cells) - most} more cells (--all shows all)"


def _cell(cell: CellEdit) -> str:
    old, new = _pair(cell.old, cell.new, "(empty)")
    return f"{cell.column} {old} → {new}"


def _told(edit: RowEdit) -> str:
    """What a row says that is new or gone, in a few of its cells."""
    kind = edit.key.partition(":")[0] if ":" in edit.key else "results"
    cells = {cell.column: cell.new or cell.old for cell in edit.cells}
    telling = [_shown(cells[name]) for name in _TELLING.get(kind, ()) if name in cells]
    return ", ".join(telling or [_shown(text) for text in list(cells.values())[1:4]])


def _pair(old: str, new: str, nothing: str) -> tuple[str, str]:
    """Two values as a terminal can show them; long ones from a little before where they begin to differ."""
    same = next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), 0)
    if max(len(old), len(new)) > _LONGEST and same > _BEFORE:
        start = old.rfind(" ", 0, same - _BEFORE) + 1
        old, new = ("…" + text[start:] if start else text for text in (old, new))
    return _shown(old) or nothing, _shown(new) or nothing


def _shown(text: str) -> str:
    """A cell as a terminal can show it, cut if it is long."""
    from metasyn.wording import legible

    plain = legible(text)
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1].rstrip() + "…"


def _wrapped(text: str, width: int, indent: str) -> list[str]:
    return wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=indent + "    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
