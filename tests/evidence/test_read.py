"""A valid folder becomes records; the files themselves are checked before their cells."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from metasyn.errors import EvidenceError
from metasyn.evidence import COLUMNS, Evidence, PValue, read_evidence
from metasyn.values import Finding, Interval

if TYPE_CHECKING:
    from conftest import EvidenceFolder


def findings(path: Path) -> tuple[Finding, ...]:
    with pytest.raises(EvidenceError) as caught:
        read_evidence(path)
    return caught.value.findings


def only(path: Path) -> Finding:
    found = findings(path)
    assert len(found) == 1, [str(finding) for finding in found]
    return found[0]


def result(evidence: Evidence, name: str):
    return next(r for r in evidence.results if r.result_id == name)


class TestRecords:
    def test_every_table_is_read(self, folder: EvidenceFolder) -> None:
        evidence = read_evidence(folder.write())
        assert list(evidence.sources) == ["alder-report", "birch-abstract"]
        assert list(evidence.studies) == ["ALDER", "BIRCH"]
        assert list(evidence.cohorts) == ["ALDER.all", "ALDER.active", "ALDER.placebo", "BIRCH.all"]
        assert len(evidence.outcomes) == 4
        assert [r.result_id for r in evidence.results] == [r["result_id"] for r in folder.tables["results"]]
        assert [(t.registry_id, t.n, t.source_id) for t in evidence.ongoing] == [
            ("NCT00000001", 90, "alder-report")
        ]

    def test_a_contrast(self, folder: EvidenceFolder) -> None:
        hr = result(read_evidence(str(folder.write())), "HR1")
        assert (hr.value, hr.decimals, hr.ci) == (0.62, 2, Interval(0.47, 0.80, 0.95))
        assert hr.p == PValue(value=0.001, relation="<", sided="one")
        assert (hr.cohort_id, hr.comparator_id, hr.line) == ("ALDER.active", "ALDER.placebo", 2)
        assert hr.usable
        assert hr.is_contrast
        assert not hr.derived

    def test_an_interval_with_a_bound_that_was_not_reached_is_none(self, folder: EvidenceFolder) -> None:
        median = result(read_evidence(folder.write()), "MED1")
        assert (median.value, median.decimals, median.ci, median.unit) == (11.0, 1, None, "months")

    def test_a_figure_that_is_not_evaluable_has_no_value(self, folder: EvidenceFolder) -> None:
        folder.edit("results", "MED1", {"value": "NE", "ci_low": "NE", "ci_high": "NE", "ci_level": ""})
        median = result(read_evidence(folder.write()), "MED1")
        assert (median.value, median.decimals, median.ci) == (None, None, None)

    def test_a_figure_printed_wrongly_stays_as_printed_when_marked(self, folder: EvidenceFolder) -> None:
        rr = result(read_evidence(folder.write()), "RR1")
        assert (rr.value, rr.ci, rr.usable) == (0.3, Interval(0.5, 0.7, 0.95), False)
        assert rr.status_reason == "the estimate lies outside its interval"

    @pytest.mark.parametrize(
        "cells",
        [
            {"ci_low": "0.9", "ci_high": "0.2"},
            {"value": "-1"},
            {"ci_level": ""},
            {"ci_high": ""},
            {"events": "30", "n": "20"},
            {"p": "1.3", "p_sided": "two"},
            {"statistic": "percent", "value": "130", "unit": ""},
            {"statistic": "median", "unit": ""},
            {"value": ""},
        ],
    )
    def test_rules_on_figures_spare_unusable_rows(
        self, folder: EvidenceFolder, cells: dict[str, str]
    ) -> None:
        folder.edit("results", "RR1", cells)
        rr = result(read_evidence(folder.write()), "RR1")
        assert rr.ci is None or rr.ci.low <= rr.ci.high
        folder.edit("results", "RR1", {"status": "usable", "status_reason": ""})
        folder.write()
        assert findings(folder.path)

    def test_a_derived_figure(self, folder: EvidenceFolder) -> None:
        events = result(read_evidence(folder.write()), "EV2")
        assert events.derived
        assert events.derived_from == ("N1", "PCT2")

    @pytest.mark.parametrize("cells", [{"value": ""}, {"events": ""}])
    def test_the_value_of_a_row_about_events_is_that_count(
        self, folder: EvidenceFolder, cells: dict[str, str]
    ) -> None:
        folder.edit("results", "EV1", cells)
        events = result(read_evidence(folder.write()), "EV1")
        assert (events.value, events.events, events.n, events.decimals) == (8, 8, 17, 0)

    @pytest.mark.parametrize(("text", "decimals"), [("0.62", 2), ("0.620", 3), ("1", 0), (".6", 1)])
    def test_printed_decimals_are_kept(self, folder: EvidenceFolder, text: str, decimals: int) -> None:
        folder.edit("results", "HR1", {"value": text, "ci_high": "1.2"})
        assert result(read_evidence(folder.write()), "HR1").decimals == decimals

    @pytest.mark.parametrize(
        ("text", "value", "relation"),
        [
            ("0.015", 0.015, "="),
            ("< 0.001", 0.001, "<"),
            (">0.05", 0.05, ">"),
            ("ns", None, "ns"),
            ("1E-5", 1e-5, "="),
        ],
    )
    def test_p_values(self, folder: EvidenceFolder, text: str, value: float | None, relation: str) -> None:
        folder.edit("results", "P1", {"p": text})
        assert result(read_evidence(folder.write()), "P1").p == PValue(
            value=value, relation=relation, sided="two"
        )

    def test_further_columns_are_attributes(self, folder: EvidenceFolder) -> None:
        evidence = read_evidence(folder.write())
        assert evidence.studies["BIRCH"].attributes == {"phase": "2", "note": "", "country": "Chile"}
        assert evidence.cohorts["ALDER.active"].attributes == {"drug": "diuretic"}
        assert evidence.cohorts["ALDER.active"].part_of == "ALDER.all"

    def test_spaces_around_cells_and_column_names_are_not_part_of_them(self, folder: EvidenceFolder) -> None:
        plain = read_evidence(folder.write())
        for table in folder.tables:
            padded = folder.text(table).replace(",", " ,\N{NO-BREAK SPACE}")
            folder.file(table).write_text(padded, encoding="utf-8")
        folder.file("results").write_text(folder.text("results").replace(",", ", "), encoding="utf-8")
        padded_evidence = read_evidence(folder.path)
        assert padded_evidence.results == plain.results
        assert padded_evidence.cohorts == plain.cohorts

    def test_a_byte_order_mark_and_windows_line_ends_are_accepted(self, folder: EvidenceFolder) -> None:
        plain = read_evidence(folder.write())
        for table in folder.tables:
            data = folder.text(table).replace("\n", "\r\n").encode("utf-8-sig")
            folder.file(table).write_bytes(data)
        assert read_evidence(folder.path).results == plain.results

    def test_ongoing_trials_are_optional(self, folder: EvidenceFolder) -> None:
        folder.write()
        folder.file("ongoing").unlink()
        assert read_evidence(folder.path).ongoing == ()

    def test_blank_lines_and_rows_of_empty_cells_are_not_rows(self, folder: EvidenceFolder) -> None:
        header, first, rest = folder.text("results").split("\n", 2)
        folder.write()
        commas = "," * header.count(",")
        folder.file("results").write_text(f"\n{header}\n\n{first}\n{commas}\n{rest}", encoding="utf-8")
        evidence = read_evidence(folder.path)
        assert [r.line for r in evidence.results[:2]] == [4, 6]

    def test_the_evidence_cannot_be_changed(self, folder: EvidenceFolder) -> None:
        evidence = read_evidence(folder.write())
        with pytest.raises(TypeError):
            evidence.studies["X"] = evidence.studies["ALDER"]  # type: ignore[index]
        with pytest.raises(TypeError):
            evidence.cohorts["BIRCH.all"].attributes["drug"] = "placebo"  # type: ignore[index]


class TestFiles:
    def test_folder_missing(self, tmp_path: Path) -> None:
        finding = only(tmp_path / "nowhere")
        assert (finding.code, finding.where) == ("folder-missing", str(tmp_path / "nowhere"))

    def test_a_file_is_not_a_folder(self, folder: EvidenceFolder) -> None:
        finding = only(folder.write() / "results.csv")
        assert finding.code == "folder-missing"
        assert "is a file" in finding.message

    @pytest.mark.parametrize("table", ["sources", "studies", "cohorts", "outcomes", "results"])
    def test_file_missing_is_one_problem(self, folder: EvidenceFolder, table: str) -> None:
        folder.write()
        folder.file(table).unlink()
        finding = only(folder.path)
        assert (finding.code, finding.where) == ("file-missing", f"data/{table}.csv")

    @pytest.mark.parametrize(
        ("table", "name"), [("results", "Results.csv"), ("ongoing", "ongoing_trial.csv")]
    )
    def test_a_misnamed_file_is_named(self, folder: EvidenceFolder, table: str, name: str) -> None:
        folder.write()
        folder.file(table).rename(folder.path / name)
        finding = only(folder.path)
        assert finding.code == "file-missing"
        assert f"Is it '{name}'?" in finding.message

    def test_a_folder_in_place_of_a_file(self, folder: EvidenceFolder) -> None:
        folder.write()
        folder.file("sources").unlink()
        folder.file("sources").mkdir()
        assert only(folder.path).code == "file-unreadable"

    @pytest.mark.parametrize("content", [b"", b"\n\r\n", b"\xef\xbb\xbf", b",,,\n"])
    def test_empty_file(self, folder: EvidenceFolder, content: bytes) -> None:
        folder.write()
        folder.file("results").write_bytes(content)
        finding = only(folder.path)
        assert (finding.code, finding.where) == ("empty-file", "data/results.csv")

    def test_header_only(self, folder: EvidenceFolder) -> None:
        folder.tables["results"].clear()
        finding = only(folder.write())
        assert (finding.code, finding.where) == ("no-rows", "data/results.csv")

    def test_not_utf8_says_byte_and_line_and_goes_on(self, folder: EvidenceFolder) -> None:
        folder.edit("sources", "birch-abstract", {"citation": "Bérénice 2018"})
        folder.edit("sources", "alder-report", {"year": "15"})
        folder.write()
        data = folder.text("sources").encode("cp1252")
        folder.file("sources").write_bytes(data)
        year, encoding = findings(folder.path)
        assert year.where == "data/sources.csv line 2, column year"
        assert (encoding.code, encoding.where) == ("not-utf-8", "data/sources.csv line 3")
        assert f"byte 0xE9 at offset {data.index(0xE9)}" in encoding.message

    def test_not_utf8_offset_counts_the_byte_order_mark(self, folder: EvidenceFolder) -> None:
        folder.write()
        data = b"\xef\xbb\xbf" + folder.text("sources").encode() + b"\xff"
        folder.file("sources").write_bytes(data)
        assert f"byte 0xFF at offset {len(data) - 1} " in findings(folder.path)[-2].message + " "

    def test_utf16(self, folder: EvidenceFolder) -> None:
        folder.write()
        folder.file("studies").write_bytes(folder.text("studies").encode("utf-16"))
        finding = only(folder.path)
        assert finding.code == "not-utf-8"
        assert "UTF-16" in finding.message

    def test_nul_bytes(self, folder: EvidenceFolder) -> None:
        folder.write()
        data = folder.text("outcomes").encode().replace(b"binary", b"bin\0ry")
        folder.file("outcomes").write_bytes(data)
        finding = only(folder.path)
        assert (finding.code, finding.where) == ("nul-byte", "data/outcomes.csv line 3")
        assert f"offset {data.index(0)}" in finding.message

    @pytest.mark.parametrize(("separator", "word"), [(";", "semicolons"), ("\t", "tabs")])
    def test_wrong_separator(self, folder: EvidenceFolder, separator: str, word: str) -> None:
        folder.write()
        folder.file("sources").write_text(folder.text("sources").replace(",", separator), encoding="utf-8")
        finding = only(folder.path)
        assert (finding.code, finding.where) == ("wrong-separator", "data/sources.csv line 1")
        assert word in finding.message

    def test_a_quote_that_is_never_closed(self, folder: EvidenceFolder) -> None:
        folder.write()
        text = folder.text("cohorts").replace(",placebo,200", ',"placebo,200', 1)
        folder.file("cohorts").write_text(text, encoding="utf-8")
        finding = only(folder.path)  # nothing is said about ids that could not be read
        assert (finding.code, finding.where) == ("malformed-csv", "data/cohorts.csv line 4")
        assert "never closed" in finding.message

    def test_text_after_a_closing_quote(self, folder: EvidenceFolder) -> None:
        folder.write()
        text = folder.text("cohorts").replace(",placebo,200", ',"placebo" arm,200', 1)
        folder.file("cohorts").write_text(text, encoding="utf-8")
        finding = only(folder.path)
        assert (finding.code, finding.where) == ("malformed-csv", "data/cohorts.csv line 4")

    def test_a_giant_cell(self, folder: EvidenceFolder) -> None:
        folder.edit("sources", "birch-abstract", {"note": "x" * 200_000})
        assert only(folder.write()).code == "malformed-csv"


class TestHeaders:
    def rename(self, folder: EvidenceFolder, table: str, old: str, new: str) -> None:
        folder.write()
        header, rest = folder.text(table).split("\n", 1)
        names = [new if name == old else name for name in header.split(",")]
        folder.file(table).write_text(",".join(names) + "\n" + rest, encoding="utf-8")

    @pytest.mark.parametrize(
        ("table", "column"),
        [(table, c.name) for table, columns in COLUMNS.items() for c in columns if not c.optional],
    )
    def test_a_missing_column_is_one_problem(self, folder: EvidenceFolder, table: str, column: str) -> None:
        folder.with_curves().write()
        names = folder.columns(table)
        place = names.index(column)
        lines = [line.split(",") for line in folder.text(table).splitlines()]
        text = "\n".join(",".join(cells[:place] + cells[place + 1 :]) for cells in lines)
        folder.file(table).write_text(text, encoding="utf-8")
        found = findings(folder.path)
        file = folder.file(table).name
        first = found[0]
        assert (first.code, first.where) == ("missing-column", f"data/{file} line 1, column {column}")
        # Without units or status, rows break no further rule; a missing side of a pair is said once.
        assert [f.code for f in found if f.where.endswith(f"column {column}")] == ["missing-column"]

    def test_optional_columns_may_be_missing(self, folder: EvidenceFolder) -> None:
        optional = {c.name for columns in COLUMNS.values() for c in columns if c.optional}
        assert {"sha256", "accepted_because"} <= optional
        folder.write()
        for table in ("sources", "results"):
            lines = [line.split(",") for line in folder.text(table).splitlines()]
            kept = [i for i, name in enumerate(lines[0]) if name not in optional]
            text = "\n".join(",".join(cells[i] for i in kept) for cells in lines)
            folder.file(table).write_text(text, encoding="utf-8")
        result = read_evidence(folder.path).results[0]
        assert (result.se, result.test, result.accepted_because) == (None, "", "")

    def test_a_misspelt_column(self, folder: EvidenceFolder) -> None:
        self.rename(folder, "results", "ci_low", "ci_lower")
        missing, unknown = (
            f for f in findings(folder.path) if f.code in ("missing-column", "unknown-column")
        )
        assert missing.where == "data/results.csv line 1, column ci_low"
        assert missing.message.endswith("Is it 'ci_lower'?")
        assert unknown.where == "data/results.csv line 1, column ci_lower"
        assert unknown.message.endswith("Did you mean 'ci_low'?")

    def test_a_misspelt_column_where_further_ones_are_welcome(self, folder: EvidenceFolder) -> None:
        self.rename(folder, "cohorts", "part_of", "part of")
        finding = only(folder.path)
        assert finding.where == "data/cohorts.csv line 1, column part_of"
        assert finding.message.endswith("Is it 'part of'?")

    @pytest.mark.parametrize("table", ["sources", "outcomes", "results", "ongoing"])
    def test_an_unknown_column(self, folder: EvidenceFolder, table: str) -> None:
        folder.tables[table][0]["colour"] = "red"
        finding = only(folder.write())
        file = folder.file(table).name
        assert (finding.code, finding.where) == ("unknown-column", f"data/{file} line 1, column colour")

    def test_a_column_name_used_twice(self, folder: EvidenceFolder) -> None:
        folder.tables["studies"][0]["city"] = "Oslo"
        self.rename(folder, "studies", "city", "country")
        finding = only(folder.path)
        assert (finding.code, finding.where) == (
            "duplicate-column",
            "data/studies.csv line 1, column country",
        )

    def test_a_column_without_a_name(self, folder: EvidenceFolder) -> None:
        self.rename(folder, "studies", "country", "")
        finding = only(folder.path)
        assert (finding.code, finding.where) == ("unnamed-column", "data/studies.csv line 1")
        assert "column 10" in finding.message

    @pytest.mark.parametrize(
        ("tail", "code", "cells"), [(",,", "too-many-cells", 11), ("", "too-few-cells", 9)]
    )
    def test_ragged_rows(self, folder: EvidenceFolder, tail: str, code: str, cells: int) -> None:
        folder.write()
        lines = folder.text("studies").splitlines()
        lines[2] = lines[2] + tail[1:] if tail else lines[2].rsplit(",", 1)[0]
        folder.file("studies").write_text("\n".join(lines), encoding="utf-8")
        finding = only(folder.path)  # the id of the ragged row stays known
        assert (finding.code, finding.where) == (code, "data/studies.csv line 3")
        assert f"{cells} cells for 10 columns" in finding.message
