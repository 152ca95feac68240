"""Many syntheses at once: `python benchmarks/batch.py`. Ratios to a C loop, metafor and PyMARE, in one run.

Processor time of one core except where two are said; the best of several rounds counts. The C side is built
by `cc -O3` where there is one, the R side runs where Rscript, metafor and jsonlite are there, and PyMARE
where it can be imported or METASYN_PYMARE names an interpreter that has it. C and we compute the same columns
(tau2, mean, standard error, Wald interval, Q, I2; we also the prediction interval and H2); the lines "all
columns" add p values and the Q-profile interval. Whatever has to be compiled is compiled in the first call,
reported apart.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from metasyn.batch import pool_many
from metasyn.synthesis.moderators import meta_regression, permutation_test
from metasyn.synthesis.sensitivity.gosh import gosh

HERE = Path(__file__).resolve().parent
N, ROUNDS, PASSES, PERMUTATIONS = 100_000, 7, 5, 10_000
PLAIN: dict[str, Any] = {"ci_method": "wald", "tau2_ci": False, "pvalues": False}


def syntheses(n: int, seed: int = 1, k: int | None = None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Effects, variances and bounds; sizes are Poisson about 10, two at least."""
    rng = np.random.default_rng(seed)
    sizes = np.clip(rng.poisson(10, n), 2, None) if k is None else np.full(n, k)
    bounds = np.concatenate(([0], np.cumsum(sizes)))
    v = np.exp(rng.normal(-2.5, 0.8, bounds[-1]))
    tau2 = np.repeat(rng.choice([0.0, 0.05, 0.3], n), sizes)
    return rng.normal(0.2, np.sqrt(v + tau2)), v, bounds


def seconds(function: Callable[[], Any], *, wall: bool = False, rounds: int = ROUNDS) -> float:
    """The best of several rounds: processor time, or the time on the wall where several cores work."""
    clock, taken = time.perf_counter if wall else time.process_time, []
    for _ in range(rounds):
        start = clock()
        function()
        taken.append(clock() - start)
    return min(taken)


def line(what: str, ratio: float, bar: float, note: str = "") -> bool:
    """Print a line; whether the bar is reached."""
    print(f"{what:58}{ratio:12,.2f}  bar {bar:<8,g}{'' if ratio >= bar else 'MISSED '}{note}", flush=True)
    return ratio >= bar


