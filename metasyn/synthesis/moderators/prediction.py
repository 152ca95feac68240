"""Fitted means for given moderator values, and where the true effect of a new study may lie."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from metasyn.errors import OptionError
from metasyn.numerics.tails import two_sided_quantile
from metasyn.synthesis.moderators.columns import Moderator, read_moderator
from metasyn.synthesis.moderators.formula import evaluate
from metasyn.synthesis.moderators.model import RegressionResult
from metasyn.values import Finding, NotEstimable, require_level

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Predictions", "predict"]

Array = NDArray[np.float64]

_NO_DISTRIBUTION = NotEstimable(
    "the common-effect model assumes no variation beyond the moderators: "
    "there is no distribution to predict from"
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Predictions:
    """Predicted means, one per row of the new data.

    Attributes
    ----------
    rows : tuple of str
        Names of the rows.
    estimate, se : ndarray of shape (m,)
        Analysis scale.
    ci : ndarray of shape (m, 2)
        Confidence interval of the mean at these moderator values.
    pi : ndarray of shape (m, 2) or NotEstimable
        Prediction interval of the true effect of one new study there.
    df : float
        Degrees of freedom of both; inf for the normal.
    level : float
    X : ndarray of shape (m, p)
        The rows of the design.
    findings : tuple of Finding
        Values outside the range of the data.
    """

    rows: tuple[str, ...]
    estimate: Array
    se: Array
    ci: Array
    pi: Array | NotEstimable
    df: float
    level: float
    X: Array
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        for name in ("estimate", "se", "ci", "pi", "X"):
            value = getattr(self, name)
            if isinstance(value, np.ndarray):
                value.flags.writeable = False

    def __len__(self) -> int:
        return len(self.rows)

    def to_frame(self) -> pd.DataFrame:
        """One row per prediction; missing columns where there is no prediction interval."""
        import pandas as pd

        columns: dict[str, Any] = {
            "row": list(self.rows),
            "estimate": self.estimate,
            "se": self.se,
            "ci_low": self.ci[:, 0],
            "ci_high": self.ci[:, 1],
        }
        if not isinstance(self.pi, NotEstimable):
            columns |= {"pi_low": self.pi[:, 0], "pi_high": self.pi[:, 1]}
        return pd.DataFrame(columns)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, numbers at full precision."""
        without = isinstance(self.pi, NotEstimable)
        return {
            "rows": list(self.rows),
            "estimate": self.estimate.tolist(),
            "se": self.se.tolist(),
            "ci": self.ci.tolist(),
            "pi": None if isinstance(self.pi, NotEstimable) else self.pi.tolist(),
            "df": None if math.isinf(self.df) else self.df,
            "level": self.level,
            "findings": [{"code": f.code, "message": f.message} for f in self.findings],
            "not_estimable": {"pi": self.pi.reason} if isinstance(self.pi, NotEstimable) and without else {},
        }

    def __str__(self) -> str:
        from metasyn.synthesis.moderators.text import predictions_to_text

        return predictions_to_text(self)


def predict(result: RegressionResult, newdata: Any = None, *, level: float | None = None) -> Predictions:
    r"""Fitted means with confidence and prediction intervals.

    x'b ± q sqrt(x'Vx) and x'b ± q sqrt(x'Vx + tau2), q the quantile of the test of the
    coefficients: normal for Wald, t on k - p degrees of freedom otherwise.

    Parameters
    ----------
    result : RegressionResult
    newdata : DataFrame, mapping of str to value or sequence, or array_like of shape (m, p), optional
        Moderators by name, transformed and coded as in the fit; or rows of the design. Default: the
        effects of the fit.
    level : float, optional
        Default: that of the regression.

    Returns
    -------
    Predictions

    Raises
    ------
    OptionError
        If a moderator is lacking or missing, or a category is not one of those of the fit.

    References
    ----------
    Riley RD, Higgins JPT, Deeks JJ. BMJ 2011;342:d549. 10.1136/bmj.d549

    Examples
    --------
    >>> from metasyn.synthesis.moderators import meta_regression
    >>> result = meta_regression(
    ...     yi=[-0.9, -0.1, -0.5, -1.4, -0.3], vi=[0.1, 0.05, 0.2, 0.1, 0.08],
    ...     formula="~ year", data={"year": [2000, 2003, 2001, 2005, 2002]})
    >>> there = predict(result, {"year": [2004, 2010]})
    >>> len(there), there.findings[0].code
    (2, 'extrapolation')
    """
    level = result.request.level if level is None else require_level(level)
    findings: tuple[Finding, ...] = ()
    if newdata is None:
        X, rows = result.design.X.copy(), tuple(effect.label for effect in result.effects.effects)
    elif result.design.spec is not None:
        X, rows, findings = _from_data(result, newdata)
    else:
        X, rows = _from_rows(result, newdata)
    estimate = X @ result.estimates
    # A quadratic form cannot be negative; rounding may make a zero so.
    variance = np.maximum(np.einsum("ij,jk,ik->i", X, result.vcov, X), 0.0)
    df = math.inf if result.request.test == "wald" else float(result.df_residual)
    quantile = two_sided_quantile(1 - level, df)
    half, wide = quantile * np.sqrt(variance), quantile * np.sqrt(variance + result.tau2)
    pi = np.column_stack([estimate - wide, estimate + wide])
    return Predictions(
        rows=rows,
        estimate=estimate,
        se=np.sqrt(variance),
        ci=np.column_stack([estimate - half, estimate + half]),
        pi=_NO_DISTRIBUTION if result.request.model == "common-effect" else pi,
        df=df,
        level=level,
        X=X,
        findings=findings,
    )


