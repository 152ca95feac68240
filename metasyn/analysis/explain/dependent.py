"""Numbers of the model for dependent rows: weights, robust standard error and degrees of freedom by hand."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from metasyn.analysis.dependence import DependentSynthesis
from metasyn.analysis.explain.arithmetic import exact, rounded
from metasyn.analysis.explain.dependent_variances import (
    between_groups_work,
    full_covariance,
    within_groups_work,
)
from metasyn.analysis.explain.effects import Setting, effect_explanation
from metasyn.analysis.explain.model import Explanation, WorkedTable
from metasyn.analysis.explain.pooled import Worked, quantile_words, to_natural
from metasyn.analysis.explain.results import Number
from metasyn.analysis.explain.sheet import Sheet
from metasyn.effects.measure import EffectMeasure
from metasyn.numerics.tails import two_sided_quantile
from metasyn.synthesis.dependence import effects_covariance
from metasyn.synthesis.robust import CheResult, pool_che
from metasyn.synthesis.robust.che_model import CheAtRho
from metasyn.synthesis.robust.model import RobustCoefficient
from metasyn.tables.cells import interval_with_unit
from metasyn.values import Interval, NotEstimable
from metasyn.wording import MINUS, decimal, natural_text, p_text, plain_number, tau2_text, unit_sign

__all__ = ["dependent_numbers"]

_Array = NDArray[np.float64]
# Share of a direction of the residuals below which nothing of it is left after fitting.
_FITTED = 1e-10
_REFERENCE = (
    "Pustejovsky & Tipton 2022, 10.1007/s11121-021-01246-3; for the standard error Pustejovsky & Tipton "
    "2018, 10.1080/07350015.2016.1247004"
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Parts:
    """What the rows and the groups say, from dense matrices.

    `weights` of shape (k,) are the row sums of the inverse working covariance; `adjusted` those that CR2
    gives the residuals; `own` and `shared` of shape (m,) are the diagonal, and the row sums of squares, of
    the working covariance of the groups' sums.
    """

    weights: _Array
    adjusted: _Array
    residuals: _Array
    own: _Array
    shared: _Array


def dependent_numbers(
    found: DependentSynthesis | NotEstimable, setting: Setting, *, place: str
) -> Iterator[Number]:
    """The numbers of the model for dependent rows, where there is one.

    Parameters
    ----------
    found : DependentSynthesis or NotEstimable
    setting : Setting
    place : str
        Slug of the outcome.

    Yields
    ------
    Number
    """
    if isinstance(found, NotEstimable) or isinstance(found.result, NotEstimable):
        return
    result, name = found.result, "dependent rows"
    make = partial(_number, found, result, setting, place)
    yield make(
        name, _shown(result, result.effects.measure), _estimate_work, ("che", "all rows, dependent model")
    )
    if not isinstance(result.se, NotEstimable):
        yield make(f"{name}: se", plain_number(float(f"{result.se:.4g}")), _se_work)
    if not isinstance(result.df, NotEstimable):
        yield make(f"{name}: df", decimal(result.df, 1), _df_work)
    p = result.pvalue
    if not isinstance(p, NotEstimable) and result.effects.measure.null == 0:
        yield make(f"{name}: p", p_text(p), _p_work)
    if not isinstance(result.pi, NotEstimable):
        yield make(f"{name}: pi", interval_with_unit(result.pi, result.effects.measure), _pi_work)
    yield make(f"{name}: tau2", tau2_text(result.tau2), between_groups_work)
    yield make(f"{name}: omega2", tau2_text(result.omega2), within_groups_work)
    for at in result.sensitivity:
        if not isinstance(at.coefficients, NotEstimable) and at.rho != result.spec.rho:
            yield _at_rho(found, result, at, setting, place)


def _at_rho(
    found: DependentSynthesis, result: CheResult, at: CheAtRho, setting: Setting, place: str
) -> Number:
    """The same with another correlation where the tables have no number, pooled again when asked for."""
    mean, rho = at.coefficients[0], at.rho  # type: ignore[index]
    name = f"dependent rows: with correlation {plain_number(rho)}"
    shown = _shown(mean, result.effects.measure)
    beside = (
        *(() if isinstance(mean.df, NotEstimable) else (decimal(mean.df, 1),)),
        *(tau2_text(x) for x in (at.tau2, at.omega2) if not isinstance(x, NotEstimable)),
    )

    def build() -> Explanation:
        evidence = setting.archive.evidence
        if evidence is None:
            return _explained(found, result, setting, name, shown, lambda _: (None, ()))
        again = pool_che(
            found.effects, evidence=evidence, clusters=found.groups, rho=rho, sensitivity=(),
            level=result.spec.level, method=result.spec.method, variance=result.spec.variance,
            variance_ci="none",
        )  # fmt: skip
        pairs = effects_covariance(found.effects, evidence, rho=rho).pairs
        return _explained(replace(found, pairs=pairs, result=again), again, setting, name, shown, _all_work)

    return Number(place=place, name=name, shown=shown, build=build, others=beside)


def _all_work(result: CheResult) -> Worked:
    """Both variances, standard error, degrees of freedom, and estimate with interval, one after the other."""
    table, estimate = _estimate_work(result)
    works = (between_groups_work, within_groups_work, _se_work, _df_work)
    return table, (*(line for work in works for line in work(result)[1]), *estimate)


def _number(
    found: DependentSynthesis,
    result: CheResult,
    setting: Setting,
    place: str,
    name: str,
    shown: str,
    work: Callable[[CheResult], Worked],
    others: tuple[str, ...] = (),
) -> Number:
    build = partial(_explained, found, result, setting, name, shown, work)
    return Number(place=place, name=name, shown=shown, build=build, others=others)


def _explained(
    found: DependentSynthesis,
    result: CheResult,
    setting: Setting,
    name: str,
    shown: str,
    work: Callable[[CheResult], Worked],
) -> Explanation:
    """One number with its arithmetic and the rows below it."""
    table, sums = work(result)
    weights = _parts(result).weights
    rows = zip(result.effects.effects, weights / weights.sum(), strict=True)
    return Explanation(
        kind="result",
        title=_title(name.partition(": ")[2]),
        shown=shown,
        key=name,
        number=_value(result, name.partition(": ")[2]),
        facts=tuple(_facts(found, result, name)),
        table=table,
        sums=sums,
        parts=tuple(
            effect_explanation(effect, result.effects.measure, setting, weight=float(share))
            for effect, share in rows
        ),
    )


def _value(result: CheResult, name: str) -> float | None:
    """The number itself, an estimate on the natural scale; None where it is an interval."""
    if name in ("", "pi") or name not in _TITLES:
        return None if name == "pi" else result.effects.measure.to_natural(result.estimate)
    value = result.pvalue if name == "p" else getattr(result, name)
    return None if isinstance(value, NotEstimable) else float(value)


_TITLES: Mapping[str, str] = MappingProxyType(
    {
        "se": "standard error by groups (CR2)",
        "df": "Satterthwaite's degrees of freedom",
        "p": "test of no effect",
        "pi": "prediction interval",
        "tau2": "variance τ² between groups",
        "omega2": "variance ω² between the rows of a group",
    }
)


def _title(name: str) -> str:
    """In words what a number is."""
    about = "all rows by the model for dependent rows"
    return f"{about}: {_TITLES.get(name, name)}" if name else about


def _shown(result: CheResult | RobustCoefficient, measure: EffectMeasure) -> str:
    """`HR 0.58 (0.29 to 1.16)`."""
    text = natural_text(measure.to_natural(result.estimate), measure) + unit_sign(measure)
    named = text if measure.family == "proportion" else f"{measure.short} {text}"
    if isinstance(result.ci, NotEstimable):
        return f"{named} (interval not estimable)"
    return f"{named} ({interval_with_unit(result.ci, measure)})"


def _facts(found: DependentSynthesis, result: CheResult, name: str) -> Iterator[tuple[str, str]]:
    """Model, groups, correlations and where they come from; groups are listed with the estimate alone."""
    spec = result.spec
    yield (
        "Model",
        "row j of group i has y = μ + u + r + e: u varies between groups with variance τ², r between the "
        f"rows of a group with variance ω² ({spec.method}), e is the sampling error",
    )
    yield "τ², ω²", f"{tau2_text(result.tau2)}, {tau2_text(result.omega2)}, each explained by itself"
    main, _, part = name.partition(": ")
    if part in _TITLES:
        yield "Groups of several rows", f"listed, with the correlations of their errors, under {main!r}"
    else:
        yield from _groups(found, result)
    yield (
        "Scale",
        f"y is the estimate of a row, se its standard error, on the scale of the "
        f"{result.effects.measure.scale}",
    )


def _groups(found: DependentSynthesis, result: CheResult) -> Iterator[tuple[str, str]]:
    """Which rows are of one group, how far their errors are correlated, and which are not pooled."""
    spec = result.spec
    groups = (
        f"{group.name} ({', '.join(result.effects.labels[i] for i in group.rows)})"
        for group in found.groups.tied
    )
    yield "Groups of several rows", "; ".join(groups)
    labels = result.effects.labels
    for pair in found.pairs:
        one, two = (labels[i] for i in pair.rows)
        how = (
            f"in part assumed ({plain_number(spec.rho)} where the tables have no number)"
            if pair.assumed
            else ""
        )
        yield (
            "Correlation of errors",
            f"{decimal(pair.correlation)}: {one}, and {two}{'; ' if how else ''}{how}",
        )
    for row in found.redundant:
        yield "Not pooled", f"{row.label}: {row.reason}"
    yield "Reference", _REFERENCE


def _estimate_work(result: CheResult) -> Worked:
    """The mean with the weights of the working covariance, and its robust interval."""
    parts, y = _parts(result), result.effects.yi
    w = parts.weights
    sheet = Sheet(rounded("Σw", float(w.sum())), rounded("Σwy", float(w @ y)))
    words = (
        "w: row sums of the inverse of the covariance of the rows, sampling errors with τ² and ω² together"
    )
    if not sheet.add("μ", ("Σwy/Σw",), result.estimate, remark=words):
        return None, ()
    _interval(sheet, result)
    table = WorkedTable(
        columns=("", "y", "se", "w", "wy"),
        rows=_rows(result.effects.labels, np.column_stack([y, np.sqrt(result.effects.vi), w, w * y])),
        totals=(None, None, float(w.sum()), float(w @ y)),
    )
    return table, tuple(sheet.lines)


def _interval(sheet: Sheet, result: CheResult) -> None:
    """Both bounds, then everything on the natural scale."""
    measure, ends = result.effects.measure, [(result.effects.measure.short, "μ", result.estimate)]
    if isinstance(result.ci, Interval) and isinstance(result.se, float) and isinstance(result.df, float):
        sheet.know(rounded("se", result.se), rounded("t", two_sided_quantile(1 - result.ci.level, result.df)))
        words = f"{quantile_words(result.ci.level, result.df)}; se: by groups (CR2)"
        sheet.add("low", ("μ − t × se",), result.ci.low, remark=words)
        sheet.add("high", ("μ + t × se",), result.ci.high)
        ends += [("lower bound", "low", result.ci.low), ("upper bound", "high", result.ci.high)]
    to_natural(sheet, measure, ends)


def _se_work(result: CheResult) -> Worked:
    """The root of the sum of squares of what the groups' residuals add up to."""
    parts = _parts(result)
    names, rows = result.robust.model.covariance.names, result.robust.model.covariance.clusters
    sums = np.array([float(parts.adjusted[i] @ parts.residuals[i]) for i in rows])
    weights = np.array([float(parts.weights[i].sum()) for i in rows])
    sheet = Sheet(rounded("Q", float(sums @ sums)), rounded("Σw", float(weights.sum())))
    words = (
        "Q is the sum of u²; u: sum of a × (y − μ) over the rows of a group, a the weights w of its rows, "
    )
    words += "enlarged for what the fit takes from its residuals (CR2)"
    if not isinstance(result.se, float) or not sheet.add("se", ("√Q/Σw",), result.se, remark=words):
        return None, ()
    adjusted = np.array([float(parts.adjusted[i].sum()) for i in rows])
    table = WorkedTable(
        columns=("", "rows", "w", "a", "u", "u²"),
        rows=_rows(names, np.column_stack([[len(i) for i in rows], weights, adjusted, sums, sums**2])),
        totals=(float(result.k), float(weights.sum()), None, None, float(sums @ sums)),
    )
    return table, tuple(sheet.lines)


