"""Every option set, once: the same `Literal` types, validates, and documents an option."""

from __future__ import annotations

from typing import Any, Literal, cast, get_args

from metasyn.errors import OptionError
from metasyn.foreign_words import FOREIGN_WORDS

__all__ = [
    "Alternative",
    "Backend", "BinaryComparison", "BootstrapCi", "BootstrapKind", "Pooled", "Streams",
    "BinaryOutcome",
    "CiMethod",
    "ContinuousComparison",
    "ContinuousOutcome",
    "CountMeasure",
    "CoxTies",
    "CredibleInterval",
    "Design",
    "DifferenceVariance",
    "ExcessTest", "ExclusionRule",
    "ExplanationKind",
    "FailSafeMethod",
    "FewerEvents", "FigurePalette", "FigureWidth",
    "ForestPreset",
    "FunnelScale",
    "GlmmCi", "GlmmMeasure", "GlmmModel", "GlmmPi",
    "GoshStatistic",
    "GroupOrder",
    "HeterogeneityTest",
    "I2Method",
    "LineCiMethod",
    "MarginFigure",
    "Measure",
    "MedicalArea",
    "Missing",
    "Model",
    "DegreesOfFreedom", "MultilevelCi", "MultilevelMethod", "OutcomeStructure", "VarianceCi",
    "ManyCi", "ManyTau2Method", "MuPriorName", "NormalModel", "NullPlace", "NullSide",
    "Overlap",
    "PSided",
    "PhiVariance",
    "PiMethod",
    "PiStyle",
    "PlainVariance",
    "Posterior",
    "Predictor",
    "Profile",
    "ProportionInterval", "ProportionMeasure", "ProportionVariance",
    "RegressionModel",
    "RiskOf", "RobustDf", "RobustVariance", "SharedArmMeasure", "TieKind",
    "RouteName",
    "RowMatch",
    "SelectionFunction",
    "Separation",
    "Side",
    "Significance",
    "Statistic",
    "Status",
    "SubgroupTau2",
    "TableTest",
    "Tau2CiMethod",
    "Tau2Method",
    "TauPriorName",
    "Test",
    "TestName",
    "TimeUnit",
    "TrimFillEstimator",
    "Unit",
    "ZeroCells",
    "choices",
    "require_option",
]  # fmt: skip

Model = Literal["random-effects", "common-effect", "glmm", "bayesian"]
NormalModel = Literal["random-effects", "common-effect"]
Backend = Literal["numpy", "compiled", "auto"]
Tau2Method = Literal[
    "REML", "DL", "PM", "ML", "EB", "HE", "HS", "SJ",
    "DL2", "DLIT", "HSk", "SJIT", "PMM", "GENQ", "GENQM",
]  # fmt: skip
CiMethod = Literal[
    "hartung-knapp", "hartung-knapp-adhoc", "hartung-knapp-hybrid", "hartung-knapp-iqwig", "wald", "t",
    "kenward-roger", "profile-likelihood", "henmi-copas", "sidik-jonkman", "permutation", "credible",
]  # fmt: skip
PiMethod = Literal[
    "t(k-1)", "t(k-2)", "hartung-knapp", "hartung-knapp(k-2)", "kenward-roger",
    "kenward-roger(df-1)", "bootstrap", "normal", "none",
]  # fmt: skip
Tau2CiMethod = Literal["q-profile", "generalised-q", "jackson", "profile-likelihood"]
I2Method = Literal["tau2", "Q"]
HeterogeneityTest = Literal["Q", "likelihood-ratio"]
Profile = Literal["metasyn", "cochrane-2025", "iqwig-6", "metafor", "meta-8", "meta-7", "revman-5"]
SubgroupTau2 = Literal["common", "separate"]
ZeroCells = Literal["only0", "all", "if0all", "none"]
Overlap = Literal["whole", "parts", "all"]

# Small-study effects.
TestName = Literal[
    "egger", "begg", "thompson", "harbord", "peters", "macaskill", "deeks", "schwarzer",
    "pustejovsky",
]  # fmt: skip
# "multiplicative": weighted least squares with a dispersion factor, R's lm().
RegressionModel = Literal["random-effects", "common-effect", "multiplicative"]
LineCiMethod = Literal["wald", "t", "hartung-knapp", "hartung-knapp-adhoc"]
Predictor = Literal["sei", "vi", "ni", "ninv", "sqrtni", "sqrtninv"]
TrimFillEstimator = Literal["L0", "R0", "Q0"]
Side = Literal["left", "right"]
FailSafeMethod = Literal["rosenthal", "orwin", "rosenberg", "general"]
ExcessTest = Literal["chi2", "binomial", "exact"]
Alternative = Literal["greater", "less", "two-sided"]
SelectionFunction = Literal["step", "beta", "half-normal", "negative-exponential", "logistic", "power"]

# What a sentence may claim of a result: where an estimate or interval lies with respect to no effect, ...
NullSide = Literal["below", "above"]
NullPlace = Literal["below", "above", "includes", "excludes"]
Significance = Literal["significant", "not significant"]
GroupOrder = Literal["higher than", "lower than"]

