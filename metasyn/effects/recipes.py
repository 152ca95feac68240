"""From which columns, by which function and formula each measure is computed: one line per measure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Literal

from metasyn.effects import (
    association,
    correlations,
    freeman_tukey,
    mean_ratios,
    means,
    odds_to_smd,
    prepost,
    proportions,
    rare_events,
    rates,
    single_means,
    two_by_two,
)
from metasyn.effects.figures import (
    ALPHA,
    CHANGE,
    ONE_MEAN,
    ONE_PROPORTION,
    ONE_R,
    ONE_RATE,
    PARTIAL,
    SEMIPARTIAL,
    TWO_COUNTS,
    TWO_MEANS,
    TWO_RATES,
    only,
)
from metasyn.effects.formulas import Array
from metasyn.effects.inputs import Figure
from metasyn.vocabulary import Measure, RouteName

__all__ = ["RECIPES", "Layout", "Recipe"]

Layout = Literal["two groups", "group", "two rates", "rate", "other"]
_Compute = Callable[..., tuple[Array, Array]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How one measure is computed.

    Attributes
    ----------
    figures : tuple of Figure
        The columns, in the order in which `compute` takes them.
    compute : callable
        Columns to `(yi, vi)`, NaN where undefined.
    formula : str
        One line in the symbols of the columns.
    route : str
        Name of the route.
    layout : {'two groups', 'group', 'two rates', 'rate', 'other'}
        Layout of counts: it decides which zero-cell options apply.
    vtypes : tuple of str
        Formulas for the sampling variance, the default first.
    defined_at_zero : bool
        A zero cell leaves nothing undefined: only `zero_cells="all"` or a given `add` change it.
    relative : bool
        A table in which nobody, or everybody, had the event says nothing on it.
    corrects : bool
        There is a choice of correcting the estimate for bias.
    unused : tuple of str
        Columns of the same layout that may be given but are not needed.
    """

    figures: tuple[Figure, ...]
    compute: _Compute
    formula: str
    route: RouteName
    layout: Layout = "other"
    vtypes: tuple[str, ...] = ("LS",)
    defined_at_zero: bool = False
    relative: bool = False
    corrects: bool = False
    unused: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(figure.name for figure in self.figures)


_SQRT = "\N{SQUARE ROOT}"
_AVERAGED = ("LS", "AV")
_SMD = ("LS", "LS2", "UB", "AV")


def _table(
    compute: _Compute,
    formula: str,
    *,
    vtypes: tuple[str, ...] = ("LS",),
    defined_at_zero: bool = False,
    relative: bool = False,
) -> Recipe:
    return Recipe(
        figures=TWO_COUNTS,
        compute=compute,
        formula=formula,
        route="events",
        layout="two groups",
        vtypes=vtypes,
        defined_at_zero=defined_at_zero,
        relative=relative,
    )


def _group(
    compute: _Compute, formula: str, *, vtypes: tuple[str, ...] = ("LS",), defined_at_zero: bool = False
) -> Recipe:
    return Recipe(
        figures=ONE_PROPORTION,
        compute=compute,
        formula=formula,
        route="events",
        layout="group",
        vtypes=vtypes,
        defined_at_zero=defined_at_zero,
    )


def _rate(
    compute: _Compute,
    formula: str,
    *,
    two: bool = False,
    defined_at_zero: bool = False,
    relative: bool = False,
) -> Recipe:
    return Recipe(
        figures=TWO_RATES if two else ONE_RATE,
        compute=compute,
        formula=formula,
        route="person-time",
        layout="two rates" if two else "rate",
        defined_at_zero=defined_at_zero,
        relative=relative,
    )


def _means(
    compute: _Compute,
    formula: str,
    *names: str,
    of: tuple[Figure, ...] = TWO_MEANS,
    vtypes: tuple[str, ...] = ("LS",),
    corrects: bool = True,
) -> Recipe:
    return Recipe(
        figures=only(of, *names) if names else of,
        compute=compute,
        formula=formula,
        route="paired means" if of is CHANGE else "means",
        vtypes=vtypes,
        corrects=corrects,
        unused=tuple(figure.name for figure in of if names and figure.name not in names),
    )


def _correlation(
    compute: _Compute, formula: str, *, of: tuple[Figure, ...] = ONE_R, vtypes: tuple[str, ...] = ("LS",)
) -> Recipe:
    return Recipe(
        figures=of,
        compute=compute,
        formula=formula,
        route="alpha" if of is ALPHA else "correlation",
        vtypes=vtypes,
    )


