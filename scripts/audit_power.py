"""How often the audit raises a false alarm, and how often it finds a planted defect.

Studies are simulated with known counts (intervals by Woolf, Katz or exact, p values by chi-square, Fisher's,
Yates's or the Wald test) or known survival times (p by the Wald, log-rank or likelihood-ratio test), printed
with correct rounding (percent with 0 to 2 decimals, ratios and p values with 1 to 4), and audited as they
are; then one defect of each kind is planted in every study that can have it.
`python scripts/audit_power.py --write` puts the tables into docs/audit.md.
"""

from __future__ import annotations

import argparse
import math
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from scipy.special import gammaln

from metasyn.evidence.audit import AuditFinding, audit_table
from metasyn.evidence.audit.group_tests import two_group_p_values
from metasyn.evidence.audit.proportion_intervals import proportion_intervals
from metasyn.numerics.tails import chi2_upper_p, normal_quantile, normal_two_sided_p

Row = dict[str, str]
Study = list[Row]
Random = np.random.Generator

PAGE = Path(__file__).resolve().parents[1] / "docs" / "audit.md"
BEGIN, END = "<!-- audit_power.py: begin -->", "<!-- audit_power.py: end -->"


def figures(value: float, decimals: int) -> str:
    """A number as a paper prints it."""
    return f"{value:.{decimals}f}"


def printed_p(p: float, decimals: int) -> str:
    """A p value to a fixed number of decimals, as a bound where that shows only zeros."""
    smallest = 10.0**-decimals
    return figures(p, decimals) if p >= smallest else f"<{figures(smallest, decimals)}"


def trial(rng: Random, name: str) -> Study:
    """Two arms with counts and percentages, and their ratio with interval and p value."""
    n = [int(x) for x in rng.integers(15, 500, 2)]
    risks = rng.uniform(0.05, 0.7, 2)
    k = [int(rng.binomial(m, r)) for m, r in zip(n, risks, strict=True)]
    k = [min(max(x, 1), m - 1) for x, m in zip(k, n, strict=True)]
    places = int(rng.integers(0, 3))
    rows = [
        {
            "study": name,
            "label": arm,
            "events": str(x),
            "n": str(m),
            "percent": figures(100 * x / m, places),
        }
        for arm, x, m in zip(("treatment", "control"), k, n, strict=True)
    ]
    measure = ("OR", "RR")[int(rng.integers(2))]
    estimate, se = crude(measure, k, n)
    z = normal_quantile(0.05)
    decimals = int(rng.integers(1, 4))
    low, high = math.exp(estimate - z * se), math.exp(estimate + z * se)
    if measure == "OR" and rng.random() < 0.3:
        low, high = exact_interval(k, n)
    tests = dict(two_group_p_values(k[0], n[0], k[1], n[1]))
    test = ("chi-square", "Fisher", "chi-square with Yates's correction", f"Wald, log {measure}")
    p = tests[test[int(rng.integers(len(test)))]]
    rows.append(
        {
            "study": name,
            "label": "treatment v control",
            "statistic": measure,
            "estimate": figures(math.exp(estimate), decimals),
            "ci_low": figures(low, decimals),
            "ci_high": figures(high, decimals),
            "p": printed_p(p, int(rng.integers(1, 5))),
            "sides": "two",
        }
    )
    return rows


def exact_interval(k: list[int], n: list[int]) -> tuple[float, float]:
    """The conditional exact 95% interval of an odds ratio (that of Fisher's test, as in R)."""
    events, total = sum(k), sum(n)
    x = np.arange(max(0, events - n[1]), min(events, n[0]) + 1)
    weight = -(
        gammaln(x + 1)
        + gammaln(n[0] - x + 1)
        + gammaln(events - x + 1)
        + gammaln(total - n[0] - events + x + 1)
    )

    def bound(tail: np.ndarray, low: float, high: float, rising: bool) -> float:
        for _ in range(45):
            middle = (low + high) / 2
            log_p = weight + x * middle
            p = np.exp(log_p - log_p.max())
            above = float(p[tail].sum() / p.sum()) > 0.025
            low, high = (low, middle) if above == rising else (middle, high)
        return math.exp((low + high) / 2)

    return bound(x >= k[0], -12, 12, True), bound(x <= k[0], -12, 12, False)


