"""Three-level models: `python benchmarks/multilevel.py`. The bar is 200 ms for 1,000 effects in 100 clusters.

The best of several rounds counts (other work on the machine only adds). metafor's rma.mv, and confint of the
smallest set, are measured beside it where they are installed; the second column has profile-likelihood
intervals of all variances and correlations.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import timeit
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from metasyn.synthesis.multilevel import pool_multilevel

ROUNDS, BAR = 15, 200.0
SETS = (("even", 56, 11, True), ("even", 1000, 100, True), ("uneven", 1000, 100, False))
LARGEST = 1000  # effects; with more, R would take minutes


def effects(k: int, clusters: int, *, even: bool) -> dict[str, np.ndarray]:
    """Effects with variances about 0.1, sd 0.4 between studies and 0.3 between effects."""
    rng = np.random.default_rng(1)
    study = np.arange(k) * clusters // k if even else np.sort(rng.integers(0, clusters, k))
    vi = rng.chisquare(5, k) / 50
    yi = 0.2 + rng.normal(0, 0.4, clusters)[study] + rng.normal(0, 0.3, k) + rng.normal(0, np.sqrt(vi))
    return {"yi": yi, "vi": vi, "study": study, "outcome": np.arange(k) % 3}


def milliseconds(**given: Any) -> float:
    """The best of several rounds."""
    return 1e3 * min(timeit.repeat(lambda: pool_multilevel(**given), number=1, repeat=ROUNDS))


def in_r(data: dict[str, np.ndarray], random: str, struct: str = "CS") -> str:
    """Milliseconds of rma.mv, and of confint where that is quick enough, or why not."""
    if not shutil.which("Rscript") or data["yi"].size > LARGEST:
        return ""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({name: column.tolist() for name, column in data.items()}, file)
        file.flush()
        script = f"""
        suppressMessages({{library(metafor)}})
        d <- as.data.frame(jsonlite::fromJSON("{file.name}")); d$effect <- seq_len(nrow(d))
        once <- function(f) system.time(f())[["elapsed"]]
        fit <- function() rma.mv(yi, vi, random={random}, struct="{struct}", data=d, sparse=TRUE)
        cat(sprintf("rma.mv %.0f", 1000 * min(once(fit), once(fit))))
        intervals <- function() confint(fit())
        if (nrow(d) < 100) cat(sprintf(", with confint %.0f", 1000 * once(intervals)))
        """
        done = subprocess.run(["Rscript", "-e", script], capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else "not installed"


def main() -> int:
    """Print the table; 1 if the bar is missed."""
    slow = False
    print(f"{'effects':34}{'estimates':>11}{'+ intervals':>13}  R (ms)")
    for name, k, clusters, even in SETS:
        data = effects(k, clusters, even=even)
        given = {"yi": data["yi"], "vi": data["vi"], "levels": {"study": data["study"], "effect": None}}
        taken = milliseconds(**given, variance_ci="none"), milliseconds(**given)
        slow |= taken[1] > BAR
        beside = in_r(data, "~ 1 | study/effect")
        print(f"{f'{k} in {clusters}, {name}':34}{taken[0]:11.1f}{taken[1]:13.1f}  {beside}", flush=True)
    data = effects(300, 50, even=True)
    for structure in ("CS", "HCS", "UN"):
        given = {
            "yi": data["yi"], "vi": data["vi"], "outcomes": data["outcome"], "within": data["study"],
            "structure": structure, "levels": ("effect",),
        }  # fmt: skip
        taken = milliseconds(**given, variance_ci="none"), milliseconds(**given)
        beside = in_r(data, "list(~ outcome | study, ~ 1 | effect)", structure)
        label = f"300 in 50, 3 outcomes, {structure}"
        print(f"{label:34}{taken[0]:11.1f}{taken[1]:13.1f}  {beside}", flush=True)
    return int(slow)


if __name__ == "__main__":
    raise SystemExit(main())
