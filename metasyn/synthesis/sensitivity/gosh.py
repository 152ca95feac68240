"""All subsets of the effects, each pooled: the graphical display of heterogeneity (GOSH)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.errors import OptionError
from metasyn.synthesis.model import SynthesisSpec
from metasyn.synthesis.sensitivity.source import Source, fitted_mean, pooled
from metasyn.synthesis.sensitivity.tables import read_only
from metasyn.synthesis.tau2.many import fit_many
from metasyn.values import require_whole
from metasyn.vocabulary import NormalModel, Tau2Method

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Gosh", "gosh"]

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

# 2^16 subsets are less than a second of REML, 2^20 ten; beyond, a sample says as much.
_ALL_UP_TO = 16
_SAMPLE = 100_000
_MOST_CELLS = 2**27
_COLUMNS = ("k", "Q", "I2", "H2", "tau2", "estimate")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gosh:
    """One synthesis per subset, arrays of shape (n,), read-only.

    Attributes
    ----------
    labels : tuple of str
        The effects, in order.
    yi, vi : ndarray, shape (k,)
        Their estimates and variances.
    present : ndarray of bool, shape (n, k)
        Which effects each subset has. All subsets come in binary order, the first effect the lowest
        digit; a sample in the order drawn.
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
    present: Flags
    k: NDArray[np.int64]
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
        return self.present[:, self.labels.index(label)]

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


def gosh(
    effects: Source = None,
    /,
    *,
    n_subsets: int | None = None,
    seed: int = 1,
    yi: ArrayLike | None = None,
    vi: ArrayLike | None = None,
    sei: ArrayLike | None = None,
    labels: Sequence[str] | None = None,
    measure: str = "GEN",
    spec: SynthesisSpec | None = None,
) -> Gosh:
    """Pool every subset of the effects, or a random sample of the subsets.

    Up to 16 effects all 2^k - 1 subsets are pooled; beyond, or if `n_subsets` is given and smaller,
    that many different ones are drawn, each subset equally likely.

    Parameters
    ----------
    effects : EffectSet or SynthesisResult, optional
        Effects, or a synthesis of them with its methods; or give arrays.
    n_subsets : int, optional
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
        Methods, if not a result is given; default the stated policy.

    Returns
    -------
    Gosh

    Raises
    ------
    OptionError
        If `n_subsets` or `seed` is not a whole number in range, or the table of subsets would not
        fit in memory.
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
    require_whole("seed", seed, at_least=0)
    whole = pooled(effects, yi=yi, vi=vi, sei=sei, labels=labels, measure=measure, spec=spec)
    mean = fitted_mean(whole, what="the display of all subsets")
    present, exhaustive = _subsets(mean.k, n_subsets, seed)
    fits = fit_many(mean.yi, mean.vi, present, tau2_method=mean.tau2_method, tau2=mean.fixed_tau2)
    common = mean.model == "common-effect"
    return Gosh(
        labels=mean.labels,
        yi=mean.yi,
        vi=mean.vi,
        present=present,
        k=fits.k,
        Q=fits.Q,
        I2=fits.I2(common_effect=common),
        H2=fits.H2(common_effect=common),
        tau2=fits.tau2,
        estimate=fits.estimate,
        exhaustive=exhaustive,
        seed=None if exhaustive else seed,
        model=mean.model,
        tau2_method=mean.tau2_method,
    )


def _subsets(k: int, n_subsets: int | None, seed: int) -> tuple[Flags, bool]:
    """The subsets, shape (n, k), and whether they are all."""
    wanted = n_subsets
    if wanted is None:
        wanted = 2**k - 1 if k <= _ALL_UP_TO else _SAMPLE
    require_whole("n_subsets", wanted, at_least=1)
    n = min(int(wanted), 2**k - 1)
    if n * k > _MOST_CELLS:
        raise OptionError(
            f"n_subsets={n_subsets} of {k} effects is too much to hold in memory; at most "
            f"{_MOST_CELLS // k} subsets of {k} effects, and a sample of {_SAMPLE} shows the same picture."
        )
    if n == 2**k - 1:
        masks, present = np.arange(1, n + 1), np.empty((n, k), dtype=bool)
        for i in range(k):
            present[:, i] = masks >> i & 1
        return present, True
    return np.concatenate(list(_drawn(k, n, np.random.default_rng(seed)))), False


def _drawn(k: int, n: int, rng: np.random.Generator) -> Iterator[Flags]:
    """Different random subsets, none empty, until there are n."""
    seen: set[bytes] = set()
    while len(seen) < n:
        flags = rng.integers(0, 2, (n, k), dtype=bool)
        new = []
        for i, key in enumerate(np.packbits(flags, axis=1)):
            name = key.tobytes()
            if len(seen) < n and name not in seen and flags[i].any():
                seen.add(name)
                new.append(i)
        yield flags[new]
