"""Pooling dependent effects by the correlated and hierarchical effects model."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike

from metasyn.effects.model import EffectSet
from metasyn.errors import NotEstimableError, OptionError
from metasyn.evidence.selection import Evidence
from metasyn.numerics.tails import t_quantile
from metasyn.synthesis.arrays import effects_or_arrays, require_poolable
from metasyn.synthesis.dependence.clusters import cluster_rows, covariance_of
from metasyn.synthesis.dependence.construct import sampling_covariance
from metasyn.synthesis.dependence.from_effects import effects_covariance
from metasyn.synthesis.dependence.groups import DependenceGroups, dependence_groups
from metasyn.synthesis.dependence.model import SamplingCovariance
from metasyn.synthesis.dependence.observed import DEFAULT_RHO, require_correlation
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.multilevel.model import MultilevelResult
from metasyn.synthesis.multilevel.pool import pool_multilevel
from metasyn.synthesis.robust.che_model import CheAtRho, CheResult, CheSpec
from metasyn.synthesis.robust.inference import cluster_robust
from metasyn.synthesis.robust.model import RobustResult
from metasyn.values import Finding, Interval, NotEstimable, require_level
from metasyn.vocabulary import MultilevelMethod, RobustVariance, VarianceCi, require_option

__all__ = ["SENSITIVITY", "pool_che"]

SENSITIVITY = (0.2, 0.4, 0.6, 0.8, 0.9)


def pool_che(
    effects: EffectSet | SynthesisResult | None = None,
    *,
    yi: ArrayLike | None = None,
    vi: ArrayLike | None = None,
    clusters: Sequence[Any] | DependenceGroups | None = None,
    evidence: Evidence | None = None,
    subgroups: Sequence[Any] | None = None,
    labels: Sequence[str] | None = None,
    measure: str = "GEN",
    X: ArrayLike | None = None,
    names: Sequence[str] | None = None,
    formula: str | None = None,
    data: object = None,
    rho: float = DEFAULT_RHO,
    sensitivity: Sequence[float] = SENSITIVITY,
    method: str = "REML",
    variance: str = "CR2",
    variance_ci: str = "profile-likelihood",
    level: float = 0.95,
) -> CheResult:
    r"""Pool effects of which several come from the same participants.

    Row j of cluster i is `y_ij = x_ij b + u_i + w_ij + e_ij`, with `u ~ N(0, tau2)`, `w ~ N(0, omega2)` and
    sampling errors of variance `v_ij` whose correlation within a cluster is taken to be `rho`. Nobody knows
    rho, so the standard errors are cluster-robust (CR2, Satterthwaite): they are right whatever it is, and
    it only decides the weights. The result holds the same model with other values of rho.

    Parameters
    ----------
    effects : EffectSet or SynthesisResult, optional
        Standardised effects; or give arrays.
    yi, vi : array_like of shape (k,), optional
        Estimates and sampling **variances** on the analysis scale.
    clusters : sequence of length k, or DependenceGroups, optional
        Rows of different clusters are independent. By default `dependence_groups(effects, evidence)`.
    evidence : Evidence, optional
        The tables the effects come from. The sampling covariances are then those of `effects_covariance`:
        none between rows without common participants, that of a part and its whole, of a common control
        group, and `rho` where the tables have no number.
    subgroups : sequence of length k, optional
        Rows of a cluster with different subgroups have no participant in common: their sampling errors are
        not correlated.
    labels, measure
        Of effects given as arrays.
    X, names, formula, data
        The design as in `pool_multilevel`; by default the mean.
    rho : float
        0 <= rho < 1.
    sensitivity : sequence of float
        Further values of rho.
    method : {'REML', 'ML'}
        How tau2 and omega2 are estimated.
    variance : {'CR2', 'CR0', 'CR1', 'CR1p', 'CR1S'}
    variance_ci : {'profile-likelihood', 'none'}
        Intervals of tau2 and omega2.
    level : float
        Of all intervals, as a proportion.

    Returns
    -------
    CheResult

    Raises
    ------
    OptionError
        If columns or options break their rules.
    NotEstimableError
        If no cluster has two rows, there is one cluster, or the working model cannot be estimated.

    References
    ----------
    Pustejovsky JE, Tipton E. Meta-analysis with robust variance estimation: expanding the range of working
    models. Prev Sci 2022;23:425-438. 10.1007/s11121-021-01246-3.

    Examples
    --------
    >>> result = pool_che(
    ...     yi=[-0.6, -0.4, -0.9, -0.1, -0.5, 0.2, -0.3], vi=[0.1, 0.1, 0.2, 0.15, 0.12, 0.2, 0.1],
    ...     clusters=["A", "A", "B", "B", "C", "D", "D"])
    >>> [round(at.rho, 1) for at in result.sensitivity], result.n_clusters
    ([0.2, 0.4, 0.6, 0.8, 0.9], 4)
    """
    require_option("variance_ci", variance_ci, VarianceCi)
    spec = _spec(rho, sensitivity, method, variance, level, evidence)
    given = effects_or_arrays(effects, yi=yi, vi=vi, sei=None, labels=labels, measure=measure)
    require_poolable(given)
    groups = _clusters(given, clusters, evidence)
    known = _sampling(given, groups, subgroups, evidence)
    design = {"X": X, "names": names, "formula": formula, "data": data}
    covariance = known(spec.rho)
    model = _fit(given, groups, covariance, spec, design, variance_ci)
    robust = cluster_robust(model, clusters=groups, variance=variance, level=level)
    tried = {spec.rho: _at(spec.rho, model, robust)}
    for value in spec.sensitivity if _matters(known, spec.rho) else ():
        if value not in tried:
            tried[value] = _refitted(value, given, groups, known, spec, design)
    found = tuple(tried[value] for value in sorted(tried))
    return CheResult(
        spec=spec,
        effects=given,
        covariance=covariance,
        model=model,
        robust=robust,
        pi=_prediction(model, robust, level),
        sensitivity=found,
        findings=(*model.findings, *robust.findings, *_depends_on_rho(found, spec.rho)),
    )


def _spec(
    rho: float,
    sensitivity: Sequence[float],
    method: str,
    variance: str,
    level: float,
    evidence: Evidence | None,
) -> CheSpec:
    """The request, every option checked."""
    return CheSpec(
        rho=require_correlation("rho", rho, low=0.0),
        sensitivity=tuple(require_correlation("sensitivity", value, low=0.0) for value in sensitivity),
        method=cast("MultilevelMethod", require_option("method", method, MultilevelMethod)),
        variance=cast("RobustVariance", require_option("variance", variance, RobustVariance)),
        level=require_level(level),
        from_evidence=evidence is not None,
    )


def _sampling(
    effects: EffectSet, clusters: Sequence[str], subgroups: Sequence[Any] | None, evidence: Evidence | None
) -> Callable[[float], SamplingCovariance]:
    """The sampling covariances as a function of rho."""
    if evidence is None:
        return lambda rho: sampling_covariance(effects.vi, clusters, subgroups=subgroups, rho=rho)
    if subgroups is not None:
        raise OptionError("give subgroups or evidence, not both: the evidence says who is in which cohort.")
    return lambda rho: covariance_of(effects_covariance(effects, evidence, rho=rho).covariance, clusters)


def _matters(known: Callable[[float], SamplingCovariance], rho: float) -> bool:
    """Whether any covariance depends on rho."""
    try:
        other = known(rho / 2 if rho else 0.5)
    except NotEstimableError:
        return True
    pairs = zip(known(rho).blocks, other.blocks, strict=True)
    return not all(np.array_equal(one, two) for one, two in pairs)


def _clusters(effects: EffectSet, clusters: Any, evidence: Evidence | None) -> tuple[str, ...]:
    """Names of the clusters, row by row."""
    if clusters is None:
        clusters = dependence_groups(effects, evidence)
    if isinstance(clusters, DependenceGroups):
        if clusters.effects.labels != effects.labels:
            raise OptionError("the dependence groups are those of another set of effects.")
        clusters = clusters.clusters
    names, rows = cluster_rows(clusters, effects.k)
    if len(names) == 1:
        raise NotEstimableError(
            f"all rows are in one cluster ({names[0]!r}): how clusters differ cannot be told. List its rows, "
            "or say with clusters= which of them are independent."
        )
    if all(index.size == 1 for index in rows):
        raise NotEstimableError(
            f"no cluster has two rows: {effects.k} rows in {len(names)} clusters. Rows that are independent "
            "of each other are pooled by pool(); otherwise say with clusters= which belong together."
        )
    out = [""] * effects.k
    for name, index in zip(names, rows, strict=True):
        for row in index:
            out[row] = name
    return tuple(out)


def _fit(
    effects: EffectSet,
    clusters: Sequence[str],
    covariance: SamplingCovariance,
    spec: CheSpec,
    design: dict[str, Any],
    variance_ci: str,
) -> MultilevelResult:
    """The working model."""
    return pool_multilevel(
        effects,
        levels={"cluster": list(clusters), "effect": None},
        sampling=list(covariance.blocks),
        method=spec.method,
        variance_ci=variance_ci,
        level=spec.level,
        **design,
    )


def _refitted(
    rho: float,
    effects: EffectSet,
    clusters: Sequence[str],
    known: Callable[[float], SamplingCovariance],
    spec: CheSpec,
    design: dict[str, Any],
) -> CheAtRho:
    """The model with another rho, or why there is none."""
    try:
        model = _fit(effects, clusters, known(rho), spec, design, "none")
        return _at(
            rho, model, cluster_robust(model, clusters=clusters, variance=spec.variance, level=spec.level)
        )
    except NotEstimableError as error:
        why = NotEstimable(str(error))
        return CheAtRho(rho=rho, coefficients=why, tau2=why, omega2=why)


def _at(rho: float, model: MultilevelResult, robust: RobustResult) -> CheAtRho:
    tau2, omega2 = (component.variance for component in model.components)
    return CheAtRho(rho=rho, coefficients=robust.coefficients, tau2=tau2, omega2=omega2)


def _prediction(model: MultilevelResult, robust: RobustResult, level: float) -> Interval | NotEstimable:
    """Estimate plus or minus a quantile of t times sqrt(se^2 + tau2 + omega2)."""
    mean = robust.coefficients[0]
    if robust.model.p > 1 or not np.all(robust.model.design == 1):
        return NotEstimable("a prediction interval is given for the mean without moderators")
    if isinstance(mean.se, NotEstimable) or isinstance(mean.df, NotEstimable):
        return mean.ci if isinstance(mean.ci, NotEstimable) else NotEstimable("there is no standard error")
    if robust.n_clusters < 3:
        return NotEstimable("a prediction interval needs three clusters")
    spread = sum(component.variance for component in model.components)
    half = t_quantile(1 - level, mean.df) * math.sqrt(mean.se**2 + spread)
    return Interval(mean.estimate - half, mean.estimate + half, level)


def _depends_on_rho(found: Sequence[CheAtRho], rho: float) -> list[Finding]:
    """A warning where whether a coefficient differs from zero depends on what rho is taken to be."""
    estimable = [at for at in found if not isinstance(at.coefficients, NotEstimable)]
    base = next(at.coefficients for at in estimable if at.rho == rho)
    findings = []
    for j, row in enumerate(cast("tuple[Any, ...]", base)):
        sides = {at.rho: _side(cast("tuple[Any, ...]", at.coefficients)[j].ci) for at in estimable}
        differing = [value for value, side in sides.items() if side != sides[rho]]
        if differing:
            listed = ", ".join(f"{value:g}" for value in differing)
            findings.append(
                Finding(
                    code="che-depends-on-rho",
                    message=f"{row.name}: whether its interval contains zero depends on the assumed "
                    f"correlation; it is another answer with rho = {listed} than with {rho:g}",
                    severity="warning",
                )
            )
    failed = ", ".join(f"{at.rho:g}" for at in found if isinstance(at.coefficients, NotEstimable))
    if failed:
        message = f"with rho = {failed} the model could not be estimated"
        findings.append(Finding(code="che-rho-not-estimable", message=message, severity="note"))
    return findings


def _side(ci: Interval | NotEstimable) -> int | None:
    """Whether zero is below (1), within (0) or above (-1) an interval."""
    if isinstance(ci, NotEstimable):
        return None
    return 0 if 0 in ci else (1 if ci.low > 0 else -1)