def ratio_alone(rng: Random, name: str) -> Study:
    """A ratio with interval and p value whose counts are not told."""
    row = trial(rng, name)[-1]
    return [row]


def crude(measure: str, k: list[int], n: list[int]) -> tuple[float, float]:
    """Log ratio of counts and its standard error."""
    (a, c), (n1, n2) = k, n
    if measure == "OR":
        b, d = n1 - a, n2 - c
        return math.log(a * d / (b * c)), math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    return math.log(a * n2 / (c * n1)), math.sqrt(1 / a - 1 / n1 + 1 / c - 1 / n2)


def hazard(rng: Random, name: str) -> Study:
    """A hazard ratio with interval, p value and standard error."""
    log_hr, se = rng.normal(-0.2, 0.35), rng.uniform(0.06, 0.4)
    z, decimals = normal_quantile(0.05), int(rng.integers(1, 4))
    sides = ("two", "one", "")[int(rng.integers(3))]
    p = normal_two_sided_p(log_hr / se) / (2 if sides == "one" else 1)
    return [
        {
            "study": name,
            "label": "treatment v control",
            "statistic": "HR",
            "estimate": figures(math.exp(log_hr), decimals),
            "ci_low": figures(math.exp(log_hr - z * se), decimals),
            "ci_high": figures(math.exp(log_hr + z * se), decimals),
            "p": printed_p(p, int(rng.integers(1, 5))),
            "sides": sides,
            "n": str(int(4 / se**2 * rng.uniform(1.2, 2.5))),
            "se": figures(se, 3),
        }
    ]


def individual(rng: Random, name: str) -> Study:
    """A Cox model of simulated survival times, its p value by the Wald, log-rank or likelihood-ratio test."""
    fitted = None
    while fitted is None:
        fitted = cox(rng, int(rng.integers(30, 400)), rng.normal(-0.25, 0.35), rng.uniform(0.25, 0.95))
    log_hr, se, tests = fitted
    z, decimals = normal_quantile(0.05), int(rng.integers(1, 4))
    return [
        {
            "study": name,
            "label": "treatment v control",
            "statistic": "HR",
            "estimate": figures(math.exp(log_hr), decimals),
            "ci_low": figures(math.exp(log_hr - z * se), decimals),
            "ci_high": figures(math.exp(log_hr + z * se), decimals),
            "p": printed_p(tests[int(rng.integers(3))], int(rng.integers(1, 5))),
            "sides": "two",
            "n": str(int(4 / se**2 * rng.uniform(1.2, 2.5))),
            "se": figures(se, 3),
        }
    ]


def cox(
    rng: Random, n: int, log_hr: float, share: float
) -> tuple[float, float, tuple[float, float, float]] | None:
    """Log hazard ratio, its standard error, and p values (Wald, log-rank, likelihood ratio) of two groups."""
    treated = np.arange(n) % 2 == 0
    times = rng.exponential(1 / np.where(treated, math.exp(log_hr), 1.0))
    cut = (
        np.full(n, np.quantile(times, share))
        if rng.random() < 0.5
        else rng.exponential(share / (1 - share), n)
    )
    event = times <= cut
    order = np.argsort(np.minimum(times, cut))
    treated, event = treated[order], event[order]
    at_risk = [np.cumsum(group[::-1])[::-1][event].astype(float) for group in (treated, ~treated)]
    events = float(treated[event].sum())
    if events < 3 or event.sum() - events < 3:
        return None

    def share_at(b: float) -> np.ndarray:
        return np.asarray(at_risk[0] * math.exp(b) / (at_risk[1] + at_risk[0] * math.exp(b)))

    def likelihood(b: float) -> float:
        return float(b * events - np.log(at_risk[1] + at_risk[0] * math.exp(b)).sum())

    beta = 0.0
    for _ in range(20):
        p = share_at(beta)
        beta += float((events - p.sum()) / (p * (1 - p)).sum())
    p, p0 = share_at(beta), share_at(0.0)
    se = 1 / math.sqrt((p * (1 - p)).sum())
    score = float((events - p0.sum()) / math.sqrt((p0 * (1 - p0)).sum()))
    ratio = max(2 * (likelihood(beta) - likelihood(0.0)), 0.0)
    return beta, se, (normal_two_sided_p(beta / se), normal_two_sided_p(score), chi2_upper_p(ratio, 1))


