"""Mixed models of counts against metafor's rma.glmm (section 5), meta's metaprop and metarate (section 6).

What is compared at the cases' own tolerances, and what is left out, with the reason:

- `logLik`, `AIC` of models fitted by glmer with a variance: metafor adds glmer's deviance() to the saturated
  log-likelihood, which is that of the counts given the modes of the random effects, without the integral.
  `test_what_metafor_calls_the_log_likelihood` reproduces the single-cohort and conditional ones so.
- `logLik` of UM.RS / EE: lme4 gives it relative to the saturated model where nAGQ > 1; reproduced below.
- `QE.*` of UM.RS: metafor's saturated model codes the groups 0 / 1, so that the random study levels are those
  of the second group and the test depends on which group is the second. Ours are in the middle, as in the
  model itself. The likelihood-ratio test in metafor's coding is reproduced below.
- `QE.Wld`, `se` and intervals of CM.EL with odds ratios: R differentiates a rounded hypergeometric density
  numerically (for the BCG trials QE.Wld is 268.6, while UM.FS gives 163.2, ours 163.1). The standard error is
  held against the second derivative of an exact density in tests/synthesis/glmm.
- What a search of lme4 or glm() with its default tolerances left unsettled is compared with the same fit
  searched to the end (`SHARPER`, R 4.2.2, metafor 3.8-1), at the case's own tolerance. There glmer() is
  called as rma.glmm() does, group coded 1/2 and -1/2, with
  `glmerControl(optimizer = "bobyqa", tolPwrss = 1e-11, optCtrl = list(rhobeg = 1e-2, rhoend = 1e-11))`:
  `glmer(cbind(x, n - x) ~ 1 + g + (1 | s), binomial, nAGQ = 7)` for EE, `... + (0 + g | s), nAGQ = 1` for ML;
  pritz1997 and hart1999 by rma.glmm() with such a control and tolPwrss = 1e-13. fleiss1993bin UM.RS / ML has
  two maxima, of which rma.glmm() stops at the lower one and the sharper search finds the higher one, see
  `test_the_higher_of_two_maxima`. rivera2025_sens is one binomial count, whose z has a closed form.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest

from metasyn.synthesis.counts.model import ChiSquaredTest
from metasyn.synthesis.glmm import GlmmResult, pool_glmm
from metasyn.synthesis.glmm.build import build
from metasyn.synthesis.glmm.data import silent_rows
from metasyn.synthesis.glmm.families import Binomial, Poisson
from metasyn.synthesis.glmm.fit import fit_model
from metasyn.synthesis.glmm.integrate import Means, find_modes
from metasyn.synthesis.glmm.kernels import Pair, PairRatios, Ratios, likelihood_ratios
from metasyn.synthesis.glmm.likelihood import Structure
from metasyn.values import Interval
from tests.oracle.oracle_cases import Agreement, cases, column

SECTION = "5_mh_peto_glmm_mv"
NAMES = {
    "xi": "events", "ni": "n", "ti": "time", "ai": "events_1", "n1i": "n_1", "ci": "events_2", "n2i": "n_2",
    "x1i": "events_1", "t1i": "time_1", "x2i": "events_2", "t2i": "time_2",
}  # fmt: skip
TEST_FIELDS = {"QE.Wld", "QEp.Wld", "QE.LRT", "QEp.LRT"}
SPREAD = {"se", "zval", "pval", "ci.lb", "ci.ub", "pi.lb", "pi.ub"}
PRITZ, FLEISS = "pritz1997_PLO/PLO/UM.FS/ML/nAGQ1", "fleiss1993bin_OR/OR/UM.RS/ML"
SHARPER = {
    "bcg_OR/OR/UM.RS/ML": {"zval": -4.18163688187},
    "bcg_OR/OR/UM.RS/EE": {"sigma2": 1.98989261845},
    "cannon2006_ep1_OR/OR/UM.RS/EE": {"zval": -4.18058732648},
    "hart1999_IRR/IRR/UM.RS/ML": {"zval": -6.33335717102},
    "fleiss1993bin_OR/OR/UM.RS/EE": {"zval": -3.28795192522},
    "peto1980_OR/OR/UM.RS/EE": {"zval": -1.57048720938, "pval": 0.116301807769},
    "rivera2025_sens_PLO/PLO/UM.FS/EE": {"zval": math.log(2981 / 194) / math.sqrt(1 / 2981 + 1 / 194)},
    PRITZ: {
        "se": 0.2862430382, "zval": 4.804264826, "pval": 1.553211398e-06, "ci.lb": 0.8141613144,
        "ci.ub": 1.936213406, "pi.lb": -0.2119456203, "pi.ub": 2.96232034,
    },
    FLEISS: {
        "beta": -0.108869181426, "se": 0.0331035056576, "zval": -3.28875082149, "pval": 0.00100633073627,
        "tau2": 0.0, "sigma2": 0.106133906665, "I2": 0.0, "H2": 1.0,
        # beta and se with the normal quantile
        "ci.lb": -0.173750860, "ci.ub": -0.043987503, "pi.lb": -0.173750860, "pi.ub": -0.043987503,
    },
}  # fmt: skip


def model_of(case: Mapping[str, Any]) -> str:
    return "random-intercept" if case["measure"] in ("PLO", "IRLN") else case["options"]["model"]


def nodes_of(case: Mapping[str, Any]) -> int | None:
    """lme4's nodes; metafor integrates CM.EL of odds ratios to its own precision."""
    if model_of(case) == "CM.EL" and case["measure"] == "OR":
        return None
    if model_of(case) == "UM.RS" and case["options"]["method"] == "ML":
        return 1  # two random effects: metafor says that it sets nAGQ to 1
    return case["options"]["nAGQ"]


