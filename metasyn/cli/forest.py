"""`metasyn forest`: the forest plot of a plain table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, cast

from cyclopts import Parameter

from metasyn.cli.exit_codes import ExitCode
from metasyn.cli.options import SynthesisOptions
from metasyn.errors import OptionError
from metasyn.vocabulary import FigureWidth, ForestPreset, PiStyle, choices

__all__ = ["FOREST_EXAMPLES", "forest"]

FOREST_EXAMPLES = """\
Examples:
  metasyn forest trials.csv --measure HR
  metasyn forest trials.csv --measure HR --out pfs.pdf --title "Survival"
  metasyn forest trials.csv --measure HR --favours "Drug better" "Worse"
  metasyn forest trials.csv --measure HR --preset lancet --width one-column

The table is as for 'metasyn pool'; see 'metasyn pool --help'.
"""

_Format = Literal["svg", "pdf", "png"]


def forest(
    file: Annotated[str, Parameter(help="A CSV file with a header line, one line per study.")],
    /,
    *,
    options: SynthesisOptions,
    out: Annotated[Path, Parameter(help="Where to draw it: a name that ends in .svg, .pdf or .png.")] = Path(
        "forest.svg"
    ),
    title: Annotated[str, Parameter(help="Title above the plot.", show_default=False)] = "",
    favours: Annotated[
        tuple[str, str] | None, Parameter(help="Labels left and right of no effect.", show_default=False)
    ] = None,
    preset: Annotated[ForestPreset, Parameter(help="Whose look the plot has.")] = "metasyn",
    width: Annotated[
        FigureWidth | float,
        Parameter(help="A journal's column, the text of an A4 page, or points; free: as the text asks."),
    ] = "free",
    pi_style: Annotated[
        PiStyle | None,
        Parameter(
            help="How prediction intervals are drawn; by default as the preset does.", show_default=False
        ),
    ] = None,
    dark: Annotated[bool, Parameter(help="For screens with a dark ground.", negative="")] = False,
) -> ExitCode:
    """Pool a plain table and draw its forest plot."""
    ending = out.suffix.lower().lstrip(".")
    if ending not in choices(_Format):
        raise OptionError(f"--out must end in .svg, .pdf or .png; got {str(out)!r}.")
    if not out.absolute().parent.is_dir():
        raise OptionError(f"--out: there is no folder {str(out.parent)!r}.")
    result = options.pool_file(file)

    from metasyn.cli.console import complain, say
    from metasyn.plots import figure_bytes, forest_layout, missing_letters
    from metasyn.report.atomic import replace_file

    layout = forest_layout(
        result, title=title, favours=favours, preset=preset, width=width, pi_style=pi_style
    )
    replace_file(out, figure_bytes(layout, cast("_Format", ending), palette="dark" if dark else "light"))
    for left_out in result.effects.exclusions:
        complain(f"left out: {left_out.label}: {left_out.reason}")
    if layout.dropped:
        complain(f"no room for the columns {', '.join(layout.dropped)}")
    unknown = "" if ending == "svg" else missing_letters(layout)
    if unknown:
        complain(unknown)
    say(f"wrote {out}")
    return ExitCode.OK
