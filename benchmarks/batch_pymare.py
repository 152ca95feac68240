"""Seconds of PyMARE: many sets of equal size at once, and a permutation test; `batch.py` runs this."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from pymare import Dataset
from pymare.estimators import VarianceBasedLikelihoodEstimator


def seconds(function: Callable[[], Any], rounds: int = 3) -> float:
    """The best of several rounds, in processor time."""
    taken = []
    for _ in range(rounds):
        start = time.process_time()
        function()
        taken.append(time.process_time() - start)
    return min(taken)


def main() -> None:
    """Read the arrays that the first argument names, print seconds as JSON."""
    given = np.load(sys.argv[1])
    y, v, x = given["y"], given["v"], given["x"]

    def many() -> None:
        VarianceBasedLikelihoodEstimator(method="reml").fit(y=y.T, v=v.T, X=np.ones((y.shape[1], 1)))

    one = Dataset(y=given["one_y"], v=given["one_v"], X=x, X_names=["x"])
    result = VarianceBasedLikelihoodEstimator(method="reml").fit_dataset(one).summary()
    found = {
        "many": seconds(many) / len(y),
        "permutation": seconds(lambda: result.permutation_test(n_perm=1000)),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
