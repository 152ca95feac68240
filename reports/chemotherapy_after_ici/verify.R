# Does R confirm the report chemotherapy_after_ici?
#
# Chemotherapy after immune checkpoint inhibitors in melanoma, by regimen
# What share of people with metastatic melanoma respond to chemotherapy after an immune checkpoint inhibitor
# has failed, and how much does that share vary between regimens?
#
# metafor (Viechtbauer 2010, doi 10.18637/jss.v036.i03) computes the numbers of results.json again, from the
# study results written below and, where a study printed counts, a ratio, a median or a proportion with its
# interval, these from the printed figures. Run it with
#     Rscript verify.R
# It needs R with metafor 3.8 or later and reads and writes no file. It prints one line per number, names
# what R does not check, and ends with an error if a number differs. The first part defines how each number
# is made; the second part, one section per outcome, is the comparison. What follows from these numbers by
# arithmetic alone (absolute effects) is not computed again.
# Written by metasyn 0.1.0; the next run of metasyn writes it anew.

suppressPackageStartupMessages(library(metafor))

# Largest difference allowed, relative to metafor's number. A number near zero is compared in its unit:
# an estimate in standard errors, a tau2 in typical sampling variances, I2 and Q in 1.
tolerance <- 1e-8

# ---- Comparing -----------------------------------------------------------------------------------------

confirmed <- 0
differences <- character()
unchecked <- character()
title <- ""

# A label may hold line ends; every message is one line.
one_line <- function(text) gsub("[\r\n\t]+", " ", text)

section <- function(name) {
  title <<- name <- one_line(name)
  cat("\n", name, "\n", sep = "")
}

# Every named number of `reported` must be the one of that name in `metafor`.
confirm <- function(what, reported, metafor, within = tolerance) {
  unit <- attr(metafor, "unit")
  for (name in names(reported)) {
    ours <- reported[[name]]
    theirs <- unname(metafor[name])
    size <- max(abs(theirs), if (name %in% names(unit)) unit[[name]] else 1e-3)
    same <- isTRUE(ours == theirs || abs(ours - theirs) <= within * size)
    line <- sprintf("%s, %s: reported %.10g, metafor %.10g", one_line(what), name, ours, theirs)
    if (same) {
      confirmed <<- confirmed + 1
    } else {
      line <- paste0(title, ": ", line)
      differences <<- c(differences, line)
    }
    cat(if (same) "  ok       " else "  DIFFERS  ", line, "\n", sep = "")
  }
}

not_checked <- function(what, because) {
  cat("  not checked by R: ", one_line(what), ", because ", because, "\n", sep = "")
  unchecked <<- c(unchecked, what)
}

finish <- function() {
  if (length(unchecked)) cat("\n", length(unchecked), " not checked by R, each named above\n", sep = "")
  version <- paste0("metafor ", packageVersion("metafor"), ", R ", getRversion())
  if (length(differences)) {
    cat("\n", version, "\n", sep = "")
    options(warning.length = 8170)
    stop(length(differences), " of ", confirmed + length(differences), " numbers differ\n  ",
         paste(differences, collapse = "\n  "), call. = FALSE)
  }
  cat("\nall ", confirmed, " numbers confirmed by ", version, "\n", sep = "")
}

# ---- From figures as printed to estimates --------------------------------------------------------------

# Events and participants. Where a study has an empty cell, `add` (1/2) goes to each of its cells.
from_counts <- function(measure, x1, n1, x2 = NULL, n2 = NULL, add = 0) {
  if (is.null(x2)) return(escalc(measure, xi = x1 + add, ni = n1 + 2 * add, to = "none"))
  escalc(measure, ai = x1 + add, n1i = n1 + 2 * add, ci = x2 + add, n2i = n2 + 2 * add, to = "none")
}

# A ratio with its confidence interval. `turned`: the source states the comparison the other way round.
from_intervals <- function(ratio, low, high, level, turned) {
  se <- (log(high) - log(low)) / (2 * qnorm((1 + level) / 2))
  data.frame(yi = ifelse(turned, -1, 1) * log(ratio), vi = se^2)
}

# A proportion with its confidence interval: as many participants as give an interval of this width by
# `method`, then escalc() as for counts. `event_free`: the share is of those without the event.
from_shares <- function(measure, share, low, high, level, method, event_free) {
  n <- mapply(effective_n, share, low, high, level, method)
  p <- ifelse(event_free, 1 - share, share)
  escalc(measure, xi = p * n, ni = n, to = "none")
}

effective_n <- function(share, low, high, level, method) {
  z <- qnorm((1 + level) / 2)
  scales <- list("plain" = list(identity, 1), "log" = list(log, 1 / share),
                 "log-log" = list(function(x) log(-log(x)), 1 / (share * log(share))),
                 "logit" = list(qlogis, 1 / (share * (1 - share))))
  scale <- scales[[method]]
  if (!is.null(scale)) {
    se <- abs(scale[[1]](high) - scale[[1]](low)) / (2 * z) / abs(scale[[2]])
    return(share * (1 - share) / se^2)
  }
  tail <- (1 - level) / 2
  width <- function(n) if (method == "wilson")
    2 * z / (1 + z^2 / n) * sqrt(share * (1 - share) / n + z^2 / (4 * n^2))
  else (if (share < 1) qbeta(1 - tail, n * share + 1, n - n * share) else 1) -
    (if (share > 0) qbeta(tail, n * share, n - n * share + 1) else 0)
  exp(uniroot(function(x) width(exp(x)) - (high - low), log(c(1e-3, 1e9)), tol = 1e-14)$root)
}

