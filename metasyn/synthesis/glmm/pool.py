"""Pooling counts by mixed models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from numpy.typing import ArrayLike

from metasyn.effects.model import EffectSet
from metasyn.errors import NotEstimableError, OptionError
from metasyn.synthesis.glmm.assemble import assemble_mixed
from metasyn.synthesis.glmm.assemble_others import assemble_beta_binomial, assemble_firth
from metasyn.synthesis.glmm.build import MODELS
from metasyn.synthesis.glmm.data import gather_counts, silent_rows
from metasyn.synthesis.glmm.model import GlmmResult, GlmmSpec
from metasyn.synthesis.glmm.separation import require_information, separated
from metasyn.synthesis.model import SynthesisResult
from metasyn.values import require_level, require_whole
from metasyn.vocabulary import GlmmCi, GlmmMeasure, GlmmModel, GlmmPi, NormalModel, Separation, require_option

__all__ = ["pool_glmm"]

_MOST_NODES = 200
_FIRTH = "in Python for pool_glmm(model='firth')"
_SEPARATED = {
    "OR": "Ask for measure='PETO' with zero_cells='none' and model='common-effect' (Peto's method), or "
    f"{_FIRTH}",
    "IRR": f"Ask {_FIRTH}",
}


def pool_glmm(
    effects: EffectSet | SynthesisResult | None = None,
    *,
    events: ArrayLike | None = None,
    n: ArrayLike | None = None,
    time: ArrayLike | None = None,
    events_1: ArrayLike | None = None,
    n_1: ArrayLike | None = None,
    time_1: ArrayLike | None = None,
    events_2: ArrayLike | None = None,
    n_2: ArrayLike | None = None,
    time_2: ArrayLike | None = None,
    labels: Sequence[str] | None = None,
    measure: str | None = None,
    model: str | None = None,
    between: str = "random-effects",
    level: float = 0.95,
    ci_method: str = "wald",
    pi_method: str = "t(k-1)",
    nodes: int | None = None,
    separation: str = "firth",
    drop00: bool = True,
    tau2_interval: bool = False,
) -> GlmmResult:
    r"""Pool counts by a mixed model: nothing is added to zero cells, no effect per study is needed.

    =================== ========================================================== =================
    model               likelihood of study i, with d_i ~ N(effect, tau2)          measures
    =================== ========================================================== =================
    `random-intercept`  x ~ Bin(n, expit(d_i)), or x ~ Poisson(time exp(d_i))      PLO, IRLN
    `CM.EL`             noncentral hypergeometric, log odds ratio d_i; rates:      OR, IRR
                        x1 ~ Bin(x1 + x2, expit(d_i + ln(time1/time2)))
    `CM.AL`             x1 ~ Bin(x1 + x2, expit(d_i + ln(n1/n2)))                  OR
    `UM.FS`             two binomials (Poissons), logits a_i + d_i/2, a_i - d_i/2, OR, IRR
                        a level a_i for every study
    `UM.RS`             the same with a_i ~ N(level, sigma2)                       OR, IRR
    `beta-binomial`     beta-binomial cohorts, one correlation rho                 PLO, OR
    `firth`             common effect, Firth's penalised likelihood                all
    =================== ========================================================== =================

    The integral over d_i (and a_i) is done by adaptive Gauss-Hermite quadrature with derivatives; nodes are
    doubled until neither the log-likelihood nor the estimates (in standard errors) move by more than 1e-8.

    Parameters
    ----------
    effects : EffectSet or SynthesisResult, optional
        Effects that rest on events and participants, or on events and person-time.
    events, n, time : array_like of shape (k,), optional
        Single cohorts: events, and participants (PLO) or person-time (IRLN).
    events_1, n_1, time_1, events_2, n_2, time_2 : array_like of shape (k,), optional
        Two groups: events, and participants (OR) or person-time (IRR).
    labels : sequence of str, optional
        Default `"Study 1"`, ...
    measure : {'PLO', 'IRLN', 'OR', 'IRR'}, optional
        Default: what the columns are about; that of `effects`.
    model : str, optional
        See above. Default `"random-intercept"` for single cohorts, `"CM.EL"` for two groups.
    between : {'random-effects', 'common-effect'}
    level : float
        Of all intervals, as a proportion.
    ci_method : {'wald', 't', 'profile-likelihood'}
        `t`: k - 1 degrees of freedom.
    pi_method : {'t(k-1)', 't(k-2)', 'normal', 'none'}
    nodes : int, optional
        A fixed number of nodes (1 is Laplace's approximation, lme4's `nAGQ`).
    separation : {'firth', 'refuse'}
        What is done where the likelihood of two groups has no maximum, as when one of them has no events
        in any study.
    drop00 : bool
        Leave out studies without (or with only) events in both groups. They say nothing about d_i; in UM.RS
        and beta-binomial models, which compare groups across studies, False keeps them.
    tau2_interval : bool
        Whether to compute the profile-likelihood interval of tau2, which takes as long as the fit again.

    Returns
    -------
    GlmmResult

    Raises
    ------
    OptionError
        If the counts or an option break their rules.
    NotEstimableError
        If nothing can be estimated: no events, all or nothing in every study, one study, no convergence.

    References
    ----------
    Stijnen T, Hamza TH, Ozdemir P. Random effects meta-analysis of event outcome in the framework of the
    generalized linear mixed model. Stat Med 2010;29:3046-3067. 10.1002/sim.4040.
    Jackson D, Law M, Stijnen T, Viechtbauer W, White IR. A comparison of seven random-effects models for
    meta-analyses that estimate the summary odds ratio. Stat Med 2018;37:1059-1085. 10.1002/sim.7588.

    Examples
    --------
    >>> result = pool_glmm(events=[0, 2, 1, 5], n=[10, 25, 7, 30])
    >>> round(result.conditional.value, 4), result.quadrature.rule
    (0.1111, 'gauss-hermite')
    """
    spec = _spec(
        effects,
        measure or _measure_of(effects, events=events, time=time, time_1=time_1),
        model,
        between=between,
        level=level,
        ci_method=ci_method,
        pi_method=pi_method,
        nodes=nodes,
        separation=separation,
        drop00=drop00,
        tau2_interval=tau2_interval,
    )
    columns = {
        "events": events, "n": n, "time": time, "events_1": events_1, "n_1": n_1, "events_2": events_2,
        "n_2": n_2, "time_1": time_1, "time_2": time_2,
    }  # fmt: skip
    data = gather_counts(effects, columns, measure=spec.measure, labels=labels)
    rows, silent = silent_rows(data, drop00=spec.drop00)
    used = data.take(rows)
    require_information(used, spec)
    if spec.model == "firth":
        return assemble_firth(data, used, spec, silent)
    why = separated(used)
    if why and spec.separation == "refuse":
        raise NotEstimableError(f"{why}. {_SEPARATED[spec.measure]}, or list the studies.")
    if why:
        return assemble_firth(data, used, spec, silent, why)
    assemble = assemble_beta_binomial if spec.model == "beta-binomial" else assemble_mixed
    return assemble(data, used, spec, silent)


def _spec(effects: object, measure: str, model: str | None, **options: object) -> GlmmSpec:
    """The request, every option checked."""
    asked = cast("GlmmMeasure", require_option("measure", measure, GlmmMeasure))
    chosen = MODELS[asked][0] if model is None else model
    require_option("model", chosen, GlmmModel)
    if chosen not in MODELS[asked]:
        raise OptionError(
            f"model={chosen!r} is not defined for {asked}; it takes {', '.join(map(repr, MODELS[asked]))}."
        )
    words = {
        "between": NormalModel, "ci_method": GlmmCi, "pi_method": GlmmPi, "separation": Separation,
    }  # fmt: skip
    for name, vocabulary in words.items():
        require_option(name, options[name], vocabulary)
    for name in ("drop00", "tau2_interval"):
        if not isinstance(options[name], bool):
            raise OptionError(f"{name} must be True or False; got {options[name]!r}.")
    if not options["drop00"] and chosen not in ("UM.RS", "beta-binomial"):
        raise OptionError(
            f"drop00=False has no meaning for model={chosen!r}: studies without events in both groups do "
            "not move its likelihood. It is for 'UM.RS' and 'beta-binomial'."
        )
    if chosen == "firth" and options["between"] == "random-effects":
        options["between"] = "common-effect"
    if options["nodes"] is not None:
        options["nodes"] = require_whole("nodes", options["nodes"], at_least=1)
        if cast("int", options["nodes"]) > _MOST_NODES:
            raise OptionError(f"nodes must be at most {_MOST_NODES}; got {options['nodes']}.")
    options["level"] = require_level(cast("float", options["level"]))
    return GlmmSpec(measure=asked, model=chosen, **options)  # type: ignore[arg-type]


def _measure_of(effects: object, **columns: ArrayLike | None) -> str:
    """What the source is about."""
    if isinstance(effects, SynthesisResult):
        effects = effects.effects
    if isinstance(effects, EffectSet):
        if effects.measure.n_groups != 1:
            return effects.measure.code
        return "IRLN" if effects.measure.family == "rate" else "PLO"
    if columns["events"] is not None:
        return "PLO" if columns["time"] is None else "IRLN"
    return "OR" if columns["time_1"] is None else "IRR"
