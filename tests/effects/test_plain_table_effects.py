"""Plain tables: every accepted set of columns, and every problem in one go."""

from __future__ import annotations

import math

import numpy as np
import pytest

from metasyn.effects.display import natural_interval
from metasyn.effects.plain_table import effects_from_table
from metasyn.effects.two_by_two import log_odds_ratio
from metasyn.errors import EvidenceError, OptionError


def table(measure: str, *, level: float = 0.95, **columns: list[str]):
    return effects_from_table(columns, measure=measure, level=level, file="trials.csv")  # type: ignore[arg-type]


def findings(measure: str, **columns: list[str]) -> list[str]:
    with pytest.raises(EvidenceError) as error:
        table(measure, **columns)
    return [str(finding) for finding in error.value.findings]


def test_yi_with_vi_or_sei() -> None:
    by_vi = table("GEN", yi=["0.1", "-2e-1"], vi=["0.04", "0.09"])
    by_se = table("GEN", yi=["0.1", "\N{MINUS SIGN}0.2"], sei=["0.2", "0.3"])
    np.testing.assert_allclose(by_vi.vi, by_se.vi)
    np.testing.assert_array_equal(by_vi.yi, by_se.yi)
    assert by_vi.effects[0].route.name == "given"


def test_ratio_with_interval() -> None:
    effects = table("HR", label=["Ax"], estimate=["0.62"], ci_low=["0.47"], ci_high=["0.80"])
    assert effects.yi[0] == pytest.approx(math.log(0.62))
    assert math.sqrt(effects.vi[0]) == pytest.approx(math.log(0.80 / 0.47) / (2 * 1.959963984540054))
    assert effects.effects[0].route.name == "ratio and interval"
    at_90 = table("HR", level=0.9, estimate=["0.62"], ci_low=["0.47"], ci_high=["0.80"])
    assert math.sqrt(at_90.vi[0]) == pytest.approx(math.log(0.80 / 0.47) / (2 * 1.6448536269514722))


def test_the_level_may_be_said_row_by_row() -> None:
    columns = {"estimate": ["0.62"] * 2, "ci_low": ["0.47"] * 2, "ci_high": ["0.80"] * 2}
    effects = table("HR", **columns, ci_level=["0.95", "0.9"])
    width = math.log(0.80 / 0.47) / 2
    np.testing.assert_allclose(np.sqrt(effects.vi), [width / 1.959963984540054, width / 1.6448536269514722])
    assert "90% interval" in effects.effects[1].route.formula
    assert "ci_level" not in effects.effects[0].attributes
    (problem,) = findings("HR", **columns, ci_level=["0.95", "95"])
    assert "line 3, column ci_level" in problem
    assert "write 0.95 for 95%" in problem


def test_the_interval_of_the_table_is_the_one_that_is_shown() -> None:
    """0.62 (0.47 to 0.80) is not symmetric on the log scale; a reader looks for the figures given."""
    effects = table("HR", estimate=["0.62"], ci_low=["0.47"], ci_high=["0.80"])
    shown = natural_interval(effects.effects[0], effects.measure, 0.95)
    assert (shown.low, shown.high) == (0.47, 0.80)
    at_90 = natural_interval(effects.effects[0], effects.measure, 0.9)
    assert (at_90.low, at_90.high) == pytest.approx((0.4960, 0.7750), abs=5e-5)


@pytest.mark.parametrize(
    ("measure", "forward"),
    [
        ("RD", lambda x: x),
        ("GEN", lambda x: x),
        ("PR", lambda x: x),
        ("PLO", lambda x: math.log(x / (1 - x))),
        ("PAS", lambda x: math.asin(math.sqrt(x))),
    ],
)
def test_estimates_on_other_natural_scales(measure: str, forward) -> None:
    effects = table(measure, estimate=["0.3"], ci_low=["0.2"], ci_high=["0.45"])
    assert effects.yi[0] == pytest.approx(forward(0.3))
    assert effects.effects[0].sei == pytest.approx((forward(0.45) - forward(0.2)) / (2 * 1.959963984540054))


