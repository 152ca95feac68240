# Does R confirm the report response_rate_by_drug_class?
#
# Response rates in NRAS-mutant melanoma by drug class
# What share of people with advanced NRAS-mutant melanoma respond, or reach disease control, under each
# class of drugs, and do the classes differ?
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
# 1. NEMO (Dummer 2017): binimetinib: "" (commentary-2017, para 2); "15.2%" (commentary-2017, para 2)
# 2. NEMO (Dummer 2017): dacarbazine: "" (commentary-2017, para 2); "6.8%" (commentary-2017, para 2)
# 3. Ascierto 2013: "15%" (commentary-2017, para 1)
# 4. Falchook 2012: "ORR= 0%" (review-2021, Table 3)
# 5. RO4987655 phase I: "" (review-2021, text, MEK inhibitors; Table 3); "ORR=13%" (review-2021, text,
#    MEK inhibitors; Table 3)
# 6. FCN-159 phase Ia (2022): "4 (19.0%)" (fcn159-abstract-2022, abstract)
# 7. HL-085 phase I: "" (hl085-abstract, abstract); "26.7%" (hl085-abstract, abstract)
# 8. Schuler 2022: "8/41 (19.5%), 8.8-34.9" (ribo-bini-abstract-2022, abstract)
# 9. Alpelisib + binimetinib phase Ib: "" (review-2021, text, PI3K-AKT-mTOR; Table 3); "20%"
#    (review-2021, text, PI3K-AKT-mTOR; Table 3)
# 10. Trametinib + GSK2141795 phase II: "ORR 0%" (review-2021, text, PI3K-AKT-mTOR; Table 3)
# 11. Sorafenib + tivantinib phase I: "ORR=25%" (review-2021, text, Tyrosine kinase inhibitors; Table 3)
# 12. Axitinib + carboplatin/paclitaxel phase II: "ORR=25%" (review-2021, text, Tyrosine kinase
#    inhibitors; Table 3)
# 13. Kirchberger 2018: NRAS-mutant, ipilimumab: "" (review-2021, Table 1; Table 2); "15%" (review-2021,
#    Table 1; Table 2)
# 14. Kirchberger 2018: NRAS-mutant, anti-PD-1: "" (review-2021, Table 1; Table 2); "21%" (review-2021,
#    Table 1; Table 2)
# 15. Kirchberger 2018: NRAS-mutant, anti-PD-1 + ipilimumab: "" (review-2021, Table 1; Table 2); "40%"
#    (review-2021, Table 1; Table 2)
# 16. Guida 2021: NRAS-mutant, ipilimumab: "" (review-2021, Table 1); "36%" (review-2021, Table 1)
# 17. Guida 2021: NRAS-mutant, anti-PD-1: "" (review-2021, Table 1); "43%" (review-2021, Table 1)
# 18. Johnson 2015: "" (johnson-abstract-2015, abstract); "32%" (johnson-abstract-2015, abstract)
# 19. Zhou 2021: cutaneous, NRAS-mutant: "" (zhou-abstract-2021, abstract); "9.5%" (zhou-abstract-2021,
#    abstract); "12" (zhou-abstract-2021, abstract); "21" (zhou-abstract-2021, abstract)
# 20. Zhou 2021: non-cutaneous, NRAS-mutant: "" (zhou-abstract-2021, abstract); "0%" (zhou-abstract-2021,
#    abstract); "12" (zhou-abstract-2021, abstract); "21" (zhou-abstract-2021, abstract)
d <- data.frame(
  study = c("NEMO (Dummer 2017): binimetinib", "NEMO (Dummer 2017): dacarbazine", "Ascierto 2013",
            "Falchook 2012", "RO4987655 phase I", "FCN-159 phase Ia (2022)", "HL-085 phase I",
            "Schuler 2022", "Alpelisib + binimetinib phase Ib", "Trametinib + GSK2141795 phase II",
            "Sorafenib + tivantinib phase I", "Axitinib + carboplatin/paclitaxel phase II",
            "Kirchberger 2018: NRAS-mutant, ipilimumab", "Kirchberger 2018: NRAS-mutant, anti-PD-1",
            "Kirchberger 2018: NRAS-mutant, anti-PD-1 + ipilimumab", "Guida 2021: NRAS-mutant, ipilimumab",
            "Guida 2021: NRAS-mutant, anti-PD-1", "Johnson 2015", "Zhou 2021: cutaneous, NRAS-mutant",
            "Zhou 2021: non-cutaneous, NRAS-mutant"),
  yi = c(-1.7157735622501329, -2.6230569882688175, -1.7047480922384253, -2.70805020110221,
         -1.9459101490553135, -1.4469189829363254, -1.0116009116784799, -1.4170660197866443,
         -1.3862943611198906, -3.044522437723423, -1.0986122886681098, -1.0986122886681098,
         -1.7190001149456267, -1.349926716949016, -0.39465419200394874, -0.5947071077466928,
         -0.2825669717850105, -0.7691330875378672, -2.2512917986064953, -3.2188758248682006),
  vi = c(0.028776208814719727, 0.11917562724014336, 0.06565656565656565, 2.1333333333333333,
         1.1428571428571428, 0.3088235294117647, 0.34090909090909094, 0.1553030303030303, 1.25,
         2.0952380952380953, 0.6666666666666666, 0.6666666666666666, 0.06206554121151936,
         0.17989417989417988, 0.05399719495091164, 0.09698275862068964, 0.0357927786499215,
         0.07702182284980744, 0.5526315789473684, 2.08)
)
confirm_studies(d, rows = c(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20), from_counts(
    "PLO",
    x1 = c(41, 9, 18, 0, 1, 4, 4, 8, 1, 0, 2, 2, 19, 7, 31, 16, 49, 19, 2, 0),
    n1 = c(269, 133, 117, 7, 8, 21, 15, 41, 5, 10, 8, 8, 125, 34, 77, 45, 114, 60, 21, 12),
    add = c(0, 0, 0, 0.5, 0, 0, 0, 0, 0, 0.5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.5)
))
not_checked("the counts of Ascierto 2013",
            because = "these are taken as recovered from other printed figures (percent)")

# All 20 study results. Five or more study results: random-effects model with a Hartung-Knapp interval; its
# standard error would come out smaller than the usual one, so that one is kept as its floor (ad hoc
# correction).
found <- pooled(d, "REML", "hartung-knapp-adhoc")
confirm("random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.35163578422, ci_low = -1.72863256569, ci_high = -0.974639002749,
          se = 0.180120615755),
        found)
confirm("random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.205603069767, ci_low = 0.150762573166, ci_high = 0.27395681685),
        natural(found, plogis))
confirm("variation between studies",
        c(tau2 = 0.363960513079, Q = 84.0913767455, pvalue = 3.62946529803e-10, I2 = 0.743252036082,
          H2 = 3.89487022502, tau2_low = 0.110150560333, tau2_high = 0.869170242744,
          I2_low = 0.466983877639, I2_high = 0.873629015314, H2_low = 1.8761158585, H2_high = 7.9132088943),
        spread(d, "REML"))
found <- pooled(d, "REML", "t")
confirm("prediction interval (t(k-1))",
        c(pi_low = -2.66941667607, pi_high = -0.0338548923675),
        found)
confirm("prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0648023107971, pi_high = 0.491537085209),
        natural(found, plogis))
confirm("share of weight",
        c("weight of 1" = 0.0826086138919, "weight of 2" = 0.0671517477427, "weight of 3" = 0.075517100753,
          "weight of 4" = 0.0129914372178, "weight of 5" = 0.0215310964086, "weight of 6" = 0.0482226601273,
          "weight of 7" = 0.0460275716764, "weight of 8" = 0.0624797111863, "weight of 9" = 0.0201017533931,
          "weight of 10" = 0.0131926864753, "weight of 11" = 0.0314793136235,
          "weight of 12" = 0.0314793136235, "weight of 13" = 0.076153643406,
          "weight of 14" = 0.0596546037743, "weight of 15" = 0.0776237298578, "weight of 16" = 0.0703848786,
          "weight of 17" = 0.0811586468238, "weight of 18" = 0.0735708294341,
          "weight of 19" = 0.0353957191016, "weight of 20" = 0.0132749428833),
        share_of_weight(d, "REML"))
confirm("beside it common-effect (wald)",
        c(estimate = -1.20568540692, se = 0.0766249128758, ci_low = -1.35586747647,
          ci_high = -1.05550333736),
        pooled(d, "EE", "wald"))
confirm("beside it random-effects (wald)",
        c(estimate = -1.35163578422, se = 0.180120615755, ci_low = -1.70466570397,
          ci_high = -0.998605864466),
        pooled(d, "REML", "wald"))
confirm("beside it random-effects (hartung-knapp)",
        c(estimate = -1.35163578422, se = 0.165857262184, ci_low = -1.69877902357, ci_high = -1.00449254487),
        pooled(d, "REML", "hartung-knapp"))

# Groups by drug_class. A group has fewer than 5 effects: the groups share one between-study variance.
d$group <- c("MEK inhibitor", "chemotherapy", "MEK inhibitor", "MEK inhibitor", "MEK inhibitor",
             "MEK inhibitor", "MEK inhibitor", "MEK inhibitor combination", "MEK inhibitor combination",
             "MEK inhibitor combination", "other kinase inhibitor", "kinase inhibitor + chemotherapy",
             "anti-CTLA-4", "anti-PD-1", "anti-PD-1 + anti-CTLA-4", "anti-CTLA-4", "anti-PD-1",
             "any immunotherapy", "anti-PD-1", "anti-PD-1")
of_all <- spread(d, "REML", by_group = TRUE)
confirm("groups by drug_class, shared tau2",
        c(tau2 = 0.274911340023, tau2_low = 0.0202105798277, tau2_high = 1.40485997505),
        of_all)

found <- pooled(d, "REML", "hartung-knapp-adhoc", group = "MEK inhibitor")
confirm("drug_class MEK inhibitor, random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.616391272, ci_low = -2.28967188205, ci_high = -0.943110661942, se = 0.305899659054),
        found)
confirm("drug_class MEK inhibitor, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.165703159369, ci_low = 0.0919819510906, ci_high = 0.280272431822),
        natural(found, plogis))
confirm("drug_class MEK inhibitor, variation between studies",
        c(tau2 = 0.274911340023, Q = 2.09496895306, pvalue = 0.835854386255, I2 = 0.638397661722,
          H2 = 2.76546884282, tau2_low = 0.0202105798277, tau2_high = 1.40485997505, I2_low = 0.11488091388,
          I2_high = 0.900219024699, H2_low = 1.12979147742, H2_high = 10.021950547),
        spread_within(d[d$group == "MEK inhibitor", ], of_all))
found <- pooled(d, "REML", "t", group = "MEK inhibitor")
confirm("drug_class MEK inhibitor, prediction interval (t(k-1))",
        c(pi_low = -2.95245623741, pi_high = -0.280326306588),
        found)
confirm("drug_class MEK inhibitor, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0496205512285, pi_high = 0.43037377947),
        natural(found, plogis))
confirm("drug_class MEK inhibitor, share of weight",
        c("weight of 1" = 0.308127882646, "weight of 2" = 0.274760480506, "weight of 3" = 0.0388559362114,
          "weight of 4" = 0.0660013271132, "weight of 5" = 0.160303258053, "weight of 6" = 0.15195111547),
        share_of_weight(d[d$group == "MEK inhibitor", ], "REML", tau2 = of_all[["tau2"]]))
confirm("drug_class MEK inhibitor, beside it random-effects (wald)",
        c(estimate = -1.616391272, se = 0.305899659054, ci_low = -2.21594358663, ci_high = -1.01683895737),
        pooled(d, "REML", "wald", group = "MEK inhibitor"))
confirm("drug_class MEK inhibitor, beside it random-effects (t)",
        c(estimate = -1.616391272, se = 0.305899659054, ci_low = -2.28967188205, ci_high = -0.943110661942),
        pooled(d, "REML", "t", group = "MEK inhibitor"))
confirm("drug_class MEK inhibitor, beside it random-effects (hartung-knapp)",
        c(estimate = -1.616391272, se = 0.289183693819, ci_low = -2.25288029063, ci_high = -0.979902253362),
        pooled(d, "REML", "hartung-knapp", group = "MEK inhibitor"))

found <- pooled(d[d$group == "chemotherapy", ], "EE", "wald")
confirm("drug_class chemotherapy, the single study",
        c(estimate = -2.62305698827, ci_low = -3.29967228848, ci_high = -1.94644168806, se = 0.345218231326),
        found)
confirm("drug_class chemotherapy, the single study, as proportion",
        c(estimate = 0.0676691729323, ci_low = 0.035582433416, ci_high = 0.124941874508),
        natural(found, plogis))

found <- pooled(d, "REML", "hartung-knapp-adhoc", group = "MEK inhibitor combination")
confirm("drug_class MEK inhibitor combination, random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.61296425036, ci_low = -2.80624535448, ci_high = -0.41968314623, se = 0.542157723624),
        found)
confirm("drug_class MEK inhibitor combination, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.166177473039, ci_low = 0.0569876202751, ci_high = 0.396592572945),
        natural(found, plogis))
confirm("drug_class MEK inhibitor combination, variation between studies",
        c(tau2 = 0.274911340023, Q = 1.19155794287, pvalue = 0.551133081684, I2 = 0.234664515062,
          H2 = 1.30661653573, tau2_low = 0.0202105798277, tau2_high = 1.40485997505,
          I2_low = 0.0220445263933, I2_high = 0.610422111406, H2_low = 1.0225414418, H2_high = 2.566880794),
        spread_within(d[d$group == "MEK inhibitor combination", ], of_all))
found <- pooled(d, "REML", "t", group = "MEK inhibitor combination")
confirm("drug_class MEK inhibitor combination, prediction interval (t(k-1))",
        c(pi_low = -3.27298913131, pi_high = 0.047060630597),
        found)
confirm("drug_class MEK inhibitor combination, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0365095350329, pi_high = 0.511762986769),
        natural(found, plogis))
confirm("drug_class MEK inhibitor combination, share of weight",
        c("weight of 1" = 0.683229147046, "weight of 2" = 0.192755466872, "weight of 3" = 0.124015386082),
        share_of_weight(d[d$group == "MEK inhibitor combination", ], "REML", tau2 = of_all[["tau2"]]))
confirm("drug_class MEK inhibitor combination, beside it random-effects (wald)",
        c(estimate = -1.61296425036, se = 0.542157723624, ci_low = -2.6755738626, ci_high = -0.550354638113),
        pooled(d, "REML", "wald", group = "MEK inhibitor combination"))
confirm("drug_class MEK inhibitor combination, beside it random-effects (t)",
        c(estimate = -1.61296425036, se = 0.542157723624, ci_low = -2.80624535448, ci_high = -0.41968314623),
        pooled(d, "REML", "t", group = "MEK inhibitor combination"))
confirm("drug_class MEK inhibitor combination, beside it random-effects (hartung-knapp)",
        c(estimate = -1.61296425036, se = 0.512531375925, ci_low = -2.74103820285,
          ci_high = -0.484890297863),
        pooled(d, "REML", "hartung-knapp", group = "MEK inhibitor combination"))

found <- pooled(d[d$group == "other kinase inhibitor", ], "EE", "wald")
confirm("drug_class other kinase inhibitor, the single study",
        c(estimate = -1.09861228867, ci_low = -2.69891618079, ci_high = 0.50169160345, se = 0.816496580928),
        found)
confirm("drug_class other kinase inhibitor, the single study, as proportion",
        c(estimate = 0.25, ci_low = 0.0630373400498, ci_high = 0.622856781865),
        natural(found, plogis))

found <- pooled(d[d$group == "kinase inhibitor + chemotherapy", ], "EE", "wald")
confirm("drug_class kinase inhibitor + chemotherapy, the single study",
        c(estimate = -1.09861228867, ci_low = -2.69891618079, ci_high = 0.50169160345, se = 0.816496580928),
        found)
confirm("drug_class kinase inhibitor + chemotherapy, the single study, as proportion",
        c(estimate = 0.25, ci_low = 0.0630373400498, ci_high = 0.622856781865),
        natural(found, plogis))

found <- pooled(d, "REML", "hartung-knapp-adhoc", group = "anti-CTLA-4")
confirm("drug_class anti-CTLA-4, random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.18454354681, ci_low = -2.10997277612, ci_high = -0.259114317496,
          se = 0.420461367069),
        found)
confirm("drug_class anti-CTLA-4, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.234236238085, ci_low = 0.108131292176, ci_high = 0.435581441025),
        natural(found, plogis))
