"""The forest plot of a cumulative synthesis: how the answer settled as studies came in."""

from __future__ import annotations

from metasyn.plots.forest_pooled import finish, pooled_row, require_null, result_columns, row_words
from metasyn.plots.forest_rows import heterogeneity_rows
from metasyn.plots.forest_words import clean_text, model_words
from metasyn.plots.model import Column, ForestLayout, ForestRow
from metasyn.plots.presets import theme_of
from metasyn.plots.theme import Theme
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.sensitivity.cumulative import Cumulative, CumulativeStep
from metasyn.vocabulary import FigureWidth, ForestPreset
from metasyn.wording import percent_text, plain_number, unit_sign

__all__ = ["cumulative_forest"]

_LOOKS = (
    "Each row pools the studies down to it. Intervals are not corrected for repeated looks at the data; "
    "squares grow with the weight that is in."
)
_ORDER_WORDS = {
    ("given", False): "in the given order",
    ("given", True): "in the reverse of the given order",
    ("precision", False): "most precise first",
    ("precision", True): "least precise first",
}


def cumulative_forest(
    found: Cumulative,
    *,
    title: str = "",
    favours: tuple[str, str] | None = None,
    label_header: str = "Study added",
    key_header: str = "",
    axis_label: str = "",
    preset: ForestPreset = "metasyn",
    width: FigureWidth | float = "free",
) -> ForestLayout:
    """Lay out a cumulative forest plot: one row per step, all studies as a diamond below.

    Parameters
    ----------
    found : Cumulative
        From `metasyn.cumulative`.
    title : str
        Printed above the figure.
    favours : tuple of two str, optional
        What lies left and right of the null line.
    label_header : str
        Heading of the first column.
    key_header : str
        Heading of what the studies were sorted by, "Year" say; the name of the column if empty.
    axis_label : str
        Text under the axis; the name of the measure if empty.
    preset : {'metasyn', 'jama', 'bmj', 'lancet', 'revman-2025'}
        Whose look the figure has.
    width : {'free', 'one-column', 'two-column', 'a4'} or float
        As for `forest_layout`.

    Returns
    -------
    ForestLayout
        Row i is step i; `index` is the place of the study that entered, `weight` the share of the whole
        synthesis's weight that is in by then.

    Raises
    ------
    OptionError
        If `favours` is given for a measure without a null value.

    References
    ----------
    Lau J, Antman EM, Jimenez-Silva J, et al. Cumulative meta-analysis of therapeutic trials for
    myocardial infarction. N Engl J Med 1992;327:248-254. 10.1056/NEJM199207233270406

    Examples
    --------
    >>> from metasyn.synthesis.sensitivity.cumulative import cumulative
    >>> data = {"yi": [-0.9, -0.1, -0.5], "vi": [0.1, 0.05, 0.2], "measure": "HR"}
    >>> steps = cumulative(**data, order=[2004, 1999, 2011])
    >>> layout = cumulative_forest(steps)
    >>> [(row.label, row.cells["k"]) for row in layout.rows[:3]]
    [('Study 2', '1'), ('+ Study 1', '2'), ('+ Study 3', '3')]
    """
    theme = theme_of(preset)
    whole = found.steps[-1].result
    measure = whole.effects.measure
    texts = require_null(measure, favours)
    key = clean_text(key_header) or ("Order" if found.order == "as specified" else clean_text(found.order))
    order = _order(found, key)
    rows = _rows(found, order, theme)
    unit = unit_sign(measure)
    sentences = [f"Cumulative forest plot of the {measure.label}; studies enter {order}."]
    sentences += [row_words(row, whole.request.level, unit) for row in rows if row.kind == "study"]
    outcome = clean_text(whole.effects.outcome)
    return finish(
        rows,
        _columns(found, label_header, key, theme),
        whole,
        theme=theme,
        name=f"Cumulative forest plot{f': {outcome}' if outcome else ''}",
        title=title,
        description=" ".join(sentences),
        axis_label=axis_label,
        favours=texts,
        width=width,
        footnotes=(_LOOKS,),
    )


def _rows(found: Cumulative, order: str, theme: Theme) -> tuple[ForestRow, ...]:
    """Steps, then the whole synthesis where it is more than one study."""
    whole = found.steps[-1].result
    # In the last step the effects stand in the order in which they entered.
    weights = whole.weights.tolist()
    in_by_then = [min(sum(weights[: n + 1]), 1.0) for n in range(len(weights))]
    rows = [
        _step_row(step, number, weight, theme)
        for number, (step, weight) in enumerate(zip(found.steps, in_by_then, strict=True))
    ]
    if not whole.pooled:
        return (*rows, ForestRow(kind="note", label="One study: reported, not pooled"))
    diamond = pooled_row(
        model_words(whole),
        whole,
        kind="overall",
        theme=theme,
        weight=1.0,
        with_prediction=True,
        cells={"weight": theme.numbers.number(percent_text(1.0)), "k": ""},
    )
    note = ForestRow(kind="note", label=f"Studies enter {order}")
    return (*rows, ForestRow(kind="rule"), diamond, *_lines(whole, theme), note)


def _lines(whole: SynthesisResult, theme: Theme) -> tuple[ForestRow, ...]:
    return heterogeneity_rows(whole, theme=theme, pi_style=theme.marks.pi_style)


def _step_row(step: CumulativeStep, number: int, weight: float, theme: Theme) -> ForestRow:
    label = step.added if number == 0 else f"+ {step.added}"
    cells = {"weight": theme.numbers.number(percent_text(weight)), "key": _key_text(step)}
    return pooled_row(
        label, step.result, kind="study", theme=theme, weight=weight, index=step.index, cells=cells
    )


def _key_text(step: CumulativeStep) -> str:
    if step.key is None:
        return ""
    return clean_text(step.key) if isinstance(step.key, str) else plain_number(step.key)


def _columns(found: Cumulative, label_header: str, key: str, theme: Theme) -> tuple[Column, ...]:
    """With the sort key, unless the order has no key or is by a variance, which no reader wants."""
    named = found.order not in ("given", "precision")
    left = (Column(key="key", header=key, drop=2),) if named else ()
    right = (Column(key="weight", header="Weight in", side="right", drop=1),)
    return result_columns(found.steps[-1].result, theme, label_header, *left, right=right)


def _order(found: Cumulative, key: str) -> str:
    """How the studies are sorted, in words."""
    words = _ORDER_WORDS.get((found.order, found.descending))
    return words or f"by {key[:1].lower()}{key[1:]}, {'largest' if found.descending else 'smallest'} first"
