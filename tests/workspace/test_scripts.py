"""Loading analysis scripts leaves no trace."""

from __future__ import annotations

import sys

import pytest

from metasyn.analysis import Analysis
from metasyn.errors import WorkspaceError
from metasyn.workspace.scripts import load_script

GOOD = """
from metasyn import Analysis, Outcome
analysis = Analysis(
    title="t", question="q", cohorts={"drink": "tea"}, outcomes=[Outcome("sleep", measure="PLO")]
)
"""


def test_a_script_leaves_no_module_and_no_path(tmp_path):
    path = tmp_path / "my analysis.py"
    path.write_text(GOOD + 'if __name__ == "__main__":\n    analysis.main()\n')
    load_script(path)  # what it imports is loaded now
    modules, paths = set(sys.modules), list(sys.path)
    assert isinstance(load_script(path), Analysis)
    assert set(sys.modules) == modules
    assert sys.path == paths
    assert [found.name for found in tmp_path.iterdir()] == ["my analysis.py"]


def test_every_load_is_fresh(tmp_path):
    path = tmp_path / "a.py"
    path.write_text(GOOD)
    assert load_script(path).title == "t"
    path.write_text(GOOD.replace('"t"', '"another"'))
    assert load_script(path).title == "another"


def test_a_second_name_for_the_same_analysis_is_no_second_analysis(tmp_path):
    path = tmp_path / "a.py"
    path.write_text(GOOD + "also = analysis\n")
    assert load_script(path).title == "t"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GOOD + "import dataclasses\nother = dataclasses.replace(analysis, title='u')\n", "2 analyses"),
        (GOOD.replace("analysis =", "study ="), "'study' must be called 'analysis'"),
        ("def f():\n    raise OSError('gone')\n\nf()\n", "a.py line 2: OSError: gone"),
        ("# coding: klingon\n", "a.py"),
        ("if True:\nx = 1\n", "a.py line 2"),
        ("raise SystemExit\n", "exits instead of declaring"),
        (
            "import helpers_of_mine\n",
            "No module named 'helpers_of_mine'. A script can import installed packages, not other files",
        ),
    ],
)
def test_what_cannot_be_used_is_said(tmp_path, text, words):
    path = tmp_path / "a.py"
    path.write_text(text)
    with pytest.raises(WorkspaceError) as raised:
        load_script(path)
    assert words in str(raised.value)


def test_a_folder_is_not_a_script(tmp_path):
    (tmp_path / "a.py").mkdir()
    with pytest.raises(WorkspaceError, match="cannot be read"):
        load_script(tmp_path / "a.py")


def test_an_interrupt_is_not_an_error_of_the_script(tmp_path):
    path = tmp_path / "a.py"
    path.write_text("raise KeyboardInterrupt\n")
    with pytest.raises(KeyboardInterrupt):
        load_script(path)