def fitted(case: Mapping[str, Any], **options: Any) -> GlmmResult:
    columns = {NAMES[name]: column(case, name) for name in case["input"]["columns"]}
    asked: dict[str, Any] = {
        "measure": case["measure"],
        "model": model_of(case),
        "between": "random-effects" if case["options"]["method"] == "ML" else "common-effect",
        "pi_method": "normal",
        "nodes": nodes_of(case),
    }
    return pool_glmm(**columns, **(asked | options))


def facts(result: GlmmResult) -> dict[str, Any]:
    """Our result under metafor's names."""
    assert isinstance(result.I2, float)
    assert isinstance(result.lrt, ChiSquaredTest)
    z = result.estimate / result.se
    values: dict[str, Any] = {
        "k": result.k_used, "beta": result.estimate, "se": result.se, "zval": z,
        "pval": math.erfc(abs(z) / math.sqrt(2)), "ci.lb": result.ci.low, "ci.ub": result.ci.high,
        "tau2": result.tau2, "I2": 100 * result.I2, "H2": result.H2, "QE.LRT": result.lrt.statistic,
        "QEp.LRT": result.lrt.pvalue, "QE.df": result.lrt.df, "logLik": result.log_likelihood,
        "AIC": result.aic,
    }  # fmt: skip
    if isinstance(result.wald, ChiSquaredTest):
        values |= {"QE.Wld": result.wald.statistic, "QEp.Wld": result.wald.pvalue}
    if isinstance(result.sigma2, float):
        values["sigma2"] = result.sigma2
    if isinstance(result.pi, Interval):
        values |= {"pi.lb": result.pi.low, "pi.ub": result.pi.high}
    return values


def left_out(case: Mapping[str, Any]) -> set[str]:
    """Fields that are not compared, see the top of this module."""
    model, method = model_of(case), case["options"]["method"]
    exact = model == "CM.EL" and case["measure"] == "OR"
    out: set[str] = set()
    if (method == "ML" and not exact) or (method == "EE" and model == "UM.RS"):
        out |= {"logLik", "AIC"}
    if model == "UM.RS":
        out |= TEST_FIELDS
    if exact:
        out |= {"QE.Wld", "QEp.Wld"} | SPREAD
    return out


