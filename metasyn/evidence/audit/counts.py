"""Whole numbers behind a percentage, in whole-number arithmetic: no tolerance, no float."""

from __future__ import annotations

from collections.abc import Iterator

from metasyn.evidence.audit.printed import Printed

__all__ = ["cut_off", "denominators", "is_percent_of", "nearest_counts", "whole_numbers"]


def _sides(percent: Printed, n: int) -> tuple[int, int, int]:
    """Numerator of the lower and the upper bound of k, and their common denominator."""
    decimals = percent.decimals
    unit = 200 * 10 ** max(decimals, 0)
    scale = 10 ** max(-decimals, 0)
    return (2 * percent.digits - 1) * scale * n, (2 * percent.digits + 1) * scale * n, unit


def is_percent_of(percent: Printed, k: int, n: int) -> bool:
    """Whether k of n would be printed as this percentage, halves rounded either way.

    Examples
    --------
    >>> from metasyn.evidence.audit.printed import read_printed
    >>> is_percent_of(read_printed("63"), 15, 24), is_percent_of(read_printed("62"), 15, 24)
    (True, True)
    """
    if not percent.exact:
        return 100 * k / n in percent
    low, high, unit = _sides(percent, n)
    return low <= k * unit <= high


def cut_off(percent: Printed, k: int, n: int) -> bool:
    """Whether k of n gives this percentage once its further digits are cut off, not rounded.

    Examples
    --------
    >>> from metasyn.evidence.audit.printed import read_printed
    >>> cut_off(read_printed("76.3"), 55, 72)
    True
    """
    low, high, unit = _sides(percent, n)
    middle = (low + high) // 2
    return middle <= k * unit < middle + (high - low) and k * unit > high


def whole_numbers(percent: Printed, n: int) -> range:
    """Every number of participants out of n that would be printed as this percentage.

    Examples
    --------
    >>> from metasyn.evidence.audit.printed import read_printed
    >>> list(whole_numbers(read_printed("31"), 169)), list(whole_numbers(read_printed("13.5"), 19))
    ([52, 53], [])
    """
    if not percent.exact:
        return range(n + 1) if percent.relation == ">" else range(int(percent.value * n / 100) + 1)
    low, high, unit = _sides(percent, n)
    return range(max(0, -(-low // unit)), min(n, high // unit) + 1)


def nearest_counts(percent: Printed, n: int) -> tuple[int, int]:
    """The two counts of n on either side of a percentage."""
    below = min(max(int(percent.value * n / 100), 0), max(n - 1, 0))
    return below, below + 1


def denominators(percent: Printed, n: int, k: int | None = None, within: float = 0.25) -> Iterator[int]:
    """Numbers of participants that would allow a percentage, nearest to n first.

    Parameters
    ----------
    percent : Printed
        0 to 100.
    n : int
        The printed number.
    k : int, optional
        Participants with the event, if printed.
    within : float
        How far from n to look, as a proportion of it; at least five participants.

    Examples
    --------
    >>> from metasyn.evidence.audit.printed import read_printed
    >>> list(denominators(read_printed("13.0"), 74, k=9))
    [69]
    """
    reach = max(5, int(within * n))
    if k is not None and percent.exact and percent.digits > 0:
        sizes = sizes_for(percent, k)
        yield from _nearest(n, max(sizes.start, n - reach), min(sizes.stop - 1, n + reach))
        return
    for step in range(1, reach + 1):
        for other in (n - step, n + step):
            if other < 1:
                continue
            if k is None:
                if len(whole_numbers(percent, other)):
                    yield other
            elif k <= other and is_percent_of(percent, k, other):
                yield other


def _nearest(n: int, low: int, high: int) -> Iterator[int]:
    """Whole numbers from low to high but n itself, nearest to n first."""
    below, above = min(n - 1, high), max(n + 1, low)
    while below >= low or above <= high:
        if below >= low and (above > high or n - below <= above - n):
            yield below
            below -= 1
        else:
            yield above
            above += 1


def sizes_for(percent: Printed, k: int) -> range:
    """Every number of participants of which k, at least one, are printed as this percentage above 0.

    Examples
    --------
    >>> from metasyn.evidence.audit.printed import read_printed
    >>> sizes_for(read_printed("20"), 12)
    range(59, 62)
    """
    low, high, unit = _sides(percent, 1)
    if k <= 0 or high <= 0:
        return range(0)
    last = k * unit // low if low > 0 else 2 * k * unit // high
    return range(max(-(-k * unit // high), k), last + 1)


def sizes_text(sizes: range) -> str:
    """A few sizes one by one, more as a range.

    Examples
    --------
    >>> sizes_text(range(59, 61)), sizes_text(range(546, 561))
    ('59 or 60', '546 to 560')
    """
    if len(sizes) <= 3:
        return " or ".join(map(str, sizes))
    return f"{sizes[0]} to {sizes[-1]}"
