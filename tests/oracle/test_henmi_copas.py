"""The Henmi-Copas interval against metafor (section 4).

metafor's hc() ends its search for the bound at uniroot()'s default, 1.2e-4 of the statistic, so its
bounds are right to about 1e-4 of the half-width. They must agree within that; ours must solve the
defining equation to 1e-10, written out here with dense matrices and scipy's quadrature.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from oracle_cases import FOLDERS, Agreement, cases, column
from scipy.integrate import quad
from scipy.special import gammainc

from metasyn.synthesis.mean import fit_mean, infer
from metasyn.synthesis.tau2 import estimate_tau2
from metasyn.values import Interval

SECTION, KIND = "4_diagnostics", "hc"
AT_LEAST = {"open": 20, "here_only": 6}
STOPS_EARLY = 2e-4


def exceeded(y: Any, v: Any, tau2: float, u: float) -> float:
    """P(|U| > u): Q given R is a quadratic form in a normal vector, its moments by dense matrices."""
    w = 1 / v
    total = w.sum()
    A = np.diag(w) - np.outer(w, w) / total
    D = np.diag(v + tau2)
    spread = float(w @ D @ w) / total
    c = D @ w / (math.sqrt(total) * spread)
    S = D - spread * np.outer(c, c)
    AS = A @ S
    w2 = float((w * w).sum()) / total

    def integrand(r: float) -> float:
        mean = float(np.trace(AS) + r * r * (c @ A @ c))
        variance = float(2 * np.trace(AS @ AS) + 4 * r * r * (c @ A @ S @ A @ c))
        limit = (y.size - 1) + (total - w2) / w2 * ((r / u) ** 2 - 1)
        density = math.exp(-0.5 * r * r / spread) / math.sqrt(2 * math.pi * spread)
        return density * float(gammainc(mean**2 / variance, limit * mean / variance))

    sd = math.sqrt(spread)
    ends = [u, u + sd / 4, u + sd, u + 3 * sd, u + 12 * sd]
    parts = [quad(integrand, a, b, epsabs=1e-15, epsrel=1e-13)[0] for a, b in itertools.pairwise(ends)]
    return 2 * math.fsum(parts)


@pytest.mark.parametrize("folder", FOLDERS)
def test_henmi_copas_agrees_with_metafor(folder: str) -> None:
    agreement = Agreement("Henmi-Copas")
    for case in cases(folder, SECTION, KIND):
        agreement.check(case, compared(case))
    agreement.close(at_least=AT_LEAST[folder])


def compared(case: Mapping[str, Any]) -> dict[str, float]:
    """The values of one case, after its bounds have been checked against R's stop and the equation."""
    y, v, expected = column(case, "yi"), column(case, "vi"), case["expected"]
    tau2 = estimate_tau2(y, v, method="DL").value
    rma = fit_mean(y, v, tau2, tau2_method="DL")
    found = infer(rma, "henmi-copas", level=0.95, null=0.0)
    wald = infer(rma, "wald", level=0.95, null=0.0)
    assert isinstance(found.ci, Interval)
    assert isinstance(wald.ci, Interval)
    for have, name in ((found.ci.low, "ci.lb"), (found.ci.high, "ci.ub")):
        assert abs(have - expected[name]) < STOPS_EARLY * (found.ci.high - found.ci.low), case["id"]
    u = (found.ci.high - found.estimate) / found.se
    assert exceeded(y, v, tau2, u) == pytest.approx(0.05, rel=1e-10), case["id"]
    return {
        "beta": found.estimate,
        "se": found.se,
        "tau2": tau2,
        "beta.rma": wald.estimate,
        "se.rma": wald.se,
        "ci.lb.rma": wald.ci.low,
        "ci.ub.rma": wald.ci.high,
    }
