"""Becker BJ. Failsafe N or file-drawer number. In: Rothstein HR, Sutton AJ, Borenstein M, editors.

Publication bias in meta-analysis: prevention, assessment and adjustments. Chichester: Wiley; 2005. p.
111-125: fail-safe N for the expectancy, passive smoking and interview data of that book. Figures as
metafor's own test of these examples (test_misc_fsn) has them. By that test's notes the chapter itself has
Rosenthal's N as 23, 398 and 51226, from t tests or rounded terms, and Orwin's weighted N as 4, 103 and 64,
not rounded up.
"""

from __future__ import annotations

from typing import Any

import pytest

from metasyn.effects.compute import effect_sizes
from metasyn.synthesis.small_study import fail_safe_n
from tests.literature.tables import expectancy_data, passive_smoking
from tests.oracle.oracle_cases import cases, column


def interviews() -> dict[str, Any]:
    """Validity of 160 employment interviews (McDaniel 1994), as Fisher's z."""
    name = "s1/escalc/mcdaniel1994/ZCOR"
    case = next(case for case in cases("open", "1_effect_sizes") if case["id"] == name)
    effects = effect_sizes("ZCOR", r=column(case, "ri"), n=column(case, "ni"))
    assert effects.k == 160
    return {"yi": effects.yi, "vi": effects.vi}


@pytest.mark.parametrize(
    ("source", "target", "rosenthal", "orwin", "orwin_weighted", "rosenberg"),
    [
        (expectancy_data, 0.05, 26, 44, 4, 0),
        (passive_smoking, 0.049, 393, 186, 104, 202),
        (interviews, 0.15, 50364, 129, 65, 45528),
    ],
    ids=["expectancy", "passive smoking", "interviews"],
)
def test_three_examples(
    source: Any, target: float, rosenthal: int, orwin: int, orwin_weighted: int, rosenberg: int
) -> None:
    data = source()
    assert fail_safe_n(**data, method="rosenthal").n == rosenthal
    assert fail_safe_n(**data, method="orwin", target=target, weighted=False).n == orwin
    assert fail_safe_n(**data, method="orwin", target=target).n == orwin_weighted
    assert fail_safe_n(**data, method="rosenberg").n == rosenberg


@pytest.mark.parametrize(("source", "n"), [(expectancy_data, 0), (passive_smoking, 112), (interviews, 6068)])
def test_by_the_random_effects_model(source: Any, n: int) -> None:
    """Not in the chapter; on the same data in metafor's test."""
    assert fail_safe_n(**source(), method="general").n == n
