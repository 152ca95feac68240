"""Raudenbush SW. Analyzing effect sizes: random-effects models. In: Cooper H, Hedges LV, Valentine JC,

editors. The handbook of research synthesis and meta-analysis. 2nd ed. New York: Russell Sage Foundation;
2009. p. 295-315: teacher expectancy in 19 studies, Table 16.2 (page 301) and Table 16.3 (page 309). Pages and
figures as metafor's page analyses:raudenbush2009 and its own test compare them; figures of the chapter that
differ from an exact computation are named where they stand.

Left out: the Huber-White rows of Table 16.3 (cluster-robust inference).
"""

from __future__ import annotations

from typing import Any

import pytest

from metasyn.synthesis import SynthesisResult, pool
from metasyn.synthesis.model import Heterogeneity
from metasyn.synthesis.moderators import meta_regression
from metasyn.synthesis.sensitivity import blup
from metasyn.values import Interval
from tests.literature.printed import as_printed
from tests.literature.tables import EXPECTANCY, expectancy_data


def test_common_effect() -> None:
    """Table 16.2 and page 302; the chapter prints z = 1.65 for 1.655."""
    result = pool(**expectancy_data(), profile="metafor", model="common-effect")
    assert isinstance(result.heterogeneity, Heterogeneity)
    as_printed([result.estimate, result.heterogeneity.Q, result.statistic], "0.060 35.83 1.66")


def test_random_effects() -> None:
    """Table 16.2 and page 302; the chapter prints 0.083 for the mean.

    Its range of true effects, -0.19 to 0.35, leaves out the error of the mean.
    """
    result = pool(**expectancy_data(), profile="metafor")
    found = result.heterogeneity
    assert isinstance(found, Heterogeneity)
    assert isinstance(result.pi, Interval)
    as_printed(result.estimate, "0.083", units=1)
    as_printed([result.statistic, found.tau2.value], "1.62 0.019")
    bare = [result.estimate - 1.96 * found.tau2.tau, result.estimate + 1.96 * found.tau2.tau]
    as_printed(bare, "-0.19 0.35")
    as_printed([result.pi.low, result.pi.high], "-0.204 0.371")
    predicted = blup(result).estimate
    as_printed([predicted.min(), predicted.max()], "-0.03 0.25")


def test_weeks_of_contact() -> None:
    """Table 16.2; the smallest predicted effect is -0.07 in the chapter."""
    weeks = {"weeks": [min(study.weeks, 3) for study in EXPECTANCY]}
    result = meta_regression(**expectancy_data(), formula="~ weeks", data=weeks, test="wald")
    as_printed(result.tau2, "0.000")
    as_printed([c.estimate for c in result.coefficients], "0.407 -0.157")
    as_printed([c.statistic for c in result.coefficients], "4.68 -4.39")
    as_printed(result.heterogeneity.Q, "16.57")
    as_printed(result.fitted.min(), "-0.07", units=1)
    as_printed(result.fitted.max(), "0.41")


def row(result: SynthesisResult) -> list[float]:
    assert isinstance(result.heterogeneity, Heterogeneity)
    assert isinstance(result.ci, Interval)
    return [
        result.heterogeneity.tau2.value,
        result.estimate,
        result.se,
        result.statistic,
        result.ci.low,
        result.ci.high,
    ]


@pytest.mark.parametrize(
    ("options", "tau2_and_mean", "conventional", "knapp_hartung"),
    [
        ({"tau2": 0.0}, "0.000 0.060", "0.036 1.655 -0.011 0.132", "0.051 1.173 -0.048 0.168"),
        ({"tau2_method": "ML"}, "0.013 0.078", "0.047 1.637 -0.015 0.171", "0.059 1.311 -0.047 0.202"),
        ({"tau2_method": "REML"}, "0.019 0.084", "0.052 1.621 -0.018 0.185", "0.062 1.359 -0.046 0.213"),
        ({"tau2_method": "DL"}, "0.026 0.089", "0.056 1.601 -0.020 0.199", "0.064 1.405 -0.044 0.223"),
        ({"tau2_method": "HE"}, "0.080 0.114", "0.079 1.443 -0.041 0.270", "0.071 1.608 -0.035 0.264"),
    ],
    ids=["common effect", "ML", "REML", "DL", "HE"],
)
def test_table_16_3(
    options: dict[str, Any], tau2_and_mean: str, conventional: str, knapp_hartung: str
) -> None:
    data = expectancy_data()
    for ci_method, printed in (("wald", conventional), ("hartung-knapp", knapp_hartung)):
        result = pool(**data, **options, profile="metafor", ci_method=ci_method)
        as_printed(row(result), f"{tau2_and_mean} {printed}")
