"""A comparison written by hand: tea against water, one row more and one typing error less."""

from __future__ import annotations

from dataclasses import replace
from math import log

from metasyn.changes.model import (
    AnalysisChange,
    Cause,
    ClaimChange,
    EvidenceChange,
    Moved,
    OptionEdit,
    OutcomeChange,
    Quantity,
    Share,
    Standing,
    WeightChange,
)
from metasyn.evidence.table_changes import CellEdit, RowEdit
from metasyn.values import Interval, NotEstimable

ADDED = RowEdit(
    key="DO-WAKING-1",
    kind="added",
    cells=(
        CellEdit(column="study_id", old="", new="DO"),
        CellEdit(column="as_printed", old="", new="0.98 (0.70-1.37)"),
    ),
)
TYPO = RowEdit(
    key="AX-WAKING-1", kind="corrected", cells=(CellEdit(column="ci_high", old="0.49", new="0.94"),)
)
STUDY = RowEdit(key="study:DO", kind="added", cells=(CellEdit(column="label", old="", new="Dostal 2024"),))
CAUSES = (
    Cause(id="row:DO-WAKING-1", kind="added", title="results.csv row DO-WAKING-1 added", rows=(ADDED,)),
    Cause(
        id="row:AX-WAKING-1",
        kind="corrected",
        title="results.csv row AX-WAKING-1: ci_high 0.49 → 0.94",
        rows=(TYPO,),
    ),
    Cause(
        id="option:synthesis.tau2_method",
        kind="method",
        title="estimator of the between-study variance: restricted maximum likelihood → Paule-Mandel",
        options=(
            OptionEdit(
                where="synthesis.tau2_method",
                words="estimator of the between-study variance",
                old="restricted maximum likelihood",
                new="Paule-Mandel",
            ),
        ),
    ),
)
BEFORE = Standing(
    k=3,
    n_studies=3,
    estimate=log(0.62),
    se=0.2,
    ci=Interval(log(0.47), log(0.81), 0.95),
    pi=Interval(log(0.30), log(1.28), 0.95),
    tau2=0.04,
    I2=0.58,
    pvalue=0.0004,
    null_value=0.0,
    level=0.95,
    model="random-effects",
    ci_method="hartung-knapp",
    tau2_method="REML",
    weights={"Axelsson 2019": 0.5, "Bo 2020": 0.3, "Cem 2021": 0.2},
)
AFTER = replace(
    BEFORE,
    k=4,
    n_studies=4,
    estimate=log(0.75),
    ci=Interval(log(0.55), log(1.02), 0.95),
    pi=Interval(log(0.40), log(1.41), 0.95),
    tau2=0.0,
    I2=0.0,
    pvalue=0.062,
    tau2_method="PM",
    weights={"Axelsson 2019": 0.3, "Bo 2020": 0.26, "Cem 2021": 0.2, "Dostal 2024": 0.24},
)


def moved(quantity: Quantity, before: float, after: float, *shares: float) -> Moved:
    """Shares of the three causes; the first one takes what the others leave."""
    all_shares = (after - before - sum(shares), *shares)
    return Moved(
        quantity=quantity,
        before=before,
        after=after,
        shares=tuple(
            Share(
                cause=cause.id,
                alone=share,
                last=share or NotEstimable("one study"),
                shapley=share,
            )
            for cause, share in zip(CAUSES, all_shares, strict=True)
        ),
    )


def waking() -> OutcomeChange:
    """The outcome that moved."""
    assert isinstance(BEFORE.ci, Interval)
    assert isinstance(AFTER.ci, Interval)
    assert isinstance(BEFORE.pi, Interval)
    assert isinstance(AFTER.pi, Interval)
    names = dict.fromkeys((*AFTER.weights, *BEFORE.weights))
    return OutcomeChange(
        slug="waking-hr",
        label="time to waking",
        measure="HR",
        before=BEFORE,
        after=AFTER,
        moved=(
            moved("estimate", log(0.62), log(0.75), log(1.03), 0.0),
            moved("ci_low", BEFORE.ci.low, AFTER.ci.low, 0.01, 0.0),
            moved("ci_high", BEFORE.ci.high, AFTER.ci.high, -0.01, 0.002),
            moved("pi_low", BEFORE.pi.low, AFTER.pi.low, 0.01, 0.1),
            moved("pi_high", BEFORE.pi.high, AFTER.pi.high, 0.01, -0.1),
            moved("tau2", 0.04, 0.0, -0.03, -0.013),
            moved("I2", 0.58, 0.0, -0.35, -0.13),
            moved("k", 3, 4, 0.0, 0.0),
        ),
        weights=tuple(
            WeightChange(label=name, before=BEFORE.weights.get(name), after=AFTER.weights.get(name))
            for name in names
        ),
        causes=CAUSES,
        attribution="exact",
    )


def sleep() -> OutcomeChange:
    """The outcome that did not."""
    same = replace(BEFORE, estimate=0.4, weights={"Axelsson 2019": 1.0})
    return OutcomeChange(slug="sleep-plo", label="slept through", measure="PLO", before=same, after=same)


CLAIM = ClaimChange(
    text="Tea shortens the time to waking.",
    where="time to waking",
    before=True,
    after=False,
    detail="95% CI 0.55 to 1.02 includes no effect",
    causes=("row:DO-WAKING-1",),
)


def analysis() -> AnalysisChange:
    """Tea against water."""
    return AnalysisChange(
        name="tea_vs_water",
        title="Tea compared with water for sleep",
        kind="changed",
        options=CAUSES[2].options,
        rows=(ADDED, TYPO, STUDY),
        outcomes=(waking(), sleep()),
        claims=(CLAIM,),
        method_changed=True,
    )


def made_up_change() -> EvidenceChange:
    """Two versions."""
    return EvidenceChange(
        old="data/releases/1.0.0.zip",
        new="the working folder",
        old_version="1.0.0",
        rows=(STUDY, ADDED, TYPO),
        analyses=(
            AnalysisChange(name="sleep_with_tea", title="Sleep with tea", kind="unchanged"),
            analysis(),
        ),
    )
