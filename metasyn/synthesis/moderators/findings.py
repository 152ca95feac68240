"""What a reader of a meta-regression must know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from metasyn.effects.model import EffectSet
from metasyn.synthesis.model import Heterogeneity
from metasyn.synthesis.moderators.design import Design
from metasyn.synthesis.moderators.fit import ArrayFit
from metasyn.synthesis.moderators.request import RegressionSpec
from metasyn.values import Finding, Interval

__all__ = ["EFFECTS_PER_MODERATOR", "regression_findings"]

# Cochrane Handbook 10.11.5.1: "at least ten studies for each characteristic modelled".
EFFECTS_PER_MODERATOR = 10


def regression_findings(
    effects: EffectSet,
    design: Design,
    spec: RegressionSpec,
    fit: ArrayFit,
    found: Heterogeneity,
    *,
    empty: bool,
) -> Iterator[Finding]:
    """Findings, in the order of their weight."""
    yield from _about_tau2(fit, found, empty=empty)
    yield from _alone(effects, design)
    moderators = sum(design.intercept not in term.columns for term in design.terms)
    if moderators and effects.k < EFFECTS_PER_MODERATOR * moderators:
        yield Finding(
            code="few-effects-per-moderator",
            message=f"{effects.k} effects for {moderators} moderator term{'s' if moderators > 1 else ''}: "
            f"fewer than {EFFECTS_PER_MODERATOR} for each make findings by chance likely.",
            severity="note",
        )
    if spec.test == "hartung-knapp" and fit.scale < 1:
        yield Finding(
            code="narrower-than-wald",
            message="the Knapp-Hartung standard errors are smaller than Wald's: the effects happen to lie "
            "close to the fitted values, and the intervals may be too narrow.",
            severity="warning",
        )


def _about_tau2(fit: ArrayFit, found: Heterogeneity, *, empty: bool) -> Iterator[Finding]:
    tau2 = found.tau2
    if fit.solution.truncated:
        yield Finding(
            code="tau2-truncated",
            message=f"the {tau2.method} solution for the residual between-study variance is negative; "
            "0 stands in its place.",
            severity="note",
        )
    if fit.solution.n_optima > 1:
        yield Finding(
            code="several-optima",
            message=f"the {tau2.method} likelihood of the residual between-study variance has "
            f"{fit.solution.n_optima} maxima; the highest was taken.",
            severity="warning",
        )
    if empty:
        yield Finding(
            code="tau2-interval-empty",
            message="the effects lie closer to the fitted values than sampling error alone would make "
            "likely: no value of the between-study variance is compatible with them, and its interval "
            "is given as 0 to 0.",
            severity="note",
        )
    elif isinstance(tau2.ci, Interval) and tau2.value not in tau2.ci:
        yield Finding(
            code="tau2-outside-interval",
            message="the estimate of the residual between-study variance lies outside its interval; "
            "the two follow different principles.",
            severity="note",
        )


def _alone(effects: EffectSet, design: Design) -> Iterator[Finding]:
    """Levels of a category, or columns of a design, that rest on one effect."""
    for moderator in design.moderators:
        if not moderator.closed:
            continue
        counts = Counter(moderator.values.tolist())
        for level in (level for level, n in counts.items() if n == 1):
            at = moderator.values.tolist().index(level)
            yield Finding(
                code="single-effect-level",
                message=f"only {effects.effects[at].label!r} has {moderator.name} = {level}: that level "
                "cannot be told from the study itself.",
                where=moderator.name,
                severity="warning",
            )
    if design.moderators:
        return
    for j, name in enumerate(design.names):
        rows = np.flatnonzero(design.X[:, j])
        if rows.size == 1:
            yield Finding(
                code="single-effect-level",
                message=f"only {effects.effects[int(rows[0])].label!r} has {name}: its coefficient "
                "cannot be told from the study itself.",
                where=name,
                severity="warning",
            )
