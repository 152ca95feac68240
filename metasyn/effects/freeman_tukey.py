"""The Freeman-Tukey transforms of proportions and rates, their ways back, and why to avoid them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.effects.tables import group_cells, rate_cells
from metasyn.errors import OptionError
from metasyn.values import Finding
from metasyn.vocabulary import PlainVariance, require_option

__all__ = [
    "DOUBLE_ARCSINE_WARNING",
    "double_arcsine_proportion",
    "double_arcsine_range",
    "double_arcsine_spread",
    "freeman_tukey_rate",
    "from_double_arcsine",
    "from_double_arcsine_harmonic",
    "from_freeman_tukey_rate",
    "harmonic_mean",
    "to_double_arcsine",
    "to_freeman_tukey_rate",
]

_Array = NDArray[np.float64]

DOUBLE_ARCSINE_WARNING = Finding(
    code="double-arcsine",
    message=(
        "The Freeman-Tukey double arcsine (PFT) has no single way back from a pooled value to a proportion: "
        "it depends on a sample size, and the harmonic mean used for it can mislead badly where sizes differ "
        "(Schwarzer 2019, 10.1002/jrsm.1348; Röver & Friede 2022, 10.1002/jrsm.1591). "
        "Prefer the logit (PLO), a logistic mixed model, or the arcsine (PAS)."
    ),
    severity="warning",
)


def double_arcsine_proportion(
    events: ArrayLike, n: ArrayLike, *, zero_cells: str = "only0", add: float | None = None, vtype: str = "LS"
) -> tuple[_Array, _Array]:
    """Freeman-Tukey double arcsine of a proportion and its sampling variance.

    `yi = (asin(sqrt(x / (n + 1))) + asin(sqrt((x + 1) / (n + 1)))) / 2`, `vi = 1 / (4 n + 2)`
    (Freeman & Tukey 1950, 10.1214/aoms/1177729756). Show `DOUBLE_ARCSINE_WARNING` wherever a
    pooled value of it is reported.

    Parameters
    ----------
    events, n : array_like of shape (k,)
        Events and participants.
    zero_cells : {'only0', 'all', 'if0all', 'none'}
        When `add` is added to events and non-events; the transform is defined for 0 and all events,
        so only `all` does so unless `add` is given.
    add : float, optional
        What is added; if not given, 1/2 under `all` and nothing otherwise.
    vtype : {'LS'}
        Kind of variance: the large-sample one.

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Estimates in radians and sampling **variances**.

    Raises
    ------
    OptionError
        If a count is negative, events exceed participants, or an option is unknown.

    Examples
    --------
    >>> yi, vi = double_arcsine_proportion([11, 24], [29, 33])
    >>> yi.round(4).tolist(), vi.round(4).tolist()
    ([0.6676, 1.014], [0.0085, 0.0075])
    """
    require_option("vtype", vtype, PlainVariance)
    x, m = group_cells(events, n, zero_cells=zero_cells, add=add, defined_at_zero=True)
    return _double_arcsine(x, x + m), 1 / (4 * (x + m) + 2)


def freeman_tukey_rate(
    events: ArrayLike,
    time: ArrayLike,
    *,
    zero_cells: str = "only0",
    add: float | None = None,
    vtype: str = "LS",
) -> tuple[_Array, _Array]:
    """Freeman-Tukey transform of an incidence rate and its sampling variance.

    `yi = (sqrt(x / t) + sqrt((x + 1) / t)) / 2`, `vi = 1 / (4 t)` (Freeman & Tukey 1950,
    10.1214/aoms/1177729756).

    Parameters
    ----------
    events, time : array_like of shape (k,)
        Events and person-time at risk.
    zero_cells, add, vtype
        As in `double_arcsine_proportion`.

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Estimates and sampling **variances**.

    Raises
    ------
    OptionError
        If events are negative, a person-time is not above zero, or an option is unknown.

    Examples
    --------
    >>> yi, vi = freeman_tukey_rate([9], [413])
    >>> round(float(yi[0]), 4), round(float(vi[0]), 6)
    (0.1516, 0.000605)
    """
    require_option("vtype", vtype, PlainVariance)
    x, t = rate_cells(events, time, zero_cells=zero_cells, add=add, defined_at_zero=True)
    return (np.sqrt(x / t) + np.sqrt((x + 1) / t)) / 2, 0.25 / t


def to_double_arcsine(p: ArrayLike, n: ArrayLike) -> _Array:
    """Freeman-Tukey double arcsine of proportions p of n participants.

    Raises
    ------
    OptionError
        If a proportion is outside 0 to 1 or a sample size is not above zero.

    Examples
    --------
    >>> to_double_arcsine(11 / 29, 29).round(4).tolist()
    0.6676
    """
    share, size = _sizes(p, n)
    if not ((share >= 0) & (share <= 1)).all():
        raise OptionError("proportions must be between 0 and 1.")
    return _double_arcsine(share * size, size)


def double_arcsine_range(n: ArrayLike) -> tuple[_Array, _Array]:
    """Smallest and largest double arcsine that any proportion of n participants has.

    Examples
    --------
    >>> low, high = double_arcsine_range(20)
    >>> float(low.round(4)), float(high.round(4))
    (0.11, 1.4608)
    """
    _, size = _sizes(0.0, n)
    low = _double_arcsine(np.zeros_like(size), size)
    return low, np.pi / 2 - low


def from_double_arcsine(yi: ArrayLike, n: ArrayLike) -> _Array:
    """Proportion whose double arcsine is `yi` when there are `n` participants.

    The exact inverse (Miller 1978, 10.1080/00031305.1978.10479283) on the range that proportions
    of n participants have (`double_arcsine_range`). **Clipped**: below that range the proportion is 0,
    above it 1. For single studies, with their own n, it gives back the observed proportion.

    Parameters
    ----------
    yi : array_like
        Double arcsines.
    n : array_like
        Sample sizes, one for each value or one for all.

    Returns
    -------
    ndarray
        Proportions, 0 to 1.

    Raises
    ------
    OptionError
        If a sample size is not above zero or the lengths differ.

    Examples
    --------
    >>> from_double_arcsine([0.0, 0.6675754842415147, 1.5], 29).round(6).tolist()
    [0.0, 0.37931, 1.0]
    """
    y, size = _sizes(yi, n)
    low, high = double_arcsine_range(size)
    inside = np.clip(2 * y, 2 * low, 2 * high)
    sine = np.sin(inside)
    # Miller's square root of 1 - s², s = sin + (sin - 1/sin)/n, with (1 - s) written as a multiple of
    # cos², so that nothing cancels around one half.
    s = np.clip(sine + (sine - 1 / sine) / size, 0.0, 1.0)
    root = np.cos(inside) * np.sqrt((1 + s) * (1 / (1 + sine) + 1 / (size * sine)))
    p = np.clip((1 - root) / 2, 0.0, 1.0)
    return np.where(y <= low, 0.0, np.where(y >= high, 1.0, p))


def from_double_arcsine_harmonic(yi: ArrayLike, ni: ArrayLike) -> _Array:
    """Proportion for pooled double arcsines, with the harmonic mean of the sample sizes.

    The usual but contestable way back for a pooled value (Miller 1978,
    10.1080/00031305.1978.10479283); `double_arcsine_spread` shows how much hangs on the size that is
    put in, and `DOUBLE_ARCSINE_WARNING` says why another scale is better. Clipped as
    `from_double_arcsine`.

    Parameters
    ----------
    yi : array_like
        Pooled estimate, bounds of its interval.
    ni : array_like of shape (k,)
        Sample sizes of the pooled studies.

    Returns
    -------
    ndarray
        Proportions, 0 to 1.

    Raises
    ------
    OptionError
        If a sample size is not above zero.

    Examples
    --------
    >>> from_double_arcsine_harmonic([0.7247592], [29, 33, 326, 240, 110]).round(4).tolist()
    [0.4385]
    """
    return from_double_arcsine(yi, harmonic_mean(ni))


def double_arcsine_spread(yi: float, ni: ArrayLike) -> tuple[float, float]:
    """Smallest and largest proportion that one pooled double arcsine becomes for the sizes of the studies.

    Examples
    --------
    >>> low, high = double_arcsine_spread(0.05, [10, 100, 5000])
    >>> round(low, 4), round(high, 4)
    (0.0, 0.0024)
    """
    _, sizes = _sizes(0.0, ni)
    shares = from_double_arcsine(np.full_like(sizes, float(yi)), sizes)
    return float(shares.min()), float(shares.max())


def to_freeman_tukey_rate(rate: ArrayLike, time: ArrayLike) -> _Array:
    """Freeman-Tukey transform of rates over the given person-times.

    Raises
    ------
    OptionError
        If a rate is negative or a person-time is not above zero.

    Examples
    --------
    >>> to_freeman_tukey_rate(9 / 413, 413).round(4).tolist()
    0.1516
    """
    r, t = _sizes(rate, time, name="time")
    if not (r >= 0).all():
        raise OptionError("rates must not be negative.")
    return np.asarray((np.sqrt(r) + np.sqrt(r + 1 / t)) / 2)


def from_freeman_tukey_rate(yi: ArrayLike, time: ArrayLike) -> _Array:
    """Rate whose Freeman-Tukey transform over the given person-time is `yi`.

    The exact inverse, `(yi - 1 / (4 t yi))²`. **Clipped**: below `1 / (2 sqrt(t))`, the transform of no
    events, the rate is 0.

    Raises
    ------
    OptionError
        If a person-time is not above zero or the lengths differ.

    Examples
    --------
    >>> from_freeman_tukey_rate([0.01, 0.15155], 413).round(4).tolist()
    [0.0, 0.0218]
    """
    y, t = _sizes(yi, time, name="time")
    least = 0.5 / np.sqrt(t)
    inside = np.maximum(y, least)
    return np.where(y <= least, 0.0, (inside - 0.25 / t / inside) ** 2)


def harmonic_mean(n: ArrayLike) -> float:
    """Harmonic mean of sample sizes, `k / sum(1 / n)`.

    Raises
    ------
    OptionError
        If there are none, or one is not above zero.

    Examples
    --------
    >>> harmonic_mean([10, 15, 30])
    15.0
    """
    _, sizes = _sizes(0.0, n)
    if sizes.size == 0:
        raise OptionError("n must hold at least one sample size.")
    return float(sizes.size / np.sum(1 / sizes))


def _double_arcsine(x: _Array, n: _Array) -> _Array:
    """The transform of x events of n."""
    return np.asarray((np.arcsin(np.sqrt(x / (n + 1))) + np.arcsin(np.sqrt((x + 1) / (n + 1)))) / 2)


def _sizes(values: ArrayLike, n: ArrayLike, *, name: str = "n") -> tuple[_Array, _Array]:
    """Values and their sizes, equally shaped; every size finite and above zero."""
    try:
        first, size = np.asarray(values, dtype=float), np.asarray(n, dtype=float)
        first, size = np.broadcast_arrays(first, size)
    except (TypeError, ValueError, OverflowError) as error:
        raise OptionError(f"values and {name} must be numbers of matching shapes; {error}.") from None
    if not ((size > 0) & np.isfinite(size)).all():
        raise OptionError(f"{name} must be finite and above zero.")
    return first, size
