"""The working model that a robust variance corrects: data, design, and a covariance per cluster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.effects.inputs import number_array
from metasyn.errors import NotEstimableError, OptionError
from metasyn.synthesis.dependence.clusters import covariance_of
from metasyn.synthesis.dependence.model import SamplingCovariance
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.moderators.design import INTERCEPT
from metasyn.synthesis.moderators.model import RegressionResult
from metasyn.synthesis.multilevel.model import MultilevelResult
from metasyn.values import NotEstimable

__all__ = ["Fitted", "WorkingModel", "working_model"]

_Array = NDArray[np.float64]
Fitted = MultilevelResult | SynthesisResult | RegressionResult


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WorkingModel:
    """A linear model `yi ~ design b + e` with the covariance of e per cluster, as assumed.

    Attributes
    ----------
    yi : ndarray of shape (k,)
    design : ndarray of shape (k, p)
    names : tuple of str, length p
    covariance : SamplingCovariance
        Clusters and the working covariance of their rows: sampling and random effects together.
    """

    yi: _Array
    design: _Array
    names: tuple[str, ...]
    covariance: SamplingCovariance

    def __post_init__(self) -> None:
        self.yi.flags.writeable = self.design.flags.writeable = False

    @property
    def k(self) -> int:
        """Number of rows."""
        return int(self.yi.size)

    @property
    def p(self) -> int:
        """Number of coefficients."""
        return len(self.names)

    @property
    def n_clusters(self) -> int:
        """Number of clusters."""
        return len(self.covariance.clusters)


def working_model(
    fitted: Fitted | None = None,
    *,
    clusters: Sequence[Any] | None = None,
    yi: ArrayLike | None = None,
    working: SamplingCovariance | ArrayLike | Sequence[ArrayLike] | None = None,
    design: ArrayLike | None = None,
    names: Sequence[str] | None = None,
) -> WorkingModel:
    """A working model from a fitted one, or from arrays.

    Parameters
    ----------
    fitted : MultilevelResult, SynthesisResult or RegressionResult, optional
        Whose covariance is taken as the working one.
    clusters : sequence of length k, optional
        Rows of different clusters are independent; by default those of a multilevel model.
    yi : array_like of shape (k,), optional
    working : variances, matrix of shape (k, k), or one block per cluster, optional
        Covariance of `yi` under the model: sampling and random effects together.
    design : array_like of shape (k, p), optional
        By default the intercept alone.
    names : sequence of str, optional
        Of the columns of the design.

    Returns
    -------
    WorkingModel

    Raises
    ------
    OptionError
        If both or neither are given, or shapes do not fit.
    NotEstimableError
        With one cluster, a block that is not positive definite, or columns that follow from each other.
    """
    arrays = {"yi": yi, "working": working, "design": design, "names": names}
    given = [name for name, value in arrays.items() if value is not None]
    if fitted is not None:
        if given:
            raise OptionError(f"give either a fitted model or arrays, not both; got {', '.join(given)} too.")
        return _checked(*_of_fitted(fitted), clusters)
    if yi is None or working is None or clusters is None:
        raise OptionError("nothing to correct: give a fitted model, or yi, working and clusters.")
    y = number_array("yi", yi)
    if y.ndim != 1 or not y.size or not np.all(np.isfinite(y)):
        raise OptionError(f"yi must hold finite estimates, one per row; got shape {y.shape}.")
    matrix = np.ones((y.size, 1)) if design is None else _matrix(design, y.size)
    if names is None:
        alone = matrix.shape[1] == 1 and bool(np.all(matrix == 1))
        names = [INTERCEPT] if alone else [f"x{j + 1}" for j in range(matrix.shape[1])]
    return _checked(np.array(y), matrix, tuple(map(str, names)), working, clusters)


def _of_fitted(fitted: Fitted) -> tuple[_Array, _Array, tuple[str, ...], Any]:
    """Data, design, names and covariance of a fitted model."""
    if isinstance(fitted, MultilevelResult):
        own = SamplingCovariance(
            names=fitted.cluster_names, clusters=fitted.clusters, blocks=fitted.working_blocks
        )
        return fitted.yi, fitted.design, fitted.names, own
    if isinstance(fitted, SynthesisResult):
        effects, spread = fitted.effects, fitted.heterogeneity
        tau2 = 0.0 if isinstance(spread, NotEstimable) else spread.tau2.value
        return effects.yi, np.ones((effects.k, 1)), (INTERCEPT,), effects.vi + tau2
    if isinstance(fitted, RegressionResult):
        return fitted.effects.yi, fitted.design.X, fitted.design.names, fitted.effects.vi + fitted.tau2
    raise OptionError(
        "the model must be a MultilevelResult, a SynthesisResult or a RegressionResult; got "
        f"{type(fitted).__name__}. Arrays are given by name: yi=..., working=..., clusters=..."
    )


def _checked(
    yi: _Array, design: _Array, names: tuple[str, ...], working: Any, clusters: Sequence[Any] | None
) -> WorkingModel:
    """The model, if a robust variance is defined for it."""
    if clusters is None and isinstance(working, SamplingCovariance):
        covariance = working
    elif clusters is None:
        raise OptionError("clusters= must say which rows belong together; this model has none of its own.")
    else:
        if len(clusters) != yi.size:
            raise OptionError(
                f"clusters must hold one label per row; got {len(clusters)} for {yi.size} rows."
            )
        covariance = covariance_of(working, clusters)
    if len(names) != design.shape[1]:
        raise OptionError(f"names must name every column; got {len(names)} for {design.shape[1]} columns.")
    found = WorkingModel(yi=yi.copy(), design=design.copy(), names=names, covariance=covariance)
    if found.n_clusters < 2:
        raise NotEstimableError(
            f"all rows are in one cluster ({covariance.names[0]!r}): a robust variance is told from how "
            "clusters differ. Report that cluster alone, or cluster by what is independent."
        )
    if np.linalg.matrix_rank(found.design / np.maximum(np.abs(found.design).max(axis=0), 1e-300)) < found.p:
        raise NotEstimableError("the columns of the design follow from each other: leave one out.")
    return found


def _matrix(design: ArrayLike, k: int) -> _Array:
    array = np.asarray(design)
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim != 2 or array.shape[0] != k or not array.shape[1]:
        raise OptionError(f"design must have one row per estimate ({k}); got shape {array.shape}.")
    out = number_array("design", array.ravel()).reshape(array.shape)
    if not np.all(np.isfinite(out)):
        raise OptionError("design must hold finite numbers.")
    return out