# The rows of `d` must be what the printed figures give.
confirm_studies <- function(d, rows, from) {
  for (i in seq_along(rows)) {
    study <- d[rows[i], ]
    se <- sqrt(from$vi[i])
    confirm(paste0("study ", rows[i], " (", study$study, ") from its figures"),
            c(yi = study$yi, vi = study$vi),
            structure(c(yi = from$yi[i], vi = from$vi[i]), unit = c(yi = se, vi = 0)))
  }
}

# ---- Pooling -------------------------------------------------------------------------------------------

# rma(), told to iterate to the end: by default it stops when tau2 changes by less than 1e-5.
# `d` has yi, vi and, where the analyst chose the weights, weight. With `by_group`, the groups of d$group
# have means of their own and share one tau2.
mean_fit <- function(d, method, test = "z", level = 0.95, tau2 = NULL, by_group = FALSE, anew = FALSE) {
  size <- spread_of(d)
  request <- list(yi = d$yi, vi = d$vi, method = method, test = test, level = 100 * level,
                  control = list(threshold = 1e-14 * size, tol = 1e-15 * size, maxiter = 10000,
                                 tau2.max = 1e8 * size))
  request$tau2 <- tau2
  request$weights <- d$weight
  by_group <- by_group && length(unique(d$group)) > 1
  if (by_group) request <- c(request, list(mods = ~ group, data = in_order(d)))
  fit <- function(...) suppressWarnings(do.call(rma, c(request, list(...))))
  if (!is.null(tau2)) return(fit())
  if (!method %in% c("REML", "ML")) return(tryCatch(fit(), error = function(e) {
    # Fisher scoring (EB) may leap to and fro: half the step brings it home.
    request$control$stepadj <<- 0.5
    fit()
  }))
  # The same studies are fitted with several tests: their tau2 is found once.
  key <- paste(c(method, by_group, d$yi, d$vi, d$weight, if (by_group) d$group), collapse = " ")
  if (!anew && !is.null(known_tau2[[key]])) return(fit(tau2 = known_tau2[[key]]))
  # Fisher scoring can fail, or end in the lower of two maxima: the likelihood itself decides.
  found <- tryCatch(fit(), error = function(e) NULL)
  highest <- likeliest_tau2(d, method, by_group)
  if (is.null(found) || highest$log_likelihood > as.numeric(logLik(found)) + 1e-6)
    found <- fit(tau2 = highest$tau2)
  known_tau2[[key]] <<- found$tau2
  found
}

known_tau2 <- list()

# A scale of the data, so that nothing depends on the unit of measurement.
spread_of <- function(d) mean(d$vi) + if (nrow(d) > 1) var(d$yi) else 0

in_order <- function(d) transform(d, group = factor(group, levels = unique(group)))

# The tau2 of the highest (restricted) likelihood: a search over a grid, then the root of its derivative.
likeliest_tau2 <- function(d, method, by_group = FALSE) {
  X <- if (by_group) model.matrix(~ group, in_order(d)) else matrix(1, nrow(d), 1)
  restricted <- method == "REML"
  residuals_at <- function(w) d$yi - X %*% solve(crossprod(X, w * X), crossprod(X, w * d$yi))
  log_likelihood <- function(tau2) {
    w <- 1 / (d$vi + tau2)
    full <- sum(log(w)) - sum(w * residuals_at(w)^2) - (nrow(X) - restricted * ncol(X)) * log(2 * pi)
    log_det <- function(A) as.numeric(determinant(A)$modulus)
    (full - if (restricted) log_det(crossprod(X, w * X)) - log_det(crossprod(X)) else 0) / 2
  }
  slope <- function(tau2) {
    w <- 1 / (d$vi + tau2)
    lost <- if (restricted) sum(diag(solve(crossprod(X, w * X), crossprod(X, w^2 * X)))) else 0
    sum((w * residuals_at(w))^2) - (sum(w) - lost)
  }
  grid <- spread_of(d) * c(0, 10^seq(-8, 4, by = 0.2))
  best <- which.max(vapply(grid, log_likelihood, 0))
  ends <- grid[c(max(best - 1, 1), min(best + 1, length(grid)))]
  tau2 <- 0
  if (slope(ends[1]) > 0) tau2 <- uniroot(slope, ends, tol = 1e-15 * spread_of(d), maxiter = 10000)$root
  list(tau2 = tau2, log_likelihood = log_likelihood(tau2))
}

# The pooled mean with one kind of interval, and what a prediction needs.
# `method` is "EE" (one true effect) or an estimator of tau2; `group` is a group of d$group that shares
# tau2 with the others.
pooled <- function(d, method, ci, level = 0.95, tau2 = NULL, group = NULL) {
  with_test <- function(test, method_ = method)
    mean_of(mean_fit(d, method_, test, level, if (method_ != "EE") tau2, !is.null(group)), d, group)
  switch(ci,
    "wald" = with_test("z"),
    "t" = with_test("t"),
    "hartung-knapp" = with_test("knha"),
    # Ad hoc: the standard error is not taken smaller than the usual one, both with the t distribution.
    "hartung-knapp-adhoc" = wider(with_test("knha"), with_test("t")),
    "hartung-knapp-hybrid" = wider(with_test("knha"), with_test("z")),
    # IQWiG: Hartung-Knapp unless it is narrower than Wald with the tau2 of DerSimonian and Laird.
    "hartung-knapp-iqwig" =
      if (width(with_test("knha")) < width(mean_of(mean_fit(d, "DL", "z", level), d))) with_test("t")
      else with_test("knha"),
    # The mean by the common-effect model; its interval by hc(), whose root is found tightly.
    "henmi-copas" = {
      found <- hc(mean_fit(d, "DL", "z", level), control = list(tol = 1e-14, maxiter = 10000))
      structure(c(estimate = found$beta[1], ci_low = found$ci.lb, ci_high = found$ci.ub),
                unit = c(estimate = found$se, ci_low = found$se, ci_high = found$se))
    })
}

