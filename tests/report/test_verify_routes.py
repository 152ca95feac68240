"""`verify.R` repeats medians and proportions from their printed figures, not from our variances."""

from __future__ import annotations

import math
import re
from importlib.resources import files
from itertools import product
from pathlib import Path
from typing import Any, cast

import pytest

from metasyn.effects import standardise
from metasyn.effects.model import EffectSet
from metasyn.effects.survival.effective_n import proportion_interval
from metasyn.report.verify_data import data_lines
from metasyn.report.verify_run import RMissingError, find_rscript, run_verification
from metasyn.values import Interval
from metasyn.vocabulary import ProportionInterval, ProportionMeasure, choices
from tests.effects.conftest import Builder

METHODS = cast("tuple[ProportionInterval, ...]", choices(ProportionInterval))


@pytest.fixture(scope="module")
def rscript() -> str:
    try:
        return find_rscript()
    except RMissingError as error:
        pytest.skip(str(error))


def trial(*names: str) -> Builder:
    builder = Builder()
    for name in names:
        builder.trial(name, n=(None, None))
    return builder


def medians() -> EffectSet:
    made = trial("oak", "elm", "fir", "yew")
    made.row("oak.drug", "median", 11.0, (8.9, 13.6), unit="months")
    made.row("elm.drug", "median", 26.0, (20.0, 40.0, 0.9), unit="weeks")
    made.row("fir.drug", "median", 12.0, open_ci=Interval(8.0, math.inf), unit="months")
    made.row("yew.drug", "median", 9.0, unit="months", events=50)
    return standardise(made.single("stroke"), measure="MEDLN")


def shares(measure: ProportionMeasure) -> EffectSet:
    """Survival and plain proportions, an interval by each method, printed with one decimal."""
    kinds: tuple[Any, ...] = ("survival", "percent")
    made = trial(*(f"{kind}{i}" for kind, i in product(kinds, range(len(METHODS)))))
    for kind, (i, method) in product(kinds, enumerate(METHODS)):
        found = proportion_interval(0.62, 55.0, method=method, level=0.9)
        bounds = (round(100 * found.low, 1), round(100 * found.high, 1), 0.9)
        made.row(f"{kind}{i}.drug", kind, 62.0, bounds, unit="percent", outcome="cough", ci_method=method)
    return standardise(made.single("cough"), measure=measure)


def script(*sets: EffectSet) -> str:
    template = files("metasyn.report").joinpath("templates/verify.R").read_text(encoding="utf-8")
    data = [line for effects in sets for line in (f'section("{effects.measure.code}")', *data_lines(effects))]
    return "\n".join([template, *data, "finish()", ""])


def test_r_comes_to_the_same_from_the_printed_figures(rscript: str, tmp_path: Path) -> None:
    sets = [medians(), *(shares(measure) for measure in choices(ProportionMeasure))]  # type: ignore[arg-type]
    path = tmp_path / "verify.R"
    path.write_text(script(*sets), encoding="utf-8")
    found = run_verification(rscript, path, timeout=60)
    assert found.differences == ()
    # yi and vi: of two medians with intervals, and of every share.
    assert found.confirmed == 2 * 2 + 2 * sum(effects.k for effects in sets[1:])
    wrong = re.sub(r"(vi = c\(\s*)([0-9.]+)", r"\g<1>0.5", script(sets[1]), count=1)
    path.write_text(wrong, encoding="utf-8")
    assert len(run_verification(rscript, path, timeout=60).differences) == 1


def test_counts_that_are_not_printed_are_said_to_be_taken() -> None:
    made = Builder().trial("oak").trial("elm")
    made.row("oak.drug", "percent", 25.0, n=40, unit="percent", outcome="cough")
    made.row("elm.drug", "events", None, events=9, n=40, outcome="cough")
    text = script(standardise(made.single("cough"), measure="PLO"))
    assert text.count('("the counts of ') == text.count('("the counts of Oak 2001",') == 1
    assert "taken as recovered from other printed figures (percent)" in text


def test_what_r_does_not_repeat_is_named() -> None:
    text = script(medians())
    assert "yi and vi of Fir 2001" in text
    assert "(median and one bound) is not repeated here" in text
    assert "(median and events) is not repeated here" in text
