"""What the words of the option vocabularies are called in prose."""

from __future__ import annotations

from metasyn.effects.measure import EffectMeasure
from metasyn.effects.model import EffectSet
from metasyn.names import CI_NAMES, MODEL_NAMES, TAU2_NAMES
from metasyn.vocabulary import CiMethod, PiMethod, RouteName, Tau2CiMethod, TestName
from metasyn.wording import whole

__all__ = [
    "CI_SHORT",
    "CI_WORDS",
    "MODEL_WORDS",
    "PI_WORDS",
    "ROUTE_WORDS",
    "TEST_WORDS",
    "TAU2_CI_WORDS",
    "TAU2_WORDS",
    "column_word",
    "counted",
    "estimate_header",
    "how_many",
    "measure_word",
    "subject",
    "unit_of",
    "unit_word",
]

MODEL_WORDS = MODEL_NAMES

CI_WORDS: dict[CiMethod, str] = {
    "hartung-knapp": "Hartung-Knapp",
    "hartung-knapp-adhoc": "Hartung-Knapp, never narrower than its ad hoc floor",
    "hartung-knapp-hybrid": "the wider of the Hartung-Knapp and the Wald interval",
    "hartung-knapp-iqwig": "Hartung-Knapp by IQWiG's rule",
    "wald": "Wald (normal)",
    "t": "t distribution, unmodified standard error",
    "kenward-roger": "Kenward-Roger",
    "profile-likelihood": "profile likelihood",
    "henmi-copas": "Henmi-Copas (common-effect weights, random-effects uncertainty)",
    "sidik-jonkman": "Sidik-Jonkman, bias-corrected robust variance",
    "permutation": "permutation of the signs",
    "credible": "credible interval",
}

CI_SHORT = CI_NAMES

_T, _DEGREES = "t distribution with k \N{MINUS SIGN}", "degrees of freedom"

PI_WORDS: dict[PiMethod, str] = {
    "t(k-1)": f"{_T} 1 {_DEGREES}",
    "t(k-2)": f"{_T} 2 {_DEGREES}",
    "hartung-knapp": f"{_T} 1 {_DEGREES} and the Hartung-Knapp standard error",
    "hartung-knapp(k-2)": f"{_T} 2 {_DEGREES} and the Hartung-Knapp standard error",
    "kenward-roger": f"t distribution with Kenward-Roger {_DEGREES} and standard error",
    "kenward-roger(df-1)": f"t distribution with one less than the Kenward-Roger {_DEGREES}",
    "bootstrap": "parametric bootstrap of Nagashima, Noma and Furukawa",
    "normal": "normal distribution",
    "none": "none",
}

TAU2_WORDS: dict[str, str] = {code: f"{name} ({code})" for code, name in TAU2_NAMES.items()}

TAU2_CI_WORDS: dict[Tau2CiMethod, str] = {
    "q-profile": "Q-profile",
    "generalised-q": "generalised Q",
    "jackson": "Jackson's (generalised Q with weights 1/SE)",
    "profile-likelihood": "profile likelihood",
}

