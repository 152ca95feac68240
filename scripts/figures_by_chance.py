"""How often `metasyn sources` would find a figure that is not there: python scripts/figures_by_chance.py DIR

Every printed row of a source whose document lies in DIR is given (1) the figure of a row of another
study, drawn with a fixed seed, and (2) its own figure with one digit changed. What is "found" then is
found by chance. A drawn figure that equals the true one is left out.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from metasyn.evidence import read_evidence
from metasyn.evidence.documents import DocumentText, check_result, printed_results, read_figure
from metasyn.evidence.model import ReportedResult
from metasyn.evidence.selection import Evidence
from metasyn.workspace.extraction.documents import collect, read_documents

REPEATS = 20
VERDICTS = ("found", "found elsewhere", "ambiguous", "not found")


def main(folder: Path) -> None:
    evidence = read_evidence(Path(__file__).parents[1] / "data")
    counts: dict[tuple[str, str], Counter[str]] = {}
    for source_id, document in sorted(documents(evidence, folder).items()):
        for kind, row in planted(evidence, source_id):
            short = "short" if read_figure(row.as_printed).short else "longer"
            verdict = check_result(evidence, row, document).verdict
            counts.setdefault((kind, short), Counter())[verdict] += 1
    print(f"| figure | rows | {' | '.join(VERDICTS)} |\n|{'---|' * (2 + len(VERDICTS))}")
    for (kind, short), count in sorted(counts.items()):
        shares = " | ".join(f"{count[verdict] / count.total():.1%}" for verdict in VERDICTS)
        print(f"| {kind}, {short} | {count.total()} | {shares} |")


def documents(evidence: Evidence, folder: Path) -> dict[str, DocumentText]:
    """The text of each source that has a document."""
    found = read_documents(evidence.sources.values(), collect(folder))
    return {one.source_id: one.text for one in found if one.text is not None}


def planted(evidence: Evidence, source_id: str) -> Iterator[tuple[str, ReportedResult]]:
    """The rows of a source with figures that do not belong to them."""
    own = [row for row in printed_results(evidence, source_id) if row.as_printed]
    studies = {row.study_id for row in own}
    foreign = [row for row in evidence.results if row.as_printed and row.study_id not in studies]
    draw = random.Random(source_id)
    for row in [row for row in own for _ in range(REPEATS)]:
        other = draw.choice(foreign)
        # The numbers of the row stay out: what is measured is the search for the figure alone.
        bare = replace(row, value=None, ci=None, p=None)
        if other.as_printed != row.as_printed:
            yield "another study's figure", replace(bare, as_printed=other.as_printed, unit=other.unit)
        if changed := one_digit_changed(row.as_printed, draw):
            yield "one digit changed", replace(bare, as_printed=changed)


def one_digit_changed(text: str, draw: random.Random) -> str:
    """The text with one of its digits replaced by another; empty if it has none."""
    places = [place for place, character in enumerate(text) if character.isdecimal()]
    if not places:
        return ""
    place = draw.choice(places)
    digit = draw.choice([d for d in "0123456789" if d != text[place]])
    return text[:place] + digit + text[place + 1 :]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
