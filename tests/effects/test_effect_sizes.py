"""The public `effect_sizes`: every measure, every exclusion with a reason, every wrong argument by name."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest

from metasyn.effects.compute import column_sets, effect_sizes
from metasyn.effects.estimates import ESTIMATE_SETS
from metasyn.effects.freeman_tukey import from_double_arcsine
from metasyn.effects.measure import FROM_REPORTS, MEASURES, get_measure
from metasyn.effects.plain_table import effects_from_table
from metasyn.effects.recipes import RECIPES
from metasyn.errors import OptionError
from metasyn.vocabulary import Measure, choices

# Figures of three studies under every name; what a measure does not need is left out.
FIGURES = {
    "events_1": [4, 6, 3],
    "n_1": [30, 25, 41],
    "events_2": [9, 7, 5],
    "n_2": [31, 24, 40],
    "time_1": [120.5, 88.0, 150.0],
    "time_2": [118.0, 91.5, 149.0],
    "events": [4, 6, 3],
    "n": [30, 25, 41],
    "time": [120.5, 88.0, 150.0],
    "mean_1": [12.0, 11.0, 13.5],
    "sd_1": [3.0, 2.5, 4.0],
    "mean_2": [10.0, 10.5, 9.0],
    "sd_2": [2.0, 3.0, 3.5],
    "mean": [12.0, 11.0, 13.5],
    "sd": [3.0, 2.5, 4.0],
    "r": [0.3, -0.1, 0.6],
    "t": [2.0, -1.0, 3.5],
    "n_predictors": [2, 3, 4],
    "r2": [0.3, 0.2, 0.5],
    "alpha": [0.8, 0.7, 0.9],
    "items": [10, 12, 8],
}
RATIO = "the log of a ratio needs two means of the same sign"
CV = "coefficient of variation ratio"
PARTIAL = "partial correlation needs at least 4 participants"
LEAVES = "leaves estimate or variance undefined, and"
NONE = "zero_cells='none' adds nothing"
NOBODY = "no events in either group"
EVERYBODY = "everyone in both groups had the event"
BOOK = "(Cochrane Handbook, 10.4.4)"
COMPUTED = [code for code in choices(Measure) if code in RECIPES]


def figures(code: str) -> dict[str, list]:
    return {name: FIGURES[name] for name in RECIPES[code].columns}


def test_every_measure_is_registered_and_computed() -> None:
    assert set(MEASURES) == set(choices(Measure))
    assert set(choices(Measure)) - set(RECIPES) == {"HR", "MEDLN", "GEN"}
    for code in choices(Measure):
        assert get_measure(code).code == code
    for code in FROM_REPORTS:
        assert code in ("HR", "MEDLN") or RECIPES[code].layout in ("two groups", "group")


@pytest.mark.parametrize("code", choices(Measure))
def test_transforms_are_inverse_and_rising(code: str) -> None:
    measure = get_measure(code)
    low, high = measure.natural_range
    start, stop = max(low, -3.0), min(high, 3.0)
    inside = [start + (stop - start) * share for share in (0.1, 0.3, 0.5, 0.8, 0.95)]
    there = [measure.to_analysis(value) for value in inside]
    assert there == sorted(there)
    assert [measure.to_natural(value) for value in there] == pytest.approx(inside)
    if measure.null is not None:
        neutral = 1 if measure.family == "ratio" else 0
        assert measure.to_natural(measure.null) == pytest.approx(neutral)
    assert (measure.null is None) == (measure.family in ("proportion", "rate", "mean", "time"))
    for far in (-1e4, 1e4):  # nothing overflows, and the bounds hold
        back = measure.to_natural(far)
        assert not math.isnan(back)
        if measure.to_natural(0.5) != 0.5:
            assert back >= low
            assert back <= high or measure.code == "PLN"


@pytest.mark.parametrize("code", COMPUTED)
def test_each_measure_through_each_door(code: str) -> None:
    """Columns by name, a text table, and the formula itself give the same numbers."""
    given = figures(code)
    effects = effect_sizes(code, **given, labels=["Ax", "Bo", "Cy"])
    yi, vi = RECIPES[code].compute(*given.values())
    np.testing.assert_array_equal(effects.yi, yi)
    np.testing.assert_array_equal(effects.vi, vi)
    assert (effects.vi > 0).all()
    assert effects.measure.code == code
    assert not effects.exclusions
    first = effects.effects[0]
    assert (first.label, first.route.name, first.route.formula) == (
        "Ax",
        RECIPES[code].route,
        RECIPES[code].formula,
    )
    text = {name: [str(value) for value in values] for name, values in given.items()}
    table = effects_from_table({"label": ["Ax", "Bo", "Cy"], **text}, measure=code, level=0.95, file="f.csv")
    np.testing.assert_array_equal(table.yi, yi)
    np.testing.assert_array_equal(table.vi, vi)
    assert [e.label for e in table.effects] == ["Ax", "Bo", "Cy"]
    row = effects.to_dict()["rows"][0]
    assert row["display"]["ci"][0] < row["display"]["estimate"] < row["display"]["ci"][1]


@pytest.mark.parametrize("code", COMPUTED)
def test_every_variance_formula_is_obeyed(code: str) -> None:
    recipe = RECIPES[code]
    plain = effect_sizes(code, **figures(code)).vi
    for vtype in recipe.vtypes[1:]:
        effects = effect_sizes(code, **figures(code), vtype=vtype)
        same = (code, vtype) == ("PHI", "CS")
        assert np.array_equal(effects.vi, plain) == same, vtype
        assert f"vtype {vtype}" in effects.effects[0].route.formula
    with pytest.raises(OptionError, match=f"vtype must be one of .* for measure '{code}'; got 'XX'"):
        effect_sizes(code, **figures(code), vtype="XX")


@pytest.mark.parametrize("code", COMPUTED)
def test_the_correction_is_obeyed_or_refused(code: str) -> None:
    if RECIPES[code].corrects:
        corrected = effect_sizes(code, **figures(code), correct=True)
        np.testing.assert_array_equal(corrected.yi, effect_sizes(code, **figures(code)).yi)
        raw = effect_sizes(code, **figures(code), correct=False)
        assert (raw.yi != corrected.yi).all()
        assert "without the bias correction" in raw.effects[0].route.formula
    else:
        with pytest.raises(OptionError, match=f"'{code}' has no bias correction"):
            effect_sizes(code, **figures(code), correct=True)


def test_missing_figures_are_exclusions_that_name_them() -> None:
    effects = effect_sizes(
        "SMD",
        mean_1=[12, None, 13.5],
        sd_1=[3.0, np.nan, 4.0],
        n_1=[30, 25, 41],
        mean_2=[10, 10.5, 9],
        sd_2=[2, 3, math.nan],
        n_2=[31, 24, 40],
    )
    assert [e.label for e in effects.effects] == ["Study 1"]
    assert [(x.label, x.code, x.reason) for x in effects.exclusions] == [
        ("Study 2", "not-reported", "mean_1, sd_1 are missing"),
        ("Study 3", "not-reported", "sd_2 is missing"),
    ]


@pytest.mark.parametrize(
    ("code", "columns", "reason"),
    [
        ("SMD", {"sd_1": [0, 1], "sd_2": [0, 1]}, "sd_1 and sd_2 are 0, which gives no sampling variance"),
        ("MD", {"sd_1": [0, 1], "sd_2": [0, 1]}, "sd_1 and sd_2 are 0, which gives no sampling variance"),
        ("VR", {"sd_1": [0, 1], "sd_2": [1, 1]}, "sd_1 is 0, which gives no sampling variance"),
        ("ROM", {"mean_1": [5, 5], "mean_2": [-3, 4]}, f"{RATIO}, not 5 and -3"),
        ("CVR", {"mean_1": [-5, 5], "mean_2": [3, 4]}, f"the log {CV} needs positive means, not -5 and 3"),
        ("MNLN", {"mean": [0, 5]}, "the log mean needs positive means, not 0"),
        ("MN", {"sd": [0, 5]}, "sd is 0, which gives no sampling variance"),
        ("ZCOR", {"n": [3, 20]}, "correlation needs at least 4 participants, not 3"),
        ("UCOR", {"n": [4, 20]}, "correlation needs at least 5 participants, not 4"),
        ("PCOR", {"n": [3, 20], "n_predictors": [2, 2]}, f"{PARTIAL} with 2 predictors, not 3"),
        ("ARAW", {"n": [2, 20]}, "coefficient alpha needs at least 3 participants, not 2"),
        ("ARAW", {"alpha": [1, 0.5]}, "these figures give no estimate with a positive sampling variance"),
        ("SMD1", {"n_2": [2, 20]}, "standardised mean difference needs at least 3 participants, not 2"),
        ("SMCC", {"n": [2, 20]}, "standardised mean change needs at least 3 participants, not 2"),
        (
            "IR",
            {"events": [0, 5], "zero_cells": "none"},
            f"a zero cell (0 in 120.5 of person-time) {LEAVES} {NONE}",
        ),
        (
            "IRLN",
            {"events": [0, 5], "add": 0},
            f"a zero cell (0 in 120.5 of person-time) {LEAVES} add=0 adds nothing",
        ),
        ("PLO", {"events": [0, 5], "zero_cells": "none"}, f"a zero cell (0/30) {LEAVES} {NONE}"),
        (
            "IRR",
            {"events_1": [0, 5], "events_2": [0, 2]},
            f"{NOBODY} (0 in 120.5 and 0 in 118 of person-time), hence no incidence rate ratio {BOOK}",
        ),
        (
            "PETO",
            {"events_1": [30, 5], "events_2": [31, 2]},
            f"{EVERYBODY} (30/30 and 31/31), hence no Peto odds ratio {BOOK}",
        ),
    ],
)
def test_rows_without_information_are_exclusions(code: str, columns: dict, reason: str) -> None:
    given = {name: values[:2] for name, values in figures(code).items()}
    effects = effect_sizes(code, **{**given, **columns})
    assert [e.label for e in effects.effects] == ["Study 2"]
    (exclusion,) = effects.exclusions
    assert (exclusion.label, exclusion.code, exclusion.reason) == ("Study 1", "no-information", reason)


def test_tables_without_events_may_be_kept_or_left_out() -> None:
    table = {"events_1": [0, 4], "n_1": [9, 30], "events_2": [0, 6], "n_2": [8, 31]}
    assert effect_sizes("RR", **table).k == 1
    kept = effect_sizes("RR", **table, drop00=False)
    assert kept.k == 2
    assert kept.yi[0] == pytest.approx(math.log((0.5 / 10) / (0.5 / 9)))
    assert kept.effects[0].adjustment == "1/2 added to each cell: this row has a zero cell"
    assert effect_sizes("RD", **table).k == 2
    dropped = effect_sizes("RD", **table, drop00=True)
    assert dropped.k == 1
    assert dropped.exclusions[0].reason.startswith("no events in either group (0/9 and 0/8)")


def test_a_table_that_is_left_out_triggers_nothing() -> None:
    table = {"events_1": [0, 4], "n_1": [9, 30], "events_2": [0, 6], "n_2": [8, 31]}
    (effect,) = effect_sizes("OR", **table, zero_cells="if0all").effects
    assert effect.adjustment == ""
    assert effect.yi == pytest.approx(math.log(4 * 25 / (26 * 6)))
    kept = effect_sizes("OR", **table, zero_cells="if0all", drop00=False)
    assert kept.effects[1].adjustment == "1/2 added to each cell: a row of this synthesis has a zero cell"


def test_what_is_added_is_said() -> None:
    rates = {"events_1": [0, 4], "time_1": [10.0, 12.0], "events_2": [3, 5], "time_2": [9.0, 11.0]}
    effects = effect_sizes("IRR", **rates, add=0.25)
    assert [e.adjustment for e in effects.effects] == [
        "0.25 added to the events of both groups: this row has a zero cell",
        "",
    ]
    assert effects.yi[0] == pytest.approx(math.log((0.25 / 10) / (3.25 / 9)))
    one = effect_sizes("IRLN", events=[0], time=[10])
    assert one.effects[0].adjustment == "1/2 added to the events: this row has a zero cell"
    # Measures that are defined at zero are left as they are.
    assert effect_sizes("IRS", events=[0], time=[10]).effects[0].adjustment == ""
    assert effect_sizes("IRS", events=[0], time=[10], zero_cells="all").effects[0].adjustment != ""


def test_counts_go_with_the_effect() -> None:
    (effect,) = effect_sizes("AS", events_1=[0], n_1=[9], events_2=[2], n_2=[8]).effects
    assert effect.counts is not None
    assert (effect.counts.events_1, effect.counts.n_2) == (0, 8)
    assert effect_sizes("PLN", events=[1], n=[9]).effects[0].counts is not None
    assert effect_sizes("MD", **figures("MD")).effects[0].counts is None


def test_the_double_arcsine_warns_and_goes_back_at_a_stated_size() -> None:
    effects = effect_sizes("PFT", events=[2, 0, 9], n=[10, 40, 25])
    size = 3 / (1 / 10 + 1 / 40 + 1 / 25)
    notes = effects.effects[0].notes
    assert "no single way back" in notes[0]
    assert f"{size:.6g}" in notes[1]
    back = float(np.ravel(from_double_arcsine(0.5, size))[0])
    assert effects.measure.to_natural(0.5) == pytest.approx(back)
    assert pickle.loads(pickle.dumps(effects.measure)).to_natural(0.5) == effects.measure.to_natural(0.5)
    rates = effect_sizes("IRFT", events=[2, 0], time=[10.0, 40.0])
    assert rates.effects[0].notes == (
        "pooled values are transformed back at the harmonic mean of the person-times, 16",
    )
    assert rates.measure.to_natural(0.7) > 0


def test_given_effects() -> None:
    by_vi = effect_sizes("SMD", yi=[0.1, 0.4], vi=[0.04, 0.09], attributes={"dose": ["low", 2]})
    by_se = effect_sizes("SMD", yi=[0.1, 0.4], sei=[0.2, 0.3])
    np.testing.assert_allclose(by_vi.vi, by_se.vi)
    assert by_vi.column("dose") == ("low", "2")
    z = effect_sizes("ZCOR", estimate=[0.5], ci_low=[0.2], ci_high=[0.7])
    assert z.yi[0] == pytest.approx(math.atanh(0.5))
    assert math.sqrt(z.vi[0]) == pytest.approx((math.atanh(0.7) - math.atanh(0.2)) / (2 * 1.959963984540054))
    rows = effect_sizes("HR", estimate=[0.7] * 2, ci_low=[0.5] * 2, ci_high=[0.98] * 2, ci_level=[0.95, 0.9])
    assert rows.vi[0] < rows.vi[1]
    gone = effect_sizes("HR", estimate=[0.7, 0.8], ci_low=[0.5, None], ci_high=[0.98, 0.9])
    assert [x.reason for x in gone.exclusions] == ["ci_low is missing"]
    with pytest.raises(OptionError, match="vtype, correct cannot change effects that are given"):
        effect_sizes("SMD", yi=[1], vi=[1], vtype="UB", correct=True)


def test_one_number_stands_for_every_row() -> None:
    effects = effect_sizes("MC", mean_1=[9, 8], sd_1=2, mean_2=7, sd_2=3, n=[25, 30], r=0.5)
    assert effects.k == 2
    assert effects.vi[0] == pytest.approx(7 / 25)
    with pytest.raises(OptionError, match="mean_1 has 2, sd_1 has 1"):
        effect_sizes("MC", mean_1=[9, 8], sd_1=[2], mean_2=7, sd_2=3, n=[25, 30], r=0.5)


def test_columns_of_the_same_layout_that_are_not_needed_may_be_there() -> None:
    whole = {name: FIGURES[name] for name in RECIPES["SMD"].columns}
    np.testing.assert_array_equal(effect_sizes("VR", **whole).yi, effect_sizes("VR", **figures("VR")).yi)
    np.testing.assert_array_equal(
        effect_sizes("SMD1", **whole).yi, effect_sizes("SMD1", **figures("SMD1")).yi
    )


@pytest.mark.parametrize(
    ("code", "columns", "message"),
    [
        ("SMD", {}, r"needs exactly one of these sets of columns: yi,vi \| yi,sei .*mean_1,sd_1.*got none"),
        ("SMD", {"m1i": [1]}, "got m1i"),
        ("SMD", {"yi": [1], "vi": [1], "sei": [1]}, "exactly one of these sets"),
        ("HR", {"events_1": [1], "n_1": [2], "events_2": [1], "n_2": [2]}, "'HR' needs exactly one"),
        ("PFT", {"estimate": [0.1], "ci_low": [0.05], "ci_high": [0.2]}, "'PFT' needs exactly one"),
        ("d", {"yi": [1], "vi": [1]}, "'d' is called 'SMD' here"),
        (
            "PLO",
            {"events": [5], "n": [4]},
            "events is 5; events must not exceed the 4 participants of column n",
        ),
        ("PLO", {"events": [1.5], "n": [4]}, "events is 1.5; a count must be a whole number"),
        ("PLO", {"events": [-1], "n": [4]}, "a count must not be negative"),
        ("PLO", {"events": [0], "n": [0]}, "the number of participants must be positive"),
        ("PLO", {"events": [1], "n": [2**60]}, r"a count must not exceed 2\*\*53"),
        ("IR", {"events": [1], "time": [0]}, "the person-time must be positive"),
        ("HR", {"estimate": [0.7], "ci_low": [0], "ci_high": [1]}, "a ratio and its bounds must be positive"),
        (
            "HR",
            {"estimate": [0.7], "ci_low": [0.8], "ci_high": [0.9]},
            "the estimate must lie in its interval",
        ),
        ("HR", {"estimate": [0.7], "ci_low": [0.9], "ci_high": [0.5]}, "lower bound must be below"),
        ("HR", {"estimate": [1], "ci_low": [0.5], "ci_high": [2], "ci_level": 95}, r"write 0\.95 for 95%"),
        ("COR", {"estimate": [0.5], "ci_low": [0.2], "ci_high": [1.7]}, "a correlation must be between -1"),
        ("ZCOR", {"estimate": [0.5], "ci_low": [0.2], "ci_high": [1]}, "have no Fisher's z"),
        ("ARAW", {"estimate": [0.5], "ci_low": [0.2], "ci_high": [1.2]}, "it must be between -inf and 1"),
        ("GEN", {"yi": [1], "vi": [0]}, "vi is 0; a sampling variance must be positive"),
        ("GEN", {"yi": [np.inf], "vi": [1]}, "yi is inf; it must be a finite number"),
        ("GEN", {"yi": np.ma.masked_array([1.0], [True]), "vi": [1]}, "yi must not be a masked array"),
        ("GEN", {"yi": ["1"], "vi": [1]}, "yi must hold numbers only"),
        ("GEN", {"yi": [1, 2], "vi": [1]}, "yi has 2, vi has 1"),
        ("MD", {"drop00": True, **{n: FIGURES[n] for n in RECIPES["MD"].columns}}, "drop00 is for counts"),
        ("PLO", {"events": [1], "n": [4], "add": -1}, "add must be"),
        ("PLO", {"events": [1], "n": [4], "zero_cells": "maybe"}, "zero_cells must be one of"),
        ("PLO", {"events": [1], "n": [4], "labels": ["a", "b"]}, "there are 1 rows, labels has 2"),
        ("PLO", {"events": [1], "n": [4], "labels": "a"}, "labels must have one value per row"),
        ("PLO", {"events": [1], "n": [4], "attributes": {"x": []}}, "there are 1 rows, x has 0"),
    ],
)
def test_wrong_arguments_are_refused_by_name(code: str, columns: dict, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        effect_sizes(code, **columns)


def test_every_problem_is_named_with_its_row_and_label() -> None:
    with pytest.raises(OptionError) as error:
        effect_sizes("PLO", events=[-1, 3, 9], n=[4, 0, 8], labels=["Ax", "Bo", "Cy"])
    assert str(error.value).splitlines() == [
        "3 problems in the figures:",
        "  row 1 ('Ax'): events is -1; a count must not be negative",
        "  row 2 ('Bo'): n is 0; the number of participants must be positive",
        "  row 3 ('Cy'): events is 9; events must not exceed the 8 participants of column n",
    ]
    with pytest.raises(OptionError, match=r"20 problems(.|\n)*and 10 more"):
        effect_sizes("PLO", events=[-1] * 20, n=[4] * 20)


def test_sampling_of_each_table_for_phi() -> None:
    table = figures("PHI")
    mixed = effect_sizes("PHI", **table, vtype=["CS", "ST", "CS"])
    single = {word: effect_sizes("PHI", **table, vtype=word).vi for word in ("CS", "ST")}
    np.testing.assert_array_equal(mixed.vi, [single["CS"][0], single["ST"][1], single["CS"][2]])
    gaps = {**table, "n_1": [None, 25, 41]}
    np.testing.assert_array_equal(
        effect_sizes("PHI", **gaps, vtype=["CS", "ST", "CS"]).vi, [single["ST"][1], single["CS"][2]]
    )
    with pytest.raises(OptionError, match="one of them per row"):
        effect_sizes("PHI", **table, vtype=["CS", "ST"])


def test_no_rows_at_all() -> None:
    for code in ("SMD", "ROM", "UCOR", "OR", "PFT", "IRR", "GEN"):
        names = RECIPES[code].columns if code in RECIPES else ("yi", "vi")
        effects = effect_sizes(code, **{name: [] for name in names})
        assert (effects.k, effects.exclusions) == (0, ())


def test_pandas_columns() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(figures("SMD"))
    effects = effect_sizes("SMD", **frame)
    np.testing.assert_array_equal(effects.yi, effect_sizes("SMD", **figures("SMD")).yi)


def test_the_sets_of_columns_of_the_documentation() -> None:
    """Every column of every recipe stands in the table of the docstring."""
    text = effect_sizes.__doc__ or ""
    for code, recipe in RECIPES.items():
        assert code in text, code
        assert all(name in text for name in recipe.columns)
    assert column_sets(get_measure("GEN")) == ESTIMATE_SETS
