"""`multiverse`: one question answered in every way that is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from metasyn.analysis.multiverse.data_sets import AS_DECLARED, DATA_CHOICES, DataOptions, data_sets
from metasyn.analysis.multiverse.exclusions import Exclude, exclusions
from metasyn.analysis.spec import Analysis, Outcome
from metasyn.batch.multiverse import DataSet, Multiverse, build_multiverse, pooling_methods
from metasyn.batch.parallel import Progress, require_n_jobs
from metasyn.effects.model import EffectSet
from metasyn.errors import OptionError
from metasyn.synthesis.model import SynthesisResult, SynthesisSpec
from metasyn.synthesis.pool import pool
from metasyn.values import NotEstimable, require_whole
from metasyn.vocabulary import CiMethod, Measure, Model, Overlap, RouteName, Tau2Method, ZeroCells

if TYPE_CHECKING:
    from metasyn.evidence.selection import Evidence

__all__ = ["multiverse"]

_MODELS: tuple[Model, ...] = ("random-effects", "common-effect")
_ESTIMATORS: tuple[Tau2Method, ...] = ("REML", "DL", "PM")
_INTERVALS: tuple[CiMethod, ...] = ("wald", "hartung-knapp", "hartung-knapp-adhoc")


def multiverse(
    subject: Analysis | EffectSet | SynthesisResult | Sequence[EffectSet],
    evidence: Evidence | None = None,
    outcome: str | Outcome = "",
    *,
    measure: Sequence[Measure] | None = None,
    route: Sequence[RouteName] | None = None,
    event_fraction: Sequence[float] | None = None,
    zero_cells: Sequence[ZeroCells] | None = None,
    overlap: Sequence[Overlap] | None = None,
    exclude: Sequence[Exclude] | None = None,
    model: Sequence[Model] | None = None,
    tau2_method: Sequence[Tau2Method] | None = None,
    ci_method: Sequence[CiMethod] | None = None,
    spec: SynthesisSpec | None = None,
    threshold: float | None = None,
    limit: int | None = None,
    seed: int = 1,
    n_jobs: int | None = 1,
    progress: Progress | None = None,
) -> Multiverse:
    """Pool one question in every combination of the choices that can be made about it.

    Of measure, route, assumed events, zero cells, overlap and exclusion, what the analysis declares is
    always among the options. Under the random-effects model every estimator of tau2 meets every interval;
    the common-effect model has its Wald interval, the Bayesian its credible interval, the mixed model of
    counts the interval of the rule. Every number is what `pool` gives for that specification; the sets of
    all exclusions are solved together, as arrays.

    Parameters
    ----------
    subject : Analysis, EffectSet, SynthesisResult or sequence of EffectSet
        The question. Of effects at hand only what is left out and how it is pooled can vary; several sets are
        the same studies in several measures, that of the main analysis first.
    evidence : Evidence, optional
        Of an analysis.
    outcome : str or Outcome, optional
        Of an analysis with several: its id.
    measure : sequence of str, optional
        Default: the declared one and those of the same counts (RR, OR, RD; PLO, PAS).
    route : sequence of str, optional
        Routes that come first wherever the figures allow them; default each that they offer.
    event_fraction : sequence of float, optional
        Assumed shares with the event; default 0.5 and 1 where the analysis assumes one and uses it.
    zero_cells, overlap : sequence of str, optional
        Default as declared.
    exclude : sequence of str or mapping, optional
        `"each study"`, `"each pair of studies"`, `"all subsets"` (of the studies), `"weaker routes"` (step by
        step all but the best), `"nothing"` (for no other exclusion), or a column and its values that are
        left out: `{"design": "cohort"}`. Default: each of three or more studies, and weaker routes.
    model : sequence of str, optional
        Default: random-effects, common-effect, and that of the main analysis.
    tau2_method : sequence of str, optional
        Of the random-effects model. Default: REML, DL, PM, and that of the main analysis.
    ci_method : sequence of str, optional
        Of the random-effects model. Default: Wald, Hartung-Knapp with and without ad hoc correction, and
        that of the main analysis.
    spec : SynthesisSpec, optional
        The request of the main analysis, for effects at hand.
    threshold : float, optional
        Natural scale: the value that conclusions are about, instead of no effect; needed for one where the
        measure has no such value, as proportions.
    limit : int, optional
        Pool a random sample of so many specifications where there are more; without it more than 200,000
        are refused.
    seed : int
        Of the sample.
    n_jobs : int, optional
        Workers for the models that are fitted set by set (Bayesian, mixed model of counts): 1 is this
        thread, None those of `joblib.parallel_config`. The numbers do not depend on it.
    progress : callable, optional
        Told the specifications that are pooled and how many there are, after every part of them.

    Returns
    -------
    Multiverse

    Raises
    ------
    OptionError
        For no option of a choice, an unknown or repeated one, an outcome that is not the analysis's, options
        of figures for effects at hand, estimators or intervals without the random-effects model, user
        weights, too many specifications without a limit, and no number of workers.

    References
    ----------
    Steegen S et al. Increasing transparency through a multiverse analysis. Perspect Psychol Sci
    2016;11:702-712. 10.1177/1745691616658637
    Simonsohn U, Simmons JP, Nelson LD. Specification curve analysis. Nat Hum Behav 2020;4:1208-1214.
    10.1038/s41562-020-0912-z
    Voracek M, Kossmeier M, Tran US. Which data to meta-analyze, and how? Z Psychol 2019;227:64-82.
    10.1027/2151-2604/a000357

    Examples
    --------
    >>> from metasyn.synthesis import pool
    >>> result = pool(yi=[-0.60, -0.22, 0.05, -0.41], sei=[0.20, 0.15, 0.25, 0.18], measure="HR")
    >>> many = multiverse(result, exclude=["each study"], model=["random-effects"])
    >>> print(many)
    Multiverse of the synthesis: 45 specifications, 32 different results, 0 without a result
    >>> many.options(many.headline.row)["ci_method"]
    'hartung-knapp-adhoc'
    """
    require_n_jobs(n_jobs)
    _require_random(model, tau2_method=tau2_method, ci_method=ci_method)
    asked = DataOptions(
        measure=measure, route=route, event_fraction=event_fraction, zero_cells=zero_cells, overlap=overlap
    )
    if isinstance(subject, Analysis):
        sets, base = _of_analysis(subject, evidence, outcome, asked, spec)
    else:
        sets, base = _of_effects(subject, evidence, outcome, asked, spec)
    if base.weights is not None:
        raise OptionError(
            "a multiverse has no place for weights of the user: each exclusion would need others."
        )
    main: SynthesisResult | NotEstimable = NotEstimable("no effect could be formed")
    if sets[0].effects.k:
        main = pool(sets[0].effects, spec=base)
    _require_threshold(threshold, sets)
    left_out = exclusions(exclude, [one.effects for one in sets])
    return build_multiverse(
        sets,
        DATA_CHOICES,
        left_out.listed,
        left_out.subsets,
        pooling_methods(*_pooling(main, base, model, tau2_method, ci_method), _plain(base)),
        _plain(base),
        main,
        threshold=threshold,
        limit=limit,
        seed=require_whole("seed", seed, at_least=0),
        n_jobs=n_jobs,
        progress=progress,
    )


def _plain(base: SynthesisSpec) -> SynthesisSpec:
    """What all specifications share: level, I2, seed, the rule; nothing that one of them varies."""
    return base.update(
        model=None,
        tau2=None,
        tau2_method="REML",
        ci_method=None,
        pi_method="none",
        tau2_ci_method="q-profile",
    )


def _of_analysis(
    analysis: Analysis,
    evidence: Evidence | None,
    outcome: str | Outcome,
    asked: DataOptions,
    spec: SynthesisSpec | None,
) -> tuple[tuple[DataSet, ...], SynthesisSpec]:
    """The ways to effects of one outcome, and its request."""
    if evidence is None:
        raise OptionError("the multiverse of an analysis needs its evidence=.")
    if spec is not None:
        raise OptionError("spec= is for effects at hand; an analysis has its own request.")
    one = _outcome(analysis, outcome)
    return data_sets(analysis, one, evidence, asked), analysis.request(one)


def _outcome(analysis: Analysis, given: str | Outcome) -> Outcome:
    """The outcome that is meant; the only one where none is named."""
    found = [one for one in analysis.outcomes if given in (one, one.outcome, "")]
    if len(found) == 1:
        return found[0]
    names = ", ".join(repr(one.outcome) for one in analysis.outcomes)
    named = given.outcome if isinstance(given, Outcome) else given
    if not named:
        raise OptionError(f"the analysis has several outcomes, name one: outcome= is one of {names}.")
    if found:
        measures = ", ".join(one.measure for one in found)
        raise OptionError(
            f"outcome {named!r} is declared {len(found)} times ({measures}); give the Outcome itself."
        )
    raise OptionError(f"outcome must be one of {names}; got {named!r}.")


def _of_effects(
    subject: EffectSet | SynthesisResult | Sequence[EffectSet],
    evidence: Evidence | None,
    outcome: str | Outcome,
    asked: DataOptions,
    spec: SynthesisSpec | None,
) -> tuple[tuple[DataSet, ...], SynthesisSpec]:
    """Effects at hand are the only way to effects."""
    named = [name for name in DATA_CHOICES if getattr(asked, name) is not None]
    if named or evidence is not None or outcome:
        what = named[0] if named else "evidence" if evidence is not None else "outcome"
        raise OptionError(f"{what}= belongs to an analysis and its evidence; here the effects are at hand.")
    sets: tuple[EffectSet, ...]
    if isinstance(subject, SynthesisResult):
        if spec is not None:
            raise OptionError("spec= is for effects; a result has its own request.")
        sets, spec = (subject.effects,), subject.request
    else:
        sets = (subject,) if isinstance(subject, EffectSet) else tuple(subject)
    codes = [effects.measure.code for effects in sets]
    if not sets or len(set(codes)) < len(codes):
        raise OptionError(f"several sets of effects must each have their own measure; got {codes}.")
    rest = [AS_DECLARED] * (len(DATA_CHOICES) - 1)
    found = [DataSet(options=(one.measure.code, *rest), effects=one) for one in sets]
    return tuple(found), spec or SynthesisSpec()


def _pooling(
    main: SynthesisResult | NotEstimable,
    base: SynthesisSpec,
    model: Sequence[Model] | None,
    tau2_method: Sequence[Tau2Method] | None,
    ci_method: Sequence[CiMethod] | None,
) -> tuple[Sequence[Model], Sequence[Tau2Method], Sequence[CiMethod]]:
    """What is asked for, else the usual options with those of the main analysis."""
    own = None if isinstance(main, NotEstimable) else main.model
    ci = main.ci_method if not isinstance(main, NotEstimable) and own == "random-effects" else None
    return (
        model if model is not None else _with(_MODELS, own),
        tau2_method if tau2_method is not None else _with(_ESTIMATORS, base.tau2_method),
        ci_method if ci_method is not None else _with(_INTERVALS, ci),
    )


def _require_random(model: Sequence[Model] | None, **asked: Sequence[str] | None) -> None:
    """Options of the random-effects model are for that model: the others would not obey them."""
    if model is None or isinstance(model, str) or not model or "random-effects" in model:
        return
    for name, options in asked.items():
        if options is not None:
            raise OptionError(
                f"{name} is a choice under the random-effects model, which is not among these models: "
                f"{', '.join(map(str, model))}; name it as well, or leave {name} out."
            )


def _with(usual: tuple[str, ...], own: str | None) -> tuple:  # type: ignore[type-arg]
    """The usual options, that of the main analysis first."""
    return tuple(dict.fromkeys(one for one in (own, *usual) if one is not None))


def _require_threshold(threshold: float | None, sets: Sequence[DataSet]) -> None:
    """A value that every measure can have."""
    if threshold is None:
        return
    for one in sets:
        low, high = one.effects.measure.natural_range
        if not low < threshold < high:
            raise OptionError(
                f"threshold must be a value that {one.options[0]} can have, between {low:g} and {high:g}; "
                f"got {threshold!r}."
            )
