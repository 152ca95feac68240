"""`import metasyn` loads nothing heavy; the public names are there all the same."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import metasyn

HEAVY = ("numpy", "scipy", "pandas", "statsmodels", "matplotlib", "jinja2", "typst", "cyclopts", "rich")


def loaded(statement: str) -> set[str]:
    """Modules that a statement loads in a new interpreter."""
    code = f"import sys; before = set(sys.modules); {statement}; print(*set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "statement",
    [
        "import metasyn",
        "import metasyn.errors, metasyn.vocabulary, metasyn.values",
        "from metasyn import Interval, NotEstimable, MetasynError, __version__",
        "import metasyn.evidence",
        "from metasyn import read_evidence",
    ],
)
def test_nothing_heavy_is_loaded(statement: str) -> None:
    modules = loaded(statement)
    assert "metasyn" in modules
    assert [name for name in HEAVY if name in modules] == []


def test_import_metasyn_loads_its_errors_only() -> None:
    assert {name for name in loaded("import metasyn") if name.startswith("metasyn")} == {
        "metasyn",
        "metasyn.errors",
    }


def test_the_check_would_see_numpy() -> None:
    assert "numpy" in loaded("import metasyn; metasyn.EffectSet")


@pytest.mark.parametrize("name", sorted(set(metasyn.__all__) - {"__version__"}))
def test_public_names(name: str) -> None:
    value = getattr(metasyn, name)
    home = metasyn._HOMES.get(name, "metasyn.errors")
    assert value is getattr(import_module(home), name)
    assert not isinstance(value, type(metasyn))  # a function or class, not the module of the same name
    assert name in dir(metasyn)


def test_type_checkers_see_the_same_names_from_the_same_modules() -> None:
    tree = ast.parse(Path(metasyn.__file__).read_text(encoding="utf-8"))
    block = next(
        node for node in tree.body if isinstance(node, ast.If) and isinstance(node.body[0], ast.ImportFrom)
    )
    seen = {
        alias.name: node.module
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert seen == metasyn._HOMES
    assert set(metasyn.__all__) == {*seen, "MetasynError", "__version__"}


def test_unknown_names_are_attribute_errors() -> None:
    with pytest.raises(AttributeError, match="module 'metasyn' has no attribute 'meta_analysis'"):
        metasyn.meta_analysis  # noqa: B018
    assert not hasattr(metasyn, "meta_analysis")


def test_a_broken_module_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(metasyn._HOMES, "ghost", "metasyn.no_such_module")
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        metasyn.ghost  # noqa: B018


def test_version_is_a_literal_for_the_build() -> None:
    text = Path(metasyn.__file__).read_text(encoding="utf-8")
    assert f'__version__ = "{metasyn.__version__}"\n' in text
