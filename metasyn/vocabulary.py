"""Every option set, once: the same `Literal` types, validates, and documents an option."""

from __future__ import annotations

from typing import Any, Literal, cast, get_args

from metasyn.errors import OptionError

__all__ = [
    "CiMethod",
    "Design",
    "Measure",
    "Model",
    "Overlap",
    "PSided",
    "PiMethod",
    "RouteName",
    "Statistic",
    "Status",
    "SubgroupTau2",
    "Tau2Method",
    "Unit",
    "ZeroCells",
    "choices",
    "require_option",
]

Model = Literal["random-effects", "common-effect"]
Tau2Method = Literal["REML", "DL", "PM", "ML", "EB", "HE", "HS", "SJ"]
CiMethod = Literal["hartung-knapp", "hartung-knapp-adhoc", "wald", "t"]
PiMethod = Literal["t(k-1)", "t(k-2)", "hartung-knapp", "normal"]
SubgroupTau2 = Literal["common", "separate"]
ZeroCells = Literal["only0", "all", "if0all", "none"]
Overlap = Literal["whole", "parts"]

Measure = Literal["HR", "OR", "RR", "RD", "PLO", "PAS", "PR", "GEN"]
RouteName = Literal[
    "given",
    "ratio and interval",
    "ratio and p",
    "O-E and V",
    "medians and p",
    "medians and events",
    "medians and their intervals",
    "medians and assumed events",
    "events",
    "percent",
]

# What a row of a results table may hold.
Statistic = Literal[
    "HR", "OR", "RR", "RD", "O-E", "V", "median", "percent", "events", "n", "p", "range", "Q", "I2"
]
Unit = Literal[
    "percent", "days", "weeks", "months", "years", "patients", "episodes", "treatment lines", "studies"
]
PSided = Literal["one", "two", "not stated"]
Status = Literal["usable", "unusable"]
Design = Literal["randomised", "single-arm", "cohort", "meta-analysis", "unclear"]

# Words that people bring from R, and what they are called here.
_HINTS = {
    "knha": "hartung-knapp",
    "hksj": "hartung-knapp",
    "hk": "hartung-knapp",
    "adhoc": "hartung-knapp-adhoc",
    "mkh": "hartung-knapp-adhoc",
    "z": "wald",
    "classic": "wald",
    "fe": "common-effect",
    "ee": "common-effect",
    "ce": "common-effect",
    "fixed": "common-effect",
    "fixed-effect": "common-effect",
    "common": "common-effect",
    "random": "random-effects",
    "re": "random-effects",
    "hts": "t(k-2)",
    "riley": "t(k-2)",
    "v": "t(k-1)",
    "plogit": "PLO",
    "pas": "PAS",
    "praw": "PR",
    "loghr": "HR",
}


def choices(vocabulary: Any) -> tuple[str, ...]:
    """The words of a `Literal`, in the order they are documented."""
    return cast("tuple[str, ...]", get_args(vocabulary))


def require_option(name: str, value: object, vocabulary: Any) -> str:
    """Return `value` if it belongs to `vocabulary`, else say what is allowed.

    Parameters
    ----------
    name : str
        Name of the option, as the user wrote it.
    value : object
        What was given.
    vocabulary : Literal
        The allowed words.

    Returns
    -------
    str
        `value`, unchanged.

    Raises
    ------
    OptionError
        If `value` is not one of the words; a word known from R gets a hint.

    Examples
    --------
    >>> require_option("tau2_method", "PM", Tau2Method)
    'PM'
    """
    allowed = choices(vocabulary)
    if isinstance(value, str) and value in allowed:
        return value
    message = f"{name} must be one of {', '.join(map(repr, allowed))}; got {value!r}."
    if isinstance(value, str):
        meant = _HINTS.get(value.strip().lower())
        if meant not in allowed:
            meant = next((word for word in allowed if word.lower() == value.strip().lower()), None)
        if meant is not None:
            message += f" {value!r} is called {meant!r} here."
    raise OptionError(message)
