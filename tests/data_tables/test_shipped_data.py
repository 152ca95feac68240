"""The shipped evidence tables obey the rules of data/README.md."""

import csv
from collections import Counter
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from metasyn.evidence import read_evidence
from metasyn.evidence.audit import audit_evidence

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
COVERAGE = Path(__file__).with_name("evidence_coverage.csv")
GATHERED = ROOT.parent / "shared" / "evidence" / "evidence.csv"

RESULT_COLUMNS = [
    "result_id",
    "study_id",
    "cohort_id",
    "comparator_id",
    "outcome",
    "definition",
    "timepoint",
    "statistic",
    "value",
    "ci_low",
    "ci_high",
    "ci_level",
    "p",
    "p_sided",
    "events",
    "n",
    "unit",
    "source_id",
    "locator",
    "as_printed",
    "derived",
    "derivation",
    "derived_from",
    "status",
    "status_reason",
    "note",
    "accepted_because",
]
RATIOS = {"HR", "OR", "RR"}
WORDS = {
    "statistic": {*RATIOS, "RD", "median", "percent", "survival", "events", "n", "p", "range", "Q", "I2"},
    "ci_level": {"", "0.95"},
    "p_sided": {"", "one", "two", "not stated"},
    "unit": {
        "",
        "percent",
        "months",
        "weeks",
        "days",
        "years",
        "patients",
        "episodes",
        "treatment lines",
        "studies",
    },
    "derived": {"no", "yes"},
    "status": {"usable", "unusable"},
}
COHORT_WORDS = {
    "drug_class": {
        "MEK inhibitor",
        "MEK inhibitor combination",
        "ERK inhibitor",
        "RAF inhibitor",
        "other kinase inhibitor",
        "kinase inhibitor + chemotherapy",
        "farnesyltransferase inhibitor",
        "chemotherapy",
        "anti-CTLA-4",
        "anti-PD-1",
        "anti-PD-1 + anti-CTLA-4",
        "any immunotherapy",
        "mixed",
        "none",
    },
    "nras_status": {"mutant", "wild type", "unselected", "mixed"},
    "braf_status": {"mutant", "wild type", "any", "unselected"},
}  # fmt: skip


def read(path):
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, strict=True))


RESULTS = read(DATA / "results.csv")
OUTCOMES = {row["outcome"]: row for row in read(DATA / "outcomes.csv")}
SOURCES = {row["source_id"]: row for row in read(DATA / "sources.csv")}
STUDIES = {row["study_id"]: row for row in read(DATA / "studies.csv")}
COHORTS = {row["cohort_id"]: row for row in read(DATA / "cohorts.csv")}
BY_ID = {row["result_id"]: row for row in RESULTS}


def rounds_to(events, n, printed):
    """Whether events / n in percent is the printed figure under half-up or half-even rounding."""
    step = Decimal(1).scaleb(Decimal(printed).as_tuple().exponent)
    exact = Decimal(100 * int(events)) / Decimal(int(n))
    return Decimal(printed) in {exact.quantize(step, mode) for mode in (ROUND_HALF_UP, ROUND_HALF_EVEN)}


def is_number(text):
    return text not in {"", "NE"}


def offenders(rows, rule):
    return [row["result_id"] for row in rows if not rule(row)]


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("results", "result_id"),
        ("outcomes", "outcome"),
        ("sources", "source_id"),
        ("studies", "study_id"),
        ("studies", "label"),
        ("cohorts", "cohort_id"),
        ("ongoing_trials", "registry_id"),
    ],
)
def test_keys_are_unique_and_filled(name, key):
    counts = Counter(row[key] for row in read(DATA / f"{name}.csv"))
    assert counts
    assert "" not in counts
    assert [value for value, times in counts.items() if times > 1] == []


@pytest.mark.parametrize("path", sorted(DATA.glob("*.csv")), ids=lambda path: path.name)
def test_files_are_plain_utf8_with_rectangular_rows(path):
    raw = path.read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw
    assert raw.endswith(b"\n")
    for row in read(path):
        assert None not in row
        assert None not in row.values()
        assert all(value == value.strip() and "\n" not in value for value in row.values()), row


def test_result_columns_and_words():
    with (DATA / "results.csv").open(encoding="utf-8", newline="") as handle:
        assert next(csv.reader(handle)) == RESULT_COLUMNS
    for column, words in WORDS.items():
        assert {row[column] for row in RESULTS} <= words, column


