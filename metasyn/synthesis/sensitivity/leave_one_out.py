"""The synthesis without each of its effects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from numpy.typing import ArrayLike

from metasyn.effects.model import EffectSet
from metasyn.errors import NotEstimableError
from metasyn.synthesis.arrays import effects_or_arrays
from metasyn.synthesis.core import synthesise
from metasyn.synthesis.model import SynthesisResult, SynthesisSpec
from metasyn.synthesis.sensitivity.source import same_methods
from metasyn.synthesis.sensitivity.tables import PooledTable, pooled_table

__all__ = ["LeaveOneOut", "leave_one_out", "leave_one_out_table"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LeaveOneOut:
    """The synthesis without one effect."""

    omitted: str
    index: int
    result: SynthesisResult

    def __str__(self) -> str:
        from metasyn.synthesis.sensitivity.text import leave_one_out_to_text

        return leave_one_out_to_text(self)


def leave_one_out(
    effects: EffectSet | SynthesisResult | None = None,
    spec: SynthesisSpec | None = None,
    *,
    yi: ArrayLike | None = None,
    vi: ArrayLike | None = None,
    sei: ArrayLike | None = None,
    labels: Sequence[str] | None = None,
    measure: str = "GEN",
) -> tuple[LeaveOneOut, ...]:
    """Pool again without each effect in turn.

    Model and interval are those that headline with all effects, so that a change shows the weight
    of the effect left out and not a change of method.

    Parameters
    ----------
    effects : EffectSet or SynthesisResult, optional
        k >= 2; or give arrays.
    spec : SynthesisSpec, optional
        The request of the whole synthesis; default the stated policy.
    yi : array_like of shape (k,), optional
        Estimates on the **analysis** scale.
    vi, sei : array_like of shape (k,), optional
        Sampling **variances**, or standard errors.
    labels : sequence of str, optional
    measure : str

    Returns
    -------
    tuple of LeaveOneOut
        In the order of the effects.

    Raises
    ------
    NotEstimableError
        If there are fewer than two effects.

    Examples
    --------
    >>> found = leave_one_out(yi=[-0.9, -0.1, -0.5], vi=[0.1, 0.05, 0.2], labels=["A", "B", "C"])
    >>> [(one.omitted, round(one.result.estimate, 3)) for one in found]
    [('A', -0.18), ('B', -0.767), ('C', -0.469)]
    """
    if isinstance(effects, SynthesisResult) and spec is None:
        spec = effects.request
    effects = effects_or_arrays(effects, yi=yi, vi=vi, sei=sei, labels=labels, measure=measure)
    if effects.k < 2:
        raise NotEstimableError(f"leaving one effect out needs at least two effects; there is {effects.k}.")
    same = same_methods(synthesise(effects, spec or SynthesisSpec()))
    found = []
    for i, label in enumerate(effects.labels):
        others = [j for j in range(effects.k) if j != i]
        result = synthesise(effects.take(others), same.taking(others))
        found.append(LeaveOneOut(omitted=label, index=i, result=result))
    return tuple(found)


def leave_one_out_table(found: Iterable[LeaveOneOut]) -> PooledTable:
    """The main figures without each effect, as a table.

    Examples
    --------
    >>> table = leave_one_out_table(leave_one_out(yi=[-0.9, -0.1, -0.5], vi=[0.1, 0.05, 0.2]))
    >>> table.rows[0].label, round(table.rows[0].estimate, 3), round(table.rows[0].Q, 3)
    ('Study 1', -0.18, 0.64)
    """
    return pooled_table("omitted", ((one.omitted, one.result) for one in found))
