"""Text that is markup, code, a formula or a trick of writing direction elsewhere is text in every file."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import shutil
import subprocess
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from metasyn import Analysis, Apart, Outcome
from metasyn.analysis.run import run_analysis
from metasyn.evidence.read import read_evidence
from metasyn.report.blocks import ReportDocument
from metasyn.report.document import build_document
from metasyn.report.html import index_entry, render_index
from metasyn.report.legible import legible_document, link_target
from metasyn.report.results_json import dumps
from metasyn.report.write import render_report
from metasyn.tables.model import ReportTable, columns, csv_text, to_csv
from metasyn.wording import legible

MARKUP = "<script>alert(1)</script> &amp; <b>\"q\" 'a' ]]> <!-- $x^2$ \\frac{1}{2} {{ 7*7 }} {% raw %}"
SIGNS = (
    "#let *b* _i_ @ref <label> `c` // /* ~ [l](javascript:x) **md** | # h two\nlines\tand \x0b\x07\x1b[31m"
)
LETTERS = "כהן ולוי 0.62 (שלום) عربي 1998 \u202e0.35 \u2066x 😀 👩‍⚕️ 研究 한국 \ue000 \uffff"
LONG = "N" * 300
BODIES = (f"{MARKUP} {SIGNS}", LETTERS, LONG)
STARTS = ('=HYPERLINK("http://x","y")', "+1+1", "-2+3", "@SUM(A1)", "plain")
ROUNDS = range(len(BODIES))


class Texts:
    """Hostile texts, each different; every field gets every kind as the rounds go on."""

    def __init__(self, turn: int) -> None:
        self.turn = turn
        self.made: list[str] = []

    def __call__(self) -> str:
        number = len(self.made)
        start, body = STARTS[number % len(STARTS)], BODIES[(number + self.turn) % len(BODIES)]
        self.made.append(f"{start} zq{number}z {body}")
        return self.made[-1]


def write_table(path: Path, header: str, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header.split(","), restval="")
        writer.writeheader()
        writer.writerows(rows)


HEADERS = {
    "studies": "study_id,label,design,phase,registry_id,citation,doi,year,note",
    "cohorts": "cohort_id,study_id,label,n,part_of,drink,setting",
    "results": "result_id,study_id,cohort_id,comparator_id,outcome,definition,timepoint,statistic,value,"
    "ci_low,ci_high,ci_level,p,p_sided,events,n,unit,source_id,locator,as_printed,derived,derivation,"
    "derived_from,status,status_reason,note",
    "sources": "source_id,kind,citation,doi,year,address,note",
    "outcomes": "outcome,label,kind,better,description",
    "ongoing_trials": "registry_id,title,phase,n,population,arms,primary_endpoint,source_id,locator",
}


def write_project(folder: Path, text: Texts) -> tuple[str, str]:
    """Five studies; every cell that may hold any text holds a hostile one. The words of the two groups."""
    groups = text(), text()
    tables: dict[str, list[dict[str, str]]] = {name: [] for name in HEADERS}
    for n, events in enumerate(((62, 49), (31, 33), (28, 20), (40, 31), (19, 19)), start=1):
        study = {"study_id": f"S{n}", "label": text(), "design": "randomised", "phase": text()}
        tables["studies"].append({**study, "citation": text(), "year": "2019", "note": text()})
        source = {"source_id": f"src{n}", "kind": "document", "citation": text(), "note": text()}
        address = {"address": "javascript:alert(1)"} if n % 2 else {"address": 'https://x.example/a"b <c>'}
        tables["sources"].append({**source, **address, "doi": '10.1/"><b>' if n < 3 else ""})
        setting = "home" if n < 3 else text()
        for side, drink, count in zip("ab", groups, events, strict=True):
            cohort = {"cohort_id": f"S{n}.{side}", "study_id": f"S{n}", "n": "100"}
            tables["cohorts"].append({**cohort, "label": text(), "drink": drink, "setting": setting})
            if (n, side) == (5, "b"):
                continue
            status = {"status": "unusable", "status_reason": text()} if n == 5 else {"status": "usable"}
            figure = {"statistic": "events", "value": f"{count}", "events": f"{count}", "n": "100"}
            where = {"source_id": f"src{n}", "locator": text(), "as_printed": text(), "note": text()}
            row = {"result_id": f"S{n}-{side}", "study_id": f"S{n}", "cohort_id": f"S{n}.{side}"}
            row |= {"outcome": "sleep", "unit": "patients", "derived": "no"}
            tables["results"].append({**row, **figure, **where, **status})
    outcome = {"outcome": "sleep", "label": text(), "kind": "binary", "better": "higher"}
    tables["outcomes"].append({**outcome, "description": text()})
    trial = {name: text() for name in ("title", "phase", "population", "arms", "primary_endpoint", "locator")}
    tables["ongoing_trials"].append({"registry_id": "R1", "n": "20", "source_id": "src5", **trial})
    folder.mkdir()
    for name, header in HEADERS.items():
        write_table(folder / f"{name}.csv", header, tables[name])
    return groups


class Rendered:
    """A hostile project, its document and its files."""

    def __init__(self, folder: Path, turn: int) -> None:
        text = Texts(turn)
        one, other = write_project(folder / "data", text)
        analysis = Analysis(
            title=text(),
            question=text(),
            contrast=({"drink": one}, {"drink": other}),
            outcomes=[Outcome("sleep", measure="RR")],
            subgroups=["setting"],
            exclude={"S5-a": text()},
            apart=[
                Apart(
                    title=text(),
                    reason=text(),
                    studies={"study_id": ["S1", "S2"]},
                    contrast=({"drink": one}, {"drink": other}),
                )
            ],
            favours=(text(), text()),
            notes=[text(), "half a letter \ud800 and nothing \x00"],
        )
        self.result = run_analysis(analysis, read_evidence(folder / "data"), "hostile")
        self.document: ReportDocument = build_document(self.result)
        self.files = render_report(self.result)
        self.texts = text.made


@cache
def _rendered(turn: int) -> Rendered:
    with tempfile.TemporaryDirectory() as folder:
        return Rendered(Path(folder), turn)


@pytest.fixture(params=ROUNDS)
def rendered(request: pytest.FixtureRequest) -> Rendered:
    """One round; tests that are stolen by another process, or stand apart, do not render it again."""
    return _rendered(request.param)


def squeezed(text: str) -> str:
    """Without what a typesetter adds or takes away: space, hyphens, breaks and marks of direction."""
    return re.sub("[\\s\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\u00ad\u2010-]", "", text)


def texts_of(part: object) -> Iterator[str]:
    """Every text of a document that is meant for a reader."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, tuple):
        for inner in part:
            yield from texts_of(inner)
    elif is_dataclass(part):
        hidden = {"name", "anchor", "slug", "stem", "key", "align", "tone", "link", "layout", "extra_tables"}
        for one in fields(part):
            if one.name not in hidden | {"alt", "question", "versions", "folds"}:
                yield from texts_of(getattr(part, one.name))


