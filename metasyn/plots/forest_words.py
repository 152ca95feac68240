"""What a forest plot says in lines of text, in the words of a preset."""

from __future__ import annotations

import math
from collections.abc import Sequence

from metasyn.effects.measure import EffectMeasure
from metasyn.names import CI_NAMES, HETEROGENEITY_NAMES, MODEL_NAMES, dashed, interval_heading
from metasyn.plots.theme import Theme
from metasyn.synthesis.heterogeneity import COMMON_EFFECT
from metasyn.synthesis.model import Heterogeneity, SubgroupAnalysis, SynthesisResult
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import CiMethod, Model
from metasyn.wording import decimal, legible, level_text, percent_text, unit_sign

__all__ = [
    "INTERVAL_NOUNS",
    "INTERVAL_WORDS",
    "between_words",
    "chi_square_facts",
    "clean_text",
    "effect_words",
    "heterogeneity_words",
    "interval_kind",
    "line_facts",
    "measure_facts",
    "model_words",
    "prediction_words",
    "to_natural",
    "way_words",
]

# Names that need a noun.
_WITH_NOUN = ("wald", "t", "permutation", "credible")
INTERVAL_WORDS: dict[CiMethod, str] = {
    method: f"{dashed(name)} interval" if method in _WITH_NOUN else dashed(name)
    for method, name in CI_NAMES.items()
}
INTERVAL_NOUNS = {"CI": "confidence interval", "CrI": "credible interval", "interval": "interval"}
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def clean_text(text: str) -> str:
    """One line of text as every file format can carry it; names from right to left keep their numbers."""
    shown = "".join(" " if c < " " or "\x7f" <= c < "\xa0" else c for c in text)
    return " ".join(legible(shown).split())


def model_words(result: SynthesisResult, *, with_interval: bool = True) -> str:
    """What a diamond is, in words: model, interval and number of studies."""
    prior = next((way.prior for way in result.alternatives if way.headline), "")
    return way_words(result.model, result.ci_method, result.k, with_interval=with_interval, prior=prior)


def way_words(
    model: Model, ci_method: CiMethod, k: int, *, with_interval: bool = True, prior: str = ""
) -> str:
    """Model, interval (where it is not the usual one of the common-effect model) and number of studies."""
    words = MODEL_NAMES[model]
    words = words[:1].upper() + words[1:]
    if prior:
        words += f", {prior}"
    elif with_interval and not (model == "common-effect" and ci_method == "wald"):
        words += f", {INTERVAL_WORDS[ci_method]}"
    return f"{words} (k = {k})"


def to_natural(interval: Interval | NotEstimable, measure: EffectMeasure) -> Interval | None:
    """An interval of the analysis scale on the natural scale."""
    if isinstance(interval, NotEstimable):
        return None
    return Interval(measure.to_natural(interval.low), measure.to_natural(interval.high), interval.level)


def interval_kind(results: Sequence[SynthesisResult], *, studies: bool = False) -> str:
    """`CI`, `CrI`, or only `interval` where a figure has both.

    Parameters
    ----------
    results : sequence of SynthesisResult
        Those with a diamond.
    studies : bool
        Whether there are rows of single studies, whose intervals are confidence intervals.
    """
    methods: list[CiMethod] = [one.ci_method if one.pooled else "wald" for one in results]
    return interval_heading([*methods, *(("wald",) if studies else ())], "").strip()


def line_facts(result: SynthesisResult) -> dict[str, str]:
    """What every template may name."""
    het = result.heterogeneity
    method = "" if isinstance(het, NotEstimable) else het.tau2.method
    return {
        "level": level_text(result.request.level),
        "ci": interval_kind([result], studies=True),
        "k": str(result.k),
        "model": MODEL_NAMES[result.model],
        "interval": INTERVAL_WORDS[result.ci_method],
        "tau2_method": method,
    }


