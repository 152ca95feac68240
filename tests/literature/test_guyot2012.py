"""Guyot P, Ades AE, Ouwens MJ, Welton NJ. Enhanced secondary analysis of survival data.

BMC Med Res Methodol 2012;12:9 (10.1186/1471-2288-12-9).

Its worked example, locoregional control in a trial of radiotherapy with and without cetuximab: Bonner 2006
(10.1056/NEJMoa053422). `guyot2012_curves.csv` holds the coordinates read off its figure and the numbers at
risk below are those of the figure, both as handed out with the Stata command ipdfc (Wei & Royston 2017,
10.1177/1536867X1801700402), where the two rows of numbers at risk stand with the wrong group: 211 were
randomised to cetuximab, 213 to radiotherapy alone. Compared with what the abstract of the trial prints. The
tables of the paper itself, and the coordinates of its other three examples, were not at hand.
"""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest

from metasyn.effects.survival.cox import cox_hazard_ratio
from metasyn.effects.survival.guyot import Reconstruction, reconstruct
from metasyn.effects.survival.individual import kaplan_meier, log_rank

MONTHS = (0, 10, 20, 30, 40, 50)
AT_RISK = {"radiotherapy": (213, 122, 80, 51, 30, 10), "with cetuximab": (211, 143, 101, 66, 35, 9)}
# Printed: hazard ratio 0.68, P = 0.005; medians of 24.4 and 14.9 months.
RATIO, P = 0.68, 0.005
MEDIANS = {"with cetuximab": 24.4, "radiotherapy": 14.9}


def read(group: str, at_risk: tuple[int, ...]) -> Reconstruction:
    with Path(__file__).with_name("guyot2012_curves.csv").open(encoding="utf-8", newline="") as file:
        points = [row for row in csv.DictReader(file) if row["group"] == group]
    times, survival = ([float(row[name]) for row in points] for name in ("time", "survival"))
    return reconstruct(times, survival, risk_times=MONTHS, at_risk=at_risk)


@pytest.fixture(scope="module")
def groups() -> dict[str, Reconstruction]:
    return {group: read(group, at_risk) for group, at_risk in AT_RISK.items()}


def test_the_hazard_ratio_of_the_trial(groups: dict[str, Reconstruction]) -> None:
    first, second = groups["with cetuximab"], groups["radiotherapy"]
    trial = (first.times, first.events, second.times, second.events)
    yi, vi = cox_hazard_ratio(*trial)  # type: ignore[misc]
    # The paper calls its accuracy for hazard ratios reasonable; a line is about 1 % of survival wide.
    assert abs(yi - math.log(RATIO)) < 0.06
    assert math.sqrt(vi) == pytest.approx(abs(math.log(RATIO)) / 2.807, rel=0.1)  # z of P = 0.005
    assert 0.002 < log_rank(*trial).p < 0.02  # type: ignore[operator]


@pytest.mark.parametrize("group", AT_RISK)
def test_medians_and_numbers_at_risk(groups: dict[str, Reconstruction], group: str) -> None:
    found = groups[group]
    assert found.at_risk == AT_RISK[group]
    assert kaplan_meier(found.times, found.events).at(MEDIANS[group]) == pytest.approx(0.5, abs=0.01)
    assert found.largest_gap < 0.02
    assert [finding.code for finding in found.findings] == ["curve-rises"]


def test_the_exchanged_numbers_at_risk_are_noticed() -> None:
    found = read("radiotherapy", AT_RISK["with cetuximab"])
    warnings = [finding.message for finding in found.findings if finding.code == "at-risk-impossible"]
    assert len(warnings) == 2
    assert warnings[0].startswith("at time 10 143 are printed as at risk, the curve leaves 130 at most")