width <- function(found) found[["ci_high"]] - found[["ci_low"]]
wider <- function(a, b) if (width(a) >= width(b)) a else b

mean_of <- function(fit, d, group = NULL) {
  p <- if (fit$int.only) predict(fit) else predict(fit, newmods = as.numeric(unique(d$group)[-1] == group))
  p <- as.data.frame(p)
  df <- if (fit$test == "z") Inf else fit$k - fit$p
  pi <- if (is.null(p$pi.lb)) c(NA, NA) else c(p$pi.lb, p$pi.ub)
  structure(c(estimate = p$pred, se = p$se, ci_low = p$ci.lb, ci_high = p$ci.ub,
              pvalue = 2 * pt(-abs(p$pred / p$se), df), pi_low = pi[1], pi_high = pi[2], tau2 = fit$tau2),
            unit = c(estimate = p$se, se = 0, ci_low = p$se, ci_high = p$se, pvalue = 1e-6,
                     pi_low = p$se, pi_high = p$se))
}

# Where the true effect of a new study may lie, on other degrees of freedom than those of the mean.
prediction <- function(found, df, level = 0.95) {
  half <- qt((1 + level) / 2, df) * sqrt(found[["se"]]^2 + found[["tau2"]])
  found[c("pi_low", "pi_high")] <- found[["estimate"]] + c(-half, half)
  found
}

# The same numbers on the scale a reader knows.
natural <- function(found, transform) {
  shown <- found[intersect(c("estimate", "ci_low", "ci_high", "pi_low", "pi_high"), names(found))]
  setNames(transform(as.numeric(shown)), names(shown))
}

# ---- Variation between studies -------------------------------------------------------------------------

# tau2 with its interval (`bounds`: "QP" Q-profile, "PL" profile likelihood), I2 and H2 from it, Cochran's Q.
spread <- function(d, method, level = 0.95, tau2 = NULL, bounds = "QP", by_group = FALSE) {
  fit <- mean_fit(d, method, "z", level, tau2, by_group)
  ci <- c(NA, NA)
  if (is.null(tau2) && method != "EE") {
    size <- spread_of(d)
    search <- list(tau2.max = 1e8 * size, tol = 1e-15 * size, maxiter = 1e5)
    # A Q-profile interval is the same whatever the estimator; DL is the one that never fails.
    of <- if (bounds == "QP") mean_fit(d, "DL", by_group = by_group)
          else mean_fit(d, method, by_group = by_group, anew = TRUE)
    ci <- suppressWarnings(confint(of, type = bounds, level = 100 * level, control = search))$random[1, 2:3]
  }
  found <- from_tau2(fit, d, c(fit$tau2, ci))
  if (!by_group) found[c("I2", "H2")] <- c(fit$I2 / 100, fit$H2)
  found
}

# A group that shares tau2 with others: its own Q; I2 and H2 from the tau2 of all, and from its interval.
spread_within <- function(d, of_all) {
  from_tau2(mean_fit(d, "EE"), d, of_all[c("tau2", "tau2_low", "tau2_high")])
}

# v is the typical sampling variance of Higgins and Thompson 2002 (10.1002/sim.1186).
from_tau2 <- function(fit, d, tau2) {
  w <- 1 / d$vi
  v <- (nrow(d) - 1) * sum(w) / (sum(w)^2 - sum(w^2))
  names <- c("", "_low", "_high")
  values <- c(setNames(tau2, paste0("tau2", names)), setNames(tau2 / (tau2 + v), paste0("I2", names)),
              setNames(1 + tau2 / v, paste0("H2", names)), Q = fit$QE, pvalue = fit$QEp)
  df <- fit$k - fit$p
  values <- c(values, I2_from_Q = max(0, (fit$QE - df) / fit$QE), H2_from_Q = max(1, fit$QE / df))
  unit <- rep(1, length(values))
  unit[1:3] <- v
  unit[names(values) == "pvalue"] <- 1e-6
  structure(values, unit = setNames(unit, names(values)))
}

share_of_weight <- function(d, method, tau2 = NULL) {
  weight <- weights(mean_fit(d, method, tau2 = tau2)) / 100
  setNames(as.numeric(weight), paste("weight of", seq_len(nrow(d))))
}

# ---- Groups --------------------------------------------------------------------------------------------

# Do the means of the groups differ? With a shared tau2 this is the test of the regression on group.
between_sharing <- function(d, method, tau2 = NULL) {
  fit <- mean_fit(d, method, "z", tau2 = tau2, by_group = TRUE)
  structure(c(Q = fit$QM, pvalue = fit$QMp), unit = c(Q = 1, pvalue = 1e-6))
}

# Without one: the spread of the groups' own means around their common mean.
between_apart <- function(d, method, tau2 = NULL) {
  own <- sapply(unique(d$group), function(g) {
    d <- d[d$group == g, ]
    pooled(d, if (nrow(d) > 1) method else "EE", "wald", tau2 = if (nrow(d) > 1) tau2)[c("estimate", "se")]
  })
  fit <- rma(own["estimate", ], sei = own["se", ], method = "EE")
  structure(c(Q = fit$QE, pvalue = fit$QEp), unit = c(Q = 1, pvalue = 1e-6))
}

# ---- Small-study effects -------------------------------------------------------------------------------

# Egger's regression of the estimates on their standard errors, residual variance as a factor.
egger <- function(d) {
  test <- regtest(d$yi, d$vi, model = "lm", predictor = "sei")
  structure(c(statistic = test$zval, pvalue = test$pval), unit = c(statistic = 1, pvalue = 1e-6))
}

