"""From counts and a model's name to its likelihood, its parameters and where to start."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasyn.errors import OptionError
from metasyn.synthesis.glmm.families import Binomial, Family, Hypergeometric, Poisson
from metasyn.synthesis.glmm.kernels import Kernel, Pair, Single
from metasyn.synthesis.glmm.likelihood import Structure
from metasyn.synthesis.glmm.model import GlmmData
from metasyn.vocabulary import GlmmMeasure, GlmmModel

__all__ = ["MODELS", "Built", "build", "corrected_effects", "typical_variance"]

Array = NDArray[np.float64]

MODELS: dict[GlmmMeasure, tuple[GlmmModel, ...]] = {
    "PLO": ("random-intercept", "beta-binomial", "firth"),
    "IRLN": ("random-intercept", "firth"),
    "OR": ("CM.EL", "UM.FS", "UM.RS", "CM.AL", "beta-binomial", "firth"),
    "IRR": ("CM.EL", "UM.FS", "UM.RS", "firth"),
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Built:
    """A model ready to be fitted.

    Attributes
    ----------
    kernel : Kernel
    random, common : Structure
        With the effect differing between studies, and with one effect.
    start : ndarray of shape (p,)
        For `random`.
    first, second : Family or None
        The counts of the groups, for the saturated model; one where the model conditions on totals.
    """

    kernel: Kernel
    random: Structure
    common: Structure
    start: Array
    first: Family
    second: Family | None = None

    def common_start(self) -> Array:
        """Start for `common`: the same without the variance of the effect."""
        return np.delete(self.start, self.random.shared.index("v"))


def build(data: GlmmData, measure: GlmmMeasure, model: GlmmModel) -> Built:
    """The model of that name.

    Raises
    ------
    OptionError
        If the exact conditional likelihood is asked for counts that are not whole numbers.
    """
    yi, vi = corrected_effects(data, measure)
    mean, between = _moments(yi, vi)
    start = np.array([mean, between])
    if data.events_2 is None or data.size_2 is None:
        alone = _family(data.events_1, data.size_1, data.person_time)
        return _single(alone, start)
    x_1, s_1, x_2, s_2 = data.events_1, data.size_1, data.events_2, data.size_2
    if model == "CM.AL" or (model == "CM.EL" and data.person_time):
        return _single(Binomial(_c(x_1), _c(x_1 + x_2), _c(np.log(s_1 / s_2))), start)
    if model == "CM.EL":
        _require_whole(data)
        return _single(Hypergeometric(x_1, s_1, x_2, s_2), start)
    first, second = _family(x_1, s_1, data.person_time), _family(x_2, s_2, data.person_time)
    both, size = x_1 + x_2 + 0.5, s_1 + s_2
    level = np.log(both / (size if data.person_time else size - both + 1.0))
    if model == "UM.FS":
        return Built(
            kernel=Pair(first, second),
            random=Structure(shared=("delta", "v"), own="alpha"),
            common=Structure(shared=("delta",), own="alpha"),
            start=np.concatenate([start, level]),
            first=first,
            second=second,
        )
    return Built(
        kernel=Pair(first, second),
        random=Structure(shared=("delta", "v", "alpha", "s")),
        common=Structure(shared=("delta", "alpha", "s")),
        start=np.concatenate([start, [level.mean(), max(float(level.var()), 0.05)]]),
        first=first,
        second=second,
    )


def corrected_effects(data: GlmmData, measure: GlmmMeasure) -> tuple[Array, Array]:
    """Effects and sampling variances of the studies, 1/2 added to the cells of studies with a zero.

    They give starting values and the typical sampling variance that I2 rests on, nothing else.
    """
    x_1, s_1 = data.events_1, data.size_1
    cells = [x_1] if data.person_time else [x_1, s_1 - x_1]
    if data.events_2 is not None and data.size_2 is not None:
        cells += [data.events_2] if data.person_time else [data.events_2, data.size_2 - data.events_2]
    table = np.stack(cells)
    table = table + 0.5 * (table == 0).any(axis=0)
    vi = (1 / table).sum(axis=0)
    if measure == "PLO":
        return np.log(table[0] / table[1]), vi
    if measure == "IRLN":
        return np.log(table[0] / s_1), vi
    if measure == "IRR":
        assert data.size_2 is not None
        return np.log(table[0] / table[1] * (data.size_2 / s_1)), vi
    return np.log(table[0] / table[1]) - np.log(table[2] / table[3]), vi


def typical_variance(data: GlmmData, measure: GlmmMeasure) -> float:
    """Higgins and Thompson's typical sampling variance of the corrected effects."""
    w = 1 / corrected_effects(data, measure)[1]
    return (w.size - 1) / float(w.sum() - (w * w).sum() / w.sum())


def _single(family: Family, start: Array) -> Built:
    """One count per study."""
    return Built(
        kernel=Single(family),
        random=Structure(shared=("delta", "v")),
        common=Structure(shared=("delta",)),
        start=start,
        first=family,
    )


def _family(x: Array, size: Array, person_time: bool) -> Family:
    return Poisson(_c(x), _c(size)) if person_time else Binomial(_c(x), _c(size), np.zeros((x.size, 1)))


def _moments(yi: Array, vi: Array) -> tuple[float, float]:
    """Mean and between-study variance by the method of DerSimonian and Laird, to start from."""
    w = 1 / vi
    mean = float((w * yi).sum() / w.sum())
    excess = float((w * (yi - mean) ** 2).sum()) - (yi.size - 1)
    tau2 = excess / float(w.sum() - (w * w).sum() / w.sum())
    tau2 = min(max(tau2, 0.05), 4.0)
    w = 1 / (vi + tau2)
    return float((w * yi).sum() / w.sum()), tau2


def _require_whole(data: GlmmData) -> None:
    columns = (data.events_1, data.size_1, data.events_2, data.size_2)
    for values in columns:
        wrong = np.flatnonzero(values != np.floor(values)) if values is not None else np.zeros(0)
        if wrong.size:
            raise OptionError(
                f"model='CM.EL' sums over whole tables: {data.labels[int(wrong[0])]} has counts that are not "
                "whole numbers. Use model='UM.FS'."
            )


def _c(values: Array) -> Array:
    """As a column."""
    return np.asarray(values, dtype=float)[:, None]
