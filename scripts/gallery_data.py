"""What the figures of the gallery show: a published data set, and made-up studies that say so."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import metasyn
from metasyn.effects.model import EffectSet
from metasyn.plots.charts import Density
from metasyn.synthesis.model import SynthesisResult
from metasyn.values import Interval

# Colditz GA, Brewer TF, Berkey CS, et al. JAMA 1994;271:698-702, 10.1001/jama.1994.03510330076038:
# tuberculosis after BCG vaccination; events and participants, vaccinated and not, allocation. Degrees of
# latitude: Berkey CS, Hoaglin DC, Mosteller F, Colditz GA. Stat Med 1995;14:395-411, 10.1002/sim.4780140406.
_BCG = (
    ("Aronson, 1948", 4, 123, 11, 139, "random", 44),
    ("Ferguson & Simes, 1949", 6, 306, 29, 303, "random", 55),
    ("Rosenthal et al, 1960", 3, 231, 11, 220, "random", 42),
    ("Hart & Sutherland, 1977", 62, 13598, 248, 12867, "random", 52),
    ("Frimodt-Moller et al, 1973", 33, 5069, 47, 5808, "alternate", 13),
    ("Stein & Aronson, 1953", 180, 1541, 372, 1451, "alternate", 44),
    ("Vandiviere et al, 1973", 8, 2545, 10, 629, "random", 19),
    ("TPT Madras, 1980", 505, 88391, 499, 88391, "random", 13),
    ("Coetzee & Berjak, 1968", 29, 7499, 45, 7277, "random", 27),
    ("Rosenthal et al, 1961", 17, 1716, 65, 1665, "systematic", 42),
    ("Comstock et al, 1974", 186, 50634, 141, 27338, "systematic", 18),
    ("Comstock & Webster, 1969", 5, 2498, 3, 2341, "systematic", 33),
    ("Comstock et al, 1976", 27, 16913, 29, 17854, "systematic", 33),
)
GROUPS = ("Vaccinated", "Control")
FAVOURS = ("favours vaccine", "favours control")
YEARS = tuple(int(row[0][-4:]) for row in _BCG)


def bcg(k: int = 13, measure: Any = "RR") -> EffectSet:
    """The first k of the thirteen trials."""
    labels, a, n1, c, n2, allocation, latitude = zip(*_BCG[:k], strict=True)
    effects = metasyn.effect_sizes(
        measure,
        events_1=a,
        n_1=n1,
        events_2=c,
        n_2=n2,
        labels=labels,
        attributes={"allocation": allocation, "latitude": latitude},
    )
    return EffectSet(measure=effects.measure, effects=effects.effects, outcome="Tuberculosis")


def made_up(k: int, measure: str = "HR", seed: int = 1994) -> SynthesisResult:
    """k studies that nobody did: drawn around a hazard ratio of 0.8 with tau 0.2."""
    rng = np.random.default_rng(seed)
    vi = rng.uniform(0.05, 0.35, k) ** 2
    yi = rng.normal(math.log(0.8), np.sqrt(0.04 + vi))
    labels = [f"Made-up study {i + 1}" for i in range(k)]
    return metasyn.pool(yi=yi, vi=vi, labels=labels, measure=measure)


def posterior(effects: EffectSet) -> tuple[Density, Density]:
    """Posterior of mean and tau on a grid: flat prior of the mean, half-normal prior (scale 0.5) of tau."""
    mu, tau = np.linspace(-2.5, 1.0, 701), np.linspace(0.0, 2.0, 401)
    prior = np.exp(-0.5 * (tau / 0.5) ** 2)
    total = effects.vi[:, None] + tau**2
    precision = (1 / total).sum(axis=0)
    mean = (effects.yi[:, None] / total).sum(axis=0) / precision
    Q = ((effects.yi[:, None] - mean) ** 2 / total).sum(axis=0)
    of_tau = prior * np.exp(-0.5 * (np.log(total).sum(axis=0) + np.log(precision) + Q))
    of_tau /= of_tau.sum() * (tau[1] - tau[0])
    given_tau = np.exp(-0.5 * (mu[:, None] - mean) ** 2 * precision) * np.sqrt(precision / (2 * math.pi))
    of_mu = (given_tau * of_tau).sum(axis=1) * (tau[1] - tau[0])
    scaled = prior / (prior.sum() * (tau[1] - tau[0]))
    return _density(mu, of_mu, None), _density(tau, of_tau, scaled)


def _density(values: Any, density: Any, prior: Any) -> Density:
    """With its median and the interval between its 2.5% and 97.5% points."""
    shares = np.cumsum(density) / density.sum()
    low, middle, high = (float(np.interp(share, shares, values)) for share in (0.025, 0.5, 0.975))
    return Density(values=values, density=density, centre=middle, interval=Interval(low, high), prior=prior)
