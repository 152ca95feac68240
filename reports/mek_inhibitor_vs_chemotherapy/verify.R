# Does R confirm the report mek_inhibitor_vs_chemotherapy?
#
# MEK inhibitors versus chemotherapy in NRAS-mutant melanoma
# In advanced NRAS-mutant melanoma, does a MEK inhibitor, compared with chemotherapy, delay progression,
# prolong survival and raise response rates, and at what cost in serious adverse events?
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
# progression-free survival, hazard ratio (pfs-hr)
# ======================================================================================================
section("progression-free survival, hazard ratio (pfs-hr)")

# Study results on the scale of analysis (log hazard ratio): estimate yi, variance vi.
# 1. NEMO (Dummer 2017): "0.62 (0.47-0.80)" (nemo-abstract-2017, abstract, Findings)
# 2. Lebbé 2020: "13.0 weeks" (review-2021, text, MEK inhibitors; Table 3); "6.9 weeks" (review-2021,
#    text, MEK inhibitors; Table 3)
d <- data.frame(
  study = c("NEMO (Dummer 2017)", "Lebb\u00e9 2020"),
  yi = c(-0.4780358009429998, -0.633427945858323),
  vi = c(0.018410668896316217, 0.03108974358974359)
)
confirm_studies(d, rows = 1, from_intervals(
    ratio = 0.62,
    low = 0.47,
    high = 0.8,
    level = 0.95,
    turned = FALSE
))
not_checked("yi and vi of Lebb\u00e9 2020",
            because = "their way from the printed figures (medians and assumed events) is not repeated here")

# All 2 study results. Two study results are too few to tell how much true effects differ between studies,
# so the headline is the common-effect estimate, which speaks about these two only; the random-effects
# intervals are shown beside it.
found <- pooled(d, "EE", "wald")
confirm("common-effect (wald)",
        c(estimate = -0.535830740125, ci_low = -0.746590180133, ci_high = -0.325071300117,
          se = 0.107532302466, pvalue = 6.26141476712e-07),
        found)
confirm("common-effect (wald), as hazard ratio",
        c(estimate = 0.585182953203, ci_low = 0.473979986793, ci_high = 0.722475839194),
        natural(found, exp))
confirm("variation between studies",
        c(tau2 = 0, Q = 0.487808434085, pvalue = 0.484906543877, I2 = 0, H2 = 1, tau2_low = 0,
          tau2_high = 12.2690477959, I2_low = 0, I2_high = 0.997986772986, H2_low = 1,
          H2_high = 496.714972046),
        spread(d, "REML"))
confirm("share of weight",
        c("weight of 1" = 0.628070394333, "weight of 2" = 0.371929605667),
        share_of_weight(d, "EE"))
confirm("beside it random-effects (wald)",
        c(estimate = -0.535830740125, se = 0.107532302466, ci_low = -0.746590180133,
          ci_high = -0.325071300117, pvalue = 6.26141476712e-07),
        pooled(d, "REML", "wald"))
confirm("beside it random-effects (hartung-knapp)",
        c(estimate = -0.535830740125, se = 0.0751040915643, ci_low = -1.49011870407,
          ci_high = 0.418457223815, pvalue = 0.0886535200449),
        pooled(d, "REML", "hartung-knapp"))
confirm("beside it random-effects (hartung-knapp-adhoc)",
        c(estimate = -0.535830740125, se = 0.107532302466, ci_low = -1.90215819101, ci_high = 0.83049671076,
          pvalue = 0.126084157118),
        pooled(d, "REML", "hartung-knapp-adhoc"))

# The same question answered in other ways.
found <- pooled(d[1, ], "EE", "wald")
confirm("route: only from ratio and interval, the single study",
        c(estimate = -0.478035800943, ci_low = -0.743975317425, ci_high = -0.212096284461,
          se = 0.135685920037, pvalue = 0.00042652166393),
        found)
confirm("route: only from ratio and interval, the single study, as hazard ratio",
        c(estimate = 0.62, ci_low = 0.475221001219, ci_high = 0.808886810586),
        natural(found, exp))

