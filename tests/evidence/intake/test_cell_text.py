"""What a cell of Excel becomes as text, cell type by cell type."""

from __future__ import annotations

import pytest

from metasyn.evidence.columns import COLUMNS
from metasyn.evidence.excel.book import RawCell
from metasyn.evidence.excel.cell_text import cell_text
from metasyn.evidence.excel.number_format import read_format

COLUMN = {column.name: column for column in COLUMNS["results"]} | {
    "year": next(column for column in COLUMNS["studies"] if column.name == "year")
}


def read(kind: str, text: str, form: str = "General", column: str = "", formula: bool = False):
    return cell_text(RawCell(kind, text, form, formula), COLUMN.get(column))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("stored", "form", "column", "text"),
    [
        ("0.6", "General", "value", "0.6"),
        ("0.6", "0.00", "value", "0.60"),
        ("11", "0.0", "value", "11.0"),
        ("0.28999999999999998", "General", "value", "0.29"),
        ("0.62000000000000002", "0.00", "value", "0.62"),
        ("1.0000000000000001E-5", "0.00E+00", "p", "0.00001"),
        ("1E3", "General", "n", "1000"),
        ("41", "0.00", "n", "41"),
        ("2017", "0.0", "year", "2017"),
        ("1234.5", "#,##0.00", "value", "1234.50"),
        ("0.95", "0%", "ci_level", "0.95"),
        ("-0", "General", "value", "0"),
        ("-0.5", "0.00_);[Red](0.00)", "value", "-0.50"),
        ("0.625", "0.00", "value", "0.625"),
        ("3", "@", "note", "3"),
        ("0.6", "0.00", "as_printed", "0.60"),
    ],
)
def test_numbers(stored: str, form: str, column: str, text: str) -> None:
    assert read("number", stored, form, column).text == text


@pytest.mark.parametrize(
    ("kind", "stored", "form", "column", "code"),
    [
        ("number", "0.471", "0.0%", "value", "percent-cell"),
        ("number", "0.001", '"<"0.000', "p", "format-adds-text"),
        ("number", "12", '0" months"', "value", "format-adds-text"),
        ("number", "12", "[$€-407]0.00", "value", "format-adds-text"),
        ("number", "12000", "0,", "value", "format-adds-text"),
        ("number", "42797", "d-mmm", "as_printed", "date-cell"),
        ("number", "0.5", "[h]:mm", "timepoint", "date-cell"),
        ("number", "-4", "yyyy-mm-dd", "note", "cell-unreadable"),
        ("number", "1e999", "General", "value", "cell-unreadable"),
        ("number", "zero", "General", "value", "cell-unreadable"),
        ("date", "2017-03-04T00:00:00", "General", "note", "date-cell"),
        ("error", "#N/A", "General", "value", "error-cell"),
        ("error", "#DIV/0!", "General", "", "error-cell"),
        ("text", "a\x07b", "General", "note", "control-character"),
        ("text", "\ud800", "General", "note", "control-character"),
    ],
)
def test_what_is_seen_is_not_what_is_held(kind: str, stored: str, form: str, column: str, code: str) -> None:
    reading = read(kind, stored, form, column)
    assert (reading.code, reading.text) == (code, "")
    assert reading.message


def test_formulas_give_their_value_and_say_so() -> None:
    assert read("number", "0.62", "0.00", "value", formula=True).remarks == ("formula-value-used",)
    assert read("text", "HR", column="statistic", formula=True).remarks == ("formula-value-used",)
    assert read("number", "", column="value", formula=True).code == "formula-without-value"
    assert read("text", "", column="note", formula=True).text == ""


def test_remarks_on_digits() -> None:
    assert read("number", "0.6", "0.00", "value").remarks == ("digits-of-format",)
    assert read("number", "0.625", "0.00", "value").remarks == ("digits-not-shown",)
    assert read("number", "0.62", "0.00", "value").remarks == ()


@pytest.mark.parametrize(
    ("serial", "from_1904", "day"),
    [  # 1900 has a 29 February in Excel, which is day 60
        ("1", False, "1900-01-01"),
        ("59", False, "1900-02-28"),
        ("61", False, "1900-03-01"),
        ("42798", False, "2017-03-04"),
        ("41336", True, "2017-03-04"),
        ("42798.75", False, "2017-03-04T18:00:00"),
    ],
)
def test_dates_in_further_columns_are_text(serial: str, from_1904: bool, day: str) -> None:
    reading = cell_text(RawCell("number", serial, "dd.mm.yyyy"), None, dates_from_1904=from_1904)
    assert (reading.text, reading.remarks) == (day, ("date-as-text",))


def test_logical_values_are_as_excel_shows_them() -> None:
    assert [read("logical", text, column="note").text for text in ("1", "0", "true")] == [
        "TRUE",
        "FALSE",
        "TRUE",
    ]


def test_spaces_that_only_look_like_one() -> None:
    spaced = "not\u00a0stated"
    assert read("text", spaced, column="p_sided").text == "not stated"
    assert read("text", "<\u202f0.001", column="p").text == "< 0.001"
    assert read("text", spaced, column="note").text == spaced
    assert read("text", spaced).text == spaced


@pytest.mark.parametrize(
    ("code", "kind", "decimals"),
    [
        ("0.000;[Red]-0.000", "fixed", 3),
        ("# ?/?", "general", 0),
        ("_-* #,##0.00_-", "fixed", 2),
        ('"n = "0', "text", 0),
        ("\\<0.00", "text", 0),
        ("mm:ss.0", "date", 0),
        ("[Blue]General", "general", 0),
        ("??????junk", "text", 0),
        ('"', "text", 0),
    ],
)
def test_formats(code: str, kind: str, decimals: int) -> None:
    form = read_format(code)
    assert (form.kind, form.decimals) == (kind, decimals)
