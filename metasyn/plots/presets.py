"""The presets of the forest plot: this package's own look and that of four publishers.

They follow what the publishers print and ask for: decimal signs, brackets, p values, order of columns and
colours. A journal redraws figures anyway; these save the editing before.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from metasyn.plots.scene import Palette, Role
from metasyn.plots.style import LIGHT
from metasyn.plots.theme import ColumnRule, Marks, Phrases, Theme
from metasyn.vocabulary import ForestPreset, require_option
from metasyn.wording import NumberStyle

__all__ = ["METASYN", "PRESETS", "theme_of"]

_CHI = "\N{GREEK SMALL LETTER CHI}\N{SUPERSCRIPT TWO}"
_TAU = "\N{GREEK SMALL LETTER TAU}\N{SUPERSCRIPT TWO}"
_I2 = "I\N{SUPERSCRIPT TWO}"


def _palette(**colors: str) -> Palette:
    """The light palette with some roles changed."""
    named: dict[str, str] = {role.replace("_", "-"): color for role, color in colors.items()}
    mixed: dict[Role, str] = {role: named.pop(role, color) for role, color in LIGHT.colors.items()}
    assert not named, named
    return Palette(colors=mixed)


METASYN = Theme(
    name="metasyn",
    columns=(
        ColumnRule(key="label", header="", align="left"),
        ColumnRule(key="events_1", header="Events", spanner="{one}", drop=2),
        ColumnRule(key="n_1", header="n", spanner="{one}", drop=2),
        ColumnRule(key="events_2", header="Events", spanner="{two}", drop=2),
        ColumnRule(key="n_2", header="n", spanner="{two}", drop=2),
        ColumnRule(key="estimate", header="{measure}", side="right"),
        ColumnRule(key="ci", header="[{level} {ci}]", side="right"),
        ColumnRule(key="weight", header="Weight", side="right", drop=1),
    ),
)

_JAMA = Theme(
    name="jama",
    label_header="Source",
    columns=(
        ColumnRule(key="label", header="", align="left"),
        ColumnRule(key="counts_1", header="{one}", spanner="No. of events/total", drop=2),
        ColumnRule(key="counts_2", header="{two}", spanner="No. of events/total", drop=2),
        ColumnRule(key="estimate", header="{measure}"),
        ColumnRule(key="ci", header="({level} {ci})"),
        ColumnRule(key="weight", header="Weight, %", side="right", drop=1),
    ),
    phrases=Phrases(
        heterogeneity=f"Heterogeneity: {_CHI}{{df_low}} = {{Q}} ({{p}}); {_I2} = {{I2}}",
        heterogeneity_common=f"Heterogeneity: {_CHI}{{df_low}} = {{Q}} ({{p}}); {_I2} = {{I2}}",
        overall_test="Test for overall effect: {statistic}{df_low} = {value} ({p})",
        prediction="{level} prediction interval, {bounds}",
        common_tau2="",
        between="",
        axis="{Measure} ({level} {ci})",
    ),
    numbers=NumberStyle(to="-", brackets=("(", ")"), p="P", p_digits="ama", p_zero=False),
    weight_sign=False,
    marks=Marks(
        group_fill="summary-fill",
        pooled_line=False,
        pi_style="line",
        favours_at="top",
        group_gap=0.0,
        diamond_edge_width=0.8,
    ),
    light=_palette(
        study="#12407a",
        study_edge="#12407a",
        interval="#12407a",
        summary="#2f74b5",
        summary_fill="#9cc3e6",
        prediction="#707070",
        null="#4d4d4d",
    ),
    one_column=86.0,
    two_column=178.0,
)

_BMJ = Theme(
    name="bmj",
    columns=(
        ColumnRule(key="label", header="", align="left"),
        ColumnRule(key="counts_1", header="{one}", spanner="No of events/total", drop=2),
        ColumnRule(key="counts_2", header="{two}", spanner="No of events/total", drop=2),
        ColumnRule(key="weight", header="Weight (%)", side="right", drop=1),
        ColumnRule(key="estimate", header="{measure}", side="right"),
        ColumnRule(key="ci", header="({level} {ci})", side="right"),
    ),
    phrases=Phrases(
        heterogeneity=f"Heterogeneity: {_TAU}={{tau2}}, {_CHI}={{Q}}, df={{df}}, {{p}}, {_I2}={{I2}}",
        heterogeneity_common=f"Heterogeneity: {_CHI}={{Q}}, df={{df}}, {{p}}; {_I2}={{I2}}",
        overall_test="Test for overall effect: {statistic}={value}{df_words}, {p}",
        group_test="Test for effect in subgroup: {statistic}={value}{df_words}, {p}",
        prediction="{level} prediction interval {bounds}",
        common_tau2=f"Within subgroups: common {_TAU}={{tau2}}",
        between=f"Test for subgroup differences: {_CHI}={{Q}}, df={{df}}, {{p}}",
        axis="",
        panel="{Measure} ({level} {ci})",
    ),
    numbers=NumberStyle(
        brackets=("(", ")"), relation="", p="P", p_digits="ama", p_floor=0.001, tau2_digits=2
    ),
    weight_sign=False,
    marks=Marks(
        square_edge_width=0.5,
        diamond_edge="paper",
        diamond_edge_width=0.5,
        group_fill="summary-fill",
        pooled_line=False,
        pi_style="line",
    ),
    light=_palette(
        study="#6b58a6",
        study_edge="#ffffff",
        interval="#6b58a6",
        summary="#3d2b7a",
        summary_fill="#3d2b7a",
        prediction="#8f9194",
        null="#a7a9ac",
        grid="#d5d6d8",
    ),
)

_LANCET = Theme(
    name="lancet",
    columns=(
        ColumnRule(key="label", header="", align="left"),
        ColumnRule(key="counts_1", header="{one}", spanner="Events/patients", drop=2),
        ColumnRule(key="counts_2", header="{two}", spanner="Events/patients", drop=2),
        ColumnRule(key="estimate", header="{measure}", side="right"),
        ColumnRule(key="ci", header="({level} {ci})", side="right"),
        ColumnRule(key="weight", header="Weight", side="right", drop=1),
    ),
    phrases=Phrases(
        heterogeneity=f"Heterogeneity: {_TAU}={{tau2}}; {_I2}={{I2}}; {_CHI}={{Q}}, df={{df}}, {{p}}",
        heterogeneity_common=f"Heterogeneity: {_I2}={{I2}}; {_CHI}={{Q}}, df={{df}}, {{p}}",
        overall_test="Overall effect: {statistic}={value}{df_words}, {p}",
        prediction="{level} prediction interval {bounds}",
        common_tau2=f"Within groups: common {_TAU}={{tau2}}",
        between=f"Heterogeneity between groups: {_CHI}={{Q}}, df={{df}}, {{p}}",
        axis="{Measure} ({level} {ci})",
    ),
    numbers=NumberStyle(
        point="\N{MIDDLE DOT}",
        to="\N{EN DASH}",
        brackets=("(", ")"),
        relation="",
        p_digits="two significant",
        p_floor=0.0001,
        tau2_digits=2,
    ),
    marks=Marks(group_fill="paper", pi_style="line"),
    light=_palette(
        study="#2b6ca3",
        study_edge="#2b6ca3",
        summary="#8a1538",
        summary_fill="#8a1538",
        prediction="#b08a2e",
        null="#777777",
    ),
    one_column=75.0,
    two_column=154.0,
)

_REVMAN = Theme(
    name="revman-2025",
    label_header="Study or subgroup",
    columns=(
        ColumnRule(key="label", header="", align="left"),
        ColumnRule(key="events_1", header="Events", spanner="{one}", drop=2),
        ColumnRule(key="n_1", header="Total", spanner="{one}", drop=2),
        ColumnRule(key="events_2", header="Events", spanner="{two}", drop=2),
        ColumnRule(key="n_2", header="Total", spanner="{two}", drop=2),
        ColumnRule(key="weight", header="Weight", drop=1),
        ColumnRule(key="estimate", header="{measure}"),
        ColumnRule(key="ci", header="[{level} {ci}]"),
    ),
    phrases=Phrases(
        overall="Total ({level} {ci})",
        subtotal="Subtotal ({level} {ci})",
        heterogeneity="Heterogeneity: Tau² = {tau2}; Chi² = {Q}, df = {df} ({p}); I² = {I2}",
        heterogeneity_common="Heterogeneity: Chi² = {Q}, df = {df} ({p}); I² = {I2}",
        overall_test="Test for overall effect: {statistic} = {value}{df_words} ({p})",
        group_test="Test for overall effect: {statistic} = {value}{df_words} ({p})",
        prediction="Prediction interval ({level}): {bracketed}",
        common_tau2="Within subgroups: common Tau² = {tau2}",
        between="Test for subgroup differences: Chi² = {Q}, df = {df} ({p})",
        axis="",
        panel="{Measure}\nIV, {model}, {level}\N{NO-BREAK SPACE}CI",
        footnotes=("Interval of the total: {interval}.", "Tau² by {tau2_method}."),
    ),
    numbers=NumberStyle(
        to=", ", thousands="", p="P", p_digits="one significant", p_floor=0.00001, tau2_digits=3
    ),
    marks=Marks(group_fill="summary-fill", pooled_line=False, pi_style="line"),
    light=_palette(
        study="#2a52be",
        study_edge="#2a52be",
        summary="#000000",
        summary_fill="#000000",
        prediction="#8a8a8a",
        null="#444444",
    ),
)

PRESETS: Mapping[ForestPreset, Theme] = MappingProxyType(
    {theme.name: theme for theme in (METASYN, _JAMA, _BMJ, _LANCET, _REVMAN)}
)


def theme_of(preset: ForestPreset) -> Theme:
    """The look of a preset.

    Raises
    ------
    OptionError
        If there is none of that name.

    Examples
    --------
    >>> theme_of("lancet").one_column
    75.0
    """
    require_option("preset", preset, ForestPreset)
    return PRESETS[preset]
