"""`metasyn sources`: the sources of a project, and whether their figures stand in their documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from metasyn.cli.exit_codes import ExitCode
from metasyn.cli.run import ProjectOption, chosen_project

if TYPE_CHECKING:
    from metasyn.evidence.documents import FigureCheck
    from metasyn.evidence.model import Source
    from metasyn.evidence.selection import Evidence
    from metasyn.workspace.extraction.verify_documents import SourceReport

__all__ = ["SOURCES_EXAMPLES", "sources"]

SOURCES_EXAMPLES = """\
Examples:
  metasyn sources                                list the sources
  metasyn sources --documents ~/papers           look for their figures
  metasyn sources --documents ~/papers --source smith-2020   one by one
  metasyn sources --documents ~/papers --record  also record the hashes

A document is a .pdf, .txt or .html with the file name in the column address,
or named after the source_id. Exit code 1 if a figure is not found, or if a
document is not the one whose hash is recorded.
"""


def sources(
    *,
    documents: Annotated[
        Path | None, Parameter(help="Folder with the source documents.", show_default=False)
    ] = None,
    source: Annotated[str, Parameter(help="Only this source, figure by figure.", show_default=False)] = "",
    record: Annotated[
        bool,
        Parameter(
            help="Write the hash of each document in which every figure was found to sources.csv.",
            show_default=False,
        ),
    ] = False,
    as_json: Annotated[
        bool, Parameter(name="--json", help="Print one metasyn-sources/1 document.", show_default=False)
    ] = False,
    project: ProjectOption = None,
) -> ExitCode:
    """List the sources; with their documents, look for every figure that is marked as printed."""
    from metasyn.cli.console import say, say_json
    from metasyn.errors import OptionError
    from metasyn.evidence.read import read_evidence

    if record and documents is None:
        raise OptionError("--record needs --documents: the hash is that of a document.")
    place = chosen_project(project).data
    evidence = read_evidence(place)
    chosen = _chosen(evidence, source)
    if documents is None:
        if as_json:
            from json import dumps

            document = {"schema": "metasyn-sources/1", "sources": _listing(evidence, chosen)}
            say_json(dumps(document, ensure_ascii=False, indent=1))
        else:
            say("\n".join(_listed(evidence, chosen)))
        return ExitCode.OK
    return _verified(
        evidence, chosen, documents, place / "sources.csv" if record else None, bool(source), as_json
    )


def _chosen(evidence: Evidence, source_id: str) -> list[Source]:
    """All sources, or the one that is named."""
    from metasyn.errors import OptionError
    from metasyn.evidence.problems import did_you_mean

    if not source_id:
        return list(evidence.sources.values())
    if source_id not in evidence.sources:
        raise OptionError(
            f"no source {source_id!r} in sources.csv.{did_you_mean(source_id, evidence.sources)}"
        )
    return [evidence.sources[source_id]]


def _listing(evidence: Evidence, chosen: Sequence[Source]) -> list[dict[str, Any]]:
    rows = Counter(row.source_id for row in evidence.results)
    derived = Counter(row.source_id for row in evidence.results if row.derived)
    trials = Counter(trial.source_id for trial in evidence.ongoing)
    return [
        {
            "source_id": source.source_id,
            "kind": source.kind,
            "citation": source.citation,
            "address": source.address,
            "sha256": source.sha256,
            "figures": rows[source.source_id],
            "printed": rows[source.source_id] - derived[source.source_id],
            "ongoing_trials": trials[source.source_id],
        }
        for source in chosen
    ]


def _listed(evidence: Evidence, chosen: Sequence[Source]) -> Iterator[str]:
    """One line per source and a second one for where it is."""
    width = max((len(source.source_id) for source in chosen), default=0)
    for one in _listing(evidence, chosen):
        derived = one["figures"] - one["printed"]
        counted = _counted(one["printed"], "printed figure") + (f", {derived} derived" if derived else "")
        if one["ongoing_trials"]:
            counted += f", {_counted(one['ongoing_trials'], 'ongoing trial')}"
        yield f"{one['source_id']:<{width}}  {one['kind']:<9} {counted}"
        yield f"{'':<{width}}  {one['citation']}"
        known = f"sha256 {one['sha256'][:12]}" if one["sha256"] else "no hash recorded"
        yield f"{'':<{width}}  {one['address'] or 'no address'}; {known}"


def _verified(
    evidence: Evidence,
    chosen: Sequence[Source],
    folder: Path,
    table: Path | None,
    detailed: bool,
    as_json: bool,
) -> ExitCode:
    """Look for the figures, record hashes if asked to, and say what was found."""
    from metasyn.cli.console import complain, say, say_json
    from metasyn.workspace.extraction.documents import collect
    from metasyn.workspace.extraction.source_hashes import record_hashes
    from metasyn.workspace.extraction.verify_documents import verify_documents

    library = collect(folder)
    for remark in library.remarks:
        complain(f"metasyn: {remark}.")
    reports = list(verify_documents(evidence, chosen, library))
    recorded: Mapping[str, str] = {}
    if table is not None:
        recorded = {r.source.source_id: r.sha256 for r in reports if r.recordable and not r.same_hash}
        if recorded:
            record_hashes(table, recorded)
    if as_json:
        from json import dumps

        say_json(dumps(_document(reports, recorded), ensure_ascii=False, indent=1))
    else:
        say(
            "\n".join(
                line for report in reports for line in _told(report, recorded, detailed, table is not None)
            )
        )
        say(_summary(reports))
    changed = any(report.changed and report.source.source_id not in recorded for report in reports)
    failed = any(check.verdict == "not found" for report in reports for check in report.checks)
    return ExitCode.STALE_OR_FAILED_CHECK if failed or changed else ExitCode.OK


def _told(report: SourceReport, recorded: Mapping[str, str], detailed: bool, asked: bool) -> Iterator[str]:
    """A source, its document, and the figures about which there is something to say."""
    if not report.name and not report.problem and not detailed:
        return
    name = report.source.source_id
    if report.problem:
        yield f"{name}: not checked: {report.name + ': ' if report.name else ''}{report.problem}"
        return
    if not report.name:
        yield f"{name}: not checked: no document (address {report.source.address or 'empty'})"
        return
    yield f"{name}: {report.name}, {_hash_words(report, recorded, asked)}"
    counts = Counter(check.verdict for check in report.checks)
    told = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
    yield f"  {_counted(len(report.checks), 'figure')}{': ' if told else ''}{told}"
    for check in report.checks:
        if detailed or check.verdict != "found":
            yield f"  {_line(check)}"


def _hash_words(report: SourceReport, recorded: Mapping[str, str], asked: bool) -> str:
    short = f"sha256 {report.sha256[:12]}"
    if report.source.source_id in recorded:
        before = f" (instead of {report.source.sha256[:12]})" if report.changed else ""
        return f"{short} recorded{before}"
    if report.changed:
        return f"{short} is not the recorded {report.source.sha256[:12]}: the document changed, or is another"
    if report.same_hash:
        return f"{short} as recorded"
    return f"{short} not recorded" + (", since not every figure was found" if asked else "")


def _line(check: FigureCheck) -> str:
    """One figure in a line."""
    figure = f"{check.row}: {check.as_printed!r} ({check.locator or 'no locator'})"
    if check.where:
        parts = ", its numbers in order" if check.manner == "in parts" else ""
        place = "" if check.place == "elsewhere" else f", {check.place}"
        return f"{figure}: {check.verdict}: {check.where}{parts}{place}"
    return f"{figure}: {check.verdict}: {check.reason}"


def _summary(reports: Sequence[SourceReport]) -> str:
    """How many figures could be checked, and with what result."""
    counts = Counter(check.verdict for report in reports for check in report.checks)
    read = sum(bool(report.name) and not report.problem for report in reports)
    told = ", ".join(
        f"{counts[verdict]} {verdict}"
        for verdict in ("found", "found elsewhere", "ambiguous", "not found", "not checked")
        if counts[verdict]
    )
    return f"{_counted(read, 'document')} of {_counted(len(reports), 'source')}: {told or 'no figures'}"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _document(reports: Sequence[SourceReport], recorded: Mapping[str, str]) -> dict[str, Any]:
    return {
        "schema": "metasyn-sources/1",
        "sources": [
            {
                "source_id": report.source.source_id,
                "document": report.name,
                "problem": report.problem,
                "sha256": report.sha256,
                "sha256_recorded": recorded.get(report.source.source_id, report.source.sha256),
                "changed": report.changed,
                "figures": [
                    {
                        "row": check.row,
                        "locator": check.locator,
                        "as_printed": check.as_printed,
                        "verdict": check.verdict,
                        "manner": check.manner,
                        "place": check.place,
                        "where": check.where,
                        "offset": check.offset,
                        "reason": check.reason,
                    }
                    for check in report.checks
                ],
            }
            for report in reports
        ],
    }
