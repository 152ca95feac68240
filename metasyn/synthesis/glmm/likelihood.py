"""The log-likelihood of a model as a function of its parameters, with gradient and Hessian."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from metasyn.synthesis.glmm.integrate import Means, Nodes, find_modes, integrals, log_integrals
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
        own = np.arange(k) if structure.groups is None else np.array(structure.groups)
        self._where = [
            np.full(k, i) if name != structure.own else len(structure.shared) + own
            for i, name in enumerate(structure.channels)
        ]

    def __call__(self, x: Array) -> tuple[float, Array, Array]:
        bad = (-np.inf, np.zeros_like(x), -np.eye(x.size))
        if any(
            name in ("v", "s") and x[i] > LARGEST_VARIANCE for i, name in enumerate(self.structure.shared)
        ):
            return bad
        self.evaluations += 1
        values, first, second = self._differenced(x) if self.differences else self._exact(x)
        total = float(values.sum())
        return self._assembled(total, first, second, x.size) if np.isfinite(total) else bad

    def contributions(self, x: Array) -> Array:
        """Log-likelihoods of the studies, shape (k,)."""
        at = self._means(x)
        return log_integrals(self.kernel, at, self.nodes, find_modes(self.kernel, at, self._modes))

    def information(self, x: Array) -> Array:
        """What every study tells of its effect: minus its log-likelihood's second derivative, shape (k,)."""
        i = self.structure.channels.index("delta")
        return -self._exact(x)[2][i, i]

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

    def _exact(self, x: Array) -> tuple[Array, list[Array], dict[tuple[int, int], Array]]:
        names = self.structure.channels
        at = self._means(x)
        point = find_modes(self.kernel, at, self._modes)
        self._modes = (point.d, point.a)
        single = {(i,): _ORDERS[name] for i, name in enumerate(names)}
        double = {
            (i, j): tuple(p + q for p, q in zip(_ORDERS[names[i]][:2], _ORDERS[names[j]][:2], strict=True))
            for i in range(len(names))
            for j in range(i + 1)
        }
        wanted = {order[:2] for order in single.values()} | set(double.values())
        values, ratio = integrals(self.kernel, at, self.nodes, point, sorted(wanted))  # type: ignore[arg-type]
        first = [ratio[a, b] * factor for a, b, factor in single.values()]
        second = {
            (i, j): ratio[order] * _ORDERS[names[i]][2] * _ORDERS[names[j]][2] - first[i] * first[j]  # type: ignore[index]
            for (i, j), order in double.items()
        }
        return values, first, second

    def _differenced(self, x: Array) -> tuple[Array, list[Array], dict[tuple[int, int], Array]]:
        """Central differences in the channels, standard deviations in the place of variances."""
        names = self.structure.channels
        centre = self._shifted(x, {})
        first, second = [], {}
        for i, name in enumerate(names):
            up, down = self._shifted(x, {name: _STEP}), self._shifted(x, {name: -_STEP})
            first.append((up - down) / (2 * _STEP))
            second[i, i] = (up - 2 * centre + down) / _STEP**2
            for j in range(i):
                corners = [
                    p * q * self._shifted(x, {name: p * _STEP, names[j]: q * _STEP})
                    for p in (1, -1)
                    for q in (1, -1)
                ]
                second[i, j] = np.sum(corners, axis=0) / (4 * _STEP**2)
        return centre, first, second

    def _shifted(self, x: Array, shift: dict[Channel, float]) -> Array:
        at = self._means(x, shift)
        point = find_modes(self.kernel, at, self._modes, exact=True)
        if not shift:
            self._modes = (point.d, point.a)
        return log_integrals(self.kernel, at, self.nodes, point)

    def _assembled(
        self, total: float, first: list[Array], second: dict[tuple[int, int], Array], size: int
    ) -> tuple[float, Array, Array]:
        gradient, hessian = np.zeros(size), np.zeros((size, size))
        for i, where in enumerate(self._where):
            np.add.at(gradient, where, first[i])
            for j in range(i + 1):
                other = self._where[j]
                np.add.at(hessian, (where, other), second[i, j])
                if i != j:
                    np.add.at(hessian, (other, where), second[i, j])
        return total, gradient, hessian

    def with_nodes(self, nodes: Nodes) -> Likelihood:
        """The same model by another rule."""
        other = Likelihood(self.kernel, self.k, self.structure, nodes, differences=self.differences)
        other._modes = self._modes
        return other
