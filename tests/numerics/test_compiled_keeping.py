"""What the compiled code is made of: lanes that are those of numpy, kept on disk or not."""

from __future__ import annotations

from hashlib import sha256
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metasyn.numerics import compiled
from metasyn.numerics.compiled import keeping
from metasyn.numerics.compiled import lanes as l8

LANES = l8.LANES


@keeping.numba.njit
def many_operations(data: Any, ends: Any, order: Any, out: Any) -> bool:
    a, b = l8.load(l8.pointer(data, 0), 0), l8.load(l8.pointer(data, LANES), 0)
    to = l8.pointer(out, 0)
    l8.store(to, 0, l8.select((a < b) | (a == b) & ~(b < 0.0), a / b, a - 2.0 * b))
    l8.store(to, LANES, l8.sqrt(l8.magnitude(a)) + l8.highest_of(a, b))
    l8.store(to, 2 * LANES, l8.root_of_power(l8.magnitude(a)))
    l8.store(
        to, 3 * LANES, l8.gather(l8.pointer(data, 0), l8.pointer(order, 0), True, l8.pointer(ends, 0), 1)
    )
    l8.turn(to, 4 * LANES, l8.pointer(data, 0), l8.pointer(ends, 0), 2)
    return bool(l8.any_of(a > 1e9))


def test_lanes_compute_as_numpy_does() -> None:
    rng = np.random.default_rng(3)
    data = rng.normal(0, 3, 64)
    first = rng.integers(0, 40, LANES)
    ends = np.concatenate([first, first + rng.integers(0, 3, LANES)])
    order = rng.permutation(64)
    out = np.empty(12 * LANES)
    assert not many_operations(data, ends, order, out)
    a, b = data[:LANES], data[LANES : 2 * LANES]
    rows = out.reshape(12, LANES)
    np.testing.assert_array_equal(rows[0], np.where(a < b, a / b, a - 2.0 * b))
    np.testing.assert_array_equal(rows[1], np.sqrt(np.abs(a)) + np.maximum(a, b))
    np.testing.assert_array_equal(rows[2], 2.0 ** np.floor(np.floor(np.log2(np.abs(a))) / 2))
    np.testing.assert_array_equal(rows[3], data[order[np.minimum(first + 1, ends[LANES:])]])
    np.testing.assert_array_equal(rows[4:], np.array([data[at + 2 : at + 2 + LANES] for at in first]).T)


def test_what_cannot_be_kept_is_compiled_all_the_same() -> None:
    found: dict[str, Any] = {}
    exec("def twice(x):\n    return 2 * x", found)  # a function without a file: numba has nowhere to keep it
    assert keeping.kept(found["twice"])(21) == 42


def test_the_digest_is_of_all_modules() -> None:
    folder = Path(l8.__file__).parent
    modules = {file.stem for file in folder.glob("*.py")} - {"__init__"}
    assert set(keeping._MODULES) == modules
    text = b"".join((folder / f"{module}.py").read_bytes() for module in keeping._MODULES)
    assert keeping.sources() == sha256(text).hexdigest()


def test_what_was_kept_and_is_damaged_is_compiled_again(tmp_path: Path) -> None:
    file = tmp_path / "thrice.py"
    file.write_text("def thrice(x):\n    return 3 * x\n")

    def thrice() -> Any:
        spec = spec_from_file_location("thrice", file)
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        return keeping.kept(module.thrice)

    assert thrice()(5) == 15
    written = list(tmp_path.rglob("*.nbc"))
    assert written
    for size in (0, 40):
        for one in written:
            one.write_bytes(one.read_bytes()[:size])
        assert thrice()(5) == 15
        assert thrice()(7) == 21


def test_numba_that_cannot_be_imported_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> Any:
        raise ImportError("Numba needs NumPy 2.4 or less\nand more")

    monkeypatch.setattr(compiled, "import_module", broken)
    compiled.available.cache_clear()
    try:
        with pytest.warns(RuntimeWarning, match="needs NumPy 2.4 or less; numpy computes instead"):
            assert not compiled.available()
        assert not compiled.available()
    finally:
        compiled.available.cache_clear()
