"""Reference cases made with R: loading them, and comparing at our own tolerance.

`tests/reference/oracle/` holds the cases whose inputs may be committed (see the README there);
`../shared/oracle/here_only` holds more of the same kinds and is read in place where it exists.
"""

from __future__ import annotations

import gzip
import json
import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

__all__ = ["FOLDERS", "Agreement", "cases", "column", "matrix", "number"]

TESTS = Path(__file__).parents[1]
FOLDERS = {
    "open": TESTS / "reference" / "oracle",
    "here_only": TESTS.parents[1] / "shared" / "oracle" / "here_only",
}

RELATIVE = 1e-8
FLOOR = 1e-10
P_VALUES = ("pval", "QEp", "QMp", "Qp", "pvalue", "pval.Q")
# Positive values that have digits of their own however small they are: no absolute floor for these.
RELATIVE_ONLY = (*P_VALUES, "se", "seTE", "sei", "vi")


def cases(folder: str, section: str, kind: str = "") -> Iterator[dict[str, Any]]:
    """The reliable cases of one section; `kind` is the second part of their ids (`"confint"`, ...).

    Skips the test, visibly, where the folder is absent.
    """
    path = FOLDERS[folder] / f"{section}.json.gz"
    if not path.is_file():
        pytest.skip(f"the reference cases of {folder!r} are not beside this project")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for case in json.load(file):
            if case.get("reliability") != "low" and (not kind or case["id"].split("/")[1] == kind):
                yield case


def number(value: Any) -> Any:
    """A stored value: `"Inf"` as infinity, None (R's NA) as None."""
    return {"Inf": math.inf, "-Inf": -math.inf}.get(value, value) if isinstance(value, str) else value


def column(case: Mapping[str, Any], name: str) -> np.ndarray:
    """One numeric column of the input."""
    values = case["input"]["columns"][name]
    return np.array([math.nan if v is None else float(number(v)) for v in values])


def matrix(case: Mapping[str, Any]) -> np.ndarray:
    """The design matrix, its columns in the order they are stored (`X.<name>`)."""
    names = [name for name in case["input"]["columns"] if name.startswith("X.")]
    return np.column_stack([column(case, name) for name in names])


@dataclass
class Agreement:
    """Compares results with cases, keeps every disagreement and the largest error per kind of value.

    A value agrees if |got - want| <= max(floor, rel |want|). `loose` may name single values that R
    itself has not computed to that precision, as (part of the case's id, field) -> tolerance; the
    test that uses it says why, and checks the defining equation instead.
    """

    what: str
    rel: float = RELATIVE
    floor: float = FLOOR
    loose: Mapping[tuple[str, str], float] = field(default_factory=dict)
    checked: int = 0
    values: int = 0
    problems: list[str] = field(default_factory=list)
    worst: dict[str, tuple[float, str]] = field(default_factory=dict)

    def check(self, case: Mapping[str, Any], got: Mapping[str, Any], *, label: str = "") -> None:
        """Compare every key of `got` with the case's expected value of that name.

        A key that the case does not have is an error of the test itself.
        """
        self.checked += 1
        for key, have in got.items():
            if key not in case["expected"]:
                self.problems.append(f"{case['id']}: the case has no {key!r}")
                continue
            self._walk(case["id"], key, case["expected"][key], have, label)

    def _walk(self, where: str, key: str, want: Any, have: Any, label: str) -> None:
        if isinstance(want, dict) and isinstance(have, Mapping):
            for name, value in have.items():
                if name not in want:
                    self.problems.append(f"{where}: {key} has no {name!r} in the case")
                else:
                    self._walk(where, f"{key}.{name}", want[name], value, label)
        elif isinstance(want, list):
            have = list(have)
            if len(want) != len(have):
                self.problems.append(f"{where}: {key} has length {len(have)}, expected {len(want)}")
                return
            for i, (w, h) in enumerate(zip(want, have, strict=True)):
                self._walk(where, f"{key}[{i}]", w, h, label)
        else:
            self._value(where, key, number(want), have, label)

    def _value(self, where: str, key: str, want: Any, have: Any, label: str) -> None:
        self.values += 1
        if want is None or isinstance(want, bool | str):
            missing = have is None or (isinstance(have, float) and math.isnan(have))
            if not (missing if want is None else want == have):
                self.problems.append(f"{where}: {key} is {have!r}, expected {want!r}")
            return
        if have is None or not isinstance(have, int | float | np.floating | np.integer):
            self.problems.append(f"{where}: {key} is {have!r}, expected {want!r}")
            return
        have = float(have)
        if math.isinf(want) or math.isinf(have) or math.isnan(have):
            if want != have:
                self.problems.append(f"{where}: {key} is {have!r}, expected {want!r}")
            return
        bare = key.split("[")[0]
        loose = [
            tol for (part, field_name), tol in self.loose.items() if part in where and field_name == bare
        ]
        rel = loose[0] if loose else self.rel
        difference = abs(have - want)
        name = bare.split(".")[-1]
        floor = 0.0 if name in RELATIVE_ONLY and self.floor <= FLOOR else self.floor
        if name in P_VALUES and want > 0:
            rel *= 1 + 2 * abs(math.log(want))  # the condition number of a tail probability
        if difference > max(floor, rel * abs(want)):
            self.problems.append(f"{where}: {key} is {have!r}, expected {want!r} (off by {difference:.2g})")
        elif not loose and difference > floor:
            error = difference / abs(want)
            name = f"{label}:{bare}" if label else bare
            if error > self.worst.get(name, (0.0, ""))[0]:
                self.worst[name] = (error, where)

    def close(self, *, at_least: int) -> None:
        """Fail with the disagreements, or if fewer cases were compared than there are known to be."""
        self._write()
        shown = "\n".join(self.problems[:20])
        assert not self.problems, (
            f"{len(self.problems)} of {self.values} values in {self.checked} cases:\n{shown}"
        )
        assert self.checked >= at_least, f"only {self.checked} cases of {self.what} were compared"

    def _write(self) -> None:
        """Append one line per kind of value to the file named by METASYN_AGREEMENT, for the record."""
        target = os.environ.get("METASYN_AGREEMENT")
        if target:
            row = {"what": self.what, "cases": self.checked, "values": self.values, "worst": self.worst}
            with Path(target).open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
