"""Lipsey MW, Wilson DB. Practical meta-analysis. Thousand Oaks: Sage; 2001, chapter 7: ten studies, with

the common-effect and DerSimonian-Laird means (Exhibit 7.3, page 133), two groups (Exhibit 7.4, page 138)
and regressions (Exhibits 7.6 and 7.7, page 141). Pages and figures as metafor's page analyses:lipsey2001
and its own test compare them; where the book's last digit differs, the book's figure stands here.
"""

from __future__ import annotations

from metasyn.synthesis import pool
from metasyn.synthesis.model import Heterogeneity, SubgroupAnalysis
from metasyn.synthesis.moderators import RegressionResult, WaldTest, meta_regression, predict
from metasyn.values import Interval
from tests.literature.printed import as_printed

YI = [-0.33, 0.32, 0.39, 0.31, 0.17, 0.64, -0.33, 0.15, -0.02, 0.00]
VI = [0.084, 0.035, 0.017, 0.034, 0.072, 0.117, 0.102, 0.093, 0.012, 0.067]
CODED = {"random": [0] * 6 + [1] * 4, "intensity": [7, 3, 7, 5, 7, 7, 4, 4, 5, 6]}


def regression(formula: str, **options: object) -> RegressionResult:
    return meta_regression(yi=YI, vi=VI, formula=formula, data=CODED, test="wald", **options)


def rows(result: RegressionResult) -> list[float]:
    return [
        x for c in result.coefficients for x in (c.estimate, c.se, c.statistic, c.pvalue, c.ci.low, c.ci.high)
    ]


def test_exhibit_7_3() -> None:
    common = pool(yi=YI, vi=VI, profile="metafor", model="common-effect")
    random = pool(yi=YI, vi=VI, profile="metafor", tau2_method="DL")
    for result, printed in (
        (common, "0.1549 0.0609 2.5450 0.0109 0.0356 0.2742"),
        (random, "0.1534 0.0858 1.7893 0.0736 -0.0146 0.3215"),
    ):
        assert isinstance(result.ci, Interval)
        as_printed(
            [result.estimate, result.se, result.statistic, result.pvalue, result.ci.low, result.ci.high],
            printed,
        )
    found = random.heterogeneity
    assert isinstance(found, Heterogeneity)
    as_printed([found.Q, found.pvalue], "14.7640 0.0976")
    as_printed(found.tau2.value, "0.025955")


def test_exhibit_7_4() -> None:
    result = regression("~ random", model="common-effect")
    groups = predict(result, {"random": [0, 1]})
    as_printed(groups.estimate, "0.2984 -0.0277")
    as_printed(groups.se, "0.0813 0.0917")
    as_printed(groups.ci.ravel(), "0.1390 0.4578 -0.2075 0.1521")
    assert isinstance(result.omnibus, WaldTest)
    # 7.07388 and 7.69008 here.
    as_printed([result.omnibus.statistic, result.heterogeneity.Q], "7.0738 7.6902", units=1.5)
    as_printed([result.omnibus.pvalue, result.heterogeneity.pvalue], "0.0078 0.4643")


def test_exhibit_7_4_as_subgroups() -> None:
    result = pool(yi=YI, vi=VI, profile="metafor", model="common-effect", by=["no"] * 6 + ["yes"] * 4)
    assert isinstance(result.subgroups, SubgroupAnalysis)
    inside = [group.heterogeneity for group in result.subgroups.results]
    as_printed([x.Q for x in inside], "6.4383 1.2519", units=1)
    as_printed([x.pvalue for x in inside], "0.2659 0.7406")
    as_printed([result.subgroups.Q_between], "7.0738", units=1)
    as_printed([result.subgroups.pvalue], "0.0078")


def test_exhibit_7_6() -> None:
    result = regression("~ random + intensity", model="common-effect")
    as_printed(
        rows(result),
        "0.3223 0.2998 1.0752 0.2823 -0.2652 0.9099 -0.3298 0.1304 -2.5286 0.0115 -0.5854 -0.0742 "
        "-0.0041 0.0493 -0.0829 0.9339 -0.1007 0.0925",
    )
    assert isinstance(result.omnibus, WaldTest)
    as_printed([result.omnibus.statistic, result.omnibus.pvalue], "7.0807 0.0290")
    as_printed([result.heterogeneity.Q, result.heterogeneity.pvalue], "7.6833 0.3613", units=1)


def test_exhibit_7_7() -> None:
    result = regression("~ random + intensity", tau2_method="DL")
    as_printed(
        rows(result),
        "0.3311 0.3198 1.0351 0.3006 -0.2958 0.9579 -0.3269 0.1439 -2.2712 0.0231 -0.6090 -0.0448 "
        "-0.0068 0.0528 -0.1292 0.8972 -0.1103 0.0967",
    )
    assert isinstance(result.omnibus, WaldTest)
    # 5.5709 in the book, for 5.57112.
    as_printed([result.omnibus.statistic], "5.5709", units=3)
    as_printed([result.omnibus.pvalue], "0.0617")
    as_printed(result.tau2, "0.00488")
    as_printed(100 * float(result.R2), "81.2")
