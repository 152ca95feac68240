"""PET, PEESE and the conditional PET-PEESE estimate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from metasyn.effects.model import EffectSet
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.small_study.egger import fit_line
from metasyn.synthesis.small_study.inputs import poolable, require_number
from metasyn.synthesis.small_study.policy import require_enough
from metasyn.synthesis.small_study.recommend import linked_finding
from metasyn.synthesis.small_study.regression import Coefficient, Line
from metasyn.values import Finding
from metasyn.vocabulary import LineCiMethod, Measure, RegressionModel, Tau2Method

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PetPeese", "pet_peese"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PetPeese:
    """Effects at infinite precision, extrapolated along the standard error or the variance.

    Attributes
    ----------
    pet, peese : Line
        Regressions on the standard error and on the sampling variance; the estimates are their
        intercepts, the asymmetry their slopes.
    chosen : {'PET', 'PEESE'}
        PEESE if the intercept of PET differs from 0 at `alpha` (two-sided), else PET.
    estimate : Coefficient
        The intercept of the chosen one.
    alpha : float
    k : int
    labels : tuple of str
    findings : tuple of Finding
    """

    measure: Measure
    pet: Line
    peese: Line
    chosen: Literal["PET", "PEESE"]
    estimate: Coefficient
    alpha: float
    k: int
    labels: tuple[str, ...]
    findings: tuple[Finding, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "measure": self.measure,
            "k": self.k,
            "alpha": self.alpha,
            "chosen": self.chosen,
            "estimate": self.estimate.to_dict(),
            **{
                name: {
                    "model": line.model,
                    "tau2": line.tau2,
                    "intercept": line.intercept.to_dict(),
                    "slope": line.slope.to_dict(),
                }
                for name, line in (("PET", self.pet), ("PEESE", self.peese))
            },
            "findings": [str(finding) for finding in self.findings],
        }

    def to_frame(self) -> pd.DataFrame:
        """One row for PET and one for PEESE."""
        import pandas as pd

        rows = [
            {
                "method": name,
                "estimate": line.intercept.estimate,
                "se": line.intercept.se,
                "ci_low": line.intercept.ci.low,
                "ci_high": line.intercept.ci.high,
                "p": line.intercept.pvalue,
                "slope": line.slope.estimate,
                "slope_p": line.slope.pvalue,
                "chosen": name == self.chosen,
            }
            for name, line in (("PET", self.pet), ("PEESE", self.peese))
        ]
        return pd.DataFrame(rows)

    def __str__(self) -> str:
        from metasyn.synthesis.small_study.text import pet_peese_to_text

        return pet_peese_to_text(self)


def pet_peese(
    effects: EffectSet | SynthesisResult | None = None,
    *,
    yi: ArrayLike | None = None,
    vi: ArrayLike | None = None,
    sei: ArrayLike | None = None,
    labels: Sequence[str] | None = None,
    measure: str = "GEN",
    model: RegressionModel = "multiplicative",
    tau2_method: Tau2Method | None = None,
    ci_method: LineCiMethod | None = None,
    alpha: float = 0.05,
    level: float = 0.95,
    force: bool = False,
) -> PetPeese:
    """The precision-effect test, the precision-effect estimate with standard error, and their choice.

    PET: y = b0 + b1 se; PEESE: y = b0 + b1 se^2; both by weighted least squares with weights 1/v
    and, as in the paper, a dispersion factor and t with k - 2 df.

    Parameters
    ----------
    effects : EffectSet or SynthesisResult, optional
        Or arrays `yi` with `vi` or `sei`, each of shape (k,).
    model, tau2_method, ci_method : str, optional
        As of `egger_test`.
    alpha : float
        Level (two-sided) at which the intercept of PET must differ from 0 for PEESE to be taken. Some
        authors test one-sided at 0.05, which is 0.1 here for an effect in the expected direction.
    level : float
    force : bool
        Compute it for fewer than ten effects as well.

    Raises
    ------
    OptionError
        If an option or the data are out of range.
    NotEstimableError
        If k < 10 without `force`, k < 3, or the standard errors are all equal.

    References
    ----------
    Stanley TD, Doucouliagos H. Meta-regression approximations to reduce publication selection bias.
    Res Synth Methods 2014;5:60-78. 10.1002/jrsm.1095

    Examples
    --------
    >>> yi = [-0.9, -0.1, -0.5, -1.4, -0.3, -0.2, -0.8, -0.4, -0.6, -1.1]
    >>> vi = [0.20, 0.03, 0.08, 0.40, 0.05, 0.02, 0.15, 0.06, 0.10, 0.30]
    >>> found = pet_peese(yi=yi, vi=vi)
    >>> found.chosen, round(found.pet.intercept.estimate, 4)
    ('PEESE', 0.2226)
    """
    require_number("alpha", alpha, low=0.0, high=1.0, rule="between 0 and 1")
    chosen = poolable(effects, yi=yi, vi=vi, sei=sei, labels=labels, measure=measure)
    findings = require_enough(chosen.k, "PET-PEESE", force=force, least=3)
    pet, peese = (
        fit_line(chosen, x, model=model, tau2_method=tau2_method, ci_method=ci_method, level=level)
        for x in (np.sqrt(chosen.vi), chosen.vi)
    )
    takes_peese = pet.intercept.pvalue < alpha
    return PetPeese(
        measure=chosen.measure.code,
        pet=pet,
        peese=peese,
        chosen="PEESE" if takes_peese else "PET",
        estimate=(peese if takes_peese else pet).intercept,
        alpha=float(alpha),
        k=chosen.k,
        labels=chosen.labels,
        findings=findings + linked_finding(chosen.measure.code, "PET-PEESE"),
    )
