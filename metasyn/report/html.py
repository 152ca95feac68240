"""A report as one self-contained HTML page: no script, nothing from the network."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from metasyn.errors import ReportError
from metasyn.report.blocks import ReportDocument

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

__all__ = ["Headline", "IndexEntry", "index_entry", "render_html", "render_index"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """One outcome in the list of reports."""

    label: str
    figure: str
    interval: str
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEntry:
    """One analysis in the list of reports; its files lie in the folder `name`."""

    name: str
    title: str
    question: str
    headlines: tuple[Headline, ...] = ()


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
        )
    except (KeyError, TypeError) as error:
        raise ReportError(
            f"not a results.json of a report: {error} is missing or not as expected."
        ) from error


def render_html(document: ReportDocument, svg: Mapping[str, str]) -> str:
    """The report as HTML5.

    Parameters
    ----------
    document : ReportDocument
    svg : mapping of str to str
        Figure stem -> `<svg>` element whose ids are unique in the page.

    Returns
    -------
    str

    Raises
    ------
    ReportError
        If Jinja2 is not installed.
    """
    from markupsafe import Markup

    environment = _environment()
    sources = sum(1 for item in _source_items(document) if item)
    environment.filters["source_links"] = source_links
    environment.filters["brackets"] = brackets
    return environment.get_template("report.html.j2").render(
        document=document,
        style=_style(),
        svg={stem: Markup(text) for stem, text in svg.items()},
        n_sources=sources,
    )


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
    template = _environment().get_template("index.html.j2")
    return template.render(entries=entries, title=title, style=_style())


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


def _source_items(document: ReportDocument) -> tuple[object, ...]:
    from metasyn.report.blocks import References

    lists = (block for block in document.blocks() if isinstance(block, References) and block.numbered)
    return tuple(item for block in lists for item in block.items)


def _environment() -> Environment:
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined
    except ImportError as error:
        raise ReportError('HTML needs Jinja2: pip install "metasyn-evidence[report]".') from error
    return Environment(
        loader=PackageLoader("metasyn.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _style() -> Markup:
    from markupsafe import Markup

    text = files("metasyn.report").joinpath("templates/style.css").read_text(encoding="utf-8")
    return Markup(text.strip())
