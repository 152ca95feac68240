"""The evidence as frozen records: sources, studies, cohorts, reported results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from metasyn.values import Interval
from metasyn.vocabulary import PSided, Statistic, Status

__all__ = ["Cohort", "OngoingTrial", "OutcomeDefinition", "PValue", "ReportedResult", "Source", "Study"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A document in which figures are printed."""

    source_id: str
    kind: str
    citation: str
    doi: str = ""
    year: int | None = None
    address: str = ""
    sha256: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """An investigation with defined participants; several sources may report it.

    `attributes` holds every further column of `studies.csv` by name.
    """

    study_id: str
    label: str
    design: str
    registry_id: str = ""
    citation: str = ""
    doi: str = ""
    year: int | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """One group of participants: the unit of dependence.

    Attributes
    ----------
    n : int or None
        Participants; None where no source prints it.
    part_of : str
        Id of a larger cohort that contains these participants; empty if none is known.
    attributes : mapping of str to str
        Every further column of `cohorts.csv` by name (regimen, drug class, marker status, ...).
    """

    cohort_id: str
    study_id: str
    label: str
    n: int | None = None
    part_of: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeDefinition:
    """What was measured. `better` is `"lower"`, `"higher"` or empty, for the ratio or proportion."""

    outcome: str
    label: str
    kind: str
    better: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OngoingTrial:
    """A registered trial without results yet."""

    registry_id: str
    title: str
    phase: str = ""
    n: int | None = None
    population: str = ""
    arms: str = ""
    primary_endpoint: str = ""
    source_id: str = ""
    locator: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PValue:
    """A p value as printed.

    Attributes
    ----------
    value : float or None
        The number; None for a bare "not significant".
    relation : {'=', '<', '>', 'ns'}
        Anything but `=` is only a bound and gives no standard error.
    sided : {'one', 'two', 'not stated'}
    """

    value: float | None
    relation: str = "="
    sided: PSided = "not stated"

    @property
    def is_exact(self) -> bool:
        """Whether a test statistic can be recovered from it."""
        return self.relation == "=" and self.value is not None

    @property
    def two_sided(self) -> float | None:
        """The two-sided p value, None for a bound; an unstated side is taken as two-sided."""
        if not self.is_exact or self.value is None:
            return None
        return min(1.0, 2 * self.value) if self.sided == "one" else self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A digitised survival curve of one cohort: the points of `curves.csv` and `at_risk.csv`.

    Attributes
    ----------
    result_id : str
        The row of `results.csv`; its unit is that of all times.
    times, survival : tuple of float
        Points in the order of time; shares without the event, 0 to 1.
    risk_times : tuple of float
    at_risk : tuple of int
        When numbers at risk are printed, and the numbers.
    """

    result_id: str
    times: tuple[float, ...]
    survival: tuple[float, ...]
    risk_times: tuple[float, ...] = ()
    at_risk: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedResult:
    """One figure as a source prints it: a row of `results.csv`.

    Attributes
    ----------
    cohort_id, comparator_id : str
        The cohort the figure is about; for a contrast also the cohort it is compared with.
    value : float or None
        The figure (percent as 0-100, ratios on their natural scale); None where it is not a number.
    ci : Interval or None
        Its interval on the same scale, level as a proportion.
    open_ci : Interval or None
        Where one bound was not reached (`NE`) there is no `ci`: the other bound, that one infinite.
    derived : bool
        True if the figure was recovered by arithmetic from `derived_from`.
    decimals, ci_decimals, p_decimals, se_decimals : int or None
        Digits after the point as printed: of the value, of the bound that shows more, of the p value,
        of the standard error.
    se : float or None
        Standard error as printed, on the scale of the value; of a ratio, of its logarithm.
    test : str
        Which test the p value or the statistic is of; empty where not stated.
    fewer_events_in : {'', 'cohort', 'comparator'}
        Which group had fewer events than expected, where a p value or chi-square does not say.
    ci_method : str
        How the interval of a proportion was made; empty where not stated.
    accepted_because : str
        Answers to findings of the audit, `code: reason`, several separated by `|`.
    status : {'usable', 'unusable'}
        An unusable figure is listed with its reason and never enters an analysis.
    line : int
        Line in the file, for messages.
    """

    result_id: str
    study_id: str
    cohort_id: str
    outcome: str
    statistic: Statistic
    source_id: str
    locator: str
    as_printed: str
    comparator_id: str = ""
    definition: str = ""
    timepoint: str = ""
    value: float | None = None
    ci: Interval | None = None
    p: PValue | None = None
    events: int | None = None
    n: int | None = None
    unit: str = ""
    open_ci: Interval | None = None
    decimals: int | None = None
    ci_decimals: int | None = None
    p_decimals: int | None = None
    se: float | None = None
    se_decimals: int | None = None
    test: str = ""
    fewer_events_in: str = ""
    ci_method: str = ""
    accepted_because: str = ""
    derived: bool = False
    derivation: str = ""
    derived_from: tuple[str, ...] = ()
    status: Status = "usable"
    status_reason: str = ""
    note: str = ""
    line: int = 0

    @property
    def usable(self) -> bool:
        """Whether the figure may enter an analysis."""
        return self.status == "usable"

    @property
    def is_contrast(self) -> bool:
        """Whether the figure compares two cohorts."""
        return bool(self.comparator_id)
