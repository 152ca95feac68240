"""`metasyn multiverse`: one question answered in every defensible way."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

from cyclopts import Parameter

from metasyn.cli.exit_codes import ExitCode
from metasyn.cli.multiverse_files import FigureFormat, is_table, require_places
from metasyn.cli.options import TableOptions
from metasyn.cli.run import ProjectOption, chosen_project
from metasyn.errors import OptionError
from metasyn.vocabulary import FigureWidth, Measure, require_option

if TYPE_CHECKING:
    from metasyn.batch.multiverse import Multiverse

__all__ = ["MULTIVERSE_EXAMPLES", "multiverse_command"]

MULTIVERSE_EXAMPLES = """\
Examples:
  metasyn multiverse my_question --outcome PFS
  metasyn multiverse my_question --outcome PFS --out curve.svg --csv all.csv
  metasyn multiverse my_question --exclude "each study" --exclude design=cohort
  metasyn multiverse my_question --exclude "all subsets" --limit 5000
  metasyn multiverse trials.csv --measure RR --measure OR --tau2 REML --tau2 PM

An option that is given several times is a choice with several options; what is
not named has the usual ones. Every number is what 'metasyn pool' gives for that
specification. A file that ends in .csv, .tsv or .txt is a table as for
'metasyn pool'; its first --measure is that of the main analysis.
"""


def multiverse_command(
    name: Annotated[str, Parameter(help="An analysis of the project, or a plain table.")],
    /,
    *,
    outcome: Annotated[
        str, Parameter(help="Its outcome; needed where it has several.", show_default=False)
    ] = "",
    measure: Annotated[tuple[str, ...], Parameter(help="Effect measure.", show_default=False)] = (),
    route: Annotated[
        tuple[str, ...], Parameter(help="Route to an effect that comes first.", show_default=False)
    ] = (),
    event_fraction: Annotated[
        tuple[float, ...], Parameter(help="Assumed share with the event.", show_default=False)
    ] = (),
    zero_cells: Annotated[
        tuple[str, ...],
        Parameter(help="Rows with 0.5 added for zero cells: only0, all, if0all or none.", show_default=False),
    ] = (),
    overlap: Annotated[
        tuple[str, ...], Parameter(help="Of overlapping cohorts: whole or parts.", show_default=False)
    ] = (),
    exclude: Annotated[
        tuple[str, ...],
        Parameter(
            help="What is left out in turn: nothing, 'each study', 'each pair of studies', 'all subsets', "
            "'weaker routes', or COLUMN=VALUE.",
            show_default=False,
        ),
    ] = (),
    model: Annotated[tuple[str, ...], Parameter(help="Model.", show_default=False)] = (),
    tau2: Annotated[
        tuple[str, ...], Parameter(help="Estimator of the between-study variance.", show_default=False)
    ] = (),
    ci: Annotated[
        tuple[str, ...], Parameter(help="Interval of the random-effects model.", show_default=False)
    ] = (),
    threshold: Annotated[
        float | None,
        Parameter(help="Conclusions are about this value, not about no effect.", show_default=False),
    ] = None,
    limit: Annotated[
        int | None, Parameter(help="Pool a random sample of so many specifications.", show_default=False)
    ] = None,
    seed: Annotated[int, Parameter(help="Of that sample.")] = 1,
    jobs: Annotated[
        int, Parameter(help="Workers for models that are fitted set by set (Bayesian, mixed).")
    ] = 1,
    out: Annotated[
        Path | None,
        Parameter(help="Draw the curve: a name that ends in .svg, .pdf or .png.", show_default=False),
    ] = None,
    csv: Annotated[
        Path | None, Parameter(help="Write a row per specification to this file.", show_default=False)
    ] = None,
    title: Annotated[
        str | None,
        Parameter(help="Title above the curve; outcome and measure if not given.", show_default=False),
    ] = None,
    width: Annotated[
        FigureWidth | float, Parameter(help="A journal's column, the text of an A4 page, or points.")
    ] = "free",
    dark: Annotated[bool, Parameter(help="For screens with a dark ground.", negative="")] = False,
    as_json: Annotated[
        bool,
        Parameter(name="--json", help="Print one metasyn-multiverse/1 document.", show_default=False),
    ] = False,
    project: ProjectOption = None,
) -> ExitCode:
    """Pool one question in every combination of the choices about it, and say which of them decide."""
    require_places(name, project, {"--out": out, "--csv": csv})
    _require_figure(out, {"--title": title is not None, "--width": width != "free", "--dark": dark})
    asked = {
        "exclude": [_rule(word) for word in exclude],
        "model": model,
        "tau2_method": tau2,
        "ci_method": ci,
    }
    given: dict[str, Any] = {key: value for key, value in asked.items() if value}
    given |= {"threshold": threshold, "limit": limit, "seed": seed, "n_jobs": _workers(jobs)}
    figures = {
        "route": route, "event_fraction": event_fraction, "zero_cells": zero_cells, "overlap": overlap
    }  # fmt: skip
    if is_table(name):
        many = _of_table(name, measure, {**figures, "outcome": outcome, "project": project}, given)
    else:
        more = {key: value for key, value in {"measure": measure, **figures}.items() if value}
        many = _of_analysis(name, outcome, project, {**given, **more})
    if out is not None:
        _draw(many, out, title, width, dark=dark)
    if csv is not None:
        _write_table(many, csv)
    return _told(many, [one for one in (out, csv) if one is not None], as_json=as_json)


def _require_figure(out: Path | None, given: dict[str, bool]) -> None:
    """What is about the figure needs one."""
    idle = [option for option, here in given.items() if here]
    if out is None and idle:
        verb = "is" if len(idle) == 1 else "are"
        raise OptionError(f"{' and '.join(idle)} {verb} for the figure; name its file with --out.")


def _workers(jobs: int) -> int:
    if jobs < 1:
        raise OptionError(f"--jobs must be 1 or more; got {jobs}.")
    return jobs


def _rule(word: str) -> str | dict[str, str]:
    """A rule by name, or a column with the value that is left out."""
    column, equals, value = word.partition("=")
    return {column.strip(): value.strip()} if equals else word


def _of_table(file: str, measures: Sequence[str], idle: dict[str, Any], given: dict[str, Any]) -> Multiverse:
    """The multiverse of a plain table."""
    from metasyn.analysis.multiverse import multiverse

    for option, value in idle.items():
        if value:
            raise OptionError(
                f"--{option.replace('_', '-')} belongs to an analysis; {file} is a plain table."
            )
    if not measures:
        raise OptionError("a plain table needs --measure, that of the main analysis first.")
    for code in measures:
        require_option("--measure", code, Measure)
    sets = [TableOptions(measure=cast("Measure", code)).read(file) for code in measures]
    return multiverse(sets, **given)


def _of_analysis(name: str, outcome: str, project: Path | None, given: dict[str, Any]) -> Multiverse:
    """The multiverse of an outcome of an analysis."""
    from metasyn.analysis.multiverse import multiverse
    from metasyn.analysis.run import outcome_slugs
    from metasyn.workspace.building.build import Workbench

    bench = Workbench(chosen_project(project))
    analysis = bench.load(bench.project.resolve(name))
    slugs = outcome_slugs(analysis.outcomes)
    meant = [
        one
        for one, slug in zip(analysis.outcomes, slugs, strict=True)
        if outcome.casefold() in ("", slug, one.outcome.casefold())
    ]
    if len(meant) == 1:
        return multiverse(analysis, bench.evidence, meant[0], **given)
    if not outcome:
        raise OptionError(f"{name} has several outcomes; choose one with --outcome: {', '.join(slugs)}.")
    if meant:
        several = [slug for one, slug in zip(analysis.outcomes, slugs, strict=True) if one in meant]
        raise OptionError(f"--outcome {outcome} is several; choose one of {', '.join(several)}.")
    raise OptionError(f"--outcome must be one of {', '.join(slugs)}; got {outcome!r}.")


def _draw(many: Multiverse, out: Path, title: str | None, width: FigureWidth | float, *, dark: bool) -> None:
    """The curve as a file."""
    from metasyn.plots import figure_bytes
    from metasyn.plots.charts.specification_curve import specification_curve_layout
    from metasyn.report.atomic import replace_file

    layout = specification_curve_layout(many, title=title, width=width)
    ending = cast("FigureFormat", out.suffix.lower().lstrip("."))
    replace_file(out, figure_bytes(layout, ending, palette="dark" if dark else "light"))


def _write_table(many: Multiverse, path: Path) -> None:
    """A row per specification as CSV."""
    from metasyn.report.atomic import replace_file
    from metasyn.tables.model import csv_text
    from metasyn.wording import data_number

    rows = many.records()
    cells = (
        [_cell(data_number(value) if isinstance(value, float) else value) for value in row.values()]
        for row in rows
    )
    replace_file(path, csv_text(rows[0], cells).encode())


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    return "" if value is None else str(value)


def _told(many: Multiverse, written: Sequence[Path], *, as_json: bool) -> ExitCode:
    """The answer as text or as one document."""
    from metasyn.cli.console import complain, say, say_json

    if as_json:
        from metasyn.batch.multiverse import multiverse_document
        from metasyn.report.results_json import dumps

        say_json(dumps(multiverse_document(many)))
    else:
        from metasyn.cli.multiverse_text import multiverse_text

        say(multiverse_text(many))
    for path in written:
        (complain if as_json else say)(f"wrote {path}")
    return ExitCode.OK
