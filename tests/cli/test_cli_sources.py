"""`metasyn sources`: listing, looking for figures in documents, recording hashes."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

Call = Callable[..., tuple[int, str, str]]
TEA = """Tea and sleep

The design was quite simple.

Water did much less, they say.

The hazard ratio for waking was 0.72 (0.55-0.94) with tea against water.

Table 2 Sleep
Tea 62/100
Water 49/98
"""
BO = "Table 1 Sleep\nTea 31/60\nWater 33/62\n\nThe hazard ratio for waking was 0.95 (95% CI 0.68 to 1.33)."


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    template = Path(__file__).parents[1] / "tiny_project"
    shutil.copytree(template, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    (folder / "read").mkdir(parents=True)
    (folder / "read" / "AX-2019.txt").write_text(TEA, encoding="utf-8")
    (folder / "bo-2020.html").write_text(f"<p>{BO.replace(chr(10), '<br>')}</p>", encoding="utf-8")
    return folder


def sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_sources_are_listed(metasyn: Call, project: Path) -> None:
    code, out, _ = metasyn("sources", "--project", project)
    assert code == 0
    assert "ax-2019   document  3 printed figures\n" in out
    assert "Axelsson A. Tea and sleep." in out
    assert "no address; no hash recorded" in out


def test_the_listing_as_json(metasyn: Call, project: Path) -> None:
    code, out, _ = metasyn("sources", "--project", project, "--source", "bo-2020", "--json")
    document = json.loads(out)
    assert (code, document["schema"]) == (0, "metasyn-sources/1")
    assert [
        (one["source_id"], one["figures"], one["printed"], one["sha256"]) for one in document["sources"]
    ] == [("bo-2020", 3, 3, "")]


def test_figures_are_looked_for_and_found(metasyn: Call, project: Path, papers: Path, snapshot: Call) -> None:
    before = snapshot(project)
    code, out, err = metasyn("sources", "--project", project, "--documents", papers)
    assert (code, err) == (0, "")
    assert "ax-2019: read/AX-2019.txt, sha256" in out
    assert out.count("3 figures: 3 found") == 2
    assert "2 documents of 4 sources: 6 found, 6 not checked" in out
    assert snapshot(project) == before


def test_every_figure_of_one_source(metasyn: Call, project: Path, papers: Path) -> None:
    _, out, _ = metasyn("sources", "--project", project, "--documents", papers, "--source", "ax-2019")
    assert "AX-SLEEP-1: '62/100' (Table 2): found: Table 2, line 10, at the locator" in out
    assert "AX-WAKING-1: '0.72 (0.55-0.94)' (para 3): found: paragraph 3, line 7, at the locator" in out


def test_the_search_as_json(metasyn: Call, project: Path, papers: Path) -> None:
    _, out, _ = metasyn("sources", "--project", project, "--documents", papers, "--json")
    sources = {one["source_id"]: one for one in json.loads(out)["sources"]}
    assert sources["ax-2019"]["document"] == "read/AX-2019.txt"
    assert sources["ax-2019"]["sha256"] == sha(papers / "read" / "AX-2019.txt")
    waking = sources["ax-2019"]["figures"][2]
    assert (waking["verdict"], waking["manner"], waking["place"]) == ("found", "whole", "at the locator")
    assert TEA[waking["offset"] :].startswith("0.72 (")
    assert {figure["verdict"] for figure in sources["cy-2021"]["figures"]} == {"not checked"}


def test_a_figure_that_is_not_there_fails(metasyn: Call, project: Path, papers: Path) -> None:
    text = TEA.replace("62/100", "61/100")
    (papers / "read" / "AX-2019.txt").write_text(text, encoding="utf-8")
    code, out, _ = metasyn("sources", "--project", project, "--documents", papers)
    assert code == 1
    assert "AX-SLEEP-1: '62/100' (Table 2): not found: it stands nowhere in the document" in out


def test_a_hash_is_recorded_and_a_changed_document_noticed(
    metasyn: Call, project: Path, papers: Path
) -> None:
    table, paper = project / "data" / "sources.csv", papers / "read" / "AX-2019.txt"
    rest = [line for line in table.read_text(encoding="utf-8").splitlines() if line.startswith(("cy", "dee"))]
    search = ("sources", "--project", project, "--documents", papers)
    assert metasyn(*search, "--record")[0] == 0
    first = sha(paper)
    assert first in table.read_text(encoding="utf-8")
    for line in rest:
        assert line.replace(",fictional", ",,fictional") in table.read_text(encoding="utf-8").splitlines()
    assert "as recorded" in metasyn(*search)[1]

    paper.write_text(TEA + "\nCorrected.\n", encoding="utf-8")
    code, out, _ = metasyn(*search)
    assert code == 1
    assert "the document changed" in out
    assert first in table.read_text(encoding="utf-8")
    assert metasyn(*search, "--record")[0] == 0
    assert first not in table.read_text(encoding="utf-8")
    assert sha(paper) in table.read_text(encoding="utf-8")


def test_no_hash_is_recorded_where_a_figure_is_missing(metasyn: Call, project: Path, papers: Path) -> None:
    (papers / "read" / "AX-2019.txt").write_text(TEA.replace("62/100", "61/100"), encoding="utf-8")
    code, out, _ = metasyn("sources", "--project", project, "--documents", papers, "--record")
    assert code == 1
    assert "not recorded, since not every figure was found" in out
    table = (project / "data" / "sources.csv").read_text(encoding="utf-8")
    assert sha(papers / "read" / "AX-2019.txt") not in table
    assert sha(papers / "bo-2020.html") in table


def test_a_renamed_document_is_known_by_its_hash(metasyn: Call, project: Path, papers: Path) -> None:
    search = ("sources", "--project", project, "--documents", papers)
    metasyn(*search, "--record")
    (papers / "read" / "AX-2019.txt").rename(papers / "axelsson final.txt")
    assert "ax-2019: axelsson final.txt" in metasyn(*search)[1]


def test_a_document_is_known_by_its_address_first(metasyn: Call, project: Path, papers: Path) -> None:
    table = project / "data" / "sources.csv"
    text = table.read_text(encoding="utf-8").replace(",,fictional", ",Tea.txt,fictional", 1)
    table.write_text(text, encoding="utf-8")
    (papers / "tea.TXT").write_text(TEA, encoding="utf-8")
    assert "ax-2019: tea.TXT" in metasyn("sources", "--project", project, "--documents", papers)[1]


def test_a_pdf_is_read_with_its_pages(metasyn: Call, project: Path, papers: Path) -> None:
    import typst

    (papers / "read" / "AX-2019.txt").unlink()
    page = "Tea\n#pagebreak()\nThe hazard ratio for waking was 0·72 (95% CI 0·55–0·94)."
    made = typst.compile(page.encode())
    assert isinstance(made, bytes)
    (papers / "ax-2019.pdf").write_bytes(made)
    code, out, _ = metasyn("sources", "--project", project, "--documents", papers, "--source", "ax-2019")
    assert code == 1
    assert "found: page 2, paragraph 1, its numbers in order, locator not understood" in out


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("ax-2019.pdf", b"%PDF-1.7\n" + bytes(range(256)) * 9, "the PDF is damaged"),
        ("ax-2019.pdf", b"", "it is empty"),
        ("ax-2019.txt", b"\x89PNG\r\n\0\0\0", "it is not text"),
        ("ax-2019.txt", b"", "it is empty"),
    ],
)
def test_a_document_that_cannot_be_read_is_said_in_a_line(
    metasyn: Call, project: Path, papers: Path, name: str, content: bytes, said: str
) -> None:
    (papers / "read" / "AX-2019.txt").unlink()
    (papers / name).write_bytes(content)
    code, out, err = metasyn("sources", "--project", project, "--documents", papers)
    assert (code, err) == (0, "")
    assert f"ax-2019: not checked: {name}: {said}" in out


def test_a_pdf_that_takes_too_long_is_given_up(
    metasyn: Call, project: Path, papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("metasyn.workspace.extraction.documents._PDF_SECONDS", 0)
    (papers / "cy-2021.pdf").write_bytes(b"%PDF-1.7\n")
    code, out, _ = metasyn("sources", "--project", project, "--documents", papers)
    assert code == 0
    assert "cy-2021: not checked: cy-2021.pdf: the PDF was not read within 0 seconds" in out


def test_a_huge_file_is_not_read(metasyn: Call, project: Path, papers: Path) -> None:
    with (papers / "cy-2021.pdf").open("wb") as handle:
        handle.truncate(60_000_000)
    out = metasyn("sources", "--project", project, "--documents", papers)[1]
    assert "cy-2021: not checked: cy-2021.pdf: it has 60 MB; at most 50 MB are read" in out


def test_two_files_for_one_source(metasyn: Call, project: Path, papers: Path) -> None:
    (papers / "ax-2019.txt").write_text("another", encoding="utf-8")
    out = metasyn("sources", "--project", project, "--documents", papers)[1]
    assert "ax-2019: not checked: several files could be it: ax-2019.txt, read/AX-2019.txt" in out


def test_links_out_of_the_folder_and_pipes_are_not_read(
    metasyn: Call, project: Path, papers: Path, tmp_path: Path
) -> None:
    (papers / "read" / "AX-2019.txt").unlink()
    (tmp_path / "secret.txt").write_text(TEA, encoding="utf-8")
    (papers / "ax-2019.txt").symlink_to(tmp_path / "secret.txt")
    (papers / "up").symlink_to(tmp_path)
    os.mkfifo(papers / "cy-2021.txt")
    _, out, err = metasyn("sources", "--project", project, "--documents", papers, "--source", "ax-2019")
    assert "ax-2019.txt is a link that leads out of the folder: not read" in err
    assert "up is a link that leads out of the folder: not read" in err
    assert "ax-2019: not checked: no document" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--record",), "--record needs --documents"),
        (("--documents", "nowhere"), "nowhere is not a folder"),
        (("--source", "ax-2091"), "Did you mean 'ax-2019'?"),
    ],
)
def test_wrong_requests(metasyn: Call, project: Path, arguments: tuple[str, ...], said: str) -> None:
    code, _, err = metasyn("sources", "--project", project, *arguments)
    assert code == 2
    assert said in err
    assert err.count("\n") == 1
