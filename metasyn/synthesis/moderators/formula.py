"""A formula and a table become a design; nothing but columns and a stated set of functions is evaluated."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metasyn.errors import OptionError
from metasyn.synthesis.moderators.columns import Moderator, read_moderator
from metasyn.synthesis.moderators.design import INTERCEPT, Design, Term, build_design

__all__ = ["FUNCTIONS", "ParsedFormula", "design_of", "evaluate", "parse_formula", "read_columns"]

FUNCTIONS = frozenset((
    "C", "I", "center", "scale", "standardize", "poly", "bs", "cs", "cr", "cc",
    "log", "log2", "log10", "exp", "exp2", "exp10", "Treatment", "Sum", "Helmert", "Diff", "Poly",
))  # fmt: skip
_MEMBERS: Mapping[str, frozenset[str]] = {
    "np": frozenset((
        "log", "log2", "log10", "log1p", "exp", "expm1", "sqrt", "cbrt", "abs", "square",
        "minimum", "maximum",
    )),
    "contr": frozenset(("treatment", "sum", "helmert", "diff", "poly", "sas", "SAS")),
}  # fmt: skip
_SYNTAX = (
    ast.Expression, ast.Call, ast.Name, ast.Attribute, ast.BinOp, ast.UnaryOp, ast.Constant, ast.keyword,
    ast.List, ast.Tuple, ast.Compare, ast.Load, ast.operator, ast.unaryop, ast.cmpop,
)  # fmt: skip
_QUOTED = re.compile(r"`([^`]*)`")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m|[⧛⧚]")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ParsedFormula:
    """A formula that was read and found to name known columns only.

    Attributes
    ----------
    text : str
    formula : object
        The formulaic formula.
    columns : mapping of str to set of bool
        Columns used, and whether inside C() (True), outside (False), or both.
    """

    text: str
    formula: Any
    columns: Mapping[str, frozenset[bool]]


def parse_formula(text: object, known: Sequence[str]) -> ParsedFormula:
    """Read a formula and check every name in it.

    Parameters
    ----------
    text : str
        Right-hand side in Wilkinson's notation, as in R: `"~ ablat + C(alloc)"`.
    known : sequence of str
        Columns that may be named.

    Raises
    ------
    OptionError
        If it cannot be read, has a left-hand side, or names an unknown column or function.
    """
    from formulaic import Formula  # type: ignore[import-untyped]
    from formulaic.errors import FormulaicError  # type: ignore[import-untyped]

    if not isinstance(text, str) or not text.strip():
        raise OptionError(f"formula must be a string such as '~ year + C(design)'; got {text!r}.")
    _require_no_bare_power(text)
    try:
        parsed = Formula(text)
    except (FormulaicError, SyntaxError) as error:
        first = _COLOUR.sub("", str(error)).strip().splitlines()[0]
        raise OptionError(f"formula {text!r} cannot be read: {first}") from None
    if hasattr(parsed, "lhs"):
        raise OptionError(
            f"formula {text!r} must have a right-hand side only: the effects are what is explained."
        )
    if hasattr(parsed, "_structure") or isinstance(parsed, tuple):
        raise OptionError(f"formula {text!r} must have one part, without '|'.")
    used: dict[str, frozenset[bool]] = {}
    for factor in (factor for term in parsed for factor in term.factors):
        kind = factor.eval_method.value
        if kind == "literal":
            continue
        found = [(factor.expr, False)] if kind == "lookup" else list(_names(factor.expr, text))
        for name, categorical in found:
            if name not in known:
                raise OptionError(
                    f"formula {text!r}: {name!r} is not a column; known columns: {', '.join(known)}."
                )
            used[name] = used.get(name, frozenset()) | {categorical}
    return ParsedFormula(text=text, formula=parsed, columns=used)


def _require_no_bare_power(text: str) -> None:
    """`x**2` outside of a function would silently mean x: crossing a column with itself."""
    outside = text
    while (shorter := re.sub(r"[\w.]+\([^()]*\)|\{[^{}]*\}", " ", outside)) != outside:
        outside = shorter
    if re.search(r"[\w`]\s*(\*\*|\^)", outside):
        raise OptionError(
            f"formula {text!r}: a power outside of a function crosses a moderator with itself, which leaves "
            "it as it is; write I(x**2) for a square, or poly(x, 2)."
        )


def _names(expression: str, text: str) -> Iterator[tuple[str, bool]]:
    """Columns in one Python expression of a formula; True for those inside C()."""
    quoted = [match.group(1) for match in _QUOTED.finditer(expression)]
    stand_ins = {f"__quoted_{i}": name for i, name in enumerate(quoted)}
    for i, name in enumerate(quoted):
        expression = expression.replace(f"`{name}`", f"__quoted_{i}")
    try:
        tree = ast.parse(expression, mode="eval")
    except SyntaxError:
        raise OptionError(f"formula {text!r}: {expression!r} cannot be read.") from None
    for node in ast.walk(tree):
        if not isinstance(node, _SYNTAX):
            raise OptionError(
                f"formula {text!r}: {expression!r} may hold columns, numbers, arithmetic and functions only."
            )
    yield from _columns(tree.body, stand_ins, text, categorical=False)


def _columns(
    node: ast.AST, stand_ins: Mapping[str, str], text: str, *, categorical: bool
) -> Iterator[tuple[str, bool]]:
    if isinstance(node, ast.Name):
        yield stand_ins.get(node.id, node.id), categorical
    elif isinstance(node, ast.Attribute):
        _require_member(node, text)
    elif isinstance(node, ast.Call):
        function = node.func
        if isinstance(function, ast.Attribute):
            _require_member(function, text)
        elif not (isinstance(function, ast.Name) and function.id in FUNCTIONS):
            raise OptionError(
                f"formula {text!r}: {ast.unparse(function)!r} is not a function of formulas; they are "
                f"{', '.join(sorted(FUNCTIONS))}, np.log and the like, contr.treatment and the like."
            )
        inside = isinstance(function, ast.Name) and function.id == "C"
        for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
            yield from _columns(argument, stand_ins, text, categorical=inside)
    else:
        for child in ast.iter_child_nodes(node):
            yield from _columns(child, stand_ins, text, categorical=False)


def _require_member(node: ast.Attribute, text: str) -> None:
    owner = node.value.id if isinstance(node.value, ast.Name) else ""
    if node.attr not in _MEMBERS.get(owner, ()):
        members = ", ".join(f"{name}.{member}" for name in _MEMBERS for member in sorted(_MEMBERS[name]))
        raise OptionError(
            f"formula {text!r}: {ast.unparse(node)!r} is not known; what may be named is {members}."
        )


def read_columns(
    parsed: ParsedFormula, source: Mapping[str, Any], rows: Sequence[str]
) -> tuple[Moderator, ...]:
    """The columns a formula uses, each as numbers or categories."""
    read = [
        (read_moderator(name, source[name], as_category=False not in uses, rows=rows), True in uses)
        for name, uses in parsed.columns.items()
    ]
    return tuple(replace(m, closed=m.closed or categorical) for m, categorical in read)


def design_of(parsed: ParsedFormula, moderators: Sequence[Moderator], rows: Sequence[str]) -> Design:
    """The design of a formula on complete columns.

    Raises
    ------
    OptionError
        If an expression cannot be evaluated or is not finite for a row.
    NotEstimableError
        As `build_design`.
    """
    X, matrix = evaluate(parsed.formula, moderators, rows, parsed.text)
    spec = matrix.model_spec
    terms = [
        Term(
            name=INTERCEPT if str(term) == "1" else str(term),
            columns=tuple(range(len(spec.column_names))[part]),
        )
        for term, part in spec.term_slices.items()
    ]
    return build_design(
        X, spec.column_names, terms=terms, formula=parsed.text, moderators=moderators, spec=spec
    )


def evaluate(
    formula: Any, moderators: Sequence[Moderator], rows: Sequence[str], text: str
) -> tuple[NDArray[np.float64], Any]:
    """Evaluate a formula, or a specification made from one, on columns of data."""
    import pandas as pd
    from formulaic.errors import FormulaicError

    columns = {
        m.name: pd.Categorical(m.values, categories=list(m.levels)) if m.levels else m.values
        for m in moderators
    }
    table = pd.DataFrame(columns, index=range(len(rows)))
    try:
        with np.errstate(all="ignore"):
            matrix = formula.get_model_matrix(table, context={}, na_action="ignore")
    except (FormulaicError, TypeError, ValueError, ArithmeticError, LookupError, NameError) as error:
        said = _COLOUR.sub("", str(error.__cause__ or error)).strip().splitlines()
        raise OptionError(f"formula {text!r} cannot be evaluated: {said[0] if said else error!r}") from None
    X = np.asarray(matrix, dtype=float).reshape(len(rows), -1)
    bad = np.argwhere(~np.isfinite(X))
    if bad.size:
        name = matrix.model_spec.column_names[bad[0][1]]
        shown = ", ".join(repr(rows[i]) for i in dict.fromkeys(bad[:, 0].tolist()))
        raise OptionError(f"formula {text!r}: {name!r} is not finite for {shown}.")
    return X, matrix
