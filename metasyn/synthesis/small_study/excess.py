"""The test of excess significance: more significant studies than their power allows for?"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtrc, ndtr

from metasyn.effects.model import EffectSet
from metasyn.errors import OptionError
from metasyn.numerics.roots import bracketed_root
from metasyn.numerics.tails import normal_quantile
from metasyn.numerics.wls import weighted_mean
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.small_study.inputs import poolable, require_number
from metasyn.synthesis.small_study.policy import require_enough
from metasyn.synthesis.small_study.records import plain
from metasyn.values import Finding, NotEstimable
from metasyn.vocabulary import Alternative, ExcessTest, Measure, require_option

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ExcessSignificance", "excess_significance"]

Array = NDArray[np.float64]
_LIMIT_P = 0.1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExcessSignificance:
    """Observed against expected significant studies.

    Attributes
    ----------
    observed : int
    expected : float
        Sum of `power`.
    ratio : float or NotEstimable
        `observed / expected`.
    test : {'chi2', 'binomial', 'exact'}
    statistic : float or NotEstimable
        Chi-square with one degree of freedom.
    pvalue : float
        One-sided: of as many significant studies or more.
    theta, tau2 : float
        True effect and between-study variance that the power is computed for.
    theta_limit : float or NotEstimable
        The true effect at which the p value is 0.1 (Ioannidis & Trikalinos's limit).
    power : ndarray of shape (k,)
    significant : ndarray of bool, shape (k,)
    k : int
    labels : tuple of str
    findings : tuple of Finding
    """

    measure: Measure
    observed: int
    expected: float
    ratio: float | NotEstimable
    test: ExcessTest
    alternative: Alternative
    alpha: float
    statistic: float | NotEstimable
    pvalue: float
    theta: float
    tau2: float
    theta_limit: float | NotEstimable
    power: Array
    significant: NDArray[np.bool_]
    k: int
    labels: tuple[str, ...]
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        self.power.flags.writeable = False
        self.significant.flags.writeable = False

    def to_frame(self) -> pd.DataFrame:
        """One row per effect: `label`, `significant`, `power`."""
        import pandas as pd

        return pd.DataFrame({"label": self.labels, "significant": self.significant, "power": self.power})

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "measure": self.measure,
            "k": self.k,
            "observed": self.observed,
            "expected": self.expected,
            "ratio": plain(self.ratio),
            "test": self.test,
            "alternative": self.alternative,
            "alpha": self.alpha,
            "statistic": plain(self.statistic),
            "p": self.pvalue,
            "theta": self.theta,
            "tau2": self.tau2,
            "theta_limit": plain(self.theta_limit),
            "power": self.power.tolist(),
            "findings": [str(finding) for finding in self.findings],
        }

    def __str__(self) -> str:
        from metasyn.synthesis.small_study.text import excess_to_text

        return excess_to_text(self)


def excess_significance(
    effects: EffectSet | SynthesisResult | None = None,
    *,
    yi: ArrayLike | None = None,
    vi: ArrayLike | None = None,
    sei: ArrayLike | None = None,
    labels: Sequence[str] | None = None,
    measure: str = "GEN",
    theta: float | None = None,
    tau2: float = 0.0,
    null: float = 0.0,
    alternative: Alternative = "two-sided",
    alpha: float = 0.05,
    test: ExcessTest = "chi2",
    force: bool = False,
) -> ExcessSignificance:
    r"""Ioannidis and Trikalinos' test of excess significance.

    A study is significant if (y - null)/sqrt(v) is beyond the critical value; its power is the
    probability of that for y ~ N(theta, v + tau2). With E the summed power and O the significant
    studies, chi-square is (O - E)^2/E + (O - E)^2/(k - E), referred one-sided; `binomial` takes O as
    binomial with probability E/k, `exact` as a sum of independent events with the given powers.

    The test asks whether there is an unusual number of significant studies, not why.

    Parameters
    ----------
    effects : EffectSet or SynthesisResult, optional
        Or arrays `yi` with `vi` or `sei`, each of shape (k,).
    theta : float, optional
        True effect; default the common-effect mean.
    tau2 : float
        Between-study variance of the true effects.
    null : float
        Value of no effect that the studies were tested against.
    alternative : {'two-sided', 'greater', 'less'}
        Of the tests of the single studies.
    alpha : float
        Level of the tests of the single studies.
    test : {'chi2', 'binomial', 'exact'}
    force : bool
        Compute it for fewer than ten effects as well.

    Raises
    ------
    OptionError
        If an option or the data are out of range.
    NotEstimableError
        If k < 10 without `force`, or k < 2.

    References
    ----------
    Ioannidis JPA, Trikalinos TA. An exploratory test for an excess of significant findings.
    Clin Trials 2007;4:245-253. 10.1177/1740774507079441
    Francis G. Replication, statistical consistency, and publication bias. J Math Psychol
    2013;57:153-169. 10.1016/j.jmp.2013.02.003

    Examples
    --------
    >>> yi = [-0.9, -0.1, -0.5, -1.4, -0.3, -0.2, -0.8, -0.4, -0.6, -1.1]
    >>> vi = [0.20, 0.03, 0.08, 0.40, 0.05, 0.02, 0.15, 0.06, 0.10, 0.30]
    >>> found = excess_significance(yi=yi, vi=vi)
    >>> found.observed, round(found.expected, 4), round(found.pvalue, 4), round(found.theta_limit, 4)
    (4, 2.7004, 0.1773, -0.3086)
    """
    require_option("alternative", alternative, Alternative)
    require_option("test", test, ExcessTest)
    require_number("alpha", alpha, low=0.0, high=1.0, rule="between 0 and 1")
    require_number("null", null, low=-math.inf, high=math.inf, rule="a finite number")
    if require_number("tau2", tau2, low=-math.inf, high=math.inf, rule="a finite number >= 0") < 0:
        raise OptionError(f"tau2 must be a finite number >= 0; got {tau2!r}.")
    if theta is not None:
        require_number("theta", theta, low=-math.inf, high=math.inf, rule="a finite number")
    chosen = poolable(effects, yi=yi, vi=vi, sei=sei, labels=labels, measure=measure)
    findings = require_enough(chosen.k, "the test of excess significance", force=force, least=2)
    at = float(theta) if theta is not None else weighted_mean(chosen.yi, 1 / chosen.vi)[0]
    studies = _Studies(v=chosen.vi, tau2=float(tau2), null=float(null), alpha=alpha, alternative=alternative)
    significant = studies.significant(chosen.yi)
    observed, power = int(significant.sum()), studies.power(at)
    expected = float(power.sum())
    return ExcessSignificance(
        measure=chosen.measure.code,
        observed=observed,
        expected=expected,
        ratio=observed / expected if expected > 0 else NotEstimable("no significant study is expected"),
        test=test,
        alternative=alternative,
        alpha=float(alpha),
        statistic=_chi2(observed, expected, chosen.k)
        if test == "chi2"
        else NotEstimable("this test has a p value without a statistic"),
        pvalue=_PVALUES[test](observed, power),
        theta=at,
        tau2=float(tau2),
        theta_limit=_limit(studies, observed, at, _PVALUES[test]),
        power=power,
        significant=significant,
        k=chosen.k,
        labels=chosen.labels,
        findings=findings,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Studies:
    """The tests of the single studies."""

    v: Array
    tau2: float
    null: float
    alpha: float
    alternative: Alternative

    def significant(self, y: Array) -> NDArray[np.bool_]:
        z = (y - self.null) / np.sqrt(self.v)
        if self.alternative == "two-sided":
            return np.asarray(np.abs(z) >= self._critical)
        return np.asarray(z >= self._critical if self.alternative == "greater" else z <= -self._critical)

    def power(self, theta: float) -> Array:
        edge, spread = self._critical * np.sqrt(self.v), np.sqrt(self.v + self.tau2)
        above = ndtr((theta - self.null - edge) / spread)
        below = ndtr((self.null - theta - edge) / spread)
        if self.alternative == "two-sided":
            return np.asarray(above + below)
        return np.asarray(above if self.alternative == "greater" else below)

    @property
    def _critical(self) -> float:
        if self.alternative == "two-sided":
            return normal_quantile(self.alpha)
        return normal_quantile(2 * self.alpha) if self.alpha < 0.5 else -normal_quantile(2 - 2 * self.alpha)


def _chi2(observed: int, expected: float, k: int) -> float | NotEstimable:
    if not 0 < expected < k:
        return NotEstimable("the expected number is all or nothing")
    return (observed - expected) ** 2 * (1 / expected + 1 / (k - expected))


def _p_chi2(observed: int, power: Array) -> float:
    expected = float(power.sum())
    statistic = _chi2(observed, expected, power.size)
    if isinstance(statistic, NotEstimable):
        return 1.0 if observed <= expected else 0.0
    return float(ndtr(-math.copysign(math.sqrt(statistic), observed - expected)))


def _p_binomial(observed: int, power: Array) -> float:
    if observed == 0:
        return 1.0
    return float(bdtrc(observed - 1, power.size, min(1.0, float(power.mean()))))


def _p_exact(observed: int, power: Array) -> float:
    """P of as many events or more, from the convolution of all single ones."""
    p = np.zeros(power.size + 1)
    p[0] = 1.0
    for one in power:
        p[1:] = p[1:] * (1 - one) + p[:-1] * one
        p[0] *= 1 - one
    return min(1.0, float(p[observed:].sum()))


_PVALUES: dict[ExcessTest, Callable[[int, Array], float]] = {
    "chi2": _p_chi2,
    "binomial": _p_binomial,
    "exact": _p_exact,
}


def _limit(
    studies: _Studies, observed: int, theta: float, pvalue: Callable[[int, Array], float]
) -> float | NotEstimable:
    """The true effect, on the side of theta, at which the p value is 0.1: power grows away from the null."""

    def gap(distance: float) -> float:
        return pvalue(observed, studies.power(studies.null + direction * distance)) - _LIMIT_P

    direction = math.copysign(1.0, theta - studies.null)
    if studies.alternative != "two-sided":
        direction = 1.0 if studies.alternative == "greater" else -1.0
    at_null = gap(0.0)
    if at_null >= 0:
        return NotEstimable("the p value is above 0.1 even if no study has an effect")
    far = math.sqrt(float(studies.v.min()))
    while gap(far) < 0:
        far *= 2
        if far > 1e6 * math.sqrt(float(studies.v.max()) + studies.tau2):
            return NotEstimable("the p value is below 0.1 whatever the true effect")
    return studies.null + direction * bracketed_root(gap, 0.0, far, f_low=at_null).root
