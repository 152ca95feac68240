"""What a search for tau2 needs of eight sets at one t, for a mean and for a regression.

A problem is (e, v, rows) for a mean; for a regression the basis, its number of columns and scratch follow,
and the functions are chosen when a kernel is compiled.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from importlib import import_module
from typing import Any

from metasyn.numerics.compiled import regression
from metasyn.numerics.compiled.lanes import LANES, lanes, load
from metasyn.numerics.compiled.sums import kernel, projections, sums

__all__ = ["minus_two_log", "ratio_and_slope", "residual_terms"]

extending: Any = import_module("numba.extending")


def residual_terms(problem: Any, t: Any) -> Any:
    """Sum of the weights, y'Py, y'PPy and the trace of P."""
    raise NotImplementedError


def ratio_and_slope(problem: Any, t: Any, restricted: Any) -> Any:
    """trace / y'PPy - 1, which rises through zero at a maximum, and its derivative."""
    raise NotImplementedError


def minus_two_log(problem: Any, lane: Any, t: Any, restricted: Any) -> Any:
    """-2 log likelihood of one lane, up to a constant."""
    raise NotImplementedError


def _choose(stub: Callable[..., Any], of_mean: Callable[..., Any], of_regression: Callable[..., Any]) -> None:
    """Which of two functions stands for one that is called with a problem first."""

    def chosen(problem: Any, *_: Any) -> Any:
        return getattr(of_mean if len(problem) == 3 else of_regression, "py_func")  # noqa: B009

    extending.overload(stub, strict=False)(chosen)


@kernel
def _terms_of_mean(problem: Any, t: Any) -> Any:
    e, v, rows = problem
    return projections(sums(e, v, rows, t))


@kernel
def _cubes(e: Any, v: Any, rows: int, t: Any) -> Any:
    """Sums of w^3, w^3 e and w^3 e^2 over all effects."""
    w = 1.0 / (load(v, 0) + t)
    www, wwwe, wwwee = w * w * w, lanes(0.0), lanes(0.0)
    for i in range(1, rows):
        one = load(e, i * LANES)
        w = 1.0 / (load(v, i * LANES) + t)
        cube = w * w * w
        www, wwwe, wwwee = www + cube, wwwe + cube * one, wwwee + cube * one * one
    return www, wwwe, wwwee


@kernel
def _slope_of_mean(problem: Any, t: Any, restricted: bool) -> Any:
    e, v, rows = problem
    of = sums(e, v, rows, t)
    w0, _, w2, we, _, wwe, _ = of
    total, _, rss2, trace = projections(of)
    www, wwwe, wwwee = _cubes(e, v, rows, t)
    mean, squares = we / total, w2 + w0 * w0
    weighted = wwe - mean * squares
    rss3 = wwwee - 2.0 * mean * wwwe + mean * mean * www - weighted * weighted / total
    trace2 = squares
    if restricted:
        share = squares / total
        trace2 = squares - 2.0 * www / total + share * share
    else:
        trace = total
    ratio = trace / rss2
    return ratio - 1.0, (2.0 * ratio * rss3 - trace2) / rss2


@kernel
def _height_of_mean(problem: Any, lane: int, t: float, restricted: bool) -> float:
    e, v, rows = problem
    logs, total, we, wee = 0.0, 0.0, 0.0, 0.0
    for place in range(lane, rows * LANES, LANES):
        if v[place] < math.inf:
            w = 1.0 / (v[place] + t)
            logs += math.log(v[place] + t)
            total, we, wee = total + w, we + w * e[place], wee + w * e[place] * e[place]
    return logs + wee - we * we / total + (math.log(total) if restricted else 0.0)


for _stub, _of_mean, _of_regression in (
    (residual_terms, _terms_of_mean, regression.terms),
    (ratio_and_slope, _slope_of_mean, regression.slope),
    (minus_two_log, _height_of_mean, regression.height),
):
    _choose(_stub, _of_mean, _of_regression)
