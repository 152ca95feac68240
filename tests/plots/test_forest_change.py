"""Results before and after a change in one figure: every number as it is, nothing drawn that is not there."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from svg_rows import mismatches

from metasyn.effects.measure import get_measure
from metasyn.errors import OptionError
from metasyn.plots.forest_change import BeforeAfter, Reading, change_layout
from metasyn.values import Interval, NotEstimable

NONE = NotEstimable("not asked")
OLD = Reading(k=4, estimate=-0.48, ci=Interval(-0.74, -0.22, 0.95), pi=NONE, I2=0.0)
NEW = Reading(k=5, estimate=-0.31, ci=Interval(-0.58, -0.04, 0.95), pi=Interval(-1.1, 0.5, 0.95), I2=0.4)
PFS = BeforeAfter(label="PFS", measure=get_measure("HR"), level=0.95, before=OLD, after=NEW)


def test_rows_are_the_two_results() -> None:
    layout = change_layout([PFS], words=("version 1.0.0", "version 1.1.0"))
    assert [(row.kind, row.label) for row in layout.rows] == [
        ("group", "PFS"),
        ("alternative", "version 1.0.0"),
        ("overall", "version 1.1.0"),
    ]
    for row, reading in zip(layout.rows[1:], (OLD, NEW), strict=True):
        assert isinstance(reading.estimate, float)
        assert isinstance(reading.ci, Interval)
        assert row.estimate == pytest.approx(math.exp(reading.estimate), rel=1e-12)
        assert row.interval is not None
        assert row.interval.low == pytest.approx(math.exp(reading.ci.low), rel=1e-12)
        assert row.interval.high == pytest.approx(math.exp(reading.ci.high), rel=1e-12)
    assert layout.rows[1].prediction is None
    assert layout.rows[2].cells["pi"] == "[0.33 to 1.65]"
    assert layout.rows[2].cells["I2"] == "40%"
    assert layout.axis.label == "Hazard ratio (log scale)"
    assert list(mismatches(layout)) == []
    assert "version 1.0.0 (k = 4): 0.62, 95% confidence interval 0.48 to 0.80." in layout.description


def test_an_outcome_that_is_new_or_gone_keeps_its_row() -> None:
    layout = change_layout([replace(PFS, before=None)])
    assert (layout.rows[1].estimate, layout.rows[1].cells["estimate"]) == (None, "not there")
    assert "before: not there." in layout.description
    assert list(mismatches(layout)) == []


def test_what_is_not_estimable_is_said_and_one_study_is_a_square() -> None:
    lost = replace(NEW, k=0, estimate=NotEstimable("none left"), ci=NONE, pi=NONE, I2=NONE)
    layout = change_layout([replace(PFS, before=replace(OLD, k=1), after=lost)])
    assert [row.kind for row in layout.rows] == ["group", "study", "overall"]
    assert layout.rows[2].cells["estimate"] == "not estimable"
    assert layout.rows[2].interval is None


def test_several_measures_of_one_kind_share_the_axis_and_others_are_refused() -> None:
    response = replace(PFS, label="Response", measure=get_measure("RR"))
    layout = change_layout([PFS, response])
    assert layout.axis.label == "Ratio (log scale)"
    assert [row.label for row in layout.rows if row.kind == "group"] == ["PFS (HR)", "Response (RR)"]
    with pytest.raises(OptionError, match="'PFS' is HR, 'Share' is PLO"):
        change_layout([PFS, replace(PFS, label="Share", measure=get_measure("PLO"))])
    with pytest.raises(OptionError, match="have one level"):
        change_layout([PFS, replace(PFS, level=0.9)])
    with pytest.raises(OptionError, match="at least one outcome"):
        change_layout([])


def test_proportions_are_percent() -> None:
    layout = change_layout([replace(PFS, measure=get_measure("PLO"))])
    assert layout.axis.label == "Proportion, %"
    assert layout.rows[2].estimate == pytest.approx(1 / (1 + math.exp(0.31)), rel=1e-12)


def test_a_credible_interval_is_called_one_and_two_kinds_only_an_interval() -> None:
    credible = replace(NEW, interval="CrI")
    mixed = change_layout([replace(PFS, after=credible)])
    assert "[95% interval]" in [column.header for column in mixed.columns]
    assert "95% credible interval 0.56 to 0.96" in mixed.description
    alike = change_layout([replace(PFS, before=replace(OLD, interval="CrI"), after=credible)])
    assert "[95% CrI]" in [column.header for column in alike.columns]
    assert "[95% CI]" in [column.header for column in change_layout([PFS]).columns]
