"""The column dictionary: every table of a data folder, every column, what it holds and what it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from metasyn.evidence.cells import (
    COUNT,
    HASH,
    ID,
    IDS,
    LEVEL,
    NUMBER,
    PVALUE,
    RESULT_ID,
    TEXT,
    YEAR,
    Kind,
    one_of,
)
from metasyn.vocabulary import Design, FewerEvents, ProportionInterval, PSided, Statistic, Status, Test, Unit

__all__ = ["COLUMNS", "TABLES", "Better", "Column", "OutcomeKind", "Table", "YesNo"]

OutcomeKind = Literal["time-to-event", "binary", "count", "descriptive"]
Better = Literal["lower", "higher"]
YesNo = Literal["yes", "no"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    name : str
        As in the header.
    kind : Kind
        What a cell may hold.
    meaning : str
        For the data dictionary.
    required : bool
        Whether the cell must be filled.
    refers : str
        Table whose ids the cell names; empty for none.
    optional : bool
        Whether the column itself may be missing, which is as if all its cells were empty.
    """

    name: str
    kind: Kind
    meaning: str
    required: bool = False
    refers: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A file of a data folder.

    Attributes
    ----------
    name, file : str
        `"results"`, `"results.csv"`.
    columns : tuple of Column
        In the order of the dictionary; the first holds the id.
    further_columns : bool
        Whether columns beyond these are kept as attributes; elsewhere they are an error.
    optional : bool
        Whether the file may be missing.
    filled : bool
        Whether it needs at least one row.
    own_ids : bool
        Whether every row has an id of its own. If not, the first column names the row of another
        table that it belongs to, and `at` the column that tells its rows apart.
    at : str
    """

    name: str
    file: str
    columns: tuple[Column, ...]
    further_columns: bool = False
    optional: bool = False
    filled: bool = False
    own_ids: bool = True
    at: str = ""

    @property
    def key(self) -> str:
        """Name of the id column."""
        return self.columns[0].name

    @property
    def identity(self) -> tuple[str, ...]:
        """Columns that say which row a row is."""
        return (self.key,) if self.own_ids else (self.key, self.at)


def _column(name: str, kind: Kind, meaning: str) -> Column:
    return Column(name=name, kind=kind, meaning=meaning)


def _optional(name: str, kind: Kind, meaning: str) -> Column:
    return Column(name=name, kind=kind, meaning=meaning, optional=True)


def _filled(name: str, kind: Kind, meaning: str, refers: str = "") -> Column:
    return Column(name=name, kind=kind, meaning=meaning, required=True, refers=refers)


def _refers(name: str, refers: str, meaning: str, kind: Kind = ID) -> Column:
    return Column(name=name, kind=kind, meaning=meaning, refers=refers)


_SOURCES = (
    _filled("source_id", ID, "id of the document"),
    _filled("kind", TEXT, "what kind of document it is"),
    _filled("citation", TEXT, "the document as it is cited"),
    _column("doi", TEXT, "digital object identifier, without resolver address"),
    _column("year", YEAR, "year of publication"),
    _column("address", TEXT, "where it can be read: file name or web address"),
    _optional("sha256", HASH, "SHA-256 of the document against which the figures were checked"),
    _column("note", TEXT, "remark"),
)

_STUDIES = (
    _filled("study_id", ID, "id of the investigation"),
    _filled("label", TEXT, "name in tables and plots"),
    _filled("design", one_of(Design), "design of the investigation"),
    _column("phase", TEXT, "trial phase"),
    _column("registry_id", TEXT, "trial registration"),
    _column("citation", TEXT, "its main report as it is cited"),
    _column("doi", TEXT, "digital object identifier of the main report"),
    _column("year", YEAR, "year of the main report"),
    _column("note", TEXT, "remark"),
)

_COHORTS = (
    _filled("cohort_id", ID, "id of the group of participants"),
    _filled("study_id", ID, "study it belongs to", refers="studies"),
    _filled("label", TEXT, "name in tables and plots"),
    _column("n", COUNT, "participants; empty where no source prints it"),
    _refers("part_of", "cohorts", "larger cohort that contains these participants; empty if none is known"),
)

_OUTCOMES = (
    _filled("outcome", ID, "id of the outcome"),
    _filled("label", TEXT, "name in reports"),
    _filled("kind", one_of(OutcomeKind), "nature of the outcome"),
    _column("better", one_of(Better), "which direction is good for participants; empty if neither"),
    _column("description", TEXT, "what was counted or timed"),
)

_RESULTS = (
    _filled("result_id", RESULT_ID, "id of the reported figure, without ; and :"),
    _filled("study_id", ID, "study the figure is about", refers="studies"),
    _filled("cohort_id", ID, "cohort the figure is about; must belong to the study", refers="cohorts"),
    _refers("comparator_id", "cohorts", "for a contrast, the cohort of the same study it is compared with"),
    _filled("outcome", ID, "what was measured", refers="outcomes"),
    _column("definition", TEXT, "how this source defines it: criteria, assessor; empty where not stated"),
    _column("timepoint", TEXT, "when, for figures at one time point"),
    _filled("statistic", one_of(Statistic), "what the figure is"),
    _column(
        "value",
        NUMBER,
        "the figure: ratios on their natural scale, percent as 0-100; as printed, with its trailing zeros. "
        "Empty for p and range, and where events or n hold it",
    ),
    _column(
        "ci_low", NUMBER, "lower bound of its interval; NE where printed as not reached or not evaluable"
    ),
    _column("ci_high", NUMBER, "upper bound of its interval; NE likewise"),
    _column("ci_level", LEVEL, "level of the interval; needed where a bound is a number"),
    _column("p", PVALUE, "p value as printed; ns for a bare 'not significant'"),
    _column("p_sided", one_of(PSided), "sidedness of the p value; needed where p is given"),
    _column("events", COUNT, "participants with the event"),
    _column("n", COUNT, "participants the figure is about"),
    _column("unit", one_of(Unit), "unit of the value; percent for percent, a unit of time for times"),
    _filled("source_id", ID, "document that prints the figure", refers="sources"),
    _filled("locator", TEXT, "place in the document: page, table, figure, paragraph"),
    _column("as_printed", TEXT, "the figure exactly as printed; empty only for a derived one"),
    _column("derived", one_of(YesNo), "yes if recovered by arithmetic instead of read; empty means no"),
    _column("derivation", TEXT, "how it was derived; needed where derived is yes"),
    _refers("derived_from", "results", "result ids it was derived from", IDS),
    _column("status", one_of(Status), "unusable rows are listed, never used; empty means usable"),
    _column("status_reason", TEXT, "why it is unusable; needed where it is"),
    _column("note", TEXT, "remark"),
    _optional(
        "se", NUMBER, "standard error as printed, on the scale of the value; of a ratio, of its logarithm"
    ),
    _optional("test", one_of(Test), "which test the p value or the statistic is of; empty where not stated"),
    _optional(
        "fewer_events_in",
        one_of(FewerEvents),
        "for a p value or chi-square of a contrast: which group has fewer events than expected, "
        "as the text or the curves show",
    ),
    _optional(
        "ci_method", one_of(ProportionInterval), "how the interval of a proportion was made, if stated"
    ),
    _optional("accepted_because", TEXT, "answers to findings of the audit: code: reason | code: reason"),
)

_ONGOING = (
    _filled("registry_id", ID, "trial registration"),
    _filled("title", TEXT, "title in the registry"),
    _column("phase", TEXT, "trial phase"),
    _column("n", COUNT, "planned participants"),
    _column("population", TEXT, "who is enrolled"),
    _column("arms", TEXT, "what is given"),
    _column("primary_endpoint", TEXT, "primary endpoint"),
    _filled("source_id", ID, "document that lists the trial", refers="sources"),
    _filled("locator", TEXT, "place in the document"),
)

_CURVES = (
    _filled("result_id", RESULT_ID, "the row of results.csv whose statistic is curve", refers="results"),
    _filled("time", NUMBER, "time of the point, in the unit of that row"),
    _filled("survival", NUMBER, "share without the event there, 0 to 1"),
)

_AT_RISK = (
    _filled("result_id", RESULT_ID, "the row of results.csv whose statistic is curve", refers="results"),
    _filled("time", NUMBER, "time for which the number is printed, in the unit of that row"),
    _filled("at_risk", COUNT, "participants still at risk then"),
)

TABLES: Mapping[str, Table] = MappingProxyType(
    {
        table.name: table
        for table in (
            Table(name="sources", file="sources.csv", columns=_SOURCES),
            Table(name="studies", file="studies.csv", columns=_STUDIES, further_columns=True),
            Table(name="cohorts", file="cohorts.csv", columns=_COHORTS, further_columns=True),
            Table(name="outcomes", file="outcomes.csv", columns=_OUTCOMES),
            Table(name="results", file="results.csv", columns=_RESULTS, filled=True),
            Table(name="ongoing", file="ongoing_trials.csv", columns=_ONGOING, optional=True),
            Table(name="curves", file="curves.csv", columns=_CURVES, optional=True, own_ids=False, at="time"),
            Table(
                name="at_risk", file="at_risk.csv", columns=_AT_RISK, optional=True, own_ids=False, at="time"
            ),
        )
    }
)
"""Every table a data folder may hold, in the order in which problems are listed."""

COLUMNS: Mapping[str, tuple[Column, ...]] = MappingProxyType(
    {name: table.columns for name, table in TABLES.items()}
)
"""The columns of every table: the machine source of the data dictionary."""
