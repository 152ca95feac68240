"""How often intervals of the mean cover it: `python scripts/interval_coverage.py [TRIALS] [--write]`.

Normal-normal data of few and many studies, equal and unequal precision, several tau; the intervals of
`pool` by name, the one it headlines by default, and Bayesian ones. Seeded: the same table every time.
`--write` puts the table into docs/bayes.md.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from metasyn.errors import MetasynError
from metasyn.synthesis import pool
from metasyn.synthesis.bayes import half_normal, pool_bayes, turner_prior
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import CiMethod

PAGE = Path(__file__).resolve().parents[1] / "docs" / "bayes.md"
BEGIN, END = "<!-- interval_coverage.py: begin -->", "<!-- interval_coverage.py: end -->"
TRIALS, SEED, TRUE = 200, 2026, -0.3
SIZES, SPREADS, RATIOS = (2, 3, 5, 10, 30), (0.0, 0.1, 0.5), (1, 10)
VARIANCE = 0.06
CLASSICAL: tuple[CiMethod, ...] = ("wald", "hartung-knapp", "hartung-knapp-adhoc")
BAYESIAN = {"half-normal(0.5)": half_normal(0.5), "Turner, all": turner_prior()}
NAMES = ("default", *CLASSICAL, *BAYESIAN)


def variances(k: int, ratio: int) -> np.ndarray:
    """Alternating, the less precise ones `ratio` times as large, with the same geometric mean."""
    return VARIANCE * np.where(np.arange(k) % 2, ratio**0.5, ratio**-0.5)


def intervals(yi: np.ndarray, vi: np.ndarray) -> Iterator[tuple[str, Interval | NotEstimable]]:
    """Every interval of one data set, by name."""
    yield "default", pool(yi=yi, vi=vi, measure="OR").ci
    for method in CLASSICAL:
        yield method, pool(yi=yi, vi=vi, measure="OR", ci_method=method).ci
    for name, prior in BAYESIAN.items():
        yield name, pool_bayes(yi=yi, vi=vi, measure="OR", tau_prior=prior).ci


def cell(k: int, tau: float, ratio: int, trials: int) -> list[str]:
    """One row: percentages of coverage, `-` where a method gave no interval in any trial."""
    rng = np.random.default_rng([SEED, k, round(100 * tau), ratio])
    vi = variances(k, ratio)
    covered: Counter[str] = Counter()
    given: Counter[str] = Counter()
    for _ in range(trials):
        yi = rng.normal(TRUE, np.sqrt(vi + tau * tau))
        for name, found in intervals(yi, vi):
            if isinstance(found, Interval):
                given[name] += 1
                covered[name] += TRUE in found
    shares = [f"{100 * covered[name] / given[name]:.1f}" if given[name] else "-" for name in NAMES]
    return [str(k), f"{tau:g}", f"{ratio}:1", *shares]


def table(trials: int) -> str:
    """All cells as Markdown."""
    head = ["k", "tau", "variances", *NAMES]
    rows = [cell(k, tau, ratio, trials) for k, tau, ratio in product(SIZES, SPREADS, RATIOS)]
    lines = [head, ["---:"] * len(head), *rows]
    caption = f"Coverage in percent of 95% intervals, {trials:,} trials per row, seed {SEED}.\n\n"
    return caption + "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main(arguments: Sequence[str]) -> int:
    """Print the table, or write it."""
    numbers = [int(one) for one in arguments if one.isdigit()]
    start = time.perf_counter()
    try:
        text = table(numbers[0] if numbers else TRIALS)
    except MetasynError as error:
        print(error, file=sys.stderr)
        return 1
    if "--write" in arguments:
        page = PAGE.read_text(encoding="utf-8")
        before, _, rest = page.partition(BEGIN)
        if not rest:
            print(f"{PAGE.name} has no {BEGIN}", file=sys.stderr)
            return 1
        after = rest.partition(END)[2]
        PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
    print(text)
    print(f"{time.perf_counter() - start:.0f} s", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
