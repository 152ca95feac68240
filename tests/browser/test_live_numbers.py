"""Studies are switched off in the browser: the page shows what `pool` gives for those that are left."""

from __future__ import annotations

import json
import math
import random
import re
from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any

import pytest

from metasyn.analysis.result import OutcomeResult
from metasyn.effects.measure import get_measure
from metasyn.plots.forest_layout import forest_layout
from metasyn.plots.forest_rows import heterogeneity_rows, model_words
from metasyn.report.live_assets import page_script
from metasyn.synthesis import pool
from metasyn.synthesis.model import SynthesisResult
from metasyn.values import Interval, NotEstimable
from metasyn.wording import decimal, natural_text, p_text, percent_text, tau2_text
from tests.browser.shipped import NAMES, Shipped

# Switches to a state by its own controls and reads what the page then shows.
TRY = """([slug, tries]) => {
  const status = document.querySelector(`#figure-${slug} .live-status`);
  const svg = document.querySelector(`#figure-${slug} svg`);
  const overall = svg.querySelector("g.row.overall");
  const select = document.getElementById(`live-${slug}-as`);
  const boxes = [...document.querySelectorAll(`#figure-${slug} .switches input`)];
  const words = (row) => [...row.querySelectorAll("text:not([class*=cell-])")].map((t) => t.textContent)
    .filter(Boolean).join(" ");
  const cell = (key, row = overall) => row.querySelector(`.cell-${key}`)?.textContent || "";
  const small = document.querySelector(`#figure-${slug} .narrow g.row.overall`);
  return tries.map(([off, option]) => {
    boxes.forEach((box, i) => { if (!box.checked && !off.includes(i)) box.click(); });
    boxes.forEach((box, i) => { if (box.checked && off.includes(i)) box.click(); });
    if (select.value !== option) { select.value = option; select.dispatchEvent(new Event("change")); }
    return { numbers: { ...status.dataset }, said: status.textContent.replaceAll("\\u00a0", " "),
      label: words(overall), estimate: cell("estimate"), ci: cell("ci"),
      notes: [...svg.querySelectorAll("g.row.note")].map(words),
      off: [...svg.querySelectorAll("g.row.study.off")].map((row) => Number(row.dataset.index)),
      diamond: overall.querySelector(".mark-diamond")?.getAttribute("points") || "",
      narrow: { label: words(small), estimate: cell("estimate", small), ci: cell("ci", small),
        off: small.parentNode.querySelectorAll("g.row.study.off").length,
        diamond: small.querySelector(".mark-diamond")?.getAttribute("points") || "" },
      on: boxes.map((box) => box.checked) };
  });
}"""


def subsets_to_try(k: int) -> list[tuple[int, ...]]:
    """All of them for up to six effects; else all with one left out, and some pairs."""
    if k <= 6:
        return [off for size in range(k) for off in combinations(range(k), size)]
    pairs = random.Random(20261121).sample(list(combinations(range(k), 2)), 20)
    return [(), *((i,) for i in range(k)), *pairs]


def natural(result: SynthesisResult, interval: Interval | NotEstimable) -> tuple[float, float]:
    if isinstance(interval, NotEstimable):
        return math.nan, math.nan
    return result.natural(interval.low), result.natural(interval.high)


def expected_numbers(one: SynthesisResult) -> dict[str, float]:
    low, high = natural(one, one.ci)
    pi_low, pi_high = natural(one, one.pi)
    p = math.nan if isinstance(one.pvalue, NotEstimable) else one.pvalue
    het = one.heterogeneity
    between = {} if isinstance(het, NotEstimable) else {"tau2": het.tau2.value, "I2": het.I2}
    if not isinstance(het, NotEstimable):
        between |= {"Q": het.Q, "Q_pvalue": het.pvalue}
    return {
        **between,
        "estimate": one.natural(one.estimate),
        "ci_low": low,
        "ci_high": high,
        "pi_low": pi_low,
        "pi_high": pi_high,
        "pvalue": p,
    }


