"""Every line of arithmetic can be followed by hand, for all effects and results of the shipped analyses."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import pytest

from metasyn.analysis.explain import Explanation, Sum, WorkedTable
from metasyn.analysis.explain.arithmetic import compute, exact, put_in, rounded, worked
from metasyn.analysis.explain.find import numbers_of
from metasyn.analysis.result import AnalysisResult
from metasyn.errors import OptionError
from metasyn.synthesis import SynthesisResult
from tests.analysis.explain.hand import by_hand, half_unit, read

# Five significant digits, rounded to nearest.
_DIGITS = 5


def shown_rightly(text: str, value: float) -> bool:
    """Whether a text is the number to five significant digits."""
    if value == 0 or read(text) == value:
        return read(text) == value
    unit = 10.0 ** (math.floor(math.log10(abs(value))) - _DIGITS + 1)
    return abs(read(text) - value) <= 0.5 * max(unit, 1e-300) * (1 + 1e-9)


def reach(line: Sum) -> float:
    """How far the shown result may lie from what the shown numbers give: their rounding, carried through."""
    texts = {term.symbol: read(term.text) for term in line.terms}
    base, total = by_hand(line.symbols, texts), 0.0
    for term in line.terms:
        if not term.printed:
            unit = 0.5 * 10.0 ** (math.floor(math.log10(abs(term.value))) - _DIGITS + 1) if term.value else 0
            moved = (texts | {term.symbol: texts[term.symbol] + step} for step in (-unit, unit))
            total += max(abs(by_hand(line.symbols, one) - base) for one in moved)
    own = 0.5 * 10.0 ** (math.floor(math.log10(abs(line.value))) - _DIGITS + 1) if line.value else 0
    return 1.01 * total + own + 1e-12


def check_line(line: Sum) -> None:
    exactly = by_hand(line.symbols, {term.symbol: term.value for term in line.terms})
    assert exactly == pytest.approx(line.value, rel=1e-9, abs=1e-12), str(line)
    assert shown_rightly(line.text, line.value), str(line)
    for term in line.terms:
        if term.printed:
            assert read(term.text) == pytest.approx(term.value, rel=1e-12), f"{line}: {term}"
        else:
            assert shown_rightly(term.text, term.value), f"{line}: {term}"
    as_written = by_hand(line.numbers, {})
    again = by_hand(line.symbols, {term.symbol: read(term.text) for term in line.terms})
    assert as_written == pytest.approx(again, rel=1e-12), str(line)
    assert abs(as_written - read(line.text)) <= reach(line), str(line)


def check_table(table: WorkedTable) -> None:
    for (_, values), texts in zip(table.rows, table.texts, strict=True):
        assert all(shown_rightly(text, value) for text, value in zip(texts, values, strict=True))
    columns = list(zip(*table.texts, strict=True))
    for column, total in zip(columns, table.total_texts, strict=True):
        if total:
            rounding = sum(
                0.5 * 10.0 ** (math.floor(math.log10(abs(read(c)))) - 4) for c in column if read(c)
            )
            gap = abs(sum(map(read, column)) - read(total))
            assert gap <= rounding + half_unit(total) * 10 + 1e-12


def explanations(result: AnalysisResult) -> Iterator[Explanation]:
    for number in numbers_of(result):
        yield number.build()


@pytest.fixture(scope="module")
def trees(shipped: dict[str, AnalysisResult]) -> list[Explanation]:
    return [one for result in shipped.values() for one in explanations(result)]


def test_every_shown_line_combines_to_its_result(trees: list[Explanation]) -> None:
    lines = {str(line): line for tree in trees for one in tree.walk() for line in one.sums}
    assert len(lines) > 300
    for line in lines.values():
        check_line(line)


def test_tables_add_up_and_follow_from_their_columns(trees: list[Explanation]) -> None:
    tables = [one.table for tree in trees for one in tree.walk() if one.table is not None]
    assert len(tables) > 50
    for table in tables:
        check_table(table)
        if table.columns[1:] == ("y", "se", "w", "wy"):
            for _, (y, se, w, wy) in table.rows:
                assert w <= 1 / se**2 * (1 + 1e-12)
                assert wy == pytest.approx(w * y, rel=1e-12)


def test_every_effect_ends_with_its_estimate_and_standard_error(shipped: dict[str, AnalysisResult]) -> None:
    seen = 0
    for result in shipped.values():
        built = {(one.place, one.name): one for one in numbers_of(result)}
        for part in result.outcomes:
            for effect in part.effects.effects:
                lines = built[part.slug, effect.label].build().sums
                assert lines, f"{part.slug}, {effect.label}: {effect.route.name} has no arithmetic"
                estimate, spread = lines[-2:]
                assert (estimate.name, spread.name) == ("y", "se")
                assert estimate.value == pytest.approx(effect.yi, abs=1e-9)
                assert spread.value == pytest.approx(effect.sei, abs=1e-9)
                seen += 1
    assert seen >= 50


def test_headline_ends_on_the_natural_scale(shipped: dict[str, AnalysisResult]) -> None:
    for result, part in ((r, p) for r in shipped.values() for p in r.outcomes):
        synthesis = part.synthesis
        if not (isinstance(synthesis, SynthesisResult) and synthesis.pooled):
            continue
        number = next(n for n in numbers_of(result) if (n.place, n.name) == (part.slug, "estimate"))
        tree = number.build()
        values = {line.name: line.value for line in tree.sums}
        if synthesis.model == "bayesian":  # the sum over τ at the median and at both bounds
            assert values["S"] == pytest.approx(0.5, rel=1e-6)
            assert values["level"] == pytest.approx(0.95, rel=1e-6)
            assert values["lower bound"] == pytest.approx(synthesis.natural(synthesis.ci.low), rel=1e-6)  # type: ignore[union-attr]
            continue
        assert values["μ"] == pytest.approx(synthesis.estimate, rel=1e-6, abs=1e-9)
        assert values["low"] == pytest.approx(synthesis.ci.low, rel=1e-6)  # type: ignore[union-attr]
        assert values["lower bound"] == pytest.approx(synthesis.natural(synthesis.ci.low), rel=1e-6)  # type: ignore[union-attr]


def test_formulas_are_read_by_the_usual_precedence() -> None:
    cases = {
        "2 − 3 − 4": -5,
        "2 × 3²": 18,
        "−3²": -9,
        "12/3/2": 2,
        "|2 − 5| × √16": 12,
        "max(0, 2 − 5) + ln exp(2)": 2,
        "Φ⁻¹(1 − 0.05/2)": 1.959963984540054,
        "1.5×10⁻³ × 2": 0.003,
    }
    for formula, value in cases.items():
        assert compute(formula, {}) == pytest.approx(value, rel=1e-12)
        if "exp(2)" not in formula and "√16" not in formula:
            assert by_hand(formula, {}) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("formula", ["2 +", "(2", "2 3", "y × 2", "max(1, 2"])
def test_what_cannot_be_read_is_refused(formula: str) -> None:
    with pytest.raises(OptionError):
        compute(formula, {})


def test_what_is_not_defined_is_a_value_error() -> None:
    for formula in ("ln 0", "1/0", "√(1 − 2)"):
        with pytest.raises(ValueError, match=r".+"):
            compute(formula, {})


def test_negative_numbers_keep_their_sign_in_every_place() -> None:
    texts = [*itertools.product(("a − b", "a²", "a × b", "|a|/b", "(a − b)²", "−a", "exp(−a)"), (-2.0, 3.0))]
    for formula, a in texts:
        values = {"a": a, "b": -0.5}
        shown = put_in(formula, {symbol: rounded(symbol, value).text for symbol, value in values.items()})
        assert by_hand(shown, {}) == pytest.approx(by_hand(formula, values), rel=1e-12)


def test_a_symbol_with_a_power_in_its_name_is_one_symbol() -> None:
    line = worked("I²", "τ²/(τ² + v²)", [rounded("τ²", 0.3), exact("v", 2.0)])
    assert line.numbers == "0.3/(0.3 + 2²)"
    assert line.value == pytest.approx(0.3 / 4.3)
