"""Correctly rounded studies raise no alarm, planted defects do, and no table makes the audit crash."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metasyn.evidence.audit import CODES, audit_table

SCRIPT = Path(__file__).resolve().parents[3] / "scripts" / "audit_power.py"


@pytest.fixture(scope="module")
def power() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit_power", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["audit_power"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "count", [pytest.param(1000, id="1,000"), pytest.param(10_000, id="10,000", marks=pytest.mark.slow)]
)
def test_correct_studies_raise_no_alarm(power: ModuleType, count: int) -> None:
    worst = power.false_alarms(power.correct(np.random.default_rng(7), count))
    assert worst["error"] == 0
    assert worst["warning"] < 0.01 * count


def test_each_study_alone_and_without_a_name_raises_no_alarm(power: ModuleType) -> None:
    for study in power.correct(np.random.default_rng(8), 300):
        rows = [{k: v for k, v in row.items() if k not in ("study", "sides")} for row in study]
        assert not [f for f in audit_table(rows) if f.severity != "note"]


# The least share that must be found; what cannot be seen through the rounding is not counted as a failure.
LEAST = {
    "one digit of a percentage wrong": 0.95,
    "another denominator": 0.85,
    "sizes of the two groups exchanged": 0.95,
    "percentage cut off, not rounded": 0.95,
    "90% interval given as 95%": 0.6,
    "99% interval given as 95%": 0.6,
    "one digit of a bound wrong": 0.5,
    "estimate outside its interval": 0.98,
    "variance given as standard error": 0.95,
    "standard deviation given as standard error": 0.95,
    "logarithm given as ratio": 0.95,
    "interval of a ratio not on the log scale": 0.6,
    "one digit of a p value wrong": 0.5,
    "one-sided p value given as two-sided": 0.6,
    "ratio the other way round": 0.9,
    "total that is not the sum": 0.98,
    "two interval methods in one source": 0.5,
}


def test_planted_defects_are_found(power: ModuleType) -> None:
    rng = np.random.default_rng(9)
    found = {name: share for name, _, share, _, _ in power.shares(rng, power.correct(rng, 600))}
    assert found.keys() == LEAST.keys()
    assert {name: share for name, share in found.items() if share < LEAST[name]} == {}


CELL = st.one_of(
    st.none(),
    st.integers(-5, 10**16).map(str),
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from(
        [
            "",
            "0",
            "1",
            "2",
            "5",
            "10",
            "12.5",
            "50",
            "100",
            "0.5",
            "1.5",
            "<0.001",
            ">0.05",
            "ns",
            "0.00",
            "1e9",
            "9/133",
            "9 (7%)",
            "0.62 (0.47-0.80)",
            "-0.5",
            "total",
            "A v B",
            "A",
            "B",
            "months",
            "weeks",
            "HR",
            "OR",
            "studies",
            "treatment lines",
            "male",
            "female",
            "ORR",
            "DCR",
            "NCT00000001",
            "one",
            "two",
            "95%",
            "¼",
            "١٢",
        ]
    ),
    st.text(max_size=12),
)
COLUMN = st.sampled_from(
    [
        "label",
        "study",
        "source",
        "outcome",
        "cohort",
        "comparator",
        "part_of",
        "statistic",
        "unit",
        "events",
        "n",
        "percent",
        "estimate",
        "ci_low",
        "ci_high",
        "ci",
        "level",
        "p",
        "sides",
        "total",
        "randomised",
        "se",
        "sd",
        "q",
        "df",
        "i2",
        "n_studies",
        "events2",
        "n2",
        "percent2",
        "registry_id",
        "centre",
        "authors",
        "year",
        "phase",
        "stage1_n",
        "stage1_needed",
        "accepted_because",
        "definition",
        "timepoint",
        "proportion",
        "variance",
        "x",
    ]
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.dictionaries(COLUMN, CELL, max_size=12), max_size=7))
def test_no_table_makes_it_crash(rows: list[dict[str, object]]) -> None:
    found = audit_table(rows)
    assert all(finding.code in CODES and finding.message and finding.rows for finding in found)
    assert all(1 <= int(row) <= len(rows) for finding in found for row in finding.rows)