confirm("drug_class anti-CTLA-4, variation between studies",
        c(tau2 = 0.274911340023, Q = 7.94748995978, pvalue = 0.00481541176558, I2 = 0.775631526262,
          H2 = 4.45695414931, tau2_low = 0.0202105798277, tau2_high = 1.40485997505,
          I2_low = 0.202643350813, I2_high = 0.946426165183, H2_low = 1.25414392796,
          H2_high = 18.6658282614),
        spread_within(d[d$group == "anti-CTLA-4", ], of_all))
confirm("drug_class anti-CTLA-4, share of weight",
        c("weight of 1" = 0.52462875361, "weight of 2" = 0.47537124639),
        share_of_weight(d[d$group == "anti-CTLA-4", ], "REML", tau2 = of_all[["tau2"]]))
confirm("drug_class anti-CTLA-4, beside it random-effects (wald)",
        c(estimate = -1.18454354681, se = 0.420461367069, ci_low = -2.00863268315,
          ci_high = -0.360454410461),
        pooled(d, "REML", "wald", group = "anti-CTLA-4"))
confirm("drug_class anti-CTLA-4, beside it random-effects (t)",
        c(estimate = -1.18454354681, se = 0.420461367069, ci_low = -2.10997277612,
          ci_high = -0.259114317496),
        pooled(d, "REML", "t", group = "anti-CTLA-4"))
confirm("drug_class anti-CTLA-4, beside it random-effects (hartung-knapp)",
        c(estimate = -1.18454354681, se = 0.39748514795, ci_low = -2.0594024588, ci_high = -0.30968463481),
        pooled(d, "REML", "hartung-knapp", group = "anti-CTLA-4"))

found <- pooled(d, "REML", "hartung-knapp-adhoc", group = "anti-PD-1")
confirm("drug_class anti-PD-1, random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.12973005697, ci_low = -1.95865261686, ci_high = -0.300807497089,
          se = 0.376614333852),
        found)
confirm("drug_class anti-PD-1, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.244210921375, ci_low = 0.123612939318, ci_high = 0.425360095689),
        natural(found, plogis))
confirm("drug_class anti-PD-1, variation between studies",
        c(tau2 = 0.274911340023, Q = 14.1672017611, pvalue = 0.00268617473525, I2 = 0.543938772988,
          H2 = 2.19268804443, tau2_low = 0.0202105798277, tau2_high = 1.40485997505,
          I2_low = 0.0806140682018, I2_high = 0.859053872169, H2_low = 1.08768251222,
          H2_high = 7.09490934863),
        spread_within(d[d$group == "anti-PD-1", ], of_all))
found <- pooled(d, "REML", "t", group = "anti-PD-1")
confirm("drug_class anti-PD-1, prediction interval (t(k-1))",
        c(pi_low = -2.55060141716, pi_high = 0.291141303215),
        found)
confirm("drug_class anti-PD-1, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0723860920098, pi_high = 0.572275519867),
        natural(found, plogis))
confirm("drug_class anti-PD-1, share of weight",
        c("weight of 1" = 0.311865952042, "weight of 2" = 0.456506199752, "weight of 3" = 0.171396979191,
          "weight of 4" = 0.0602308690149),
        share_of_weight(d[d$group == "anti-PD-1", ], "REML", tau2 = of_all[["tau2"]]))
confirm("drug_class anti-PD-1, beside it random-effects (wald)",
        c(estimate = -1.12973005697, se = 0.376614333852, ci_low = -1.86788058739,
          ci_high = -0.391579526564),
        pooled(d, "REML", "wald", group = "anti-PD-1"))
confirm("drug_class anti-PD-1, beside it random-effects (t)",
        c(estimate = -1.12973005697, se = 0.376614333852, ci_low = -1.95865261686,
          ci_high = -0.300807497089),
        pooled(d, "REML", "t", group = "anti-PD-1"))
confirm("drug_class anti-PD-1, beside it random-effects (hartung-knapp)",
        c(estimate = -1.12973005697, se = 0.356034147096, ci_low = -1.91335593122, ci_high = -0.34610418273),
        pooled(d, "REML", "hartung-knapp", group = "anti-PD-1"))

found <- pooled(d[d$group == "anti-PD-1 + anti-CTLA-4", ], "EE", "wald")
confirm("drug_class anti-PD-1 + anti-CTLA-4, the single study",
        c(estimate = -0.394654192004, ci_low = -0.850096834756, ci_high = 0.060788450748,
          se = 0.232372965189),
        found)
confirm("drug_class anti-PD-1 + anti-CTLA-4, the single study, as proportion",
        c(estimate = 0.402597402597, ci_low = 0.299412544621, ci_high = 0.515192434673),
        natural(found, plogis))

found <- pooled(d[d$group == "any immunotherapy", ], "EE", "wald")
confirm("drug_class any immunotherapy, the single study",
        c(estimate = -0.769133087538, ci_low = -1.31307808547, ci_high = -0.225188089609,
          se = 0.27752805777),
        found)
confirm("drug_class any immunotherapy, the single study, as proportion",
        c(estimate = 0.316666666667, ci_low = 0.211972224882, ci_high = 0.443939677684),
        natural(found, plogis))

confirm("test between groups by drug_class",
        c(Q = 9.46104025596, pvalue = 0.304906735401),
        between_sharing(d, "REML"))

# Without each study in turn.

found <- pooled(d[-1, ], "REML", "hartung-knapp-adhoc")
confirm("without NEMO (Dummer 2017): binimetinib, random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.32291661157, ci_low = -1.72495733219, ci_high = -0.920875890944,
          se = 0.191363940653),
        found)
confirm("without NEMO (Dummer 2017): binimetinib, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.21033345459, ci_low = 0.151233729356, ci_high = 0.284779459102),
        natural(found, plogis))
confirm("without NEMO (Dummer 2017): binimetinib, variation between studies",
        c(tau2 = 0.383061018604, Q = 72.7317679338, pvalue = 1.55048669735e-08, I2 = 0.719209581852,
          H2 = 3.56137508749, tau2_low = 0.108807872376, tau2_high = 0.955501090508,
          I2_low = 0.421147065818, I2_high = 0.864664637972, H2_low = 1.72755451506,
          H2_high = 7.38905179707),
        spread(d[-1, ], "REML"))
found <- pooled(d[-1, ], "REML", "t")
confirm("without NEMO (Dummer 2017): binimetinib, prediction interval (t(k-1))",
        c(pi_low = -2.6839528304, pi_high = 0.038119607265),
        found)
confirm("without NEMO (Dummer 2017): binimetinib, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0639269298155, pi_high = 0.509528747989),
        natural(found, plogis))

found <- pooled(d[-2, ], "REML", "hartung-knapp-adhoc")
confirm("without NEMO (Dummer 2017): dacarbazine, random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.23666193401, ci_low = -1.58753673936, ci_high = -0.885787128649,
          se = 0.167009912142),
        found)
confirm("without NEMO (Dummer 2017): dacarbazine, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.225017558853, ci_low = 0.169730742738, ci_high = 0.291979980663),
        natural(found, plogis))
confirm("without NEMO (Dummer 2017): dacarbazine, variation between studies",
        c(tau2 = 0.262836709946, Q = 66.3608661935, pvalue = 1.84635071702e-07, I2 = 0.674901654748,
          H2 = 3.07599227927, tau2_low = 0.065118715213, tau2_high = 0.723635042349,
          I2_low = 0.339643853519, I2_high = 0.851092240353, H2_low = 1.51433435629,
          H2_high = 6.71556675335),
        spread(d[-2, ], "REML"))
found <- pooled(d[-2, ], "REML", "t")
confirm("without NEMO (Dummer 2017): dacarbazine, prediction interval (t(k-1))",
        c(pi_low = -2.36946425421, pi_high = -0.103859613807),
        found)
confirm("without NEMO (Dummer 2017): dacarbazine, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0855310337435, pi_high = 0.474058411293),
        natural(found, plogis))

found <- pooled(d[-3, ], "REML", "hartung-knapp-adhoc")
confirm("without Ascierto 2013, random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.32682389658, ci_low = -1.72770294607, ci_high = -0.925944847092,
          se = 0.190811006697),
        found)
confirm("without Ascierto 2013, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.209685215265, ci_low = 0.150881634005, ci_high = 0.28374814083),
        natural(found, plogis))
confirm("without Ascierto 2013, variation between studies",
        c(tau2 = 0.383887983134, Q = 79.9254023526, pvalue = 8.83071004394e-10, I2 = 0.742921905914,
          H2 = 3.88986857693, tau2_low = 0.111630200966, tau2_high = 0.957214360688, I2_low = 0.45662228609,
          I2_high = 0.87813511981, H2_low = 1.84034047478, H2_high = 8.20580956912),
        spread(d[-3, ], "REML"))
found <- pooled(d[-3, ], "REML", "t")
confirm("without Ascierto 2013, prediction interval (t(k-1))",
        c(pi_low = -2.68885802868, pi_high = 0.0352102355209),
        found)
confirm("without Ascierto 2013, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0636340284997, pi_high = 0.508801649571),
        natural(found, plogis))

found <- pooled(d[-4, ], "REML", "hartung-knapp-adhoc")
confirm("without Falchook 2012, random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.33364152448, ci_low = -1.71420709501, ci_high = -0.953075953956,
          se = 0.181142166742),
        found)
confirm("without Falchook 2012, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.208557652307, ci_low = 0.152618832107, ci_high = 0.278266643724),
        natural(found, plogis))
confirm("without Falchook 2012, variation between studies",
        c(tau2 = 0.363052088173, Q = 83.0304412169, pvalue = 2.51416045614e-10, I2 = 0.752326435767,
          H2 = 4.03757261336, tau2_low = 0.112862550205, tau2_high = 0.884372622162,
          I2_low = 0.485674697837, I2_high = 0.880943035026, H2_low = 1.94429477958,
          H2_high = 8.39934060318),
        spread(d[-4, ], "REML"))
found <- pooled(d[-4, ], "REML", "t")
confirm("without Falchook 2012, prediction interval (t(k-1))",
        c(pi_low = -2.65549481257, pi_high = -0.0117882363933),
        found)
confirm("without Falchook 2012, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0656511462743, pi_high = 0.497052975029),
        natural(found, plogis))

found <- pooled(d[-5, ], "REML", "hartung-knapp-adhoc")
confirm("without RO4987655 phase I, random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.33955112551, ci_low = -1.72433483852, ci_high = -0.954767412497,
          se = 0.183149924482),
        found)
confirm("without RO4987655 phase I, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.207583885497, ci_low = 0.151313651293, ci_high = 0.27792706824),
        natural(found, plogis))
confirm("without RO4987655 phase I, variation between studies",
        c(tau2 = 0.36994762481, Q = 83.6094598337, pvalue = 1.98671280691e-10, I2 = 0.755263920664,
          H2 = 4.08603424029, tau2_low = 0.116628506681, tau2_high = 0.94888861337, I2_low = 0.49313021606,
          I2_high = 0.887835190587, H2_low = 1.9728932986, H2_high = 8.9154522281),
        spread(d[-5, ], "REML"))
found <- pooled(d[-5, ], "REML", "t")
confirm("without RO4987655 phase I, prediction interval (t(k-1))",
        c(pi_low = -2.67407744351, pi_high = -0.00502480751074),
        found)
confirm("without RO4987655 phase I, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.064520426713, pi_high = 0.498743800765),
        natural(found, plogis))

found <- pooled(d[-6, ], "REML", "hartung-knapp-adhoc")
confirm("without FCN-159 phase Ia (2022), random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.35092861229, ci_low = -1.74721435352, ci_high = -0.954642871051,
          se = 0.188624676996),
        found)
confirm("without FCN-159 phase Ia (2022), random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.205718596523, ci_low = 0.148398894045, ci_high = 0.277952062359),
        natural(found, plogis))
confirm("without FCN-159 phase Ia (2022), variation between studies",
        c(tau2 = 0.386580674104, Q = 83.8992882002, pvalue = 1.76559380236e-10, I2 = 0.760158626667,
          H2 = 4.16942242327, tau2_low = 0.118631925234, tau2_high = 0.971002323905, I2_low = 0.49305905309,
          I2_high = 0.888403630041, H2_low = 1.97261634929, H2_high = 8.96086494897),
        spread(d[-6, ], "REML"))
found <- pooled(d[-6, ], "REML", "t")
confirm("without FCN-159 phase Ia (2022), prediction interval (t(k-1))",
        c(pi_low = -2.71597826358, pi_high = 0.0141210390092),
        found)
confirm("without FCN-159 phase Ia (2022), prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0620370731883, pi_high = 0.503530201091),
        natural(found, plogis))

found <- pooled(d[-7, ], "REML", "hartung-knapp-adhoc")
confirm("without HL-085 phase I, random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.37220206291, ci_low = -1.76768075794, ci_high = -0.976723367877,
          se = 0.188240537944),
        found)
confirm("without HL-085 phase I, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.202264303011, ci_low = 0.145830986489, ci_high = 0.273542422684),
        natural(found, plogis))
confirm("without HL-085 phase I, variation between studies",
        c(tau2 = 0.385595235927, Q = 83.9789452497, pvalue = 1.70922744619e-10, I2 = 0.760099329456,
          H2 = 4.16839185039, tau2_low = 0.117877570573, tau2_high = 0.9491566839, I2_low = 0.492021301603,
          I2_high = 0.886352163922, H2_low = 1.96858648434, H2_high = 8.79911166378),
        spread(d[-7, ], "REML"))
found <- pooled(d[-7, ], "REML", "t")
confirm("without HL-085 phase I, prediction interval (t(k-1))",
        c(pi_low = -2.73542323375, pi_high = -0.00898089206495),
        found)
confirm("without HL-085 phase I, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0609151895402, pi_high = 0.497754792075),
        natural(found, plogis))

found <- pooled(d[-8, ], "REML", "hartung-knapp-adhoc")
confirm("without Schuler 2022, random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.35276139796, ci_low = -1.75446385466, ci_high = -0.951058941264,
          se = 0.191202933286),
        found)
confirm("without Schuler 2022, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.205419283693, ci_low = 0.147485059592, ci_high = 0.278671910207),
        natural(found, plogis))
confirm("without Schuler 2022, variation between studies",
        c(tau2 = 0.393511368192, Q = 83.7923653741, pvalue = 1.8441671457e-10, I2 = 0.759156278753,
          H2 = 4.15207004286, tau2_low = 0.118606850948, tau2_high = 0.97109572291, I2_low = 0.487193722956,
          I2_high = 0.88608642875, H2_low = 1.95005413304, H2_high = 8.77858528204),
        spread(d[-8, ], "REML"))
found <- pooled(d[-8, ], "REML", "t")
confirm("without Schuler 2022, prediction interval (t(k-1))",
        c(pi_low = -2.73054012908, pi_high = 0.025017333155),
        found)
confirm("without Schuler 2022, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0611951248964, pi_high = 0.506254007111),
        natural(found, plogis))

found <- pooled(d[-9, ], "REML", "hartung-knapp-adhoc")
confirm("without Alpelisib + binimetinib phase Ib, random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.35268642622, ci_low = -1.73857846335, ci_high = -0.966794389092,
          se = 0.183677466245),
        found)
confirm("without Alpelisib + binimetinib phase Ib, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.205431521016, ci_low = 0.149493586127, ci_high = 0.275519909338),
        natural(found, plogis))
confirm("without Alpelisib + binimetinib phase Ib, variation between studies",
        c(tau2 = 0.373719675988, Q = 84.0651579175, pvalue = 1.65023559056e-10, I2 = 0.757235532128,
          H2 = 4.11921896464, tau2_low = 0.119020927502, tau2_high = 0.97100809615, I2_low = 0.498344003734,
          I2_high = 0.890163421842, H2_low = 1.9933978811, H2_high = 9.10443512325),
        spread(d[-9, ], "REML"))
found <- pooled(d[-9, ], "REML", "t")
confirm("without Alpelisib + binimetinib phase Ib, prediction interval (t(k-1))",
        c(pi_low = -2.69375466028, pi_high = -0.0116181921694),
        found)
confirm("without Alpelisib + binimetinib phase Ib, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0633428866561, pi_high = 0.497095484629),
        natural(found, plogis))

found <- pooled(d[-10, ], "REML", "hartung-knapp-adhoc")
confirm("without Trametinib + GSK2141795 phase II, random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.32839452573, ci_low = -1.70780996325, ci_high = -0.948979088214,
          se = 0.180594724721),
        found)
confirm("without Trametinib + GSK2141795 phase II, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.209425053484, ci_low = 0.153447989404, ci_high = 0.279090181924),
        natural(found, plogis))
