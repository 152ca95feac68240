"""A test for few clusters: signs of whole clusters are drawn, or all of them are gone through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.errors import NotEstimableError, OptionError
from metasyn.synthesis.robust.che_model import CheResult
from metasyn.synthesis.robust.model import RobustResult
from metasyn.synthesis.robust.sandwich import sandwich
from metasyn.synthesis.robust.wald import combinations_of, untestable, wald
from metasyn.synthesis.robust.wild_model import WildBootstrapTest
from metasyn.values import Finding

__all__ = ["MOST_EXACT", "wild_bootstrap_test"]

_Array = NDArray[np.float64]

# With at most this many clusters all signs are gone through: 2^14 pairs of opposite ones.
MOST_EXACT = 15
_FEWEST_DRAWS = 99
# Sign vectors that are worked on at once.
_AT_ONCE = 2048
# Statistics that differ by less than this share are the same one, computed in another order.
_SAME = 1e-9
# Share of the working variance of a combination that is rounding.
_ROUNDING = 1e-14


def wild_bootstrap_test(
    result: RobustResult | CheResult,
    which: Sequence[str] | ArrayLike,
    values: ArrayLike | None = None,
    *,
    draws: int = 9999,
    seed: int = 1,
) -> WildBootstrapTest:
    r"""Test coefficients by the cluster wild bootstrap, for few clusters or degrees of freedom.

    The model is fitted under the null hypothesis `Cb = c`; with its residuals r and one sign s_i = +-1 per
    cluster, `y*_i = X_i b_0 + s_i r_i` are data for which the hypothesis is true and clusters stay as they
    are. How often their statistic `(Cb* - c)' (C V* C')^-1 (Cb* - c)` reaches the one observed is the p
    value. V* is the robust variance the result has (CR2, ...); the working covariance is held.

    With at most 15 clusters all signs are gone through and nothing is drawn; p is then a multiple of
    `2^(1 - m)` for m clusters. Otherwise `p = (1 + reached) / (1 + draws)`.

    Parameters
    ----------
    result : RobustResult or CheResult
        From `cluster_robust` or `pool_che`.
    which : sequence of str, or array_like of shape (q, p)
        Names of coefficients, or a matrix of combinations C.
    values : array_like of shape (q,), optional
        What they are tested against, c; default zero.
    draws : int
        Sign vectors that are drawn with more than 15 clusters; at least 99.
    seed : int
        Of their generator.

    Returns
    -------
    WildBootstrapTest

    Raises
    ------
    OptionError
        If a name is unknown, or an option breaks its rule.
    NotEstimableError
        If the combinations follow from each other, rest on one cluster alone, or have too few clusters.

    References
    ----------
    Joshi M, Pustejovsky JE, Beretvas SN. Cluster wild bootstrapping to handle dependent effect sizes in
    meta-analysis with a small number of studies. Res Synth Methods 2022;13:457-477. 10.1002/jrsm.1554.
    Cameron AC, Gelbach JB, Miller DL. Bootstrap-based improvements for inference with clustered errors. Rev
    Econ Stat 2008;90:414-427. 10.1162/rest.90.3.414.

    Examples
    --------
    Nine trials with one effect each: the test is Fisher's of all 512 assignments of signs.

    >>> from metasyn.synthesis.robust import cluster_robust
    >>> result = cluster_robust(
    ...     yi=[4, 2, 6, -1, 3, 5, -2, 7, 1], working=[1.0] * 9, clusters=range(9))
    >>> test = wild_bootstrap_test(result, ["Intercept"])
    >>> test.exact, test.n_signs, test.pvalue * 512
    (True, 256, 22.0)
    """
    robust = result.robust if isinstance(result, CheResult) else result
    _require_options(draws, seed)
    contrasts, names, against = combinations_of(robust.names, which, values)
    why = untestable(robust.model, robust.sandwich, contrasts)
    if why is not None:
        raise NotEstimableError(f"{', '.join(names)}: {why.reason}.")
    pieces = _Pieces.of(robust, contrasts, against)
    m = robust.n_clusters
    observed = float(pieces.statistics(np.ones((1, m)))[0])
    exact = m <= MOST_EXACT
    reached = total = 0
    for signs in _all_signs(m) if exact else _drawn(m, draws, seed):
        found = pieces.statistics(signs)
        reached += int((found >= observed * (1 - _SAME)).sum())
        total += found.size
    return WildBootstrapTest(
        names=names,
        contrasts=contrasts,
        values=against,
        estimates=contrasts @ robust.sandwich.coefficients,
        statistic=observed,
        pvalue=reached / total if exact else (1 + reached) / (1 + total),
        n_clusters=m,
        n_signs=total,
        exact=exact,
        seed=None if exact else seed,
        beside=wald(robust.model, robust.sandwich, robust.df_method, contrasts, names, against),
        findings=_findings(names, m, 1 - robust.level),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Pieces:
    """What each cluster adds to the estimates and to their robust covariance when its sign is +1.

    In combinations on the scale of the working model: `shift` of shape (m, q) and `whole` (m, p) are a
    cluster's part of C b* - c and of b* - b_0, `own` (m, q) its score by its residuals under the null
    hypothesis, `pull` (m, p, q) what the score loses per unit of b* - b_0.
    """

    shift: _Array
    whole: _Array
    own: _Array
    pull: _Array
    scale: float

    @classmethod
    def of(cls, robust: RobustResult, contrasts: _Array, against: _Array) -> _Pieces:
        parts, plain = robust.sandwich, sandwich(robust.model, "CR0")
        half = np.linalg.cholesky(contrasts @ parts.bread @ contrasts.T)
        turn = np.linalg.solve(half, contrasts @ parts.bread).T
        away = turn @ np.linalg.solve(half, contrasts @ parts.coefficients - against)
        # The residuals under the null hypothesis are those of the model plus X (b - b_0).
        scores = plain.scores + np.einsum("ipq,p->iq", plain.reach, away)
        whole = scores @ parts.bread
        return cls(
            shift=np.linalg.solve(half, contrasts @ whole.T).T,
            whole=whole,
            own=(parts.scores + np.einsum("ipq,p->iq", parts.reach, away)) @ turn,
            pull=parts.reach @ turn,
            scale=parts.scale,
        )

    def statistics(self, signs: _Array) -> _Array:
        """Wald statistics of data whose clusters have these signs, shape (n, m) -> (n,)."""
        distance, moved = signs @ self.shift, signs @ self.whole
        scores = signs[:, :, None] * self.own - np.einsum("np,ipq->niq", moved, self.pull)
        values, vectors = np.linalg.eigh(self.scale * np.swapaxes(scores, 1, 2) @ scores)
        along = np.einsum("nqr,nq->nr", vectors, distance) ** 2
        # Without variance in a direction the statistic has no bound, unless nothing differs there.
        found: _Array = (along / np.maximum(values, _ROUNDING)).sum(axis=1)
        return found


def _require_options(draws: Any, seed: Any) -> None:
    for name, value, least in (("draws", draws, _FEWEST_DRAWS), ("seed", seed, 0)):
        if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < least:
            raise OptionError(f"{name} must be a whole number, at least {least}; got {value!r}.")


def _all_signs(m: int) -> Iterator[_Array]:
    """Every vector of m signs with the first one +1: the opposite one has the same statistic."""
    for start in range(0, 2 ** (m - 1), _AT_ONCE):
        numbers = np.arange(start, min(start + _AT_ONCE, 2 ** (m - 1)))
        yield _signs(numbers[:, None] >> np.arange(m - 1, -1, -1) & 1)


def _drawn(m: int, draws: int, seed: int) -> Iterator[_Array]:
    """Vectors of m signs from a seeded generator."""
    generator = np.random.default_rng(seed)
    for start in range(0, draws, _AT_ONCE):
        yield _signs(generator.integers(0, 2, (min(_AT_ONCE, draws - start), m)))


def _signs(bits: NDArray[np.int64]) -> _Array:
    """0 as +1 and 1 as -1."""
    return np.asarray(1 - 2 * bits, dtype=float)


def _findings(names: tuple[str, ...], m: int, alpha: float) -> tuple[Finding, ...]:
    least = 2.0 ** (1 - m)
    if least <= alpha:
        return ()
    message = (
        f"{', '.join(names)}: with {m} clusters no p value below {least:g} is possible, so that one above "
        f"{alpha:.3g} says nothing"
    )
    return (Finding(code="wild-too-few-clusters", message=message, severity="warning"),)