# What a baseline risk counts: those with the event, or those without it (survival).
RiskOf = Literal["event", "event-free"]

# Figures: whose look a forest plot has, how a prediction interval is drawn, how wide and on which ground.
ForestPreset = Literal["metasyn", "jama", "bmj", "lancet", "revman-2025"]
PiStyle = Literal["line", "bar", "polygon", "density"]
FigureWidth = Literal["free", "one-column", "two-column", "a4"]
FigurePalette = Literal["light", "dark"]

# Axes of figures that can show one thing or another.
FunnelScale = Literal["standard error", "precision"]
GoshStatistic = Literal["I2", "tau2", "Q", "k"]

# Moderators whose value is not known.
Missing = Literal["error", "drop"]
ExplanationKind = Literal["result", "effect", "figure", "finding", "use"]

Measure = Literal[
    # two groups: times to event, counts, person-time, means
    "HR", "OR", "RR", "RD", "AS", "PETO", "PHI", "YUQ", "YUY", "OR2DL", "OR2DN",
    "IRR", "IRD", "IRSD",
    "MD", "SMD", "SMDH", "SMD1", "SMD1H", "ROM", "CVR", "VR",
    # association in one group
    "COR", "UCOR", "ZCOR", "PCOR", "SPCOR",
    # one group: proportions, rates, means, spread, reliability
    "PLO", "PAS", "PR", "PLN", "PFT",
    "IR", "IRLN", "IRS", "IRFT",
    "MN", "MNLN", "SDLN", "CVLN", "ARAW", "MEDLN",
    # one group measured twice
    "MC", "SMCC", "SMCR", "SMCRH", "ROMC", "CVRC", "VRC",
    "GEN",
]  # fmt: skip
CountMeasure = Literal["OR", "RR", "RD", "IRR", "IRD"]
# Sampling variances: of most measures, of one proportion, of a difference of two, of PHI.
PlainVariance = Literal["LS"]
ProportionVariance = Literal["LS", "AV"]
DifferenceVariance = Literal["LS", "UB", "AV"]
PhiVariance = Literal["LS", "CS", "ST"]
RouteName = Literal[
    "given", "ratio and interval", "ratio and p", "O-E and V", "ratio and standard error",
    "ratio and V", "ratio and events", "ratio, all events and allocation", "O and E",
    "O-E and chi-square", "O-E and p", "chi-square and V", "chi-square and events",
    "chi-square, all events and allocation", "p and V", "p and events",
    "p, all events and allocation", "curves and numbers at risk", "curves and events",
    "curves and n", "survival and interval", "survival and standard error",
    "survival and numbers at risk", "survival and n",
    "medians and p", "medians and events", "medians and their intervals",
    "medians and assumed events", "events", "percent", "proportion and interval",
    "proportion and standard error", "1-S and interval", "1-S and standard error",
    "1-S and numbers at risk", "1-S and n", "margins and events", "margins and ratio",
    "margins and phi", "margins and test", "risk and ratio", "median and interval",
    "median and one bound", "median and events", "person-time", "means", "paired means",
    "correlation", "alpha",
]  # fmt: skip

# Times to event: in which group there were fewer events than expected (a log-rank statistic and a p value
# do not say), how an interval of one proportion was made, where an effect of one proportion lives, ties.
FewerEvents = Literal["cohort", "comparator"]
ProportionInterval = Literal["plain", "log", "log-log", "logit", "wilson", "clopper-pearson"]
ProportionMeasure = Literal["PLO", "PLN", "PAS", "PR"]
CoxTies = Literal["efron", "breslow"]

# Two-by-two tables: by which figure, or by the p value of which test, one is told from its margins.
MarginFigure = Literal["OR", "RR", "RD", "phi"]
TableTest = Literal["chi-square", "chi-square with correction", "Fisher"]

# What a row of a results table may hold.
Statistic = Literal[
    "HR", "OR", "RR", "RD", "O-E", "V", "E", "chi-square", "z", "phi", "median", "survival", "at risk",
    "curve", "percent", "events", "n", "p", "range", "Q", "I2",
]  # fmt: skip
Unit = Literal[
    "percent", "days", "weeks", "months", "years", "patients", "episodes", "treatment lines", "studies"
]
TimeUnit = Literal["days", "weeks", "months", "years"]
PSided = Literal["one", "two", "not stated"]
Status = Literal["usable", "unusable"]
Test = Literal[
    "log-rank", "stratified log-rank", "Cox", "chi-square", "chi-square with correction", "Fisher", "other"
]
Design = Literal["randomised", "single-arm", "cohort", "meta-analysis", "unclear"]

# What a multiverse leaves out in turn.
ExclusionRule = Literal["nothing", "each study", "each pair of studies", "all subsets", "weaker routes"]

# Which rows of two people's tables are the same row: those with one id, or about one figure.
RowMatch = Literal["id", "figure"]

