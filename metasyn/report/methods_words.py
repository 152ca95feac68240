"""What the methods section says of each option, with the keys of its literature."""

from __future__ import annotations

from metasyn.vocabulary import CiMethod, PiMethod, Tau2CiMethod

__all__ = [
    "BAYES_TEXT",
    "CI_TEXT",
    "GLMM_END",
    "GLMM_FIT",
    "GLMM_LAWS",
    "INTERVAL_LEADS",
    "PI_KEYS",
    "TAU2_CI_TEXT",
    "TAU2_KEYS",
]

_OF_MEAN = "The confidence interval of the mean"

# By measure: what is pooled and by which likelihood, and the literature on it.
GLMM_LAWS: dict[str, tuple[str, tuple[str, ...]]] = {
    "PLO": (
        "Proportions are pooled by random-effects logistic regression of events and participants (binomial "
        "likelihood, normal distribution of the logits)",
        ("glmm", "glmm-coverage"),
    ),
    "IRLN": (
        "Rates are pooled by random-effects Poisson regression of events and person-time (Poisson "
        "likelihood, normal distribution of the log rates)",
        ("glmm",),
    ),
    "OR": (
        "Odds ratios are pooled from the events and participants of both groups: given how many had the "
        "event in a study, the events of its first group have a noncentral hypergeometric distribution "
        "(exact conditional likelihood, normal distribution of the log odds ratios)",
        ("glmm",),
    ),
    "IRR": (
        "Rate ratios are pooled from the events and person-time of both groups: given the events of a study, "
        "those of its first group are binomial (conditional likelihood, normal distribution of the log rate "
        "ratios)",
        ("glmm",),
    ),
}
GLMM_FIT = (
    "Mixed models are fitted by maximum likelihood with adaptive Gauss-Hermite quadrature refined until "
    "nothing moves. Nothing is added to zero cells. τ² is estimated with the mean, its interval is by "
    "profile likelihood; the test of heterogeneity is the likelihood-ratio test of one mean against a mean "
    "for every study"
)
# By measure, where the median and the mean over the cohorts differ.
GLMM_END = {
    code: f"The pooled {what} is that of the median cohort; the mean over the cohorts is stated beside it"
    for code, what in (("PLO", "proportion"), ("IRLN", "rate"))
}
BAYES_TEXT = (
    "The Bayesian model has normal study results around normal true effects, a flat prior of the mean and a "
    "stated prior of the standard deviation τ between studies; the estimate is the posterior median, the "
    "interval the shortest one with its probability, both by numerical integration without sampling."
)

TAU2_KEYS = {
    "REML": "reml",
    "DL": "dl",
    "PM": "pm",
    "ML": "ml",
    "EB": "eb",
    "HE": "he",
    "HS": "hs",
    "SJ": "sj",
    "DL2": "generalised-q",
    "DLIT": "generalised-q",
    "HSk": "hs",
    "SJIT": "sj",
    "PMM": "median-unbiased",
    "GENQ": "generalised-q",
    "GENQM": "median-unbiased",
}

CI_TEXT: dict[CiMethod, tuple[str, tuple[str, ...]]] = {
    "hartung-knapp": (
        (
            f"{_OF_MEAN} is that of Hartung and Knapp: the standard error is "
            "rescaled by the observed spread of the studies and compared with a t distribution with k "
            "\N{MINUS SIGN} 1 degrees of freedom"
        ),
        ("hk-2001",),
    ),
    "hartung-knapp-adhoc": (
        (
            f"{_OF_MEAN} is that of Hartung and Knapp with its ad hoc floor: the "
            "rescaling factor is never below 1, so that few studies which happen to agree do not give a "
            "deceptively narrow interval"
        ),
        ("hk-2001", "adhoc"),
    ),
    "hartung-knapp-hybrid": (
        f"{_OF_MEAN} is the wider of that of Hartung and Knapp and the Wald interval",
        ("hk-2001", "hybrid"),
    ),
    "hartung-knapp-iqwig": (
        (
            f"{_OF_MEAN} is that of Hartung and Knapp, except where it is narrower than the "
            "DerSimonian-Laird interval: then the usual standard error with a t distribution with k "
            "\N{MINUS SIGN} 1 degrees of freedom, as the methods of IQWiG say"
        ),
        ("hk-2001", "iqwig"),
    ),
    "wald": (f"{_OF_MEAN} is a Wald interval from the normal distribution", ()),
    "t": (
        (
            f"{_OF_MEAN} uses the unmodified standard error and a t distribution "
            "with k \N{MINUS SIGN} 1 degrees of freedom"
        ),
        (),
    ),
    "kenward-roger": (
        (
            f"{_OF_MEAN} uses the standard error and the degrees of freedom of Kenward and Roger, which "
            "allow for not knowing the between-study variance"
        ),
        ("kenward-roger",),
    ),
    "profile-likelihood": (
        (
            f"{_OF_MEAN} holds the values that a likelihood-ratio test does not reject, the between-study "
            "variance being re-estimated for each of them (profile likelihood)"
        ),
        ("ml",),
    ),
    "henmi-copas": (
        (
            f"{_OF_MEAN} is that of Henmi and Copas: common-effect weights, which give small studies less "
            "to say, with an interval that allows for differences between studies"
        ),
        ("henmi-copas",),
    ),
    "sidik-jonkman": (
        (
            f"{_OF_MEAN} uses the bias-corrected robust variance of Sidik and Jonkman and a t distribution "
            "with k \N{MINUS SIGN} 1 degrees of freedom"
        ),
        ("sj-robust",),
    ),
    "credible": (
        "The credible interval of the mean is the shortest one that holds it with the stated probability, "
        "given the prior",
        ("bayesmeta",),
    ),
    "permutation": (
        f"{_OF_MEAN} holds the values that a permutation test of the signs does not reject",
        ("permutation",),
    ),
}

INTERVAL_LEADS: dict[CiMethod, str] = {
    "hartung-knapp": "Hartung-Knapp interval.",
    "hartung-knapp-adhoc": "Ad hoc floor.",
    "hartung-knapp-hybrid": "Hybrid interval.",
    "hartung-knapp-iqwig": "IQWiG's rule.",
    "wald": "Wald interval.",
    "t": "t interval.",
    "kenward-roger": "Kenward-Roger interval.",
    "profile-likelihood": "Profile likelihood.",
    "henmi-copas": "Henmi-Copas interval.",
    "sidik-jonkman": "Sidik-Jonkman interval.",
    "permutation": "Permutation interval.",
    "credible": "Credible interval.",
}

PI_KEYS: dict[PiMethod, tuple[str, ...]] = {
    "t(k-1)": ("pi",),
    "t(k-2)": ("pi",),
    "hartung-knapp": ("pi", "kenward-roger"),
    "hartung-knapp(k-2)": ("pi", "kenward-roger"),
    "kenward-roger": ("pi", "kenward-roger"),
    "kenward-roger(df-1)": ("pi", "kenward-roger"),
    "bootstrap": ("bootstrap",),
    "normal": ("pi",),
    "none": (),
}

TAU2_CI_TEXT: dict[Tau2CiMethod, tuple[str, tuple[str, ...]]] = {
    "q-profile": ("Q-profile intervals", ("q-profile",)),
    "generalised-q": ("generalised Q intervals", ("generalised-q",)),
    "jackson": (
        "those of Jackson (generalised Q statistic with the reciprocals of the standard errors as weights)",
        ("generalised-q",),
    ),
    "profile-likelihood": ("profile likelihood intervals", ("ml",)),
}
