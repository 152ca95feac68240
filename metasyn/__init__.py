"""Evidence synthesis whose every number leads back to the figure as printed.

The names below are loaded on first use, so that `import metasyn` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from metasyn.errors import MetasynError

if TYPE_CHECKING:
    from metasyn.analysis.explain import explain
    from metasyn.analysis.multiverse import multiverse
    from metasyn.analysis.spec import Analysis, Apart, Outcome
    from metasyn.batch import (
        all_subsets,
        bootstrap,
        bootstrap_many,
        leave_out_many,
        permute_many,
        pool_many,
        predict_many,
        simulate_coverage,
        subset_parts,
    )
    from metasyn.claims import Claim, check_claims, require_claims
    from metasyn.effects import standardise
    from metasyn.effects.compute import effect_sizes
    from metasyn.effects.model import EffectSet
    from metasyn.evidence.read import read_evidence
    from metasyn.plots import forest_layout
    from metasyn.synthesis import leave_one_out, pool
    from metasyn.synthesis.absolute import absolute_effect
    from metasyn.synthesis.baseline_risk import BaselineRisk
    from metasyn.synthesis.bayes import pool_bayes
    from metasyn.synthesis.compare import compare_profiles
    from metasyn.synthesis.counts import mantel_haenszel, peto
    from metasyn.synthesis.dependence import sampling_covariance
    from metasyn.synthesis.glmm import pool_glmm
    from metasyn.synthesis.moderators import (
        collinearity,
        likelihood_ratio_test,
        meta_regression,
        permutation_test,
    )
    from metasyn.synthesis.multilevel import pool_multilevel
    from metasyn.synthesis.profiles import profile_spec
    from metasyn.synthesis.robust import cluster_robust, pool_che, wild_bootstrap_test
    from metasyn.synthesis.sensitivity import (
        baujat,
        blup,
        cumulative,
        gosh,
        influence,
        leave_one_out_table,
        radial,
        residuals,
    )
    from metasyn.synthesis.small_study import (
        begg_test,
        deeks_test,
        egger_test,
        excess_significance,
        fail_safe_n,
        harbord_test,
        macaskill_test,
        pet_peese,
        peters_test,
        pustejovsky_test,
        recommended_test,
        schwarzer_test,
        selection_model,
        small_study_effects,
        thompson_test,
        trim_and_fill,
    )
    from metasyn.synthesis.spec import SynthesisSpec
    from metasyn.synthesis.tau2 import estimate_tau2
    from metasyn.synthesis.threshold import probability_beyond
    from metasyn.values import Interval, NotEstimable

__version__ = "0.2.0"

__all__ = [
    "Analysis",
    "Apart",
    "BaselineRisk",
    "Claim",
    "EffectSet",
    "Interval",
    "MetasynError",
    "NotEstimable",
    "Outcome",
    "SynthesisSpec",
    "__version__",
    "absolute_effect",
    "all_subsets",
    "baujat",
    "begg_test",
    "blup",
    "bootstrap",
    "bootstrap_many",
    "check_claims",
    "cluster_robust",
    "collinearity",
    "compare_profiles",
    "cumulative",
    "deeks_test",
    "effect_sizes",
    "egger_test",
    "estimate_tau2",
    "excess_significance",
    "explain",
    "fail_safe_n",
    "forest_layout",
    "gosh",
    "harbord_test",
    "influence",
    "leave_one_out",
    "leave_one_out_table",
    "leave_out_many",
    "likelihood_ratio_test",
    "macaskill_test",
    "mantel_haenszel",
    "meta_regression",
    "multiverse",
    "permutation_test",
    "permute_many",
    "pet_peese",
    "peters_test",
    "peto",
    "pool",
    "pool_bayes",
    "pool_che",
    "pool_glmm",
    "pool_many",
    "pool_multilevel",
    "predict_many",
    "probability_beyond",
    "profile_spec",
    "pustejovsky_test",
    "radial",
    "read_evidence",
    "recommended_test",
    "require_claims",
    "residuals",
    "sampling_covariance",
    "schwarzer_test",
    "selection_model",
    "simulate_coverage",
    "small_study_effects",
    "standardise",
    "subset_parts",
    "thompson_test",
    "trim_and_fill",
    "wild_bootstrap_test",
]

# Public name -> module that holds it.
_HOMES = {
    "Analysis": "metasyn.analysis.spec",
    "Apart": "metasyn.analysis.spec",
    "BaselineRisk": "metasyn.synthesis.baseline_risk",
    "Claim": "metasyn.claims",
    "EffectSet": "metasyn.effects.model",
    "Interval": "metasyn.values",
    "NotEstimable": "metasyn.values",
    "Outcome": "metasyn.analysis.spec",
    "SynthesisSpec": "metasyn.synthesis.spec",
    "absolute_effect": "metasyn.synthesis.absolute",
    "all_subsets": "metasyn.batch",
    "baujat": "metasyn.synthesis.sensitivity",
    "begg_test": "metasyn.synthesis.small_study",
    "blup": "metasyn.synthesis.sensitivity",
    "bootstrap": "metasyn.batch",
    "bootstrap_many": "metasyn.batch",
    "check_claims": "metasyn.claims",
    "cluster_robust": "metasyn.synthesis.robust",
    "collinearity": "metasyn.synthesis.moderators",
    "compare_profiles": "metasyn.synthesis.compare",
    "cumulative": "metasyn.synthesis.sensitivity",
    "deeks_test": "metasyn.synthesis.small_study",
    "effect_sizes": "metasyn.effects.compute",
    "egger_test": "metasyn.synthesis.small_study",
    "estimate_tau2": "metasyn.synthesis.tau2",
    "excess_significance": "metasyn.synthesis.small_study",
    "explain": "metasyn.analysis.explain",
    "fail_safe_n": "metasyn.synthesis.small_study",
    "forest_layout": "metasyn.plots",
    "gosh": "metasyn.synthesis.sensitivity",
    "harbord_test": "metasyn.synthesis.small_study",
    "influence": "metasyn.synthesis.sensitivity",
    "leave_one_out": "metasyn.synthesis",
    "leave_one_out_table": "metasyn.synthesis.sensitivity",
    "leave_out_many": "metasyn.batch",
    "likelihood_ratio_test": "metasyn.synthesis.moderators",
    "macaskill_test": "metasyn.synthesis.small_study",
    "mantel_haenszel": "metasyn.synthesis.counts",
    "meta_regression": "metasyn.synthesis.moderators",
    "multiverse": "metasyn.analysis.multiverse",
    "permutation_test": "metasyn.synthesis.moderators",
    "permute_many": "metasyn.batch",
    "pet_peese": "metasyn.synthesis.small_study",
    "peters_test": "metasyn.synthesis.small_study",
    "peto": "metasyn.synthesis.counts",
    "pool": "metasyn.synthesis",
    "pool_bayes": "metasyn.synthesis.bayes",
    "pool_che": "metasyn.synthesis.robust",
    "pool_glmm": "metasyn.synthesis.glmm",
    "pool_many": "metasyn.batch",
    "pool_multilevel": "metasyn.synthesis.multilevel",
    "predict_many": "metasyn.batch",
    "probability_beyond": "metasyn.synthesis.threshold",
    "profile_spec": "metasyn.synthesis.profiles",
    "pustejovsky_test": "metasyn.synthesis.small_study",
    "radial": "metasyn.synthesis.sensitivity",
    "read_evidence": "metasyn.evidence.read",
    "recommended_test": "metasyn.synthesis.small_study",
    "require_claims": "metasyn.claims",
    "residuals": "metasyn.synthesis.sensitivity",
    "sampling_covariance": "metasyn.synthesis.dependence",
    "schwarzer_test": "metasyn.synthesis.small_study",
    "selection_model": "metasyn.synthesis.small_study",
    "simulate_coverage": "metasyn.batch",
    "small_study_effects": "metasyn.synthesis.small_study",
    "standardise": "metasyn.effects",
    "subset_parts": "metasyn.batch",
    "thompson_test": "metasyn.synthesis.small_study",
    "trim_and_fill": "metasyn.synthesis.small_study",
    "wild_bootstrap_test": "metasyn.synthesis.robust",
}

if not TYPE_CHECKING:  # a type checker must see the names above, not "anything"

    def __getattr__(name: str) -> object:
        """Load a public name on first use."""
        home = _HOMES.get(name)
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        value = getattr(import_module(home), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