# Bayesian synthesis: priors of the between-study standard deviation and of the mean, which of the
# distributions, which credible interval, and what the empirical priors distinguish.
TauPriorName = Literal[
    "half-normal", "half-cauchy", "half-t", "exponential", "uniform", "jeffreys", "log-normal", "log-t"
]  # fmt: skip
MuPriorName = Literal["flat", "normal"]
Posterior = Literal["mu", "tau", "predictive"]
CredibleInterval = Literal["shortest", "quantile"]
BinaryOutcome = Literal[
    "all-cause mortality", "obstetric", "cause-specific mortality, major morbidity or composite",
    "resource use, hospital stay or process", "surgical or device success or failure", "withdrawals",
    "internal or structure-related", "general physical health", "adverse events",
    "infection or new disease", "signs or symptoms of a condition continuing or ending", "pain",
    "quality of life or functioning", "mental health", "biological markers", "subjective, various",
]  # fmt: skip
BinaryComparison = Literal[
    "pharmacological vs placebo or control", "pharmacological vs pharmacological",
    "non-pharmacological vs placebo or control", "non-pharmacological vs pharmacological",
    "non-pharmacological vs non-pharmacological",
]  # fmt: skip
ContinuousOutcome = Literal[
    "obstetric", "resource use, hospital stay or process", "internal or external structure-related",
    "general physical health, adverse events, pain, quality of life or functioning",
    "signs or symptoms of a condition, infection or new disease", "mental health",
    "biological markers", "subjective, various",
]  # fmt: skip
ContinuousComparison = Literal[
    "pharmacological vs placebo or control", "pharmacological vs pharmacological", "non-pharmacological"
]
MedicalArea = Literal["other", "respiratory", "cancer"]

# Mixed models of counts: what is pooled, by which likelihood, and what is done where it has no maximum.
GlmmMeasure = Literal["PLO", "IRLN", "OR", "IRR"]
GlmmModel = Literal["random-intercept", "UM.FS", "UM.RS", "CM.EL", "CM.AL", "beta-binomial", "firth"]
GlmmCi = Literal["wald", "t", "profile-likelihood"]
GlmmPi = Literal["t(k-1)", "t(k-2)", "normal", "none"]
Separation = Literal["firth", "refuse"]
FailOn = Literal["significance", "direction", "threshold"]
MultilevelMethod = Literal["REML", "ML"]
MultilevelCi = Literal["wald", "t"]
DegreesOfFreedom = Literal["residual", "contain"]
OutcomeStructure = Literal["CS", "HCS", "UN"]
VarianceCi = Literal["profile-likelihood", "none"]

# Rows that share participants: small-sample corrections of a cluster-robust variance, why rows are tied.
RobustVariance = Literal["CR0", "CR1", "CR1p", "CR1S", "CR2"]
RobustDf = Literal["satterthwaite", "residual"]
SharedArmMeasure = Literal["OR", "RR", "RD", "MD", "HR", "IRR"]
TieKind = Literal["same cohort", "part of", "same registration", "same study"]

# Resampling: of what, the interval from it, and whether every synthesis gets random numbers of its own.
BootstrapKind = Literal["non-parametric", "parametric"]
BootstrapCi = Literal["percentile", "basic", "bca"]
Pooled = Literal["estimate", "tau2", "I2"]
Streams = Literal["same", "own"]
# What is computed for many sets of effects at once.
ManyCi = Literal["wald", "t", "hartung-knapp", "hartung-knapp-adhoc"]
ManyTau2Method = Literal[
    "REML", "DL", "DL2", "DLIT", "PM", "PMM", "ML", "EB", "HE", "HS", "HSk", "SJ", "SJIT",
]  # fmt: skip


def choices(vocabulary: Any) -> tuple[str, ...]:
    """The words of a `Literal`, in the order they are documented."""
    return cast("tuple[str, ...]", get_args(vocabulary))


def require_option(name: str, value: object, vocabulary: Any) -> str:
    """Return `value` if it belongs to `vocabulary`, else say what is allowed.

    Parameters
    ----------
    name : str
        Name of the option, as the user wrote it.
    value : object
        What was given.
    vocabulary : Literal
        The allowed words.

    Returns
    -------
    str
        `value`, unchanged.

    Raises
    ------
    OptionError
        If `value` is not one of the words; a word known from R gets a hint.

    Examples
    --------
    >>> require_option("tau2_method", "PM", Tau2Method)
    'PM'
    """
    allowed = choices(vocabulary)
    if isinstance(value, str) and value in allowed:
        return value
    message = f"{name} must be one of {', '.join(map(repr, allowed))}; got {value!r}."
    if isinstance(value, str):
        word = value.strip().lower()
        candidates = (
            *FOREIGN_WORDS.get(word, "").split("|"),
            *(other for other in allowed if other.lower() == word),
        )
        meant = next((candidate for candidate in candidates if candidate in allowed), None)
        if name == "tau2_method" and word in ("ee", "fe", "ce"):
            message += " The common-effect model is model='common-effect' here."
        if meant is not None:
            message += f" {value!r} is called {meant!r} here."
    raise OptionError(message)
