"""Which posteriors exist, and which of their moments: the power with which they fall."""

from __future__ import annotations

from metasyn.errors import NotEstimableError
from metasyn.synthesis.bayes.log_priors import LogT
from metasyn.synthesis.bayes.mu_prior import FlatMean, MuPrior
from metasyn.synthesis.bayes.prior import TauPrior
from metasyn.values import NotEstimable

__all__ = ["has_moment", "moment_missing", "require_proper_posterior", "tail_power"]

# A moment whose integrand falls more slowly than this power of tau is beyond double precision.
_LEAST_FALL = 0.1


def tail_power(k: int, tau_prior: TauPrior, mu_prior: MuPrior) -> float:
    """The power with which the posterior density of tau falls towards infinity.

    The likelihood falls with the power k - 1 where mu has a flat prior, and k where it is normal.
    """
    return tau_prior.tail + (k - 1 if isinstance(mu_prior, FlatMean) else k)


def has_moment(order: int, power: float, tau_prior: TauPrior) -> bool:
    """Whether the posterior expectation of tau^order exists (and can be computed)."""
    # A log-t density is smaller than its power of tau by a power of ln tau: that is enough.
    return power - 1 - order >= (0 if isinstance(tau_prior, LogT) else _LEAST_FALL)


def moment_missing(what: str, k: int, tau_prior: TauPrior) -> NotEstimable:
    """Why there is no mean or standard deviation."""
    return NotEstimable(
        f"the {what} is infinite: with k = {k} the posterior under the prior {tau_prior} falls too slowly"
    )


def require_proper_posterior(k: int, tau_prior: TauPrior, mu_prior: MuPrior) -> None:
    """Refuse an improper prior of tau that these data do not make proper.

    Raises
    ------
    NotEstimableError
        Saying how many studies it needs and what to do instead.
    """
    if tau_prior.proper or tail_power(k, tau_prior, mu_prior) > 1:
        return
    needed = next(n for n in range(1, 5) if tail_power(n, tau_prior, mu_prior) > 1)
    raise NotEstimableError(
        f"the improper prior {tau_prior.name!r} of tau needs at least {needed} studies with the prior "
        f"{mu_prior.name!r} of mu; with k = {k} the posterior is not a probability distribution. "
        "Use a proper prior, for example half_normal(0.5) for log ratios, or uniform(maximum)."
    )
