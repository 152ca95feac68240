"""The methods literature a report may cite, by key."""

from __future__ import annotations

from collections.abc import Iterable

from metasyn.report.blocks import Reference

__all__ = ["cite", "reference_list"]

# key -> (author-year as cited in the text, full reference, DOI)
_LITERATURE: dict[str, tuple[str, str, str]] = {
    "reml": (
        "Viechtbauer 2005",
        (
            "Viechtbauer W. Bias and efficiency of meta-analytic variance estimators in the random-effects "
            "model. J Educ Behav Stat 2005;30:261-293."
        ),
        "10.3102/10769986030003261",
    ),
    "glmm": (
        "Stijnen et al. 2010",
        (
            "Stijnen T, Hamza TH, Özdemir P. Random effects meta-analysis of event outcome in the framework "
            "of the generalized linear mixed model with applications in sparse data. Stat Med "
            "2010;29:3046-3067."
        ),
        "10.1002/sim.4040",
    ),
    "glmm-coverage": (
        "Lin and Chu 2020",
        (
            "Lin L, Chu H. Meta-analysis of proportions using generalized linear mixed models. Epidemiology "
            "2020;31:713-717."
        ),
        "10.1097/EDE.0000000000001232",
    ),
    "bayesmeta": (
        "Röver 2020",
        (
            "Röver C. Bayesian random-effects meta-analysis using the bayesmeta R package. J Stat Softw "
            "2020;93(6):1-51."
        ),
        "10.18637/jss.v093.i06",
    ),
    "half-normal": (
        "Röver et al. 2021",
        (
            "Röver C, Bender R, Dias S, et al. On weakly informative prior distributions for the "
            "heterogeneity parameter in Bayesian random-effects meta-analysis. Res Synth Methods "
            "2021;12:448-474."
        ),
        "10.1002/jrsm.1475",
    ),
    "turner": (
        "Turner et al. 2015",
        (
            "Turner RM, Jackson D, Wei Y, Thompson SG, Higgins JPT. Predictive distributions for "
            "between-study heterogeneity and simple methods for their application in Bayesian "
            "meta-analysis. Stat Med "
            "2015;34:984-998."
        ),
        "10.1002/sim.6381",
    ),
    "dl": (
        "DerSimonian and Laird 1986",
        "DerSimonian R, Laird N. Meta-analysis in clinical trials. Control Clin Trials 1986;7:177-188.",
        "10.1016/0197-2456(86)90046-2",
    ),
    "pm": (
        "Paule and Mandel 1982",
        "Paule RC, Mandel J. Consensus values and weighting factors. J Res Natl Bur Stand 1982;87:377-385.",
        "10.6028/jres.087.022",
    ),
    "ml": (
        "Hardy and Thompson 1996",
        (
            "Hardy RJ, Thompson SG. A likelihood approach to meta-analysis with random effects. Stat Med "
            "1996;15:619-629."
        ),
        "10.1002/(SICI)1097-0258(19960330)15:6<619::AID-SIM188>3.0.CO;2-A",
    ),
    "eb": (
        "Morris 1983",
        (
            "Morris CN. Parametric empirical Bayes inference: theory and applications. J Am Stat Assoc "
            "1983;78:47-55."
        ),
        "10.1080/01621459.1983.10477920",
    ),
    "he": (
        "Hedges 1983",
        "Hedges LV. A random effects model for effect sizes. Psychol Bull 1983;93:388-395.",
        "10.1037/0033-2909.93.2.388",
    ),
    "hs": (
        "Brannick et al. 2019",
        (
            "Brannick MT, Potter SM, Benitez B, Morris SB. Bias and precision of alternate estimators in "
            "meta-analysis: benefits of blending Schmidt-Hunter and Hedges approaches. Organ Res Methods "
            "2019;22:490-514."
        ),
        "10.1177/1094428117741966",
    ),
    "sj": (
        "Sidik and Jonkman 2005",
        (
            "Sidik K, Jonkman JN. Simple heterogeneity variance estimation for meta-analysis. J R Stat "
            "Soc Ser C 2005;54:367-384."
        ),
        "10.1111/j.1467-9876.2005.00489.x",
    ),
    "generalised-q": (
        "Jackson 2013",
        (
            "Jackson D. Confidence intervals for the between-study variance in random effects "
            "meta-analysis using generalised Cochran heterogeneity statistics. Res Synth Methods "
            "2013;4:220-229."
        ),
        "10.1002/jrsm.1081",
    ),
    "median-unbiased": (
        "Viechtbauer 2021",
        (
            "Viechtbauer W. Median-unbiased estimators for the amount of heterogeneity in meta-analysis. "
            "European Congress of Methodology, Valencia, 2021."
        ),
        "",
    ),
    "hybrid": (
        "Jackson et al. 2017",
        (
            "Jackson D, Law M, Rücker G, Schwarzer G. The Hartung-Knapp modification for random-effects "
            "meta-analysis: a useful refinement but are there any residual concerns? Stat Med "
            "2017;36:3923-3934."
        ),
        "10.1002/sim.7411",
    ),
    "iqwig": (
        "IQWiG 2022",
        "Institute for Quality and Efficiency in Health Care. General Methods, version 6.1. Cologne, 2022.",
        "",
    ),
    "kenward-roger": (
        "Partlett and Riley 2017",
        (
            "Partlett C, Riley RD. Random effects meta-analysis: coverage performance of 95% confidence and "
            "prediction intervals following REML estimation. Stat Med 2017;36:301-317."
        ),
        "10.1002/sim.7140",
    ),
    "henmi-copas": (
        "Henmi and Copas 2010",
        (
            "Henmi M, Copas JB. Confidence intervals for random effects meta-analysis and robustness to "
            "publication bias. Stat Med 2010;29:2969-2983."
        ),
        "10.1002/sim.4029",
    ),
    "sj-robust": (
        "Sidik and Jonkman 2006",
        (
            "Sidik K, Jonkman JN. Robust variance estimation for random effects meta-analysis. Comput Stat "
            "Data Anal 2006;50:3681-3701."
        ),
        "10.1016/j.csda.2005.07.019",
    ),
    "permutation": (
        "Follmann and Proschan 1999",
        (
            "Follmann DA, Proschan MA. Valid inference in random effects meta-analysis. Biometrics "
            "1999;55:732-737."
        ),
        "10.1111/j.0006-341X.1999.00732.x",
    ),
    "bootstrap": (
        "Nagashima et al. 2019",
        (
            "Nagashima K, Noma H, Furukawa TA. Prediction intervals for random-effects meta-analysis: a "
            "confidence distribution approach. Stat Methods Med Res 2019;28:1689-1702."
        ),
        "10.1177/0962280218773520",
    ),
    "hk-2001": (
        "Hartung and Knapp 2001",
        (
            "Hartung J, Knapp G. A refined method for the meta-analysis of controlled clinical trials with "
            "binary outcome. Stat Med 2001;20:3875-3889."
        ),
        "10.1002/sim.1009",
    ),
    "adhoc": (
        "Röver et al. 2015",
        (
            "Röver C, Knapp G, Friede T. Hartung-Knapp-Sidik-Jonkman approach and its modification for "
            "random-effects meta-analysis with few studies. BMC Med Res Methodol 2015;15:99."
        ),
        "10.1186/s12874-015-0091-1",
    ),
    "few": (
        "Bender et al. 2018",
        (
            "Bender R, Friede T, Koch A, et al. Methods for evidence synthesis in the case of very few "
            "studies. Res Synth Methods 2018;9:382-392."
        ),
        "10.1002/jrsm.1297",
    ),
    "q": (
        "Cochran 1954",
        "Cochran WG. The combination of estimates from different experiments. Biometrics 1954;10:101-129.",
        "10.2307/3001666",
    ),
    "q-profile": (
        "Viechtbauer 2007",
        (
            "Viechtbauer W. Confidence intervals for the amount of heterogeneity in meta-analysis. Stat Med "
            "2007;26:37-52."
        ),
        "10.1002/sim.2514",
    ),
    "i2": (
        "Higgins and Thompson 2002",
        "Higgins JPT, Thompson SG. Quantifying heterogeneity in a meta-analysis. Stat Med 2002;21:1539-1558.",
        "10.1002/sim.1186",
    ),
    "pi": (
        "Higgins et al. 2009",
        (
            "Higgins JPT, Thompson SG, Spiegelhalter DJ. A re-evaluation of random-effects "
            "meta-analysis. J R Stat Soc Ser A 2009;172:137-159."
        ),
        "10.1111/j.1467-985X.2008.00552.x",
    ),
    "parmar": (
        "Parmar et al. 1998",
        (
            "Parmar MKB, Torri V, Stewart L. Extracting summary statistics to perform meta-analyses of the "
            "published literature for survival endpoints. Stat Med 1998;17:2815-2834."
        ),
        "10.1002/(SICI)1097-0258(19981230)17:24<2815::AID-SIM110>3.0.CO;2-8",
    ),
    "tierney": (
        "Tierney et al. 2007",
        (
            "Tierney JF, Stewart LA, Ghersi D, Burdett S, Sydes MR. Practical methods for incorporating "
            "summary time-to-event data into meta-analysis. Trials 2007;8:16."
        ),
        "10.1186/1745-6215-8-16",
    ),
    "clopper": (
        "Clopper and Pearson 1934",
        (
            "Clopper CJ, Pearson ES. The use of confidence or fiducial limits illustrated in the case of the "
            "binomial. Biometrika 1934;26:404-413."
        ),
        "10.1093/biomet/26.4.404",
    ),
    "zero": (
        "Gart and Zweifel 1967",
        (
            "Gart JJ, Zweifel JR. On the bias of various estimators of the logit and its variance with "
            "application to quantal bioassay. Biometrika 1967;54:181-187."
        ),
        "10.1093/biomet/54.1-2.181",
    ),
    "arcsine": (
        "Rücker et al. 2009",
        (
            "Rücker G, Schwarzer G, Carpenter J, Olkin I. Why add anything to nothing? The arcsine "
            "difference as a measure of treatment effect in meta-analysis with zero cells. Stat Med "
            "2009;28:721-738."
        ),
        "10.1002/sim.3511",
    ),
    "egger": (
        "Egger et al. 1997",
        (
            "Egger M, Davey Smith G, Schneider M, Minder C. Bias in meta-analysis detected by a simple, "
            "graphical test. BMJ 1997;315:629-634."
        ),
        "10.1136/bmj.315.7109.629",
    ),
    "harbord": (
        "Harbord et al. 2006",
        (
            "Harbord RM, Egger M, Sterne JAC. A modified test for small-study effects in meta-analyses of "
            "controlled trials with binary endpoints. Stat Med 2006;25:3443-3457."
        ),
        "10.1002/sim.2380",
    ),
    "peters": (
        "Peters et al. 2006",
        (
            "Peters JL, Sutton AJ, Jones DR, Abrams KR, Rushton L. Comparison of two methods to detect "
            "publication bias in meta-analysis. JAMA 2006;295:676-680."
        ),
        "10.1001/jama.295.6.676",
    ),
    "pustejovsky": (
        "Pustejovsky and Rodgers 2019",
        (
            "Pustejovsky JE, Rodgers MA. Testing for funnel plot asymmetry of standardized mean differences. "
            "Res Synth Methods 2019;10:57-71."
        ),
        "10.1002/jrsm.1332",
    ),
    "sterne": (
        "Sterne et al. 2011",
        (
            "Sterne JAC, Sutton AJ, Ioannidis JPA, et al. Recommendations for examining and interpreting "
            "funnel plot asymmetry in meta-analyses of randomised controlled trials. BMJ 2011;343:d4002."
        ),
        "10.1136/bmj.d4002",
    ),
    "contours": (
        "Peters et al. 2008",
        (
            "Peters JL, Sutton AJ, Jones DR, Abrams KR, Rushton L. Contour-enhanced meta-analysis funnel "
            "plots help distinguish publication bias from other causes of asymmetry. J Clin Epidemiol "
            "2008;61:991-996."
        ),
        "10.1016/j.jclinepi.2007.11.010",
    ),
    "trim-fill": (
        "Duval and Tweedie 2000",
        (
            "Duval S, Tweedie R. Trim and fill: a simple funnel-plot-based method of testing and adjusting "
            "for publication bias in meta-analysis. Biometrics 2000;56:455-463."
        ),
        "10.1111/j.0006-341X.2000.00455.x",
    ),
    "cumulative": (
        "Lau et al. 1992",
        (
            "Lau J, Antman EM, Jimenez-Silva J, Kupelnick B, Mosteller F, Chalmers TC. Cumulative "
            "meta-analysis of therapeutic trials for myocardial infarction. N Engl J Med 1992;327:248-254."
        ),
        "10.1056/NEJM199207233270406",
    ),
    "grade-27": (
        "Skoetz et al. 2020",
        (
            "Skoetz N, Goldkuhle M, van Dalen EC, et al. GRADE guidelines 27: how to calculate absolute "
            "effects for time-to-event outcomes in summary of findings tables and Evidence Profiles. "
            "J Clin Epidemiol 2020;118:124-131."
        ),
        "10.1016/j.jclinepi.2019.10.015",
    ),
    "che": (
        "Pustejovsky and Tipton 2022",
        (
            "Pustejovsky JE, Tipton E. Meta-analysis with robust variance estimation: expanding the range of "
            "working models. Prev Sci 2022;23:425-438."
        ),
        "10.1007/s11121-021-01246-3",
    ),
    "cr2": (
        "Pustejovsky and Tipton 2018",
        (
            "Pustejovsky JE, Tipton E. Small-sample methods for cluster-robust variance estimation and "
            "hypothesis testing in fixed effects models. J Bus Econ Stat 2018;36:672-683."
        ),
        "10.1080/07350015.2016.1247004",
    ),
    "small-sample-rve": (
        "Tipton 2015",
        (
            "Tipton E. Small sample adjustments for robust variance estimation with meta-regression. Psychol "
            "Methods 2015;20:375-393."
        ),
        "10.1037/met0000011",
    ),
}


def cite(*keys: str) -> str:
    """Author and year as they stand in the text.

    Examples
    --------
    >>> cite("parmar", "tierney")
    'Parmar et al. 1998; Tierney et al. 2007'
    """
    return "; ".join(_LITERATURE[key][0] for key in keys)


def reference_list(keys: Iterable[str]) -> tuple[Reference, ...]:
    """The full references of the keys, each once, in alphabetical order."""
    used = sorted((_LITERATURE[key] for key in set(keys)), key=lambda entry: entry[1].casefold())
    return tuple(Reference(text=text, link=f"https://doi.org/{doi}" if doi else "") for _, text, doi in used)
