"""What a report's page needs to answer on its own: all subsets, and where every figure comes from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from metasyn.analysis.result import AnalysisResult, OutcomeResult
from metasyn.errors import MetasynError
from metasyn.names import HETEROGENEITY_NAMES, interval_name
from metasyn.plots.forest_rows import heterogeneity_rows
from metasyn.plots.forest_words import way_words
from metasyn.plots.model import ForestLayout
from metasyn.report.blocks import ReportDocument
from metasyn.report.live_cards import study_cards
from metasyn.report.live_pack import pack_subsets
from metasyn.report.opening import outcome_label
from metasyn.report.phrases import MODEL_PHRASES
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.sensitivity.subsets import Subsets, subsets
from metasyn.synthesis.usual_scale import USUAL_PRIOR
from metasyn.tables.cells import source_labels, unit_sign
from metasyn.tables.words import CI_SHORT, MODEL_WORDS, measure_word, unit_word
from metasyn.wording import legible, level_text

__all__ = ["PAGE_LIMIT", "live_data", "live_text"]

PAGE_LIMIT = 2_000_000
"""Bytes that a report's page stays below."""
_USUAL_PAGE = 300_000


def live_text(result: AnalysisResult, document: ReportDocument, *, page: int = _USUAL_PAGE) -> str:
    """`live_data` as JSON that can stand in a script element, whatever texts it carries.

    Parameters
    ----------
    result : AnalysisResult
    document : ReportDocument
    page : int
        Bytes of the page without these data: together they stay below `PAGE_LIMIT`, as far as tables of
        subsets can be made smaller.
    """
    facts = len(_safe_json(live_data(result, document, limit=0)).encode())
    return _safe_json(live_data(result, document, limit=PAGE_LIMIT - page - facts))


def _safe_json(data: list[dict[str, Any]]) -> str:
    """JSON without a sign that means something to HTML or ends a line of script."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def live_data(result: AnalysisResult, document: ReportDocument, *, limit: int) -> list[dict[str, Any]]:
    """For every outcome with a forest plot: its studies, and the results of subsets of them.

    Parameters
    ----------
    result : AnalysisResult
    document : ReportDocument
        Its forest plots are those of the page.
    limit : int
        Bytes that all tables of subsets together may take. Small tables come first; an outcome whose
        table does not fit holds the results without one or two studies, or none, and says so.

    Returns
    -------
    list of dict
        `slug`, `label`, `figures`, `studies` (see `study_cards`) and `panel`: None where nothing was
        pooled, else measure, unit words, options, and the packed table (see `pack_subsets`).
    """
    parts = [part for part in result.outcomes if isinstance(part.synthesis, SynthesisResult)]
    panels: dict[str, dict[str, Any] | None] = {}
    for part in sorted(parts, key=lambda one: (one.effects.k, one.slug)):
        panels[part.slug] = _panel(part, limit)
        limit -= _size(panels[part.slug])
    labels, level = source_labels(result.sources), result.analysis.synthesis.level
    return [
        {
            "slug": part.slug,
            "label": legible(outcome_label(part)),
            "figures": list(_figures(part, document)),
            "studies": study_cards(part.effects, labels, level),
            "panel": panels[part.slug],
        }
        for part in parts
    ]


def _figures(part: OutcomeResult, document: ReportDocument) -> Iterator[dict[str, Any]]:
    """The forest plots of an outcome, with the rows that change with the studies."""
    for block in document.figures():
        own = block.stem == part.slug or block.stem.startswith(f"{part.slug}-by-")
        if own and isinstance(block.layout, ForestLayout):
            yield {"stem": block.stem, **_rows(block.layout, part)}


def _rows(layout: ForestLayout, part: OutcomeResult) -> dict[str, int | None]:
    """Places of the overall row and of its lines of text."""
    rows = layout.rows
    overall = next((i for i, row in enumerate(rows) if row.kind == "overall"), None)
    places: dict[str, int | None] = {"overall": overall, "heterogeneity": None, "prediction": None}
    if overall is None or not isinstance(part.synthesis, SynthesisResult):
        return places
    for line in heterogeneity_rows(part.synthesis):
        name = "prediction" if "prediction" in line.label else "heterogeneity"
        after = range(overall + 1, len(rows))
        places[name] = next((i for i in after if rows[i].label == line.label), None)
    return places


def _panel(part: OutcomeResult, limit: int) -> dict[str, Any] | None:
    result = part.synthesis
    if not isinstance(result, SynthesisResult) or not result.pooled:
        return None
    measure = result.effects.measure
    own_unit = result.k == result.n_studies
    panel: dict[str, Any] = {
        "k": result.k,
        "measure": measure_word(measure),
        "short": measure.short,
        "family": measure.family,
        "sign": unit_sign(measure),
        "level": level_text(result.request.level),
        "units": ["study", "studies"] if own_unit else [unit_word(measure, 1), unit_word(measure, 2)],
        "null": None if measure.null is None else measure.to_natural(measure.null),
        "tau2": result.request.model != "common-effect",
        "options": [],
        "left_out": 0,
    }
    for depth in (None, 2, 1):
        if limit <= 0 or (depth is not None and depth >= result.k):
            continue
        try:
            found = subsets(result, left_out=depth)
        except MetasynError as error:
            return {**panel, "missing": f"Studies cannot be switched off here: {error}"}
        table = pack_subsets(found, measure)
        if _size(table) <= limit:
            panel["options"] = [_option(result, found, place) for place in range(len(found.options))]
            return {**panel, "left_out": found.left_out, "reasons": list(found.reasons), "table": table}
    return {**panel, "missing": "The results without single studies are too many for this page."}


def _option(result: SynthesisResult, found: Subsets, place: int) -> dict[str, Any]:
    """A model with its interval: in the address, in the list, in a sentence, in the figure.

    `listed`: whether it can be asked for. What only headlines for some of the subsets cannot.
    """
    model, ci_method = option = found.options[place]
    mine = [one for one in result.alternatives if (one.model, one.ci_method) == option]
    prior = USUAL_PRIOR if model == "bayesian" else ""
    row = way_words(model, ci_method, result.k, prior=prior)
    name = prior or CI_SHORT[ci_method]
    ending = f"prior of τ {prior}" if prior else f"{CI_SHORT[ci_method]} interval"
    return {
        "key": f"{model}/{ci_method}",
        "model": model,
        "name": f"{MODEL_WORDS[model]}, {name}",
        "words": f"{MODEL_PHRASES[model]}, {ending}",
        "ci": interval_name(ci_method),
        "test": HETEROGENEITY_NAMES["likelihood-ratio" if model == "glmm" else "Q"],
        "row": row.removesuffix(f" (k = {result.k})"),
        "headline": bool(mine) and mine[0].headline,
        "listed": bool(mine),
    }


def _size(panel: dict[str, Any] | None) -> int:
    """Bytes that the numbers of a panel, or of its table, take on the page."""
    if panel is None:
        return 0
    table = panel.get("table", panel)
    return sum(len(text) for text in (*table.get("data", ()), table.get("choice", "")))
