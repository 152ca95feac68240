"""Sampling covariances of rows from labels that say how the rows of a cluster differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from metasyn.synthesis.dependence.clusters import (
    cluster_rows,
    label_codes,
    positive_variances,
    require_definite,
)
from metasyn.synthesis.dependence.contrasts import contrasts_of, shared_correlation, times_of
from metasyn.synthesis.dependence.model import SamplingCovariance
from metasyn.synthesis.dependence.observed import Rho, observed_correlation

__all__ = ["sampling_covariance"]


def sampling_covariance(
    vi: ArrayLike,
    clusters: Sequence[Any],
    *,
    subgroups: Sequence[Any] | None = None,
    observations: Sequence[Any] | None = None,
    outcomes: Sequence[Any] | None = None,
    times: ArrayLike | None = None,
    times_2: ArrayLike | None = None,
    groups_1: Sequence[Any] | None = None,
    groups_2: Sequence[Any] | None = None,
    sizes_1: ArrayLike | None = None,
    sizes_2: ArrayLike | None = None,
    rho: Rho | None = None,
    rho_outcomes: Rho | None = None,
    phi: float | None = None,
) -> SamplingCovariance:
    r"""Sampling covariances from labels that say how the rows of a cluster differ.

    The correlation of two rows of one cluster and one subgroup is a product of what is given:

    - **what was observed**: 1 for the same observation of the same outcome, `rho` for two observations of
      one outcome (two scales, two definitions), `rho_outcomes` for two outcomes. With `outcomes` alone
      `rho` is between outcomes; with nothing that tells rows apart, between any two rows;
    - **when**: `phi ** abs(t - s)` for two times;
    - **which groups were compared**: row i is the difference of group 1 at its time and group 2 at its
      time, each with variance 1/size; two such differences share the terms they have in common.

    With `u = 1/size` and `f(g, t; h, s) = sqrt(u_g u_h) phi^|t-s|` for the same group (else 0), the last two
    are `(f_11 - f_12 - f_21 + f_22) / sqrt(var_i var_j)`, `var = u_1 + u_2 - 2 f(g1, t1; g2, t2)`: for a
    shared control group of equal size a correlation of 1/2. Labels and rules are those of the function
    `vcalc` of R's metafor.

    Parameters
    ----------
    vi : array_like of shape (k,)
        Sampling **variances**.
    clusters : sequence of length k
        Rows of different clusters are independent.
    subgroups : sequence of length k, optional
        Rows of a cluster with different subgroups have no participant in common.
    observations, outcomes : sequence of length k, optional
        What distinguishes rows of the same outcome; the outcome.
    times, times_2 : array_like of shape (k,), optional
        When group 1 and group 2 were observed; `times_2` only with groups, by default as `times`.
    groups_1, groups_2 : sequence of length k, optional
        The groups that are compared, the same label for the same participants within a cluster.
    sizes_1, sizes_2 : array_like of shape (k,), optional
        Their sizes (or inverse variances); by default all equal.
    rho, rho_outcomes : float or mapping of pairs of labels to float, optional
        See above; 0.6 by default, and `rho_outcomes` as `rho`.
    phi : float, optional
        Correlation of two observations one unit of time apart, 0 <= phi < 1; needed with `times`.

    Returns
    -------
    SamplingCovariance

    Raises
    ------
    OptionError
        If labels or correlations break their rules, or an option has nothing to act on.
    NotEstimableError
        If the covariances of a cluster are not positive definite; cluster and rows are named.

    References
    ----------
    Hedges LV, Tipton E, et al. Robust variance estimation in meta-regression with dependent effect size
    estimates. Res Synth Methods 2010;1:39-65. 10.1002/jrsm.5.
    Gleser LJ, Olkin I. Stochastically dependent effect sizes. In: Cooper H, Hedges LV, Valentine JC, editors.
    The handbook of research synthesis and meta-analysis. 2nd ed. 2009:357-376.

    Examples
    --------
    Two outcomes of one trial, and one trial with a single outcome:

    >>> outcomes = ["OS", "PFS", "OS"]
    >>> found = sampling_covariance([0.04, 0.09, 0.05], ["A", "A", "B"], outcomes=outcomes, rho=0.5)
    >>> found.blocks[0].round(4).tolist()
    [[0.04, 0.03], [0.03, 0.09]]

    Two doses against one placebo group:

    >>> arms = {"groups_1": ["low", "high"], "groups_2": ["placebo", "placebo"]}
    >>> found = sampling_covariance([0.1, 0.1], ["A", "A"], **arms)
    >>> found.correlations()[0].round(2).tolist()
    [[1.0, 0.5], [0.5, 1.0]]
    """
    variances = positive_variances(vi)
    k = variances.size
    names, rows = cluster_rows(clusters, k)
    labelled = not all(given is None for given in (observations, outcomes, times, groups_1, groups_2))
    if not labelled:
        observations = range(k)
    correlation = observed_correlation(k, observations, outcomes, rho, rho_outcomes)
    when = times_of(k, times, times_2, phi, grouped=groups_1 is not None)
    contrasts = contrasts_of(k, (groups_1, groups_2), (sizes_1, sizes_2), when, phi)
    apart = None if subgroups is None else label_codes("subgroups", subgroups, k)[0]
    blocks = []
    for index in rows:
        block = correlation(index)
        if contrasts is not None:
            block *= shared_correlation(contrasts, index)
        elif when is not None and phi is not None:
            block *= phi ** np.abs(np.subtract.outer(when[0][index], when[0][index]))
        if apart is not None:
            block *= apart[index][:, None] == apart[index][None, :]
        scale = np.sqrt(variances[index])
        block *= np.outer(scale, scale)
        np.fill_diagonal(block, variances[index])
        blocks.append(block)
    require_definite(blocks, names, rows)
    return SamplingCovariance(names=names, clusters=rows, blocks=tuple(blocks))
