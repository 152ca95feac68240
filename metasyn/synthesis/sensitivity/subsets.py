"""The synthesis of every subset of the effects, under every model and interval that is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from metasyn.errors import OptionError
from metasyn.numerics.tails import chi2_upper_p
from metasyn.synthesis.beside import NO_POSTERIOR_PREDICTION, Beside, companions
from metasyn.synthesis.core import NO_PREDICTION, predict
from metasyn.synthesis.heterogeneity import COMMON_EFFECT, FIXED, mixed_heterogeneity
from metasyn.synthesis.mean import Inference, MeanFit, fit_mean, infer
from metasyn.synthesis.model import SynthesisResult, SynthesisSpec
from metasyn.synthesis.named_options import decided_by
from metasyn.synthesis.policy import choose, single_study
from metasyn.synthesis.policy_models import glmm_ci, model_first
from metasyn.synthesis.sensitivity.tables import read_only
from metasyn.synthesis.tau2.many import ManyFits, fit_many
from metasyn.values import Interval, NotEstimable, require_whole
from metasyn.vocabulary import CiMethod, Model

if TYPE_CHECKING:
    from metasyn.synthesis.glmm.model import GlmmResult

__all__ = ["Option", "Subsets", "subsets"]

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Option = tuple[Model, CiMethod]

_ALL_UP_TO = 14
_MOST = 2**_ALL_UP_TO
# A mixed model of counts is fitted anew for every subset: so many take about a second.
_MOST_MIXED = 300
# Up to so many effects the Bayesian result stands beside the others for every subset, else for pairs only.
_FEW = 4
_NO_WEIGHT = "None of these effects has a weight: there is no mean."
_FIGURES = ("estimate", "ci_low", "ci_high", "pvalue", "pi_low", "pi_high")
_BETWEEN = ("tau2", "I2", "Q", "Q_pvalue")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Subsets:
    """One synthesis per subset and option, arrays read-only, on the analysis scale.

    In these arrays, and only here, nan stands for what `pool` calls not estimable.

    Attributes
    ----------
    labels : tuple of str
        The k effects, in order.
    left_out : int
        All subsets that leave out at most so many effects are here; k - 1 if these are all.
    present : ndarray of bool, shape (n, k)
        Which effects each subset has. All subsets come in binary order, the first effect the lowest
        digit; else the whole set, then without each effect, then without each pair, and so on.
    options : tuple of (model, ci_method)
        What can be asked for, in the order of the table of alternatives.
    headline : ndarray of int, shape (n,)
        Place in `options` of what headlines for the subset.
    reasons : tuple of str
        The sentences of the policy; `reason`, of shape (n,), is the place of each subset's own.
    estimate, ci_low, ci_high, pvalue, pi_low, pi_high : ndarray of shape (n, n_options)
        What `pool` gives with the request of the whole, model and interval set to the option. One
        effect alone is the study's own estimate and interval under every option.
        Nan also where the option has no estimate: a mixed model of counts without events, a Bayesian model
        of more than two of many effects (there it never headlines).
    tau2, I2, Q, Q_pvalue : ndarray of shape (n,)
        Under the request itself; nan for one effect. I2 is a proportion.
    option_tau2, option_I2, option_Q, option_Q_pvalue : ndarray of shape (n, n_options)
        With the model set to the option's: under the common-effect model tau2 is 0 and I2 from Q; under a
        mixed model of counts Q is the likelihood-ratio statistic.
    """

    labels: tuple[str, ...]
    left_out: int
    present: Flags
    options: tuple[Option, ...]
    headline: NDArray[np.int64]
    reasons: tuple[str, ...]
    reason: NDArray[np.int64]
    estimate: Array
    ci_low: Array
    ci_high: Array
    pvalue: Array
    pi_low: Array
    pi_high: Array
    tau2: Array
    I2: Array
    Q: Array
    Q_pvalue: Array
    option_tau2: Array
    option_I2: Array
    option_Q: Array
    option_Q_pvalue: Array

    def __post_init__(self) -> None:
        read_only(self)

    @property
    def k(self) -> int:
        """Number of effects of the whole set."""
        return len(self.labels)

    @property
    def n_subsets(self) -> int:
        """Number of subsets."""
        return len(self.present)

    @property
    def exhaustive(self) -> bool:
        """Whether these are all subsets."""
        return self.left_out == self.k - 1

    def place(self, kept: Sequence[int]) -> int:
        """Row of the subset that has the effects `kept`.

        Raises
        ------
        OptionError
            If it is not among the subsets.
        """
        flags = np.zeros(self.k, dtype=bool)
        flags[list(kept)] = True
        rows = np.flatnonzero((self.present == flags).all(axis=1))
        if rows.size == 0:
            raise OptionError(
                f"kept must be some of the {self.k} effects, at most {self.left_out} left out; "
                f"got {list(kept)}."
            )
        return int(rows[0])


def subsets(result: SynthesisResult, *, left_out: int | None = None) -> Subsets:
    """Pool every subset of the effects of a synthesis, with its request.

    tau2 is estimated for all subsets together (`fit_many`); mean, choice of the headline, intervals
    and predictions come from the functions that `pool` itself calls.

    Parameters
    ----------
    result : SynthesisResult
        k >= 2, without its subgroups.
    left_out : int, optional
        Leave out at most so many effects. Default: all subsets of up to 14 effects; beyond, one or two
        left out, or one where the pairs would be more than 16,384. For proportions by a mixed model all
        subsets of up to 8, and 300 in the place of 16,384.

    Returns
    -------
    Subsets

    Raises
    ------
    OptionError
        For a single effect, or if `left_out` is not a whole number from 0 to k - 1, or asks for more
        than 16,384 subsets.
    NotEstimableError
        If an equation was not solved to full precision for one of the subsets.

    Examples
    --------
    >>> from metasyn.synthesis import pool
    >>> found = subsets(pool(yi=[-0.9, -0.1, -0.5], vi=[0.1, 0.05, 0.2]))
    >>> found.n_subsets, found.exhaustive
    (7, True)
    >>> row = found.place([1, 2])
    >>> found.options[found.headline[row]], round(float(found.estimate[row, found.headline[row]]), 3)
    (('random-effects', 'hartung-knapp-adhoc'), -0.18)
    """
    k, spec = result.k, result.request
    if k < 2:
        raise OptionError(f"subsets need at least two effects; there is {k}.")
    depth = (
        _depth(k, _MOST_MIXED if _is_mixed(result) else _MOST)
        if left_out is None
        else _checked_depth(k, left_out)
    )
    present = _present(k, depth)
    yi, vi = result.effects.yi, result.effects.vi
    weights = spec.weights if spec.tau2_method in ("GENQ", "GENQM") and spec.tau2 is None else None
    fits = fit_many(
        yi,
        vi,
        present,
        tau2_method=spec.tau2_method,
        tau2=spec.tau2,
        weights=None if weights is None else np.array(weights, dtype=float),
    )
    return _collected(result, present, depth, fits)


def _is_mixed(result: SynthesisResult) -> bool:
    """Whether subsets are pooled by a mixed model of counts."""
    return result.beside.mixed is not None


def _depth(k: int, most: int) -> int:
    """How many effects are left out if nothing is asked for."""
    if 2**k <= most:
        return k - 1
    return 2 if 1 + k + comb(k, 2) <= most else 1


def _checked_depth(k: int, left_out: int) -> int:
    require_whole("left_out", left_out, at_least=0)
    if left_out > k - 1:
        raise OptionError(f"left_out must leave one of the {k} effects; got {left_out}.")
    n = sum(comb(k, out) for out in range(left_out + 1))
    if n > _MOST:
        raise OptionError(f"left_out={left_out} of {k} effects makes {n} subsets; at most {_MOST}.")
    return int(left_out)


def _present(k: int, depth: int) -> Flags:
    if depth == k - 1:
        masks = np.arange(1, 2**k)
        return (masks[:, None] >> np.arange(k) & 1).astype(bool)
    rows = [list(out) for size in range(depth + 1) for out in combinations(range(k), size)]
    present = np.ones((len(rows), k), dtype=bool)
    for row, out in enumerate(rows):
        present[row, out] = False
    return present


def _options(result: SynthesisResult) -> tuple[Option, ...]:
    """Model and interval of everything computed for the whole, and what may headline for a part of it."""
    spec, measure = result.request, result.effects.measure
    found: list[Option] = [(one.model, one.ci_method) for one in result.alternatives]
    if model_first(spec, measure, 2) == "bayesian":
        found.append(("bayesian", "credible"))
    if _is_mixed(result):
        found.append(("glmm", glmm_ci(spec)))
    return tuple(dict.fromkeys(found))


def _collected(result: SynthesisResult, present: Flags, depth: int, fits: ManyFits) -> Subsets:
    """All subsets one after the other, from their between-study variances."""
    options, n = _options(result), len(present)
    figures = np.full((len(_FIGURES), n, len(options)), np.nan)
    mixed = np.full((len(_BETWEEN), n), np.nan)
    headline, reason = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    reasons: dict[str, int] = {}
    for row, here in enumerate(present):
        kept = np.flatnonzero(here).tolist()
        if result.request.weights is not None and not any(result.request.weights[i] for i in kept):
            reason[row] = reasons.setdefault(_NO_WEIGHT, len(reasons))
            continue
        spec = result.request.taking(kept)
        means = _means(result, kept, float(fits.tau2[row]), spec)
        beside = _beside(result, kept, spec)
        choice = choose(spec, means["random-effects"], beside) if len(kept) > 1 else single_study(spec)
        headline[row] = options.index((choice.model, choice.ci_method))
        why = decided_by(spec, result.effects, len(kept), choice.model)
        reason[row] = reasons.setdefault(f"{choice.policy.reason} {why}".rstrip(), len(reasons))
        if beside.glmm is not None:
            mixed[:, row] = _mixed_between(beside.glmm)
        null = result.effects.measure.null
        others = {key[:2]: one for key, one in beside.inferences(result.effects.measure, spec).items()}
        for column, option in enumerate(options):
            if len(kept) == 1:
                option = choice.model, choice.ci_method
            if option[0] in means:
                figures[:, row, column] = _figures(means[option[0]], *option, spec, null)
            elif option in others:
                pi = beside.glmm.pi if option[0] == "glmm" and beside.glmm else NO_POSTERIOR_PREDICTION
                figures[:, row, column] = _figures_of(others[option], pi)
    return Subsets(
        labels=result.effects.labels,
        left_out=depth,
        present=present,
        options=options,
        headline=headline,
        reasons=tuple(reasons),
        reason=reason,
        **dict(zip(_FIGURES, figures, strict=True)),
        **_between(result.request, options, headline, fits, mixed),
    )


def _beside(result: SynthesisResult, kept: list[int], spec: SynthesisSpec) -> Beside:
    """The mixed model and the Bayesian model of a subset, where they may headline or stand beside it."""
    several = len(kept) > 1
    wanted = _is_mixed(result) or len(kept) == 2 or (result.k <= _FEW and bool(result.beside.bayes))
    return companions(result.effects.take(kept), spec, brief=True) if several and wanted else Beside()


def _mixed_between(mixed: GlmmResult) -> tuple[float, ...]:
    """tau2, I2, the test of heterogeneity and its p value."""
    found = mixed_heterogeneity(mixed)
    return found.tau2.value, found.I2, found.Q, found.pvalue


def _means(
    result: SynthesisResult, kept: list[int], tau2: float, spec: SynthesisSpec
) -> dict[Model, MeanFit]:
    """The means of both models."""
    weights = None
    if len(kept) > 1 and spec.weights is not None:
        weights = np.array(spec.weights, dtype=float)
    yi, vi = result.effects.yi[kept], result.effects.vi[kept]
    method = str(spec.tau2_method) if spec.tau2 is None else FIXED
    return {
        "common-effect": fit_mean(yi, vi, 0.0, weights=weights, tau2_method=COMMON_EFFECT),
        "random-effects": fit_mean(yi, vi, tau2, weights=weights, tau2_method=method),
    }


def _figures(
    fit: MeanFit, model: Model, ci_method: CiMethod, spec: SynthesisSpec, null: float | None
) -> tuple[float, ...]:
    """The figures of one option, nan where there is none."""
    found = infer(fit, ci_method, level=spec.level, null=null, seed=spec.seed)
    return _figures_of(found, NO_PREDICTION if model == "common-effect" else predict(fit, spec, ci_method))


def _figures_of(found: Inference, pi: Interval | NotEstimable) -> tuple[float, ...]:
    p = np.nan if isinstance(found.pvalue, NotEstimable) else found.pvalue
    return found.estimate, *_bounds(found.ci), p, *_bounds(pi)


def _bounds(interval: Interval | NotEstimable) -> tuple[float, float]:
    return (np.nan, np.nan) if isinstance(interval, NotEstimable) else (interval.low, interval.high)


def _between(
    spec: SynthesisSpec,
    options: tuple[Option, ...],
    headline: NDArray[np.int64],
    fits: ManyFits,
    mixed: Array,
) -> dict[str, Array]:
    """What the subsets of two effects or more say about heterogeneity: by option, and under the request."""
    several = fits.k > 1
    Q, p = (np.full(fits.k.size, np.nan) for _ in range(2))
    Q[several], df = fits.Q[several], fits.k[several] - 1
    p[several] = [chi2_upper_p(q, n) for q, n in zip(Q[several].tolist(), df.tolist(), strict=True)]
    by_model = {
        common: np.stack([*_variance_and_share(spec, common, fits), Q, p]) for common in (True, False)
    }
    columns = [mixed if model == "glmm" else by_model[model == "common-effect"] for model, _ in options]
    by_option = np.stack(columns, axis=2)
    asked = by_model[spec.model == "common-effect"]
    from_counts = np.array([model == "glmm" for model, _ in options])[headline] & several
    asked = np.where(from_counts, mixed, asked)
    return dict(zip(_BETWEEN, asked, strict=True)) | {
        f"option_{name}": values for name, values in zip(_BETWEEN, by_option, strict=True)
    }


def _variance_and_share(spec: SynthesisSpec, common: bool, fits: ManyFits) -> tuple[Array, Array]:
    """tau2 and I2 under a model, nan for one effect."""
    several = fits.k > 1
    tau2 = np.zeros(fits.k.size) if common else fits.tau2
    I2 = fits.I2(common_effect=common or spec.i2_method == "Q")
    return np.where(several, tau2, np.nan), np.where(several, I2, np.nan)
