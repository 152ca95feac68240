"""The likelihoods written out from their definitions and searched on a grid: shares no code with metasyn."""

from __future__ import annotations

import numpy as np

__all__ = ["grid_maxima", "log_likelihood", "make_set"]


def log_likelihood(y: np.ndarray, v: np.ndarray, t: np.ndarray, *, restricted: bool) -> np.ndarray:
    """(Restricted) log likelihood of tau2 = t with the mean profiled out, without its constant."""
    w = 1 / (v + t[:, None])
    total = w.sum(axis=1)
    centred = y - y[np.argmin(v)]
    mean = (w * centred).sum(axis=1) / total
    value = -0.5 * (np.log(v + t[:, None]) + w * (centred - mean[:, None]) ** 2).sum(axis=1)
    return value - 0.5 * np.log(total) if restricted else value


def grid_maxima(
    y: np.ndarray, v: np.ndarray, *, restricted: bool, n: int = 400
) -> tuple[np.ndarray, np.ndarray]:
    """Where a grid of tau2 = 0 and n points, even on the log scale, has its local maxima, and how high."""
    top = 4 * (np.ptp(y) ** 2 + v.min())
    t = np.concatenate([[0.0], np.geomspace(v.min() * 1e-3, top, n)])
    value = log_likelihood(y, v, t, restricted=restricted)
    padded = np.concatenate([[-np.inf], value, [-np.inf]])
    peaks = (padded[1:-1] > padded[:-2]) & (padded[1:-1] >= padded[2:])
    return t[peaks], value[peaks]


def make_set(seed: int, *, k: tuple[int, int], decades: float) -> tuple[np.ndarray, np.ndarray]:
    """k effects with variances over so many decades and a random amount of heterogeneity."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(k[0], k[1] + 1))
    v = 10 ** rng.uniform(-decades, 0, size)
    tau = rng.choice([0.0, 0.1, 0.5, 2.0])
    return rng.normal(0, tau, size) + rng.normal(size=size) * np.sqrt(v), v
