"""How much a synthesis hangs on single studies: it is made again without them, or in another order."""

from metasyn.synthesis.sensitivity.blup import Blups, blup
from metasyn.synthesis.sensitivity.coordinates import Baujat, Radial, baujat, radial
from metasyn.synthesis.sensitivity.cumulative import Cumulative, CumulativeStep, cumulative
from metasyn.synthesis.sensitivity.gosh import Gosh, gosh
from metasyn.synthesis.sensitivity.influence import Influence, influence
from metasyn.synthesis.sensitivity.leave_one_out import LeaveOneOut, leave_one_out, leave_one_out_table
from metasyn.synthesis.sensitivity.residuals import Residuals, residuals
from metasyn.synthesis.sensitivity.subsets import Subsets, subsets
from metasyn.synthesis.sensitivity.tables import PooledRow, PooledTable

__all__ = [
    "Baujat",
    "Blups",
    "Cumulative",
    "CumulativeStep",
    "Gosh",
    "Influence",
    "LeaveOneOut",
    "PooledRow",
    "PooledTable",
    "Radial",
    "Residuals",
    "Subsets",
    "baujat",
    "blup",
    "cumulative",
    "gosh",
    "influence",
    "leave_one_out",
    "leave_one_out_table",
    "radial",
    "residuals",
    "subsets",
]
