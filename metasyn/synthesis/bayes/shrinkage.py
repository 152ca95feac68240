"""Posterior of the true effect of every study: drawn towards the mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from metasyn.numerics.normal_mixture import NormalMixture
from metasyn.numerics.shortest import central_and_shortest
from metasyn.synthesis.sensitivity.tables import frame, read_only
from metasyn.vocabulary import CredibleInterval, require_option

if TYPE_CHECKING:
    import pandas as pd

    from metasyn.synthesis.bayes.model import BayesResult

__all__ = ["Shrinkage", "shrinkage"]

Array = NDArray[np.float64]

_COLUMNS = ("median", "mean", "sd", "low", "high", "own_weight")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shrinkage:
    """Posterior of the true effects of the studies, arrays of shape (k,), read-only, analysis scale.

    Attributes
    ----------
    labels : tuple of str
    median, mean, sd, low, high : ndarray
        Of each study's true effect theta_i, with its credible interval.
    own_weight : ndarray
        Posterior mean of tau^2 / (tau^2 + v_i): how much the study's own result counts.
    level : float
    interval : {'shortest', 'quantile'}
    """

    labels: tuple[str, ...]
    median: Array
    mean: Array
    sd: Array
    low: Array
    high: Array
    own_weight: Array
    level: float
    interval: CredibleInterval

    def __post_init__(self) -> None:
        read_only(self)

    def to_frame(self) -> pd.DataFrame:
        """A pandas table, one row per study."""
        return frame(self.labels, {name: getattr(self, name) for name in _COLUMNS}, index="study")

    def to_dict(self) -> dict[str, Any]:
        """Plain data: a list per quantity."""
        lists = {name: getattr(self, name).tolist() for name in _COLUMNS}
        return {"level": self.level, "interval": self.interval, "labels": list(self.labels), **lists}

    def __str__(self) -> str:
        from metasyn.synthesis.bayes.text import shrinkage_to_text

        return shrinkage_to_text(self)


def shrinkage(result: BayesResult, *, interval: CredibleInterval | None = None) -> Shrinkage:
    """Posterior of the true effect of every study.

    Given tau, theta_i is normal with mean b_i mu* + (1 - b_i) y_i and variance (1 - b_i) v_i + b_i^2 V,
    where b_i = v_i / (v_i + tau^2) and mu*, V are mean and variance of mu; a mixture of these over the
    posterior of tau.

    Parameters
    ----------
    result : BayesResult
    interval : {'shortest', 'quantile'}, optional
        Default: that of the result.

    Returns
    -------
    Shrinkage

    References
    ----------
    Roever C. J Stat Softw 2020;93(6):1-51. 10.18637/jss.v093.i06

    Examples
    --------
    >>> from metasyn.synthesis.bayes import pool_bayes
    >>> found = shrinkage(pool_bayes(yi=[-0.478, -0.288], sei=[0.16, 0.14], measure="HR"))
    >>> found.median.round(4).tolist()
    [-0.428, -0.3252]
    """
    kind: CredibleInterval = result.interval if interval is None else interval
    require_option("interval", kind, CredibleInterval)
    rows = [_study(result, i, kind) for i in range(result.k)]
    columns = {name: np.array([row[name] for row in rows]) for name in _COLUMNS}
    return Shrinkage(
        labels=tuple(effect.label for effect in result.effects.effects),
        level=result.level,
        interval=kind,
        **columns,
    )


def _study(result: BayesResult, i: int, kind: CredibleInterval) -> dict[str, float]:
    """One study's true effect."""
    fit, mu = result.fit, result.fit.mu
    y, v = float(fit.yi[i]), float(fit.vi[i])
    drawn = v / (v + fit.tau.integral.tau**2)
    own = NormalMixture(
        weights=mu.weights,
        means=drawn * mu.means + (1 - drawn) * y,
        sds=np.sqrt((1 - drawn) * v + (drawn * mu.sds) ** 2),
    )
    low, median, high, *shortest = central_and_shortest(own, result.level)
    if kind == "shortest":
        low, high = shortest
    weight = float(mu.weights @ (1 - drawn))
    return {"median": median, "mean": own.mean, "sd": own.sd, "low": low, "high": high, "own_weight": weight}