ROUTE_WORDS: dict[RouteName, str] = {
    "given": "effect and variance as given",
    "ratio and interval": "printed ratio and its confidence interval",
    "ratio and p": "printed ratio and its p value",
    "O-E and V": "log-rank O\N{MINUS SIGN}E and variance",
    "ratio and standard error": "printed ratio and its standard error",
    "ratio and V": "printed ratio, standard error from the log-rank variance",
    "ratio and events": "printed ratio, standard error from the events of each group",
    "ratio, all events and allocation": "printed ratio, standard error from all events and group sizes",
    "O and E": "log-rank observed and expected events",
    "O-E and chi-square": "log-rank O\N{MINUS SIGN}E and chi-square",
    "O-E and p": "log-rank O\N{MINUS SIGN}E and p value",
    "chi-square and V": "log-rank chi-square and variance",
    "chi-square and events": "log-rank chi-square and the events of each group",
    "chi-square, all events and allocation": "log-rank chi-square, all events and group sizes",
    "p and V": "log-rank p value and variance",
    "p and events": "log-rank p value and the events of each group",
    "p, all events and allocation": "log-rank p value, all events and group sizes",
    "curves and numbers at risk": "times reconstructed from survival curves and numbers at risk",
    "curves and events": "times reconstructed from survival curves and numbers of events",
    "curves and n": "times reconstructed from survival curves and group sizes",
    "survival and interval": "survival at one time point and its intervals",
    "survival and standard error": "survival at one time point and its standard errors",
    "survival and numbers at risk": "survival at one time point and numbers at risk",
    "survival and n": "survival at one time point and group sizes",
    "medians and p": "ratio of medians, standard error from the p value",
    "medians and events": "ratio of medians, standard error from the events",
    "medians and their intervals": "ratio of medians, standard error from their intervals",
    "medians and assumed events": "ratio of medians, standard error from assumed events",
    "events": "events and participants",
    "percent": "events recovered from percent and participants",
    "proportion and interval": "proportion and its interval, effective number of participants",
    "proportion and standard error": "proportion and its standard error",
    "1-S and interval": "one minus survival at the time point, its interval",
    "1-S and standard error": "one minus survival at the time point, its standard error",
    "1-S and numbers at risk": "one minus survival at the time point, number at risk",
    "1-S and n": "one minus survival at the time point, participants",
    "margins and events": "events of one group and of both together",
    "margins and ratio": "table from its margins and a printed ratio or difference",
    "margins and phi": "table from its margins and the phi coefficient",
    "margins and test": "table from its margins and a test",
    "risk and ratio": "risk of one group and a printed ratio or difference",
    "median and interval": "median and its confidence interval",
    "median and one bound": "median and the reached bound of its interval",
    "median and events": "median, variance from the events",
    "person-time": "events and person-time",
    "means": "means and standard deviations",
    "paired means": "means of two occasions",
    "correlation": "correlation and sample size",
    "alpha": "coefficient alpha",
}

TEST_WORDS: dict[TestName, str] = {
    "egger": "Egger's regression test",
    "begg": "Begg and Mazumdar's rank test",
    "thompson": "Thompson and Sharp's regression test",
    "harbord": "Harbord's score test",
    "peters": "Peters' regression test",
    "macaskill": "Macaskill's regression test",
    "deeks": "Deeks' regression test",
    "schwarzer": "Schwarzer's rank test",
    "pustejovsky": "Pustejovsky and Rodgers' regression test",
}


def column_word(name: str) -> str:
    """A column name as words.

    Examples
    --------
    >>> column_word("drug_class")
    'drug class'
    """
    return name.replace("_", " ").strip()


def subject(outcome: str, otherwise: str = "Result") -> str:
    """The outcome at the beginning of a caption."""
    return outcome[:1].upper() + outcome[1:] or otherwise


def measure_word(measure: EffectMeasure) -> str:
    """The measure in a sentence: `risk ratio`, `proportion`, ..."""
    return measure.label


def estimate_header(measure: EffectMeasure, level: str) -> str:
    """Header of a column that holds estimates with intervals."""
    return f"{measure.heading} ({level} CI)"


def unit_word(measure: EffectMeasure, count: int) -> str:
    """What one effect is: a comparison of two groups, a cohort, or just an estimate."""
    word = {2: "comparison", 1: "cohort"}.get(measure.n_groups, "estimate")
    return word if count == 1 else word + "s"


def unit_of(effects: EffectSet, count: int = 2) -> str:
    """What one effect of this set is: a study, or a comparison or cohort where studies have several."""
    if effects.k == effects.n_studies:
        return "study" if count == 1 else "studies"
    return unit_word(effects.measure, count)


def counted(count: int, singular: str, plural: str = "") -> str:
    """A count with its noun.

    Examples
    --------
    >>> counted(1, "study"), counted(3, "study", "studies")
    ('1 study', '3 studies')
    """
    return f"{whole(count)} {singular if count == 1 else plural or singular + 's'}"


def how_many(effects: EffectSet) -> str:
    """How much evidence: `13 studies`, or `7 comparisons from 5 studies`."""
    studies = counted(effects.n_studies, "study", "studies")
    if effects.k == effects.n_studies:
        return studies
    return f"{whole(effects.k)} {unit_word(effects.measure, effects.k)} from {studies}"
