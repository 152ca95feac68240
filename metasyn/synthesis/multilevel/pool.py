"""Pooling effects that depend on each other by multilevel and multivariate models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from metasyn.effects.model import EffectSet
from metasyn.errors import OptionError
from metasyn.synthesis.arrays import effects_from_arrays, effects_or_arrays, require_poolable
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.multilevel.assemble import assemble
from metasyn.synthesis.multilevel.given import Grouping, group_rows, the_design
from metasyn.synthesis.multilevel.model import MultilevelResult, MultilevelSpec
from metasyn.synthesis.multilevel.sampling import Sampling, sampling_of
from metasyn.values import require_level
from metasyn.vocabulary import (
    DegreesOfFreedom,
    MultilevelCi,
    MultilevelMethod,
    OutcomeStructure,
    VarianceCi,
    require_option,
)

__all__ = ["pool_multilevel"]


def pool_multilevel(
    effects: EffectSet | SynthesisResult | None = None,
    *,
    yi: ArrayLike | None = None,
    vi: ArrayLike | None = None,
    sampling: ArrayLike | Sequence[ArrayLike] | None = None,
    labels: Sequence[str] | None = None,
    measure: str = "GEN",
    levels: Mapping[str, Sequence[object] | str | None] | Sequence[str] = (),
    outcomes: Sequence[object] | str | None = None,
    within: Sequence[object] | str | None = None,
    structure: str | None = None,
    X: ArrayLike | None = None,
    names: Sequence[str] | None = None,
    formula: str | None = None,
    data: object = None,
    method: str = "REML",
    ci_method: str = "wald",
    df_method: str | None = None,
    variance_ci: str = "profile-likelihood",
    level: float = 0.95,
) -> MultilevelResult:
    r"""Pool effects that share studies, cohorts or outcomes: y = X b + Z u + e with known Var(e) = V.

    The random effects Z u are one per group of every level (three levels: `levels=("study", "effect")`), or
    one per outcome of every study with covariance G:

    ========= ======================================== ======================
    structure G                                        parameters, m outcomes
    ========= ======================================== ======================
    `CS`      tau2 on the diagonal, tau2 rho beside it 2
    `HCS`     tau_a tau_b rho                          m + 1
    `UN`      any                                      m (m + 1) / 2
    ========= ======================================== ======================

    Both may be given. The (restricted) likelihood is maximised with exact derivatives; G stays non-negative
    definite, so that rho >= -1 / (m - 1) for CS and HCS, and variances may be exactly 0.

    Parameters
    ----------
    effects : EffectSet or SynthesisResult, optional
        Standardised effects; or give arrays.
    yi, vi : array_like of shape (k,), optional
        Estimates and sampling **variances** on the analysis scale.
    sampling : array_like of shape (k, k), or sequence of square arrays, optional
        Sampling covariances V: one matrix, or a block for every group of the first level (of `within`, if
        there are no levels), groups in order of first appearance. Default: independent sampling errors.
    labels, measure
        Of effects given as arrays.
    levels : sequence of str, or mapping of str to columns
        Random effects, outermost first. A name is `"study"`, `"cohort"` (their ids), `"effect"` (each
        effect its own group) or an attribute of the effects; in a mapping a column of k values, such a name,
        or None for `"effect"`. Groups of an inner level are those within the outer one.
    outcomes, within : sequence of k values, or str, optional
        The outcome of each effect, and the study in which outcomes vary together; columns or names.
    structure : {'CS', 'HCS', 'UN'}, optional
        Default `UN` for two outcomes, `CS` for more.
    X, names, formula, data
        The design as in `meta_regression`: a matrix with the column of ones, or a formula. Default: the mean.
    method : {'REML', 'ML'}
    ci_method : {'wald', 't'}
        Of the coefficients: normal or t.
    df_method : {'residual', 'contain'}, optional
        Of t: k - p; or by containment (default), the fewest groups less p among the levels within whose
        groups the column does not change, and k - p if there is none.
    variance_ci : {'profile-likelihood', 'none'}
    level : float
        Of all intervals, as a proportion.

    Returns
    -------
    MultilevelResult

    Raises
    ------
    OptionError
        If a column, the covariances or an option break their rules.
    NotEstimableError
        If the variances cannot be told apart (one group, one effect per group, an outcome or a pair in too
        few studies, a flat likelihood), a block of V is not positive definite, or columns of the design
        depend on each other.

    References
    ----------
    Konstantopoulos S. Fixed effects and variance components estimation in three-level meta-analysis. Res
    Synth Methods 2011;2:61-76. 10.1002/jrsm.35.
    Cheung MWL. Modeling dependent effect sizes with three-level meta-analyses. Psychol Methods
    2014;19:211-229. 10.1037/a0032968.
    Berkey CS, Hoaglin DC, Antczak-Bouckoms A, Mosteller F, Colditz GA. Meta-analysis of multiple outcomes by
    regression with random effects. Stat Med 1998;17:2537-2550.

    Examples
    --------
    Five trials of periodontal treatment with two outcomes each (Berkey 1998): probing depth and attachment
    level, correlated within trials.

    >>> blocks = [
    ...     [[0.0075, 0.0030], [0.0030, 0.0077]], [[0.0057, 0.0009], [0.0009, 0.0008]],
    ...     [[0.0021, 0.0007], [0.0007, 0.0014]], [[0.0029, 0.0009], [0.0009, 0.0015]],
    ...     [[0.0148, 0.0072], [0.0072, 0.0304]]]
    >>> outcome = ["PD", "AL"] * 5
    >>> result = pool_multilevel(
    ...     yi=[0.47, -0.32, 0.20, -0.60, 0.40, -0.12, 0.26, -0.31, 0.56, -0.39], sampling=blocks,
    ...     outcomes=outcome, within=[1, 1, 2, 2, 3, 3, 4, 4, 5, 5],
    ...     formula="~ outcome - 1", data={"outcome": outcome})
    >>> [(row.name, round(row.estimate, 4), round(row.se, 4)) for row in result.table]
    [('outcome[AL]', -0.3392, 0.0879), ('outcome[PD]', 0.3534, 0.0588)]
    >>> round(result.outcomes.correlations[0].rho, 4)
    0.6088
    """
    spec = _spec(
        outcomes,
        structure,
        method=method,
        ci_method=ci_method,
        df_method=df_method,
        variance_ci=variance_ci,
        level=level,
    )
    effects, grouping, known = _read(
        effects,
        {"yi": yi, "vi": vi, "labels": labels, "measure": measure},
        sampling,
        levels,
        outcomes,
        within,
    )
    require_poolable(effects)
    design = the_design(effects, X, names, formula, data)
    return assemble(effects, grouping, known, design, _with_structure(spec, grouping))


def _spec(outcomes: object, structure: str | None, **options: Any) -> MultilevelSpec:
    """The request, every option checked."""
    if outcomes is None and structure is not None:
        raise OptionError(f"structure={structure!r} is about outcomes: give outcomes= and within= with it.")
    if options["df_method"] is not None and options["ci_method"] == "wald":
        raise OptionError("df_method has no meaning for ci_method='wald'; it is for ci_method='t'.")
    options["df_method"] = "contain" if options["df_method"] is None else options["df_method"]
    words = {
        "method": MultilevelMethod, "ci_method": MultilevelCi, "df_method": DegreesOfFreedom,
        "variance_ci": VarianceCi,
    }  # fmt: skip
    for name, vocabulary in words.items():
        require_option(name, options[name], vocabulary)
    if structure is not None:
        require_option("structure", structure, OutcomeStructure)
    options["level"] = require_level(options["level"])
    return MultilevelSpec(structure=structure, **options)  # type: ignore[arg-type]


def _with_structure(spec: MultilevelSpec, grouping: Grouping) -> MultilevelSpec:
    """The default structure: unstructured for two outcomes."""
    from dataclasses import replace

    if grouping.outcome is None or spec.structure is not None:
        return spec
    return replace(spec, structure="UN" if len(grouping.outcomes) == 2 else "CS")


def _read(
    effects: object,
    arrays: dict[str, Any],
    sampling: object,
    levels: object,
    outcomes: Sequence[object] | str | None,
    within: Sequence[object] | str | None,
) -> tuple[EffectSet, Grouping, Sampling]:
    """Effects with groups and covariances; variances may come from the diagonal of the latter."""
    from_diagonal = effects is None and arrays["vi"] is None and sampling is not None
    if from_diagonal:
        arrays = {**arrays, "vi": np.ones(np.size(arrays["yi"]))}
    given = effects_or_arrays(effects, sei=None, **arrays)
    if not given.k:
        raise OptionError("nothing to pool: there are no effects.")
    grouping = group_rows(given, levels, outcomes, within)
    known = sampling_of(grouping, given.labels, None if from_diagonal else given.vi, sampling)
    if from_diagonal:
        given = effects_from_arrays(**{**arrays, "vi": known.variances})
    return given, grouping, known