confirm("without Trametinib + GSK2141795 phase II, variation between studies",
        c(tau2 = 0.359848431078, Q = 82.4730291396, pvalue = 3.15271710389e-10, I2 = 0.75065948168,
          H2 = 4.01057961512, tau2_low = 0.109562961514, tau2_high = 0.835046131447,
          I2_low = 0.478251002605, I2_high = 0.874783991591, H2_low = 1.91663041998,
          H2_high = 7.98619931033),
        spread(d[-10, ], "REML"))
found <- pooled(d[-10, ], "REML", "t")
confirm("without Trametinib + GSK2141795 phase II, prediction interval (t(k-1))",
        c(pi_low = -2.64455617959, pi_high = -0.0122328718718),
        found)
confirm("without Trametinib + GSK2141795 phase II, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0663253302099, pi_high = 0.496941820168),
        natural(found, plogis))

found <- pooled(d[-11, ], "REML", "hartung-knapp-adhoc")
confirm("without Sorafenib + tivantinib phase I, random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.36290406258, ci_low = -1.75336673168, ci_high = -0.972441393489,
          se = 0.185853002452),
        found)
confirm("without Sorafenib + tivantinib phase I, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.203768721399, ci_low = 0.147623057751, ci_high = 0.274394148246),
        natural(found, plogis))
confirm("without Sorafenib + tivantinib phase I, variation between studies",
        c(tau2 = 0.379960142153, Q = 84.0740269658, pvalue = 1.64428283213e-10, I2 = 0.759328535646,
          H2 = 4.15504182302, tau2_low = 0.118748977537, tau2_high = 0.960297828061,
          I2_low = 0.496486864446, I2_high = 0.888566240395, H2_low = 1.98604550584,
          H2_high = 8.97394114267),
        spread(d[-11, ], "REML"))
found <- pooled(d[-11, ], "REML", "t")
confirm("without Sorafenib + tivantinib phase I, prediction interval (t(k-1))",
        c(pi_low = -2.71551526605, pi_high = -0.0102928591155),
        found)
confirm("without Sorafenib + tivantinib phase I, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0620640197717, pi_high = 0.497426807939),
        natural(found, plogis))

found <- pooled(d[-12, ], "REML", "hartung-knapp-adhoc")
confirm("without Axitinib + carboplatin/paclitaxel phase II, random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.36290406258, ci_low = -1.75336673168, ci_high = -0.972441393489,
          se = 0.185853002452),
        found)
confirm("without Axitinib + carboplatin/paclitaxel phase II, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.203768721399, ci_low = 0.147623057751, ci_high = 0.274394148246),
        natural(found, plogis))
confirm("without Axitinib + carboplatin/paclitaxel phase II, variation between studies",
        c(tau2 = 0.379960142153, Q = 84.0740269658, pvalue = 1.64428283213e-10, I2 = 0.759328535646,
          H2 = 4.15504182302, tau2_low = 0.118748977537, tau2_high = 0.960297828061,
          I2_low = 0.496486864446, I2_high = 0.888566240395, H2_low = 1.98604550584,
          H2_high = 8.97394114267),
        spread(d[-12, ], "REML"))
found <- pooled(d[-12, ], "REML", "t")
confirm("without Axitinib + carboplatin/paclitaxel phase II, prediction interval (t(k-1))",
        c(pi_low = -2.71551526605, pi_high = -0.0102928591155),
        found)
confirm("without Axitinib + carboplatin/paclitaxel phase II, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0620640197717, pi_high = 0.497426807939),
        natural(found, plogis))

found <- pooled(d[-13, ], "REML", "hartung-knapp-adhoc")
confirm("without Kirchberger 2018: NRAS-mutant, ipilimumab, random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.3251814027, ci_low = -1.72577089283, ci_high = -0.924591912563, se = 0.190673181804),
        found)
confirm("without Kirchberger 2018: NRAS-mutant, ipilimumab, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.209957534751, ci_low = 0.151129328642, ci_high = 0.284023185089),
        natural(found, plogis))
confirm("without Kirchberger 2018: NRAS-mutant, ipilimumab, variation between studies",
        c(tau2 = 0.382726639602, Q = 79.4024202594, pvalue = 1.08997766995e-09, I2 = 0.741188606318,
          H2 = 3.8638175305, tau2_low = 0.110924154997, tau2_high = 0.95572000753, I2_low = 0.453554587699,
          I2_high = 0.877320759882, H2_low = 1.83000895879, H2_high = 8.15133839301),
        spread(d[-13, ], "REML"))
found <- pooled(d[-13, ], "REML", "t")
confirm("without Kirchberger 2018: NRAS-mutant, ipilimumab, prediction interval (t(k-1))",
        c(pi_low = -2.68524716617, pi_high = 0.0348843607692),
        found)
confirm("without Kirchberger 2018: NRAS-mutant, ipilimumab, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.063849520107, pi_high = 0.508720205895),
        natural(found, plogis))

found <- pooled(d[-14, ], "REML", "hartung-knapp-adhoc")
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1, random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.35715952303, ci_low = -1.75818164456, ci_high = -0.956137401492,
          se = 0.190879106342),
        found)
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.204702342065, ci_low = 0.147018222272, ci_high = 0.277652217562),
        natural(found, plogis))
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1, variation between studies",
        c(tau2 = 0.393213286442, Q = 83.9718202551, pvalue = 1.71419551341e-10, I2 = 0.760180863257,
          H2 = 4.16980902183, tau2_low = 0.118972769096, tau2_high = 0.970341032039, I2_low = 0.48955496932,
          I2_high = 0.88664967965, H2_low = 1.95907480707, H2_high = 8.82220709133),
        spread(d[-14, ], "REML"))
found <- pooled(d[-14, ], "REML", "t")
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1, prediction interval (t(k-1))",
        c(pi_low = -2.73426242951, pi_high = 0.0199433834598),
        found)
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0609816266554, pi_high = 0.504985680616),
        natural(found, plogis))

found <- pooled(d[-15, ], "REML", "hartung-knapp-adhoc")
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1 + ipilimumab, random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.4256844082, ci_low = -1.80429070339, ci_high = -1.047078113, se = 0.180209587954),
        found)
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1 + ipilimumab, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.193771994149, ci_low = 0.141329562606, ci_high = 0.259786577931),
        natural(found, plogis))
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1 + ipilimumab, variation between studies",
        c(tau2 = 0.323555758654, Q = 70.4236270156, pvalue = 3.83121619579e-08, I2 = 0.704325256043,
          H2 = 3.38209475256, tau2_low = 0.0838059849565, tau2_high = 0.789568135076,
          I2_low = 0.381570684738, I2_high = 0.853221547928, H2_low = 1.61699967211,
          H2_high = 6.81298914034),
        spread(d[-15, ], "REML"))
found <- pooled(d[-15, ], "REML", "t")
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1 + ipilimumab, prediction interval (t(k-1))",
        c(pi_low = -2.67927002135, pi_high = -0.172098795043),
        found)
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1 + ipilimumab, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0642077232888, pi_high = 0.45708117977),
        natural(found, plogis))

found <- pooled(d[-16, ], "REML", "hartung-knapp-adhoc")
confirm("without Guida 2021: NRAS-mutant, ipilimumab, random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.40855727682, ci_low = -1.80022684107, ci_high = -1.01688771257, se = 0.186427462204),
        found)
confirm("without Guida 2021: NRAS-mutant, ipilimumab, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.196461711416, ci_low = 0.14182345393, ci_high = 0.265634079573),
        natural(found, plogis))
confirm("without Guida 2021: NRAS-mutant, ipilimumab, variation between studies",
        c(tau2 = 0.361783156284, Q = 79.9942543384, pvalue = 8.58913152557e-10, I2 = 0.738128377322,
          H2 = 3.81866499995, tau2_low = 0.102719476572, tau2_high = 0.859659101665,
          I2_low = 0.444534235788, I2_high = 0.870089945486, H2_low = 1.80029097098,
          H2_high = 7.69763359533),
        spread(d[-16, ], "REML"))
found <- pooled(d[-16, ], "REML", "t")
confirm("without Guida 2021: NRAS-mutant, ipilimumab, prediction interval (t(k-1))",
        c(pi_low = -2.73153501835, pi_high = -0.0855795352865),
        found)
confirm("without Guida 2021: NRAS-mutant, ipilimumab, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0611379931743, pi_high = 0.478618164378),
        natural(found, plogis))

found <- pooled(d[-17, ], "REML", "hartung-knapp-adhoc")
confirm("without Guida 2021: NRAS-mutant, anti-PD-1, random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.43527733834, ci_low = -1.80115659782, ci_high = -1.06939807886, se = 0.174151754549),
        found)
confirm("without Guida 2021: NRAS-mutant, anti-PD-1, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.192277745312, ci_low = 0.141710331324, ci_high = 0.255517569781),
        natural(found, plogis))
confirm("without Guida 2021: NRAS-mutant, anti-PD-1, variation between studies",
        c(tau2 = 0.289784940831, Q = 55.6118401571, pvalue = 1.02610802016e-05, I2 = 0.667859490117,
          H2 = 3.01077396537, tau2_low = 0.0654934128528, tau2_high = 0.741100915756,
          I2_low = 0.312454362912, I2_high = 0.837196852686, H2_low = 1.45444890646,
          H2_high = 6.14238739543),
        spread(d[-17, ], "REML"))
found <- pooled(d[-17, ], "REML", "t")
confirm("without Guida 2021: NRAS-mutant, anti-PD-1, prediction interval (t(k-1))",
        c(pi_low = -2.62394957244, pi_high = -0.246605104238),
        found)
confirm("without Guida 2021: NRAS-mutant, anti-PD-1, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.067612881473, pi_high = 0.438659274284),
        natural(found, plogis))

found <- pooled(d[-18, ], "REML", "hartung-knapp-adhoc")
confirm("without Johnson 2015, random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.40020247892, ci_low = -1.79825429993, ci_high = -1.00215065791, se = 0.189465298277),
        found)
confirm("without Johnson 2015, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.19778398306, ci_low = 0.142063700708, ci_high = 0.268518786542),
        natural(found, plogis))
confirm("without Johnson 2015, variation between studies",
        c(tau2 = 0.377221885588, Q = 81.4128562385, pvalue = 4.84416367085e-10, I2 = 0.742546906107,
          H2 = 3.88420269059, tau2_low = 0.10876427912, tau2_high = 0.900267317183, I2_low = 0.454029664211,
          I2_high = 0.873150508354, H2_low = 1.83160134251, H2_high = 7.88335835664),
        spread(d[-18, ], "REML"))
found <- pooled(d[-18, ], "REML", "t")
confirm("without Johnson 2015, prediction interval (t(k-1))",
        c(pi_low = -2.75055610155, pi_high = -0.0498488562971),
        found)
confirm("without Johnson 2015, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.060055251329, pi_high = 0.487540365906),
        natural(found, plogis))

found <- pooled(d[-19, ], "REML", "hartung-knapp-adhoc")
confirm("without Zhou 2021: cutaneous, NRAS-mutant, random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.31810999351, ci_low = -1.70218827943, ci_high = -0.934031707594,
          se = 0.182814154243),
        found)
confirm("without Zhou 2021: cutaneous, NRAS-mutant, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.211132913168, ci_low = 0.154179679267, ci_high = 0.282107484775),
        natural(found, plogis))
confirm("without Zhou 2021: cutaneous, NRAS-mutant, variation between studies",
        c(tau2 = 0.360719511506, Q = 82.0917931566, pvalue = 3.67980662709e-10, I2 = 0.749278025638,
          H2 = 3.98848167396, tau2_low = 0.109349383977, tau2_high = 0.892986690628, I2_low = 0.47532328755,
          I2_high = 0.880926836587, H2_low = 1.90593555283, H2_high = 8.39819797627),
        spread(d[-19, ], "REML"))
found <- pooled(d[-19, ], "REML", "t")
confirm("without Zhou 2021: cutaneous, NRAS-mutant, prediction interval (t(k-1))",
        c(pi_low = -2.63708171168, pi_high = 0.000861724656288),
        found)
confirm("without Zhou 2021: cutaneous, NRAS-mutant, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0667896992932, pi_high = 0.500215431151),
        natural(found, plogis))

found <- pooled(d[-20, ], "REML", "hartung-knapp-adhoc")
confirm("without Zhou 2021: non-cutaneous, NRAS-mutant, random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.32564731987, ci_low = -1.70437683331, ci_high = -0.946917806438,
          se = 0.180268237555),
        found)
confirm("without Zhou 2021: non-cutaneous, NRAS-mutant, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.209880261012, ci_low = 0.153894489622, ci_high = 0.27950509824),
        natural(found, plogis))
confirm("without Zhou 2021: non-cutaneous, NRAS-mutant, variation between studies",
        c(tau2 = 0.35796433174, Q = 82.1373341589, pvalue = 3.61250451191e-10, I2 = 0.749670801974,
          H2 = 3.99473975822, tau2_low = 0.107614235395, tau2_high = 0.80620147713, I2_low = 0.473768337622,
          I2_high = 0.870879514113, H2_low = 1.90030374737, H2_high = 7.74470443734),
        spread(d[-20, ], "REML"))
found <- pooled(d[-20, ], "REML", "t")
confirm("without Zhou 2021: non-cutaneous, NRAS-mutant, prediction interval (t(k-1))",
        c(pi_low = -2.63844787336, pi_high = -0.0128467663906),
        found)
confirm("without Zhou 2021: non-cutaneous, NRAS-mutant, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.066704598406, pi_high = 0.496788352573),
        natural(found, plogis))

# Small-study effects.
confirm("Peters' test",
        c(statistic = -0.161488675754, pvalue = 0.873507326218),
        peters(d, events = c(41, 9, 18, 0, 1, 4, 4, 8, 1, 0, 2, 2, 19, 7, 31, 16, 49, 19, 2, 0), n = c(269, 133, 117, 7, 8, 21, 15, 41, 5, 10, 8, 8, 125, 34, 77, 45, 114, 60, 21, 12)))
filled <- trim_and_fill(d, "REML", side = "right", estimator = "L0")
confirm("trim and fill, studies added",
        c(k0 = 3),
        c(k0 = attr(filled, "k0")))
found <- pooled(filled, "REML", "wald")
confirm("trim and fill, random-effects (wald)",
        c(estimate = -1.28385779712, ci_low = -1.62876438661, ci_high = -0.938951207626, se = 0.17597598334),
        found)
confirm("trim and fill, random-effects (wald), as proportion",
        c(estimate = 0.216894256736, ci_low = 0.163999698187, ci_high = 0.281112242429),
        natural(found, plogis))
confirm("trim and fill, variation between studies",
        c(tau2 = 0.359765708234, Q = 87.9216962149, pvalue = 7.71853627912e-10, I2 = 0.714054978069,
          H2 = 3.49717576213, tau2_low = 0.110209008615, tau2_high = 1.03311415091, I2_low = 0.433419283923,
          I2_high = 0.877615447776, H2_low = 1.76497358915, H2_high = 8.17096587623),
        spread(filled, "REML"))
found <- pooled(filled, "REML", "t")
confirm("trim and fill, prediction interval (t(k-1))",
        c(pi_low = -2.58020805773, pi_high = 0.0124924634952),
        found)
confirm("trim and fill, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0704231094477, pi_high = 0.503123075258),
        natural(found, plogis))

# The same question answered in other ways.
found <- pooled(d, "DL", "hartung-knapp-adhoc")
confirm("between-study variance: DL, random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.36281651446, ci_low = -1.76298814899, ci_high = -0.962644879937,
          se = 0.191193041324),
        found)
confirm("between-study variance: DL, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.20378292619, ci_low = 0.146416490104, ci_high = 0.276348958475),
        natural(found, plogis))
confirm("between-study variance: DL, variation between studies",
        c(tau2 = 0.430719987532, Q = 84.0913767455, pvalue = 3.62946529803e-10, I2 = 0.7740553106,
          H2 = 4.42586193397, tau2_low = 0.110150560333, tau2_high = 0.869170242744,
          I2_low = 0.466983877639, I2_high = 0.873629015314, H2_low = 1.8761158585, H2_high = 7.9132088943),
        spread(d, "DL"))
found <- pooled(d, "DL", "t")
confirm("between-study variance: DL, prediction interval (t(k-1))",
        c(pi_low = -2.79355541096, pi_high = 0.0679223820314),
        found)
confirm("between-study variance: DL, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0576734244911, pi_high = 0.516974070258),
        natural(found, plogis))
