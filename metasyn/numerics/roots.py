"""Roots of a function of one variable: bracketed, safeguarded, and all of them on a grid."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Crossing", "Root", "all_roots", "bracketed_root", "starts_towards_zero"]

_EPSILON = 2.0**-52
# Subdivisions of a cell in which the function comes close to zero without crossing it.
_REFINEMENT = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """One root and how it was reached.

    Attributes
    ----------
    root : float
        The end of the last bracket with the smaller absolute function value.
    converged : bool
        True if the bracket shrank to the tolerance or the function is exactly 0 there.
    iterations : int
        Function evaluations inside the bracket.
    """

    root: float
    converged: bool
    iterations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """A root with the direction in which the function passes zero."""

    at: Root
    falling: bool


def bracketed_root(
    function: Callable[[float], float],
    low: float,
    high: float,
    *,
    f_low: float | None = None,
    f_high: float | None = None,
    start: float | None = None,
    scale: float = 0.0,
    rtol: float = 4 * _EPSILON,
    max_iterations: int = 400,
) -> Root:
    """The root inside a bracket, by Chandrupatla's mix of inverse quadratic steps and bisection.

    The tolerance is relative to the root (and to `scale`, where the function cannot resolve less),
    so that the answer does not depend on the units.

    Parameters
    ----------
    function : callable
        Continuous on `[low, high]`.
    low, high : float
        Ends with values of opposite sign, or one of them zero.
    f_low, f_high : float, optional
        Values at the ends, where they are known.
    start : float, optional
        A good guess, tried first; default the middle.
    scale : float
        Size below which differences of x do not show in the function.
    rtol : float
        Width of the last bracket relative to the root plus `scale`.
    max_iterations : int
        Evaluations after which `converged` is False.

    Returns
    -------
    Root

    Raises
    ------
    ValueError
        If the function has the same sign at both ends.

    References
    ----------
    Chandrupatla TR. A new hybrid quadratic/bisection algorithm for finding the zero of a nonlinear
    function without using derivatives. Adv Eng Softw 1997;28:145-149. 10.1016/S0965-9978(96)00051-8

    Examples
    --------
    >>> round(bracketed_root(lambda x: x * x - 2, 0.0, 2.0).root, 14)
    1.4142135623731
    """
    a, fa = high, function(high) if f_high is None else f_high
    b, fb = low, function(low) if f_low is None else f_low
    if fa == 0 or fb == 0:
        return Root(root=a if fa == 0 else b, converged=True, iterations=0)
    if (fa > 0) == (fb > 0):
        raise ValueError(f"no sign change between {low!r} ({fb!r}) and {high!r} ({fa!r}).")
    c, fc = b, fb  # a and b always bracket; c is the point dropped last
    step = 0.5 if start is None else min(max((start - a) / (b - a), 0.0), 1.0)
    for iteration in range(1, max_iterations + 1):
        x = a + step * (b - a)
        fx = function(x)
        if (fx > 0) == (fa > 0):
            c, fc = a, fa
        else:
            c, b, fc, fb = b, a, fb, fa
        a, fa = x, fx
        best, f_best = (a, fa) if abs(fa) < abs(fb) else (b, fb)
        tolerance = 0.5 * rtol * (abs(best) + scale) / abs(b - a) if b != a else math.inf
        if tolerance > 0.5 or f_best == 0:
            return Root(root=best, converged=True, iterations=iteration)
        step = min(max(_next_step(a, b, c, fa, fb, fc), tolerance), 1 - tolerance)
    return Root(root=best, converged=False, iterations=max_iterations)


def _next_step(a: float, b: float, c: float, fa: float, fb: float, fc: float) -> float:
    """Fraction of the way from a to b: inverse quadratic where that is safe, else the middle."""
    if fa == fb or fc == fb or c == a:
        return 0.5
    xi = (a - b) / (c - b)
    phi = (fa - fb) / (fc - fb)
    if phi * phi < xi and (1 - phi) * (1 - phi) < 1 - xi:
        return fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
    return 0.5


def all_roots(
    function: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    grid: NDArray[np.float64],
    *,
    scalar: Callable[[float], float],
    scale: float = 0.0,
) -> tuple[Crossing, ...]:
    """Every root that a scan of a grid can see, each polished to full precision.

    Where three neighbours come close to zero without crossing it, the cells around are scanned
    again more finely, so that a pair of roots between two grid points is found as well; so is the
    first cell where the function starts towards zero and is farther from it at the second point.

    Parameters
    ----------
    function : callable
        Vectorised.
    grid : ndarray of shape (n,)
        Increasing.
    scalar : callable
        The same function for one float, for polishing.
    scale : float
        As for `bracketed_root`.

    Returns
    -------
    tuple of Crossing
        In increasing order.

    Examples
    --------
    >>> import numpy as np
    >>> found = all_roots(np.sin, np.linspace(1.0, 7.0, 50), scalar=lambda x: float(np.sin(x)))
    >>> [(round(c.at.root, 6), c.falling) for c in found]
    [(3.141593, True), (6.283185, False)]
    """
    x, f = grid.tolist(), function(grid).tolist()
    extra = _near_misses(x, f)
    if extra:
        points = np.array(extra)
        both = sorted(zip([*x, *extra], [*f, *function(points).tolist()], strict=True))
        x, f = [one[0] for one in both], [one[1] for one in both]
    above = _above_zero(f)
    return tuple(
        Crossing(
            at=bracketed_root(
                scalar,
                x[i],
                x[i + 1],
                f_low=f[i],
                f_high=f[i + 1],
                start=_interpolated(x, f, i),
                scale=scale,
            ),
            falling=above[i],
        )
        for i in range(len(x) - 1)
        if above[i] != above[i + 1]
    )


def starts_towards_zero(one: Any, two: Any, three: Any) -> Any:
    """Whether values at neighbouring points leave room for a pair of roots in the first cell.

    The second has the sign of the first and is no nearer to zero, but the parabola through all three starts
    towards zero.

    Parameters
    ----------
    one, two, three : float or ndarray
        Values at the first three points.

    Returns
    -------
    bool or ndarray of bool

    Examples
    --------
    The distances from zero of (x - 0.3)(x - 0.5) and of 1 + x, at 0, 1 and 2:

    >>> starts_towards_zero(0.15, 0.35, 2.55), starts_towards_zero(1.0, 2.0, 3.0)
    (True, False)
    """
    square, product = one * one, one * two
    return (square > 0) & (product >= square) & (3 * square - 4 * product + one * three > 0)


def _interpolated(x: list[float], f: list[float], i: int) -> float | None:
    """Where the inverse through four neighbours is zero; None if they are not monotone around cell i."""
    if i < 1 or i + 3 > len(x):
        return None
    x, f = x[i - 1 : i + 3], f[i - 1 : i + 3]
    if not (f[0] > f[1] > f[2] > f[3] or f[0] < f[1] < f[2] < f[3]):
        return None
    # Neville's scheme for x as a function of f, at f = 0.
    for width in range(1, 4):
        x = [(f[j + width] * x[j] - f[j] * x[j + 1]) / (f[j + width] - f[j]) for j in range(4 - width)]
    return x[0]


def _near_misses(x: list[float], f: list[float]) -> list[float]:
    """Finer points around every local minimum of the absolute value that is not a crossing."""
    size = [abs(value) for value in f]
    dips = [
        i
        for i in range(1, len(f) - 1)
        if size[i] < size[i - 1] and size[i] <= size[i + 1] and (f[i - 1] > 0) == (f[i + 1] > 0)
    ]
    ends = [(x[i - 1], x[i + 1]) for i in dips]
    if len(f) > 2 and starts_towards_zero(*f[:3]):
        ends.append((x[0], x[1]))
    cells = [np.linspace(low, high, 2 * _REFINEMENT + 1).tolist() for low, high in ends]
    return sorted({point for cell in cells for point in cell} - set(x)) if cells else []


def _above_zero(f: list[float]) -> list[bool]:
    """Where the function is above zero, an exact zero counting as the point before it (first: after)."""
    state = next((value > 0 for value in f if value), False)
    above = []
    for value in f:
        if value:
            state = value > 0
        above.append(state)
    return above
