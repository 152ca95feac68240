"""Mixed models of counts: `python benchmarks/glmm.py`. The bar is 10 ms for 20 studies.

The best of several rounds counts, in processor time (other work on the machine only adds). lme4 in R (glmer,
nAGQ = 7; random study effects: Laplace) and metafor's rma.glmm are measured beside it where they are
installed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
import timeit
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from metasyn.synthesis.glmm import pool_glmm

ROUNDS, BAR, BAR_AT = 30, 10.0, 20
KINDS = (
    ("PLO", "random-intercept"), ("PLO", "beta-binomial"), ("IRLN", "random-intercept"), ("OR", "CM.AL"),
    ("OR", "CM.EL"), ("OR", "UM.FS"), ("OR", "UM.RS"), ("OR", "beta-binomial"), ("IRR", "CM.EL"),
    ("IRR", "UM.FS"), ("IRR", "UM.RS"),
)  # fmt: skip


def counts(measure: str, k: int) -> dict[str, np.ndarray]:
    """Studies of 20 to 200 participants, risks about 20 %, effects that differ with tau 0.4."""
    rng = np.random.default_rng(1)
    size = rng.integers(20, 200, k).astype(float)
    level, effect = rng.normal(-1.5, 0.5, k), rng.normal(-0.5, 0.4, k)
    if measure in ("PLO", "IRLN"):
        events = rng.binomial(size.astype(int), 1 / (1 + np.exp(-level))).astype(float)
        return {"events": events, "n" if measure == "PLO" else "time": size}
    p_1, p_2 = (1 / (1 + np.exp(-(level + half * effect))) for half in (0.5, -0.5))
    name = "n" if measure == "OR" else "time"
    return {
        "events_1": rng.binomial(size.astype(int), p_1).astype(float), f"{name}_1": size,
        "events_2": rng.binomial(size.astype(int), p_2).astype(float), f"{name}_2": size,
    }  # fmt: skip


def milliseconds(measure: str, model: str, k: int, **options: Any) -> float:
    """The best of several rounds."""
    given: dict[str, Any] = dict(counts(measure, k))
    call = lambda: pool_glmm(**given, measure=measure, model=model, **options)  # noqa: E731
    return 1e3 * min(timeit.repeat(call, timer=time.process_time, number=1, repeat=ROUNDS if k < 100 else 5))


def in_r(measure: str, model: str, k: int) -> str:
    """Milliseconds of glmer alone and of rma.glmm with its tests, or why not."""
    if not shutil.which("Rscript") or model == "beta-binomial":
        return ""
    given = counts(measure, k)
    names = {
        "events": "xi", "n": "ni", "time": "ti", "events_1": "ai", "n_1": "n1i", "events_2": "ci",
        "n_2": "n2i",
    }  # fmt: skip
    if measure == "IRR":
        names = {"events_1": "x1i", "time_1": "t1i", "events_2": "x2i", "time_2": "t2i"}
    data = "; ".join(f"{names[key]} <- c({','.join(map(repr, map(float, v)))})" for key, v in given.items())
    arguments = ", ".join(f"{names[key]}={names[key]}" for key in given)
    kind = "" if measure in ("PLO", "IRLN") else f', model="{model}"'
    glmer = {
        ("PLO", "random-intercept"): "glmer(cbind(xi, ni - xi) ~ 1 + (1 | s), family=binomial, nAGQ=7)",
        ("IRLN", "random-intercept"): "glmer(xi ~ 1 + offset(log(ti)) + (1 | s), family=poisson, nAGQ=7)",
        ("OR", "CM.AL"): "glmer(cbind(ai, ci) ~ 1 + (1 | s), offset=log(n1i/n2i), family=binomial, nAGQ=7)",
    }.get((measure, model), "")
    script = f"""
    suppressMessages({{library(lme4); library(metafor)}})
    {data}; s <- factor(seq_len({k}))
    once <- function(f) system.time(suppressWarnings(f()))[["elapsed"]]
    best <- function(f) {{ once(f); 1000 * min(replicate(3, once(f))) }}
    {f'cat(sprintf("glmer %.0f, ", best(function() {glmer})))' if glmer else ""}
    cat(sprintf("rma.glmm %.0f", best(function() rma.glmm(measure="{measure}", {arguments}{kind}))))
    """
    done = subprocess.run(["Rscript", "-e", script], capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else "not installed"


def main() -> int:
    """Print the table; 1 if the bar is missed."""
    slow = False
    print(f"{'measure, model':26}{'k=5':>8}{'k=20':>8}{'k=200':>8}  R, k=20 (ms)")
    for measure, model in KINDS:
        taken = {k: milliseconds(measure, model, k) for k in (5, BAR_AT, 200)}
        slow |= taken[BAR_AT] > BAR
        figures = "".join(f"{taken[k]:8.1f}" for k in taken)
        print(f"{measure + ', ' + model:26}{figures}  {in_r(measure, model, BAR_AT)}", flush=True)
    profile = milliseconds("PLO", "random-intercept", BAR_AT, ci_method="profile-likelihood")
    print(f"PLO with profile likelihood, k=20: {profile:.1f}")
    return int(slow)


if __name__ == "__main__":
    raise SystemExit(main())
