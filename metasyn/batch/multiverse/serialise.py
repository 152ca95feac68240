"""A multiverse as plain data."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from metasyn.batch.multiverse.choice_map import choice_rows
from metasyn.batch.multiverse.deciding import flips, undecided
from metasyn.batch.multiverse.methods import method_of
from metasyn.batch.multiverse.model import Multiverse
from metasyn.batch.multiverse.summary import Scale, scales, summary
from metasyn.values import Interval, NotEstimable

__all__ = ["SCHEMA", "multiverse_document"]

SCHEMA = "metasyn-multiverse/1"
_OF_MAIN = ("model", "tau2_method", "fixed_tau2", "ci_method", "k", "estimate", "ci_low", "ci_high")
_ESTIMATES = ("median", "lowest", "highest")


def multiverse_document(many: Multiverse) -> dict[str, Any]:
    """Everything a multiverse says, as one document for JSON.

    Parameters
    ----------
    many : Multiverse

    Returns
    -------
    dict
        `schema`, `outcome`, `level`, `threshold`, numbers of specifications, `main_analysis` (its estimate
        as it is read, and whether it is among the specifications), `choices`, `scales` (their summary on
        the natural scale and the map of decisions), `flips`, `decides` (share of pairs that differ in one
        choice only and conclude otherwise), `specifications` (as `Multiverse.records`).

    Examples
    --------
    >>> from metasyn.analysis.multiverse import multiverse
    >>> from metasyn.synthesis import pool
    >>> many = multiverse(pool(yi=[-0.9, -0.1, -0.5], vi=[0.1, 0.05, 0.2], measure="HR"))
    >>> document = multiverse_document(many)
    >>> document["schema"], document["n"], len(document["specifications"])
    ('metasyn-multiverse/1', 40, 40)
    """
    return {
        "schema": SCHEMA,
        "outcome": many.outcome,
        "level": many.level,
        "threshold": many.threshold,
        "n": len(many),
        "n_possible": many.n_possible,
        "n_results": many.n_results,
        "n_without": many.n_without,
        "seed": many.seed if many.sampled else None,
        "headline": None if many.headline.row is None else many.headline.row + 1,
        "main_analysis": _main(many),
        "choices": {choice.name: list(choice.options) for choice in many.choices},
        "scales": [_scale(many, scale) for scale in scales(many)],
        "flips": [
            {
                "choice": one.choice,
                "option": one.option,
                "specification": one.row + 1,
                "interval": one.conclusion,
            }
            for one in flips(many)
        ],
        "decides": undecided(many),
        "specifications": many.records(),
    }


def _main(many: Multiverse) -> dict[str, Any]:
    """The main analysis as it is without any multiverse, also where none of the specifications is it."""
    head, found = many.headline, many.headline.result
    own = {"among_specifications": head.row is not None, "measure": head.measure.code}
    if isinstance(found, NotEstimable):
        return {**own, **dict.fromkeys(_OF_MAIN), "why": found.reason}
    method, ci = method_of(found), found.ci
    fixed = found.request.tau2 if method.tau2_method is not None else None
    ends: list[float | None] = [None, None]
    if isinstance(ci, Interval):
        ends = [*sorted(map(head.measure.to_natural, (ci.low, ci.high)))]
    figures = (
        method.model, method.tau2_method if fixed is None else None, fixed, method.ci_method, found.k,
        head.measure.to_natural(found.estimate), *ends,
    )  # fmt: skip
    why = ci.reason if isinstance(ci, NotEstimable) else ""
    return {**own, **dict(zip(_OF_MAIN, figures, strict=True)), "why": why}


def _scale(many: Multiverse, scale: Scale) -> dict[str, Any]:
    """One scale with its summary and its map."""
    found = asdict(summary(many, scale))
    for name in _ESTIMATES:
        if found[name] is not None:
            found[name] = scale.measure.to_natural(found[name])
    rows = [
        {
            "choice": row.choice,
            "option": row.option,
            "n_results": int(row.here.sum()),
            "below": row.below,
            "includes": row.includes,
            "above": row.above,
        }
        for row in choice_rows(many, scale)
    ]
    return {**found, "map": rows}
