"""The numbers at risk printed under a survival curve, checked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from metasyn.effects.inputs import number_array
from metasyn.errors import OptionError
from metasyn.values import Finding

__all__ = ["RiskTable", "risk_table"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskTable:
    """When numbers at risk are printed, and the numbers.

    Attributes
    ----------
    times : tuple of float
        Strictly ascending, the first 0, all before `end`.
    at_risk : tuple of int
        Never rising.
    end : float
        The end of the curve, or the last time at which somebody is printed as at risk.
    findings : tuple of Finding
        What was left out or extended.
    """

    times: tuple[float, ...]
    at_risk: tuple[int, ...]
    end: float
    findings: tuple[Finding, ...] = ()


def risk_table(times: ArrayLike, at_risk: ArrayLike, *, end: float) -> RiskTable:
    """Numbers at risk as a table that begins at 0 and lies within the curve.

    Numbers of 0 after the end of the curve say nothing and are left out. Where somebody is still at
    risk after the end of the curve as it was read, the curve is taken to go on level to there.

    Parameters
    ----------
    times, at_risk : array_like of shape (m,)
        As printed; missing numbers (None, NaN) are left out.
    end : float
        The last time of the curve.

    Returns
    -------
    RiskTable

    Raises
    ------
    OptionError
        If a number is not whole, numbers rise, times do not ascend from 0, or nobody is at risk
        at 0.

    Examples
    --------
    >>> risk_table([0, 6, 12], [100, 61, 0], end=10.0)
    RiskTable(times=(0.0, 6.0), at_risk=(100, 61), end=10.0, findings=())
    """
    t, n = number_array("risk_times", times), number_array("at_risk", at_risk)
    if t.ndim != 1 or t.shape != n.shape:
        raise OptionError(
            f"risk_times and at_risk must be columns of equal length; got shapes {t.shape} and {n.shape}."
        )
    t, n = t[np.isfinite(n)], n[np.isfinite(n)]
    if not t.size or t[0] != 0 or not n[0] >= 1:
        raise OptionError("risk_times must begin at 0, with the number of participants in at_risk.")
    if not (np.isfinite(t).all() and (np.diff(t) > 0).all()):
        raise OptionError(f"risk_times must ascend; got {t.tolist()}.")
    if not ((n >= 0).all() and (n == np.floor(n)).all()):
        raise OptionError(f"at_risk must hold whole numbers >= 0; got {n.tolist()}.")
    rising = np.flatnonzero(np.diff(n) > 0)
    if rising.size:
        i = int(rising[0])
        raise OptionError(
            f"at_risk must not rise; got {n[i]:g} at time {t[i]:g} and {n[i + 1]:g} at time {t[i + 1]:g}."
        )
    return _within(t.tolist(), [int(k) for k in n], end)


def _within(times: list[float], at_risk: list[int], end: float) -> RiskTable:
    """Leave out zeros after the end of the curve; extend the curve to a number beyond it."""
    kept = [(t, n) for t, n in zip(times, at_risk, strict=True) if n > 0 or t < end]
    latest = kept[-1][0]
    findings: tuple[Finding, ...] = ()
    if latest > end:
        message = f"{kept[-1][1]} are at risk at {latest:g}, after the curve ends at {end:g}: taken as level"
        findings = (Finding(code="curve-ends-early", message=message, severity="note"),)
    return RiskTable(
        times=tuple(t for t, _ in kept),
        at_risk=tuple(n for _, n in kept),
        end=max(end, latest),
        findings=findings,
    )