found <- pooled(d, "PM", "hartung-knapp")
confirm("between-study variance: PM, random-effects (hartung-knapp)",
        c(estimate = -1.33526447905, ci_low = -1.6805610878, ci_high = -0.989967870302, se = 0.164974983457),
        found)
confirm("between-study variance: PM, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.208289891931, ci_low = 0.157021185906, ci_high = 0.270918423914),
        natural(found, plogis))
confirm("between-study variance: PM, variation between studies",
        c(tau2 = 0.281618699407, Q = 84.0913767455, pvalue = 3.62946529803e-10, I2 = 0.691352276552,
          H2 = 3.23993965946, tau2_low = 0.110150560333, tau2_high = 0.869170242744,
          I2_low = 0.466983877639, I2_high = 0.873629015314, H2_low = 1.8761158585, H2_high = 7.9132088943),
        spread(d, "PM"))
found <- pooled(d, "PM", "t")
confirm("between-study variance: PM, prediction interval (t(k-1))",
        c(pi_low = -2.49842000554, pi_high = -0.172108952567),
        found)
confirm("between-study variance: PM, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0759690177589, pi_high = 0.4570786591),
        natural(found, plogis))
found <- pooled(d, "ML", "hartung-knapp-adhoc")
confirm("between-study variance: ML, random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.34667634009, ci_low = -1.71379775194, ci_high = -0.979554928247,
          se = 0.175402385403),
        found)
confirm("between-study variance: ML, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.206414280737, ci_low = 0.152671778469, ci_high = 0.272980104549),
        natural(found, plogis))
confirm("between-study variance: ML, variation between studies",
        c(tau2 = 0.337199886478, Q = 84.0913767455, pvalue = 3.62946529803e-10, I2 = 0.728410057505,
          H2 = 3.68202147257, tau2_low = 0.110150560333, tau2_high = 0.869170242744,
          I2_low = 0.466983877639, I2_high = 0.873629015314, H2_low = 1.8761158585, H2_high = 7.9132088943),
        spread(d, "ML"))
found <- pooled(d, "ML", "t")
confirm("between-study variance: ML, prediction interval (t(k-1))",
        c(pi_low = -2.61630873964, pi_high = -0.0770439405474),
        found)
confirm("between-study variance: ML, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0680961644329, pi_high = 0.480748536607),
        natural(found, plogis))
found <- pooled(d, "EB", "hartung-knapp")
confirm("between-study variance: EB, random-effects (hartung-knapp)",
        c(estimate = -1.33526447905, ci_low = -1.6805610878, ci_high = -0.989967870302, se = 0.164974983457),
        found)
confirm("between-study variance: EB, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.208289891931, ci_low = 0.157021185906, ci_high = 0.270918423914),
        natural(found, plogis))
confirm("between-study variance: EB, variation between studies",
        c(tau2 = 0.281618699407, Q = 84.0913767455, pvalue = 3.62946529803e-10, I2 = 0.691352276552,
          H2 = 3.23993965946, tau2_low = 0.110150560333, tau2_high = 0.869170242744,
          I2_low = 0.466983877639, I2_high = 0.873629015314, H2_low = 1.8761158585, H2_high = 7.9132088943),
        spread(d, "EB"))
found <- pooled(d, "EB", "t")
confirm("between-study variance: EB, prediction interval (t(k-1))",
        c(pi_low = -2.49842000554, pi_high = -0.172108952567),
        found)
confirm("between-study variance: EB, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0759690177589, pi_high = 0.4570786591),
        natural(found, plogis))
found <- pooled(d, "HE", "hartung-knapp")
confirm("between-study variance: HE, random-effects (hartung-knapp)",
        c(estimate = -1.27961795321, ci_low = -1.620939687, ci_high = -0.938296219434, se = 0.163075877251),
        found)
confirm("between-study variance: HE, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.21761526341, ci_low = 0.165075316637, ci_high = 0.281244626756),
        natural(found, plogis))
confirm("between-study variance: HE, variation between studies",
        c(tau2 = 0.103112802912, Q = 84.0913767455, pvalue = 3.62946529803e-10, I2 = 0.450591387433,
          H2 = 1.82013892234, tau2_low = 0.110150560333, tau2_high = 0.869170242744,
          I2_low = 0.466983877639, I2_high = 0.873629015314, H2_low = 1.8761158585, H2_high = 7.9132088943),
        spread(d, "HE"))
found <- pooled(d, "HE", "t")
confirm("between-study variance: HE, prediction interval (t(k-1))",
        c(pi_low = -1.99852173663, pi_high = -0.560714169801),
        found)
confirm("between-study variance: HE, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.119358217584, pi_high = 0.363382230716),
        natural(found, plogis))
found <- pooled(d, "HS", "hartung-knapp-adhoc")
confirm("between-study variance: HS, random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.35382378301, ci_low = -1.73525497726, ci_high = -0.97239258875, se = 0.182239278834),
        found)
confirm("between-study variance: HS, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.205245933135, ci_low = 0.149916644042, ci_high = 0.274403865474),
        natural(found, plogis))
confirm("between-study variance: HS, variation between studies",
        c(tau2 = 0.376304652833, Q = 84.0913767455, pvalue = 3.62946529803e-10, I2 = 0.749565062191,
          H2 = 3.99305308097, tau2_low = 0.110150560333, tau2_high = 0.869170242744,
          I2_low = 0.466983877639, I2_high = 0.873629015314, H2_low = 1.8761158585, H2_high = 7.9132088943),
        spread(d, "HS"))
found <- pooled(d, "HS", "t")
confirm("between-study variance: HS, prediction interval (t(k-1))",
        c(pi_low = -2.69322150141, pi_high = -0.0144260646004),
        found)
confirm("between-study variance: HS, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0633745266381, pi_high = 0.496393546395),
        natural(found, plogis))
found <- pooled(d, "SJ", "hartung-knapp-adhoc")
confirm("between-study variance: SJ, random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.35400909156, ci_low = -1.73581806273, ci_high = -0.972200120381,
          se = 0.182419772182),
        found)
confirm("between-study variance: SJ, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.205215707248, ci_low = 0.149844897649, ci_high = 0.274442188819),
        natural(found, plogis))
confirm("between-study variance: SJ, variation between studies",
        c(tau2 = 0.377365671978, Q = 84.0913767455, pvalue = 3.62946529803e-10, I2 = 0.750093228861,
          H2 = 4.00149221824, tau2_low = 0.110150560333, tau2_high = 0.869170242744,
          I2_low = 0.466983877639, I2_high = 0.873629015314, H2_low = 1.8761158585, H2_high = 7.9132088943),
        spread(d, "SJ"))
found <- pooled(d, "SJ", "t")
confirm("between-study variance: SJ, prediction interval (t(k-1))",
        c(pi_low = -2.6952483103, pi_high = -0.0127698728168),
        found)
confirm("between-study variance: SJ, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0632543253332, pi_high = 0.496807575178),
        natural(found, plogis))
found <- pooled(d, "EE", "wald")
confirm("model: common-effect, common-effect (wald)",
        c(estimate = -1.20568540692, ci_low = -1.35586747647, ci_high = -1.05550333736,
          se = 0.0766249128758),
        found)
confirm("model: common-effect, common-effect (wald), as proportion",
        c(estimate = 0.23046535866, ci_low = 0.204912766586, ci_high = 0.258169710114),
        natural(found, plogis))
confirm("model: common-effect, variation between studies",
        c(tau2 = 0, Q = 84.0913767455, pvalue = 3.62946529803e-10, I2 = 0.7740553106, H2 = 4.42586193397),
        spread(d, "EE"))

# effect measure: arcsine square root
# Study results on the scale of analysis (arcsine square root): estimate yi, variance vi.
other <- data.frame(
  study = c("NEMO (Dummer 2017): binimetinib", "NEMO (Dummer 2017): dacarbazine", "Ascierto 2013",
            "Falchook 2012", "RO4987655 phase I", "FCN-159 phase Ia (2022)", "HL-085 phase I",
            "Schuler 2022", "Alpelisib + binimetinib phase Ib", "Trametinib + GSK2141795 phase II",
            "Sorafenib + tivantinib phase I", "Axitinib + carboplatin/paclitaxel phase II",
            "Kirchberger 2018: NRAS-mutant, ipilimumab", "Kirchberger 2018: NRAS-mutant, anti-PD-1",
            "Kirchberger 2018: NRAS-mutant, anti-PD-1 + ipilimumab", "Guida 2021: NRAS-mutant, ipilimumab",
            "Guida 2021: NRAS-mutant, anti-PD-1", "Johnson 2015", "Zhou 2021: cutaneous, NRAS-mutant",
            "Zhou 2021: non-cutaneous, NRAS-mutant"),
  yi = c(0.40107186891071506, 0.26315993295918105, 0.4030570744661132, 0, 0.36136712390670783,
         0.45163344107953174, 0.5426391022496527, 0.4575217505185652, 0.4636476090008061, 0,
         0.5235987755982989, 0.5235987755982989, 0.40049234383277604, 0.47096070064992235,
         0.687368745363946, 0.6388651442354112, 0.7149902680112783, 0.5976863594069286, 0.3137278864615954,
         0),
  vi = c(0.0009293680297397769, 0.0018796992481203006, 0.002136752136752137, 0.03571428571428571, 0.03125,
         0.011904761904761904, 0.016666666666666666, 0.006097560975609756, 0.05, 0.025, 0.03125, 0.03125,
         0.002, 0.007352941176470588, 0.003246753246753247, 0.005555555555555556, 0.0021929824561403508,
         0.004166666666666667, 0.011904761904761904, 0.020833333333333332)
)
confirm_studies(other, rows = c(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20), from_counts(
    "PAS",
    x1 = c(41, 9, 18, 0, 1, 4, 4, 8, 1, 0, 2, 2, 19, 7, 31, 16, 49, 19, 2, 0),
    n1 = c(269, 133, 117, 7, 8, 21, 15, 41, 5, 10, 8, 8, 125, 34, 77, 45, 114, 60, 21, 12)
))
not_checked("the counts of Ascierto 2013",
            because = "these are taken as recovered from other printed figures (percent)")
found <- pooled(other, "REML", "hartung-knapp")
confirm("effect measure: arcsine square root, random-effects (hartung-knapp)",
        c(estimate = 0.433607281643, ci_low = 0.340387528039, ci_high = 0.526827035247,
          se = 0.0445383097283),
        found)
confirm("effect measure: arcsine square root, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.176523483561, ci_low = 0.111457432302, ci_high = 0.252800946254),
        natural(found, function(x) sin(pmin(pmax(x, 0), pi / 2))^2))
confirm("effect measure: arcsine square root, variation between studies",
        c(tau2 = 0.0268213824928, Q = 110.632944006, pvalue = 6.09346922328e-15, I2 = 0.849381059676,
          H2 = 6.63927124868, tau2_low = 0.0117380484925, tau2_high = 0.0776908845103,
          I2_low = 0.711645854494, I2_high = 0.942312331924, H2_low = 3.46795777201,
          H2_high = 17.3347273923),
        spread(other, "REML"))
found <- pooled(other, "REML", "t")
confirm("effect measure: arcsine square root, prediction interval (t(k-1))",
        c(pi_low = 0.0788922121092, pi_high = 0.788322351177),
        found)
confirm("effect measure: arcsine square root, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.00621107919542, pi_high = 0.50292417111),
        natural(found, function(x) sin(pmin(pmax(x, 0), pi / 2))^2))
found <- pooled(d[c(1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20), ], "REML", "hartung-knapp-adhoc")
confirm("route: only from events, random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.32682389658, ci_low = -1.72770294607, ci_high = -0.925944847092,
          se = 0.190811006697),
        found)
confirm("route: only from events, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.209685215265, ci_low = 0.150881634005, ci_high = 0.28374814083),
        natural(found, plogis))
confirm("route: only from events, variation between studies",
        c(tau2 = 0.383887983134, Q = 79.9254023526, pvalue = 8.83071004394e-10, I2 = 0.742921905914,
          H2 = 3.88986857693, tau2_low = 0.111630200966, tau2_high = 0.957214360688, I2_low = 0.45662228609,
          I2_high = 0.87813511981, H2_low = 1.84034047478, H2_high = 8.20580956912),
        spread(d[c(1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20), ], "REML"))
found <- pooled(d[c(1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20), ], "REML", "t")
confirm("route: only from events, prediction interval (t(k-1))",
        c(pi_low = -2.68885802868, pi_high = 0.0352102355209),
        found)
confirm("route: only from events, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0636340284997, pi_high = 0.508801649571),
        natural(found, plogis))

# route: proportion and interval, wherever the figures allow it
# Study results on the scale of analysis (logit): estimate yi, variance vi.
other <- data.frame(
  study = c("NEMO (Dummer 2017): binimetinib", "NEMO (Dummer 2017): dacarbazine", "Ascierto 2013",
            "Falchook 2012", "RO4987655 phase I", "FCN-159 phase Ia (2022)", "HL-085 phase I",
            "Schuler 2022", "Alpelisib + binimetinib phase Ib", "Trametinib + GSK2141795 phase II",
            "Sorafenib + tivantinib phase I", "Axitinib + carboplatin/paclitaxel phase II",
            "Kirchberger 2018: NRAS-mutant, ipilimumab", "Kirchberger 2018: NRAS-mutant, anti-PD-1",
            "Kirchberger 2018: NRAS-mutant, anti-PD-1 + ipilimumab", "Guida 2021: NRAS-mutant, ipilimumab",
            "Guida 2021: NRAS-mutant, anti-PD-1", "Johnson 2015", "Zhou 2021: cutaneous, NRAS-mutant",
            "Zhou 2021: non-cutaneous, NRAS-mutant"),
  yi = c(-1.7346010553881064, -2.5866893440979424, -1.7047480922384253, -2.70805020110221,
         -1.9459101490553135, -1.4469189829363254, -1.0116009116784799, -1.4178427188548164,
         -1.3862943611198906, -3.044522437723423, -1.0986122886681098, -1.0986122886681098,
         -1.7190001149456267, -1.349926716949016, -0.39465419200394874, -0.5947071077466928,
         -0.2825669717850105, -0.7691330875378672, -2.2512917986064953, -3.2188758248682006),
  vi = c(0.029901286312522327, 0.1282782877021195, 0.06565656565656565, 2.1333333333333333,
         1.1428571428571428, 0.3088235294117647, 0.34090909090909094, 0.15606063147675367, 1.25,
         2.0952380952380953, 0.6666666666666666, 0.6666666666666666, 0.06206554121151936,
         0.17989417989417988, 0.05399719495091164, 0.09698275862068964, 0.0357927786499215,
         0.07702182284980744, 0.5526315789473684, 2.08)
)
confirm_studies(other, rows = c(3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20), from_counts(
    "PLO",
    x1 = c(18, 0, 1, 4, 4, 1, 0, 2, 2, 19, 7, 31, 16, 49, 19, 2, 0),
    n1 = c(117, 7, 8, 21, 15, 5, 10, 8, 8, 125, 34, 77, 45, 114, 60, 21, 12),
    add = c(0, 0.5, 0, 0, 0, 0, 0.5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.5)
))
confirm_studies(other, rows = c(1, 2, 8), from_shares(
    "PLO",
    share = c(0.15, 0.07, 0.195),
    low = c(0.11, 0.03, 0.088),
    high = c(0.2, 0.13, 0.349),
    level = c(0.95, 0.95, 0.95),
    method = c("clopper-pearson", "clopper-pearson", "clopper-pearson"),
    event_free = c(FALSE, FALSE, FALSE)
))
not_checked("the counts of Ascierto 2013",
            because = "these are taken as recovered from other printed figures (percent)")
found <- pooled(other, "REML", "hartung-knapp-adhoc")
confirm("route: proportion and interval, wherever the figures allow it, random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.34771880382, ci_low = -1.7221659468, ci_high = -0.973271660838, se = 0.178902455608),
        found)
confirm("route: proportion and interval, wherever the figures allow it, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.206243569701, ci_low = 0.15159238635, ci_high = 0.274228871325),
        natural(found, plogis))
confirm("route: proportion and interval, wherever the figures allow it, variation between studies",
        c(tau2 = 0.356137227, Q = 82.4084783677, pvalue = 7.12449338251e-10, I2 = 0.737070460537,
          H2 = 3.80330031401, tau2_low = 0.106327942805, tau2_high = 0.857061208566,
          I2_low = 0.455619455035, I2_high = 0.870905706672, H2_low = 1.8369502901, H2_high = 7.74627579749),
        spread(other, "REML"))
found <- pooled(other, "REML", "t")
confirm("route: proportion and interval, wherever the figures allow it, prediction interval (t(k-1))",
        c(pi_low = -2.6516968368, pi_high = -0.0437407708377),
        found)
