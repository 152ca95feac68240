"""What a script in `analyses/` declares."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from metasyn.analysis.claims_check import require_declared
from metasyn.claims import Claim
from metasyn.effects.routes.measure_routes import require_routes
from metasyn.errors import OptionError
from metasyn.evidence.selection import Group
from metasyn.synthesis.baseline_risk import BaselineRisk, BaselineRisks, baseline_risks
from metasyn.synthesis.model import SynthesisSpec
from metasyn.vocabulary import (
    BinaryComparison,
    BinaryOutcome,
    Measure,
    Overlap,
    RouteName,
    ZeroCells,
    require_option,
)

__all__ = ["Analysis", "Apart", "Outcome"]


def _exactly_one(what: str, contrast: object, cohorts: object) -> None:
    """A question is about a contrast or about single cohorts, never both."""
    if (contrast is None) == (cohorts is None):
        raise OptionError(f"{what} takes either contrast= or cohorts=, exactly one of them.")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One outcome of an analysis and how it is put on a common scale.

    Attributes
    ----------
    outcome : str
        Id, as in `outcomes.csv`.
    measure : str
        Effect measure: `"HR"`, `"RR"`, `"OR"`, `"RD"`, `"PLO"`, `"PAS"`, `"PR"`.
    definitions : sequence of str
        Preferred definitions of the outcome, best first, where a cohort is reported under several.
    event_fraction : float or None
        Share of participants assumed to have had the event, for medians printed without p value,
        events or intervals. Without it such a comparison is excluded; nothing is assumed silently.
    timepoint : str
        Only figures at this time point.
    zero_cells : str
        Treatment of zero cells.
    prefer : sequence of str
        Routes from printed figures to an effect that come before the grade where a comparison offers
        several, in this order; see `docs/routes.md`.
    baseline_risk : float, BaselineRisk, mapping of name to either, or sequence of BaselineRisk
        Risk without the intervention; the report then states the effect in numbers of people at each
        of them. For risk, odds and hazard ratios and risk differences; a hazard ratio needs
        `BaselineRisk(..., by="12 months")`. Kept as a tuple of `BaselineRisk`.
    outcome_type, comparison_type : str, optional
        Kind of outcome and of comparison, both or neither: they choose the empirical prior (Turner 2015) of
        the heterogeneity that is shown where there are two studies.
    """

    outcome: str
    measure: Measure
    definitions: Sequence[str] = ()
    event_fraction: float | None = None
    timepoint: str = ""
    zero_cells: ZeroCells = "only0"
    baseline_risk: BaselineRisks | None = None
    prefer: Sequence[RouteName] = ()
    outcome_type: BinaryOutcome | None = None
    comparison_type: BinaryComparison | None = None

    def __post_init__(self) -> None:
        require_option("measure", self.measure, Measure)
        object.__setattr__(self, "baseline_risk", baseline_risks(self.baseline_risk, self.measure))
        require_option("zero_cells", self.zero_cells, ZeroCells)
        require_routes(self.prefer, self.measure)
        SynthesisSpec(outcome_type=self.outcome_type, comparison_type=self.comparison_type)
        if self.event_fraction is not None and not 0 < self.event_fraction <= 1:
            raise OptionError(f"event_fraction must be in (0, 1]; got {self.event_fraction!r}.")

    @property
    def baselines(self) -> tuple[BaselineRisk, ...]:
        """The baseline risks, each with what is known about it; empty where none is stated."""
        return baseline_risks(self.baseline_risk, self.measure)


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """Cohorts or contrasts shown beside the synthesis and pooled on their own, never with it.

    Attributes
    ----------
    title : str
    contrast, cohorts : as in `Analysis`, exactly one
    studies : mapping
    reason : str
        Why they stand apart, one sentence for the report.
    """

    title: str
    reason: str
    contrast: tuple[Group, Group] | None = None
    cohorts: Group | None = None
    studies: Mapping[str, str | Sequence[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _exactly_one("Apart", self.contrast, self.cohorts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """A question, what is eligible to answer it, and how.

    Attributes
    ----------
    title, question : str
    outcomes : sequence of Outcome
    contrast : tuple of two groups, optional
        `(group, compared with group)`; see `Evidence.select`. Exactly one of `contrast`, `cohorts`.
    cohorts : group, optional
        For single-cohort outcomes.
    studies : mapping
        Study columns and allowed values, e.g. `{"design": "randomised"}`.
    same : sequence of str
        Cohort columns both cohorts of a contrast must share.
    subgroups : sequence of str
        Columns by which the effects are also pooled in groups.
    overlap : {'whole', 'parts'}
        One row per cohort: where a cohort and a part of it are both reported, keep the whole or
        the parts. Rows left out by this rule are pooled beside the synthesis by a model for dependent
        rows, see `docs/dependence.md`.
    exclude : mapping of str to str
        Ids of results, cohorts or studies left out by the analyst, with the reason.
    apart : sequence of Apart
    external : sequence of str
        Ids of reported results shown as reference, never pooled.
    favours : tuple of str, optional
        `(when the group is better off, when what it is compared with is)`, e.g. `("favours drug",
        "favours placebo")`. Each stands on its side of the line of no effect, by what is better for
        the outcome. Without it the labels follow from the names of the groups.
    synthesis : SynthesisSpec
        Model and methods; the default is the stated policy on the number of studies. All choices of
        another tool or guideline: `profile_spec("iqwig-6")`, not `SynthesisSpec(profile="iqwig-6")`,
        which follows that profile's rule but keeps the other defaults of metasyn.
    notes : sequence of str
        Remarks of the analyst, printed under the question.
    claims : sequence of Claim
        Sentences of the analyst about the results, printed like notes. Each says what must be true
        for it to stand; the analysis fails, naming sentence and number, when it is not.
    ongoing : sequence of str, optional
        Registry ids of the ongoing trials that bear on the question, `[]` for none; by default all
        that the tables hold.
    """

    title: str
    question: str
    outcomes: Sequence[Outcome]
    contrast: tuple[Group, Group] | None = None
    cohorts: Group | None = None
    studies: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    same: Sequence[str] = ()
    subgroups: Sequence[str] = ()
    overlap: Overlap = "whole"
    exclude: Mapping[str, str] = field(default_factory=dict)
    apart: Sequence[Apart] = ()
    external: Sequence[str] = ()
    favours: tuple[str, str] | None = None
    synthesis: SynthesisSpec = field(default_factory=SynthesisSpec)
    notes: Sequence[str] = ()
    claims: Sequence[Claim] = ()
    ongoing: Sequence[str] | None = None

    def __post_init__(self) -> None:
        require_option("overlap", self.overlap, Overlap)
        if self.overlap == "all":
            raise OptionError(
                "overlap='all' would count participants twice in a synthesis: take 'whole' or 'parts'. "
                "All rows are pooled beside it, by a model for rows that depend on each other."
            )
        _exactly_one("Analysis", self.contrast, self.cohorts)
        if not self.outcomes:
            raise OptionError("an analysis needs at least one outcome.")
        require_declared(self.claims, self.outcomes, self.subgroups)

    def request(self, outcome: Outcome) -> SynthesisSpec:
        """What one outcome asks of its synthesis: `synthesis`, and what the outcome says of itself."""
        if outcome.outcome_type is None:
            return self.synthesis
        return self.synthesis.update(
            outcome_type=outcome.outcome_type, comparison_type=outcome.comparison_type
        )

    def main(self) -> NoReturn:
        """Run this analysis as a script: the same as `metasyn run NAME`, then exit."""
        # The one upward import of the package: this is an entry point, not a computation.
        from metasyn.cli import run_script

        sys.exit(run_script(sys.modules["__main__"].__file__ or ""))