def _df_work(result: CheResult) -> Worked:
    """Satterthwaite: what the groups' sums vary by under the working model, and together."""
    parts, names = _parts(result), result.robust.model.covariance.names
    sheet = Sheet(rounded("Σp", float(parts.own.sum())), rounded("Σr", float(parts.shared.sum())))
    words = (
        "p: variance of u under the model; r: sum of the squared covariances of u with the u of every group"
    )
    if not isinstance(result.df, float) or not sheet.add("df", ("(Σp)²/Σr",), result.df, remark=words):
        return None, ()
    table = WorkedTable(
        columns=("", "p", "r"),
        rows=_rows(names, np.column_stack([parts.own, parts.shared])),
        totals=(float(parts.own.sum()), float(parts.shared.sum())),
    )
    return table, tuple(sheet.lines)


def _p_work(result: CheResult) -> Worked:
    """The t test of no effect."""
    if not (
        isinstance(result.se, float) and isinstance(result.df, float) and isinstance(result.pvalue, float)
    ):
        return None, ()
    sheet = Sheet(rounded("μ", result.estimate), rounded("se", result.se), exact("df", result.df))
    sheet.add("t", ("μ/se",), result.estimate / result.se)
    words = "T: distribution function of Student's t with df degrees of freedom"
    sheet.add("p", (f"2 × T({MINUS}|t|, df)",), result.pvalue, remark=words)
    return None, tuple(sheet.lines)