confirm("route: proportion and interval, wherever the figures allow it, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0658845028598, pi_high = 0.489066550441),
        natural(found, plogis))

# ======================================================================================================
# Targeted drugs, patients not selected for NRAS: objective response rate (orr-plo), apart from the
# synthesis
# ======================================================================================================
section("Targeted drugs, patients not selected for NRAS: objective response rate (orr-plo), apart from the synthesis")

# NRAS status was not an entry criterion: these are not the rates of NRAS-mutant disease.
# Study results on the scale of analysis (logit): estimate yi, variance vi.
# 1. Imatinib phase II (2006): "No objective clinical responses" (imatinib-2006, Results)
# 2. R115777 phase II: "no response" (review-2021, text, Farnesyl-transferase inhibitors)
d <- data.frame(
  study = c("Imatinib phase II (2006)", "R115777 phase II"),
  yi = c(-3.9318256327243257, -3.367295829986474),
  vi = c(2.0392156862745097, 2.0689655172413794)
)
confirm_studies(d, rows = c(1, 2), from_counts(
    "PLO",
    x1 = c(0, 0),
    n1 = c(25, 14),
    add = c(0.5, 0.5)
))

# All 2 study results. Two study results are too few to tell how much true effects differ between studies,
# so the headline is the common-effect estimate, which speaks about these two only; the random-effects
# intervals are shown beside it.
found <- pooled(d, "EE", "wald")
confirm("common-effect (wald)",
        c(estimate = -3.65160478265, ci_low = -5.63784377447, ci_high = -1.66536579083, se = 1.0134058623),
        found)
confirm("common-effect (wald), as proportion",
        c(estimate = 0.0252931097752, ci_low = 0.00354790500823, ci_high = 0.159043017698),
        natural(found, plogis))
confirm("variation between studies",
        c(tau2 = 0, Q = 0.0775754238656, pvalue = 0.780610412566, I2 = 0, H2 = 1, tau2_low = 0,
          tau2_high = 160.202258063, I2_low = 0, I2_high = 0.987340460828, H2_low = 1,
          H2_high = 78.9918168781),
        spread(d, "REML"))
confirm("share of weight",
        c("weight of 1" = 0.50362080316, "weight of 2" = 0.49637919684),
        share_of_weight(d, "EE"))
confirm("beside it random-effects (wald)",
        c(estimate = -3.65160478265, se = 1.0134058623, ci_low = -5.63784377447, ci_high = -1.66536579083),
        pooled(d, "REML", "wald"))
confirm("beside it random-effects (hartung-knapp)",
        c(estimate = -3.65160478265, se = 0.282257500165, ci_low = -7.23802636806,
          ci_high = -0.0651831972379),
        pooled(d, "REML", "hartung-knapp"))
confirm("beside it random-effects (hartung-knapp-adhoc)",
        c(estimate = -3.65160478265, se = 1.0134058623, ci_low = -16.5281471498, ci_high = 9.22493758454),
        pooled(d, "REML", "hartung-knapp-adhoc"))

# ======================================================================================================
# Chemotherapy, patients not selected for NRAS: objective response rate (orr-plo), apart from the synthesis
# ======================================================================================================
section("Chemotherapy, patients not selected for NRAS: objective response rate (orr-plo), apart from the synthesis")

# NRAS status was not an entry criterion: these are not the rates of NRAS-mutant disease.
# Study results on the scale of analysis (logit): estimate yi, variance vi.
# 1. Goldinger 2022: "" (chemo-news-2022, para 5); "12.5%" (chemo-news-2022, para 5)
# 2. Dacarbazine after ICI (2021): after ICI: "" (dtic-bjc-abstract-2021, abstract); "35.3%"
#    (dtic-bjc-abstract-2021, abstract)
# 3. Dacarbazine after ICI (2021): no prior ICI: "" (dtic-bjc-abstract-2021, abstract); "12.7%"
#    (dtic-bjc-abstract-2021, abstract)
# 4. Chemotherapy after PD-1, one centre: "" (tmz25-abstract, abstract); "12%" (tmz25-abstract, abstract)
d <- data.frame(
  study = c("Goldinger 2022", "Dacarbazine after ICI (2021): after ICI",
            "Dacarbazine after ICI (2021): no prior ICI", "Chemotherapy after PD-1, one centre"),
  yi = c(-1.9434440565601199, -0.6061358035703156, -1.9252908618525775, -1.9924301646902063),
  vi = c(0.019710515112813968, 0.25757575757575757, 0.16369047619047622, 0.3787878787878788)
)
confirm_studies(d, rows = c(1, 2, 3, 4), from_counts(
    "PLO",
    x1 = c(58, 6, 7, 3),
    n1 = c(463, 17, 55, 25)
))

# All 4 study results. Three or four study results: random-effects model with a Hartung-Knapp interval that
# is kept from being too narrow when they happen to agree (ad hoc correction); with so few of them the power
# is low.
found <- pooled(d, "REML", "hartung-knapp-adhoc")
confirm("random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.69142683524, ci_low = -2.65992152991, ci_high = -0.722932140571,
          se = 0.304323970231),
        found)
confirm("random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.155588289557, ci_low = 0.0653801282213, ci_high = 0.326747632667),
        natural(found, plogis))
confirm("variation between studies",
        c(tau2 = 0.180222464301, Q = 6.52913547383, pvalue = 0.0885205276274, I2 = 0.56711867141,
          H2 = 2.31010194701, tau2_low = 0, tau2_high = 6.07861736463, I2_low = 0, I2_high = 0.97787006308,
          H2_low = 1, H2_high = 45.1876570459),
        spread(d, "REML"))
found <- pooled(d, "REML", "t")
confirm("prediction interval (t(k-1))",
        c(pi_low = -3.32559999348, pi_high = -0.0572536769993),
        found)
confirm("prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0347033247371, pi_high = 0.485690489398),
        natural(found, plogis))
confirm("share of weight",
        c("weight of 1" = 0.417417799005, "weight of 2" = 0.190625681068, "weight of 3" = 0.242664856101,
          "weight of 4" = 0.149291663826),
        share_of_weight(d, "REML"))
confirm("beside it common-effect (wald)",
        c(estimate = -1.8617993833, se = 0.125623991971, ci_low = -2.10801788316, ci_high = -1.61558088344),
        pooled(d, "EE", "wald"))
confirm("beside it random-effects (wald)",
        c(estimate = -1.69142683524, se = 0.288886801733, ci_low = -2.25763456225, ci_high = -1.12521910824),
        pooled(d, "REML", "wald"))
confirm("beside it random-effects (hartung-knapp)",
        c(estimate = -1.69142683524, se = 0.304323970231, ci_low = -2.65992152991,
          ci_high = -0.722932140571),
        pooled(d, "REML", "hartung-knapp"))

# ======================================================================================================
# disease control rate, proportion (dcr-plo)
# ======================================================================================================
section("disease control rate, proportion (dcr-plo)")

# Study results on the scale of analysis (logit): estimate yi, variance vi.
# 1. NEMO (Dummer 2017): binimetinib: "58%" (nemo-onclive-2017, para 2)
# 2. NEMO (Dummer 2017): dacarbazine: "" (nemo-onclive-2017, para 2); "25%" (nemo-onclive-2017, para 2)
# 3. Lebbé 2020: pimasertib: "" (review-2021, text, MEK inhibitors; Table 3); "37.7%" (review-2021, text,
#    MEK inhibitors; Table 3); "26.6%" (review-2021, text, MEK inhibitors; Table 3); "194" (review-2021,
#    text, MEK inhibitors; Table 3)
# 4. Lebbé 2020: dacarbazine: "" (review-2021, text, MEK inhibitors; Table 3); "26.6%" (review-2021,
#    text, MEK inhibitors; Table 3); "37.7%" (review-2021, text, MEK inhibitors; Table 3); "194"
#    (review-2021, text, MEK inhibitors; Table 3)
# 5. FCN-159 phase Ia (2022): "" (fcn159-abstract-2022, abstract); "52.4%" (fcn159-abstract-2022,
#    abstract)
# 6. HL-085 phase I: "" (hl085-abstract, abstract); "86.7%" (hl085-abstract, abstract)
# 7. Ulixertinib phase I: "" (review-2021, text, ERK inhibitors; Table 3); "52.6%" (review-2021, text,
#    ERK inhibitors; Table 3)
# 8. Sorafenib + tivantinib phase I: "DCR=50%" (review-2021, text, Tyrosine kinase inhibitors; Table 3)
# 9. Axitinib + carboplatin/paclitaxel phase II: "DCR=100%" (review-2021, text, Tyrosine kinase
#    inhibitors; Table 3)
# 10. Kirchberger 2018: NRAS-mutant, ipilimumab: "" (review-2021, Table 1; Table 2); "27%" (review-2021,
#    Table 1; Table 2)
# 11. Kirchberger 2018: NRAS-mutant, anti-PD-1: "" (review-2021, Table 1; Table 2); "35%" (review-2021,
#    Table 1; Table 2)
# 12. Kirchberger 2018: NRAS-mutant, anti-PD-1 + ipilimumab: "" (review-2021, Table 1; Table 2); "61%"
#    (review-2021, Table 1; Table 2)
# 13. Guida 2021: NRAS-mutant, ipilimumab: "" (review-2021, Table 1); "36%" (review-2021, Table 1)
# 14. Guida 2021: NRAS-mutant, anti-PD-1: "68%" (review-2021, Table 1)
# 15. Johnson 2015: "" (johnson-abstract-2015, abstract); "50%" (johnson-abstract-2015, abstract)
d <- data.frame(
  study = c("NEMO (Dummer 2017): binimetinib", "NEMO (Dummer 2017): dacarbazine",
            "Lebb\u00e9 2020: pimasertib", "Lebb\u00e9 2020: dacarbazine", "FCN-159 phase Ia (2022)",
            "HL-085 phase I", "Ulixertinib phase I", "Sorafenib + tivantinib phase I",
            "Axitinib + carboplatin/paclitaxel phase II", "Kirchberger 2018: NRAS-mutant, ipilimumab",
            "Kirchberger 2018: NRAS-mutant, anti-PD-1",
            "Kirchberger 2018: NRAS-mutant, anti-PD-1 + ipilimumab", "Guida 2021: NRAS-mutant, ipilimumab",
            "Guida 2021: NRAS-mutant, anti-PD-1", "Johnson 2015"),
  yi = c(0.32246818853719644, -1.1086626245216111, -0.5026288565618121, -1.0169342576538425,
         0.09531017980432493, 1.8718021769015913, 0.10536051565782635, 0, 2.833213344056216,
         -0.9844989819006886, -0.6061358035703156, 0.4489502200479032, -0.5947071077466928,
         0.7731898882334817, 0),
  vi = c(0.015259813932380304, 0.040303030303030306, 0.032753842277651796, 0.08010012515644556,
         0.19090909090909092, 0.5769230769230769, 0.2111111111111111, 0.5, 2.1176470588235294,
         0.040400775694893344, 0.12878787878787878, 0.05460992907801418, 0.09698275862068964,
         0.04059829059829059, 0.06666666666666667)
)
confirm_studies(d, rows = c(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), from_counts(
    "PLO",
    x1 = c(156, 33, 49, 17, 11, 13, 10, 4, 8, 34, 12, 47, 16, 78, 30),
    n1 = c(269, 133, 130, 64, 21, 15, 19, 8, 8, 125, 34, 77, 45, 114, 60),
    add = c(0, 0, 0, 0, 0, 0, 0, 0, 0.5, 0, 0, 0, 0, 0, 0)
))
not_checked("the counts of NEMO (Dummer 2017): binimetinib, Guida 2021: NRAS-mutant, anti-PD-1",
            because = "these are taken as recovered from other printed figures (percent)")

# All 15 study results. Five or more study results: random-effects model with the Hartung-Knapp interval,
# which allows for not knowing exactly how much true effects differ between studies.
found <- pooled(d, "REML", "hartung-knapp")
confirm("random-effects (hartung-knapp)",
        c(estimate = -0.119305773422, ci_low = -0.579544060532, ci_high = 0.340932513688,
          se = 0.21458464364),
        found)
confirm("random-effects (hartung-knapp), as proportion",
        c(estimate = 0.470208885163, ci_low = 0.359037512077, ci_high = 0.584417023861),
        natural(found, plogis))
confirm("variation between studies",
        c(tau2 = 0.440642128105, Q = 111.358285441, pvalue = 3.04920485594e-17, I2 = 0.871814806675,
          H2 = 7.8012130267, tau2_low = 0.208262202747, tau2_high = 2.08030853634, I2_low = 0.762722841406,
          I2_high = 0.969796821908, H2_low = 4.21448067706, H2_high = 33.1090985506),
        spread(d, "REML"))
found <- pooled(d, "REML", "t")
confirm("prediction interval (t(k-1))",
        c(pi_low = -1.60474556295, pi_high = 1.36613401611),
        found)
confirm("prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.167319401628, pi_high = 0.796754827572),
        natural(found, plogis))
confirm("share of weight",
        c("weight of 1" = 0.0856042424717, "weight of 2" = 0.0811467580185, "weight of 3" = 0.0824407955098,
          "weight of 4" = 0.0749452154978, "weight of 5" = 0.0617956853134, "weight of 6" = 0.0383534541046,
          "weight of 7" = 0.0598802400068, "weight of 8" = 0.0414898920891, "weight of 9" = 0.0152551715377,
          "weight of 10" = 0.0811302694234, "weight of 11" = 0.0685372037249,
          "weight of 12" = 0.0788025810765, "weight of 13" = 0.0725917667747,
          "weight of 14" = 0.0810969712283, "weight of 15" = 0.0769297532227),
        share_of_weight(d, "REML"))
confirm("beside it common-effect (wald)",
        c(estimate = -0.148113106345, se = 0.063460368408, ci_low = -0.27249314287,
          ci_high = -0.0237330698196),
        pooled(d, "EE", "wald"))
confirm("beside it random-effects (wald)",
        c(estimate = -0.119305773422, se = 0.197552879983, ci_low = -0.506502303231,
          ci_high = 0.267890756386),
        pooled(d, "REML", "wald"))
confirm("beside it random-effects (hartung-knapp-adhoc)",
        c(estimate = -0.119305773422, se = 0.21458464364, ci_low = -0.579544060532,
          ci_high = 0.340932513688),
        pooled(d, "REML", "hartung-knapp-adhoc"))

# Groups by drug_class. A group has fewer than 5 effects: the groups share one between-study variance.
d$group <- c("MEK inhibitor", "chemotherapy", "MEK inhibitor", "chemotherapy", "MEK inhibitor",
             "MEK inhibitor", "ERK inhibitor", "other kinase inhibitor", "kinase inhibitor + chemotherapy",
             "anti-CTLA-4", "anti-PD-1", "anti-PD-1 + anti-CTLA-4", "anti-CTLA-4", "anti-PD-1",
             "any immunotherapy")
of_all <- spread(d, "REML", by_group = TRUE)
confirm("groups by drug_class, shared tau2",
        c(tau2 = 0.315897133491, tau2_low = 0.0849698728944, tau2_high = 3.00657345068),
        of_all)

found <- pooled(d, "REML", "hartung-knapp-adhoc", group = "MEK inhibitor")
confirm("drug_class MEK inhibitor, random-effects (hartung-knapp-adhoc)",
        c(estimate = 0.202279085856, ci_low = -0.691941036933, ci_high = 1.09649920865, se = 0.365448441623),
        found)
confirm("drug_class MEK inhibitor, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.550398044526, ci_low = 0.33360141911, ci_high = 0.749603588231),
        natural(found, plogis))
confirm("drug_class MEK inhibitor, variation between studies",
        c(tau2 = 0.315897133491, Q = 19.7666298413, pvalue = 0.000189732479865, I2 = 0.845603317704,
          H2 = 6.47682310997, tau2_low = 0.0849698728944, tau2_high = 3.00657345068,
          I2_low = 0.595657930034, I2_high = 0.981176843947, H2_low = 2.47315348632,
          H2_high = 53.1260537396),
        spread_within(d[d$group == "MEK inhibitor", ], of_all))
found <- pooled(d, "REML", "t", group = "MEK inhibitor")
confirm("drug_class MEK inhibitor, prediction interval (t(k-1))",
        c(pi_low = -1.39711439607, pi_high = 1.80167256779),
        found)
confirm("drug_class MEK inhibitor, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.198274412517, pi_high = 0.858352413736),
        natural(found, plogis))
