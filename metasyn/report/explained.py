"""How the numbers of a page were obtained: what stands in its folds, and where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from metasyn.analysis.explain.find import apart_name, numbers_of
from metasyn.analysis.explain.model import Explanation
from metasyn.analysis.explain.results import Number
from metasyn.analysis.result import AnalysisResult, OutcomeResult
from metasyn.report.groups import outcome_label
from metasyn.report.live_cards import study_keys
from metasyn.synthesis.model import SynthesisResult
from metasyn.tables.cells import source_labels
from metasyn.tables.words import counted
from metasyn.wording import legible

__all__ = ["Fold", "folds"]

_BUDGET = 450_000
"""Letters that the folds of one page may take together."""
_HEADLINE = ("estimate", "marginal mean", "p", "pi", "tau2", "Q")
# What stands in sections of their own, by the beginning of its name.
_DEPENDENT = ("dependent rows", "dependent rows: se", "dependent rows: df", "dependent rows: pi")
_POSTERIOR = ("probability below no effect", "posterior τ", "new ")
# The list of sources says these.
_IN_SOURCES = frozenset({"DOI", "Document"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """A foldable part of a section.

    Attributes
    ----------
    anchor : str
        Of the section it closes.
    slug : str
        Beginning of the ids of its items.
    heading : str
    items : tuple of (key, Explanation)
    note : str
        What is not here, and where it is.
    pooled : bool
        Whether its items are numbers of the pooled result, not studies.
    label : str
        The outcome of numbers that are not of one study, as its heading names it.
    """

    anchor: str
    slug: str
    heading: str
    items: tuple[tuple[str, Explanation], ...]
    note: str = ""
    pooled: bool = False
    label: str = ""

    @property
    def alone(self) -> bool:
        """Whether one study is all there is."""
        return not self.pooled and not self.note and len(self.items) == 1

    @property
    def id(self) -> str:
        """Of its outermost fold."""
        return f"how-{self.slug}-{self.items[0][0]}" if self.alone else f"how-{self.slug}"

    @property
    def headlines(self) -> tuple[str, ...]:
        """Anchors of the outcomes whose headline it explains."""
        if self.pooled:
            return (self.anchor,)
        return (f"outcome-{self.slug}",) if self.alone else ()


def folds(result: AnalysisResult, *, budget: int = _BUDGET) -> tuple[Fold, ...]:
    """What the page of a report can unfold: per outcome its pooled numbers, and its studies one by one.

    Parameters
    ----------
    result : AnalysisResult
    budget : int
        Letters they may take together; what does not fit is left to `metasyn explain`, and this is said.

    Returns
    -------
    tuple of Fold
        In the order of the page.
    """
    numbers = numbers_of(result)
    labels = source_labels(result.sources)
    cited = {one.citation: labels[one.source_id] for one in result.sources if one.source_id in labels}
    found: list[Fold] = []
    for part in result.outcomes:
        own = {one.name: one for one in numbers if one.place == part.slug}
        for fold in _of_outcome(part, result, own, cited, budget):
            found.append(fold)
            budget -= sum(_length(one) for _, one in fold.items)
    return tuple(found)


def _of_outcome(
    part: OutcomeResult,
    whole: AnalysisResult,
    numbers: Mapping[str, Number],
    cited: Mapping[str, str],
    budget: int,
) -> Iterator[Fold]:
    """The folds of one outcome."""
    main = dict(zip(part.effects.labels, part.effects.labels, strict=True))
    yield from _of_set(f"evidence-{part.slug}", part.slug, main, numbers, cited, budget, whole.name)
    if isinstance(part.synthesis, SynthesisResult) and part.synthesis.pooled:
        names = [name for name in _HEADLINE if name in numbers]
        built = ((name, _headed(numbers[name].build(), part.definition.label)) for name in names)
        yield Fold(
            anchor=f"outcome-{part.slug}",
            slug=f"{part.slug}--pooled",
            heading="How these numbers were obtained",
            items=tuple(built),
            pooled=True,
            label=outcome_label(part),
            note="The studies, one by one, and their figures stand with the evidence.",
        )
    yield from _posterior(part, whole.name, numbers)
    yield from _dependent(part.slug, outcome_label(part), numbers)
    for number, other in enumerate(part.apart, start=1):
        if isinstance(other.synthesis, SynthesisResult):
            names_of = {
                label: apart_name(label, other.apart.title, set(main)) for label in other.effects.labels
            }
            place, slug = f"apart-{part.slug}-{number}", f"{part.slug}-apart-{number}"
            yield from _dependent(
                slug, f"{outcome_label(part)}, {other.apart.title}", numbers, f"apart, {other.apart.title}: "
            )
            yield from _of_set(place, slug, names_of, numbers, cited, budget, whole.name)


def _posterior(part: OutcomeResult, report: str, numbers: Mapping[str, Number]) -> Iterator[Fold]:
    """The fold of the Bayesian results under the usual prior."""
    found = part.synthesis
    priors = found.beside.bayes if isinstance(found, SynthesisResult) else ()
    usual = [f": {name}" for name, _ in priors[:1]]
    names = [n for n in numbers for end in usual if n.startswith(_POSTERIOR) and n.endswith(end)]
    others = f"Under other priors: run metasyn explain {report} {part.slug} followed by a prior."
    note = others if len(priors) > 1 else ""
    yield from _in_section("posterior", part.slug, outcome_label(part), [numbers[n] for n in names], note)


def _dependent(slug: str, label: str, numbers: Mapping[str, Number], before: str = "") -> Iterator[Fold]:
    """The fold of the model for dependent rows."""
    names = [f"{before}{name}" for name in _DEPENDENT if f"{before}{name}" in numbers]
    yield from _in_section("dependence", slug, label, [numbers[name] for name in names], "")


def _in_section(place: str, slug: str, label: str, numbers: Sequence[Number], note: str) -> Iterator[Fold]:
    """The numbers of a section that has one; their studies stand with the evidence."""
    if numbers:
        yield Fold(
            anchor=f"{place}-{slug}",
            slug=f"{slug}--{place}",
            heading="How these numbers were obtained",
            items=tuple(
                (str(number), _headed(one.build(), "")) for number, one in enumerate(numbers, start=1)
            ),
            note=note,
            label=label,
        )


def _of_set(
    anchor: str,
    slug: str,
    names: Mapping[str, str],
    numbers: Mapping[str, Number],
    cited: Mapping[str, str],
    budget: int,
    report: str,
) -> Iterator[Fold]:
    """The studies of one table in order, as many as fit; `names` are their labels and what explains them."""
    found: list[tuple[str, Explanation]] = []
    for key, label in zip(study_keys(names), names, strict=True):
        one = _for_page(numbers[names[label]].build(), cited)
        budget -= _length(one)
        if budget < 0:
            break
        found.append((key, one))
    if found:
        heading = (
            "How each of these numbers was obtained" if len(names) > 1 else "How this number was obtained"
        )
        left = len(names) - len(found)
        note = _left(left, report, slug) if left else ""
        yield Fold(anchor=anchor, slug=slug, heading=heading, items=tuple(found), note=note)


def _headed(one: Explanation, outcome: str) -> Explanation:
    """A pooled number under the heading of its outcome: without its name, and without the studies."""
    title = one.title.removeprefix(f"{outcome}: ")
    return replace(one, title=title[:1].upper() + title[1:], parts=())


def _for_page(one: Explanation, cited: Mapping[str, str]) -> Explanation:
    """Sources by their number in the list that the page has anyway."""
    facts = tuple(
        (term, _beginning(text) if term == "SHA-256" else cited.get(text, text))
        for term, text in one.facts
        if term not in _IN_SOURCES
    )
    parts = tuple(_for_page(part, cited) for part in one.parts)
    return replace(one, key=legible(one.key), facts=facts, parts=parts)


def _beginning(text: str) -> str:
    """As much of a hash as tells documents apart; the whole is in the tables and in results.json."""
    return f"{text[:16]}\N{HORIZONTAL ELLIPSIS}"


def _left(count: int, name: str, slug: str) -> str:
    return (
        f"{counted(count, 'further study', 'further studies')}: run "
        f"metasyn explain {name} {slug} followed by the name of a study."
    )


def _length(one: Explanation) -> int:
    """Letters of an explanation, with something for the marks around them."""
    own: Sequence[str] = (
        *(one.title, one.shown, one.key),
        *(term + text for term, text in one.facts),
        *(str(line) for line in one.sums),
        *(text for row in (one.table.texts if one.table is not None else ()) for text in row),
    )
    return sum(len(text) + 30 for text in own) + sum(_length(part) for part in one.parts)
