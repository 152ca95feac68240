"""The design of a regression: its columns, the terms they belong to, and whether they can be told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.errors import NotEstimableError, OptionError
from metasyn.numerics.regression import dependent_columns, spans
from metasyn.numerics.wls import orthonormal_columns
from metasyn.synthesis.moderators.columns import Moderator

__all__ = ["INTERCEPT", "Design", "Term", "build_design", "matrix_columns", "require_estimable"]

INTERCEPT = "Intercept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A part of a formula and the columns of the design it makes."""

    name: str
    columns: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Design:
    """What the effects are regressed on.

    Attributes
    ----------
    X : ndarray of shape (k, p)
        Read-only.
    names : tuple of str
        Names of the columns.
    terms : tuple of Term
        Parts of the formula; every column its own where a matrix was given.
    intercept : int or None
        The column of ones.
    spans_intercept : bool
        Whether a constant is a combination of the columns, as with one column per group.
    formula : str or None
    moderators : tuple of Moderator
        The columns of data that the formula uses.
    spec : object
        The formulaic model specification, for new data; None where a matrix was given.
    """

    X: NDArray[np.float64]
    names: tuple[str, ...]
    terms: tuple[Term, ...]
    intercept: int | None
    spans_intercept: bool
    formula: str | None = None
    moderators: tuple[Moderator, ...] = ()
    spec: Any = None

    def __post_init__(self) -> None:
        self.X.flags.writeable = False

    @property
    def tested(self) -> tuple[int, ...]:
        """Columns of the omnibus test: all but the intercept, or all where there is none."""
        return tuple(j for j in range(len(self.names)) if j != self.intercept)


def build_design(
    X: NDArray[np.float64],
    names: Sequence[str],
    *,
    terms: Sequence[Term] = (),
    formula: str | None = None,
    moderators: Sequence[Moderator] = (),
    spec: Any = None,
) -> Design:
    """A design whose columns can be told apart.

    Raises
    ------
    NotEstimableError
        If there are not more rows than columns, or a column depends on others (all of them named).
    """
    require_estimable(X, names)
    ones = np.flatnonzero((X == 1.0).all(axis=0))
    return Design(
        X=np.array(X, dtype=float),
        names=tuple(names),
        terms=tuple(terms) or tuple(Term(name=name, columns=(j,)) for j, name in enumerate(names)),
        intercept=int(ones[0]) if ones.size else None,
        spans_intercept=spans(orthonormal_columns(X), np.ones((X.shape[0], 1))),
        formula=formula,
        moderators=tuple(moderators),
        spec=spec,
    )


def require_estimable(X: NDArray[np.float64], names: Sequence[str]) -> None:
    """Check that there are more rows than columns and that no column depends on the others."""
    k, p = X.shape
    if p == 0:
        raise NotEstimableError("the design has no columns: there is nothing to estimate.")
    constant = [j for j in range(p) if (X[:, j] == X[0, j]).all() and X[0, j] != 0]
    if k > 1 and len(constant) > 1:
        always = next((j for j in constant if names[j] != INTERCEPT), constant[-1])
        raise NotEstimableError(
            f"moderator {names[always]!r} has the same value, {X[0, always]:g}, in all {k} effects: it "
            "cannot be told from the intercept. Leave it out."
        )
    if k <= p:
        raise NotEstimableError(
            f"a regression with {p} coefficients ({', '.join(names)}) needs at least {p + 1} effects; "
            f"there are {k}."
        )
    dependent = dependent_columns(X)
    if dependent:
        said = "; ".join(_dependence(names, j, on) for j, on in dependent)
        raise NotEstimableError(
            f"the columns of the design are linearly dependent: {said}. "
            "Leave out a moderator, or join levels."
        )


def _dependence(names: Sequence[str], column: int, on: Sequence[int]) -> str:
    if not on:
        return f"{names[column]!r} is zero in every effect"
    return f"{names[column]!r} is a combination of {', '.join(repr(names[j]) for j in on)}"


def matrix_columns(
    X: ArrayLike, names: Sequence[str] | None, k: int
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """A design given as a matrix, and names for its columns.

    Parameters
    ----------
    X : array_like of shape (k, p) or (k,)
        The whole design: a column of ones is the intercept. A DataFrame brings its names.
    names : sequence of str, optional
    k : int

    Raises
    ------
    OptionError
        If the shape, the values or the names are not right.
    """
    if names is None and hasattr(X, "columns"):
        names = [str(name) for name in X.columns]
    try:
        raw = np.ma.filled(X.astype(float), np.nan) if np.ma.isMaskedArray(X) else X
        array = np.array(raw, dtype=float)
    except (TypeError, ValueError) as error:
        raise OptionError(
            f"X must hold numbers only; {error}. Categories are coded by formula= with data=."
        ) from None
    array = array[:, None] if array.ndim == 1 else array
    if array.ndim != 2 or array.shape[0] != k:
        raise OptionError(f"X must have one row per effect, shape ({k}, p); got shape {array.shape}.")
    if np.isinf(array).any():
        row, column = np.argwhere(np.isinf(array))[0]
        raise OptionError(
            f"X must be finite; row {row + 1}, column {column + 1} is {float(array[row, column])!r}."
        )
    if names is None:
        ones = np.flatnonzero((array == 1.0).all(axis=0))
        made = [f"x{j + 1}" for j in range(array.shape[1])]
        if ones.size:
            made[ones[0]] = INTERCEPT
        return array, tuple(made)
    if isinstance(names, str) or len(names) != array.shape[1]:
        raise OptionError(f"names must have one name per column of X, {array.shape[1]}; got {names!r}.")
    if len(set(names)) != len(names):
        raise OptionError(f"names of columns must differ from each other; got {list(names)!r}.")
    return array, tuple(map(str, names))
