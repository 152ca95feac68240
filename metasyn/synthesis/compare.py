"""The same effects under several method profiles, and which choice makes two of them disagree."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, cast

from numpy.typing import ArrayLike

from metasyn.effects.model import EffectSet
from metasyn.errors import OptionError
from metasyn.shown import Shown
from metasyn.synthesis.arrays import effects_or_arrays
from metasyn.synthesis.core import synthesise
from metasyn.synthesis.disagreement import (
    Answer,
    Difference,
    Disagreements,
    Quantity,
    answers_of,
    choices_of,
    numbers_of,
)
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.profiles import PROFILES, profile_spec
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import Profile, require_option

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ProfileComparison", "compare_profiles"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ProfileComparison(Shown):
    """The same effects under several profiles.

    Attributes
    ----------
    effects : EffectSet
    profiles : tuple of str
    results : tuple of SynthesisResult
        One per profile, same order; each complete, with its policy and its alternatives.
    differences : tuple of Difference
        For every pair of profiles, in the order of `profiles`, and every quantity that differs.
    """

    effects: EffectSet
    profiles: tuple[Profile, ...]
    results: tuple[SynthesisResult, ...]
    differences: tuple[Difference, ...]

    def result(self, name: Profile) -> SynthesisResult:
        """The synthesis under one profile."""
        return self.results[self.profiles.index(_compared(name, self.profiles))]

    def between(self, first: Profile, second: Profile) -> tuple[Difference, ...]:
        """What differs between two profiles, as stored: the one named earlier in `profiles` first."""
        pair = {_compared(first, self.profiles), _compared(second, self.profiles)}
        return tuple(found for found in self.differences if {found.first, found.second} == pair)

    def to_frame(self) -> pd.DataFrame:
        """One row per profile: its choices, and its answers on the analysis scale."""
        import pandas as pd

        rows = []
        for name, result in zip(self.profiles, self.results, strict=True):
            row: dict[str, Any] = {"profile": name, **dict(choices_of(result)), "rule": result.policy.rule}
            for quantity, answer in answers_of(result).items():
                row.update(_columns(quantity, answer))
            rows.append(row)
        return pd.DataFrame(rows)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, numbers at full precision; None where a quantity does not exist."""
        return {
            "measure": self.effects.measure.code,
            "scale": self.effects.measure.scale,
            "k": self.effects.k,
            "profiles": [
                _profile_to_dict(name, result)
                for name, result in zip(self.profiles, self.results, strict=True)
            ],
            "differences": [_difference_to_dict(found) for found in self.differences],
        }

    def __str__(self) -> str:
        from metasyn.synthesis.compare_text import comparison_to_text

        return comparison_to_text(self)


def compare_profiles(
    effects: EffectSet | SynthesisResult | None = None,
    /,
    *,
    yi: ArrayLike | None = None,
    vi: ArrayLike | None = None,
    sei: ArrayLike | None = None,
    labels: Sequence[str] | None = None,
    measure: str = "GEN",
    profiles: Sequence[Profile] | None = None,
    level: float | None = None,
    seed: int | None = None,
) -> ProfileComparison:
    """Pool the same effects under several method profiles and say what makes them differ.

    For two profiles A and B every option in which they differ is changed on its own, from A's word
    to B's; the change of each quantity is that option's effect. What the single effects do not add
    up to is the interaction. The single effects are all taken at A, so they do not depend on an
    order of the options.

    Parameters
    ----------
    effects : EffectSet or SynthesisResult, optional
        Standardised effects; or give arrays.
    yi : array_like of shape (k,), optional
        Estimates on the **analysis** scale.
    vi, sei : array_like of shape (k,), optional
        Sampling **variances**, or standard errors; exactly one of them with `yi`.
    labels, measure
        As in `metasyn.synthesis.pool`.
    profiles : sequence of str, optional
        Two or more words of `Profile`, each once. Default: all.
    level : float, optional
        Level of every interval. Default: 0.95, that of all profiles.
    seed : int, optional
        As in `metasyn.synthesis.pool`.

    Returns
    -------
    ProfileComparison

    Raises
    ------
    OptionError
        For unknown, repeated or too few profiles, and as `pool`.
    NotEstimableError
        If there is no effect.

    Examples
    --------
    Three log hazard ratios; meta changed its prediction interval in version 8:

    >>> found = compare_profiles(yi=[-0.60, -0.22, 0.05], sei=[0.20, 0.15, 0.25], measure="HR",
    ...                          profiles=["meta-7", "meta-8"])
    >>> [(d.quantity, [cause.option for cause in d.causes]) for d in found.differences]
    [('pi', ['pi_method'])]
    """
    names = _named(profiles)
    effects = effects_or_arrays(effects, yi=yi, vi=vi, sei=sei, labels=labels, measure=measure)
    specs = [profile_spec(name, level=level, seed=seed) for name in names]
    results = tuple(synthesise(effects, spec) for spec in specs)
    differences: list[Difference] = []
    if effects.k > 1:
        disagreements = Disagreements(effects, level=specs[0].level, seed=specs[0].seed)
        pairs = combinations(zip(names, results, strict=True), 2)
        differences = [found for one, other in pairs for found in disagreements.between(*one, *other)]
    return ProfileComparison(effects=effects, profiles=names, results=results, differences=tuple(differences))


