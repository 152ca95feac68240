"""`verify.R`: as text without R; with R, it confirms what is right and stops at what is not."""

from __future__ import annotations

import json
import math
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metasyn.analysis.result import AnalysisResult, OutcomeResult, Sensitivity, SmallStudy
from metasyn.analysis.small_study import by_year, small_study
from metasyn.analysis.spec import Analysis, Outcome
from metasyn.effects.counts import counts_to_effects
from metasyn.effects.measure import MEASURES, get_measure
from metasyn.effects.model import Counts, Effect, EffectSet, Route
from metasyn.errors import ReportError
from metasyn.evidence.model import OutcomeDefinition
from metasyn.report.results_json import dumps, results_document
from metasyn.report.verify_further import small_study_lines
from metasyn.report.verify_r import verify_script
from metasyn.report.verify_run import RMissingError, find_rscript, run_verification
from metasyn.report.verify_text import r_comment, r_string
from metasyn.synthesis import SynthesisSpec, leave_one_out, pool
from metasyn.synthesis.model import SubgroupAnalysis, SynthesisResult
from metasyn.synthesis.small_study import TrimFill
from metasyn.synthesis.subgroups import subgroup_analysis
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import CiMethod, PiMethod, Tau2CiMethod, Tau2Method, choices

HOSTILE = (
    'quote " and \\ backslash',
    "line\nbreak\r\nquit(status = 0)",
    "separator\u2028quit()\u2029\x85 \x0b\x0c\x00 bell\x07",
    "# comment `tick` %s %d $x",
    "שלום \u202eevil\u202c Здравствуй 中文 🎉",
    '"); quit(status = 0) #',
    "x" * 300,
    "y" * 1500,
    "=cmd|' /C calc'!A0",
    "\\u0041 \\x41 \\",
    " ",
    "-1",
)
REFERENCE = Path(__file__).parents[1] / "reference"
COUNTS = (
    Counts(events_1=4, n_1=123, events_2=11, n_2=139),
    Counts(events_1=0, n_1=30, events_2=3, n_2=31),
    Counts(events_1=62, n_1=135, events_2=24, n_2=128),
    Counts(events_1=9, n_1=47, events_2=12, n_2=50),
    Counts(events_1=5, n_1=5, events_2=2, n_2=6),
)
# Fisher scoring ends in the lower of two maxima of the restricted likelihood.
TWO_MAXIMA = {
    "lower-at-0": ([-0.3571, -0.093, 0.1535, -0.0962, 0.3162], [0.119, 0.00159, 0.00919, 0.000359, 0.821]),
    "lower-above-0": ([0.9575, 1.125, -0.1854, -0.5852, -0.0744], [0.198, 0.844, 0.00218, 0.227, 0.00669]),
}
# One measure for every way back to the natural scale.
BACK = ("HR", "MD", "ZCOR", "IRS", "PLO", "PFT")
COUNTED = (
    "OR",
    "RR",
    "RD",
    "AS",
    "PETO",
    "PHI",
    "YUQ",
    "YUY",
    "OR2DL",
    "OR2DN",
    "PLO",
    "PAS",
    "PR",
    "PLN",
    "PFT",
)


def given(
    measure: str, yi: Any, vi: Any, labels: Any = None, groups: Any = None, years: Any = None
) -> EffectSet:
    """Effects without figures."""
    return EffectSet(
        measure=get_measure(measure),
        effects=tuple(
            Effect(
                label=labels[i] if labels else f"Study {i + 1}",
                yi=float(y),
                vi=float(v),
                route=Route(name="given", grade=1, formula="as given"),
                attributes={"kind": groups[i]} if groups else {"year": years[i]} if years else {},
            )
            for i, (y, v) in enumerate(zip(yi, vi, strict=True))
        ),
        outcome="made up",
    )


def counted(measure: str) -> EffectSet:
    """Effects from counts, some with an empty cell."""
    single = MEASURES[measure].n_groups == 1  # type: ignore[index]
    counts = [replace(c, events_2=None, n_2=None) if single else c for c in COUNTS]
    yi, vi, added = counts_to_effects(get_measure(measure), counts, "only0")
    made = given(measure, yi, vi)
    route = Route(name="events", grade=1, formula="of counts")
    rows = tuple(
        replace(e, counts=c, adjustment=a, route=route)
        for e, c, a in zip(made.effects, counts, added, strict=True)
        if e.vi > 0
    )
    return replace(made, effects=rows)


