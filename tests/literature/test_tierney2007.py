"""Tierney JF, Stewart LA, Ghersi D, Burdett S, Sydes MR. Practical methods for incorporating summary
time-to-event data into meta-analysis. Trials 2007;8:16 (10.1186/1745-6215-8-16).

Its worked example is the trial of neoadjuvant chemotherapy for bladder cancer, Lancet 1999;354:533-540
(10.1016/S0140-6736(99)02292-8); the figures are those of the abstract of that trial. The tables of the paper
and its spreadsheet were not at hand: what is compared is what the trial itself printed of the hazard ratio,
as a difference in survival worked out from it, the z of the paper as Wang & Zeng 2013 quote it
(10.1186/1745-6215-14-391), and the interval it gives to a hazard ratio from the curves.
"""

from __future__ import annotations

import math

import pytest

from metasyn.effects import standardise
from metasyn.effects.hazard_ratio import o_minus_e_and_v, p_statistic
from metasyn.evidence.model import PValue
from tests.effects.conftest import Builder
from tests.literature.printed import as_printed

N = (491, 485)
DEATHS, P = 485, 0.075
Z_95 = 1.959963984540054
DRUG, PLACEBO, BOTH, TURNED = "cmv.drug", "cmv.placebo", "cmv.drug|cmv.placebo", "cmv.placebo|cmv.drug"


def trial() -> Builder:
    return Builder().trial("cmv", n=N)


def effect(builder: Builder):
    (found,) = standardise(builder.contrast(), measure="HR").effects
    return found


def by_p(about: str = BOTH, fewer: str = "cohort") -> Builder:
    return (
        trial()
        .row(about, "p", p=P, sided="two", test="log-rank", fewer_events_in=fewer, p_decimals=3)
        .row(about, "events", DEATHS, events=DEATHS)
    )


def test_z_of_the_paper() -> None:
    as_printed(p_statistic(PValue(value=P, sided="two")), "1.78")


@pytest.mark.parametrize(("about", "fewer"), [(BOTH, "cohort"), (TURNED, "comparator")])
def test_p_deaths_and_allocation_give_the_difference_that_the_trial_printed(about: str, fewer: str) -> None:
    """Three-year survival of 50.0% becomes 55.5%, a difference of 5.5% (95% CI -0.5 to 11.0)."""
    found = effect(by_p(about, fewer))
    assert found.route.name == "p, all events and allocation"
    ratios = [math.exp(found.yi + side * Z_95 * found.sei) for side in (0, 1, -1)]
    survival = [100 * 0.5**ratio for ratio in ratios]
    as_printed(survival[0], "55.5")
    # The trial rounded the hazard ratio and its bounds before.
    as_printed([share - 50 for share in survival[1:]], "-0.5 11.0", units=1)


def test_survival_and_medians_of_the_abstract_tell_the_same_hazard_ratio() -> None:
    at = {"timepoint": "36 months", "unit": "percent", "decimals": 1}
    point = effect(trial().row(DRUG, "survival", 55.5, **at).row(PLACEBO, "survival", 50.0, **at))
    medians = effect(
        trial()
        .row(DRUG, "median", 44.0, unit="months", decimals=0)
        .row(PLACEBO, "median", 37.5, unit="months", decimals=1)
        .row(BOTH, "p", p=P, test="log-rank", p_decimals=3)
    )
    assert (point.route.name, medians.route.name) == ("survival and n", "medians and p")
    log_rank = effect(by_p())
    as_printed([math.exp(found.yi) for found in (point, medians, log_rank)], "0.85 0.85 0.85")
    assert medians.sei == pytest.approx(log_rank.sei, rel=0.02)


def test_the_interval_of_its_hazard_ratio_from_the_curves() -> None:
    """0.88 (0.74 to 1.05) with V = 128.81."""
    yi, vi = o_minus_e_and_v(math.log(0.88) * 128.81, 128.81)
    as_printed([math.exp(yi + side * Z_95 * math.sqrt(vi)) for side in (0, -1, 1)], "0.88 0.74 1.05")
