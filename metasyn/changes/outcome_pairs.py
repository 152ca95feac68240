"""Which outcome of one script is which outcome of another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from metasyn.analysis.spec import Outcome

__all__ = ["OutcomePair", "pair_outcomes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomePair:
    """An outcome before and after; one of them None where it is new or gone.

    `name` is how it is told apart from the other outcomes: its id, with time point and measure where
    there are several. `places` are the positions in the two scripts, -1 where it is not there.
    """

    name: str
    old: Outcome | None
    new: Outcome | None
    places: tuple[int, int]

    @property
    def path(self) -> str:
        """As option edits name it."""
        return f"outcomes[{self.name}]"

    @property
    def same_scale(self) -> bool:
        """Whether there are two and their numbers can be compared."""
        return self.old is not None and self.new is not None and self.old.measure == self.new.measure


def pair_outcomes(old: Sequence[Outcome], new: Sequence[Outcome]) -> tuple[OutcomePair, ...]:
    """Outcomes that belong together: same outcome, time point and measure, else same but for the measure.

    Parameters
    ----------
    old, new : sequence of Outcome

    Returns
    -------
    tuple of OutcomePair
        In the order of `new`, then those that are gone.

    Examples
    --------
    >>> pairs = pair_outcomes([Outcome("OS", "HR"), Outcome("PFS", "HR")],
    ...                       [Outcome("PFS", "HR"), Outcome("OS", "RR")])
    >>> [(pair.name, pair.places, pair.same_scale) for pair in pairs]
    [('PFS', (1, 0), True), ('OS', (0, 1), False)]
    """
    partner: dict[int, int] = {}
    for key in (_exactly, _but_for_measure):
        for j, outcome in enumerate(new):
            free = (
                i for i, other in enumerate(old) if i not in partner.values() and key(other) == key(outcome)
            )
            if j not in partner and (found := next(free, None)) is not None:
                partner[j] = found
    places = [(partner.get(j, -1), j) for j in range(len(new))]
    places += [(i, -1) for i in range(len(old)) if i not in partner.values()]
    names = _names([new[j] if j >= 0 else old[i] for i, j in places])
    return tuple(
        OutcomePair(name=name, old=old[i] if i >= 0 else None, new=new[j] if j >= 0 else None, places=(i, j))
        for name, (i, j) in zip(names, places, strict=True)
    )


def _names(outcomes: Sequence[Outcome]) -> list[str]:
    """The shortest names that tell outcomes apart; with a number where nothing else does."""
    names = [""] * len(outcomes)
    kinds: tuple[Callable[[Outcome], str], ...] = (_plain, _timed, _measured)
    for kind in kinds:
        made = [kind(outcome) for outcome in outcomes]
        count = Counter(made)
        names = [known or (name if count[name] == 1 else "") for known, name in zip(names, made, strict=True)]
    return [name or f"{_measured(outcomes[i])} {i + 1}" for i, name in enumerate(names)]


def _exactly(outcome: Outcome) -> tuple[str, ...]:
    return (outcome.outcome, outcome.timepoint, outcome.measure)


def _but_for_measure(outcome: Outcome) -> tuple[str, ...]:
    return (outcome.outcome, outcome.timepoint)


def _plain(outcome: Outcome) -> str:
    return outcome.outcome


def _timed(outcome: Outcome) -> str:
    return f"{outcome.outcome} {outcome.timepoint}".strip()


def _measured(outcome: Outcome) -> str:
    return f"{_timed(outcome)} {outcome.measure}"
