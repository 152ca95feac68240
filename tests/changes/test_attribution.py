"""Bearing and shares in made-up games of which every value is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from metasyn.changes.attribute import attribute
from metasyn.changes.bearing import bearing
from metasyn.changes.model import Cause, Standing
from metasyn.changes.standing import Point
from metasyn.numerics.shapley import shapley_values
from metasyn.values import NotEstimable

_NONE = NotEstimable("not part of this game")


def made(value: float | None) -> Point:
    """A point that has an estimate only, or not even that."""
    estimate = NotEstimable("nothing to pool") if value is None else value
    standing = Standing(
        k=2, n_studies=2, estimate=estimate, se=_NONE, ci=_NONE, pi=_NONE, tau2=_NONE, I2=_NONE,
        pvalue=_NONE, null_value=0.0, level=0.95, model="", ci_method="", tau2_method="", weights={},
    )  # fmt: skip
    return Point(standing=standing, rows=(), measure="HR")


@dataclass(frozen=True)
class MadeUp:
    """A game of n causes with a rule for its values; counts the choices that were looked at."""

    n: int
    rule: Callable[[int], float | None]
    seen: set[int]

    @property
    def causes(self) -> tuple[Cause, ...]:
        return tuple(Cause(id=f"c{i}", kind="corrected", title=f"c{i}") for i in range(self.n))

    @property
    def ends(self) -> tuple[Point, Point]:
        return self.at(0), self.at((1 << self.n) - 1)

    def at(self, choice: int) -> Point:
        self.seen.add(choice)
        return made(self.rule(choice))


def game(n: int, rule: Callable[[int], float | None]) -> MadeUp:
    return MadeUp(n, rule, set())


def always(_: int, __: int) -> bool:
    return True


def has(choice: int, *places: int) -> bool:
    return all(choice >> i & 1 for i in places)


def test_of_few_causes_every_choice_is_looked_at() -> None:
    # Cause 3 matters only with 0 and without 1: neither alone, nor last, nor next to one other.
    found = bearing(
        game(5, lambda s: 1.0 * has(s, 0) + 2.0 * has(s, 1) + (has(s, 0, 2, 3) and not has(s, 1))), always
    )
    assert found == (0, 1, 2, 3)


def test_of_many_a_cause_that_matters_next_to_one_other_is_found() -> None:
    def rule(s: int) -> float:
        # 2 is covered up by 1 and needs 0: alone and last it changes nothing.
        return has(s, 0) * 1.0 + has(s, 1) * 5.0 + (has(s, 0, 2) and not has(s, 1)) * 0.5

    played = game(9, rule)
    assert bearing(played, always) == (0, 1, 2)
    assert len(played.seen) < 200  # of 512


def test_causes_that_matter_only_together_are_found_next_to_all_but_one() -> None:
    def rule(s: int) -> float:
        return has(s, 0) * 1.0 + (has(s, 2, 3, 4) and not has(s, 0)) * 3.0 + has(s, 1) * 1.0

    assert bearing(game(8, rule), always) == (0, 1, 2, 3, 4)


def test_of_very_many_few_choices_are_looked_at() -> None:
    def rule(s: int) -> float:
        return has(s, 11) * 1.0 + has(s, 57) * 5.0 + (has(s, 11, 80) and not has(s, 57)) * 0.5

    played = game(120, rule)
    assert bearing(played, always) == (11, 57, 80)
    assert len(played.seen) < 150
    together = game(40, lambda s: float(has(s, 3, 30)))  # neither does anything alone
    assert bearing(together, always) == (3, 30)


def test_the_end_is_never_lost() -> None:
    def rule(s: int) -> float:
        return float(has(s, 0) + 2 * (s.bit_count() >= 5))  # of 8: nobody is needed

    found = bearing(game(8, rule), lambda *_: False)
    assert found == tuple(range(8))


@pytest.mark.parametrize("n", [1, 2, 4, 7, 10])
def test_exact_shares_are_shapley_values(n: int) -> None:
    values = np.random.default_rng(n).normal(size=1 << n)
    found = attribute(game(n, lambda s: float(values[s])), always, None, None)
    assert (found.attribution, found.orders, found.places) == ("exact", 0, tuple(range(n)))
    (moved,) = found.moved
    assert moved.quantity == "estimate"
    np.testing.assert_allclose([share.shapley for share in moved.shares], shapley_values(values), atol=1e-12)
    for i, share in enumerate(moved.shares):
        assert share.alone == values[1 << i] - values[0]
        assert share.last == values[-1] - values[-1 - (1 << i)]


def test_above_ten_causes_a_sample_of_orders_is_walked() -> None:
    n = 13
    single = np.random.default_rng(1).normal(size=n)

    def rule(s: int) -> float:
        chosen = [i for i in range(n) if s >> i & 1]
        return float(sum(single[i] for i in chosen)) + 0.5 * has(s, 0, 1) + 0.25 * has(s, 2, 3)

    found = attribute(game(n, rule), always, None, None)
    assert (found.attribution, found.orders) == ("sampled", 64)
    (moved,) = found.moved
    shares = [share.shapley for share in moved.shares]
    assert sum(shares) == pytest.approx(moved.change, abs=1e-10)
    expected = single.copy()
    expected[:4] += [0.25, 0.25, 0.125, 0.125]
    np.testing.assert_allclose(shares, expected, atol=1e-10)  # interactions of two are shared exactly


def test_a_step_without_a_value_is_named() -> None:
    found = attribute(game(2, lambda s: None if s == 2 else float(s)), always, None, None)
    (moved,) = found.moved
    assert (moved.shares, moved.unshared) == ((), "with only this changed (c1): nothing to pool")
    assert [cause.id for cause in found.causes] == ["c0", "c1"]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (lambda s: float(s) if s else None, "not estimable before: nothing to pool"),
        (lambda s: None if s == 3 else float(s), "not estimable now: nothing to pool"),
    ],
)
def test_an_end_without_a_value_is_named(rule: Callable[[int], float | None], words: str) -> None:
    (moved,) = attribute(game(2, rule), always, None, None).moved
    assert (moved.shares, moved.unshared) == ((), words)


def test_a_cause_that_changes_nothing_has_no_share() -> None:
    found = attribute(game(3, lambda s: float(s & 5)), always, None, None)
    assert [cause.id for cause in found.causes] == ["c0", "c2"]
    assert [(share.cause, share.shapley) for share in found.moved[0].shares] == [("c0", 1.0), ("c2", 4.0)]


def test_two_causes_alike_have_the_same_share() -> None:
    found = attribute(game(2, lambda s: float(s == 3)), always, None, None)
    assert [share.shapley for share in found.moved[0].shares] == [0.5, 0.5]


def test_nothing_moved_without_a_cause() -> None:
    found = attribute(game(0, lambda s: 1.0), always, None, None)
    assert (found.moved, found.causes, found.attribution) == ((), (), "none")


def test_other_software_is_the_first_step() -> None:
    software = Cause(id="software", kind="software", title="metasyn 1 → 2")
    found = attribute(game(1, lambda s: 2.0 + s), always, made(1.5), software)
    (moved,) = found.moved
    assert (moved.before, moved.after) == (1.5, 3.0)
    assert [(share.cause, share.shapley) for share in moved.shares] == [("software", 0.5), ("c0", 1.0)]
    assert isinstance(moved.shares[0].last, NotEstimable)
