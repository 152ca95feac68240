"""Fail-safe N: how many null studies would overturn a result. Of historical interest mostly."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.effects.model import EffectSet
from metasyn.errors import OptionError
from metasyn.numerics.tails import normal_quantile, normal_two_sided_p
from metasyn.numerics.wls import weighted_mean
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.small_study.inputs import poolable, require_number
from metasyn.synthesis.small_study.policy import require_enough, require_flag
from metasyn.synthesis.small_study.records import plain
from metasyn.synthesis.tau2 import estimate_tau2
from metasyn.values import Finding, NotEstimable
from metasyn.vocabulary import FailSafeMethod, Measure, NormalModel, Tau2Method, require_option

__all__ = ["FailSafeN", "fail_safe_n"]

Array = NDArray[np.float64]
MOST = 10_000_000
# Numbers up to this one are tried one by one.
_SCANNED = 4096
_TOO_MANY = NotEstimable(f"more than {MOST:,} null studies would be needed")
_NOT_REFITTED = NotEstimable("this method does not refit the synthesis")
_NO_TEST = NotEstimable("this method is about the size of the effect, not about its test")


@dataclass(frozen=True, slots=True, kw_only=True)
class FailSafeN:
    """A fail-safe N: not an estimate of how many studies are missing.

    Attributes
    ----------
    method : {'rosenthal', 'orwin', 'rosenberg', 'general'}
    n : int or NotEstimable
        Null studies needed; 0 if the result is already there.
    k : int
    alpha, target : float or None
        What is to be reached: a p value, or an effect of that size.
    estimate : float or NotEstimable
        Mean of the observed effects.
    pvalue : float or NotEstimable
        Of the observed effects: one-sided for Rosenthal, else two-sided.
    tau2 : float
        Between-study variance of the observed effects; 0 where the method has none.
    estimate_with, pvalue_with, tau2_with : float or NotEstimable
        The same with the null studies (`general` only).
    labels : tuple of str
    findings : tuple of Finding
    """

    method: FailSafeMethod
    measure: Measure
    n: int | NotEstimable
    k: int
    alpha: float | None
    target: float | None
    estimate: float | NotEstimable
    pvalue: float | NotEstimable
    tau2: float
    estimate_with: float | NotEstimable = _NOT_REFITTED
    pvalue_with: float | NotEstimable = _NOT_REFITTED
    tau2_with: float | NotEstimable = _NOT_REFITTED
    labels: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "method": self.method,
            "n": self.n.reason if isinstance(self.n, NotEstimable) else self.n,
            "k": self.k,
            "alpha": self.alpha,
            "target": self.target,
            "estimate": plain(self.estimate),
            "p": plain(self.pvalue),
            "tau2": self.tau2,
            "estimate_with": plain(self.estimate_with),
            "p_with": plain(self.pvalue_with),
            "tau2_with": plain(self.tau2_with),
            "findings": [str(finding) for finding in self.findings],
        }

    def __str__(self) -> str:
        from metasyn.synthesis.small_study.text import fail_safe_to_text

        return fail_safe_to_text(self)


def fail_safe_n(
    effects: EffectSet | SynthesisResult | None = None,
    *,
    yi: ArrayLike | None = None,
    vi: ArrayLike | None = None,
    sei: ArrayLike | None = None,
    labels: Sequence[str] | None = None,
    measure: str = "GEN",
    method: FailSafeMethod = "general",
    alpha: float = 0.05,
    target: float | None = None,
    weighted: bool = True,
    model: NormalModel = "random-effects",
    tau2_method: Tau2Method = "REML",
    force: bool = False,
) -> FailSafeN:
    r"""The smallest number of null studies that would overturn a result.

    ==========  ==================================================================================
    rosenthal   until Stouffer's sum of z has one-sided p >= alpha: (sum z / z_alpha)^2 - k
    orwin       until the (weighted) mean is down to `target`: k (|mean| - |target|) / |target|
    rosenberg   until the common-effect mean has p >= alpha: k/W ((sum w y / z_{alpha/2})^2 - W)
    general     until the mean of the model has p >= alpha, or is down to `target`
    ==========  ==================================================================================

    For `general` (Viechtbauer 2024, the approximate form) the null studies have the harmonic mean
    of the variances, mean 0 and the between-study variance of the observed ones, so that together
    tau2_N = [(k - 1) tau2 + (N - 1) tau2 + mean^2 k N / (k + N)] / (k + N - 1); the mean and its Wald
    test follow with weights 1/(v + tau2_N).

    Parameters
    ----------
    effects : EffectSet or SynthesisResult, optional
        Or arrays `yi` with `vi` or `sei`, each of shape (k,).
    method : {'general', 'rosenberg', 'orwin', 'rosenthal'}
    alpha : float
        Two-sided level that is no longer to be reached (one-sided for Rosenthal).
    target : float, optional
        For `orwin` (required) and `general`: size of effect on the analysis scale that would no
        longer matter; its sign is that of the mean.
    weighted : bool
        For `orwin`: inverse-variance weights, or none.
    model, tau2_method : str
        For `general`.
    force : bool
        Compute it for fewer than ten effects as well.

    Raises
    ------
    OptionError
        If an option is out of range, or belongs to another method.
    NotEstimableError
        If k < 10 without `force`, or k < 2.

    References
    ----------
    Rosenthal R. The "file drawer problem" and tolerance for null results. Psychol Bull
    1979;86:638-641. 10.1037/0033-2909.86.3.638
    Orwin RG. A fail-safe N for effect size in meta-analysis. J Educ Stat 1983;8:157-159.
    10.3102/10769986008002157
    Rosenberg MS. The file-drawer problem revisited. Evolution 2005;59:464-468.
    10.1111/j.0014-3820.2005.tb01004.x

    Examples
    --------
    >>> yi = [-0.9, -0.1, -0.5, -1.4, -0.3, -0.2, -0.8, -0.4, -0.6, -1.1]
    >>> vi = [0.20, 0.03, 0.08, 0.40, 0.05, 0.02, 0.15, 0.06, 0.10, 0.30]
    >>> fail_safe_n(yi=yi, vi=vi, method="rosenberg").n
    40
    """
    require_option("method", method, FailSafeMethod)
    require_option("model", model, NormalModel)
    require_option("tau2_method", tau2_method, Tau2Method)
    require_number("alpha", alpha, low=0.0, high=1.0, rule="between 0 and 1")
    require_flag("weighted", weighted)
    size = _target(method, target)
    chosen = poolable(effects, yi=yi, vi=vi, sei=sei, labels=labels, measure=measure)
    findings = require_enough(chosen.k, "a fail-safe N", force=force, least=2)
    found = _Observed(y=chosen.yi, v=chosen.vi, alpha=float(alpha), target=size)
    if method == "orwin":
        parts = _orwin(found, weighted)
    elif method == "general":
        tau2 = 0.0
        if model == "random-effects":
            tau2 = estimate_tau2(chosen.yi, chosen.vi, method=tau2_method).value
        parts = _general(found, tau2, common=model == "common-effect")
    else:
        parts = (_rosenthal if method == "rosenthal" else _rosenberg)(found)
    return FailSafeN(
        method=method,
        measure=chosen.measure.code,
        k=chosen.k,
        alpha=None if size is not None else float(alpha),
        labels=chosen.labels,
        findings=findings,
        **parts,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Observed:
    y: Array
    v: Array
    alpha: float
    target: float | None

    @property
    def k(self) -> int:
        return self.y.size


def _target(method: FailSafeMethod, target: float | None) -> float | None:
    if target is None:
        if method == "orwin":
            raise OptionError(
                "method='orwin' needs target=: the size of effect, on the analysis scale, that would "
                "no longer matter."
            )
        return None
    if method not in ("orwin", "general"):
        raise OptionError(f"target= belongs to the methods 'orwin' and 'general'; got method={method!r}.")
    value = require_number("target", target, low=-math.inf, high=math.inf, rule="a finite number, not 0")
    if value == 0:
        raise OptionError("target must not be 0: no finite number of null studies brings a mean to 0.")
    return abs(value)


def _rosenthal(found: _Observed) -> dict[str, Any]:
    total = float((found.y / np.sqrt(found.v)).sum())
    needed = (total / normal_quantile(2 * found.alpha)) ** 2 - found.k if found.alpha < 0.5 else 0.0
    p = normal_two_sided_p(total / math.sqrt(found.k)) / 2
    return {
        "n": _whole(needed) if p < found.alpha else 0,
        "target": None,
        "estimate": NotEstimable("Rosenthal's method adds up test statistics; it has no mean effect"),
        "pvalue": p,
        "tau2": 0.0,
    }


def _orwin(found: _Observed, weighted: bool) -> dict[str, Any]:
    mean = weighted_mean(found.y, 1 / found.v)[0] if weighted else float(found.y.mean())
    target = found.target or 0.0
    return {
        "n": _whole(found.k * (abs(mean) - target) / target),
        "target": math.copysign(target, mean),
        "estimate": mean,
        "pvalue": _NO_TEST,
        "tau2": 0.0,
    }


def _rosenberg(found: _Observed) -> dict[str, Any]:
    mean, total = weighted_mean(found.y, 1 / found.v)
    z = mean * math.sqrt(total)
    needed = found.k * ((z / normal_quantile(found.alpha)) ** 2 - 1)
    return {
        "n": _whole(needed),
        "target": None,
        "estimate": mean,
        "pvalue": normal_two_sided_p(z),
        "tau2": 0.0,
    }


def _whole(needed: float) -> int | NotEstimable:
    """The next whole number; one that is only missed by rounding is met."""
    if needed > MOST:
        return _TOO_MANY
    nearest = round(needed)
    close = abs(needed - nearest) <= 1e-12 * max(1.0, abs(needed))
    return max(0, nearest if close else math.ceil(needed))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WithNullStudies:
    """The synthesis of observed effects together with null studies that are as heterogeneous.

    Attributes
    ----------
    y, v : ndarray of shape (k,)
    tau2 : float
        Of the observed effects.
    mean : float
        Of the observed effects at that tau2.
    common : bool
        No between-study variance, with or without null studies.
    """

    y: Array
    v: Array
    tau2: float
    mean: float
    common: bool

    def tau2_with(self, n: int) -> float:
        """Between-study variance with n null studies: the mean square over all of them."""
        if self.common or n == 0:
            return self.tau2
        k = self.y.size
        between = self.mean * self.mean * k * n / (k + n)
        return ((k + n - 2) * self.tau2 + between) / (k + n - 1)

    def fit(self, n: int) -> tuple[float, float]:
        """Estimate and two-sided p value with n null studies."""
        t = self.tau2_with(n)
        centre, total = weighted_mean(self.y, 1 / (self.v + t))
        harmonic = self.y.size / float((1 / self.v).sum())
        whole = total + n / (harmonic + t)
        return centre * total / whole, normal_two_sided_p(centre * total / math.sqrt(whole))


def _general(found: _Observed, tau2: float, *, common: bool) -> dict[str, Any]:
    mean = weighted_mean(found.y, 1 / (found.v + tau2))[0]
    joint = WithNullStudies(y=found.y, v=found.v, tau2=tau2, mean=mean, common=common)

    def overturned(n: int) -> bool:
        estimate, p = joint.fit(n)
        return p >= found.alpha if found.target is None else abs(estimate) <= found.target

    n = _smallest(overturned)
    parts: dict[str, Any] = {
        "n": _TOO_MANY if n is None else n,
        "target": None if found.target is None else math.copysign(found.target, mean),
        "estimate": mean,
        "pvalue": joint.fit(0)[1],
        "tau2": tau2,
    }
    if n is not None:
        estimate, p = joint.fit(n)
        parts |= {"estimate_with": estimate, "pvalue_with": p, "tau2_with": joint.tau2_with(n)}
    return parts


def _smallest(holds: Callable[[int], bool]) -> int | None:
    """The smallest number for which something holds that, further out, holds from some number on."""
    for n in range(_SCANNED + 1):
        if holds(n):
            return n
    low, high = _SCANNED, 2 * _SCANNED
    while not holds(high):
        if high >= MOST:
            return None
        low, high = high, min(2 * high, MOST)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
