"""Effects for the tests of this room."""

from __future__ import annotations

from typing import Any

import numpy as np

from metasyn.effects.measure import get_measure
from metasyn.effects.model import Counts, Effect, EffectSet, Route

# The vaccination trials of Colditz 1994: events and participants, vaccinated and not.
BCG = {
    "events_1": [4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27],
    "n_1": [123, 306, 231, 13598, 5069, 1541, 2545, 88391, 7499, 1716, 50634, 2498, 16913],
    "events_2": [11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29],
    "n_2": [139, 303, 220, 12867, 5808, 1451, 629, 88391, 7277, 1665, 27338, 2341, 17854],
}


def effects_of_tables(measure: str, tables: dict[str, list[int]] = BCG) -> EffectSet:
    """Log odds or risk ratios with their counts."""
    a, n1, c, n2 = (np.array(tables[name], dtype=float) for name in ("events_1", "n_1", "events_2", "n_2"))
    if measure == "RR":
        yi, vi = np.log(a / n1 / (c / n2)), 1 / a - 1 / n1 + 1 / c - 1 / n2
    else:
        yi, vi = np.log(a * (n2 - c) / (c * (n1 - a))), 1 / a + 1 / (n1 - a) + 1 / c + 1 / (n2 - c)
    rows = zip(yi, vi, *tables.values(), strict=True)
    return EffectSet(
        measure=get_measure(measure),
        effects=tuple(
            Effect(
                label=f"Trial {i}",
                yi=float(y),
                vi=float(v),
                route=Route(name="events", grade=4, formula="counts"),
                counts=Counts(events_1=e1, n_1=m1, events_2=e2, n_2=m2),
            )
            for i, (y, v, e1, m1, e2, m2) in enumerate(rows, 1)
        ),
    )


def proportions(measure: str = "PLO") -> EffectSet:
    """Logit proportions of the untreated groups."""
    e, n = np.array(BCG["events_2"], dtype=float), np.array(BCG["n_2"], dtype=float)
    return EffectSet(
        measure=get_measure(measure),
        effects=tuple(
            Effect(
                label=f"Cohort {i}",
                yi=float(np.log(a / (b - a))),
                vi=float(1 / a + 1 / (b - a)),
                route=Route(name="events", grade=4, formula="counts"),
                counts=Counts(events_1=int(a), n_1=int(b)),
            )
            for i, (a, b) in enumerate(zip(e, n, strict=True), 1)
        ),
    )


def sample(k: int = 14, seed: int = 3, tau: float = 0.2, asymmetry: float = 0.8) -> dict[str, Any]:
    """Effects that grow with their standard errors."""
    rng = np.random.default_rng(seed)
    sei = np.exp(rng.uniform(-2.5, -0.3, k))
    return {"yi": 0.1 + asymmetry * sei + rng.normal(0, np.hypot(sei, tau)), "sei": sei}


def weighted_line(y: np.ndarray, x: np.ndarray, w: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Coefficients, their standard errors and the dispersion, by least squares of scaled rows."""
    X = np.column_stack([np.ones_like(x), x])
    root = np.sqrt(w)
    b, *_ = np.linalg.lstsq(X * root[:, None], y * root, rcond=None)
    residuals = (y - X @ b) * root
    dispersion = float(residuals @ residuals) / (len(y) - 2)
    covariance = np.linalg.inv((X * w[:, None]).T @ X)
    return b, np.sqrt(dispersion * np.diag(covariance)), dispersion