# route: medians and their intervals, wherever the figures allow it
# Study results on the scale of analysis (log hazard ratio): estimate yi, variance vi.
other <- data.frame(
  study = c("NEMO (Dummer 2017)", "Lebb\u00e9 2020"),
  yi = c(-0.6241543090729937, -0.633427945858323),
  vi = c(0.005129871091657344, 0.03108974358974359)
)
not_checked("yi and vi of NEMO (Dummer 2017)",
            because = "their way from the printed figures (medians and their intervals) is not repeated here")
not_checked("yi and vi of Lebb\u00e9 2020",
            because = "their way from the printed figures (medians and assumed events) is not repeated here")
found <- pooled(other, "EE", "wald")
confirm("route: medians and their intervals, wherever the figures allow it, common-effect (wald)",
        c(estimate = -0.625467756543, ci_low = -0.755526026943, ci_high = -0.495409486142,
          se = 0.0663574797428, pvalue = 4.2711976854e-21),
        found)
confirm("route: medians and their intervals, wherever the figures allow it, common-effect (wald), as hazard ratio",
        c(estimate = 0.535011115031, ci_low = 0.469763441499, ci_high = 0.609321347556),
        natural(found, exp))
confirm("route: medians and their intervals, wherever the figures allow it, variation between studies",
        c(tau2 = 0, Q = 0.00237441342164, pvalue = 0.96113609891, I2 = 0, H2 = 1, tau2_low = 0,
          tau2_high = 0.0256754709672, I2_low = 0, I2_high = 0.586395061524, H2_low = 1,
          H2_high = 2.41776610232),
        spread(other, "REML"))

# route: medians and assumed events, wherever the figures allow it
# Study results on the scale of analysis (log hazard ratio): estimate yi, variance vi.
other <- data.frame(
  study = c("NEMO (Dummer 2017)", "Lebb\u00e9 2020"),
  yi = c(-0.6241543090729937, -0.633427945858323),
  vi = c(0.014981692148587081, 0.03108974358974359)
)
not_checked("yi and vi of NEMO (Dummer 2017), Lebb\u00e9 2020",
            because = "their way from the printed figures (medians and assumed events) is not repeated here")
found <- pooled(other, "EE", "wald")
confirm("route: medians and assumed events, wherever the figures allow it, common-effect (wald)",
        c(estimate = -0.627169947053, ci_low = -0.824240267261, ci_high = -0.430099626845,
          se = 0.100547929331, pvalue = 4.44555874158e-10),
        found)
confirm("route: medians and assumed events, wherever the figures allow it, common-effect (wald), as hazard ratio",
        c(estimate = 0.534101198833, ci_low = 0.438568060441, ci_high = 0.650444289783),
        natural(found, exp))
confirm("route: medians and assumed events, wherever the figures allow it, variation between studies",
        c(tau2 = 0, Q = 0.00186667373934, pvalue = 0.965538103574, I2 = 0, H2 = 1, tau2_low = 0,
          tau2_high = 0.0207495604387, I2_low = 0, I2_high = 0.473893537751, H2_low = 1,
          H2_high = 1.90075597195),
        spread(other, "REML"))

# assumed share of participants with the event: 50%
# Study results on the scale of analysis (log hazard ratio): estimate yi, variance vi.
other <- data.frame(
  study = c("NEMO (Dummer 2017)", "Lebb\u00e9 2020"),
  yi = c(-0.4780358009429998, -0.633427945858323),
  vi = c(0.018410668896316217, 0.046634615384615385)
)
confirm_studies(other, rows = 1, from_intervals(
    ratio = 0.62,
    low = 0.47,
    high = 0.8,
    level = 0.95,
    turned = FALSE
))
not_checked("yi and vi of Lebb\u00e9 2020",
            because = "their way from the printed figures (medians and assumed events) is not repeated here")
found <- pooled(other, "EE", "wald")
confirm("assumed share of participants with the event: 50%, common-effect (wald)",
        c(estimate = -0.522018594788, ci_low = -0.747198258598, ci_high = -0.296838930978,
          se = 0.114889694701, pvalue = 5.52883533384e-06),
        found)
