"""The bootstrap of a synthesis: draws of its mean, tau2 and I2, and intervals from them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.batch.bootstrap_draws import QUANTITIES, RANGES, Resampling, left_out_of
from metasyn.batch.bootstrap_intervals import WHY_NOT, bootstrap_bounds, require_draws
from metasyn.batch.parallel import Progress, map_parts
from metasyn.batch.ragged import Ragged, ragged
from metasyn.batch.statuses import STATUS
from metasyn.errors import NotEstimableError, OptionError
from metasyn.synthesis.tau2.backends import chosen_backend
from metasyn.values import Interval, NotEstimable, require_level, require_whole
from metasyn.vocabulary import (
    BootstrapCi,
    BootstrapKind,
    ManyTau2Method,
    NormalModel,
    Pooled,
    Tau2Method,
    require_option,
)

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Bootstrap", "bootstrap", "checked_resampling", "require_interval"]

Array = NDArray[np.float64]
# Effects that a message names.
_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bootstrap:
    """Draws of the pooled values of one synthesis; arrays read-only, analysis scale.

    Attributes
    ----------
    k : int
    values : ndarray of shape (3,)
        Mean, tau2 and I2 of the data.
    draws : ndarray of shape (3, n)
        Of the draws; NaN where the equation of an estimator was not solved.
    left_out : ndarray of shape (3, k)
        Without each effect in turn.
    kind, model, tau2_method : str
    seed : int
    """

    k: int
    values: Array
    draws: Array
    left_out: Array
    kind: BootstrapKind
    model: NormalModel
    tau2_method: Tau2Method
    seed: int

    def __post_init__(self) -> None:
        for values in (self.values, self.draws, self.left_out):
            values.flags.writeable = False

    @property
    def n(self) -> int:
        """Number of draws."""
        return int(self.draws.shape[1])

    @property
    def n_lost(self) -> int:
        """Draws whose equation was not solved: they count nowhere."""
        return int(np.isnan(self.draws[0]).sum())

    def value(self, quantity: Pooled = "estimate") -> float:
        """What the data give."""
        return float(self.values[_place(quantity)])

    def se(self, quantity: Pooled = "estimate") -> float:
        """Standard deviation of the draws."""
        return float(np.nanstd(self.draws[_place(quantity)], ddof=1))

    def bias(self, quantity: Pooled = "estimate") -> float:
        """Mean of the draws less what the data give."""
        return float(np.nanmean(self.draws[_place(quantity)])) - self.value(quantity)

    def interval(
        self, quantity: Pooled = "estimate", *, method: BootstrapCi = "percentile", level: float = 0.95
    ) -> Interval | NotEstimable:
        """A bootstrap interval; formulas in `metasyn.batch.bootstrap_intervals.bootstrap_bounds`.

        Parameters
        ----------
        quantity : {'estimate', 'tau2', 'I2'}
        method : {'percentile', 'basic', 'bca'}
            'bca' for the non-parametric bootstrap only: its acceleration comes from leaving effects out.
        level : float

        Raises
        ------
        OptionError
            If there are too few draws for the level, or 'bca' is asked of a parametric bootstrap.
        """
        place = _place(quantity)
        require_interval(method, self.kind, self.n, level)
        low, high, why = bootstrap_bounds(
            self.draws[place][None, :],
            self.values[place : place + 1],
            method,
            level,
            left_out=self.left_out[place][None, :],
            within=RANGES[place],
        )
        if why[0]:
            return NotEstimable(f"no {method} interval of {quantity}: {WHY_NOT[why[0]]}")
        return Interval(float(low[0]), float(high[0]), level)

    def __str__(self) -> str:
        from metasyn.batch.printed import bootstrap_text

        return bootstrap_text(self)

    __repr__ = __str__

    def to_frame(self) -> pd.DataFrame:
        """The draws, one per row."""
        import pandas as pd

        return pd.DataFrame(dict(zip(QUANTITIES, self.draws, strict=True)))

    def to_dict(self) -> dict[str, Any]:
        """What was drawn and how, without the draws."""
        return {
            "k": self.k,
            "n": self.n,
            "n_lost": self.n_lost,
            "kind": self.kind,
            "model": self.model,
            "tau2_method": self.tau2_method,
            "seed": self.seed,
            **{
                name: {"value": self.value(name), "se": self.se(name), "bias": self.bias(name)}
                for name in QUANTITIES
            },
        }


def bootstrap(
    yi: ArrayLike,
    vi: ArrayLike | None = None,
    *,
    sei: ArrayLike | None = None,
    kind: BootstrapKind = "non-parametric",
    n: int = 10_000,
    seed: int = 1,
    model: NormalModel = "random-effects",
    tau2_method: Tau2Method = "REML",
    n_jobs: int | None = None,
    progress: Progress | None = None,
) -> Bootstrap:
    r"""Draw the effects of a synthesis anew, many times, and pool each draw.

    - non-parametric: k effects with their variances, drawn with replacement;
    - parametric: y_i* = mu + sqrt(v_i + tau2) Z_i, Z standard normal, the variances kept, with mu and tau2
      of the data.

    tau2 is estimated anew in every draw. With few effects the non-parametric draws vary too little
    (a factor of about (k - 1) / k in the variance of the mean), and its intervals are too short.

    Parameters
    ----------
    yi : array_like of shape (k,)
        Effects on the analysis scale, two at least.
    vi, sei : array_like of shape (k,)
        Sampling **variances**, or standard errors: exactly one of the two.
    kind : {'non-parametric', 'parametric'}
    n : int
        Draws.
    seed : int
        Every 1,000 draws have a stream of random numbers of their own, so that the answer does not depend
        on the number of workers.
    model : {'random-effects', 'common-effect'}
    tau2_method : str
    n_jobs, progress
        As of `metasyn.batch.parallel.map_parts`.

    Returns
    -------
    Bootstrap

    Raises
    ------
    OptionError
        If an option is unknown or out of range, or shapes do not fit.
    NotEstimableError
        For less than two effects, a value that is not finite, or a variance not above zero.

    References
    ----------
    Van den Noortgate W, Onghena P. Parametric and nonparametric bootstrap methods for meta-analysis. Behav
    Res Methods 2005;37:11-22. 10.3758/BF03206394

    Examples
    --------
    >>> found = bootstrap([-0.9, -0.1, -0.5, -1.4], [0.1, 0.05, 0.2, 0.1], n=1000, n_jobs=1)
    >>> found.n, round(found.value(), 3), found.interval().low < found.value()
    (1000, -0.712, True)
    """
    resampling = checked_resampling(kind, n, seed, model, tau2_method)
    data = ragged(yi, vi, None, None, sei)
    if data.status[0] != 0:
        raise NotEstimableError(
            f"the bootstrap needs at least two sound effects: {STATUS[data.status[0]]}{_unsound(data, sei)}."
        )
    y, v = data.yi, data.vi
    resampling = replace(resampling, backend=chosen_backend("auto", n * y.size))
    values = resampling.values(y[None, :], v[None, :])[:, 0]
    if np.isnan(values).any():
        raise NotEstimableError(f"tau2 of the data was not found to full precision by {tau2_method}.")
    blocks = resampling.n_blocks
    step = max(1, min(16, blocks // 8))
    parts = [range(first, min(first + step, blocks)) for first in range(0, blocks, step)]
    draws = map_parts(
        partial(_draw, resampling=resampling, y=y, v=v),
        parts,
        n_jobs=n_jobs,
        total=len(parts),
        progress=progress,
    )
    return Bootstrap(
        k=y.size,
        values=values,
        draws=np.concatenate(list(draws), axis=1),
        left_out=left_out_of(resampling, y[None, :], v[None, :])[:, 0],
        kind=kind,
        model=model,
        tau2_method=tau2_method,
        seed=seed,
    )


def _unsound(data: Ragged, sei: ArrayLike | None) -> str:
    """Which effects are to blame, where single ones are."""
    spread = ("vi", data.vi) if sei is None else ("sei", np.asarray(sei, dtype=float))
    bad_value, bad_variance = ~np.isfinite(data.yi), ~((data.vi > 0) & (data.vi < np.inf))
    for bad, (name, values) in ((bad_value, ("yi", data.yi)), (bad_variance, spread)):
        at = np.flatnonzero(bad).tolist()
        if at:
            rows = [f"row {i + 1}: {name} is {values[i]:g}" for i in at[:_NAMED]]
            more = f" and {len(at) - _NAMED} more" if len(at) > _NAMED else ""
            return f" ({', '.join(rows)}{more})"
    return ""


def _draw(blocks: range, *, resampling: Resampling, y: Array, v: Array) -> Array:
    return resampling.draws(0, blocks, y, v)


def checked_resampling(
    kind: BootstrapKind, n: int, seed: int, model: NormalModel, tau2_method: Tau2Method
) -> Resampling:
    """How to draw, its options looked at.

    Raises
    ------
    OptionError
    """
    require_option("kind", kind, BootstrapKind)
    require_option("model", model, NormalModel)
    if tau2_method in ("GENQ", "GENQM"):
        raise OptionError(f"tau2_method={tau2_method!r} needs weights of the user, which are not drawn.")
    require_option("tau2_method", tau2_method, ManyTau2Method)
    require_whole("n", n, at_least=2)
    require_whole("seed", seed, at_least=0)
    return Resampling(kind=kind, model=model, tau2_method=tau2_method, n=n, seed=seed)


def require_interval(
    method: BootstrapCi, kind: BootstrapKind, n: int, level: float, *, name: str = "method"
) -> None:
    """Refuse an interval that these draws do not have; `name` is that of the argument.

    Raises
    ------
    OptionError
    """
    require_option(name, method, BootstrapCi)
    if method == "bca" and kind == "parametric":
        raise OptionError(
            f"{name}='bca' is for the non-parametric bootstrap: its acceleration comes from leaving effects "
            "out; use 'percentile' or 'basic'."
        )
    require_draws(n, require_level(level))


def _place(quantity: Pooled) -> int:
    require_option("quantity", quantity, Pooled)
    return QUANTITIES.index(quantity)