def check(shown: dict[str, Any], one: SynthesisResult, off: Sequence[int]) -> None:
    """Numbers to one part in a million, texts to the letter."""
    for name, value in expected_numbers(one).items():
        # I2 is a share of one: its millionths count as they are.
        least = 2.5e-6 if name == "I2" else 1e-30
        assert float(shown["numbers"][name]) == pytest.approx(value, rel=1e-6, abs=least, nan_ok=True), name
    assert sorted(shown["off"]) == list(off)
    if not one.pooled:
        assert "nothing is pooled" in shown["said"]
        assert shown["diamond"] == ""
        return
    row = next(row for row in forest_layout(one).rows if row.kind == "overall")
    assert (shown["label"], shown["estimate"], shown["ci"]) == (
        model_words(one),
        row.cells["estimate"],
        row.cells["ci"],
    )
    assert shown["narrow"]["label"] == shown["label"]
    assert (shown["narrow"]["estimate"], shown["narrow"]["ci"]) == (shown["estimate"], shown["ci"])
    assert shown["narrow"]["off"] == len(off)
    for line in heterogeneity_rows(one):
        assert line.label in " ".join([*shown["notes"], shown["said"]])


def check_diamond(shown: dict[str, Any], one: SynthesisResult, part: OutcomeResult) -> None:
    """The three corners of the diamond that are not cut off stand at their values."""
    groups = part.subgroups[0] if part.subgroups else None
    axis = forest_layout(part.synthesis, subgroups=groups).axis  # type: ignore[arg-type]
    points = [tuple(map(float, pair.split(","))) for pair in shown["diamond"].split()]
    left, right = (shown["panel"][name] for name in ("left", "right"))
    low, high = natural(one, one.ci)
    for value, (place, _) in zip((low, one.natural(one.estimate), high), points, strict=False):
        at = min(max(axis.fraction(value), 0.0), 1.0)
        assert place == pytest.approx(left + at * (right - left), abs=0.01)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_subset_shows_what_pool_gives(
    name: str, reports: dict[str, Shipped], visit: Callable[..., Any]
) -> None:
    report = reports[name]
    page = visit(report.url)
    for part, whole in report.pooled():
        tries = subsets_to_try(whole.k)
        shown = page.evaluate(TRY, [part.slug, [[list(off), ""] for off in tries]])
        wide, narrow = page.evaluate(
            "(slug) => [...document.querySelectorAll(`#figure-${slug} svg`)]"
            ".map(({ dataset }) => ({ left: Number(dataset.left), right: Number(dataset.right) }))",
            part.slug,
        )
        assert len(shown) == len(tries) > 1
        for off, found in zip(tries, shown, strict=True):
            kept = [i for i in range(whole.k) if i not in off]
            one = pool(whole.effects.take(kept), spec=whole.request.taking(kept))
            check(found, one, off)
            assert found["on"] == [i in kept for i in range(whole.k)]
            if off and one.pooled and found["diamond"]:
                check_diamond({**found, "panel": wide}, one, part)
                check_diamond({**found["narrow"], "panel": narrow}, one, part)


@pytest.mark.parametrize("name", NAMES)
def test_every_model_and_interval_shows_what_pool_gives(
    name: str, reports: dict[str, Shipped], visit: Callable[..., Any]
) -> None:
    report = reports[name]
    page = visit(report.url)
    for part, whole in report.pooled():
        options = list(dict.fromkeys((one.model, one.ci_method) for one in whole.alternatives))
        offs = [(), (0,), (whole.k - 1,)] if whole.k > 2 else [()]
        tries = [(off, column) for off in offs for column in range(len(options))]
        shown = page.evaluate(TRY, [part.slug, [[list(off), str(column)] for off, column in tries]])
        for (off, column), found in zip(tries, shown, strict=True):
            kept = [i for i in range(whole.k) if i not in off]
            model, ci_method = options[column]
            request = whole.request.taking(kept).update(model=model, ci_method=ci_method)
            one = pool(whole.effects.take(kept), spec=request)
            check(found, one, off)


def test_when_all_are_off_no_study_is_left(reports: dict[str, Shipped], visit: Callable[..., Any]) -> None:
    report = reports["ici_nras_mutant_vs_wild_type"]
    page = visit(report.url)
    (shown,) = page.evaluate(TRY, ["orr-rr", [[[0, 1, 2, 3], ""]]])
    assert "No comparison is left." in shown["said"]
    assert (shown["estimate"], shown["ci"], shown["diamond"]) == ("", "", "")
    assert shown["numbers"]["estimate"] == ""
    (again,) = page.evaluate(TRY, ["orr-rr", [[[], ""]]])
    assert "Changed" not in again["said"]


