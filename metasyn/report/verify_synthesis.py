"""One synthesis in `verify.R`: every number of it beside the call of metafor that gives it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from metasyn.report.verify_data import back_transform
from metasyn.report.verify_methods import (
    BOUNDS,
    K_MINUS_2,
    LESS_EXACT,
    NO_BOUNDS,
    NO_PREDICTION,
    TEST_OF_PREDICTION,
    why_no_mean,
    why_no_tau2,
)
from metasyn.report.verify_models import (
    GLMER,
    POSTERIOR,
    marginal_of,
    mixed_call,
    no_mixed,
    posterior_call,
    posterior_numbers,
    without_reference,
)
from metasyn.report.verify_text import r_call, r_number, r_string, r_vector, unchecked
from metasyn.synthesis.model import Alternative, Heterogeneity, SynthesisResult, SynthesisSpec
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import CiMethod, Model, PiMethod
from metasyn.wording import data_number

__all__ = ["Place", "arguments", "confirm", "reported", "synthesis_lines"]

_COMMON_EFFECT = '"EE"'
_MIXED_PREDICTION: Mapping[PiMethod, CiMethod] = {"t(k-1)": "t", "normal": "wald"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the rows of a synthesis are in the script.

    Attributes
    ----------
    rows : str
        R expression of its data frame; of all groups where they share tau2.
    group : str or None
        Name of a group that shares tau2 with the others.
    tau2 : float or None
        tau2 as the analyst fixed it.
    """

    rows: str
    group: str | None = None
    tau2: float | None = None


def confirm(what: str, given: Mapping[str, str], metafor: str, *, within: str = "") -> Iterator[str]:
    """A comparison of named numbers with a call; nothing where there is no number."""
    if given:
        last = f", within = {within}" if within else ""
        yield f"confirm({r_string(what)},\n        {r_vector(given, 8)},\n        {metafor}{last})"


def reported(**values: float | NotEstimable | Interval) -> dict[str, str]:
    """Numbers as `results.json` has them; an interval gives two, what is not estimable none.

    Examples
    --------
    >>> reported(estimate=1 / 3, ci=Interval(0.0, 2.0, 0.95), pvalue=NotEstimable("no null value"))
    {'estimate': '0.333333333333', 'ci_low': '0', 'ci_high': '2'}
    """
    found: dict[str, str] = {}
    for name, value in values.items():
        if isinstance(value, NotEstimable):
            continue
        parts = {name: value}
        if isinstance(value, Interval):
            parts = {f"{name}_low": value.low, f"{name}_high": value.high}
        for part, number in parts.items():
            written = data_number(float(number))  # type: ignore[arg-type]
            if written is not None:
                found[part] = r_number(written)
    return found


def synthesis_lines(
    result: SynthesisResult, place: Place, what: str = "", *, beside: bool = True
) -> Iterator[str]:
    """Every number of a synthesis.

    Parameters
    ----------
    result : SynthesisResult
    place : Place
    what : str
        Put before the name of each number.
    beside : bool
        Whether the report also shows its weights and the alternatives.

    Yields
    ------
    str
        Lines of R.
    """
    head = f"{what}, " if what else ""
    yield from _mean_lines(result, place, head)
    if isinstance(result.heterogeneity, Heterogeneity):
        yield from _spread_lines(result, result.heterogeneity, place, head)
    yield from _prediction_lines(result, place, head)
    if beside and result.pooled:
        yield from _weight_lines(result, place, head)
        yield from _alternative_lines(result, place, head)


def arguments(spec: SynthesisSpec, model: Model = "random-effects") -> tuple[str, str | None]:
    """The method for rma(), and the level where it is not 0.95."""
    method = _COMMON_EFFECT if model == "common-effect" else r_string(spec.tau2_method)
    return method, None if spec.level == 0.95 else r_number(spec.level)


def _pooled(result: SynthesisResult, place: Place, model: Model, ci_method: CiMethod) -> str:
    """The call that gives a mean."""
    method, level = arguments(result.request, model)
    random = model == "random-effects"
    return r_call(
        "pooled",
        place.rows,
        method,
        r_string(ci_method),
        level=level,
        tau2=r_number(place.tau2) if random and place.tau2 is not None else None,
        group=None if place.group is None else r_string(place.group),
    )


def _mean_lines(result: SynthesisResult, place: Place, head: str) -> Iterator[str]:
    if result.model in ("glmm", "bayesian"):
        yield from _model_lines(result, place, head)
        return
    label = f"{head}{result.model} ({result.ci_method})" if result.pooled else f"{head}the single study"
    why = why_no_mean(result.request, result.model, result.ci_method) if result.pooled else ""
    if why:
        yield unchecked(label, why)
        return
    yield f"found <- {_pooled(result, place, result.model, result.ci_method)}"
    numbers = reported(estimate=result.estimate, ci=result.ci)
    if result.ci_method == "henmi-copas":
        yield unchecked(f"{label}: se, p value", "hc() of metafor has none that goes with its interval")
    else:
        numbers |= reported(se=result.se, pvalue=result.pvalue)
    within = LESS_EXACT.get(result.ci_method, "")
    yield from confirm(label, numbers, "found", within=within)
    yield from _natural_lines(result, label, {"estimate": result.estimate, "ci": result.ci}, within)