def compared(folder: str) -> Iterator[dict[str, Any]]:
    for case in cases(folder, SECTION, "glmm"):
        sharper = next((found for known, found in SHARPER.items() if known in case["id"]), {})
        yield {**case, "expected": {**case["expected"], **sharper}}


@pytest.mark.parametrize(("folder", "known"), [("open", 59), ("here_only", 61)])
def test_rma_glmm(folder: str, known: int) -> None:
    agreements = {
        "ML": Agreement(f"rma.glmm, ML ({folder})", rel=2e-3, floor=2e-3),
        "EE": Agreement(f"rma.glmm, EE ({folder})", rel=1e-5, floor=1e-5),
    }
    for case in compared(folder):
        method = case["options"]["method"]
        assert case["tolerance"] == dict.fromkeys(("rel", "abs"), agreements[method].rel)
        values = facts(fitted(case))
        missing = set(case["expected"]) - set(values)
        assert not missing, (case["id"], missing)
        wanted = set(case["expected"]) - left_out(case)
        agreements[method].check(case, {name: values[name] for name in wanted}, label=model_of(case))
    assert sum(agreement.checked for agreement in agreements.values()) >= known
    for agreement in agreements.values():
        agreement.close(at_least=1)


@pytest.mark.parametrize(("folder", "known"), [("open", 4), ("here_only", 7)])
def test_settled_quadrature_is_near_25_nodes(folder: str, known: int) -> None:
    """With as many nodes as it takes, at the same tolerance as lme4's 25."""
    agreement = Agreement(f"rma.glmm with 25 nodes ({folder})", rel=2e-3, floor=2e-3)
    for case in cases(folder, SECTION, "glmm"):
        if case["options"]["nAGQ"] == 25:
            values = facts(fitted(case, nodes=None))
            agreement.check(case, {name: values[name] for name in ("beta", "se", "tau2", "I2", "pi.lb")})
    agreement.close(at_least=known)


@pytest.mark.parametrize(("folder", "known"), [("open", 4), ("here_only", 7)])
def test_metaprop_and_metarate(folder: str, known: int) -> None:
    """meta's GLMMs; its I2 and H come from the Wald statistic."""
    agreement = Agreement(f"metaprop and metarate, GLMM ({folder})", rel=2e-3, floor=2e-3)
    for case in cases(folder, "6_bayes_meta_netmeta", "meta"):
        if case["options"].get("method") != "GLMM":
            continue
        columns = {NAMES[name]: column(case, name) for name in case["input"]["columns"] if name in NAMES}
        result = pool_glmm(**columns, nodes=7)
        common = pool_glmm(**columns, between="common-effect")
        assert isinstance(result.pi, Interval)
        assert isinstance(result.wald, ChiSquaredTest)
        values = {
            "k": result.k, "TE.common": common.estimate, "seTE.common": common.se,
            "lower.common": common.ci.low, "upper.common": common.ci.high, "TE.random": result.estimate,
            "seTE.random": result.se, "lower.random": result.ci.low, "upper.random": result.ci.high,
            "tau2": result.tau2, "tau": result.tau, "Q": result.wald.statistic, "df.Q": result.wald.df,
            "pval.Q": result.wald.pvalue, "lower.predict": result.pi.low, "upper.predict": result.pi.high,
            "I2": max(0.0, 1 - result.wald.df / result.wald.statistic),
        }  # fmt: skip
        agreement.check(case, values)
    agreement.close(at_least=known)


def used_data(result: GlmmResult) -> Any:
    return result.data.take(silent_rows(result.data, drop00=True)[0])