confirm("assumed share of participants with the event: 50%, common-effect (wald), as hazard ratio",
        c(estimate = 0.59332166233, ci_low = 0.473691857382, ci_high = 0.743163703373),
        natural(found, exp))
confirm("assumed share of participants with the event: 50%, variation between studies",
        c(tau2 = 0, Q = 0.371229351494, pvalue = 0.542334927688, I2 = 0, H2 = 1, tau2_low = 0,
          tau2_high = 12.26127536, I2_low = 0, I2_high = 0.997354548844, H2_low = 1,
          H2_high = 378.007357122),
        spread(other, "REML"))

# assumed share of participants with the event: 100%
# Study results on the scale of analysis (log hazard ratio): estimate yi, variance vi.
other <- data.frame(
  study = c("NEMO (Dummer 2017)", "Lebb\u00e9 2020"),
  yi = c(-0.4780358009429998, -0.633427945858323),
  vi = c(0.018410668896316217, 0.023317307692307693)
)
confirm_studies(other, rows = 1, from_intervals(
    ratio = 0.62,
    low = 0.47,
    high = 0.8,
    level = 0.95,
    turned = FALSE
))
not_checked("yi and vi of Lebb\u00e9 2020",
            because = "their way from the printed figures (medians and assumed events) is not repeated here")
found <- pooled(other, "EE", "wald")
confirm("assumed share of participants with the event: 100%, common-effect (wald)",
        c(estimate = -0.546595878929, ci_low = -0.745392232284, ci_high = -0.347799525575,
          se = 0.101428574669, pvalue = 7.08613384277e-08),
        found)
confirm("assumed share of participants with the event: 100%, common-effect (wald), as hazard ratio",
        c(estimate = 0.578917164042, ci_low = 0.474548130335, ci_high = 0.706240445171),
        natural(found, exp))
confirm("assumed share of participants with the event: 100%, variation between studies",
        c(tau2 = 0, Q = 0.578669772068, pvalue = 0.446834200655, I2 = 0, H2 = 1, tau2_low = 0,
          tau2_high = 12.2729340138, I2_low = 0, I2_high = 0.998302885057, H2_low = 1,
          H2_high = 589.235280845),
        spread(other, "REML"))

# ======================================================================================================
# Patients treated with immunotherapy before: progression-free survival (pfs-hr), apart from the synthesis
# ======================================================================================================
section("Patients treated with immunotherapy before: progression-free survival (pfs-hr), apart from the synthesis")

# A subgroup of one trial: its patients are already counted in the whole trial.
# Study results on the scale of analysis (log hazard ratio): estimate yi, variance vi.
# 1. NEMO (Dummer 2017): "0.46 (0.26-0.81)" (nemo-ascopost-2017, PFS section)
d <- data.frame(
  study = "NEMO (Dummer 2017)",
  yi = -0.7765287894989963,
  vi = 0.08403690691757484
)
confirm_studies(d, rows = 1, from_intervals(
    ratio = 0.46,
    low = 0.26,
    high = 0.81,
    level = 0.95,
    turned = FALSE
))

# One study: there is nothing to pool; its own estimate and standard error are reported.
found <- pooled(d, "EE", "wald")
confirm("the single study",
        c(estimate = -0.776528789499, ci_low = -1.34470509782, ci_high = -0.208352481174,
          se = 0.289891198413, pvalue = 0.00739106832464),
        found)
confirm("the single study, as hazard ratio",
        c(estimate = 0.46, ci_low = 0.260616552917, ci_high = 0.811920799472),
        natural(found, exp))

# ======================================================================================================
# overall survival, hazard ratio (os-hr)
# ======================================================================================================
section("overall survival, hazard ratio (os-hr)")

