"""The risk without the intervention, at which an absolute effect is stated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from metasyn.errors import OptionError
from metasyn.vocabulary import Measure, RiskOf, require_option

__all__ = ["ABSOLUTE_MEASURES", "BaselineRisk", "BaselineRisks", "baseline_risks"]

# The measures that a baseline risk turns into numbers of people.
ABSOLUTE_MEASURES: tuple[Measure, ...] = ("RR", "OR", "PETO", "HR", "RD")


@dataclass(frozen=True, slots=True)
class BaselineRisk:
    """The risk without the intervention that an absolute effect is stated for.

    Attributes
    ----------
    risk : float
        Share of people with the event, strictly between 0 and 1 (0.22, not 22).
    label : str
        Whose risk it is, in a few words: `"low risk"`, `"the larger trial"`.
    source : str
        Where the figure comes from, for the reader.
    interval : (float, float), optional
        Confidence bounds of `risk`, at the level of the synthesis. Without it the risk is taken as known.
    by : str
        The time by which it is reached, e.g. `"12 months"`; required with a hazard ratio.
    of : {'event', 'event-free'}
        What `risk` is the share of: people with the event, or people still without it (survival).
        The absolute effect is then stated for the same. `"event-free"` needs a hazard ratio.

    Raises
    ------
    OptionError
        If a number is outside (0, 1) or the bounds do not enclose the risk.

    Examples
    --------
    >>> BaselineRisk(0.5, source="median of the control arm", by="10 months", of="event-free").risk
    0.5
    """

    risk: float
    label: str = ""
    source: str = ""
    interval: tuple[float, float] | None = None
    by: str = ""
    of: RiskOf = "event"

    def __post_init__(self) -> None:
        require_option("of", self.of, RiskOf)
        _require_risk("baseline risk", self.risk)
        if self.interval is None:
            return
        low, high = self.interval
        _require_risk("lower bound of the baseline risk", low)
        _require_risk("upper bound of the baseline risk", high)
        if not low <= self.risk <= high:
            raise OptionError(
                f"the bounds of a baseline risk must enclose it; got {self.risk!r} with {low!r} to {high!r}."
            )


BaselineRisks = float | BaselineRisk | Mapping[str, float | BaselineRisk] | Sequence[BaselineRisk]


def baseline_risks(given: BaselineRisks | None, measure: Measure) -> tuple[BaselineRisk, ...]:
    """Baseline risks in any accepted form, checked against the measure they are meant for.

    Parameters
    ----------
    given : float, BaselineRisk, mapping of name to either, sequence of BaselineRisk, or None
    measure : str

    Returns
    -------
    tuple of BaselineRisk
        Labelled with their names where they come from a mapping; empty for None.

    Raises
    ------
    OptionError
        If the measure has no absolute effect, a hazard ratio comes without a time, or
        `of="event-free"` without a hazard ratio.

    Examples
    --------
    >>> [(one.label, one.risk) for one in baseline_risks({"low": 0.1, "high": 0.3}, "RR")]
    [('low', 0.1), ('high', 0.3)]
    """
    if given is None:
        return ()
    if isinstance(given, Mapping):
        found = [replace(_one(risk), label=name) for name, risk in given.items()]
    elif isinstance(given, BaselineRisk | int | float):
        found = [_one(given)]
    elif isinstance(given, list | tuple):
        found = [_one(risk) for risk in given]
    else:
        raise OptionError(
            f"baseline_risk must be a number, a BaselineRisk or several of them; got {given!r}."
        )
    for risk in found:
        _require_fit(risk, measure)
    labels = [risk.label for risk in found]
    if len(set(labels)) < len(labels):
        raise OptionError(f"several baseline risks need labels that differ; got {labels!r}.")
    return tuple(found)


def _one(risk: object) -> BaselineRisk:
    return risk if isinstance(risk, BaselineRisk) else BaselineRisk(risk)  # type: ignore[arg-type]


def _require_risk(what: str, value: object) -> None:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1:
        return
    hint = " Write 0.25 for 25%." if isinstance(value, int | float) and 1 < value < 100 else ""
    raise OptionError(f"{what} must be a proportion strictly between 0 and 1; got {value!r}.{hint}")


def _require_fit(risk: BaselineRisk, measure: Measure) -> None:
    """A baseline risk that the measure can be applied to."""
    if measure not in ABSOLUTE_MEASURES:
        raise OptionError(
            f"a baseline risk gives absolute effects for {', '.join(ABSOLUTE_MEASURES)}; {measure} has none."
        )
    if measure == "HR" and not risk.by:
        raise OptionError(
            f"a hazard ratio needs the time of its baseline risk {risk.risk!r}: "
            'write BaselineRisk(..., by="12 months").'
        )
    if measure != "HR" and risk.of == "event-free":
        raise OptionError(f'of="event-free" belongs to a hazard ratio; the measure here is {measure}.')
