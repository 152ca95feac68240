"""A small multiverse against metafor, one specification at a time: `multiverse_metafor.R`."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from metasyn.analysis.multiverse import multiverse
from metasyn.synthesis import pool

REFERENCE = json.loads((Path(__file__).parent / "multiverse_metafor.json").read_text(encoding="utf-8"))
TESTS = {"wald": "z", "hartung-knapp": "knha", "hartung-knapp-adhoc": "adhoc"}


def test_every_specification_is_what_metafor_gives() -> None:
    labels = [f"trial {i}" for i in range(1, 14)]
    result = pool(yi=REFERENCE["yi"], vi=REFERENCE["vi"], labels=labels, measure="RR")
    many = multiverse(result, exclude=["each study"])
    expected = {(row["out"], row["way"]): row for row in REFERENCE["rows"]}
    found = {}
    for row in range(len(many)):
        options = many.options(row)
        out = 0 if options["left out"] == "nothing" else int(options["left out"].split()[1])
        random = options["model"] == "random-effects"
        way = f"{options['tau2_method']} {TESTS[options['ci_method']]}" if random else "EE z"
        found[out, way] = row
    assert found.keys() == expected.keys()
    assert len(many) == len(expected) == 140
    for key, row in found.items():
        figures = [
            getattr(many, name)[row] for name in ("estimate", "ci_low", "ci_high", "pvalue", "tau2", "I2")
        ]
        assert many.k[row] == expected[key]["k"]
        np.testing.assert_allclose(figures, expected[key]["figures"], rtol=2e-7, atol=1e-10, err_msg=str(key))


def test_the_reference_is_of_the_trials_it_names() -> None:
    first, last = (4, 119, 11, 128), (27, 16886, 29, 17825)
    for at, (a, b, c, d) in ((0, first), (-1, last)):
        assert REFERENCE["yi"][at] == pytest.approx(math.log(a / (a + b)) - math.log(c / (c + d)), abs=1e-12)
        assert REFERENCE["vi"][at] == pytest.approx(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d), abs=1e-12)
