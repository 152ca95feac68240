"""How well reconstructed curves give back a hazard ratio: the table in docs/routes.md.

`python scripts/guyot_simulation.py [TRIALS]` simulates trials whose individual times are known, reads
their Kaplan-Meier curves as a reader would, reconstructs the times and compares the two Cox
regressions. Seeded: the same table every time.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from metasyn.effects.survival.cox import cox_hazard_ratio
from metasyn.effects.survival.guyot import reconstruct
from metasyn.effects.survival.individual import kaplan_meier, risk_sets
from metasyn.numerics.tails import normal_quantile

Array = NDArray[np.float64]

PAGE = Path(__file__).resolve().parents[1] / "docs" / "routes.md"
BEGIN, END = "<!-- guyot_simulation.py -->", "<!-- end -->"
TRIALS = 1000
MEDIAN = 12.0
ACCRUAL, FOLLOW_UP, LOST_A_MONTH = 18.0, 36.0, 0.01


@dataclass(frozen=True)
class Reading:
    """What a reader has of a curve: points, months between numbers at risk, total of events."""

    name: str
    points: int
    every: float | None
    total: bool = False


READINGS = (
    Reading("100 points, at risk every 3 months", 100, 3.0),
    Reading("50 points, at risk every 6 months", 50, 6.0),
    Reading("50 points, at risk every 6 months, events", 50, 6.0, total=True),
    Reading("50 points, n and events only", 50, None, total=True),
    Reading("50 points, n only", 50, None),
)
HAZARD_RATIOS = (1.0, 0.75, 0.5)
SIZES = (50, 200)


@dataclass(frozen=True)
class Arm:
    """Individual times of one group."""

    times: Array
    events: Array

    @classmethod
    def draw(cls, rng: np.random.Generator, n: int, hazard: float) -> Arm:
        """Exponential times, staggered entry, a few lost on the way; times in days."""
        event = rng.exponential(1 / hazard, n)
        leaves = np.minimum(FOLLOW_UP - rng.uniform(0, ACCRUAL, n), rng.exponential(1 / LOST_A_MONTH, n))
        return cls(np.ceil(np.minimum(event, leaves) * 30.4) / 30.4, (event <= leaves).astype(float))


def read_curve(arm: Arm, reading: Reading) -> tuple[Array, Array]:
    """Points of the curve as clicked: evenly over the time axis, three decimals."""
    curve = kaplan_meier(arm.times, arm.events)
    at = np.linspace(0, curve.last, reading.points + 1)[1:]
    return np.round(at, 3), np.round(curve.at(at), 3)


def rebuilt(arm: Arm, reading: Reading) -> Arm:
    """The group as reconstructed from its curve."""
    last = arm.times.max()
    at = np.array([0.0]) if reading.every is None else np.arange(0, last, reading.every)
    group = reconstruct(
        *read_curve(arm, reading),
        risk_times=at,
        at_risk=[(arm.times >= t).sum() for t in at],
        total_events=int(arm.events.sum()) if reading.total else None,
    )
    return Arm(group.times, group.events)


def log_ratio(first: Arm, second: Arm) -> tuple[float, float]:
    """Log hazard ratio and its standard error: Cox regression, Efron's ties, by Newton's method.

    For two groups the partial likelihood is a sum over events; `main` compares it with the library's.
    """
    sets = risk_sets(first.times, first.events, second.times, second.events)
    d = (sets.events_1 + sets.events_2).astype(int)
    part = np.concatenate([np.arange(k) / k for k in d])
    n1, n2 = (
        np.repeat(at_risk, d) - part * np.repeat(dead, d)
        for at_risk, dead in ((sets.at_risk_1, sets.events_1), (sets.at_risk_2, sets.events_2))
    )
    beta = 0.0
    for _ in range(12):
        share = n1 * np.exp(beta) / (n1 * np.exp(beta) + n2)
        information = (share * (1 - share)).sum()
        beta += (sets.events_1.sum() - share.sum()) / information
    return float(beta), float(information**-0.5)


def agree() -> None:
    """The shortcut gives what the library gives."""
    rng = np.random.default_rng(1)
    first, second = Arm.draw(rng, 100, 0.03), Arm.draw(rng, 100, 0.06)
    fit = cox_hazard_ratio(first.times, first.events, second.times, second.events)
    assert isinstance(fit, tuple), fit
    assert np.allclose(log_ratio(first, second), (fit[0], fit[1] ** 0.5), rtol=1e-9)


def rows(trials: int) -> Iterator[str]:
    """The lines of the table, one for each reading, size and hazard ratio."""
    z = normal_quantile(0.05)
    for size, ratio in product(SIZES, HAZARD_RATIOS):
        found: dict[str, list[tuple[float, float]]] = {reading.name: [] for reading in READINGS}
        known = []
        rng = np.random.default_rng([2012, size, round(100 * ratio)])
        for _ in range(trials):
            first = Arm.draw(rng, size, ratio * np.log(2) / MEDIAN)
            second = Arm.draw(rng, size, np.log(2) / MEDIAN)
            known.append(log_ratio(first, second))
            for reading in READINGS:
                found[reading.name].append(log_ratio(rebuilt(first, reading), rebuilt(second, reading)))
        true = np.log(ratio)
        truth = np.array(known)
        covered = (np.abs(truth[:, 0] - true) <= z * truth[:, 1]).mean()
        for reading in READINGS:
            got = np.array(found[reading.name])
            off = got[:, 0] - truth[:, 0]
            covers = (np.abs(got[:, 0] - true) <= z * got[:, 1]).mean()
            yield (
                f"| {size} | {ratio:g} | {reading.name} | {off.mean():+.4f} | {off.std(ddof=1):.4f} "
                f"| {np.exp(np.quantile(np.abs(off), 0.95)):.3f} | {(got[:, 1] / truth[:, 1]).mean():.3f} "
                f"| {100 * covered:.1f} | {100 * covers:.1f} |"
            )


def table(trials: int) -> str:
    """The table in Markdown."""
    head = (
        "| per arm | true HR | what is read | mean error of ln HR | SD of it | 95% of HRs within a factor of "
        "| SE ÷ true SE | coverage, true times, % | coverage, reconstructed, % |"
    )
    return "\n".join([head, "|---:|---:|---|---:|---:|---:|---:|---:|---:|", *rows(trials)])


def main() -> None:
    """Print the table and put it into its page, if the page has a place for it."""
    agree()
    text = table(int(sys.argv[1]) if len(sys.argv) > 1 else TRIALS)
    print(text)
    page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    if len(sys.argv) == 1 and BEGIN in page:
        before, rest = page.split(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{rest.split(END)[1]}", encoding="utf-8")


if __name__ == "__main__":
    main()