# Peters' test: the estimate on 1/n, weighted by 1 / (1/events + 1/non-events); half an event is added where
# all participants of single cohorts, or none, had it.
peters <- function(d, events, n) {
  half <- 0.5 * (events == 0 | events == n)
  a <- events + half
  b <- n - events + half
  line <- summary(lm(yi ~ x, data.frame(yi = d$yi, x = 1 / n), weights = a * b / (a + b)))$coefficients["x", ]
  structure(c(statistic = line[["t value"]], pvalue = line[["Pr(>|t|)"]]), unit = c(statistic = 1, pvalue = 1e-6))
}

# The study results with those that trim and fill adds. trimfill() says how many are missing; the mean that
# they are mirrored around is iterated to the end.
trim_and_fill <- function(d, method, side, estimator) {
  k0 <- suppressWarnings(trimfill(mean_fit(d, method, anew = TRUE), side = side, estimator = estimator))$k0
  extreme <- tail(order(if (side == "left") d$yi else -d$yi), k0)  # of equal estimates the later ones
  centre <- mean_fit(if (k0) d[-extreme, ] else d, method)$beta[1]
  added <- data.frame(yi = 2 * centre - d$yi[extreme], vi = d$vi[extreme])
  structure(rbind(d[c("yi", "vi")], added), k0 = k0)
}

# ======================================================================================================
# objective response rate, proportion (orr-plo)
# ======================================================================================================
section("objective response rate, proportion (orr-plo)")

# Study results on the scale of analysis (logit): estimate yi, variance vi.
# 1. Goldinger 2022: carboplatin + paclitaxel: "" (chemo-news-2022, paras 3, 6); "14.3%"
#    (chemo-news-2022, para 6); "32%" (chemo-news-2022, para 3); "463" (chemo-news-2022, para 2); "12.5%"
#    (chemo-news-2022, para 5)
# 2. Goldinger 2022: dacarbazine: "" (chemo-news-2022, paras 3, 6); "10.2%" (chemo-news-2022, para 6);
#    "25%" (chemo-news-2022, para 3); "463" (chemo-news-2022, para 2); "12.5%" (chemo-news-2022, para 5)
# 3. Goldinger 2022: temozolomide: "" (chemo-news-2022, paras 3, 6); "2.8%" (chemo-news-2022, para 6);
#    "15%" (chemo-news-2022, para 3); "463" (chemo-news-2022, para 2); "12.5%" (chemo-news-2022, para 5)
# 4. Goldinger 2022: taxane alone: "" (chemo-news-2022, paras 3, 6); "25.0%" (chemo-news-2022, para 6);
#    "9%" (chemo-news-2022, para 3); "463" (chemo-news-2022, para 2); "12.5%" (chemo-news-2022, para 5)
# 5. Goldinger 2022: fotemustine: "" (chemo-news-2022, paras 3, 6); "10.3%" (chemo-news-2022, para 6);
#    "6%" (chemo-news-2022, para 3); "463" (chemo-news-2022, para 2); "12.5%" (chemo-news-2022, para 5)
# 6. Goldinger 2022: other regimens: "" (chemo-news-2022, paras 3, 6); "17.2%" (chemo-news-2022, para 6);
#    "13%" (chemo-news-2022, para 3); "463" (chemo-news-2022, para 2); "12.5%" (chemo-news-2022, para 5)
d <- data.frame(
  study = c("Goldinger 2022: carboplatin + paclitaxel", "Goldinger 2022: dacarbazine",
            "Goldinger 2022: temozolomide", "Goldinger 2022: taxane alone", "Goldinger 2022: fotemustine",
            "Goldinger 2022: other regimens"),
  yi = c(-1.791759469228055, -2.178532444324067, -3.5409593240373143, -1.0986122886681098,
         -2.159484249353372, -1.5686159179138452),
  vi = c(0.05555555555555555, 0.09276729559748427, 0.5144927536231884, 0.13333333333333333,
         0.3717948717948718, 0.12083333333333333)
)
confirm_studies(d, rows = c(1, 2, 3, 4, 5, 6), from_counts(
    "PLO",
    x1 = c(21, 12, 2, 10, 3, 10),
    n1 = c(147, 118, 71, 40, 29, 58)
))

# All 6 study results. Five or more study results: random-effects model with the Hartung-Knapp interval,
# which allows for not knowing exactly how much true effects differ between studies.
found <- pooled(d, "REML", "hartung-knapp")
confirm("random-effects (hartung-knapp)",
        c(estimate = -1.88788527456, ci_low = -2.60191881738, ci_high = -1.17385173174, se = 0.277771177296),
        found)
confirm("random-effects (hartung-knapp), as proportion",
        c(estimate = 0.131485777163, ci_low = 0.0690150305699, ci_high = 0.236159471462),
        natural(found, plogis))
confirm("variation between studies",
        c(tau2 = 0.190403874609, Q = 11.8922345323, pvalue = 0.0362946284828, I2 = 0.588012930817,
          H2 = 2.42726064676, tau2_low = 0, tau2_high = 3.78584374779, I2_low = 0, I2_high = 0.965961559905,
          H2_low = 1, H2_high = 29.378549581),
        spread(d, "REML"))
found <- pooled(d, "REML", "t")
confirm("prediction interval (t(k-1))",
        c(pi_low = -3.17033413914, pi_high = -0.605436409987),
        found)
confirm("prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0402974910732, pi_high = 0.353100915996),
        natural(found, plogis))
confirm("share of weight",
        c("weight of 1" = 0.237810523182, "weight of 2" = 0.206559660457, "weight of 3" = 0.082979175139,
          "weight of 4" = 0.180676608477, "weight of 5" = 0.104041037343, "weight of 6" = 0.187932995401),
        share_of_weight(d, "REML"))
confirm("beside it common-effect (wald)",
        c(estimate = -1.82251600962, se = 0.142582658672, ci_low = -2.10197288544, ci_high = -1.5430591338),
        pooled(d, "EE", "wald"))
