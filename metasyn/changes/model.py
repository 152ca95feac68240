"""The records of a comparison: causes, quantities that moved with the share of each cause, verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from metasyn.evidence.table_changes import RowEdit
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import Measure

__all__ = [
    "AnalysisChange",
    "Attribution",
    "Cause",
    "CauseKind",
    "ClaimChange",
    "EvidenceChange",
    "FigureChange",
    "GroupChange",
    "GroupStanding",
    "GroupingChange",
    "Moved",
    "OptionEdit",
    "OutcomeChange",
    "Quantity",
    "Said",
    "Share",
    "Standing",
    "WeightChange",
]

CauseKind = Literal["added", "corrected", "removed", "method", "software"]
Quantity = Literal["estimate", "ci_low", "ci_high", "pi_low", "pi_high", "tau2", "I2", "k"]
Attribution = Literal["exact", "sampled", "none"]
Said = Literal["both", "before", "now"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionEdit:
    """One thing that a script declares, before and after.

    Attributes
    ----------
    where : str
        Path of the field: `"synthesis.tau2_method"`, `"outcomes[PFS].measure"`, `"exclude[R17]"`.
    words : str
        What it is, in words.
    old, new : str
        Its values in words; empty where it was or is not there.
    """

    where: str
    words: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One thing that changed and can be undone on its own.

    Attributes
    ----------
    id : str
        Stable: `"row:R017"`, `"row:cohort:C3"`, `"cohort:C3"` and `"study:S1"` (that came or went, with
        all their rows), `"order"` (of rows), `"option:synthesis.tau2_method"`, `"option:synthesis"`
        (options that only hold together), `"software"`; `"effect:<label>"` where only results are known.
    kind : {'added', 'corrected', 'removed', 'method', 'software'}
    title : str
        One line: `"results.csv row R017: ci_high 0.08 -> 0.80"`.
    rows : tuple of RowEdit
    options : tuple of OptionEdit
    """

    id: str
    kind: CauseKind
    title: str
    rows: tuple[RowEdit, ...] = ()
    options: tuple[OptionEdit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one cause did to one quantity, on the scale of the analysis.

    Attributes
    ----------
    cause : str
        Id of the cause.
    alone : float or NotEstimable
        Change of the old value when only this is changed.
    last : float or NotEstimable
        Change to the new value when this is changed after everything else; not estimable for software.
    shapley : float
        Average change over all orders in which the changes could have been made; the shares of all
        causes sum to the whole change.
    sampling_error : float
        Standard error of `shapley` where only a sample of the orders was looked at; 0 where all were.
    """

    cause: str
    alone: float | NotEstimable
    last: float | NotEstimable
    shapley: float
    sampling_error: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One quantity before and after.

    Attributes
    ----------
    before, after : float or NotEstimable
        On the scale of the analysis (log for ratios).
    shares : tuple of Share
        One per cause; empty where the change cannot be shared out, with the reason in `unshared`.
    """

    quantity: Quantity
    before: float | NotEstimable
    after: float | NotEstimable
    shares: tuple[Share, ...] = ()
    unshared: str = ""

    @property
    def change(self) -> float | None:
        """After minus before; None where either is not known."""
        if isinstance(self.before, NotEstimable) or isinstance(self.after, NotEstimable):
            return None
        return self.after - self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A synthesis as far as a comparison looks at it; analysis scale, proportions for I2 and weights.

    Attributes
    ----------
    weights : mapping of str to float
        Label of the effect -> its share of the headline model.
    null_value : float or None
        The value of no effect on the analysis scale; None where the measure has none.
    """

    k: int
    n_studies: int
    estimate: float | NotEstimable
    se: float | NotEstimable
    ci: Interval | NotEstimable
    pi: Interval | NotEstimable
    tau2: float | NotEstimable
    I2: float | NotEstimable
    pvalue: float | NotEstimable
    null_value: float | None
    level: float
    model: str
    ci_method: str
    tau2_method: str
    weights: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightChange:
    """The share of one effect in the pooled estimate before and after; None where it was not pooled."""

    label: str
    before: float | None
    after: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureChange:
    """An effect that rests on other printed figures: ids of those given up and of those used instead."""

    label: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupStanding:
    """The result of one group, on the analysis scale."""

    k: int
    estimate: float
    ci: Interval | NotEstimable


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupChange:
    """One group before and after; None where there was or is no such group."""

    name: str
    before: GroupStanding | None
    after: GroupStanding | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupingChange:
    """The groups by one column before and after, with the p values of the test between them."""

    column: str
    groups: tuple[GroupChange, ...]
    pvalue_before: float | NotEstimable
    pvalue_after: float | NotEstimable


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimChange:
    """A sentence of the analyst whose truth differs, or that was added or removed.

    Attributes
    ----------
    before, after : bool or None
        Whether it was and is true of the results. `before` is None for a sentence that is new. One that
        was dropped is held against the new results, too, so that a flip is seen though nobody says it any
        more; `after` is None where it would be as true as it was.
    said : {'both', 'before', 'now'}
        Which of the two scripts hold it.
    detail : str
        The number that decides, as of the new results.
    causes : tuple of str or None
        Ids of the causes each of which alone flips it, `"claim"` where its own conditions are others;
        empty where only several together do; None where the causes could not be tried one by one.
    """

    text: str
    where: str
    before: bool | None
    after: bool | None
    detail: str = ""
    causes: tuple[str, ...] | None = None
    said: Said = "both"

    @property
    def flipped(self) -> bool:
        """Whether it was true and is false, or the other way round."""
        return None not in (self.before, self.after) and self.before is not self.after


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OutcomeChange:
    """One outcome of one analysis before and after.

    Attributes
    ----------
    slug, label, measure : str
        As in the new state; as in the old one where the new has it not.
    before, after : Standing or None
        None where the analysis did not or does not ask for it.
    causes : tuple of Cause
        What of all changes bears on this outcome; the others changed none of its numbers.
    attribution : {'exact', 'sampled', 'none'}
        How the shares were computed: over all orders, over a sample of orders, or not at all.
    orders : int
        Number of orders where sampled.
    remark : str
        Why there is no attribution, or what it does not cover; empty if nothing is to say.
    groups : tuple of str
        Columns by which the results of groups differ; they are not shared out.
    group_causes : tuple of Cause
        Those that change the results of these groups, made first or undone last.
    groupings : tuple of GroupingChange
        These groups before and after, in the order of `groups`.
    figures : tuple of FigureChange
        Effects that rest on another figure of the same cohorts than before.
    measure_before : str or None
        That of the older result where it was another one: the two have no scale in common.
    """

    slug: str
    label: str
    measure: Measure
    before: Standing | None
    after: Standing | None
    moved: tuple[Moved, ...] = ()
    weights: tuple[WeightChange, ...] = ()
    causes: tuple[Cause, ...] = ()
    attribution: Attribution = "none"
    orders: int = 0
    remark: str = ""
    groups: tuple[str, ...] = ()
    group_causes: tuple[Cause, ...] = ()
    groupings: tuple[GroupingChange, ...] = ()
    figures: tuple[FigureChange, ...] = ()
    measure_before: Measure | None = None

    @property
    def another_scale(self) -> bool:
        """Whether the two results are of different measures, so that their numbers cannot be compared."""
        return self.measure_before is not None

    @property
    def changed(self) -> bool:
        """Whether a number (by more than rounding error) or its measure differs, or it is new or gone."""
        if self.before is None or self.after is None or self.another_scale:
            return True
        return bool(self.moved) or any(w.before != w.after for w in self.weights)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AnalysisChange:
    """One analysis before and after.

    Attributes
    ----------
    kind : {'added', 'removed', 'changed', 'unchanged', 'not comparable'}
        `"changed"` where a number, a sentence or a declared option differs.
    options : tuple of OptionEdit
        Everything the script declares otherwise, also what moves no number.
    rows : tuple of RowEdit
        The changed rows that this analysis reaches in either state.
    outcomes : tuple of OutcomeChange
        Every outcome of either state; then, as far as their numbers differ, those of what is shown apart.
        None where nothing that the analysis rests on changed.
    question_changed : bool
        Whether title apart the question, eligibility, contrast or outcomes differ.
    method_changed : bool
        Whether measure, model, estimator, interval or another option of the synthesis differs, or
        another version of metasyn gives other numbers from the same data.
    remark : str
        Why it cannot be compared, or what could not be told.
    """

    name: str
    title: str
    kind: Literal["added", "removed", "changed", "unchanged", "not comparable"]
    options: tuple[OptionEdit, ...] = ()
    rows: tuple[RowEdit, ...] = ()
    outcomes: tuple[OutcomeChange, ...] = ()
    claims: tuple[ClaimChange, ...] = ()
    question_changed: bool = False
    method_changed: bool = False
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EvidenceChange:
    """Two states of the evidence compared.

    Attributes
    ----------
    old, new : str
        Labels of the states.
    old_version, new_version : str
        Versions of the evidence; empty where a state is no release.
    rows : tuple of RowEdit
        Every changed row, in the order of the tables.
    analyses : tuple of AnalysisChange
        By name.
    software : tuple of OptionEdit
        Versions of software that the old results were reported with and that run now.
    """

    old: str
    new: str
    old_version: str = ""
    new_version: str = ""
    rows: tuple[RowEdit, ...] = ()
    analyses: tuple[AnalysisChange, ...] = ()
    software: tuple[OptionEdit, ...] = ()
