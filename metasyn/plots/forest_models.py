"""One question answered several ways: models and intervals, and variants of the synthesis, as diamonds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from metasyn.plots.forest_outcomes import Named, outcomes_forest
from metasyn.plots.forest_words import clean_text, way_words
from metasyn.plots.model import ForestLayout, ForestRow, RowKind
from metasyn.synthesis.model import Alternative, SynthesisResult
from metasyn.values import NotEstimable
from metasyn.vocabulary import FigureWidth, ForestPreset

__all__ = ["models_forest"]

_MODELS, _VARIANTS = "Models and intervals", "Sensitivity analyses"


def models_forest(
    result: SynthesisResult,
    variants: Sequence[Named] = (),
    *,
    title: str = "",
    favours: tuple[str, str] | None = None,
    label_header: str = "Synthesis",
    axis_label: str = "",
    preset: ForestPreset = "metasyn",
    width: FigureWidth | float = "free",
) -> ForestLayout:
    """Lay out every model and interval of a synthesis as a diamond, and variants of it below.

    The synthesis that headlines is filled, and a dashed line runs through its estimate.

    Parameters
    ----------
    result : SynthesisResult
        Its alternatives are the rows.
    variants : sequence of (str, SynthesisResult or NotEstimable)
        The same question pooled otherwise (another estimator, route or overlap rule), with what each is
        called.
    title : str
        Printed above the figure.
    favours : tuple of two str, optional
        What lies left and right of the null line.
    label_header : str
        Heading of the first column.
    axis_label : str
        Text under the axis; the name of the measure if empty.
    preset : {'metasyn', 'jama', 'bmj', 'lancet', 'revman-2025'}
        Whose look the figure has.
    width : {'free', 'one-column', 'two-column', 'a4'} or float
        As for `forest_layout`.

    Returns
    -------
    ForestLayout

    Raises
    ------
    OptionError
        If a variant has a measure of another family or another level, or `favours` is given for a measure
        without a null value.

    Examples
    --------
    >>> from metasyn.synthesis import pool
    >>> data = {"yi": [-0.9, -0.1, -0.5, 0.2], "vi": [0.1, 0.05, 0.2, 0.1], "measure": "HR"}
    >>> layout = models_forest(pool(**data), [("tau2 by DL", pool(**data, tau2_method="DL"))])
    >>> [row.kind for row in layout.rows if row.group == "Models and intervals"].count("overall")
    1
    """
    ways = result.alternatives or (_itself(result),)
    models = [(_words(way, result.k), _as_headline(result, way)) for way in ways]
    layout = outcomes_forest(
        [*models, *variants],
        title=title,
        favours=favours,
        label_header=label_header,
        axis_label=axis_label,
        preset=preset,
        width=width,
    )
    headline = next((n for n, way in enumerate(ways) if way.headline), 0)
    upper = [
        _in_group(row, _MODELS, _kind(row, n == headline)) for n, row in enumerate(layout.rows[: len(models)])
    ]
    lower = [_in_group(row, _VARIANTS, _kind(row, False)) for row in layout.rows[len(models) :]]
    below = [ForestRow(kind="group", label=_VARIANTS, group=_VARIANTS), *lower] if lower else []
    outcome = clean_text(result.effects.outcome)
    return replace(
        layout,
        rows=(ForestRow(kind="group", label=_MODELS, group=_MODELS), *upper, *below),
        name=clean_text(title) or f"Forest plot of models{f': {outcome}' if outcome else ''}",
    )


def _kind(row: ForestRow, headline: bool) -> RowKind:
    """One study stays a square; only the headline is all studies together."""
    if row.kind == "study":
        return "study"
    return "overall" if headline else "alternative"


def _itself(result: SynthesisResult) -> Alternative:
    return Alternative(
        model=result.model,
        ci_method=result.ci_method,
        estimate=result.estimate,
        se=result.se,
        df=result.df,
        ci=result.ci,
        pvalue=result.pvalue,
        headline=True,
    )


def _as_headline(result: SynthesisResult, way: Alternative) -> SynthesisResult:
    """The synthesis with one of its alternatives in front; prediction and I2 belong to the real headline."""
    other = NotEstimable("stated with the headline")
    return replace(
        result,
        model=way.model,
        ci_method=way.ci_method,
        estimate=way.estimate,
        se=way.se,
        df=way.df,
        ci=way.ci,
        pvalue=way.pvalue,
        pi=result.pi if way.headline else other,
        heterogeneity=result.heterogeneity if way.headline else other,
    )


def _words(way: Alternative, k: int) -> str:
    """Model and interval; the number of studies has its own column."""
    return way_words(way.model, way.ci_method, k, prior=way.prior).removesuffix(f" (k = {k})")


def _in_group(row: ForestRow, group: str, kind: RowKind) -> ForestRow:
    return replace(row, group=group, kind=kind)