# Study results on the scale of analysis (log hazard ratio): estimate yi, variance vi.
# 1. NEMO (Dummer 2017): "1.00 (0.75-1.33), one-sided p 0.50" (nemo-cancer-wiki, Key facts)
# 2. Lebbé 2020: "8.9" (review-2021, text, MEK inhibitors; Table 3); "10.6 months" (review-2021, text,
#    MEK inhibitors; Table 3)
d <- data.frame(
  study = c("NEMO (Dummer 2017)", "Lebb\u00e9 2020"),
  yi = c(0, 0.17480272437992728),
  vi = c(0.0213571039977423, 0.03108974358974359)
)
confirm_studies(d, rows = 1, from_intervals(
    ratio = 1,
    low = 0.75,
    high = 1.33,
    level = 0.95,
    turned = FALSE
))
not_checked("yi and vi of Lebb\u00e9 2020",
            because = "their way from the printed figures (medians and assumed events) is not repeated here")

# All 2 study results. Two study results are too few to tell how much true effects differ between studies,
# so the headline is the common-effect estimate, which speaks about these two only; the random-effects
# intervals are shown beside it.
found <- pooled(d, "EE", "wald")
confirm("common-effect (wald)",
        c(estimate = 0.0711821612813, ci_low = -0.149348077515, ci_high = 0.291712400078,
          se = 0.112517495493, pvalue = 0.52697402535),
        found)
confirm("common-effect (wald), as hazard ratio",
        c(estimate = 1.07377680861, ci_low = 0.861269274249, ci_high = 1.33871794709),
        natural(found, exp))
confirm("variation between studies",
        c(tau2 = 0, Q = 0.582608752598, pvalue = 0.445291586105, I2 = 0, H2 = 1, tau2_low = 0,
          tau2_high = 15.5307225774, I2_low = 0, I2_high = 0.998314359143, H2_low = 1,
          H2_high = 593.246180344),
        spread(d, "REML"))
confirm("share of weight",
        c("weight of 1" = 0.592785744422, "weight of 2" = 0.407214255578),
        share_of_weight(d, "EE"))
confirm("beside it random-effects (wald)",
        c(estimate = 0.0711821612813, se = 0.112517495493, ci_low = -0.149348077515,
          ci_high = 0.291712400078, pvalue = 0.52697402535),
        pooled(d, "REML", "wald"))
confirm("beside it random-effects (hartung-knapp)",
        c(estimate = 0.0711821612813, se = 0.0858832674888, ci_low = -1.02006821884,
          ci_high = 1.16243254141, pvalue = 0.559413629212),
        pooled(d, "REML", "hartung-knapp"))
confirm("beside it random-effects (hartung-knapp-adhoc)",
        c(estimate = 0.0711821612813, se = 0.112517495493, ci_low = -1.35848817285, ci_high = 1.50085249542,
          pvalue = 0.64090275342),
        pooled(d, "REML", "hartung-knapp-adhoc"))

# The same question answered in other ways.
found <- pooled(d[1, ], "EE", "wald")
confirm("route: only from ratio and interval, the single study",
        c(estimate = 0, ci_low = -0.286430507343, ci_high = 0.286430507343, se = 0.14614069932, pvalue = 1),
        found)
confirm("route: only from ratio and interval, the single study, as hazard ratio",
        c(estimate = 1, ci_low = 0.750939261483, ci_high = 1.3316656237),
        natural(found, exp))

# route: medians and their intervals, wherever the figures allow it
# Study results on the scale of analysis (log hazard ratio): estimate yi, variance vi.
other <- data.frame(
  study = c("NEMO (Dummer 2017)", "Lebb\u00e9 2020"),
  yi = c(-0.08535984895115689, 0.17480272437992728),
  vi = c(0.05954851039185012, 0.03108974358974359)
)
not_checked("yi and vi of NEMO (Dummer 2017)",
            because = "their way from the printed figures (medians and their intervals) is not repeated here")
not_checked("yi and vi of Lebb\u00e9 2020",
            because = "their way from the printed figures (medians and assumed events) is not repeated here")
found <- pooled(other, "EE", "wald")
confirm("route: medians and their intervals, wherever the figures allow it, common-effect (wald)",
        c(estimate = 0.0855646009475, ci_low = -0.194550386845, ci_high = 0.36567958874,
          se = 0.142918436258, pvalue = 0.549376069201),
        found)