def test_words_of_the_other_tables():
    for column, words in COHORT_WORDS.items():
        assert {row[column] for row in COHORTS.values()} <= words, column
    assert {r["kind"] for r in OUTCOMES.values()} <= {"time-to-event", "binary", "count", "descriptive"}
    assert {r["better"] for r in OUTCOMES.values()} <= {"lower", "higher", ""}
    assert {r["kind"] for r in SOURCES.values()} <= {"document", "abstract", "page"}
    designs = {"randomised", "single-arm", "cohort", "meta-analysis", "unclear"}
    assert {r["design"] for r in STUDIES.values()} <= designs
    assert sum(r["kind"] == "document" for r in SOURCES.values()) == 5


def test_references_resolve():
    for row in RESULTS:
        where = row["result_id"]
        assert row["study_id"] in STUDIES, where
        assert COHORTS[row["cohort_id"]]["study_id"] == row["study_id"], where
        if row["comparator_id"]:
            assert COHORTS[row["comparator_id"]]["study_id"] == row["study_id"], where
            assert row["comparator_id"] != row["cohort_id"], where
        assert row["outcome"] in OUTCOMES, where
        assert row["source_id"] in SOURCES, where
        assert row["locator"], where
    assert {row["study_id"] for row in COHORTS.values()} == set(STUDIES)
    assert {row["source_id"] for row in read(DATA / "ongoing_trials.csv")} <= set(SOURCES)


def test_nothing_is_listed_that_no_result_uses():
    assert set(OUTCOMES) == {row["outcome"] for row in RESULTS}
    assert set(SOURCES) == {row["source_id"] for row in RESULTS}
    assert set(COHORTS) == {row[c] for row in RESULTS for c in ("cohort_id", "comparator_id")} - {""}


def test_part_of_is_acyclic_and_smaller():
    for start, row in COHORTS.items():
        seen = {start}
        while row["part_of"]:
            parent = COHORTS[row["part_of"]]
            assert parent["cohort_id"] not in seen, f"cycle at {start}"
            assert parent["study_id"] == row["study_id"], start
            if row["n"] and parent["n"]:
                assert int(row["n"]) <= int(parent["n"]), start
            seen.add(parent["cohort_id"])
            row = parent


def test_unusable_rows_and_only_they_have_a_reason():
    assert offenders(RESULTS, lambda r: bool(r["status_reason"]) == (r["status"] == "unusable")) == []


def test_episodes_are_never_patients():
    episodes = [r for r in RESULTS if r["unit"] == "episodes"]
    assert len(episodes) == 2
    assert {r["status"] for r in episodes} == {"unusable"}


def test_figures_are_plain_numbers_of_their_statistic():
    for row in RESULTS:
        where, statistic = row["result_id"], row["statistic"]
        for column in ("value", "ci_low", "ci_high"):
            if is_number(row[column]):
                assert Decimal(row[column]).is_finite(), where
        for column in ("events", "n"):
            assert row[column] == "" or row[column].isdigit(), where
        if statistic in {"p", "range"}:
            assert row["value"] == "", where
        else:
            assert row["value"] != "", where
        if statistic == "p":
            assert row["p"], where
            assert row["comparator_id"], where
        if statistic == "events":
            assert row["value"] == row["events"], where
        if statistic == "n":
            assert row["value"] == row["n"], where
        if statistic in RATIOS:
            assert row["comparator_id"], where
            assert row["unit"] == "", where
            assert Decimal(row["value"]) > 0, where
        if statistic == "percent":
            assert row["unit"] == "percent", where
            if is_number(row["value"]):
                assert 0 <= Decimal(row["value"]) <= 100, where
        if statistic == "median":
            assert row["unit"] in {"months", "weeks", "days", "years"}, where
        if row["events"] and row["n"] and row["unit"] != "episodes":
            assert int(row["events"]) <= int(row["n"]), where


def test_intervals_are_whole_and_hold_the_estimate():
    for row in RESULTS:
        low, high, where = row["ci_low"], row["ci_high"], row["result_id"]
        assert bool(low) == bool(high) == bool(row["ci_level"]), where
        if row["status"] == "usable":
            if is_number(low):
                assert Decimal(low) <= Decimal(row["value"]), where
            if is_number(high):
                assert Decimal(row["value"]) <= Decimal(high), where


def test_p_values_are_probabilities_or_words():
    for row in RESULTS:
        assert bool(row["p"]) == bool(row["p_sided"]), row["result_id"]
        if row["p"] and row["p"] != "ns":
            assert 0 < Decimal(row["p"].lstrip("<>")) < 1, row["result_id"]


