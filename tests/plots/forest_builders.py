"""Results made by hand: the plots are tested without the pooling code."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from metasyn.effects.measure import get_measure
from metasyn.effects.model import Counts, Effect, EffectSet, Route
from metasyn.synthesis.mean import fit_mean
from metasyn.synthesis.model import (
    Heterogeneity,
    Policy,
    SubgroupAnalysis,
    SynthesisResult,
    SynthesisSpec,
    Tau2Estimate,
)
from metasyn.values import Interval, NotEstimable

GIVEN = Route(name="given", grade=1, formula="yi, vi")
COUNTED = Route(name="events", grade=1, formula="events/n")

# Colditz et al. 1994 (10.1001/jama.1994.03510330076038): tuberculosis after BCG vaccination.
BCG = (
    ("Aronson, 1948", 4, 123, 11, 139, "random"),
    ("Ferguson & Simes, 1949", 6, 306, 29, 303, "random"),
    ("Rosenthal et al, 1960", 3, 231, 11, 220, "random"),
    ("Hart & Sutherland, 1977", 62, 13598, 248, 12867, "random"),
    ("Frimodt-Moller et al, 1973", 33, 5069, 47, 5808, "alternate"),
    ("Stein & Aronson, 1953", 180, 1541, 372, 1451, "alternate"),
    ("Vandiviere et al, 1973", 8, 2545, 10, 629, "random"),
    ("TPT Madras, 1980", 505, 88391, 499, 88391, "random"),
    ("Coetzee & Berjak, 1968", 29, 7499, 45, 7277, "random"),
    ("Rosenthal et al, 1961", 17, 1716, 65, 1665, "systematic"),
    ("Comstock et al, 1974", 186, 50634, 141, 27338, "systematic"),
    ("Comstock & Webster, 1969", 5, 2498, 3, 2341, "systematic"),
    ("Comstock et al, 1976", 27, 16913, 29, 17854, "systematic"),
)


def ratio(label: str, estimate: float, low: float, high: float, **fields: object) -> Effect:
    """A ratio with its printed 95% interval."""
    se = (math.log(high) - math.log(low)) / (2 * 1.959963984540054)
    return Effect(label=label, yi=math.log(estimate), vi=se**2, **{"route": GIVEN, **fields})  # type: ignore[arg-type]


def proportion(label: str, events: int, n: int, **fields: object) -> Effect:
    """Events of one cohort on the logit scale, 1/2 added where a cell is zero."""
    add = 0.5 if events in (0, n) else 0.0
    a, b = events + add, n - events + add
    return Effect(
        label=label,
        yi=math.log(a / b),
        vi=1 / a + 1 / b,
        route=COUNTED,
        counts=Counts(events_1=events, n_1=n),
        **fields,  # type: ignore[arg-type]
    )


def bcg_effects() -> tuple[Effect, ...]:
    """Log risk ratios of the thirteen trials."""
    return tuple(
        Effect(
            label=label,
            yi=math.log(a / n1) - math.log(c / n2),
            vi=1 / a - 1 / n1 + 1 / c - 1 / n2,
            route=COUNTED,
            counts=Counts(events_1=a, n_1=n1, events_2=c, n_2=n2),
            attributes={"allocation": allocation},
        )
        for label, a, n1, c, n2, allocation in BCG
    )


def result_of(
    effects: Sequence[Effect],
    code: str,
    *,
    random: bool | None = None,
    outcome: str = "",
    ci: Interval | NotEstimable | None = None,
    pi: Interval | NotEstimable | None = None,
    level: float = 0.95,
) -> SynthesisResult:
    """DerSimonian-Laird with a Wald interval: numbers of the right kind, not the package's own."""
    effect_set = EffectSet(measure=get_measure(code), effects=tuple(effects), outcome=outcome)
    k = len(effects)
    random = k > 2 if random is None else random
    yi, vi = effect_set.yi, effect_set.vi
    w = 1 / vi
    Q = float(np.sum(w * (yi - np.sum(w * yi) / np.sum(w)) ** 2))
    scale = float(np.sum(w) - np.sum(w**2) / np.sum(w))
    tau2 = max(0.0, (Q - (k - 1)) / scale) if random and k > 1 else 0.0
    w = 1 / (vi + tau2)
    estimate, se = float(np.sum(w * yi) / np.sum(w)), float(1 / np.sqrt(np.sum(w)))
    if ci is None:
        ci = Interval(estimate - 1.96 * se, estimate + 1.96 * se, level)
    if pi is None:
        half = 2.2 * math.sqrt(tau2 + se**2)
        pi = Interval(estimate - half, estimate + half, level) if random and k > 2 else NotEstimable("k < 3")
    no_interval = NotEstimable("not computed here")
    typical = (k - 1) / scale if k > 1 else 1.0
    return SynthesisResult(
        effects=effect_set,
        request=SynthesisSpec(level=level),
        model="random-effects" if random else "common-effect",
        ci_method="hartung-knapp" if random else "wald",
        policy=Policy(rule="as requested", reason="made by hand"),
        k=k,
        n_studies=k,
        estimate=estimate,
        se=se,
        df=math.inf,
        statistic=estimate / se,
        pvalue=0.01,
        ci=ci,
        pi=pi,
        weights=w / np.sum(w),
        fit=fit_mean(yi, vi, tau2),
        heterogeneity=NotEstimable("k = 1")
        if k == 1
        else Heterogeneity(
            Q=Q,
            df=k - 1,
            pvalue=0.03,
            I2=tau2 / (tau2 + typical) if random else max(0.0, 1 - (k - 1) / Q),
            H2=(tau2 + typical) / typical,
            I2_ci=no_interval,
            H2_ci=no_interval,
            tau2=Tau2Estimate(value=tau2, method="DL" if random else "common-effect model", ci=no_interval),
        ),
    )


def grouped(
    result: SynthesisResult, names: Sequence[str], *, mode: str = "separate", by: str = "group"
) -> SubgroupAnalysis:
    """Groups of a result, one name per effect."""
    order = tuple(dict.fromkeys(names))
    indices = tuple(tuple(i for i, name in enumerate(names) if name == group) for group in order)
    code = result.effects.measure.code
    return SubgroupAnalysis(
        by=by,
        names=order,
        indices=indices,
        results=tuple(result_of([result.effects.effects[i] for i in where], code) for where in indices),
        tau2_mode=mode,  # type: ignore[arg-type]
        tau2=Tau2Estimate(value=0.21, method="DL", ci=NotEstimable("")) if mode == "common" else None,
        Q_between=3.5,
        df=len(order) - 1,
        pvalue=0.17,
        reason="made by hand",
    )