def _named(profiles: Sequence[Profile] | None) -> tuple[Profile, ...]:
    if profiles is None:
        return tuple(PROFILES)
    if isinstance(profiles, str):
        raise OptionError(f"profiles must be a list of names; got the text {profiles!r}.")
    names = tuple(cast("Profile", require_option("profiles", name, Profile)) for name in profiles)
    if len(set(names)) < len(names) or len(names) < 2:
        raise OptionError(f"profiles must name two profiles or more, each once; got {list(names)}.")
    return names


def _compared(name: Profile, among: Sequence[Profile]) -> Profile:
    if name not in among:
        raise OptionError(f"{name!r} is not one of the profiles compared: {', '.join(map(repr, among))}.")
    return name


def _plain(answer: Answer) -> float | list[float | None] | None:
    """JSON has no infinity and no interval."""
    numbers = [number if math.isfinite(number) else None for number in numbers_of(answer)]
    if isinstance(answer, Interval):
        return list(numbers)
    return numbers[0] if numbers else None


def _columns(quantity: Quantity, answer: Answer) -> Mapping[str, float]:
    if quantity in ("ci", "pi", "tau2_ci", "I2_ci"):
        low, high = numbers_of(answer) or (math.nan, math.nan)
        return {f"{quantity}_low": low, f"{quantity}_high": high}
    return {quantity: next(iter(numbers_of(answer)), math.nan)}


def _profile_to_dict(name: Profile, result: SynthesisResult) -> dict[str, Any]:
    profile, answers = PROFILES[name], answers_of(result)
    missing = {key: value.reason for key, value in answers.items() if isinstance(value, NotEstimable)}
    return {
        "name": name,
        "label": profile.label,
        "options": {**dict(choices_of(result)), "level": result.request.level},
        "policy": {"rule": result.policy.rule, "reason": result.policy.reason},
        **{key: _plain(value) for key, value in answers.items()},
        "not_estimable": missing,
        "findings": [
            {"code": f.code, "severity": f.severity, "message": f.message, "where": f.where}
            for f in result.findings
        ],
        "sources": list(profile.sources),
        "unconfirmed": list(profile.unconfirmed),
        "differences": list(profile.differences),
    }


def _difference_to_dict(found: Difference) -> dict[str, Any]:
    return {
        "quantity": found.quantity,
        "first": found.first,
        "second": found.second,
        "values": [_plain(value) for value in found.values],
        "change": list(found.change) or None,
        "causes": [
            {
                "option": cause.option,
                "first": cause.first,
                "second": cause.second,
                "alone": _plain(cause.alone),
                "change": list(cause.change) or None,
            }
            for cause in found.causes
        ],
        "interaction": list(found.interaction) or None,
        "together": list(found.together),
    }
