"""Cannon CP, Steinberg BA, Murphy SA, Mega JL, Braunwald E. Meta-analysis of cardiovascular outcomes trials

comparing intensive versus moderate statin therapy. J Am Coll Cardiol 2006;48:438-445.
10.1016/j.jacc.2006.04.070, abstract: Mantel-Haenszel odds reductions of 16 % for coronary death or myocardial
infarction, 16 % for coronary death or any cardiovascular event (p < 0.00001), and 12 % for cardiovascular
death (p = 0.054). Counts as in metadat's dat.cannon2006 (Figures 2 to 5 of the article). The abstract has
p < 0.00001 for the first outcome too; the counts give 0.00003.
"""

from __future__ import annotations

import math

import pytest

from metasyn.synthesis.counts import CountSynthesis, mantel_haenszel
from tests.literature.printed import as_printed

# PROVE IT, A to Z, TNT, IDEAL: patients on high and on standard dose.
N_1, N_2 = [2099, 2265, 4995, 4439], [2063, 2232, 5006, 4449]
CORONARY = [147, 205, 334, 411], [172, 235, 418, 463]
ANY_EVENT = [496, 895, 1405, 1176], [554, 844, 1677, 1370]
CARDIOVASCULAR_DEATH = [27, 86, 126, 223], [36, 111, 155, 218]


def pooled(events: tuple[list[int], list[int]]) -> CountSynthesis:
    return mantel_haenszel(events_1=events[0], n_1=N_1, events_2=events[1], n_2=N_2, measure="OR")


@pytest.mark.parametrize(
    ("events", "reduction"), [(CORONARY, "16"), (ANY_EVENT, "16"), (CARDIOVASCULAR_DEATH, "12")]
)
def test_odds_reduction(events: tuple[list[int], list[int]], reduction: str) -> None:
    as_printed(100 * (1 - math.exp(pooled(events).estimate)), reduction)


def test_p_values() -> None:
    assert pooled(ANY_EVENT).pvalue < 0.00001
    as_printed(pooled(CARDIOVASCULAR_DEATH).pvalue, "0.054")
    as_printed(pooled(CORONARY).pvalue, "0.00003")
