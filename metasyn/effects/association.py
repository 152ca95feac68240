"""Two groups with events and participants: how strongly group and event go together (phi, Yule)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.effects.tables import both_defined, table_cells
from metasyn.effects.two_by_two import log_odds_ratio
from metasyn.errors import OptionError
from metasyn.vocabulary import PhiVariance, require_option

__all__ = ["phi_coefficient", "yules_q", "yules_y"]

_Array = NDArray[np.float64]


def phi_coefficient(
    events_1: ArrayLike,
    n_1: ArrayLike,
    events_2: ArrayLike,
    n_2: ArrayLike,
    *,
    zero_cells: str = "only0",
    add: float | None = None,
    drop00: bool = False,
    vtype: str | Sequence[str] = "LS",
) -> tuple[_Array, _Array]:
    """Phi coefficient of a two-by-two table and its sampling variance.

    `yi = (a d - b c) / sqrt(n1 n2 (a + c) (b + d))`. Its variance follows by the delta method from
    one multinomial sample of all four cells (`CS`, cross-sectional; Bishop, Fienberg & Holland 1975,
    Discrete Multivariate Analysis, p. 381) or from two binomial samples of fixed sizes n1 and n2
    (`ST`, stratified). Defined at a zero cell, so nothing is added unless `add` is given or
    `zero_cells="all"`.

    Parameters
    ----------
    events_1, n_1, events_2, n_2 : array_like of shape (k,)
        Events and participants of the two groups.
    zero_cells, add, drop00
        As in `log_risk_ratio`.
    vtype : {'LS', 'CS', 'ST'} or sequence of k of them
        How the tables were sampled; `LS` means `CS`.

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Estimates and sampling **variances**; NaN where nobody or everybody had the event.

    Raises
    ------
    OptionError
        If a count is negative, events exceed participants, or an option is unknown.

    Examples
    --------
    >>> yi, vi = phi_coefficient([4], [20], [7], [25], vtype="ST")
    >>> round(float(yi[0]), 4), round(float(vi[0]), 6)
    (-0.0925, 0.021269)
    """
    columns = (events_1, n_1, events_2, n_2)
    a, b, c, d = table_cells(columns, zero_cells=zero_cells, add=add, drop00=drop00, defined_at_zero=True)
    stratified = _stratified(vtype, a.size)
    n1, n2, cases, others = a + b, c + d, a + c, b + d
    with np.errstate(all="ignore"):
        phi = (a * d - b * c) / (np.sqrt(n1 * n2) * np.sqrt(cases * others))
        vi = np.where(stratified, _phi_stratified(a, b, c, d, phi), _phi_multinomial(a, b, c, d, phi))
    return both_defined(phi, vi)


def yules_q(
    events_1: ArrayLike,
    n_1: ArrayLike,
    events_2: ArrayLike,
    n_2: ArrayLike,
    *,
    zero_cells: str = "only0",
    add: float | None = None,
    drop00: bool = False,
    vtype: str = "LS",
) -> tuple[_Array, _Array]:
    """Yule's Q, `(a d - b c) / (a d + b c)`, and its sampling variance.

    `vi = (1 - Q²)² (1/a + 1/b + 1/c + 1/d) / 4` (Yule 1912, 10.2307/2340126).

    Parameters
    ----------
    events_1, n_1, events_2, n_2 : array_like of shape (k,)
        Events and participants of the two groups.
    zero_cells, add, drop00, vtype
        As in `log_risk_ratio`.

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Estimates and sampling **variances**; NaN where a zero cell leaves them undefined.

    Raises
    ------
    OptionError
        If a count is negative, events exceed participants, or an option is unknown.

    Examples
    --------
    >>> yi, vi = yules_q([4], [123], [11], [139])
    >>> round(float(yi[0]), 4), round(float(vi[0]), 4)
    (-0.4377, 0.0584)
    """
    columns = (events_1, n_1, events_2, n_2)
    log_odds, v = log_odds_ratio(*columns, zero_cells=zero_cells, add=add, drop00=drop00, vtype=vtype)
    # (OR - 1) / (OR + 1) and 1 - Q² as functions of the log odds ratio keep their digits at both ends.
    with np.errstate(all="ignore"):
        return np.tanh(log_odds / 2), v / (4 * np.cosh(log_odds / 2) ** 4)


def yules_y(
    events_1: ArrayLike,
    n_1: ArrayLike,
    events_2: ArrayLike,
    n_2: ArrayLike,
    *,
    zero_cells: str = "only0",
    add: float | None = None,
    drop00: bool = False,
    vtype: str = "LS",
) -> tuple[_Array, _Array]:
    """Yule's Y, `(sqrt(OR) - 1) / (sqrt(OR) + 1)`, and its sampling variance.

    `vi = (1 - Y²)² (1/a + 1/b + 1/c + 1/d) / 16` (Yule 1912, 10.2307/2340126).

    Parameters
    ----------
    events_1, n_1, events_2, n_2 : array_like of shape (k,)
        Events and participants of the two groups.
    zero_cells, add, drop00, vtype
        As in `log_risk_ratio`.

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Estimates and sampling **variances**; NaN where a zero cell leaves them undefined.

    Raises
    ------
    OptionError
        If a count is negative, events exceed participants, or an option is unknown.

    Examples
    --------
    >>> yi, vi = yules_y([4], [123], [11], [139])
    >>> round(float(yi[0]), 4), round(float(vi[0]), 4)
    (-0.2305, 0.02)
    """
    columns = (events_1, n_1, events_2, n_2)
    log_odds, v = log_odds_ratio(*columns, zero_cells=zero_cells, add=add, drop00=drop00, vtype=vtype)
    with np.errstate(all="ignore"):
        return np.tanh(log_odds / 4), v / (16 * np.cosh(log_odds / 4) ** 4)


def _stratified(vtype: str | Sequence[str], k: int) -> NDArray[np.bool_]:
    """For each table, whether its rows were sampled separately."""
    words = [vtype] * k if isinstance(vtype, str) else list(vtype)
    if len(words) != k:
        raise OptionError(f"vtype must be one word or one per table; got {len(words)} for {k} tables.")
    return np.array([require_option("vtype", w, PhiVariance) == "ST" for w in words], dtype=bool)


def _phi_multinomial(a: _Array, b: _Array, c: _Array, d: _Array, phi: _Array) -> _Array:
    """Delta-method variance of phi when only the total of the table was fixed."""
    n1, n2, cases, others = a + b, c + d, a + c, b + d
    size = np.sqrt(n1 * n2) * np.sqrt(cases * others)
    # Sum of cell * slope²; the slopes average zero, as phi does not change when all cells are scaled.
    variance: _Array = (
        a * (d / size - phi / 2 * (1 / n1 + 1 / cases)) ** 2
        + b * (c / size + phi / 2 * (1 / n1 + 1 / others)) ** 2
        + c * (b / size + phi / 2 * (1 / n2 + 1 / cases)) ** 2
        + d * (a / size - phi / 2 * (1 / n2 + 1 / others)) ** 2
    )
    return variance


def _phi_stratified(a: _Array, b: _Array, c: _Array, d: _Array, phi: _Array) -> _Array:
    """Delta-method variance of phi when both row totals were fixed."""
    n1, n2, cases, others = a + b, c + d, a + c, b + d
    n = n1 + n2
    spread = (cases / n) * (others / n)
    lean = phi * (others - cases) / (2 * n * spread)
    slope = np.sqrt(n1 / n) * np.sqrt(n2 / n) / np.sqrt(spread)
    by_first, by_second = slope - lean * n1 / n, slope + lean * n2 / n
    return by_first**2 * (a / n1) * (b / n1) / n1 + by_second**2 * (c / n2) * (d / n2) / n2