confirm("route: medians and their intervals, wherever the figures allow it, common-effect (wald), as hazard ratio",
        c(estimate = 1.08933193095, ci_low = 0.823204698524, ci_high = 1.44149329797),
        natural(found, exp))
confirm("route: medians and their intervals, wherever the figures allow it, variation between studies",
        c(tau2 = 0, Q = 0.746754947155, pvalue = 0.387505582534, I2 = 0, H2 = 1, tau2_low = 0,
          tau2_high = 34.414864672, I2_low = 0, I2_high = 0.998684884351, H2_low = 1,
          H2_high = 760.389400395),
        spread(other, "REML"))

# route: medians and assumed events, wherever the figures allow it
# Study results on the scale of analysis (log hazard ratio): estimate yi, variance vi.
other <- data.frame(
  study = c("NEMO (Dummer 2017)", "Lebb\u00e9 2020"),
  yi = c(-0.08535984895115689, 0.17480272437992728),
  vi = c(0.014981692148587081, 0.03108974358974359)
)
not_checked("yi and vi of NEMO (Dummer 2017), Lebb\u00e9 2020",
            because = "their way from the printed figures (medians and assumed events) is not repeated here")
found <- pooled(other, "EE", "wald")
confirm("route: medians and assumed events, wherever the figures allow it, common-effect (wald)",
        c(estimate = -0.000759151799718, ci_low = -0.197829472008, ci_high = 0.196311168408,
          se = 0.100547929331, pvalue = 0.993975910299),
        found)
confirm("route: medians and assumed events, wherever the figures allow it, common-effect (wald), as hazard ratio",
        c(estimate = 0.999241136283, ci_low = 0.820509761091, ci_high = 1.21690550898),
        natural(found, exp))
confirm("route: medians and assumed events, wherever the figures allow it, variation between studies",
        c(tau2 = 0.010806564412, Q = 1.46912210305, pvalue = 0.225484257148, I2 = 0.319321383889,
          H2 = 1.46912210305, tau2_low = 0, tau2_high = 34.4371480811, I2_low = 0, I2_high = 0.999331526552,
          H2_low = 1, H2_high = 1495.94573065),
        spread(other, "REML"))

# assumed share of participants with the event: 50%
# Study results on the scale of analysis (log hazard ratio): estimate yi, variance vi.
other <- data.frame(
  study = c("NEMO (Dummer 2017)", "Lebb\u00e9 2020"),
  yi = c(0, 0.17480272437992728),
  vi = c(0.0213571039977423, 0.046634615384615385)
)
confirm_studies(other, rows = 1, from_intervals(
    ratio = 1,
    low = 0.75,
    high = 1.33,
    level = 0.95,
    turned = FALSE
))
not_checked("yi and vi of Lebb\u00e9 2020",
            because = "their way from the printed figures (medians and assumed events) is not repeated here")
found <- pooled(other, "EE", "wald")
confirm("assumed share of participants with the event: 50%, common-effect (wald)",
        c(estimate = 0.0549078622748, ci_low = -0.182308946965, ci_high = 0.292124671515,
          se = 0.121031208283, pvalue = 0.650068539346),
        found)
confirm("assumed share of participants with the event: 50%, common-effect (wald), as hazard ratio",
        c(estimate = 1.05644327191, ci_low = 0.83334384159, ci_high = 1.33926997605),
        natural(found, exp))
confirm("assumed share of participants with the event: 50%, variation between studies",
        c(tau2 = 0, Q = 0.449407556217, pvalue = 0.502616430795, I2 = 0, H2 = 1, tau2_low = 0,
          tau2_high = 15.5229501415, I2_low = 0, I2_high = 0.997814747208, H2_low = 1,
          H2_high = 457.612960593),
        spread(other, "REML"))

