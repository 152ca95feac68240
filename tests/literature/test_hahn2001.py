"""Hahn S, Kim Y, Garner P. Reduced osmolarity oral rehydration solution for treating dehydration due to

diarrhoea in children: systematic review. BMJ 2001;323:81-85. 10.1136/bmj.323.7304.81, abstract: unscheduled
intravenous infusion, odds ratio 0.61 (0.47 to 0.81); three of twelve trials had none. Counts as in metadat's
dat.hahn2001. The abstract does not name the method; Peto's gives its figures (Mantel and Haenszel's would be
0.61, 0.46 to 0.80).
"""

from __future__ import annotations

import math

from metasyn.synthesis.counts import mantel_haenszel, peto
from tests.literature.printed import as_printed
from tests.literature.tables import counts
from tests.literature.test_preston2004 import TRIALS


def test_unscheduled_infusions() -> None:
    result = peto(**counts(TRIALS))
    assert (result.k, len(result.silent)) == (12, 3)
    as_printed([math.exp(x) for x in (result.estimate, result.ci.low, result.ci.high)], "0.61 0.47 0.81")


def test_mantel_haenszel_beside_it() -> None:
    result = mantel_haenszel(**counts(TRIALS), measure="OR")
    as_printed([math.exp(x) for x in (result.estimate, result.ci.low, result.ci.high)], "0.61 0.46 0.80")