def printed_ratios() -> EffectSet:
    """Hazard ratios with intervals, one of them stated the other way round."""
    figures = (
        ("A", 0.62, 0.47, 0.80, 0.95, False),
        ("B", 1.61, 1.1, 2.4, 0.9, True),
        ("C", 0.9, 0.5, 1.7, 0.95, False),
    )
    rows = []
    for label, ratio, low, high, level, turned in figures:
        z = {0.95: 1.959963984540054, 0.9: 1.6448536269514722}[level]
        ci = Interval(1 / high, 1 / low, level) if turned else Interval(low, high, level)
        rows.append(
            Effect(
                label=label,
                yi=(-1 if turned else 1) * math.log(ratio),
                vi=(math.log(high / low) / (2 * z)) ** 2,
                route=Route(name="ratio and interval", grade=1, formula="ln HR"),
                reported_ci=ci,
                inverted=turned,
            )
        )
    return EffectSet(measure=get_measure("HR"), effects=tuple(rows), outcome="survival")


def drawn(k: int, seed: int, spread: float = 0.3) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    vi = rng.uniform(0.01, 0.2, k)
    return rng.normal(-0.3, np.sqrt(vi + spread**2)), vi


def outcome(
    slug: str,
    effects: EffectSet,
    spec: SynthesisSpec | None = None,
    subgroups: tuple[SubgroupAnalysis, ...] = (),
    **more: Any,
) -> OutcomeResult:
    return OutcomeResult(
        slug=slug,
        outcome=Outcome(slug, effects.measure.code),
        definition=OutcomeDefinition(outcome=slug, label=slug, kind="binary"),
        effects=effects,
        synthesis=pool(effects, spec=spec or SynthesisSpec()),
        subgroups=subgroups,
        **more,
    )


def analysis(*outcomes: OutcomeResult, title: str = "made up", name: str = "made_up") -> AnalysisResult:
    asked = Analysis(
        title=title, question="?", outcomes=tuple(o.outcome for o in outcomes), cohorts={"a": "b"}
    )
    return AnalysisResult(name=name, analysis=asked, outcomes=outcomes, external=(), sources=(), ongoing=())


def measures() -> Iterator[OutcomeResult]:
    for code in COUNTED:
        yield outcome(f"counts-{code}", counted(code))
    for code in BACK:
        yi, vi = drawn(4, 3)
        yield outcome(f"given-{code}", given(code, abs(yi), vi))
    yield outcome("printed", printed_ratios())


def sizes() -> Iterator[OutcomeResult]:
    failing = json.loads((REFERENCE / "fisher_scoring_fails.json").read_text(encoding="utf-8"))["sets"][0]
    yield outcome("scoring-fails", given("GEN", failing["yi"], failing["vi"]))
    for name, (yi, vi) in TWO_MAXIMA.items():
        yield outcome(name, given("GEN", yi, vi))
    for k in (1, 2, 3, 12):
        for model in (None, "common-effect") if k > 2 else (None, "random-effects", "common-effect"):
            effects, spec = given("GEN", *drawn(k, k)), SynthesisSpec(model=model)  # type: ignore[arg-type]
            runs = leave_one_out(effects, spec) if k > 2 and (k == 3 or model is None) else ()
            yield outcome(f"k{k}-{model}", effects, spec, leave_one_out=runs)
    yield outcome("equal", given("GEN", [0.5, 0.5, 0.5], [0.1, 0.2, 0.3]))
    yield outcome(
        "small-unit",
        given("GEN", np.array([1.0, 3.0, 8.0, 2.0]) * 1e-7, np.array([1.0, 2.0, 3.0, 1.0]) * 1e-14),
    )
    yield outcome(
        "large-unit", given("MD", np.array([1.0, 3.0, 8.0, 2.0]) * 1e6, np.array([1.0, 2.0, 3.0, 1.0]) * 1e12)
    )


