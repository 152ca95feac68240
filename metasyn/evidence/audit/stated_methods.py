"""Which of the methods the audit knows a table means by the name of an interval or a test."""

from __future__ import annotations

from functools import lru_cache

__all__ = ["intervals_called", "tests_called"]

# Whichever word a name has first; a name without any says nothing.
_INTERVALS = (
    ("mid-p", ("mid-p",)),
    ("midp", ("mid-p",)),
    ("agresti", ("Agresti-Coull",)),
    ("jeffreys", ("Jeffreys",)),
    ("wilson", ("Wilson", "Wilson with continuity correction")),
    ("score", ("Wilson", "Wilson with continuity correction")),
    ("clopper", ("Clopper-Pearson",)),
    ("exact", ("Clopper-Pearson",)),
    ("binomial", ("Clopper-Pearson",)),
    ("arcsin", ("arcsine",)),
    ("logit", ("logit",)),
    ("wald", ("Wald", "Wald with continuity correction", "Wald, t distribution")),
    ("normal", ("Wald", "Wald with continuity correction", "Wald, t distribution")),
)
_FISHER = ("Fisher", "Fisher, mid-p", "Fisher, doubled")
_YATES = ("chi-square with Yates's correction",)
_PLAIN = ("chi-square", "chi-square, N - 1")
_TESTS = (
    ("fisher", _FISHER),
    ("yates", _YATES),
    ("without correction", _PLAIN),
    ("uncorrected", _PLAIN),
    ("with correction", _YATES),
    ("continuity", _YATES),
    ("likelihood", ("likelihood ratio",)),
    ("trend", ("trend",)),
    ("armitage", ("trend",)),
    ("chi", (*_PLAIN, *_YATES)),
    ("χ", (*_PLAIN, *_YATES)),
    ("pearson", (*_PLAIN, *_YATES)),
    ("mantel", _PLAIN),
    ("exact", _FISHER),
)


@lru_cache(maxsize=256)
def intervals_called(name: str) -> tuple[str, ...]:
    """Names in `proportion_intervals` of what a table calls the method; empty where it says nothing known.

    Examples
    --------
    >>> intervals_called("Clopper-Pearson"), intervals_called("other")
    (('Clopper-Pearson',), ())
    """
    return _meant(name, _INTERVALS)


@lru_cache(maxsize=256)
def tests_called(name: str) -> tuple[str, ...]:
    """Names in `group_p_values` of what a table calls the test; empty where it says nothing known.

    Examples
    --------
    >>> tests_called("Fisher's exact test")[0], tests_called("log-rank")
    ('Fisher', ())
    """
    return _meant(name, _TESTS)


def _meant(name: str, known: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[str, ...]:
    plain = name.casefold().replace("_", " ")
    return next((names for word, names in known if word in plain), ())
