"""The test of small-study effects that fits the effects at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from numpy.typing import ArrayLike

from metasyn.effects.model import EffectSet
from metasyn.errors import OptionError
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.small_study.asymmetry import RankTest, RegressionTest
from metasyn.synthesis.small_study.begg import begg_test
from metasyn.synthesis.small_study.counts import (
    deeks_test,
    harbord_test,
    macaskill_test,
    peters_test,
    schwarzer_test,
)
from metasyn.synthesis.small_study.egger import egger_test, pustejovsky_test, thompson_test
from metasyn.synthesis.small_study.inputs import effect_set
from metasyn.synthesis.small_study.recommend import recommended_test
from metasyn.vocabulary import TestName, require_option

__all__ = ["small_study_effects"]

_Run = Callable[..., RegressionTest | RankTest]
_ON_EFFECTS: Mapping[str, _Run] = {"begg": begg_test, "thompson": thompson_test}
_ON_TABLES: Mapping[str, _Run] = {
    "harbord": harbord_test,
    "peters": peters_test,
    "macaskill": macaskill_test,
    "deeks": deeks_test,
    "schwarzer": schwarzer_test,
}


def small_study_effects(
    effects: EffectSet | SynthesisResult | None = None,
    test: TestName | None = None,
    *,
    yi: ArrayLike | None = None,
    vi: ArrayLike | None = None,
    sei: ArrayLike | None = None,
    labels: Sequence[str] | None = None,
    measure: str = "GEN",
    ni: ArrayLike | None = None,
    events_1: ArrayLike | None = None,
    n_1: ArrayLike | None = None,
    events_2: ArrayLike | None = None,
    n_2: ArrayLike | None = None,
    force: bool = False,
) -> RegressionTest | RankTest:
    """Test for small-study effects: the one that fits the measure, or the one asked for.

    Parameters
    ----------
    effects : EffectSet or SynthesisResult, optional
        Or arrays: `yi` with `vi` or `sei`, sample sizes or two-by-two tables, as the test needs them.
    test : str, optional
        Default what `recommended_test` says for the measure.
    ni, n_1, n_2, events_1, events_2 : array_like of shape (k,), optional
        Total sample sizes; participants and events of two groups.
    force : bool
        Compute it for fewer than ten effects as well.

    Returns
    -------
    RegressionTest or RankTest

    Raises
    ------
    OptionError
        If what the test needs is missing, or something is given that it has no use for.
    NotEstimableError
        If k < 10 without `force` (Sterne 2011, 10.1136/bmj.d4002), or k < 3.

    Examples
    --------
    >>> yi = [-0.9, -0.1, -0.5, -1.4, -0.3, -0.2, -0.8, -0.4, -0.6, -1.1]
    >>> vi = [0.20, 0.03, 0.08, 0.40, 0.05, 0.02, 0.15, 0.06, 0.10, 0.30]
    >>> small_study_effects(yi=yi, vi=vi, measure="HR").test
    'egger'
    """
    effects = effect_set(effects)
    scale = effects.measure.code if isinstance(effects, EffectSet) else measure
    advice = recommended_test(scale)
    name = advice.test if test is None else require_option("test", test, TestName)
    outcome = {"yi": yi, "vi": vi, "sei": sei}
    tables = {"events_1": events_1, "n_1": n_1, "events_2": events_2, "n_2": n_2}
    if name in _ON_TABLES:
        _refuse(name, {**outcome, "ni": ni}, "two-by-two tables")
        if effects is None and measure not in ("GEN", "OR"):
            raise OptionError(
                f"from arrays of counts {name!r} works on log odds ratios; for measure={measure!r} give an "
                "EffectSet."
            )
        return _ON_TABLES[name](effects, labels=labels, force=force, **tables)
    common: dict[str, Any] = {**outcome, "labels": labels, "measure": measure}
    if name == "pustejovsky":
        _refuse(
            name, {"events_1": events_1, "events_2": events_2, "ni": ni}, "effects and the sizes n_1, n_2"
        )
        return pustejovsky_test(effects, n_1=n_1, n_2=n_2, force=force, **common)
    if name == "egger":
        predictor = advice.predictor if test is None else "sei"
        if predictor == "sei":
            _refuse(name, {**tables, "ni": ni}, "effects and their standard errors")
        _refuse(name, tables, "effects and the sizes ni")
        return egger_test(effects, ni=ni, predictor=predictor, force=force, **common)
    _refuse(name, {**tables, "ni": ni}, "effects and their standard errors")
    return _ON_EFFECTS[name](effects, force=force, **common)


def _refuse(name: str, given: dict[str, ArrayLike | None], uses: str) -> None:
    """An argument that would be ignored is an error."""
    useless = [key for key, value in given.items() if value is not None]
    if useless:
        raise OptionError(f"test={name!r} uses {uses}; it has no use for {', '.join(useless)}.")
