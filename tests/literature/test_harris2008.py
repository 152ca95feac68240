"""Harris RJ, Bradburn MJ, Deeks JJ, Harbord RM, Altman DG, Sterne JAC. metan: fixed- and random-effects

meta-analysis. Stata J 2008;8:3-28: what this Stata program prints for the BCG vaccine trials. The output is
that recorded in metafor's own tests (test_misc_metan_vs_rma.*) and in `tests/reference/oracle`, section 7,
not a table of the article; z is printed with two digits there.
"""

from __future__ import annotations

import math

import pytest

from metasyn.effects.compute import effect_sizes
from metasyn.synthesis import pool
from metasyn.synthesis.counts import ChiSquaredTest, CountSynthesis, mantel_haenszel, peto
from metasyn.synthesis.model import Heterogeneity
from metasyn.values import Interval
from tests.literature.printed import as_printed
from tests.literature.tables import bcg_counts

COMMON, DERSIMONIAN_LAIRD = {"model": "common-effect"}, {"tau2_method": "DL"}


@pytest.mark.parametrize(
    ("measure", "options", "estimate", "z", "q", "natural"),
    [
        ("RR", COMMON, "-0.4303 -0.5097 -0.3509", "-10.62", "152.2330", "0.6503 0.6007 0.7040"),
        ("RR", DERSIMONIAN_LAIRD, "-0.7141 -1.0644 -0.3638", "-4.00", "152.2330", "0.4896 0.3449 0.6950"),
        ("OR", COMMON, "-0.4361 -0.5190 -0.3533", "-10.32", "163.1649", "0.6465 0.5951 0.7024"),
        ("OR", DERSIMONIAN_LAIRD, "-0.7474 -1.1242 -0.3706", "-3.89", "163.1649", "0.4736 0.3249 0.6903"),
        ("RD", COMMON, "-0.0009 -0.0014 -0.0005", "-4.04", "276.4737", None),
        ("RD", DERSIMONIAN_LAIRD, "-0.0071 -0.0101 -0.0040", "-4.51", "276.4737", None),
    ],
)
def test_inverse_variance(
    measure: str, options: dict[str, str], estimate: str, z: str, q: str, natural: str | None
) -> None:
    result = pool(effect_sizes(measure, **bcg_counts()), profile="metafor", **options)
    assert isinstance(result.ci, Interval)
    assert isinstance(result.heterogeneity, Heterogeneity)
    ends = [result.estimate, result.ci.low, result.ci.high]
    as_printed(ends, estimate)
    as_printed(result.statistic, z)
    as_printed(result.heterogeneity.Q, q)
    if natural is not None:
        as_printed([result.natural(x) for x in ends], natural)


@pytest.mark.parametrize(
    ("measure", "tau2", "i2"),
    [("RR", "0.3088", "92.1173"), ("OR", "0.3663", "92.6455"), ("RD", "0.0000", "95.6596")],
)
def test_dersimonian_and_laird(measure: str, tau2: str, i2: str) -> None:
    found = pool(effect_sizes(measure, **bcg_counts()), profile="metafor", tau2_method="DL").heterogeneity
    assert isinstance(found, Heterogeneity)
    as_printed(found.tau2.value, tau2)
    as_printed(100 * found.I2, i2)


def check(result: CountSynthesis, estimate: str, z: str, q: str, natural: str | None) -> None:
    ends = [result.estimate, result.ci.low, result.ci.high]
    as_printed(ends, estimate)
    as_printed(result.statistic, z)
    assert isinstance(result.heterogeneity, ChiSquaredTest)
    as_printed(result.heterogeneity.statistic, q)
    if natural is not None:
        as_printed([math.exp(x) for x in ends], natural)


@pytest.mark.parametrize(
    ("measure", "estimate", "z", "q", "natural"),
    [
        ("RR", "-0.4537 -0.5308 -0.3766", "-11.53", "152.5676", "0.6353 0.5881 0.6862"),
        ("OR", "-0.4734 -0.5538 -0.3930", "-11.54", "163.9426", "0.6229 0.5748 0.6750"),
        # metan prints z = 11.56: its standard error is that of Greenland and Robins 1985, ours that of Sato,
        # Greenland and Robins 1989.
        ("RD", "-0.0033 -0.0039 -0.0027", "-11.47", "386.7759", None),
    ],
)
def test_mantel_haenszel(measure: str, estimate: str, z: str, q: str, natural: str | None) -> None:
    check(mantel_haenszel(**bcg_counts(), measure=measure), estimate, z, q, natural)


def test_peto() -> None:
    check(peto(**bcg_counts()), "-0.4744 -0.5541 -0.3948", "-11.67", "167.7302", "0.6222 0.5746 0.6738")
