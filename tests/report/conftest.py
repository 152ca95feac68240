"""Finished analyses built by hand: the BCG vaccine trials (Colditz 1994) and made-up cohorts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import pytest

from metasyn.analysis.result import AnalysisResult, ApartResult, OutcomeResult, Sensitivity
from metasyn.analysis.spec import Analysis, Apart, Outcome
from metasyn.effects.measure import get_measure
from metasyn.effects.model import Counts, Effect, EffectSet, Exclusion, Route, RowRef
from metasyn.evidence.model import OngoingTrial, OutcomeDefinition, ReportedResult, Source
from metasyn.synthesis import SynthesisSpec, leave_one_out, pool
from metasyn.values import Interval, NotEstimable

# label, allocation, events and participants vaccinated, events and participants not vaccinated
BCG = (
    ("Aronson 1948", "random", 4, 123, 11, 139),
    ("Ferguson & Simes 1949", "random", 6, 306, 29, 303),
    ("Rosenthal et al. 1960", "random", 3, 231, 11, 220),
    ("Hart & Sutherland 1977", "random", 62, 13598, 248, 12867),
    ("Frimodt-Moller et al. 1973", "alternate", 33, 5069, 47, 5808),
    ("Stein & Aronson 1953", "alternate", 180, 1541, 372, 1451),
    ("Vandiviere et al. 1973", "random", 8, 2545, 10, 629),
    ("TPT Madras 1980", "random", 505, 88391, 499, 88391),
    ("Coetzee & Berjak 1968", "random", 29, 7499, 45, 7277),
    ("Rosenthal et al. 1961", "systematic", 17, 1716, 65, 1665),
    ("Comstock et al. 1974", "systematic", 186, 50634, 141, 27338),
    ("Comstock & Webster 1969", "systematic", 5, 2498, 3, 2341),
    ("Comstock et al. 1976", "systematic", 27, 16913, 29, 17854),
)
EVENTS = Route(name="events", grade=1, formula="ln[(x₁/n₁)/(x₂/n₂)], variance 1/x₁ − 1/n₁ + 1/x₂ − 1/n₂")
SOURCES = (
    Source(
        source_id="colditz-1994",
        kind="review",
        citation="Colditz GA, Brewer TF, Berkey CS, et al. Efficacy of BCG vaccine in the prevention of "
        "tuberculosis. JAMA 1994;271:698-702.",
        doi="10.1001/jama.1994.03510330076038",
        year=1994,
    ),
    Source(source_id="registry", kind="registry", citation="Example registry of trials", year=2020),
)


def ratio_effect(
    label: str, x1: int, n1: int, x2: int, n2: int, *, number: int = 1, **more: object
) -> Effect:
    """A log risk ratio with the way back to a printed table."""
    row = RowRef(
        result_id=f"r{number:02d}",
        source_id="colditz-1994",
        citation=SOURCES[0].citation,
        locator="Table 1",
        as_printed=f"{x1}/{n1} vs {x2}/{n2}",
    )
    given = {
        "label": label,
        "yi": math.log((x1 / n1) / (x2 / n2)),
        "vi": 1 / x1 - 1 / n1 + 1 / x2 - 1 / n2,
        "route": EVENTS,
        "study_id": f"s{number}",
        "cohort_id": f"c{number}-bcg",
        "comparator_id": f"c{number}-none",
        "rows": (row,),
        "counts": Counts(events_1=x1, n_1=n1, events_2=x2, n_2=n2),
    }
    return Effect(**{**given, **more})  # type: ignore[arg-type]


def proportion_effect(label: str, x: int, n: int, group: str, number: int) -> Effect:
    """A logit, with 1/2 added where nobody had the event."""
    added = 0.5 if x in (0, n) else 0.0
    events, others = x + added, n - x + added
    row = RowRef(
        result_id=f"p{number:02d}",
        source_id="colditz-1994",
        citation=SOURCES[0].citation,
        locator=f"p. {100 + number}",
        as_printed=f"{x} of {n}",
    )
    return Effect(
        label=label,
        yi=math.log(events / others),
        vi=1 / events + 1 / others,
        route=Route(name="events", grade=1, formula="ln[x/(n − x)], variance 1/x + 1/(n − x)"),
        study_id=f"p{number}",
        cohort_id=f"p{number}-arm",
        rows=(row,),
        counts=Counts(events_1=x, n_1=n),
        adjustment="1/2 added to events and to non-events" if added else "",
        attributes={"drug_class": group},
    )


def bcg_effects(outcome: str = "Tuberculosis", rows: Sequence[int] | None = None) -> EffectSet:
    """The BCG trials, or some of them, as log risk ratios."""
    wanted = range(len(BCG)) if rows is None else rows
    effects = tuple(
        ratio_effect(label, x1, n1, x2, n2, number=i + 1, attributes={"allocation": allocation})
        for i, (label, allocation, x1, n1, x2, n2) in enumerate(BCG)
        if i in wanted
    )
    exclusion = Exclusion(
        label="Ex & Ample 1955",
        code="unusable",
        reason="the source prints more events than participants",
        result_ids=("r99",),
    )
    return EffectSet(measure=get_measure("RR"), effects=effects, exclusions=(exclusion,), outcome=outcome)


def variants(effects: EffectSet, spec: SynthesisSpec) -> tuple[Sensitivity, ...]:
    """A few other answers to the same question."""
    made = [
        Sensitivity(
            group="between-study variance",
            label=method,
            result=pool(effects, spec=spec.update(tau2_method=method)),
        )
        for method in ("DL", "PM")
    ]
    common = pool(effects, spec=spec.update(model="common-effect"))
    made.append(Sensitivity(group="model", label="common effect", result=common))
    refused = NotEstimable("no effect remains")
    made.append(Sensitivity(group="route", label="only from O−E and V", result=refused))
    return tuple(made)


def ratio_outcome(
    effects: EffectSet, slug: str, definition: OutcomeDefinition, by: str = ""
) -> OutcomeResult:
    """One outcome with everything that its number of studies allows."""
    spec = SynthesisSpec()
    result = pool(effects, spec=spec)
    groups = pool(effects, spec=spec, by=by).subgroups if by else None
    return OutcomeResult(
        slug=slug,
        outcome=Outcome(definition.outcome, "RR"),
        definition=definition,
        effects=effects,
        synthesis=result,
        subgroups=() if groups is None else (groups,),
        leave_one_out=leave_one_out(effects, spec) if effects.k >= 3 else (),
        sensitivity=variants(effects, spec) if effects.k >= 3 else (),
    )


def bcg_analysis(**changes: object) -> Analysis:
    """What a script would declare."""
    given = {
        "title": "BCG vaccination and tuberculosis",
        "question": "Does vaccination with BCG lower the risk of tuberculosis, compared with no vaccination?",
        "outcomes": (
            Outcome("tb", "RR"),
            Outcome("death", "RR"),
            Outcome("sae", "RR"),
            Outcome("cost", "RR"),
        ),
        "contrast": ("BCG", "no vaccine"),
        "studies": {"design": ("randomised", "alternate", "systematic")},
        "subgroups": ("allocation",),
        "exclude": {"r77": "a second report of the same children"},
        "apart": (Apart(title="Infants", reason="they are followed for another outcome", cohorts="infants"),),
        "external": ("x1",),
        "notes": ("The trials are those of Colditz 1994.",),
    }
    return Analysis(**{**given, **changes})  # type: ignore[arg-type]


def bcg_result(analysis: Analysis | None = None) -> AnalysisResult:
    """Four outcomes: thirteen studies, two, one, none."""
    tb = OutcomeDefinition(outcome="tb", label="Tuberculosis", kind="binary", better="lower")
    main = ratio_outcome(bcg_effects(), "tb-rr", tb, by="allocation")
    apart_effects = bcg_effects(rows=(1, 2, 6))
    apart = ApartResult(
        apart=Apart(title="Infants", reason="they are followed for another outcome", cohorts="infants"),
        effects=apart_effects,
        synthesis=pool(apart_effects),
    )
    death = OutcomeDefinition(outcome="death", label="Death from any cause", kind="binary", better="lower")
    sae = OutcomeDefinition(outcome="sae", label="Serious adverse events", kind="binary", better="lower")
    cost = OutcomeDefinition(outcome="cost", label="Cost", kind="binary")
    nothing = EffectSet(measure=get_measure("RR"), effects=(), outcome="Cost")
    return AnalysisResult(
        name="bcg",
        analysis=analysis or bcg_analysis(),
        outcomes=(
            replace(main, apart=(apart,)),
            ratio_outcome(bcg_effects("Death from any cause", (0, 2)), "death-rr", death),
            ratio_outcome(bcg_effects("Serious adverse events", (11,)), "sae-rr", sae),
            OutcomeResult(
                slug="cost-rr",
                outcome=Outcome("cost", "RR"),
                definition=cost,
                effects=nothing,
                synthesis=NotEstimable("no eligible result could be put on the scale of this outcome"),
            ),
        ),
        external=(
            ReportedResult(
                result_id="x1",
                study_id="colditz-1994",
                cohort_id="all",
                outcome="tb",
                statistic="RR",
                source_id="colditz-1994",
                locator="Abstract",
                as_printed="0.49 (95% CI, 0.34 to 0.70)",
                value=0.49,
                ci=Interval(0.34, 0.70),
            ),
        ),
        sources=SOURCES,
        ongoing=(
            OngoingTrial(
                registry_id="EX-0001",
                title="Revaccination of adolescents",
                phase="3",
                n=1800,
                arms="BCG; placebo",
                source_id="registry",
                locator="record 1",
            ),
        ),
    )


def cohorts_result() -> AnalysisResult:
    """Made-up response rates in single cohorts, one without any response."""
    rows = (
        ("Alpha 2011", 3, 27, "kinase inhibitor"),
        ("Beta 2013", 6, 30, "kinase inhibitor"),
        ("Gamma 2014", 0, 21, "kinase inhibitor"),
        ("Delta 2015", 14, 40, "antibody"),
        ("Epsilon 2016", 22, 70, "antibody"),
        ("Zeta 2019", 9, 33, "antibody"),
    )
    effects = EffectSet(
        measure=get_measure("PLO"),
        effects=tuple(proportion_effect(*row, number) for number, row in enumerate(rows, start=1)),  # type: ignore[arg-type]
        outcome="Objective response",
    )
    groups = pool(effects, by="drug_class").subgroups
    assert groups is not None
    response = OutcomeDefinition(
        outcome="ORR", label="Objective response", kind="proportion", better="higher"
    )
    return AnalysisResult(
        name="response",
        analysis=Analysis(
            title="Response by drug class",
            question="What share of patients responds, by class of drug?",
            outcomes=(Outcome("ORR", "PLO"),),
            cohorts={"stage": "advanced"},
            subgroups=("drug_class",),
        ),
        outcomes=(
            OutcomeResult(
                slug="orr-plo",
                outcome=Outcome("ORR", "PLO"),
                definition=response,
                effects=effects,
                synthesis=pool(effects),
                subgroups=(groups,),
                leave_one_out=leave_one_out(effects, SynthesisSpec()),
            ),
        ),
        external=(),
        sources=SOURCES[:1],
        ongoing=(),
    )


@pytest.fixture(scope="session")
def bcg() -> AnalysisResult:
    return bcg_result()


@pytest.fixture(scope="session")
def cohorts() -> AnalysisResult:
    return cohorts_result()


@pytest.fixture(scope="session")
def bcg_files(bcg: AnalysisResult) -> dict[str, bytes]:
    from metasyn.report.write import render_report

    return render_report(bcg)
