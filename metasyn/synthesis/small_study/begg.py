"""Begg and Mazumdar's rank correlation test."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from metasyn.effects.model import EffectSet
from metasyn.numerics.rank_correlation import RankCorrelation, kendall
from metasyn.numerics.shares import complement
from metasyn.numerics.wls import weighted_mean
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.small_study.asymmetry import RankTest
from metasyn.synthesis.small_study.inputs import poolable
from metasyn.synthesis.small_study.policy import require_enough
from metasyn.synthesis.small_study.recommend import linked_finding
from metasyn.values import Finding
from metasyn.vocabulary import Measure, TestName

__all__ = ["begg_test", "rank_test"]


def begg_test(
    effects: EffectSet | SynthesisResult | None = None,
    *,
    yi: ArrayLike | None = None,
    vi: ArrayLike | None = None,
    sei: ArrayLike | None = None,
    labels: Sequence[str] | None = None,
    measure: str = "GEN",
    force: bool = False,
) -> RankTest:
    r"""Begg and Mazumdar's rank correlation between effects and their variances.

    Kendall's correlation of v_i with (y_i - mu) / sqrt(v_i - 1/sum w), w = 1/v, mu the
    common-effect mean. Without ties the p value is exact for any number of effects; with ties it is
    that of the normal approximation with tied groups allowed for, without continuity correction.

    Parameters
    ----------
    effects : EffectSet or SynthesisResult, optional
        Or arrays `yi` with `vi` or `sei`, each of shape (k,).
    force : bool
        Compute it for fewer than ten effects as well.

    Raises
    ------
    OptionError
        If the data are out of range.
    NotEstimableError
        If k < 10 without `force`, k < 3, or all variances are equal.

    References
    ----------
    Begg CB, Mazumdar M. Operating characteristics of a rank correlation test for publication bias.
    Biometrics 1994;50:1088-1101. 10.2307/2533446

    Examples
    --------
    >>> yi = [-0.9, -0.1, -0.5, -1.4, -0.3, -0.2, -0.8, -0.4, -0.6, -1.1]
    >>> vi = [0.20, 0.03, 0.08, 0.40, 0.05, 0.02, 0.15, 0.06, 0.10, 0.30]
    >>> found = begg_test(yi=yi, vi=vi, measure="HR")
    >>> round(found.tau, 3), found.exact, round(found.pvalue, 6)
    (-0.956, True, 6e-06)
    """
    chosen = poolable(effects, yi=yi, vi=vi, sei=sei, labels=labels, measure=measure)
    findings = require_enough(chosen.k, "Begg and Mazumdar's test", force=force, least=3)
    w = 1 / chosen.vi
    mean, total = weighted_mean(chosen.yi, w)
    standardised = (chosen.yi - mean) / np.sqrt(chosen.vi * complement(w / total))
    return rank_test(
        kendall(standardised, chosen.vi),
        test="begg",
        measure=chosen.measure.code,
        labels=chosen.labels,
        findings=findings + linked_finding(chosen.measure.code, "Begg and Mazumdar's test"),
    )


def rank_test(
    found: RankCorrelation,
    *,
    test: TestName,
    measure: Measure,
    labels: tuple[str, ...],
    findings: tuple[Finding, ...],
) -> RankTest:
    """The record of one rank correlation: exact where it can be."""
    exact = found.exact_pvalue
    return RankTest(
        test=test,
        measure=measure,
        k=len(labels),
        labels=labels,
        tau=found.tau,
        score=found.score,
        score_se=found.score_se,
        z=found.z,
        pvalue=found.normal_pvalue if exact is None else exact,
        exact=exact is not None,
        normal_pvalue=found.normal_pvalue,
        findings=findings,
    )