def _from_rows(result: RegressionResult, newdata: Any) -> tuple[Array, tuple[str, ...]]:
    """Rows of a design that was given as a matrix; a mapping names its columns."""
    names = result.design.names
    if isinstance(newdata, Mapping) or hasattr(newdata, "columns"):
        given = {str(name): newdata[name] for name in newdata}
        _require_names([n for j, n in enumerate(names) if j != result.design.intercept], given)
        table, m = _aligned(given, names)
        newdata = np.column_stack([table[name] if name in table else np.ones(m) for name in names])
    try:
        X = np.atleast_2d(np.array(newdata, dtype=float))
    except (TypeError, ValueError):
        raise OptionError(f"newdata must hold numbers, shape (m, {len(names)}); got {newdata!r}.") from None
    if X.ndim != 2 or X.shape[1] != len(names) or not np.isfinite(X).all():
        raise OptionError(
            f"newdata must be finite numbers, one column for each of {', '.join(names)}; got shape {X.shape}."
        )
    return X, tuple(f"row {i + 1}" for i in range(X.shape[0]))


def _from_data(result: RegressionResult, newdata: Any) -> tuple[Array, tuple[str, ...], tuple[Finding, ...]]:
    """Rows of the design of a formula for new moderator values."""
    design = result.design
    names = [m.name for m in design.moderators]
    if not (isinstance(newdata, Mapping) or hasattr(newdata, "columns")):
        raise OptionError(
            f"newdata must be a DataFrame or a mapping with {', '.join(names) or 'no columns'}; "
            f"got {type(newdata).__name__}."
        )
    given = {str(name): newdata[name] for name in newdata}
    _require_names(names, given)
    table, m = _aligned(given, names)
    rows = tuple(f"row {i + 1}" for i in range(m))
    columns = [_new_values(known, table[known.name], rows) for known in design.moderators]
    X, _ = evaluate(design.spec, columns, rows, design.formula or "")
    outside = zip(design.moderators, columns, strict=True)
    return X, rows, tuple(f for known, new in outside for f in _extrapolation(known, new))


def _require_names(needed: Sequence[str], given: Mapping[str, Any]) -> None:
    lacking = [name for name in needed if name not in given]
    if lacking:
        raise OptionError(
            f"newdata lacks {', '.join(map(repr, lacking))}; a prediction needs {', '.join(needed)}."
        )


def _aligned(given: Mapping[str, Any], names: Sequence[str]) -> tuple[dict[str, Any], int]:
    """Columns of one length; a single value holds for every row."""
    table = {name: given[name] for name in names if name in given}
    sizes = {
        name: len(column)
        for name, column in table.items()
        if hasattr(column, "__len__") and not isinstance(column, str)
    }
    if len(set(sizes.values())) > 1:
        raise OptionError(f"columns of newdata must be of one length; got {sizes}.")
    m = next(iter(sizes.values()), 1)
    if m == 0:
        raise OptionError("newdata has no rows.")
    return {name: column if name in sizes else [column] * m for name, column in table.items()}, m


def _new_values(known: Moderator, given: Any, rows: Sequence[str]) -> Moderator:
    """A column of new data, of the same kind as in the fit and with its categories only."""
    texts = bool(known.levels)
    new = read_moderator(known.name, given, as_category=texts, rows=rows)
    if new.missing.any():
        raise OptionError(f"newdata: {known.name!r} is missing in {rows[int(new.missing.argmax())]}.")
    if texts != bool(new.levels) and not texts:
        raise OptionError(f"newdata: {known.name!r} must be numbers, as in the fit; got {new.values[0]!r}.")
    values = np.array([str(value) for value in new.values], dtype=object) if texts else new.values
    if known.closed:
        seen = known.levels or tuple(dict.fromkeys(known.values.tolist()))
        strange = [value for value in values.tolist() if value not in seen]
        if strange:
            raise OptionError(
                f"newdata: {known.name!r} has {strange[0]!r}, which does not occur in the fit; "
                f"known: {', '.join(map(str, sorted(seen)))}."
            )
    return Moderator(
        name=known.name, values=values, levels=known.levels, missing=new.missing, closed=known.closed
    )


def _extrapolation(known: Moderator, new: Moderator) -> list[Finding]:
    if known.closed:
        return []
    low, high = known.values.min(), known.values.max()
    outside = [value for value in new.values.tolist() if not low <= value <= high]
    if not outside:
        return []
    return [
        Finding(
            code="extrapolation",
            message=f"{known.name} = {', '.join(f'{value:g}' for value in outside[:5])} lies outside the "
            f"range of the effects, {low:g} to {high:g}.",
            where=known.name,
            severity="warning",
        )
    ]
