"""A Kaplan-Meier curve as it was read off a figure, put in order: points sorted, never rising."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.effects.inputs import number_array
from metasyn.errors import OptionError
from metasyn.values import Finding

__all__ = ["DigitisedCurve", "digitised_curve"]

_Array = NDArray[np.float64]

# Reading a figure misses by less than this; what lies further outside was not read as a proportion.
_OUTSIDE = 0.05
# A correction of more than this is more than the width of a line.
_LARGE = 0.02


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DigitisedCurve:
    """A survival curve as steps: one point for each distinct time, from survival 1 at time 0.

    Attributes
    ----------
    times, survival : ndarray of shape (m,)
        Strictly ascending; never rising, between 0 and 1. Survival is that after the drop at its time.
    moved : int
        Points that were corrected because the curve rose.
    largest_move : float
        The largest correction of survival.
    findings : tuple of Finding
        What was corrected.
    """

    times: _Array
    survival: _Array
    moved: int
    largest_move: float
    findings: tuple[Finding, ...]

    def at(self, time: float) -> float:
        """Survival at a time, a drop at that very time included."""
        return float(self.survival[np.searchsorted(self.times, time, side="right") - 1])


def digitised_curve(times: ArrayLike, survival: ArrayLike) -> DigitisedCurve:
    """Order the points of a digitised curve and correct those that rise.

    Points are sorted by time, at one time from top to bottom. Survival that rises is replaced by
    the non-increasing values nearest to it in least squares (pool adjacent violators,
    10.1214/aoms/1177728423). Unlike a running minimum this does not pull the curve down where the
    reading is noisy.

    Parameters
    ----------
    times : array_like of shape (k,)
        Any unit. Times just below 0 become 0.
    survival : array_like of shape (k,)
        Shares without the event, 0 to 1.

    Returns
    -------
    DigitisedCurve

    Raises
    ------
    OptionError
        If the columns are empty, of different length, not finite, or survival is not a proportion.

    Examples
    --------
    >>> curve = digitised_curve([1, 2, 3, 3], [0.90, 0.80, 0.84, 0.60])
    >>> curve.times.tolist(), curve.survival.round(2).tolist(), curve.moved
    ([0.0, 1.0, 2.0, 3.0], [1.0, 0.9, 0.82, 0.6], 2)
    """
    t, s = _points(times, survival)
    order = np.lexsort((-s, t))
    read_t, read_s = np.maximum(t[order], 0.0), np.clip(s[order], 0.0, 1.0)
    falling = _non_increasing(read_s)
    moves = np.abs(falling - read_s)
    at = np.concatenate([[0.0], read_t])
    # Survival is 1 at time 0; a drop read there shows at the next point.
    height = np.where(at > 0, np.concatenate([[1.0], falling]), 1.0)
    last = np.append(at[1:] > at[:-1], True)
    kept_t, kept_s = at[last], height[last]
    for array in (kept_t, kept_s):
        array.flags.writeable = False
    return DigitisedCurve(
        times=kept_t,
        survival=kept_s,
        moved=int((moves > 1e-12).sum()),
        largest_move=float(moves.max()),
        findings=_findings(t, s, moves),
    )


def _points(times: ArrayLike, survival: ArrayLike) -> tuple[_Array, _Array]:
    """The coordinates, checked."""
    t, s = number_array("times", times), number_array("survival", survival)
    if t.ndim != 1 or t.shape != s.shape or not t.size:
        raise OptionError(
            "times and survival must be columns of equal length, not empty; "
            f"got shapes {t.shape} and {s.shape}."
        )
    if not (np.isfinite(t).all() and np.isfinite(s).all()):
        raise OptionError("times and survival must be finite numbers.")
    if t.max() <= 0:
        raise OptionError("times must hold a time after 0.")
    if t.min() < -_OUTSIDE * t.max():
        raise OptionError(f"times must not be negative; got {t.min():g}.")
    if s.min() < -_OUTSIDE or s.max() > 1 + _OUTSIDE:
        hint = " Write 0.62 for 62%." if 1 + _OUTSIDE < s.max() <= 100 * (1 + _OUTSIDE) else ""
        worst = s.max() if s.max() > 1 + _OUTSIDE else s.min()
        raise OptionError(f"survival must be a proportion between 0 and 1; got {worst:g}.{hint}")
    return t, s


def _non_increasing(values: _Array) -> _Array:
    """The non-increasing sequence nearest to `values` in least squares."""
    blocks: list[tuple[float, int]] = []
    for value in values.tolist():
        mean, size = value, 1
        while blocks and blocks[-1][0] < mean:
            above, count = blocks.pop()
            mean, size = (above * count + mean * size) / (count + size), count + size
        blocks.append((mean, size))
    return np.repeat([mean for mean, _ in blocks], [size for _, size in blocks])


def _findings(t: _Array, s: _Array, moves: _Array) -> tuple[Finding, ...]:
    """What was put in order, in words."""
    found = []
    moved = int((moves > 1e-12).sum())
    if moved:
        found.append(
            Finding(
                code="curve-rises",
                message=f"a survival curve cannot rise: {moved} of {s.size} points corrected, "
                f"by {moves.max():.3f} at most",
                severity="warning" if moves.max() > _LARGE else "note",
            )
        )
    outside = int(((s < 0) | (s > 1) | (t < 0)).sum())
    if outside:
        found.append(
            Finding(
                code="curve-outside-its-axes",
                message=f"{outside} of {s.size} points lie just outside the axes and were put on them",
                severity="note",
            )
        )
    return tuple(found)