def _model_lines(result: SynthesisResult, place: Place, head: str) -> Iterator[str]:
    """The headline of a mixed model of counts, or of a Bayesian model."""
    chosen = next(one for one in result.alternatives if one.headline)
    label = f"{head}{result.model} ({chosen.prior or result.ci_method})"
    missing = list(without_reference(result, chosen, label))
    yield from missing
    if missing:
        return
    within = GLMER if result.model == "glmm" else ""
    yield f"found <- {_other_call(result, place, chosen)}"
    yield from confirm(
        label, reported(estimate=result.estimate, se=result.se, ci=result.ci), "found", within=within
    )
    yield from _natural_lines(result, label, {"estimate": result.estimate, "ci": result.ci}, within)
    yield from _posterior_lines(result, chosen, label, "found")
    if result.model == "glmm" and not isinstance(marginal_of(result), NotEstimable):
        mean = f"{label}, mean over the cohorts (marginal)"
        yield from confirm(mean, reported(marginal=marginal_of(result)), "found", within=within)
        yield unchecked(f"{mean}: its interval", "metafor gives no covariance of mean and tau2")


def _posterior_lines(result: SynthesisResult, other: Alternative, label: str, found: str) -> Iterator[str]:
    """Side, tau and a new study under the prior of a Bayesian model."""
    numbers = posterior_numbers(result, other.prior) if other.model == "bayesian" else {}
    yield from confirm(f"{label}, posterior", reported(**numbers), found, within=POSTERIOR if numbers else "")
    if numbers:
        yield unchecked(f"{label}: the interval of tau", "R computes its median only")


def _other_call(result: SynthesisResult, place: Place, other: Alternative) -> str:
    """The call for a mixed model of counts or a Bayesian model."""
    if other.model == "bayesian":
        return posterior_call(result, place.rows, other.prior) or ""
    if place.group is not None:
        return r_call("mixed_group", "of_all", r_string(place.group), r_string(other.ci_method))
    return mixed_call(result, place.rows, other.ci_method)


def _natural_lines(
    result: SynthesisResult,
    label: str,
    values: Mapping[str, float | Interval | NotEstimable],
    within: str = "",
) -> Iterator[str]:
    """The numbers of `found` again on the scale a reader knows."""
    back = back_transform(result.effects)
    if not back:
        return
    shown = {name: _natural(result, value) for name, value in values.items()}
    measure = result.effects.measure.label
    yield from confirm(f"{label}, as {measure}", reported(**shown), f"natural(found, {back})", within=within)


def _natural(
    result: SynthesisResult, value: float | Interval | NotEstimable
) -> float | Interval | NotEstimable:
    if isinstance(value, NotEstimable):
        return value
    if isinstance(value, Interval):
        return Interval(result.natural(value.low), result.natural(value.high), value.level)
    return result.natural(value)


def _spread_lines(result: SynthesisResult, found: Heterogeneity, place: Place, head: str) -> Iterator[str]:
    label = f"{head}variation between studies"
    if found.test != "Q":
        yield from _mixed_spread(result, found, place, label)
        return
    why = "" if result.request.model == "common-effect" else why_no_tau2(result.request)
    numbers = reported(Q=found.Q, pvalue=found.pvalue)
    if result.request.i2_method == "Q":
        numbers |= reported(I2_from_Q=found.I2, H2_from_Q=found.H2)
        if isinstance(found.I2_ci, Interval):
            yield unchecked(f"{label}: intervals of I2 and H2 from Q", "metafor has no such interval")
    elif not why:
        numbers |= reported(I2=found.I2, H2=found.H2)
    if why:
        yield unchecked(f"{label}: tau2 ({found.tau2.method}) and what follows from it", why)
        yield from confirm(label, numbers, r_call("spread", place.rows, _COMMON_EFFECT))
        return
    numbers = reported(tau2=found.tau2.value) | numbers
    if isinstance(found.tau2.ci, Interval) and found.tau2.ci_method in NO_BOUNDS:
        yield unchecked(f"{label}: interval of tau2, I2 and H2", NO_BOUNDS[found.tau2.ci_method])
    else:
        numbers |= _bounds(result, found)
    yield from confirm(label, numbers, _spread(result, found, place))


def _mixed_spread(result: SynthesisResult, found: Heterogeneity, place: Place, label: str) -> Iterator[str]:
    """tau2, I2 and H2 of a mixed model, and its likelihood-ratio test."""
    if no_mixed(result, "wald"):
        yield unchecked(label, no_mixed(result, "wald"))
        return
    numbers = reported(I2=found.I2, H2=found.H2, Q=found.Q, pvalue=found.pvalue)
    if place.group is None:
        numbers = reported(tau2=found.tau2.value) | numbers
        call = mixed_call(result, place.rows, "wald")
    else:
        call = r_call("spread_in_group", _own_rows(place), "of_all")
    yield from confirm(label, numbers, call, within=GLMER)
    if isinstance(found.tau2.ci, Interval):
        yield unchecked(f"{label}: interval of tau2, I2 and H2", "metafor has none for a mixed model")


