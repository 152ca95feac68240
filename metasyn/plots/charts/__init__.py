"""Charts of a synthesis beside the forest plot, each as data; drawing is `metasyn.plots.figure_bytes`."""

from metasyn.plots.charts.baujat import baujat_layout
from metasyn.plots.charts.bubble import bubble_layout
from metasyn.plots.charts.estimators import estimators_layout
from metasyn.plots.charts.funnel import funnel_layout
from metasyn.plots.charts.gosh import gosh_layout
from metasyn.plots.charts.influence import influence_layout
from metasyn.plots.charts.labbe import labbe_layout
from metasyn.plots.charts.posterior import Density, posterior_layout
from metasyn.plots.charts.profile import profile_layout
from metasyn.plots.charts.radial import radial_layout
from metasyn.plots.charts.specification_curve import specification_curve_layout

__all__ = [
    "Density",
    "baujat_layout",
    "bubble_layout",
    "estimators_layout",
    "funnel_layout",
    "gosh_layout",
    "influence_layout",
    "labbe_layout",
    "posterior_layout",
    "profile_layout",
    "radial_layout",
    "specification_curve_layout",
]
