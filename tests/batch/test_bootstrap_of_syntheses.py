"""The bootstrap against its definition, exact enumeration and R's `boot`."""

from __future__ import annotations

import itertools
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

import metasyn
from metasyn.batch import bootstrap_draws
from metasyn.batch.bootstrap import bootstrap
from metasyn.batch.bootstrap_intervals import WHY_NOT, bootstrap_bounds
from metasyn.batch.bootstrap_many import bootstrap_many
from metasyn.batch.seeds import stream
from metasyn.errors import NotEstimableError, OptionError
from metasyn.values import Interval, NotEstimable

# Its import sets a variable of the environment, which a test must not.

Y = np.array([-0.9, -0.1, -0.5, -1.4, 0.2, -0.7])
V = np.array([0.1, 0.05, 0.2, 0.1, 0.1, 0.04])
NORMAL = NormalDist()


def made_draws() -> Any:
    """999 values that need no random numbers: the R side below makes the same."""
    z = np.array([NORMAL.inv_cdf(i * 37 % 1000 / 1000) for i in range(1, 1000)])
    return z * 0.35 + 0.9 + 0.1 * z**2


@pytest.mark.parametrize(
    ("method", "level", "expected"),
    [
        # R 4.2.2, boot 1.3-28.1: boot.ci(type = c("perc", "basic", "bca"), L = the jackknife's).
        ("percentile", 0.90, (0.60168076850905416, 1.7462531148425562)),
        ("basic", 0.90, (0.13946117087172949, 1.2840335172052315)),
        ("bca", 0.90, (0.6160804860484731, 1.9681671088462516)),
        ("percentile", 0.95, (0.59578781643669321, 1.970133276658431)),
        ("basic", 0.95, (-0.084418990944145289, 1.2899264692775925)),
        ("bca", 0.95, (0.60157767504300952, 2.2354788207579839)),
    ],
)
def test_intervals_against_r(method: Any, level: float, expected: Any) -> None:
    x = np.array([1.2, -0.3, 0.8, 2.5, 0.1, 1.9, 0.4])
    jack = np.array([[np.delete(x, i).mean() for i in range(x.size)]])
    value = np.array([x.mean()])
    low, high, why = bootstrap_bounds(
        made_draws()[None, :], value, method, level, left_out=jack, within=(-np.inf, np.inf)
    )
    assert why.tolist() == [0]
    # boot goes between two order statistics evenly in normal quantiles, this evenly in values.
    near = pytest.approx(expected, rel=2e-3 if method == "bca" else 1e-12)
    assert (low[0], high[0]) == near


def test_bca_by_hand() -> None:
    draws, t = made_draws(), 0.93
    jack = np.array([0.7, 1.1, 0.95, 0.4])
    z0 = NORMAL.inv_cdf((draws < t).mean())
    d = jack.mean() - jack
    g = (d**3).sum() / (6 * (d**2).sum() ** 1.5)
    expected = []
    for p in (0.05, 0.95):
        z = z0 + NORMAL.inv_cdf(p)
        place = 1000 * NORMAL.cdf(z0 + z / (1 - g * z))
        i = int(place)
        one, other = np.sort(draws)[i - 1 : i + 1]
        expected.append(one + (place - i) * (other - one))
    low, high, _ = bootstrap_bounds(
        draws[None, :], np.array([t]), "bca", 0.9, left_out=jack[None, :], within=(-np.inf, np.inf)
    )
    assert (low[0], high[0]) == pytest.approx(expected, rel=1e-12)


