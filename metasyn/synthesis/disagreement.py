"""Which single option makes two results on the same effects disagree."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from metasyn.effects.model import EffectSet
from metasyn.errors import OptionError
from metasyn.synthesis.core import synthesise
from metasyn.synthesis.model import Alternative, Heterogeneity, SynthesisResult, SynthesisSpec
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import Profile

__all__ = [
    "Answer",
    "Cause",
    "Difference",
    "Disagreements",
    "OptionName",
    "Quantity",
    "answers_of",
    "choices_of",
    "numbers_of",
]

OptionName = Literal["model", "tau2_method", "ci_method", "pi_method", "tau2_ci_method", "i2_method"]
Quantity = Literal["estimate", "ci", "pvalue", "pi", "tau2", "tau2_ci", "I2", "I2_ci"]
Answer = float | Interval | NotEstimable

_Choice = tuple[OptionName, str]
_Choices = tuple[_Choice, ...]
_Changed = tuple[_Choice, _Choice]
_INTERVALS: tuple[Quantity, ...] = ("tau2_ci", "I2_ci")
# Numbers that agree this closely, relative to their size, are the same: what is left is rounding.
_SAME = 1e-9
# Some intervals of tau2 belong to certain estimators only; a mixture may ask for what does not exist.
_WITH_OWN_INTERVAL = {"glmm", "bayesian"}
_NOT_TOGETHER = NotEstimable("this interval of the between-study variance does not belong to this estimator")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One option that two profiles set differently, and what it does on its own.

    Attributes
    ----------
    option : str
    first, second : str
        Its word under the first and the second profile.
    alone : float, Interval or NotEstimable
        The quantity under the first profile with only this option as in the second.
    change : tuple of float
        `alone` minus the first profile's value: one number, or one per bound; empty where one of
        the two does not exist.
    """

    option: OptionName
    first: str
    second: str
    alone: Answer
    change: tuple[float, ...]

    def __str__(self) -> str:
        from metasyn.synthesis.compare_text import cause_to_text

        return cause_to_text(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A quantity that two profiles answer differently.

    Attributes
    ----------
    quantity : str
    first, second : str
        The profiles.
    values : tuple of two
        What each of them gives, on the analysis scale.
    change : tuple of float
        Second minus first, as `Cause.change`.
    causes : tuple of Cause
        Options that change the quantity on their own, the strongest first.
    interaction : tuple of float
        `change` minus the sum of the single changes: what the options do only together.
    together : tuple of str
        Options that change nothing on their own at the first profile, but matter at the second:
        they act only together with the causes (or with each other, if there is no cause).
    """

    quantity: Quantity
    first: Profile
    second: Profile
    values: tuple[Answer, Answer]
    change: tuple[float, ...]
    causes: tuple[Cause, ...]
    interaction: tuple[float, ...]
    together: tuple[OptionName, ...] = ()

    def __str__(self) -> str:
        from metasyn.synthesis.compare_text import difference_to_text

        return difference_to_text(self)


class Disagreements:
    """Answers of profiles with single options changed, each mixture computed once."""

    def __init__(self, effects: EffectSet, *, level: float, seed: int) -> None:
        self._effects = effects
        self._spec = SynthesisSpec(level=level, seed=seed)
        self._known: dict[_Choices, dict[Quantity, Answer]] = {}
        self._intervals: dict[tuple[str, str, str], dict[Quantity, Answer]] = {}
        self._unit = float(effects.vi.min())

    def between(
        self, first: Profile, one: SynthesisResult, second: Profile, other: SynthesisResult
    ) -> Iterator[Difference]:
        """Every quantity in which two results differ."""
        start, end = choices_of(one), choices_of(other)
        changed = _changed(start, end)
        before, after = self._noted(one), self._noted(other)
        alone = [self._answers(_with(start, end, a[0])) for a, _ in changed]
        undone = [self._answers(_with(end, start, a[0])) for a, _ in changed]
        for quantity, value in before.items():
            target = after[quantity]
            if self._same(quantity, value, target):
                continue
            causes = self._causes(quantity, value, list(zip(changed, alone, strict=True)))
            change = _change(value, target)
            found = {cause.option for cause in causes}
            yield Difference(
                quantity=quantity,
                first=first,
                second=second,
                values=(value, target),
                change=change,
                causes=causes,
                interaction=_rest(change, [cause.change for cause in causes]),
                together=tuple(
                    a[0]
                    for (a, _), answers in zip(changed, undone, strict=True)
                    if a[0] not in found and not self._same(quantity, target, answers[quantity])
                ),
            )

    def _noted(self, result: SynthesisResult) -> dict[Quantity, Answer]:
        """The answers of a profile; its intervals need not be computed again."""
        answers, spec = answers_of(result), result.request
        asked = (spec.tau2_method, spec.tau2_ci_method, spec.i2_method)
        self._intervals.setdefault(asked, {name: answers[name] for name in _INTERVALS})
        return answers

    def _causes(
        self, quantity: Quantity, value: Answer, alone: Sequence[tuple[_Changed, dict[Quantity, Answer]]]
    ) -> tuple[Cause, ...]:
        """The options that change the quantity on their own, the strongest first."""
        causes = [
            Cause(option=a[0], first=a[1], second=b[1], alone=answers[quantity],
                  change=_change(value, answers[quantity]))
            for (a, b), answers in alone
            if not self._same(quantity, value, answers[quantity])
        ]  # fmt: skip
        return tuple(sorted(causes, key=lambda cause: -_size(cause.change)))

    def _answers(self, choices: _Choices) -> dict[Quantity, Answer]:
        """What a mixture of options gives."""
        if choices not in self._known:
            words = cast("dict[str, Any]", dict(choices))
            if words["model"] in _WITH_OWN_INTERVAL:
                self._known[choices] = answers_of(synthesise(self._effects, self._spec.update(**words)))
                return self._known[choices]
            common = words.pop("model") == "common-effect"
            # Beside a common-effect headline the heterogeneity stays that of the random-effects model.
            spec = self._spec.update(**words, model="random-effects")
            intervals = self._intervals_of_spread(spec)
            result = synthesise(self._effects, spec.update(tau2_ci_method="q-profile"))
            answers = answers_of(result) | intervals
            if common:
                answers.update(_mean_of(_common_effect(result)))
            self._known[choices] = answers
        return self._known[choices]

    def _intervals_of_spread(self, spec: SynthesisSpec) -> dict[Quantity, Answer]:
        """The intervals of tau2 and I2, which can take long: each computed once."""
        asked = (spec.tau2_method, spec.tau2_ci_method, spec.i2_method)
        if asked not in self._intervals:
            try:
                answers = answers_of(synthesise(self._effects, spec))
                known = {name: answers[name] for name in _INTERVALS}
            except OptionError:
                known = {"tau2_ci": _NOT_TOGETHER}
                if spec.i2_method == "tau2":
                    known["I2_ci"] = _NOT_TOGETHER
            self._intervals[asked] = known
        return self._intervals[asked]

    def _same(self, quantity: Quantity, a: Answer, b: Answer) -> bool:
        """Equal but for rounding; sizes near zero are judged by the smallest standard error."""
        numbers, others = numbers_of(a), numbers_of(b)
        if len(numbers) != len(others):
            return False
        typical = {"tau2": self._unit, "tau2_ci": self._unit}.get(quantity, math.sqrt(self._unit))
        floor = 1.0 if quantity in ("pvalue", "I2", "I2_ci") else typical
        return all(
            x == y or abs(x - y) <= _SAME * max(abs(x), abs(y), floor) < math.inf
            for x, y in zip(numbers, others, strict=True)
        )


def _changed(start: _Choices, end: _Choices) -> list[_Changed]:
    """The options that differ; the interval of a mixed or a Bayesian model is part of the model."""
    models = {word for option, word in (*start, *end) if option == "model"}
    together = len(models) > 1 and bool(models & _WITH_OWN_INTERVAL)
    return [
        (a, b) for a, b in zip(start, end, strict=True) if a != b and not (together and a[0] == "ci_method")
    ]


def _with(start: _Choices, end: _Choices, option: OptionName) -> _Choices:
    """The first options, one of them as in the second; a model that has its own interval brings it."""
    named = {option}
    if option == "model" and {dict(start)["model"], dict(end)["model"]} & _WITH_OWN_INTERVAL:
        named.add("ci_method")
    return tuple(b if b[0] in named else a for a, b in zip(start, end, strict=True))


def choices_of(result: SynthesisResult) -> _Choices:
    """All options that were in force, the ones left to the rule as the rule chose them."""
    spec = result.request
    return (
        ("model", result.model),
        ("tau2_method", spec.tau2_method),
        ("ci_method", result.ci_method),
        ("pi_method", spec.pi_method),
        ("tau2_ci_method", spec.tau2_ci_method),
        ("i2_method", spec.i2_method),
    )


def answers_of(result: SynthesisResult) -> dict[Quantity, Answer]:
    """The quantities that are compared, on the analysis scale."""
    found = result.heterogeneity
    if isinstance(found, Heterogeneity):
        spread: dict[Quantity, Answer] = {
            "tau2": found.tau2.value,
            "tau2_ci": found.tau2.ci,
            "I2": found.I2,
            "I2_ci": found.I2_ci,
        }
    else:
        spread = {"tau2": found, "tau2_ci": found, "I2": found, "I2_ci": found}
    return {**_mean_of(result), "pi": result.pi, **spread}


def _mean_of(one: SynthesisResult | Alternative) -> dict[Quantity, Answer]:
    return {"estimate": one.estimate, "ci": one.ci, "pvalue": one.pvalue}


def _common_effect(result: SynthesisResult) -> Alternative:
    """Always computed."""
    return next(a for a in result.alternatives if (a.model, a.ci_method) == ("common-effect", "wald"))


def numbers_of(answer: Answer) -> tuple[float, ...]:
    """One number, two bounds, or none where the quantity does not exist."""
    if isinstance(answer, NotEstimable):
        return ()
    return (answer.low, answer.high) if isinstance(answer, Interval) else (answer,)


def _change(before: Answer, after: Answer) -> tuple[float, ...]:
    old, new = numbers_of(before), numbers_of(after)
    if len(old) != len(new) or not all(map(math.isfinite, (*old, *new))):
        return ()
    return tuple(b - a for a, b in zip(old, new, strict=True))


def _size(change: tuple[float, ...]) -> float:
    """For ordering, to six digits so that rounding breaks no ties; what appears or vanishes comes first."""
    return float(f"{max(map(abs, change)):.6g}") if change else math.inf


def _rest(total: tuple[float, ...], parts: Sequence[tuple[float, ...]]) -> tuple[float, ...]:
    if not total or not all(parts):
        return ()
    return tuple(whole - math.fsum(part[i] for part in parts) for i, whole in enumerate(total))
