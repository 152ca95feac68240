"""Every number of the Bayesian results of an outcome by name, prior by prior."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from metasyn.analysis.explain.effects import Setting, effect_explanation
from metasyn.analysis.explain.model import Explanation
from metasyn.analysis.explain.pooled import Worked
from metasyn.analysis.explain.posterior import (
    new_study_work,
    posterior_facts,
    posterior_work,
    probability_work,
    tau_posterior_work,
)
from metasyn.analysis.explain.results import Number
from metasyn.names import MODEL_NAMES
from metasyn.synthesis.bayes.model import BayesResult
from metasyn.synthesis.model import SynthesisResult
from metasyn.tables.cells import interval_with_unit, tau2_interval_text
from metasyn.tables.words import unit_of
from metasyn.values import NotEstimable
from metasyn.wording import level_text, percent_text, tau2_text

__all__ = ["bayes_number", "prior_numbers"]

_REFERENCE = "Röver 2020, 10.18637/jss.v093.i06"


def prior_numbers(result: SynthesisResult, setting: Setting, *, place: str) -> Iterator[Number]:
    """Probability of a side, posterior of tau and interval of a new study, under every prior.

    Parameters
    ----------
    result : SynthesisResult
    setting : Setting
    place : str
        Slug of the outcome.

    Yields
    ------
    Number
        The names end with the prior; those of the usual prior are also found without it.
    """
    for n, (prior, found) in enumerate(result.beside.bayes):
        make = partial(bayes_number, result, found, setting, place)
        short = (lambda *names: names) if n == 0 else (lambda *names: ())
        p = found.p_below_null
        if not isinstance(p, NotEstimable):
            told = (percent_text(1 - p),) if n == 0 and p < 0.5 else ()  # what the sentence states
            other = (*told, *short("probability", "P(<0)", "probability below"))
            yield make(
                f"probability below no effect: {prior}", percent_text(p), probability_work, others=other
            )
        spread = f"{tau2_text(found.tau.median)} ({tau2_interval_text(found.tau.interval(found.interval))})"
        yield make(f"posterior τ: {prior}", spread, tau_posterior_work, others=short("posterior tau"))
        new = interval_with_unit(found.pi, found.measure)
        names = ("new study", *(("pi", "prediction interval") if isinstance(result.pi, NotEstimable) else ()))
        yield make(f"new {unit_of(result.effects, 1)}: {prior}", new, new_study_work, others=short(*names))


def _weights(found: BayesResult) -> list[float]:
    """Normalised weights of the effects, averaged over the posterior of tau."""
    integral = found.fit.tau.integral
    w = 1 / (found.fit.vi + integral.tau[:, None] ** 2)
    shares: list[float] = (integral.weights @ (w / w.sum(axis=1, keepdims=True))).tolist()
    return shares


def bayes_number(
    result: SynthesisResult,
    found: BayesResult,
    setting: Setting,
    place: str,
    name: str,
    shown: str,
    work: Callable[[BayesResult], Worked] = posterior_work,
    *,
    others: tuple[str, ...] = (),
) -> Number:
    """One number of one Bayesian result.

    Parameters
    ----------
    result : SynthesisResult
        That it stands beside.
    found : BayesResult
    setting : Setting
    place, name, shown : str
    work : callable
        Its arithmetic.
    others : tuple of str
        Further names.
    """

    def build() -> Explanation:
        table, sums = work(found)
        interval = "shortest" if found.interval == "shortest" else "between quantiles"
        facts = [
            ("Model", f"{MODEL_NAMES['bayesian']}; {level_text(found.level)} credible interval, {interval}"),
            *posterior_facts(found),
            ("Reference", _REFERENCE),
            ("Note", "; ".join(finding.message for finding in found.findings)),
        ]
        if not sums:
            facts.append(("Arithmetic", "no short sum gives this integral to six digits"))
        return Explanation(
            kind="result",
            title=name,
            shown=shown,
            key=name,
            facts=tuple((term, text) for term, text in facts if text),
            table=table,
            sums=sums,
            parts=tuple(
                effect_explanation(effect, found.measure, setting, weight=share)
                for effect, share in zip(found.effects.effects, _weights(found), strict=True)
            ),
        )

    return Number(place=place, name=name, shown=shown, build=build, others=others)