def test_what_has_no_interval_says_why() -> None:
    rows = np.arange(1.0, 100.0)[None, :].repeat(4, axis=0)
    rows[3] = np.nan
    value = np.array([0.5, 50.0, 99.0, 50.0])
    jack = np.array([[1.0, 2.0, 4.0], [2.0, 2.0, 2.0], [1.0, 2.0, 4.0], [1.0, 2.0, 4.0]])
    low, high, why = bootstrap_bounds(rows, value, "bca", 0.95, left_out=jack, within=(0, 100))
    assert [WHY_NOT[code] for code in why] == [
        "all draws on one side of the estimate",
        "leave-one-out does not vary",
        "more draws needed",
        "no draws",
    ]
    assert np.isnan(low).all()
    assert np.isnan(high).all()


@pytest.mark.parametrize("options", [{}, {"tau2_method": "DL"}, {"model": "common-effect"}])
@pytest.mark.parametrize("kind", ["non-parametric", "parametric"])
def test_every_draw_is_a_synthesis(kind: Any, options: Any) -> None:
    found = bootstrap(Y, V, kind=kind, n=30, seed=5, n_jobs=1, **options)
    options = {"model": "random-effects", **options}
    whole: Any = metasyn.pool(yi=Y, vi=V, **options)
    tau2 = 0.0 if options["model"] == "common-effect" else whole.heterogeneity.tau2.value
    assert found.value() == pytest.approx(whole.estimate, rel=1e-11)
    random = stream(5, 0, 0)
    if kind == "parametric":
        drawn, variances = whole.estimate + np.sqrt(V + tau2) * random.standard_normal((30, 6)), [V] * 30
    else:
        at = random.integers(0, 6, (30, 6))
        drawn, variances = Y[at], list(V[at])
    for i in range(30):
        one: Any = metasyn.pool(yi=drawn[i], vi=variances[i], **options)
        h = one.heterogeneity
        same = pytest.approx([one.estimate, tau2 and h.tau2.value, h.I2], rel=1e-9, abs=1e-11)
        assert found.draws[:, i].tolist() == same


def test_the_draws_of_three_effects_are_those_of_all_27() -> None:
    y, v = Y[:3], V[:3]
    every = [metasyn.pool(yi=y[list(at)], vi=v[list(at)]) for at in itertools.product(range(3), repeat=3)]
    exact = np.array([one.estimate for one in every])
    found = bootstrap(y, v, n=20_000, tau2_method="REML", n_jobs=1)
    error = exact.std() / np.sqrt(20_000)
    assert abs(found.draws[0].mean() - exact.mean()) < 5 * error
    assert found.se() == pytest.approx(exact.std(), rel=0.03)
    shares = np.array([(np.abs(found.draws[0] - one) < 1e-9).mean() for one in np.unique(exact.round(9))])
    assert shares.sum() == pytest.approx(1)


def test_parametric_draws_have_the_standard_error_of_theory() -> None:
    found = bootstrap(Y, V, kind="parametric", model="common-effect", n=20_000, n_jobs=1)
    se = np.sqrt(1 / (1 / V).sum())
    assert found.se() == pytest.approx(se, rel=5 / np.sqrt(2 * 20_000))
    assert abs(found.bias()) < 5 * se / np.sqrt(20_000)
    interval = found.interval(level=0.9)
    assert isinstance(interval, Interval)
    assert interval.low == pytest.approx(found.value() - 1.645 * se, abs=0.04 * se)