RECIPES: Mapping[Measure, Recipe] = MappingProxyType(
    {
        "OR": _table(
            two_by_two.log_odds_ratio,
            "ln(e1(n2 − e2)) − ln(e2(n1 − e1)); variance 1/e1 + 1/(n1 − e1) + 1/e2 + 1/(n2 − e2)",
            relative=True,
        ),
        "RR": _table(
            two_by_two.log_risk_ratio,
            "ln(e1/n1) − ln(e2/n2); variance 1/e1 − 1/n1 + 1/e2 − 1/n2",
            relative=True,
        ),
        "RD": _table(
            two_by_two.risk_difference,
            "p1 − p2 with p = e/n; variance p1(1 − p1)/n1 + p2(1 − p2)/n2",
            vtypes=("LS", "UB", "AV"),
        ),
        "AS": _table(
            rare_events.arcsine_risk_difference,
            f"asin({_SQRT}p1) − asin({_SQRT}p2) with p = e/n; variance 1/(4 n1) + 1/(4 n2)",
            defined_at_zero=True,
        ),
        "PETO": _table(
            rare_events.peto_log_odds_ratio,
            "(O − E)/V of group 1, V hypergeometric; variance 1/V",
            relative=True,
        ),
        "PHI": _table(
            association.phi_coefficient,
            f"(ad − bc)/{_SQRT}((a + b)(c + d)(a + c)(b + d)); large-sample variance",
            vtypes=("LS", "CS", "ST"),
            defined_at_zero=True,
        ),
        "YUQ": _table(
            association.yules_q,
            "(OR − 1)/(OR + 1); variance (1 − Q²)² (1/a + 1/b + 1/c + 1/d)/4",
            relative=True,
        ),
        "YUY": _table(
            association.yules_y,
            f"({_SQRT}OR − 1)/({_SQRT}OR + 1); variance (1 − Y²)² (1/a + 1/b + 1/c + 1/d)/16",
            relative=True,
        ),
        "OR2DL": _table(
            odds_to_smd.smd_from_odds_logistic,
            f"{_SQRT}3/π × ln OR; variance 3/π² × that of ln OR",
            relative=True,
        ),
        "OR2DN": _table(
            odds_to_smd.smd_from_odds_normal, "ln OR/1.65; variance that of ln OR/1.65²", relative=True
        ),
        "IRR": _rate(
            rates.log_rate_ratio, "ln(e1/t1) − ln(e2/t2); variance 1/e1 + 1/e2", two=True, relative=True
        ),
        "IRD": _rate(rates.rate_difference, "e1/t1 − e2/t2; variance e1/t1² + e2/t2²", two=True),
        "IRSD": _rate(
            rates.sqrt_rate_difference,
            f"{_SQRT}(e1/t1) − {_SQRT}(e2/t2); variance 1/(4 t1) + 1/(4 t2)",
            two=True,
            defined_at_zero=True,
        ),
        "PLO": _group(
            proportions.logit_proportion, "ln(e/(n − e)); variance 1/e + 1/(n − e)", vtypes=_AVERAGED
        ),
        "PAS": _group(proportions.arcsine_proportion, "asin(√(e/n)); variance 1/(4n)", defined_at_zero=True),
        "PR": _group(proportions.raw_proportion, "e/n; variance p(1 − p)/n", vtypes=("LS", "UB", "AV")),
        "PLN": _group(proportions.log_proportion, "ln(e/n); variance 1/e − 1/n", vtypes=_AVERAGED),
        "PFT": _group(
            freeman_tukey.double_arcsine_proportion,
            "(asin(√(e/(n + 1))) + asin(√((e + 1)/(n + 1))))/2; variance 1/(4n + 2)",
            defined_at_zero=True,
        ),
        "IR": _rate(rates.rate, "e/t; variance e/t²"),
        "IRLN": _rate(rates.log_rate, "ln(e/t); variance 1/e"),
        "IRS": _rate(rates.sqrt_rate, f"{_SQRT}(e/t); variance 1/(4t)", defined_at_zero=True),
        "IRFT": _rate(
            freeman_tukey.freeman_tukey_rate,
            f"({_SQRT}(e/t) + {_SQRT}((e + 1)/t))/2; variance 1/(4t)",
            defined_at_zero=True,
        ),
        "MD": _means(
            means.mean_difference,
            "m1 − m2; variance s1²/n1 + s2²/n2",
            vtypes=("LS", "HO"),
            corrects=False,
        ),
        "SMD": _means(
            means.standardised_mean_difference,
            "J(n1 + n2 − 2) (m1 − m2)/s pooled, J exact; variance 1/n1 + 1/n2 + g²/(2(n1 + n2))",
            vtypes=_SMD,
        ),
        "SMDH": _means(
            means.standardised_unequal,
            "J(n1 + n2 − 2) (m1 − m2)/√((s1² + s2²)/2), J exact; variance of Bonett",
        ),
        "SMD1": _means(
            means.standardised_by_group_2,
            "J(n2 − 1) (m1 − m2)/s2, J exact; variance 1/n1 + 1/n2 + g²/(2 n2)",
            "mean_1",
            "n_1",
            "mean_2",
            "sd_2",
            "n_2",
            vtypes=_SMD,
        ),
        "SMD1H": _means(
            partial(means.standardised_unequal, by_group_2=True),
            "J(n2 − 1) (m1 − m2)/s2, J exact; variance of Bonett",
        ),
        "ROM": _means(
            mean_ratios.log_mean_ratio,
            "ln(m1/m2) + (c1²/n1 − c2²/n2)/2 with c = s/m; variance c1²/n1 + c2²/n2",
            vtypes=("LS", "HO", "AV", "AVHO"),
        ),
        "CVR": _means(
            mean_ratios.log_cv_ratio,
            "ln(c1/c2) + (1/(n1 − 1) − 1/(n2 − 1) − c1²/n1 + c2²/n2)/2 with c = s/m; "
            "variance 1/(2(n1 − 1)) + 1/(2(n2 − 1)) + c1²/n1 + c2²/n2",
        ),
        "VR": _means(
            mean_ratios.log_sd_ratio,
            "ln(s1/s2) + 1/(2(n1 − 1)) − 1/(2(n2 − 1)); variance 1/(2(n1 − 1)) + 1/(2(n2 − 1))",
            "sd_1",
            "n_1",
            "sd_2",
            "n_2",
        ),
        "MN": _means(single_means.single_mean, "m; variance s²/n", of=ONE_MEAN, corrects=False),
        "MNLN": _means(single_means.log_mean, "ln m; variance s²/(n m²)", of=ONE_MEAN, corrects=False),
        "SDLN": _means(
            single_means.log_sd, "ln s + 1/(2(n − 1)); variance 1/(2(n − 1))", "sd", "n", of=ONE_MEAN
        ),
        "CVLN": _means(
            single_means.log_cv,
            "ln(s/m) + 1/(2(n − 1)); variance 1/(2(n − 1)) + s²/(n m²)",
            of=ONE_MEAN,
        ),
        "COR": _correlation(correlations.correlation, "r; variance (1 − r²)²/(n − 1)", vtypes=_AVERAGED),
        "UCOR": _correlation(
            correlations.unbiased_correlation,
            "y = r ₂F₁(½, ½; (n − 2)/2; 1 − r²); variance (1 − y²)²/(n − 1)",
            vtypes=("LS", "UB", "AV"),
        ),
        "ZCOR": _correlation(correlations.fisher_z, "atanh r; variance 1/(n − 3)"),
        "PCOR": _correlation(
            correlations.partial_correlation,
            "t/√(t² + n − m − 1), m predictors; variance (1 − y²)²/(n − m)",
            of=PARTIAL,
        ),
        "SPCOR": _correlation(
            correlations.semipartial_correlation,
            "t √((1 − R²)/(n − m − 1)), m predictors; variance of Aloe and Becker",
            of=SEMIPARTIAL,
        ),
        "ARAW": _correlation(
            correlations.coefficient_alpha, "α; variance 2m(1 − α)²/((m − 1)(n − 2)), m items", of=ALPHA
        ),
        "MC": _means(
            prepost.mean_change,
            "m1 − m2; variance (s1² + s2² − 2 r s1 s2)/n",
            of=CHANGE,
            corrects=False,
        ),
        "SMCC": _means(
            prepost.change_by_change_sd,
            "J(n − 1) (m1 − m2)/√(s1² + s2² − 2 r s1 s2), J exact; variance 1/n + y²/(2n)",
            of=CHANGE,
        ),
        "SMCR": _means(
            prepost.change_by_first_sd,
            "J(n − 1) (m1 − m2)/s1, J exact; variance 2(1 − r)/n + y²/(2n)",
            "mean_1",
            "sd_1",
            "mean_2",
            "n",
            "r",
            of=CHANGE,
        ),
        "SMCRH": _means(
            prepost.change_by_first_sd_unequal,
            "J(n − 1) (m1 − m2)/s1, J exact; variance of Bonett",
            of=CHANGE,
        ),
        "ROMC": _means(
            prepost.log_mean_ratio_paired,
            "ln(m1/m2) + (c1² − c2²)/(2n) with c = s/m; variance (c1² + c2² − 2 r c1 c2)/n",
            of=CHANGE,
        ),
        "CVRC": _means(
            prepost.log_cv_ratio_paired,
            "ln(c1/c2) − (c1² − c2²)/(2n) with c = s/m; "
            "variance (1 − r²)/(n − 1) + (c1² + c2² − 2 r c1 c2)/n",
            of=CHANGE,
        ),
        "VRC": _means(
            prepost.log_sd_ratio_paired,
            "ln(s1/s2); variance (1 − r²)/(n − 1)",
            "sd_1",
            "sd_2",
            "n",
            "r",
            of=CHANGE,
            corrects=False,
        ),
    }
)