# assumed share of participants with the event: 100%
# Study results on the scale of analysis (log hazard ratio): estimate yi, variance vi.
other <- data.frame(
  study = c("NEMO (Dummer 2017)", "Lebb\u00e9 2020"),
  yi = c(0, 0.17480272437992728),
  vi = c(0.0213571039977423, 0.023317307692307693)
)
confirm_studies(other, rows = 1, from_intervals(
    ratio = 1,
    low = 0.75,
    high = 1.33,
    level = 0.95,
    turned = FALSE
))
not_checked("yi and vi of Lebb\u00e9 2020",
            because = "their way from the printed figures (medians and assumed events) is not repeated here")
found <- pooled(other, "EE", "wald")
confirm("assumed share of participants with the event: 100%, common-effect (wald)",
        c(estimate = 0.0835664046249, ci_low = -0.123366261397, ci_high = 0.290499070647,
          se = 0.105579830882, pvalue = 0.428652450282),
        found)
confirm("assumed share of participants with the event: 100%, common-effect (wald), as hazard ratio",
        c(estimate = 1.08715740518, ci_low = 0.88393985022, ci_high = 1.33709462622),
        natural(found, exp))
confirm("assumed share of participants with the event: 100%, variation between studies",
        c(tau2 = 0, Q = 0.683970785394, pvalue = 0.408222742748, I2 = 0, H2 = 1, tau2_low = 0,
          tau2_high = 15.5346087953, I2_low = 0, I2_high = 0.99856416511, H2_low = 1,
          H2_high = 696.458908474),
        spread(other, "REML"))

# ======================================================================================================
# Patients treated with immunotherapy before: overall survival (os-hr), apart from the synthesis
# ======================================================================================================
section("Patients treated with immunotherapy before: overall survival (os-hr), apart from the synthesis")

# A subgroup of one trial: its patients are already counted in the whole trial.
# Nothing to check: no eligible result could be put on the scale of this outcome.

# ======================================================================================================
# objective response rate, risk ratio (orr-rr)
# ======================================================================================================
section("objective response rate, risk ratio (orr-rr)")

# Study results on the scale of analysis (log risk ratio): estimate yi, variance vi.
# 1. NEMO (Dummer 2017): "" (commentary-2017, para 2); "15.2%" (commentary-2017, para 2); ""
#    (commentary-2017, para 2); "6.8%" (commentary-2017, para 2)
d <- data.frame(
  study = "NEMO (Dummer 2017)",
  yi = 0.8119852379880033,
  vi = 0.12426508590210981
)
confirm_studies(d, rows = 1, from_counts(
    "RR",
    x1 = 41,
    n1 = 269,
    x2 = 9,
    n2 = 133
))

# One study: there is nothing to pool; its own estimate and standard error are reported.
found <- pooled(d, "EE", "wald")
confirm("the single study",
        c(estimate = 0.811985237988, ci_low = 0.121073369265, ci_high = 1.50289710671, se = 0.352512532972,
          pvalue = 0.021255092893),
        found)
confirm("the single study, as risk ratio",
        c(estimate = 2.25237505163, ci_low = 1.12870772178, ci_high = 4.49469182792),
        natural(found, exp))

# ======================================================================================================
# Patients treated with immunotherapy before: objective response rate (orr-rr), apart from the synthesis
# ======================================================================================================
section("Patients treated with immunotherapy before: objective response rate (orr-rr), apart from the synthesis")

# A subgroup of one trial: its patients are already counted in the whole trial.
# Nothing to check: no eligible result could be put on the scale of this outcome.

# ======================================================================================================
# disease control rate, risk ratio (dcr-rr)
# ======================================================================================================
section("disease control rate, risk ratio (dcr-rr)")

# Study results on the scale of analysis (log risk ratio): estimate yi, variance vi.
# 1. NEMO (Dummer 2017): "58%" (nemo-onclive-2017, para 2); "25%" (nemo-onclive-2017, para 2)
# 2. Lebbé 2020: "" (review-2021, text, MEK inhibitors; Table 3); "37.7%" (review-2021, text, MEK
#    inhibitors; Table 3); "26.6%" (review-2021, text, MEK inhibitors; Table 3); "194" (review-2021, text,
#    MEK inhibitors; Table 3); "" (review-2021, text, MEK inhibitors; Table 3)
d <- data.frame(
  study = c("NEMO (Dummer 2017)", "Lebb\u00e9 2020"),
  yi = c(0.8489861944029714, 0.34995558695849993),
  vi = c(0.025477017601846404, 0.05591438498476314)
)
confirm_studies(d, rows = c(1, 2), from_counts(
    "RR",
    x1 = c(156, 49),
    n1 = c(269, 130),
    x2 = c(33, 17),
    n2 = c(133, 64)
))
not_checked("the counts of NEMO (Dummer 2017)",
            because = "these are taken as recovered from other printed figures (percent)")

