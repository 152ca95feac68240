"""Eight numbers in one register: a type for compiled kernels in which every operation is one of all lanes.

Operators and comparisons work lane by lane and round as those of single floats, so that a lane does not
depend on its neighbours, nor on whether a processor holds eight, four or two numbers in a register.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from importlib import import_module
from typing import Any

__all__ = [
    "LANES", "any_of", "gather", "highest_of", "lanes", "load", "magnitude", "pointer", "root_of_power",
    "select", "sqrt", "store", "turn",
]  # fmt: skip

# Both packages are typed in part only: seen as untyped they need no exceptions.
ir: Any = import_module("llvmlite.ir")
types: Any = import_module("numba").types
cgutils: Any = import_module("numba.core.cgutils")
templates: Any = import_module("numba.core.typing.templates")
extending: Any = import_module("numba.extending")

LANES = 8
_DOUBLES = ir.VectorType(ir.DoubleType(), LANES)
_BITS = ir.VectorType(ir.IntType(1), LANES)


class _Lanes(types.Type):  # type: ignore[misc]
    """Eight floats."""

    def __init__(self) -> None:
        super().__init__(name="Lanes")


class _Mask(types.Type):  # type: ignore[misc]
    """Eight truth values."""

    def __init__(self) -> None:
        super().__init__(name="Mask")


_LANES, _MASK = _Lanes(), _Mask()


def _intrinsic(build: Callable[..., Any]) -> Any:
    """A function that kernels call, given what stands for it in their code."""
    return extending.intrinsic(build)


def _model(shape: Any) -> type[Any]:
    class Model(extending.models.PrimitiveModel):  # type: ignore[misc]
        def __init__(self, manager: Any, fe_type: Any) -> None:
            super().__init__(manager, fe_type, shape)

    return Model


extending.register_model(_Lanes)(_model(_DOUBLES))
extending.register_model(_Mask)(_model(_BITS))


def _spread(builder: Any, value: Any, kind: Any) -> Any:
    """A float in every lane; lanes as they are."""
    if kind == _LANES:
        return value
    one = builder.insert_element(ir.Constant(_DOUBLES, ir.Undefined), value, ir.Constant(ir.IntType(32), 0))
    shuffle = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
    return builder.shuffle_vector(one, ir.Constant(_DOUBLES, ir.Undefined), shuffle)


def _define(symbol: Callable[..., Any], result: Any, build: Callable[[Any, Any, Any], Any]) -> None:
    """An operator between lanes, and between lanes and a float."""
    pairs = ((_LANES, _LANES), (_LANES, types.float64), (types.float64, _LANES))

    class Template(templates.ConcreteTemplate):  # type: ignore[misc]
        cases = [result(*pair) for pair in pairs]  # noqa: RUF012

    templates.infer_global(symbol)(Template)
    for pair in pairs:

        def lower(context: Any, builder: Any, signature: Any, given: Any) -> Any:
            one, other = (_spread(builder, *both) for both in zip(given, signature.args, strict=True))
            return build(builder, one, other)

        extending.lower_builtin(symbol, *pair)(lower)


def _define_of_masks(symbol: Callable[..., Any], n: int, build: Callable[..., Any]) -> None:
    class Template(templates.ConcreteTemplate):  # type: ignore[misc]
        cases = [_MASK(*[_MASK] * n)]  # noqa: RUF012

    templates.infer_global(symbol)(Template)
    extending.lower_builtin(symbol, *[_MASK] * n)(
        lambda context, builder, signature, given: build(builder, *given)
    )


_define(operator.add, _LANES, lambda builder, one, other: builder.fadd(one, other))
_define(operator.sub, _LANES, lambda builder, one, other: builder.fsub(one, other))
_define(operator.mul, _LANES, lambda builder, one, other: builder.fmul(one, other))
_define(operator.truediv, _LANES, lambda builder, one, other: builder.fdiv(one, other))
_define(operator.lt, _MASK, lambda builder, one, other: builder.fcmp_ordered("<", one, other))
_define(operator.le, _MASK, lambda builder, one, other: builder.fcmp_ordered("<=", one, other))
_define(operator.gt, _MASK, lambda builder, one, other: builder.fcmp_ordered(">", one, other))
_define(operator.ge, _MASK, lambda builder, one, other: builder.fcmp_ordered(">=", one, other))
_define(operator.eq, _MASK, lambda builder, one, other: builder.fcmp_ordered("==", one, other))
_define_of_masks(operator.and_, 2, lambda builder, one, other: builder.and_(one, other))
_define_of_masks(operator.or_, 2, lambda builder, one, other: builder.or_(one, other))
_define_of_masks(operator.invert, 1, lambda builder, one: builder.not_(one))


def _place(builder: Any, pointer: Any, index: Any) -> Any:
    """Where eight neighbours begin."""
    return builder.bitcast(builder.gep(pointer, [index]), _DOUBLES.as_pointer())


@_intrinsic
def pointer(typing: Any, array: Any, index: Any) -> Any:
    """A place in the data of an array: an array itself would be counted in and out at every call."""

    def build(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, value=given[0]).data
        return builder.gep(data, [given[1]])

    return types.CPointer(array.dtype)(array, types.intp), build


@_intrinsic
def lanes(typing: Any, value: Any) -> Any:
    """The same float in every lane."""

    def build(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        return _spread(builder, given[0], signature.args[0])

    return _LANES(types.float64), build


@_intrinsic
def load(typing: Any, start: Any, index: Any) -> Any:
    """The eight floats from a position on."""

    def build(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        return builder.load(_place(builder, *given), align=8, typ=_DOUBLES)

    return _LANES(start, types.intp), build


@_intrinsic
def store(typing: Any, start: Any, index: Any, value: Any) -> Any:
    """Write eight floats from a position on."""

    def build(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        builder.store(given[2], _place(builder, *given[:2]), align=8)
        return context.get_dummy_value()

    return types.void(start, types.intp, _LANES), build


@_intrinsic
def select(typing: Any, mask: Any, one: Any, other: Any) -> Any:
    """One where the mask is true, the other elsewhere."""

    def build(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        _, *kinds = signature.args
        one, other = (_spread(builder, *both) for both in zip(given[1:], kinds, strict=True))
        return builder.select(given[0], one, other)

    kinds = [_LANES if kind == _LANES else types.float64 for kind in (one, other)]
    return _LANES(_MASK, *kinds), build


@_intrinsic
def any_of(typing: Any, mask: Any) -> Any:
    """Whether the mask is true anywhere."""

    def build(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        bits = builder.bitcast(given[0], ir.IntType(LANES))
        return builder.icmp_unsigned("!=", bits, ir.Constant(ir.IntType(LANES), 0))

    return types.boolean(_MASK), build


@_intrinsic
def sqrt(typing: Any, value: Any) -> Any:
    """Square roots."""

    def build(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        module = builder.module
        name = f"llvm.sqrt.v{LANES}f64"
        function = cgutils.get_or_insert_function(module, ir.FunctionType(_DOUBLES, [_DOUBLES]), name)
        return builder.call(function, given)

    return _LANES(_LANES), build


@_intrinsic
def gather(typing: Any, start: Any, order: Any, ordered: Any, bounds: Any, row: Any) -> Any:
    """The row-th value of eight sets, or the last one of those that have fewer.

    `bounds` holds eight first positions and then eight last ones; where `ordered`, positions are in `order`.
    """

    def build(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        start, order, ordered, bounds, row = given
        found = ir.Constant(_DOUBLES, ir.Undefined)
        for lane in range(LANES):
            first, last = (
                builder.load(builder.gep(bounds, [ir.Constant(ir.IntType(64), place)]), typ=ir.IntType(64))
                for place in (lane, LANES + lane)
            )
            at = builder.add(first, row)
            at = builder.select(builder.icmp_signed("<", at, last), at, last)
            # Without an order the place looked up is that of the first, and not used.
            inner = builder.select(ordered, at, ir.Constant(ir.IntType(64), 0))
            at = builder.select(ordered, builder.load(builder.gep(order, [inner]), typ=ir.IntType(64)), at)
            value = builder.load(builder.gep(start, [at]), typ=ir.DoubleType())
            found = builder.insert_element(found, value, ir.Constant(ir.IntType(32), lane))
        return found

    return _LANES(start, order, types.boolean, bounds, types.intp), build


def _transposed(builder: Any, rows: list[Any]) -> list[Any]:
    """Eight registers turned into those of their first, second, ... numbers, in three rounds of riffling."""
    halves = ([0, 8, 1, 9, 2, 10, 3, 11], [4, 12, 5, 13, 6, 14, 7, 15])
    masks = [ir.Constant(ir.VectorType(ir.IntType(32), LANES), half) for half in halves]
    for _ in range(3):
        pairs = zip(rows[: LANES // 2], rows[LANES // 2 :], strict=True)
        rows = [builder.shuffle_vector(*pair, mask) for pair in pairs for mask in masks]
    return rows


@_intrinsic
def turn(typing: Any, to: Any, index: Any, start: Any, firsts: Any, row: Any) -> Any:
    """Eight values of each of eight sets, from the row-th on, written as eight rows of eight sets.

    Whatever follows a set is taken along: the caller must know that something does.
    """

    def build(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        to, index, start, firsts, row = given
        rows = []
        for lane in range(LANES):
            place = builder.gep(firsts, [ir.Constant(ir.IntType(64), lane)])
            at = builder.add(builder.load(place, typ=ir.IntType(64)), row)
            rows.append(builder.load(_place(builder, start, at), align=8, typ=_DOUBLES))
        for number, values in enumerate(_transposed(builder, rows)):
            at = builder.add(index, ir.Constant(ir.IntType(64), number * LANES))
            builder.store(values, _place(builder, to, at), align=8)
        return context.get_dummy_value()

    return types.void(to, types.intp, start, firsts, types.intp), build


@_intrinsic
def root_of_power(typing: Any, value: Any) -> Any:
    """Powers of two near the square root: 2^floor(e / 2) of values between 2^e and 2^(e + 1)."""

    def build(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        whole = ir.VectorType(ir.IntType(64), LANES)

        def every(number: int) -> Any:
            return ir.Constant(whole, [number] * LANES)

        exponent = builder.sub(builder.lshr(builder.bitcast(given[0], whole), every(52)), every(1023))
        half = builder.add(builder.ashr(exponent, every(1)), every(1023))
        return builder.bitcast(builder.shl(half, every(52)), _DOUBLES)

    return _LANES(_LANES), build


@_intrinsic
def magnitude(typing: Any, value: Any) -> Any:
    """Absolute values."""

    def build(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        zero = ir.Constant(_DOUBLES, [0.0] * LANES)
        negative = builder.fcmp_ordered("<", given[0], zero)
        return builder.select(negative, builder.fsub(zero, given[0]), given[0])

    return _LANES(_LANES), build


@_intrinsic
def highest_of(typing: Any, one: Any, other: Any) -> Any:
    """The higher of two; the second where one of them is NaN."""

    def build(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        return builder.select(builder.fcmp_ordered(">", *given), *given)

    return _LANES(_LANES, _LANES), build
