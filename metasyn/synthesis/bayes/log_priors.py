"""Priors of tau on the log scale, the form of the empirical ones: log-normal and log-t."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, ndtri, stdtrit

from metasyn.errors import OptionError
from metasyn.synthesis.bayes.prior import TauPrior, require_finite, require_positive
from metasyn.vocabulary import TauPriorName

__all__ = ["LogNormal", "LogT"]

Array = NDArray[np.float64]

_LOG_ROOT = 0.5 * math.log(2 * math.pi)
# Beyond these a noticeable part of a log-t distribution lies outside double precision.
_LEAST_DF, _WIDEST = 5, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class LogNormal(TauPrior):
    """ln tau is normal with mean `location` and standard deviation `scale`."""

    location: float
    scale: float

    name: ClassVar[TauPriorName] = "log-normal"

    def __post_init__(self) -> None:
        require_finite("location", self.location)
        require_positive("scale", self.scale)

    @property
    def parameters(self) -> dict[str, float]:
        """Location and scale of ln tau."""
        return {"location": float(self.location), "scale": float(self.scale)}

    def log_density(self, tau: Array, vi: Array) -> Array:
        """Log density."""
        z = (np.log(tau) - self.location) / self.scale
        return np.asarray(-0.5 * z * z - np.log(tau) - math.log(self.scale) - _LOG_ROOT)

    def slope(self, tau: Array, vi: Array) -> Array:
        """Derivative of the log density."""
        return np.asarray(-(1 + (np.log(tau) - self.location) / self.scale**2) / tau)

    def quantile(self, p: Array) -> Array:
        """Quantile."""
        return np.asarray(np.exp(self.location + self.scale * ndtri(p)))

    def scaled(self, factor: float) -> TauPrior:
        """With another location."""
        return replace(self, location=self.location + math.log(factor))


@dataclass(frozen=True, slots=True, kw_only=True)
class LogT(TauPrior):
    """(ln tau - location) / scale has Student's t distribution with `df` degrees of freedom."""

    location: float
    scale: float
    df: float

    name: ClassVar[TauPriorName] = "log-t"

    def __post_init__(self) -> None:
        require_finite("location", self.location)
        require_positive("scale", self.scale)
        require_positive("df", self.df)
        if self.df < _LEAST_DF:
            raise OptionError(f"df of a log-t prior must be at least {_LEAST_DF}; got {self.df!r}.")
        if self.scale > _WIDEST:
            raise OptionError(f"scale of a log-t prior must be at most {_WIDEST}; got {self.scale!r}.")

    @property
    def parameters(self) -> dict[str, float]:
        """Location, scale and degrees of freedom of ln tau."""
        return {"location": float(self.location), "scale": float(self.scale), "df": float(self.df)}

    @property
    def tail(self) -> float:
        """About 1 / tau."""
        return 1.0

    def log_density(self, tau: Array, vi: Array) -> Array:
        """Log density."""
        half = (self.df + 1) / 2
        constant = gammaln(half) - gammaln(self.df / 2) - 0.5 * math.log(self.df * math.pi)
        z = (np.log(tau) - self.location) / self.scale
        return np.asarray(constant - math.log(self.scale) - half * np.log1p(z * z / self.df) - np.log(tau))

    def slope(self, tau: Array, vi: Array) -> Array:
        """Derivative of the log density."""
        z = (np.log(tau) - self.location) / self.scale
        return np.asarray(-(1 + (self.df + 1) * z / (self.df + z * z) / self.scale) / tau)

    def quantile(self, p: Array) -> Array:
        """Quantile."""
        return np.asarray(np.exp(self.location + self.scale * stdtrit(self.df, p)))

    def scaled(self, factor: float) -> TauPrior:
        """With another location."""
        return replace(self, location=self.location + math.log(factor))