def _bounds(result: SynthesisResult, found: Heterogeneity) -> dict[str, str]:
    """Intervals of tau2, and of what is computed from it."""
    if result.request.i2_method == "Q":
        return reported(tau2=found.tau2.ci)
    return reported(tau2=found.tau2.ci, I2=found.I2_ci, H2=found.H2_ci)


def _spread(result: SynthesisResult, found: Heterogeneity, place: Place) -> str:
    """The call that gives tau2, I2 and Q."""
    if place.group is not None:
        return r_call("spread_within", _own_rows(place), "of_all")
    common = result.request.model == "common-effect"
    method, level = arguments(result.request, "common-effect" if common else "random-effects")
    bounds = BOUNDS.get(found.tau2.ci_method, "QP")
    return r_call(
        "spread",
        place.rows,
        method,
        level=level,
        tau2=None if place.tau2 is None or common else r_number(place.tau2),
        bounds=None if bounds == "QP" else r_string(bounds),
    )


def _own_rows(place: Place) -> str:
    """The rows of one group of a data frame."""
    return f"{place.rows}[{place.rows}$group == {r_string(place.group or '')}, ]"


def _prediction_lines(result: SynthesisResult, place: Place, head: str) -> Iterator[str]:
    if not isinstance(result.pi, Interval):
        return
    spec, method = result.request, result.request.pi_method
    label = f"{head}prediction interval ({method})"
    if result.model == "glmm":
        yield from _mixed_prediction(result, place, label)
        return
    why = why_no_tau2(spec) or NO_PREDICTION.get(method, "")
    if why:
        yield unchecked(label, why)
        return
    ci_method = {**TEST_OF_PREDICTION, **K_MINUS_2}.get(method, "hartung-knapp")
    if ci_method == "hartung-knapp" and result.ci_method == "hartung-knapp-adhoc":
        ci_method = "hartung-knapp-adhoc"
    call = _pooled(result, place, "random-effects", ci_method)
    if method in K_MINUS_2:
        call = r_call("prediction", call, f"df = {result.fit.df - 1}", level=arguments(spec)[1])
    yield f"found <- {call}"
    yield from confirm(label, reported(pi=result.pi), "found")
    yield from _natural_lines(result, label, {"pi": result.pi})


def _mixed_prediction(result: SynthesisResult, place: Place, label: str) -> Iterator[str]:
    """Around the mean of a mixed model; metafor has the degrees of freedom of its test."""
    if result.request.pi_method not in _MIXED_PREDICTION or no_mixed(result, "wald"):
        yield unchecked(label, no_mixed(result, "wald") or "metafor has other degrees of freedom")
        return
    chosen = next(one for one in result.alternatives if one.headline)
    other = replace(chosen, ci_method=_MIXED_PREDICTION[result.request.pi_method])
    yield f"found <- {_other_call(result, place, other)}"
    yield from confirm(label, reported(pi=result.pi), "found", within=GLMER)
    yield from _natural_lines(result, label, {"pi": result.pi}, GLMER)


def _weight_lines(result: SynthesisResult, place: Place, head: str) -> Iterator[str]:
    if result.model == "glmm":
        yield unchecked(f"{head}share of weight", "metafor gives no weights of a mixed model")
        return
    if why_no_mean(result.request, result.model, "wald"):
        return
    method, _ = arguments(result.request, result.model)
    rows, tau2 = place.rows, None
    if place.group is not None:
        rows, tau2 = _own_rows(place), 'of_all[["tau2"]]'
    elif result.model == "random-effects" and place.tau2 is not None:
        tau2 = r_number(place.tau2)
    numbers = {f"weight of {i}": value for i, value in enumerate(result.weights, start=1)}
    call = r_call("share_of_weight", rows, method, tau2=tau2)
    if result.model == "bayesian":
        call = posterior_call(result, place.rows, result.beside.bayes[0][0]) or ""
    yield from confirm(f"{head}share of weight", reported(**numbers), call)


def _alternative_lines(result: SynthesisResult, place: Place, head: str) -> Iterator[str]:
    """Models and intervals beside the headline."""
    for other in result.alternatives:
        if other.headline:
            continue
        label = f"{head}beside it {other.model} ({other.prior or other.ci_method})"
        if other.model in ("glmm", "bayesian"):
            missing = list(without_reference(result, other, label))
            yield from missing
            numbers = {} if missing else reported(estimate=other.estimate, se=other.se, ci=other.ci)
            within = GLMER if other.model == "glmm" else ""
            call = _other_call(result, place, other)
            yield from confirm(label, numbers, call, within=within)
            if numbers:
                yield from _posterior_lines(result, other, label, call)
            continue
        why = why_no_mean(result.request, other.model, other.ci_method)
        if why:
            yield unchecked(label, why)
            continue
        numbers = reported(estimate=other.estimate, se=other.se, ci=other.ci, pvalue=other.pvalue)
        yield from confirm(label, numbers, _pooled(result, place, other.model, other.ci_method))