confirm("drug_class MEK inhibitor, share of weight",
        c("weight of 1" = 0.33623006216, "weight of 2" = 0.319359269744, "weight of 3" = 0.21969919795,
          "weight of 4" = 0.124711470146),
        share_of_weight(d[d$group == "MEK inhibitor", ], "REML", tau2 = of_all[["tau2"]]))
confirm("drug_class MEK inhibitor, beside it random-effects (wald)",
        c(estimate = 0.202279085856, se = 0.333683863884, ci_low = -0.451729269579,
          ci_high = 0.856287441292),
        pooled(d, "REML", "wald", group = "MEK inhibitor"))
confirm("drug_class MEK inhibitor, beside it random-effects (t)",
        c(estimate = 0.202279085856, se = 0.333683863884, ci_low = -0.614215915218, ci_high = 1.01877408693),
        pooled(d, "REML", "t", group = "MEK inhibitor"))
confirm("drug_class MEK inhibitor, beside it random-effects (hartung-knapp)",
        c(estimate = 0.202279085856, se = 0.365448441623, ci_low = -0.691941036933, ci_high = 1.09649920865),
        pooled(d, "REML", "hartung-knapp", group = "MEK inhibitor"))

found <- pooled(d, "REML", "hartung-knapp-adhoc", group = "chemotherapy")
confirm("drug_class chemotherapy, random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.06522501316, ci_low = -2.2257018052, ci_high = 0.0952517788803, se = 0.474261788996),
        found)
confirm("drug_class chemotherapy, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.256312214724, ci_low = 0.0974660842883, ci_high = 0.523794956665),
        natural(found, plogis))
confirm("drug_class chemotherapy, variation between studies",
        c(tau2 = 0.315897133491, Q = 0.0698826642551, pvalue = 0.791507697361, I2 = 0.839931443704,
          H2 = 6.24732316666, tau2_low = 0.0849698728944, tau2_high = 3.00657345068,
          I2_low = 0.585307045766, I2_high = 0.980369744382, H2_low = 2.41142269187,
          H2_high = 50.9417716954),
        spread_within(d[d$group == "chemotherapy", ], of_all))
confirm("drug_class chemotherapy, share of weight",
        c("weight of 1" = 0.526453889409, "weight of 2" = 0.473546110591),
        share_of_weight(d[d$group == "chemotherapy", ], "REML", tau2 = of_all[["tau2"]]))
confirm("drug_class chemotherapy, beside it random-effects (wald)",
        c(estimate = -1.06522501316, se = 0.433039214895, ci_low = -1.91396627825,
          ci_high = -0.216483748072),
        pooled(d, "REML", "wald", group = "chemotherapy"))
confirm("drug_class chemotherapy, beside it random-effects (t)",
        c(estimate = -1.06522501316, se = 0.433039214895, ci_low = -2.1248338001,
          ci_high = -0.00561622622261),
        pooled(d, "REML", "t", group = "chemotherapy"))
confirm("drug_class chemotherapy, beside it random-effects (hartung-knapp)",
        c(estimate = -1.06522501316, se = 0.474261788996, ci_low = -2.2257018052, ci_high = 0.0952517788803),
        pooled(d, "REML", "hartung-knapp", group = "chemotherapy"))

found <- pooled(d[d$group == "ERK inhibitor", ], "EE", "wald")
confirm("drug_class ERK inhibitor, the single study",
        c(estimate = 0.105360515658, ci_low = -0.795180788184, ci_high = 1.0059018195, se = 0.459468291736),
        found)
confirm("drug_class ERK inhibitor, the single study, as proportion",
        c(estimate = 0.526315789474, ci_low = 0.311057337671, ci_high = 0.732217363213),
        natural(found, plogis))

found <- pooled(d[d$group == "other kinase inhibitor", ], "EE", "wald")
confirm("drug_class other kinase inhibitor, the single study",
        c(estimate = 0, ci_low = -1.38590382435, ci_high = 1.38590382435, se = 0.707106781187),
        found)
confirm("drug_class other kinase inhibitor, the single study, as proportion",
        c(estimate = 0.5, ci_low = 0.200062493204, ci_high = 0.799937506796),
        natural(found, plogis))

found <- pooled(d[d$group == "kinase inhibitor + chemotherapy", ], "EE", "wald")
confirm("drug_class kinase inhibitor + chemotherapy, the single study",
        c(estimate = 2.83321334406, ci_low = -0.0189531961785, ci_high = 5.68537988429, se = 1.45521375022),
        found)
confirm("drug_class kinase inhibitor + chemotherapy, the single study, as proportion",
        c(estimate = 0.944444444444, ci_low = 0.495261842793, ci_high = 0.996616245465),
        natural(found, plogis))

found <- pooled(d, "REML", "hartung-knapp-adhoc", group = "anti-CTLA-4")
confirm("drug_class anti-CTLA-4, random-effects (hartung-knapp-adhoc)",
        c(estimate = -0.803939910195, ci_low = -1.97590416325, ci_high = 0.368024342863, se = 0.47895646609),
        found)
confirm("drug_class anti-CTLA-4, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.309183365305, ci_low = 0.121756134096, ci_high = 0.590981503896),
        natural(found, plogis))
confirm("drug_class anti-CTLA-4, variation between studies",
        c(tau2 = 0.315897133491, Q = 1.10593824736, pvalue = 0.292966590754, I2 = 0.821389106545,
          H2 = 5.5987626547, tau2_low = 0.0849698728944, tau2_high = 3.00657345068, I2_low = 0.552967369511,
          I2_high = 0.97766314048, H2_low = 2.23697316884, H2_high = 44.7690508642),
        spread_within(d[d$group == "anti-CTLA-4", ], of_all))
confirm("drug_class anti-CTLA-4, share of weight",
        c("weight of 1" = 0.536780821567, "weight of 2" = 0.463219178433),
        share_of_weight(d[d$group == "anti-CTLA-4", ], "REML", tau2 = of_all[["tau2"]]))
confirm("drug_class anti-CTLA-4, beside it random-effects (wald)",
        c(estimate = -0.803939910195, se = 0.437325833236, ci_low = -1.66108279285,
          ci_high = 0.0532029724556),
        pooled(d, "REML", "wald", group = "anti-CTLA-4"))
confirm("drug_class anti-CTLA-4, beside it random-effects (t)",
        c(estimate = -0.803939910195, se = 0.437325833236, ci_low = -1.87403767435,
          ci_high = 0.266157853961),
        pooled(d, "REML", "t", group = "anti-CTLA-4"))
confirm("drug_class anti-CTLA-4, beside it random-effects (hartung-knapp)",
        c(estimate = -0.803939910195, se = 0.47895646609, ci_low = -1.97590416325, ci_high = 0.368024342863),
        pooled(d, "REML", "hartung-knapp", group = "anti-CTLA-4"))

found <- pooled(d, "REML", "hartung-knapp-adhoc", group = "anti-PD-1")
confirm("drug_class anti-PD-1, random-effects (hartung-knapp-adhoc)",
        c(estimate = 0.159441380237, ci_low = -1.03261635676, ci_high = 1.35149911723, se = 0.48716823879),
        found)
confirm("drug_class anti-PD-1, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.539776116516, ci_low = 0.262577183343, ci_high = 0.794374607455),
        natural(found, plogis))
confirm("drug_class anti-PD-1, variation between studies",
        c(tau2 = 0.315897133491, Q = 11.2319640438, pvalue = 0.000804005162051, I2 = 0.788579249196,
          H2 = 4.72990468626, tau2_low = 0.0849698728944, tau2_high = 3.00657345068,
          I2_low = 0.500815700154, I2_high = 0.972602464484, H2_low = 2.00326813225,
          H2_high = 36.4996333122),
        spread_within(d[d$group == "anti-PD-1", ], of_all))
confirm("drug_class anti-PD-1, share of weight",
        c("weight of 1" = 0.444962717394, "weight of 2" = 0.555037282606),
        share_of_weight(d[d$group == "anti-PD-1", ], "REML", tau2 = of_all[["tau2"]]))
confirm("drug_class anti-PD-1, beside it random-effects (wald)",
        c(estimate = 0.159441380237, se = 0.444823843165, ci_low = -0.71239733183, ci_high = 1.0312800923),
        pooled(d, "REML", "wald", group = "anti-PD-1"))
confirm("drug_class anti-PD-1, beside it random-effects (t)",
        c(estimate = 0.159441380237, se = 0.444823843165, ci_low = -0.929003353274, ci_high = 1.24788611375),
        pooled(d, "REML", "t", group = "anti-PD-1"))
confirm("drug_class anti-PD-1, beside it random-effects (hartung-knapp)",
        c(estimate = 0.159441380237, se = 0.48716823879, ci_low = -1.03261635676, ci_high = 1.35149911723),
        pooled(d, "REML", "hartung-knapp", group = "anti-PD-1"))

found <- pooled(d[d$group == "anti-PD-1 + anti-CTLA-4", ], "EE", "wald")
confirm("drug_class anti-PD-1 + anti-CTLA-4, the single study",
        c(estimate = 0.448950220048, ci_low = -0.00906920503603, ci_high = 0.906969645132,
          se = 0.233687674211),
        found)
confirm("drug_class anti-PD-1 + anti-CTLA-4, the single study, as proportion",
        c(estimate = 0.61038961039, ci_low = 0.497732714281, ci_high = 0.712379658376),
        natural(found, plogis))

found <- pooled(d[d$group == "any immunotherapy", ], "EE", "wald")
confirm("drug_class any immunotherapy, the single study",
        c(estimate = 0, ci_low = -0.506060524753, ci_high = 0.506060524753, se = 0.258198889747),
        found)
confirm("drug_class any immunotherapy, the single study, as proportion",
        c(estimate = 0.5, ci_low = 0.376117483582, ci_high = 0.623882516418),
        natural(found, plogis))

confirm("test between groups by drug_class",
        c(Q = 13.1334380758, pvalue = 0.107340156113),
        between_sharing(d, "REML"))

# Without each study in turn.

found <- pooled(d[-1, ], "REML", "hartung-knapp")
confirm("without NEMO (Dummer 2017): binimetinib, random-effects (hartung-knapp)",
        c(estimate = -0.15651553323, ci_low = -0.654887264037, ci_high = 0.341856197576,
          se = 0.230688280593),
        found)
confirm("without NEMO (Dummer 2017): binimetinib, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.460950800217, ci_low = 0.341889050196, ci_high = 0.584641344938),
        natural(found, plogis))
confirm("without NEMO (Dummer 2017): binimetinib, variation between studies",
        c(tau2 = 0.46424836696, Q = 91.6436296752, pvalue = 6.77108323276e-14, I2 = 0.853006150484,
          H2 = 6.80300572637, tau2_low = 0.211556571154, tau2_high = 2.39118604593, I2_low = 0.72560732003,
          I2_high = 0.967626347317, H2_low = 3.64441208894, H2_high = 30.8893163766),
        spread(d[-1, ], "REML"))
found <- pooled(d[-1, ], "REML", "t")
confirm("without NEMO (Dummer 2017): binimetinib, prediction interval (t(k-1))",
        c(pi_low = -1.69745605832, pi_high = 1.38442499186),
        found)
confirm("without NEMO (Dummer 2017): binimetinib, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.154797810622, pi_high = 0.799700733173),
        natural(found, plogis))

found <- pooled(d[-2, ], "REML", "hartung-knapp")
confirm("without NEMO (Dummer 2017): dacarbazine, random-effects (hartung-knapp)",
        c(estimate = -0.0400424568567, ci_low = -0.500987591171, ci_high = 0.420902677457,
          se = 0.213364109378),
        found)
confirm("without NEMO (Dummer 2017): dacarbazine, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.489990723155, ci_low = 0.377308609291, ci_high = 0.603699232462),
        natural(found, plogis))
confirm("without NEMO (Dummer 2017): dacarbazine, variation between studies",
        c(tau2 = 0.385791067666, Q = 85.923834014, pvalue = 8.36578660054e-13, I2 = 0.849667016039,
          H2 = 6.65190015958, tau2_low = 0.170768982791, tau2_high = 2.08223728256, I2_low = 0.714431974673,
          I2_high = 0.968259112822, H2_low = 3.5017926074, H2_high = 31.5051055246),
        spread(d[-2, ], "REML"))
found <- pooled(d[-2, ], "REML", "t")
confirm("without NEMO (Dummer 2017): dacarbazine, prediction interval (t(k-1))",
        c(pi_low = -1.44672229398, pi_high = 1.36663738027),
        found)
confirm("without NEMO (Dummer 2017): dacarbazine, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.190506520778, pi_high = 0.796836328463),
        natural(found, plogis))

found <- pooled(d[-3, ], "REML", "hartung-knapp")
confirm("without Lebb\u00e9 2020: pimasertib, random-effects (hartung-knapp)",
        c(estimate = -0.0780143455318, ci_low = -0.579401507903, ci_high = 0.423372816839,
          se = 0.232084075498),
        found)
confirm("without Lebb\u00e9 2020: pimasertib, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.480506299556, ci_low = 0.359070318313, ci_high = 0.604290052948),
        natural(found, plogis))
confirm("without Lebb\u00e9 2020: pimasertib, variation between studies",
        c(tau2 = 0.486697773384, Q = 106.983200589, pvalue = 7.26731141656e-17, I2 = 0.874023990451,
          H2 = 7.93801933858, tau2_low = 0.220598027147, tau2_high = 2.35005929439, I2_low = 0.758727402952,
          I2_high = 0.971015151168, H2_low = 4.14468950156, H2_high = 34.5007836956),
        spread(d[-3, ], "REML"))
found <- pooled(d[-3, ], "REML", "t")
confirm("without Lebb\u00e9 2020: pimasertib, prediction interval (t(k-1))",
        c(pi_low = -1.65494891578, pi_high = 1.49892022472),
        found)
confirm("without Lebb\u00e9 2020: pimasertib, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.160441210731, pi_high = 0.817413376314),
        natural(found, plogis))

found <- pooled(d[-4, ], "REML", "hartung-knapp")
confirm("without Lebb\u00e9 2020: dacarbazine, random-effects (hartung-knapp)",
        c(estimate = -0.0498813088995, ci_low = -0.521940866575, ci_high = 0.422178248777,
          se = 0.218508797683),
        found)
confirm("without Lebb\u00e9 2020: dacarbazine, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.487532257797, ci_low = 0.37239850628, ci_high = 0.604004367993),
        natural(found, plogis))
confirm("without Lebb\u00e9 2020: dacarbazine, variation between studies",
        c(tau2 = 0.420018758533, Q = 101.435564925, pvalue = 8.73870083342e-16, I2 = 0.867452389232,
          H2 = 7.54445888695, tau2_low = 0.189018948092, tau2_high = 2.14180763022, I2_low = 0.746525511663,
          I2_high = 0.970906765395, H2_low = 3.9451702085, H2_high = 34.3722522982),
        spread(d[-4, ], "REML"))
found <- pooled(d[-4, ], "REML", "t")
confirm("without Lebb\u00e9 2020: dacarbazine, prediction interval (t(k-1))",
        c(pi_low = -1.5160626541, pi_high = 1.4163000363),
        found)
confirm("without Lebb\u00e9 2020: dacarbazine, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.180042045517, pi_high = 0.804757723459),
        natural(found, plogis))

found <- pooled(d[-5, ], "REML", "hartung-knapp")
confirm("without FCN-159 phase Ia (2022), random-effects (hartung-knapp)",
        c(estimate = -0.127550888614, ci_low = -0.62717027358, ci_high = 0.372068496351,
          se = 0.231265799692),
        found)
confirm("without FCN-159 phase Ia (2022), random-effects (hartung-knapp), as proportion",
        c(estimate = 0.468155440015, ci_low = 0.348152446239, ci_high = 0.591958705359),
        natural(found, plogis))
confirm("without FCN-159 phase Ia (2022), variation between studies",
        c(tau2 = 0.479508249488, Q = 111.041214045, pvalue = 1.16782182454e-17, I2 = 0.885789475477,
          H2 = 8.75576050608, tau2_low = 0.225821160771, tau2_high = 2.41716017812, I2_low = 0.785062850568,
          I2_high = 0.975059935375, H2_low = 4.65252285444, H2_high = 40.096127056),
        spread(d[-5, ], "REML"))
found <- pooled(d[-5, ], "REML", "t")
confirm("without FCN-159 phase Ia (2022), prediction interval (t(k-1))",
        c(pi_low = -1.69158393786, pi_high = 1.43648216063),
        found)
confirm("without FCN-159 phase Ia (2022), prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.155567650442, pi_high = 0.80790930267),
        natural(found, plogis))

