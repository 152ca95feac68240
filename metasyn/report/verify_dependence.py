"""The model for dependent rows in `verify.R`: metafor's `rma.mv` and clubSandwich beside every number."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from metasyn.analysis.dependence import DependentSynthesis
from metasyn.report.results_dependence import fitted, tested
from metasyn.report.verify_methods import CHE_WITHIN, NO_OTHER_RHO
from metasyn.report.verify_synthesis import confirm, reported
from metasyn.report.verify_text import r_call, r_comment, r_number, r_string, r_vector, unchecked
from metasyn.synthesis.robust import CheResult
from metasyn.values import NotEstimable

__all__ = ["dependence_lines"]


def dependence_lines(found: DependentSynthesis | NotEstimable) -> Iterator[str]:
    """All rows of an outcome, their sampling covariances, and the comparison.

    Parameters
    ----------
    found : DependentSynthesis or NotEstimable

    Yields
    ------
    str
        Lines of R; none where no two rows depend on each other.
    """
    if isinstance(found, NotEstimable):
        return
    yield ""
    yield r_comment("All rows, by the model for rows that depend on each other.")
    result = found.result
    if isinstance(result, NotEstimable):
        yield r_comment(f"Nothing to check: {result.reason}.")
        return
    yield from _rows(found)
    level = None if result.spec.level == 0.95 else r_number(result.spec.level)
    yield f"together <- {r_call('dependent', 'rows', 'correlations', level=level)}"
    model = reported(estimate=fitted(result.estimate), tau2=fitted(result.tau2), omega2=fitted(result.omega2))
    yield from confirm("dependent rows", model, "together", within=CHE_WITHIN)
    robust = reported(
        se=fitted(result.se),
        df=fitted(result.df),
        pvalue=fitted(tested(result)),
        ci=fitted(result.ci),
        pi=fitted(result.pi),
    )
    if robust:
        yield 'if (is.na(together["se"])) {'
        yield unchecked("the robust standard error of dependent rows", "R has no package clubSandwich here")
        yield "} else {"
        yield from confirm("dependent rows, robust", robust, "together", within=CHE_WITHIN)
        yield "}"
    if len(result.sensitivity) > 1:
        yield unchecked("dependent rows with other assumed correlations", NO_OTHER_RHO)


def _rows(found: DependentSynthesis) -> Iterator[str]:
    """The data frame and the correlations of its sampling errors."""
    effects = found.effects
    yield "rows <- data.frame("
    yield f"  study = {r_vector([r_string(label) for label in effects.labels], 10)},"
    yield f"  group = {r_vector([r_string(name) for name in found.groups.clusters], 10)},"
    yield f"  yi = {r_vector([r_number(float(y)) for y in effects.yi], 7)},"
    yield f"  vi = {r_vector([r_number(float(v)) for v in effects.vi], 7)})"
    pairs = list(_correlated(found.result)) if isinstance(found.result, CheResult) else []
    yield r_comment("Row, row, correlation of their sampling errors.")
    yield "correlations <- list(" + (",\n  ".join(["", *pairs])[1:] if pairs else "") + ")"


def _correlated(result: CheResult) -> Iterator[str]:
    """Every pair of rows whose sampling errors are correlated."""
    for index, block in zip(result.covariance.clusters, result.covariance.blocks, strict=True):
        scale = np.sqrt(block.diagonal())
        for i in range(len(index)):
            for j in range(i + 1, len(index)):
                if block[i, j]:
                    value = r_number(float(block[i, j] / (scale[i] * scale[j])))
                    yield f"c({index[i] + 1}, {index[j] + 1}, {value})"
