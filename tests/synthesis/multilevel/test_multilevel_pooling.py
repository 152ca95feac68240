"""What may be asked of a multilevel model, what is refused and why, and what must not change the answer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize

from metasyn.effects.measure import get_measure
from metasyn.effects.model import Effect, EffectSet, Route
from metasyn.errors import NotEstimableError, OptionError
from metasyn.synthesis.multilevel import OutcomeVariation, pool_multilevel, random_effects
from metasyn.synthesis.pool import pool
from metasyn.values import NotEstimable
from tests.synthesis.multilevel.dense_mixed import dense_log_likelihood

STUDY = ["A", "A", "A", "B", "B", "C", "C", "D", "E", "E", "F", "F"]
OUTCOME = ["os", "pfs", "orr", "os", "pfs", "os", "orr", "pfs", "os", "pfs", "pfs", "orr"]
YI = np.array([0.31, 0.1, 0.52, -0.4, -0.22, 0.9, 0.75, 0.05, 0.6, 0.83, -0.35, 0.02])
VI = np.array([0.04, 0.05, 0.09, 0.03, 0.02, 0.08, 0.06, 0.05, 0.04, 0.03, 0.05, 0.07])
LEVELS: dict[str, Any] = {"study": STUDY, "effect": None}


def block(n: int, rho: float) -> np.ndarray:
    return (1 - rho) * np.eye(n) + rho


def covariances(rho: float) -> np.ndarray:
    same = np.equal.outer(STUDY, STUDY)
    return np.where(np.eye(12, dtype=bool), 1.0, rho * same) * np.sqrt(np.outer(VI, VI))


def refused(error: type[Exception], *words: str, **given: Any) -> None:
    with pytest.raises(error) as caught:
        pool_multilevel(**({"yi": YI, "vi": VI} | given))
    for word in words:
        assert word in str(caught.value)
    assert "\n" not in str(caught.value)


# ---- identification -----------------------------------------------------------------------------------


def test_a_single_cluster() -> None:
    refused(NotEstimableError, "all effects belong to one study (A)", "Leave out level 'study'",
            levels={"study": ["A"] * 12, "effect": None})  # fmt: skip


def test_one_effect_per_cluster() -> None:
    refused(NotEstimableError, "every study has one effect", "Leave out level 'effect'", "pool()",
            levels={"study": range(12), "effect": None})  # fmt: skip


def test_an_outcome_of_one_study() -> None:
    outcome = ["os", "pfs"] * 5 + ["os", "orr"]
    asked: dict[str, Any] = {"outcomes": outcome, "within": STUDY}
    refused(NotEstimableError, "outcome 'orr' is reported by one study only", structure="UN", **asked)
    refused(NotEstimableError, "outcome 'orr'", structure="HCS", **asked)
    result = pool_multilevel(yi=YI, vi=VI, structure="CS", **asked)
    assert isinstance(result.outcomes, OutcomeVariation)


def test_a_pair_of_outcomes_that_no_study_reports() -> None:
    outcome = ["a", "b", "a", "b", "a", "a", "c", "b", "a", "b", "a", "c"]
    refused(NotEstimableError, "no study reports both 'b' and 'c'", "structure='HCS' or 'CS'",
            structure="UN", outcomes=outcome, within=STUDY)  # fmt: skip
    alone = ["os", "pfs"] * 6
    refused(
        NotEstimableError, "no study reports two outcomes", outcomes=alone, within=range(12), structure="CS"
    )


def test_one_outcome_and_repeated_levels() -> None:
    refused(NotEstimableError, "there is one outcome (os)", outcomes=["os"] * 12, within=STUDY)
    refused(NotEstimableError, "level 'study' is part of the covariance of the outcomes",
            levels={"study": STUDY}, outcomes=OUTCOME, within=STUDY)  # fmt: skip
    refused(
        NotEstimableError, "level 'effect' is part of", levels=("effect",), outcomes=OUTCOME, within=STUDY
    )


def test_a_flat_likelihood() -> None:
    """A moderator for every study leaves nothing to vary between studies."""
    X = np.equal.outer(STUDY, sorted(set(STUDY))).astype(float)
    refused(NotEstimableError, "the likelihood is flat", "variances of study", levels=LEVELS, X=X)


def test_covariances_that_no_data_have() -> None:
    V = covariances(0.5)
    V[3, 4] = V[4, 3] = 1.01 * np.sqrt(VI[3] * VI[4])
    refused(NotEstimableError, "of 'B' are not positive definite", "4 (Study 4), 5 (Study 5)", sampling=V,
            levels=LEVELS)  # fmt: skip
    refused(NotEstimableError, "of 'A' are not positive definite", sampling=covariances(1.0), levels=LEVELS)


def test_dependent_columns_and_too_few_effects() -> None:
    noise = np.random.default_rng(1).normal(size=(12, 12))
    twice = np.column_stack([np.ones(12), noise[:, 0], 2 * noise[:, 0] - 1])
    refused(NotEstimableError, "linearly dependent", levels=LEVELS, X=twice)
    refused(NotEstimableError, "needs at least 13 effects", levels=LEVELS, X=noise)


def test_no_degrees_of_freedom() -> None:
    X = np.column_stack([np.ones(12), np.random.default_rng(1).normal(size=(12, 5))])
    refused(NotEstimableError, "rests on 6 groups and the model has 6 coefficients", levels=LEVELS, X=X,
            ci_method="t")  # fmt: skip


# ---- options and columns ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"levels": LEVELS, "method": "DL"}, "method must be one of 'REML', 'ML'"),
        ({"levels": LEVELS, "ci_method": "z"}, "ci_method must be one of"),
        ({"levels": LEVELS, "df_method": "contain"}, "df_method has no meaning for ci_method='wald'"),
        ({"levels": LEVELS, "structure": "UN"}, "structure='UN' is about outcomes"),
        ({"levels": LEVELS, "level": 95}, "level must be a proportion"),
        ({"levels": LEVELS, "names": ["x"]}, "names= belongs to X="),
        ({"levels": LEVELS, "data": {}}, "data= belongs to formula="),
        ({"levels": LEVELS, "X": np.ones(12), "formula": "~ 1"}, "give either formula="),
        ({}, "nothing to group by"),
        ({"outcomes": OUTCOME}, "outcomes= and within= belong together"),
        ({"levels": ("study", "effect")}, "With yi= give the column itself"),
        ({"levels": {"study": STUDY[:-1]}}, "study must have one value per effect, 12; it has 11"),
        ({"levels": {"study": [*STUDY[:-1], None]}}, "study is missing for effect 12 (Study 12)"),
        ({"levels": 3}, "levels must be names"),
        ({"levels": LEVELS, "sampling": np.eye(3)}, "sampling must have shape (12, 12)"),
        ({"levels": LEVELS, "sampling": [np.eye(3)]}, "one block per study, 6; it has 1"),
        ({"levels": LEVELS, "sampling": [np.eye(2)] * 6}, "sampling for study 'A' must have shape (3, 3)"),
        ({"levels": LEVELS, "sampling": np.eye(12)}, "the variances of the effects, first in row 1"),
        ({"levels": LEVELS, "sampling": np.triu(np.ones((12, 12)))}, "must be symmetric"),
        ({"levels": LEVELS, "sampling": -np.eye(12)}, "variances above zero"),
        ({"levels": LEVELS, "X": np.full(12, np.nan)}, "missing for effect 1"),
        ({"levels": LEVELS, "yi": []}, "yi has 0"),
    ],
)  # fmt: skip
def test_rules(given: dict[str, Any], words: str) -> None:
    refused(OptionError, words, **given)


def test_random_effects_of_an_unknown_level() -> None:
    result = pool_multilevel(yi=YI, vi=VI, levels=LEVELS, variance_ci="none")
    with pytest.raises(OptionError, match="'study', 'effect'; got 'cohort'"):
        random_effects(result, "cohort")
    with pytest.raises(OptionError, match="no random effects per outcome"):
        random_effects(result)


# ---- what must hold -----------------------------------------------------------------------------------


def test_one_level_is_the_usual_model() -> None:
    """Every effect its own group: REML and the Wald interval of pool()."""
    usual = pool(yi=YI, vi=VI, tau2_method="REML", ci_method="wald")
    result = pool_multilevel(yi=YI, vi=VI, levels=("effect",), variance_ci="none")
    assert not isinstance(usual.heterogeneity, NotEstimable)
    assert result.components[0].variance == pytest.approx(usual.heterogeneity.tau2.value, rel=1e-9)
    assert result.coefficients[0] == pytest.approx(usual.estimate, rel=1e-10)
    assert result.table[0].se == pytest.approx(usual.se, rel=1e-10)
    assert result.components[0].I2 == result.I2
    assert pytest.approx(usual.heterogeneity.I2, rel=1e-9) == result.I2


def test_order_shift_and_scale() -> None:
    base = pool_multilevel(yi=YI, sampling=covariances(0.4), levels=LEVELS)
    order = np.random.default_rng(3).permutation(12)
    moved = pool_multilevel(
        yi=1000 - 50 * YI[order],
        sampling=2500 * covariances(0.4)[np.ix_(order, order)],
        levels={"study": np.array(STUDY)[order], "effect": None},
    )
    assert moved.coefficients[0] == pytest.approx(1000 - 50 * base.coefficients[0], rel=1e-12)
    assert moved.table[0].se == pytest.approx(50 * base.table[0].se, rel=1e-9)
    for have, want in zip(moved.components, base.components, strict=True):
        assert have.variance == pytest.approx(2500 * want.variance, rel=1e-8)
        assert not isinstance(have.ci, NotEstimable)
        assert not isinstance(want.ci, NotEstimable)
        assert have.ci.low == pytest.approx(2500 * want.ci.low, rel=1e-6)
        assert have.ci.high == pytest.approx(2500 * want.ci.high, rel=1e-6)
        assert pytest.approx(want.I2, rel=1e-8) == have.I2
    assert moved.log_likelihood == pytest.approx(base.log_likelihood - 11 * np.log(50), abs=1e-9)


def test_ways_to_give_covariances() -> None:
    """A matrix and one block per study are the same; a diagonal is the variances."""
    V = covariances(0.6)
    rows = [[i for i, own in enumerate(STUDY) if own == study] for study in dict.fromkeys(STUDY)]
    whole = pool_multilevel(yi=YI, sampling=V, levels=LEVELS, variance_ci="none")
    blocks = pool_multilevel(
        yi=YI, vi=VI, sampling=[V[np.ix_(r, r)] for r in rows], levels=LEVELS, variance_ci="none"
    )
    assert blocks.to_dict() == whole.to_dict()
    plain = pool_multilevel(yi=YI, vi=VI, levels=LEVELS, variance_ci="none")
    assert (
        plain.to_dict()
        == pool_multilevel(yi=YI, sampling=np.diag(VI), levels=LEVELS, variance_ci="none").to_dict()
    )
    assert whole.effects.vi.tolist() == VI.tolist()


def test_clusters_join_where_sampling_errors_do() -> None:
    V = np.diag(VI)
    V[2, 3] = V[3, 2] = 0.02
    result = pool_multilevel(yi=YI, sampling=V, levels=LEVELS, variance_ci="none")
    assert result.cluster_names == ("A + B", "C", "D", "E", "F")
    assert result.clusters[0].tolist() == [0, 1, 2, 3, 4]
    total = sum(one.variance for one in result.components)
    for rows, sampling, working in zip(
        result.clusters, result.sampling_blocks, result.working_blocks, strict=True
    ):
        assert sampling.tolist() == V[np.ix_(rows, rows)].tolist()
        assert np.diag(working) == pytest.approx(VI[rows] + total)
        assert not working.flags.writeable
    assert result.working_blocks[0][2, 3] == 0.02
    assert result.working_blocks[0][0, 1] == pytest.approx(result.components[0].variance)


def test_inner_groups_lie_within_outer_ones() -> None:
    """Effects numbered from 1 in each study are not shared between studies."""
    numbered = [STUDY[:i].count(own) for i, own in enumerate(STUDY)]
    result = pool_multilevel(yi=YI, vi=VI, levels={"study": STUDY, "effect": numbered}, variance_ci="none")
    assert result.to_dict() == pool_multilevel(yi=YI, vi=VI, levels=LEVELS, variance_ci="none").to_dict()
    assert result.levels[1].labels[:4] == ("A / 0", "A / 1", "A / 2", "B / 0")
    assert result.components[1].n_groups == 12


def test_a_variance_on_its_bound_is_zero_and_said() -> None:
    same = np.tile([0.1, 0.5, -0.3], 4)
    result = pool_multilevel(
        yi=same, vi=np.full(12, 0.02), levels={"study": np.repeat(range(4), 3), "effect": None}
    )
    assert result.components[0].variance == 0.0
    assert result.components[0].I2 == 0.0
    assert [finding.code for finding in result.findings] == ["variance-at-zero", "few-groups"]
    assert {one.estimate for one in random_effects(result, "study")} == {0.0}


def test_levels_that_one_study_tells_apart() -> None:
    given: dict[str, Any] = {"yi": YI[:7], "vi": VI[:7], "variance_ci": "none"}
    one = pool_multilevel(**given, levels={"study": list("aabcdef"), "effect": None})
    (said,) = [finding for finding in one.findings if finding.code == "levels-hardly-apart"]
    assert said.severity == "note"
    assert "'study' and 'effect' are told apart by 'a' only" in said.message
    two = pool_multilevel(**given, levels={"study": list("aabbcde"), "effect": None})
    assert "told apart by 'a' and 'b' only" in str(two)
    three = pool_multilevel(**given, levels={"study": list("aabbccd"), "effect": None})
    assert "levels-hardly-apart" not in [finding.code for finding in three.findings]


def test_a_correlation_on_its_bound_is_one_and_said() -> None:
    deep = [0.9, 0.9, -0.8, -0.8, 0.4, 0.4, -0.3, -0.3]
    result = pool_multilevel(
        yi=deep, vi=[0.05] * 8, outcomes=["a", "b"] * 4, within=np.repeat(range(4), 2), structure="UN"
    )
    assert isinstance(result.outcomes, OutcomeVariation)
    assert result.outcomes.correlations[0].rho == 1.0
    assert "correlation-at-bound" in [finding.code for finding in result.findings]


def test_from_a_set_of_effects() -> None:
    route = Route(name="two-by-two", grade=1, formula="")
    effects = EffectSet(
        measure=get_measure("HR"),
        effects=tuple(
            Effect(
                label=f"{study} {i}", yi=float(y), vi=float(v), route=route, study_id=study,
                attributes={"outcome": outcome},
            )
            for i, (study, outcome, y, v) in enumerate(zip(STUDY, OUTCOME, YI, VI, strict=True))
        ),
    )  # fmt: skip
    result = pool_multilevel(effects, levels=("study", "effect"))
    plain = pool_multilevel(yi=YI, vi=VI, levels=LEVELS)
    assert result.to_dict() == plain.to_dict()
    assert str(result).startswith("hazard ratio ")
    by_outcome = pool_multilevel(effects, outcomes="outcome", within="study", formula="~ outcome - 1")
    assert isinstance(by_outcome.outcomes, OutcomeVariation)
    assert by_outcome.outcomes.structure == "CS"
    assert by_outcome.outcomes.within.name == "study"
    assert by_outcome.names == ("outcome[orr]", "outcome[os]", "outcome[pfs]")
    with pytest.raises(OptionError, match="no column 'country'"):
        pool_multilevel(effects, levels=("country",))


def test_text_and_frame() -> None:
    result = pool_multilevel(yi=YI, vi=VI, levels=LEVELS, ci_method="t")
    text = str(result)
    assert "random effects of study / effect, REML\n12 effects in 6 independent clusters" in text
    assert "t  df" in text
    assert "between study: variance" in text
    frame = result.to_frame()
    assert frame.loc[0, "name"] == "Intercept"
    assert frame.loc[0, "df"] == 5
    assert frame.loc[0, "estimate"] == result.coefficients[0]
    assert not isinstance(result.pi, NotEstimable)
    assert result.pi.low < result.table[0].ci.low
    outcomes = pool_multilevel(
        yi=YI, vi=VI, outcomes=OUTCOME, within=STUDY, structure="HCS", variance_ci="none"
    )
    assert isinstance(outcomes.pi, NotEstimable)
    assert outcomes.to_dict()["outcomes"]["variances"][0]["ci"] == {
        "not_estimable": "not asked for: variance_ci='none'"
    }


def test_outcomes_without_variance_have_no_correlation() -> None:
    same = [0.20, 0.24, 0.22, 0.19, 0.21, 0.23, 0.25, 0.18]
    asked: dict[str, Any] = {
        "yi": same,
        "vi": [0.05] * 8,
        "outcomes": ["a", "b"] * 4,
        "within": np.repeat(range(4), 2),
    }
    for structure in ("CS", "HCS", "UN"):
        result = pool_multilevel(**asked, structure=structure)
        assert isinstance(result.outcomes, OutcomeVariation)
        assert [one.variance for one in result.outcomes.variances] == [0.0] * (1 if structure == "CS" else 2)
        assert isinstance(result.outcomes.correlations[0].rho, NotEstimable)
        assert isinstance(result.outcomes.correlations[0].ci, NotEstimable)
        assert "nothing to correlate" in str(result)
        assert {finding.code for finding in result.findings} == {"variance-at-zero", "few-groups"}


def test_a_second_maximum_is_said() -> None:
    """Two outcomes of three studies: with a correlation of 1, or of -1 and a likelihood lower by 1.53."""
    y = np.array([0.57, -0.91, -1.66, 0.21, -0.66, -1.81])
    v = np.array([0.02, 0.008, 0.014, 0.015, 0.024, 0.015])
    study, outcome = np.array([0, 1, 1, 1, 2, 2]), np.array([0, 0, 1, 0, 0, 1])
    result = pool_multilevel(yi=y, vi=v, outcomes=outcome, within=study, structure="UN")
    said = [finding.message for finding in result.findings if finding.code == "second-maximum"]
    assert len(said) == 1
    assert "lower by 1.53" in said[0]

    def lost(x: np.ndarray) -> float:
        factor = np.array([[x[0], 0.0], [x[1], x[2]]])
        G = (factor @ factor.T)[np.ix_(outcome, outcome)] * (study[:, None] == study)
        return -dense_log_likelihood(y, np.ones((6, 1)), np.diag(v) + G, restricted=True)

    starts = np.random.default_rng(0).normal(size=(12, 3))
    ends = [-minimize(lost, start, method="BFGS").fun for start in starts]
    assert result.log_likelihood == pytest.approx(max(ends), abs=1e-7)
    assert any(abs(result.log_likelihood - 1.53 - end) < 0.01 for end in ends)


def test_intervals_hold_their_estimates() -> None:
    result = pool_multilevel(yi=YI, vi=VI, outcomes=OUTCOME, within=STUDY, structure="HCS")
    assert isinstance(result.outcomes, OutcomeVariation)
    for one in (*result.components, *result.outcomes.variances):
        assert not isinstance(one.ci, NotEstimable)
        assert one.variance in one.ci
    pair = result.outcomes.correlations[0]
    assert not isinstance(pair.ci, NotEstimable)
    assert not isinstance(pair.rho, NotEstimable)
    assert pair.rho in pair.ci
    assert pair.ci.low >= -0.5
