"""Subgroups in `verify.R`: the groups, the tau2 they may share, and the test between them."""

from __future__ import annotations

from collections.abc import Iterator

from metasyn.report.verify_methods import BOUNDS, NO_BOUNDS, why_no_tau2
from metasyn.report.verify_models import GLMER, mixed_call
from metasyn.report.verify_synthesis import Place, arguments, confirm, reported, synthesis_lines
from metasyn.report.verify_text import r_call, r_comment, r_number, r_string, r_vector, unchecked
from metasyn.synthesis.model import SubgroupAnalysis, SynthesisResult, SynthesisSpec
from metasyn.values import Interval

__all__ = ["subgroup_lines"]


def subgroup_lines(groups: SubgroupAnalysis, spec: SynthesisSpec, rows: str = "d") -> Iterator[str]:
    """Every number of a subgroup analysis.

    Parameters
    ----------
    groups : SubgroupAnalysis
    spec : SynthesisSpec
        The request of the whole synthesis.
    rows : str
        Name of its data frame; it gets a column `group`.

    Yields
    ------
    str
        Lines of R.
    """
    yield ""
    yield r_comment(f"Groups by {groups.by}. {groups.reason}")
    names = {i: name for name, places in zip(groups.names, groups.indices, strict=True) for i in places}
    labels = r_vector((r_string(names[i]) for i in sorted(names)), len(rows) + 10)
    yield f"{rows}$group <- {labels}"
    if groups.tau2_mode == "common" and any(result.model == "glmm" for result in groups.results):
        yield from _mixed_lines(groups, rows)
        return
    sharing = groups.tau2 is not None and spec.model != "common-effect"
    why = why_no_tau2(spec) if sharing else ""
    if why:
        yield unchecked(f"groups by {groups.by}, which share tau2", why)
        return
    if sharing:
        yield from _shared_lines(groups, spec, rows)
    for name, result in zip(groups.names, groups.results, strict=True):
        what = f"{groups.by} {name}"
        yield ""
        if sharing and result.pooled:
            place = Place(rows=rows, group=name, tau2=spec.tau2)
        else:
            place = Place(rows=f"{rows}[{rows}$group == {r_string(name)}, ]", tau2=result.request.tau2)
        yield from synthesis_lines(result, place, what)
    yield from _between_lines(groups, spec, rows, sharing)


def _mixed_lines(groups: SubgroupAnalysis, rows: str) -> Iterator[str]:
    """Groups of one mixed model of counts, kept as `of_all`; a group without events stands by itself."""
    part = [n for n, result in zip(groups.names, groups.results, strict=True) if _takes_part(result)]
    chosen = r_vector(map(r_string, part), 24)
    yield f"of_all <- mixed_groups({rows}[{rows}$group %in% {chosen}, ])"
    label = f"groups by {groups.by}, shared tau2"
    if groups.tau2 is not None:
        yield from confirm(label, reported(tau2=groups.tau2.value), "of_all", within=GLMER)
        if isinstance(groups.tau2.ci, Interval):
            yield unchecked(f"{label}: its interval", "metafor has none for a mixed model")
    for name, result in zip(groups.names, groups.results, strict=True):
        yield ""
        place = Place(rows=rows, group=name)
        if result.model != "glmm":
            place = Place(rows=f"{rows}[{rows}$group == {r_string(name)}, ]")
        yield from synthesis_lines(result, place, f"{groups.by} {name}")
    yield ""
    numbers = reported(Q=groups.Q_between, pvalue=groups.pvalue)
    yield from confirm(f"test between groups by {groups.by}", numbers, "of_all", within=GLMER)


def _takes_part(result: SynthesisResult) -> bool:
    """Whether some, but not all, of a group had the event."""
    counts = [effect.counts for effect in result.effects.effects if effect.counts is not None]
    return 0 < sum(one.events_1 for one in counts) < sum(one.n_1 for one in counts)


def _shared_lines(groups: SubgroupAnalysis, spec: SynthesisSpec, rows: str) -> Iterator[str]:
    """The tau2 of all groups together, kept as `of_all`."""
    method, level = arguments(spec)
    fixed = None if spec.tau2 is None else r_number(spec.tau2)
    bounds = BOUNDS.get(spec.tau2_ci_method, "QP")
    yield "of_all <- " + r_call(
        "spread",
        rows,
        method,
        level=level,
        tau2=fixed,
        bounds=None if bounds == "QP" else r_string(bounds),
        by_group="TRUE",
    )
    if groups.tau2 is None:
        return
    label = f"groups by {groups.by}, shared tau2"
    numbers = reported(tau2=groups.tau2.value)
    if isinstance(groups.tau2.ci, Interval):
        if groups.tau2.ci_method in NO_BOUNDS:
            yield unchecked(f"{label}: its interval", NO_BOUNDS[groups.tau2.ci_method])
        else:
            numbers |= reported(tau2=groups.tau2.ci)
    yield from confirm(label, numbers, "of_all")


def _between_mixed(groups: SubgroupAnalysis, rows: str, method: str) -> Iterator[str]:
    """The test between groups that are mixed models of their own, some of them perhaps single studies."""
    calls = []
    for name, result in zip(groups.names, groups.results, strict=True):
        own = f"{rows}[{rows}$group == {r_string(name)}, ]"
        plain = r_call("pooled", own, method if result.pooled else '"EE"', r_string("wald"))
        calls.append(mixed_call(result, own, "wald") if result.model == "glmm" else plain)
    yield ""
    yield from confirm(
        f"test between groups by {groups.by}",
        reported(Q=groups.Q_between, pvalue=groups.pvalue),
        f"between_of(list({', '.join(calls)}))",
        within=GLMER,
    )


def _between_lines(groups: SubgroupAnalysis, spec: SynthesisSpec, rows: str, sharing: bool) -> Iterator[str]:
    common = spec.model == "common-effect"
    method, _ = arguments(spec, "common-effect" if common else "random-effects")
    fixed = None if spec.tau2 is None or common else r_number(spec.tau2)
    if any(result.model == "glmm" for result in groups.results):
        yield from _between_mixed(groups, rows, method)
        return
    several = any(result.pooled for result in groups.results)
    why = "" if common or not several else why_no_tau2(spec)
    if why:
        yield unchecked(f"test between groups by {groups.by}", why)
        return
    yield ""
    function = "between_sharing" if sharing else "between_apart"
    yield from confirm(
        f"test between groups by {groups.by}",
        reported(Q=groups.Q_between, pvalue=groups.pvalue),
        r_call(function, rows, method, tau2=fixed),
    )