def test_counts() -> None:
    effects = table("OR", events_1=["4", "0"], n_1=["30", "25"], events_2=["6", "3"], n_2=["31", "24"])
    yi, vi = log_odds_ratio([4, 0], [30, 25], [6, 3], [31, 24])
    np.testing.assert_array_equal(effects.yi, yi)
    np.testing.assert_array_equal(effects.vi, vi)
    assert [bool(e.adjustment) for e in effects.effects] == [False, True]
    assert effects.effects[0].counts is not None


def test_double_zero_is_an_exclusion() -> None:
    effects = table(
        "RR", label=["Ax", "Bo"], events_1=["0", "4"], n_1=["9", "9"], events_2=["0", "3"], n_2=["9", "9"]
    )
    assert [e.label for e in effects.effects] == ["Bo"]
    assert effects.effects[0].counts is not None
    assert effects.effects[0].counts.events_1 == 4
    (exclusion,) = effects.exclusions
    assert (exclusion.label, exclusion.code) == ("Ax", "no-information")


def test_other_columns_become_attributes() -> None:
    effects = table("PLO", events=["1", "2"], n=["9", "9"], dose=[" high ", "low"])
    assert effects.column("dose") == ("high", "low")


def test_labels() -> None:
    effects = table("GEN", label=["Ax", "", "Ax", "Bo"], yi=["1"] * 4, vi=["1"] * 4)
    assert [e.label for e in effects.effects] == ["Ax (line 2)", "line 3", "Ax (line 4)", "Bo"]
    assert [e.label for e in table("GEN", yi=["1"], vi=["1"]).effects] == ["line 2"]


def test_all_problems_are_reported_at_once() -> None:
    found = findings(
        "HR",
        estimate=["0.62", "x", "-1", "0.9", "0.7", "", "0,62", "nan"],
        ci_low=["0.47", "0.4", "0.2", "0.3", "0.9", "", "0.4", "0.1"],
        ci_high=["0.80", "0.9", "0.5", "0.8", "0.8", "", "0.9", "inf"],
    )
    assert found == [
        "trials.csv line 3, column estimate: value 'x': not a number",
        "trials.csv line 4, column estimate: value '-1': a ratio and its bounds must be positive",
        "trials.csv line 4, column estimate: value '-1': the estimate must lie in its interval 0.2 to 0.5",
        "trials.csv line 5, column estimate: value '0.9': the estimate must lie in its interval 0.3 to 0.8",
        "trials.csv line 6, column ci_low: value '0.9': the lower bound must be below the upper bound 0.8",
        "trials.csv line 7, column estimate: value '': a number is missing",
        "trials.csv line 7, column ci_low: value '': a number is missing",
        "trials.csv line 7, column ci_high: value '': a number is missing",
        "trials.csv line 8, column estimate: value '0,62': not a number (write the decimals after a point)",
        "trials.csv line 9, column estimate: value 'nan': not a number",
        "trials.csv line 9, column ci_high: value 'inf': not a number",
    ]


def test_problems_of_counts() -> None:
    found = findings("PLO", events=["5", "-1", "1.5", "0", "1"], n=["4", "9", "9", "0", "1_0"])
    assert found == [
        "trials.csv line 2, column events: value '5': events must not exceed the 4 participants of column n",
        "trials.csv line 3, column events: value '-1': a count must not be negative",
        "trials.csv line 4, column events: value '1.5': a count must be a whole number",
        "trials.csv line 5, column n: value '0': the number of participants must be positive",
        "trials.csv line 6, column n: value '1_0': not a number",
    ]


