"""D'Amico R, Pifferi S, Torri V, Brazzi L, Parmelli E, Liberati A. Antibiotic prophylaxis to reduce

respiratory tract infections and mortality in adults receiving intensive care. Cochrane Database Syst Rev
2009;(4):CD000022. 10.1002/14651858.CD000022.pub3, abstract: topical plus systemic antibiotics, 16 studies,
odds ratio of respiratory infection 0.28 (0.20 to 0.38). Counts as in metadat's dat.damico2009.
"""

from __future__ import annotations

from metasyn.effects.compute import effect_sizes
from metasyn.synthesis import pool
from metasyn.values import Interval
from tests.literature.printed import as_printed
from tests.literature.tables import counts

# Infections and patients: prophylaxis, then none.
TRIALS = (
    (13, 58, 23, 30), (1, 28, 29, 60), (12, 161, 38, 170), (14, 32, 17, 32), (4, 75, 12, 75),
    (4, 20, 7, 24), (0, 45, 4, 46), (5, 49, 31, 47), (10, 50, 25, 49), (7, 47, 25, 54), (32, 131, 60, 140),
    (62, 201, 100, 200), (7, 55, 26, 57), (22, 193, 40, 185), (3, 91, 17, 92), (91, 265, 149, 262),
)  # fmt: skip


def test_respiratory_infections() -> None:
    result = pool(effect_sizes("OR", **counts(TRIALS)), profile="revman-5")
    assert result.k == 16
    assert isinstance(result.ci, Interval)
    as_printed(
        [result.natural(x) for x in (result.estimate, result.ci.low, result.ci.high)], "0.28 0.20 0.38"
    )
