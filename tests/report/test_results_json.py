"""`results.json` holds every number of an analysis, rounded once; its schema page names every key."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_up_trials import made_up

from metasyn.analysis.result import AnalysisResult
from metasyn.report.results_json import SCHEMA, dumps, results_document, single_synthesis_document
from metasyn.synthesis import pool

SCHEMA_PAGE = Path(__file__).parents[2] / "docs" / "result-schema.md"
# Their keys are data: ids, column names, software.
OPEN_MAPPINGS = {
    "versions",
    "studies",
    "excluded_by_analyst",
    "not_estimable",
    "contrast",
    "cohorts",
    "computed",
}


def walk(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from walk(inner, (*path, key))
    if isinstance(value, list):
        for inner in value:
            yield from walk(inner, path)


@pytest.fixture(scope="module")
def data(bcg: AnalysisResult) -> dict[str, Any]:
    return json.loads(dumps(results_document(bcg)), parse_constant=pytest.fail)  # type: ignore[no-any-return]


def test_it_is_the_file_of_the_report(data: dict[str, Any], bcg_files: dict[str, bytes]) -> None:
    text = bcg_files["results.json"].decode()
    assert json.loads(text) == data
    assert text.endswith("}\n")
    assert "\\u" not in text


def test_every_float_has_twelve_digits_at_most(data: dict[str, Any], bcg_files: dict[str, bytes]) -> None:
    floats = [value for _, value in walk(data) if isinstance(value, float)]
    assert len(floats) > 500
    assert all(float(f"{value:.12g}") == value for value in floats)
    assert "-0.0" not in bcg_files["results.json"].decode().split()


def test_numbers_are_those_of_the_result(data: dict[str, Any], bcg: AnalysisResult) -> None:
    result = bcg.outcomes[0].synthesis
    found = data["syntheses"][0]
    for name in ("estimate", "se"):
        assert math.isclose(found[name], getattr(result, name), rel_tol=1e-11)
    assert math.isclose(found["tau2"], result.heterogeneity.tau2.value, rel_tol=1e-11)  # type: ignore[union-attr]
    assert math.isclose(found["Q"], 152.23300808, rel_tol=1e-9)  # metafor 3.8-1
    assert np.allclose(found["weights"], result.weights, rtol=1e-11)  # type: ignore[union-attr]
    assert [row["yi"] for row in found["rows"]] == pytest.approx(list(result.effects.yi), rel=1e-11)  # type: ignore[union-attr]
    assert [(row["results"][0]["locator"], row["route"]["name"]) for row in found["rows"]] == [
        ("Table 1", "events")
    ] * 13


def test_everything_of_an_outcome_is_there(data: dict[str, Any], bcg: AnalysisResult) -> None:
    found, part = data["syntheses"][0], bcg.outcomes[0]
    assert data["schema"] == SCHEMA == "metasyn-result/1"
    assert [one["id"] for one in data["syntheses"]] == [one.slug for one in bcg.outcomes]
    assert sum(one["headline"] for one in found["alternatives"]) == 1
    assert [one["by"] for one in found["subgroups"]] == ["allocation"]
    indices = [i for group in found["subgroups"][0]["groups"] for i in group["indices"]]
    assert sorted(indices) == list(range(13))
    assert [one["omitted"] for one in found["leave_one_out"]] == [one.omitted for one in part.leave_one_out]
    assert [(one["group"], one["label"]) for one in found["sensitivity"]] == [
        (one.group, one.label) for one in part.sensitivity
    ]
    assert found["apart"][0]["k"] == 3
    assert len(found["apart"][0]["rows"]) == 3
    assert found["exclusions"][0]["reason"] == "the source prints more events than participants"
    assert data["eligibility"]["excluded_by_analyst"] == {"r77": "a second report of the same children"}
    assert data["external"][0]["pooled_here"] is False
    assert (len(data["ongoing"]), len(data["sources"])) == (1, 2)


def test_what_cannot_be_estimated_is_null_with_a_reason(data: dict[str, Any]) -> None:
    two, nothing = data["syntheses"][1], data["syntheses"][3]
    assert two["pi"] is None
    assert two["not_estimable"]["pi"]
    assert nothing["estimate"] is None
    assert nothing["not_estimable"] == {
        "estimate": "no eligible result could be put on the scale of this outcome"
    }
    refused = data["syntheses"][0]["sensitivity"][-1]
    assert (refused["k"], refused["not_estimable"]["estimate"]) == (0, "no effect remains")


def test_the_schema_page_names_every_key(data: dict[str, Any], cohorts: AnalysisResult) -> None:
    page = SCHEMA_PAGE.read_text(encoding="utf-8")
    other = json.loads(dumps(results_document(cohorts)))
    keys = {
        path[-1]
        for document in (data, other)
        for path, _ in walk(document)
        if path and not OPEN_MAPPINGS & set(path[:-1])
    }
    assert {key for key in keys if f"`{key}`" not in page} == set()


def test_the_schema_page_names_what_only_large_analyses_have() -> None:
    page = SCHEMA_PAGE.read_text(encoding="utf-8")
    document = json.loads(dumps(results_document(made_up(12))))
    keys = {path[-1] for path, _ in walk(document) if path and not OPEN_MAPPINGS & set(path[:-1])}
    assert {key for key in keys if f"`{key}`" not in page} == set()
    (found,) = document["syntheses"]
    assert [step["key"] for step in found["cumulative"]] == sorted(2000 + 3 * i % 11 for i in range(1, 13))
    assert found["small_study"]["trim_fill"]["k"] == 12


def test_a_single_synthesis_has_the_same_shape(data: dict[str, Any]) -> None:
    result = pool(yi=[-0.6, -0.2, 0.1, -0.4], vi=[0.04, 0.02, 0.06, 0.05], measure="HR", by=list("aabb"))
    one = json.loads(dumps(single_synthesis_document(result, "trials")))
    assert list(one) == list(data)
    assert one["name"] == "trials"
    (found,) = one["syntheses"]
    assert found["k"] == 4
    assert found["subgroups"][0]["groups"][0]["k"] == 2
    assert math.isclose(found["display"]["estimate"], math.exp(found["estimate"]), rel_tol=1e-11)
    extra = {"definition", "better", "timepoint", "headline", "leave_one_out", "sensitivity", "apart"}
    extra |= {"cumulative", "small_study", "absolute", "dependence"}
    assert set(data["syntheses"][0]) - set(found) == extra


def test_no_number_escapes_rounding() -> None:
    text = dumps({"a": np.float64(1 / 3), "b": [np.inf, -0.0, np.int64(7)], "c": True, "d": "µ", "e": 10**15})
    assert json.loads(text) == {"a": 0.333333333333, "b": [None, 0.0, 7], "c": True, "d": "µ", "e": 10**15}


def test_an_analysis_of_cohorts(cohorts: AnalysisResult) -> None:
    found = json.loads(dumps(results_document(replace(cohorts, sources=()))))
    assert found["eligibility"]["contrast"] is None
    assert found["eligibility"]["cohorts"] == {"stage": "advanced"}
    assert found["syntheses"][0]["rows"][2]["counts"] == {"events": 0, "n": 21}
    assert found["syntheses"][0]["rows"][2]["display"]["estimate"] == 0
