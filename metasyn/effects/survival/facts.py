"""What stands behind each route from times to event: its grade, formula and assumptions, in words.

The order is that of how much of the trial's information a route keeps and how little it assumes
(Tierney 2007, 10.1186/1745-6215-8-16), with medians and single time points last (Michiels 2005,
10.1017/S0266462305050154).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["SURVIVAL_ROUTES", "RouteFacts"]

_LOG_RANK = "the p value or statistic is that of the log-rank test of these two groups"
_ONE_SHARE = "the hazard ratio is near 1 and the groups were followed about equally long"
_EXPONENTIAL = "survival is exponential in both groups: the hazard ratio is the inverse ratio of the medians"
_PROPORTIONAL = "hazards are proportional up to the time point"


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteFacts:
    """What is said of every effect of one route.

    Attributes
    ----------
    grade : int
        1 is best.
    formula : str
        In the symbols of the printed figures.
    assumptions : tuple of str
        What has to hold beyond the figures themselves.
    """

    grade: int
    formula: str
    assumptions: tuple[str, ...] = ()


def _facts(grade: int, formula: str, *assumptions: str) -> RouteFacts:
    return RouteFacts(grade=grade, formula=formula, assumptions=assumptions)


SURVIVAL_ROUTES: Mapping[str, RouteFacts] = MappingProxyType(
    {
        "ratio and interval": _facts(1, "ln HR; se = (ln U − ln L)/(2z)"),
        "ratio and standard error": _facts(1, "ln HR; se as printed"),
        "O-E and V": _facts(2, "(O − E)/V; variance 1/V"),
        "O and E": _facts(2, "ln((O1/E1)/(O2/E2)); variance 1/E1 + 1/E2"),
        "chi-square and V": _facts(2, "± sqrt(χ²/V); variance 1/V", _LOG_RANK),
        "O-E and chi-square": _facts(2, "(O − E)/V; V = (O − E)²/χ²", _LOG_RANK),
        "ratio and p": _facts(
            3, "ln HR; se = |ln HR|/z, z of the two-sided p", "the p value tests this very ratio"
        ),
        "ratio and V": _facts(3, "ln HR; variance 1/V", "V is that of the log-rank test of these two groups"),
        "p and V": _facts(3, "± z/sqrt(V), z of the two-sided p; variance 1/V", _LOG_RANK),
        "O-E and p": _facts(3, "(O − E)/V; V = ((O − E)/z)², z of the two-sided p", _LOG_RANK),
        "ratio and events": _facts(4, "ln HR; variance 1/V, V = O1 O2/O", _ONE_SHARE),
        "ratio, all events and allocation": _facts(
            5, "ln HR; variance 1/V, V = O n1 n2/(n1 + n2)²", _ONE_SHARE
        ),
        "chi-square and events": _facts(5, "± sqrt(χ²/V); V = O1 O2/O", _LOG_RANK, _ONE_SHARE),
        "p and events": _facts(5, "± z/sqrt(V), z of the two-sided p; V = O1 O2/O", _LOG_RANK, _ONE_SHARE),
        "chi-square, all events and allocation": _facts(
            6, "± sqrt(χ²/V); V = O n1 n2/(n1 + n2)²", _LOG_RANK, _ONE_SHARE
        ),
        "p, all events and allocation": _facts(
            6, "± z/sqrt(V), z of the two-sided p; V = O n1 n2/(n1 + n2)²", _LOG_RANK, _ONE_SHARE
        ),
        "curves and numbers at risk": _facts(
            7,
            "Cox regression of the times reconstructed from both curves",
            "participants are censored evenly between two printed numbers at risk",
        ),
        "curves and events": _facts(
            7,
            "Cox regression of the times reconstructed from both curves and the numbers of events",
            "participants are censored evenly over the length of the curve",
        ),
        "medians and p": _facts(
            8, "ln(median of comparator/median of cohort); se = |yi|/z", _EXPONENTIAL, _LOG_RANK
        ),
        "medians and events": _facts(
            9, "ln(median of comparator/median of cohort); variance 1/e1 + 1/e2", _EXPONENTIAL
        ),
        "medians and their intervals": _facts(
            10,
            "ln(median of comparator/median of cohort); variance = sum of ((ln U − ln L)/(2z))²",
            _EXPONENTIAL,
            "the log of each median is about normal with the width of its interval",
        ),
        "survival and interval": _facts(
            11, "ln(ln S1/ln S2); variance = sum of (se/(S ln S))², se from the interval", _PROPORTIONAL
        ),
        "survival and standard error": _facts(
            11, "ln(ln S1/ln S2); variance = sum of (se/(S ln S))², se as printed", _PROPORTIONAL
        ),
        "survival and numbers at risk": _facts(
            12,
            "ln(ln S1/ln S2); variance = sum of (1 − S)/(n S (ln S)²), n = at risk/S",
            _PROPORTIONAL,
        ),
        "survival and n": _facts(
            13,
            "ln(ln S1/ln S2); variance = sum of (1 − S)/(n S (ln S)²)",
            _PROPORTIONAL,
            "nobody was censored before the time point",
        ),
        "curves and n": _facts(
            14,
            "Cox regression of the times reconstructed from both curves",
            "nobody was censored before the end of the curve",
        ),
        "medians and assumed events": _facts(
            15,
            "ln(median of comparator/median of cohort); variance 1/e1 + 1/e2, e = share × n",
            _EXPONENTIAL,
            "the stated share of the participants of each group had the event",
        ),
    }
)