@pytest.mark.parametrize(("folder", "known"), [("open", 14), ("here_only", 16)])
def test_what_metafor_calls_the_log_likelihood(folder: str, known: int) -> None:
    """The counts given the modes: the saturated log-likelihood less half of glmer's deviance()."""
    agreement = Agreement(f"logLik given the modes ({folder})", rel=2e-3, floor=5e-3)
    for case in compared(folder):
        single = case["measure"] in ("PLO", "IRLN") or model_of(case) in ("CM.AL", "CM.EL")
        exact = model_of(case) == "CM.EL" and case["measure"] == "OR"
        if case["options"]["method"] != "ML" or not single or exact:
            continue
        result = fitted(case)
        assert isinstance(result.tau2, float)
        data = used_data(result)
        kernel = build(data, case["measure"], model_of(case)).kernel  # type: ignore[arg-type]
        zero = np.zeros((data.k, 1))
        means = Means(zero + result.estimate, zero + result.tau2, zero, zero)
        mode = find_modes(kernel, means, None, exact=True)
        given = kernel.value(means.delta + math.sqrt(result.tau2) * mode.d, zero)
        agreement.check(case, {"logLik": float(given.sum())})
    agreement.close(at_least=known)


class SecondGroup(Pair):
    """Two counts with linear predictors alpha + delta and alpha: the level is that of the second group."""

    def value(self, delta: Any, alpha: Any) -> Any:
        return super().value(delta, alpha + delta / 2)

    def curvature(self, delta: Any, alpha: Any) -> Any:
        f1, f2 = self.first.derivatives(alpha + delta, 2)
        g1, g2 = self.second.derivatives(alpha + 0 * delta, 2)
        return f1, f1 + g1, f2, f2, f2 + g2

    def ratios(self, delta: Any, alpha: Any, order: int) -> tuple[Any, Ratios]:
        value, f = self.first.both(alpha + delta, order)
        other, g = self.second.both(alpha + 0 * delta, order)
        return value + other, PairRatios(likelihood_ratios(f), likelihood_ratios(g), part=1.0)


@pytest.mark.parametrize(("folder", "known"), [("open", 3), ("here_only", 4)])
def test_random_study_levels_in_metafors_coding(folder: str, known: int) -> None:
    """QE.LRT with levels of the second group, and the log-likelihood relative to the saturated model."""
    agreement = Agreement(f"UM.RS in metafor's coding ({folder})", rel=2e-3, floor=2e-3)
    for case in cases(folder, SECTION, "glmm"):
        if model_of(case) != "UM.RS" or case["options"]["method"] != "EE":
            continue
        result = fitted(case)
        data = used_data(result)
        built = build(data, case["measure"], "UM.RS")
        structure = Structure(shared=("alpha", "s"), own="delta")
        start = np.r_[result.parameters["level"], result.sigma2, np.full(data.k, result.estimate)]
        assert isinstance(built.kernel, Pair)
        kernel = SecondGroup(built.kernel.first, built.kernel.second)
        saturated = fit_model(kernel, data.k, structure, start, nodes=7)
        alone = sum(best(family) for family in (kernel.first, kernel.second))
        agreement.check(
            case,
            {
                "QE.LRT": 2 * (saturated.value - result.log_likelihood),
                "logLik": result.log_likelihood - alone,
            },
        )
    agreement.close(at_least=known)


def best(family: Any) -> float:
    """Largest log-likelihood of single counts, 0 log 0 being 0."""
    if isinstance(family, Binomial):
        p = family.x / family.n
        return float(family.value(np.log(np.maximum(p, 1e-15)) - np.log(np.maximum(1 - p, 1e-15))).sum())
    assert isinstance(family, Poisson)
    return float(family.value(np.log(np.maximum(family.x / family.t, 1e-15))).sum())


def test_the_higher_of_two_maxima() -> None:
    """Aspirin after infarction: one large trial makes two maxima of UM.RS; glmer's is the lower one."""
    found = 0
    for case in cases("here_only", SECTION, "glmm"):
        if case["id"].endswith(FLEISS):
            result = fitted(case)
            assert result.log_likelihood > case["expected"]["logLik"] + 1e-3
            assert result.tau2 == 0
            assert case["expected"]["tau2"] > 0.007
            found += 1
    assert found == 1
