"""The tables of two papers on how much the effects of trials differ, as published: parameters for tau^2.

Turner 2015, table IV: binary outcomes, log odds ratios; ln tau^2 is normal. Rhodes 2015, table 3 and
appendix: continuous outcomes, standardised mean differences; (ln tau^2 - location) / scale is t with 5
degrees of freedom. Each pair is location, scale.

Both come from models in which outcome and comparison (and area) add up on the log scale. Three constants
of the copy at hand break that by far more than rounding: see `CORRECTED`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from metasyn.vocabulary import (
    BinaryComparison,
    BinaryOutcome,
    ContinuousComparison,
    ContinuousOutcome,
    MedicalArea,
)

__all__ = [
    "CORRECTED",
    "RHODES",
    "RHODES_ALL",
    "RHODES_COMPARISONS",
    "TURNER",
    "TURNER_ALL",
    "TURNER_COMPARISONS",
]

Pair = tuple[float, float]

TURNER_ALL: Pair = (-2.56, 1.74)
RHODES_ALL: Pair = (-3.44, 2.59)

# Columns of the tables.
TURNER_COMPARISONS: tuple[BinaryComparison, ...] = (
    "pharmacological vs placebo or control",
    "pharmacological vs pharmacological",
    "non-pharmacological vs placebo or control",
    "non-pharmacological vs pharmacological",
    "non-pharmacological vs non-pharmacological",
)
RHODES_COMPARISONS: tuple[ContinuousComparison, ...] = (
    "pharmacological vs placebo or control",
    "pharmacological vs pharmacological",
    "non-pharmacological",
)

TURNER: Mapping[BinaryOutcome, tuple[Pair, ...]] = MappingProxyType({
    "all-cause mortality":
        ((-3.95, 1.34), (-4.18, 1.41), (-4.17, 1.55), (-2.92, 1.02), (-3.50, 1.26)),
    "obstetric":
        ((-3.52, 1.74), (-3.75, 1.79), (-3.74, 1.91), (-2.49, 1.50), (-3.08, 1.68)),
    "cause-specific mortality, major morbidity or composite":
        ((-3.71, 1.74), (-3.95, 1.79), (-3.93, 1.91), (-2.68, 1.51), (-3.27, 1.68)),
    "resource use, hospital stay or process":
        ((-2.34, 1.74), (-2.58, 1.79), (-2.56, 1.91), (-1.31, 1.50), (-1.90, 1.68)),
    "surgical or device success or failure":
        ((-2.14, 1.74), (-2.37, 1.79), (-2.36, 1.91), (-1.11, 1.50), (-1.69, 1.68)),
    "withdrawals":
        ((-2.99, 1.74), (-3.23, 1.79), (-3.21, 1.91), (-1.96, 1.51), (-2.55, 1.68)),
    "internal or structure-related":
        ((-2.71, 1.74), (-2.94, 1.79), (-2.93, 1.92), (-1.67, 1.51), (-2.26, 1.68)),
    "general physical health":
        ((-2.29, 1.53), (-2.53, 1.58), (-2.51, 1.72), (-1.26, 1.25), (-1.85, 1.46)),
    "adverse events":
        ((-1.87, 1.52), (-2.10, 1.58), (-2.10, 1.71), (-0.84, 1.24), (-1.43, 1.45)),
    "infection or new disease":
        ((-2.49, 1.52), (-2.73, 1.58), (-2.71, 1.71), (-1.46, 1.24), (-2.05, 1.45)),
    "signs or symptoms of a condition continuing or ending":
        ((-2.06, 1.51), (-2.29, 1.58), (-2.28, 1.71), (-1.03, 1.24), (-1.61, 1.45)),
    "pain":
        ((-1.83, 1.52), (-2.06, 1.58), (-2.05, 1.71), (-0.80, 1.25), (-1.38, 1.45)),
    "quality of life or functioning":
        ((-2.54, 1.54), (-2.78, 1.60), (-2.77, 1.73), (-1.51, 1.27), (-2.10, 1.47)),
    "mental health":
        ((-2.12, 1.53), (-2.35, 1.60), (-2.34, 1.72), (-1.09, 1.27), (-1.67, 1.47)),
    "biological markers":
        ((-1.77, 1.52), (-2.00, 1.58), (-1.99, 1.71), (-0.74, 1.24), (-1.33, 1.45)),
    "subjective, various":
        ((-2.70, 1.52), (-2.93, 1.58), (-2.92, 1.71), (-1.67, 1.25), (-2.26, 1.45)),
})  # fmt: skip

RHODES: Mapping[MedicalArea, Mapping[ContinuousOutcome, tuple[Pair, ...]]] = MappingProxyType({
    "other": {
        "obstetric":
            ((-4.13, 2.34), (-4.40, 2.31), (-3.99, 2.11)),
        "resource use, hospital stay or process":
            ((-2.55, 2.73), (-2.83, 2.70), (-2.41, 2.57)),
        "internal or external structure-related":
            ((-2.43, 2.50), (-2.70, 2.46), (-2.29, 2.32)),
        "general physical health, adverse events, pain, quality of life or functioning":
            ((-3.16, 2.50), (-3.44, 2.44), (-3.02, 2.27)),
        "signs or symptoms of a condition, infection or new disease":
            ((-3.00, 2.50), (-3.27, 2.47), (-2.86, 2.33)),
        "mental health":
            ((-2.99, 2.16), (-3.27, 2.14), (-2.85, 1.93)),
        "biological markers":
            ((-3.41, 2.83), (-3.68, 2.78), (-3.27, 2.66)),
        "subjective, various":
            ((-2.76, 2.58), (-3.03, 2.59), (-2.62, 2.41)),
    },
    "respiratory": {
        "obstetric":
            ((-6.03, 2.36), (-6.31, 2.31), (-5.89, 2.12)),
        "resource use, hospital stay or process":
            ((-4.46, 2.74), (-4.73, 2.70), (-4.32, 2.57)),
        "internal or external structure-related":
            ((-4.33, 2.51), (-4.61, 2.46), (-4.19, 2.33)),
        "general physical health, adverse events, pain, quality of life or functioning":
            ((-5.07, 2.51), (-5.34, 2.45), (-4.93, 2.28)),
        "signs or symptoms of a condition, infection or new disease":
            ((-4.90, 2.50), (-5.18, 2.47), (-4.76, 2.33)),
        "mental health":
            ((-4.90, 2.17), (-5.17, 2.14), (-4.76, 1.94)),
        "biological markers":
            ((-5.31, 2.83), (-5.59, 2.78), (-5.17, 2.66)),
        "subjective, various":
            ((-4.66, 2.59), (-4.94, 2.59), (-4.52, 2.41)),
    },
    "cancer": {
        "obstetric":
            ((-1.57, 2.45), (-1.85, 2.41), (-1.43, 2.24)),
        "resource use, hospital stay or process":
            ((0.01, 2.83), (-0.27, 2.79), (0.15, 2.68)),
        "internal or external structure-related":
            ((0.13, 2.61), (-0.14, 2.56), (0.27, 2.45)),
        "general physical health, adverse events, pain, quality of life or functioning":
            ((-0.60, 2.61), (-0.88, 2.55), (-0.46, 2.40)),
        "signs or symptoms of a condition, infection or new disease":
            ((-0.44, 2.60), (-0.71, 2.57), (-0.30, 2.46)),
        "mental health":
            ((-0.43, 2.28), (-0.71, 2.25), (-0.29, 2.08)),
        "biological markers":
            ((-0.85, 2.93), (-1.13, 2.87), (-0.71, 2.78)),
        "subjective, various":
            ((-0.20, 2.68), (-0.48, 2.68), (-0.06, 2.53)),
    },
})  # fmt: skip

# Cells in which the copy of the table at hand (bayesmeta 3.4) has another value, and which; the value
# here is the one the other cells add up to. To be confirmed with the paper.
CORRECTED: Mapping[tuple[MedicalArea, ContinuousOutcome, ContinuousComparison], str] = MappingProxyType({
    ("other", "mental health", "non-pharmacological"): "location -2.85 (there: -3.85)",
    ("cancer", "internal or external structure-related", "pharmacological vs placebo or control"):
        "location 0.13 (there: -0.13)",
    ("respiratory", "obstetric", "non-pharmacological"): "scale 2.12 (there: 2.21)",
})  # fmt: skip