def by_c(method: str, y: np.ndarray, v: np.ndarray, bounds: np.ndarray) -> tuple[float, np.ndarray] | None:
    """Seconds and answers of the C loop, or None without a compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "loop"
        source = HERE / "batch_loop.c"
        subprocess.run([compiler, "-O3", "-o", program, source, "-lm"], check=True)
        head = np.array([bounds.size - 1, y.size], dtype=np.int64)
        data = b"".join(part.tobytes() for part in (head, bounds.astype(np.int64), y, v))
        done = subprocess.run([program, method, str(ROUNDS)], input=data, capture_output=True, check=True)
    found = np.frombuffer(done.stdout)
    return float(found[0]), found[1:].reshape(7, -1)


def by_r(y: np.ndarray, v: np.ndarray, bounds: np.ndarray, one: dict[str, Any]) -> dict[str, float] | None:
    """Seconds of metafor, or None where it is not installed."""
    if not shutil.which("Rscript"):
        return None
    ends = list(zip(bounds[:300].tolist(), bounds[1:301].tolist(), strict=True))
    sets = [{"yi": y[a:b].tolist(), "vi": v[a:b].tolist()} for a, b in ends]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({"sets": sets, "one": {name: values.tolist() for name, values in one.items()}}, file)
        file.flush()
        command = ["Rscript", str(HERE / "batch_loops.R"), file.name]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    return json.loads(done.stdout) if done.returncode == 0 else None


def by_pymare(one: dict[str, Any]) -> dict[str, float] | None:
    """Seconds of PyMARE, or None where it is not installed."""
    python = os.environ.get("METASYN_PYMARE", sys.executable)
    y, v, _ = syntheses(10_000, k=10)
    with tempfile.NamedTemporaryFile(suffix=".npz") as file:
        np.savez(
            file, y=y.reshape(-1, 10), v=v.reshape(-1, 10), one_y=one["yi"], one_v=one["vi"], x=one["x"]
        )  # fmt: skip
        file.flush()
        command = [python, str(HERE / "batch_pymare.py"), file.name]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    return json.loads(done.stdout) if done.returncode == 0 else None


def against_c(y: np.ndarray, v: np.ndarray, bounds: np.ndarray) -> bool:
    """REML and DL beside the C loop, with the answers compared."""
    reached = True
    for method, one_core, two_cores in (("REML", 1.0, 1.7), ("DL", 0.5, None)):
        found = by_c(method.lower(), y, v, bounds)
        if found is None:
            print(f"{method} against C: no C compiler here")
            continue
        given: dict[str, Any] = {"bounds": bounds, "tau2_method": method}
        many = pool_many(y, v, n_jobs=1, **given, **PLAIN)
        apart = np.abs(found[1][0] - many.tau2) > 1e-6 * (many.tau2 + 0.08)
        note = f"({apart.sum()} of {N:,} answers of C apart by more than 1e-6)"
        ours = seconds(lambda given=given: pool_many(y, v, n_jobs=1, **given, **PLAIN))
        reached &= line(
            f"{method}, {N:,} syntheses: C loop / metasyn, one core", found[0] / ours, one_core, note
        )
        both = seconds(lambda given=given: pool_many(y, v, n_jobs=2, **given, **PLAIN), wall=True)
        if two_cores is not None:
            reached &= line(f"{method}: C loop on one / metasyn on two cores", found[0] / both, two_cores)
        every = seconds(lambda given=given: pool_many(y, v, n_jobs=1, **given))
        what = f"{method}, all columns: C loop / metasyn, one core"
        if two_cores is not None:
            reached &= line(what, found[0] / every, 1.0)
        else:
            print(f"{what:58}{found[0] / every:12,.2f}")
    return reached


def against_others(y: np.ndarray, v: np.ndarray, bounds: np.ndarray) -> bool:
    """metafor and PyMARE."""
    rng = np.random.default_rng(2)
    one = {"vi": np.exp(rng.normal(-2.5, 0.8, 13)), "x": rng.normal(size=13)}
    one["yi"] = rng.normal(0.2, np.sqrt(one["vi"] + 0.1))
    ours = {
        "REML": seconds(lambda: pool_many(y, v, bounds=bounds, n_jobs=1, **PLAIN)) / N,
        "gosh": seconds(lambda: gosh_of(one)),
        "permutest": seconds(lambda: permuted(one)) / PERMUTATIONS * 1000,
    }
    r = by_r(y, v, bounds, one)
    reached = True
    if r is None:
        print("against metafor: Rscript, metafor or jsonlite is not installed here")
    else:
        reached &= line("REML: metafor in a loop / metasyn, one core", r["REML"] / ours["REML"], 4000)
        reached &= line("all 8,191 subsets of 13, REML: metafor / metasyn", r["gosh"] / ours["gosh"], 5000)
        reached &= line(
            "permutations of one moderator: metafor / metasyn", r["permutest"] / ours["permutest"], 500
        )
    pymare = by_pymare(one)
    if pymare is None:
        print("against PyMARE: not installed here (METASYN_PYMARE can name an interpreter that has it)")
        return reached
    ey, ev, eb = syntheses(N, k=10)
    equal = seconds(lambda: pool_many(ey, ev, bounds=eb, n_jobs=1, **PLAIN)) / N
    reached &= line("REML of equal size: PyMARE / metasyn, one core", pymare["many"] / equal, 15)
    reached &= line(
        "permutations of one moderator: PyMARE / metasyn", pymare["permutation"] / ours["permutest"], 4
    )
    return reached


def gosh_of(one: dict[str, Any]) -> Any:
    """All subsets of one synthesis."""
    import metasyn

    result = metasyn.pool(yi=one["yi"], vi=one["vi"], model="random-effects", tau2_method="REML")
    return gosh(result)


def permuted(one: dict[str, Any]) -> Any:
    """Permutations of a moderator: so many that the compiled code is taken; the others do 1,000."""
    fit = meta_regression(yi=one["yi"], vi=one["vi"], formula="~ x", data={"x": one["x"]}, tau2_method="REML")
    return permutation_test(fit, PERMUTATIONS)


def against_size() -> bool:
    """Processor time of an effect from 10^4 to 10^7 effects, everything computed.

    Sizes take turns, and small ones are computed more often, so that a machine that is slower for a while
    is so for all of them.
    """
    sizes = (10**4, 10**5, 10**6, 10**7)
    data = {size: syntheses(size // 10) for size in sizes}
    costs = dict.fromkeys(sizes, float("inf"))
    for _ in range(PASSES):
        for size, (y, v, bounds) in data.items():
            taken = seconds(
                lambda y=y, v=v, bounds=bounds: pool_many(y, v, bounds=bounds, n_jobs=1, backend="compiled"),
                rounds=max(1, sizes[-1] // (50 * size)),
            )
            costs[size] = min(costs[size], 1e9 * taken / y.size)
    for size, cost in costs.items():
        print(f"{f'{size:,} effects, all columns':58}{cost:12,.1f}  ns of one core per effect")
    spread = max(costs.values()) / min(costs.values())
    print(f"{'dearest / cheapest effect':58}{spread:12,.2f}  bar 1.2{'' if spread <= 1.2 else ' MISSED'}")
    return spread <= 1.2


def main() -> int:
    """Print the table; 1 if a bar is missed."""
    y, v, bounds = syntheses(N)
    few: dict[str, Any] = {"bounds": bounds[:101], "backend": "compiled", "n_jobs": 1}
    for what in ("first call: loading numba, compiling where nothing is kept", "the same call again"):
        taken = seconds(lambda: pool_many(y[: bounds[100]], v[: bounds[100]], **few), wall=True, rounds=1)
        print(f"{what:58}{taken:12,.4f}  s")
    reached = [against_c(y, v, bounds), against_others(y, v, bounds), against_size()]
    return int(not all(reached))


if __name__ == "__main__":
    raise SystemExit(main())
