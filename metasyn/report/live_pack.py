"""The table of all subsets as text for a page: natural scale, five letters a number."""

from __future__ import annotations

from base64 import b64encode, b85encode
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metasyn.effects.measure import EffectMeasure
from metasyn.synthesis.sensitivity.subsets import Subsets
from metasyn.wording import decimal, natural_text, p_text, percent_text, tau2_text

__all__ = ["pack_numbers", "pack_shares", "pack_subsets"]

Array = NDArray[np.float64]
Text = Callable[[float], str]
Place = int | list[int] | None

# The letters of base 85 that would have to be escaped in a page, and what stands for them.
_LETTERS = str.maketrans("<>&", ",.:")
_LARGEST = float(np.finfo(np.float32).max)
_I2_TEXT: Text = partial(percent_text, digits=0)
# Steps of a share that three letters can tell apart; the last code stands for nan.
_SHARES = 85**3 - 2
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%:()*+-;,=.?@^_`{|}~"
_FEW = 0.1
_BY_OPTION = ("estimate", "ci_low", "ci_high", "pvalue", "pi_low", "pi_high")


def pack_subsets(found: Subsets, measure: EffectMeasure) -> dict[str, Any]:
    """Every figure of every subset, ready for JSON.

    Parameters
    ----------
    found : Subsets
    measure : EffectMeasure
        Carries estimates and bounds to the natural scale.

    Returns
    -------
    dict
        `data`, numbers as `pack_numbers` writes them, each distinct column once; `columns`, by figure
        the place in `data` for every option (None where no subset has the figure), `option_tau2`,
        `option_I2`, `option_Q` and `option_Q_pvalue` among them (no place for tau2 under the common-effect
        model: it is 0). Where few subsets have the figures of an option its places stand in lists of one:
        their numbers are those of the subsets `few` (row numbers) alone. `tau2`, `I2`,
        `Q` and `Q_pvalue` under the request, places in `data`; `choice`, base64 of one byte per subset,
        the place in `choices` of its pair of headline and reason. I2 is packed by `pack_shares`.
    """
    data: dict[str, int] = {}

    few = _few_rows(found)

    def place(values: Array, text: Text, option: int = -1) -> Place:
        if np.isnan(values).all():
            return None
        if option in few:
            return [data.setdefault(pack_numbers(values[few[option]], text), len(data))]
        packed = pack_shares(values) if text is _I2_TEXT else pack_numbers(values, text)
        return data.setdefault(packed, len(data))

    shown = partial(natural_text, measure=measure)
    columns: dict[str, list[Place]] = {}
    for name in _BY_OPTION:
        natural = name != "pvalue"
        made = [_natural(one, measure) if natural else one for one in getattr(found, name).T]
        columns[name] = [place(one, shown if natural else p_text, i) for i, one in enumerate(made)]
    between: tuple[tuple[str, Text], ...] = (
        ("tau2", tau2_text),
        ("I2", _I2_TEXT),
        ("Q", decimal),
        ("Q_pvalue", p_text),
    )
    places = {name: place(getattr(found, name), text) for name, text in between}
    assumed = [model == "common-effect" for model, _ in found.options]
    tau2 = zip(found.option_tau2.T, assumed, strict=True)
    columns["option_tau2"] = [None if zero else place(one, tau2_text) for one, zero in tau2]
    columns["option_I2"] = [place(one, _I2_TEXT) for one in found.option_I2.T]
    columns["option_Q"] = [place(one, decimal) for one in found.option_Q.T]
    columns["option_Q_pvalue"] = [place(one, p_text) for one in found.option_Q_pvalue.T]
    return {
        "columns": columns,
        "few": next(iter(few.values())).tolist() if few else [],
        **places,
        **_choices(found),
        "data": list(data),
    }


def _few_rows(found: Subsets) -> dict[int, NDArray[np.int64]]:
    """Options that less than a tenth of the subsets have, and which these are; all such options alike."""
    there = ~np.isnan(found.estimate)
    rare = [i for i, column in enumerate(there.T) if 0 < column.sum() < _FEW * len(column)]
    rows = {i: np.flatnonzero(there[:, i]) for i in rare}
    first = next(iter(rows.values()), None)
    return {i: one for i, one in rows.items() if first is not None and np.array_equal(one, first)}


def _choices(found: Subsets) -> dict[str, Any]:
    """What headlines for each subset, and why: few pairs, and a byte per subset."""
    pairs: dict[tuple[int, int], int] = {}
    both = zip(found.headline.tolist(), found.reason.tolist(), strict=True)
    places = bytes([pairs.setdefault(pair, len(pairs)) for pair in both])
    return {"choices": [list(pair) for pair in pairs], "choice": b64encode(places).decode("ascii")}


def pack_numbers(values: Array, text: Text) -> str:
    """Numbers as big-endian float32 in base 85, each within 1.2e-7 of its value and with the same text.

    The alphabet is that of `base64.b85encode`, with `,`, `.` and `:` for `<`, `>` and `&`.

    Where the nearest float32 lies across a rounding boundary of `text`, its neighbour is taken.

    Examples
    --------
    >>> pack_numbers(np.array([0.5, -2.0]), decimal)
    'KL7v#zyJUM'
    """
    with np.errstate(under="ignore"):
        near = np.clip(values, -_LARGEST, _LARGEST).astype(">f4")
    infinite = np.isinf(values)
    near[infinite] = values[infinite]
    for i in np.flatnonzero(_doubtful(values)).tolist():
        wanted = text(float(values[i]))
        if text(float(near[i])) != wanted:
            near[i] = _neighbour(near[i], text, wanted)
    return b85encode(near.tobytes()).decode("ascii").translate(_LETTERS)


def pack_shares(values: Array) -> str:
    """Proportions in three letters each, within 1e-6, with the same whole percent.

    Examples
    --------
    >>> pack_shares(np.array([0.0, 0.5, 1.0, np.nan]))
    '000ggg~~}~~~'
    """
    codes = np.where(np.isnan(values), _SHARES + 1, np.rint(values * _SHARES))
    codes = np.nan_to_num(codes).astype(int)
    for i in np.flatnonzero(_doubtful_percent(values)).tolist():
        wanted = _I2_TEXT(float(values[i]))
        near = (codes[i], codes[i] - 1, codes[i] + 1)
        codes[i] = next((one for one in near if _I2_TEXT(one / _SHARES) == wanted), codes[i])
    letters = (_ALPHABET[code // 85**2] + _ALPHABET[code // 85 % 85] + _ALPHABET[code % 85] for code in codes)
    return "".join(letters)


def _doubtful_percent(values: Array) -> NDArray[np.bool_]:
    """Which shares lie so near a half percent that a step could cross it."""
    halves = np.nan_to_num(values) * 200
    doubtful: NDArray[np.bool_] = np.abs(halves - np.rint(halves)) < 200 * 2 / _SHARES
    return doubtful & ~np.isnan(values)


def _doubtful(values: Array) -> NDArray[np.bool_]:
    """Which numbers lie so near the middle between two texts that four bytes could take the other one.

    Texts of numbers of 0.09 and more have at most four decimals, percent counted as proportions.
    """
    sizes = np.abs(np.where(np.isfinite(values), values, 1.0))
    halves = sizes[:, None] * 2 * 10.0 ** np.arange(5)
    near = np.abs(halves - np.rint(halves)) <= 3e-7 * halves
    doubtful: NDArray[np.bool_] = np.isfinite(values) & (near.any(axis=1) | (sizes < 0.09))
    return doubtful


def _neighbour(near: np.float32, text: Text, wanted: str) -> np.float32:
    """The next float32 up or down that has the wanted text, or the number itself if none has."""
    with np.errstate(over="ignore"):
        both = [np.nextafter(near, np.float32(end)) for end in (-np.inf, np.inf)]
    return next((one for one in both if np.isfinite(one) and text(float(one)) == wanted), near)


def _natural(values: Array, measure: EffectMeasure) -> Array:
    return np.array([v if v != v else measure.to_natural(v) for v in values.tolist()], dtype=float)
