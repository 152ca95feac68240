"""What a Bayesian synthesis finds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from metasyn.effects.measure import EffectMeasure
from metasyn.effects.model import EffectSet
from metasyn.errors import OptionError
from metasyn.synthesis.bayes.fit import BayesFit
from metasyn.synthesis.bayes.mu_prior import MuPrior
from metasyn.synthesis.bayes.prior import TauPrior, require_finite
from metasyn.synthesis.bayes.summary import PosteriorSummary, credible
from metasyn.values import Finding, Interval, NotEstimable, require_level
from metasyn.vocabulary import CredibleInterval, Posterior, require_option

if TYPE_CHECKING:
    import pandas as pd

    from metasyn.synthesis.bayes.density import PosteriorDensity
    from metasyn.synthesis.bayes.evidence import BayesFactors
    from metasyn.synthesis.bayes.shrinkage import Shrinkage

__all__ = ["BayesResult"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BayesResult:
    """Posterior of the normal-normal hierarchical model, analysis scale.

    Attributes
    ----------
    effects : EffectSet
        What was pooled.
    tau_prior : TauPrior
    mu_prior : FlatMean or NormalMean
    level : float
        Of all intervals.
    interval : {'shortest', 'quantile'}
        Which of the two credible intervals `ci` and `pi` are.
    mu, tau, predictive : PosteriorSummary
        Of the mean, of the between-study standard deviation, and of the true effect of a new study.
    p_below_null : float or NotEstimable
        Posterior probability that the mean lies below the measure's value of no effect.
    log_marginal_likelihood : float or NotEstimable
        Log density of the data under both priors; needs both to be proper.
    fit : BayesFit
        The distributions themselves, for the next question.
    findings : tuple of Finding
    """

    effects: EffectSet
    tau_prior: TauPrior
    mu_prior: MuPrior
    level: float
    interval: CredibleInterval
    mu: PosteriorSummary
    tau: PosteriorSummary
    predictive: PosteriorSummary
    p_below_null: float | NotEstimable
    log_marginal_likelihood: float | NotEstimable
    fit: BayesFit
    findings: tuple[Finding, ...] = ()

    @property
    def k(self) -> int:
        """Number of effects."""
        return self.effects.k

    @property
    def measure(self) -> EffectMeasure:
        """The effect measure."""
        return self.effects.measure

    @property
    def estimate(self) -> float:
        """The posterior median of the mean."""
        return self.mu.median

    @property
    def ci(self) -> Interval:
        """The credible interval of the mean."""
        return self.mu.interval(self.interval)

    @property
    def pi(self) -> Interval:
        """The interval of the true effect of a new study."""
        return self.predictive.interval(self.interval)

    def credible_interval(
        self,
        of: Posterior = "mu",
        *,
        level: float | None = None,
        interval: CredibleInterval | None = None,
    ) -> Interval:
        """A credible interval at any level.

        Parameters
        ----------
        of : {'mu', 'tau', 'predictive'}
        level : float, optional
        interval : {'shortest', 'quantile'}, optional

        Examples
        --------
        >>> from metasyn.synthesis.bayes import pool_bayes
        >>> result = pool_bayes(yi=[-0.478, -0.288], sei=[0.16, 0.14], measure="HR")
        >>> found = result.credible_interval("tau", level=0.8)
        >>> found.low, round(found.high, 4)
        (0.0, 0.4461)
        """
        require_option("of", of, Posterior)
        kind: CredibleInterval = self.interval if interval is None else interval
        require_option("interval", kind, CredibleInterval)
        return credible(self.fit, of, self.level if level is None else require_level(level), kind)

    def quantile(self, p: float, of: Posterior = "mu") -> float:
        """The value below which a posterior share p lies."""
        require_option("of", of, Posterior)
        if not (isinstance(p, int | float) and 0 < p < 1):
            raise OptionError(f"p must be between 0 and 1; got {p!r}.")
        return float(getattr(self.fit, of).quantile(np.array([float(p)]))[0])

    def probability_below(self, value: float, of: Posterior = "mu", *, natural: bool = False) -> float:
        """Posterior probability of a value below a threshold.

        Parameters
        ----------
        value : float
            On the analysis scale, unless `natural`; for `tau` always on the analysis scale.
        of : {'mu', 'tau', 'predictive'}
            `predictive`: of the true effect of a new study.
        natural : bool
            The threshold is on the natural scale (a hazard ratio, a proportion).

        Examples
        --------
        >>> from metasyn.synthesis.bayes import pool_bayes
        >>> result = pool_bayes(yi=[-0.478, -0.288], sei=[0.16, 0.14], measure="HR")
        >>> round(result.probability_below(0.8, natural=True), 4)
        0.7889
        """
        require_option("of", of, Posterior)
        require_finite("value", value)
        if natural and of != "tau":
            try:
                value = self.measure.to_analysis(float(value))
            except (ValueError, ArithmeticError):
                value = math.nan
            if not math.isfinite(value):
                raise OptionError(f"value must be possible on the natural scale of {self.measure.code!r}.")
        return float(getattr(self.fit, of).cdf(np.array([float(value)]))[0])

    def density(self, of: Posterior = "mu", *, n: int = 401) -> PosteriorDensity:
        """The posterior density on a grid, with the prior where that is proper; for the figure."""
        from metasyn.synthesis.bayes.density import posterior_density

        return posterior_density(self, of, n=n)

    def shrinkage(self, *, interval: CredibleInterval | None = None) -> Shrinkage:
        """Posterior of the true effect of every study."""
        from metasyn.synthesis.bayes.shrinkage import shrinkage

        return shrinkage(self, interval=interval)

    def bayes_factors(self) -> BayesFactors:
        """Evidence for no mean effect, and for no heterogeneity."""
        from metasyn.synthesis.bayes.evidence import bayes_factors

        return bayes_factors(self)

    def to_dict(self) -> dict[str, Any]:
        """Plain data; what is not estimable is None, with the reason under `not_estimable`."""
        singles = {
            "p_below_null": self.p_below_null,
            "log_marginal_likelihood": self.log_marginal_likelihood,
        }
        return {
            "measure": self.measure.code,
            "scale": self.measure.scale,
            "k": self.k,
            "level": self.level,
            "interval": self.interval,
            "tau_prior": self.tau_prior.to_dict(),
            "mu_prior": self.mu_prior.to_dict(),
            **{name: getattr(self, name).to_dict() for name in ("mu", "tau", "predictive")},
            **{name: None if isinstance(x, NotEstimable) else x for name, x in singles.items()},
            "not_estimable": {name: x.reason for name, x in singles.items() if isinstance(x, NotEstimable)},
            "findings": [str(finding) for finding in self.findings],
        }

    def to_frame(self) -> pd.DataFrame:
        """One row each for the mean, the between-study standard deviation and a new effect."""
        import pandas as pd

        rows = [
            {key: value for key, value in getattr(self, name).to_dict().items() if key != "not_estimable"}
            for name in ("mu", "tau", "predictive")
        ]
        table = pd.DataFrame(rows, index=pd.Index(["mu", "tau", "predictive"], name="posterior"))
        for kind in ("quantile", "shortest"):
            table[[f"{kind}_low", f"{kind}_high"]] = table.pop(kind).tolist()
        return table

    def __str__(self) -> str:
        from metasyn.synthesis.bayes.text import bayes_to_text

        return bayes_to_text(self)
