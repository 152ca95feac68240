"""Priors of tau that are largest at 0: half-normal, half-t, half-Cauchy, exponential."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, ndtri, stdtrit

from metasyn.errors import OptionError
from metasyn.synthesis.bayes.prior import TauPrior, require_positive
from metasyn.vocabulary import TauPriorName

__all__ = ["Exponential", "HalfCauchy", "HalfNormal", "HalfT"]

Array = NDArray[np.float64]

_LOG_ROOT = 0.5 * math.log(2 * math.pi)
_LEAST_DF = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfNormal(TauPrior):
    """The absolute value of a normal variable with mean 0 and standard deviation `scale`."""

    scale: float

    name: ClassVar[TauPriorName] = "half-normal"

    def __post_init__(self) -> None:
        require_positive("scale", self.scale)

    @property
    def parameters(self) -> dict[str, float]:
        """Scale."""
        return {"scale": float(self.scale)}

    def log_density(self, tau: Array, vi: Array) -> Array:
        """Log density."""
        return np.asarray(math.log(2 / self.scale) - _LOG_ROOT - 0.5 * (tau / self.scale) ** 2)

    def slope(self, tau: Array, vi: Array) -> Array:
        """Derivative of the log density."""
        return np.asarray(-tau / self.scale**2)

    def quantile(self, p: Array) -> Array:
        """Quantile."""
        return np.asarray(self.scale * -ndtri((1 - p) / 2))

    def scaled(self, factor: float) -> TauPrior:
        """With another scale."""
        return replace(self, scale=self.scale * factor)


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfT(TauPrior):
    """The absolute value of `scale` times Student's t."""

    scale: float
    df: float

    name: ClassVar[TauPriorName] = "half-t"

    def __post_init__(self) -> None:
        require_positive("scale", self.scale)
        require_positive("df", self.df)
        if self.df < _LEAST_DF:
            raise OptionError(f"df must be at least {_LEAST_DF}; got {self.df!r}.")

    @property
    def parameters(self) -> dict[str, float]:
        """Scale and degrees of freedom."""
        return {"scale": float(self.scale), "df": float(self.df)}

    @property
    def tail(self) -> float:
        """Power of the tail."""
        return float(self.df) + 1

    def log_density(self, tau: Array, vi: Array) -> Array:
        """Log density."""
        half = (self.df + 1) / 2
        constant = gammaln(half) - gammaln(self.df / 2) - 0.5 * math.log(self.df * math.pi)
        return np.asarray(
            constant + math.log(2 / self.scale) - half * np.log1p((tau / self.scale) ** 2 / self.df)
        )

    def slope(self, tau: Array, vi: Array) -> Array:
        """Derivative of the log density."""
        return np.asarray(-(self.df + 1) * tau / (self.df * self.scale**2 + tau**2))

    def quantile(self, p: Array) -> Array:
        """Quantile."""
        return np.asarray(self.scale * -stdtrit(self.df, (1 - p) / 2))

    def scaled(self, factor: float) -> TauPrior:
        """With another scale."""
        return replace(self, scale=self.scale * factor)


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfCauchy(HalfT):
    """Half-t with one degree of freedom."""

    df: float = field(default=1.0, init=False)

    name: ClassVar[TauPriorName] = "half-cauchy"

    @property
    def parameters(self) -> dict[str, float]:
        """Scale."""
        return {"scale": float(self.scale)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exponential(TauPrior):
    """Exponential with the given rate: mean 1 / rate."""

    rate: float

    name: ClassVar[TauPriorName] = "exponential"

    def __post_init__(self) -> None:
        require_positive("rate", self.rate)

    @property
    def parameters(self) -> dict[str, float]:
        """Rate."""
        return {"rate": float(self.rate)}

    def log_density(self, tau: Array, vi: Array) -> Array:
        """Log density."""
        return np.asarray(math.log(self.rate) - self.rate * tau)

    def slope(self, tau: Array, vi: Array) -> Array:
        """Derivative of the log density."""
        return np.full_like(tau, -self.rate)

    def quantile(self, p: Array) -> Array:
        """Quantile."""
        return np.asarray(-np.log1p(-p) / self.rate)

    def scaled(self, factor: float) -> TauPrior:
        """With another rate."""
        return replace(self, rate=self.rate / factor)
