"""How often intervals of the mean cover it: `python scripts/interval_coverage.py [TRIALS] [--write]`.

Normal-normal data of few and many studies, equal and unequal precision, several tau, and proportions of
10 to 100 participants; the intervals of `pool` by name, the one it headlines by default, and Bayesian ones.
Seeded: the same tables every time. `--write` puts them into docs/bayes.md and docs/glmm.md; `--proportions`
makes the second one only.
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

from metasyn.effects.plain_table import effects_from_table
from metasyn.errors import MetasynError
from metasyn.synthesis import pool
from metasyn.synthesis.bayes import half_normal, pool_bayes, turner_prior
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import CiMethod

DOCS = Path(__file__).resolve().parents[1] / "docs"
BEGIN, END = "<!-- interval_coverage.py: begin -->", "<!-- interval_coverage.py: end -->"
TRIALS, SEED, TRUE = 200, 2026, -0.3
SIZES, SPREADS, RATIOS = (2, 3, 5, 10, 30), (0.0, 0.1, 0.5), (1, 10)
VARIANCE = 0.06
CLASSICAL: tuple[CiMethod, ...] = ("wald", "hartung-knapp", "hartung-knapp-adhoc")
BAYESIAN = {"half-normal(0.5)": half_normal(0.5), "Turner, all": turner_prior()}
NAMES = ("default", *CLASSICAL, *BAYESIAN)
SHARES = (0.01, 0.1, 0.5)
OF_COUNTS = ("default", "mixed model, t", "mixed model, wald", "logit normal-normal, adhoc", "no estimate")


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


def proportion_cell(k: int, share: float, tau: float, trials: int) -> list[str]:
    """One row of proportions: cohorts of 10 to 100 participants, the true median proportion `share`."""
    rng = np.random.default_rng([SEED, k, round(100 * share), round(100 * tau)])
    true = float(np.log(share / (1 - share)))
    covered: Counter[str] = Counter()
    given: Counter[str] = Counter()
    for _ in range(trials):
        n = rng.integers(10, 101, k)
        events = rng.binomial(n, 1 / (1 + np.exp(-rng.normal(true, tau, k))))
        for name, found in proportion_intervals(events, n):
            if isinstance(found, Interval):
                given[name] += 1
                covered[name] += true in found
    missing = trials - given[OF_COUNTS[1]]
    shares = [f"{100 * covered[name] / given[name]:.1f}" if given[name] else "-" for name in OF_COUNTS[:-1]]
    return [str(k), f"{100 * share:g} %", f"{tau:g}", *shares, f"{100 * missing / trials:.0f}"]


def proportion_intervals(events: np.ndarray, n: np.ndarray) -> Iterator[tuple[str, Interval | NotEstimable]]:
    """What `pool` headlines, and what stands beside it."""
    columns = {"events": [str(x) for x in events], "n": [str(x) for x in n]}
    effects = effects_from_table(columns, measure="PLO", level=0.95, file="simulated", zero_cells="only0")
    result = pool(effects)
    ways = {(way.model, way.ci_method): way.ci for way in result.alternatives}
    yield OF_COUNTS[0], result.ci
    for name, key in zip(OF_COUNTS[1:], (("glmm", "t"), ("glmm", "wald")), strict=False):
        if key in ways:
            yield name, ways[key]
    yield OF_COUNTS[3], ways["random-effects", "hartung-knapp-adhoc"]


def proportion_table(trials: int) -> str:
    """All cells of proportions as Markdown."""
    head = ["k", "proportion", "tau", *OF_COUNTS]
    rows = [proportion_cell(k, share, tau, trials) for k, share, tau in product(SIZES, SHARES, SPREADS)]
    caption = (
        f"Coverage in percent of 95% intervals of the median proportion, {trials:,} trials per row, seed "
        f"{SEED}; "
        "last column: percent of trials without an estimate of the mixed model.\n\n"
    )
    return caption + "\n".join(f"| {' | '.join(line)} |" for line in [head, ["---:"] * len(head), *rows])


def written(page: Path, text: str) -> bool:
    """Put a table between the marks of a page; False where it has none."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    if not rest:
        return False
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    return True


def main(arguments: Sequence[str]) -> int:
    """Print the table, or write it."""
    numbers = [int(one) for one in arguments if one.isdigit()]
    start, trials = time.perf_counter(), numbers[0] if numbers else TRIALS
    tables = {"glmm.md": proportion_table} | ({} if "--proportions" in arguments else {"bayes.md": table})
    for name, make in tables.items():
        try:
            text = make(trials)
        except MetasynError as error:
            print(error, file=sys.stderr)
            return 1
        if "--write" in arguments and not written(DOCS / name, text):
            print(f"{name} has no {BEGIN}", file=sys.stderr)
            return 1
        print(text)
    print(f"{time.perf_counter() - start:.0f} s", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
