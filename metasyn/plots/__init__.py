"""Figures: layouts as plain data, and their drawing."""

from __future__ import annotations

from metasyn.plots.chart import ChartLayout
from metasyn.plots.chart_fit import fit_chart
from metasyn.plots.charts import (
    Density,
    baujat_layout,
    bubble_layout,
    estimators_layout,
    funnel_layout,
    gosh_layout,
    influence_layout,
    labbe_layout,
    posterior_layout,
    profile_layout,
    radial_layout,
    specification_curve_layout,
)
from metasyn.plots.draw import figure_bytes, figure_pages, missing_letters, svg_text
from metasyn.plots.figure_table import to_table
from metasyn.plots.fit import fit_width
from metasyn.plots.forest_change import change_forest
from metasyn.plots.forest_cumulative import cumulative_forest
from metasyn.plots.forest_layout import forest_layout
from metasyn.plots.forest_leave_one_out import leave_one_out_forest
from metasyn.plots.forest_models import models_forest
from metasyn.plots.forest_outcomes import outcomes_forest
from metasyn.plots.model import ForestLayout
from metasyn.plots.quick_forest import quick_forest
from metasyn.plots.quick_forest_frame import to_forestplot_frame

__all__ = [
    "ChartLayout",
    "Density",
    "ForestLayout",
    "baujat_layout",
    "bubble_layout",
    "change_forest",
    "cumulative_forest",
    "estimators_layout",
    "figure_bytes",
    "figure_pages",
    "fit_chart",
    "fit_width",
    "forest_layout",
    "funnel_layout",
    "gosh_layout",
    "influence_layout",
    "labbe_layout",
    "leave_one_out_forest",
    "missing_letters",
    "models_forest",
    "outcomes_forest",
    "posterior_layout",
    "profile_layout",
    "quick_forest",
    "radial_layout",
    "specification_curve_layout",
    "svg_text",
    "to_forestplot_frame",
    "to_table",
]