def single_arm(rng: Random, name: str) -> Study:
    """Response rates of two groups and their total, with intervals by one method."""
    method = ("Clopper-Pearson", "Wilson")[int(rng.integers(2))]
    places = int(rng.integers(0, 2))
    n = [int(x) for x in rng.integers(8, 120, 2)]
    k = [int(rng.binomial(m, rng.uniform(0.05, 0.6))) for m in n]
    rows = []
    for label, x, m in (("first line", k[0], n[0]), ("later", k[1], n[1]), ("total", sum(k), sum(n))):
        low, high = proportion_intervals(x, m, 0.95)[method]
        rows.append(
            {
                "study": name,
                "label": label,
                "n": str(m),
                "percent": figures(100 * x / m, places),
                "ci_low": figures(100 * low, places),
                "ci_high": figures(100 * high, places),
            }
        )
    return rows


def correct(rng: Random, count: int) -> list[Study]:
    """As many studies, of the five kinds in turn."""
    makers = (trial, hazard, trial, individual, ratio_alone, trial, hazard, individual, single_arm, trial)
    return [makers[i % len(makers)](rng, f"study {i}") for i in range(count)]


# Planted defects: a study and what is wrong with it, or None where it cannot have the defect.
Planter = Callable[[Random, Study], Study | None]


def changed(study: Study, place: int, **cells: str) -> Study:
    return [{**row, **cells} if i == place else row for i, row in enumerate(study)]


def other_digit(rng: Random, text: str) -> str:
    """One digit written for another, not the first."""
    places = [i for i, c in enumerate(text) if c.isdigit()][1:] or [len(text) - 1]
    place = places[int(rng.integers(len(places)))]
    digit = str((int(text[place]) + int(rng.integers(1, 10))) % 10)
    return text[:place] + digit + text[place + 1 :]


def percent_typo(rng: Random, study: Study) -> Study | None:
    if "percent" not in study[0]:
        return None
    return changed(study, 0, percent=other_digit(rng, study[0]["percent"]))


def wrong_denominator(rng: Random, study: Study) -> Study | None:
    if "events" not in study[0]:
        return None
    n = int(study[0]["n"])
    return changed(study, 0, n=str(max(int(study[0]["events"]), n + int(rng.integers(3, 12)))))


def swapped_sizes(rng: Random, study: Study) -> Study | None:
    if "events" not in study[0] or study[0]["n"] == study[1]["n"]:
        return None
    return [*changed(changed(study, 0, n=study[1]["n"]), 1, n=study[0]["n"])]


def cut_off(rng: Random, study: Study) -> Study | None:
    if "events" not in study[0]:
        return None
    places = len(study[0]["percent"].partition(".")[2])
    share = 100 * int(study[0]["events"]) / int(study[0]["n"])
    cut = figures(math.floor(share * 10**places) / 10**places, places)
    return changed(study, 0, percent=cut) if cut != study[0]["percent"] else None


def _at_level(study: Study, level: float) -> Study | None:
    row = study[-1]
    if "se" in row:
        log_hr, se = math.log(max(float(row["estimate"]), 0.01)), float(row["se"])
    elif "statistic" in row and len(study) > 1:
        log_hr, se = crude(row["statistic"], *([int(r[c]) for r in study[:2]] for c in ("events", "n")))
    else:
        return None
    z, decimals = normal_quantile(1 - level), len(row["estimate"].partition(".")[2])
    bounds = [figures(math.exp(log_hr + sign * z * se), decimals) for sign in (-1, 1)]
    if bounds == [row["ci_low"], row["ci_high"]]:
        return None
    moved = changed(study, len(study) - 1, ci_low=bounds[0], ci_high=bounds[1])
    moved[-1] = {key: text for key, text in moved[-1].items() if key != "se"}
    return moved


