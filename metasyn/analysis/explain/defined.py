"""What a number is by definition where it is found by search or by drawing: in words, with the estimates."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from metasyn.analysis.explain.mixed_counts import mixed_counts
from metasyn.analysis.explain.model import WorkedTable
from metasyn.analysis.explain.pooled import study_table
from metasyn.synthesis.model import SynthesisResult
from metasyn.values import NotEstimable
from metasyn.wording import level_text

__all__ = ["definition", "estimates_table"]

_LIKELIHOOD = (
    "every y is normal with mean μ and variance se² + τ², all independent; μ and τ² make the product of "
    "their densities as large as possible. The bounds are the values of μ for which twice the logarithm of "
    "that product, made as large as possible by τ², lies less below its maximum than the {level} quantile of "
    "chi-square with 1 degree of freedom"
)
_HENMI_COPAS = (
    "μ = Σwy/Σw with w = 1/se², whatever τ² is; its variance is Σw²(se² + τ²)/(Σw)², τ² by DerSimonian and "
    "Laird. The bounds take the distribution of μ over its standard error, τ² being estimated with it: that "
    "of Q, given the mean, is taken to be a gamma distribution with the same mean and variance, and "
    "integrated over the normal distribution of the mean"
)
_SIGNS = (
    "the share of patterns of signs of y − μ, all equally likely if the estimates lie symmetrically around "
    "μ, under which the z statistic (τ² by DerSimonian and Laird for each pattern) is at least as large as "
    "the one seen; the bounds are where that share reaches 1 − {level}"
)
_DRAWN = (
    "quantiles of 25,000 drawn true effects of a new study: for each a τ² from its confidence distribution, "
    "then m + τZ − sT, with m and s the mean and its Hartung-Knapp standard error under that τ², Z from the "
    "normal distribution and T from Student's t with k − 1 degrees of freedom"
)
_MEAN = (
    "the mean of 1/(1 + exp(−θ)) over all θ, normal with mean μ and variance τ², by a sum over so many "
    "points that it is not shown; the bounds on the scale of the logit, by its slopes in μ and τ²"
)
_USER = "μ = Σuy/Σu with the weights u that were given; se² = Σu²(se² + τ²)/(Σu)²"
_TAU2: Mapping[str, str] = MappingProxyType(
    {
        "DL2": "τ² = d + (S − (k − 1))/(A − B/A), not below 0: d the estimate of DerSimonian and Laird, S, A "
        "and B the sums of w(y − m)², w = 1/(se² + d) and w²; m is the mean with the weights w",
        "GENQ": "the sum of u(y − m)², with the weights u that were given and their mean m, less what "
        "it would be by chance, over what it grows by per unit of τ²; not below 0",
        "GENQM": "the τ² for which the sum of u(y − m)² that was seen, with the weights u that were given "
        "and their mean m, is the median of its distribution",
        "fixed by the user": "τ² was given with the request, not estimated",
        "common-effect model": "the common-effect model takes the true effects to be the same: τ² is 0 by "
        "assumption, not an estimate",
    }
)
_SEARCH = "the solution is found by search; see the reference for its equations"


def definition(result: SynthesisResult, name: str) -> str:
    """What a number is by definition.

    Parameters
    ----------
    result : SynthesisResult
        Pooled.
    name : str
        What `explain` calls the number.

    Returns
    -------
    str
    """
    level = level_text(result.request.level)
    if name == "marginal mean":
        return _MEAN
    if name == "pi":
        return _DRAWN if result.request.pi_method == "bootstrap" else _SEARCH
    if name in ("tau2", "tau") and not isinstance(result.heterogeneity, NotEstimable):
        return _TAU2.get(result.heterogeneity.tau2.method, _SEARCH)
    if result.fit.user_weights and name == "estimate":
        return _USER
    words = {"profile-likelihood": _LIKELIHOOD, "henmi-copas": _HENMI_COPAS, "permutation": _SIGNS}
    return words.get(result.ci_method, _SEARCH).format(level=level)


def estimates_table(result: SynthesisResult) -> WorkedTable | None:
    """The estimates with their standard errors; for a mixed model the counts."""
    if not result.pooled:
        return None
    if result.model == "glmm":
        counts = mixed_counts(result)
        return None if counts is None else counts.table({}, summed=())
    columns = {"y": result.fit.yi, "se": np.sqrt(result.fit.vi)}
    if result.fit.user_weights:
        columns["u"] = result.fit.weights
    return study_table(result, columns, summed=())