confirm("beside it random-effects (wald)",
        c(estimate = -1.88788527456, se = 0.241850657987, ci_low = -2.36190385385, ci_high = -1.41386669527),
        pooled(d, "REML", "wald"))
confirm("beside it random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.88788527456, se = 0.277771177296, ci_low = -2.60191881738, ci_high = -1.17385173174),
        pooled(d, "REML", "hartung-knapp-adhoc"))

# Without each study in turn.

found <- pooled(d[-1, ], "REML", "hartung-knapp")
confirm("without Goldinger 2022: carboplatin + paclitaxel, random-effects (hartung-knapp)",
        c(estimate = -1.96698828128, ci_low = -3.00132784284, ci_high = -0.932648719708,
          se = 0.372540973215),
        found)
confirm("without Goldinger 2022: carboplatin + paclitaxel, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.122712743135, ci_low = 0.0473659217098, ci_high = 0.282387655809),
        natural(found, plogis))
confirm("without Goldinger 2022: carboplatin + paclitaxel, variation between studies",
        c(tau2 = 0.395377212462, Q = 11.865380171, pvalue = 0.0183809189156, I2 = 0.695525238464,
          H2 = 3.28434447228, tau2_low = 0.0129225647036, tau2_high = 6.59666260774,
          I2_low = 0.0694747268736, I2_high = 0.974433115881, H2_low = 1.07466183765,
          H2_high = 39.113096275),
        spread(d[-1, ], "REML"))
found <- pooled(d[-1, ], "REML", "t")
confirm("without Goldinger 2022: carboplatin + paclitaxel, prediction interval (t(k-1))",
        c(pi_low = -3.96169436794, pi_high = 0.0277178053862),
        found)
confirm("without Goldinger 2022: carboplatin + paclitaxel, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0186754325105, pi_high = 0.506929007736),
        natural(found, plogis))

found <- pooled(d[-2, ], "REML", "hartung-knapp")
confirm("without Goldinger 2022: dacarbazine, random-effects (hartung-knapp)",
        c(estimate = -1.84670980705, ci_low = -2.83239221493, ci_high = -0.861027399176,
          se = 0.355015990063),
        found)
confirm("without Goldinger 2022: dacarbazine, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.136259666363, ci_low = 0.0555986552178, ci_high = 0.297124737226),
        natural(found, plogis))
confirm("without Goldinger 2022: dacarbazine, variation between studies",
        c(tau2 = 0.298561575271, Q = 10.1424815046, pvalue = 0.0380947896494, I2 = 0.663689448819,
          H2 = 2.97344224404, tau2_low = 0, tau2_high = 6.71134649569, I2_low = 0, I2_high = 0.977954573084,
          H2_low = 1, H2_high = 45.3608815937),
        spread(d[-2, ], "REML"))
found <- pooled(d[-2, ], "REML", "t")
confirm("without Goldinger 2022: dacarbazine, prediction interval (t(k-1))",
        c(pi_low = -3.59425362669, pi_high = -0.0991659874152),
        found)
confirm("without Goldinger 2022: dacarbazine, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0267461702483, pi_high = 0.475228799598),
        natural(found, plogis))

found <- pooled(d[-3, ], "REML", "hartung-knapp")
confirm("without Goldinger 2022: temozolomide, random-effects (hartung-knapp)",
        c(estimate = -1.74130171114, ci_low = -2.26128712408, ci_high = -1.22131629819, se = 0.18728460072),
        found)
confirm("without Goldinger 2022: temozolomide, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.149147668494, ci_low = 0.0943802975836, ci_high = 0.227704889501),
        natural(found, plogis))
confirm("without Goldinger 2022: temozolomide, variation between studies",
        c(tau2 = 0.05519290643, Q = 5.91637679111, pvalue = 0.205480949844, I2 = 0.326505265099,
          H2 = 1.4847926022, tau2_low = 0, tau2_high = 1.50566624005, I2_low = 0, I2_high = 0.929702095793,
          H2_low = 1, H2_high = 14.2251751496),
        spread(d[-3, ], "REML"))
found <- pooled(d[-3, ], "REML", "t")
confirm("without Goldinger 2022: temozolomide, prediction interval (t(k-1))",
        c(pi_low = -2.57209974844, pi_high = -0.910503673832),
        found)
confirm("without Goldinger 2022: temozolomide, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0709557617201, pi_high = 0.286896781061),
        natural(found, plogis))

found <- pooled(d[-4, ], "REML", "hartung-knapp")
confirm("without Goldinger 2022: taxane alone, random-effects (hartung-knapp)",
        c(estimate = -1.98964651102, ci_low = -2.64083680265, ci_high = -1.3384562194, se = 0.234541028887),
        found)
confirm("without Goldinger 2022: taxane alone, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.120294264907, ci_low = 0.0665560292426, ci_high = 0.20776404735),
        natural(found, plogis))
confirm("without Goldinger 2022: taxane alone, variation between studies",
        c(tau2 = 0.0427178430661, Q = 7.25488692697, pvalue = 0.123016238057, I2 = 0.237852292656,
          H2 = 1.31208162193, tau2_low = 0, tau2_high = 4.46688005142, I2_low = 0, I2_high = 0.970267706721,
          H2_low = 1, H2_high = 33.6334634744),
        spread(d[-4, ], "REML"))
found <- pooled(d[-4, ], "REML", "t")
confirm("without Goldinger 2022: taxane alone, prediction interval (t(k-1))",
        c(pi_low = -2.76798479025, pi_high = -1.2113082318),
        found)
confirm("without Goldinger 2022: taxane alone, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0590789366986, pi_high = 0.229469656267),
        natural(found, plogis))