def _pi_work(result: CheResult) -> Worked:
    """Around the mean, with both variances added."""
    if not (
        isinstance(result.pi, Interval) and isinstance(result.se, float) and isinstance(result.df, float)
    ):
        return None, ()
    names = {"μ": result.estimate, "se": result.se, "τ²": result.tau2, "ω²": result.omega2}
    sheet = Sheet(*(rounded(name, value) for name, value in names.items()))
    sheet.know(rounded("t", two_sided_quantile(1 - result.pi.level, result.df)))
    spread = math.sqrt(result.se**2 + result.tau2 + result.omega2)
    sheet.add("spread", ("√(se² + τ² + ω²)",), spread)
    words = quantile_words(result.pi.level, result.df)
    sheet.add("low", ("μ − t × spread",), result.pi.low, remark=words)
    sheet.add("high", ("μ + t × spread",), result.pi.high)
    ends = [("lower bound", "low", result.pi.low), ("upper bound", "high", result.pi.high)]
    to_natural(sheet, result.effects.measure, ends)
    return None, tuple(sheet.lines)


def _rows(labels: tuple[str, ...], values: _Array) -> tuple[tuple[str, tuple[float, ...]], ...]:
    return tuple((label, tuple(row)) for label, row in zip(labels, values.tolist(), strict=True))


