"""A report as one self-contained HTML page: complete without its script, nothing from the network."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from metasyn.errors import ReportError
from metasyn.report.blocks import FigureBlock, References, ReportDocument
from metasyn.report.changes.edition import edition_title
from metasyn.report.legible import legible_document, link_target
from metasyn.report.live_assets import page_script, page_style, with_content_policy
from metasyn.report.phone import phone_svg

if TYPE_CHECKING:
    from jinja2 import Environment, Template
    from markupsafe import Markup

__all__ = ["DOWNLOADS", "Headline", "IndexEntry", "index_entry", "render_html", "render_index"]

DOWNLOADS: tuple[tuple[str, str], ...] = (
    ("report.pdf", "PDF"),
    ("report.docx", "Word"),
    ("results.json", "all numbers (JSON)"),
    ("verify.R", "check in R"),
)
"""The files beside the page, and what their links say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """One outcome in the list of reports."""

    label: str
    figure: str
    interval: str
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEntry:
    """One analysis in the list of reports; its files lie in the folder `name`.

    `edition` says in words which version of the evidence it is of; empty where there is none.
    """

    name: str
    title: str
    question: str
    headlines: tuple[Headline, ...] = ()
    edition: str = ""


def index_entry(document: Mapping[str, Any]) -> IndexEntry:
    """The entry of an analysis from its `results.json`.

    Parameters
    ----------
    document : mapping
        A parsed `metasyn-result/1` document of a report.

    Returns
    -------
    IndexEntry

    Raises
    ------
    ReportError
        If it is not such a document.
    """
    try:
        return IndexEntry(
            name=document["name"],
            title=document["title"],
            question=document["question"],
            headlines=tuple(
                Headline(**{key: entry["headline"][key] for key in ("label", "figure", "interval", "basis")})
                for entry in document["syntheses"]
            ),
            edition=_edition(document.get("edition")),
        )
    except (KeyError, TypeError) as error:
        raise ReportError(
            f"not a results.json of a report: {error} is missing or not as expected."
        ) from error


def _edition(entry: Mapping[str, Any] | None) -> str:
    return (
        "" if entry is None else edition_title(**{key: entry[key] for key in ("version", "date", "released")})
    )


def render_html(document: ReportDocument, svg: Mapping[str, str], *, live: str = "") -> str:
    """The report as HTML5.

    Parameters
    ----------
    document : ReportDocument
    svg : mapping of str to str
        Figure stem -> `<svg>` element whose ids are unique in the page. The page adds a narrow twin of
        each, with ids that begin with `figure1-narrow`, and shows the one that fits the screen.
    live : str
        The data that let figures answer (`metasyn.report.live.live_text`); without them the page is as
        complete, but its figures stand still.

    Returns
    -------
    str

    Raises
    ------
    ReportError
        If Jinja2 is not installed.
    """
    from markupsafe import Markup

    document = legible_document(document)
    page = _template("report.html.j2").render(
        document=document,
        downloads=DOWNLOADS,
        style=Markup(page_style()),
        script=Markup(page_script()),
        svg={stem: Markup(text) for stem, text in svg.items()},
        narrow={one.stem: Markup(_narrow(one, svg)) for one in document.figures()},
        n_sources=_source_count(document),
        live=Markup(live),
    )
    return with_content_policy(page)


def render_index(entries: Sequence[IndexEntry], title: str = "Reports") -> str:
    """The list of all reports of a project, for `reports/index.html`.

    Parameters
    ----------
    entries : sequence of IndexEntry
    title : str

    Returns
    -------
    str
    """
    from markupsafe import Markup

    page = _template("index.html.j2").render(
        entries=legible_document(tuple(entries)),
        title=title,
        downloads=DOWNLOADS,
        style=Markup(page_style()),
        script=Markup(page_script(index=True)),
    )
    return with_content_policy(page)


def _narrow(figure: FigureBlock, svg: Mapping[str, str]) -> str:
    """The narrow twin of a figure that is drawn on the page."""
    return phone_svg(figure) if svg.get(figure.stem, "").startswith("<svg") else ""


def source_links(text: str, count: int) -> Markup:
    """The numbers in brackets as links into the list of sources."""
    from markupsafe import Markup, escape

    def link(match: re.Match[str]) -> str:
        number = int(match.group(1))
        return f'<a href="#source-{number}">[{number}]</a>' if 1 <= number <= count else match.group()

    return Markup(re.sub(r"\[(\d{1,4})\]", link, str(escape(text))))


def brackets(text: str) -> Markup:
    """A number and its interval in brackets: a line breaks between them, never inside."""
    from markupsafe import Markup

    span = Markup('<span class="together">{}</span>')
    number, opening, rest = text.partition(" (")
    return span.format(number) + " " + span.format(f"({rest}") if opening else span.format(text)


def _source_count(document: ReportDocument) -> int:
    lists = (block for block in document.blocks() if isinstance(block, References) and block.numbered)
    return sum(len(block.items) for block in lists)


def _template(name: str) -> Template:
    try:
        return _environment().get_template(name)
    except ImportError as error:
        raise ReportError('HTML needs Jinja2: pip install "metasyn-evidence[report]".') from error


@cache
def _environment() -> Environment:
    """Where templates come from; kept, because compiling them takes longer than filling them in."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("metasyn.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    filters = {"source_links": source_links, "brackets": brackets, "link_target": link_target}
    environment.filters.update(filters)
    return environment
