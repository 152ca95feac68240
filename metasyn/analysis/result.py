"""What running an analysis gives: complete, without any file having been written."""

from __future__ import annotations

from dataclasses import dataclass

from metasyn.analysis.spec import Analysis, Apart, Outcome
from metasyn.effects.model import EffectSet
from metasyn.evidence.model import OngoingTrial, OutcomeDefinition, ReportedResult, Source
from metasyn.synthesis.model import SubgroupAnalysis, SynthesisResult
from metasyn.synthesis.sensitivity import LeaveOneOut
from metasyn.values import NotEstimable

__all__ = ["AnalysisResult", "ApartResult", "OutcomeResult", "Sensitivity"]


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
    """Cohorts or contrasts shown beside the synthesis."""

    apart: Apart
    effects: EffectSet
    synthesis: SynthesisResult | NotEstimable


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
    """

    slug: str
    outcome: Outcome
    definition: OutcomeDefinition
    effects: EffectSet
    synthesis: SynthesisResult | NotEstimable
    subgroups: tuple[SubgroupAnalysis, ...] = ()
    leave_one_out: tuple[LeaveOneOut, ...] = ()
    sensitivity: tuple[Sensitivity, ...] = ()
    apart: tuple[ApartResult, ...] = ()


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
    """

    name: str
    analysis: Analysis
    outcomes: tuple[OutcomeResult, ...]
    external: tuple[ReportedResult, ...]
    sources: tuple[Source, ...]
    ongoing: tuple[OngoingTrial, ...]
