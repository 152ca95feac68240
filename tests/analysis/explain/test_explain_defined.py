"""What is found by search has its definition told, with the estimates; equations are held to their sums."""

from __future__ import annotations

import pytest

from metasyn.analysis.explain import Explanation, explain, explainable
from metasyn.synthesis import pool
from metasyn.synthesis.model import SynthesisResult
from metasyn.vocabulary import CiMethod, PiMethod, Tau2Method, choices

Y, V = [-0.9, -0.1, -0.5, -0.3, 0.2, -0.7], [0.1, 0.05, 0.2, 0.03, 0.1, 0.15]
WEIGHTS = [1, 2, 3, 1, 2, 3]


def pooled(**options: object) -> SynthesisResult:
    return pool(yi=Y, vi=V, measure="HR", **options)  # type: ignore[arg-type]


def told(found: Explanation) -> str:
    return dict(found.facts).get("Formula", "")


@pytest.mark.parametrize(
    "options",
    [
        *({"ci_method": one} for one in choices(CiMethod) if one != "credible"),
        *({"pi_method": one} for one in choices(PiMethod) if one != "none"),
        *({"tau2_method": one} for one in choices(Tau2Method) if not one.startswith("GENQ")),
        {"tau2_method": "GENQM", "weights": WEIGHTS},
        {"weights": WEIGHTS},
        {"tau2": 0.1},
        {"model": "common-effect"},
    ],
    ids=str,
)
def test_each_number_has_arithmetic_or_its_definition_with_every_estimate(options: dict[str, object]) -> None:
    result = pooled(**options)
    for one in explainable(result):
        found = one.build()
        if found.kind == "result" and not found.sums:
            assert len(told(found)) > 40, one.name
            assert found.table is not None, one.name
            assert [row[0] for _, row in found.table.rows] == Y


@pytest.mark.parametrize("method", ["PM", "EB", "DLIT", "SJIT", "PMM"])
def test_the_sum_that_solves_an_equation_is_what_is_compared(method: str) -> None:
    """The line is the sum, not its goal: with another tau2 it would not stand there."""
    result = pooled(tau2_method=method)
    found = explain(result, "tau2")
    (line,) = found.sums
    assert line.symbols == "S"
    assert line.value == found.table.totals[-1]  # type: ignore[union-attr]
    assert line.value == pytest.approx(4.3514602 if method == "PMM" else 5.0, rel=1e-6)


def test_estimators_that_are_cut_off_at_zero_say_so() -> None:
    alike = pool(yi=[-0.5, -0.45, -0.55], vi=[0.1, 0.2, 0.1], measure="HR", tau2_method="PM")
    (line,) = explain(alike, "tau2").sums
    assert line.symbols == "max(0, S − (k − 1))"
    assert line.value == 0


def test_hunter_and_schmidt_corrected() -> None:
    """(Q k/(k - 1) - k) / sum w, computed here."""
    w = [1 / v for v in V]
    mean = sum(a * b for a, b in zip(w, Y, strict=True)) / sum(w)
    q = sum(a * (b - mean) ** 2 for a, b in zip(w, Y, strict=True))
    (line,) = explain(pooled(tau2_method="HSk"), "tau2").sums
    assert line.value == pytest.approx((q * 6 / 5 - 6) / sum(w), rel=1e-12)
