"""What a page tells about one study: the figure as printed, its place, and the way it went."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from metasyn.effects.model import Effect, EffectSet
from metasyn.report.outcome import slug_word
from metasyn.tables.cells import effect_cell, printed_cell, source_cell
from metasyn.tables.evidence import effect_notes
from metasyn.tables.words import ROUTE_WORDS, estimate_header
from metasyn.vocabulary import Model
from metasyn.wording import legible, level_text

__all__ = ["study_cards", "study_keys"]

_KEY_LENGTH = 24


def study_cards(
    effects: EffectSet, labels: Mapping[str, str], level: float, model: Model | None = None
) -> list[dict[str, Any]]:
    """One record per effect, in order.

    Parameters
    ----------
    effects : EffectSet
    labels : mapping of str to str
        Source id -> its name and number in the list of sources.
    level : float
        Of the intervals shown.
    model : str, optional
        Of the headline.

    Returns
    -------
    list of dict
        `key`, by which an address names the study; `label`; `facts`, pairs of term and text, only those
        there is something to say about; `counts`, events and participants of both groups, None where
        there are none.
    """
    return [
        {
            "key": key,
            "label": legible(effect.label),
            "facts": [
                [term, legible(text)] for term, text in _facts(effect, effects, labels, level, model) if text
            ],
            "counts": _counts(effect),
        }
        for key, effect in zip(study_keys(effects.labels), effects.effects, strict=True)
    ]


def study_keys(labels: Iterable[str]) -> tuple[str, ...]:
    """By which an address names each study: short names of letters, digits and hyphens, no two equal."""
    seen: dict[str, int] = {}
    return tuple(_key(label, seen) for label in labels)


def _key(label: str, seen: dict[str, int]) -> str:
    """A short name; the second of the same name gets a number."""
    stem = slug_word(label)[:_KEY_LENGTH].strip("-")
    seen[stem] = seen.get(stem, 0) + 1
    return stem if seen[stem] == 1 else f"{stem}--{seen[stem]}"


def _facts(
    effect: Effect, effects: EffectSet, labels: Mapping[str, str], level: float, model: Model | None
) -> tuple[tuple[str, str], ...]:
    """Terms and texts; empty texts are left out by the caller."""
    notes = "; ".join(note.removeprefix(f"{effect.label}: ") for note in effect_notes((effect,), model))
    derived = dict.fromkeys(
        row.derivation for row in effect.rows if row.derivation and row.derivation not in notes
    )
    return (
        (estimate_header(effects.measure, level_text(level)), effect_cell(effect, effects.measure, level)),
        ("Figure as printed", printed_cell(effect.rows)),
        ("Source", source_cell(effect.rows, labels)),
        ("Route", ROUTE_WORDS[effect.route.name]),
        ("Formula", effect.route.formula),
        ("Recovered by", "; ".join(derived)),
        ("Remarks", notes),
    )


def _counts(effect: Effect) -> list[int | None] | None:
    counts = effect.counts
    if counts is None:
        return None
    return [counts.events_1, counts.n_1, counts.events_2, counts.n_2]
