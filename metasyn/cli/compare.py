"""`metasyn compare`: one plain table under several method profiles."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

from cyclopts import Parameter

from metasyn.cli.exit_codes import ExitCode
from metasyn.cli.options import TableOptions
from metasyn.values import require_level
from metasyn.vocabulary import Profile, require_option

if TYPE_CHECKING:
    from metasyn.synthesis.compare import ProfileComparison

__all__ = ["COMPARE_EXAMPLES", "compare"]

COMPARE_EXAMPLES = """\
Examples:
  metasyn compare trials.csv --measure HR
  metasyn compare trials.csv --measure HR --profiles meta-8,revman-5
  metasyn compare arms.csv --measure PLO --json > comparison.json

Profiles: metasyn, cochrane-2025, iqwig-6, metafor, meta-8, meta-7, revman-5.
The others are set against the first one named. The table is as for
'metasyn pool'; see 'metasyn pool --help'.
"""


def compare(
    file: Annotated[str, Parameter(help="A CSV file with a header line, one line per study.")],
    /,
    *,
    options: TableOptions,
    profiles: Annotated[
        str | None,
        Parameter(help="Two or more profiles, separated by commas; by default all.", show_default=False),
    ] = None,
    json: Annotated[
        bool, Parameter(help="Print one metasyn-comparison/1 document.", show_default=False)
    ] = False,
) -> ExitCode:
    """Pool a plain table under several method profiles and say why they differ."""
    names = _names(profiles)
    level = require_level(options.level)
    effects = options.read(file)

    from metasyn.synthesis.compare import compare_profiles

    comparison = compare_profiles(effects, profiles=names, level=level)
    if json:
        from metasyn.cli.console import say_json
        from metasyn.report.results_json import dumps

        say_json(dumps(_document(comparison, Path(file).stem)))
    else:
        from metasyn.cli.console import say
        from metasyn.tables.compare_table import comparison_text

        say(comparison_text(comparison))
    return ExitCode.OK


def _names(profiles: str | None) -> tuple[Profile, ...] | None:
    """The profiles of a list with commas."""
    if profiles is None:
        return None
    words = (word.strip() for word in profiles.split(","))
    return tuple(cast("Profile", require_option("--profiles", word, Profile)) for word in words if word)


def _document(comparison: ProfileComparison, name: str) -> dict[str, Any]:
    from metasyn import __version__
    from metasyn.tables.compare_table import disagreement_sentences

    return {
        "schema": "metasyn-comparison/1",
        "metasyn": __version__,
        "name": name,
        **comparison.to_dict(),
        "sentences": list(disagreement_sentences(comparison)),
    }