found <- pooled(d[-5, ], "REML", "hartung-knapp")
confirm("without Goldinger 2022: fotemustine, random-effects (hartung-knapp)",
        c(estimate = -1.87526309334, ci_low = -2.81483792017, ci_high = -0.935688266512,
          se = 0.338409293621),
        found)
confirm("without Goldinger 2022: fotemustine, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.132933912476, ci_low = 0.0565276094386, ci_high = 0.281772114868),
        natural(found, plogis))
confirm("without Goldinger 2022: fotemustine, variation between studies",
        c(tau2 = 0.272927251177, Q = 11.5691651624, pvalue = 0.0208598335122, I2 = 0.700437277227,
          H2 = 3.33819906143, tau2_low = 0.00755033427985, tau2_high = 6.72556025024,
          I2_low = 0.0607546882128, I2_high = 0.982940581734, H2_low = 1.06468457968,
          H2_high = 58.6186459831),
        spread(d[-5, ], "REML"))
found <- pooled(d[-5, ], "REML", "t")
confirm("without Goldinger 2022: fotemustine, prediction interval (t(k-1))",
        c(pi_low = -3.53165316077, pi_high = -0.218873025911),
        found)
confirm("without Goldinger 2022: fotemustine, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0284248968682, pi_high = 0.445499143787),
        natural(found, plogis))

found <- pooled(d[-6, ], "REML", "hartung-knapp")
confirm("without Goldinger 2022: other regimens, random-effects (hartung-knapp)",
        c(estimate = -1.99891272815, ci_low = -2.9731535959, ci_high = -1.02467186039, se = 0.350895058553),
        found)
confirm("without Goldinger 2022: other regimens, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.119317125865, ci_low = 0.0486535465226, ci_high = 0.264118378305),
        natural(found, plogis))
confirm("without Goldinger 2022: other regimens, variation between studies",
        c(tau2 = 0.330338686963, Q = 11.2508116513, pvalue = 0.023885249198, I2 = 0.701888344671,
          H2 = 3.35444784571, tau2_low = 0.00188308853405, tau2_high = 6.18369470955,
          I2_low = 0.0132437285524, I2_high = 0.977814021693, H2_low = 1.01342147898,
          H2_high = 45.0735138269),
        spread(d[-6, ], "REML"))
found <- pooled(d[-6, ], "REML", "t")
confirm("without Goldinger 2022: other regimens, prediction interval (t(k-1))",
        c(pi_low = -3.82636445745, pi_high = -0.171460998849),
        found)
confirm("without Goldinger 2022: other regimens, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0213240622198, pi_high = 0.457239458309),
        natural(found, plogis))

# The same question answered in other ways.
found <- pooled(d, "DL", "hartung-knapp")
confirm("between-study variance: DL, random-effects (hartung-knapp)",
        c(estimate = -1.88611456319, ci_low = -2.59767092181, ci_high = -1.17455820457, se = 0.276807510562),
        found)
confirm("between-study variance: DL, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.131688119545, ci_low = 0.0692884663593, ci_high = 0.236032055872),
        natural(found, plogis))
confirm("between-study variance: DL, variation between studies",
        c(tau2 = 0.183891871839, Q = 11.8922345323, pvalue = 0.0362946284828, I2 = 0.57955756873,
          H2 = 2.37844690647, tau2_low = 0, tau2_high = 3.78584374779, I2_low = 0, I2_high = 0.965961559905,
          H2_low = 1, H2_high = 29.378549581),
        spread(d, "DL"))
found <- pooled(d, "DL", "t")
confirm("between-study variance: DL, prediction interval (t(k-1))",
        c(pi_low = -3.14852383102, pi_high = -0.623705295354),
        found)
confirm("between-study variance: DL, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0411494827881, pi_high = 0.348939209605),
        natural(found, plogis))
found <- pooled(d, "PM", "hartung-knapp")
confirm("between-study variance: PM, random-effects (hartung-knapp)",
        c(estimate = -1.92178343554, ci_low = -2.67792938843, ci_high = -1.16563748265, se = 0.294153620168),
        found)
confirm("between-study variance: PM, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.127662822053, ci_low = 0.0642883224173, ci_high = 0.237644434808),
        natural(found, plogis))
confirm("between-study variance: PM, variation between studies",
        c(tau2 = 0.345824794418, Q = 11.8922345323, pvalue = 0.0362946284828, I2 = 0.721626062258,
          H2 = 3.59229031321, tau2_low = 0, tau2_high = 3.78584374779, I2_low = 0, I2_high = 0.965961559905,
          H2_low = 1, H2_high = 29.378549581),
        spread(d, "PM"))
found <- pooled(d, "PM", "t")
confirm("between-study variance: PM, prediction interval (t(k-1))",
        c(pi_low = -3.61202875489, pi_high = -0.231538116188),
        found)
confirm("between-study variance: PM, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0262873410364, pi_high = 0.442372690736),
        natural(found, plogis))
found <- pooled(d, "ML", "hartung-knapp")
confirm("between-study variance: ML, random-effects (hartung-knapp)",
        c(estimate = -1.8532682888, ci_low = -2.51030185069, ci_high = -1.19623472691, se = 0.255597216467),
        found)
confirm("between-study variance: ML, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.135489618942, ci_low = 0.0751391302088, ci_high = 0.232145714778),
        natural(found, plogis))
confirm("between-study variance: ML, variation between studies",
        c(tau2 = 0.0809468033627, Q = 11.8922345323, pvalue = 0.0362946284828, I2 = 0.377635072972,
          H2 = 1.60677434825, tau2_low = 0, tau2_high = 3.78584374779, I2_low = 0, I2_high = 0.965961559905,
          H2_low = 1, H2_high = 29.378549581),
        spread(d, "ML"))
