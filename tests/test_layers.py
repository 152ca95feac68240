"""The architecture, checked: which module may import, print, draw, read and write what."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "metasyn"

# ARCHITECTURE.md, "Layers": a layer imports from itself and from those before it.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("errors", "foreign_words", "vocabulary", "values", "shown"),
    ("numerics",),
    ("evidence",),
    ("effects",),
    ("synthesis",),
    ("batch",),
    ("wording", "names"),
    ("plots", "tables", "claims"),
    ("notebook",),
    ("analysis",),
    ("changes",),
    ("report",),
    ("workspace",),
    ("cli", "__main__"),
)
VIEWS = LAYERS[7]
HEIGHT = {name: height for height, names in enumerate(LAYERS) for name in names}

# `analysis.main()` is an entry point, and a result shows itself in a notebook: the upward imports.
UPWARD_ALLOWED = {("analysis/spec.py", "metasyn.cli"), ("shown.py", "metasyn.notebook")}
# Figures and the PDF use the fonts that come with matplotlib, from one folder; forestplot draws with it.
MATPLOTLIB_ALLOWED = {
    "plots/fonts.py": None,
    "plots/quick_forest.py": None,
    "plots/quick_forest_marks.py": None,
}
PRINTS = ("cli/",)
EXITS = ("cli/", "analysis/spec.py")
# The report reads its own templates and styles.
READS = ("evidence/", "workspace/", "cli/", "report/")
WRITES = ("report/", "workspace/", "cli/")
CSV_READERS = ("evidence/", "workspace/", "cli/")

# typst takes fonts from a folder: one with DejaVu Sans alone is laid out for the time of the process.
FONT_FOLDER = "plots/fonts.py"

READING = {"read_text", "read_bytes", "read_csv"}
WRITING = {"write_text", "write_bytes", "to_csv_file", "unlink", "rename", "mkdir", "rmtree"}


@dataclass(frozen=True)
class Module:
    """One source file: its place in the package and its tree."""

    place: str
    tree: ast.Module
    nodes: tuple[ast.AST, ...]

    @property
    def part(self) -> str:
        """The layer member it belongs to: folder or file name under `metasyn/`."""
        return self.place.split("/")[0].removesuffix(".py")


def modules(root: Path) -> list[Module]:
    """All source files below a package folder; those of the package are read once."""
    return _package() if root == PACKAGE else _read(root)


@cache
def _package() -> list[Module]:
    return _read(PACKAGE)


def _read(root: Path) -> list[Module]:
    found = []
    for path in sorted(root.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found.append(Module(path.relative_to(root).as_posix(), tree, tuple(ast.walk(tree))))
    return found


def imports(module: Module) -> Iterator[tuple[str, str, int]]:
    """Every import anywhere in a file: `(module, name, line)`, name empty for a plain import."""
    for node in module.nodes:
        if isinstance(node, ast.Import):
            yield from ((alias.name, "", node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = "." * node.level + (node.module or "")
            yield from ((source, alias.name, node.lineno) for alias in node.names)


def own_imports(module: Module) -> Iterator[tuple[str, int]]:
    """The parts of metasyn that a file imports; `from metasyn import X` counts as X."""
    for source, name, line in imports(module):
        if source == "metasyn":
            yield f"metasyn.{name}", line
        elif source.startswith("metasyn."):
            yield source, line


def calls(module: Module) -> Iterator[tuple[str, int]]:
    """Names and attributes that are called: `print`, `x.write_text` as `.write_text`."""
    for node in module.nodes:
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield node.func.id, node.lineno
            elif isinstance(node.func, ast.Attribute):
                owner = node.func.value.id if isinstance(node.func.value, ast.Name) else ""
                yield f"{owner}.{node.func.attr}", node.lineno


def inside(module: Module, places: tuple[str, ...]) -> bool:
    return module.place.startswith(places)


def upward(module: Module) -> Iterator[str]:
    """Imports of a layer from a layer above it, of a view from another view, and relative ones."""
    for source, _, line in imports(module):
        if source.startswith("."):
            yield f"{module.place}:{line} relative import {source}"
    if module.place == "__init__.py":  # the lazy table of public names
        return
    height = HEIGHT.get(module.part)
    if height is None:
        yield f"{module.place}: belongs to no layer"
        return
    for target, line in own_imports(module):
        part = target.split(".")[1]
        if part == "__version__" or (module.place, target) in UPWARD_ALLOWED:
            continue
        if part not in HEIGHT:
            yield f"{module.place}:{line} imports {target}: name the module it comes from"
        elif HEIGHT[part] > height:
            yield f"{module.place}:{line} imports {target}, which lies above it"
        elif HEIGHT[part] == height and part != module.part and module.part in VIEWS:
            yield f"{module.place}:{line} imports {target}: a view does not know another view"


def foreign_matplotlib(module: Module) -> Iterator[str]:
    """matplotlib outside the one module that draws."""
    allowed: set[str] | None = MATPLOTLIB_ALLOWED.get(module.place, set())
    if allowed is None:
        return
    for source, name, line in imports(module):
        if source.split(".")[0] == "matplotlib":
            attributes = {
                node.attr
                for node in module.nodes
                if isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id == "matplotlib"
            }
            if not ({name} if name else attributes or {""}) <= allowed:
                yield f"{module.place}:{line} imports {source}"


def speaking(module: Module) -> Iterator[str]:
    """print outside the command line, exit outside its entry points."""
    for call, line in calls(module):
        if call == "print" and not inside(module, PRINTS):
            yield f"{module.place}:{line} prints"
        if call in {"sys.exit", "exit", "quit", "os._exit"} and not inside(module, EXITS):
            yield f"{module.place}:{line} exits"
    for node in module.nodes:
        if isinstance(node, ast.Attribute) and node.attr in {"stdout", "stderr"}:
            owner = node.value.id if isinstance(node.value, ast.Name) else ""
            if owner == "sys" and not inside(module, PRINTS):
                yield f"{module.place}:{node.lineno} uses sys.{node.attr}"


def touching_files(module: Module) -> Iterator[str]:
    """Reading and writing files outside the ends of the way of a number."""
    if module.place == FONT_FOLDER:
        return
    for call, line in calls(module):
        name = call.rpartition(".")[2]
        if name in READING and not inside(module, READS):
            yield f"{module.place}:{line} reads a file ({name})"
        if name in WRITING and not inside(module, WRITES):
            yield f"{module.place}:{line} writes a file ({name})"
        if call in {"open", "io.open", ".open"} and not inside(module, READS):
            yield f"{module.place}:{line} opens a file"
        if call in {"csv.reader", "csv.DictReader"} and not inside(module, CSV_READERS):
            yield f"{module.place}:{line} reads CSV"


RULES: Mapping[str, Callable[[Module], Iterator[str]]] = {
    "imports point downward": upward,
    "matplotlib is imported where it draws": foreign_matplotlib,
    "only the command line speaks": speaking,
    "only the ends touch files": touching_files,
}


def broken(root: Path, rule: str) -> list[str]:
    return [problem for module in modules(root) for problem in RULES[rule](module)]


@pytest.mark.parametrize("rule", RULES)
def test_package_keeps_the_rule(rule: str) -> None:
    assert broken(PACKAGE, rule) == []


def test_every_layer_of_the_page_is_in_the_list() -> None:
    page = (PACKAGE.parent / "ARCHITECTURE.md").read_text(encoding="utf-8")
    page = page.partition("## Layers")[2].partition("\n## ")[0]
    drawn = [line.split("|")[2] for line in page.splitlines() if line.startswith("| ") and "`" in line]
    order = [
        name.strip(" `").removesuffix("/").removesuffix(".py") for cell in drawn for name in cell.split(",")
    ]
    assert len(order) >= 12
    assert [HEIGHT[name] for name in order] == sorted(HEIGHT[name] for name in order)


def test_every_module_belongs_to_a_layer() -> None:
    assert {module.part for module in modules(PACKAGE)} <= {*HEIGHT, "__init__"}


@pytest.mark.parametrize(
    ("rule", "place", "text"),
    [
        ("imports point downward", "numerics/roots.py", "from metasyn.effects.model import Effect"),
        ("imports point downward", "synthesis/model.py", "from metasyn.wording import decimal"),
        ("imports point downward", "effects/a.py", "def f():\n    from metasyn.synthesis import pool"),
        (
            "imports point downward",
            "evidence/a.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import metasyn.effects.model",
        ),
        ("imports point downward", "tables/a.py", "from metasyn.plots.model import Axis"),
        ("imports point downward", "report/a.py", "from metasyn import Analysis"),
        ("imports point downward", "report/a.py", "from .html import render"),
        ("imports point downward", "analysis/run.py", "from metasyn.cli import main"),
        ("imports point downward", "gadgets/a.py", "import math"),
        ("matplotlib is imported where it draws", "plots/axis.py", "import matplotlib.ticker"),
        ("matplotlib is imported where it draws", "report/pdf.py", "from matplotlib import get_data_path"),
        ("only the command line speaks", "synthesis/a.py", "def f():\n    print(1)"),
        ("only the command line speaks", "report/a.py", "import sys\nsys.exit(2)"),
        ("only the command line speaks", "workspace/a.py", "import sys\nsys.stderr.write('x')"),
        ("only the ends touch files", "effects/a.py", "from pathlib import Path\nPath('x').read_text()"),
        ("only the ends touch files", "evidence/a.py", "from pathlib import Path\nPath('x').write_text('')"),
        ("only the ends touch files", "tables/a.py", "open('x')"),
        ("only the ends touch files", "report/a.py", "import csv\ncsv.reader([])"),
    ],
)
def test_a_violation_is_found(tmp_path: Path, rule: str, place: str, text: str) -> None:
    path = tmp_path / place
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    assert len(broken(tmp_path, rule)) == 1


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("analysis/spec.py", "from metasyn.cli import run_script\nimport sys\nsys.exit(0)"),
        ("plots/fonts.py", "from matplotlib import get_data_path"),
        ("report/a.py", "from metasyn.plots import svg_text\nfrom metasyn.tables import to_csv"),
        ("report/b.py", "from metasyn import __version__"),
        ("__init__.py", "from metasyn.cli import main"),
        ("cli/a.py", "print(1)"),
    ],
)
def test_what_is_allowed_is_not_reported(tmp_path: Path, place: str, text: str) -> None:
    path = tmp_path / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    assert [problem for rule in RULES for problem in broken(tmp_path, rule)] == []


SUBJECT_WORDS = (
    "melanoma", "nras", "braf", "binimetinib", "dacarbazine", "pimasertib", "ipilimumab", "imatinib",
    "goldinger", "dummer", "johnson", "jaeger", "mek inhibitor", "mek-inhibitor", "checkpoint inhibitor",
)  # fmt: skip


def test_the_library_knows_nothing_of_its_first_subject() -> None:
    found = [
        f"{path.relative_to(PACKAGE)}: {word}"
        for path in sorted(PACKAGE.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
        for word in SUBJECT_WORDS
        if word in path.read_text(encoding="utf-8").lower()
    ]
    assert found == []


def test_modules_stay_readable() -> None:
    sizes = {module.place: (PACKAGE / module.place).read_text().count("\n") for module in modules(PACKAGE)}
    assert {place: size for place, size in sizes.items() if size > 400} == {}
    ordered = sorted(size for place, size in sizes.items() if not place.endswith("__init__.py"))
    assert ordered[len(ordered) // 2] <= 200
