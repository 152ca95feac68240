"""What is asked after a synthesis, in `verify.R`: the order in time, small-study effects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from metasyn.analysis.result import SmallStudy
from metasyn.effects import EffectSet
from metasyn.report.verify_methods import why_no_tau2
from metasyn.report.verify_synthesis import Place, arguments, confirm, reported, synthesis_lines
from metasyn.report.verify_text import r_call, r_comment, r_number, r_string, r_vector, unchecked
from metasyn.synthesis.model import SynthesisSpec
from metasyn.synthesis.sensitivity import Cumulative
from metasyn.synthesis.small_study import RankTest, RegressionTest, TrimFill
from metasyn.values import NotEstimable
from metasyn.vocabulary import TestName
from metasyn.wording import data_number

__all__ = ["cumulative_lines", "small_study_lines"]

_NOT_IN_METAFOR: Mapping[TestName, str] = MappingProxyType(
    {
        "harbord": "metafor does not have it",
        "peters": "it leaves out studies that this script holds",
        "macaskill": "the regressions of metafor have other weights",
        "pustejovsky": "metafor does not have its predictor",
        "deeks": "metafor does not have its predictor",
        "schwarzer": "metafor does not have it",
    }
)


def cumulative_lines(found: Cumulative | None) -> Iterator[str]:
    """Every step of a cumulative synthesis of `d`."""
    if found is None:
        return
    yield ""
    yield r_comment(f"The studies entering one after the other, by {found.order}.")
    entered: list[str] = []
    for step in found.steps:
        entered.append(str(step.index + 1))
        yield ""
        place = Place(rows=f"d[{r_vector(entered)}, ]", tau2=step.result.request.tau2)
        yield from synthesis_lines(step.result, place, f"up to {step.added}", beside=False)


def small_study_lines(
    found: SmallStudy | NotEstimable, spec: SynthesisSpec, effects: EffectSet
) -> Iterator[str]:
    """The test of small-study effects where R has it, and trim and fill."""
    if isinstance(found, NotEstimable):
        return
    yield ""
    yield r_comment("Small-study effects.")
    test = found.test
    if isinstance(test, NotEstimable):
        yield r_comment(f"No test: {test.reason}.")
    elif isinstance(test, RegressionTest) and _is_egger(test):
        numbers = reported(statistic=test.slope.statistic, pvalue=test.slope.pvalue)
        yield from confirm("Egger's test", numbers, "egger(d)")
    elif isinstance(test, RegressionTest) and test.test == "peters" and test.k == effects.k:
        numbers = reported(statistic=test.slope.statistic, pvalue=test.slope.pvalue)
        yield from confirm("Peters' test", numbers, _peters_call(effects))
    else:
        yield unchecked(f"the test of small-study effects ({test.test})", _why_not(test))
    if isinstance(found.trim_fill, NotEstimable):
        yield r_comment(f"No trim and fill: {found.trim_fill.reason}.")
    else:
        yield from _trim_fill_lines(found.trim_fill, spec)


def _peters_call(effects: EffectSet) -> str:
    """Peters' test from the counts of both groups together, or of the single cohorts."""
    counts = [effect.counts for effect in effects.effects if effect.counts is not None]
    events = [str(one.events_1 + (one.events_2 or 0)) for one in counts]
    people = [str(one.n_1 + (one.n_2 or 0)) for one in counts]
    return r_call("peters", "d", events=r_vector(events), n=r_vector(people))


def _why_not(test: RegressionTest | RankTest) -> str:
    """Why this script does not repeat a test."""
    if isinstance(test, RegressionTest) and test.test == "egger" and test.predictor != "standard error":
        return f"its predictor ({test.predictor}) needs numbers of participants that are not in this script"
    return _NOT_IN_METAFOR.get(test.test, "this script does not repeat it")


def _is_egger(test: RegressionTest) -> bool:
    return test.test == "egger" and test.model == "multiplicative" and test.predictor == "standard error"


def _trim_fill_lines(found: TrimFill, spec: SynthesisSpec) -> Iterator[str]:
    why = why_no_tau2(spec) or (
        "its estimate of missing studies can end differently in metafor" if found.estimator == "Q0" else ""
    )
    if why:
        yield unchecked("trim and fill", why)
        return
    call = r_call(
        "trim_and_fill",
        "d",
        arguments(spec)[0],
        side=r_string(found.side),
        estimator=r_string(found.estimator),
    )
    yield f"filled <- {call}"
    added = {"k0": r_number(data_number(found.k0) or 0)}
    yield from confirm("trim and fill, studies added", added, 'c(k0 = attr(filled, "k0"))')
    place = Place(rows="filled", tau2=found.result.request.tau2)
    yield from synthesis_lines(found.result, place, "trim and fill", beside=False)
