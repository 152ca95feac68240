"""Long forest plots on several pages."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import groupby

from metasyn.plots.compose import Page, compose_page, stage_of
from metasyn.plots.model import ForestLayout
from metasyn.plots.scene import Measure, Scene

__all__ = ["ROWS_PER_PAGE", "page_scenes", "pages_of"]

ROWS_PER_PAGE = 60
"""Studies, headings and diamonds of groups; the overall result and lines of text are not counted."""

# A group that needs several pages begins on a new one if the last has less room than this.
_NEARLY_FULL = 0.75
_COUNTED = ("study", "group", "summary")


def pages_of(layout: ForestLayout) -> tuple[Page, ...]:
    """Which rows stand on which page.

    Up to 60 rows stay on one page. Beyond, pages are about equally long; a group starts a new page
    rather than being torn, unless it is longer than a page: then its name is repeated. The overall result
    stays with the last studies.

    Examples
    --------
    >>> from metasyn.plots.forest_layout import forest_layout
    >>> from metasyn.synthesis import pool
    >>> layout = forest_layout(pool(yi=[0.1] * 61, vi=[0.2] * 61, measure="HR"))
    >>> [len(page.rows) for page in pages_of(layout)]
    [31, 34]
    """
    counted = sum(row.kind in _COUNTED for row in layout.rows)
    if counted <= ROWS_PER_PAGE:
        return (Page(rows=tuple(range(len(layout.rows)))),)
    target = math.ceil(counted / math.ceil(counted / ROWS_PER_PAGE))
    pages = [page for page in _filled(layout, target) if page]
    return tuple(
        Page(rows=rows, number=i, total=len(pages), continued=_goes_on(layout, rows[0]))
        for i, rows in enumerate(pages, 1)
    )


def _filled(layout: ForestLayout, target: int) -> Iterator[tuple[int, ...]]:
    """Rows page by page: blocks as long as they fit, long blocks in pieces."""
    page: list[int] = []
    used = 0
    for block in _blocks(layout):
        size = sum(layout.rows[i].kind in _COUNTED for i in block)
        torn = size > ROWS_PER_PAGE and used >= _NEARLY_FULL * target
        if used and (torn or 0 < size <= ROWS_PER_PAGE < used + size):
            yield tuple(page)
            page, used = [], 0
        for i in block:
            new = layout.rows[i].kind == "study"
            if new and used >= target and (used + _left(layout, block, i) > ROWS_PER_PAGE):
                yield tuple(page)
                page, used = [], 0
            page.append(i)
            used += layout.rows[i].kind in _COUNTED
    yield tuple(page)


def _left(layout: ForestLayout, block: tuple[int, ...], start: int) -> int:
    """Counted rows of a block from one row on."""
    return sum(layout.rows[i].kind in _COUNTED for i in block if i >= start)


def _blocks(layout: ForestLayout) -> Iterator[tuple[int, ...]]:
    """Rows that belong together: a group with its studies, its diamond and its lines; else each its own."""
    grouped = any(row.kind == "group" for row in layout.rows)
    if not grouped:
        yield tuple(range(len(layout.rows)))
        return
    number = 0
    marked = []
    for row in layout.rows:
        inside = row.group or row.kind == "group"
        number += row.kind == "group"
        marked.append(number if inside else -1)
    for _, members in groupby(range(len(layout.rows)), key=lambda i: marked[i]):
        yield tuple(members)


def _goes_on(layout: ForestLayout, first: int) -> str:
    """Name of the group a page begins within; empty where it begins with a heading or outside groups."""
    row = layout.rows[first]
    if row.kind == "group" or not row.group:
        return ""
    heading = next(
        (r for r in reversed(layout.rows[:first]) if r.kind == "group" and r.group == row.group), None
    )
    return "" if heading is None else heading.label


def page_scenes(layout: ForestLayout, measure: Measure) -> tuple[Scene, ...]:
    """The pages of a forest plot: the same columns and the same axis on each."""
    stage = stage_of(layout, measure)
    return tuple(compose_page(stage, page) for page in pages_of(layout))