found <- pooled(d[-6, ], "REML", "hartung-knapp")
confirm("without HL-085 phase I, random-effects (hartung-knapp)",
        c(estimate = -0.205434302234, ci_low = -0.62588947663, ci_high = 0.215020872162,
          se = 0.194621956367),
        found)
confirm("without HL-085 phase I, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.448821290298, ci_low = 0.348443169773, ci_high = 0.553549061346),
        natural(found, plogis))
confirm("without HL-085 phase I, variation between studies",
        c(tau2 = 0.363579166312, Q = 104.236471431, pvalue = 2.49428933929e-16, I2 = 0.85691731571,
          H2 = 6.98896589034, tau2_low = 0.158746284628, tau2_high = 1.64340962173, I2_low = 0.723367789739,
          I2_high = 0.964375601611, H2_low = 3.6149080364, H2_high = 28.0706494771),
        spread(d[-6, ], "REML"))
found <- pooled(d[-6, ], "REML", "t")
confirm("without HL-085 phase I, prediction interval (t(k-1))",
        c(pi_low = -1.56873449091, pi_high = 1.15786588644),
        found)
confirm("without HL-085 phase I, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.172396874903, pi_high = 0.760944719042),
        natural(found, plogis))

found <- pooled(d[-7, ], "REML", "hartung-knapp")
confirm("without Ulixertinib phase I, random-effects (hartung-knapp)",
        c(estimate = -0.127986198325, ci_low = -0.626893294279, ci_high = 0.37092089763,
          se = 0.230936092533),
        found)
confirm("without Ulixertinib phase I, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.468047055528, ci_low = 0.348215307208, ci_high = 0.591681481011),
        natural(found, plogis))
confirm("without Ulixertinib phase I, variation between studies",
        c(tau2 = 0.478004311386, Q = 111.048030132, pvalue = 1.16423405937e-17, I2 = 0.88573509601,
          H2 = 8.75159357846, tau2_low = 0.225750388194, tau2_high = 2.41668387406, I2_low = 0.785449092448,
          I2_high = 0.975118398728, H2_low = 4.66089848517, H2_high = 40.190339403),
        spread(d[-7, ], "REML"))
found <- pooled(d[-7, ], "REML", "t")
confirm("without Ulixertinib phase I, prediction interval (t(k-1))",
        c(pi_low = -1.68947002904, pi_high = 1.43349763239),
        found)
confirm("without Ulixertinib phase I, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.155845549176, pi_high = 0.807445702489),
        natural(found, plogis))

found <- pooled(d[-8, ], "REML", "hartung-knapp")
confirm("without Sorafenib + tivantinib phase I, random-effects (hartung-knapp)",
        c(estimate = -0.1201443257, ci_low = -0.614442839998, ci_high = 0.374154188599, se = 0.228802854004),
        found)
confirm("without Sorafenib + tivantinib phase I, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.469999996548, ci_low = 0.351046393412, ci_high = 0.592462394177),
        natural(found, plogis))
confirm("without Sorafenib + tivantinib phase I, variation between studies",
        c(tau2 = 0.469644161185, Q = 111.314054198, pvalue = 1.03247564659e-17, I2 = 0.885391263036,
          H2 = 8.72533828128, tau2_low = 0.227788600431, tau2_high = 2.41932722846, I2_low = 0.789339438315,
          I2_high = 0.975488000451, H2_low = 4.7469730072, H2_high = 40.7963453986),
        spread(d[-8, ], "REML"))
found <- pooled(d[-8, ], "REML", "t")
confirm("without Sorafenib + tivantinib phase I, prediction interval (t(k-1))",
        c(pi_low = -1.66686640681, pi_high = 1.42657775541),
        found)
confirm("without Sorafenib + tivantinib phase I, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.158842415482, pi_high = 0.806367530312),
        natural(found, plogis))

found <- pooled(d[-9, ], "REML", "hartung-knapp")
confirm("without Axitinib + carboplatin/paclitaxel phase II, random-effects (hartung-knapp)",
        c(estimate = -0.167548968971, ci_low = -0.597418041629, ci_high = 0.262320103686,
          se = 0.198979498879),
        found)
confirm("without Axitinib + carboplatin/paclitaxel phase II, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.458210473966, ci_low = 0.354934627068, ci_high = 0.565206538907),
        natural(found, plogis))
confirm("without Axitinib + carboplatin/paclitaxel phase II, variation between studies",
        c(tau2 = 0.411864649639, Q = 107.153031859, pvalue = 6.73300193637e-17, I2 = 0.872272449814,
          H2 = 7.82916448756, tau2_low = 0.177202715949, tau2_high = 1.445075874, I2_low = 0.746077792969,
          I2_high = 0.959937393275, H2_low = 3.93821403687, H2_high = 24.960931945),
        spread(d[-9, ], "REML"))
found <- pooled(d[-9, ], "REML", "t")
confirm("without Axitinib + carboplatin/paclitaxel phase II, prediction interval (t(k-1))",
        c(pi_low = -1.61572305143, pi_high = 1.28062511349),
        found)
confirm("without Axitinib + carboplatin/paclitaxel phase II, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.165795558574, pi_high = 0.782556165781),
        natural(found, plogis))

found <- pooled(d[-10, ], "REML", "hartung-knapp")
confirm("without Kirchberger 2018: NRAS-mutant, ipilimumab, random-effects (hartung-knapp)",
        c(estimate = -0.0467205533583, ci_low = -0.519460058863, ci_high = 0.426018952146,
          se = 0.218823534627),
        found)
confirm("without Kirchberger 2018: NRAS-mutant, ipilimumab, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.488321985824, ci_low = 0.372978498649, ci_high = 0.604922631369),
        natural(found, plogis))
confirm("without Kirchberger 2018: NRAS-mutant, ipilimumab, variation between studies",
        c(tau2 = 0.414856061899, Q = 92.1261458301, pvalue = 5.47180195716e-14, I2 = 0.858746708775,
          H2 = 7.0794810608, tau2_low = 0.185048781776, tau2_high = 2.15427280275, I2_low = 0.730587864554,
          I2_high = 0.969296569112, H2_low = 3.71178528519, H2_high = 32.5696500713),
        spread(d[-10, ], "REML"))
found <- pooled(d[-10, ], "REML", "t")
confirm("without Kirchberger 2018: NRAS-mutant, ipilimumab, prediction interval (t(k-1))",
        c(pi_low = -1.50447267591, pi_high = 1.41103156919),
        found)
confirm("without Kirchberger 2018: NRAS-mutant, ipilimumab, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.181759387359, pi_high = 0.803928598193),
        natural(found, plogis))

found <- pooled(d[-11, ], "REML", "hartung-knapp")
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1, random-effects (hartung-knapp)",
        c(estimate = -0.0778567339897, ci_low = -0.573017604352, ci_high = 0.417304136373,
          se = 0.229202024794),
        found)
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.480545642669, ci_low = 0.360540820363, ci_high = 0.60283797375),
        natural(found, plogis))
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1, variation between studies",
        c(tau2 = 0.475749699424, Q = 109.676787519, pvalue = 2.16120281356e-17, I2 = 0.883651827393,
          H2 = 8.59489218951, tau2_low = 0.219103217031, tau2_high = 2.32295367708, I2_low = 0.777667837198,
          I2_high = 0.973742081339, H2_low = 4.49777480414, H2_high = 38.0837496272),
        spread(d[-11, ], "REML"))
found <- pooled(d[-11, ], "REML", "t")
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1, prediction interval (t(k-1))",
        c(pi_low = -1.63629204137, pi_high = 1.48057857339),
        found)
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.162970236807, pi_high = 0.814659954894),
        natural(found, plogis))

found <- pooled(d[-12, ], "REML", "hartung-knapp")
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1 + ipilimumab, random-effects (hartung-knapp)",
        c(estimate = -0.166958366914, ci_low = -0.657957628217, ci_high = 0.32404089439, se = 0.22727568271),
        found)
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1 + ipilimumab, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.458357096689, ci_low = 0.341198551159, ci_high = 0.580308732171),
        natural(found, plogis))
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1 + ipilimumab, variation between studies",
        c(tau2 = 0.446249986584, Q = 104.310726885, pvalue = 2.41261822597e-16, I2 = 0.870984269469,
          H2 = 7.75099281215, tau2_low = 0.205806120315, tau2_high = 2.36524758605, I2_low = 0.75689752947,
          I2_high = 0.97281287571, H2_low = 4.11349172149, H2_high = 36.7821174957),
        spread(d[-12, ], "REML"))
found <- pooled(d[-12, ], "REML", "t")
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1 + ipilimumab, prediction interval (t(k-1))",
        c(pi_low = -1.67775428467, pi_high = 1.34383755084),
        found)
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1 + ipilimumab, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.157393067656, pi_high = 0.793120316937),
        natural(found, plogis))

found <- pooled(d[-13, ], "REML", "hartung-knapp")
confirm("without Guida 2021: NRAS-mutant, ipilimumab, random-effects (hartung-knapp)",
        c(estimate = -0.0763669567443, ci_low = -0.572598677592, ci_high = 0.419864764103,
          se = 0.229697704307),
        found)
confirm("without Guida 2021: NRAS-mutant, ipilimumab, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.480917533851, ci_low = 0.360637410046, ci_high = 0.60345088865),
        natural(found, plogis))
confirm("without Guida 2021: NRAS-mutant, ipilimumab, variation between studies",
        c(tau2 = 0.47712109054, Q = 109.212676889, pvalue = 2.66405868941e-17, I2 = 0.882594140273,
          H2 = 8.51746243605, tau2_low = 0.218625422935, tau2_high = 2.32523362352, I2_low = 0.775009688557,
          I2_high = 0.973429766214, H2_low = 4.44463583159, H2_high = 37.636100911),
        spread(d[-13, ], "REML"))
found <- pooled(d[-13, ], "REML", "t")
confirm("without Guida 2021: NRAS-mutant, ipilimumab, prediction interval (t(k-1))",
        c(pi_low = -1.63728840759, pi_high = 1.48455449411),
        found)
confirm("without Guida 2021: NRAS-mutant, ipilimumab, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.162834367192, pi_high = 0.815259524746),
        natural(found, plogis))

found <- pooled(d[-14, ], "REML", "hartung-knapp")
confirm("without Guida 2021: NRAS-mutant, anti-PD-1, random-effects (hartung-knapp)",
        c(estimate = -0.211940592999, ci_low = -0.676302424939, ci_high = 0.252421238941,
          se = 0.214945643907),
        found)
confirm("without Guida 2021: NRAS-mutant, anti-PD-1, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.447212300719, ci_low = 0.337087062042, ci_high = 0.562772360317),
        natural(found, plogis))
confirm("without Guida 2021: NRAS-mutant, anti-PD-1, variation between studies",
        c(tau2 = 0.369491098964, Q = 88.1487059607, pvalue = 3.15447153679e-13, I2 = 0.844184722411,
          H2 = 6.41785590906, tau2_low = 0.170100548342, tau2_high = 2.25480805698, I2_low = 0.713810475214,
          I2_high = 0.970642028511, H2_low = 3.4941879887, H2_high = 34.0622989013),
        spread(d[-14, ], "REML"))
found <- pooled(d[-14, ], "REML", "t")
confirm("without Guida 2021: NRAS-mutant, anti-PD-1, prediction interval (t(k-1))",
        c(pi_low = -1.58913627524, pi_high = 1.16525508924),
        found)
confirm("without Guida 2021: NRAS-mutant, anti-PD-1, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.16950545166, pi_high = 0.762286280196),
        natural(found, plogis))

found <- pooled(d[-15, ], "REML", "hartung-knapp")
confirm("without Johnson 2015, random-effects (hartung-knapp)",
        c(estimate = -0.121055053709, ci_low = -0.626474978192, ci_high = 0.384364870773,
          se = 0.233950776397),
        found)
confirm("without Johnson 2015, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.469773140415, ci_low = 0.348310254843, ci_high = 0.594925423837),
        natural(found, plogis))
confirm("without Johnson 2015, variation between studies",
        c(tau2 = 0.492719030796, Q = 111.008066962, pvalue = 1.18542727356e-17, I2 = 0.883443330048,
          H2 = 8.57951758926, tau2_low = 0.226909645388, tau2_high = 2.41932685434, I2_low = 0.77731065598,
          I2_high = 0.973833365048, H2_low = 4.49056062562, H2_high = 38.2166068297),
        spread(d[-15, ], "REML"))
found <- pooled(d[-15, ], "REML", "t")
confirm("without Johnson 2015, prediction interval (t(k-1))",
        c(pi_low = -1.70719456331, pi_high = 1.4650844559),
        found)
confirm("without Johnson 2015, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.153527947955, pi_high = 0.812309097552),
        natural(found, plogis))

# Small-study effects.
confirm("Peters' test",
        c(statistic = 0.358705918209, pvalue = 0.725573390566),
        peters(d, events = c(156, 33, 49, 17, 11, 13, 10, 4, 8, 34, 12, 47, 16, 78, 30), n = c(269, 133, 130, 64, 21, 15, 19, 8, 8, 125, 34, 77, 45, 114, 60)))
filled <- trim_and_fill(d, "REML", side = "left", estimator = "L0")
confirm("trim and fill, studies added",
        c(k0 = 1),
        c(k0 = attr(filled, "k0")))
found <- pooled(filled, "REML", "wald")
confirm("trim and fill, random-effects (wald)",
        c(estimate = -0.163552714169, ci_low = -0.554647028356, ci_high = 0.227541600017,
          se = 0.199541582025),
        found)
confirm("trim and fill, random-effects (wald), as proportion",
        c(estimate = 0.459202723136, ci_low = 0.364786936454, ci_high = 0.556641226488),
        natural(found, plogis))
confirm("trim and fill, variation between studies",
        c(tau2 = 0.460201096217, Q = 115.657530202, pvalue = 1.31173446928e-17, I2 = 0.869210917012,
          H2 = 7.64589809145, tau2_low = 0.245597136197, tau2_high = 2.91073198024, I2_low = 0.780062188185,
          I2_high = 0.976762953178, H2_low = 4.54673978862, H2_high = 43.0347284507),
        spread(filled, "REML"))
found <- pooled(filled, "REML", "t")
confirm("trim and fill, prediction interval (t(k-1))",
        c(pi_low = -1.6707421786, pi_high = 1.34363675026),
        found)
confirm("trim and fill, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.158325252256, pi_high = 0.793087367542),
        natural(found, plogis))

# The same question answered in other ways.
found <- pooled(d, "DL", "hartung-knapp")
confirm("between-study variance: DL, random-effects (hartung-knapp)",
        c(estimate = -0.117829445405, ci_low = -0.579009881015, ci_high = 0.343350990205,
          se = 0.215023917394),
        found)
confirm("between-study variance: DL, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.47057667302, ci_low = 0.359160451838, ci_high = 0.585004288178),
        natural(found, plogis))
confirm("between-study variance: DL, variation between studies",
        c(tau2 = 0.450551582457, Q = 111.358285441, pvalue = 3.04920485594e-17, I2 = 0.874279673537,
          H2 = 7.95416324577, tau2_low = 0.208262202747, tau2_high = 2.08030853634, I2_low = 0.762722841406,
          I2_high = 0.969796821908, H2_low = 4.21448067706, H2_high = 33.1090985506),
        spread(d, "DL"))
found <- pooled(d, "DL", "t")
confirm("between-study variance: DL, prediction interval (t(k-1))",
        c(pi_low = -1.61963317119, pi_high = 1.38397428038),
        found)
confirm("between-study variance: DL, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.16525546658, pi_high = 0.799628528695),
        natural(found, plogis))
found <- pooled(d, "PM", "hartung-knapp")
confirm("between-study variance: PM, random-effects (hartung-knapp)",
        c(estimate = -0.101672360164, ci_low = -0.573153418768, ci_high = 0.369808698441,
          se = 0.219826550239),
        found)
confirm("between-study variance: PM, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.474603783484, ci_low = 0.360509508788, ci_high = 0.591412752423),
        natural(found, plogis))
confirm("between-study variance: PM, variation between studies",
        c(tau2 = 0.570055475763, Q = 111.358285441, pvalue = 3.04920485594e-17, I2 = 0.897945429228,
          H2 = 9.79867920112, tau2_low = 0.208262202747, tau2_high = 2.08030853634, I2_low = 0.762722841406,
          I2_high = 0.969796821908, H2_low = 4.21448067706, H2_high = 33.1090985506),
        spread(d, "PM"))
found <- pooled(d, "PM", "t")
confirm("between-study variance: PM, prediction interval (t(k-1))",
        c(pi_low = -1.78827019223, pi_high = 1.5849254719),
        found)
