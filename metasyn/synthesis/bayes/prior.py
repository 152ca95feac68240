"""What every prior distribution of the between-study standard deviation tau can answer."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from metasyn.errors import OptionError
from metasyn.values import Finding
from metasyn.vocabulary import Measure, TauPriorName

__all__ = ["TauPrior", "require_finite", "require_positive"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class TauPrior(ABC):
    """Prior distribution of tau, the between-study standard deviation on the analysis scale.

    Attributes
    ----------
    source : str
        Where its parameters come from, with DOI; empty if they were chosen.
    made_for : str
        Measure whose heterogeneity it describes; empty for any.
    caution : str
        What a reader must know about its constants.
    """

    source: str = ""
    made_for: Measure | None = None
    caution: str = ""

    name: ClassVar[TauPriorName]

    @property
    @abstractmethod
    def parameters(self) -> dict[str, float]:
        """Its parameters by name."""

    @abstractmethod
    def log_density(self, tau: Array, vi: Array) -> Array:
        """Log density at tau > 0, up to a constant if improper; `vi` matters to Jeffreys' prior only."""

    @abstractmethod
    def slope(self, tau: Array, vi: Array) -> Array:
        """Derivative of the log density."""

    @abstractmethod
    def quantile(self, p: Array) -> Array:
        """The tau below which a share p lies; proper priors only."""

    @abstractmethod
    def scaled(self, factor: float) -> TauPrior:
        """The same prior with tau multiplied by a factor."""

    @property
    def tail(self) -> float:
        """The power with which the density falls towards infinity; inf for an exponential fall."""
        return math.inf

    @property
    def proper(self) -> bool:
        """Whether it is a probability distribution."""
        return True

    @property
    def upper(self) -> float:
        """The largest possible tau."""
        return math.inf

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What a reader must know about its constants."""
        if not self.caution:
            return ()
        where = "prior of tau"
        return (Finding(code="prior-constant", message=self.caution, where=where, severity="warning"),)

    def __str__(self) -> str:
        values = ", ".join(f"{name} {value:.6g}" for name, value in self.parameters.items())
        return f"{self.name}({values})" if values else self.name

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {"name": self.name, "parameters": self.parameters, "source": self.source}


def require_positive(name: str, value: object) -> None:
    """Refuse a parameter that is not a number above 0."""
    number = isinstance(value, int | float | np.floating | np.integer) and not isinstance(value, bool)
    if not number or not 1e-100 < float(value) < 1e100:  # type: ignore[arg-type]
        raise OptionError(f"{name} must be a number above 0; got {value!r}.")


def require_finite(name: str, value: object) -> None:
    """Refuse a parameter that is not a finite number."""
    number = isinstance(value, int | float | np.floating | np.integer) and not isinstance(value, bool)
    if not number or not abs(float(value)) < 1e100:  # type: ignore[arg-type]
        raise OptionError(f"{name} must be a finite number; got {value!r}.")
