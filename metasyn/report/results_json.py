"""`results.json`: everything a report says as numbers, schema `metasyn-result/1`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from metasyn.analysis.claims_check import check_analysis_claims
from metasyn.analysis.result import AnalysisResult, ApartResult, OutcomeResult, Sensitivity
from metasyn.analysis.spec import Analysis, Outcome
from metasyn.evidence.model import OngoingTrial, ReportedResult, Source
from metasyn.evidence.selection import Group
from metasyn.report.changes.edition import Edition
from metasyn.report.changes.edition_data import edition_entry
from metasyn.report.closing import software_versions
from metasyn.report.groups import part_names
from metasyn.report.opening import OVERLAP_WORDS, key_result
from metasyn.report.results_dependence import dependence_entry
from metasyn.report.results_further import audit_entries, further_keys
from metasyn.synthesis.model import SubgroupAnalysis, SynthesisResult, SynthesisSpec
from metasyn.values import NotEstimable
from metasyn.wording import data_number

__all__ = ["SCHEMA", "dumps", "results_document", "single_synthesis_document"]

SCHEMA = "metasyn-result/1"
# What a repeated synthesis does not say again: its rows are those of the main one.
_NOT_REPEATED = ("rows", "exclusions", "alternatives", "subgroups", "weights", "glmm", "bayes")


def results_document(
    result: AnalysisResult, edition: Edition | None = None, *, built_from: str = ""
) -> dict[str, Any]:
    """A whole analysis as plain data.

    Parameters
    ----------
    result : AnalysisResult
    edition : Edition, optional
        Which version of the evidence it is of; without one there is no key `edition`.
    built_from : str
        Digest of the rows and options it rests on; where it is empty there is no key `built_from`.

    Returns
    -------
    dict
        Described key by key in `docs/result-schema.md`. Numbers are unrounded; `dumps` rounds.
    """
    analysis = result.analysis
    return {
        "schema": SCHEMA,
        "name": result.name,
        "title": analysis.title,
        "question": analysis.question,
        "versions": dict(software_versions()),
        **({} if edition is None else {"edition": edition_entry(edition)}),
        "eligibility": _eligibility(analysis),
        "options": _options(analysis.synthesis),
        "syntheses": [_outcome(part, analysis) for part in result.outcomes],
        "external": [_external(one) for one in result.external],
        "ongoing": [_trial(one) for one in result.ongoing],
        "sources": [_source(one) for one in result.sources],
        "audit": audit_entries(result),
        "claims": [verdict.to_dict() for verdict in check_analysis_claims(result)],
        **({"built_from": built_from} if built_from else {}),
    }


def single_synthesis_document(result: SynthesisResult, name: str) -> dict[str, Any]:
    """One synthesis that belongs to no analysis, in the same schema.

    Parameters
    ----------
    result : SynthesisResult
    name : str
        Stem of the table it was computed from.

    Returns
    -------
    dict
    """
    return {
        "schema": SCHEMA,
        "name": name,
        "title": name,
        "question": "",
        "versions": dict(software_versions()),
        "eligibility": None,
        "options": _options(result.request),
        "syntheses": [{"id": name, "outcome": result.effects.outcome, "label": name, **_synthesis(result)}],
        "external": [],
        "ongoing": [],
        "sources": [],
        "audit": [],
        "claims": [],
    }


def dumps(document: Mapping[str, Any]) -> str:
    """The document as JSON text.

    Every float has 12 significant digits, so that machines agree to the byte; what is not a finite
    number is null; keys keep their order.

    Parameters
    ----------
    document : mapping

    Returns
    -------
    str
        UTF-8 text with a final newline.

    Examples
    --------
    >>> print(dumps({"estimate": 0.1 + 0.2, "ci": (float("nan"), 1)}), end="")
    {
     "estimate": 0.3,
     "ci": [
      null,
      1
     ]
    }
    """
    return json.dumps(_rounded(document), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _rounded(value: Any) -> Any:
    """Plain JSON types all the way down."""
    if isinstance(value, str):
        return _encodable(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Mapping):
        return {_encodable(str(key)): _rounded(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(inner) for inner in value]
    if isinstance(value, int):
        return value
    return data_number(value)


def _encodable(text: str) -> str:
    """As it is, but for halves of letters, which UTF-8 cannot hold."""
    return text if text.isascii() else re.sub("[\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", text)


def _eligibility(analysis: Analysis) -> dict[str, Any]:
    return {
        "contrast": None if analysis.contrast is None else [_group(group) for group in analysis.contrast],
        "contrast_names": part_names(analysis),
        "cohorts": None if analysis.cohorts is None else _group(analysis.cohorts),
        "studies": _rule(analysis.studies),
        "same": list(analysis.same),
        "outcomes": [_outcome_rule(outcome) for outcome in analysis.outcomes],
        "overlap": {"rule": analysis.overlap, "text": OVERLAP_WORDS[analysis.overlap]},
        "excluded_by_analyst": dict(analysis.exclude),
        "subgroups": list(analysis.subgroups),
        "notes": list(analysis.notes),
    }


def _group(group: Group) -> Any:
    return group if isinstance(group, str) else _rule(group)


def _rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value if isinstance(value, str) else list(value) for key, value in rule.items()}


def _outcome_rule(outcome: Outcome) -> dict[str, Any]:
    return {**asdict(outcome), "definitions": list(outcome.definitions)}


def _options(spec: SynthesisSpec) -> dict[str, Any]:
    return asdict(spec)


def _outcome(part: OutcomeResult, analysis: Analysis) -> dict[str, Any]:
    key = key_result(part, analysis)
    headline = {name: getattr(key, name) for name in ("label", "figure", "interval", "basis", "sentence")}
    return {
        "id": part.slug,
        "outcome": part.outcome.outcome,
        "label": part.definition.label,
        "definition": part.definition.description,
        "better": part.definition.better,
        "timepoint": part.outcome.timepoint,
        "headline": headline,
        **_main(part),
        "subgroups": [_subgroups(groups, part.synthesis) for groups in part.subgroups],
        "leave_one_out": [
            {"omitted": run.omitted, "index": run.index, **_repeated(run.result)}
            for run in part.leave_one_out
        ],
        "sensitivity": [_sensitivity(variant) for variant in part.sensitivity],
        **further_keys(part, _repeated),
        "apart": [_apart(other) for other in part.apart],
    }


def _main(part: OutcomeResult) -> dict[str, Any]:
    if isinstance(part.synthesis, SynthesisResult):
        return _synthesis(part.synthesis)
    given = part.effects.to_dict()
    return {**_absent(part.synthesis), **{key: given[key] for key in ("measure", "rows", "exclusions")}}


def _absent(reason: NotEstimable) -> dict[str, Any]:
    return {"k": 0, "n_studies": 0, "estimate": None, "not_estimable": {"estimate": reason.reason}}


def _synthesis(result: SynthesisResult) -> dict[str, Any]:
    data = result.to_dict()
    subgroups = [] if result.subgroups is None else [_subgroups(result.subgroups, result)]
    return {**data, "subgroups": subgroups}


def _repeated(result: SynthesisResult | NotEstimable) -> dict[str, Any]:
    """A synthesis of the same rows done again: the numbers only."""
    if isinstance(result, NotEstimable):
        return _absent(result)
    return _without(result.to_dict(), _NOT_REPEATED)


def _without(data: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key not in names}


def _subgroups(groups: SubgroupAnalysis, main: SynthesisResult | NotEstimable) -> Any:
    if isinstance(main, NotEstimable):
        return None
    data = replace(main, subgroups=groups).to_dict()["subgroups"]
    return {**data, "groups": [_without(group, ("subgroups",)) for group in data["groups"]]}


def _sensitivity(variant: Sensitivity) -> dict[str, Any]:
    return {"group": variant.group, "label": variant.label, **_repeated(variant.result)}


def _apart(other: ApartResult) -> dict[str, Any]:
    head = {"title": other.apart.title, "reason": other.apart.reason}
    if isinstance(other.synthesis, SynthesisResult):
        dependence = dependence_entry(other.dependence)
        return {**head, **_synthesis(other.synthesis), "dependence": dependence}
    given = other.effects.to_dict()
    return {**head, **_absent(other.synthesis), "rows": given["rows"], "exclusions": given["exclusions"]}


def _external(one: ReportedResult) -> dict[str, Any]:
    return {
        "result_id": one.result_id,
        "study_id": one.study_id,
        "outcome": one.outcome,
        "statistic": one.statistic,
        "value": one.value,
        "ci": None if one.ci is None else [one.ci.low, one.ci.high],
        "level": None if one.ci is None else one.ci.level,
        "as_printed": one.as_printed,
        "source_id": one.source_id,
        "locator": one.locator,
        "note": one.note,
        "pooled_here": False,
    }


def _trial(trial: OngoingTrial) -> dict[str, Any]:
    return asdict(trial)


def _source(source: Source) -> dict[str, Any]:
    return asdict(source)
