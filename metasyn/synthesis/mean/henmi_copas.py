"""The Henmi-Copas interval: the common-effect mean with the uncertainty of random effects."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc

from metasyn.errors import NotEstimableError
from metasyn.numerics.additive import prepare
from metasyn.numerics.roots import bracketed_root
from metasyn.numerics.shares import complement, projection_traces, share_variance
from metasyn.numerics.tails import normal_quantile
from metasyn.numerics.wls import weighted_mean
from metasyn.synthesis.mean.fit import MeanFit
from metasyn.synthesis.mean.record import NO_NULL, Inference, fixed_tau2, refused, shares_tau2
from metasyn.synthesis.tau2.estimators import estimate_tau2_of
from metasyn.values import Interval, NotEstimable

__all__ = ["henmi_copas"]

Array = NDArray[np.float64]

_NODES, _NODE_WEIGHTS = np.polynomial.legendre.leggauss(20)
# The normal density is negligible this far beyond the lower limit of the integral.
_REACH = 12.0
_TOLERANCE = 1e-13
_MAX_PANELS = 2**12


def henmi_copas(fit: MeanFit, *, level: float, null: float | None) -> Inference:
    r"""Interval and test of the mean that stay valid under publication bias better than Wald's.

    The **common-effect** mean m, whose weights p = (1/v) / sum(1/v) give small studies least
    influence, with variance sum p^2 (v + tau2), tau2 by DerSimonian and Laird. Its pivot
    U = (m - mu) / sqrt(variance) is referred to its own distribution: given m, Cochran's Q (and with
    it tau2) is approximated by the gamma distribution with the exact conditional mean and variance,
    and integrated over the normal distribution of m by Gauss-Legendre quadrature to 1e-13.

    Parameters
    ----------
    fit : MeanFit
        Only its data are used: weights and tau2 are those of the method.
    level : float
    null : float or None

    Returns
    -------
    Inference
        `estimate` is the common-effect mean; `df` is inf, as there is no t distribution; `pvalue`
        comes from the distribution of U.

    References
    ----------
    Henmi M, Copas JB. Confidence intervals for random effects meta-analysis and robustness to
    publication bias. Stat Med 2010;29:2969-2983. 10.1002/sim.4029

    Examples
    --------
    >>> import numpy as np
    >>> from metasyn.synthesis.mean import fit_mean
    >>> fit = fit_mean(np.array([-0.9, -0.1, -0.5, -1.4]), np.array([0.1, 0.05, 0.2, 0.1]), 0.2)
    >>> found = henmi_copas(fit, level=0.95, null=0.0)
    >>> round(found.estimate, 6), round(found.ci.low, 4), round(found.ci.high, 4)
    (-0.611111, -1.5845, 0.3623)
    """
    reason = _undefined(fit)
    if reason:
        return refused(fit, reason, null=null)
    problem = prepare(fit.yi, fit.vi)
    pivot = _Pivot.of(problem.v, estimate_tau2_of(problem, "DL").value / problem.unit)
    estimate = weighted_mean(fit.yi, 1.0 / problem.v)[0]
    se = math.sqrt(problem.unit) * pivot.se
    half = _quantile(pivot, (1 - level) / 2) * se
    statistic: float | NotEstimable = NO_NULL
    pvalue: float | NotEstimable = NO_NULL
    if null is not None:
        statistic = (estimate - null) / se
        pvalue = min(1.0, 2 * _upper_tail(pivot, abs(statistic)))
    return Inference(
        estimate=estimate,
        se=se,
        df=math.inf,
        ci=Interval(estimate - half, estimate + half, level),
        statistic=statistic,
        pvalue=pvalue,
    )


def _undefined(fit: MeanFit) -> str:
    """Why there is no such interval for this fit, or nothing."""
    if fit.k < 2:
        return "the Henmi-Copas interval needs at least two effects"
    if fit.user_weights:
        return "the Henmi-Copas interval comes with its own weights, not with weights of one's own"
    if fixed_tau2(fit):
        return "the Henmi-Copas interval allows for the estimation of tau2, but tau2 is not estimated here"
    if shares_tau2(fit):
        return "the Henmi-Copas interval is not defined where groups share one between-study variance"
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pivot:
    """Moments of Q given R = sqrt(W) (m - mu), with R normal of variance `spread`.

    Q = (y - mu)' A (y - mu), A = diag(w) - ww'/W, and y given R has mean c R and variance
    diag(v + t) - spread cc', c = (1 + t w) / (sqrt(W) spread). Hence mean tr(A S) + R^2 c'Ac and
    variance 2 tr(ASAS) + 4 R^2 c'ASAc with S that variance.
    """

    df: int
    se: float
    spread: float
    slope: float
    mean: tuple[float, float]
    variance: tuple[float, float]

    @classmethod
    def of(cls, v: Array, t: float) -> _Pivot:
        """The moments for variances v and between-study variance t, both on the problem's scale."""
        w = 1.0 / v
        total = float(w.sum())
        p = w / total
        df = v.size - 1
        w_mean, w_variance = share_variance(p, w)
        trace = float((w * complement(p)).sum())
        trace2 = total * total * projection_traces(p)[1]
        third = float((p * w * (w - w_mean) ** 2).sum())
        spread = 1.0 + t * w_mean
        quadratic = t * t * w_variance / spread**2  # c'Ac
        cubic = t * t * (w_variance + t * third) / spread**2  # c'A diag(v + t) Ac
        plain = df + 2 * t * trace + t * t * trace2
        return cls(
            df=df,
            se=math.sqrt(spread / total),
            spread=spread,
            slope=trace / w_mean,
            mean=(df + t * trace - spread * quadratic, quadratic),
            variance=(
                2 * (plain - 2 * spread * cubic + (spread * quadratic) ** 2),
                4 * (cubic - spread * quadratic**2),
            ),
        )