def test_percentages_agree_with_their_counts():
    checked = [
        r for r in RESULTS
        if r["statistic"] == "percent" and r["events"] and r["n"] and r["status"] == "usable"
    ]  # fmt: skip
    assert len(checked) > 25
    assert offenders(checked, lambda r: rounds_to(r["events"], r["n"], r["value"])) == []


def test_usable_percentages_of_a_known_n_are_some_whole_number_of_it():
    checked = [
        r for r in RESULTS
        if r["statistic"] == "percent" and is_number(r["value"]) and r["n"] and not r["timepoint"]
        and r["status"] == "usable"
    ]  # fmt: skip
    assert (
        offenders(checked, lambda r: any(rounds_to(k, r["n"], r["value"]) for k in range(int(r["n"]) + 1)))
        == []
    )


def test_derived_rows_say_how_and_from_what():
    for row in RESULTS:
        where = row["result_id"]
        origins = [name for name in row["derived_from"].split(";") if name]
        assert all(name in BY_ID and name != where for name in origins), where
        assert bool(origins) == bool(row["derivation"]) == (row["derived"] == "yes"), where
        assert bool(row["as_printed"]) == (row["derived"] == "no"), where


def test_derived_counts_agree_with_the_percentages_they_come_from():
    without_percentage = []
    for row in RESULTS:
        if row["derived"] == "no":
            continue
        assert row["statistic"] == "events", row["result_id"]
        percentages = [
            origin for origin in (BY_ID[name] for name in row["derived_from"].split(";"))
            if origin["statistic"] == "percent" and origin["cohort_id"] == row["cohort_id"]
            and origin["outcome"] == row["outcome"]
        ]  # fmt: skip
        if not percentages:
            without_percentage.append((row["cohort_id"], row["outcome"]))
        for origin in percentages:
            assert rounds_to(row["events"], row["n"], origin["value"]), row["result_id"]
    # a sum of two derived counts, and a zero that follows from the best response
    assert sorted(without_percentage) == [("JOHN.nonmut", "DCR"), ("LY3009120.nras", "ORR")]


def derived_count(cohort, outcome, definition=None):
    rows = [
        r for r in RESULTS
        if r["derived"] == "yes" and r["cohort_id"] == cohort and r["outcome"] == outcome
        and definition in (None, r["definition"])
    ]  # fmt: skip
    assert len(rows) == 1, (cohort, outcome, definition, [r["result_id"] for r in rows])
    return int(rows[0]["events"]), int(rows[0]["n"])


@pytest.mark.parametrize(
    ("outcome", "definition", "total"),
    [("ORR", "any line", (34, 169)), ("DCR", "response or stable disease >= 24 weeks", (50, 169))],
)
def test_the_parts_of_the_johnson_comparator_add_up(outcome, definition, total):
    parts = [derived_count(f"JOHN.{name}", outcome, definition) for name in ("braf", "wt")]
    assert tuple(map(sum, zip(*parts, strict=True))) == total
    assert derived_count("JOHN.nonmut", outcome, definition) == total


def test_goldinger_regimens_add_up():
    regimens = ("carbo-pac", "dacarbazine", "temozolomide", "taxane", "fotemustine", "other")
    counts = [derived_count(f"GOLD.{name}", "ORR") for name in regimens]
    assert counts == [(21, 147), (12, 118), (2, 71), (10, 40), (3, 29), (10, 58)]
    assert tuple(map(sum, zip(*counts, strict=True))) == (58, 463) == derived_count("GOLD.all", "ORR")
    assert [int(COHORTS[f"GOLD.{name}"]["n"]) for name in regimens] == [n for _, n in counts]


@pytest.mark.parametrize(
    ("cohort", "outcome", "definition", "count"),
    [
        ("NEMO.binimetinib", "ORR", "confirmed", (41, 269)),
        ("NEMO.dacarbazine", "ORR", "confirmed", (9, 133)),
        ("PIMA.pimasertib", "DCR", "", (49, 130)),
        ("PIMA.dacarbazine", "DCR", "", (17, 64)),
        ("GUIDA.mut", "ORR", "", (68, 162)),
        ("GUIDA.wt", "ORR", "", (63, 169)),
        ("GUIDA.mut", "DCR", "", (97, 162)),
        ("GUIDA.wt", "DCR", "", (100, 169)),
        ("JOHN.mut", "ORR", "any line", (19, 60)),
        ("JOHN.mut", "ORR", "first line", (17, 60)),
        ("JOHN.nonmut", "ORR", "first line", (27, 169)),
        ("JOHN.mut", "DCR", "response or stable disease >= 24 weeks", (30, 60)),
        ("JOHN.braf", "ORR", "any line", (12, 53)),
        ("JOHN.wt", "ORR", "any line", (22, 116)),
        ("ZHOU.cut.mut", "ORR", "", (2, 21)),
        ("ZHOU.cut.wt", "ORR", "", (17, 71)),
        ("ZHOU.noncut.mut", "ORR", "", (0, 12)),
        ("ZHOU.noncut.wt", "ORR", "", (14, 102)),
    ],
)
def test_counts_recovered_by_arithmetic(cohort, outcome, definition, count):
    assert derived_count(cohort, outcome, definition) == count
    assert int(COHORTS[cohort]["n"]) == count[1]


