"""Summary figures of studies, given as columns, as effects on the scale of one measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from numpy.typing import ArrayLike

from metasyn.effects.computed import Choices, effects_from_figures
from metasyn.effects.estimates import (
    ESTIMATE_SETS,
    effects_from_estimates,
    estimate_breaches,
    estimate_figures,
)
from metasyn.effects.figures import beyond_participants
from metasyn.effects.inputs import as_columns, breaches, refuse, text_column
from metasyn.effects.measure import EffectMeasure, get_measure
from metasyn.effects.model import EffectSet
from metasyn.effects.recipes import RECIPES
from metasyn.errors import OptionError
from metasyn.vocabulary import Measure, ZeroCells, require_option

__all__ = ["column_sets", "effect_sizes"]

# There the way to the analysis scale needs a sample size, which an interval does not tell.
_NOT_FROM_INTERVALS = ("PFT", "IRFT")


def column_sets(measure: EffectMeasure) -> tuple[tuple[str, ...], ...]:
    """Every set of columns that this measure can be had from.

    Examples
    --------
    >>> column_sets(get_measure("ZCOR"))
    (('yi', 'vi'), ('yi', 'sei'), ('estimate', 'ci_low', 'ci_high'), ('r', 'n'))
    """
    printed = ESTIMATE_SETS[:2] if measure.code in _NOT_FROM_INTERVALS else ESTIMATE_SETS
    recipe = RECIPES.get(measure.code)
    return printed if recipe is None else (*printed, recipe.columns)


def effect_sizes(
    measure: Measure,
    *,
    zero_cells: ZeroCells = "only0",
    add: float | None = None,
    drop00: bool | None = None,
    vtype: str | Sequence[str] | None = None,
    correct: bool | None = None,
    labels: Sequence[str] | None = None,
    attributes: Mapping[str, Sequence[object]] | None = None,
    **columns: ArrayLike,
) -> EffectSet:
    """Effects and sampling variances from the summary figures of studies.

    The columns decide what is computed; each is an array with one value per study, or one number for
    all of them. None or NaN means not reported: the study becomes an exclusion.

    ==========================================================  ==========================================
    columns                                                     measures
    ==========================================================  ==========================================
    ``events_1, n_1, events_2, n_2``                            OR RR RD AS PETO PHI YUQ YUY OR2DL OR2DN
    ``events_1, time_1, events_2, time_2``                      IRR IRD IRSD
    ``mean_1, sd_1, n_1, mean_2, sd_2, n_2``                    MD SMD SMDH SMD1H ROM CVR; SMD1 (without
                                                                sd_1), VR (without the means)
    ``events, n``                                               PLO PAS PR PLN PFT
    ``events, time``                                            IR IRLN IRS IRFT
    ``mean, sd, n``                                             MN MNLN CVLN; SDLN (without mean)
    ``r, n``                                                    COR UCOR ZCOR
    ``t, n, n_predictors``                                      PCOR
    ``t, n, n_predictors, r2``                                  SPCOR
    ``alpha, items, n``                                         ARAW
    ``mean_1, sd_1, mean_2, sd_2, n, r``                        MC SMCC SMCRH ROMC CVRC; SMCR (without
                                                                sd_2), VRC (without the means)
    ``estimate, ci_low, ci_high``, if need be ``ci_level``      every measure but PFT and IRFT, on its
                                                                natural scale (hazard ratio, proportion)
    ``yi, vi`` or ``yi, sei``                                   every measure, on its analysis scale
    ==========================================================  ==========================================

    Parameters
    ----------
    measure : str
        Effect measure; its definition stands with the function that computes it
        (`metasyn.effects.recipes`), and in the `route` of each effect.
    zero_cells : {'only0', 'all', 'if0all', 'none'}
        To which tables of counts `add` is added; `to` of metafor's `escalc`.
    add : float, optional
        By default 1/2; for measures that are defined at zero (AS, PHI, IRSD, PAS, PFT, IRS, IRFT) 1/2
        with `zero_cells="all"` and nothing otherwise.
    drop00 : bool, optional
        Leave out tables in which nobody, or everybody, of both groups had the event. By default they
        are left out where they say nothing (OR RR PETO YUQ YUY OR2DL OR2DN IRR), with the reason;
        `False` keeps them with `add`, as `escalc` does by default.
    vtype : str, optional
        Formula for the sampling variances: see the function of the measure. For PHI also one word
        per study.
    correct : bool, optional
        Correction for small-sample bias (SMD and its kin, ROM, CVR, VR, SDLN, CVLN, SMCC, SMCR,
        SMCRH, ROMC, CVRC); True by default, as in metafor since 5.0.
    labels : sequence of str, optional
        Names of the studies; default `"Study 1"`, ...
    attributes : mapping of str to sequence, optional
        Further columns, for subgroups and moderators.
    **columns : array_like of shape (k,)
        One of the sets above, by name.

    Returns
    -------
    EffectSet
        In the order given. Each effect has its route with the formula, and what was added to its
        cells; studies that give no effect are exclusions with a reason.

    Raises
    ------
    OptionError
        If the columns are no set of this measure, a value breaks its rule (every one is named with
        row, value and rule), lengths differ, or an option does not exist for this measure.

    Notes
    -----
    `PFT` has no honest way back from a pooled value: each effect says so, and pooled values are
    shown at the harmonic mean of the sizes.

    Examples
    --------
    Length of stay after stroke, specialist against routine care (Normand 1999, first two studies):

    >>> effects = effect_sizes(
    ...     "SMD",
    ...     mean_1=[55, 27], sd_1=[47, 7], n_1=[155, 31],
    ...     mean_2=[75, 29], sd_2=[64, 4], n_2=[156, 32],
    ...     labels=["Edinburgh", "Orpington mild"],
    ... )
    >>> effects.yi.round(4).tolist(), effects.vi.round(4).tolist()
    ([-0.3552, -0.3479], [0.0131, 0.0645])

    Hazard ratios with 90% intervals:

    >>> effects = effect_sizes("HR", estimate=[0.71], ci_low=[0.55], ci_high=[0.92], ci_level=0.90)
    >>> effects.yi.round(4).tolist(), effects.effects[0].route.name
    ([-0.3425], 'ratio and interval')

    A table without events says nothing on a risk ratio:

    >>> effects = effect_sizes("RR", events_1=[0, 4], n_1=[9, 30], events_2=[0, 6], n_2=[8, 31])
    >>> effects.k, effects.exclusions[0].reason
    (1, 'no events in either group (0/9 and 0/8), hence no risk ratio (Cochrane Handbook, 10.4.4)')
    """
    scale = get_measure(measure)
    require_option("zero_cells", zero_cells, ZeroCells)
    given = _given_set(scale, columns)
    choices = Choices(zero_cells=zero_cells, add=add, drop00=drop00, vtype=vtype, correct=correct)
    computed = given not in ESTIMATE_SETS
    if not computed:
        _refuse_choices(choices)
    if given[0] == "estimate":
        columns = {"ci_level": 0.95, **columns}
    arrays = as_columns(columns)
    k = next(iter(arrays.values())).size
    names = _labels(labels, k)
    rows = _attributes(attributes, k)
    figures = RECIPES[scale.code].figures if computed else estimate_figures(given, scale)
    found = [*breaches(figures, arrays), *beyond_participants(arrays), *estimate_breaches(arrays)]
    refuse(found, arrays, None if labels is None else names)
    if computed:
        return effects_from_figures(scale, arrays, names, rows, choices)
    return effects_from_estimates(scale, arrays, names, rows)


def _given_set(measure: EffectMeasure, columns: Mapping[str, ArrayLike]) -> tuple[str, ...]:
    """The one set of columns that was given, and nothing else."""
    accepted = column_sets(measure)
    unused = RECIPES[measure.code].unused if measure.code in RECIPES else ()
    for names in accepted:
        optional = ("ci_level",) if names[0] == "estimate" else () if names in ESTIMATE_SETS else unused
        if set(names) <= set(columns) <= {*names, *optional}:
            return names
    listed = " | ".join(",".join(names) for names in accepted)
    raise OptionError(
        f"measure {measure.code!r} needs exactly one of these sets of columns: {listed}; "
        f"got {', '.join(columns) or 'none'}."
    )


def _refuse_choices(choices: Choices) -> None:
    """Options of formulas have no meaning for effects that are given."""
    asked = [
        name
        for name, value in (
            ("add", choices.add),
            ("drop00", choices.drop00),
            ("vtype", choices.vtype),
            ("correct", choices.correct),
        )
        if value is not None
    ]
    if asked:
        raise OptionError(f"{', '.join(asked)} cannot change effects that are given with their spread.")


def _labels(labels: Sequence[str] | None, k: int) -> tuple[str, ...]:
    if labels is None:
        return tuple(f"Study {i + 1}" for i in range(k))
    names = tuple(map(str, labels))
    if isinstance(labels, str) or len(names) != k:
        raise OptionError(f"labels must have one value per row; there are {k} rows, labels has {len(names)}.")
    return names


def _attributes(attributes: Mapping[str, Sequence[object]] | None, k: int) -> list[dict[str, str]]:
    """The further columns, row by row."""
    if attributes is not None and not hasattr(attributes, "items"):
        raise OptionError(f"attributes must map names to columns; got {type(attributes).__name__}.")
    given = (
        {}
        if attributes is None
        else {str(name): text_column(str(name), values) for name, values in attributes.items()}
    )
    wrong = [f"{name} has {len(values)}" for name, values in given.items() if len(values) != k]
    if wrong:
        raise OptionError(f"attributes must have one value per row; there are {k} rows, {', '.join(wrong)}.")
    return [{name: values[i] for name, values in given.items()} for i in range(k)]
