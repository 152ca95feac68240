"""What stands beside a model for dependent rows: the same model of one row per cohort."""

from __future__ import annotations

from metasyn.synthesis.model import Alternative, SynthesisResult

__all__ = ["normal_counterpart"]

# Intervals of the counterpart, best first.
_INTERVALS = ("hartung-knapp-adhoc", "wald")


def normal_counterpart(result: SynthesisResult) -> Alternative | None:
    """Of one row per cohort what differs from the dependent model by the dependence only.

    Parameters
    ----------
    result : SynthesisResult
        The headline.

    Returns
    -------
    Alternative or None
        Normal random effects, where the headline is another model; None where it is that itself.
    """
    if result.model == "random-effects":
        return None
    found = [one for one in result.alternatives if one.model == "random-effects"]
    wanted = (one for name in _INTERVALS for one in found if one.ci_method == name)
    return next(wanted, None)
