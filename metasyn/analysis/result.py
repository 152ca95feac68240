"""What running an analysis gives: complete, without any file having been written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from metasyn.analysis.dependence import DependentSynthesis
from metasyn.analysis.spec import Analysis, Apart, Outcome
from metasyn.effects.model import EffectSet
from metasyn.evidence.model import OngoingTrial, OutcomeDefinition, ReportedResult, Source
from metasyn.evidence.selection import Evidence
from metasyn.synthesis.model import SubgroupAnalysis, SynthesisResult
from metasyn.synthesis.sensitivity import Cumulative, LeaveOneOut
from metasyn.synthesis.small_study import RankTest, RecommendedTest, RegressionTest, TrimFill
from metasyn.values import Finding, NotEstimable

if TYPE_CHECKING:
    from metasyn.evidence.audit import Repair

__all__ = ["AnalysisResult", "ApartResult", "FigureFinding", "OutcomeResult", "Sensitivity", "SmallStudy"]

_NOT_ASKED = NotEstimable("it was not asked for")


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureFinding:
    """Something to know about the reported figures of an analysis: a finding of the audit, or a remark.

    Attributes
    ----------
    finding : Finding
        Code (of `evidence.audit.CODES`, or of `tables.audit.AUDIT_WORDS`), severity, message; `where`
        names in words what it bears on.
    rows : tuple of str
        Ids of the reported results concerned.
    answer : str
        What was done about it, or the answer in the data; empty where somebody still has to decide.
    repairs : tuple of Repair
        What would remove a contradiction, the smallest change first.
    computed : mapping
        Names and values of what was computed.
    by_analysis : bool
        Whether the answer is what the analysis did, not one of the data.
    """

    finding: Finding
    rows: tuple[str, ...] = ()
    answer: str = ""
    repairs: tuple[Repair, ...] = ()
    computed: Mapping[str, Any] = field(default_factory=dict)
    by_analysis: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it waits for a decision; a note does not."""
        return not self.answer and self.finding.severity != "note"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SmallStudy:
    """Whether small studies differ from large ones: the test that fits the measure, and trim and fill.

    Attributes
    ----------
    advice : RecommendedTest
        Which test fits the measure, and why.
    test : RegressionTest, RankTest or NotEstimable
    trim_fill : TrimFill or NotEstimable
    """

    advice: RecommendedTest
    test: RegressionTest | RankTest | NotEstimable
    trim_fill: TrimFill | NotEstimable


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sensitivity:
    """The same question answered another way.

    `group` is what was varied (`"between-study variance"`, `"effect measure"`, `"route"`, ...),
    `label` the variant in words.
    """

    group: str
    label: str
    result: SynthesisResult | NotEstimable


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ApartResult:
    """Cohorts or contrasts shown beside the synthesis.

    Attributes
    ----------
    apart : Apart
    effects : EffectSet
    synthesis : SynthesisResult or NotEstimable
        NotEstimable where no effect could be formed.
    dependence : DependentSynthesis or NotEstimable
        All its rows pooled by the model for dependent rows; NotEstimable where no two rows are tied.
    """

    apart: Apart
    effects: EffectSet
    synthesis: SynthesisResult | NotEstimable
    dependence: DependentSynthesis | NotEstimable = _NOT_ASKED


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OutcomeResult:
    """One outcome of one analysis.

    Attributes
    ----------
    slug : str
        Safe, unique file name stem, e.g. `"pfs-hr"`.
    synthesis : SynthesisResult or NotEstimable
        NotEstimable where no effect could be formed.
    subgroups : tuple of SubgroupAnalysis
        One per column of `analysis.subgroups` with at least two groups.
    leave_one_out : tuple of LeaveOneOut
        Empty below k = 3.
    cumulative : Cumulative or None
        The effects entering by year; None below k = 5 and where a year is not known.
    small_study : SmallStudy or NotEstimable
        NotEstimable below k = 10, with the reason.
    dependence : DependentSynthesis or NotEstimable
        All rows pooled by the model for dependent rows; NotEstimable where no two rows are tied.
    """

    slug: str
    outcome: Outcome
    definition: OutcomeDefinition
    effects: EffectSet
    synthesis: SynthesisResult | NotEstimable
    subgroups: tuple[SubgroupAnalysis, ...] = ()
    leave_one_out: tuple[LeaveOneOut, ...] = ()
    sensitivity: tuple[Sensitivity, ...] = ()
    cumulative: Cumulative | None = None
    small_study: SmallStudy | NotEstimable = _NOT_ASKED
    apart: tuple[ApartResult, ...] = ()
    dependence: DependentSynthesis | NotEstimable = _NOT_ASKED


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AnalysisResult:
    """A finished analysis.

    Attributes
    ----------
    name : str
        Stem of the script.
    external : tuple of ReportedResult
        Reference results of others, never pooled.
    sources : tuple of Source
        Every source a figure of the analysis is printed in, in order of first use.
    ongoing : tuple of OngoingTrial
    audit : tuple of FigureFinding
        What was found in the reported figures; empty where nothing was.
    evidence : Evidence or None
        The tables it was run on: the way from its rows back to every figure.
    """

    name: str
    analysis: Analysis
    outcomes: tuple[OutcomeResult, ...]
    external: tuple[ReportedResult, ...]
    sources: tuple[Source, ...]
    ongoing: tuple[OngoingTrial, ...]
    audit: tuple[FigureFinding, ...] = ()
    evidence: Evidence | None = field(default=None, repr=False)
