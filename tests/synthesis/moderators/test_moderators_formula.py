"""Formulas and tables: what becomes a column of the design, and what is refused."""

from __future__ import annotations

import gzip
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from metasyn.errors import MetasynError, NotEstimableError, OptionError
from metasyn.synthesis.arrays import effects_from_arrays
from metasyn.synthesis.moderators import RegressionResult, meta_regression

CASES = Path(__file__).parents[2] / "reference" / "oracle" / "3_confint_metareg.json.gz"
YI, VI = [-0.9, -0.1, -0.5, -1.4, -0.3, -0.7], [0.1, 0.05, 0.2, 0.1, 0.08, 0.3]


def fit(formula: str | None = None, **options: Any) -> RegressionResult:
    return meta_regression(formula=formula, **({"yi": YI, "vi": VI, "test": "wald"} | options))


def test_designs_are_those_of_r() -> None:
    """Every formula of the reference cases, written as in R, gives R's design matrix."""
    with gzip.open(CASES, "rt", encoding="utf-8") as file:
        stored = json.load(file)
    cases = {
        (case["dataset"], case["options"]["mods"]): case
        for case in stored
        if case["id"].split("/")[1] == "metareg"
    }
    assert len(cases) >= 50
    for (dataset, mods), case in cases.items():
        columns = case["input"]["columns"]
        result = meta_regression(
            yi=columns["yi"],
            vi=columns["vi"],
            formula=mods.replace("factor(", "C("),
            data={name: values for name, values in columns.items() if not name.startswith("X.")},
            model="common-effect",
        )
        X = np.column_stack([values for name, values in columns.items() if name.startswith("X.")])
        assert np.array_equal(result.design.X, X), (dataset, mods)


def test_columns_of_effects_are_strings_that_may_be_numbers() -> None:
    effects = effects_from_arrays(
        yi=YI, vi=VI, attributes={"dose": ["1", "2", " 3.5", "4e0", "5", "7"], "drug": list("xyxyxy")}
    )
    result = meta_regression(effects, "~ dose + drug")
    assert result.design.names == ("Intercept", "dose", "drug[T.y]")
    assert result.design.X[:, 1].tolist() == [1, 2, 3.5, 4, 5, 7]


def test_standard_errors_may_be_moderators() -> None:
    """Egger's regression is one on the standard error."""
    effects = effects_from_arrays(yi=YI, vi=VI)
    assert np.allclose(meta_regression(effects, "~ sei").design.X[:, 1], np.sqrt(VI))
    assert np.allclose(meta_regression(effects, "~ vi").design.X[:, 1], VI)


@pytest.mark.parametrize(
    ("formula", "names"),
    [
        ("~ g", ("Intercept", "g[T.b]", "g[T.c]")),
        ("~ C(g, contr.treatment('b'))", None),
        ("~ g - 1", ("g[a]", "g[b]", "g[c]")),
        ("~ 0 + x", ("x",)),
        ("x + I(x**2)", ("Intercept", "x", "I(x ** 2)")),
        ("~ np.log(x)", ("Intercept", "np.log(x)")),
        ("~ `a name`", ("Intercept", "a name")),
        ("~ C(n)", ("Intercept", "C(n)[T.2]", "C(n)[T.3]")),
        ("~ 1", ("Intercept",)),
        ("~ I(x > 2)", ("Intercept", "I(x > 2)")),
        ("~ g:x", None),
        ("~ center(x)", ("Intercept", "center(x)")),
        ("~ flag", ("Intercept", "flag")),
    ],
)
def test_formulas(formula: str, names: tuple[str, ...] | None) -> None:
    data = {
        "g": list("aabbcc"),
        "x": [1.0, 2, 3, 5, 8, 9],
        "a name": [3, 1, 4, 1, 5, 9],
        "n": ["1", "1", "2", "2", "3", "3"],
        "flag": [True, False, False, True, True, False],
    }
    result = fit(formula, data=data)
    assert names is None or result.design.names == names
    assert sorted(j for term in result.design.terms for j in term.columns) == list(range(result.p))


