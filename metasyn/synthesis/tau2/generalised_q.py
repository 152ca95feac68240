"""The generalised Q statistic with fixed weights: median-unbiased estimate and exact interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasyn.errors import NotEstimableError, OptionError
from metasyn.numerics.additive import AdditiveProblem
from metasyn.numerics.quadratic_forms import lower_probability
from metasyn.numerics.roots import Root, bracketed_root
from metasyn.synthesis.tau2.moments import weighted_form
from metasyn.values import Interval

__all__ = ["GeneralisedQ", "generalised_q_interval", "own_weights", "solve_generalised_q"]

Array = NDArray[np.float64]

# Each step of the search for an upper end multiplies it by this.
_STRIDE = 8.0
# Widest level: the upper tail is 1 minus a probability that is right to about 1e-15.
_SMALLEST_TAIL = 1e-7


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneralisedQ:
    """Generalised Q interval of tau2.

    `empty` is True where even tau2 = 0 makes a statistic as small as the one observed too
    unlikely: no value of tau2 is compatible with the data, and [0, 0] stands for that.
    """

    interval: Interval
    empty: bool


def own_weights(problem: AdditiveProblem, method: str, weights: Array | None) -> Array:
    """The weights of the Q statistic that an estimator is built on.

    1/v for DL, HS and HSk; equal ones for HE; the user's for GENQ and GENQM.

    Raises
    ------
    OptionError
        For an estimator that is not built on one, and if GENQ or GENQM come without weights.
    """
    if method in ("DL", "HS", "HSk"):
        return problem.v_min / problem.v
    if method == "HE":
        return np.ones(problem.k)
    if method in ("GENQ", "GENQM"):
        if weights is None:
            raise OptionError(f"tau2_method={method!r} needs weights, one per effect; got none.")
        return weights
    raise OptionError(f"tau2_method={method!r} is not built on a Q statistic with fixed weights.")


def solve_generalised_q(problem: AdditiveProblem, weights: Array, probability: float) -> Root | None:
    """The t >= 0 at which a statistic up to the observed one has this probability; None if 0 has less.

    In units of the problem. The probability falls from its value at t = 0 to zero.

    Raises
    ------
    NotEstimableError
        If fewer than p + 1 weights are positive.
    """
    form = weighted_form(problem, weights)
    observed = form.value(problem.e)

    def excess(t: float) -> float:
        return lower_probability(form, problem.v + t, observed) - probability

    at_zero = excess(0.0)
    if at_zero <= 0:
        return None if at_zero < 0 else Root(root=0.0, converged=True, iterations=0)
    low, f_low = 0.0, at_zero
    high = max(problem.v_min, observed / form.mean(np.ones(problem.k)))
    while (f_high := excess(high)) > 0:
        low, f_low, high = high, f_high, high * _STRIDE
    return bracketed_root(excess, low, high, f_low=f_low, f_high=f_high)


def generalised_q_interval(problem: AdditiveProblem, weights: Array, level: float) -> GeneralisedQ:
    r"""Exact interval of tau2 from the distribution of the generalised Q statistic.

    With fixed weights A, Q = y'Py is distributed as a sum of chi-square variables whose weights are
    the eigenvalues of P (V + t). The interval holds every t for which neither tail probability of
    the observed Q is below (1 - level) / 2. With A = 1/V this is the interval of Biggerstaff and
    Jackson. The bounds are solved to full precision and never capped.

    Parameters
    ----------
    problem : AdditiveProblem
    weights : ndarray of shape (k,)
        >= 0; see `own_weights`.
    level : float

    Returns
    -------
    GeneralisedQ
        In units of the data.

    Raises
    ------
    NotEstimableError
        If fewer than p + 1 weights are positive, or the level leaves tails below 1e-7.

    References
    ----------
    Jackson D. Confidence intervals for the between-study variance in random effects meta-analysis
    using generalised Cochran heterogeneity statistics. Res Synth Methods 2013;4:220-229.
    10.1002/jrsm.1081
    Biggerstaff BJ, Jackson D. The exact distribution of Cochran's heterogeneity statistic in one-way
    random effects meta-analysis. Stat Med 2008;27:6093-6110. 10.1002/sim.3428

    Examples
    --------
    >>> import numpy as np
    >>> from metasyn.numerics.additive import prepare
    >>> data = prepare(np.array([-0.9, -0.1, -0.5, -1.4]), np.array([0.1, 0.05, 0.2, 0.1]))
    >>> bounds = generalised_q_interval(data, np.ones(4), 0.95).interval
    >>> round(bounds.low, 4), round(bounds.high, 4)
    (0.0, 4.1858)
    """
    tail = (1 - level) / 2
    if tail < _SMALLEST_TAIL:
        raise NotEstimableError(f"a generalised Q interval cannot be computed at a level as high as {level}.")
    upper = solve_generalised_q(problem, weights, tail)
    if upper is None:
        return GeneralisedQ(interval=Interval(0.0, 0.0, level), empty=True)
    lower = solve_generalised_q(problem, weights, 1 - tail)
    low = 0.0 if lower is None else lower.root
    return GeneralisedQ(interval=Interval(low * problem.unit, upper.root * problem.unit, level), empty=False)
