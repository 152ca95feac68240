"""The column dictionary is the fixed layout of the tables."""

from __future__ import annotations

import pytest

from metasyn.evidence import COLUMNS, TABLES
from metasyn.evidence.cells import CellError
from metasyn.vocabulary import Statistic, choices

LAYOUT = {
    "results": "result_id,study_id,cohort_id,comparator_id,outcome,definition,timepoint,statistic,value,"
    "ci_low,ci_high,ci_level,p,p_sided,events,n,unit,source_id,locator,as_printed,derived,derivation,derived_from,"
    "status,status_reason,note,se,test,fewer_events_in,ci_method,accepted_because",
    "outcomes": "outcome,label,kind,better,description",
    "sources": "source_id,kind,citation,doi,year,address,sha256,note",
    "studies": "study_id,label,design,phase,registry_id,citation,doi,year,note",
    "cohorts": "cohort_id,study_id,label,n,part_of",
    "ongoing": "registry_id,title,phase,n,population,arms,primary_endpoint,source_id,locator",
    "curves": "result_id,time,survival",
    "at_risk": "result_id,time,at_risk",
}


def test_layout() -> None:
    assert {name: ",".join(c.name for c in columns) for name, columns in COLUMNS.items()} == LAYOUT


def test_every_column_says_what_it_holds_and_means() -> None:
    for columns in COLUMNS.values():
        for column in columns:
            assert column.meaning
            assert column.kind.content
            assert column.refers in ("", *TABLES)


def test_the_words_of_a_vocabulary_are_named() -> None:
    (statistic,) = (c for c in COLUMNS["results"] if c.name == "statistic")
    assert all(word in statistic.kind.content for word in choices(Statistic))


@pytest.mark.parametrize("table", TABLES)
def test_the_first_column_is_a_required_id(table: str) -> None:
    key = TABLES[table].columns[0]
    owner = "" if TABLES[table].own_ids else "results"
    assert (key.required, key.refers, TABLES[table].key) == (True, owner, key.name)
    with pytest.raises(CellError):
        key.kind.parse("a;b")
