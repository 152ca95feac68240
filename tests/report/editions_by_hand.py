"""Editions made by hand: tea and sleep between two versions, every number written down."""

from __future__ import annotations

from dataclasses import replace

from metasyn.changes.model import (
    AnalysisChange,
    Cause,
    ClaimChange,
    Moved,
    OptionEdit,
    OutcomeChange,
    Share,
    Standing,
    WeightChange,
)
from metasyn.evidence.table_changes import CellEdit, RowEdit
from metasyn.report.changes.edition import Edition
from metasyn.values import Interval, NotEstimable

ADDED = RowEdit(
    key="EL-WAKING-1",
    kind="added",
    cells=(
        CellEdit(column="result_id", old="", new="EL-WAKING-1"),
        CellEdit(column="as_printed", old="", new="0.40 (0.22-0.73)"),
    ),
)
CORRECTED = RowEdit(
    key="BO-WAKING-1", kind="corrected", cells=(CellEdit(column="ci_high", old="1.33", new="1.30"),)
)
REML_TO_PM = OptionEdit(
    where="synthesis.tau2_method", words="estimator of the between-study variance", old="REML", new="PM"
)
CAUSES = (
    Cause(id="row:EL-WAKING-1", kind="added", title="results.csv row EL-WAKING-1 added", rows=(ADDED,)),
    Cause(
        id="row:BO-WAKING-1",
        kind="corrected",
        title="results.csv row BO-WAKING-1: ci_high 1.33 → 1.30",
        rows=(CORRECTED,),
    ),
    Cause(
        id="option:synthesis.tau2_method",
        kind="method",
        title="estimator of the between-study variance: REML → PM",
        options=(REML_TO_PM,),
    ),
)
UNKNOWN = NotEstimable("fewer than three estimates")
BEFORE = Standing(
    k=3,
    n_studies=3,
    estimate=-0.25,
    se=0.10,
    ci=Interval(-0.446, -0.054, 0.95),
    pi=UNKNOWN,
    tau2=0.0,
    I2=0.0,
    pvalue=0.0124,
    null_value=0.0,
    level=0.95,
    model="random-effects",
    ci_method="wald",
    tau2_method="REML",
    weights={"Axelsson 2019": 0.5, "Boateng 2020": 0.3, "Cyr 2021": 0.2},
)
AFTER = replace(
    BEFORE,
    k=4,
    n_studies=4,
    estimate=-0.33,
    se=0.11,
    ci=Interval(-0.546, -0.114, 0.95),
    tau2=0.02,
    I2=0.21,
    pvalue=0.0027,
    tau2_method="PM",
    weights={"Axelsson 2019": 0.4, "Boateng 2020": 0.28, "Cyr 2021": 0.17, "El Amrani 2026": 0.15},
)


def shares(*values: float) -> tuple[Share, ...]:
    return tuple(
        Share(cause=cause.id, alone=value, last=value, shapley=value)
        for cause, value in zip(CAUSES, values, strict=True)
    )


WAKING = OutcomeChange(
    slug="waking-hr",
    label="time to waking",
    measure="HR",
    before=BEFORE,
    after=AFTER,
    moved=(
        Moved(quantity="estimate", before=-0.25, after=-0.33, shares=shares(-0.07, -0.009, -0.001)),
        Moved(quantity="ci_low", before=-0.446, after=-0.546, shares=shares(-0.09, -0.009, -0.001)),
        Moved(quantity="ci_high", before=-0.054, after=-0.114, shares=shares(-0.05, -0.009, -0.001)),
        Moved(quantity="tau2", before=0.0, after=0.02, shares=shares(0.015, 0.0, 0.005)),
        Moved(quantity="I2", before=0.0, after=0.21, shares=shares(0.16, 0.0, 0.05)),
        Moved(quantity="k", before=3.0, after=4.0, shares=shares(1.0, 0.0, 0.0)),
    ),
    weights=(
        WeightChange(label="Axelsson 2019", before=0.5, after=0.4),
        WeightChange(label="Boateng 2020", before=0.3, after=0.28),
        WeightChange(label="Cyr 2021", before=0.2, after=0.17),
        WeightChange(label="El Amrani 2026", before=None, after=0.15),
    ),
    causes=CAUSES,
    attribution="exact",
)
SLEEP = OutcomeChange(slug="sleep-rr", label="slept through", measure="RR", before=BEFORE, after=BEFORE)
CHANGE = AnalysisChange(
    name="tea_vs_water",
    title="Tea compared with water for sleep",
    kind="changed",
    options=(REML_TO_PM,),
    rows=(ADDED, CORRECTED),
    outcomes=(SLEEP, WAKING),
    claims=(
        ClaimChange(
            text="Tea does not change the time to waking.",
            where="claims[0]",
            before=True,
            after=False,
            detail="p = 0.003",
            causes=("row:EL-WAKING-1",),
        ),
    ),
    method_changed=True,
)
LIVING = (
    ("Status", "kept up to date"),
    ("Search schedule", "every month, in the databases of the protocol"),
)
FIRST = Edition(version="1.0.0", date="2026-05-01", trigger="first version", released=True)
SECOND = Edition(
    version="2.0.0",
    date="2026-11-21",
    trigger="1 row added, 1 corrected; 1 script changed",
    released=True,
    previous="1.0.0",
    changes=CHANGE,
    living=LIVING,
)
SINCE = replace(SECOND, version="1.0.0", date="2026-05-01", released=False)
