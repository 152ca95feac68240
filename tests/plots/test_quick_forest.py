"""The forestplot adapter: rows stay where they belong, and nothing of the process changes."""

from __future__ import annotations

import importlib.util
import io
import math
import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from forest_builders import bcg_effects, grouped, proportion, ratio, result_of
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.figure import Figure

import metasyn
from metasyn.errors import OptionError, ReportError
from metasyn.plots import quick_forest as public_quick_forest
from metasyn.plots import to_forestplot_frame
from metasyn.plots.quick_forest import quick_forest, require_rows
from metasyn.synthesis.model import SynthesisResult

# Looked for, not imported: importing it changes the process.
pytestmark = pytest.mark.skipif(importlib.util.find_spec("forestplot") is None, reason="an extra")


def png(ax: Axes) -> bytes:
    """The figure as a file: drawing it raises no warning."""
    figure: Any = ax.figure
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=72)
    return out.getvalue()


def rows_drawn(ax: Axes) -> dict[int, tuple[str, float | None, tuple[float, float] | None]]:
    """Text, mark and interval of every row, counted from the top; 0 is the header."""
    labels = [label.get_text() for label in ax.get_yticklabels()]
    n = len(labels)
    marks: dict[int, float] = {}
    bars: dict[int, tuple[float, float]] = {}
    for one in ax.collections:
        if isinstance(one, PathCollection):
            marks |= {round(y): x for x, y in np.asarray(one.get_offsets()) if math.isfinite(x)}
    lines = next(one for one in ax.collections if isinstance(one, LineCollection))
    for segment in lines.get_segments():
        if len(segment) == 2 and np.isfinite(segment).all():
            bars[round(segment[0][1])] = (float(segment[0][0]), float(segment[1][0]))
    return {n - 1 - y: (labels[y], marks.get(y), bars.get(y)) for y in range(n)}


def test_each_study_is_on_its_row() -> None:
    result = result_of(bcg_effects(), "RR")
    drawn = rows_drawn(quick_forest(result))
    for n, effect in enumerate(result.effects.effects, start=1):
        text, mark, bar = drawn[n]
        assert text.split("  ")[0] == effect.label
        assert mark == pytest.approx(math.exp(effect.yi), rel=1e-9)
        assert bar is not None
        assert bar[0] < mark < bar[1]  # type: ignore[operator]
    assert drawn[0][0].split()[0] == "Study"
    assert drawn[14][0].startswith("Random effects")


def duplicates() -> SynthesisResult:
    """Rows that agree in every text, and one that differs in what is not printed."""
    twin = ratio("Twin", 0.6, 0.4, 0.9)
    return result_of([twin, twin, ratio("Other", 1.2, 0.8, 1.8), twin], "HR")


def test_equal_rows_stay_apart() -> None:
    ax = quick_forest(duplicates())
    drawn = rows_drawn(ax)
    assert [drawn[n][0].split()[0] for n in range(1, 5)] == ["Twin", "Twin", "Other", "Twin"]
    assert [round(drawn[n][1] or 0, 3) for n in range(1, 5)] == [0.6, 0.6, 1.2, 0.6]
    assert len(ax.get_yticklabels()) == 1 + 4 + 3  # the header, four studies, a diamond, two lines of text
    assert png(ax)[:4] == b"\x89PNG"


def test_a_study_named_like_a_group_stays_a_study() -> None:
    result = result_of(bcg_effects()[:4], "RR")
    names = ["Aronson, 1948", "x", "x", "Aronson, 1948"]
    drawn = rows_drawn(quick_forest(result, subgroups=grouped(result, names)))
    texts = [drawn[n][0].strip().split("  ")[0] for n in range(len(drawn))]
    where = [n for n, text in enumerate(texts) if text == "Aronson, 1948"]
    assert where == [1, 2]
    assert (drawn[1][1], drawn[1][2]) == (None, None)
    assert drawn[2][1] == pytest.approx(math.exp(result.effects.yi[0]), rel=1e-9)


def test_a_group_without_a_name() -> None:
    result = result_of(bcg_effects()[:4], "RR")
    drawn = rows_drawn(quick_forest(result, subgroups=grouped(result, ["", "x", "x", ""])))
    assert drawn[1][0].strip() == "not stated"


def test_hostile_names_are_text() -> None:
    result = result_of([ratio("$\\frac{1}$ <b>", 0.6, 0.4, 0.9), ratio("=1+1", 1.2, 0.8, 1.8)], "HR")
    figure = Figure(figsize=(9, 3))
    ax = quick_forest(result, ax=figure.add_subplot())
    assert png(ax)
    ax = quick_forest(result)
    label = next(one for one in ax.get_yticklabels() if "frac" in one.get_text())
    assert label.get_text().startswith("$\\frac{1}$ <b>")
    assert png(ax)


def test_intervals_beyond_the_axis_get_arrows() -> None:
    result = result_of([ratio("Narrow", 0.8, 0.6, 1.05), ratio("Wide", 1.1, 0.0001, 12000)], "HR")
    ax = quick_forest(result)
    assert sorted(line.get_marker() for line in ax.lines if line.get_marker() in "<>") == ["<", ">"]
    _, _, bar = rows_drawn(ax)[2]
    assert bar == pytest.approx(ax.get_xlim(), rel=1e-9)


