"""Nothing is written twice: no two functions of the package share a run of statements.

Statements are compared as syntax trees, so that layout, comments and docstrings do not count. A run
of `RUN` equal statements, or one statement with `LARGE` nodes of its tree equal, is a copy.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "metasyn"
RUN, LARGE = 4, 60


def statement_lists(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    """Every block of statements inside functions, without docstrings and imports."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                for name in ("body", "orelse", "finalbody"):
                    block = getattr(node, name, None)
                    if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
                        yield [s for s in block if not is_noise(s)]


def is_noise(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Import | ast.ImportFrom | ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


def copies(sources: dict[str, str]) -> list[str]:
    """Places that hold the same statements, as `a.py:10 = b.py:20`."""
    places: dict[str, set[str]] = defaultdict(set)
    for name, text in sources.items():
        for block in statement_lists(ast.parse(text)):
            dumps = [ast.dump(statement) for statement in block]
            for i in range(len(block) - RUN + 1):
                places["|".join(dumps[i : i + RUN])].add(f"{name}:{block[i].lineno}")
            for statement, dump in zip(block, dumps, strict=True):
                if isinstance(statement, ast.Assign | ast.AugAssign | ast.Return | ast.For | ast.While) and (
                    sum(1 for _ in ast.walk(statement)) >= LARGE
                ):
                    places[dump].add(f"{name}:{statement.lineno}")
    return sorted(" = ".join(sorted(found)) for found in places.values() if len(found) > 1)


def test_the_package_has_no_copies() -> None:
    sources = {
        path.relative_to(PACKAGE).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(PACKAGE.rglob("*.py"))
    }
    assert copies(sources) == []


def test_a_copy_is_found() -> None:
    body = "\n".join(f"    x{i} = f({i}) + g(y, {i})" for i in range(RUN))
    other = body.replace(" + ", "  +\\\n        ")
    found = copies({"a.py": f"def one(y):\n{body}\n", "b.py": f"def two(y):\n    '''Words.'''\n{other}\n"})
    assert found == ["a.py:2 = b.py:3"]


def test_shorter_runs_are_not_copies() -> None:
    body = "\n".join(f"    x{i} = f({i})" for i in range(RUN - 1))
    assert copies({"a.py": f"def one():\n{body}\n", "b.py": f"def two():\n{body}\n"}) == []
