"""Gleser LJ, Olkin I. Stochastically dependent effect sizes. In: Cooper H, Hedges LV, Valentine JC, editors.

The handbook of research synthesis and meta-analysis. 2nd ed. New York: Russell Sage Foundation; 2009.
p. 357-376: the six comparisons of treatment and control of its first example as risk differences (Table
19.2, page 360), log odds ratios (page 362), log risk ratios and arcsine differences (page 364). Pages and
figures as metafor's page analyses:gleser2009 and its own test compare them.

Left out: the pooled results, which allow for the shared controls (multivariate models).
"""

from __future__ import annotations

import pytest

from metasyn.effects.compute import effect_sizes
from tests.literature.printed import as_printed
from tests.literature.tables import counts

# Events and persons, as metafor's test enters them: control, then treated; controls are shared in a study.
COMPARISONS = (
    (40, 1000, 100, 4000),
    (40, 1000, 150, 4000),
    (10, 200, 15, 400),
    (150, 2000, 40, 1000),
    (150, 2000, 80, 1000),
    (150, 2000, 50, 1000),
)


@pytest.mark.parametrize(
    ("measure", "factor", "printed"),
    [
        ("RD", 1, "0.0150 0.0025 0.0125 0.0350 -0.0050 0.0250"),
        ("OR", 1, "0.4855 0.0671 0.3008 0.6657 -0.0700 0.4321"),
        ("RR", 1, "0.4700 0.0645 0.2877 0.6286 -0.0645 0.4055"),
        # The chapter's arcsine difference is twice the one used here.
        ("AS", 2, "0.0852 0.0130 0.0613 0.1521 -0.0187 0.1038"),
    ],
)
def test_effect_sizes(measure: str, factor: int, printed: str) -> None:
    as_printed(factor * effect_sizes(measure, **counts(COMPARISONS)).yi, printed)
