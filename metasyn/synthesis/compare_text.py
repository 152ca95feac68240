"""A comparison of profiles as text."""

from __future__ import annotations

from metasyn.synthesis.compare import ProfileComparison
from metasyn.synthesis.disagreement import Answer, Cause, Difference, Quantity, answers_of, choices_of
from metasyn.synthesis.lines import columns, number, percent, spread
from metasyn.synthesis.model import SynthesisResult
from metasyn.values import Interval, NotEstimable

__all__ = ["cause_to_text", "comparison_to_text", "difference_to_text"]

_SHOWN: tuple[Quantity, ...] = ("estimate", "ci", "pvalue", "pi", "tau2", "I2")


def comparison_to_text(found: ProfileComparison) -> str:
    """Choices and answers of every profile, then which options make them differ."""
    measure = found.effects.measure
    named = list(zip(found.profiles, found.results, strict=True))
    choices = [[name, *(word for _, word in choices_of(result))] for name, result in named]
    answers = [[name, *_answers(result)] for name, result in named]
    options = [option for option, _ in choices_of(found.results[0])]
    level = percent(found.results[0].request.level)
    titles = {"ci": f"{level} CI", "pvalue": "p", "pi": f"{level} PI"}
    return "\n".join(
        [
            f"{len(found.profiles)} profiles on the same effects, {measure.scale}, k = {found.effects.k}",
            *columns([["", *options], *choices]),
            "",
            *columns([["", *(titles.get(name, name) for name in _SHOWN)], *answers]),
            "",
            *_summary(found),
        ]
    )


def _answers(result: SynthesisResult) -> list[str]:
    """What does not exist is a dash."""
    given = answers_of(result)
    return [
        "-"
        if isinstance(given[name], NotEstimable)
        else _said(given[name], digits=4 if name == "pvalue" else 6)
        for name in _SHOWN
    ]


def _said(answer: Answer, *, digits: int = 6) -> str:
    return spread(answer) if isinstance(answer, Interval) else number(answer, digits=digits)


def _summary(found: ProfileComparison) -> list[str]:
    """One line per quantity: for how many pairs it differs, and the options behind that."""
    pairs = len(found.profiles) * (len(found.profiles) - 1) // 2
    by_quantity: dict[Quantity, list[Difference]] = {}
    for difference in found.differences:
        by_quantity.setdefault(difference.quantity, []).append(difference)
    if not by_quantity:
        return ["all of them agree"]
    return [
        f"{quantity} differs in {len(differences)} of {pairs} pairs, by {_options(differences)}"
        for quantity, differences in by_quantity.items()
    ]


def _options(differences: list[Difference]) -> str:
    alone = dict.fromkeys(cause.option for one in differences for cause in one.causes)
    other = dict.fromkeys(name for one in differences for name in one.together if name not in alone)
    said = ", ".join(alone)
    return ", ".join(filter(None, [said, f"{', '.join(other)} (only together)" if other else ""]))


def difference_to_text(one: Difference) -> str:
    """Both answers and the options that make the difference."""
    first, second = map(_said, one.values)
    together = [f"{', '.join(one.together)} (only together)"] if one.together else []
    return (
        f"{one.quantity}: {first} ({one.first}), {second} ({one.second}); "
        f"because of {'; '.join([*map(cause_to_text, one.causes), *together])}"
    )


def cause_to_text(cause: Cause) -> str:
    """The option, both words, and what it gives on its own."""
    return f"{cause.option} {cause.first} -> {cause.second} (alone: {_said(cause.alone)})"