def test_problems_of_spreads_and_proportions() -> None:
    assert findings("GEN", yi=["1", "1"], vi=["0", "-2"]) == [
        "trials.csv line 2, column vi: value '0': a sampling variance must be positive",
        "trials.csv line 3, column vi: value '-2': a sampling variance must be positive",
    ]
    assert "a standard error must be positive" in findings("GEN", yi=["1"], sei=["0"])[0]
    assert "between 0 and 1" in findings("PR", estimate=["12"], ci_low=["5"], ci_high=["20"])[0]
    assert "no logit" in findings("PLO", estimate=["0.1"], ci_low=["0"], ci_high=["0.2"])[0]
    assert "1e400" in findings("GEN", yi=["1e400"], vi=["1"])[0]


def test_short_columns_are_missing_cells() -> None:
    assert findings("GEN", yi=["1", "2"], vi=["1"]) == [
        "trials.csv line 3, column vi: value '': a number is missing"
    ]


def test_first_line_is_told() -> None:
    with pytest.raises(EvidenceError, match="f line 7, column vi"):
        effects_from_table({"yi": ["1"], "vi": ["a"]}, measure="GEN", level=0.95, file="f", first_line=7)


@pytest.mark.parametrize(
    ("measure", "columns", "message"),
    [
        ("HR", ("yi",), "no complete set of columns.*yi,vi.*found: yi"),
        ("HR", (), "found: none"),
        ("HR", ("yi", "vi", "sei"), "more than one set of columns: yi,vi and yi,sei"),
        ("HR", ("events", "n"), "proportion measure.*'HR'"),
        ("PLO", ("events_1", "n_1", "events_2", "n_2"), "two-group measure.*'PLO'"),
        ("HR", ("events_1", "n_1", "events_2", "n_2"), "two-group measure"),
        ("SMD", ("mean_1", "sd_1", "n_1"), "mean_1,sd_1,n_1,mean_2,sd_2,n_2; found: mean_1"),
        ("MD", ("r", "n"), "columns r,n need a correlation measure .COR, UCOR, ZCOR.; the measure is 'MD'"),
        ("PFT", ("estimate", "ci_low", "ci_high"), "no complete set of columns"),
        ("XYZ", ("yi", "vi"), "measure must be one of"),
    ],
)
def test_column_sets_and_measures(measure: str, columns: tuple[str, ...], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        table(measure, **{name: ["1"] for name in columns})


def test_level_and_policy_are_checked() -> None:
    with pytest.raises(OptionError, match=r"0\.95 for 95%"):
        table("GEN", level=95, yi=["1"], vi=["1"])
    with pytest.raises(OptionError, match="zero_cells"):
        effects_from_table(
            {"yi": ["1"], "vi": ["1"]},
            measure="GEN",
            level=0.95,
            file="f",
            zero_cells="maybe",  # type: ignore[arg-type]
        )


def test_means_and_their_problems() -> None:
    columns = {"mean_1": ["5", "6"], "sd_1": ["1", "2"], "n_1": ["10", "9"], "mean_2": ["4", "4"]}
    effects = table("MD", **columns, sd_2=["1", "0"], n_2=["10", "8"], dose=["a", "b"])
    assert effects.vi.tolist() == pytest.approx([0.2, 4 / 9])
    assert effects.column("dose") == ("a", "b")
    assert effects.effects[0].route.name == "means"
    assert findings("SMD", **columns, sd_2=["-1", "x"], n_2=["1", "1"]) == [
        "trials.csv line 2, column sd_2: value '-1': a standard deviation must not be negative",
        "trials.csv line 2, column n_2: value '1': the number of participants must be at least 2",
        "trials.csv line 3, column sd_2: value 'x': not a number",
        "trials.csv line 3, column n_2: value '1': the number of participants must be at least 2",
    ]


def test_rows_that_give_no_effect_are_exclusions() -> None:
    effects = table("ZCOR", label=["Ax", "Bo"], r=["0.2", "0.3"], n=["3", "30"])
    assert [e.label for e in effects.effects] == ["Bo"]
    assert effects.exclusions[0].reason == "correlation needs at least 4 participants, not 3"


def test_an_empty_table_has_no_effects() -> None:
    assert table("PLO", events=[], n=[]).k == 0