# All 2 study results. Two study results are too few to tell how much true effects differ between studies,
# so the headline is the common-effect estimate, which speaks about these two only; the random-effects
# intervals are shown beside it.
found <- pooled(d, "EE", "wald")
confirm("common-effect (wald)",
        c(estimate = 0.692780364725, ci_low = 0.433484915654, ci_high = 0.952075813795, se = 0.132296027435,
          pvalue = 1.6356841922e-07),
        found)
confirm("common-effect (wald), as risk ratio",
        c(estimate = 1.99926650287, ci_low = 1.54262408193, ci_high = 2.59108268587),
        natural(found, exp))
confirm("variation between studies",
        c(tau2 = 0.0838200722899, Q = 3.05967877751, pvalue = 0.0802575339594, I2 = 0.67316830533,
          H2 = 3.05967877751, tau2_low = 0, tau2_high = 126.74852046, I2_low = 0, I2_high = 0.999679028686,
          H2_low = 1, H2_high = 3115.54321789),
        spread(d, "REML"))
confirm("share of weight",
        c("weight of 1" = 0.686981464968, "weight of 2" = 0.313018535032),
        share_of_weight(d, "EE"))
confirm("beside it random-effects (wald)",
        c(estimate = 0.629967384211, se = 0.247644605582, ci_low = 0.144592876305, ci_high = 1.11534189212,
          pvalue = 0.010964239576),
        pooled(d, "REML", "wald"))
confirm("beside it random-effects (hartung-knapp)",
        c(estimate = 0.629967384211, se = 0.247644605582, ci_low = -2.51665567612, ci_high = 3.77659044455,
          pvalue = 0.238445981518),
        pooled(d, "REML", "hartung-knapp"))
confirm("beside it random-effects (hartung-knapp-adhoc)",
        c(estimate = 0.629967384211, se = 0.247644605582, ci_low = -2.51665567612, ci_high = 3.77659044455,
          pvalue = 0.238445981518),
        pooled(d, "REML", "hartung-knapp-adhoc"))

# The same question answered in other ways.

# effect measure: odds ratio
# Study results on the scale of analysis (log odds ratio): estimate yi, variance vi.
other <- data.frame(
  study = c("NEMO (Dummer 2017)", "Lebb\u00e9 2020"),
  yi = c(1.4311308130588076, 0.5143054010920304),
  vi = c(0.05556284423541061, 0.11285396743409735)
)
confirm_studies(other, rows = c(1, 2), from_counts(
    "OR",
    x1 = c(156, 49),
    n1 = c(269, 130),
    x2 = c(33, 17),
    n2 = c(133, 64)
))
not_checked("the counts of NEMO (Dummer 2017)",
            because = "these are taken as recovered from other printed figures (percent)")
found <- pooled(other, "EE", "wald")
confirm("effect measure: odds ratio, common-effect (wald)",
        c(estimate = 1.12865847047, ci_low = 0.750471971655, ci_high = 1.5068449693, se = 0.192955840925,
          pvalue = 4.93617284009e-09),
        found)
confirm("effect measure: odds ratio, common-effect (wald), as odds ratio",
        c(estimate = 3.09150636991, ci_low = 2.11799941644, ci_high = 4.51247132602),
        natural(found, exp))
confirm("effect measure: odds ratio, variation between studies",
        c(tau2 = 0.336076012179, Q = 4.99100314093, pvalue = 0.0254794338229, I2 = 0.799639476922,
          H2 = 4.99100314093, tau2_low = 0, tau2_high = 427.873875871, I2_low = 0, I2_high = 0.999803232118,
          H2_low = 1, H2_high = 5082.13022245),
        spread(other, "REML"))

