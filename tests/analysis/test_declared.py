"""What a script declares, flat and in words."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace

import pytest

from metasyn import Analysis, Apart, BaselineRisk, Claim, Outcome
from metasyn.analysis.declared import declared_options
from metasyn.synthesis import SynthesisSpec

ANALYSIS = Analysis(
    title="Lamps",
    question="Do lamps wake?",
    outcomes=[
        Outcome("waking", "HR", definitions=["by diary", ""]),
        Outcome("waking", "HR", timepoint="12 weeks"),
        Outcome("rested", "RR", baseline_risk=BaselineRisk(0.25, label="low")),
    ],
    contrast=({"light": ["lamp", "lantern"], "n": "40"}, "dark"),
    studies={"design": ["randomised", "cohort"], "year": "2011"},
    same=["place"],
    exclude={"R17": "counted twice"},
    apart=[Apart(title="Dusk", reason="no lamp", cohorts="dusk")],
    external=["R1", "R2"],
    favours=("lamp", "dark"),
    synthesis=SynthesisSpec(tau2_method="PM", tau2=0.5),
    notes=["One.", "Two."],
    claims=[Claim("It wakes.", outcome="rested", direction="below", estimate_between=(0.5, 0.9))],
    ongoing=[],
)


def test_every_value_by_its_path():
    options = declared_options(ANALYSIS)
    expected = {
        "title": "Lamps",
        "outcomes[waking].definitions": "by diary; (not stated)",
        "outcomes[waking #2].timepoint": "12 weeks",
        "outcomes[rested].baseline_risk[1].risk": "0.25",
        "contrast[1]": "light = lamp or lantern; n = 40",
        "contrast[2]": "dark",
        "studies[design]": "randomised or cohort",
        "studies[year]": "2011",
        "same": "place",
        "exclude[R17]": "counted twice",
        "apart[Dusk].cohorts": "dusk",
        "external": "R1; R2",
        "favours[2]": "dark",
        "synthesis.tau2_method": "PM",
        "synthesis.tau2": "0.5",
        "notes[2]": "Two.",
        "claims[1].text": "It wakes.",
        "claims[1].estimate_between[2]": "0.9",
        "ongoing": "none",
    }
    assert expected.items() <= options.items()
    assert "cohorts" not in options
    assert "synthesis.weights" not in options
    assert all(options.values())


def test_equal_scripts_declare_the_same_and_nothing_is_an_address():
    options = declared_options(ANALYSIS)
    assert declared_options(replace(ANALYSIS)) == options
    assert list(declared_options(replace(ANALYSIS))) == list(options)
    assert not [text for text in options.values() if " at 0x" in text]


CHANGED = {
    "title": "Lanterns",
    "question": "Why?",
    "outcomes": ANALYSIS.outcomes[1:],
    "contrast": ("lamp", "dark"),
    "studies": {"design": "randomised"},
    "same": (),
    "subgroups": ["place"],
    "overlap": "parts",
    "exclude": {"R17": "overlaps"},
    "apart": [],
    "external": ["R2", "R1"],
    "favours": None,
    "synthesis": SynthesisSpec(tau2_method="PM", tau2=0.51),
    "notes": ["Two.", "One."],
    "claims": [],
    "ongoing": None,
}


@pytest.mark.parametrize("name", [field.name for field in fields(Analysis) if field.name != "cohorts"])
def test_no_field_can_change_unseen(name):
    """A new field of `Analysis` fails here until it has a value to be changed to."""
    changed = replace(ANALYSIS, **{name: CHANGED[name]})
    assert declared_options(changed) != declared_options(ANALYSIS)


def test_every_field_of_every_part_that_is_given_is_there():
    options = declared_options(ANALYSIS)

    def given(path: str, value: object) -> list[str]:
        assert is_dataclass(value)
        names = [
            field.name for field in fields(value) if getattr(value, field.name) not in (None, "", (), [])
        ]
        return [f"{path}.{name}" for name in names]

    paths = [*given("synthesis", ANALYSIS.synthesis), *given("outcomes[rested]", ANALYSIS.outcomes[2])]
    paths += given("claims[1]", ANALYSIS.claims[0])
    for path in paths:
        assert any(key == path or key.startswith((f"{path}[", f"{path}.")) for key in options), path
