"""Named method profiles: what a tool or a guideline does where nothing else is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any

from metasyn.effects.given import GivenEffects
from metasyn.effects.model import EffectSet
from metasyn.errors import OptionError
from metasyn.synthesis.spec import SynthesisSpec
from metasyn.values import Finding
from metasyn.vocabulary import Profile, Tau2CiMethod, Tau2Method, choices, require_option

__all__ = ["PROFILES", "MethodProfile", "departures", "profile_remarks", "profile_spec"]

_OPTIONS = tuple(field.name for field in fields(SynthesisSpec) if field.name != "profile")
# Options without a default of the profile: those of the question, and what the profile's rule decides.
_FREE = ("model", "ci_method", "tau2", "weights", "level", "seed", "outcome_type", "comparison_type")


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodProfile:
    """The methods of a tool or guideline, pinned.

    Attributes
    ----------
    name : str
        The word of the option `profile`.
    label : str
        What it stands for, with its version, for the middle of a sentence.
    covers : str
        Which functions or documents of it.
    spec : SynthesisSpec
        Its defaults. Model and interval of the mean are None: they follow from `rule`, which
        `metasyn.synthesis.policy.choose` applies.
    rule : str
        Which model and which interval of the mean headline, in a sentence.
    follows : tuple of ((option, word), (option, word))
        If the first is asked for, the tool changes the second too.
    sources : tuple of str
        Where the defaults are documented.
    unconfirmed : tuple of str
        What is recalled or inferred and was not read in a source.
    differences : tuple of str
        Where a result under this profile knowingly differs from what the tool prints.
    """

    name: Profile
    label: str
    covers: str
    spec: SynthesisSpec
    rule: str
    follows: tuple[tuple[tuple[str, str], tuple[str, str]], ...] = ()
    sources: tuple[str, ...] = ()
    unconfirmed: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()


_WALD = "Random-effects model with the Wald interval (normal distribution), for two studies or more."
_META = "Schwarzer G. R package meta, help pages meta-package and settings.meta. https://cran.r-project.org/package=meta"
_META_NEWS = "R package meta, NEWS: https://cran.r-project.org/web/packages/meta/news/news.html"
_NO_PI_OF_TWO = "No prediction interval is given for two studies, where the tool prints one."
_OPTIMUM = "Where the likelihood has several maxima the highest is taken; the tool may stop at another."
_BOTH_MODELS = "The tool prints the common-effect model beside it; here it is among the alternatives."
_PI_UNASKED = "The tool prints the prediction interval only when asked (prediction=TRUE)."
# meta's default interval of tau2 (method.tau.ci): Jackson's for DL, else Q-profile.
_OF_DL: Tau2CiMethod = "jackson"
_META_FOLLOWS = tuple(
    (("tau2_method", method), ("tau2_ci_method", _OF_DL if method == "DL" else "q-profile"))
    for method in choices(Tau2Method)
)

_Q_OF_COUNTS = (
    "For counts of two groups Review Manager 5 computes Q, and from it tau2, around the Mantel-Haenszel "
    "estimate; here it is the inverse-variance one, which gives slightly other numbers."
)

_ALL = (
    MethodProfile(
        name="metasyn",
        label="metasyn",
        covers="Its own defaults.",
        spec=SynthesisSpec(),
        rule="By the number of studies k and the measure: for two the Bayesian random-effects model with "
        "half-normal(0.5) as prior of tau (log ratios, logits, standardised differences; else random effects "
        "with the ad hoc floor); proportions from counts by a mixed model of the counts with a t interval; "
        "else "
        "random effects with the Hartung-Knapp interval with its ad hoc floor for three and four; from "
        "five on "
        "random effects with the Hartung-Knapp interval, with the floor where tau2 is 0 or the standard "
        "error "
        "would shrink.",
        sources=(
            "Röver C, Knapp G, Friede T. BMC Med Res Methodol 2015;15:99. 10.1186/s12874-015-0091-1",
            "Bender R et al. Res Synth Methods 2018;9:382-392. 10.1002/jrsm.1297",
            "Röver C et al. Res Synth Methods 2021;12:448-474. 10.1002/jrsm.1475",
            "Lin L, Chu H. Epidemiology 2020;31:713-717. 10.1097/EDE.0000000000001232",
            "Veroniki AA et al. Res Synth Methods 2016;7:55-79. 10.1002/jrsm.1164",
        ),
    ),
    MethodProfile(
        name="cochrane-2025",
        label="Cochrane's random-effects methods of 2025",
        covers="Intervention reviews, in RevMan since January 2025.",
        spec=SynthesisSpec(profile="cochrane-2025"),
        rule="Random-effects model with the Hartung-Knapp-Sidik-Jonkman interval where there are more than "
        "two studies and tau2 is above 0, otherwise with the Wald interval.",
        sources=(
            "Cochrane Methods. Random-effects meta-analysis methods for Intervention Reviews. "
            "https://methods.cochrane.org/methods-cochrane/"
            "random-effects-meta-analysis-methods-intervention-reviews "
            "(REML, Hartung-Knapp-Sidik-Jonkman, Q-profile, I2 from tau2, prediction intervals)",
        ),
        unconfirmed=(
            "The rule when the Wald interval takes over (k = 2, or tau2 = 0) is recalled from Handbook "
            "section 10.10.4 and was not read in a source.",
            "The prediction interval is 't or normal' in the source; t with k - 1 degrees of freedom around "
            "the unmodified standard error is assumed.",
        ),
    ),
    MethodProfile(
        name="iqwig-6",
        label="IQWiG's General Methods 6",
        covers="As preset IQWiG6 of the R package meta 8 has them.",
        spec=SynthesisSpec(tau2_method="PM", i2_method="Q", profile="iqwig-6"),
        rule="Random-effects model with the Hartung-Knapp interval for two studies or more; where that is "
        "narrower than the DerSimonian-Laird Wald interval, the unmodified standard error with the t "
        "distribution instead.",
        follows=_META_FOLLOWS,
        sources=(
            _META,
            "IQWiG. General Methods, version 6. https://www.iqwig.de/en/about-us/methods/methods-paper/",
        ),
        unconfirmed=(
            "IQWiG's own document was not read; the preset of the R package stands for it.",
            "The prediction interval has k - 1 degrees of freedom because the preset leaves it to meta 8's "
            "default; under meta 7 the same preset gave k - 2.",
            "What IQWiG does instead of pooling when there are very few studies is not part of the preset.",
        ),
        differences=(_NO_PI_OF_TWO,),
    ),
    MethodProfile(
        name="metafor",
        label="the R package metafor",
        covers="rma(), predict() and confint() with their defaults.",
        spec=SynthesisSpec(pi_method="normal", profile="metafor"),
        rule=_WALD,
        # predict() takes standard error and quantile of the test of the mean.
        follows=(
            (("ci_method", "t"), ("pi_method", "t(k-1)")),
            (("ci_method", "hartung-knapp"), ("pi_method", "hartung-knapp")),
            (("ci_method", "hartung-knapp-adhoc"), ("pi_method", "hartung-knapp")),
            (("tau2_method", "GENQ"), ("tau2_ci_method", "generalised-q")),
            (("tau2_method", "GENQM"), ("tau2_ci_method", "generalised-q")),
        ),
        sources=(
            "Viechtbauer W. J Stat Softw 2010;36(3):1-48. 10.18637/jss.v036.i03",
            "metafor, help pages rma.uni, predict.rma, confint.rma: https://wviechtb.github.io/metafor/reference/",
        ),
        differences=(
            _NO_PI_OF_TWO,
            _OPTIMUM,
            "Equations are solved to full precision and the interval of tau2 is not capped; metafor stops "
            "at its default thresholds (1e-5 for tau2) and at tau2.max.",
        ),
    ),
    MethodProfile(
        name="meta-8",
        label="the R package meta 8",
        covers="metagen() with its defaults.",
        spec=SynthesisSpec(i2_method="Q", profile="meta-8"),
        rule=_WALD,
        follows=_META_FOLLOWS,
        sources=(
            _META,
            _META_NEWS + " (8.0-0: prediction interval on k - 1 instead of k - 2 degrees of freedom)",
        ),
        differences=(_BOTH_MODELS, _PI_UNASKED, _NO_PI_OF_TWO, _OPTIMUM),
    ),
    MethodProfile(
        name="meta-7",
        label="the R package meta 7",
        covers="metagen() with its defaults; preset meta7 of later versions.",
        spec=SynthesisSpec(pi_method="t(k-2)", i2_method="Q", profile="meta-7"),
        rule=_WALD,
        follows=_META_FOLLOWS,
        sources=(_META, _META_NEWS),
        differences=(_BOTH_MODELS, _PI_UNASKED, _OPTIMUM),
    ),
    MethodProfile(
        name="revman-5",
        label="Review Manager 5",
        covers="Random effects by inverse variance.",
        spec=SynthesisSpec(
            tau2_method="DL",
            pi_method="none",
            tau2_ci_method=_OF_DL,
            i2_method="Q",
            profile="revman-5",
        ),
        rule=_WALD,
        follows=_META_FOLLOWS,
        sources=(
            _META + " (preset RevMan5)",
            "Deeks JJ, Higgins JPT. Statistical algorithms in Review Manager 5. Statistical Methods Group of "
            "The Cochrane Collaboration, 2010.",
        ),
        unconfirmed=(
            "The paper on RevMan 5's algorithms was not read; the preset of the R package stands for it.",
        ),
        differences=(
            "Review Manager 5 prints no interval of tau2 or I2; the one shown is what the preset gives.",
            _Q_OF_COUNTS,
        ),
    ),
)

PROFILES: Mapping[Profile, MethodProfile] = MappingProxyType({profile.name: profile for profile in _ALL})


def profile_spec(name: Profile = "metasyn", **named: Any) -> SynthesisSpec:
    """The request that a profile stands for, with some options named.

    Parameters
    ----------
    name : str
        A word of `Profile`.
    **named
        Options of `SynthesisSpec`; those that are not None take the place of the profile's, and
        bring along what the tool itself changes with them (`MethodProfile.follows`).

    Returns
    -------
    SynthesisSpec
        Its `profile` is `name`.

    Raises
    ------
    OptionError
        If there is no such profile or option, or a value is not allowed.

    Examples
    --------
    >>> profile_spec("meta-7").pi_method, profile_spec("meta-7", pi_method="t(k-1)").pi_method
    ('t(k-2)', 't(k-1)')
    >>> profile_spec("metafor", ci_method="hartung-knapp").pi_method
    'hartung-knapp'
    """
    require_option("profile", name, Profile)
    unknown = [option for option in named if option not in _OPTIONS]
    if unknown:
        raise OptionError(f"there is no option {unknown[0]!r}; the options are {', '.join(_OPTIONS)}.")
    profile = PROFILES[name]
    asked = {option: value for option, value in named.items() if value is not None}
    brought = {
        option: word
        for (cause, value), (option, word) in profile.follows
        if asked.get(cause) == value and option not in asked
    }
    return profile.spec.update(**brought, **asked) if asked else profile.spec


def departures(spec: SynthesisSpec) -> Iterator[tuple[str, str, str]]:
    """Where a request differs from the defaults of its profile.

    Yields
    ------
    option, asked, default : str
        Only options that a profile decides; model and interval of the mean have their own rule.

    Examples
    --------
    >>> list(departures(profile_spec("revman-5", tau2_method="REML")))
    [('tau2_method', 'REML', 'DL')]
    """
    named = {option: getattr(spec, option) for option in ("tau2_method", "ci_method")}
    default = profile_spec(spec.profile, **named)
    base = PROFILES[spec.profile].spec
    for option in _OPTIONS:
        if option in _FREE:
            continue
        asked = getattr(spec, option)
        # What follows from another option that was asked for is the tool's own choice.
        usual = getattr(base if option in named else default, option)
        if asked != usual:
            yield option, asked, usual


def profile_remarks(effects: EffectSet, name: Profile) -> tuple[Finding, ...]:
    """What the tool behind a profile does otherwise with effects of this kind."""
    if name != "revman-5" or effects.k < 2 or isinstance(effects.effects, GivenEffects):
        return ()
    if not any(effect.counts is not None and effect.counts.n_2 is not None for effect in effects.effects):
        return ()
    return (Finding(code="profile-differs", message=_Q_OF_COUNTS, severity="note"),)
