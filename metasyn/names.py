"""What models, intervals and estimators are called, everywhere."""

from __future__ import annotations

import re

from metasyn.vocabulary import CiMethod, HeterogeneityTest, Model, Tau2Method

__all__ = ["CI_NAMES", "HETEROGENEITY_NAMES", "MODEL_NAMES", "TAU2_NAMES", "dashed", "interval_name"]

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


def dashed(name: str) -> str:
    """A name as figures set it: a dash, not a hyphen, between two persons.

    Examples
    --------
    >>> dashed("median-unbiased Paule-Mandel")
    'median-unbiased Paule–Mandel'
    """
    return re.sub("(?<=[a-z])-(?=[A-Z])", "\N{EN DASH}", name)