def methods() -> Iterator[OutcomeResult]:
    effects = given("HR", *drawn(7, 11))
    calm = given("HR", *drawn(6, 5, 0.0))
    for ci in choices(CiMethod):
        yield outcome(f"{ci}-spread", effects, SynthesisSpec(ci_method=ci))  # type: ignore[arg-type]
        if ci.startswith("hartung-knapp"):
            yield outcome(f"{ci}-calm", calm, SynthesisSpec(ci_method=ci))  # type: ignore[arg-type]
    yield outcome("hk-common", effects, SynthesisSpec(model="common-effect", ci_method="hartung-knapp"))
    for tau2 in choices(Tau2Method):
        if not tau2.startswith("GENQ"):
            yield outcome(f"tau2-{tau2}", effects, SynthesisSpec(tau2_method=tau2))  # type: ignore[arg-type]
    for pi in choices(PiMethod):
        ci = "hartung-knapp-adhoc" if "2" in pi else "hartung-knapp"
        yield outcome(f"pi-{pi}", calm, SynthesisSpec(pi_method=pi, ci_method=ci))  # type: ignore[arg-type]
    for bounds in choices(Tau2CiMethod):
        estimator = "DL" if bounds in ("jackson", "generalised-q") else "ML"
        spec = SynthesisSpec(tau2_ci_method=bounds, tau2_method=estimator)  # type: ignore[arg-type]
        yield outcome(f"bounds-{bounds}", effects, spec)
    weights = (1.0, 2.0, 0.5, 1.0, 3.0, 1.0, 0.0)
    for estimator in ("REML", "GENQ", "GENQM"):
        spec = SynthesisSpec(tau2_method=estimator, weights=weights)  # type: ignore[arg-type]
        yield outcome(f"weights-{estimator}", effects, spec, leave_one_out=leave_one_out(effects, spec))
    yield outcome("I2-Q", effects, SynthesisSpec(i2_method="Q"))
    yield outcome("I2-Q-common", calm, SynthesisSpec(i2_method="Q", model="common-effect"))
    yield outcome("level", effects, SynthesisSpec(level=0.9, pi_method="t(k-2)"))
    yield outcome(
        "fixed",
        effects,
        SynthesisSpec(tau2=0.07),
        leave_one_out=leave_one_out(effects, SynthesisSpec(tau2=0.07)),
    )
    many = given("HR", *drawn(12, 4), years=[str(2001 + (5 * i) % 12) for i in range(12)])
    for estimator in ("REML", "DL"):
        spec = SynthesisSpec(tau2_method=estimator)  # type: ignore[arg-type]
        yield outcome(
            f"order-{estimator}",
            many,
            spec,
            cumulative=by_year(many, spec),
            small_study=small_study(many, spec),
        )
    # Peters' test from counts: single cohorts, two of them with no event or all, and two groups.
    cohorts = [Counts(events_1=(0, 12, 3, 7)[i % 4], n_1=12 + 9 * (i // 4) * (i % 4 > 1)) for i in range(12)]
    pairs = [
        Counts(events_1=3 + i % 4, n_1=40 + 5 * i, events_2=5 + i % 3, n_2=42 + 4 * i) for i in range(12)
    ]
    for measure, counts in (("PLO", cohorts), ("RR", pairs)):
        yi, vi, added = counts_to_effects(get_measure(measure), counts, "only0")
        bare = given(measure, yi, vi)
        sized = tuple(
            replace(e, counts=c, adjustment=a) for e, c, a in zip(bare.effects, counts, added, strict=True)
        )
        full = replace(bare, effects=sized)
        yield outcome(f"peters-{measure}", full, small_study=small_study(full, SynthesisSpec()))
    # metafor integrates numerically here: also with few studies and with many.
    spec = SynthesisSpec(ci_method="henmi-copas")
    yield outcome(
        "henmi-copas-parts",
        many,
        spec,
        leave_one_out=leave_one_out(many, spec),
        cumulative=by_year(many, spec),
    )
    # The least of the trimmed estimates equals the first that stays: which of them is mirrored decides.
    yi = np.array([-0.9, -0.85, -0.8, -0.4, -0.4, -0.4, -0.4, -0.2, -0.1, 0.0, 0.1, 0.1])
    vi = np.array([0.3, 0.2, 0.4, 0.05, 0.06, 0.04, 0.03, 0.02, 0.01, 0.02, 0.05, 0.01])
    for sign in (1, -1):
        tied = given("HR", sign * yi, vi)
        found = small_study(tied, SynthesisSpec())
        assert isinstance(found, SmallStudy)
        assert isinstance(found.trim_fill, TrimFill)
        assert yi[found.trim_fill.k0 - 1] == yi[found.trim_fill.k0]
        yield outcome(f"tied-{sign}", tied, small_study=found)
    varied = Sensitivity(group="route", label="only a few", result=pool(effects.take([0, 2, 5])))
    other = Sensitivity(group="measure", label="others", result=pool(counted("OR")))
    yield outcome("variants", effects, sensitivity=(varied, other))


def groups() -> Iterator[OutcomeResult]:
    layouts = {"three": "aabbbcc", "single": "aaaabbc", "large": "aaaaabbbbb", "alone": "abc", "one": "aaa"}
    specs = {
        "policy": SynthesisSpec(),
        "wald": SynthesisSpec(ci_method="wald", tau2_method="DL", pi_method="hartung-knapp", level=0.9),
        "fixed": SynthesisSpec(tau2=0.05, pi_method="t(k-2)"),
        "common": SynthesisSpec(model="common-effect"),
        "Q": SynthesisSpec(i2_method="Q", tau2_method="ML", tau2_ci_method="profile-likelihood"),
        "iqwig": SynthesisSpec(profile="iqwig-6"),
        "DL2": SynthesisSpec(tau2_method="DL2"),
    }
    for layout, letters in layouts.items():
        effects = given("RR", *drawn(len(letters), len(letters)), groups=[f'{x} "group"' for x in letters])
        for name, spec in specs.items():
            if layout == "three" or name == "policy" or (layout, name) == ("alone", "fixed"):
                found = subgroup_analysis(effects, "kind", spec)
                yield outcome(f"{layout}-{name}", effects, spec, (found,))
    found = subgroup_analysis(
        effects := given("RR", *drawn(6, 2), groups=list("aabbbb")),
        "kind",
        SynthesisSpec(),
        subgroup_tau2="separate",
    )
    yield outcome("separate", effects, subgroups=(found,))


def hostile() -> AnalysisResult:
    yi, vi = drawn(len(HOSTILE), 8)
    effects = given("RR", yi, vi, labels=HOSTILE, groups=[HOSTILE[i % 3] for i in range(len(HOSTILE))])
    found = subgroup_analysis(effects, "kind", SynthesisSpec())
    part = outcome("hostile", effects, None, (found,), leave_one_out=leave_one_out(effects))
    definition = replace(part.definition, label=HOSTILE[2])
    return analysis(replace(part, definition=definition), title=HOSTILE[1], name="hostile")


# ---- as text, without R --------------------------------------------------------------------------------


def numbers_of(script: str) -> set[str]:
    return set(re.findall(r"-?\d+(?:\.\d+)?(?:e[-+]\d+)?", script))


def headline_numbers(value: Any, key: str = "") -> Iterator[float]:
    """Every number of a synthesis in `results.json` that a reader is shown."""
    shown = {
        "estimate",
        "se",
        "ci",
        "pi",
        "tau2",
        "tau2_ci",
        "I2",
        "I2_ci",
        "H2",
        "H2_ci",
        "Q",
        "pvalue",
        "weights",
        "Q_between",
    }
    if isinstance(value, dict):
        # Of a mixed model metafor has neither these intervals nor weights: the script says so.
        missing = ("tau2_ci", "I2_ci", "H2_ci", "weights") if value.get("model") == "glmm" else ()
        for name, inner in value.items():
            if name not in ("rows", "results", "exclusions", "glmm", "bayes", *missing):
                yield from headline_numbers(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from headline_numbers(inner, key)
    elif isinstance(value, float) and key in shown:
        yield value


@pytest.mark.parametrize("fixture", ["bcg", "cohorts"])
def test_every_headline_number_stands_in_the_script(fixture: str, request: pytest.FixtureRequest) -> None:
    result = request.getfixturevalue(fixture)
    document = json.loads(dumps(results_document(result)))
    found = list(headline_numbers(document["syntheses"]))
    assert len(found) > 200
    there = {float(number) for number in numbers_of(verify_script(result))}
    assert [number for number in found if number not in there] == []


def test_study_results_keep_all_their_digits(bcg: AnalysisResult) -> None:
    there = {float(number) for number in numbers_of(verify_script(bcg))}
    for effect in bcg.outcomes[0].effects.effects:
        assert {effect.yi, effect.vi} <= there


@pytest.mark.parametrize("text", HOSTILE)
def test_a_string_cannot_leave_its_quotes(text: str) -> None:
    written = r_string(text)
    assert written.isascii()
    assert written.isprintable()
    assert re.fullmatch(r'"(?:[^"\\]|\\["\\ntr]|\\u[0-9a-f]{4}|\\U[0-9a-f]{8})*"', written)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_comment_cannot_become_code(text: str) -> None:
    for line in r_comment(text).split("\n"):
        assert line.startswith("#")
        assert line.isprintable()
        assert len(line.splitlines()) == 1


def test_labels_are_never_code() -> None:
    code = [line for line in verify_script(hostile()).split("\n") if not line.lstrip().startswith("#")]
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', '""', "\n".join(code))
    assert "quit" not in bare
    assert "cmd" not in bare
    assert bare.isascii()


def test_what_r_does_not_check_is_named_with_the_reason() -> None:
    effects = given("HR", *drawn(7, 11))
    spec = SynthesisSpec(
        ci_method="kenward-roger", pi_method="bootstrap", tau2_ci_method="jackson", tau2_method="DL"
    )
    script = verify_script(analysis(outcome("odd", effects, spec)))
    reasons = dict(re.findall(r'not_checked\("(.*)",\n +because = "(.*)"\)', script))
    assert "Kenward-Roger" in reasons["random-effects (kenward-roger)"]
    assert "random" in reasons["prediction interval (bootstrap)"]
    assert "Jackson" in reasons["variation between studies: interval of tau2, I2 and H2"]
    assert any("given" in reason for what, reason in reasons.items() if what.startswith("yi and vi"))


TESTS = {
    "OR": ("harbord", "does not have it"),
    "SMD": ("pustejovsky", "predictor"),
    "IRR": ("egger", "needs numbers of participants"),
    "HR": ("", ""),
}


@pytest.mark.parametrize("measure", TESTS)
def test_every_test_that_is_not_repeated_has_its_own_reason(measure: str) -> None:
    counts = [
        Counts(events_1=3 + i % 4, n_1=40 + 5 * i, events_2=5 + i % 3, n_2=42 + 4 * i) for i in range(12)
    ]
    yi, vi = drawn(12, 4)
    if measure == "OR":
        yi, vi, _ = counts_to_effects(get_measure(measure), counts, "only0")
    effects = given(measure, yi, vi)
    sized = tuple(replace(e, counts=c) for e, c in zip(effects.effects, counts, strict=True))
    found = small_study(replace(effects, effects=sized), SynthesisSpec())
    assert isinstance(found, SmallStudy)
    lines = "\n".join(small_study_lines(found, SynthesisSpec(), replace(effects, effects=sized)))
    name, reason = TESTS[measure]
    pattern = r'not_checked\("the test of small-study effects \((\w+)\)",\n +because = "(.*)"\)'
    said = re.findall(pattern, lines)
    if isinstance(found.test, NotEstimable):
        assert f"# No test: {found.test.reason}" in lines.replace("\n# ", " ")
    elif name:
        assert [test for test, _ in said] == [name]
        assert reason in said[0][1]
    else:
        assert said == []
        assert "egger(d)" in lines


def test_nothing_to_pool_is_said(bcg: AnalysisResult) -> None:
    assert "# Nothing to check: no eligible result could be put on the scale" in verify_script(bcg)


def test_the_same_twice(bcg: AnalysisResult) -> None:
    assert verify_script(bcg) == verify_script(bcg)


def test_a_report_holds_its_script(bcg: AnalysisResult, bcg_files: dict[str, bytes]) -> None:
    assert bcg_files["verify.R"].decode() == verify_script(bcg)


def test_without_r_it_is_said_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(RMissingError, match="apt-get install r-base-core r-cran-metafor"):
        find_rscript(tmp_path / "Rscript")
    bare = tmp_path / "Rscript"
    bare.write_text("#!/bin/sh\nexit 1\n")
    bare.chmod(0o755)
    with pytest.raises(RMissingError, match=r"no package metafor.*r-cran-metafor"):
        find_rscript(bare)


# ---- with R --------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def rscript() -> str:
    try:
        return find_rscript()
    except RMissingError as error:
        pytest.skip(str(error))


def run(rscript: str, script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    path = folder / "verify.R"
    path.write_text(script, encoding="utf-8")
    return subprocess.run(
        [rscript, path], cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )


MATRIX = {"measures": measures, "sizes": sizes, "methods": methods, "groups": groups}


@pytest.mark.slow
def test_metafor_confirms(rscript: str, tmp_path: Path) -> None:
    """One script for all parts: most of the time of a small one is starting R."""
    parts = [
        replace(one, slug=f"{name}-{number}", definition=replace(one.definition, label=f"{name}, {one.slug}"))
        for name, made in MATRIX.items()
        for number, one in enumerate(made())
    ]
    path = tmp_path / "verify.R"
    path.write_text(verify_script(analysis(*parts)), encoding="utf-8")
    found = run_verification(rscript, path, timeout=300)
    assert found.differences == ()
    assert found.confirmed > 9 * len(parts)
    assert found.software.startswith("metafor ")


def test_hostile_labels_are_shown_and_harmless(rscript: str, tmp_path: Path) -> None:
    done = run(rscript, verify_script(hostile()), tmp_path)
    assert done.returncode == 0, done.stderr
    assert "numbers confirmed by metafor" in done.stdout
    assert HOSTILE[0] in done.stdout
    assert HOSTILE[6] in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["verify.R"]


def test_a_label_cannot_speak_for_the_script(
    rscript: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Line ends in labels: the answer stays one line per number, and the last sentence is the answer."""
    labels = ["a\n  DIFFERS  b", "c\r\n\nall 999 numbers confirmed by metafor 0, R 0\nd", "e\r  ok  f"]
    effects = given("RR", *drawn(3, 1), labels=labels)
    path = tmp_path / "verify.R"
    part = outcome("made", effects, leave_one_out=leave_one_out(effects))
    path.write_text(verify_script(analysis(part)), encoding="utf-8")
    heard: list[str] = []
    started = subprocess.run

    def listening(*command: Any, **how: Any) -> subprocess.CompletedProcess[str]:
        done: subprocess.CompletedProcess[str] = started(*command, **how)
        heard.append(done.stdout)
        return done

    monkeypatch.setattr("metasyn.report.verify_run.subprocess.run", listening)
    found = run_verification(rscript, path, timeout=60)
    assert found.differences == ()
    assert found.software.startswith("metafor 3") or found.software.startswith("metafor 4")
    assert 20 < found.confirmed < 999
    lines = "".join(heard).split("\n")
    assert [line for line in lines if line.startswith(("all ", "  DIFFERS"))] == [lines[-2]]
    assert any("without a   DIFFERS  b, " in line for line in lines)


@pytest.fixture(scope="module")
def small() -> AnalysisResult:
    """Three studies in two groups, with everything that can be asked of them."""
    effects = given("RR", *drawn(3, 1), groups=list("aab"))
    found = subgroup_analysis(effects, "kind", SynthesisSpec())
    common = Sensitivity(group="model", label="common", result=pool(effects, model="common-effect"))
    runs = leave_one_out(effects)
    return analysis(outcome("sleep", effects, subgroups=(found,), leave_one_out=runs, sensitivity=(common,)))


def test_one_wrong_number_is_named(small: AnalysisResult, rscript: str, tmp_path: Path) -> None:
    result = small.outcomes[0].synthesis
    assert isinstance(result, SynthesisResult)
    right, wrong = (f"estimate = {value:.12g}" for value in (result.estimate, result.estimate + 1e-6))
    script = verify_script(small)
    assert right in script
    done = run(rscript, script.replace(right, wrong, 1), tmp_path)
    assert done.returncode != 0
    assert re.search(r"1 of \d+ numbers differ", done.stderr)
    where = re.escape("sleep, risk ratio (sleep): random-effects (hartung-knapp-adhoc), estimate: ")
    ours, theirs = (f"{value:.9g}" for value in (result.estimate + 1e-6, result.estimate))
    assert re.search(rf"{where}reported {ours}\d*, metafor {theirs}\d*", done.stderr)
    assert "confirmed by" not in done.stdout


def test_no_comparison_is_blind(small: AnalysisResult, rscript: str, tmp_path: Path) -> None:
    header = "    ours <- reported[[name]]\n"
    script = verify_script(small)
    assert script.count(header) == 1
    path = tmp_path / "verify.R"
    path.write_text(
        script.replace(header, "    ours <- reported[[name]] * 1.0001 + 1e-4\n"), encoding="utf-8"
    )
    found = run_verification(rscript, path, timeout=60)
    assert found.confirmed == 0
    assert len(found.differences) > 100


def test_a_script_that_cannot_run_is_an_error(rscript: str, tmp_path: Path) -> None:
    path = tmp_path / "verify.R"
    path.write_text("no_such_function()\n")
    with pytest.raises(ReportError, match="no_such_function"):
        run_verification(rscript, path, timeout=60)
    path.write_text("Sys.sleep(30)\n")
    with pytest.raises(ReportError, match=r"within 0\.5 seconds"):
        run_verification(rscript, path, timeout=0.5)
