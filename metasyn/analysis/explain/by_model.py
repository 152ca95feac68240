"""Which arithmetic belongs to a number, by the model that gave it."""

from __future__ import annotations

from collections.abc import Iterator

from metasyn.analysis.explain import pooled
from metasyn.analysis.explain.mixed import (
    mixed_estimate_work,
    mixed_facts,
    mixed_heterogeneity_work,
    mixed_tau2_work,
)
from metasyn.analysis.explain.pooled import Worked
from metasyn.analysis.explain.posterior import posterior_facts, posterior_work
from metasyn.synthesis.model import SynthesisResult
from metasyn.values import NotEstimable

__all__ = ["estimate_work", "heterogeneity_work", "model_facts", "tau2_work", "tau_work"]


def estimate_work(result: SynthesisResult) -> Worked:
    """The headline with its interval.

    Parameters
    ----------
    result : SynthesisResult

    Returns
    -------
    tuple of (WorkedTable or None, tuple of Sum)
        What the sums run over, and the arithmetic; nothing where it cannot be followed by hand.
    """
    if result.model == "glmm":
        return mixed_estimate_work(result)
    if result.model == "bayesian":
        return posterior_work(result.beside.bayes[0][1])
    return pooled.estimate_work(result)


def tau2_work(result: SynthesisResult) -> Worked:
    """The estimate of the between-study variance.

    Parameters
    ----------
    result : SynthesisResult

    Returns
    -------
    tuple of (WorkedTable or None, tuple of Sum)
    """
    found = result.heterogeneity
    if isinstance(found, NotEstimable):
        return None, ()
    return pooled.tau2_work(result) if found.test == "Q" else mixed_tau2_work(result)


def tau_work(result: SynthesisResult) -> Worked:
    """The same, and its root.

    Parameters
    ----------
    result : SynthesisResult

    Returns
    -------
    tuple of (WorkedTable or None, tuple of Sum)
    """
    table, sums = tau2_work(result)
    return table, (*sums, *pooled.tau_work(result)[1][-1:])


def heterogeneity_work(result: SynthesisResult) -> Worked:
    """The test of heterogeneity with its p value, then I2 and H2.

    Parameters
    ----------
    result : SynthesisResult

    Returns
    -------
    tuple of (WorkedTable or None, tuple of Sum)
    """
    found = result.heterogeneity
    if isinstance(found, NotEstimable):
        return None, ()
    return pooled.heterogeneity_work(result) if found.test == "Q" else mixed_heterogeneity_work(result, found)


def model_facts(result: SynthesisResult) -> Iterator[tuple[str, str]]:
    """What must be known of a model before its arithmetic: what is integrated, and under which prior.

    Parameters
    ----------
    result : SynthesisResult

    Yields
    ------
    tuple of (str, str)
        Terms and what is said of them; none for models with weights alone.
    """
    if result.model == "glmm":
        yield from mixed_facts(result)
    elif result.model == "bayesian":
        yield from posterior_facts(result.beside.bayes[0][1])