def _upper_tail(pivot: _Pivot, u: float) -> float:
    """P(U > u) for u >= 0: the integral over z = R / sd(R) of P(Q < what U > u needs, given R)."""
    sd = math.sqrt(pivot.spread)
    low = u / sd
    if low == 0:
        return 0.5
    span = math.log1p(_REACH / low)
    panels = max(4, math.ceil(span))
    before = _integral(pivot, u, low, span, panels)
    while panels < _MAX_PANELS:
        panels *= 2
        value = _integral(pivot, u, low, span, panels)
        if abs(value - before) <= _TOLERANCE * abs(value):
            return value
        before = value
    raise NotEstimableError("the Henmi-Copas integral was not computed to full precision.")


def _integral(pivot: _Pivot, u: float, low: float, span: float, panels: int) -> float:
    """Gauss-Legendre quadrature in log z: the condition on Q depends on the ratio z / low alone."""
    width = span / panels
    s = (np.arange(panels)[:, None] + 0.5 * (_NODES + 1.0)) * width
    z = low * np.exp(s)
    r2 = pivot.spread * z * z
    mean = pivot.mean[0] + pivot.mean[1] * r2
    variance = pivot.variance[0] + pivot.variance[1] * r2
    limit = pivot.df + pivot.slope * np.expm1(2 * s)
    inside = gammainc(mean * mean / variance, limit * mean / variance)
    density = np.exp(-0.5 * z * z) * z / math.sqrt(2 * math.pi)
    return float((density * inside * _NODE_WEIGHTS).sum()) * 0.5 * width


def _quantile(pivot: _Pivot, tail: float) -> float:
    """The u with P(U > u) = tail."""
    low = high = normal_quantile(2 * tail)
    while _upper_tail(pivot, low) < tail:
        low /= 2
    while _upper_tail(pivot, high) > tail:
        high *= 2
    return bracketed_root(lambda u: _upper_tail(pivot, u) - tail, low, high).root
