"""Several effects of the same participants: CHE with CR2, and the three-level model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from coverage_cells.cells import LEVEL, Answer, Cell, Family, held
from metasyn.errors import MetasynError
from metasyn.synthesis.multilevel import pool_multilevel
from metasyn.synthesis.robust import pool_che

__all__ = ["CLUSTERS"]

Array = NDArray[np.float64]

TRUTH, VARIANCE, ROWS, OMEGA = -0.3, 0.06, 3, 0.1
CHE, THREE_T, THREE_WALD = "CHE, CR2", "three levels, t", "three levels, wald"
_RHO = {"sampling errors correlated 0.9": 0.9}


def _draw(cell: Cell, generator: np.random.Generator, trials: int) -> Iterator[Array]:
    """Three rows in every cluster, their variances 1 : 1.5 : 2; between rows of a cluster sd 0.1."""
    rho, k = _RHO[cell.setting], cell.k
    for _ in range(trials):
        common = np.sqrt(rho) * generator.standard_normal((k, 1))
        error = common + np.sqrt(1 - rho) * generator.standard_normal((k, ROWS))
        effect = (cell.tau or 0.0) * generator.standard_normal((k, 1)) + OMEGA * generator.standard_normal(
            (k, ROWS)
        )
        yield (TRUTH + effect + np.sqrt(_variances(k)) * error).ravel()


def _variances(k: int) -> Array:
    return np.tile(VARIANCE * np.array([1.0, 1.5, 2.0]), (k, 1))


def _che(y: Array, v: Array, cluster: list[int]) -> bool | None:
    found = pool_che(yi=y, vi=v, clusters=cluster, sensitivity=(), variance_ci="none", level=LEVEL)
    return held(found.robust.coefficients[0].ci, TRUTH)


def _three(y: Array, v: Array, cluster: list[int], how: str) -> bool | None:
    levels = {"study": cluster, "row": None}
    found = pool_multilevel(yi=y, vi=v, levels=levels, ci_method=how, variance_ci="none", level=LEVEL)
    return held(found.table[0].ci, TRUTH)


def _answers(cell: Cell, y: Array, wanted: frozenset[str]) -> Iterator[Answer]:
    v, cluster = _variances(cell.k).ravel(), np.repeat(np.arange(cell.k), ROWS).tolist()
    ways = {
        CHE: lambda: _che(y, v, cluster),
        THREE_T: lambda: _three(y, v, cluster, "t"),
        THREE_WALD: lambda: _three(y, v, cluster, "wald"),
    }
    for name, way in ways.items():
        try:
            yield name, way()
        except MetasynError:
            yield name, None


def _trials(cell: Cell) -> Mapping[str, int]:
    return dict.fromkeys((CHE, THREE_T, THREE_WALD), 1000)


CLUSTERS = Family(
    name="clusters",
    number=5,
    settings=tuple(_RHO),
    sizes=(5, 10, 30),
    trials=_trials,
    draw=_draw,
    answers=_answers,
)
