"""Every number of a pooled result by name, and its explanation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType

from metasyn.analysis.explain.by_model import (
    estimate_work,
    heterogeneity_work,
    model_facts,
    tau2_work,
    tau_work,
)
from metasyn.analysis.explain.defined import definition, estimates_table
from metasyn.analysis.explain.effects import Setting, effect_explanation, effect_shown
from metasyn.analysis.explain.mixed_mean import marginal_work
from metasyn.analysis.explain.model import Explanation
from metasyn.analysis.explain.pooled import Worked, p_work, prediction_work
from metasyn.effects.model import Effect, EffectSet
from metasyn.names import CI_NAMES, HETEROGENEITY_NAMES, MODEL_NAMES, TAU2_NAMES
from metasyn.synthesis.glmm.model import OnNaturalScale
from metasyn.synthesis.model import Heterogeneity, SynthesisResult, Tau2Estimate
from metasyn.tables.cells import (
    H2_text,
    I2_cell,
    counts_cell,
    estimate_with_unit,
    interval_with_unit,
    shown,
    tau2_cell,
    tau2_interval_text,
)
from metasyn.tables.words import PI_WORDS, TAU2_CI_WORDS
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import Model
from metasyn.wording import (
    decimal,
    interval_text,
    level_text,
    natural_text,
    p_text,
    percent_text,
    tau2_text,
    unit_sign,
)

__all__ = ["Number", "effect_numbers", "marginal_text", "result_numbers", "shown_beside", "single_number"]

_REFERENCES: Mapping[str, str] = MappingProxyType(
    {
        "hartung-knapp": "Hartung & Knapp 2001, 10.1002/sim.1009",
        "hartung-knapp-adhoc": "Röver, Knapp & Friede 2015, 10.1186/s12874-015-0091-1",
        "hartung-knapp-hybrid": "Jackson et al. 2017, 10.1002/sim.7411",
        "hartung-knapp-iqwig": "IQWiG, General Methods 6.0, 2020",
        "sidik-jonkman": "Sidik & Jonkman 2006, 10.1016/j.csda.2005.07.019",
        "henmi-copas": "Henmi & Copas 2010, 10.1002/sim.4029",
        "profile-likelihood": "Hardy & Thompson 1996, "
        "10.1002/(SICI)1097-0258(19960330)15:6<619::AID-SIM188>3.0.CO;2-A",
        "glmm": "Stijnen, Hamza & Özdemir 2010, 10.1002/sim.4040",
        "bayesian": "Röver 2020, 10.18637/jss.v093.i06",
        "REML": "Viechtbauer 2005, 10.3102/10769986030003261",
        "ML": "Viechtbauer 2005, 10.3102/10769986030003261",
        "DL": "DerSimonian & Laird 1986, 10.1016/0197-2456(86)90046-2",
        "HE": "Hedges & Olkin 1985, Statistical Methods for Meta-Analysis, 10.1016/C2009-0-03396-0",
        "HS": "Hunter & Schmidt 2004, Methods of Meta-Analysis, 10.4135/9781412985031",
        "SJ": "Sidik & Jonkman 2005, 10.1111/j.1467-9876.2005.00489.x",
        "PM": "Paule & Mandel 1982, 10.6028/jres.087.022",
        "Q": "Higgins & Thompson 2002, 10.1002/sim.1186",
        "pi": "Higgins, Thompson & Spiegelhalter 2009, 10.1111/j.1467-985X.2008.00552.x",
    }
)
_WEIGHTS: Mapping[Model, str] = {
    "random-effects": "w = 1/(se² + τ²)",
    "common-effect": "w = 1/se²",
    "glmm": "share of every study in the information on the mean",
    "bayesian": "w = 1/(se² + τ²), averaged over the posterior distribution of τ",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Number:
    """A number that can be explained.

    Attributes
    ----------
    place : str
        Slug of its outcome; empty for a result on its own.
    name : str
        What `explain` calls it.
    shown : str
        As a report shows it.
    build : callable
        Gives the explanation.
    others : tuple of str
        Further names, and other texts in which it stands.
    ids : tuple of str
        Of an effect: its figures, study and groups in the tables.
    """

    place: str
    name: str
    shown: str
    build: Callable[[], Explanation]
    others: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()


def result_numbers(
    result: SynthesisResult, setting: Setting, *, place: str = "", about: str = ""
) -> Iterator[Number]:
    """The numbers of one synthesis: estimate with interval, test, prediction, heterogeneity.

    Parameters
    ----------
    result : SynthesisResult
    setting : Setting
    place, about : str
        Slug and name of the outcome.
    """
    about = about or result.effects.outcome or result.effects.measure.label
    make = partial(_number, result, setting, place, about)
    yield make(
        "estimate", estimate_with_unit(result, result.effects.measure), ("ci", "se"), work=estimate_work
    )
    mean = marginal_text(result)
    if mean:
        yield make("marginal mean", mean, ("mean over all cohorts",), work=marginal_work)
    if not isinstance(result.pvalue, NotEstimable):
        yield make("p", p_text(result.pvalue), ("pvalue",), work=p_work)
    if not result.pooled:
        return
    if not isinstance(result.pi, NotEstimable):
        text = interval_with_unit(result.pi, result.effects.measure)
        yield make("pi", text, ("prediction interval",), work=prediction_work)
    found = result.heterogeneity
    if isinstance(found, NotEstimable):
        return
    yield make("tau2", tau2_cell(found), ("τ²",), work=tau2_work)
    yield make("tau", _tau_text(found.tau2), ("τ",), work=tau_work)
    yield make("I2", I2_cell(found), ("I²",), work=heterogeneity_work)
    yield make("H2", _H2_text(found), ("H²",), work=heterogeneity_work)
    yield make("Q", f"{decimal(found.Q)}, df = {found.df}, {p_text(found.pvalue)}", work=heterogeneity_work)


def marginal_text(result: SynthesisResult) -> str:
    """`13.0% (7.3% to 22.1%)`, the mean over all cohorts under a mixed model; empty where there is none."""
    mixed, measure = result.beside.glmm, result.effects.measure
    if result.model != "glmm" or mixed is None or isinstance(mixed.marginal, NotEstimable):
        return ""
    mean, to = mixed.marginal, f"{unit_sign(measure)} to "
    value = natural_text(mean.value, measure) + unit_sign(measure)
    return f"{value} ({interval_text(mean.ci, measure, to=to)}{unit_sign(measure)})"


def _tau_text(found: Tau2Estimate) -> str:
    """`0.436 (0 to 1.946)`."""
    text = tau2_text(found.tau)
    if isinstance(found.ci, NotEstimable):
        return text
    root = Interval(found.ci.low**0.5, found.ci.high**0.5, found.ci.level)
    return f"{text} ({tau2_interval_text(root)})"


def _H2_text(found: Heterogeneity) -> str:
    """`2.43 (1.00 to 29.38)`."""
    ci = found.H2_ci
    bounds = "" if isinstance(ci, NotEstimable) else f" ({H2_text(ci.low)} to {H2_text(ci.high)})"
    return H2_text(found.H2) + bounds


def single_number(result: SynthesisResult, setting: Setting, *, place: str, name: str) -> Number:
    """The estimate of a result that has a name of its own: a subgroup, a variant."""
    text = estimate_with_unit(result, result.effects.measure)
    return _number(result, setting, place, name, name, text, shown_beside(result), work=_variant_work)


def shown_beside(result: SynthesisResult) -> tuple[str, ...]:
    """The numbers that tables show beside an estimate: p value, prediction interval, heterogeneity."""
    p, pi = result.pvalue, result.pi
    texts = [] if isinstance(p, NotEstimable) or not result.pooled else [p_text(p)]
    if result.pooled and not isinstance(pi, NotEstimable):
        texts.append(interval_with_unit(pi, result.effects.measure))
    found = result.heterogeneity
    if result.pooled and not isinstance(found, NotEstimable):
        q = f"{HETEROGENEITY_NAMES[found.test]} = {decimal(found.Q)}, {p_text(found.pvalue)}"
        texts += [f"τ² = {tau2_cell(found)}", f"I² = {I2_cell(found)}", q]
    return tuple(texts)


def _variant_work(result: SynthesisResult) -> Worked:
    """Estimate, test and prediction interval of a variant."""
    table, sums = estimate_work(result)
    beyond = () if isinstance(result.pi, NotEstimable) else prediction_work(result)[1]
    if beyond:
        beyond = (replace(beyond[0], remark="what follows is the prediction interval"), *beyond[1:])
    return table, (*sums, *p_work(result)[1], *beyond)


def effect_numbers(
    effects: EffectSet, result: SynthesisResult | NotEstimable, setting: Setting, *, place: str = ""
) -> Iterator[Number]:
    """The effects of the studies, by their labels."""
    for i, effect in enumerate(effects.effects):
        weight = float(result.weights[i]) if isinstance(result, SynthesisResult) and result.pooled else None
        model = result.model if isinstance(result, SynthesisResult) and weight is not None else None
        build = partial(effect_explanation, effect, effects.measure, setting, weight=weight, model=model)
        yield Number(
            place=place,
            name=effect.label,
            shown=_row_text(effect, effects, setting.level),
            build=build,
            others=(
                *(() if weight is None else (percent_text(weight),)),
                *(row.as_printed for row in effect.rows if row.as_printed),
            ),
            ids=_ids(effect),
        )


def _ids(effect: Effect) -> tuple[str, ...]:
    """What the tables call an effect: its figures, their sources, its study and groups."""
    rows = [text for row in effect.rows for text in (row.result_id, row.source_id)]
    return tuple(filter(None, (*rows, effect.study_id, effect.cohort_id, effect.comparator_id)))


def _row_text(effect: Effect, effects: EffectSet, level: float) -> str:
    """An effect as its row shows it."""
    counts = counts_cell(effect)
    text = effect_shown(effect, effects.measure, level)
    return f"{text}; {counts}" if counts else text


def _number(
    result: SynthesisResult,
    setting: Setting,
    place: str,
    about: str,
    name: str,
    text: str,
    others: tuple[str, ...] = (),
    *,
    work: Callable[[SynthesisResult], Worked],
) -> Number:
    return Number(
        place=place,
        name=name,
        shown=text,
        build=partial(_explained, result, setting, about, name, text, work),
        others=others,
    )


def _explained(
    result: SynthesisResult,
    setting: Setting,
    about: str,
    name: str,
    text: str,
    work: Callable[[SynthesisResult], Worked],
) -> Explanation:
    """One number with its arithmetic and the effects below it."""
    table, sums = work(result) if result.pooled or name == "p" else (None, ())
    if table is None and not sums:
        table = estimates_table(result)
    return Explanation(
        kind="result",
        title=f"{about}: {_title(result, name)}" if name != about else about,
        shown=text,
        key=name,
        number=_value(result, name),
        facts=tuple(_facts(result, name, worked=bool(sums))),
        table=table,
        sums=sums,
        parts=tuple(number.build() for number in effect_numbers(result.effects, result, setting)),
    )


def _title(result: SynthesisResult, name: str) -> str:
    words = {
        "estimate": "pooled estimate and its interval" if result.pooled else "estimate of the only study",
        "marginal mean": "mean over all cohorts (marginal), beside the median that headlines",
        "p": "test of no effect",
        "pi": "prediction interval",
        "tau2": "between-study variance τ²",
        "tau": "between-study standard deviation τ, the root of τ²",
        "I2": "I²",
        "H2": "H²",
        "Q": "heterogeneity statistic Q",
    }
    return words.get(name, name)


def _value(result: SynthesisResult, name: str) -> float | None:
    """The number itself, natural scale."""
    found = result.heterogeneity
    if name == "p":
        return None if isinstance(result.pvalue, NotEstimable) else result.pvalue
    if name == "pi":
        return None
    if name == "marginal mean":
        mixed = result.beside.glmm
        return mixed.marginal.value if mixed and isinstance(mixed.marginal, OnNaturalScale) else None
    if name in ("tau2", "tau", "I2", "H2", "Q"):
        if isinstance(found, NotEstimable):
            return None
        of_tau2 = {"tau2": found.tau2.value, "tau": found.tau2.tau}
        return of_tau2[name] if name in of_tau2 else float(getattr(found, name))
    return shown(result, result.effects.measure)[0]


def _facts(result: SynthesisResult, name: str, *, worked: bool) -> Iterator[tuple[str, str]]:
    """Model, interval and method behind a number, and where they are defined."""
    if not result.pooled:
        yield "Model", "none: one study is reported, not pooled"
        return
    found, spec = result.heterogeneity, result.request
    if name in ("tau2", "tau", "I2", "H2", "Q"):
        yield from _variation_facts(result, name)
    elif name == "pi":
        yield "Method", PI_WORDS[spec.pi_method]
        yield "Reference", _REFERENCES["pi"]
    else:
        interval = f"{level_text(spec.level)} interval: {CI_NAMES[result.ci_method]}"
        yield "Model", f"{MODEL_NAMES[result.model]}; {interval}"
        if name == "p":
            if not worked:
                yield "Formula", definition(result, name)
            return
        yield "Why", result.policy.reason
        yield from model_facts(result)
        if result.model != "glmm":
            yield "Scale", _scale(result)
        yield "Weights", _WEIGHTS[result.model] if not result.fit.user_weights else "given by the user"
        if result.model in ("random-effects", "glmm") and not isinstance(found, NotEstimable):
            method = found.tau2.method
            yield "τ²", f"{tau2_cell(found)}, {TAU2_NAMES.get(method, method)}"  # type: ignore[call-overload]
        yield "Reference", _REFERENCES.get(result.model, _REFERENCES.get(result.ci_method, ""))
    if not worked:
        yield "Formula", definition(result, name)


def _scale(result: SynthesisResult) -> str:
    """On what the arithmetic is done."""
    scale = result.effects.measure.scale
    named = "as given" if scale == "as given" else f"on the scale of the {scale}"
    return f"y is the estimate of a study, se its standard error, {named}"


def _variation_facts(result: SynthesisResult, name: str) -> Iterator[tuple[str, str]]:
    """What is said of a measure of heterogeneity."""
    found = result.heterogeneity
    if isinstance(found, NotEstimable):
        return
    method = found.tau2.method
    if found.test == "Q":
        yield "Scale", _scale(result)
    if name in ("tau2", "tau"):
        yield "Estimator", str(TAU2_NAMES.get(method, method))  # type: ignore[call-overload]
        if not isinstance(found.tau2.ci, NotEstimable):
            yield "Interval", f"{TAU2_CI_WORDS[found.tau2.ci_method]}, {level_text(found.tau2.ci.level)}"
        if found.tau2.truncated:
            yield "Note", "its own solution was below zero; it is set to 0"
        yield "Reference", _REFERENCES["glmm"] if found.test != "Q" else _REFERENCES.get(method, "")
    elif found.test != "Q":
        yield (
            "From",
            "the mixed model of the counts: likelihood-ratio test of one mean against a mean for every study",
        )
        yield "Reference", _REFERENCES["glmm"]
    else:
        yield "From", f"I² and H² follow from {'Q' if found.i2_method == 'Q' else 'τ²'}"
        yield "Reference", _REFERENCES["Q"]
