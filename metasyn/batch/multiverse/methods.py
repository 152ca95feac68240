"""The ways of pooling that a multiverse crosses: model, estimator of tau2, interval of the mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from metasyn.errors import OptionError
from metasyn.synthesis.model import SynthesisResult, SynthesisSpec
from metasyn.synthesis.policy_models import glmm_ci
from metasyn.vocabulary import CiMethod, Model, Tau2Method, require_option

__all__ = ["Method", "chosen_options", "method_of", "pooling_methods"]

_OF_USER_WEIGHTS = ("GENQ", "GENQM")


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One way of pooling.

    Attributes
    ----------
    model : str
    tau2_method : str or None
        Of the random-effects model only.
    ci_method : str
    """

    model: Model
    tau2_method: Tau2Method | None
    ci_method: CiMethod

    def request(self, base: SynthesisSpec) -> SynthesisSpec:
        """The request of this way, everything else as in `base`."""
        named = self.model in ("random-effects", "common-effect")
        return base.update(
            model=self.model,
            tau2_method=self.tau2_method or "REML",
            ci_method=self.ci_method if named else None,
        )


def chosen_options(name: str, given: Sequence[Any], vocabulary: Any) -> tuple[Any, ...]:
    """The options of one choice, checked: known words, at least one, each once.

    Raises
    ------
    OptionError
        Otherwise.

    Examples
    --------
    >>> chosen_options("tau2_method", ["REML", "DL"], Tau2Method)
    ('REML', 'DL')
    """
    if isinstance(given, str):
        raise OptionError(f"{name} takes a list of options, e.g. [{given!r}]; got {given!r}.")
    options = tuple(given)
    if not options:
        raise OptionError(f"{name}: a multiverse needs at least one option of every choice; got none.")
    for option in options:
        require_option(name, option, vocabulary)
    if len(set(options)) < len(options):
        raise OptionError(f"{name} must name each option once; got {', '.join(map(repr, options))}.")
    return options


def pooling_methods(
    models: Sequence[Model],
    tau2_methods: Sequence[Tau2Method],
    ci_methods: Sequence[CiMethod],
    base: SynthesisSpec,
) -> tuple[Method, ...]:
    """Every estimator with every interval under the random-effects model, and each other model once.

    The common-effect model has its Wald interval, the Bayesian model its credible interval, the mixed model
    of counts the interval of the rule: an estimator of tau2 belongs to none of them.

    Parameters
    ----------
    models, tau2_methods, ci_methods : sequence of str
    base : SynthesisSpec
        The request that the methods are variants of.

    Returns
    -------
    tuple of Method

    Raises
    ------
    OptionError
        For no option, unknown or repeated ones, a credible interval, which is the Bayesian model's, and
        for GENQ and GENQM, which need weights.

    Examples
    --------
    >>> found = pooling_methods(["random-effects", "common-effect"], ["REML", "DL"], ["wald", "t"],
    ...                         SynthesisSpec())
    >>> len(found), found[-1].model, found[-1].ci_method
    (5, 'common-effect', 'wald')
    """
    models = chosen_options("model", models, Model)
    tau2_methods = chosen_options("tau2_method", tau2_methods, Tau2Method)
    ci_methods = chosen_options("ci_method", ci_methods, CiMethod)
    for method in tau2_methods:
        if method in _OF_USER_WEIGHTS:
            raise OptionError(f"tau2_method: {method!r} needs weights of the user and has no multiverse.")
    if "credible" in ci_methods:
        raise OptionError("ci_method: a credible interval belongs to model='bayesian'; name that model.")
    alone: dict[Model, CiMethod] = {
        "common-effect": "wald", "bayesian": "credible", "glmm": glmm_ci(base.update(ci_method=None))
    }  # fmt: skip
    found: list[Method] = []
    for model in models:
        if model == "random-effects":
            found += [
                Method(model=model, tau2_method=t, ci_method=c) for t in tau2_methods for c in ci_methods
            ]
        else:
            found.append(Method(model=model, tau2_method=None, ci_method=alone[model]))
    return tuple(found)


def method_of(result: SynthesisResult) -> Method:
    """The way in which a result was pooled."""
    random = result.model == "random-effects"
    return Method(
        model=result.model,
        tau2_method=result.request.tau2_method if random else None,
        ci_method=result.ci_method,
    )
