"""`verify.R` of mixed models of two groups and of rates: R confirms them, and a changed number is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from metasyn.analysis.result import AnalysisResult, OutcomeResult
from metasyn.analysis.spec import Analysis, Outcome
from metasyn.effects.compute import effect_sizes
from metasyn.effects.model import EffectSet
from metasyn.evidence.model import OutcomeDefinition
from metasyn.report.verify_r import verify_script
from metasyn.report.verify_run import RMissingError, find_rscript, run_verification
from metasyn.synthesis import SynthesisSpec, leave_one_out, pool
from metasyn.synthesis.subgroups import subgroup_analysis

SETS: dict[str, EffectSet] = {
    "tables": effect_sizes(
        "OR",
        events_1=[0, 4, 2, 27, 12, 100, 0], n_1=[20, 31, 15, 60, 44, 1000, 9],
        events_2=[3, 1, 6, 12, 20, 400, 0], n_2=[22, 29, 14, 55, 47, 1900, 8], drop00=False,
    ),
    "tables, tau2 0": effect_sizes(
        "OR", events_1=[0, 4, 2], n_1=[20, 31, 15], events_2=[3, 9, 6], n_2=[22, 29, 14]
    ),
    "two rates": effect_sizes(
        "IRR",
        events_1=[9, 40, 22, 8, 0], time_1=[410.6, 487, 237, 263, 91],
        events_2=[19, 27, 48, 18, 4], time_2=[415.6, 511, 205, 250, 104],
    ),
    "groups": effect_sizes(
        "PLO", events=[0, 2, 1, 9, 4, 7, 3, 5, 1, 0, 8], n=[10, 25, 7, 30, 40, 22, 12, 31, 9, 14, 33],
        attributes={"kind": list("aaaaabbbbbc")},
    ),
    "one rate": effect_sizes("IRLN", events=[40, 11, 22, 0], time=[410.6, 487, 237, 91]),
}  # fmt: skip


def script(level: float = 0.95) -> str:
    parts = []
    for name, effects in SETS.items():
        spec = SynthesisSpec(model="glmm", level=level)
        made = OutcomeResult(
            slug=name.replace(" ", "-").replace(",", ""),
            outcome=Outcome(name, effects.measure.code),
            definition=OutcomeDefinition(outcome=name, label=name, kind="binary"),
            effects=effects,
            synthesis=pool(effects, spec=spec),
            subgroups=(
                (subgroup_analysis(effects, "kind", SynthesisSpec(), subgroup_tau2="separate"),)
                if name == "groups"
                else ()
            ),
            leave_one_out=leave_one_out(effects, spec) if effects.k == 4 else (),
        )
        assert made.synthesis.model == "glmm"
        parts.append(made)
    asked = Analysis(
        title="made up", question="?", outcomes=tuple(o.outcome for o in parts), cohorts={"a": "b"}
    )
    return verify_script(
        AnalysisResult(
            name="made_up", analysis=asked, outcomes=tuple(parts), external=(), sources=(), ongoing=()
        )
    )


@pytest.fixture(scope="module")
def rscript() -> str:
    try:
        return find_rscript()
    except RMissingError as error:
        pytest.skip(str(error))


def test_the_script_names_no_further_package() -> None:
    text = script()
    assert text == script()
    assert "BiasedUrn" not in text
    assert "found <- mixed_tables(" in text
    assert text.count("found <- mixed_rates(") >= 2
    assert "between_of(list(mixed(" in text


@pytest.mark.slow
def test_r_confirms(rscript: str, tmp_path: Path) -> None:
    path = tmp_path / "verify.R"
    path.write_text(script(0.9), encoding="utf-8")
    found = run_verification(rscript, path, timeout=120)
    assert found.differences == ()
    assert found.confirmed > 60


@pytest.mark.slow
def test_r_finds_another_number(rscript: str, tmp_path: Path) -> None:
    text, path = script(), tmp_path / "verify.R"
    estimate = f"{pool(SETS['tables'], model='glmm').estimate:.12g}"
    assert estimate in text
    path.write_text(text.replace(estimate, repr(float(estimate) * 1.0002)), encoding="utf-8")
    found = run_verification(rscript, path, timeout=120)
    assert any("glmm (t), estimate" in line for line in found.differences)
