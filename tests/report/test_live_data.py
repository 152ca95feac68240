"""The data inside a page: the numbers come back as they were, in few bytes, whatever the names are."""

from __future__ import annotations

import json
import math
from base64 import b64decode, b85decode
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest

from metasyn.analysis.result import AnalysisResult
from metasyn.effects.measure import get_measure
from metasyn.effects.model import EffectSet
from metasyn.report.blocks import ReportDocument
from metasyn.report.document import build_document
from metasyn.report.live import PAGE_LIMIT, live_data, live_text
from metasyn.report.live_cards import study_cards
from metasyn.report.live_pack import pack_numbers, pack_shares, pack_subsets
from metasyn.synthesis import SynthesisSpec, pool
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.sensitivity.subsets import subsets
from metasyn.tables.cells import source_labels
from metasyn.wording import decimal, natural_text, p_text, percent_text

RNG = np.random.default_rng(11)
HOSTILE = "</script><script>alert(1)</script>\u2028<!-- & \" ' \u202e"


@pytest.fixture(scope="session")
def document(bcg: AnalysisResult) -> ReportDocument:
    return build_document(bcg)


@pytest.fixture(scope="session")
def packed(bcg: AnalysisResult, document: ReportDocument) -> str:
    return live_text(bcg, document)


def unpacked(text: str) -> list[float]:
    raw = b85decode(text.translate(str.maketrans(",.:", "<>&")))
    return [float(value) for value in np.frombuffer(raw, dtype=">f4")]


