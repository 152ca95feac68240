"""Morris SB. Estimating effect sizes from pretest-posttest-control group designs. Organ Res Methods

2008;11:364-386. 10.1177/1094428106291059, Table 1 (page 368): five studies, standardised mean changes of
the treated minus those of the controls, by the pretest standard deviations. Page and figures as metafor's
page analyses:morris2008 and its own test compare them; the single changes and all variances are metafor's.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest

from metasyn.effects.compute import effect_sizes
from metasyn.effects.model import EffectSet
from tests.literature.printed import as_printed

CORRELATION = [0.47, 0.64, 0.77, 0.89, 0.44]
TREATED = {
    "mean_1": [38.5, 26.8, 0.7, 75.9, 36.0],
    "mean_2": [30.6, 23.5, 0.5, 53.4, 35.6],
    "sd_1": [11.6, 4.1, 0.1, 4.4, 4.6],
    "sd_2": [15.0, 3.1, 0.1, 14.5, 4.7],
    "n": [20, 50, 9, 10, 14],
    "r": CORRELATION,
}
CONTROL = {
    "mean_1": [19.7, 25.3, 0.6, 60.7, 33.4],
    "mean_2": [23.1, 24.9, 0.6, 55.7, 34.8],
    "sd_1": [14.8, 3.3, 0.2, 17.9, 6.9],
    "sd_2": [13.8, 4.1, 0.2, 17.3, 3.1],
    "n": [20, 42, 9, 11, 14],
    "r": CORRELATION,
}
Figures = dict[str, list[float]]


def by_pretest(group: Figures) -> EffectSet:
    """Standardised by the standard deviation before (sd_1 of the measure)."""
    figures = {name: group[name] for name in ("mean_1", "mean_2", "n", "r")}
    return effect_sizes("SMCR", **figures, sd_1=group["sd_2"])


def by_change(group: Figures) -> EffectSet:
    return effect_sizes("SMCC", **group)


@pytest.mark.parametrize(
    ("kind", "treated", "control", "difference"),
    [
        (
            "pretest",
            ("0.5056 1.0481 1.8054 1.4181 0.0801", "0.0594 0.0254 0.2322 0.1225 0.0802"),
            ("-0.2365 0.0958 0.0000 0.2667 -0.4250", "0.0544 0.0173 0.0511 0.0232 0.0864"),
            ("0.74 0.95 1.81 1.15 0.51", "0.1138 0.0426 0.2833 0.1458 0.1667"),
        ),
        (
            "change",
            ("0.5417 1.0198 2.6619 1.9088 0.0765", "0.0573 0.0304 0.5048 0.2822 0.0716"),
            ("-0.2213 0.1219 0.0000 0.5575 -0.2126", "0.0512 0.0240 0.1111 0.1050 0.0730"),
            ("0.76 0.90 2.66 1.35 0.29", "0.1086 0.0544 0.6159 0.3872 0.1447"),
        ),
    ],
)
def test_five_studies(
    kind: Literal["pretest", "change"],
    treated: tuple[str, str],
    control: tuple[str, str],
    difference: tuple[str, str],
) -> None:
    """The differences of the first case are those of Table 1."""
    standardise = by_pretest if kind == "pretest" else by_change
    first, second = standardise(TREATED), standardise(CONTROL)
    for effects, (yi, vi) in ((first, treated), (second, control)):
        as_printed(effects.yi, yi)
        as_printed(effects.vi, vi)
    as_printed(np.subtract(first.yi, second.yi), difference[0])
    as_printed(np.add(first.vi, second.vi), difference[1])