def _parts(result: CheResult) -> _Parts:
    """Weights, residuals and CR2 from dense matrices, for the mean of all rows."""
    covariance = result.robust.model.covariance
    full = full_covariance(result)
    inverse = np.linalg.inv(full)
    weights = inverse.sum(axis=1)
    total = weights.sum()
    adjusted = np.zeros(result.k)
    left = np.eye(result.k) - np.outer(np.ones(result.k), weights) / total
    reach = np.zeros((len(covariance.clusters), result.k))
    for n, index in enumerate(covariance.clusters):
        block = full[np.ix_(index, index)]
        adjusted[index] = _cr2(block, total) @ weights[index]
        reach[n] = adjusted[index] @ left[index]
    between = reach @ full @ reach.T
    return _Parts(
        weights=weights,
        adjusted=adjusted,
        residuals=result.effects.yi - result.estimate,
        own=between.diagonal().copy(),
        shared=(between**2).sum(axis=1),
    )


def _cr2(block: _Array, total: float) -> _Array:
    """The adjustment of one group: D' B^(-1/2) D with D'D its covariance, turned for the weights."""
    D = np.linalg.cholesky(block).T
    values, vectors = np.linalg.eigh(D @ (block - 1 / total) @ D.T)
    kept = values > _FITTED * values.max()
    power = np.where(kept, 1 / np.sqrt(np.where(kept, values, 1.0)), 0.0)
    adjustment: _Array = D.T @ (vectors * power) @ vectors.T @ D
    return adjustment.T
