"""When small-study methods are refused, what is said when they are forced, and which test fits."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from small_study_data import BCG, effects_of_tables, proportions, sample

from metasyn.errors import NotEstimableError, OptionError
from metasyn.synthesis.small_study import (
    begg_test,
    deeks_test,
    egger_test,
    excess_significance,
    fail_safe_n,
    harbord_test,
    macaskill_test,
    pet_peese,
    peters_test,
    pustejovsky_test,
    recommended_test,
    schwarzer_test,
    selection_model,
    small_study_effects,
    thompson_test,
    trim_and_fill,
)
from metasyn.vocabulary import Measure, choices


def few(k: int) -> dict[str, Any]:
    return {name: values[:k] for name, values in sample(k=14).items()}


def few_tables(k: int) -> dict[str, Any]:
    return {name: values[:k] for name, values in BCG.items()}


def sized(k: int) -> dict[str, Any]:
    return {**few(k), "n_1": [30] * (k - 1) + [40], "n_2": [30] * k}


def favoured(k: int) -> dict[str, Any]:
    return {**few(k), "alternative": "greater", "function": "half-normal"}


METHODS: list[tuple[Callable[..., Any], Callable[[int], dict[str, Any]]]] = [
    (egger_test, few),
    (thompson_test, few),
    (begg_test, few),
    (pustejovsky_test, sized),
    (harbord_test, few_tables),
    (peters_test, few_tables),
    (macaskill_test, few_tables),
    (deeks_test, few_tables),
    (schwarzer_test, few_tables),
    (trim_and_fill, few),
    (pet_peese, few),
    (fail_safe_n, few),
    (excess_significance, few),
    (selection_model, favoured),
    (small_study_effects, few),
]


@pytest.mark.parametrize(("method", "data"), METHODS, ids=lambda x: getattr(x, "__name__", ""))
def test_nine_effects_are_refused_unless_forced(method: Any, data: Any) -> None:
    with pytest.raises(NotEstimableError, match=r"refused for k = 9: .*Sterne 2011.*force=True"):
        method(**data(9))
    forced = method(**data(9), force=True)
    assert forced.findings[0].code == "too-few-for-small-study-effects"
    assert "k = 9" in forced.findings[0].message
    assert forced.findings[0].severity == "warning"
    enough = method(**data(10))
    assert all(finding.code != "too-few-for-small-study-effects" for finding in enough.findings)
    with pytest.raises(NotEstimableError, match=r"needs at least [23] effects; there are 1"):
        method(**data(1), force=True)


@pytest.mark.parametrize(("method", "data"), METHODS, ids=lambda x: getattr(x, "__name__", ""))
def test_results_are_plain_data(method: Any, data: Any) -> None:
    result = method(**data(10))
    plain = result.to_dict()
    assert json.loads(json.dumps(plain))["findings"] == [str(finding) for finding in result.findings]
    with pytest.raises(AttributeError):
        result.k = 3


@pytest.mark.parametrize("method", [egger_test, begg_test, trim_and_fill, pet_peese, excess_significance])
def test_bad_effects_are_refused(method: Any) -> None:
    data = sample()
    for sei, message in (
        (data["sei"] * 0, "a standard error must be above zero"),
        (data["sei"] * np.nan, "sei is nan"),
        (data["sei"][1:], "yi has 14, sei has 13"),
    ):
        with pytest.raises(OptionError, match=message):
            method(yi=data["yi"], sei=sei)
    with pytest.raises(OptionError, match="first argument must be an EffectSet"):
        method([1, 2, 3])
    with pytest.raises(OptionError, match="measure must be one of"):
        method(**data, measure="XX")


def test_every_measure_has_a_recommended_test_with_its_reason() -> None:
    for measure in choices(Measure):
        advice = recommended_test(measure)
        assert advice.measure == measure
        assert advice.reference.startswith("10.")
        assert len(advice.reason) > 40
    assert recommended_test("OR").test == "harbord"
    assert recommended_test("RR").test == "peters"
    assert recommended_test("PLO").test == "peters"
    assert recommended_test("SMD").test == "pustejovsky"
    assert {recommended_test(m).test for m in ("HR", "MD", "ZCOR", "PAS")} == {"egger"}
    assert recommended_test("COR").predictor == "sqrtninv"
    with pytest.raises(OptionError, match="measure must be one of"):
        recommended_test("odds")


@pytest.mark.parametrize("method", [egger_test, thompson_test, begg_test, pet_peese])
def test_a_standard_error_tied_to_the_effect_is_a_finding(method: Any) -> None:
    for measure, tied in {"OR": True, "RR": True, "SMD": True, "PLO": True, "HR": False, "MD": False}.items():
        codes = [finding.code for finding in method(**sample(), measure=measure).findings]
        assert ("standard-error-tied-to-effect" in codes) == tied
    assert "harbord (10.1002/sim.2380)" in method(**sample(), measure="OR").findings[0].message
    on_size = egger_test(**sample(), measure="OR", predictor="sqrtninv", ni=np.arange(20, 34))
    assert on_size.findings == ()


def test_the_default_test_is_the_recommended_one() -> None:
    assert small_study_effects(effects_of_tables("OR")).test == "harbord"
    assert small_study_effects(effects_of_tables("RR")).test == "peters"
    assert small_study_effects(proportions()).test == "peters"
    assert small_study_effects(**sample(), measure="HR").test == "egger"
    assert small_study_effects(**sample(), measure="HR") == egger_test(**sample(), measure="HR")
    found = small_study_effects(**sample(), measure="COR", ni=np.arange(20, 34))
    assert found == egger_test(**sample(), measure="COR", predictor="sqrtninv", ni=np.arange(20, 34))


def test_the_test_asked_for_is_the_test_made() -> None:
    effects = effects_of_tables("OR")
    for test in ("egger", "begg", "thompson", "harbord", "peters", "macaskill", "deeks", "schwarzer"):
        assert small_study_effects(effects, test).test == test  # type: ignore[arg-type]
    assert small_study_effects(test="peters", **BCG).test == "peters"
    assert small_study_effects(effects, "pustejovsky").test == "pustejovsky"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({**sample(), "test": "eggers"}, "test must be one of 'egger'"),
        ({**sample(), "measure": "OR"}, "'harbord' uses two-by-two tables; it has no use for yi, sei"),
        ({"measure": "OR"}, "needs two-by-two tables; missing: events_1=, n_1=, events_2=, n_2="),
        ({**sample(), "measure": "SMD"}, "needs sample sizes: give n_1="),
        ({**sample(), "measure": "HR", "ni": [3] * 14}, "it has no use for ni"),
        ({**sample(), "test": "begg", "n_1": [3] * 14}, "it has no use for n_1"),
        ({**BCG, "measure": "RR"}, "works on log odds ratios"),
        ({"measure": "HR"}, "give effects, or yi="),
    ],
)
def test_missing_and_useless_arguments_are_named(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        small_study_effects(**arguments)


def test_counts_that_the_effects_do_not_have() -> None:
    with pytest.raises(OptionError, match=r"needs two-by-two tables; 'Cohort 1' and 12 more have no events"):
        peters_test(proportions("GEN").take(range(13)))
