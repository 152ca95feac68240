"""The readable summary of a synthesis."""

from __future__ import annotations

import math

from metasyn.effects.plain_table import effects_from_table
from metasyn.synthesis import pool
from metasyn.tables.summary import summary_text

YI = (-0.90, 0.15, -0.40, -1.10, 0.05, -0.60)
VI = (0.05, 0.04, 0.06, 0.05, 0.07, 0.04)


def test_numbers_are_on_the_natural_scale() -> None:
    result = pool(yi=YI, vi=VI, measure="HR", labels=["Ash", "Birch", "Cedar", "Elm", "Fir", "Oak"])
    text = summary_text(result)
    assert text.startswith("Hazard ratio, 6 studies\n")
    # exp(-0.9) and exp(-0.9 -/+ 1.96 sqrt(0.05))
    assert "Ash    0.41 (0.26 to 0.63)" in text
    assert "Pooled (random effects): " in text
    assert "Why: Five or more study results" in text
    assert "95% prediction interval: " in text
    assert "τ² = " in text
    assert "Also computed:" in text
    assert not text.endswith("\n")
    assert all(line == line.rstrip() for line in text.splitlines())


def test_withheld_intervals_of_two_studies_are_listed() -> None:
    text = summary_text(pool(yi=YI[:2], vi=VI[:2], measure="HR"))
    assert "Pooled (Bayesian random effects)" in text
    assert "credible interval, prior of τ half-normal(0.5)." in text
    for other in (
        "Bayesian random effects, Turner 2015 (all outcomes)",
        "common effect, Wald",
        "random effects, Wald",
        "random effects, Hartung-Knapp",
        "random effects, ad hoc Hartung-Knapp",
    ):
        assert f"  {other}  " in text


def test_a_bayesian_headline_shows_its_posterior() -> None:
    """On a grid of 400,000 values of tau: median 0.2025, 95% below 0.7497, new study 0.2179 to 1.5158."""
    options = {"yi": [math.log(0.62), math.log(0.53)], "measure": "HR"}
    sei = [math.log(0.80 / 0.47) / 3.919927969, math.log(0.75 / 0.38) / 3.919927969]
    text = summary_text(pool(**options, sei=sei))
    assert "95% prediction interval: 0.22 to 1.52\n" in text
    assert "Posterior of τ: median 0.203 (95% credible interval 0 to 0.750)" in text
    assert "Heterogeneity of the classical results: τ² = 0" in text
    hidden = summary_text(pool(**options, sei=sei, pi_method="none"))
    assert "Prediction interval: none; no prediction interval was asked for." in hidden


def test_one_study_is_not_called_pooled() -> None:
    text = summary_text(pool(yi=[-0.4], vi=[0.1], measure="HR"))
    assert "Not pooled: 0.67 (0.36 to 1.25)" in text
    assert "Heterogeneity: none" in text
    assert "Also computed" not in text


def test_groups_and_findings() -> None:
    text = summary_text(pool(yi=YI, vi=VI, measure="RR", by=["old", "new", "old", "old", "new", "new"]))
    assert "By group:" in text
    assert "  old  k = 3  " in text
    assert "Difference between groups: Q = " in text
    alone = summary_text(pool(yi=YI[:3], vi=VI[:3], measure="RR", by=["x", "x", "x"]))
    assert "not tested; there is only one group." in alone
    assert "Note: with fewer than five studies" in alone


def test_rows_with_an_addition_for_zero_cells_are_named() -> None:
    columns = {"label": ["Ax", "Bo", "Cy"], "events": ["0", "4", "7"], "n": ["12", "30", "41"]}
    effects = effects_from_table(columns, measure="PLO", level=0.95, file="arms.csv")
    assert "Ax: 1/2 added" in summary_text(pool(effects))
