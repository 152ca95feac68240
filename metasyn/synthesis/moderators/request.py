"""The request of a meta-regression."""

from __future__ import annotations

from dataclasses import dataclass

from metasyn.errors import OptionError
from metasyn.synthesis.spec import is_variance
from metasyn.synthesis.tau2 import require_tau2_ci
from metasyn.values import require_level
from metasyn.vocabulary import CiMethod, NormalModel, Tau2CiMethod, Tau2Method, require_option

__all__ = ["TESTS", "RegressionSpec"]

TESTS: tuple[CiMethod, ...] = ("hartung-knapp", "hartung-knapp-adhoc", "wald", "t")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegressionSpec:
    """What was asked, without the data and the design.

    Attributes
    ----------
    model : {'random-effects', 'common-effect'}
        With moderators: mixed-effects, or without a residual between-study variance.
    tau2_method : str
        Estimator of the residual between-study variance.
    tau2 : float or None
        A fixed one instead.
    test : {'hartung-knapp', 'hartung-knapp-adhoc', 'wald', 't'}
        Tests and intervals of the coefficients.
    weights : tuple of float or None
        User weights, one per effect that entered.
    tau2_ci_method : {'q-profile', 'generalised-q', 'jackson', 'profile-likelihood'}
    level : float
    """

    model: NormalModel = "random-effects"
    tau2_method: Tau2Method = "REML"
    tau2: float | None = None
    test: CiMethod = "hartung-knapp"
    weights: tuple[float, ...] | None = None
    tau2_ci_method: Tau2CiMethod = "q-profile"
    level: float = 0.95

    def __post_init__(self) -> None:
        require_option("model", self.model, NormalModel)
        require_option("tau2_method", self.tau2_method, Tau2Method)
        require_option("test", self.test, CiMethod)
        if self.test not in TESTS:
            raise OptionError(
                f"test={self.test!r} is an interval for a pooled mean; a regression has "
                f"{', '.join(map(repr, TESTS))}."
            )
        require_option("tau2_ci_method", self.tau2_ci_method, Tau2CiMethod)
        if self.model == "random-effects" and self.tau2 is None:
            require_tau2_ci(self.tau2_method, self.tau2_ci_method)
        require_level(self.level)
        if self.tau2 is None:
            return
        if not is_variance(self.tau2):
            raise OptionError(f"tau2 must be a finite number >= 0; got {self.tau2!r}.")
        if self.tau2 > 0 and self.model == "common-effect":
            raise OptionError(
                f"the common-effect model has no between-study variance; got tau2={self.tau2!r}."
            )
