"""The sentences of a script: what they may be about, and whether they are true of the finished analysis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from metasyn.claims.check import Verdict, check_claim, require_measure, require_true
from metasyn.claims.claim import Claim
from metasyn.errors import OptionError

if TYPE_CHECKING:
    from metasyn.analysis.result import AnalysisResult, OutcomeResult
    from metasyn.analysis.spec import Outcome

__all__ = ["check_analysis_claims", "claimed_outcome", "require_analysis_claims", "require_declared"]


def claimed_outcome(claim: Claim, outcomes: Sequence[Outcome]) -> int:
    """Position of the one outcome that a claim is about.

    Parameters
    ----------
    claim : Claim
    outcomes : sequence of Outcome
        As declared.

    Returns
    -------
    int

    Raises
    ------
    OptionError
        If there is none or more than one; the declared outcomes are listed.
    """
    found = [
        number
        for number, outcome in enumerate(outcomes)
        if claim.outcome in ("", outcome.outcome)
        and claim.measure in (None, outcome.measure)
        and claim.timepoint in ("", outcome.timepoint)
    ]
    if len(found) == 1:
        return found[0]
    declared = ", ".join(
        " ".join(filter(None, (outcome.outcome, outcome.timepoint, f"({outcome.measure})")))
        for outcome in outcomes
    )
    fits = "none" if not found else f"{len(found)}"
    raise OptionError(
        f"claim {claim.text!r} must fit one outcome by its outcome, measure and timepoint, and fits {fits}; "
        f"the analysis has {declared}."
    )


def require_declared(claims: Sequence[object], outcomes: Sequence[Outcome], subgroups: Sequence[str]) -> None:
    """Refuse claims about what the analysis does not have; nothing has to be computed for that.

    Raises
    ------
    OptionError
        If an outcome or a column of groups is not declared, or the measure cannot meet the claim.
    """
    for claim in claims:
        if not isinstance(claim, Claim):
            raise OptionError(
                f"claims holds Claim(...) only; got {claim!r}. A plain remark belongs into notes."
            )
        require_measure(claim, outcomes[claimed_outcome(claim, outcomes)].measure)
        if claim.by and claim.by not in subgroups:
            known = ", ".join(map(repr, subgroups)) or "none"
            raise OptionError(
                f"claim {claim.text!r}: by={claim.by!r} is not among the subgroups of the analysis ({known})."
            )


def check_analysis_claims(result: AnalysisResult) -> tuple[Verdict, ...]:
    """Whether each sentence of the script is true of the finished analysis.

    Parameters
    ----------
    result : AnalysisResult

    Returns
    -------
    tuple of Verdict
        In the order of the script.

    Raises
    ------
    OptionError
        If a claim names a group that does not exist; those that do are listed.
    """
    return tuple(_verdict(claim, result) for claim in result.analysis.claims)


def require_analysis_claims(result: AnalysisResult) -> AnalysisResult:
    """The analysis, if every sentence of its script is true.

    Raises
    ------
    ClaimError
        Listing every false sentence with the number that contradicts it.
    """
    require_true(check_analysis_claims(result))
    return result


def _verdict(claim: Claim, result: AnalysisResult) -> Verdict:
    part = result.outcomes[claimed_outcome(claim, result.analysis.outcomes)]
    groups = next((groups for groups in part.subgroups if groups.by == claim.by), None)
    return check_claim(claim, part.synthesis, groups, where=_where(part))


def _where(part: OutcomeResult) -> str:
    label = part.effects.measure.label
    return ", ".join(filter(None, (f"{part.definition.label} ({label})", part.outcome.timepoint)))
