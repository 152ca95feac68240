"""What columns are called, and what the words of a label say about its figures."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

__all__ = [
    "BENEFIT",
    "ESTIMATE_NAMES",
    "NAMES",
    "UNIT_NAMES",
    "about_weight",
    "another_quantity",
    "better_of",
    "half_of",
    "is_total",
    "may_be_total",
    "names_event",
    "response_of",
    "statistic_of",
    "unit_of",
]

_ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "label": "label name row group_name subgroup category item characteristic variable description",
        "study": "study study_id trial paper trial_name study_name",
        "source": "source source_id document report reference_document publication reported_in source_name",
        "year": "year",
        "outcome": "outcome endpoint end_point",
        "definition": "definition set analysis_set population",
        "timepoint": "timepoint time_point landmark",
        "cohort": "cohort cohort_id group arm treatment arm_or_contrast contrast comparison",
        "comparator": "comparator comparator_id versus compared_with",
        "part_of": "part_of subgroup_of parent whole subset_of",
        "statistic": "statistic measure effect effect_measure stat_type type_of_effect",
        "unit": "unit units",
        "events": "events event k x r count responders responses responded cases deaths died dead "
        "relapses progressions successes affected numerator events1 events_1 ai with_event "
        "with_events patients_with_event patients_with_events with_response events_n n_events",
        "n": "n size denominator patients participants subjects pts analysed analyzed n1 n_1 n1i "
        "evaluable assessed sample_size n_patients of at_risk out_of sample patients_total "
        "total_patients patients_n",
        "percent": "percent pct percentage rate share % per_cent proportion_percent n_percent n/n(%) n/n "
        "events/n x/n r/n k/n percent_1 percent1 pct1",
        "proportion": "proportion prop",
        "estimate": "estimate est value point effect_estimate effect_size point_estimate result yi duration",
        "ci_low": "ci_low ci_lower low lower lower_ci ci_lo lo lcl ll lb lower_bound ci_lb lower_limit "
        "ci_l lower_cl lowerci95 lci conf_low",
        "ci_high": "ci_high ci_upper high upper upper_ci ci_hi hi ucl ul ub upper_bound ci_ub "
        "upper_limit ci_u upper_cl upperci95 uci conf_high",
        "ci": "ci interval confidence_interval 95ci 95%ci",
        "ci_method": "ci_method interval_method method_of_ci method_of_interval",
        "level": "level ci_level confidence conf_level",
        "p": "p pvalue p_value pval sig significance p_val",
        "sides": "sides p_sided sided tails p_sides",
        "total": "total n_total total_n overall grand_total",
        "randomised": "randomised randomized n_randomised n_randomized allocated assigned enrolled entered "
        "itt itt_n recruited",
        "se": "se sei standard_error stderr",
        "sd": "sd standard_deviation std_dev stdev",
        "variance": "variance var vi",
        "q": "q q_statistic cochran_q cochrans_q",
        "df": "df degrees_of_freedom",
        "i2": "i2 isquared i_squared i² i2_percent",
        "tau2": "tau2 tau² τ2 τ² tausquared tau_squared",
        "k": "n_studies number_of_studies studies k_studies",
        "z": "z zscore z_value z_statistic",
        "chi2": "chi2 chisq chi_square chi_squared x2 chi² χ2 χ²",
        "o_e": "o_e oe o_minus_e",
        "v": "v logrank_variance",
        "test": "test statistical_test p_test",
        "stage1_n": "stage1_n first_stage_n stage_1_n stage1 first_stage first_stage_size",
        "stage1_needed": "stage1_needed needed responses_needed stage_1_needed required responses_required",
        "events_2": "events_2 events2 comparator_events control_events events_control ci_events",
        "n_2": "n_2 n2 comparator_n control_n n_control n2i m",
        "percent_2": "percent_2 percent2 pct2 comparator_percent control_percent percent_control",
        "phase": "phase",
        "design": "design",
        "citation": "citation reference ref ref_number",
        "registry_id": "registry_id registry registry_number registry_no registration_no registry_identifier "
        "trial_number trial_registry trial_registration_number isrctn eudract eudract_number nct_no nct "
        "nct_id nct_number registration registration_number trial_id trial_registration clinicaltrials_gov",
        "centre": "centre center centres centers site sites hospital hospitals institution institutions",
        "authors": "authors author first_author",
        "locator": "locator place location table page where section",
        "accepted_because": "accepted_because accepted answer",
    }
)


def _plain(name: str) -> str:
    return "".join(c for c in name.casefold().replace("%", "percent") if c.isalnum())


NAMES: Mapping[str, str] = MappingProxyType(
    {_plain(alias): name for name, aliases in _ALIASES.items() for alias in aliases.split()}
)
"""What a column may be called, without case and punctuation, and what it is called here."""

ESTIMATE_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "hr": "HR",
        "hazardratio": "HR",
        "or": "OR",
        "oddsratio": "OR",
        "rr": "RR",
        "riskratio": "RR",
        "relativerisk": "RR",
        "irr": "IRR",
        "rd": "RD",
        "riskdifference": "RD",
        "md": "MD",
        "meandifference": "MD",
        "smd": "SMD",
        "mean": "mean",
        "median": "median",
        "loghr": "log HR",
        "lnhr": "log HR",
        "logor": "log OR",
        "lnor": "log OR",
        "logrr": "log RR",
        "lnrr": "log RR",
        "correlation": "COR",
    }
)
"""Columns whose name says what the estimate in them is."""

_STATISTICS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, flags))
    for name, pattern, flags in (
        ("log HR", r"\b(?:log|ln)[ -]?\(?HR\b", re.IGNORECASE),
        ("log OR", r"\b(?:log|ln)[ -]?\(?OR\b", re.IGNORECASE),
        ("HR", r"\ba?HRs?\b|hazard ratio", 0),
        ("HR", r"hazard ratio", re.IGNORECASE),
        ("OR", r"\ba?OR\b(?! rate)", 0),
        ("OR", r"odds ratio", re.IGNORECASE),
        ("RR", r"risk ratio|relative risk|rate ratio of risks", re.IGNORECASE),
        ("IRR", r"\bIRR\b|incidence rate ratio|rate ratio", 0),
        ("SMD", r"\bSMD\b|standardi[sz]ed mean difference|cohen|hedges", re.IGNORECASE),
        ("MD", r"\bW?MD\b|mean difference", 0),
        ("RD", r"\bRD\b|risk difference|absolute difference", 0),
        ("median", r"\bmedian\b|\bm(?:PFS|OS)\b", 0),
        ("median", r"\bmedian\b", re.IGNORECASE),
    )
)
_GIVEN: Mapping[str, str] = MappingProxyType(
    {
        "hr": "HR",
        "hazardratio": "HR",
        "loghr": "log HR",
        "lnhr": "log HR",
        "logor": "log OR",
        "lnor": "log OR",
        "logrr": "log RR",
        "lnrr": "log RR",
        "ahr": "HR",
        "aor": "OR",
        "arr": "RR",
        "wmd": "MD",
        "or": "OR",
        "oddsratio": "OR",
        "rr": "RR",
        "riskratio": "RR",
        "relativerisk": "RR",
        "irr": "IRR",
        "rd": "RD",
        "riskdifference": "RD",
        "md": "MD",
        "meandifference": "MD",
        "difference": "MD",
        "smd": "SMD",
        "mean": "mean",
        "median": "median",
        "percent": "percent",
        "proportion": "percent",
        "rate": "percent",
        "pr": "percent",
        "n": "n",
        "events": "events",
        "p": "p",
        "cor": "COR",
        "correlation": "COR",
        "q": "Q",
        "i2": "I2",
    }
)
_UNITS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("days", r"\bdays?\b"),
        ("weeks", r"\b(?:weeks?|wks?)\b"),
        ("months", r"\b(?:months?|mos?)\b"),
        ("years", r"\b(?:years?|yrs?)\b"),
        ("treatment lines", r"\b(?:treatment )?lines?\b(?! therapy)"),
        ("episodes", r"\bepisodes?\b"),
        ("studies", r"\b(?:studies|trials)\b"),
        ("percent", r"%|\bper ?cent\b"),
    )
)
UNIT_NAMES = frozenset(name for name, _ in _UNITS)
"""Units that are told apart."""
# In a label "6-month" is when, "(months)" is the unit.
_LABEL_UNITS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("percent", r"%|\bper ?cent\b"),
        ("days", r"(?<!\d[- ])(?<!\d)\bdays\b"),
        ("weeks", r"(?<!\d[- ])(?<!\d)\b(?:weeks|wks)\b"),
        ("months", r"(?<!\d[- ])(?<!\d)\b(?:months|mos)\b"),
        ("episodes", r"\bepisodes\b"),
        ("treatment lines", r"\btreatment lines\b"),
        ("studies", r"^\s*(?:studies|trials)\b|\bnumber of (?:studies|trials)\b"),
    )
)

BENEFIT = re.compile(
    r"\b(?:ORR|CRR?|PR|DCR|CBR|RR|response|responders?|disease control|clinical benefit|remission|cure|"
    r"surviv\w*|OS|PFS|DFS|EFS|RFS|DOR)\b",
    re.IGNORECASE,
)
_RESPONSES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("ORR", r"\b(?:ORR|objective response(?: rate)?|overall response(?: rate)?)\b"),
        ("DCR", r"\b(?:DCR|CBR|disease control(?: rate)?|clinical benefit(?: rate)?)\b"),
        ("CR", r"\b(?:CR|complete responses?|complete remissions?)\b"),
        ("PR", r"\b(?:PR|partial responses?|partial remissions?)\b"),
        ("SD", r"\b(?:SD|stable disease)\b"),
        ("PD", r"\b(?:PD|progressive disease|disease progression)\b"),
        ("NE", r"\b(?:not evaluable|inevaluable|non-evaluable|unevaluable)\b"),
    )
)


@lru_cache(maxsize=1 << 14)
def statistic_of(given: str, words: str, unit: str, has_estimate: bool) -> str:
    """The kind of estimate: as a column says it, or as the label does."""
    if given:
        return _GIVEN.get(_plain(given), given)
    if not has_estimate:
        return ""
    for name, pattern in _STATISTICS:
        if pattern.search(words):
            return name
    if unit in ("days", "weeks", "months", "years"):
        return "median"
    return "percent" if unit == "percent" else ""


@lru_cache(maxsize=1 << 14)
def unit_of(given: str, words: str) -> str:
    """The unit: as a column says it, or as the label does."""
    for name, pattern in _UNITS:
        if given and pattern.search(given):
            return name
    if given:
        return given.casefold()
    return next((name for name, pattern in _LABEL_UNITS if pattern.search(words)), "")


@lru_cache(maxsize=1 << 14)
def better_of(words: str) -> str:
    """`"higher"` for outcomes that are good for participants, as far as their name tells."""
    return "higher" if BENEFIT.search(words) else ""


@lru_cache(maxsize=1 << 14)
def response_of(words: str) -> tuple[str, str]:
    """The category of response that words name, and the words without it; empty if they name none or two."""
    found = [(name, pattern) for name, pattern in _RESPONSES if pattern.search(words)]
    if len(found) != 1:
        return "", words
    name, pattern = found[0]
    return name, " ".join(pattern.sub(" ", words).split()).casefold()


_TOTAL = re.compile(
    r"^(?:(?:grand )?total|overall|combined|sum|(?:all|both|whole)"
    r"(?: (?:patients|participants|arms|groups|cohorts?|group|study))?)(?: (?:n|number))?$",
    re.IGNORECASE,
)
_WHOLE = re.compile(
    r"(?:all|any|both|whole|entire|overall|total|combined|pooled|sum|together|either)\b|.*\b(?:overall|total)$",
    re.IGNORECASE,
)
_OPPOSITE = re.compile(r"\b(?:no|not|non|without|never)\b[- ]?|\bnon(?=[a-z])", re.IGNORECASE)
_PAIRS = (
    (r"\bfemales?\b|\bwom[ae]n\b", r"\bmales?\b|\bm[ae]n\b"),
    (r"\bmutant\b|\bmutated\b", r"\bwild[- ]?type\b"),
    (r"\bpositive\b", r"\bnegative\b"),
    (r"\balive\b", r"\bdead\b|\bdied\b"),
)


@lru_cache(maxsize=1 << 14)
def may_be_total(label: str) -> bool:
    """Whether a label begins as that of a whole does: `both doses`, `all children`."""
    return bool(_WHOLE.match(label.strip()))


@lru_cache(maxsize=1 << 14)
def is_total(label: str) -> bool:
    """Whether a label calls its row the total."""
    return bool(_TOTAL.search(label.strip()))


@lru_cache(maxsize=1 << 14)
def half_of(words: str) -> tuple[str, bool]:
    """What two opposite labels share, and which half this one is; ("", False) if it has no opposite.

    Examples
    --------
    >>> half_of("prior therapy"), half_of("no prior therapy")
    (('prior therapy', True), ('prior therapy', False))
    >>> half_of("male"), half_of("Women")
    (('*', False), ('*', True))
    """
    plain = " ".join(words.casefold().split())
    for first, second in _PAIRS:
        for pattern, side in ((first, True), (second, False)):
            if re.search(pattern, plain):
                return re.sub(pattern, "*", plain), side
    rest = " ".join(_OPPOSITE.sub("", plain).split())
    return (rest, rest == plain) if rest else ("", False)


_WEIGHT = re.compile(r"\bweight(?:s|ing)?\b(?! (?:loss|gain))", re.IGNORECASE)
_NO_SHARE = re.compile(
    r"\b(?:weight\w*|adherence|compliance|intensity|dos(?:e|es|age|ing)|reductions?|changes?|decreases?"
    r"|increases?|improvement from|difference|heterogeneity|i2|i²|i-squared|tau2|baseline risks?"
    r"|assumed risks?|control risks?|follow[- ]?up|coverage|sensitivity|specificity|accuracy"
    r"|predictive value|agreement|power|attrition|drop-?outs?|variability|variance|coefficient"
    r"|inhibition|occupancy|uptake|saturation|ha?ematocrit|ejection|predicted|efficacy|efficiency"
    r"|information|bias|quality|contribution|completeness|purity|concentration|expression|discount|cost"
    r"|inflation|error|level|alpha|capacity|viability)\b",
    re.IGNORECASE,
)
_EVENT = re.compile(
    r"\b(?:events?|rates?|mortality|deaths?|died|dead|toxicit\w+|adverse|AEs?|SAEs?|incidence|prevalence|proportion"
    r"|risk|relaps\w+|recurrence\w*|progress\w+|success\w*|failures?|cases?|affected|occurrence"
    r"|outcome|with event)\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=1 << 14)
def another_quantity(words: str) -> bool:
    """Whether the words of a heading name a percentage that is not a share of participants.

    Examples
    --------
    >>> [another_quantity(words) for words in ("Weight (fixed)", "dose intensity", "Response", "Weight loss")]
    [True, True, False, False]
    """
    return _NO_SHARE.search(re.sub(r"(?i)\bweight (?:loss|gain)\b", "", words)) is not None


@lru_cache(maxsize=1 << 14)
def about_weight(words: str) -> bool:
    """Whether a heading is that of the weights of a forest plot."""
    return _WEIGHT.search(words) is not None


@lru_cache(maxsize=1 << 14)
def names_event(words: str) -> bool:
    """Whether words name what happens to participants, such as a response or deaths."""
    return bool(BENEFIT.search(words) or _EVENT.search(words) or response_of(words)[0])
