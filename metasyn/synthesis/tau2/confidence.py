"""One interval of the between-study variance, by whichever method is asked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasyn.errors import OptionError
from metasyn.numerics.additive import AdditiveProblem
from metasyn.synthesis.tau2.generalised_q import generalised_q_interval, own_weights
from metasyn.synthesis.tau2.intervals import profile_of
from metasyn.synthesis.tau2.profile_likelihood import profile_likelihood_interval
from metasyn.values import Interval
from metasyn.vocabulary import Tau2CiMethod, Tau2Method

__all__ = ["Tau2Interval", "require_tau2_ci", "tau2_interval"]

_ONLY_FOR: dict[Tau2CiMethod, tuple[Tau2Method, ...]] = {
    "generalised-q": ("DL", "HE", "HS", "HSk", "GENQ", "GENQM"),
    "profile-likelihood": ("ML", "REML"),
}
_BECAUSE: dict[Tau2CiMethod, str] = {
    "generalised-q": "the estimators that are built on a Q statistic with fixed weights",
    "profile-likelihood": "the estimators that maximise a likelihood",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tau2Interval:
    """An interval of tau2.

    Attributes
    ----------
    interval : Interval
    empty : bool
        True if no value of tau2 is compatible with the data and [0, 0] stands for that.
    pieces : tuple of Interval
        The stretches of which the interval is the hull, where there are several; else empty.
    """

    interval: Interval
    empty: bool = False
    pieces: tuple[Interval, ...] = ()


def require_tau2_ci(method: str, ci_method: Tau2CiMethod) -> None:
    """Check that an interval of tau2 is defined for an estimator.

    Raises
    ------
    OptionError
        Saying which estimators the interval belongs to.

    Examples
    --------
    >>> require_tau2_ci("REML", "profile-likelihood")
    """
    fitting = _ONLY_FOR.get(ci_method)
    if fitting is not None and method not in fitting:
        raise OptionError(
            f"tau2_ci_method={ci_method!r} belongs to {_BECAUSE[ci_method]}: {', '.join(fitting)}; "
            f"got tau2_method={method!r}. 'q-profile' goes with any estimator."
        )


def tau2_interval(
    problem: AdditiveProblem,
    method: str,
    *,
    level: float,
    ci_method: Tau2CiMethod = "q-profile",
    weights: NDArray[np.float64] | None = None,
) -> Tau2Interval:
    """Interval of the between-study variance.

    ====================  ==========================================================================
    q-profile             any estimator: `q_profile`
    generalised-q         DL, HS, HSk (weights 1/v), HE (equal), GENQ, GENQM (the user's):
                          `generalised_q_interval`
    jackson               any estimator: `generalised_q_interval` with weights 1/sqrt(v)
    profile-likelihood    ML, REML: `profile_likelihood_interval`
    ====================  ==========================================================================

    Parameters
    ----------
    problem : AdditiveProblem
    method : str
        The estimator.
    level : float
    ci_method : str
    weights : ndarray of shape (k,), optional
        Of GENQ and GENQM.

    Returns
    -------
    Tau2Interval
        In squared units of the data.

    Raises
    ------
    OptionError
        If the interval is not defined for the estimator, or GENQ or GENQM come without weights.
    NotEstimableError
        If k - p < 1 or a bound cannot be solved for.

    Examples
    --------
    >>> import numpy as np
    >>> from metasyn.numerics.additive import prepare
    >>> data = prepare(np.array([-0.9, -0.1, -0.5, -1.4]), np.array([0.1, 0.05, 0.2, 0.1]))
    >>> round(tau2_interval(data, "ML", level=0.95, ci_method="profile-likelihood").interval.high, 4)
    1.4653
    """
    require_tau2_ci(method, ci_method)
    if ci_method == "jackson":
        found = generalised_q_interval(problem, np.sqrt(problem.v_min / problem.v), level)
        return Tau2Interval(interval=found.interval, empty=found.empty)
    if ci_method == "generalised-q":
        found = generalised_q_interval(problem, own_weights(problem, method, weights), level)
        return Tau2Interval(interval=found.interval, empty=found.empty)
    if ci_method == "profile-likelihood":
        profile = profile_likelihood_interval(problem, method, level)
        several = len(profile.pieces) > 1
        return Tau2Interval(interval=profile.interval, pieces=profile.pieces if several else ())
    q = profile_of(problem, level)
    return Tau2Interval(interval=q.interval, empty=q.empty)
