"""Comparisons that use the same arm: exact covariances from what the arm reports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.effects.inputs import number_array
from metasyn.errors import OptionError
from metasyn.synthesis.dependence.clusters import (
    cluster_rows,
    label_codes,
    positive_variances,
    require_definite,
)
from metasyn.synthesis.dependence.model import SamplingCovariance
from metasyn.vocabulary import SharedArmMeasure, require_option

__all__ = ["arm_variance", "shared_arm_covariance", "shared_arm_smd"]

_Array = NDArray[np.float64]

_FOLLOWS = (
    "One comparison follows from the others, as B against C does from A against B and A against C: "
    "leave it out. Rows that compare the same two groups need the correlation of what was observed, see "
    "sampling_covariance."
)
_NEEDS = {
    "OR": ("events", "n"), "RR": ("events", "n"), "RD": ("events", "n"), "MD": ("sd", "n"),
    "HR": ("events",), "IRR": ("events",),
}  # fmt: skip
_FORMULAS: dict[str, Callable[..., _Array]] = {
    "OR": lambda events, n: 1 / events + 1 / (n - events),
    "RR": lambda events, n: (n - events) / (events * n),
    "RD": lambda events, n: events * (n - events) / n**3,
    "MD": lambda sd, n: sd**2 / n,
    "HR": lambda events: 1 / events,
    "IRR": lambda events: 1 / events,
}


def arm_variance(
    measure: str,
    *,
    events: ArrayLike | None = None,
    n: ArrayLike | None = None,
    sd: ArrayLike | None = None,
) -> _Array:
    r"""What one arm contributes to the sampling variance of a comparison.

    A comparison is a difference of one statistic of each arm, so its variance is the sum of two such
    contributions, and two comparisons that share an arm covary by the contribution of that arm:

    ======== ====================================================================
    OR       1/x + 1/(n - x), the log odds; x events of n
    RR       1/x - 1/n, the log risk
    RD       x (n - x) / n^3, the risk
    MD       sd^2 / n, the mean
    IRR      1/x, the log rate
    HR       1/x, the log hazard with x events; exact for constant hazards, an approximation for others
    ======== ====================================================================

    Parameters
    ----------
    measure : {'OR', 'RR', 'RD', 'MD', 'HR', 'IRR'}
    events, n, sd : array_like of shape (k,)
        Events (with what was added to the cells, if anything was), participants (with what was added:
        twice that), standard deviations: those the formula names.

    Returns
    -------
    ndarray of shape (k,)
        Squared analysis scale.

    Raises
    ------
    OptionError
        If a figure is missing, not needed, or leaves the contribution undefined or zero.

    References
    ----------
    Gleser LJ, Olkin I. Stochastically dependent effect sizes. In: Cooper H, Hedges LV, Valentine JC, editors.
    The handbook of research synthesis and meta-analysis. 2nd ed. 2009:357-376.
    Woods BS, Hawkins N, Scott DA. Network meta-analysis on the log-hazard scale, combining count and hazard
    ratio statistics accounting for multi-arm trials. BMC Med Res Methodol 2010;10:54.
    10.1186/1471-2288-10-54.

    Examples
    --------
    >>> arm_variance("OR", events=[10], n=[50]).tolist()
    [0.125]
    """
    require_option("measure", measure, SharedArmMeasure)
    given = {"events": events, "n": n, "sd": sd}
    needed = _NEEDS[measure]
    if any((value is None) == (name in needed) for name, value in given.items()):
        found = [name for name, value in given.items() if value is not None]
        raise OptionError(
            f"{measure} takes {' and '.join(needed)} of each arm; got {', '.join(found) or 'none'}."
        )
    columns = [number_array(name, given[name]) for name in needed]  # type: ignore[arg-type]
    with np.errstate(all="ignore"):
        out = np.atleast_1d(_FORMULAS[measure](*columns))
    wrong = np.flatnonzero(~(np.isfinite(out) & (out > 0)))
    if wrong.size:
        raise OptionError(
            f"{measure}: arm {wrong[0] + 1} has no sampling variance above zero; nobody, or everybody, with "
            "the event needs the addend that the effect was computed with."
        )
    return out


def shared_arm_covariance(
    clusters: Sequence[Any],
    *,
    groups_1: Sequence[Any],
    groups_2: Sequence[Any],
    variances_1: ArrayLike,
    variances_2: ArrayLike,
    vi: ArrayLike | None = None,
) -> SamplingCovariance:
    r"""Sampling covariances of comparisons that have an arm in common.

    With `a_1`, `a_2` what the arms contribute to the variance (`arm_variance`), two rows of a cluster have
    covariance `+a` for an arm that stands on the same side of both, and `-a` for one on opposite sides.
    Where the rows state different contributions of one arm (1/2 was added in one of them), `a` is their
    geometric mean.

    Parameters
    ----------
    clusters : sequence of length k
        Usually the study.
    groups_1, groups_2 : sequence of length k
        The arms compared, the same label for the same participants within a cluster.
    variances_1, variances_2 : array_like of shape (k,)
        Contribution of either arm.
    vi : array_like of shape (k,), optional
        Sampling **variances**; by default the sum of both contributions.

    Returns
    -------
    SamplingCovariance

    Raises
    ------
    OptionError
        If a column breaks its rule or a row compares an arm with itself.
    NotEstimableError
        If the covariances of a cluster are not positive definite, as where one comparison follows from
        the others.

    Examples
    --------
    Two doses against one control group with 10 events of 50:

    >>> found = shared_arm_covariance(
    ...     ["A", "A"],
    ...     groups_1=["low", "high"],
    ...     groups_2=["control", "control"],
    ...     variances_1=arm_variance("OR", events=[12, 20], n=[50, 50]),
    ...     variances_2=arm_variance("OR", events=[10, 10], n=[50, 50]),
    ... )
    >>> found.blocks[0].round(3).tolist()
    [[0.235, 0.125], [0.125, 0.208]]
    """
    k = len(clusters)
    parts = tuple(
        positive_column(f"variances_{i}", a, k) for i, a in enumerate((variances_1, variances_2), 1)
    )
    arms = _arms(groups_1, groups_2, k)
    variances = parts[0] + parts[1] if vi is None else positive_variances(vi)
    if variances.size != k:
        raise OptionError(f"vi must hold one variance per row; got {variances.size} for {k} rows.")

    def covariance(index: NDArray[np.intp]) -> _Array:
        sides = [[_common(arms, parts, index, a, b) for b in (0, 1)] for a in (0, 1)]
        return sides[0][0] - sides[0][1] - sides[1][0] + sides[1][1]

    return _assembled(clusters, variances, covariance)


def shared_arm_smd(
    yi: ArrayLike,
    vi: ArrayLike,
    clusters: Sequence[Any],
    *,
    groups_1: Sequence[Any],
    groups_2: Sequence[Any],
    sizes_1: ArrayLike,
    sizes_2: ArrayLike,
    n_total: ArrayLike | None = None,
) -> SamplingCovariance:
    r"""Sampling covariances of standardised mean differences that have an arm in common.

    For a common arm of n participants (with a minus where it stands on opposite sides), and `N` those of
    both arms of a row:

    `cov = +-1/n + n yi yj / (2 Ni Nj)`, standard deviations pooled over the two arms of each row,
    `cov = +-1/n + yi yj / (2 n_total)`, one standard deviation pooled over all arms (Gleser and Olkin 2009).

    The first follows by the delta method from `cov(s_i^2, s_j^2) = 2 sigma^4 n / (Ni Nj)` for equal
    variances, as does the large-sample variance `1/n1 + 1/n2 + yi^2 / (2 N)`.

    Parameters
    ----------
    yi, vi : array_like of shape (k,)
        Estimates in standard deviations and sampling **variances**.
    clusters, groups_1, groups_2 : sequence of length k
        As in `shared_arm_covariance`.
    sizes_1, sizes_2 : array_like of shape (k,)
        Participants of the arms.
    n_total : array_like of shape (k,), optional
        Participants of all arms over which the standard deviation was pooled.

    Returns
    -------
    SamplingCovariance

    Raises
    ------
    OptionError, NotEstimableError
        As `shared_arm_covariance`.

    References
    ----------
    Gleser LJ, Olkin I. Stochastically dependent effect sizes. In: Cooper H, Hedges LV, Valentine JC, editors.
    The handbook of research synthesis and meta-analysis. 2nd ed. 2009:357-376.

    Examples
    --------
    >>> found = shared_arm_smd(
    ...     [0.5, 0.8], [0.0913, 0.094], ["A", "A"], groups_1=["x", "y"], groups_2=["c", "c"],
    ...     sizes_1=[25, 25], sizes_2=[25, 25],
    ... )
    >>> found.blocks[0].round(4).tolist()
    [[0.0913, 0.042], [0.042, 0.094]]
    """
    variances = positive_variances(vi)
    k = variances.size
    y = number_array("yi", yi)
    if y.shape != (k,) or not np.all(np.isfinite(y)):
        raise OptionError(f"yi must hold one estimate per row; got shape {y.shape} for {k} rows.")
    sizes = tuple(positive_column(f"sizes_{i}", n, k) for i, n in enumerate((sizes_1, sizes_2), 1))
    total = None if n_total is None else positive_column("n_total", n_total, k)
    arms = _arms(groups_1, groups_2, k)

    def covariance(index: NDArray[np.intp]) -> _Array:
        inverse = tuple(1 / n for n in sizes)
        sides = [[_common(arms, inverse, index, a, b) for b in (0, 1)] for a in (0, 1)]
        means = sides[0][0] - sides[0][1] - sides[1][0] + sides[1][1]
        both = np.outer(y[index], y[index]) / 2
        if total is not None:
            return means + both / np.sqrt(np.outer(total[index], total[index]))
        shared = sum(_common(arms, sizes, index, a, b) for a in (0, 1) for b in (0, 1))
        pooled = sizes[0][index] + sizes[1][index]
        return means + both * shared / np.outer(pooled, pooled)

    return _assembled(clusters, variances, covariance)


def _assembled(
    clusters: Sequence[Any], variances: _Array, covariance: Callable[[NDArray[np.intp]], _Array]
) -> SamplingCovariance:
    """Blocks with the given variances on their diagonal."""
    names, rows = cluster_rows(clusters, variances.size)
    blocks = []
    for index in rows:
        block = covariance(index)
        np.fill_diagonal(block, variances[index])
        blocks.append(block)
    require_definite(blocks, names, rows, _FOLLOWS)
    return SamplingCovariance(names=names, clusters=rows, blocks=tuple(blocks))


def _arms(
    groups_1: Sequence[Any], groups_2: Sequence[Any], k: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Codes of the arms, the same on both sides."""
    one, first = label_codes("groups_1", groups_1, k)
    two, second = label_codes("groups_2", groups_2, k)
    place = {label: i for i, label in enumerate(dict.fromkeys((*first, *second)))}
    codes = np.array([place[d] for d in first])[one], np.array([place[d] for d in second])[two]
    itself = np.flatnonzero(codes[0] == codes[1])
    if itself.size:
        raise OptionError(f"row {itself[0] + 1} compares an arm with itself.")
    return codes


def _common(
    arms: tuple[NDArray[np.intp], ...], values: tuple[_Array, ...], index: NDArray[np.intp], a: int, b: int
) -> _Array:
    """Geometric mean of the values of an arm that stands on side a of one row and on side b of another."""
    same = arms[a][index][:, None] == arms[b][index][None, :]
    out: _Array = same * np.sqrt(np.outer(values[a][index], values[b][index]))
    return out


def positive_column(name: str, values: ArrayLike, k: int) -> _Array:
    """One finite number above zero for each of k rows."""
    array = number_array(name, values)
    if array.shape != (k,):
        raise OptionError(f"{name} must hold one number per row; got shape {array.shape} for {k} rows.")
    wrong = np.flatnonzero(~(np.isfinite(array) & (array > 0)))
    if wrong.size:
        raise OptionError(f"{name} must be finite and above zero; not so in row {wrong[0] + 1}.")
    return array
