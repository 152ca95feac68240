"""What is asked of a synthesis, as one frozen record."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from numbers import Real
from typing import Any

from metasyn.errors import OptionError
from metasyn.synthesis.tau2.confidence import require_tau2_ci
from metasyn.synthesis.tau2.weights import checked_weights
from metasyn.values import require_level, require_whole
from metasyn.vocabulary import (
    BinaryComparison,
    BinaryOutcome,
    CiMethod,
    GlmmCi,
    GlmmPi,
    I2Method,
    Model,
    PiMethod,
    Profile,
    Tau2CiMethod,
    Tau2Method,
    choices,
    require_option,
)

__all__ = ["SynthesisSpec", "is_variance"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SynthesisSpec:
    """The request. `None` means: decided by the stated policy on the number of studies.

    Attributes
    ----------
    model : {'random-effects', 'common-effect', 'glmm', 'bayesian'} or None
        The first two take estimates and their variances; `'glmm'` is the mixed model of counts (PLO, OR),
        `'bayesian'` the normal-normal model with half-normal(0.5) as prior of tau.
    tau2_method : str
        Estimator of the between-study variance.
    tau2 : float or None
        A fixed between-study variance instead of an estimated one.
    weights : tuple of float or None
        User weights of the mean, one per effect, >= 0; also the weights of GENQ and GENQM.
    ci_method : str or None
        Interval for the mean.
    pi_method : str
        Prediction interval.
    tau2_ci_method : str
        Interval for the between-study variance.
    i2_method : {'tau2', 'Q'}
        I2 and H2 from tau2, or from Cochran's Q with the interval of Higgins and Thompson.
    level : float
        Level of every interval, as a proportion.
    outcome_type, comparison_type : str or None
        Kind of outcome and of comparison, for the empirical prior of tau that is shown where there are
        two studies (`vocabulary.BinaryOutcome`, `BinaryComparison`); both or neither.
    seed : int
        Of intervals that draw random numbers (bootstrap prediction, permutation).
    profile : str
        Whose rule decides what is left open. The other fields are not filled in from it:
        `profile_spec(name)` makes a request with all of a profile's choices.
    """

    model: Model | None = None
    tau2_method: Tau2Method = "REML"
    tau2: float | None = None
    weights: tuple[float, ...] | None = None
    ci_method: CiMethod | None = None
    pi_method: PiMethod = "t(k-1)"
    tau2_ci_method: Tau2CiMethod = "q-profile"
    i2_method: I2Method = "tau2"
    level: float = 0.95
    seed: int = 1
    profile: Profile = "metasyn"
    outcome_type: BinaryOutcome | None = None
    comparison_type: BinaryComparison | None = None

    def __post_init__(self) -> None:
        if self.model is not None:
            require_option("model", self.model, Model)
        require_option("tau2_method", self.tau2_method, Tau2Method)
        if self.ci_method is not None:
            require_option("ci_method", self.ci_method, CiMethod)
        require_option("pi_method", self.pi_method, PiMethod)
        require_option("tau2_ci_method", self.tau2_ci_method, Tau2CiMethod)
        require_option("i2_method", self.i2_method, I2Method)
        require_option("profile", self.profile, Profile)
        require_level(self.level)
        if self.tau2 is not None and not is_variance(self.tau2):
            raise OptionError(f"tau2 must be a finite number >= 0; got {self.tau2!r}.")
        if self.tau2 is None and self.model != "common-effect":
            require_tau2_ci(self.tau2_method, self.tau2_ci_method)
        if self.weights is not None:
            _require_weights(self.weights)
        require_whole("seed", self.seed, at_least=0)
        self._require_model_options()
        self._require_types()
        if self.tau2 and self.model == "common-effect":
            raise OptionError(
                f"the common-effect model has no between-study variance; got tau2={self.tau2!r}."
            )

    def _require_model_options(self) -> None:
        """What the mixed model of counts and the Bayesian model do not have."""
        if self.ci_method == "credible" and self.model not in (None, "bayesian"):
            raise OptionError(f"a credible interval belongs to model='bayesian'; got model={self.model!r}.")
        if self.model not in ("glmm", "bayesian") and self.ci_method != "credible":
            return
        name = self.model or "bayesian"
        for option in ("tau2", "weights"):
            if getattr(self, option) is not None:
                raise OptionError(f"model={name!r} takes no {option}; use model='random-effects'.")
        allowed = choices(GlmmCi) if name == "glmm" else ("credible",)
        if self.ci_method not in (None, *allowed):
            named = ", ".join(map(repr, allowed))
            raise OptionError(f"the interval of model={name!r} is one of {named}; got {self.ci_method!r}.")
        if name == "glmm" and self.pi_method not in choices(GlmmPi):
            named = ", ".join(map(repr, choices(GlmmPi)))
            raise OptionError(f"the pi_method of model='glmm' is one of {named}; got {self.pi_method!r}.")

    def _require_types(self) -> None:
        """Both types are known words, or none is given."""
        types = {
            "outcome_type": (self.outcome_type, BinaryOutcome),
            "comparison_type": (self.comparison_type, BinaryComparison),
        }
        for name, (value, vocabulary) in types.items():
            if value is not None:
                require_option(name, value, vocabulary)
        if (self.outcome_type is None) != (self.comparison_type is None):
            raise OptionError("outcome_type and comparison_type belong together: give both or neither.")

    def update(self, **changes: Any) -> SynthesisSpec:
        """A copy with some options changed."""
        return replace(self, **changes)

    def taking(self, indices: Sequence[int]) -> SynthesisSpec:
        """The same request for the effects at `indices`: user weights follow their effects."""
        if self.weights is None:
            return self
        return replace(self, weights=tuple(self.weights[i] for i in indices))


def _require_weights(weights: object) -> None:
    if not isinstance(weights, tuple):
        raise OptionError(f"weights must be a tuple of numbers, one per effect; got {weights!r}.")
    checked_weights(weights, len(weights))


def is_variance(value: object) -> bool:
    """Whether a value can stand for a fixed between-study variance: a finite number >= 0."""
    return not isinstance(value, bool) and isinstance(value, Real) and 0 <= float(value) < math.inf
