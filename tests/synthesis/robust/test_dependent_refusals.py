"""Single clusters, covariances that no data have, variances that cannot be told: refused, with what to do.

One table for the three rooms of dependent effects. Every refusal is one line: what is wrong, what to do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize

from metasyn.errors import NotEstimableError
from metasyn.synthesis.dependence import overlap_covariance, sampling_covariance, shared_arm_covariance
from metasyn.synthesis.dependence.clusters import LEAST_EIGENVALUE, covariance_of
from metasyn.synthesis.multilevel import pool_multilevel
from metasyn.synthesis.robust import cluster_robust, pool_che
from tests.synthesis.multilevel.dense_mixed import dense_log_likelihood

Y = [0.3, -0.1, 0.9, 0.4, 0.2, 0.8]
V = [0.1, 0.2, 0.15, 0.1, 0.3, 0.2]
STUDY = ["a", "a", "b", "b", "c", "d"]


def multilevel(**given: Any) -> Any:
    return pool_multilevel(**({"yi": Y, "vi": V} | given))


def tied(r: float, n: int = 2) -> np.ndarray:
    """Six rows of which the first n have equal correlations."""
    out = np.diag(V)
    scale = np.sqrt(np.array(V[:n]))
    out[:n, :n] = np.where(np.eye(n, dtype=bool), 1.0, r) * np.outer(scale, scale)
    return out


Case = tuple[str, Callable[[], Any], str, str]
SINGLE: list[Case] = [
    ("one study in a multilevel model", lambda: multilevel(levels={"study": ["a"] * 6, "effect": None}),
     "all effects belong to one study (a)", "Leave out level 'study', or add studies"),
    ("one study with outcomes", lambda: multilevel(outcomes=list("xyxyxy"), within=["a"] * 6),
     "all effects belong to one study (a)", "Leave out"),
    ("one cluster in CHE", lambda: pool_che(yi=Y, vi=V, clusters=["a"] * 6),
     "all rows are in one cluster ('a')", "List its rows, or say with clusters="),
    ("one cluster of a robust variance", lambda: cluster_robust(yi=Y, working=V, clusters=["a"] * 6),
     "all rows are in one cluster ('a')", "Report that cluster alone, or cluster by what is independent"),
    ("no cluster with two rows in CHE", lambda: pool_che(yi=Y, vi=V, clusters=range(6)),
     "no cluster has two rows", "pooled by pool()"),
    ("no study with two effects", lambda: multilevel(levels={"study": range(6), "effect": None}),
     "every study has one effect", "Leave out level 'effect'; with one effect per study use pool()"),
]  # fmt: skip
INDEFINITE: list[Case] = [
    ("correlations that contradict each other",
     lambda: sampling_covariance([0.1] * 3, ["a"] * 3, outcomes=list("xyz"),
                                 rho={("x", "y"): 0.9, ("x", "z"): 0.9, ("y", "z"): -0.5}),
     "cluster 'a' (rows 1, 2, 3): the covariances are not positive definite", "or lower the correlations"),
    ("a negative correlation of three rows", lambda: sampling_covariance([0.1] * 3, ["a"] * 3, rho=-0.6),
     "smallest eigenvalue of the correlations -0.2, by rows 1, 2, 3", "leave one out, or lower"),
    ("two times that are one", lambda: sampling_covariance([0.1] * 3, ["a"] * 3, times=[0, 1e-7, 2], phi=0.9),
     "by rows 1, 2", "Rows 1 and 2 say the same (correlation 1): tell them apart by what was observed"),
    ("three comparisons of three arms",
     lambda: shared_arm_covariance(["a"] * 3, groups_1=["x", "x", "y"], groups_2=["y", "z", "z"],
                                   variances_1=[0.1, 0.1, 0.2], variances_2=[0.2, 0.3, 0.3]),
     "not positive definite", "leave"),
    ("a cohort twice",
     lambda: overlap_covariance([0.1] * 2, ["a"] * 2, sizes=[50] * 2, shared=[[50] * 2] * 2),
     "not positive definite", "leave one out"),
    ("a matrix given to a multilevel model",
     lambda: multilevel(sampling=tied(-0.9, 3), levels={"study": ["a"] * 3 + list("bcd"), "effect": None}),
     "covariances of 'a' are not positive definite (smallest eigenvalue of their correlations -0.8; "
     "effects 1 (Study 1), 2 (Study 2), 3 (Study 3))", "Lower the correlations, or leave out an effect"),
    ("a working covariance of a robust variance",
     lambda: cluster_robust(yi=Y, working=tied(1.5), clusters=STUDY),
     "cluster 'a' (rows 1, 2): the covariances are not positive definite", "leave one out"),
]  # fmt: skip
UNIDENTIFIED: list[Case] = [
    ("a moderator for every study",
     lambda: multilevel(levels={"study": STUDY, "effect": None},
                        X=np.equal.outer(STUDY, list("abcd")).astype(float)),
     "do not tell apart the variances of study", "Leave out a level"),
    ("an outcome of one study",
     lambda: multilevel(outcomes=["x", "y", "x", "y", "x", "z"], within=STUDY, structure="UN"),
     "outcome 'z' is reported by one study only", "Leave it out, or use structure='CS'"),
    ("a pair of outcomes in no study",
     lambda: multilevel(outcomes=["x", "y", "x", "z", "y", "z"], within=STUDY, structure="UN"),
     "no study reports both 'y' and 'z'", "Use structure='HCS' or 'CS', or pool the outcomes apart"),
    ("outcomes that no study shares",
     lambda: multilevel(outcomes=list("xyxyxy"), within=range(6), structure="CS"),
     "no study reports two outcomes", "Pool the outcomes apart"),
    ("a level that repeats the outcomes' covariance",
     lambda: multilevel(levels={"study": STUDY}, outcomes=list("xyxyxy"), within=STUDY),
     "part of the covariance of the outcomes", "Leave out the level, or the outcomes"),
    ("no degrees of freedom",
     lambda: multilevel(levels={"study": STUDY, "effect": None}, ci_method="t",
                        X=np.array([[1] * 6, [0, 1, 0, 1, 0, 1], [1, 2, 0, 2, 3, 1], [1, 0, 2, 0, 0, 4]]).T),
     "no degrees of freedom are left", "Use fewer moderators"),
    ("as many coefficients as clusters",
     lambda: cluster_robust(yi=Y, working=V, clusters=STUDY, design=np.vander(range(6), 4), variance="CR1"),
     "4 clusters and 4 coefficients", "Ask for variance='CR2', or for fewer coefficients"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("call", "wrong", "do"),
    [pytest.param(*case[1:], id=case[0]) for case in SINGLE + INDEFINITE + UNIDENTIFIED],
)
def test_refused_with_what_to_do(call: Callable[[], Any], wrong: str, do: str) -> None:
    with pytest.raises(NotEstimableError) as caught:
        call()
    said = str(caught.value)
    assert wrong in said
    assert do in said
    assert "\n" not in said


def test_how_nearly_singular_is_refused() -> None:
    """In every room the same bound: a pair whose correlation is 1 less than it, or more than it."""
    nearer, farther = 1 - LEAST_EIGENVALUE / 2, 1 - 2 * LEAST_EIGENVALUE
    levels = {"study": STUDY, "effect": None}
    for call in (
        lambda r: multilevel(sampling=tied(r), levels=levels, variance_ci="none"),
        lambda r: covariance_of(tied(r), STUDY),
        lambda r: cluster_robust(yi=Y, working=tied(r), clusters=STUDY),
        lambda r: sampling_covariance(V, STUDY, rho=r),
    ):
        call(farther)
        with pytest.raises(NotEstimableError, match="not positive definite"):
            call(nearer)


def test_a_whole_that_its_parts_nearly_imply() -> None:
    """Its conditional variance is near 0, but the likelihood is not flat: REML by dense matrices."""
    parts = np.array([[1.0, 0.0], [0.0, 1.0], [0.4, 0.6]])
    whole = parts @ np.diag([0.1, 0.0667]) @ parts.T
    whole[2, 2] *= 1.0001
    known = np.zeros((10, 10))
    known[:3, :3], known[range(3, 10), range(3, 10)] = whole, 0.05
    y = np.array([0.31, 0.05, 0.15, 0.4, -0.1, 0.25, 0.3, 0.02, 0.5, 0.1])
    study = np.array([0, 0, 0, *range(1, 8)])
    got = pool_multilevel(yi=y, sampling=known, levels={"study": study, "effect": None}, variance_ci="none")
    same = study[:, None] == study

    def lost(x: np.ndarray) -> float:
        M = known + x[0] ** 2 * same + x[1] ** 2 * np.eye(10)
        return -dense_log_likelihood(y, np.ones((10, 1)), M, restricted=True)

    ends = [
        minimize(lost, s, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12}).fun
        for s in ([0.1, 0.1], [0.01, 0.003], [0.3, 0.01])
    ]
    assert got.log_likelihood == pytest.approx(-min(ends), abs=1e-7)