def test_one_and_many_and_workers_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = np.array(["x"] * 6 + ["one"] + ["y"] * 3 + ["bad"] * 2 + ["z"] * 6)
    y = np.concatenate([Y, [0.3], Y[:3], [0.1, np.inf], Y + 0.4])
    v = np.concatenate([V, [0.1], V[:3], [0.1, 0.1], V])
    many = bootstrap_many(y, v, keys, n=1200, ci_method="bca", n_jobs=1)
    one = bootstrap(Y, V, n=1200, n_jobs=1)
    assert many.to_frame()["status"].tolist() == ["ok", "one effect", "ok", "estimate not finite", "ok"]
    for name in ("estimate", "tau2", "I2"):
        quantity: Any = name
        figures = [getattr(many, name + end)[0] for end in ("", "_se", "_bias", "_low", "_high")]
        interval = one.interval(quantity, method="bca")
        assert isinstance(interval, Interval)
        expected = [one.value(quantity), one.se(quantity), one.bias(quantity), interval.low, interval.high]
        assert figures == pytest.approx(expected, rel=1e-12)
    assert np.isnan(many.estimate[[1, 3]]).all()
    assert many.n_draws.tolist() == [1200, 0, 1200, 0, 1200]
    monkeypatch.setattr(bootstrap_draws, "_STACK", 5000)
    again = bootstrap_many(y, v, keys, n=1200, ci_method="bca", n_jobs=2)
    assert many.to_frame().equals(again.to_frame())
    assert np.array_equal(one.draws, bootstrap(Y, V, n=1200, n_jobs=2).draws)
    # A group has the draws of its place, not of its companions.
    alone = bootstrap_many(y, v, np.where(keys == "y", "y", "rest"), n=1200, n_jobs=1)
    assert alone.key.tolist() == ["rest", "y"]
    assert alone.estimate_se[1] != many.estimate_se[2]


def test_ranges_refusals_and_words() -> None:
    found = bootstrap(Y, V, n=500, n_jobs=1)
    for name, top in (("tau2", np.inf), ("I2", 1)):
        quantity: Any = name
        interval = found.interval(quantity, method="basic")
        assert isinstance(interval, Interval)
        assert 0 <= interval.low <= interval.high <= top
    same = bootstrap([0.1, 0.1, 0.1], [0.1, 0.1, 0.1], n=50, n_jobs=1)
    assert isinstance(same.interval("tau2", method="bca"), NotEstimable)
    assert found.to_frame().shape == (500, 3)
    assert found.to_dict()["tau2"]["value"] == found.value("tau2")
    with pytest.raises(OptionError, match=r"n=38: so few draws have no 0\.95 interval; it needs at least 39"):
        bootstrap_many(Y, V, n=38)
    with pytest.raises(OptionError, match="'bca' is for the non-parametric"):
        bootstrap(Y, V, kind="parametric", n=99, n_jobs=1).interval(method="bca")
    with pytest.raises(OptionError, match="quantity must be one of"):
        found.value("H2")  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="needs weights of the user"):
        bootstrap(Y, V, tau2_method="GENQ")
    with pytest.raises(NotEstimableError, match="two sound effects: one effect"):
        bootstrap([0.1], [0.1])
    with pytest.raises(OptionError, match="ci_method must be one of"):
        bootstrap_many(Y, V, ci_method="normal")  # type: ignore[arg-type]
    with pytest.raises(OptionError, match=r"^ci_method='bca' is for the non-parametric"):
        bootstrap_many(Y, V, kind="parametric", ci_method="bca")
    with pytest.raises(OptionError, match=r"^method must be one of"):
        found.interval(method="normal")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"vi": [0.1, -0.2, 0.1]}, "variance not above zero (row 2: vi is -0.2)."),
        ({"sei": [0.1, 0.3, 0.0]}, "variance not above zero (row 3: sei is 0)."),
        ({"vi": [np.nan, 0.1, 0.0]}, "variance not above zero (row 1: vi is nan, row 3: vi is 0)."),
        (
            {"yi": [np.inf, 0.1, np.nan], "vi": [0.1, 0.0, 0.1]},
            "estimate not finite (row 1: yi is inf, row 3: yi is nan).",
        ),
        (
            {"yi": range(5), "vi": [-1.0] * 5},
            "(row 1: vi is -1, row 2: vi is -1, row 3: vi is -1 and 2 more).",
        ),
    ],
)
def test_what_cannot_be_drawn_from_is_named(data: Any, words: str) -> None:
    with pytest.raises(NotEstimableError) as caught:
        bootstrap(**{"yi": [0.1, 0.2, 0.3], **data})
    assert str(caught.value).endswith(words)
