"""The generalised Q equation of eight sets side by side, as in `metasyn.numerics.stacked`."""

from __future__ import annotations

from typing import Any

from metasyn.numerics.compiled.lanes import any_of, highest_of, lanes, load, magnitude, select
from metasyn.numerics.compiled.sums import (
    EPSILON,
    MARGIN,
    MAX_STEPS,
    RSS,
    SMALL_STEP,
    V_MAX,
    V_MEAN,
    V_MIN,
    between,
    kernel,
)
from metasyn.numerics.compiled.terms import residual_terms

__all__ = ["solve_weighted_rss"]


@kernel
def solve_weighted_rss(problem: Any, head: Any, target: Any, at_zero: Any) -> Any:
    """The t at which y'Py is its target, 0 where it is below that at 0; and where it was reached."""
    centre, v_min = load(head, RSS) / target, load(head, V_MIN)
    low = highest_of(lanes(0.0), centre * (1 - MARGIN) - load(head, V_MAX))
    high = highest_of(low, centre * (1 + MARGIN) - v_min)
    t = highest_of(centre - load(head, V_MEAN), low)
    done = ~(at_zero > target)
    t = select(done, 0.0, select(t < high, t, high))
    for _ in range(MAX_STEPS):
        if not any_of(~done):
            break
        _, rss, rss2, _ = residual_terms(problem, t)
        above, exact = rss > target, rss == target
        low, high = select(above, t, low), select(above, high, t)
        new = t + rss * (rss - target) / (target * rss2)
        inside = (low <= new) & (new <= high)
        new = select(inside, new, between(low, high, v_min))
        enough = select(inside, SMALL_STEP, 4 * EPSILON)
        solved = exact | (magnitude(new - t) <= enough * (new + v_min))
        t = select(done | exact, t, new)
        done = done | solved
    return t, done
