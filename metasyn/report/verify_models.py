"""Mixed models of counts and Bayesian models in `verify.R`."""

from __future__ import annotations

from collections.abc import Iterator

from metasyn.effects.given import GivenEffects
from metasyn.effects.model import EffectSet
from metasyn.report.verify_text import r_call, r_number, r_string, r_vector, unchecked
from metasyn.synthesis.bayes.half_priors import HalfNormal
from metasyn.synthesis.bayes.log_priors import LogNormal
from metasyn.synthesis.model import Alternative, SynthesisResult
from metasyn.values import Interval, NotEstimable

__all__ = [
    "GLMER",
    "POSTERIOR",
    "count_columns",
    "marginal_of",
    "mixed_call",
    "no_mixed",
    "posterior_call",
    "posterior_numbers",
    "without_reference",
]

GLMER = "1e-5"
"""How far lme4's search, on which metafor rests, may be from the maximum (relative)."""
POSTERIOR = "1e-5"
"""How far a sum over a grid of tau may be from the integral, in the tails and for quantiles of tau."""
_NO_PROFILE = "metafor has no profile-likelihood interval of a mixed model"
_NO_PRIOR = "R computes half-normal and log-normal priors only"


def count_columns(effects: EffectSet) -> dict[str, list[str]]:
    """Events and participants of single proportions, for the data frame; empty where they are not known."""
    if effects.measure.code != "PLO" or isinstance(effects.effects, GivenEffects):
        return {}
    counts = [effect.counts for effect in effects.effects]
    known = [one for one in counts if one is not None]
    if len(known) < len(counts):
        return {}
    return {
        "events": [r_number(one.events_1) for one in known],
        "n": [r_number(one.n_1) for one in known],
    }


def no_mixed(result: SynthesisResult, ci_method: str) -> str:
    """Why R cannot fit a mixed model with this interval; empty if it can."""
    return _NO_PROFILE if ci_method == "profile-likelihood" else ""


def mixed_call(result: SynthesisResult, rows: str, ci_method: str) -> str:
    """The call that fits the mixed model; of odds ratios and rates with their counts, one row per study."""
    level = None if result.request.level == 0.95 else r_number(result.request.level)
    test = r_string("t" if ci_method == "t" else "z")
    mixed = result.beside.glmm
    if result.effects.measure.code == "PLO" or mixed is None:
        return r_call("mixed", rows, test, level=level)
    data, silent = mixed.data, {row.row for row in mixed.silent}
    used = [i for i in range(data.k) if i not in silent]
    columns = [c for c in (data.events_1, data.size_1, data.events_2, data.size_2) if c is not None]
    numbers = r_vector([r_number(float(column[i])) for i in used for column in columns], 6)
    table = f"matrix({numbers}, ncol = {len(columns)}, byrow = TRUE)"
    return r_call("mixed_rates" if data.person_time else "mixed_tables", table, test, level=level)


def posterior_call(result: SynthesisResult, rows: str, prior: str) -> str | None:
    """The call that sums over the posterior distribution of tau; None for a prior it does not know."""
    found = next((one.tau_prior for name, one in result.beside.bayes if name == prior), None)
    level = None if result.request.level == 0.95 else r_number(result.request.level)
    if isinstance(found, HalfNormal):
        return r_call("posterior", rows, r_string("half-normal"), r_number(found.scale), level=level)
    if isinstance(found, LogNormal):
        numbers = f"c({r_number(found.location)}, {r_number(found.scale)})"
        return r_call("posterior", rows, r_string("log-normal"), numbers, level=level)
    return None


def without_reference(result: SynthesisResult, other: Alternative, label: str) -> Iterator[str]:
    """What is said where R has no reference; nothing where it has."""
    if other.model == "glmm":
        why = no_mixed(result, other.ci_method)
    else:
        why = "" if posterior_call(result, "d", other.prior) else _NO_PRIOR
    if why:
        yield unchecked(label, why)


def posterior_numbers(result: SynthesisResult, prior: str) -> dict[str, float | Interval | NotEstimable]:
    """What else follows from the posterior distribution: the side of the mean, tau, a new study."""
    found = next((one for name, one in result.beside.bayes if name == prior), None)
    if found is None:
        return {}
    numbers: dict[str, float | Interval | NotEstimable] = {"tau": found.tau.median}
    if found.interval == "shortest":
        numbers["new"] = found.pi
    if found.measure.null == 0:
        numbers["p_below_0"] = found.p_below_null
    return numbers


def marginal_of(result: SynthesisResult) -> float | NotEstimable:
    """The mean over studies beside the median of a mixed model."""
    mixed = result.beside.glmm
    if mixed is None or isinstance(mixed.marginal, NotEstimable):
        return NotEstimable("not a mixed model")
    return mixed.marginal.value
