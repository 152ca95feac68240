"""Fleiss JL, Berlin JA. Effect sizes for dichotomous data. In: Cooper H, Hedges LV, Valentine JC, editors.

The handbook of research synthesis and meta-analysis. 2nd ed. New York: Russell Sage Foundation; 2009.
p. 237-253, Table 13.4 (page 242): measures of association in one fourfold table. Page and figures as
metafor's own test (test_misc_escalc) compares them; it adds the two conversions to a standardised mean
difference, which may not be in the table.
"""

from __future__ import annotations

import numpy as np
import pytest

from metasyn.effects.compute import effect_sizes
from tests.literature.printed import as_printed


@pytest.mark.parametrize(
    ("measure", "options", "printed"),
    [
        # The sampling variance of phi for one sample cross-classified, both margins random.
        ("PHI", {"vtype": "CS"}, "0.1309 0.0789"),
        ("YUQ", {}, "0.3846 0.1901"),
        ("YUY", {}, "0.2000 0.1071"),
        ("OR2DL", {}, "0.4471 0.2460"),
        ("OR2DN", {}, "0.4915 0.2704"),
    ],
)
def test_table_13_4(measure: str, options: dict[str, str], printed: str) -> None:
    effects = effect_sizes(measure, events_1=[135], n_1=[150], events_2=[40], n_2=[50], **options)
    as_printed([effects.yi[0], np.sqrt(effects.vi[0])], printed)
