"""The counts as tables of docs/coverage.md: what was promised and kept first, then every cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from coverage_cells.cells import Cell, Tally
from coverage_cells.promises import FLOOR, POINTS, PROMISES, Promise, broken, kept, promised

__all__ = ["tables"]

DEFAULT = "default"
_SHORT = {
    "hartung-knapp": "HK",
    "hartung-knapp-adhoc": "HK ad hoc",
    "hartung-knapp-hybrid": "HK hybrid",
    "hartung-knapp-iqwig": "HK IQWiG",
    "kenward-roger": "KR",
    "profile-likelihood": "profile",
    "henmi-copas": "Henmi-Copas",
    "sidik-jonkman": "SJ",
    "Turner, all outcomes": "Turner",
    "logit normal-normal, hartung-knapp-adhoc": "logit normal, HK ad hoc",
    "logit normal-normal, wald": "logit normal, Wald",
}
_TITLES = {
    "normal": "Normal effects, sampling variances {}",
    "prior": "Averaged over the prior",
    "proportions": "Proportions, median {}",
    "two-groups": "Odds ratios, risk of the control group {}",
    "clusters": "Three effects per study, {}",
}
_ABOUT = {
    "normal": "k studies with known sampling variances around 0.06 (as of log hazard ratios with 67 events): "
    "all equal, alternating 10:1, or one study ten times as precise as every other one; true effects with "
    "standard deviation tau",
    "prior": "the same, alternating 10:1, but every trial has its own tau, drawn from the prior it is "
    "analysed with",
    "proportions": "cohorts of 10 to 100 participants; the logits of their proportions are normal around "
    "that of the median proportion, which is what the intervals are about",
    "two-groups": "two groups of 20 to 100 participants each; log odds ratios normal around −0.5",
    "clusters": "sampling errors correlated 0.9 where the model takes 0.6; effects with standard deviation "
    "0.1 within studies and tau between them",
}
_OF_DEFAULT = ("normal", "proportions", "two-groups")


def tables(found: Sequence[Tally]) -> str:
    """All of them as Markdown."""
    parts = [*_about(found), *_verdicts(found), *_promises(found), *_defaults(found)]
    for (family, setting), here in groupby(found, key=lambda one: (one.family, one.setting)):
        parts += _cells(family, setting, list(here), found)
    return "\n".join(parts).rstrip()


def _about(found: Sequence[Tally]) -> Iterator[str]:
    """What was simulated, how often."""
    rows: list[list[object]] = []
    for family in dict.fromkeys(one.family for one in found):
        trials = sorted({one.trials for one in found if one.family == family})
        often = f"{trials[0]:,} to {trials[-1]:,}" if len(trials) > 1 else f"{trials[0]:,}"
        rows.append([_TITLES[family].format("as below"), _ABOUT[family], often])
    yield from _table(["data", "what is simulated", "trials per cell"], rows, numbers=0)


def _verdicts(found: Sequence[Tally]) -> Iterator[str]:
    """The two bars, and every cell that misses one."""
    held_to, missed = promised(found), broken(found)
    defaults = [one for one in found if one.method == DEFAULT]
    low = [one for one in defaults if one.coverage < FLOOR]
    yield "## The bars\n"
    yield from _table(
        ["bar", "cells", "missed in"],
        [
            [f"where promised, within {POINTS:g} points of 95 (or not below)", len(held_to), len(missed)],
            [f"the default never below {FLOOR:g}", len(defaults), len(low)],
        ],
    )
    lowest = min(defaults, key=lambda one: one.coverage)
    yield f"The default is lowest in {_where(lowest.cell)}: {lowest.coverage:.1f}.\n"
    for promise, one in missed:
        yield f"- missed: {one.method}, {_where(one.cell)}: {one.coverage:.1f} (promised: {_words(promise)})"
    for one in low:
        yield f"- below {FLOOR:g}: the default, {_where(one.cell)}: {one.coverage:.1f}"
    if missed or low:
        yield ""


def _where(cell: Cell) -> str:
    tau = "drawn" if cell.tau is None else f"{cell.tau:g}"
    return f"{_TITLES[cell.family].format(cell.setting)}, k = {cell.k}, tau {tau}".replace("Normal", "normal")


def _words(promise: Promise) -> str:
    return "95" if promise.kind == "nominal" else "at least 95"


def _promises(found: Sequence[Tally]) -> Iterator[str]:
    """Every promise, with the lowest and highest coverage in its cells."""
    yield "## What each interval promises\n"
    rows: list[list[object]] = []
    for promise in PROMISES:
        here = list(promise.of(found))
        if not here:
            continue
        shares = sorted(one.coverage for one in here)
        good = sum(kept(promise, one) for one in here)
        rows.append(
            [
                promise.method,
                f"{_words(promise)}: {promise.where}",
                promise.why,
                f"{shares[0]:.1f} to {shares[-1]:.1f}",
                f"{good} of {len(here)}",
            ]
        )
    yield from _table(["interval", "promise", "reason", "observed", "kept in cells"], rows, numbers=0)


def _defaults(found: Sequence[Tally]) -> Iterator[str]:
    """What `pool` headlines, over all settings."""
    yield "## What is headlined by default\n"
    counted = {one.family for one in found}
    for family in (name for name in _OF_DEFAULT if name in counted):
        here = [one for one in found if one.family == family and one.method == DEFAULT]
        settings = list(dict.fromkeys(one.setting for one in here))
        by_cell = {(one.k, one.tau, one.setting): one for one in here}
        rows = [
            [k, f"{tau:g}", *(f"{by_cell[k, tau, setting].coverage:.1f}" for setting in settings)]
            for k, tau in dict.fromkeys((one.k, one.tau) for one in here)
        ]
        yield f"{_TITLES[family].format('as headed')}:\n"
        yield from _table(["k", "tau", *settings], rows)


def _cells(family: str, setting: str, here: Sequence[Tally], found: Sequence[Tally]) -> Iterator[str]:
    """One table: a row per number of studies and tau, a column per method."""
    methods = list(dict.fromkeys(one.method for one in found if one.family == family))
    methods = [name for name in methods if any(one.method == name for one in here)]
    promises = {(one.method, one.cell): kept(promise, one) for promise, one in promised(here)}
    rows: list[list[object]] = []
    for (k, tau), row in groupby(here, key=lambda one: (one.k, one.tau)):
        by_method = {one.method: one for one in row}
        cells = [_shown(by_method.get(name), promises) for name in methods]
        rows.append([k, "drawn" if tau is None else f"{tau:g}", *cells])
    yield f"## {_TITLES[family].format(setting)}\n"
    if family == "prior":
        yield f"Every trial has its own tau, drawn from {setting}.\n"
    yield from _table(["k", "tau", *(_SHORT.get(name, name) for name in methods)], rows)


def _shown(one: Tally | None, promises: dict[tuple[str, Cell], bool]) -> str:
    """Coverage; bold where promised; with the percent of trials that have an interval where not all do."""
    if one is None or not one.given:
        return "-"
    text = f"{one.coverage:.1f}"
    good = promises.get((one.method, one.cell))
    if good is not None:
        text = f"**{text}**" if good else f"**{text}** ✗"
    if one.given == one.trials:
        return text
    share = 100 * one.given / one.trials
    return f"{text} ({'<1' if share < 0.5 else '>99' if share >= 99.5 else f'{share:.0f}'}%)"


def _table(head: Sequence[object], rows: Iterable[Sequence[object]], *, numbers: int = 1) -> Iterator[str]:
    align = ["---:" if numbers else "---"] * len(head)
    for line in ([*head], align, *rows):
        yield f"| {' | '.join(map(str, line))} |"
    yield ""
