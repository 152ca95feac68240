"""The profile likelihood of the between-study variance as a curve, with its maxima and its interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from metasyn.effects.model import EffectSet
from metasyn.errors import NotEstimableError, OptionError
from metasyn.numerics.additive import AdditiveProblem, prepare
from metasyn.numerics.roots import all_roots
from metasyn.numerics.tails import chi2_quantile
from metasyn.synthesis.arrays import require_poolable
from metasyn.synthesis.tau2.likelihood import log_likelihood, score
from metasyn.synthesis.tau2.profile_likelihood import profile_likelihood_interval
from metasyn.values import Interval, require_level

__all__ = ["ProfileCurve", "profile_curve"]

Array = NDArray[np.float64]
LikelihoodMethod = Literal["REML", "ML"]

# Points of the curve, and how far it goes on beyond the interval.
_POINTS = 241
_BEYOND = 1.25


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ProfileCurve:
    """The (restricted) log-likelihood of tau2 relative to its maximum, mu profiled out.

    Attributes
    ----------
    method : {'REML', 'ML'}
    tau2 : ndarray of shape (n,)
        Increasing from 0, even in tau; all maxima and ends of intervals among them.
    relative : ndarray of shape (n,)
        l(tau2) - l(maximum), <= 0.
    maxima : tuple of float
        Every local maximum, in increasing order, 0 included where the likelihood falls from there.
    best : float
        The global one: the estimate.
    cut : float
        -chi2_{level, 1} / 2: what lies above it is compatible with the data.
    interval : Interval
    pieces : tuple of Interval
        The stretches above the cut.
    """

    method: LikelihoodMethod
    tau2: Array
    relative: Array
    maxima: tuple[float, ...]
    best: float
    cut: float
    interval: Interval
    pieces: tuple[Interval, ...]

    def __post_init__(self) -> None:
        self.tau2.flags.writeable = False
        self.relative.flags.writeable = False

    def at(self, tau2: float) -> float:
        """The curve at one of its own points; between them interpolated."""
        return float(np.interp(tau2, self.tau2, self.relative))


def profile_curve(
    effects: EffectSet, *, method: LikelihoodMethod = "REML", level: float = 0.95
) -> ProfileCurve:
    """The profile likelihood of tau2 of some effects.

    Parameters
    ----------
    effects : EffectSet
    method : {'REML', 'ML'}
    level : float

    Returns
    -------
    ProfileCurve
        tau2 in squared units of the analysis scale.

    Raises
    ------
    OptionError
        For an unknown method or level, and effects that cannot be pooled.
    NotEstimableError
        For fewer than two effects.

    References
    ----------
    Hardy RJ, Thompson SG. A likelihood approach to meta-analysis with random effects. Stat Med
    1996;15:619-629. 10.1002/(SICI)1097-0258(19960330)15:6<619::AID-SIM188>3.0.CO;2-A

    Examples
    --------
    >>> from metasyn.synthesis.arrays import effects_from_arrays
    >>> curve = profile_curve(effects_from_arrays(yi=[-0.9, -0.1, -0.5, -1.4], vi=[0.1, 0.05, 0.2, 0.1]))
    >>> round(curve.interval.low, 4), round(curve.interval.high, 4), len(curve.maxima)
    (0.0179, 2.853, 1)
    """
    if method not in ("REML", "ML"):
        raise OptionError(f"method must be 'REML' or 'ML', which maximise a likelihood; got {method!r}.")
    level = require_level(level)
    require_poolable(effects)
    if effects.k < 2:
        raise NotEstimableError(f"the likelihood of tau2 needs at least two effects; there are {effects.k}.")
    problem = prepare(effects.yi, effects.vi)
    restricted = method == "REML"
    found = profile_likelihood_interval(problem, method, level)
    maxima = _maxima(problem, restricted, found.interval.high / problem.unit)
    heights = [log_likelihood(problem, t, restricted=restricted) for t in maxima]
    best = maxima[int(np.argmax(heights))]
    ends = [bound / problem.unit for piece in found.pieces for bound in (piece.low, piece.high)]
    top = _BEYOND * max(*ends, *maxima)
    grid = np.union1d(top * np.linspace(0, 1, _POINTS) ** 2, [*maxima, *ends])
    curve = np.array([log_likelihood(problem, t, restricted=restricted) for t in grid.tolist()])
    return ProfileCurve(
        method=method,
        tau2=grid * problem.unit,
        relative=curve - max(heights),
        maxima=tuple(t * problem.unit for t in maxima),
        best=best * problem.unit,
        cut=-chi2_quantile(1 - level, 1) / 2,
        interval=found.interval,
        pieces=found.pieces,
    )


def _maxima(problem: AdditiveProblem, restricted: bool, end: float) -> list[float]:
    """Every local maximum up to `end`, beyond which the likelihood is too low for the global one."""
    span = np.log1p(end / problem.v_min)
    grid = problem.v_min * np.expm1(np.linspace(0.0, span, max(9, int(span / 0.1))))
    crossings = all_roots(
        lambda t: score(problem, t, restricted=restricted),
        grid,
        scalar=lambda t: float(score(problem, np.array([t]), restricted=restricted)[0]),
        scale=problem.v_min,
    )
    peaks = [crossing.at.root for crossing in crossings if crossing.falling]
    at_zero = not crossings or not crossings[0].falling
    return [0.0, *peaks] if at_zero else peaks