def shares_of(text: str) -> list[float]:
    """What three letters each stand for, written out again from the description."""
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%:()*+-;,=.?@^_`{|}~"
    codes = [
        sum(
            letters.index(letter) * 85**power
            for letter, power in zip(text[i : i + 3], (2, 1, 0), strict=True)
        )
        for i in range(0, len(text), 3)
    ]
    return [math.nan if code == 85**3 - 1 else code / (85**3 - 2) for code in codes]


def test_packed_shares_keep_their_percent() -> None:
    halves = np.arange(100) / 100 + 0.005
    near = [np.nextafter(halves, end) for end in (0, 1)] + [halves, halves - 1e-7, halves + 1e-7]
    values = np.concatenate([*near, RNG.uniform(0, 1, 3000), [0.0, 1.0]])
    found = shares_of(pack_shares(values))
    assert found == pytest.approx(values, abs=2.5e-6)
    assert np.abs(np.array(found[500:]) - values[500:]).max() < 1e-6
    assert [percent_text(one, 0) for one in found] == [percent_text(one, 0) for one in values.tolist()]
    assert math.isnan(shares_of(pack_shares(np.array([math.nan])))[0])


@pytest.mark.parametrize("code", ["HR", "PLO", "MD", "RD"])
def test_packed_numbers_keep_their_text(code: str) -> None:
    text = partial(natural_text, measure=get_measure(code))
    near_edges = (RNG.integers(1, 3000, 4000) + 0.5) / 100 + RNG.normal(0, 2e-9, 4000)
    values = np.concatenate([near_edges, RNG.lognormal(0, 3, 2000)])
    nearest = values.astype(np.float32)
    moved = [text(float(a)) != text(b) for a, b in zip(nearest, values.tolist(), strict=True)]
    assert any(moved)
    found = unpacked(pack_numbers(values, text))
    assert [text(value) for value in found] == [text(value) for value in values.tolist()]
    assert found == pytest.approx(values, rel=1.3e-7)


def test_packed_numbers_at_the_ends() -> None:
    found = unpacked(pack_numbers(np.array([math.nan, math.inf, -math.inf, 1e300, 0.0, 1e-300]), decimal))
    assert math.isnan(found[0])
    assert found[1:3] == [math.inf, -math.inf]
    assert 1e38 < found[3] < math.inf
    assert found[4:] == [0.0, 0.0]


def test_every_figure_of_every_subset_is_packed() -> None:
    whole = pool(yi=[-0.3, -0.7, 0.1, -0.4], vi=[0.05, 0.1, 0.04, 0.2], measure="HR")
    found = subsets(whole)
    packed = pack_subsets(found, whole.effects.measure)
    shares = {packed["I2"], *packed["columns"]["option_I2"]}
    data = [(shares_of if place in shares else unpacked)(text) for place, text in enumerate(packed["data"])]
    for column, place in enumerate(packed["columns"]["option_I2"]):
        assert data[place] == pytest.approx(found.option_I2[:, column], abs=1e-6, nan_ok=True)
    assert data[packed["I2"]] == pytest.approx(found.I2, abs=1e-6, nan_ok=True)
    for name, places in packed["columns"].items():
        if name == "option_I2":
            continue
        for column, place in enumerate(places):
            values = getattr(found, name)[:, column]
            if isinstance(place, list):
                (place,), values = place, values[packed["few"]]
            if place is None:
                assert set(values[~np.isnan(values)]) <= ({0.0} if name == "option_tau2" else set())
                continue
            plain = ("pvalue", "option_tau2", "option_Q", "option_Q_pvalue")
            natural = values if name in plain else np.exp(values)
            assert data[place] == pytest.approx(natural, rel=1.3e-7, nan_ok=True)
    chosen = [packed["choices"][place] for place in b64decode(packed["choice"])]
    assert chosen == [list(pair) for pair in zip(found.headline.tolist(), found.reason.tolist(), strict=True)]
    assert len(packed["data"]) == len(set(packed["data"]))
    assert packed["columns"]["estimate"][1] == packed["columns"]["estimate"][2]


def test_a_proportion_has_no_p_values() -> None:
    whole = pool(yi=[-1.3, -0.7, -1.1], vi=[0.05, 0.1, 0.04], measure="PLO")
    packed = pack_subsets(subsets(whole), whole.effects.measure)
    assert set(packed["columns"]["pvalue"]) == {None}


def enlarged(result: AnalysisResult, k: int, outcomes: int) -> AnalysisResult:
    """An analysis whose outcomes have k made-up studies each."""
    model = result.outcomes[0]
    made = []
    for number in range(outcomes):
        yi, vi = RNG.normal(-0.4, 0.5, k), RNG.uniform(0.02, 0.4, k)
        first = model.effects.effects[0]
        effects = EffectSet(
            measure=model.effects.measure,
            effects=tuple(
                replace(first, label=f"Trial {i}", study_id=f"t{i}", yi=float(y), vi=float(v))
                for i, (y, v) in enumerate(zip(yi, vi, strict=True))
            ),
            outcome="Made up",
        )
        made.append(
            replace(
                model,
                slug=f"o{number}",
                effects=effects,
                synthesis=pool(effects, spec=SynthesisSpec(tau2_method="DL")),
                subgroups=(),
                leave_one_out=(),
                sensitivity=(),
                apart=(),
            )
        )
    return replace(result, outcomes=tuple(made))


@pytest.mark.slow
def test_fourteen_studies_fit_on_a_page_and_the_next_outcome_has_pairs(
    bcg: AnalysisResult, document: ReportDocument
) -> None:
    big = enlarged(bcg, 14, 2)
    text = live_text(big, document, page=300_000)
    first, second = json.loads(text)
    assert (first["panel"]["left_out"], second["panel"]["left_out"]) == (13, 2)
    assert 1_500_000 < len(text) < PAGE_LIMIT - 300_000


def test_where_nothing_fits_the_page_says_so(bcg: AnalysisResult, document: ReportDocument) -> None:
    panels = {one["slug"]: one["panel"] for one in live_data(bcg, document, limit=0)}
    assert "too many for this page" in panels["tb-rr"]["missing"]
    assert panels["sae-rr"] is None


def test_outcomes_studies_and_rows(bcg: AnalysisResult, document: ReportDocument, packed: str) -> None:
    data = {one["slug"]: one for one in json.loads(packed)}
    assert list(data) == ["tb-rr", "death-rr", "sae-rr"]
    tb = data["tb-rr"]
    assert [study["label"] for study in tb["studies"]] == list(bcg.outcomes[0].effects.labels)
    assert tb["panel"]["left_out"] == 12
    layouts: dict[str, Any] = {figure.stem: figure.layout for figure in document.figures()}
    for place in tb["figures"]:
        rows = layouts[place["stem"]].rows
        assert rows[place["overall"]].kind == "overall"
        assert rows[place["heterogeneity"]].label.startswith("τ²")
        assert "prediction interval" in rows[place["prediction"]].label
    assert [option["headline"] for option in tb["panel"]["options"]].count(True) == 1


def test_a_card_tells_figure_route_source_and_place(bcg: AnalysisResult) -> None:
    part = bcg.outcomes[0]
    cards = study_cards(part.effects, source_labels(bcg.sources), 0.95)
    facts = dict(cards[0]["facts"])
    assert facts["Figure as printed"] == "4/123 vs 11/139"
    assert facts["Source"] == "Colditz 1994 [1], Table 1"
    assert facts["Formula"] == part.effects.effects[0].route.formula
    assert facts["RR (95% CI)"] == "0.41 (0.13 to 1.26)"
    assert cards[0]["counts"] == [4, 123, 11, 139]


def test_studies_of_one_name_have_keys_of_their_own(bcg: AnalysisResult) -> None:
    effects = bcg.outcomes[0].effects
    same = replace(effects, effects=tuple(replace(one, label="研究") for one in effects.effects))
    keys = [card["key"] for card in study_cards(same, {}, 0.95)]
    assert len(set(keys)) == len(keys)
    assert all(set(key) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") for key in keys)


def test_no_text_can_leave_the_data(bcg: AnalysisResult, document: ReportDocument) -> None:
    part = bcg.outcomes[0]
    effects = replace(
        part.effects,
        effects=tuple(
            replace(one, label=f"{HOSTILE}{i}", notes=(HOSTILE,))
            for i, one in enumerate(part.effects.effects[:5])
        ),
    )
    synthesis = pool(effects)
    assert isinstance(synthesis, SynthesisResult)
    changed = replace(part, effects=effects, synthesis=synthesis, subgroups=(), leave_one_out=(), apart=())
    result = replace(bcg, outcomes=(changed,))
    text = live_text(result, document)
    assert not set("<>&\u2028\u2029\u202e") & set(text)
    label = json.loads(text)[0]["studies"][3]["label"]
    assert label.startswith("</script><script>alert(1)</script> <!-- & \" ' ")
    assert label.endswith("3")


def test_the_same_input_gives_the_same_data(
    bcg: AnalysisResult, document: ReportDocument, packed: str
) -> None:
    assert live_text(bcg, document) == packed


def test_p_values_keep_their_text() -> None:
    values = RNG.uniform(0, 1, 3000)
    found = unpacked(pack_numbers(values, p_text))
    assert [p_text(value) for value in found] == [p_text(value) for value in values.tolist()]
