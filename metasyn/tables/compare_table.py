"""The same effects under several method profiles: a table, and in sentences what makes them differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from metasyn.effects.measure import EffectMeasure
from metasyn.names import MODEL_NAMES
from metasyn.synthesis.compare import ProfileComparison
from metasyn.synthesis.disagreement import Answer, Cause, Difference, OptionName, Quantity
from metasyn.synthesis.profiles import PROFILES, profile_remarks
from metasyn.tables.cells import I2_cell, estimate_cell, interval_cell, p_cell, tau2_cell, tau2_interval_text
from metasyn.tables.model import ReportTable, columns
from metasyn.tables.words import estimate_header, how_many
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import Profile
from metasyn.wording import level_text, natural_text, p_text, percent_text, tau2_text

__all__ = ["comparison_text", "disagreement_sentences", "profile_table"]

_MODEL: Mapping[str, str] = {str(model): name for model, name in MODEL_NAMES.items()}
_CI: dict[str, str] = {
    "hartung-knapp": "Hartung-Knapp's",
    "hartung-knapp-adhoc": "Hartung-Knapp's with the ad hoc floor",
    "hartung-knapp-hybrid": "the wider of Hartung-Knapp's and Wald's",
    "hartung-knapp-iqwig": "Hartung-Knapp's by IQWiG's rule",
    "wald": "Wald's",
    "t": "the t interval",
    "kenward-roger": "Kenward and Roger's",
    "profile-likelihood": "from the profile likelihood",
    "henmi-copas": "Henmi and Copas's",
    "sidik-jonkman": "Sidik and Jonkman's",
    "permutation": "from permutations",
    "credible": "the credible interval",
}
_PI: dict[str, str] = {
    "t(k-1)": "from t with k − 1 degrees of freedom",
    "t(k-2)": "from t with k − 2 degrees of freedom",
    "hartung-knapp": "around Hartung-Knapp's standard error",
    "hartung-knapp(k-2)": "around Hartung-Knapp's standard error with k − 2 degrees of freedom",
    "kenward-roger": "by Kenward and Roger",
    "kenward-roger(df-1)": "by Kenward and Roger with one degree of freedom less",
    "bootstrap": "by bootstrap",
    "normal": "from the normal distribution",
    "none": "none",
}
_TAU2_CI: dict[str, str] = {
    "q-profile": "by Q-profile",
    "generalised-q": "by the generalised Q statistic",
    "jackson": "Jackson's",
    "profile-likelihood": "from the profile likelihood",
}
_I2: dict[str, str] = {"tau2": "from τ²", "Q": "from Q"}
_WORDS: Mapping[OptionName, tuple[str, Mapping[str, str]]] = {
    "model": ("the model is", _MODEL),
    "tau2_method": ("τ² is estimated by", {}),
    "ci_method": ("the interval is", _CI),
    "pi_method": ("the prediction interval is", _PI),
    "tau2_ci_method": ("the interval of τ² is", _TAU2_CI),
    "i2_method": ("I² is computed", _I2),
}
_QUANTITIES: dict[Quantity, str] = {
    "estimate": "the estimate",
    "ci": "the confidence interval",
    "pvalue": "the p value",
    "pi": "the prediction interval",
    "tau2": "τ²",
    "tau2_ci": "the interval of τ²",
    "I2": "I²",
    "I2_ci": "the interval of I²",
}
# An interaction of less than this share of the whole change is not worth a clause.
_WORTH_SAYING = 0.05


def profile_table(comparison: ProfileComparison, *, slug: str = "profiles") -> ReportTable:
    """One row per profile: what each would report.

    Parameters
    ----------
    comparison : ProfileComparison
    slug : str

    Returns
    -------
    ReportTable
        Its notes say the rule of each profile, and what of it is not confirmed.
    """
    measure = comparison.effects.measure
    level = level_text(comparison.results[0].request.level)
    rows = [
        (
            name,
            estimate_cell(result, measure),
            p_cell(result.pvalue),
            "none" if isinstance(result.pi, NotEstimable) else interval_cell(result.pi, measure),
            tau2_cell(result.heterogeneity) if result.pooled else "\N{EN DASH}",
            I2_cell(result.heterogeneity) if result.pooled else "\N{EN DASH}",
        )
        for name, result in zip(comparison.profiles, comparison.results, strict=True)
    ]
    return ReportTable(
        slug=slug,
        caption=f"The same {how_many(comparison.effects)} under {len(rows)} method profiles",
        columns=columns(
            ("profile", "Profile", "left", 1.4),
            ("estimate", estimate_header(measure, level), "right", 1.8),
            ("p", "p", "right", 0.7),
            ("prediction_interval", f"{level} prediction interval", "right", 1.6),
            ("tau2", f"τ² ({level} CI)", "right", 1.7),
            ("I2", f"I² ({level} CI)", "right", 1.5),
        ),
        rows=tuple(rows),
        notes=tuple(_rules(comparison)),
    )


def _rules(comparison: ProfileComparison) -> Iterator[str]:
    for name, result in zip(comparison.profiles, comparison.results, strict=True):
        yield f"{name}: {result.policy.reason}"
        for doubt in PROFILES[name].unconfirmed if result.pooled else ():
            yield f"{name}, not confirmed: {doubt}"


def disagreement_sentences(
    comparison: ProfileComparison, *, against: Profile | None = None
) -> tuple[str, ...]:
    """Why profiles disagree, one sentence per disagreement that can be seen in the rounded numbers.

    Parameters
    ----------
    comparison : ProfileComparison
    against : str, optional
        Profile that all others are set against. Default: the first of the comparison.

    Returns
    -------
    tuple of str
        Profiles that disagree with `against` alike share a sentence.

    Raises
    ------
    OptionError
        If `against` is not part of the comparison.

    Examples
    --------
    >>> from metasyn.synthesis.compare import compare_profiles
    >>> found = compare_profiles(yi=[-0.60, -0.22, 0.05], sei=[0.20, 0.15, 0.25], measure="HR",
    ...                          profiles=["meta-8", "metafor"])
    >>> print(disagreement_sentences(found)[0][:52])
    meta-8 and metafor differ in the prediction interval
    """
    against = comparison.profiles[0] if against is None else against
    measure = comparison.effects.measure
    alike: dict[tuple[Quantity, bool, str], list[str]] = {}
    for other in comparison.profiles:
        differences = comparison.between(against, other)
        interval = any(_visible(found, measure) for found in differences if found.quantity == "ci")
        for found in differences:
            # The p value follows the interval.
            if not _visible(found, measure) or (interval and found.quantity == "pvalue"):
                continue
            reason = _reason(found, measure)
            alike.setdefault((found.quantity, found.first == against, reason), []).append(other)
    order = list(_QUANTITIES)
    return tuple(
        f"{_subject(against, names, leads)} in {_QUANTITIES[quantity]} {reason}."
        for (quantity, leads, reason), names in sorted(
            alike.items(), key=lambda item: order.index(item[0][0])
        )
    )


def _subject(against: str, names: Sequence[str], leads: bool) -> str:
    """The numbers follow in this order."""
    if len(names) == 1:
        return f"{against} and {names[0]} differ" if leads else f"{names[0]} and {against} differ"
    return f"{against} differs from {_listed(names)}" if leads else f"{_listed(names)} differ from {against}"


def _visible(found: Difference, measure: EffectMeasure) -> bool:
    """Whether the rounded numbers differ."""
    first, second = (_text(found.quantity, value, measure) for value in found.values)
    return first != second


def _reason(found: Difference, measure: EffectMeasure) -> str:
    """`because ...: A against B`."""
    first, second = (_text(found.quantity, value, measure) for value in found.values)
    seen = _telling(found, measure)
    clauses = [
        _clause(cause)
        + (f" (that alone: {_text(found.quantity, cause.alone, measure)})" if len(seen) > 1 else "")
        for cause in seen
    ]
    partners = _listed([_OPTION_NAMES[option] for option in found.together if found.change])
    if not clauses:
        return f"because {partners} differ: {first} against {second}"
    joint = f", together with {partners}" if partners else ""
    rest = "; these changes do not simply add up" if len(seen) > 1 and not _additive(found) else ""
    return f"because {_listed(clauses)}{joint}: {first} against {second}{rest}"


def _telling(found: Difference, measure: EffectMeasure) -> Sequence[Cause]:
    """The causes whose effect can be seen; where a quantity vanishes or appears, those that make it so."""
    first = _text(found.quantity, found.values[0], measure)
    causes = found.causes
    if not found.change:
        causes = tuple(cause for cause in causes if not cause.change) or causes
    return [c for c in causes if _text(found.quantity, c.alone, measure) != first] or causes


def _clause(cause: Cause) -> str:
    lead, words = _WORDS[cause.option]
    first, second = words.get(cause.first, cause.first), words.get(cause.second, cause.second)
    if "none" in (cause.first, cause.second):
        lead, first, second = "there is", *(f"one {w}" if w != words["none"] else w for w in (first, second))
    return f"{lead} {first} instead of {second}"


_OPTION_NAMES: dict[OptionName, str] = {
    "model": "the model",
    "tau2_method": "the estimator of τ²",
    "ci_method": "the kind of interval",
    "pi_method": "the kind of prediction interval",
    "tau2_ci_method": "the kind of interval of τ²",
    "i2_method": "the definition of I²",
}


def _additive(found: Difference) -> bool:
    """Whether the single changes add up to the whole, by and large."""
    if not found.interaction:
        return True
    return max(map(abs, found.interaction)) <= _WORTH_SAYING * max(map(abs, found.change))


def _text(quantity: Quantity, value: Answer, measure: EffectMeasure) -> str:
    """A value as the table prints it."""
    if isinstance(value, NotEstimable):
        return "none"
    if isinstance(value, Interval):
        if quantity == "tau2_ci":
            return tau2_interval_text(value)
        if quantity == "I2_ci":
            return f"{percent_text(value.low, 0)} to {percent_text(value.high, 0)}"
        return interval_cell(value, measure)
    if quantity == "estimate":
        return natural_text(measure.to_natural(value), measure)
    if quantity == "pvalue":
        return p_text(value)
    return tau2_text(value) if quantity == "tau2" else percent_text(value, 0)


def _listed(words: Sequence[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def comparison_text(comparison: ProfileComparison) -> str:
    """What `metasyn compare` prints: the table, the rules, then what makes the profiles differ.

    Parameters
    ----------
    comparison : ProfileComparison

    Returns
    -------
    str
        Several lines, natural scale, rounded for reading; without a final line break.
    """
    table = profile_table(comparison)
    header = tuple(column.header for column in table.columns)
    blocks = [
        [table.caption],
        list(_aligned([header, *table.rows])),
        _why(comparison),
        ["Rules:", *(f"  {note}" for note in table.notes), *_remarks(comparison)],
        [f"Excluded: {x.label}: {x.reason}" for x in comparison.effects.exclusions],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _remarks(comparison: ProfileComparison) -> Iterator[str]:
    for name in comparison.profiles:
        for remark in profile_remarks(comparison.effects, name):
            yield f"  {name}: {remark}"


def _why(comparison: ProfileComparison) -> list[str]:
    if comparison.effects.k == 1:
        return ["One study: there is nothing to pool, and nothing that profiles could do differently."]
    sentences = disagreement_sentences(comparison)
    if not sentences:
        return [f"No profile differs from {comparison.profiles[0]} in the digits shown."]
    return [f"What differs from {comparison.profiles[0]}, and why:", *(f"  {text}" for text in sentences)]


def _aligned(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """The first column to the left, the others to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = [row[0].ljust(widths[0]), *(row[i].rjust(widths[i]) for i in range(1, len(row)))]
        yield "  ".join(cells).rstrip()
