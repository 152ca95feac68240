"""A sentence that an analyst writes into a script, bound to the result it states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from metasyn.claims.conditions import (
    EffectTest,
    EstimateBetween,
    EstimateLies,
    IntervalLies,
    IntervalWithin,
    NumberOfEstimates,
    PredictionLies,
)
from metasyn.claims.group_conditions import GroupsDiffer, GroupsOrdered
from metasyn.claims.model_conditions import ProbablyLies
from metasyn.claims.statement import Condition
from metasyn.errors import OptionError
from metasyn.values import require_whole
from metasyn.vocabulary import (
    GroupOrder,
    Measure,
    NullPlace,
    NullSide,
    Significance,
    require_option,
)

__all__ = ["Claim"]

# Conditions that speak of no effect.
NEEDS_NULL = ("direction", "interval", "prediction", "test")
_OPPOSITE = {"below": "above", "above": "below"}
# Where the interval of the same level does not lie.
_AGAINST: Mapping[Significance, tuple[NullPlace, ...]] = {
    "significant": ("includes",),
    "not significant": ("below", "above", "excludes"),
}


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence and what must be true of the results for it to stand in the report.

    The conditions are checked each time the analysis runs. If one no longer holds, nothing is written
    and the error names the sentence and the number. Every condition given must hold.

    Attributes
    ----------
    text : str
        The sentence as the report prints it.
    outcome : str
        Id of the outcome it is about; may be left out where the analysis has one outcome.
    measure, timepoint : str, optional
        Needed only where the same outcome is analysed more than once.
    direction : {'below', 'above'}, optional
        Side of no effect (1 for ratios, 0 for differences) on which the estimate lies.
    interval, prediction : {'below', 'above', 'includes', 'excludes'}, optional
        Where the confidence interval, and the prediction interval, lie with respect to no effect.
    test : {'significant', 'not significant'}, optional
        Test against no effect, at one minus the level of the synthesis.
    estimate_between, interval_within : (float, float), optional
        Bounds of the natural scale (a risk ratio, a proportion from 0 to 1) that hold the estimate, or
        the whole confidence interval.
    probability : float, optional
        Least posterior probability that the mean lies on the side `direction` of no effect, under the usual
        prior of the between-study standard deviation.
    k, k_at_least, k_at_most : int, optional
        Number of estimates pooled.
    by : str
        Column of the subgroups, for the following.
    group : str
        The group that all conditions above are about, instead of the whole synthesis.
    compare : (str, str, str), optional
        `(group, "higher than" or "lower than", other group)`: the order of two estimates.
    between_groups : {'significant', 'not significant'}, optional
        Test between all groups of the column.

    Raises
    ------
    OptionError
        If there is no condition (a remark without one belongs into `notes`), a word is unknown, or two
        conditions cannot hold together.

    Examples
    --------
    >>> from metasyn.claims import check_claims
    >>> from metasyn.synthesis import pool
    >>> result = pool(yi=[-0.3, 0.1, -0.2], vi=[0.02, 0.03, 0.02], measure="RR")
    >>> claim = Claim("It lowers risk.", direction="below", interval="below")
    >>> print(check_claims([claim], result)[0])
    the sentence "It lowers risk." says that the interval lies below 1, but RR = 0.86 (95% CI 0.52 to 1.41)
    """

    text: str
    outcome: str = ""
    measure: Measure | None = None
    timepoint: str = ""
    direction: NullSide | None = None
    interval: NullPlace | None = None
    prediction: NullPlace | None = None
    test: Significance | None = None
    estimate_between: tuple[float, float] | None = None
    interval_within: tuple[float, float] | None = None
    probability: float | None = None
    k: int | None = None
    k_at_least: int | None = None
    k_at_most: int | None = None
    by: str = ""
    group: str = ""
    compare: tuple[str, GroupOrder, str] | None = None
    between_groups: Significance | None = None

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise OptionError("a claim needs a sentence.")
        try:
            self._require_words()
            self._require_numbers()
            self._require_groups()
            if not self.conditions():
                raise OptionError("it has no condition; a remark without one belongs into notes.")
            self._require_consistent()
        except OptionError as error:
            raise OptionError(f"claim {self.text!r}: {error}") from None

    def conditions(self) -> tuple[Condition, ...]:
        """What must hold, in the order of the attributes."""
        made: list[Condition] = []
        if self.direction is not None:
            made.append(EstimateLies(direction=self.direction))
            if self.probability is not None:
                made.append(ProbablyLies(direction=self.direction, at_least=self.probability))
        if self.interval is not None:
            made.append(IntervalLies(place=self.interval))
        if self.prediction is not None:
            made.append(PredictionLies(place=self.prediction))
        if self.test is not None:
            made.append(EffectTest(word=self.test))
        if self.estimate_between is not None:
            made.append(EstimateBetween(low=self.estimate_between[0], high=self.estimate_between[1]))
        if self.interval_within is not None:
            made.append(IntervalWithin(low=self.interval_within[0], high=self.interval_within[1]))
        made.extend(self._counts())
        if self.compare is not None:
            first, order, second = self.compare
            made.append(GroupsOrdered(first=first, order=order, second=second))
        if self.between_groups is not None:
            made.append(GroupsDiffer(word=self.between_groups))
        return tuple(made)

    def about_no_effect(self) -> tuple[str, ...]:
        """Names of the conditions that need a value of no effect."""
        return tuple(name for name in NEEDS_NULL if getattr(self, name) is not None)

    def _of_one_result(self) -> list[bool]:
        """Which conditions speak of a synthesis, not of a comparison of groups, are given."""
        names = (*NEEDS_NULL, "estimate_between", "interval_within", "k", "k_at_least", "k_at_most")
        return [getattr(self, name) is not None for name in names]

    def _counts(self) -> list[Condition]:
        made: list[Condition] = []
        if self.k is not None:
            made.append(NumberOfEstimates(low=self.k, high=self.k))
        if self.k_at_least is not None:
            made.append(NumberOfEstimates(low=self.k_at_least))
        if self.k_at_most is not None:
            made.append(NumberOfEstimates(high=self.k_at_most))
        return made

    def _require_words(self) -> None:
        for name, vocabulary in (
            ("measure", Measure),
            ("direction", NullSide),
            ("interval", NullPlace),
            ("prediction", NullPlace),
            ("test", Significance),
            ("between_groups", Significance),
        ):
            if getattr(self, name) is not None:
                require_option(name, getattr(self, name), vocabulary)

    def _require_numbers(self) -> None:
        for name in ("k", "k_at_least", "k_at_most"):
            if getattr(self, name) is not None:
                require_whole(name, getattr(self, name), at_least=1)
        if self.probability is not None:
            if self.direction is None:
                raise OptionError("probability needs direction=, the side it is about.")
            if not isinstance(self.probability, float) or not 0 < self.probability < 1:
                raise OptionError(f"probability must be between 0 and 1; got {self.probability!r}.")
        for name in ("estimate_between", "interval_within"):
            bounds = getattr(self, name)
            if bounds is not None and not _are_bounds(bounds):
                raise OptionError(f"{name} must be (low, high), two numbers in order; got {bounds!r}.")

    def _require_groups(self) -> None:
        if self.compare is not None:
            if len(self.compare) != 3:
                raise OptionError(f"compare must be (group, order, other group); got {self.compare!r}.")
            require_option("compare", self.compare[1], GroupOrder)
            if self.compare[0] == self.compare[2]:
                raise OptionError(f"compare names the same group twice: {self.compare[0]!r}.")
        about_groups = [name for name in ("group", "compare", "between_groups") if getattr(self, name)]
        if about_groups and not self.by:
            raise OptionError(f"{about_groups[0]} needs by=, the column that makes the groups.")
        if self.by and not about_groups:
            raise OptionError(f"by={self.by!r} needs group=, compare= or between_groups=.")
        if self.group and len(about_groups) > 1 and not any(self._of_one_result()):
            raise OptionError(f"group={self.group!r} needs a condition on the result of that group.")

    def _require_consistent(self) -> None:
        """Two conditions that no result can meet together."""
        placed = [(n, getattr(self, n)) for n in NEEDS_NULL[:3] if getattr(self, n) in _OPPOSITE]
        for name, word in placed:
            for other, otherwise in placed:
                if otherwise == _OPPOSITE[word]:
                    raise OptionError(f"{name}={word!r} contradicts {other}={otherwise!r}.")
        if self.test is not None and self.interval in _AGAINST[self.test]:
            raise OptionError(f"test={self.test!r} contradicts interval={self.interval!r}.")
        inner, outer = self.estimate_between, self.interval_within
        if inner is not None and outer is not None and (inner[1] < outer[0] or outer[1] < inner[0]):
            raise OptionError(f"estimate_between={inner!r} contradicts interval_within={outer!r}.")
        low = max(number for number in (self.k, self.k_at_least, 1) if number is not None)
        high = min((number for number in (self.k, self.k_at_most) if number is not None), default=low)
        if low > high:
            raise OptionError(f"no number of estimates is at least {low} and at most {high}.")


def _are_bounds(given: object) -> bool:
    """Two numbers in order; infinity is one."""
    if not isinstance(given, tuple | list) or len(given) != 2:
        return False
    numbers = all(isinstance(bound, int | float) and not isinstance(bound, bool) for bound in given)
    return numbers and bool(given[0] <= given[1])
