"""`verify.R`: a script of metafor that computes the numbers of a report again and says if one differs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.resources import files

from metasyn import __version__
from metasyn.analysis.result import AnalysisResult, ApartResult, OutcomeResult, Sensitivity
from metasyn.effects.model import EffectSet
from metasyn.report.verify_data import data_lines, rows_of
from metasyn.report.verify_dependence import dependence_lines
from metasyn.report.verify_further import cumulative_lines, small_study_lines
from metasyn.report.verify_groups import subgroup_lines
from metasyn.report.verify_synthesis import Place, synthesis_lines
from metasyn.report.verify_text import r_call, r_comment, r_string
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.sensitivity import LeaveOneOut
from metasyn.values import NotEstimable

__all__ = ["verify_script"]

_RULE = "=" * 102


def verify_script(result: AnalysisResult) -> str:
    """The script of one report.

    It holds the study results it needs, reads and writes no file, and runs with `Rscript verify.R` in
    any folder where R has metafor 3.8 or later. It prints a line per number and ends with an error
    that names every number that differs from metafor's by more than its tolerance; what metafor
    cannot compute is named with the reason. Reported numbers have the digits of `results.json`, study
    results all of theirs.

    Parameters
    ----------
    result : AnalysisResult

    Returns
    -------
    str
        R code with a final newline; the same for the same input.

    References
    ----------
    Viechtbauer W. J Stat Softw 2010;36(3):1-48. 10.18637/jss.v036.i03
    """
    lines = [
        *_opening(result),
        files("metasyn.report").joinpath("templates/verify.R").read_text(encoding="utf-8").rstrip("\n"),
        *(line for part in result.outcomes for line in _outcome_lines(part)),
        "",
        "finish()",
    ]
    return "\n".join(lines) + "\n"


def _opening(result: AnalysisResult) -> Iterator[str]:
    yield r_comment(f"Does R confirm the report {result.name}?")
    yield "#"
    yield r_comment(result.analysis.title)
    yield r_comment(result.analysis.question)
    yield "#"
    yield r_comment(
        "metafor (Viechtbauer 2010, doi 10.18637/jss.v036.i03) computes the numbers of results.json again, "
        "from the study results written below and, where a study printed counts, a ratio, a median or a "
        "proportion with its interval, these from the printed figures. Run it with"
    )
    yield "#     Rscript verify.R"
    yield r_comment(
        "It needs R with metafor 3.8 or later and reads and writes no file. It prints one line per number, "
        "names what R does not check, and ends with an error if a number differs. The first part defines how "
        "each number is made; the second part, one section per outcome, is the comparison. What follows from "
        "these numbers by arithmetic alone (absolute effects) is not computed again."
    )
    yield r_comment(f"Written by metasyn {__version__}; the next run of metasyn writes it anew.")
    yield ""


def _section(title: str) -> Iterator[str]:
    yield ""
    yield f"# {_RULE}"
    yield r_comment(title)
    yield f"# {_RULE}"
    yield r_call("section", r_string(title))
    yield ""


def _outcome_lines(part: OutcomeResult) -> Iterator[str]:
    title = f"{part.definition.label}, {part.effects.measure.label} ({part.slug})"
    yield from _section(title)
    yield from _whole_lines(part.effects, part.synthesis)
    if isinstance(part.synthesis, SynthesisResult):
        for groups in part.subgroups:
            yield from subgroup_lines(groups, part.synthesis.request)
        yield from _leave_one_out_lines(part.leave_one_out)
        yield from cumulative_lines(part.cumulative)
        yield from small_study_lines(part.small_study, part.synthesis.request, part.effects)
        yield from _sensitivity_lines(part.sensitivity, part.effects)
        yield from dependence_lines(part.dependence)
    for other in part.apart:
        yield from _apart_lines(other, part)


def _whole_lines(effects: EffectSet, synthesis: SynthesisResult | NotEstimable) -> Iterator[str]:
    """Study results and their synthesis."""
    if isinstance(synthesis, NotEstimable):
        yield r_comment(f"Nothing to check: {synthesis.reason}.")
        return
    yield from data_lines(effects, weights=synthesis.request.weights)
    yield ""
    every = f"All {synthesis.k} study results. " if synthesis.pooled else ""
    yield r_comment(every + synthesis.policy.reason)
    yield from synthesis_lines(synthesis, Place(rows="d", tau2=synthesis.request.tau2))
    if synthesis.subgroups is not None:
        yield from subgroup_lines(synthesis.subgroups, synthesis.request)


def _leave_one_out_lines(runs: Sequence[LeaveOneOut]) -> Iterator[str]:
    if not runs:
        return
    yield ""
    yield r_comment("Without each study in turn.")
    for run in runs:
        yield ""
        place = Place(rows=f"d[-{run.index + 1}, ]", tau2=run.result.request.tau2)
        yield from synthesis_lines(run.result, place, f"without {run.omitted}", beside=False)


def _sensitivity_lines(variants: Sequence[Sensitivity], whole: EffectSet) -> Iterator[str]:
    if not variants:
        return
    yield ""
    yield r_comment("The same question answered in other ways.")
    for variant in variants:
        what = f"{variant.group}: {variant.label}"
        if isinstance(variant.result, NotEstimable):
            yield r_comment(f"{what}: nothing to check, {variant.result.reason}.")
            continue
        rows = rows_of(variant.result.effects, whole)
        if rows is None:
            rows = "other"
            yield ""
            yield r_comment(what)
            yield from data_lines(variant.result.effects, rows, variant.result.request.weights, where=False)
        place = Place(rows=rows, tau2=variant.result.request.tau2)
        yield from synthesis_lines(variant.result, place, what, beside=False)


def _apart_lines(other: ApartResult, part: OutcomeResult) -> Iterator[str]:
    yield from _section(
        f"{other.apart.title}: {part.definition.label} ({part.slug}), apart from the synthesis"
    )
    yield r_comment(other.apart.reason)
    yield from _whole_lines(other.effects, other.synthesis)
    yield from dependence_lines(other.dependence)