def level_90(rng: Random, study: Study) -> Study | None:
    return _at_level(study, 0.90)


def level_99(rng: Random, study: Study) -> Study | None:
    return _at_level(study, 0.99)


def bound_typo(rng: Random, study: Study) -> Study | None:
    column = ("ci_low", "ci_high")[int(rng.integers(2))]
    return changed(study, len(study) - 1, **{column: other_digit(rng, study[-1][column])})


def estimate_outside(rng: Random, study: Study) -> Study | None:
    row = study[-1]
    if "estimate" not in row:
        return None
    decimals = len(row["estimate"].partition(".")[2])
    return changed(study, len(study) - 1, estimate=figures(float(row["ci_high"]) * 1.3 + 0.1, decimals))


def variance_for_se(rng: Random, study: Study) -> Study | None:
    row = study[-1]
    return changed(study, 0, se=figures(float(row["se"]) ** 2, 4)) if "se" in row else None


def sd_for_se(rng: Random, study: Study) -> Study | None:
    row = study[-1]
    return changed(study, 0, se=figures(float(row["se"]) * int(row["n"]) ** 0.5, 2)) if "se" in row else None


def logarithm(rng: Random, study: Study) -> Study | None:
    row = study[-1]
    value = float(row.get("estimate", 0))
    if value <= 0 or abs(math.log(value)) < 0.05:
        return None
    return changed(study, len(study) - 1, estimate=figures(math.log(value), 2))


def natural_interval(rng: Random, study: Study) -> Study | None:
    row = study[-1]
    if "se" not in row:
        return None
    hr, se, z = float(row["estimate"]), float(row["se"]), normal_quantile(0.05)
    decimals = len(row["estimate"].partition(".")[2])
    bounds = [figures(hr + sign * z * hr * se, decimals) for sign in (-1, 1)]
    return changed(study, 0, ci_low=bounds[0], ci_high=bounds[1]) if float(bounds[0]) > 0 else None


def p_typo(rng: Random, study: Study) -> Study | None:
    row = study[-1]
    if "p" not in row or row["p"].startswith("<"):
        return None
    typed = other_digit(rng, row["p"])
    return changed(study, len(study) - 1, p=typed) if float(typed) > 0 else None


def p_one_sided(rng: Random, study: Study) -> Study | None:
    row = study[-1]
    if "p" not in row or row["p"].startswith("<") or row["sides"] != "two":
        return None
    return changed(study, len(study) - 1, p=figures(float(row["p"]) / 2, len(row["p"]) - 1))


def inverted(rng: Random, study: Study) -> Study | None:
    row = study[-1]
    if "statistic" not in row or "se" in row or len(study) == 1:
        return None
    decimals = len(row["estimate"].partition(".")[2])
    numbers = [float(row[name]) for name in ("estimate", "ci_high", "ci_low")]
    if min(numbers) <= 0:
        return None
    texts = [figures(1 / x, decimals) for x in numbers]
    return changed(study, len(study) - 1, estimate=texts[0], ci_low=texts[1], ci_high=texts[2])


def total_wrong(rng: Random, study: Study) -> Study | None:
    if study[-1].get("label") != "total":
        return None
    return changed(study, 2, n=str(int(study[2]["n"]) + int(rng.integers(1, 9))))


