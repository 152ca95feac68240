"""When tests and corrections for small-study effects are refused, and what is said when they are forced."""

from __future__ import annotations

from metasyn.errors import NotEstimableError, OptionError
from metasyn.values import Finding

__all__ = ["MIN_STUDIES", "require_enough", "require_flag"]

MIN_STUDIES = 10
_SOURCE = "Sterne 2011, 10.1136/bmj.d4002"


def require_enough(k: int, what: str, *, force: bool, least: int) -> tuple[Finding, ...]:
    """Refuse fewer than ten effects, or say that it was forced.

    Parameters
    ----------
    k : int
        Effects that enter.
    what : str
        The method, as the subject of a sentence.
    force : bool
    least : int
        Effects below which the method has no answer at all.

    Raises
    ------
    NotEstimableError
        If k < 10 without `force`, or k < `least` in any case.
    """
    require_flag("force", force)
    if k < least:
        raise NotEstimableError(f"{what} needs at least {least} effects; there are {k}.")
    if k >= MIN_STUDIES:
        return ()
    why = (
        f"with fewer than {MIN_STUDIES} effects such a method cannot tell chance from "
        f"small-study effects ({_SOURCE})"
    )
    if not force:
        raise NotEstimableError(
            f"{what} is refused for k = {k}: {why}. force=True computes it, with that finding."
        )
    return (
        Finding(
            code="too-few-for-small-study-effects",
            message=f"{what} was forced for k = {k}: {why}.",
            severity="warning",
        ),
    )


def require_flag(name: str, value: object) -> bool:
    """Return `value` if it is True or False."""
    if not isinstance(value, bool):
        raise OptionError(f"{name} must be True or False; got {value!r}.")
    return value
