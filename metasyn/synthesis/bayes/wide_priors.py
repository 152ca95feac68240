"""Priors of tau that claim to know little: uniform and Jeffreys."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from metasyn.errors import OptionError
from metasyn.synthesis.bayes.prior import TauPrior, require_positive
from metasyn.vocabulary import TauPriorName

__all__ = ["Jeffreys", "Uniform"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Uniform(TauPrior):
    """Every tau from 0 to `maximum` is equally probable; improper where that is infinite."""

    maximum: float = math.inf

    name: ClassVar[TauPriorName] = "uniform"

    def __post_init__(self) -> None:
        if self.maximum != math.inf:
            require_positive("maximum", self.maximum)

    @property
    def parameters(self) -> dict[str, float]:
        """The maximum, if there is one."""
        return {"maximum": float(self.maximum)} if self.proper else {}

    @property
    def proper(self) -> bool:
        """Only with a maximum."""
        return math.isfinite(self.maximum)

    @property
    def upper(self) -> float:
        """The maximum."""
        return float(self.maximum)

    @property
    def tail(self) -> float:
        """Constant without a maximum."""
        return math.inf if self.proper else 0.0

    def log_density(self, tau: Array, vi: Array) -> Array:
        """Log density; 0 if improper."""
        return np.full_like(tau, -math.log(self.maximum) if self.proper else 0.0)

    def slope(self, tau: Array, vi: Array) -> Array:
        """Derivative of the log density."""
        return np.zeros_like(tau)

    def quantile(self, p: Array) -> Array:
        """Quantile."""
        return np.asarray(self.maximum * p)

    def scaled(self, factor: float) -> TauPrior:
        """With another maximum."""
        _require_scale(self)
        return replace(self, maximum=self.maximum * factor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Jeffreys(TauPrior):
    """Jeffreys' rule for tau with mu held fixed, the reference prior of this model; improper.

    p(tau) ~ sqrt(sum of (tau / (v_i + tau^2))^2).

    References
    ----------
    Bodnar O, Link A, Elster C. Objective Bayesian inference for a generalized marginal random effects
    model. Bayesian Anal 2016;11:25-45. 10.1214/14-BA933
    """

    name: ClassVar[TauPriorName] = "jeffreys"

    @property
    def parameters(self) -> dict[str, float]:
        """None."""
        return {}

    @property
    def proper(self) -> bool:
        """It is not."""
        return False

    @property
    def tail(self) -> float:
        """1 / tau."""
        return 1.0

    def log_density(self, tau: Array, vi: Array) -> Array:
        """Log density up to a constant."""
        return np.asarray(np.log(tau) + 0.5 * np.log(_relative(tau, vi, 2)) - np.log(vi.min() + tau**2))

    def slope(self, tau: Array, vi: Array) -> Array:
        """Derivative of the log density."""
        ratio = _relative(tau, vi, 3) / _relative(tau, vi, 2) / (vi.min() + tau**2)
        return np.asarray(1 / tau - 2 * tau * ratio)

    def quantile(self, p: Array) -> Array:
        """There is none."""
        raise OptionError("the Jeffreys prior is improper: it has no quantiles.")

    def scaled(self, factor: float) -> TauPrior:
        """Not possible."""
        _require_scale(self)
        return self


def _relative(tau: Array, vi: Array, power: int) -> Array:
    """Sum of powers of the weights 1 / (v + tau^2), each relative to the largest one."""
    squares = tau[:, None] ** 2
    return np.asarray((((vi.min() + squares) / (vi + squares)) ** power).sum(axis=1))


def _require_scale(prior: TauPrior) -> None:
    if not prior.proper:
        raise OptionError(f"the improper prior {prior.name!r} has no scale that could be varied.")
