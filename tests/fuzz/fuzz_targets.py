"""What is fuzzed: each target takes any bytes, and ends well or with an error of ours, whatever they are.

`tests/fuzz` feeds them what hypothesis makes, `scripts/fuzz.py` what atheris makes.
"""

from __future__ import annotations

import io
import json
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from metasyn.cli.plain_file import read_plain_file
from metasyn.effects.plain_table import effects_from_table
from metasyn.errors import MetasynError
from metasyn.evidence import TABLES, digests, read_evidence
from metasyn.evidence.audit import audit_evidence, audit_table, read_plain_table
from metasyn.evidence.documents import check_result, document_text, printed_results
from metasyn.evidence.documents.decode import DocumentProblem, decode_html, decode_text, pdf_pages
from metasyn.evidence.intake import check_intake, compare_extractions, read_intake, read_mapping
from metasyn.workspace.building.index import refresh_index
from metasyn.workspace.extraction.export import export_tables
from metasyn.workspace.extraction.intake import import_tables
from metasyn.workspace.extraction.source_hashes import with_hashes
from metasyn.workspace.extraction.workbook import workbook_bytes
from metasyn.workspace.project import Project
from metasyn.workspace.staleness.state import (
    MANIFEST,
    Environment,
    Inputs,
    manifest_bytes,
    same_files,
    staleness,
)
from tests.evidence.intake.evidence_books import packed, parts_of, sheet_xml
from tests.fuzz.fuzz_writes import writes_only_below

