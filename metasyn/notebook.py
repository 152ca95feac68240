"""What a notebook shows of a result: a table, and a forest plot where the fonts for one are installed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import singledispatch
from hashlib import sha256
from html import escape

from metasyn.batch.multiverse import Multiverse, Scale, choice_rows, scales
from metasyn.effects.display import natural_estimate, natural_interval
from metasyn.effects.model import EffectSet, Exclusion
from metasyn.errors import ReportError
from metasyn.plots import svg_text
from metasyn.plots.chart import ChartLayout
from metasyn.plots.charts.specification_curve import specification_curve_layout
from metasyn.plots.charts.specification_words import (
    choice_name,
    describe,
    null_words,
    option_name,
    without_result,
)
from metasyn.plots.forest_cumulative import cumulative_forest
from metasyn.plots.forest_layout import forest_layout
from metasyn.plots.model import ForestLayout
from metasyn.plots.style import DARK
from metasyn.synthesis.compare import ProfileComparison
from metasyn.synthesis.model import SubgroupAnalysis, SynthesisResult
from metasyn.synthesis.sensitivity.cumulative import Cumulative
from metasyn.tables.compare_table import profile_table
from metasyn.tables.model import ReportTable, columns
from metasyn.tables.results import alternatives_table, results_table
from metasyn.tables.variation import subgroup_table
from metasyn.values import Finding
from metasyn.wording import interval_text, legible, natural_text, percent_text, whole

__all__ = ["as_html"]

# Up to here a notebook shows the figure without being asked.
MOST_ROWS = 60
# The studies of an effect set beyond this are counted, not listed.
MOST_LISTED = 200

# Dollar signs in names are not formulas.
_CLASSES = "metasyn tex2jax_ignore mathjax_ignore"
# How JupyterLab, VS Code and Colab mark a dark page.
_DARK_PAGES = ('[data-jp-theme-light="false"]', ".vscode-dark", 'html[theme="dark"]')


@singledispatch
def as_html(shown: object) -> str:
    """A result as HTML for a notebook cell; what `_repr_html_` of results calls.

    Parameters
    ----------
    shown : SynthesisResult, SubgroupAnalysis, EffectSet, Cumulative, ProfileComparison, Multiverse,
        ForestLayout or ChartLayout

    Returns
    -------
    str
        One `<div>`, complete in itself: no script, nothing loaded, the same text every time. Its ids are
        made from its content, so that several results can stand on one page. On a dark page figures are
        drawn in the dark palette.

    Raises
    ------
    TypeError
        If there is no such view of the object.

    Examples
    --------
    >>> from metasyn.synthesis import pool
    >>> html = as_html(pool(yi=[0.1, 0.4], vi=[0.2, 0.3], measure="HR"))
    >>> html.startswith('<div class="metasyn '), html.count("<svg")
    (True, 1)
    """
    raise TypeError(f"a notebook has no view of {type(shown).__name__}.")


@as_html.register
def _(shown: SynthesisResult) -> str:
    name = shown.effects.outcome or shown.effects.measure.label.capitalize()
    parts = [_table(replace(results_table([(name, shown)], slug="result"), caption="Pooled result"))]
    parts.append(f"<p>{_text(shown.policy.reason)}</p>")
    if shown.pooled:
        withheld = _table(alternatives_table(shown, slug="alternatives"))
        parts.append(f"<details><summary>Other models and intervals</summary>{withheld}</details>")
    parts += _remarks(shown.effects.exclusions, shown.findings)
    drawn = shown.k + (0 if shown.subgroups is None else len(shown.subgroups.names))
    return _block(parts, forest_layout(shown) if drawn <= MOST_ROWS else None, shown.k)


@as_html.register
def _(shown: SubgroupAnalysis) -> str:
    return _block([_table(subgroup_table(shown, slug="subgroups"))])


@as_html.register
def _(shown: ProfileComparison) -> str:
    return _block([_table(profile_table(shown))])


@as_html.register
def _(shown: Cumulative) -> str:
    layout = cumulative_forest(shown)
    if len(shown.steps) <= MOST_ROWS:
        return _block([], layout)
    return _block([f"<pre>{_text(str(shown), lines=True)}</pre>"], None, len(shown.steps))


@as_html.register
def _(shown: EffectSet) -> str:
    parts = [_table(_effects_table(shown)), *_remarks(shown.exclusions, ())]
    if shown.k > MOST_LISTED:
        parts.append(f"<p>The first {MOST_LISTED} of {shown.k} effects are listed.</p>")
    return _block(parts)


@as_html.register
def _(shown: Multiverse) -> str:
    found = [scale for scale in scales(shown) if scale.numbers.size]
    parts = [f"<p>{_text(line)}</p>" for line in (*describe(shown, found), *without_result(shown))]
    tables = "".join(_table(table) for scale in found if (table := _choice_table(shown, scale)).rows)
    if tables:
        parts.append(f"<details><summary>Results by choice</summary>{tables}</details>")
    return _block(parts, specification_curve_layout(shown) if found else None)


@as_html.register(ForestLayout)
@as_html.register(ChartLayout)
def _(shown: ForestLayout | ChartLayout) -> str:
    return _block([], shown)


def _choice_table(many: Multiverse, scale: Scale) -> ReportTable:
    """The map of decisions: every option with its results and where their intervals lie."""
    null = null_words(scale)
    places = ("below", "includes", "above") if null else ()
    found = choice_rows(many, scale)
    rows = [
        (
            choice_name(row.choice) if before is None or before.choice != row.choice else "",
            option_name(row.choice, row.option),
            whole(int(row.here.sum())),
            *("" if (share := getattr(row, name)) is None else percent_text(share, 0) for name in places),
        )
        for before, row in zip((None, *found), found, strict=False)
    ]
    return ReportTable(
        slug="choices",
        caption=scale.measure.label.capitalize(),
        columns=columns(
            ("choice", "Choice"),
            ("option", "Option"),
            ("results", "Results", "right"),
            *((name, f"{name} {null}", "right") for name in places),
        ),
        rows=tuple(rows),
    )


def _effects_table(effects: EffectSet) -> ReportTable:
    """Every effect on the natural scale, with the route that led to it."""
    measure = effects.measure
    listed = [effects.effects[i] for i in range(min(effects.k, MOST_LISTED))]
    rows = [
        (
            effect.label,
            natural_text(natural_estimate(effect, measure), measure),
            interval_text(natural_interval(effect, measure), measure),
            effect.route.name,
            effect.route.formula,
        )
        for effect in listed
    ]
    what = f"{effects.outcome}: {measure.label}" if effects.outcome else measure.label
    return ReportTable(
        slug="effects",
        caption=f"{what}, {effects.k} {'effect' if effects.k == 1 else 'effects'}",
        columns=columns(
            ("study", "Study"),
            ("estimate", measure.short, "right"),
            ("ci", "95% CI", "right"),
            ("route", "Route"),
            ("formula", "Formula"),
        ),
        rows=tuple(rows),
    )


def _remarks(exclusions: Sequence[Exclusion], findings: Sequence[Finding]) -> Iterator[str]:
    """What a reader must know, and on demand what was left out."""
    if findings:
        yield _list(f"{one.severity.capitalize()}: {one}" for one in findings)
    if exclusions:
        head = f"Left out: {len(exclusions)}, with reasons"
        listed = _list(f"{one.label}: {one.reason}" for one in exclusions)
        yield f"<details><summary>{head}</summary>{listed}</details>"


def _list(items: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{_text(item)}</li>' for item in items)}</ul>"


def _block(parts: Sequence[str], layout: ForestLayout | ChartLayout | None = None, k: int = 0) -> str:
    """Parts, then the figure or why there is none, in one element whose id follows from its content."""
    figure = ""
    if layout is None and k > MOST_ROWS:
        parts = [
            *parts,
            f"<p>{k} rows: metasyn.plots.figure_bytes(metasyn.forest_layout(result), 'pdf') draws them.</p>",
        ]
    if layout is not None:
        try:
            figure = svg_text(layout, "figure")
        except ReportError as error:  # the fonts are an extra
            parts = [*parts, f"<p>No figure: {_text(str(error))}</p>"]
    body = "\n".join(parts)
    name = f"metasyn-{sha256((body + figure).encode()).hexdigest()[:12]}"
    if layout is not None and figure:
        figure = f'<div style="overflow-x:auto">{svg_text(layout, f"{name}-figure")}</div>'
    style = f"<style>{_style(name, bool(figure))}</style>"
    return f'<div class="{_CLASSES}" id="{name}">\n{style}\n{body}\n{figure}</div>'


def _style(name: str, with_figure: bool) -> str:
    """Rules for this block alone; colours of the page, and the dark palette on a dark page."""
    rules = [
        f"#{name} table{{border-collapse:collapse;margin:.4em 0}}",
        f"#{name} caption{{text-align:left;font-weight:bold;padding:.2em 0;color:inherit}}",
        f"#{name} :is(th,td){{padding:.2em .7em;border-bottom:1px solid #8888;vertical-align:top}}",
        f"#{name} td[style$=right]{{white-space:nowrap}}",
        f"#{name} svg{{max-width:100%;height:auto}}",
    ]
    if with_figure:
        for page in _DARK_PAGES:
            for role, color in DARK.colors.items():
                rules.append(f"{page} #{name} .f-{role}{{fill:{color}}}")
                rules.append(f"{page} #{name} .s-{role}{{stroke:{color}}}")
    return "\n".join(rules)


def _table(table: ReportTable) -> str:
    """A table with its caption and notes."""
    aligned = [f' style="text-align:{column.align}"' for column in table.columns]
    head = "".join(
        f'<th scope="col"{style}>{_text(column.header)}</th>'
        for column, style in zip(table.columns, aligned, strict=True)
    )
    rows = [_row(cells, aligned, bold=n in table.emphasis) for n, cells in enumerate(table.rows)]
    notes = "".join(f"<p><small>{_text(note)}</small></p>" for note in table.notes)
    caption = f"<caption>{_text(table.caption)}</caption>"
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>{notes}"


def _row(cells: Sequence[str], aligned: Sequence[str], *, bold: bool) -> str:
    opening, closing = ("<b>", "</b>") if bold else ("", "")
    made = (
        f"<td{style}>{opening}{_text(cell)}{closing}</td>" for cell, style in zip(cells, aligned, strict=True)
    )
    return f"<tr>{''.join(made)}</tr>"


def _text(text: str, *, lines: bool = False) -> str:
    """Foreign text as HTML."""
    shown = "\n".join(legible(line) for line in text.split("\n")) if lines else legible(text)
    return escape(shown)
