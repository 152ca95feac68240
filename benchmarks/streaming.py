"""`metasyn batch` against a loop over a data frame: `python benchmarks/streaming.py [EFFECTS]`.

Every way is a process of its own; processor time (all cores together) and peak memory are what the system
says of it. The loops are run on a sample of the syntheses and their time is scaled up, but they hold the
whole table, as such a loop does. A second table of ten times as many effects shows whether the cost is
linear and the memory bounded. `make PATH EFFECTS` and `make-scattered PATH EFFECTS` only write a table, the
latter with rows of one synthesis far apart.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
EFFECTS, SAMPLE = 1_000_000, 1000

READ = """
import sys, time
sys.path.insert(0, {root!r})
import pandas as pd
frame = pd.read_parquet({path!r})
keys = frame["key"].unique()[:{sample}]
some = frame[frame["key"].isin(keys)]
"""
POOL = """
from metasyn import pool
def one(part):
    yi, vi = part["yi"].to_numpy(), part["vi"].to_numpy()
    result = pool(yi=yi, vi=vi, measure="GEN", ci_method="hartung-knapp-adhoc")
    return pd.Series(dict(estimate=result.estimate, tau2=result.heterogeneity.tau2))
"""
STATSMODELS = """
from statsmodels.stats.meta_analysis import combine_effects
def one(part):
    result = combine_effects(part["yi"].to_numpy(), part["vi"].to_numpy(), method_re="iterated", use_t=True)
    return pd.Series(dict(estimate=result.mean_effect_re, tau2=result.tau2))
"""
LOOP = """
one(some[some["key"] == keys[0]])
started = time.process_time()
some.groupby("key", sort=False)[["yi", "vi"]].apply(one)
print(time.process_time() - started)
"""


def make(path: Path, effects: int) -> int:
    """Syntheses of 2 to 18 effects, keys as text; how many there are."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rng, done, syntheses = np.random.default_rng(1), 0, 0
    schema = pa.schema([("key", pa.string()), ("yi", pa.float64()), ("vi", pa.float64())])
    with pq.ParquetWriter(path, schema) as writer:
        while done < effects:
            k = rng.integers(2, 19, 100_000)
            k = k[np.cumsum(k) <= effects - done]
            if k.size == 0:
                return syntheses
            vi = rng.uniform(0.01, 0.2, k.sum())
            yi = rng.normal(size=vi.size) * np.sqrt(vi + 0.05)
            key = np.char.add("CD", np.repeat(np.arange(syntheses, syntheses + k.size), k).astype(str))
            writer.write_table(pa.table([pa.array(key), yi, vi], schema=schema))
            done, syntheses = done + vi.size, syntheses + k.size
    return syntheses


def make_scattered(path: Path, effects: int) -> int:
    """Syntheses whose rows stand anywhere: keys drawn at random, ten effects each on average."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rng, step = np.random.default_rng(2), min(effects, 10**6)
    schema = pa.schema([("key", pa.int64()), ("yi", pa.float64()), ("vi", pa.float64())])
    with pq.ParquetWriter(path, schema, use_dictionary=False) as writer:
        for _ in range(effects // step):
            key, vi = rng.integers(0, effects // 10, step), rng.uniform(0.01, 0.2, step)
            yi = rng.normal(size=step) * np.sqrt(vi + 0.05)
            writer.write_table(pa.table([key, yi, vi], schema=schema))
    return effects // 10


def measured(words: Sequence[str]) -> tuple[str, float, float]:
    """What a process says, its processor seconds, and its peak memory in MiB."""
    run = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    said = run.stdout.read() if run.stdout else ""
    _, status, usage = os.wait4(run.pid, 0)
    run.returncode = os.waitstatus_to_exitcode(status)
    if run.returncode:
        raise SystemExit(f"{' '.join(words[:6])} ended with {run.returncode}")
    return said, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def batch(path: Path, out: Path) -> tuple[float, float]:
    """Processor seconds and peak memory of the command."""
    words = ["batch", str(path), "--key", "key", "--yi", "yi", "--vi", "vi", "--out", str(out)]
    return measured([sys.executable, "-m", "metasyn", *words])[1:]


def loop(path: Path, body: str, syntheses: int) -> tuple[float, float]:
    """Processor seconds of a loop, scaled from the sample, and its peak memory."""
    code = READ.format(root=str(ROOT), path=str(path), sample=SAMPLE) + body + LOOP
    said, _, memory = measured([sys.executable, "-W", "ignore", "-c", code])
    return float(said) * syntheses / SAMPLE, memory


def main(effects: int) -> None:
    """Print a line per way, and the ratios."""
    with tempfile.TemporaryDirectory() as folder:
        path, large, out = (Path(folder, name) for name in ("in.parquet", "large.parquet", "out.parquet"))
        # In processes of their own too: a process begins with the peak memory of who started it.
        syntheses = int(measured([sys.executable, __file__, "make", str(path), str(effects)])[0])
        measured([sys.executable, __file__, "make", str(large), str(10 * effects)])
        batch(path, out)  # what must be compiled is compiled and kept
        ours, memory = batch(path, out)
        more, more_memory = batch(large, out)
        print(f"{effects:,} effects in {syntheses:,} syntheses, REML; processor time, peak memory")
        print(f"metasyn batch: {ours:.1f} s, {memory:.0f} MiB ({effects / ours:,.0f} effects a second)")
        print(f"  ten times as many: {more:.1f} s ({more / ours:.1f} times), {more_memory:.0f} MiB")
        for name, body in (("pandas and metasyn.pool", POOL), ("pandas and statsmodels", STATSMODELS)):
            seconds, theirs = loop(path, body, syntheses)
            ratios = f"ratio {seconds / ours:.0f}, of the ten times as many {10 * seconds / more:.0f}"
            print(f"{name}: {seconds:.0f} s, {theirs:.0f} MiB; {ratios}")


if __name__ == "__main__":
    makers = {"make": make, "make-scattered": make_scattered}
    if sys.argv[1:2] and sys.argv[1] in makers:
        print(makers[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3])))
    else:
        main(int(float(sys.argv[1])) if len(sys.argv) > 1 else EFFECTS)
