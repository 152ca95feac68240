"""One synthesis at a time, against metafor in R: `make benchmark`.

Both sides get the same numbers in the same run, each through its public call, and each does what a
user would need for one printed result: estimate with interval, Q, I2, weights and the Q-profile
interval of tau2 (in R a second call). The best of several rounds counts. Without R the ratios are
left out.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
import timeit
from collections.abc import Callable
from pathlib import Path

import numpy as np

import metasyn

ROUNDS = 40


def best(call: Callable[[], object], repeats: int) -> float:
    """Seconds of one call, the best of several rounds (as `timeit`, without garbage collection)."""
    call()
    return min(timeit.repeat(call, number=repeats, repeat=ROUNDS)) / repeats


def make(k: int, seed: int = 1) -> tuple[list[float], list[float]]:
    """k log ratios with ordinary variances."""
    rng = np.random.default_rng(seed)
    v = rng.uniform(0.01, 0.2, k)
    return list(rng.normal(0, 0.3, k) + rng.normal(size=k) * np.sqrt(v)), list(v)


def ours(data: dict[str, tuple[list[float], list[float]]]) -> dict[str, float]:
    """Seconds per work item here."""
    seconds = {}
    for name, (y, v) in data.items():
        yi, vi = np.array(y), np.array(v)
        if name.startswith("influence"):
            seconds[name] = best(lambda yi=yi, vi=vi: metasyn.influence(yi=yi, vi=vi), 10)
        else:
            repeats = 50 if len(y) < 500 else 10
            seconds[name] = best(lambda yi=yi, vi=vi: metasyn.pool(yi=yi, vi=vi, measure="HR"), repeats)
    return seconds


R_SCRIPT = """
suppressMessages({library(metafor); library(jsonlite)})
input <- fromJSON(file("stdin"), simplifyVector = FALSE)
best <- function(f, n) { f(); min(replicate(5, system.time(for (i in seq_len(n)) f())[["elapsed"]] / n)) }
out <- lapply(names(input), function(name) {
  y <- unlist(input[[name]][[1]]); v <- unlist(input[[name]][[2]])
  if (startsWith(name, "influence")) {
    fit <- rma(y, v); best(function() influence(fit), 5)
  } else {
    once <- function() { fit <- rma(y, v, test = "knha"); confint(fit); weights(fit) }
    best(once, if (length(y) < 500) 20 else 1)
  }
})
names(out) <- names(input)
answer <- list(seconds = out, version = as.character(packageVersion("metafor")))
cat(toJSON(answer, auto_unbox = TRUE, digits = 8))
"""


def theirs(data: dict[str, tuple[list[float], list[float]]]) -> tuple[dict[str, float], str] | None:
    """Seconds per work item in R, and metafor's version; None where R is absent."""
    if shutil.which("Rscript") is None:
        return None
    run = subprocess.run(
        ["Rscript", "-e", R_SCRIPT], input=json.dumps(data), capture_output=True, text=True, check=False
    )
    if run.returncode:
        print(run.stderr.strip().splitlines()[-1], file=sys.stderr)
        return None
    answer = json.loads(run.stdout)
    return answer["seconds"], answer["version"]


def main() -> None:
    """Print the table."""
    data = {
        "REML, k = 10": make(10),
        "REML, k = 100": make(100),
        "REML, k = 1,000": make(1000),
        "influence, k = 13": make(13),
    }
    mine, other = ours(data), theirs(data)
    head = f"metafor {other[1]}" if other else "metafor: no R here"
    print(f"{'':22} {'metasyn':>12} {head:>16} {'ratio':>8}")
    for name, seconds in mine.items():
        line = f"{name:22} {seconds * 1e6:9.0f} us"
        if other:
            line += f" {other[0][name] * 1e3:13.2f} ms {other[0][name] / seconds:7.0f}x"
        print(line)
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import metasyn"], check=True)
    print(f"{'import metasyn':22} {(time.perf_counter() - start) * 1e3:9.0f} ms (whole process)")
    if other:
        start = time.perf_counter()
        subprocess.run(["Rscript", "-e", "suppressMessages(library(metafor))"], check=True)
        print(f"{'library(metafor)':22} {(time.perf_counter() - start) * 1e3:9.0f} ms (whole process)")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    main()
