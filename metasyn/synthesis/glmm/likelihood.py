"""The log-likelihood of a model as a function of its parameters, with gradient and Hessian."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from metasyn.synthesis.glmm.integrate import Means, Nodes, Point, find_modes, integrals, log_integrals
from metasyn.synthesis.glmm.kernels import Kernel

__all__ = ["LARGEST_VARIANCE", "Channel", "Likelihood", "Structure"]

Array = NDArray[np.float64]
Channel = Literal["delta", "v", "alpha", "s"]
# How often the likelihood is differentiated by delta and by alpha for one derivative by a channel, and
# what that is multiplied by (the heat equation).
_ORDERS: dict[Channel, tuple[int, int, float]] = {
    "delta": (1, 0, 1.0),
    "v": (2, 0, 0.5),
    "alpha": (0, 1, 1.0),
    "s": (0, 2, 0.5),
}
# Beyond it (a standard deviation of 30) a variance is taken not to be estimable.
LARGEST_VARIANCE = 900.0
_STEP = 5e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """Which parameters a model has.

    Attributes
    ----------
    shared : tuple of {'delta', 'v', 'alpha', 's'}
        With one value for all studies, in the order of the parameters; `v` and `s` are variances.
    own : {'delta', 'alpha'} or None
        With a value for every study, after the shared ones, or for every group of studies.
    groups : tuple of int or None
        The group of every study, counted from 0.
    """

    shared: tuple[Channel, ...]
    own: Channel | None = None
    groups: tuple[int, ...] | None = None

    @property
    def channels(self) -> tuple[Channel, ...]:
        """All of them."""
        return self.shared if self.own is None else (*self.shared, self.own)

    def lower(self, k: int) -> Array:
        """Lower bounds of the parameters."""
        bounds = [0.0 if name in ("v", "s") else -np.inf for name in self.shared]
        own = k if self.groups is None else max(self.groups) + 1
        return np.array(bounds + [-np.inf] * (own if self.own else 0))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Plan:
    """Which derivatives of the likelihood make which of the log-likelihood; pairs are of a lower triangle."""

    orders: list[tuple[int, int]]
    single: NDArray[np.intp]
    factors: Array
    row: NDArray[np.intp]
    column: NDArray[np.intp]
    double: NDArray[np.intp]


@lru_cache(maxsize=32)
def _plan(names: tuple[Channel, ...]) -> _Plan:
    """For these channels."""
    row, column = np.tril_indices(len(names))
    by = [_ORDERS[name] for name in names]
    single = [one[:2] for one in by]
    double = [(by[i][0] + by[j][0], by[i][1] + by[j][1]) for i, j in zip(row, column, strict=True)]
    orders = sorted({*single, *double})
    return _Plan(
        orders=orders,
        single=np.array([orders.index(one) for one in single]),
        factors=np.array([[one[2]] for one in by]),
        row=row,
        column=column,
        double=np.array([orders.index(one) for one in double]),
    )


class Likelihood:
    """A model, its data and its quadrature; remembers the last modes as the start of the next search.

    Calling it gives value, gradient and Hessian. With `differences` these are numerical derivatives of
    the quadrature's own value, which is what a maximum at few nodes needs; else they are the same
    quadrature of the exact derivatives, right once the quadrature is.
    """

    def __init__(
        self, kernel: Kernel, k: int, structure: Structure, nodes: Nodes, *, differences: bool = False
    ) -> None:
        self.kernel, self.k, self.structure, self.nodes = kernel, k, structure, nodes
        self.differences = differences
        self.evaluations = 0
        self._modes: tuple[Array, Array] | None = None
        self._last: tuple[Array, tuple[float, Array, Array]] | None = None
        own = np.arange(k) if structure.groups is None else np.array(structure.groups)
        self._plan = _plan(structure.channels)
        self._where = [
            np.full(k, i) if name != structure.own else len(structure.shared) + own
            for i, name in enumerate(structure.channels)
        ]

    def __call__(self, x: Array) -> tuple[float, Array, Array]:
        if self._last is not None and np.array_equal(self._last[0], x):
            return self._last[1]
        bad = (-np.inf, np.zeros_like(x), -np.eye(x.size))
        if any(
            name in ("v", "s") and x[i] > LARGEST_VARIANCE for i, name in enumerate(self.structure.shared)
        ):
            return bad
        self.evaluations += 1
        values, first, second = self._differenced(x) if self.differences else self._exact(x)
        total = float(values.sum())
        found = self._assembled(total, first, second, x.size) if np.isfinite(total) else bad
        self._last = (x.copy(), found)
        return found

    def gradient(self, x: Array) -> tuple[float, Array]:
        """Value and gradient alone, at a third of the cost."""
        self.evaluations += 1
        at, point = self._placed(x)
        channels = [_ORDERS[name] for name in self.structure.channels]
        values, ratio = integrals(self.kernel, at, self.nodes, point, [one[:2] for one in channels])
        return float(values.sum()), self._gradient(ratio * np.array([[one[2]] for one in channels]), x.size)

    def contributions(self, x: Array) -> Array:
        """Log-likelihoods of the studies, shape (k,)."""
        at = self._means(x)
        return log_integrals(self.kernel, at, self.nodes, find_modes(self.kernel, at, self._modes))

    def information(self, x: Array) -> Array:
        """What every study tells of its effect: minus its log-likelihood's second derivative, shape (k,)."""
        i = self.structure.channels.index("delta")
        return np.asarray(-self._exact(x)[2][i * (i + 3) // 2])

    def _means(self, x: Array, shift: dict[Channel, float] | None = None) -> Means:
        """The four channels of every study; with a shift (or an empty one) from standard deviations."""
        zero = np.zeros((self.k, 1))
        parts: dict[Channel, Array] = {"delta": zero, "v": zero, "alpha": zero, "s": zero}
        for name, where in zip(self.structure.channels, self._where, strict=True):
            values = x[where][:, None]
            if shift is not None:
                values = values + shift.get(name, 0.0)
                values = values * values if name in ("v", "s") else values
            parts[name] = values
        return Means(**parts)

    def _placed(self, x: Array) -> tuple[Means, Point]:
        """Where the integrands are, the search starting from the last modes."""
        at = self._means(x)
        point = find_modes(self.kernel, at, self._modes)
        self._modes = (point.d, point.a)
        return at, point

    def _exact(self, x: Array) -> tuple[Array, Array, Array]:
        """Log-likelihoods of the studies, first derivatives by the channels, and second ones of all pairs."""
        at, point = self._placed(x)
        plan = self._plan
        values, ratio = integrals(self.kernel, at, self.nodes, point, plan.orders)
        first = ratio[plan.single] * plan.factors
        second = ratio[plan.double] * (plan.factors[plan.row] * plan.factors[plan.column])
        return values, first, second - first[plan.row] * first[plan.column]

    def _differenced(self, x: Array) -> tuple[Array, Array, Array]:
        """Central differences in the channels, standard deviations in the place of variances."""
        names = self.structure.channels
        centre = self._shifted(x, {})
        first, second = [], []
        for i, name in enumerate(names):
            up, down = self._shifted(x, {name: _STEP}), self._shifted(x, {name: -_STEP})
            first.append((up - down) / (2 * _STEP))
            for other in names[:i]:
                corners = [
                    p * q * self._shifted(x, {name: p * _STEP, other: q * _STEP})
                    for p in (1, -1)
                    for q in (1, -1)
                ]
                second.append(np.sum(corners, axis=0) / (4 * _STEP**2))
            second.append((up - 2 * centre + down) / _STEP**2)
        return centre, np.array(first), np.array(second)

    def _shifted(self, x: Array, shift: dict[Channel, float]) -> Array:
        at = self._means(x, shift)
        point = find_modes(self.kernel, at, self._modes, exact=True)
        if not shift:
            self._modes = (point.d, point.a)
        return log_integrals(self.kernel, at, self.nodes, point)

    def _assembled(self, total: float, first: Array, second: Array, size: int) -> tuple[float, Array, Array]:
        """Derivatives by the parameters from those by the channels."""
        hessian, sums = np.zeros((size, size)), second.sum(axis=1)
        shared = len(self.structure.shared)
        for n, (i, j) in enumerate(zip(self._plan.row.tolist(), self._plan.column.tolist(), strict=True)):
            if i < shared:
                hessian[i, j] = hessian[j, i] = sums[n]
                continue
            where, other = self._where[i], self._where[j]
            np.add.at(hessian, (where, other), second[n])
            if i != j:
                np.add.at(hessian, (other, where), second[n])
        return total, self._gradient(first, size), hessian

    def _gradient(self, first: Array, size: int) -> Array:
        """By the parameters: sums over all studies, or over those that share one."""
        out, shared = np.zeros(size), len(self.structure.shared)
        out[:shared] = first[:shared].sum(axis=1)
        if self.structure.own:
            np.add.at(out, self._where[shared], first[shared])
        return out

    def with_nodes(self, nodes: Nodes) -> Likelihood:
        """The same model by another rule."""
        other = Likelihood(self.kernel, self.k, self.structure, nodes, differences=self.differences)
        other._modes = self._modes
        return other
