"""What a preset of the forest plot decides, as data: colours, lengths, columns, words and numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from metasyn.plots.scene import Palette, Role
from metasyn.plots.style import DARK, LIGHT, SIZES, Sizes
from metasyn.vocabulary import ForestPreset, PiStyle
from metasyn.wording import NumberStyle

__all__ = ["ColumnRule", "Marks", "Phrases", "Theme"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnRule:
    """A column that a preset shows where there is something to show.

    Attributes
    ----------
    key : str
        `label`, `events_1`, `n_1`, `counts_1` (events/participants), the same with 2, `estimate`, `ci`,
        `weight`.
    header, spanner : str
        Templates of `{measure}` (short), `{Measure}` (in full), `{level}`, and `{one}`, `{two}`: the names
        of the compared groups. Where the header comes out empty the spanner takes its place.
    drop : int
        Columns of the lowest number go first where room is short; 0 is never dropped.
    """

    key: str
    header: str
    align: Literal["left", "right"] = "right"
    side: Literal["left", "right"] = "left"
    spanner: str = ""
    drop: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """Templates of the lines of text; an empty one is not written.

    Known to all: `{level}`, `{k}`, `{model}`, `{interval}` (how the interval was made), `{tau2_method}`.
    `heterogeneity` and `heterogeneity_common` (a model without between-study variance): `{tau2}`, `{I2}`,
    `{Q}`, `{df}`, `{df_low}` (subscript), `{p}`; `overall_test` and `group_test`: `{statistic}` (z or t),
    `{value}`, `{df_words}`, `{p}`; `prediction`: `{bounds}`, `{bracketed}`; `common_tau2` (of all
    groups): `{tau2}`; `between`: `{Q}`, `{df}`, `{df_low}`, `{p}`; `axis` and `panel`: `{Measure}`,
    `{measure}`, `{scale}`.
    """

    overall: str = ""
    subtotal: str = ""
    heterogeneity: str = "τ² = {tau2}; I² = {I2}; Q = {Q}, df = {df}, {p}"
    heterogeneity_common: str = "I² = {I2}; Q = {Q}, df = {df}, {p}"
    overall_test: str = ""
    group_test: str = ""
    prediction: str = "{level} prediction interval {bounds}"
    common_tau2: str = "Within groups: common τ² = {tau2}"
    between: str = "Test between groups: Q = {Q}, df = {df}, {p}"
    axis: str = "{Measure}{scale}"
    panel: str = ""
    footnotes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """How squares, intervals, diamonds and lines are drawn; roles get their colours from the palette."""

    square_edge_width: float = 0.4
    interval_width: float = 1.1
    diamond_fill: Role = "summary-fill"
    diamond_edge: Role = "summary"
    diamond_edge_width: float = 1.1
    group_fill: Role = "paper"
    pooled_line: bool = True
    null_width: float = 0.9
    pi_style: PiStyle = "bar"
    favours_at: Literal["top", "bottom"] = "bottom"
    group_gap: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """The look of a forest plot.

    Attributes
    ----------
    name : str
    label_header : str
        Heading of the first column unless another is asked for.
    columns : tuple of ColumnRule
        In their order; those without content are left out.
    weight_sign : bool
        Whether weights carry a percent sign.
    one_column, two_column : float
        Widths of figures in millimetres.
    """

    name: ForestPreset
    columns: tuple[ColumnRule, ...]
    label_header: str = "Study"
    phrases: Phrases = field(default_factory=Phrases)
    numbers: NumberStyle = field(default_factory=NumberStyle)
    weight_sign: bool = True
    marks: Marks = field(default_factory=Marks)
    sizes: Sizes = SIZES
    light: Palette = LIGHT
    dark: Palette = DARK
    one_column: float = 85.0
    two_column: float = 174.0