# effect measure: risk difference
# Study results on the scale of analysis (risk difference): estimate yi, variance vi.
other <- data.frame(
  study = c("NEMO (Dummer 2017)", "Lebb\u00e9 2020"),
  yi = c(0.3318053498057411, 0.11129807692307692),
  vi = c(0.0023083017419746523, 0.004854497507587584)
)
confirm_studies(other, rows = c(1, 2), from_counts(
    "RD",
    x1 = c(156, 49),
    n1 = c(269, 130),
    x2 = c(33, 17),
    n2 = c(133, 64)
))
not_checked("the counts of NEMO (Dummer 2017)",
            because = "these are taken as recovered from other printed figures (percent)")
found <- pooled(other, "EE", "wald")
confirm("effect measure: risk difference, common-effect (wald)",
        c(estimate = 0.260744120197, ci_low = 0.183222090999, ci_high = 0.338266149396,
          se = 0.0395527825051, pvalue = 4.33041349355e-11),
        found)
confirm("effect measure: risk difference, variation between studies",
        c(tau2 = 0.0207303290723, Q = 6.78833172619, pvalue = 0.00917556163119, I2 = 0.852688401166,
          H2 = 6.78833172619, tau2_low = 0.00125782797525, tau2_high = 24.7520373974,
          I2_low = 0.259923293387, I2_high = 0.999855329828, H2_low = 1.35121128805, H2_high = 6912.2749178),
        spread(other, "REML"))
found <- pooled(d[2, ], "EE", "wald")
confirm("route: only from events, the single study",
        c(estimate = 0.349955586958, ci_low = -0.11350186244, ci_high = 0.813413036357, se = 0.236462227395,
          pvalue = 0.138882850818),
        found)
confirm("route: only from events, the single study, as risk ratio",
        c(estimate = 1.41900452489, ci_low = 0.892702533804, ci_high = 2.25559328601),
        natural(found, exp))

# ======================================================================================================
# Patients treated with immunotherapy before: disease control rate (dcr-rr), apart from the synthesis
# ======================================================================================================
section("Patients treated with immunotherapy before: disease control rate (dcr-rr), apart from the synthesis")

# A subgroup of one trial: its patients are already counted in the whole trial.
# Nothing to check: no eligible result could be put on the scale of this outcome.

# ======================================================================================================
# serious adverse event, risk ratio (serious-ae-rr)
# ======================================================================================================
section("serious adverse event, risk ratio (serious-ae-rr)")

# Study results on the scale of analysis (log risk ratio): estimate yi, variance vi.
# 1. NEMO (Dummer 2017): "91 (34%)" (nemo-abstract-2017, abstract, Findings); "25 (22%)"
#    (nemo-abstract-2017, abstract, Findings)
d <- data.frame(
  study = "NEMO (Dummer 2017)",
  yi = 0.4334707504413058,
  vi = 0.03849960904549048
)
confirm_studies(d, rows = 1, from_counts(
    "RR",
    x1 = 91,
    n1 = 269,
    x2 = 25,
    n2 = 114
))

# One study: there is nothing to pool; its own estimate and standard error are reported.
found <- pooled(d, "EE", "wald")
confirm("the single study",
        c(estimate = 0.433470750441, ci_low = 0.048899999134, ci_high = 0.818041501749, se = 0.196213172457,
          pvalue = 0.0271619341617),
        found)
confirm("the single study, as risk ratio",
        c(estimate = 1.54260223048, ci_low = 1.05011533305, ci_high = 2.26605741923),
        natural(found, exp))

# ======================================================================================================
# Patients treated with immunotherapy before: serious adverse event (serious-ae-rr), apart from the
# synthesis
# ======================================================================================================
section("Patients treated with immunotherapy before: serious adverse event (serious-ae-rr), apart from the synthesis")

# A subgroup of one trial: its patients are already counted in the whole trial.
# Nothing to check: no eligible result could be put on the scale of this outcome.

finish()
