"""What is asked after a synthesis, in `verify.R`: the order in time, small-study effects."""

from __future__ import annotations

from collections.abc import Iterator

from metasyn.analysis.result import SmallStudy
from metasyn.report.verify_methods import why_no_tau2
from metasyn.report.verify_synthesis import Place, arguments, confirm, reported, synthesis_lines
from metasyn.report.verify_text import r_call, r_comment, r_number, r_string, r_vector, unchecked
from metasyn.synthesis.model import SynthesisSpec
from metasyn.synthesis.sensitivity import Cumulative
from metasyn.synthesis.small_study import RegressionTest, TrimFill
from metasyn.values import NotEstimable
from metasyn.wording import data_number

__all__ = ["cumulative_lines", "small_study_lines"]


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


def small_study_lines(found: SmallStudy | NotEstimable, spec: SynthesisSpec) -> Iterator[str]:
    """The test of small-study effects where metafor has it, and trim and fill."""
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
    else:
        because = "metafor has it not, or needs figures that are not in this script"
        yield unchecked(f"the test of small-study effects ({found.advice.test})", because)
    if isinstance(found.trim_fill, NotEstimable):
        yield r_comment(f"No trim and fill: {found.trim_fill.reason}.")
    else:
        yield from _trim_fill_lines(found.trim_fill, spec)


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