class Page(HTMLParser):
    """The words of a page, its elements and their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.raw = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.raw = tag if tag in ("script", "style") else ""

    def handle_endtag(self, tag: str) -> None:
        self.raw = ""

    def handle_data(self, data: str) -> None:
        if not self.raw:
            self.words.append(data)


def test_nothing_is_dropped_on_the_way_to_the_document(rendered: Rendered) -> None:
    shown = squeezed(" ".join(texts_of(legible_document(rendered.document))))
    cited = {row for row in rendered.texts if squeezed(legible(row)) in shown}
    assert len(cited) > 25
    assert squeezed(legible(rendered.document.title)) in shown


def test_html_shows_it_as_text(rendered: Rendered) -> None:
    page = Page(rendered.files["report.html"].decode())
    shown = squeezed("".join(page.words))
    for text in texts_of(legible_document(rendered.document)):
        assert squeezed(text) in shown, text
    plain = {tag for tag, _ in page.tags}
    assert plain.isdisjoint({"b", "label1", "marquee", "iframe"})
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")], (tag, attributes)
        address = attributes.get("href") or ""
        if tag == "a":
            assert re.match("https?://|#|[.a-z]", address), address
            assert not re.match("[a-z]+:(?!//)", address.lower()), address
        if tag == "a" and address.startswith("http"):
            assert address == link_target(address)


def test_html_has_no_script_of_theirs(rendered: Rendered, bcg_files: dict[str, bytes]) -> None:
    def count(page: str) -> int:
        return sum(tag == "script" for tag, _ in Page(page).tags)

    assert count(rendered.files["report.html"].decode()) == count(bcg_files["report.html"].decode())


def test_the_list_of_reports_shows_it_as_text(rendered: Rendered) -> None:
    found = json.loads(rendered.files["results.json"])
    page = Page(render_index([index_entry(found)], title=MARKUP))
    shown = squeezed("".join(page.words))
    for text in (found["title"], found["question"], found["syntheses"][0]["label"], MARKUP):
        assert squeezed(legible(text)) in shown
    assert "b" not in {tag for tag, _ in page.tags}
    assert "\u202e" not in "".join(page.words)


def test_docx_shows_it_as_text(rendered: Rendered) -> None:
    with zipfile.ZipFile(io.BytesIO(rendered.files["report.docx"])) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    for name, content in parts.items():
        if name.endswith((".xml", ".rels")):
            ElementTree.fromstring(content)
    tag = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t"
    shown = squeezed(
        "".join(t.text or "" for t in ElementTree.fromstring(parts["word/document.xml"]).iter(tag))
    )
    for text in texts_of(legible_document(rendered.document)):
        assert squeezed(text) in shown, text
    relations = parts["word/_rels/document.xml.rels"].decode()
    assert "javascript" not in relations
    targets = [r.get("Target") or "" for r in ElementTree.fromstring(relations) if r.get("TargetMode")]
    assert targets
    assert all(re.fullmatch(r"https?://[!-~]+", target) and '"' not in target for target in targets)


def link_targets_of_pdf(content: bytes) -> list[str]:
    """Where the links of a PDF lead, those inside compressed streams too."""
    parts = [content]
    for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, flags=re.DOTALL):
        with contextlib.suppress(zlib.error):
            parts.append(zlib.decompress(packed))
    found = [one for part in parts for one in re.findall(rb"/URI\s*\(((?:[^()\\]|\\.)*)\)", part)]
    return [one.decode("latin-1") for one in found]


def test_pdf_shows_it_as_text(rendered: Rendered, tmp_path: Path) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler) is not installed")
    (tmp_path / "x.pdf").write_bytes(rendered.files["report.pdf"])
    made = subprocess.run(["pdftotext", "-raw", "x.pdf", "-"], cwd=tmp_path, capture_output=True, check=True)
    shown = squeezed(made.stdout.decode())
    leftward = re.compile("[\u0590-\u08ff]")
    for text in texts_of(legible_document(rendered.document)):
        for word in text.split():
            # A long word may be cut by the foot of a page; letters of rare scripts may have no font here.
            for piece in re.findall(".{1,20}", squeezed(word)):
                assert piece in shown or leftward.search(piece) or not piece.isascii(), piece
    targets = link_targets_of_pdf(rendered.files["report.pdf"])
    assert targets
    assert all(re.fullmatch(r"https?://[!-~]+", target) for target in targets), targets


def test_svg_shows_it_as_text(rendered: Rendered) -> None:
    figures = {name: data for name, data in rendered.files.items() if name.endswith(".svg")}
    assert figures
    for data in figures.values():
        root = ElementTree.fromstring(data)
        assert {element.tag.rpartition("}")[2] for element in root.iter()} <= {
            *("svg", "title", "desc", "g", "rect", "line", "polyline", "polygon", "circle", "path", "text"),
            *("tspan", "style", "defs", "clipPath", "pattern", "use"),
        }
        shown = "".join(root.itertext())
        assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b\x0c\x0e-\x1f]", shown)
    first = squeezed("".join(ElementTree.fromstring(figures["figures/sleep-rr.svg"]).itertext()))
    for effect in rendered.result.outcomes[0].effects.effects:
        number = re.search("zq[0-9]+z", effect.label)
        assert number is not None
        assert number[0] in first


def test_json_gives_it_back(rendered: Rendered) -> None:
    found = json.loads(rendered.files["results.json"])
    analysis = rendered.result.analysis
    assert found["title"] == analysis.title
    assert [row["label"] for row in found["syntheses"][0]["rows"]] == [
        effect.label for effect in rendered.result.outcomes[0].effects.effects
    ]
    assert found["eligibility"]["notes"][1] == "half a letter \ufffd and nothing \x00"
    assert json.loads(dumps({"a\ud800": "b\udfff"})) == {"a\ufffd": "b\ufffd"}


def test_no_cell_of_a_csv_is_a_formula(rendered: Rendered) -> None:
    number = re.compile(r"[+-]?[0-9.]+([eE][+-]?[0-9]+)?%?")
    tables = {name: data.decode() for name, data in rendered.files.items() if name.endswith(".csv")}
    assert len(tables) > 5
    for name, text in tables.items():
        assert "\r" not in text, name
        for row in csv.reader(io.StringIO(text)):
            for cell in row:
                assert cell.lstrip()[:1] not in ("=", "+", "-", "@") or number.fullmatch(cell) or cell == "-"
    rows = list(csv.DictReader(io.StringIO(tables["tables/sleep-rr-rows.csv"])))
    labels = [effect.label for effect in rendered.result.outcomes[0].effects.effects]
    assert [row["label"].removeprefix("'").split() for row in rows] == [label.split() for label in labels]


def test_numbers_of_a_csv_stay_numbers() -> None:
    given = ["-0.5", "+3", "-1e-5", "-12%", "0.5", "\N{MINUS SIGN}0.5", "-", "", "=1", "a\rb", "\x00", "'x"]
    read = list(csv.reader(io.StringIO(csv_text(["a"], [[cell] for cell in given]))))
    assert [row[0] if row else "" for row in read[1:]] == [
        *("-0.5", "+3", "-1e-5", "-12%", "0.5", "\N{MINUS SIGN}0.5", "-", "", "'=1", "a\nb", "\ufffd", "'x")
    ]
    table = ReportTable(slug="t", caption="", columns=columns(("=k", "K")), rows=(("@x",),))
    assert to_csv(table) == "'=k\n'@x\n"


def test_the_same_bytes_the_second_time() -> None:
    rendered = _rendered(1)
    assert render_report(rendered.result) == rendered.files


@pytest.mark.parametrize("text", [*BODIES, *STARTS, "", "a\u200eb", "\u200f", "כ\u200e \u200eל", "א, ב"])
def test_legible_twice_is_legible_once(text: str) -> None:
    once = legible(text)
    assert legible(once) == once
    assert not re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\uf8ff]", once)


def test_numbers_beside_hebrew_keep_their_place() -> None:
    shown = legible("0.43 without כהן 1998 to 0.56")
    assert shown == "0.43 without \u200eכהן\u200e 1998 to 0.56"
    assert legible("שלום עולם") == "\u200eשלום עולם\u200e"
    assert legible("plain – text") == "plain – text"


def test_link_targets() -> None:
    assert link_target("https://doi.org/10.1002/(SICI)1<2::AID>3.0.CO;2-8").endswith(
        "1%3C2::AID%3E3.0.CO;2-8"
    )
    for address in ("javascript:alert(1)", "JAVASCRIPT:x", "data:text/html,x", "//x", "", "ftp://x"):
        assert link_target(address) == ""