ROOT = Path(__file__).resolve().parents[2]
SOUND = ROOT / "tests" / "tiny_project" / "data"
FILES = tuple(table.file for table in TABLES.values() if (SOUND / table.file).is_file())
MEASURES = ("HR", "RR", "PLO", "SMD", "COR", "IRR")
WORDS = """\
[results]
sheet = "results"
ignore = ["Reviewer"]
[results.columns]
"Hazard ratio" = "value"
"Trial" = ["study_id", "cohort_id"]
[results.fixed]
statistic = "HR"
[results.words.status]
"excluded" = "unusable"
"""
PLAIN = (
    "label,study,arm,events,n,percent,estimate,ci_low,ci_high,level,p,sides,total\n"
    "A 2001,A,x,12,40,30.0,0.62,0.41,0.94,95,0.02,2,80\n"
    "A 2001,A,y,10,40,25,0.5,0.4,0.9,95%,<0.001,2,80\n"
    "B 2003,B,x,7,24,28.7,1.2,0.8,1.7,0.95,ns,1,50\n"
)
TRIALS = (
    "label,estimate,ci_low,ci_high,ci_level,dose\nA,0.62,0.41,0.94,0.95,low\nB,1.2,0.8,1.7,0.9,high\n",
    "label,events_1,n_1,events_2,n_2\nA,3,20,7,21\nB,0,15,4,16\n",
    "label,events,n\nA,3,20\nB,0,15\n",
    "label;mean_1;sd_1;n_1;mean_2;sd_2;n_2\nA;3.5;1.2;20;4;1;22\nB;3;1;15;4.5;1.1;16\n",
    "label\tr\tn\nA\t0.3\t20\nB\t0.1\t15\n",
    "label,events_1,time_1,events_2,time_2\nA,3,20.5,7,21\nB,0,15,4,16\n",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Something that reads.

    Attributes
    ----------
    run : callable
        Gets the bytes and a folder of its own; every other file is out of bounds.
    seeds : mapping of str to bytes
        Sound inputs to begin from.
    """

    run: Callable[[bytes, Path], None]
    seeds: Mapping[str, bytes]


def first_choice(data: bytes, number: int) -> tuple[int, bytes]:
    """One of so many by the first byte, and the other bytes."""
    return (data[0] % number, data[1:]) if data else (0, data)


def table_of_a_folder(data: bytes, folder: Path) -> None:
    """One table of a sound data folder is replaced; then it is read, audited and compared."""
    which, content = first_choice(data, len(FILES))
    tables = folder / "data"
    shutil.copytree(SOUND, tables)
    (tables / FILES[which]).write_bytes(content)
    intake = read_intake(tables)
    check_intake(intake)
    compare_extractions(intake, read_intake(SOUND))
    evidence = read_evidence(tables)
    digests(evidence)
    json.dumps([finding.to_dict() for finding in audit_evidence(evidence)], allow_nan=False)


def plain_table(data: bytes, folder: Path) -> None:
    """A plain table is audited."""
    path = folder / "plain.csv"
    path.write_bytes(data)
    json.dumps([finding.to_dict() for finding in audit_table(read_plain_table(path))], allow_nan=False)


def trials_table(data: bytes, folder: Path) -> None:
    """A plain table of trials is put on the scale of a measure."""
    which, content = first_choice(data, len(MEASURES))
    path = folder / "trials.csv"
    path.write_bytes(content)
    columns = read_plain_file(str(path))
    effects_from_table(columns, measure=MEASURES[which], level=0.95, file="trials.csv")  # type: ignore[arg-type]


def mapping_file(data: bytes, folder: Path) -> None:
    """A mapping file is read, and a table by it."""
    path = folder / "names.toml"
    path.write_bytes(data)
    names = read_mapping(path)
    (folder / "theirs.csv").write_text("Hazard ratio,Trial,Reviewer\n0.62,a,me\n", encoding="utf-8")
    check_intake(read_intake(folder / "theirs.csv", mapping=names))


def foreign_table(data: bytes, folder: Path) -> None:
    """A CSV file of one of our tables goes into a data folder, as `metasyn import` does it."""
    which, content = first_choice(data, len(FILES))
    path = folder / FILES[which]
    path.write_bytes(content)
    shutil.copytree(SOUND, folder / "data")
    import_tables(read_intake(path), folder / "data", replace=True)


def whole_book(data: bytes, folder: Path) -> None:
    """A workbook goes into a data folder; what was taken is written out again."""
    path, into = folder / "book.xlsx", folder / "data"
    path.write_bytes(data)
    intake = read_intake(path)
    check_intake(intake)
    compare_extractions(intake, intake)
    import_tables(intake, into)
    for name in ("out.json", "out"):
        export_tables(into, folder / name)
    if zlib.crc32(data) % 8:
        return  # writing a workbook takes longer than all the rest: one of eight
    export_tables(into, folder / "out.xlsx")
    again = read_intake(folder / "out.xlsx")
    first = [(name, [row.cells for row in sheet.rows]) for name, sheet in intake.sheets.items()]
    assert [(name, [row.cells for row in sheet.rows]) for name, sheet in again.sheets.items()] == first


def part_of_book(data: bytes, folder: Path) -> None:
    """The same with one part of a sound workbook replaced."""
    names = sorted(BOOK)
    which, content = first_choice(data, len(names))
    whole_book(packed({**BOOK, names[which]: content}, zipfile.ZIP_STORED), folder)


def curve_table(data: bytes, folder: Path) -> None:
    """Points or numbers at risk of a survival curve are replaced; then it is read and put on a scale."""
    which, content = first_choice(data, len(CURVES))
    tables = folder / "data"
    shutil.copytree(SOUND, tables)
    results = (SOUND / "results.csv").read_text(encoding="utf-8").splitlines()
    row = dict.fromkeys(results[0].split(","), "") | CURVE_ROW
    (tables / "results.csv").write_text(
        "\n".join([*results, ",".join(row.values())]) + "\n", encoding="utf-8"
    )
    for name, sound in CURVES.items():
        (tables / name).write_bytes(sound)
    (tables / list(CURVES)[which]).write_bytes(content)
    evidence = read_evidence(tables)
    digests(evidence)
    json.dumps([finding.to_dict() for finding in audit_evidence(evidence)], allow_nan=False)


def document(data: bytes, folder: Path) -> None:
    """A source document is read, and figures are looked for in it."""
    which, content = first_choice(data, len(DOCUMENTS))
    try:
        if which == 0:
            text = document_text(pdf_pages(content), paged=True)
        else:
            text = document_text([(decode_html if which == 1 else decode_text)(content)], paged=False)
    except DocumentProblem:
        return
    for row in printed_results(EVIDENCE, next(iter(EVIDENCE.sources))):
        for locator in LOCATORS:
            found = check_result(EVIDENCE, replace(row, locator=locator), text)
            assert found.offset is None or found.offset >= 0


def source_table(data: bytes, folder: Path) -> None:
    """A hash is written into a table of sources; what the reader of tables sees else stays."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return
    after = with_hashes(text, {"ax-2019": "0" * 64})
    assert with_hashes(after, {"ax-2019": "0" * 64}) == after


def kept_state(data: bytes, folder: Path) -> None:
    """The files that metasyn keeps beside its reports: manifest, results and memory of the index."""
    which, content = first_choice(data, len(KEPT))
    project = Project(folder)
    project.analyses.mkdir(exist_ok=True)
    project.script("tea").touch()  # the index lists reports that have a script
    for place, sound in KEPT.items():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(sound)
    (folder / list(KEPT)[which]).write_bytes(content)
    report = project.report("tea")
    staleness(report, NOW)
    same_files(report, NOW.script, NOW.data, NOW.environment)
    refresh_index(project)


def sound_book() -> dict[str, bytes]:
    """The parts of a workbook as `metasyn export` writes it."""
    content = workbook_bytes(read_intake(SOUND).sheets)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {entry.filename: archive.read(entry) for entry in archive.infolist()}


def minimal_pdf(text: str) -> bytes:
    """A PDF of one page with one line."""
    content = f"BT /F1 12 Tf 20 100 Td ({text.replace('(', '[').replace(')', ']')}) Tj ET".encode()
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    )
    made, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 6\n0000000000 65535 f \n" + table
    return made + head + b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(made)


