"""Profile likelihood interval of the between-study variance."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from metasyn.errors import NotEstimableError, OptionError
from metasyn.numerics.additive import AdditiveProblem
from metasyn.numerics.roots import all_roots, bracketed_root
from metasyn.numerics.tails import chi2_quantile
from metasyn.synthesis.tau2.likelihood import log_likelihood, maximise
from metasyn.values import Interval

__all__ = ["ProfileLikelihood", "profile_likelihood_interval"]

# Grid in log(t + min v), and the factor of each step of the search for an upper end.
_STEP = 0.125
_STRIDE = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileLikelihood:
    """Profile likelihood interval of tau2.

    Attributes
    ----------
    interval : Interval
        From the lowest to the highest value that is compatible with the data.
    pieces : tuple of Interval
        The stretches the compatible values form: more than one where the likelihood has several
        maxima with a deep enough valley between them.
    """

    interval: Interval
    pieces: tuple[Interval, ...]


def profile_likelihood_interval(problem: AdditiveProblem, method: str, level: float) -> ProfileLikelihood:
    r"""The values of tau2 whose likelihood is not too far below the highest.

    All t >= 0 with 2 (l(t*) - l(t)) <= chi2_{level, 1}, l the log-likelihood (ML) or the restricted
    one (REML) and t* its global maximum. Every crossing is found; the lower bound is 0 where the
    likelihood ratio stays under the quantile down to 0; the upper one is never capped.

    Parameters
    ----------
    problem : AdditiveProblem
    method : {'ML', 'REML'}
    level : float

    Returns
    -------
    ProfileLikelihood
        In units of the data.

    Raises
    ------
    OptionError
        For estimators without a likelihood.

    References
    ----------
    Hardy RJ, Thompson SG. A likelihood approach to meta-analysis with random effects. Stat Med
    1996;15:619-629. 10.1002/(SICI)1097-0258(19960330)15:6<619::AID-SIM188>3.0.CO;2-A

    Examples
    --------
    >>> import numpy as np
    >>> from metasyn.numerics.additive import prepare
    >>> data = prepare(np.array([-0.9, -0.1, -0.5, -1.4]), np.array([0.1, 0.05, 0.2, 0.1]))
    >>> bounds = profile_likelihood_interval(data, "REML", 0.95).interval
    >>> round(bounds.low, 4), round(bounds.high, 4)
    (0.0179, 2.853)
    """
    if method not in ("ML", "REML"):
        raise OptionError(
            f"tau2_ci_method='profile-likelihood' belongs to tau2_method='ML' or 'REML'; got {method!r}. "
            "'q-profile' goes with any."
        )
    restricted = method == "REML"
    best = maximise(problem, restricted=restricted).t
    floor = log_likelihood(problem, best, restricted=restricted) - chi2_quantile(1 - level, 1) / 2

    def above(t: float) -> float:
        return log_likelihood(problem, t, restricted=restricted) - floor

    ends = _ends(problem, above, best, _falling_from(problem, restricted))
    pieces = tuple(
        Interval(low * problem.unit, high * problem.unit, level)
        for low, high in zip(ends[::2], ends[1::2], strict=True)
    )
    return ProfileLikelihood(interval=Interval(pieces[0].low, pieces[-1].high, level), pieces=pieces)


def _falling_from(problem: AdditiveProblem, restricted: bool) -> float:
    """A t from which the likelihood falls for good: see the notes of `maximise`."""
    m = problem.k - problem.p if restricted else problem.k
    half = problem.rss / (2 * m)
    return max(0.0, half + math.sqrt(half * (half + 2 * (problem.v_max - problem.v_min))) - problem.v_min)


def _ends(
    problem: AdditiveProblem, above: Callable[[float], float], best: float, falling_from: float
) -> list[float]:
    """Where `above`, positive at `best`, starts and ceases to be positive, in turn; from 0 on."""
    span = math.log1p(falling_from / problem.v_min)
    grid = problem.v_min * np.expm1(np.linspace(0.0, span, max(2, math.ceil(span / _STEP))))
    grid = np.union1d(grid, [best])
    crossings = all_roots(
        lambda points: np.array([above(t) for t in points.tolist()]), grid, scalar=above, scale=problem.v_min
    )
    if not all(crossing.at.converged for crossing in crossings):
        raise NotEstimableError("a bound of the profile likelihood interval was not solved.")
    ends = [crossing.at.root for crossing in crossings]
    if above(0.0) > 0:
        ends.insert(0, 0.0)
    if len(ends) % 2:
        low = high = float(grid[-1])
        while above(high) > 0:
            low, high = high, _STRIDE * (high + problem.v_min)
        ends.append(bracketed_root(above, low, high).root)
    return ends
