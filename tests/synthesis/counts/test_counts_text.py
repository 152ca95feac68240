"""`print` of a synthesis of counts; a result in the place of effects."""

from __future__ import annotations

from metasyn.synthesis.counts import mantel_haenszel, peto
from metasyn.synthesis.model import SynthesisResult


def test_mantel_haenszel_in_words(bcg_synthesis: SynthesisResult) -> None:
    lines = str(mantel_haenszel(bcg_synthesis)).splitlines()
    # metafor: rma.mh(measure = "RR") on these data.
    assert lines[0] == "risk ratio 0.6353, 95% CI 0.5881 to 0.6862"
    assert lines[1] == "common effect from counts, Mantel-Haenszel, k = 13"
    assert "-0.45371 (se 0.0393374)" in lines[2]
    assert "Q = 152.568, df = 12" in lines[-1]


def test_the_odds_ratio_has_its_tests(bcg_synthesis: SynthesisResult) -> None:
    found = mantel_haenszel(bcg_synthesis, measure="OR")
    text = str(found)
    assert f"Cochran-Mantel-Haenszel test: chi-square = {found.association.statistic:.6g}, df = 1" in text  # type: ignore[union-attr]
    assert f"Tarone's test of equal odds ratios: chi-square = {found.tarone.statistic:.6g}" in text  # type: ignore[union-attr]
    assert "CountSynthesis(" not in text
    assert str(peto(bcg_synthesis)).startswith("Peto odds ratio 0.6222")


def test_what_is_silent_or_missing_is_said() -> None:
    found = mantel_haenszel(
        events_1=[1, 2, 0], time_1=[20, 30, 40], events_2=[2, 3, 0], time_2=[22, 30, 44], measure="IRR"
    )
    text = str(found)
    assert "k = 3 (2 move the estimate)" in text
    assert "does not move the estimate: Study 3: no events in either group" in text
    assert "Mantel-Haenszel test of the rates: chi-square" in text
    one = str(mantel_haenszel(events_1=[4], n_1=[123], events_2=[11], n_2=[139]))
    assert "heterogeneity: not estimable (fewer than two studies" in one
    assert "Breslow-Day test of equal odds ratios: not estimable" in one


def test_a_result_is_taken_like_its_effects(bcg_synthesis: SynthesisResult) -> None:
    assert mantel_haenszel(bcg_synthesis).estimate == mantel_haenszel(bcg_synthesis.effects).estimate
    assert mantel_haenszel(bcg_synthesis).spec.measure == "RR"
    assert peto(bcg_synthesis).estimate == peto(bcg_synthesis.effects).estimate
