"""A comparison of two states in words: rows, options, sentences, and what led to a version."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from metasyn.changes.model import (
    AnalysisChange,
    ClaimChange,
    EvidenceChange,
    OptionEdit,
    OutcomeChange,
    Quantity,
)
from metasyn.changes.renamed import only_renamed
from metasyn.evidence.columns import TABLES
from metasyn.evidence.table_changes import EditKind, RowEdit
from metasyn.report.changes.further import column_words, figures_sentence
from metasyn.wording import whole

__all__ = [
    "ARROW",
    "cause_titles",
    "claim_sentence",
    "counts_of_rows",
    "full_sentence",
    "groups_sentence",
    "idle_sentence",
    "option_sentence",
    "remarks_on",
    "row_place",
    "row_says",
    "software_sentence",
    "state_name",
    "trigger_words",
]

ARROW = "\N{RIGHTWARDS ARROW}"
_KINDS: tuple[EditKind, ...] = ("added", "corrected", "removed")
_LONGEST = 60
_MOST_IDLE = 12
_TELLING = ("as_printed", "label", "title", "citation")
_QUANTITIES: dict[Quantity, str] = {
    "estimate": "the estimate",
    "ci_low": "the lower bound of the confidence interval",
    "ci_high": "the upper bound of the confidence interval",
    "pi_low": "the lower bound of the prediction interval",
    "pi_high": "the upper bound of the prediction interval",
    "tau2": "τ²",
    "I2": "I²",
    "k": "the number of estimates",
}
_PREFIXES: Mapping[str, str] = {
    "study": "studies",
    "cohort": "cohorts",
    "source": "sources",
    "outcome": "outcomes",
    "ongoing": "ongoing",
    "curve": "curves",
}


def state_name(label: str, version: str) -> str:
    """What a state is called: its version where it is a release.

    Examples
    --------
    >>> state_name("data/releases/1.0.0.zip", "1.0.0"), state_name("HEAD", "")
    ('version 1.0.0', 'HEAD')
    """
    return f"version {version}" if version else label


def row_place(edit: RowEdit) -> tuple[str, str]:
    """The file and the id of a row.

    Examples
    --------
    >>> row_place(RowEdit(key="study:AX", kind="added")), row_place(RowEdit(key="R17", kind="added"))
    (('studies.csv', 'AX'), ('results.csv', 'R17'))
    """
    kind, _, name = edit.key.partition(":")
    if name and kind in _PREFIXES:
        return TABLES[_PREFIXES[kind]].file, name
    return TABLES["results"].file, edit.key


def row_says(edit: RowEdit) -> str:
    """What changed in a row, or what a row that is new or gone says.

    Examples
    --------
    >>> from metasyn.evidence.table_changes import CellEdit
    >>> cell = CellEdit(column="ci_high", old="0.08", new="0.80")
    >>> row_says(RowEdit(key="R17", kind="corrected", cells=(cell,)))
    'ci_high 0.08 → 0.80'
    """
    if edit.kind == "corrected":
        changed = (f"{c.column} {_cell(c.old)} {ARROW} {_cell(c.new)}" for c in edit.cells)
        return "; ".join(changed) or "other points of the curve"
    told = {cell.column: cell.new or cell.old for cell in edit.cells}
    plain = " ".join(filter(None, (told.get("statistic"), told.get("value"))))
    return next((_cut(told[name]) for name in _TELLING if told.get(name)), plain)


def _cell(text: str) -> str:
    return _cut(text) if text else "(empty)"


def _cut(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1].rstrip()}\N{HORIZONTAL ELLIPSIS}"


def counts_of_rows(rows: Iterable[RowEdit]) -> str:
    """How many rows are new, otherwise or gone; empty for none.

    Examples
    --------
    >>> rows = [RowEdit(key="R1", kind="added"), RowEdit(key="R2", kind="added"),
    ...         RowEdit(key="R3", kind="corrected")]
    >>> counts_of_rows(rows)
    '2 rows added, 1 corrected'
    """
    found = Counter(row.kind for row in rows)
    kinds = [kind for kind in _KINDS if found[kind]]
    parts = [f"{whole(found[kind])} {kind}" for kind in kinds]
    if parts:
        number, word = parts[0].split(" ", 1)
        parts[0] = f"{number} {'row' if found[kinds[0]] == 1 else 'rows'} {word}"
    return ", ".join(parts)


def trigger_words(change: EvidenceChange) -> str:
    """What led to a new version, formed from what changed.

    Parameters
    ----------
    change : EvidenceChange

    Returns
    -------
    str
        `"3 rows added, 1 corrected; 1 script changed"`; `"nothing changed"` where nothing did.
    """
    kinds = Counter(analysis.kind for analysis in change.analyses)
    scripts = sum(analysis.kind == "changed" and bool(analysis.options) for analysis in change.analyses)
    parts = [
        counts_of_rows(change.rows),
        *(_counted(kinds[kind], "analysis", "analyses", kind) for kind in ("added", "removed")),
        _counted(scripts, "script", "scripts", "changed"),
        "other versions of the software" if change.software else "",
    ]
    return "; ".join(filter(None, parts)) or "nothing changed"


def _counted(count: int, singular: str, plural: str, what: str) -> str:
    return f"{whole(count)} {singular if count == 1 else plural} {what}" if count else ""


def option_sentence(edit: OptionEdit) -> str:
    """One declared option before and after.

    Examples
    --------
    >>> option_sentence(OptionEdit(where="synthesis.tau2_method", words="estimator", old="REML", new="PM"))
    'estimator: REML → PM'
    """
    if edit.old and edit.new:
        return f"{edit.words}: {edit.old} {ARROW} {edit.new}"
    return f"{edit.words}: {edit.new} (added)" if edit.new else f"{edit.words}: {edit.old} (removed)"


def software_sentence(edits: Sequence[OptionEdit]) -> str:
    """Versions of software before and after, in one line.

    Examples
    --------
    >>> software_sentence([OptionEdit(where="software.scipy", words="scipy", old="1.16", new="1.17")])
    'scipy 1.16 → 1.17'
    """
    return "; ".join(f"{edit.words or edit.where} {edit.old} {ARROW} {edit.new}" for edit in edits)


def claim_sentence(claim: ClaimChange, titles: Mapping[str, str]) -> str:
    """A sentence of the analyst, whether it was and is true, and what made the difference.

    Parameters
    ----------
    claim : ClaimChange
    titles : mapping of str to str
        Id of a cause -> its title.

    Returns
    -------
    str
        Without a full stop at the end.
    """
    where = f" ({claim.where.replace(' (', ', ').replace(')', '')})" if claim.where else ""
    detail = f": {claim.detail.rstrip('.')}" if claim.detail else ""
    quoted = f"\N{LEFT DOUBLE QUOTATION MARK}{claim.text}\N{RIGHT DOUBLE QUOTATION MARK}"
    because = _because(claim, titles) if claim.flipped else ""
    return f"{quoted}{where} {_verdict(claim)}{detail}{because}"


def _verdict(claim: ClaimChange) -> str:
    """Whether it was and is said, and true."""
    words = {True: "true", False: "false", None: "not known to be true or false"}
    was, now = words[claim.before], words[claim.after]
    if claim.said == "now" or (claim.said == "both" and claim.before is None):
        return f"is a new sentence and is {now}"
    if claim.said == "before" or claim.after is None:
        would = f" (it would now be {now})" if claim.flipped else ""
        return f"was {was} and is no longer said{would}"
    return f"was {was} and is now {now}" if claim.flipped else f"is still {now}"


def _because(claim: ClaimChange, titles: Mapping[str, str]) -> str:
    """The changes that alone make the difference."""
    if claim.causes is None:
        return ""
    named = [titles.get(cause, cause) for cause in claim.causes]
    if not named:
        return ". No single change does this; only several together do"
    if len(named) == 1:
        return f". This is due to: {named[0]}"
    return f". Each of these alone does this: {'; '.join(named)}"


def cause_titles(analyses: Iterable[AnalysisChange]) -> dict[str, str]:
    """What the causes are called.

    Parameters
    ----------
    analyses : iterable of AnalysisChange

    Returns
    -------
    dict of str to str
        Id of a cause -> its title, of all outcomes; `"claim"` for a sentence that itself was edited.
    """
    outcomes = (outcome for analysis in analyses for outcome in analysis.outcomes)
    causes = (cause for one in outcomes for cause in (*one.group_causes, *one.causes))
    return {"claim": "what the sentence states was edited", **{cause.id: cause.title for cause in causes}}


def remarks_on(outcome: OutcomeChange) -> tuple[str, ...]:
    """What is to be said beside the shares: other figures used, whose change is not shared out, and why.

    Parameters
    ----------
    outcome : OutcomeChange

    Returns
    -------
    tuple of str
        Sentences; a reason that holds for the whole outcome is said once.
    """
    told = [full_sentence(outcome.remark)] if outcome.remark else []
    if outcome.figures:
        told.append(figures_sentence(outcome))
    for reason in dict.fromkeys(moved.unshared for moved in outcome.moved):
        if reason and reason.rstrip(".") != outcome.remark.rstrip("."):
            names = [_QUANTITIES[moved.quantity] for moved in outcome.moved if moved.unshared == reason]
            told.append(full_sentence(f"not shared out: the change of {', '.join(names)}; {reason}"))
    return tuple(told)


def groups_sentence(outcome: OutcomeChange) -> str:
    """That results of groups differ, which is not shared out, and what changes them.

    Parameters
    ----------
    outcome : OutcomeChange

    Returns
    -------
    str
        One sentence; empty where no grouping differs. The causes are named where they are not those of
        the outcome itself.

    Examples
    --------
    >>> from metasyn.changes.model import Cause
    >>> groups_sentence(OutcomeChange(slug="os", label="OS", measure="HR", before=None, after=None,
    ...     groups=("phase",), group_causes=(Cause(id="row:R1", kind="added", title="row R1 added"),)))
    'The results of the groups by phase differ (not shared out); what changes them: row R1 added.'
    """
    if not outcome.groups:
        return ""
    columns = " and by ".join(map(column_words, outcome.groups))
    told = f"The results of the groups by {columns} differ (not shared out)"
    if outcome.group_causes and outcome.group_causes != outcome.causes:
        told += f"; what changes them: {'; '.join(cause.title for cause in outcome.group_causes)}"
    return f"{told}."


def idle_sentence(analysis: AnalysisChange) -> str:
    """The changed rows that an analysis uses though they change no pooled result of it; not those renamed.

    Parameters
    ----------
    analysis : AnalysisChange

    Returns
    -------
    str
        One sentence; empty where there are none, and where a change of a result could not be attributed,
        since any row may then have made it.
    """
    moved = [one for one in analysis.outcomes if one.changed]
    if analysis.kind not in ("changed", "unchanged") or any(one.attribution == "none" for one in moved):
        return ""
    causes = (c for one in analysis.outcomes for c in (*one.causes, *one.group_causes))
    active = {row.key for cause in causes for row in cause.rows} | only_renamed(analysis.rows)
    idle = [" ".join(row_place(row)) for row in analysis.rows if row.key not in active]
    if not idle:
        return ""
    more = f" and {whole(len(idle) - _MOST_IDLE)} more" if len(idle) > _MOST_IDLE else ""
    these = "this changed row" if len(idle) == 1 else "these changed rows"
    return f"No pooled result of it depends on {these}: {', '.join(idle[:_MOST_IDLE])}{more}."


def full_sentence(text: str) -> str:
    """A text with a capital at its beginning and a full stop at its end.

    Examples
    --------
    >>> full_sentence("the measure changed")
    'The measure changed.'
    """
    return f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else ""