def measure_facts(result: SynthesisResult) -> dict[str, str]:
    """Names of the measure: short, in full with its unit, and the scale of its axis."""
    measure = result.effects.measure
    if measure.family == "proportion":
        name = clean_text(result.effects.outcome) or measure.label
        # pCR stays pCR.
        full = f"{name if name[1:2].isupper() else name[:1].upper() + name[1:]}, %"
    else:
        full = measure.label[:1].upper() + measure.label[1:]
        full += f", {measure.unit}" if measure.unit else ""
    scale = " (log scale)" if measure.log_axis else ""
    return {"measure": measure.heading, "Measure": full, "scale": scale}


def heterogeneity_words(result: SynthesisResult, het: Heterogeneity, theme: Theme) -> str:
    """The common-effect model has no between-study variance: its tau2 is not stated."""
    phrases, numbers = theme.phrases, theme.numbers
    # Under a Bayesian headline the classical variance is not the one that the diamond rests on.
    common = het.tau2.method == COMMON_EFFECT or result.model == "bayesian"
    template = phrases.heterogeneity_common if common else phrases.heterogeneity
    if het.test != "Q":
        template = template.replace("Q = {Q}", f"{HETEROGENEITY_NAMES[het.test]} = {{Q}}")
    return template.format(
        **line_facts(result),
        tau2=numbers.tau2(het.tau2.value),
        I2=numbers.number(percent_text(het.I2, 0)),
        **chi_square_facts(het.Q, het.df, het.pvalue, theme),
    )


def chi_square_facts(Q: float, df: int, pvalue: float | NotEstimable, theme: Theme) -> dict[str, str]:
    """A chi-square test in the words of a preset."""
    numbers = theme.numbers
    return {
        "Q": numbers.number(decimal(Q)),
        "df": str(df),
        "df_low": str(df).translate(_SUBSCRIPTS),
        "p": numbers.p_value(pvalue),
    }


def effect_words(template: str, result: SynthesisResult, theme: Theme) -> str:
    """The test of no effect; empty where the preset states none or the measure has none."""
    if not template or isinstance(result.statistic, NotEstimable) or isinstance(result.pvalue, NotEstimable):
        return ""
    normal = math.isinf(result.df)
    equals = f"{theme.numbers.relation}={theme.numbers.relation}"
    # Kenward-Roger's degrees of freedom are no whole number.
    df = theme.numbers.number(f"{decimal(result.df, 1)}".removesuffix(".0")) if not normal else ""
    return template.format(
        **line_facts(result),
        statistic="z" if normal else "t",
        value=theme.numbers.number(decimal(result.statistic)),
        df_low="" if normal else (df.translate(_SUBSCRIPTS) if df.isdigit() else f"({df})"),
        df_words="" if normal else f", df{equals}{df}",
        p=theme.numbers.p_value(result.pvalue),
    )


def prediction_words(result: SynthesisResult, theme: Theme) -> str:
    """The prediction interval as a line of text; empty if there is none."""
    measure = result.effects.measure
    found = to_natural(result.pi, measure)
    if found is None:
        return ""
    unit = unit_sign(measure)
    facts = {**line_facts(result), "level": level_text(found.level)}
    bounds = theme.numbers.interval(found, measure) + unit
    opening, closing = theme.numbers.brackets
    return theme.phrases.prediction.format(**facts, bounds=bounds, bracketed=f"{opening}{bounds}{closing}")


def between_words(subgroups: SubgroupAnalysis, theme: Theme) -> str:
    """The test between groups; empty where the preset states none."""
    if not theme.phrases.between:
        return ""
    if isinstance(subgroups.Q_between, NotEstimable):
        head = theme.phrases.between.partition(":")[0]
        return f"{head}: not estimable ({subgroups.Q_between.reason})"
    facts = chi_square_facts(subgroups.Q_between, subgroups.df, subgroups.pvalue, theme)
    return theme.phrases.between.format(**facts)
