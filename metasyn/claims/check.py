"""Holding claims against results: true or not, with the number that decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from metasyn.claims.claim import Claim
from metasyn.claims.group_conditions import group_result
from metasyn.claims.statement import Check, Subject
from metasyn.claims.words import null_text
from metasyn.effects.measure import get_measure
from metasyn.errors import ClaimError, OptionError
from metasyn.synthesis.model import SubgroupAnalysis, SynthesisResult
from metasyn.values import NotEstimable
from metasyn.vocabulary import Measure

__all__ = ["Verdict", "check_claim", "check_claims", "require_claims", "require_measure", "require_true"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A claim and whether it is true.

    Attributes
    ----------
    claim : Claim
    checks : tuple of Check
        One per condition.
    where : str
        The outcome in words; empty where there is only one.
    """

    claim: Claim
    checks: tuple[Check, ...]
    where: str = ""

    @property
    def true(self) -> bool:
        """Whether every condition holds."""
        return all(check.holds for check in self.checks)

    def to_dict(self) -> dict[str, Any]:
        """Plain data: the sentence, its outcome, and what each condition says and the result shows."""
        return {
            "text": self.claim.text,
            "where": self.where,
            "true": self.true,
            "checks": [
                {"says": check.says, "shows": check.shows, "holds": check.holds} for check in self.checks
            ],
        }

    def __str__(self) -> str:
        told = [check for check in self.checks if not check.holds] or list(self.checks)
        joint = "and" if self.true else "but"
        found = "; it says that ".join(f"{check.says}, {joint} {check.shows}" for check in told)
        place = f"{self.where}: " if self.where else ""
        return f'{place}the sentence "{self.claim.text}" says that {found}'


def check_claim(
    claim: Claim, result: SynthesisResult | NotEstimable, groups: SubgroupAnalysis | None, where: str = ""
) -> Verdict:
    """One claim against one result.

    Parameters
    ----------
    claim : Claim
    result : SynthesisResult or NotEstimable
        Without a result no claim is true.
    groups : SubgroupAnalysis or None
        The groups by the column of the claim.
    where : str
        The outcome in words.

    Returns
    -------
    Verdict

    Raises
    ------
    OptionError
        If the claim speaks of no effect where there is none, or of a group that does not exist.
    """
    if isinstance(result, NotEstimable):
        check = Check(holds=False, says="there is a result", shows=f"there is none: {result.reason}")
        return Verdict(claim=claim, checks=(check,), where=where)
    code = result.effects.measure.code
    if claim.measure not in (None, code):
        raise OptionError(f"claim {claim.text!r} is about {claim.measure}, the result is {code}.")
    require_measure(claim, code)
    if claim.by and groups is None:
        check = Check(
            holds=False, says=f"there are groups by {claim.by}", shows="fewer than two could be formed"
        )
        return Verdict(claim=claim, checks=(check,), where=where)
    subject = Subject(result=result, subgroups=groups)
    try:
        if claim.group and groups is not None:
            subject = replace(subject, result=group_result(groups, claim.group))
        checks = tuple(condition.check(subject) for condition in claim.conditions())
    except OptionError as error:
        raise OptionError(f"claim {claim.text!r}: {error}") from None
    return Verdict(claim=claim, checks=checks, where=where)


def require_measure(claim: Claim, code: Measure) -> None:
    """Refuse a claim that no result of this measure can meet.

    Raises
    ------
    OptionError
        If it speaks of no effect and the measure has none (proportions, rates, means), or wants the
        estimate on one side of no effect and within bounds that lie on the other.
    """
    measure = get_measure(code)
    named = claim.about_no_effect()
    if not named:
        return
    if measure.null is None:
        raise OptionError(
            f"claim {claim.text!r}: {named[0]} needs a value of no effect, which a {measure.label} does not "
            "have; state estimate_between, interval_within, k or a comparison of groups."
        )
    null = measure.to_natural(measure.null)
    for low, high in filter(None, (claim.estimate_between, claim.interval_within)):
        sides = {claim.direction, claim.interval}
        if ("below" in sides and low >= null) or ("above" in sides and high <= null):
            raise OptionError(
                f"claim {claim.text!r}: {low!r} to {high!r} lies on the other side of {null_text(measure)}."
            )


def check_claims(
    claims: Sequence[Claim], results: SynthesisResult | Mapping[str, SynthesisResult]
) -> tuple[Verdict, ...]:
    """Whether each sentence is true of the results, with the numbers in words.

    Parameters
    ----------
    claims : sequence of Claim
    results : SynthesisResult or mapping of outcome to SynthesisResult
        Groups are those that `pool(..., by=...)` left in the result.

    Returns
    -------
    tuple of Verdict
        One per claim, in order; `str()` gives the sentence, what it says and what the result shows.

    Raises
    ------
    OptionError
        If a claim names an outcome, column or group that does not exist, or speaks of no effect where
        there is none.

    Examples
    --------
    >>> from metasyn.synthesis import pool
    >>> result = pool(yi=[-0.9, -0.7, -0.8], vi=[0.02, 0.03, 0.02], measure="HR")
    >>> check_claims([Claim("Survival is longer.", interval="below", k_at_least=3)], result)[0].true
    True
    """
    return tuple(_against(claim, results) for claim in claims)


def require_claims(
    claims: Sequence[Claim], results: SynthesisResult | Mapping[str, SynthesisResult]
) -> tuple[Verdict, ...]:
    """`check_claims`, refusing to go on if a sentence is not true.

    Raises
    ------
    ClaimError
        Listing every false sentence with the number that contradicts it.
    """
    return require_true(check_claims(claims, results))


def require_true(verdicts: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
    """The verdicts, if all are true; else `ClaimError` with every false one."""
    false = [f"{verdict}." for verdict in verdicts if not verdict.true]
    if false:
        raise ClaimError(false)
    return verdicts


def _against(claim: Claim, results: SynthesisResult | Mapping[str, SynthesisResult]) -> Verdict:
    if isinstance(results, SynthesisResult):
        if claim.outcome or claim.timepoint:
            raise OptionError(
                f"claim {claim.text!r} names an outcome or a time point, but one result was given without "
                "its name; give {name: result}."
            )
        return check_claim(claim, results, _groups(claim, results))
    name = claim.outcome or (next(iter(results)) if len(results) == 1 else "")
    if name not in results:
        known = ", ".join(map(repr, results)) or "none"
        raise OptionError(
            f"claim {claim.text!r}: outcome {claim.outcome!r} is not among the results; there are {known}."
        )
    return check_claim(claim, results[name], _groups(claim, results[name]), where=name)


def _groups(claim: Claim, result: SynthesisResult) -> SubgroupAnalysis | None:
    groups = result.subgroups
    if not claim.by:
        return None
    if groups is None or groups.by != claim.by:
        known = "none" if groups is None else repr(groups.by)
        raise OptionError(
            f"claim {claim.text!r}: the result has no groups by {claim.by!r}; it was pooled by {known}."
        )
    return groups
