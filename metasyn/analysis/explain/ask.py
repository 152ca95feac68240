"""What a caller asks: explain this number; which numbers are there."""

from __future__ import annotations

from metasyn.analysis.explain.find import find_numbers, numbers_of, outcome_named
from metasyn.analysis.explain.model import Explanation
from metasyn.analysis.explain.results import Number
from metasyn.analysis.result import AnalysisResult
from metasyn.errors import OptionError
from metasyn.synthesis.model import SynthesisResult

__all__ = ["chosen", "explain", "explainable"]


def explain(
    result: AnalysisResult | SynthesisResult, what: str = "estimate", *, outcome: str = ""
) -> Explanation:
    """A number of a result, followed back to the figures as printed.

    Parameters
    ----------
    result : AnalysisResult or SynthesisResult
        What `run_analysis` or `pool` gave.
    what : str
        The name of a number (`"estimate"`, `"p"`, `"pi"`, `"tau2"`, `"I2"`, `"Q"`), a study, or a number as
        a report shows it (`"0.64"`); `explainable` lists them.
    outcome : str, optional
        Of an analysis with several outcomes, which: its id, its label or its slug.

    Returns
    -------
    Explanation
        A tree: the number with its formula in symbols and with the numbers put in, below it the effects,
        below these the figures as printed, with source, place and what the audit found. It prints as text;
        `to_dict()` gives plain data.

    Raises
    ------
    OptionError
        If there is no such number or outcome, or more than one; they are listed.

    Notes
    -----
    Every line of arithmetic is computed from the formula as it is written and compared with the number of
    the result; a formula that does not give it is not shown.

    Examples
    --------
    >>> from metasyn import explain, pool
    >>> result = pool(yi=[-0.9, -0.1, -0.5], vi=[0.1, 0.05, 0.2], model="common-effect", ci_method="wald")
    >>> found = explain(result)
    >>> print(found.sums[0])
    μ = Σwy/Σw = −13.5/35 = −0.38571
    >>> print(found.sums[1])
    se = √(1/Σw) = √(1/35) = 0.16903
    """
    found = chosen(result, what, outcome=outcome)
    if len(found) > 1:
        listed = "; ".join(f"{one.place} {one.name!r}: {one.shown}".strip() for one in found)
        raise OptionError(f"{what!r} may be {len(found)} numbers: {listed}.")
    return found[0].build()


def explainable(result: AnalysisResult | SynthesisResult, *, outcome: str = "") -> tuple[Number, ...]:
    """The numbers of a result that `explain` knows, in the order of a report.

    Parameters
    ----------
    result : AnalysisResult or SynthesisResult
    outcome : str, optional
        Only those of one outcome.

    Returns
    -------
    tuple of Number
        With `place` (the outcome), `name` and `shown`.

    Examples
    --------
    >>> from metasyn import pool
    >>> [one.name for one in explainable(pool(yi=[-0.9, -0.1], vi=[0.1, 0.05], labels=["Ax", "By"]))][:3]
    ['estimate', 'p', 'tau2']
    """
    numbers = numbers_of(result)
    if not outcome or isinstance(result, SynthesisResult):
        return numbers
    slug = outcome_named(result, outcome).slug
    return tuple(one for one in numbers if one.place == slug)


def chosen(result: AnalysisResult | SynthesisResult, what: str, *, outcome: str = "") -> tuple[Number, ...]:
    """The numbers that are meant; a name that every outcome has stands for each of them."""
    return find_numbers(explainable(result, outcome=outcome), what)
