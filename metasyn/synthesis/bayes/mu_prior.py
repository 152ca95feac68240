"""Prior distributions of the mean mu."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from metasyn.synthesis.bayes.prior import require_finite, require_positive
from metasyn.vocabulary import MuPriorName

__all__ = ["FlatMean", "MuPrior", "NormalMean"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatMean:
    """Every mean is equally probable; improper."""

    name: ClassVar[MuPriorName] = "flat"

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {"name": self.name}

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalMean:
    """The mean is normal with mean `mean` and standard deviation `sd`, on the analysis scale."""

    mean: float
    sd: float

    name: ClassVar[MuPriorName] = "normal"

    def __post_init__(self) -> None:
        require_finite("mean", self.mean)
        require_positive("sd", self.sd)

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {"name": self.name, "mean": float(self.mean), "sd": float(self.sd)}

    def __str__(self) -> str:
        return f"normal(mean {self.mean:.6g}, sd {self.sd:.6g})"


MuPrior = FlatMean | NormalMean
