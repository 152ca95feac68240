"""The sandwich: what each cluster says about the coefficients, with its small-sample adjustment."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from metasyn.synthesis.robust.working import WorkingModel
from metasyn.vocabulary import RobustVariance

__all__ = ["Sandwich", "sandwich"]

_Array = NDArray[np.float64]

# Share of a direction of the residuals that is left after fitting, below which nothing is left.
_FITTED = 1e-10
# For sums over products of array elements that numpy would otherwise do one by one.
_einsum = partial(np.einsum, optimize=True)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sandwich:
    """What every robust test of linear combinations is made from; all arrays are read-only.

    F is the working covariance, W its inverse, M = (X' W X)^-1, e the residuals, A_i the adjustment of
    cluster i and L_i = A_i' W_i X_i.

    Attributes
    ----------
    coefficients : ndarray of shape (p,)
        M X' W y.
    bread : ndarray of shape (p, p)
        M, the covariance of the coefficients if the working model holds.
    scores : ndarray of shape (m, p)
        L_i' e_i.
    spread : ndarray of shape (m, p, p)
        L_i' F_i L_i.
    reach : ndarray of shape (m, p, p)
        X_i' L_i.
    lost : ndarray of shape (p, p)
        The part of X' W X in directions in which the model fits a cluster exactly, so that its residuals
        say nothing.
    scale : float
        What the sum over clusters is multiplied with (1 but for CR1, CR1p and CR1S).
    """

    coefficients: _Array
    bread: _Array
    scores: _Array
    spread: _Array
    reach: _Array
    lost: _Array
    scale: float

    def __post_init__(self) -> None:
        for name in ("coefficients", "bread", "scores", "spread", "reach", "lost"):
            getattr(self, name).flags.writeable = False

    @property
    def covariance(self) -> _Array:
        """Robust covariance of the coefficients: `scale M (sum_i L_i' e_i e_i' L_i) M`."""
        half = self.scores @ self.bread
        return self.scale * (half.T @ half)

    def share_lost(self, contrast: _Array) -> float:
        """Share of the working variance of a combination that the residuals cannot tell, 0 to 1."""
        turn = self.bread @ contrast
        return float(turn @ self.lost @ turn) / float(contrast @ turn)

    def expected(self, contrasts: _Array) -> _Array:
        """Robust covariance of q combinations (rows), on average if the working model holds: (q, q).

        Of CR2 it is `contrasts M contrasts'` where no cluster is fitted exactly in any direction: that is
        what CR2 is made for.
        """
        own, lever = self._parts(contrasts)
        out: _Array = self.scale * (own - np.swapaxes(lever, 1, 2) @ lever).sum(axis=0)
        return out

    def freedom(self, contrasts: _Array) -> float:
        r"""Degrees of freedom of the robust covariance of q combinations (rows).

        Turned so that it is the identity on average, the covariance is likened to that of a Wishart matrix
        with the same total variance of its elements d_st: `q (q + 1) / sum_st var(d_st)` degrees of freedom
        (Pustejovsky and Tipton 2018, 10.1080/07350015.2016.1247004). For one combination these are
        Satterthwaite's, `2 E^2 / var`.
        """
        q = contrasts.shape[0]
        values, vectors = np.linalg.eigh(self.expected(contrasts))
        own, lever = self._parts((vectors / np.sqrt(values / self.scale)).T @ contrasts)
        # Of clusters i and j, cov(x_si, x_tj) is own_i less z_si' z_ti for i = j, and -z_si' z_tj otherwise.
        shared = np.swapaxes(lever, 1, 2) @ lever
        alone = own - shared
        first = _einsum("iss,itt->", alone, alone) - _einsum("iss,itt->", shared, shared)
        second = (alone**2).sum() - (shared**2).sum()
        sums = _einsum("ips,irt->stpr", lever, lever)
        first += (sums**2).sum()
        second += _einsum("stpr,strp->", sums, sums)
        return float(q * (q + 1) / (first + second))

    def _parts(self, contrasts: _Array) -> tuple[_Array, _Array]:
        """U_i' F_i U_i and R X_i' U_i with U_i = L_i M C' and R' R = M: shapes (m, q, q), (m, p, q)."""
        turn = self.bread @ contrasts.T
        root = np.linalg.cholesky(self.bread).T
        return turn.T @ self.spread @ turn, root @ (self.reach @ turn)


def sandwich(model: WorkingModel, variance: RobustVariance) -> Sandwich:
    r"""The sandwich of a working model.

    `A_i` is the identity for CR0 to CR1S and `D_i' B_i^{+1/2} D_i` for CR2, with `F_i = D_i' D_i` (D_i upper
    triangular), `B_i = D_i (F_i - X_i M X_i') D_i'` and its symmetric square root, inverted where it is not
    zero (Pustejovsky and Tipton 2018, 10.1080/07350015.2016.1247004).
    """
    clusters, blocks = model.covariance.clusters, model.covariance.blocks
    m, p = model.n_clusters, model.p
    sizes = np.array([rows.size for rows in clusters])
    stacks = [np.flatnonzero(sizes == n) for n in np.unique(sizes)]
    rows = [np.array([clusters[i] for i in members]) for members in stacks]
    lower = [np.linalg.cholesky(np.array([blocks[i] for i in members])) for members in stacks]
    white = [np.linalg.solve(c, model.design[r]) for c, r in zip(lower, rows, strict=True)]
    data = [np.linalg.solve(c, model.yi[r][..., None]) for c, r in zip(lower, rows, strict=True)]
    q, r = np.linalg.qr(np.concatenate([x.reshape(-1, p) for x in white]))
    inverse = np.linalg.solve(r, np.eye(p))
    bread = inverse @ inverse.T
    coefficients = inverse @ (q.T @ np.concatenate([y.reshape(-1) for y in data]))
    residuals = model.yi - model.design @ coefficients
    scores, spread, reach = np.empty((m, p)), np.empty((m, p, p)), np.empty((m, p, p))
    lost = np.zeros((p, p))
    for members, index, c, x in zip(stacks, rows, lower, white, strict=True):
        L, missed = _adjusted(c, x, x @ inverse, variance)
        turned = np.swapaxes(c, 1, 2) @ L
        scores[members] = (np.swapaxes(L, 1, 2) @ residuals[index][..., None])[..., 0]
        spread[members] = np.swapaxes(turned, 1, 2) @ turned
        reach[members] = np.swapaxes(model.design[index], 1, 2) @ L
        lost += (np.swapaxes(missed, 1, 2) @ missed).sum(axis=0)
    return Sandwich(
        coefficients=coefficients,
        bread=bread,
        scores=scores,
        spread=spread,
        reach=reach,
        lost=lost,
        scale=_scale(variance, m, model.k, p),
    )


def _adjusted(c: _Array, x: _Array, lever: _Array, variance: RobustVariance) -> tuple[_Array, _Array]:
    """L_i of clusters of one size, and the part of the whitened design that no residual tells.

    `c` is the lower Cholesky factor of F_i, `x` is `c^-1 X_i` and `lever lever'` the leverage `x M x'`.
    """
    left = np.eye(c.shape[1]) - lever @ np.swapaxes(lever, 1, 2)
    share, directions = np.linalg.eigh(left)
    kept = share > _FITTED
    missed = (np.swapaxes(directions, 1, 2) @ x) * ~kept[..., None]
    if variance != "CR2":
        return np.asarray(np.linalg.solve(np.swapaxes(c, 1, 2), x), dtype=float), missed
    # B = (C'C) left (C'C) with C = c, here as R R', whose singular vectors and values are those of B^1/2.
    root = np.swapaxes(c, 1, 2) @ c @ (directions * np.sqrt(np.where(kept, share, 0.0))[:, None, :])
    vectors, values, _ = np.linalg.svd(root)
    used = np.arange(values.shape[1]) < kept.sum(axis=1)[:, None]
    weight = np.where(used, 1 / np.where(used, values, 1.0), 0.0)
    adjusted = c @ vectors @ (weight[..., None] * (np.swapaxes(vectors, 1, 2) @ x))
    return np.asarray(adjusted, dtype=float), missed


def _scale(variance: RobustVariance, m: int, k: int, p: int) -> float:
    """The factor of the CR1 family, with m clusters, k rows and p coefficients."""
    if variance == "CR1":
        return m / (m - 1)
    if variance == "CR1p":
        return m / (m - p)
    if variance == "CR1S":
        return m * (k - 1) / ((m - 1) * (k - p))
    return 1.0
