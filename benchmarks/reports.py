"""How long reports, figures and pages take: `make benchmark`.

Figures are compared with metafor's `forest()` where R is present, in one run on this machine; builds
and pages are what a person waits for. Everything is made in a scratch folder.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
METASYN = [sys.executable, "-m", "metasyn"]
ROUNDS = 5
FIRST_PAINT = "(performance.getEntriesByName('first-contentful-paint')[0] ?? {startTime: null}).startTime"
# A cell of data/results.csv that one analysis uses.
PRINTED = "BICR,,HR,0.62,"

# The trials of Colditz 1994 (10.1001/jama.1994.03510330076038), in metadat as dat.bcg.
R_FOREST = """
suppressMessages(library(metafor))
dat <- escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
res <- rma(yi, vi, data = dat, test = "knha")
best <- Inf
for (i in 1:8) {
  started <- proc.time()[["elapsed"]]
  svg("f.svg"); forest(res, atransf = exp, addpred = TRUE, header = TRUE); invisible(dev.off())
  pdf("f.pdf"); forest(res, atransf = exp, addpred = TRUE, header = TRUE); invisible(dev.off())
  png("f.png", width = 1400, height = 900); forest(res, atransf = exp, addpred = TRUE, header = TRUE)
  invisible(dev.off())
  best <- min(best, proc.time()[["elapsed"]] - started)
}
cat(best)
"""
COUNTS = (
    (4, 123, 11, 139),
    (6, 306, 29, 303),
    (3, 231, 11, 220),
    (62, 13598, 248, 12867),
    (33, 5069, 47, 5808),
    (180, 1541, 372, 1451),
    (8, 2545, 10, 629),
    (505, 88391, 499, 88391),
    (29, 7499, 45, 7277),
    (17, 1716, 65, 1665),
    (186, 50634, 141, 27338),
    (5, 2498, 3, 2341),
    (27, 16913, 29, 17854),
)


def best(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Shortest of several runs, in seconds."""
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)


def figures() -> None:
    from metasyn import effect_sizes, pool
    from metasyn.plots import figure_bytes, forest_layout

    events_1, n_1, events_2, n_2 = zip(*COUNTS, strict=True)
    effects = effect_sizes("RR", events_1=events_1, n_1=n_1, events_2=events_2, n_2=n_2)
    result = pool(effects, ci_method="hartung-knapp")

    def draw() -> None:
        layout = forest_layout(result)
        for fmt in ("svg", "pdf", "png"):
            figure_bytes(layout, fmt, dpi=160)  # type: ignore[arg-type]

    ours = best(draw)
    print(f"forest plot of 13 trials as SVG, PDF and PNG: {1000 * ours:.0f} ms", end="")
    if shutil.which("Rscript") is None:
        print("; no R here to compare with")
        return
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(["Rscript", "-e", R_FOREST], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        print("; metafor is not installed")
        return
    theirs = float(done.stdout)
    print(f"; metafor's forest(): {1000 * theirs:.0f} ms; ratio {theirs / ours:.1f}")


def builds(home: Path) -> None:
    for name in ("data", "analyses"):
        shutil.copytree(ROOT / name, home / name)
    shutil.copy(ROOT / "pyproject.toml", home)

    def run() -> None:
        subprocess.run([*METASYN, "run"], cwd=home, check=True, capture_output=True)

    def cold() -> None:
        shutil.rmtree(home / "reports", ignore_errors=True)
        run()

    print(f"four analyses, all formats, nothing there yet: {best(cold, 3):.1f} s")
    print(f"nothing to do: {best(run, 3):.2f} s")
    table = home / "data" / "results.csv"
    text = table.read_text(encoding="utf-8")
    changed = text.replace(PRINTED, PRINTED.replace("0.62", "0.63"), 1)
    if changed == text:
        raise SystemExit(f"{table}: no row has {PRINTED!r} any more")
    for what, content in (("changed", changed), ("changed back", text)):
        table.write_text(content, encoding="utf-8")
        print(f"one hazard ratio {what}, one analysis is stale: {best(run, 1):.1f} s")


def pages(home: Path) -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        print("no Chromium here: first paint was not measured")
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for report in sorted((home / "reports").glob("*/report.html")):
            page = browser.new_page()
            page.goto(report.as_uri())
            while (paint := page.evaluate(FIRST_PAINT)) is None:
                page.wait_for_timeout(20)
            size = report.stat().st_size / 1000
            print(f"{report.parent.name}: {size:.0f} kB, first paint after {paint:.0f} ms")
            page.close()
        browser.close()


if __name__ == "__main__":
    figures()
    with tempfile.TemporaryDirectory() as scratch:
        builds(Path(scratch))
        pages(Path(scratch))
