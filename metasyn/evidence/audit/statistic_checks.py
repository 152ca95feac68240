"""A p value beside a test statistic or a standard error, and a hazard ratio beside O - E and V."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence

from metasyn.evidence.audit.entry import RATIOS, Entry, finding
from metasyn.evidence.audit.finding import AuditFinding, Repair
from metasyn.evidence.audit.printed import Printed, short
from metasyn.numerics.tails import chi2_upper_p, normal_two_sided_p

__all__ = ["p_fits_error", "p_fits_statistic", "ratio_fits_logrank"]

Bounds = tuple[float, float]
# How far the one-step estimate may be from that of a Cox model, in the logarithm.
_ONE_STEP = 0.15


def p_fits_statistic(entry: Entry) -> Iterator[AuditFinding]:
    """A p value is that of the z or chi-square printed beside it."""
    z, chi2, printed = entry.numbers.get("z"), entry.numbers.get("chi2"), entry.p
    if printed is None or (z is None and chi2 is None):
        return
    if z is not None and z.exact:
        sizes = (min(abs(z.low), abs(z.high)), max(abs(z.low), abs(z.high)))
        small = 0.0 if z.low < 0 < z.high else sizes[0]
        two = (normal_two_sided_p(sizes[1]), normal_two_sided_p(small))
        what, exact = f"z = {z}", normal_two_sided_p(z.value)
    elif chi2 is not None and chi2.exact and chi2.low > 0:
        given = entry.numbers.get("df")
        df = given.value if given is not None else 1.0
        if df < 1:
            return
        two = (chi2_upper_p(chi2.high, df), chi2_upper_p(chi2.low, df))
        what, exact = f"chi-square = {chi2} on {short(df)} df", chi2_upper_p(chi2.value, df)
    else:
        return
    if not _meets(printed, two, entry.sides):
        yield _p_finding(entry, printed, two, exact, what, "p_incompatible_with_statistic")


def p_fits_error(entry: Entry) -> Iterator[AuditFinding]:
    """Without an interval, a p value is that of the estimate over its standard error."""
    se, estimate, printed = entry.numbers.get("se"), entry.estimate, entry.p
    if printed is None or se is None or estimate is None or entry.has_interval or se.low <= 0:
        return
    if not (estimate.exact and se.exact) or not _has_null(entry):
        return
    scales = _error_scales(entry, estimate, se)
    if not scales or any(_meets(printed, two, entry.sides) for two in scales):
        return
    two = scales[0]
    what = f"{estimate} with standard error {se}"
    yield _p_finding(entry, printed, two, sum(two) / 2, what, "p_incompatible_with_ci")


def _has_null(entry: Entry) -> bool:
    """Whether the figure is one for which there is a value of "no effect"."""
    return (
        entry.statistic in RATIOS
        or entry.statistic in ("RD", "MD", "SMD")
        or entry.statistic.startswith("log ")
    )


def _error_scales(entry: Entry, estimate: Printed, se: Printed) -> list[Bounds]:
    """Two-sided p values that the roundings allow; the error of a ratio may be its own or its logarithm's."""
    if entry.statistic not in RATIOS:
        return [_p_bounds((estimate.low, estimate.high), se)]
    if estimate.low <= 0:
        return []
    log = (math.log(estimate.low), math.log(estimate.high))
    own = (log[0] * estimate.value, log[1] * estimate.value)
    return [_p_bounds(log, se), _p_bounds(own, se)]


def _p_bounds(at: Bounds, se: Printed) -> Bounds:
    near = 0.0 if at[0] <= 0 <= at[1] else min(map(abs, at))
    # Room for t instead of normal quantiles and for a score test.
    return (
        normal_two_sided_p(1.05 * max(map(abs, at)) / se.low),
        normal_two_sided_p(0.93 * near / se.high),
    )


def _meets(printed: Printed, two: Bounds, sides: str) -> bool:
    """Whether a printed p value can be one of these; one-sided ones are half of them or what that leaves."""
    ranges = [two] if sides != "one" else []
    if sides != "two":
        ranges += [(two[0] / 2, two[1] / 2), (1 - two[1] / 2, 1 - two[0] / 2)]
    return any(printed.low <= high * (1 + 1e-9) and low * (1 - 1e-9) <= printed.high for low, high in ranges)


def _p_finding(
    entry: Entry, printed: Printed, two: Bounds, exact: float, what: str, code: str
) -> AuditFinding:
    """What the p value would be, and how bad it is: another test may give one that is near."""
    message = f"{what} means p = {short(two[0])} to {short(two[1])} (two-sided); printed p {_text(printed)}"
    wide = (two[0] / 1.5, min(two[1] * 1.5, 1.0))
    repair = Repair(row=entry.row, column="p", printed=str(printed), instead=f"{exact:.2g}", changes=1)
    return finding(
        code,
        "warning" if _meets(printed, wide, entry.sides) else "error",
        message,
        (entry,),
        computed={"p_low": two[0], "p_high": two[1]},
        repairs=(repair,),
    )


def _text(printed: Printed) -> str:
    return f"= {printed}" if printed.exact else f"{printed.relation} {str(printed)[1:]}"


def ratio_fits_logrank(rows: Sequence[Entry]) -> Iterator[AuditFinding]:
    """A hazard ratio is about exp((O - E) / V). `rows` are about one question.

    The one-step estimate of Peto is near that of a Cox model unless the effect is large
    (Parmar 1998, 10.1002/(SICI)1097-0258(19981230)17:24<2815::AID-SIM110>3.0.CO;2-8).
    """
    groups: dict[tuple[str, str], dict[str, Entry]] = defaultdict(dict)
    for entry in rows:
        found = groups[entry.cohort or entry.label, entry.comparator]
        for name in ("o_e", "v"):
            if name in entry.numbers:
                found.setdefault(name, entry)
        if entry.statistic == "HR" and entry.estimate is not None and entry.estimate.exact:
            found.setdefault("HR", entry)
    for found in groups.values():
        if len(found) == 3:
            yield from _one_step(found["HR"], found["o_e"], found["v"])


def _one_step(entry: Entry, with_o_e: Entry, with_v: Entry) -> Iterator[AuditFinding]:
    estimate, o_e, v = entry.estimate, with_o_e.numbers["o_e"], with_v.numbers["v"]
    if estimate is None or estimate.low <= 0 or v.low <= 0 or entry.adjusted:
        return
    values = [a / b for a in (o_e.low, o_e.high) for b in (v.low, v.high)]
    log = (math.log(estimate.low), math.log(estimate.high))
    middle = o_e.value / v.value
    room = max(_ONE_STEP, 0.3 * abs(middle))
    rows = tuple(dict.fromkeys((entry, with_o_e, with_v)))
    shown = f"exp({o_e} / {v}) = {short(math.exp(middle))}"
    computed = {"one_step": math.exp(middle)}
    if log[0] > max(values) + room or log[1] < min(values) - room:
        inverted = -log[1] <= max(values) + room and -log[0] >= min(values) - room
        code = "direction_flip" if inverted else "estimate_incompatible_with_counts"
        word = "that of the groups the other way round" if inverted else "too far for another estimate of it"
        message = f"{shown}, HR {estimate} is printed: {word}"
        yield finding(code, "error" if inverted else "warning", message, rows, computed=computed)
