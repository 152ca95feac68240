"""Empirical priors of tau: how much the effects of trials of a kind have differed in many reviews."""

from __future__ import annotations

from metasyn.errors import OptionError
from metasyn.synthesis.bayes.empirical_tables import (
    CORRECTED,
    RHODES,
    RHODES_ALL,
    RHODES_COMPARISONS,
    TURNER,
    TURNER_ALL,
    TURNER_COMPARISONS,
)
from metasyn.synthesis.bayes.log_priors import LogNormal, LogT
from metasyn.vocabulary import (
    BinaryComparison,
    BinaryOutcome,
    ContinuousComparison,
    ContinuousOutcome,
    MedicalArea,
    require_option,
)

__all__ = ["rhodes_prior", "turner_prior"]

_TURNER = "Turner RM, et al. Stat Med 2015;34:984-998, table IV, 10.1002/sim.6381"
_RHODES = "Rhodes KM, Turner RM, Higgins JPT. J Clin Epidemiol 2015;68:52-60, 10.1016/j.jclinepi.2014.08.012"
_RHODES_DF = 5.0


def turner_prior(
    outcome: BinaryOutcome | None = None, comparison: BinaryComparison | None = None
) -> LogNormal:
    """Log-normal prior of tau for log odds ratios, from 14,886 meta-analyses of Cochrane reviews.

    The table is for tau^2; location and scale are halved for tau.

    Parameters
    ----------
    outcome : str, optional
        `"all-cause mortality"`, `"adverse events"`, ...: see `vocabulary.BinaryOutcome`.
    comparison : str, optional
        `"pharmacological vs placebo or control"`, ...: see `vocabulary.BinaryComparison`.
        Both or neither; neither gives the distribution over all of them.

    Returns
    -------
    LogNormal

    Raises
    ------
    OptionError
        If one of the two is missing or unknown.

    References
    ----------
    Turner RM, Jackson D, Wei Y, Thompson SG, Higgins JPT. Predictive distributions for between-study
    heterogeneity and simple methods for their application in Bayesian meta-analysis. Stat Med
    2015;34:984-998. 10.1002/sim.6381

    Examples
    --------
    >>> str(turner_prior("all-cause mortality", "pharmacological vs placebo or control"))
    'log-normal(location -1.975, scale 0.67)'
    >>> str(turner_prior())
    'log-normal(location -1.28, scale 0.87)'
    """
    _both({"outcome": outcome, "comparison": comparison})
    location, scale = TURNER_ALL
    if outcome is not None and comparison is not None:
        require_option("outcome", outcome, BinaryOutcome)
        require_option("comparison", comparison, BinaryComparison)
        location, scale = TURNER[outcome][TURNER_COMPARISONS.index(comparison)]
    return LogNormal(
        location=location / 2, scale=scale / 2, source=_source(_TURNER, outcome, comparison), made_for="OR"
    )


def rhodes_prior(
    outcome: ContinuousOutcome | None = None,
    comparison: ContinuousComparison | None = None,
    *,
    area: MedicalArea = "other",
) -> LogT:
    """Log-t prior of tau (5 df) for standardised mean differences, from 6,492 Cochrane meta-analyses.

    The table is for tau^2; location and scale are halved for tau.

    Parameters
    ----------
    outcome : str, optional
        `"mental health"`, ...: see `vocabulary.ContinuousOutcome`.
    comparison : str, optional
        `"pharmacological vs placebo or control"`, `"pharmacological vs pharmacological"` or
        `"non-pharmacological"` (any comparison with such an intervention). Both or neither.
    area : {'other', 'respiratory', 'cancer'}
        Medical area.

    Returns
    -------
    LogT
        Its `caution` says where a constant of the table had to be corrected.

    Raises
    ------
    OptionError
        If one of the two is missing or unknown, or an area is given without them.

    References
    ----------
    Rhodes KM, Turner RM, Higgins JPT. Predictive distributions were developed for the extent of
    heterogeneity in meta-analyses of continuous outcome data. J Clin Epidemiol 2015;68:52-60.
    10.1016/j.jclinepi.2014.08.012

    Examples
    --------
    >>> str(rhodes_prior("mental health", "pharmacological vs placebo or control"))
    'log-t(location -1.495, scale 1.08, df 5)'
    """
    _both({"outcome": outcome, "comparison": comparison})
    require_option("area", area, MedicalArea)
    location, scale = RHODES_ALL
    caution = ""
    if outcome is not None and comparison is not None:
        require_option("outcome", outcome, ContinuousOutcome)
        require_option("comparison", comparison, ContinuousComparison)
        location, scale = RHODES[area][outcome][RHODES_COMPARISONS.index(comparison)]
        changed = CORRECTED.get((area, outcome, comparison))
        if changed:
            caution = (
                f"for ln tau^2 this prior uses {changed}: the printed value does not fit the rest of the "
                "table; check it with the paper"
            )
    elif area != "other":
        raise OptionError("area needs outcome and comparison: the overall prior is for all areas.")
    return LogT(
        location=location / 2,
        scale=scale / 2,
        df=_RHODES_DF,
        source=_source(_RHODES, outcome, comparison, "" if area == "other" else area),
        made_for="SMD",
        caution=caution,
    )


def _both(given: dict[str, str | None]) -> None:
    missing = [name for name, value in given.items() if value is None]
    if len(missing) == 1:
        raise OptionError(f"{missing[0]} is missing: give outcome and comparison, or neither.")


def _source(paper: str, *words: str | None) -> str:
    chosen = "; ".join(word for word in words if word)
    return f"{paper} ({chosen or 'all outcomes and comparisons'})"