found <- pooled(d, "ML", "t")
confirm("between-study variance: ML, prediction interval (t(k-1))",
        c(pi_low = -2.73834840931, pi_high = -0.968188168294),
        found)
confirm("between-study variance: ML, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0607480710157, pi_high = 0.275241785962),
        natural(found, plogis))
found <- pooled(d, "EB", "hartung-knapp")
confirm("between-study variance: EB, random-effects (hartung-knapp)",
        c(estimate = -1.92178343554, ci_low = -2.67792938843, ci_high = -1.16563748265, se = 0.294153620168),
        found)
confirm("between-study variance: EB, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.127662822053, ci_low = 0.0642883224173, ci_high = 0.237644434808),
        natural(found, plogis))
confirm("between-study variance: EB, variation between studies",
        c(tau2 = 0.345824794418, Q = 11.8922345323, pvalue = 0.0362946284828, I2 = 0.721626062258,
          H2 = 3.59229031321, tau2_low = 0, tau2_high = 3.78584374779, I2_low = 0, I2_high = 0.965961559905,
          H2_low = 1, H2_high = 29.378549581),
        spread(d, "EB"))
found <- pooled(d, "EB", "t")
confirm("between-study variance: EB, prediction interval (t(k-1))",
        c(pi_low = -3.61202875489, pi_high = -0.231538116188),
        found)
confirm("between-study variance: EB, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0262873410364, pi_high = 0.442372690736),
        natural(found, plogis))
found <- pooled(d, "HE", "hartung-knapp-adhoc")
confirm("between-study variance: HE, random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.94140154066, ci_low = -2.79153957667, ci_high = -1.09126350464, se = 0.330718137127),
        found)
confirm("between-study variance: HE, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.125493963364, ci_low = 0.0577830771766, ci_high = 0.251380426907),
        natural(found, plogis))
confirm("between-study variance: HE, variation between studies",
        c(tau2 = 0.476160663965, Q = 11.8922345323, pvalue = 0.0362946284828, I2 = 0.781147299054,
          H2 = 4.56928333841, tau2_low = 0, tau2_high = 3.78584374779, I2_low = 0, I2_high = 0.965961559905,
          H2_low = 1, H2_high = 29.378549581),
        spread(d, "HE"))
found <- pooled(d, "HE", "t")
confirm("between-study variance: HE, prediction interval (t(k-1))",
        c(pi_low = -3.90841766508, pi_high = 0.0256145837603),
        found)
confirm("between-study variance: HE, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0196772701198, pi_high = 0.50640329584),
        natural(found, plogis))
found <- pooled(d, "HS", "hartung-knapp")
confirm("between-study variance: HS, random-effects (hartung-knapp)",
        c(estimate = -1.86677285401, ci_low = -2.54861689803, ci_high = -1.18492881, se = 0.265248915464),
        found)
confirm("between-study variance: HS, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.133915572004, ci_low = 0.0725194583497, ci_high = 0.234167140647),
        natural(found, plogis))
confirm("between-study variance: HS, variation between studies",
        c(tau2 = 0.11978803535, Q = 11.8922345323, pvalue = 0.0362946284828, I2 = 0.473109299734,
          H2 = 1.89792683662, tau2_low = 0, tau2_high = 3.78584374779, I2_low = 0, I2_high = 0.965961559905,
          H2_low = 1, H2_high = 29.378549581),
        spread(d, "HS"))
found <- pooled(d, "HS", "t")
confirm("between-study variance: HS, prediction interval (t(k-1))",
        c(pi_low = -2.91090208602, pi_high = -0.822643622003),
        found)
confirm("between-study variance: HS, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0516172578583, pi_high = 0.305202780648),
        natural(found, plogis))
found <- pooled(d, "SJ", "hartung-knapp-adhoc")
confirm("between-study variance: SJ, random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.93484506539, ci_low = -2.7516973514, ci_high = -1.11799277937, se = 0.317769414959),
        found)
confirm("between-study variance: SJ, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.126215273792, ci_low = 0.0599908616882, ci_high = 0.246383792152),
        natural(found, plogis))
confirm("between-study variance: SJ, variation between studies",
        c(tau2 = 0.427994656751, Q = 11.8922345323, pvalue = 0.0362946284828, I2 = 0.762370553405,
          H2 = 4.20823266784, tau2_low = 0, tau2_high = 3.78584374779, I2_low = 0, I2_high = 0.965961559905,
          H2_low = 1, H2_high = 29.378549581),
        spread(d, "SJ"))
found <- pooled(d, "SJ", "t")
confirm("between-study variance: SJ, prediction interval (t(k-1))",
        c(pi_low = -3.80444119458, pi_high = -0.0652489361882),
        found)
confirm("between-study variance: SJ, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0217864199181, pi_high = 0.483693550831),
        natural(found, plogis))
found <- pooled(d, "EE", "wald")
confirm("model: common-effect, common-effect (wald)",
        c(estimate = -1.82251600962, ci_low = -2.10197288544, ci_high = -1.5430591338, se = 0.142582658672),
        found)
confirm("model: common-effect, common-effect (wald), as proportion",
        c(estimate = 0.139132245556, ci_low = 0.108905215008, ci_high = 0.176091006709),
        natural(found, plogis))
confirm("model: common-effect, variation between studies",
        c(tau2 = 0, Q = 11.8922345323, pvalue = 0.0362946284828, I2 = 0.57955756873, H2 = 2.37844690647),
        spread(d, "EE"))

