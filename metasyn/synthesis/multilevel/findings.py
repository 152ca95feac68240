"""What a reader must know about the variances that were estimated."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from metasyn.synthesis.multilevel.fit import Fitted
from metasyn.synthesis.multilevel.given import Grouping
from metasyn.synthesis.multilevel.model import OutcomeVariation
from metasyn.synthesis.multilevel.variances import Parts
from metasyn.values import Finding, NotEstimable

__all__ = ["findings_of"]

_FEW = 5
_TELLING = 3


def findings_of(grouping: Grouping, parts: Parts, fitted: Fitted) -> tuple[Finding, ...]:
    """Variances of 0, correlations at their end, few groups, levels hardly told apart, another maximum."""
    found = [*_zeros(parts), *_few(grouping), *_hardly_apart(grouping)]
    if isinstance(parts.outcomes, OutcomeVariation):
        found += _outcome_findings(parts.outcomes)
    if fitted.lower_maximum is not None:
        gap = fitted.at.value - fitted.lower_maximum
        found.append(
            _finding(
                "second-maximum",
                f"the likelihood has another maximum, lower by {gap:.3g} (log-likelihood); the higher one is "
                "reported",
            )
        )
    return tuple(found)


def _zeros(parts: Parts) -> Iterator[Finding]:
    for component in parts.levels:
        if component.variance == 0:
            yield _finding(
                "variance-at-zero",
                f"the variance of level {component.name!r} is estimated as 0: beyond chance and the other "
                "parts of the model its groups do not differ",
                note=True,
            )


def _few(grouping: Grouping) -> Iterator[Finding]:
    outer = grouping.outer
    if len(outer.labels) < _FEW:
        yield _finding(
            "few-groups",
            f"the variance between groups of {outer.name!r} rests on {len(outer.labels)} groups: it is "
            "hardly known, and intervals that take it as known are too narrow",
        )


def _hardly_apart(grouping: Grouping) -> Iterator[Finding]:
    """Two levels are told apart by the outer groups that hold several inner ones."""
    for outer, inner in pairwise(grouping.levels):
        holder = np.empty(len(inner.labels), dtype=np.intp)
        holder[inner.index] = outer.index
        several = np.flatnonzero(np.bincount(holder) > 1)
        if several.size < _TELLING:
            listed = " and ".join(repr(outer.labels[i]) for i in several)
            yield _finding(
                "levels-hardly-apart",
                f"the variances of levels {outer.name!r} and {inner.name!r} are told apart by {listed} only: "
                "how much belongs to which is hardly known",
                note=True,
            )


def _outcome_findings(outcomes: OutcomeVariation) -> Iterator[Finding]:
    for component in outcomes.variances:
        if component.variance == 0:
            yield _finding(
                "variance-at-zero", f"the variance of {component.name} is estimated as 0", note=True
            )
    low = -1 / (len(outcomes.outcomes) - 1) if outcomes.structure != "UN" else -1.0
    for pair in outcomes.correlations:
        if isinstance(pair.rho, NotEstimable):
            continue
        if pair.rho in (1.0, low) or abs(pair.rho - low) < 1e-12 or pair.rho > 1 - 1e-12:
            yield _finding(
                "correlation-at-bound",
                f"the correlation between the random effects of {' and '.join(pair.outcomes)} is estimated "
                f"at its bound, {pair.rho:.4g}: {pair.n_together} studies with both say little about it",
            )


def _finding(code: str, message: str, *, note: bool = False) -> Finding:
    return Finding(code=code, message=message, severity="note" if note else "warning")
