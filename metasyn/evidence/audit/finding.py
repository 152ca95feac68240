"""What the audit has to say: a finding, its arithmetic, and what would repair it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from metasyn.errors import OptionError
from metasyn.values import Severity

__all__ = ["CODES", "AuditFinding", "Repair"]

CODES: Mapping[str, str] = MappingProxyType(
    {
        "percent_not_k_over_n": "a percentage that no whole number of its denominator gives, "
        "or that is not the printed count over it",
        "truncated_not_rounded": "a percentage whose further digits were cut off",
        "n_conflict": "two numbers of participants for one group, or a count and a percentage "
        "that need another denominator",
        "swapped_group_sizes": "the percentages become possible once two group sizes change places",
        "subgroups_do_not_sum": "subgroups that do not add up to the whole",
        "k_mismatch": "numbers of studies that do not add up",
        "n_mismatch": "participants of several studies that do not add up",
        "count_mismatch": "what is listed, or the other half, contradicts a stated number",
        "part_total_boundary": "parts and whole agree only if all of a remaining group, or none, had it",
        "nested_outcomes": "an outcome that is part of another is more frequent than it: "
        "partial among all responses, or those without the event later among those before",
        "duplicate_value": "an outcome and one that includes it have the same value",
        "unit_of_analysis": "treatment lines, episodes or lesions counted as participants",
        "events_v_patients": "more events than participants",
        "point_outside_ci": "the estimate lies outside its interval",
        "asymmetric_ci": "the estimate is not where its interval has its centre",
        "natural_for_log_scale": "logarithms and ratios are mixed up in one row",
        "wrong_level": "the interval is one of another level",
        "se_not_from_ci": "the standard error is not the one that the interval implies",
        "ci_incompatible_with_counts": "the interval follows from the counts by no common method",
        "double_rounding": "a bound that was rounded twice",
        "mixed_ci_methods": "two interval methods in one source",
        "p_incompatible_with_ci": "the p value cannot come from the estimate and its interval",
        "p_incompatible_with_counts": "the p value cannot come from the counts",
        "p_wrong_contrast": "the p value is that of another comparison of the same groups",
        "p_incompatible_with_statistic": "the p value is not that of the test statistic beside it",
        "p_incompatible_with_q": "the p value is not that of the heterogeneity statistic",
        "i2_vs_q": "I2 is not the one that follows from Q; it may be based on tau2",
        "estimate_incompatible_with_counts": "the ratio or difference is not that of the counts",
        "direction_flip": "the estimate points the other way than the figures it summarises",
        "direction_vs_p": "two outcomes of one comparison point different ways, only one beyond chance",
        "arm_order": "two places give the same figures to the groups in opposite order",
        "version_conflict": "the difference points the other way in another report of the same study",
        "cross_source_conflict": "sources that disagree on one quantity",
        "phase_conflict": "two phases for one trial",
        "design_conflict": "two designs for one study",
        "citation_conflict": "two citations for one study, or one for two",
        "time_unit_mix": "days, weeks, months or years side by side",
        "overlapping_cohorts": "reports that seem to share participants",
        "dependence_group": "a group and a part of it reported for one outcome: dependent rows",
        "subgroup_and_total": "a group and a part of it among the figures of one outcome",
        "differential_exclusion": "one randomised group lost more participants than another",
        "simon_overrun": "a trial went on although its first stage had too few responses",
        "not_as_printed": "a figure that is not the one in the text copied from the source",
        "column_not_used": "a column of numbers whose heading names no figure that is checked",
        "unreadable_cell": "a cell that cannot be read as the number it should hold",
        "stale_answer": "an answer in the data to which there is no finding",
    }
)
"""Every code of the audit and what it stands for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """A change that would remove a contradiction; nothing is ever changed by itself.

    Attributes
    ----------
    row, column : str
        What would change.
    printed, instead : str
        The figure as it stands, and what it would have to be.
    changes : int
        Cells that change; of repairs that change as many the one that changes them least comes first.
    """

    row: str
    column: str
    printed: str
    instead: str
    changes: int

    def __str__(self) -> str:
        return f"{self.column} {self.printed or 'empty'} -> {self.instead}"

    def to_dict(self) -> dict[str, Any]:
        """The same for JSON."""
        return {name: getattr(self, name) for name in ("row", "column", "printed", "instead", "changes")}


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFinding:
    """A contradiction, or something a reader must know before using the figures.

    Attributes
    ----------
    code : str
        One of `CODES`.
    severity : {'error', 'warning', 'note'}
        `error`: the figures cannot all be right; `warning`: they need a look; `note`: worth knowing,
        or a matter of method.
    message : str
        The arithmetic in one line.
    rows : tuple of str
        Ids of the rows: `result_id` in a data folder, the number of the row in a plain table.
    labels : tuple of str
        What the rows are about, in the same order.
    computed : mapping
        Names and values of what was computed.
    repairs : tuple of Repair
        What would remove the contradiction, the smallest change first.
    accepted : str
        The answer given in the data; empty while the finding is open.
    search : callable, optional
        Looks for further repairs, which may take longer than finding the contradiction did.
    """

    code: str
    severity: Severity
    message: str
    rows: tuple[str, ...]
    labels: tuple[str, ...] = ()
    computed: Mapping[str, Any] = field(default_factory=dict)
    repairs: tuple[Repair, ...] = ()
    accepted: str = ""
    search: Callable[[], Iterable[Repair]] | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.code not in CODES:
            raise OptionError(f"{self.code!r} is not a code of the audit.")

    @property
    def open(self) -> bool:
        """Whether nobody has answered it."""
        return not self.accepted

    def sought(self) -> AuditFinding:
        """The same with the repairs that its search finds, those that change least first."""
        if self.search is None:
            return self
        repairs: dict[tuple[str, ...], Repair] = {}
        for repair in sorted((*self.search(), *self.repairs), key=lambda repair: repair.changes):
            repairs.setdefault((repair.row, repair.column, repair.printed, repair.instead), repair)
        return replace(self, repairs=tuple(repairs.values()), search=None)

    def __str__(self) -> str:
        where = ", ".join(
            f"{row} ({label})" if label else row for row, label in zip(self.rows, self.labels, strict=True)
        )
        text = f"{self.severity} {self.code}: {where}: {self.message}"
        if self.repairs:
            shown = list(dict.fromkeys(map(str, self.repairs)))[:3]
            text += f" Would repair it: {'; '.join(shown)}."
        return f"{text} Accepted: {self.accepted}" if self.accepted else text

    def to_dict(self) -> dict[str, Any]:
        """The same for JSON, keys in a fixed order."""
        return {
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "rows": [{"row": row, "label": label} for row, label in zip(self.rows, self.labels, strict=True)],
            "computed": dict(self.computed),
            "repairs": [repair.to_dict() for repair in self.repairs],
            "accepted": self.accepted,
        }
