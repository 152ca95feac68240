"""Stijnen T, Hamza TH, Özdemir P. Random effects meta-analysis of event outcome in the framework of the

generalized linear mixed model with applications in sparse data. Stat Med 2010;29:3046-3067.
10.1002/sim.4040: catheter infections with impregnated and with standard catheters (Niël-Weise 2007), and
with antibiotic and heparin locks (Niël-Weise 2008); the normal-normal models by REML of Table II (page 3050),
III (page 3052), VII (page 3054) and VIII (page 3055). Pages and figures as metafor's page
analyses:stijnen2010 and its own test compare them; figures of the paper that differ are named.

Left out: the binomial-normal, Poisson-normal and conditional models (generalised linear mixed models).
"""

from __future__ import annotations

from metasyn.effects.compute import effect_sizes
from metasyn.synthesis import SynthesisResult, pool
from metasyn.synthesis.model import Heterogeneity
from metasyn.values import Interval
from tests.literature.printed import as_printed
from tests.literature.tables import counts

# Infections and patients: impregnated, then standard catheters.
CATHETERS = (
    (0, 116, 3, 117), (1, 44, 3, 35), (2, 208, 9, 195), (0, 130, 7, 136), (5, 151, 6, 157), (1, 98, 4, 139),
    (1, 174, 3, 177), (1, 74, 2, 39), (1, 97, 19, 103), (1, 113, 2, 122), (0, 66, 7, 64), (0, 70, 1, 58),
    (3, 188, 5, 175), (6, 187, 11, 180), (0, 118, 0, 105), (0, 252, 1, 262), (1, 345, 3, 362),
    (4, 64, 1, 69),
)  # fmt: skip
# Infections and catheter days: antibiotic, then heparin lock.
LOCKS = (
    (7, 1344, 11, 1988),
    (8, 1600, 8, 1461),
    (3, 12012, 14, 10962),
    (6, 1536, 10, 1503),
    (1, 370, 1, 483),
    (1, 729, 8, 913),
    (17, 6760, 15, 6840),
    (3, 1107, 7, 1015),
    (2, 320, 3, 440),
)


def natural(result: SynthesisResult) -> list[float]:
    assert isinstance(result.ci, Interval)
    return [result.natural(x) for x in (result.estimate, result.ci.low, result.ci.high)]


def tau2_of(result: SynthesisResult) -> float:
    assert isinstance(result.heterogeneity, Heterogeneity)
    return result.heterogeneity.tau2.value


def test_table_ii() -> None:
    """The paper prints 0.035 and 0.056 for 0.0355 and 0.0554 with standard catheters."""
    table = counts(CATHETERS)
    standard = pool(effect_sizes("PLO", events=table["events_2"], n=table["n_2"]), profile="metafor")
    as_printed([standard.estimate, standard.se], "-3.30 0.24")
    as_printed(tau2_of(standard), "0.663")
    as_printed(natural(standard), "0.035 0.023 0.056", units=1)
    coated = pool(effect_sizes("PLO", events=table["events_1"], n=table["n_1"]), profile="metafor")
    as_printed([coated.estimate, coated.se], "-4.26 0.26")
    as_printed(tau2_of(coated), "0.393")
    as_printed(natural(coated), "0.014 0.008 0.023")


def test_table_iii() -> None:
    """The paper prints a standard error of 0.244 and an upper end of 0.62, for 0.2435 and 0.6046."""
    result = pool(effect_sizes("OR", **counts(CATHETERS)), profile="metafor")
    assert result.k == 17
    as_printed(result.estimate, "-0.980")
    as_printed(result.se, "0.244", units=1)
    as_printed(tau2_of(result) ** 0.5, "0.19")
    as_printed(natural(result), "0.38 0.23 0.60")


def test_table_vii() -> None:
    """Infections per 1000 catheter days; the paper prints 6.99 for 6.9795."""
    x1, t1, x2, t2 = zip(*LOCKS, strict=True)
    heparin = pool(effect_sizes("IRLN", events=x2, time=[t / 1000 for t in t2]), profile="metafor")
    as_printed([heparin.estimate, heparin.se, tau2_of(heparin)], "1.468 0.243 0.370")
    as_printed(natural(heparin), "4.34 2.70 6.99", units=1.1)
    antibiotic = pool(effect_sizes("IRLN", events=x1, time=[t / 1000 for t in t1]), profile="metafor")
    as_printed([antibiotic.estimate, antibiotic.se, tau2_of(antibiotic)], "0.981 0.326 0.639")
    as_printed(natural(antibiotic), "2.67 1.41 5.05")


def test_table_viii() -> None:
    """The paper prints a standard error of 0.223 and an upper end of 1.04, for 0.2268 and 1.0494."""
    x1, t1, x2, t2 = zip(*LOCKS, strict=True)
    result = pool(effect_sizes("IRR", events_1=x1, time_1=t1, events_2=x2, time_2=t2), profile="metafor")
    as_printed([result.estimate, result.se], "-0.396 0.227")
    as_printed(tau2_of(result) ** 0.5, "0.31")
    as_printed(natural(result), "0.67 0.43 1.05")