# Typed by hand from the five documents: (source, cohort, comparator, outcome, statistic, figures in the row)
SPOT = [
    ("nemo-news-2017", "NEMO.binimetinib", "NEMO.dacarbazine", "PFS", "HR", ("0.62", "0.47", "0.80", "")),
    ("nemo-news-2017", "NEMO.binimetinib", "", "PFS", "median", ("2.8", "2.8", "3.6", "")),
    ("nemo-news-2017", "NEMO.dacarbazine", "", "PFS", "median", ("1.5", "1.5", "1.7", "")),
    ("nemo-news-2017", "NEMO.binimetinib.prior-io", "", "PFS", "median", ("5.5", "2.8", "7.6", "")),
    ("nemo-news-2017", "NEMO.dacarbazine.prior-io", "", "PFS", "median", ("1.6", "1.5", "2.8", "")),
    ("nemo-news-2017", "NEMO.binimetinib", "", "ORR", "percent", ("15", "11", "20", "")),
    ("nemo-news-2017", "NEMO.dacarbazine", "", "ORR", "percent", ("7", "3", "13", "")),
    ("nemo-news-2017", "NEMO.binimetinib", "NEMO.dacarbazine", "ORR", "p", ("", "", "", "0.015")),
    ("nemo-news-2017", "NEMO.dacarbazine", "", "serious AE", "percent", ("22", "", "", "")),
    ("commentary-2017", "BINI_P2.nras-117", "", "ORR", "percent", ("15", "", "", "")),
    ("commentary-2017", "NEMO.binimetinib", "", "ORR", "percent", ("15.2", "", "", "")),
    ("commentary-2017", "NEMO.dacarbazine", "", "OS", "median", ("10.1", "", "", "")),
    ("commentary-2017", "NEMO.binimetinib.prior-io", "", "ORR", "percent", ("15.8", "", "", "")),
    ("review-2021", "PIMA.pimasertib", "", "PFS", "median", ("13.0", "", "", "")),
    ("review-2021", "PIMA.dacarbazine", "", "OS", "median", ("10.6", "", "", "")),
    ("review-2021", "KIRCH.mut.combo", "", "ORR", "percent", ("40", "", "", "")),
    ("review-2021", "KIRCH.wt.ipi", "", "DCR", "percent", ("40", "", "", "")),
    ("review-2021", "KIRCH.mut", "KIRCH.wt", "OS", "p", ("", "", "", "0.034")),
    ("review-2021", "GUIDA.mut.pd1", "", "PFS", "median", ("15", "", "", "")),
    ("review-2021", "GUIDA.wt", "", "OS", "median", ("27", "", "", "")),
    ("review-2021", "JOHN.wt", "", "DCR", "percent", ("29", "", "", "")),
    ("review-2021", "JOHN.mut", "JOHN.nonmut", "OS", "p", ("", "", "", "0.51")),
    ("review-2021", "ULIX.nras", "", "DCR", "percent", ("52.6", "", "", "")),
    ("review-2021", "TRAM_AKT.nras", "", "PFS", "median", ("2.3", "", "", "")),
    ("chemo-news-2022", "GOLD.taxane", "", "ORR", "percent", ("25.0", "", "", "")),
    ("chemo-news-2022", "GOLD.all", "", "stage M1c", "percent", ("86", "", "", "")),
    ("chemo-news-2022", "GOLD.responders", "", "OS", "median", ("16.8", "", "", "")),
    ("imatinib-2006", "IMATINIB.all", "", "TTP", "median", ("54", "", "", "")),
    ("imatinib-2006", "IMATINIB.all", "", "ORR", "events", ("0", "", "", "")),
]


