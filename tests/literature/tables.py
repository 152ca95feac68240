"""Tables of data that several publications analyse."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "BCG",
    "EXPECTANCY",
    "PASSIVE_SMOKING",
    "Expectancy",
    "Trial",
    "bcg_counts",
    "counts",
    "expectancy_data",
    "passive_smoking",
]

Array = NDArray[np.float64]


class Trial(NamedTuple):
    """A trial of the BCG vaccine: tuberculosis positive and negative, vaccinated and control."""

    author: str
    year: int
    tpos: int
    tneg: int
    cpos: int
    cneg: int
    ablat: int
    alloc: str


# Colditz GA, Brewer TF, Berkey CS, et al. Efficacy of BCG vaccine in the prevention of tuberculosis.
# JAMA 1994;271:698-702. 10.1001/jama.1994.03510330076038
BCG = (
    Trial("Aronson", 1948, 4, 119, 11, 128, 44, "random"),
    Trial("Ferguson & Simes", 1949, 6, 300, 29, 274, 55, "random"),
    Trial("Rosenthal et al", 1960, 3, 228, 11, 209, 42, "random"),
    Trial("Hart & Sutherland", 1977, 62, 13536, 248, 12619, 52, "random"),
    Trial("Frimodt-Moller et al", 1973, 33, 5036, 47, 5761, 13, "alternate"),
    Trial("Stein & Aronson", 1953, 180, 1361, 372, 1079, 44, "alternate"),
    Trial("Vandiviere et al", 1973, 8, 2537, 10, 619, 19, "random"),
    Trial("TPT Madras", 1980, 505, 87886, 499, 87892, 13, "random"),
    Trial("Coetzee & Berjak", 1968, 29, 7470, 45, 7232, 27, "random"),
    Trial("Rosenthal et al", 1961, 17, 1699, 65, 1600, 42, "systematic"),
    Trial("Comstock et al", 1974, 186, 50448, 141, 27197, 18, "systematic"),
    Trial("Comstock & Webster", 1969, 5, 2493, 3, 2338, 33, "systematic"),
    Trial("Comstock et al", 1976, 27, 16886, 29, 17825, 33, "systematic"),
)


class Expectancy(NamedTuple):
    """A study of teacher expectancy: standardised mean difference and its variance."""

    study: str
    weeks: int
    setting: str
    tester: str
    yi: float
    vi: float


# Raudenbush SW, Bryk AS. Empirical Bayes meta-analysis. J Educ Stat 1985;10:75-98.
# 10.3102/10769986010002075
EXPECTANCY = (
    Expectancy("Rosenthal et al. 1974", 2, "group", "aware", 0.03, 0.0156),
    Expectancy("Conn et al. 1968", 21, "group", "aware", 0.12, 0.0216),
    Expectancy("Jose & Cody 1971", 19, "group", "aware", -0.14, 0.0279),
    Expectancy("Pellegrini & Hicks 1972 (1)", 0, "group", "aware", 1.18, 0.1391),
    Expectancy("Pellegrini & Hicks 1972 (2)", 0, "group", "blind", 0.26, 0.1362),
    Expectancy("Evans & Rosenthal 1969", 3, "group", "aware", -0.06, 0.0106),
    Expectancy("Fielder et al. 1971", 17, "group", "blind", -0.02, 0.0106),
    Expectancy("Claiborn 1969", 24, "group", "aware", -0.32, 0.0484),
    Expectancy("Kester 1969", 0, "group", "aware", 0.27, 0.0269),
    Expectancy("Maxwell 1970", 1, "indiv", "blind", 0.80, 0.0630),
    Expectancy("Carter 1970", 0, "group", "blind", 0.54, 0.0912),
    Expectancy("Flowers 1966", 0, "group", "blind", 0.18, 0.0497),
    Expectancy("Keshock 1970", 1, "indiv", "blind", -0.02, 0.0835),
    Expectancy("Henrikson 1970", 2, "indiv", "blind", 0.23, 0.0841),
    Expectancy("Fine 1972", 17, "group", "aware", -0.18, 0.0253),
    Expectancy("Grieger 1970", 5, "group", "blind", -0.06, 0.0279),
    Expectancy("Rosenthal & Jacobson 1968", 1, "group", "aware", 0.30, 0.0193),
    Expectancy("Fleming & Anttonen 1971", 2, "group", "blind", 0.07, 0.0088),
    Expectancy("Ginsburg 1970", 7, "group", "aware", -0.07, 0.0303),
)


# Hackshaw AK. Lung cancer and passive smoking. Stat Methods Med Res 1998;7:119-136.
# 10.1177/096228029800700203: odds ratio or relative risk with its 95 % interval in 37 studies.
PASSIVE_SMOKING = (
    (1.18, 0.90, 1.54), (1.45, 1.02, 2.08), (2.02, 0.48, 8.56), (1.20, 0.80, 1.60), (0.75, 0.43, 1.30),
    (2.07, 0.81, 5.25), (2.13, 1.19, 3.83), (0.80, 0.34, 1.90), (0.79, 0.25, 2.45), (2.01, 1.09, 3.72),
    (1.23, 0.81, 1.87), (1.20, 0.50, 3.30), (1.52, 0.87, 2.63), (1.03, 0.41, 2.55), (1.55, 0.90, 2.67),
    (1.03, 0.61, 1.74), (2.34, 0.81, 6.75), (1.65, 1.16, 2.35), (1.19, 0.82, 1.73), (1.52, 0.39, 5.96),
    (2.16, 1.08, 4.29), (1.08, 0.64, 1.82), (2.55, 0.74, 8.78), (1.62, 0.90, 2.91), (1.06, 0.74, 1.52),
    (0.79, 0.62, 1.02), (0.74, 0.32, 1.69), (2.27, 0.75, 6.82), (0.97, 0.78, 1.21), (1.60, 0.80, 3.00),
    (1.19, 0.66, 2.13), (1.66, 0.73, 3.78), (1.26, 1.04, 1.54), (1.10, 0.62, 1.96), (1.66, 1.12, 2.45),
    (1.16, 0.80, 1.69), (1.11, 0.67, 1.84),
)  # fmt: skip


def counts(table: Any) -> dict[str, Array]:
    """Columns of `effect_sizes` from rows (events 1, n 1, events 2, n 2)."""
    columns = np.array(table, dtype=float).T
    return dict(zip(("events_1", "n_1", "events_2", "n_2"), columns, strict=True))


def bcg_counts() -> dict[str, Array]:
    """The BCG trials as events and participants."""
    return counts([(t.tpos, t.tpos + t.tneg, t.cpos, t.cpos + t.cneg) for t in BCG])


def expectancy_data() -> dict[str, Array]:
    """The expectancy studies as `yi` and `vi`."""
    return {"yi": np.array([s.yi for s in EXPECTANCY]), "vi": np.array([s.vi for s in EXPECTANCY])}


def passive_smoking() -> dict[str, Array]:
    """The studies of passive smoking as log odds ratios `yi` with variances `vi` from the intervals."""
    ratio, low, high = np.log(np.array(PASSIVE_SMOKING)).T
    return {"yi": ratio, "vi": ((high - low) / (2 * 1.959963984540054)) ** 2}
