"""All subsets of the effects, each pooled: the graphical display of heterogeneity (GOSH)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.errors import OptionError
from metasyn.synthesis.model import SynthesisSpec
from metasyn.synthesis.sensitivity.gosh_subsets import (
    HowMany,
    PooledSubsets,
    SubsetPlan,
    plan_subsets,
    pool_part,
)
from metasyn.synthesis.sensitivity.source import Source, fitted_mean, pooled
from metasyn.synthesis.sensitivity.tables import read_only
from metasyn.vocabulary import NormalModel, Tau2Method, choices

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Gosh", "collected", "gosh", "planned"]

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

_COLUMNS = ("k", "Q", "I2", "H2", "tau2", "estimate")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Gosh:
    """One synthesis per subset, arrays of shape (n,), read-only.

    Attributes
    ----------
    labels : tuple of str
        The effects, in order.
    yi, vi : ndarray, shape (k,)
        Their estimates and variances.
    packed : ndarray of uint8, shape (n, ceil(k / 8))
        Which effects each subset has, eight to a byte, the first effect the lowest digit. All subsets
        come in binary order, a sample in the order drawn.
    k : ndarray of int
        Effects in each subset.
    Q, I2, H2, tau2, estimate : ndarray
        Of its synthesis. One effect cannot vary: Q, I2 and tau2 are 0 there, and H2 is 1.
    exhaustive : bool
        True if these are all subsets.
    seed : int or None
        Of the sample.
    model, tau2_method : str
    """

    labels: tuple[str, ...]
    yi: Array
    vi: Array
    packed: NDArray[np.uint8]
    k: NDArray[np.int16]
    Q: Array
    I2: Array
    H2: Array
    tau2: Array
    estimate: Array
    exhaustive: bool
    seed: int | None
    model: NormalModel
    tau2_method: Tau2Method

    def __post_init__(self) -> None:
        read_only(self)

    @property
    def n_subsets(self) -> int:
        """Number of subsets."""
        return self.k.size

    @property
    def present(self) -> Flags:
        """Which effects each subset has, shape (n, k), read-only; unpacked anew at every call."""
        flags = np.unpackbits(self.packed, axis=1, count=len(self.labels), bitorder="little")
        flags.flags.writeable = False
        return flags.view(np.bool_)

    def containing(self, label: str) -> Flags:
        """Which subsets have an effect, by its name: shape (n,), for colouring.

        Raises
        ------
        OptionError
            If no effect has that name, or several.
        """
        if self.labels.count(label) != 1:
            raise OptionError(
                f"label={label!r} must name one effect; {self.labels.count(label)} of "
                f"{', '.join(map(repr, self.labels))} do."
            )
        byte, digit = divmod(self.labels.index(label), 8)
        return (self.packed[:, byte] >> digit & 1).astype(bool)

    def to_frame(self) -> pd.DataFrame:
        """A pandas table, one row per subset: the figures, then a column per effect."""
        import pandas as pd

        figures = pd.DataFrame({name: getattr(self, name) for name in _COLUMNS})
        return pd.concat([figures, pd.DataFrame(self.present, columns=list(self.labels))], axis=1)

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        words = {"model": self.model, "tau2_method": self.tau2_method}
        drawn = {"exhaustive": self.exhaustive, "seed": self.seed}
        lists = {name: getattr(self, name).tolist() for name in _COLUMNS}
        return {**words, **drawn, "labels": list(self.labels), "present": self.present.tolist(), **lists}

    def __str__(self) -> str:
        from metasyn.synthesis.sensitivity.text import gosh_to_text

        return gosh_to_text(self)

    __repr__ = __str__


def gosh(
    effects: Source = None,
    /,
    *,
    n_subsets: HowMany = None,
    seed: int = 1,
    yi: ArrayLike | None = None,
    vi: ArrayLike | None = None,
    sei: ArrayLike | None = None,
    labels: Sequence[str] | None = None,
    measure: str = "GEN",
    spec: SynthesisSpec | None = None,
) -> Gosh:
    """Pool every subset of the effects, or a random sample of the subsets.

    Up to 16 effects all 2^k - 1 subsets are pooled, with `n_subsets="all"` up to 24; beyond, or if
    `n_subsets` is given and smaller, that many different ones are drawn, each subset equally likely.
    On several cores, or part by part: `metasyn.batch.all_subsets`, `metasyn.batch.subset_parts`.

    Parameters
    ----------
    effects : EffectSet or SynthesisResult, optional
        Effects, or a synthesis of them with its methods; or give arrays.
    n_subsets : int or 'all', optional
        Size of the sample; default all subsets up to 16 effects, 100,000 beyond.
    seed : int
        Of the sample.
    yi : array_like of shape (k,), optional
        Estimates on the **analysis** scale.
    vi, sei : array_like of shape (k,), optional
        Sampling **variances**, or standard errors.
    labels : sequence of str, optional
    measure : str
    spec : SynthesisSpec, optional
        Methods, if not a result is given; default the stated policy. Its model is random effects or a
        common effect; of a result with another model the random-effects model beside it is used.

    Returns
    -------
    Gosh

    Raises
    ------
    OptionError
        If `n_subsets` or `seed` is not a whole number in range, `spec` is none or asks for another model, or
        the table of subsets would not fit in memory: more than 24 effects for 'all'.
    NotEstimableError
        For fewer than two effects, and for user weights.

    References
    ----------
    Olkin I, Dahabreh IJ, Trikalinos TA. GOSH - a graphical display of study heterogeneity. Res Synth
    Methods 2012;3:214-223. 10.1002/jrsm.1053

    Examples
    --------
    >>> spec = SynthesisSpec(model="common-effect")
    >>> found = gosh(yi=[-0.9, -0.1, -0.5], vi=[0.1, 0.05, 0.2], spec=spec)
    >>> found.k.tolist(), found.estimate.round(3).tolist()
    ([1, 1, 2, 1, 2, 2, 3], [-0.9, -0.1, -0.367, -0.5, -0.767, -0.18, -0.386])
    """
    plan = planned(
        effects,
        n_subsets=n_subsets,
        seed=seed,
        yi=yi,
        vi=vi,
        sei=sei,
        labels=labels,
        measure=measure,
        spec=spec,
    )
    return collected(plan, map(pool_part, plan.parts()), seed=seed)


def planned(
    effects: Source,
    *,
    n_subsets: HowMany,
    seed: int,
    yi: ArrayLike | None,
    vi: ArrayLike | None,
    sei: ArrayLike | None,
    labels: Sequence[str] | None,
    measure: str,
    spec: SynthesisSpec | None,
) -> SubsetPlan:
    """Which subsets of which effects are to be pooled; parameters as of `gosh`."""
    if spec is not None and not isinstance(spec, SynthesisSpec):
        raise OptionError(
            f"spec must be a SynthesisSpec, e.g. SynthesisSpec(tau2_method='DL'); got {spec!r}."
        )
    if spec is not None and spec.model not in (None, *choices(NormalModel)):
        raise OptionError(
            f"subsets are pooled by model='random-effects' or 'common-effect'; got model={spec.model!r}."
        )
    whole = pooled(effects, yi=yi, vi=vi, sei=sei, labels=labels, measure=measure, spec=spec)
    return plan_subsets(fitted_mean(whole, what="the display of all subsets"), n_subsets, seed)


def collected(plan: SubsetPlan, parts: Iterable[PooledSubsets], *, seed: int) -> Gosh:
    """The record of parts that were pooled, in the order of the plan."""
    mean, n = plan.mean, plan.n
    columns: dict[str, NDArray[Any]] = {name: np.empty(n) for name in _COLUMNS[1:]}
    columns |= {
        "k": np.empty(n, dtype=np.int16),
        "packed": np.empty((n, (mean.k + 7) // 8), dtype=np.uint8),
    }
    start = 0
    for part in parts:
        stop = start + part.k.size
        for name, values in columns.items():
            values[start:stop] = getattr(part, name)
        start = stop
    return Gosh(
        labels=mean.labels,
        yi=mean.yi,
        vi=mean.vi,
        exhaustive=plan.drawn is None,
        seed=None if plan.drawn is None else seed,
        model=mean.model,
        tau2_method=mean.tau2_method,
        **columns,
    )
