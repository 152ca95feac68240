"""What a `results.json` says of a synthesis, as far as a comparison looks at it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import fields
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from metasyn.analysis.spec import Outcome
from metasyn.changes.model import OptionEdit, Standing
from metasyn.changes.standing import Point, Row
from metasyn.effects.measure import get_measure
from metasyn.errors import OptionError
from metasyn.synthesis.spec import SynthesisSpec
from metasyn.values import Interval, NotEstimable

__all__ = [
    "reported_entry",
    "reported_outcomes",
    "reported_point",
    "reported_request",
    "software_edits",
    "software_words",
]

# The software that shapes numbers; the rest shapes pages.
_OF_NUMBERS = ("metasyn", "numpy", "scipy")
_NOT_SAID = NotEstimable("the report does not say it")


def reported_outcomes(document: Mapping[str, Any]) -> tuple[Outcome, ...]:
    """The outcomes of a report, as far as they tell them apart.

    Raises
    ------
    OptionError
        If one has a measure that is not known.
    """
    return tuple(
        Outcome(
            str(entry.get("outcome", "")),
            entry.get("measure", ""),
            timepoint=str(entry.get("timepoint") or ""),
        )
        for entry in document.get("syntheses", ())
    )


def reported_entry(
    document: Mapping[str, Any], outcomes: Sequence[Outcome], place: int
) -> Mapping[str, Any] | None:
    """The synthesis that a report gives for one of the declared outcomes; None if it has none.

    Parameters
    ----------
    document : mapping
    outcomes : sequence of Outcome
        As declared by the script of the report.
    place : int
        Position of the outcome; of several alike each has its own.
    """
    wanted = outcomes[place]
    before = sum(_key(other) == _key(wanted) for other in outcomes[:place])
    found = [
        entry
        for entry in document.get("syntheses", ())
        if (entry.get("outcome"), entry.get("timepoint") or "", entry.get("measure")) == _key(wanted)
    ]
    return found[before] if before < len(found) else None


def reported_point(entry: Mapping[str, Any], document: Mapping[str, Any]) -> Point:
    """One synthesis of a report.

    Parameters
    ----------
    entry : mapping
        A synthesis object of schema `metasyn-result/1`.
    document : mapping
        The whole report.

    Returns
    -------
    Point

    Raises
    ------
    OptionError
        If it is not a synthesis object.
    """
    try:
        level = float(entry.get("level") or document["options"]["level"])
        weights = entry.get("weights") or [0.0] * len(entry["rows"])
        rows = tuple(_row(row, float(w)) for row, w in zip(entry["rows"], weights, strict=True))
        truths = {str(claim["text"]): bool(claim["true"]) for claim in document.get("claims", ())}
        return Point(
            standing=_standing(entry, level, rows),
            rows=rows,
            measure=get_measure(entry["measure"]).code,
            truths=truths,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise OptionError(f"results.json holds no synthesis that can be read ({error}).") from error


def reported_request(document: Mapping[str, Any]) -> SynthesisSpec | NotEstimable:
    """The request that a report was computed by; why it cannot be repeated where this version cannot."""
    options = dict(document.get("options") or {})
    known = {field.name for field in fields(SynthesisSpec)}
    strange = sorted(set(options) - known)
    if strange or not options:
        return NotEstimable(
            f"options that are not known here: {', '.join(strange)}" if strange else "no options"
        )
    if options.get("weights") is not None:
        options["weights"] = tuple(options["weights"])
    try:
        return SynthesisSpec(**options)
    except OptionError as error:
        return NotEstimable(str(error))


def software_edits(
    before: Mapping[str, str], after: Mapping[str, str] | None = None
) -> tuple[OptionEdit, ...]:
    """Versions of software that differ.

    Parameters
    ----------
    before : mapping of str to str
        Name -> version, as a report says.
    after : mapping of str to str, optional
        The same of another report; by default what runs now.

    Returns
    -------
    tuple of OptionEdit
        `where` is `"software.<name>"`.

    Examples
    --------
    >>> [(edit.words, edit.old, edit.new) for edit in software_edits({"scipy": "1.0"}, {"scipy": "1.1"})]
    [('scipy', '1.0', '1.1')]
    """
    now = after if after is not None else {name: _running(name) for name in before}
    return tuple(
        OptionEdit(
            where=f"software.{name}", words=name, old=str(before.get(name, "")), new=str(now.get(name, ""))
        )
        for name in dict.fromkeys((*before, *now))
        if str(before.get(name, "")) != str(now.get(name, ""))
    )


def software_words(edits: Sequence[OptionEdit]) -> str:
    """The difference of the software that shapes numbers, in words.

    Examples
    --------
    >>> software_words(software_edits({"metasyn": "0.1.0", "typst": "1"}, {"metasyn": "0.2.0", "typst": "2"}))
    'metasyn 0.1.0 → 0.2.0'
    """
    told = [
        f"{edit.words} {edit.old or 'unknown'} → {edit.new or 'unknown'}"
        for edit in edits
        if edit.words in _OF_NUMBERS
    ]
    return ", ".join(told) or "what was reported is not what the same tables and script give now"


def _running(name: str) -> str:
    """The version that runs now."""
    if name == "metasyn":
        from metasyn import __version__

        return __version__
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _key(outcome: Outcome) -> tuple[str, str, str]:
    return outcome.outcome, outcome.timepoint, outcome.measure


def _row(row: Mapping[str, Any], weight: float) -> Row:
    ids = tuple(str(row.get(name) or "") for name in ("study_id", "cohort_id", "comparator_id"))
    label = str(row["label"])
    return Row(
        identity=ids if ids[0] else (label,),
        label=label,
        yi=float(row["yi"]),
        vi=float(row["vi"]),
        weight=weight,
    )


def _standing(entry: Mapping[str, Any], level: float, rows: Sequence[Row]) -> Standing:
    reasons = entry.get("not_estimable") or {}
    test = entry.get("test") or {}
    null = test.get("null") if test else get_measure(entry["measure"]).null

    def number(name: str, value: Any) -> float | NotEstimable:
        return _missing(reasons, name) if value is None else float(value)

    return Standing(
        k=int(entry["k"]),
        n_studies=int(entry["n_studies"]),
        estimate=number("estimate", entry.get("estimate")),
        se=number("se", entry.get("se")),
        ci=_interval(entry.get("ci"), level, _missing(reasons, "ci")),
        pi=_interval(entry.get("pi"), level, _missing(reasons, "pi")),
        tau2=number("tau2", entry.get("tau2")),
        I2=number("I2", entry.get("I2")),
        pvalue=number("test", test.get("pvalue")),
        null_value=null,
        level=level,
        model=str(entry.get("model") or ""),
        ci_method=str(entry.get("ci_method") or ""),
        tau2_method=str(entry.get("tau2_method") or ""),
        weights={row.label: row.weight for row in rows},
    )


def _missing(reasons: Mapping[str, Any], name: str) -> NotEstimable:
    """Why a number is not there: as the report says, of tau2 and I2 also for both at once."""
    reason = reasons.get(name) or reasons.get("heterogeneity") or reasons.get("estimate")
    return NotEstimable(str(reason)) if reason else _NOT_SAID


def _interval(bounds: Any, level: float, missing: NotEstimable) -> Interval | NotEstimable:
    if bounds is None:
        return missing
    low, high = bounds
    return Interval(
        -math.inf if low is None else float(low), math.inf if high is None else float(high), level
    )