def test_an_undefined_estimate_draws_nothing() -> None:
    effects = [ratio("A", 0.6, 0.4, 0.9), ratio("B", 0.7, 0.5, 0.98), ratio("C", 0.7, 0.5, 0.98)]
    base = result_of(effects, "HR")
    lost = replace(effects[1], yi=math.nan)
    drawn = rows_drawn(
        quick_forest(replace(base, effects=replace(base.effects, effects=(effects[0], lost, effects[2]))))
    )
    assert drawn[2][1:] == (None, None)
    assert drawn[3][1] == pytest.approx(0.7, rel=1e-9)


def test_no_events_and_one_study() -> None:
    effects = [ratio("A", 0.6, 0.4, 0.9)]
    drawn = rows_drawn(quick_forest(result_of([proportion("A", 0, 25), proportion("B", 9, 30)], "PLO")))
    assert drawn[1][1] == 0.0
    assert rows_drawn(quick_forest(result_of(effects[:1], "HR")))[1][1] == pytest.approx(0.6, rel=1e-9)


def test_ticks_have_labels_and_the_header_is_in_view() -> None:
    ax = quick_forest(result_of(bcg_effects(), "RR"))
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["0.1", "0.2", "0.5", "1", "2", "5"]
    assert ax.get_ylim()[1] > len(ax.get_yticklabels()) - 1
    assert [tick.get_text() for tick in ax.get_xticklabels(minor=True)] == []


def test_drawn_into_given_axes() -> None:
    figure = Figure(figsize=(9, 3))
    other, mine = figure.subplots(1, 2)
    assert quick_forest(duplicates(), ax=mine) is mine
    assert not other.lines
    assert not other.collections


def test_words_are_passed_on_or_refused() -> None:
    ax = quick_forest(duplicates(), markercolor="black", color_alt_rows=True)
    (marks,) = (one for one in ax.collections if isinstance(one, PathCollection))
    assert marks.get_facecolor()[0].tolist() == [0.0, 0.0, 0.0, 1.0]
    with pytest.raises(OptionError, match="'sort'"):
        quick_forest(duplicates(), sort=True)
    with pytest.raises(OptionError, match="fontsize must be a number"):
        quick_forest(duplicates(), fontsize="big")


def test_a_moved_row_is_an_error() -> None:
    ax = quick_forest(duplicates())
    keys = [label.get_text() for label in ax.get_yticklabels()]
    frame = pd.DataFrame({"yticklabel": keys, "estimate": math.nan, "ll": math.nan, "hl": math.nan})
    with pytest.raises(ReportError, match="a mark is not where its estimate is"):
        require_rows(ax, frame)
    with pytest.raises(ReportError, match="labels were given"):
        require_rows(ax, frame.iloc[::-1])


def test_without_forestplot_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "forestplot.plot", None)
    with pytest.raises(ReportError, match=r"metasyn-evidence\[forestplot\]"):
        quick_forest(duplicates())


_PROBE = """
import warnings, numpy as np, matplotlib as mpl
import metasyn
from metasyn.plots.quick_forest import quick_forest
result = metasyn.pool(yi=[0.1, 0.4, 0.1], vi=[0.2, 0.3, 0.2], labels=["A", "B", "A"], measure="HR")
before = (np.geterr(), list(warnings.filters), dict(mpl.rcParams))
for _ in range(2):
    ax = quick_forest(result)
after = (np.geterr(), list(warnings.filters), dict(mpl.rcParams))
names = ("numpy errors", "warning filters", "rcParams")
changed = [name for name, old, new in zip(names, before, after) if old != new]
import matplotlib.pyplot as plt, forestplot.graph_utils as graph_utils
changed += ["pyplot figures"] * bool(plt.get_fignums()) + ["pyplot"] * (graph_utils.plt is not plt)
ax.figure.savefig("/dev/null", format="png")
print(changed)
"""


def test_no_setting_of_the_process_changes() -> None:
    command = [sys.executable, "-W", "error::UserWarning", "-c", _PROBE]
    nowhere = {"PATH": "", "DISPLAY": ":99", "HOME": "/nonexistent"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=nowhere)
    assert done.stdout.strip() == "[]"


def test_frame_for_forestplot_users() -> None:
    result = result_of(bcg_effects()[:4], "RR")
    names = ["Aronson, 1948", "x", "x", ""]
    frame = to_forestplot_frame(result, subgroups=grouped(result, names))
    assert frame["label"].tolist()[:2] == ["Aronson, 1948 (2)", "Ferguson & Simes, 1949"]
    assert frame["group"].tolist() == ["Aronson, 1948", "x", "x", "x", "not stated", "All studies"]
    assert frame["kind"].tolist() == ["study", "study", "study", "summary", "study", "overall"]
    assert frame["label"].is_unique
    assert not set(frame["label"].str.lower()) & set(frame["group"].str.lower())
    assert frame.index.tolist() == list(range(6))
    assert frame["events_1"].tolist()[0] == "4"
    studies = frame[frame["kind"] == "study"]
    assert studies["estimate"].tolist() == pytest.approx(np.exp(result.effects.yi).tolist(), rel=1e-12)
    assert studies["weight"].sum() == pytest.approx(1.0, rel=1e-12)
    assert (studies["ll"] < studies["estimate"]).all()


def test_frame_without_groups_has_no_group() -> None:
    frame = to_forestplot_frame(duplicates())
    assert "group" not in frame.columns
    assert frame["label"].tolist()[:4] == ["Twin", "Twin (2)", "Other", "Twin (3)"]
    assert frame["study"].tolist() == ["Twin", "Twin", "Other", "Twin", ""]


def test_public_names() -> None:
    assert isinstance(public_quick_forest(duplicates()), Axes)
    assert metasyn.plots.quick_forest is public_quick_forest