def test_order_of_a_categorical_column_is_kept() -> None:
    column = pd.Categorical(list("lhlhmm"), categories=["l", "m", "h", "none"])
    frame = pd.DataFrame({"dose": column}, index=[9, 8, 7, 6, 5, 4])
    assert fit("~ dose", data=frame).design.names == ("Intercept", "dose[T.m]", "dose[T.h]")


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("~ z", r"'z' is not a column; known columns: vi, sei, x, g"),
        ("~ foo(x)", r"'foo' is not a function of formulas"),
        ("~ x + x.__class__", r"'x.__class__' is not a column"),
        ("~ I(x.__class__)", r"'x.__class__' is not known"),
        ("~ I(np.random.rand(6))", r"'np.random.rand' is not known"),
        ("~ I([c for c in x])", "may hold columns, numbers"),
        ("~ I((lambda: x)())", "may hold columns, numbers"),
        ("~ I(print)", "'print' is not a column"),
        ("y ~ x", "right-hand side only"),
        ("~ x | g", "one part"),
        ("~ x +", "cannot be read"),
        ("~ .", "cannot be read"),
        ("", "must be a string such as"),
        (3, "must be a string such as"),
        ("~ x**2", r"I\(x\*\*2\) for a square"),
        ("~ g + x^2", r"I\(x\*\*2\) for a square"),
        ("~ log(g)", "cannot be evaluated"),
        ("~ log(x - 1)", "'log.x - 1.' is not finite for 'Study 1'"),
        ("~ sqrt(x)", "'sqrt' is not a function of formulas"),
    ],
)
def test_refused_formulas(formula: Any, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        fit(formula, data={"x": [1, 2, 3, 4, 5, 7], "g": list("aabbcc")})


def test_powers_inside_functions_and_of_sums_are_fine() -> None:
    data = {"x": [1, 2, 3, 4, 5, 7], "z": [0, 1, 1, 0, 1, 0]}
    assert fit("~ (x + z)**2", data=data).design.names == ("Intercept", "x", "z", "x:z")
    assert fit("~ x + I((x - 3)**2)", data=data).p == 3


def test_a_partly_numeric_column_is_named() -> None:
    data = {"dose": ["1", "2", "three", "4", "5", "?"]}
    with pytest.raises(
        OptionError, match=r"'dose' holds numbers in 4 rows.*'Study 3' has 'three'.*C\(dose\)"
    ):
        fit("~ dose", data=data)
    data = {"dose": ["1", "1", "low", "low", "5", "5"]}
    assert fit("~ C(dose)", data=data).p == 3


@pytest.mark.parametrize("empty", [None, math.nan, "", "  ", pd.NA, pd.NaT])
def test_missing_values_are_named_or_dropped(empty: object) -> None:
    data = {"x": [1, 2, empty, 4, 5, 7], "unused": [None] * 6}
    with pytest.raises(OptionError, match=r"missing in 1 of 6 effects: row 3 \('Study 3'\): x"):
        fit("~ x", data=data)
    result = fit("~ x", data=data, missing="drop")
    assert result.k == 5
    assert [(e.label, e.code) for e in result.exclusions] == [("Study 3", "moderator-missing")]
    assert result.effects.exclusions == result.exclusions
    without = [0, 1, 3, 4, 5]
    alone = fit("~ x", yi=np.take(YI, without), vi=np.take(VI, without), data={"x": [1, 2, 4, 5, 7]})
    assert np.array_equal(result.vcov, alone.vcov)


def test_dropping_takes_weights_and_levels_along() -> None:
    data = {"g": ["a", "a", "b", "b", "c", "a"], "x": [1, 2, 3, 4, None, 5]}
    weights = [1.0, 2, 3, 4, 99, 6]
    result = fit("~ g + x", data=data, missing="drop", weights=weights)
    assert result.design.names == ("Intercept", "g[T.b]", "x")
    assert result.weights.tolist() == [1, 2, 3, 4, 6]


def test_masked_arrays_and_series() -> None:
    masked = np.ma.array([1.0, 2, 3, 4, 5, 7], mask=[0, 0, 1, 0, 0, 0])
    with pytest.raises(OptionError, match="row 3"):
        fit("~ x", data={"x": masked})
    assert fit("~ x", data={"x": pd.Series([1, 2, 3, 4, 5, 7], index=list("abcdef"))}).p == 2
    with pytest.raises(OptionError, match="row 3"):
        fit("~ x", data={"x": pd.Series([1, 2, None, 4, 5, 7], dtype="Int64")})


def test_nothing_of_the_caller_is_visible_in_a_formula() -> None:
    x = np.arange(6.0)
    with pytest.raises(OptionError, match="'x' is not a column"):
        fit("~ x", data={"y": x})


SIX = [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"formula": "~ x", "data": {"x": [1, 2, 3]}}, OptionError, "got 3 for 6 effects"),
        ({"formula": "~ x", "data": {"x": 3}}, OptionError, "one value per effect; got int"),
        ({"formula": "~ x", "data": [1, 2]}, OptionError, "DataFrame or a mapping"),
        (
            {"formula": "~ x", "data": {"x": [1, 2, math.inf, 3, 4, 5]}},
            OptionError,
            "row 'Study 3' has inf",
        ),
        ({"formula": "~ x", "data": {"x": [1, 2, [3], 3, 4, 5]}}, OptionError, "numbers or strings"),
        (
            {"formula": "~ x", "data": {"x": [2] * 6}},
            NotEstimableError,
            "'x' has the same value, 2",
        ),
        (
            {"formula": "~ x + z", "data": {"x": SIX, "z": [2, 4, 6, 8, 10, 12]}},
            NotEstimableError,
            "'z' is a combination of 'x'",
        ),
        (
            {
                "formula": "~ x + z + g",
                "data": {"x": SIX, "z": [1, 0, 1, 0, 1, 0], "g": list("bababa")},
            },
            NotEstimableError,
            r"'z' is a combination of 'Intercept', 'g\[T.b\]'|'g\[T.b\]' is a combination of",
        ),
        (
            {"formula": "~ poly(x, 5)", "data": {"x": [1, 2, 3, 4, 5, 6]}},
            NotEstimableError,
            "at least 7 effects; there are 6",
        ),
        (
            {"formula": "~ a*b", "data": {"a": list("ppqqpq"), "b": list("rrssrs")}},
            NotEstimableError,
            "combination",
        ),
        ({"formula": "~ x", "X": np.ones((6, 1))}, OptionError, "exactly one"),
        ({}, OptionError, "exactly one"),
        ({"formula": "~ 1", "names": ["a"]}, OptionError, "names= belongs to X="),
        ({"X": np.ones((6, 1)), "data": {}}, OptionError, "data= belongs to formula="),
        ({"X": np.ones((5, 1))}, OptionError, r"shape \(6, p\)"),
        ({"X": [["a"]] * 6}, OptionError, "numbers only"),
        ({"X": np.ones((6, 1)), "names": ["a", "b"]}, OptionError, "one name per column"),
        ({"X": np.arange(12).reshape(6, 2), "names": ["a", "a"]}, OptionError, "differ"),
        ({"X": np.full((6, 1), math.inf)}, OptionError, "finite; row 1"),
        ({"X": np.zeros((6, 1))}, NotEstimableError, "'x1' is zero in every effect"),
        ({"X": np.empty((6, 0))}, NotEstimableError, "no columns"),
        ({"formula": "~ 1", "test": "knha"}, OptionError, "'knha' is called 'hartung-knapp' here"),
        ({"formula": "~ 1", "test": "profile-likelihood"}, OptionError, "for a pooled mean"),
        ({"formula": "~ 1", "tau2_method": "reml"}, OptionError, "'reml' is called 'REML' here"),
        ({"formula": "~ 1", "model": "mixed"}, OptionError, "model must be one of"),
        ({"formula": "~ 1", "tau2": -1.0}, OptionError, "tau2 must be a finite number"),
        ({"formula": "~ 1", "tau2": True}, OptionError, "tau2 must be a finite number"),
        ({"formula": "~ 1", "tau2": 0.1, "model": "common-effect"}, OptionError, "no between-study variance"),
        ({"formula": "~ 1", "level": 95}, OptionError, "Write 0.95"),
        ({"formula": "~ 1", "missing": "ignore"}, OptionError, "missing must be one of 'error', 'drop'"),
        ({"formula": "~ 1", "weights": [1, 2]}, OptionError, "weights must have one value per effect"),
        ({"formula": "~ 1", "weights": [1, 2, 3, 4, -5, 6]}, OptionError, "weights must be finite and >= 0"),
        ({"formula": "~ 1", "weights": [1, 0, 0, 0, 0, 0]}, NotEstimableError, "1 effects have weights"),
        ({"formula": "~ 1", "tau2_method": "GENQ"}, OptionError, "needs weights"),
        ({"formula": "~ 1", "tau2_method": "DL", "tau2_ci_method": "profile-likelihood"}, OptionError, None),
        ({"formula": "~ 1", "vi": [0.1, 0, 0.1, 0.1, 0.1, 0.1]}, OptionError, "variance must be above zero"),
        ({"formula": "~ 1", "yi": [math.nan] * 6}, OptionError, "must be a finite number"),
    ],
)
def test_bad_input(options: dict[str, Any], error: type[MetasynError], message: str | None) -> None:
    with pytest.raises(error, match=message):
        meta_regression(**({"yi": YI, "vi": VI} | options))


def test_a_group_of_one_is_a_finding() -> None:
    result = fit("~ g", data={"g": list("aaabbc")})
    alone = [finding for finding in result.findings if finding.code == "single-effect-level"]
    assert len(alone) == 1
    assert "'Study 6' has g = c" in alone[0].message
    X = np.column_stack([np.ones(6), [0, 0, 0, 0, 0, 1.0]])
    assert any(f.code == "single-effect-level" for f in fit(X=X).findings)