def test_no_more_than_the_table_holds_can_be_left_out(
    reports: dict[str, Shipped], visit: Callable[..., Any]
) -> None:
    page = visit(reports["response_rate_by_drug_class"].url)
    boxes = page.locator("#figure-orr-plo .switches input")
    assert "without any one or two of the 20 cohorts" in page.locator("#figure-orr-plo .panel").inner_text()
    boxes.nth(3).uncheck()
    assert boxes.nth(0).is_enabled()
    boxes.nth(8).uncheck()
    enabled = [boxes.nth(i).is_enabled() for i in range(20)]
    assert enabled == [i in (3, 8) for i in range(20)]
    boxes.nth(3).check()
    assert all(boxes.nth(i).is_enabled() for i in range(20))


def test_reset_brings_back_every_letter_of_the_figure(
    reports: dict[str, Shipped], visit: Callable[..., Any]
) -> None:
    page = visit(reports["response_rate_by_drug_class"].url)
    texts = (
        "() => [...document.querySelectorAll('#figure-orr-plo svg :is(text, desc)')]"
        ".map((one) => one.textContent)"
    )
    marks = (
        "() => [...document.querySelectorAll('#figure-orr-plo g.overall :is(line, polygon), #figure-orr-plo"
        " line[id$=-pooled]')].map((t) => [t.id, t.getAttribute('points'), t.getAttribute('x1')].join())"
    )
    before = page.evaluate(texts), page.evaluate(marks)
    page.locator("#figure-orr-plo .switches input").nth(2).uncheck()
    changed = page.evaluate(texts), page.evaluate(marks)
    assert changed[0] != before[0]
    assert changed[1] != before[1]
    page.get_by_role("button", name="Back to the report").first.click()
    assert (page.evaluate(texts), page.evaluate(marks)) == before


def numbers_to_word() -> list[float]:
    """Numbers of every size, ties of the last digit, and their neighbours."""
    drawn = random.Random(7)
    values = [0.0, 0.5, 0.125, 0.375, 0.625, 2.675, 0.0625, 0.03125, 12.5, 99.5, 9.95, 1.005, 0.9995]
    values += [10.0**power for power in range(-9, 24)] + [0.001, 0.0095, 0.0995, 0.095, 0.0005, 0.00049999]
    values += [drawn.uniform(0, 1) * 10.0 ** drawn.randint(-12, 7) for _ in range(900)]
    values += [drawn.randint(0, 4000) / 8 for _ in range(200)]
    values += [math.nextafter(value, end) for value in values[:60] for end in (0.0, math.inf)]
    return [*values, *(-value for value in values)]


def test_the_script_writes_numbers_as_wording_does(browser: Any) -> None:
    page = browser.new_page()
    script = page_script().split("// Small helpers")[0].replace('"use strict";\n(() => {', "() => {")
    values = numbers_to_word()
    sizes = [value for value in values if value >= 0]
    page.evaluate(
        script + "\nwindow.words = { decimal, naturalText, pText, tau2Text, percentText, wholeText }; }"
    )
    ask = "([name, values, ...more]) => values.map((value) => window.words[name](value, ...more))"

    def written(name: str, given: Sequence[float], *more: Any) -> list[str]:
        return page.evaluate(ask, [name, list(given), *more])  # type: ignore[no-any-return]

    for digits in (0, 1, 2, 3, 5, 8):
        assert written("decimal", values, digits) == [decimal(value, digits) for value in values]
    for code in ("HR", "PLO", "RD", "IRLN", "MN", "MD", "COR", "ROM", "IRD", "GEN", "IRR", "MEDLN"):
        measure = get_measure(code)
        assert written("naturalText", values, measure.family) == [natural_text(v, measure) for v in values]
    assert written("tau2Text", sizes) == [tau2_text(value) for value in sizes]
    below = [value for value in sizes if value <= 1]
    assert written("pText", below) == [p_text(value) for value in below]
    assert written("percentText", below, 0) == [percent_text(value, 0) for value in below]
    page.close()


def test_data_of_the_page_cannot_end_their_element(reports: dict[str, Shipped]) -> None:
    for report in reports.values():
        text = report.path.read_text(encoding="utf-8")
        (data,) = re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', text, re.DOTALL)
        assert not re.search("[<>&]", data)
        assert [one["slug"] for one in json.loads(data)] == [
            part.slug for part in report.result.outcomes if isinstance(part.synthesis, SynthesisResult)
        ]
