"""The list of sources says which of them were checked against their documents."""

from __future__ import annotations

from metasyn.evidence.model import Source
from metasyn.tables.lists import source_note, sources_table


def test_a_checked_source_says_so() -> None:
    plain = Source(source_id="a", kind="document", citation="A 2001", note="a copy")
    checked = Source(
        source_id="b", kind="document", citation="B 2001", note="a copy", sha256="0123456789abcdef" * 4
    )
    words = "figures checked against the document (sha256 0123456789ab…)"
    assert [source_note(plain), source_note(checked)] == ["a copy", f"a copy; {words}"]
    assert [row[-1] for row in sources_table([plain, checked], slug="s").rows] == [
        "a copy",
        f"a copy; {words}",
    ]