confirm("between-study variance: PM, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.143284933932, pi_high = 0.829900954238),
        natural(found, plogis))
found <- pooled(d, "ML", "hartung-knapp")
confirm("between-study variance: ML, random-effects (hartung-knapp)",
        c(estimate = -0.12609243314, ci_low = -0.581996475956, ci_high = 0.329811609675,
          se = 0.212563815965),
        found)
confirm("between-study variance: ML, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.4685185917, ci_low = 0.358473334071, ci_high = 0.581713537868),
        natural(found, plogis))
confirm("between-study variance: ML, variation between studies",
        c(tau2 = 0.397015254331, Q = 111.358285441, pvalue = 3.04920485594e-17, I2 = 0.859705082355,
          H2 = 7.12784195456, tau2_low = 0.208262202747, tau2_high = 2.08030853634, I2_low = 0.762722841406,
          I2_high = 0.969796821908, H2_low = 4.21448067706, H2_high = 33.1090985506),
        spread(d, "ML"))
found <- pooled(d, "ML", "t")
confirm("between-study variance: ML, prediction interval (t(k-1))",
        c(pi_low = -1.53721408396, pi_high = 1.28502921768),
        found)
confirm("between-study variance: ML, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.176940630008, pi_high = 0.783304644394),
        natural(found, plogis))
found <- pooled(d, "EB", "hartung-knapp")
confirm("between-study variance: EB, random-effects (hartung-knapp)",
        c(estimate = -0.101672360164, ci_low = -0.573153418768, ci_high = 0.369808698441,
          se = 0.219826550239),
        found)
confirm("between-study variance: EB, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.474603783484, ci_low = 0.360509508788, ci_high = 0.591412752423),
        natural(found, plogis))
confirm("between-study variance: EB, variation between studies",
        c(tau2 = 0.570055475763, Q = 111.358285441, pvalue = 3.04920485594e-17, I2 = 0.897945429228,
          H2 = 9.79867920112, tau2_low = 0.208262202747, tau2_high = 2.08030853634, I2_low = 0.762722841406,
          I2_high = 0.969796821908, H2_low = 4.21448067706, H2_high = 33.1090985506),
        spread(d, "EB"))
found <- pooled(d, "EB", "t")
confirm("between-study variance: EB, prediction interval (t(k-1))",
        c(pi_low = -1.78827019223, pi_high = 1.5849254719),
        found)
confirm("between-study variance: EB, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.143284933932, pi_high = 0.829900954238),
        natural(found, plogis))
found <- pooled(d, "HE", "hartung-knapp-adhoc")
confirm("between-study variance: HE, random-effects (hartung-knapp-adhoc)",
        c(estimate = -0.0685397756976, ci_low = -0.641711185703, ci_high = 0.504631634308,
          se = 0.267239354494),
        found)
confirm("between-study variance: HE, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.482871760829, ci_low = 0.344859826028, ci_high = 0.623547163509),
        natural(found, plogis))
confirm("between-study variance: HE, variation between studies",
        c(tau2 = 0.897744414597, Q = 111.358285441, pvalue = 3.04920485594e-17, I2 = 0.932689326932,
          H2 = 14.8564849291, tau2_low = 0.208262202747, tau2_high = 2.08030853634, I2_low = 0.762722841406,
          I2_high = 0.969796821908, H2_low = 4.21448067706, H2_high = 33.1090985506),
        spread(d, "HE"))
found <- pooled(d, "HE", "t")
confirm("between-study variance: HE, prediction interval (t(k-1))",
        c(pi_low = -2.17999625581, pi_high = 2.04291670442),
        found)
confirm("between-study variance: HE, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.101561269541, pi_high = 0.885229932119),
        natural(found, plogis))
found <- pooled(d, "HS", "hartung-knapp")
confirm("between-study variance: HS, random-effects (hartung-knapp)",
        c(estimate = -0.127547245939, ci_low = -0.582521347323, ci_high = 0.327426855444,
          se = 0.212130233718),
        found)
confirm("between-study variance: HS, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.46815634699, ci_low = 0.358352638265, ci_high = 0.581133159737),
        natural(found, plogis))
confirm("between-study variance: HS, variation between studies",
        c(tau2 = 0.388055856118, Q = 111.358285441, pvalue = 3.04920485594e-17, I2 = 0.856929388437,
          H2 = 6.98955564023, tau2_low = 0.208262202747, tau2_high = 2.08030853634, I2_low = 0.762722841406,
          I2_high = 0.969796821908, H2_low = 4.21448067706, H2_high = 33.1090985506),
        spread(d, "HS"))
found <- pooled(d, "HS", "t")
confirm("between-study variance: HS, prediction interval (t(k-1))",
        c(pi_low = -1.52291235061, pi_high = 1.26781785873),
        found)
confirm("between-study variance: HS, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.179033061256, pi_high = 0.780368972477),
        natural(found, plogis))
found <- pooled(d, "SJ", "hartung-knapp-adhoc")
confirm("between-study variance: SJ, random-effects (hartung-knapp-adhoc)",
        c(estimate = -0.0863666968998, ci_low = -0.602533872703, ci_high = 0.429800478903,
          se = 0.240661310848),
        found)
confirm("between-study variance: SJ, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.478421737167, ci_low = 0.35376419782, ci_high = 0.60582602363),
        natural(found, plogis))
confirm("between-study variance: SJ, variation between studies",
        c(tau2 = 0.705325580935, Q = 111.358285441, pvalue = 3.04920485594e-17, I2 = 0.915871251237,
          H2 = 11.8865431223, tau2_low = 0.208262202747, tau2_high = 2.08030853634, I2_low = 0.762722841406,
          I2_high = 0.969796821908, H2_low = 4.21448067706, H2_high = 33.1090985506),
        spread(d, "SJ"))
found <- pooled(d, "SJ", "t")
confirm("between-study variance: SJ, prediction interval (t(k-1))",
        c(pi_low = -1.96013396282, pi_high = 1.78740056902),
        found)
confirm("between-study variance: SJ, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.123452550447, pi_high = 0.856608282908),
        natural(found, plogis))
found <- pooled(d, "EE", "wald")
confirm("model: common-effect, common-effect (wald)",
        c(estimate = -0.148113106345, ci_low = -0.27249314287, ci_high = -0.0237330698196,
          se = 0.063460368408),
        found)
confirm("model: common-effect, common-effect (wald), as proportion",
        c(estimate = 0.463039267537, ci_low = 0.432295134776, ci_high = 0.494067011026),
        natural(found, plogis))
confirm("model: common-effect, variation between studies",
        c(tau2 = 0, Q = 111.358285441, pvalue = 3.04920485594e-17, I2 = 0.874279673537, H2 = 7.95416324577),
        spread(d, "EE"))

# effect measure: arcsine square root
# Study results on the scale of analysis (arcsine square root): estimate yi, variance vi.
other <- data.frame(
  study = c("NEMO (Dummer 2017): binimetinib", "NEMO (Dummer 2017): dacarbazine",
            "Lebb\u00e9 2020: pimasertib", "Lebb\u00e9 2020: dacarbazine", "FCN-159 phase Ia (2022)",
            "HL-085 phase I", "Ulixertinib phase I", "Sorafenib + tivantinib phase I",
            "Axitinib + carboplatin/paclitaxel phase II", "Kirchberger 2018: NRAS-mutant, ipilimumab",
            "Kirchberger 2018: NRAS-mutant, anti-PD-1",
            "Kirchberger 2018: NRAS-mutant, anti-PD-1 + ipilimumab", "Guida 2021: NRAS-mutant, ipilimumab",
            "Guida 2021: NRAS-mutant, anti-PD-1", "Johnson 2015"),
  yi = c(0.8656681710065304, 0.5214255522587884, 0.6610431688506869, 0.5414605896273019, 0.8092166947096499,
         1.1970041519603862, 0.8117261175282331, 0.7853981633974484, 1.5707963267948966, 0.5486504073224202,
         0.6361320628050102, 0.8967048303037424, 0.6388651442354112, 0.9740531795773231, 0.7853981633974484),
  vi = c(0.0009293680297397769, 0.0018796992481203006, 0.0019230769230769232, 0.00390625,
         0.011904761904761904, 0.016666666666666666, 0.013157894736842105, 0.03125, 0.03125, 0.002,
         0.007352941176470588, 0.003246753246753247, 0.005555555555555556, 0.0021929824561403508,
         0.004166666666666667)
)
confirm_studies(other, rows = c(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), from_counts(
    "PAS",
    x1 = c(156, 33, 49, 17, 11, 13, 10, 4, 8, 34, 12, 47, 16, 78, 30),
    n1 = c(269, 133, 130, 64, 21, 15, 19, 8, 8, 125, 34, 77, 45, 114, 60)
))
not_checked("the counts of NEMO (Dummer 2017): binimetinib, Guida 2021: NRAS-mutant, anti-PD-1",
            because = "these are taken as recovered from other printed figures (percent)")
found <- pooled(other, "REML", "hartung-knapp")
confirm("effect measure: arcsine square root, random-effects (hartung-knapp)",
        c(estimate = 0.793350169716, ci_low = 0.652115078725, ci_high = 0.934585260707,
          se = 0.0658504138369),
        found)
confirm("effect measure: arcsine square root, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.507951671096, ci_low = 0.368289777697, ci_high = 0.646983312788),
        natural(found, function(x) sin(pmin(pmax(x, 0), pi / 2))^2))
confirm("effect measure: arcsine square root, variation between studies",
        c(tau2 = 0.0492868082368, Q = 145.649734239, pvalue = 5.31721629965e-24, I2 = 0.932764070337,
          H2 = 14.8730002695, tau2_low = 0.0244558326498, tau2_high = 0.171213131919,
          I2_low = 0.873156061277, I2_high = 0.979671574832, H2_low = 7.88370347114,
          H2_high = 49.1922021373),
        spread(other, "REML"))
found <- pooled(other, "REML", "t")
confirm("effect measure: arcsine square root, prediction interval (t(k-1))",
        c(pi_low = 0.299147680672, pi_high = 1.28755265876),
        found)
confirm("effect measure: arcsine square root, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.086851536648, pi_high = 0.921895661638),
        natural(found, function(x) sin(pmin(pmax(x, 0), pi / 2))^2))
found <- pooled(d[c(2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15), ], "REML", "hartung-knapp")
confirm("route: only from events, random-effects (hartung-knapp)",
        c(estimate = -0.27057752199, ci_low = -0.76888993115, ci_high = 0.22773488717, se = 0.228708222375),
        found)
confirm("route: only from events, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.432765319725, ci_low = 0.316719285353, ci_high = 0.556688927645),
        natural(found, plogis))
confirm("route: only from events, variation between studies",
        c(tau2 = 0.361994120871, Q = 57.8195704985, pvalue = 5.6195115592e-08, I2 = 0.806924387187,
          H2 = 5.17931801656, tau2_low = 0.159214161899, tau2_high = 2.62564142483, I2_low = 0.647660247729,
          I2_high = 0.968065122393, H2_low = 2.83816967445, H2_high = 31.3137257738),
        spread(d[c(2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15), ], "REML"))
found <- pooled(d[c(2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15), ], "REML", "t")
confirm("route: only from events, prediction interval (t(k-1))",
        c(pi_low = -1.65229312092, pi_high = 1.11113807694),
        found)
confirm("route: only from events, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.16079926853, pi_high = 0.752341223274),
        natural(found, plogis))

# one row per cohort: parts instead of whole cohorts
# Study results on the scale of analysis (logit): estimate yi, variance vi.
other <- data.frame(
  study = c("NEMO (Dummer 2017): binimetinib", "NEMO (Dummer 2017): dacarbazine",
            "Lebb\u00e9 2020: pimasertib", "Lebb\u00e9 2020: dacarbazine", "FCN-159 phase Ia (2022)",
            "HL-085 phase I", "Ulixertinib phase I", "Sorafenib + tivantinib phase I",
            "Axitinib + carboplatin/paclitaxel phase II", "Kirchberger 2018: NRAS-mutant, ipilimumab",
            "Kirchberger 2018: NRAS-mutant, anti-PD-1",
            "Kirchberger 2018: NRAS-mutant, anti-PD-1 + ipilimumab", "Guida 2021: NRAS-mutant, ipilimumab",
            "Guida 2021: NRAS-mutant, anti-PD-1", "Johnson 2015"),
  yi = c(0.32246818853719644, -1.1086626245216111, -0.5026288565618121, -1.0169342576538425,
         0.09531017980432493, 1.8718021769015913, 0.10536051565782635, 0, 2.833213344056216,
         -0.9844989819006886, -0.6061358035703156, 0.4489502200479032, -0.5947071077466928,
         0.7731898882334817, -0.03390155167568134),
  vi = c(0.015259813932380304, 0.040303030303030306, 0.032753842277651796, 0.08010012515644556,
         0.19090909090909092, 0.5769230769230769, 0.2111111111111111, 0.5, 2.1176470588235294,
         0.040400775694893344, 0.12878787878787878, 0.05460992907801418, 0.09698275862068964,
         0.04059829059829059, 0.067816091954023)
)
confirm_studies(other, rows = c(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), from_counts(
    "PLO",
    x1 = c(156, 33, 49, 17, 11, 13, 10, 4, 8, 34, 12, 47, 16, 78, 29),
    n1 = c(269, 133, 130, 64, 21, 15, 19, 8, 8, 125, 34, 77, 45, 114, 59),
    add = c(0, 0, 0, 0, 0, 0, 0, 0, 0.5, 0, 0, 0, 0, 0, 0)
))
not_checked("the counts of NEMO (Dummer 2017): binimetinib, Guida 2021: NRAS-mutant, anti-PD-1",
            because = "these are taken as recovered from other printed figures (percent)")
found <- pooled(other, "REML", "hartung-knapp")
confirm("one row per cohort: parts instead of whole cohorts, random-effects (hartung-knapp)",
        c(estimate = -0.122097567523, ci_low = -0.582074774495, ci_high = 0.337879639449,
          se = 0.214462915852),
        found)
confirm("one row per cohort: parts instead of whole cohorts, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.469513472674, ci_low = 0.35845532794, ci_high = 0.583675370238),
        natural(found, plogis))
confirm("one row per cohort: parts instead of whole cohorts, variation between studies",
        c(tau2 = 0.43952398225, Q = 111.220405961, pvalue = 3.24310254115e-17, I2 = 0.871397412297,
          H2 = 7.77589329939, tau2_low = 0.207768846232, tau2_high = 2.08043899168, I2_low = 0.762077827637,
          I2_high = 0.969763813989, H2_low = 4.20305510019, H2_high = 33.0729543615),
        spread(other, "REML"))
found <- pooled(other, "REML", "t")
confirm("one row per cohort: parts instead of whole cohorts, prediction interval (t(k-1))",
        c(pi_low = -1.60569001006, pi_high = 1.36149487502),
        found)
confirm("one row per cohort: parts instead of whole cohorts, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.167187859179, pi_high = 0.796002546659),
        natural(found, plogis))

# ======================================================================================================
# Targeted drugs, patients not selected for NRAS: disease control rate (dcr-plo), apart from the synthesis
# ======================================================================================================
section("Targeted drugs, patients not selected for NRAS: disease control rate (dcr-plo), apart from the synthesis")

# NRAS status was not an entry criterion: these are not the rates of NRAS-mutant disease.
# Nothing to check: no eligible result could be put on the scale of this outcome.

# ======================================================================================================
# Chemotherapy, patients not selected for NRAS: disease control rate (dcr-plo), apart from the synthesis
# ======================================================================================================
section("Chemotherapy, patients not selected for NRAS: disease control rate (dcr-plo), apart from the synthesis")

# NRAS status was not an entry criterion: these are not the rates of NRAS-mutant disease.
# Study results on the scale of analysis (logit): estimate yi, variance vi.
# 1. French chemotherapy cohort: "" (french-chemo-abstract, abstract; audit list, A74); "25%"
#    (french-chemo-abstract, abstract; audit list, A74)
d <- data.frame(
  study = "French chemotherapy cohort",
  yi = -1.0986122886681098,
  vi = 0.3333333333333333
)
confirm_studies(d, rows = 1, from_counts(
    "PLO",
    x1 = 4,
    n1 = 16
))

# One study: there is nothing to pool; its own estimate and standard error are reported.
found <- pooled(d, "EE", "wald")
confirm("the single study",
        c(estimate = -1.09861228867, ci_low = -2.23019802274, ci_high = 0.0329734454081, se = 0.57735026919),
        found)
confirm("the single study, as proportion",
        c(estimate = 0.25, ci_low = 0.0970712832152, ci_high = 0.508242614552),
        natural(found, plogis))

finish()