def run_guarded(target: Target, data: bytes, folder: Path) -> None:
    """Run a target in an emptied folder; anything but an error of ours, or a write elsewhere, is raised."""
    shutil.rmtree(folder, ignore_errors=True)
    temporary = folder / "temporary"
    temporary.mkdir(parents=True)
    before, tempfile.tempdir = tempfile.tempdir, str(temporary)
    with writes_only_below(folder):
        try:
            target.run(data, folder)
        except MetasynError as error:
            told = str(error)
            assert 0 < len(told) < 200_000, "an error that a person cannot read"
            for finding in getattr(error, "findings", ()):
                assert all((finding.code, finding.message, finding.where))
        finally:
            tempfile.tempdir = before
    assert not list(temporary.iterdir()), "a temporary file was left"


ENVIRONMENT = Environment(metasyn="0.1.0", source="s", libraries={"python": "3.11"})
NOW = Inputs(script="a", data="b", rows={"results:r1": "h"}, environment=ENVIRONMENT)
BOOK = sound_book()
ODD_BOOK = {
    name: text.encode()
    for name, text in parts_of(
        {
            name: sheet_xml(
                [
                    [column.name for column in table.columns],
                    [
                        ' t="s"><v>0</v>' if column.required else ' s="1"><v>0.6</v>'
                        for column in table.columns
                    ],
                ],
                after='<mergeCells><mergeCell ref="B2:C3"/></mergeCells>',
                before='<cols><col min="1" max="2" hidden="1"/></cols>',
            )
            for name, table in TABLES.items()
        },
        ["0.00", "d/m/yy"],
        shared="<si><t>text</t></si>",
    ).items()
}
RESULTS = (
    b'{"name": "tea", "title": "Tea", "question": "Tea?", "syntheses": [{"headline": '
    b'{"label": "death", "figure": "0.8", "interval": "0.7 to 0.9", "basis": "4 studies"}}]}'
)
EVIDENCE = read_evidence(SOUND)
CURVE_ROW = {
    "result_id": "KM1",
    "study_id": "AX",
    "cohort_id": "AX.tea",
    "outcome": "waking",
    "statistic": "curve",
    "n": "100",
    "unit": "months",
    "source_id": "ax-2019",
    "locator": "Figure 1",
    "as_printed": "curve",
    "derived": "no",
    "status": "usable",
}
LOCATORS = ("para 1", "page 2", "Table 1, row 2; Figure 3", "abstract", "2.2.4", "")
CURVES = {
    "curves.csv": b"result_id,time,survival\nKM1,1.5,0.96\nKM1,6,0.91\nKM1,12,0.80\n",
    "at_risk.csv": b"result_id,time,at_risk\nKM1,0,100\nKM1,6,80\n",
}
DOCUMENTS = (
    minimal_pdf("HR 0.62 (0.47-0.80); 95% CI, p = 0.02"),
    b"<html><head><title>x</title></head><body><h1>Results</h1><p>HR&nbsp;0&middot;62 <sup>1</sup>"
    b"<table><tr><td>26%</td><td>&minus;0.5</td></tr></table><script>var a = 0.62;</script></body></html>",
    "Results\n\nHR 0·62 [95 % CI 0·47–0·80]; nine of twenty-\nsix (35%).\n\nTable 1 Sleep\nAll 31\n".encode(),
)
KEPT: Mapping[str, bytes] = {
    f"reports/tea/{MANIFEST}": manifest_bytes(NOW, {"results.json": RESULTS}),
    "reports/tea/results.json": RESULTS,
    "reports/.index.json": b'{"source": "s", "results": {}, "index": "i"}',
}


def chosen(contents: Iterable[bytes]) -> dict[str, bytes]:
    """Seeds for a target that chooses by the first byte."""
    return {str(which): bytes([which]) + content for which, content in enumerate(contents)}


TARGETS: Mapping[str, Target] = {
    "table": Target(run=table_of_a_folder, seeds=chosen((SOUND / name).read_bytes() for name in FILES)),
    "plain": Target(run=plain_table, seeds={"plain": PLAIN.encode()}),
    "trials": Target(run=trials_table, seeds=chosen(text.encode() for text in TRIALS)),
    "mapping": Target(run=mapping_file, seeds={"mapping": WORDS.encode()}),
    "foreign": Target(run=foreign_table, seeds=chosen((SOUND / name).read_bytes() for name in FILES)),
    "book": Target(
        run=whole_book, seeds={"sound": packed(BOOK, zipfile.ZIP_STORED), "odd": packed(ODD_BOOK)}
    ),
    "part": Target(
        run=part_of_book,
        seeds=chosen(BOOK[name] for name in sorted(BOOK))
        | {
            f"odd {name}": bytes([which]) + ODD_BOOK[name]
            for which, name in enumerate(sorted(BOOK))
            if name in ODD_BOOK
        },
    ),
    "curves": Target(run=curve_table, seeds=chosen(CURVES.values())),
    "document": Target(run=document, seeds=chosen(DOCUMENTS)),
    "sources": Target(run=source_table, seeds={"sound": (SOUND / "sources.csv").read_bytes()}),
    "kept": Target(run=kept_state, seeds=chosen(KEPT.values())),
}