# effect measure: arcsine square root
# Study results on the scale of analysis (arcsine square root): estimate yi, variance vi.
other <- data.frame(
  study = c("Goldinger 2022: carboplatin + paclitaxel", "Goldinger 2022: dacarbazine",
            "Goldinger 2022: temozolomide", "Goldinger 2022: taxane alone", "Goldinger 2022: fotemustine",
            "Goldinger 2022: other regimens"),
  yi = c(0.3875966866551806, 0.32456486756367187, 0.16863439440327635, 0.5235987755982989,
         0.3274544261462247, 0.4281927555819408),
  vi = c(0.0017006802721088435, 0.00211864406779661, 0.0035211267605633804, 0.00625, 0.008620689655172414,
         0.004310344827586207)
)
confirm_studies(other, rows = c(1, 2, 3, 4, 5, 6), from_counts(
    "PAS",
    x1 = c(21, 12, 2, 10, 3, 10),
    n1 = c(147, 118, 71, 40, 29, 58)
))
found <- pooled(other, "REML", "hartung-knapp")
confirm("effect measure: arcsine square root, random-effects (hartung-knapp)",
        c(estimate = 0.3560219374, ci_low = 0.233015910561, ci_high = 0.47902796424, se = 0.0478514339182),
        found)
confirm("effect measure: arcsine square root, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.12148598685, ci_low = 0.0533208011176, ci_high = 0.212444265859),
        natural(found, function(x) sin(pmin(pmax(x, 0), pi / 2))^2))
confirm("effect measure: arcsine square root, variation between studies",
        c(tau2 = 0.00942033943548, Q = 16.7755948221, pvalue = 0.00494565013339, I2 = 0.732217980918,
          H2 = 3.73438068556, tau2_low = 0.00120822458547, tau2_high = 0.0809417365841,
          I2_low = 0.259645064062, I2_high = 0.959174394675, H2_low = 1.35070349566,
          H2_high = 24.4944316696),
        spread(other, "REML"))
found <- pooled(other, "REML", "t")
confirm("effect measure: arcsine square root, prediction interval (t(k-1))",
        c(pi_low = 0.0784126894253, pi_high = 0.633631185376),
        found)
confirm("effect measure: arcsine square root, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.00613595863408, pi_high = 0.350552764279),
        natural(found, function(x) sin(pmin(pmax(x, 0), pi / 2))^2))

# one row per cohort: whole cohorts instead of their parts
# Study results on the scale of analysis (logit): estimate yi, variance vi.
other <- data.frame(
  study = "Goldinger 2022",
  yi = -1.9434440565601199,
  vi = 0.019710515112813968
)
confirm_studies(other, rows = 1, from_counts(
    "PLO",
    x1 = 58,
    n1 = 463
))
found <- pooled(other, "EE", "wald")
confirm("one row per cohort: whole cohorts instead of their parts, the single study",
        c(estimate = -1.94344405656, ci_low = -2.21861151855, ci_high = -1.66827659457, se = 0.140394142017),
        found)
confirm("one row per cohort: whole cohorts instead of their parts, the single study, as proportion",
        c(estimate = 0.125269978402, ci_low = 0.0980915741891, ci_high = 0.158654088811),
        natural(found, plogis))

# ======================================================================================================
# Other cohorts given chemotherapy after an immune checkpoint inhibitor: objective response rate (orr-plo),
# apart from the synthesis
# ======================================================================================================
section("Other cohorts given chemotherapy after an immune checkpoint inhibitor: objective response rate (orr-plo), apart from the synthesis")

# Smaller series of other centres; the question by regimen is asked within one cohort.
# Study results on the scale of analysis (logit): estimate yi, variance vi.
# 1. Dacarbazine after ICI (2021): "" (dtic-bjc-abstract-2021, abstract); "35.3%"
#    (dtic-bjc-abstract-2021, abstract)
# 2. Chemotherapy after PD-1, one centre: "" (tmz25-abstract, abstract); "12%" (tmz25-abstract, abstract)
d <- data.frame(
  study = c("Dacarbazine after ICI (2021)", "Chemotherapy after PD-1, one centre"),
  yi = c(-0.6061358035703156, -1.9924301646902063),
  vi = c(0.25757575757575757, 0.3787878787878788)
)
confirm_studies(d, rows = c(1, 2), from_counts(
    "PLO",
    x1 = c(6, 3),
    n1 = c(17, 25)
))

# All 2 study results. Two study results are too few to tell how much true effects differ between studies,
# so the headline is the common-effect estimate, which speaks about these two only; the random-effects
# intervals are shown beside it.
found <- pooled(d, "EE", "wald")
confirm("common-effect (wald)",
        c(estimate = -1.16725494974, ci_low = -1.93469762091, ci_high = -0.399812278567,
          se = 0.391559578249),
        found)
confirm("common-effect (wald), as proportion",
        c(estimate = 0.237351523373, ci_low = 0.126231535599, ci_high = 0.401357442814),
        natural(found, plogis))
confirm("variation between studies",
        c(tau2 = 0.642724209655, Q = 3.0199903732, pvalue = 0.082243954355, I2 = 0.668873116658,
          H2 = 3.0199903732, tau2_low = 0, tau2_high = 978.13232745, I2_low = 0, I2_high = 0.999674810514,
          H2_low = 1, H2_high = 3075.13017198),
        spread(d, "REML"))
confirm("share of weight",
        c("weight of 1" = 0.595238095238, "weight of 2" = 0.404761904762),
        share_of_weight(d, "EE"))
confirm("beside it random-effects (wald)",
        c(estimate = -1.25556495259, se = 0.691767119511, ci_low = -2.61140359252, ci_high = 0.100273687342),
        pooled(d, "REML", "wald"))
confirm("beside it random-effects (hartung-knapp)",
        c(estimate = -1.25556495259, se = 0.691767119511, ci_low = -10.0452996028, ci_high = 7.53416969767),
        pooled(d, "REML", "hartung-knapp"))
confirm("beside it random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.25556495259, se = 0.691767119511, ci_low = -10.0452996028, ci_high = 7.53416969767),
        pooled(d, "REML", "hartung-knapp-adhoc"))

finish()
