"""The (restricted) log-likelihood of a linear mixed model in its covariance components, with derivatives."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasyn.synthesis.multilevel.blocks import Stack

__all__ = ["Likelihood", "Located"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Located:
    """The log-likelihood at given components, maximised over the coefficients.

    Attributes
    ----------
    value : float
    gradient : ndarray of shape (c,)
    hessian : ndarray of shape (c, c)
    information : ndarray of shape (c, c)
        Expected: half the trace of P K_i P K_j (REML) or W K_i W K_j (ML).
    coefficients : ndarray of shape (p,)
    covariance : ndarray of shape (p, p)
        (X' W X)^-1.
    quadratic : float
        r' W r.
    """

    value: float
    gradient: Array
    hessian: Array
    information: Array
    coefficients: Array
    covariance: Array
    quadratic: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Weighted:
    """One stack at given components: W = M^-1, and W (X, y)."""

    inverse: Array
    products: Array
    log_determinant: float


class Likelihood:
    """y ~ N(X b, V + sum_j c_j K_j) over independent clusters.

    With W = (V + sum c_j K_j)^-1 and P = W - W X (X' W X)^-1 X' W,

        l_ML(c)   = -(1/2) (k ln 2 pi - ln|W| + y' P y)
        l_REML(c) = l_ML(c) + (1/2) (p ln 2 pi + ln|X' X| - ln|X' W X|)

    and, with T = P for REML and T = W for ML,

        dl / dc_i      = -(1/2) (tr(T K_i) - y' P K_i P y)
        d2l / dc_i c_j =  (1/2) tr(T K_i T K_j) - y' P K_i P K_j P y.

    Parameters
    ----------
    stacks : sequence of Stack
        The columns of the design orthonormal over all effects, so that ln|X' X| = 0.
    restricted : bool

    References
    ----------
    Harville DA. Maximum likelihood approaches to variance component estimation and to related problems.
    J Am Stat Assoc 1977;72:320-338. 10.1080/01621459.1977.10480998.
    """

    __slots__ = ("columns", "evaluations", "k", "p", "restricted", "stacks")

    def __init__(self, stacks: Sequence[Stack], *, restricted: bool) -> None:
        self.stacks = tuple(stacks)
        self.restricted = restricted
        self.k = sum(int((stack.rows >= 0).sum()) for stack in self.stacks)
        self.p = self.stacks[0].design.shape[2]
        self.columns = tuple(np.concatenate([s.design, s.y[:, :, None]], axis=2) for s in self.stacks)
        self.evaluations = 0

    def at(self, components: Array) -> Located:
        """Value and derivatives; the components must leave every covariance positive definite."""
        self.evaluations += 1
        p, pairs = self.p, zip(self.stacks, self.columns, strict=True)
        weighted = [_weigh(stack, columns, components) for stack, columns in pairs]
        cross = np.zeros((p + 1, p + 1))
        for columns, w in zip(self.columns, weighted, strict=True):
            cross += columns.reshape(-1, p + 1).T @ w.products.reshape(-1, p + 1)
        covariance = np.linalg.inv(cross[:p, :p])
        b = covariance @ cross[:p, p]
        quadratic = _residual_square(self.stacks, weighted, b)
        value = -0.5 * (self.k * math.log(2 * math.pi) + sum(w.log_determinant for w in weighted) + quadratic)
        if self.restricted:
            value += 0.5 * (p * math.log(2 * math.pi) - float(np.linalg.slogdet(cross[:p, :p])[1]))
        gradient, hessian, information = self._derivatives(weighted, covariance, b)
        return Located(
            value=value,
            gradient=gradient,
            hessian=hessian,
            information=information,
            coefficients=b,
            covariance=covariance,
            quadratic=quadratic,
        )

    def _derivatives(
        self, weighted: Sequence[_Weighted], covariance: Array, b: Array
    ) -> tuple[Array, Array, Array]:
        """Gradient, Hessian and expected information from sums over the stacks."""
        p, c = self.p, self.stacks[0].ties.shape[0]
        traces, products = np.zeros(c), np.zeros((c, c))
        first, second = np.zeros((c, p + 1, p + 1)), np.zeros((c, p + 1, c, p + 1))
        for stack, w in zip(self.stacks, weighted, strict=True):
            # S = (W X, W (y - X b)); K_i S and W K_i S give every quadratic form.
            s = np.concatenate(
                [w.products[..., :p], w.products[..., p:] - w.products[..., :p] @ b[:, None]], 2
            )
            ks = stack.ties @ s
            flat = ks.reshape(c, -1, p + 1)
            first += s.reshape(-1, p + 1).T @ flat
            turned = (w.inverse @ ks).reshape(c, -1, p + 1)
            second += (_rows_last(flat) @ _rows_last(turned).T).reshape(second.shape)
            wk = w.inverse @ stack.ties
            traces += np.einsum("cbii->c", wk)
            products += wk.reshape(c, -1) @ wk.swapaxes(2, 3).reshape(c, -1).T
        if self.restricted:
            bq = covariance @ first[:, :p, :p]
            traces = traces - np.einsum("cii->c", bq)
            products = (
                products
                - 2 * np.einsum("qr,crdq->cd", covariance, second[:, :p, :, :p])
                + np.einsum("cij,dji->cd", bq, bq)
            )
        lost = first[:, :p, p]
        curvature = second[:, p, :, p] - lost @ covariance @ lost.T
        gradient = -0.5 * (traces - first[:, p, p])
        hessian = 0.5 * products - curvature
        return gradient, (hessian + hessian.T) / 2, (products + products.T) / 4


def _rows_last(array: Array) -> Array:
    """Shape (c, rows, p + 1) as (c (p + 1), rows)."""
    return array.swapaxes(1, 2).reshape(-1, array.shape[1])


def _weigh(stack: Stack, columns: Array, components: Array) -> _Weighted:
    """Inverse, determinant and products of M = V + sum c_j K_j of every cluster."""
    ties = stack.ties
    marginal = stack.sampling + (components @ ties.reshape(components.size, -1)).reshape(ties.shape[1:])
    factor = np.linalg.cholesky(marginal)
    back = np.linalg.inv(factor)
    inverse = back.swapaxes(1, 2) @ back
    return _Weighted(
        inverse=inverse,
        products=inverse @ columns,
        log_determinant=2 * float(np.log(np.einsum("bii->bi", factor)).sum()),
    )


def _residual_square(stacks: Sequence[Stack], weighted: Sequence[_Weighted], b: Array) -> float:
    """r' W r with r = y - X b, which does not cancel as y' W y - b' X' W y does."""
    total = 0.0
    for stack, w in zip(stacks, weighted, strict=True):
        residual = stack.y - stack.design @ b
        total += float((residual * (w.inverse @ residual[:, :, None])[:, :, 0]).sum())
    return total
