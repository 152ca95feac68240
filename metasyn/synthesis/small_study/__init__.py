"""Small-study effects: tests of funnel asymmetry, and what-if corrections for selective publication.

None of these is a result of its own: they ask whether small studies differ from large ones, and how
far a result would move if they were selected. All are refused for fewer than ten effects.
"""

from metasyn.synthesis.small_study.asymmetry import RankTest, RegressionTest
from metasyn.synthesis.small_study.begg import begg_test
from metasyn.synthesis.small_study.counts import (
    deeks_test,
    harbord_test,
    macaskill_test,
    peters_test,
    schwarzer_test,
)
from metasyn.synthesis.small_study.egger import egger_test, pustejovsky_test, thompson_test
from metasyn.synthesis.small_study.excess import ExcessSignificance, excess_significance
from metasyn.synthesis.small_study.fail_safe import FailSafeN, fail_safe_n
from metasyn.synthesis.small_study.pet_peese import PetPeese, pet_peese
from metasyn.synthesis.small_study.policy import MIN_STUDIES
from metasyn.synthesis.small_study.recommend import RecommendedTest, recommended_test
from metasyn.synthesis.small_study.regression import Coefficient, Line
from metasyn.synthesis.small_study.run import small_study_effects
from metasyn.synthesis.small_study.selection import SelectionModel, SelectionWeight, selection_model
from metasyn.synthesis.small_study.trim_fill import TrimFill, trim_and_fill

__all__ = [
    "MIN_STUDIES",
    "Coefficient",
    "ExcessSignificance",
    "FailSafeN",
    "Line",
    "PetPeese",
    "RankTest",
    "RegressionTest",
    "SelectionModel",
    "SelectionWeight",
    "RecommendedTest",
    "TrimFill",
    "begg_test",
    "deeks_test",
    "egger_test",
    "excess_significance",
    "fail_safe_n",
    "harbord_test",
    "macaskill_test",
    "pet_peese",
    "peters_test",
    "pustejovsky_test",
    "recommended_test",
    "schwarzer_test",
    "selection_model",
    "small_study_effects",
    "thompson_test",
    "trim_and_fill",
]