def mixed_methods(rng: Random, study: Study) -> Study | None:
    if study[-1].get("label") != "total" or "." not in study[0]["percent"]:
        return None
    n, share = int(study[0]["n"]), float(study[0]["percent"])
    k = round(share * n / 100)
    intervals = proportion_intervals(k, n, 0.95)
    texts = {
        name: tuple(figures(100 * b, 1) for b in intervals[name]) for name in ("Clopper-Pearson", "Wilson")
    }
    shown = (study[0]["ci_low"], study[0]["ci_high"])
    other = (
        next(bounds for bounds in texts.values() if bounds != shown)
        if len(set(texts.values())) > 1
        else shown
    )
    return changed(study, 0, ci_low=other[0], ci_high=other[1]) if other != shown else None


DEFECTS: dict[str, Planter] = {
    "one digit of a percentage wrong": percent_typo,
    "another denominator": wrong_denominator,
    "sizes of the two groups exchanged": swapped_sizes,
    "percentage cut off, not rounded": cut_off,
    "90% interval given as 95%": level_90,
    "99% interval given as 95%": level_99,
    "one digit of a bound wrong": bound_typo,
    "estimate outside its interval": estimate_outside,
    "variance given as standard error": variance_for_se,
    "standard deviation given as standard error": sd_for_se,
    "logarithm given as ratio": logarithm,
    "interval of a ratio not on the log scale": natural_interval,
    "one digit of a p value wrong": p_typo,
    "one-sided p value given as two-sided": p_one_sided,
    "ratio the other way round": inverted,
    "total that is not the sum": total_wrong,
    "two interval methods in one source": mixed_methods,
}


def audited(studies: list[Study]) -> dict[str, list[AuditFinding]]:
    """Findings by study, all studies in one table."""
    rows = [row for study in studies for row in study]
    found: dict[str, list[AuditFinding]] = {study[0]["study"]: [] for study in studies}
    for finding in audit_table(rows):
        names = {rows[int(row) - 1]["study"] for row in finding.rows}
        for name in names:
            found[name].append(finding)
    return found


def false_alarms(studies: list[Study]) -> Counter[str]:
    """Studies with an error, a warning, a note at most."""
    worst: Counter[str] = Counter()
    for findings in audited(studies).values():
        severities = {finding.severity for finding in findings}
        worst[next((s for s in ("error", "warning", "note") if s in severities), "silent")] += 1
    return worst


def shares(rng: Random, studies: list[Study]) -> Iterator[tuple[str, int, float, float, str]]:
    """Defect, studies that had it, share found, share found as an error, codes."""
    for name, plant in DEFECTS.items():
        planted = [moved for study in studies if (moved := plant(rng, study)) is not None and moved != study]
        found = audited(planted)
        seen = [f for f in found.values() if any(x.severity != "note" for x in f)]
        errors = [f for f in found.values() if any(x.severity == "error" for x in f)]
        codes = Counter(code for f in found.values() for code in {x.code for x in f})
        named = ", ".join(f"`{code}`" for code, _ in sorted(codes.items(), key=lambda c: (-c[1], c[0]))[:2])
        count = len(planted)
        yield name, count, len(seen) / count, len(errors) / count, named


def tables(count: int, seed: int) -> str:
    """Both tables as Markdown."""
    rng = np.random.default_rng(seed)
    studies = correct(rng, count)
    worst = false_alarms(studies)
    lines = [
        f"Of {count:,} correctly rounded studies ({sum(map(len, studies)):,} rows): errors in "
        f"{worst['error']}, warnings in {worst['warning']} ({100 * worst['warning'] / count:.2f}%), "
        f"notes in {worst['note']}.",
        "",
        "| planted defect | studies | found | as error | found as |",
        "|---|---:|---:|---:|---|",
    ]
    for name, planted, found, errors, codes in shares(rng, studies):
        lines.append(f"| {name} | {planted:,} | {100 * found:.0f}% | {100 * errors:.0f}% | {codes} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=20261121)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/audit.md")
    options = parser.parse_args()
    start = time.perf_counter()
    text = tables(options.studies, options.seed)
    print(text)
    print(f"{time.perf_counter() - start:.1f} s")
    if options.write:
        page = PAGE.read_text(encoding="utf-8")
        before, after = page.split(BEGIN)[0], page.split(END)[1]
        PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