@pytest.mark.parametrize(("source", "cohort", "comparator", "outcome", "statistic", "figures"), SPOT)
def test_figures_typed_by_hand_from_the_documents(source, cohort, comparator, outcome, statistic, figures):
    assert SOURCES[source]["kind"] == "document"
    found = [
        (r["value"], r["ci_low"], r["ci_high"], r["p"]) for r in RESULTS
        if (r["source_id"], r["cohort_id"], r["comparator_id"], r["outcome"], r["statistic"])
        == (source, cohort, comparator, outcome, statistic) and r["derived"] == "no"
    ]  # fmt: skip
    assert found == [figures]


@pytest.mark.parametrize(
    ("cohort", "outcome", "value", "n"),
    [
        ("ULIX.nras", "ORR", "13.5", "19"),
        ("RO4987655.nras", "DCR", "39", "8"),
        ("JOHN.mut.pd1", "ORR", "64", "8"),
        ("JOHN.mut.ipi", "ORR", "19", "38"),
        ("ZHOU.cut.mut", "sample size", "12", "12"),
        ("ZHOU.noncut.mut", "sample size", "21", "21"),
        ("TUNLA_P2.all", "ORR", "35.8", "100"),
        ("AXI_CP.all", "ORR", "22", "38"),
        ("THOMAS.mut", "brisk TILs", "0.3", ""),
        ("IPI10_EAP.all", "ORR", "13.0", "74"),
    ],
)
def test_impossible_figures_are_kept_and_marked(cohort, outcome, value, n):
    rows = [
        r
        for r in RESULTS
        if (r["cohort_id"], r["outcome"], r["value"], r["n"]) == (cohort, outcome, value, n)
    ]
    assert [r["status"] for r in rows] == ["unusable"]


def test_pimasertib_has_no_hazard_ratio_and_none_is_made_up():
    assert [r["result_id"] for r in RESULTS if r["study_id"] == "PIMA" and r["statistic"] in RATIOS] == []


def test_ongoing_trials_are_those_of_table_4():
    trials = {row["registry_id"]: row["n"] for row in read(DATA / "ongoing_trials.csv")}
    assert trials == {
        "NCT01941927": "20",
        "NCT02974725": "315",
        "NCT03634982": "210",
        "NCT03979651": "29",
        "NCT03973151": "54",
        "NCT03932253": "37",
    }


def test_no_cell_is_long_enough_to_be_a_copied_sentence():
    for name, columns in {
        "results": ("as_printed", "note", "status_reason", "derivation"),
        "cohorts": ("note", "population"),
        "studies": ("note",),
        "sources": ("note",),
        "ongoing_trials": ("population", "arms", "primary_endpoint"),
    }.items():
        for row in read(DATA / f"{name}.csv"):
            for column in columns:
                assert len(row[column]) <= 160, (name, column, row[column])
    assert max(len(row["as_printed"]) for row in RESULTS) <= 60
    assert max(len(row["accepted_because"]) for row in RESULTS) <= 240


def test_coverage_names_existing_results():
    coverage = read(COVERAGE)
    assert len(coverage) == len({row["evidence_row_id"] for row in coverage}) == 342
    for row in coverage:
        names = row["result_ids"].split(";")
        assert all(name in BY_ID for name in names), row


def test_coverage_reaches_every_gathered_row():
    if not GATHERED.exists():
        pytest.skip(f"the gathered evidence is not here ({GATHERED.name} lives outside the repository)")
    gathered = {row["row_id"]: row for row in read(GATHERED)}
    coverage = {row["evidence_row_id"]: row["result_ids"].split(";") for row in read(COVERAGE)}
    assert set(coverage) == set(gathered)
    for name, row in gathered.items():
        rows = [BY_ID[result] for result in coverage[name]]
        if row["derived"] == "yes":
            assert any(
                r["derived"] == "yes" and r["events"] == row["events"] and r["n"] == row["n"] for r in rows
            ), name
        for column in ("ci_low", "events"):
            if row[column]:
                assert any(r[column] == row[column] for r in rows), (name, column)
        if row["value"] not in {"", "NR"} and row["stat_type"] in {
            "HR",
            "OR",
            "RR",
            "median",
            "percent",
            "events",
            "n",
        }:
            assert any(row["value"] == r["value"] for r in rows), name


def test_every_finding_of_the_audit_is_answered():
    found = audit_evidence(read_evidence(DATA))
    open_ = [(one.code, one.rows) for one in found if one.open and one.severity != "note"]
    assert open_ == []
    answers = {row["result_id"]: row["accepted_because"] for row in RESULTS if row["accepted_because"]}
    # Every answer is needed: without it an error or a warning is open.
    unanswered = audit_evidence(read_evidence(DATA), {})
    waiting = {row for one in unanswered if one.open and one.severity != "note" for row in one.rows}
    assert sorted(set(answers) - waiting) == []
