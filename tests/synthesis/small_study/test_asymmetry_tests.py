"""Tests of funnel asymmetry against the regressions and rank correlations that define them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from small_study_data import BCG, effects_of_tables, proportions, sample, weighted_line

from metasyn.errors import NotEstimableError, OptionError
from metasyn.synthesis.small_study import (
    Coefficient,
    begg_test,
    deeks_test,
    egger_test,
    harbord_test,
    macaskill_test,
    peters_test,
    pustejovsky_test,
    schwarzer_test,
    thompson_test,
)
from metasyn.values import NotEstimable

A, N1, C, N2 = (np.array(BCG[name], dtype=float) for name in ("events_1", "n_1", "events_2", "n_2"))
N, M = N1 + N2, A + C
LOR = np.log(A * (N2 - C) / (C * (N1 - A)))


def test_egger_is_the_intercept_of_the_standardised_effects_on_precision() -> None:
    """The form of the paper: y/se on 1/se, unweighted; its slope is the limit estimate."""
    data = sample()
    y, s = data["yi"], data["sei"]
    b, se, dispersion = weighted_line(y / s, 1 / s, np.ones_like(y))
    found = egger_test(**data)
    assert [found.slope.estimate, found.slope.se] == pytest.approx([b[0], se[0]], rel=1e-10)
    assert isinstance(found.limit, Coefficient)
    assert [found.limit.estimate, found.limit.se] == pytest.approx([b[1], se[1]], rel=1e-10)
    assert found.df == len(y) - 2
    assert dispersion > 0
    assert found.tau2 == 0


@pytest.mark.parametrize("predictor", ["sei", "vi", "ni", "ninv", "sqrtni", "sqrtninv"])
def test_every_predictor(predictor: Any) -> None:
    data = sample()
    n = np.round(8 / data["sei"] ** 2) + 3
    x = {
        "sei": data["sei"],
        "vi": data["sei"] ** 2,
        "ni": n,
        "ninv": 1 / n,
        "sqrtni": n**0.5,
        "sqrtninv": n**-0.5,
    }[predictor]
    b, se, _ = weighted_line(data["yi"], x, data["sei"] ** -2.0)
    found = egger_test(**data, predictor=predictor, ni=None if predictor in ("sei", "vi") else n)
    assert [found.slope.estimate, found.slope.se] == pytest.approx([b[1], se[1]], rel=1e-9)
    assert isinstance(found.limit, NotEstimable) == (predictor in ("ni", "sqrtni"))


def test_the_additive_model_is_a_meta_regression_with_moment_tau2() -> None:
    """DL of a regression: (Q - (k - 2)) / tr P, with dense matrices."""
    data = sample()
    y, s = data["yi"], data["sei"]
    X, w = np.column_stack([np.ones_like(s), s]), s**-2.0
    P = np.diag(w) - (w[:, None] * X) @ np.linalg.inv(X.T @ (w[:, None] * X)) @ (X.T * w)
    tau2 = (y @ P @ y - (len(y) - 2)) / np.trace(P)
    assert tau2 > 0
    w = 1 / (s * s + tau2)
    covariance = np.linalg.inv(X.T @ (w[:, None] * X))
    b = covariance @ (X.T @ (w * y))
    found = thompson_test(**data)
    assert found.tau2 == pytest.approx(tau2, rel=1e-10)
    assert found.slope.estimate == pytest.approx(b[1], rel=1e-10)
    assert found.slope.se == pytest.approx(math.sqrt(covariance[1, 1]), rel=1e-10)
    assert found.df == len(y) - 2
    again = egger_test(**data, model="random-effects", tau2_method="DL", ci_method="t")
    assert again.slope == found.slope
    hk = egger_test(**data, model="random-effects", tau2_method="DL", ci_method="hartung-knapp")
    q = float((w * (y - X @ b) ** 2).sum()) / (len(y) - 2)
    assert hk.slope.se == pytest.approx(math.sqrt(q * covariance[1, 1]), rel=1e-10)
    floored = egger_test(**data, model="random-effects", tau2_method="DL", ci_method="hartung-knapp-adhoc")
    assert floored.slope.se == pytest.approx(math.sqrt(max(1, q) * covariance[1, 1]), rel=1e-10)


@pytest.mark.parametrize("model", ["multiplicative", "random-effects", "common-effect"])
@pytest.mark.parametrize("c", [1e-8, -3.0, 1e8])
def test_egger_does_not_depend_on_units_order_or_shift(model: Any, c: float) -> None:
    data = sample()
    base = egger_test(**data, model=model)
    order = np.random.default_rng(1).permutation(len(data["yi"]))
    other = egger_test(yi=c * data["yi"][order] + 5 * c, sei=abs(c) * data["sei"][order], model=model)
    sign = math.copysign(1, c)
    assert other.slope.estimate == pytest.approx(sign * base.slope.estimate, rel=1e-9)
    assert other.statistic == pytest.approx(sign * base.statistic, rel=1e-9)
    assert other.limit.estimate == pytest.approx(c * (base.limit.estimate + 5), rel=1e-9)
    assert other.tau2 == pytest.approx(c * c * base.tau2, rel=1e-8)


def test_pustejovsky_uses_sizes_only() -> None:
    data = sample()
    n1 = np.round(8 / data["sei"] ** 2) + 3
    n2 = np.round(n1 * 0.7) + 2
    w2 = 1 / n1 + 1 / n2
    b, se, _ = weighted_line(data["yi"], np.sqrt(w2), 1 / w2)
    found = pustejovsky_test(**data, measure="SMD", n_1=n1, n_2=n2)
    assert [found.slope.estimate, found.slope.se] == pytest.approx([b[1], se[1]], rel=1e-9)
    assert found.findings == ()
    with pytest.raises(OptionError, match=r"needs sample sizes: give n_1= .*'Study 1' and 13 more have none"):
        pustejovsky_test(**data, measure="SMD")


def test_harbord_is_the_intercept_of_the_standardised_score() -> None:
    z, v = A - M * N1 / N, N1 * N2 * M * (N - M) / (N**2 * (N - 1))
    b, se, _ = weighted_line(z / np.sqrt(v), np.sqrt(v), np.ones_like(v))
    found = harbord_test(**BCG)
    assert [found.slope.estimate, found.slope.se] == pytest.approx([b[0], se[0]], rel=1e-9)


@pytest.mark.parametrize(
    ("test", "x", "w"),
    [
        (peters_test, 1 / N, 1 / (1 / M + 1 / (N - M))),
        (macaskill_test, N, 1 / (1 / M + 1 / (N - M))),
        (deeks_test, 1 / np.sqrt(4 * N1 * N2 / N), 4 * N1 * N2 / N),
    ],
)
def test_regressions_on_size(test: Any, x: np.ndarray, w: np.ndarray) -> None:
    b, se, _ = weighted_line(LOR, x, w)
    from_arrays, from_effects = test(**BCG), test(effects_of_tables("OR"))
    for found in (from_arrays, from_effects):
        assert [found.slope.estimate, found.slope.se] == pytest.approx([b[1], se[1]], rel=1e-9)
    assert from_effects.labels[:2] == ("Trial 1", "Trial 2")
    risk = effects_of_tables("RR")
    b, *_ = weighted_line(risk.yi, x, w)
    assert test(risk).slope.estimate == pytest.approx(b[1], rel=1e-9)
    assert test(risk).measure == "RR"


def test_peters_for_proportions() -> None:
    effects = proportions()
    e, n = C, N2
    b, *_ = weighted_line(effects.yi, 1 / n, e * (n - e) / n)
    assert peters_test(effects).slope.estimate == pytest.approx(b[1], rel=1e-9)


def test_schwarzer_against_the_enumerated_hypergeometric_distribution() -> None:
    rng = np.random.default_rng(4)
    k = 12
    n1, n2 = rng.integers(5, 40, k), rng.integers(5, 40, k)
    e1, e2 = rng.binomial(n1, 0.3), rng.binomial(n2, 0.15)
    keep = e1 + e2 > 0
    n1, n2, e1, e2 = (x[keep].astype(int) for x in (n1, n2, e1, e2))
    n = n1 + n2
    psi = (e1 * (n2 - e2) / n).sum() / (e2 * (n1 - e1) / n).sum()
    z, v = [], []
    for a, c, m1, m2 in zip(e1, e2, n1, n2, strict=True):
        support = range(max(0, int(a + c - m2)), int(min(m1, a + c)) + 1)
        p = np.array([math.comb(m1, x) * math.comb(m2, a + c - x) * psi**x for x in support])
        p /= p.sum()
        mean = float(p @ np.array(support))
        variance = float(p @ (np.array(support) - mean) ** 2)
        z.append((a - mean) / math.sqrt(variance))
        v.append(1 / variance)
    score = sum(np.sign((z[i] - z[j]) * (v[i] - v[j])) for i in range(len(z)) for j in range(i))
    found = schwarzer_test(events_1=e1, n_1=n1, events_2=e2, n_2=n2, force=True)
    assert found.score == score


def test_tables_without_information_are_named() -> None:
    tables = {name: [*values, 0 if "events" in name else 50] for name, values in BCG.items()}
    for test in (harbord_test, peters_test, schwarzer_test):
        found = test(**tables)
        assert found.k == 13
        assert found.findings[0].code == "no-information"
        assert "Study 14" in found.findings[0].message


def test_begg_is_invariant_and_a_dominating_study_does_no_harm() -> None:
    data = sample(asymmetry=2.0)
    base = begg_test(**data)
    other = begg_test(yi=-1e8 * data["yi"] + 3, sei=1e8 * data["sei"])
    assert (other.tau, other.pvalue) == pytest.approx((-base.tau, base.pvalue), rel=1e-12)
    sei = data["sei"].copy()
    sei[3] = 1e-9
    assert -1 <= begg_test(yi=data["yi"], sei=sei).tau <= 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"predictor": "n"}, "predictor must be one of 'sei'"),
        ({"model": "rma"}, "model must be one of 'random-effects'"),
        ({"model": "common-effect", "tau2_method": "DL"}, "belongs to model='random-effects'"),
        ({"ci_method": "hartung-knapp"}, "belongs to the additive models"),
        ({"ci_method": "kenward-roger"}, "ci_method must be one of 'wald'"),
        ({"predictor": "ni"}, "predictor='ni' needs sample sizes: give ni="),
        ({"predictor": "ni", "ni": [3, 4]}, "ni must have one value per effect; it has 2, k = 14"),
        ({"predictor": "ni", "ni": [0] * 14}, "ni must be above zero; row 1 is 0.0"),
        ({"predictor": "ni", "ni": np.ma.masked_array([5.0] * 14)}, "ni must not be a masked array"),
        ({"level": 95}, "level must be a proportion"),
        ({"force": 1}, "force must be True or False; got 1"),
    ],
)
def test_bad_options_of_egger(options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        egger_test(**sample(), **options)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"events_1": [*BCG["events_1"][:-1], -1]}, "row 13: events_1 and n_1 must be whole numbers"),
        ({"events_1": [*BCG["events_1"][:-1], 99999]}, "row 13: events_1 and n_1 must be whole numbers"),
        ({"n_2": [0.5, *BCG["n_2"][1:]]}, "row 1: events_2 and n_2 must be whole numbers"),
        ({"n_1": [math.nan, *BCG["n_1"][1:]]}, "n_1 must be finite; row 1 is"),
        ({"n_1": BCG["n_1"][1:]}, "events_1 has 13, n_1 has 12"),
        ({"n_1": None}, "needs two-by-two tables; missing: n_1="),
        ({"n_1": "many"}, "n_1 must hold numbers only|n_1 must be one-dimensional"),
        ({"labels": ["A"]}, "labels has 1"),
    ],
)
def test_bad_tables(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        harbord_test(**{**BCG, **changes})


def test_degenerate_data() -> None:
    with pytest.raises(NotEstimableError, match="predictor is the same for every effect"):
        egger_test(yi=np.arange(12.0), sei=np.ones(12))
    with pytest.raises(NotEstimableError, match="exactly on a straight line"):
        egger_test(yi=np.arange(1.0, 13.0), sei=np.arange(1.0, 13.0))
    with pytest.raises(OptionError, match="about odds ratios"):
        harbord_test(effects_of_tables("RR"))
    with pytest.raises(OptionError, match="no events and participants of two groups"):
        deeks_test(proportions())
