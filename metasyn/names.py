"""What models, intervals and estimators are called, everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterable

from metasyn.vocabulary import CiMethod, HeterogeneityTest, Model, Tau2Method

__all__ = [
    "CI_NAMES",
    "HETEROGENEITY_NAMES",
    "MODEL_NAMES",
    "TAU2_NAMES",
    "added_words",
    "dashed",
    "interval_heading",
    "interval_name",
]

MODEL_NAMES: dict[Model, str] = {
    "random-effects": "random effects",
    "common-effect": "common effect",
    "glmm": "mixed model of counts",
    "bayesian": "Bayesian random effects",
}

HETEROGENEITY_NAMES: dict[HeterogeneityTest, str] = {"Q": "Q", "likelihood-ratio": "LR χ²"}

CI_NAMES: dict[CiMethod, str] = {
    "hartung-knapp": "Hartung-Knapp",
    "hartung-knapp-adhoc": "ad hoc Hartung-Knapp",
    "hartung-knapp-hybrid": "hybrid Hartung-Knapp",
    "hartung-knapp-iqwig": "Hartung-Knapp (IQWiG)",
    "wald": "Wald",
    "t": "t",
    "kenward-roger": "Kenward-Roger",
    "profile-likelihood": "profile likelihood",
    "henmi-copas": "Henmi-Copas",
    "sidik-jonkman": "Sidik-Jonkman",
    "permutation": "permutation",
    "credible": "credible",
}

TAU2_NAMES: dict[Tau2Method, str] = {
    "REML": "restricted maximum likelihood",
    "DL": "DerSimonian-Laird",
    "PM": "Paule-Mandel",
    "ML": "maximum likelihood",
    "EB": "empirical Bayes",
    "HE": "Hedges",
    "HS": "Hunter-Schmidt",
    "SJ": "Sidik-Jonkman",
    "DL2": "two-step DerSimonian-Laird",
    "DLIT": "iterated DerSimonian-Laird",
    "HSk": "corrected Hunter-Schmidt",
    "SJIT": "iterated Sidik-Jonkman",
    "PMM": "median-unbiased Paule-Mandel",
    "GENQ": "generalised Q statistic",
    "GENQM": "median-unbiased generalised Q statistic",
}


def interval_name(ci_method: CiMethod) -> str:
    """What stands before the bounds of an interval: a confidence interval or a credible interval.

    Examples
    --------
    >>> interval_name("wald"), interval_name("credible")
    ('CI', 'CrI')
    """
    return "CrI" if ci_method == "credible" else "CI"


def interval_heading(ci_methods: Iterable[CiMethod], level: str = "95%") -> str:
    """What heads a column of intervals: of one kind by its name, of both kinds only as an interval.

    Parameters
    ----------
    ci_methods : iterable of str
        How the intervals of the column were made.
    level : str
        As it is printed.

    Returns
    -------
    str

    Examples
    --------
    >>> [interval_heading(kinds) for kinds in (["wald", "t"], ["credible"], ["wald", "credible"])]
    ['95% CI', '95% CrI', '95% interval']
    """
    kinds = {interval_name(method) for method in ci_methods}
    return f"{level} {kinds.pop() if len(kinds) == 1 else 'interval' if kinds else 'CI'}"


def added_words(adjustment: str, model: Model | None) -> str:
    """What was added to the counts of a row, and that a mixed model of counts takes them without it.

    Parameters
    ----------
    adjustment : str
        As the effect has it; empty if nothing was added.
    model : str or None
        Of the result that the row stands in; None where it stands alone.

    Returns
    -------
    str

    Examples
    --------
    >>> added_words("1/2 added to each cell", "random-effects")
    '1/2 added to each cell'
    >>> added_words("1/2 added to each cell", "glmm").split(", ")[1]
    'the mixed model takes the counts as they are'
    """
    if not adjustment or model != "glmm":
        return adjustment
    return (
        f"{adjustment}; only where effects of rows are pooled, the mixed model takes the counts as they are"
    )


def dashed(name: str) -> str:
    """A name as figures set it: a dash, not a hyphen, between two persons.

    Examples
    --------
    >>> dashed("median-unbiased Paule-Mandel")
    'median-unbiased Paule–Mandel'
    """
    return re.sub("(?<=[a-z])-(?=[A-Z])", "\N{EN DASH}", name)
