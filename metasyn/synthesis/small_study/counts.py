"""Tests for two-by-two tables: Harbord, Peters, Macaskill, Deeks, Schwarzer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

from metasyn.effects.model import EffectSet
from metasyn.errors import OptionError
from metasyn.numerics.rank_correlation import kendall
from metasyn.synthesis.arrays import require_poolable
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.small_study.asymmetry import RankTest, RegressionTest, regression_test
from metasyn.synthesis.small_study.begg import rank_test
from metasyn.synthesis.small_study.inputs import Tables, effect_set, tables_of
from metasyn.synthesis.small_study.policy import require_enough
from metasyn.synthesis.small_study.regression import multiplicative_line
from metasyn.values import Finding, require_level
from metasyn.vocabulary import Measure, TestName

__all__ = ["deeks_test", "harbord_test", "macaskill_test", "peters_test", "schwarzer_test"]

Array = NDArray[np.float64]
_BINARY = ("OR", "RR", "RD", "PETO")
_PROPORTIONS = ("PLO", "PR", "PLN", "PAS", "PFT")


def harbord_test(
    effects: EffectSet | SynthesisResult | None = None,
    *,
    events_1: ArrayLike | None = None,
    n_1: ArrayLike | None = None,
    events_2: ArrayLike | None = None,
    n_2: ArrayLike | None = None,
    labels: Sequence[str] | None = None,
    level: float = 0.95,
    force: bool = False,
) -> RegressionTest:
    r"""Harbord's score test for odds ratios.

    Z = e1 - e n1/N is the efficient score of the log odds ratio and V = n1 n2 e (N - e) / (N^2 (N - 1))
    its variance; Z/V is regressed on 1/sqrt(V) with weights V, t with k - 2 df. Tables with no
    event, or nothing but events, carry no score and are named in a finding.

    Parameters
    ----------
    effects : EffectSet or SynthesisResult, optional
        Odds ratios with their counts; or the counts as arrays of shape (k,).
    events_1, n_1, events_2, n_2 : array_like of shape (k,), optional
    level : float
    force : bool
        Compute it for fewer than ten tables as well.

    Raises
    ------
    OptionError
        If counts are missing or impossible, or the effects are not odds ratios.
    NotEstimableError
        If k < 10 without `force`, or k < 3.

    References
    ----------
    Harbord RM, Egger M, Sterne JAC. A modified test for small-study effects in meta-analyses of
    controlled trials with binary endpoints. Stat Med 2006;25:3443-3457. 10.1002/sim.2380

    Examples
    --------
    The vaccination trials of Colditz 1994:

    >>> e1 = [4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27]
    >>> e2 = [11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29]
    >>> n1 = [123, 306, 231, 13598, 5069, 1541, 2545, 88391, 7499, 1716, 50634, 2498, 16913]
    >>> n2 = [139, 303, 220, 12867, 5808, 1451, 629, 88391, 7277, 1665, 27338, 2341, 17854]
    >>> found = harbord_test(events_1=e1, n_1=n1, events_2=e2, n_2=n2)
    >>> round(found.slope.estimate, 3), round(found.statistic, 3), found.df
    (-2.093, -1.256, 11.0)
    """
    name = "Harbord's test"
    effects = effect_set(effects)
    if isinstance(effects, EffectSet) and effects.measure.code not in ("OR", "PETO"):
        raise OptionError(
            f"{name} is about odds ratios; the effects are of measure {effects.measure.code!r}."
        )
    data = _informative(effects, (events_1, n_1, events_2, n_2), labels, name, force)
    t, n, m = data.tables, data.tables.total, data.tables.events
    score = t.events_1 - m * t.n_1 / n
    variance = t.n_1 * t.n_2 * m * (n - m) / (n * n * (n - 1))
    line = multiplicative_line(score / variance, 1 / np.sqrt(variance), variance, level=require_level(level))
    return regression_test(
        line,
        test="harbord",
        measure="OR",
        predictor="1 / sqrt(V), V the score variance",
        weights="V",
        labels=t.labels,
        findings=data.findings,
    )


def peters_test(
    effects: EffectSet | SynthesisResult | None = None,
    *,
    events_1: ArrayLike | None = None,
    n_1: ArrayLike | None = None,
    events_2: ArrayLike | None = None,
    n_2: ArrayLike | None = None,
    labels: Sequence[str] | None = None,
    level: float = 0.95,
    force: bool = False,
) -> RegressionTest:
    """Peters' test: the effect on 1/N, weights 1 / (1/events + 1/non-events) of both groups together.

    From arrays the effect is the log odds ratio (1/2 added to the cells of tables with a zero);
    with an `EffectSet` it is the effect given (odds or risk ratio, risk difference). Proportions are
    treated in the same manner: the effect on 1/n, weights from events and non-events of the one
    group, 1/2 added where one of them is zero. Parameters and errors as of `harbord_test`.

    References
    ----------
    Peters JL, Sutton AJ, Jones DR, Abrams KR, Rushton L. Comparison of two methods to detect
    publication bias in meta-analysis. JAMA 2006;295:676-680. 10.1001/jama.295.6.676
    """
    name = "Peters' test"
    effects = effect_set(effects)
    if isinstance(effects, EffectSet) and effects.measure.code in _PROPORTIONS:
        return _peters_proportion(effects, level, name, force)
    data = _informative(effects, (events_1, n_1, events_2, n_2), labels, name, force)
    n, m = data.tables.total, data.tables.events
    return _line(data, 1 / n, m * (n - m) / n, "peters", ("1 / N", "1 / (1/events + 1/non-events)"), level)


def macaskill_test(
    effects: EffectSet | SynthesisResult | None = None,
    *,
    events_1: ArrayLike | None = None,
    n_1: ArrayLike | None = None,
    events_2: ArrayLike | None = None,
    n_2: ArrayLike | None = None,
    labels: Sequence[str] | None = None,
    level: float = 0.95,
    force: bool = False,
) -> RegressionTest:
    """Macaskill's test: the effect on N, weights 1 / (1/events + 1/non-events) of both groups together.

    Effects, parameters and errors as of `peters_test`.

    References
    ----------
    Macaskill P, Walter SD, Irwig L. A comparison of methods to detect publication bias in
    meta-analysis. Stat Med 2001;20:641-654. 10.1002/sim.698
    """
    data = _informative(effects, (events_1, n_1, events_2, n_2), labels, "Macaskill's test", force)
    n, m = data.tables.total, data.tables.events
    words = ("N", "1 / (1/events + 1/non-events)")
    return _line(data, n, m * (n - m) / n, "macaskill", words, level, limit=False)


def deeks_test(
    effects: EffectSet | SynthesisResult | None = None,
    *,
    events_1: ArrayLike | None = None,
    n_1: ArrayLike | None = None,
    events_2: ArrayLike | None = None,
    n_2: ArrayLike | None = None,
    labels: Sequence[str] | None = None,
    level: float = 0.95,
    force: bool = False,
) -> RegressionTest:
    """Deeks' test: the log (diagnostic) odds ratio on 1/sqrt(ESS), weights ESS = 4 n1 n2 / (n1 + n2).

    In studies of diagnostic accuracy the groups are those with and without the disease and the
    events are positive tests. Effects, parameters and errors as of `peters_test`.

    References
    ----------
    Deeks JJ, Macaskill P, Irwig L. The performance of tests of publication bias and other sample
    size effects in systematic reviews of diagnostic test accuracy was assessed.
    J Clin Epidemiol 2005;58:882-893. 10.1016/j.jclinepi.2005.01.016
    """
    data = _informative(effects, (events_1, n_1, events_2, n_2), labels, "Deeks' test", force)
    size = 4 * data.tables.n_1 * data.tables.n_2 / data.tables.total
    return _line(data, 1 / np.sqrt(size), size, "deeks", ("1 / sqrt(ESS)", "ESS = 4 n1 n2 / N"), level)


def schwarzer_test(
    effects: EffectSet | SynthesisResult | None = None,
    *,
    events_1: ArrayLike | None = None,
    n_1: ArrayLike | None = None,
    events_2: ArrayLike | None = None,
    n_2: ArrayLike | None = None,
    labels: Sequence[str] | None = None,
    force: bool = False,
) -> RankTest:
    """Schwarzer's rank test for sparse binary data.

    Kendall's correlation of (e1 - E(e1)) / sqrt(Var(e1)) with 1 / Var(e1), both of the noncentral
    hypergeometric distribution at the Mantel-Haenszel odds ratio. Parameters and errors as of
    `harbord_test`.

    References
    ----------
    Schwarzer G, Antes G, Schumacher M. A test for publication bias in meta-analysis with sparse
    binary data. Stat Med 2007;26:721-733. 10.1002/sim.2588
    """
    data = _informative(effects, (events_1, n_1, events_2, n_2), labels, "Schwarzer's test", force)
    t, n = data.tables, data.tables.total
    for_1 = float((t.events_1 * (t.n_2 - t.events_2) / n).sum())
    for_2 = float((t.events_2 * (t.n_1 - t.events_1) / n).sum())
    if for_1 == 0 or for_2 == 0:
        raise OptionError(
            "the Mantel-Haenszel odds ratio is 0 or infinite: a group has no events, or only events."
        )
    moments = [
        _hypergeometric(float(a), float(b), float(m), np.log(for_1 / for_2))
        for a, b, m in zip(t.n_1, t.n_2, t.events, strict=True)
    ]
    mean, variance = np.array(moments).T
    return rank_test(
        kendall((t.events_1 - mean) / np.sqrt(variance), 1 / variance),
        test="schwarzer",
        measure="OR",
        labels=t.labels,
        findings=data.findings,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Data:
    """Tables that say something on the odds ratio, the effects that belong to them, what was left out."""

    tables: Tables
    yi: Array
    measure: Measure
    findings: tuple[Finding, ...]


def _informative(
    effects: EffectSet | SynthesisResult | None,
    columns: tuple[ArrayLike | None, ...],
    labels: Sequence[str] | None,
    name: str,
    force: bool,
) -> _Data:
    named = dict(zip(("events_1", "n_1", "events_2", "n_2"), columns, strict=True))
    effects = effect_set(effects)
    tables = tables_of(effects, named, labels)
    measure: Measure = "OR"
    if effects is None:
        yi = _log_odds_ratio(tables)
    else:
        require_poolable(effects)
        yi, measure = effects.yi, effects.measure.code
        if measure not in _BINARY:
            raise OptionError(f"{name} is about two-by-two tables; the effects are of measure {measure!r}.")
    keep = (tables.events > 0) & (tables.events < tables.total)
    findings: tuple[Finding, ...] = ()
    if not keep.all():
        out = [label for label, kept in zip(tables.labels, keep, strict=True) if not kept]
        findings = (
            Finding(
                code="no-information",
                message=(
                    f"{name} left out {len(out)} table(s) with no event or only events in both groups: "
                    f"{', '.join(out)}."
                ),
                severity="warning",
            ),
        )
    findings = require_enough(int(keep.sum()), name, force=force, least=3) + findings
    return _Data(tables=tables.take(keep), yi=yi[keep], measure=measure, findings=findings)


def _log_odds_ratio(t: Tables) -> Array:
    """1/2 added to the cells of tables with a zero."""
    cells = np.stack([t.events_1, t.n_1 - t.events_1, t.events_2, t.n_2 - t.events_2])
    cells = cells + 0.5 * (cells == 0).any(axis=0)
    a, b, c, d = np.log(cells)
    return np.asarray(a - b - (c - d))


def _line(
    data: _Data,
    x: Array,
    weights: Array,
    test: TestName,
    words: tuple[str, str],
    level: float,
    *,
    limit: bool = True,
) -> RegressionTest:
    line = multiplicative_line(data.yi, x, weights, level=require_level(level))
    return regression_test(
        line,
        test=test,
        measure=data.measure,
        predictor=words[0],
        weights=words[1],
        labels=data.tables.labels,
        findings=data.findings,
        limit=limit,
    )


def _peters_proportion(effects: EffectSet, level: float, name: str, force: bool) -> RegressionTest:
    require_poolable(effects)
    findings = require_enough(effects.k, name, force=force, least=3)
    lacking = [effect.label for effect in effects.effects if effect.counts is None]
    if lacking:
        raise OptionError(f"{name} needs events and participants; {lacking[0]!r} has none.")
    counts = [effect.counts for effect in effects.effects if effect.counts is not None]
    e = np.array([c.events_1 for c in counts], dtype=float)
    n = np.array([c.n_1 for c in counts], dtype=float)
    half = 0.5 * ((e == 0) | (e == n))
    a, b = e + half, n - e + half
    line = multiplicative_line(effects.yi, 1 / n, a * b / (a + b), level=require_level(level))
    return regression_test(
        line,
        test="peters",
        measure=effects.measure.code,
        predictor="1 / n",
        weights="1 / (1/events + 1/non-events)",
        labels=effects.labels,
        findings=findings,
    )


def _hypergeometric(n1: float, n2: float, events: float, log_odds_ratio: float) -> tuple[float, float]:
    """Mean and variance of the events of group 1, all margins fixed."""
    x = np.arange(max(0.0, events - n2), min(n1, events) + 1)
    log_p = x * log_odds_ratio - (
        gammaln(x + 1) + gammaln(n1 - x + 1) + gammaln(events - x + 1) + gammaln(n2 - events + x + 1)
    )
    p = np.exp(log_p - log_p.max())
    p /= p.sum()
    mean = float((p * x).sum())
    return mean, float((p * (x - mean) ** 2).sum())
