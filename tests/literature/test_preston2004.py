"""Preston C, Ashby D, Smyth R. Adjusting for publication bias: modelling the selection process. J Eval

Clin Pract 2004;10:313-322. 10.1111/j.1365-2753.2003.00457.x: oral rehydration solutions in twelve trials
(Hahn 2001), log odds ratios of the nine with events, common effect; four one-parameter selection functions.
Figures as metafor's own test of the example (test_misc_selmodel) has them; the article's table was not at
hand.

Left out: the functions that also depend on the standard error, and the one of two parameters.
"""

from __future__ import annotations

import pytest

from metasyn.effects.compute import effect_sizes
from metasyn.effects.model import EffectSet
from metasyn.synthesis.small_study import selection_model
from tests.literature.printed import as_printed
from tests.literature.tables import counts

# Children with an unscheduled infusion and children: reduced osmolarity, then the WHO solution.
TRIALS = (
    (4, 19, 5, 19),
    (0, 18, 0, 18),
    (34, 341, 50, 334),
    (7, 71, 16, 69),
    (6, 45, 5, 44),
    (1, 94, 8, 96),
    (0, 22, 0, 22),
    (11, 88, 12, 82),
    (2, 82, 7, 84),
    (0, 33, 0, 30),
    (0, 15, 1, 20),
    (33, 221, 43, 218),
)


@pytest.fixture(scope="module")
def trials() -> EffectSet:
    effects = effect_sizes("OR", **counts(TRIALS))
    assert effects.k == 9
    return effects


@pytest.mark.parametrize(
    ("function", "parameter", "se"),
    [
        ("half-normal", "3.1629", "2.9889"),
        ("negative-exponential", "2.6567", "2.3475"),
        ("logistic", "3.3393", "2.3888"),
        # R has 1.3937 for this standard error; with the steps of its numerical Hessian refined it has 1.0991,
        # then none. Second differences of the likelihood by quadrature confirm 1.3537.
        ("power", "1.4589", "1.3537"),
    ],
)
def test_parameter(trials: EffectSet, function: str, parameter: str, se: str) -> None:
    """To four decimals: R's search stops before the sixth."""
    found = selection_model(trials, function=function, alternative="less", model="common-effect", force=True)
    (weight,) = found.weights
    as_printed(weight.value, parameter)
    as_printed(float(weight.se), se)
