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
# Written by metasyn 0.2.0; the next run of metasyn writes it anew.

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
  if (is.null(metafor)) return(not_checked(what, "the package lme4 is not installed"))
  unit <- attr(metafor, "unit")
  for (name in names(reported)) {
    ours <- reported[[name]]
    theirs <- unname(metafor[name])
    size <- max(abs(theirs), if (name %in% names(unit)) unit[[name]] else 1e-3)
    same <- isTRUE(ours == theirs || (is.finite(theirs) && abs(ours - theirs) <= within * size))
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

# ---- Mixed models of counts ----------------------------------------------------------------------------

# Random-effects logistic regression of events and participants, by rma.glmm() with lme4, told to search to the
# end and given as many nodes as it takes. The two meet within five digits.
glmm <- function(d, test = "z", level = 0.95, ...) suppressWarnings(
  rma.glmm(measure = "PLO", xi = d$events, ni = d$n, nAGQ = 100, test = test, level = 100 * level, ...,
           control = list(glmerCtrl = list(optimizer = "bobyqa", tolPwrss = 1e-11,
                                           optCtrl = list(rhoend = 1e-10, maxfun = 1e5)))))

mixed <- function(d, test = "z", level = 0.95) {
  if (!requireNamespace("lme4", quietly = TRUE)) return(NULL)
  fit <- glmm(d, test, level)
  p <- as.data.frame(predict(fit))
  pi <- if (is.null(p$pi.lb)) c(NA, NA) else c(p$pi.lb, p$pi.ub)
  mean <- integrate(function(z) plogis(p$pred + sqrt(fit$tau2) * z) * dnorm(z), -12, 12, rel.tol = 1e-10)$value
  structure(c(estimate = p$pred, se = p$se, ci_low = p$ci.lb, ci_high = p$ci.ub, pi_low = pi[1],
              pi_high = pi[2], marginal = mean, tau2 = fit$tau2, I2 = fit$I2 / 100, H2 = fit$H2,
              Q = fit$QE.LRT, pvalue = fit$QEp.LRT),
            unit = mixed_unit(d, p$se))
}

mixed_unit <- function(d, se) c(estimate = se, se = 0, ci_low = se, ci_high = se, pi_low = se, pi_high = se,
                                tau2 = mean(d$vi), I2 = 1, H2 = 1, Q = 1, pvalue = 1e-3)

# Fits of tables are kept: one table is asked for its estimate, its interval and its prediction interval.
fits <- new.env()

mixed_table <- function(x, fit, test, level, mean = function(mu, tau2) NA) {
  key <- paste(c(ncol(x), x), collapse = " ")
  if (is.null(fits[[key]])) assign(key, fit(x), envir = fits)
  f <- fits[[key]]
  q <- qt((1 + level) / 2, if (test == "t") f$k - 1 else Inf)
  wide <- q * sqrt(f$se^2 + f$tau2)
  structure(c(estimate = f$mu, se = f$se, ci_low = f$mu - q * f$se, ci_high = f$mu + q * f$se,
              pi_low = f$mu - wide, pi_high = f$mu + wide, marginal = mean(f$mu, f$tau2), tau2 = f$tau2,
              I2 = f$I2, H2 = f$H2, Q = f$Q, pvalue = pchisq(f$Q, f$k - 1, lower.tail = FALSE)),
            unit = mixed_unit(list(vi = f$vi), f$se))
}

# Rates by rma.glmm(): events and time of one group, or of both. Two groups are the binomial model of the events of
# the first given those of both, which for rates is exact.
mixed_rates <- function(x, test = "z", level = 0.95) {
  if (!requireNamespace("lme4", quietly = TRUE)) return(NULL)
  mean <- if (ncol(x) == 2) function(mu, tau2) exp(mu + tau2 / 2) else function(mu, tau2) NA
  mixed_table(x, fit_of_rates, test, level, mean)
}

fit_of_rates <- function(x) {
  search <- list(glmerCtrl = list(optimizer = "bobyqa", tolPwrss = 1e-11,
                                  optCtrl = list(rhoend = 1e-10, maxfun = 1e5)))
  fit <- suppressWarnings(if (ncol(x) == 2) {
    rma.glmm(measure = "IRLN", xi = x[, 1], ti = x[, 2], nAGQ = 100, control = search)
  } else {
    rma.glmm(measure = "IRR", x1i = x[, 1], t1i = x[, 2], x2i = x[, 3], t2i = x[, 4], model = "CM.EL",
             nAGQ = 100, control = search)
  })
  list(mu = fit$beta[1], se = fit$se, tau2 = fit$tau2, I2 = fit$I2 / 100, H2 = fit$H2, Q = fit$QE.LRT, k = fit$k,
       vi = 1 / pmax(x[, 1], 0.5) + if (ncol(x) == 2) 0 else 1 / pmax(x[, 3], 0.5))
}

# Odds ratios from tables (events and participants of both groups) by the exact conditional model, in base R:
# metafor needs a further package for it. The distribution of the first group's events given both margins is
# summed term by term, the integral over the studies' effects is a sum over 361 points, derivatives are differences.
mixed_tables <- function(x, test = "z", level = 0.95) mixed_table(x, fit_of_tables, test, level)

fit_of_tables <- function(x) {
  tables <- lapply(seq_len(nrow(x)), function(i) {
    m <- x[i, 1] + x[i, 3]
    j <- max(0, m - x[i, 4]):min(m, x[i, 2])
    log_ways <- lchoose(x[i, 2], j) + lchoose(x[i, 4], m - j)
    list(j = j - x[i, 1], base = log_ways - log_ways[j == x[i, 1]])
  })
  log_density <- function(t, eta) {
    terms <- t$base + outer(t$j, eta)
    top <- do.call(pmax, as.data.frame(t(terms)))
    -top - log(colSums(exp(terms - rep(top, each = nrow(terms)))))
  }
  z <- seq(-9, 9, by = 0.05)
  value <- function(p) sum(sapply(tables, function(t) {
    if (length(p) == 1) return(log_density(t, p))
    f <- log_density(t, p[1] + p[2] * z) - z^2 / 2
    max(f) + log(sum(exp(f - max(f))) * 0.05 / sqrt(2 * pi))
  }))
  by_differences <- function(p, h = 1e-3) {
    f <- function(a, b, s, r) { p[a] <- p[a] + s * h; p[b] <- p[b] + r * h; value(p) }
    n <- seq_along(p)
    g <- sapply(n, function(a) (f(a, a, 1, 0) - f(a, a, -1, 0)) / (2 * h))
    corners <- function(a, b) f(a, b, 1, 1) - f(a, b, 1, -1) - f(a, b, -1, 1) + f(a, b, -1, -1)
    list(g = g, H = outer(n, n, Vectorize(corners)) / (4 * h^2))
  }
  climb <- function(p) {
    p <- optim(p, value, control = list(fnscale = -1, reltol = 1e-10), method = "BFGS")$par
    for (i in 1:3) { d <- by_differences(p); p <- p - solve(d$H, d$g) }
    list(p = p, H = by_differences(p)$H, value = value(p))
  }
  common <- best <- climb(0)
  for (tau in c(0.2, 0.8)) {
    f <- tryCatch(climb(c(common$p, tau)), error = function(e) common)
    if (length(f$p) == 2 && abs(f$p[2]) > 1e-3 && f$value > best$value) best <- f
  }
  tau2 <- if (length(best$p) == 2) best$p[2]^2 else 0
  own <- sapply(tables, function(t) {
    end <- min(t$j) == 0 || max(t$j) == 0
    if (end) 0 else optimize(function(e) log_density(t, e), c(-40, 40), maximum = TRUE, tol = 1e-9)$objective
  })
  cells <- cbind(x[, 1], x[, 2] - x[, 1], x[, 3], x[, 4] - x[, 3])
  vi <- rowSums(1 / (cells + 0.5 * (rowSums(cells == 0) > 0)))
  w <- 1 / vi
  v <- (length(w) - 1) * sum(w) / (sum(w)^2 - sum(w^2))
  list(mu = best$p[1], se = sqrt(solve(-best$H)[1, 1]), tau2 = tau2, I2 = tau2 / (tau2 + v), H2 = 1 + tau2 / v,
       Q = 2 * (sum(own) - common$value), k = nrow(x), vi = vi)
}

# Groups with a mean of their own and one tau2.
mixed_groups <- function(d) {
  if (!requireNamespace("lme4", quietly = TRUE)) return(NULL)
  d <- in_order(d)
  several <- nlevels(d$group) > 1
  means <- if (several) glmm(d, mods = ~ 0 + group, data = d) else glmm(d)
  test <- if (several) glmm(d, mods = ~ group, data = d) else list(QM = NA, QMp = NA)
  structure(c(tau2 = means$tau2, Q = test$QM, pvalue = test$QMp),
            unit = c(tau2 = mean(d$vi), Q = 1, pvalue = 1e-3), groups = levels(d$group),
            means = as.numeric(means$beta), ses = means$se, df = nrow(d) - nlevels(d$group), vi = d$vi)
}

mixed_group <- function(of_all, group, ci, level = 0.95) {
  if (is.null(of_all)) return(NULL)
  i <- match(group, attr(of_all, "groups"))
  mean <- attr(of_all, "means")[i]
  se <- attr(of_all, "ses")[i]
  q <- qt((1 + level) / 2, if (ci == "t") attr(of_all, "df") else Inf)
  wide <- q * sqrt(se^2 + of_all[["tau2"]])
  structure(c(estimate = mean, se = se, ci_low = mean - q * se, ci_high = mean + q * se,
              pi_low = mean - wide, pi_high = mean + wide),
            unit = mixed_unit(data.frame(vi = attr(of_all, "vi")), se))
}

# Within a group: the likelihood-ratio test of one proportion, I2 and H2 from the shared tau2.
spread_in_group <- function(d, of_all) {
  if (is.null(of_all)) return(NULL)
  p <- d$events / d$n
  saturated <- sum(dbinom(d$events, d$n, p, log = TRUE))
  lrt <- 2 * (saturated - sum(dbinom(d$events, d$n, sum(d$events) / sum(d$n), log = TRUE)))
  w <- 1 / d$vi
  v <- (nrow(d) - 1) * sum(w) / (sum(w)^2 - sum(w^2))
  tau2 <- of_all[["tau2"]]
  structure(c(I2 = tau2 / (tau2 + v), H2 = 1 + tau2 / v, Q = lrt,
              pvalue = pchisq(lrt, nrow(d) - 1, lower.tail = FALSE)),
            unit = c(I2 = 1, H2 = 1, Q = 1, pvalue = 1e-3))
}

# ---- Bayesian models -----------------------------------------------------------------------------------

# The posterior distribution of the mean under a flat prior of it and a stated prior of tau: given tau it is
# normal; what is left is a sum over a fine grid of log(tau), which base R does.
posterior <- function(d, prior, numbers, level = 0.95) {
  u <- seq(-30, 8, by = 0.005)
  tau <- exp(u)
  log_prior <- if (prior == "half-normal") -tau^2 / (2 * numbers^2)
               else dlnorm(tau, numbers[1], numbers[2], log = TRUE)
  w <- sapply(d$vi, function(v) 1 / (v + tau^2))
  W <- rowSums(w)
  m <- as.numeric(w %*% d$yi) / W
  log_likelihood <- (rowSums(log(w)) - log(W) - rowSums(w * outer(-m, d$yi, "+")^2)) / 2
  share <- log_likelihood + log_prior + u
  share <- exp(share - max(share))
  share <- share / sum(share)
  s <- sqrt(1 / W)
  below <- function(x) sum(share * pnorm(x, m, s))
  density <- function(x) sum(share * dnorm(x, m, s))
  centre <- sum(share * m)
  sd <- sqrt(sum(share * (s^2 + (m - centre)^2)))
  value <- function(p) uniroot(function(x) below(x) - p, centre + c(-60, 60) * sd, tol = 1e-13)$root
  # The shortest interval has the same density at both ends.
  tail <- uniroot(function(p) density(value(p)) - density(value(p + level)),
                  c(1e-6, 1 - 1e-6) * (1 - level), tol = 1e-12)$root
  found <- c(estimate = value(0.5), se = sd, ci_low = value(tail), ci_high = value(tail + level))
  # A new study adds tau to the uncertainty of the mean; tau has half of its probability below its median.
  new <- sqrt(s^2 + tau^2)
  below_new <- function(x) sum(share * pnorm(x, m, new))
  density_new <- function(x) sum(share * dnorm(x, m, new))
  wide <- 1e3 * sqrt(sum(share * (new^2 + (m - centre)^2))) + 1e3 * sd
  value_new <- function(p) uniroot(function(x) below_new(x) - p, centre + c(-1, 1) * wide, tol = 1e-13)$root
  tail_new <- uniroot(function(p) density_new(value_new(p)) - density_new(value_new(p + level)),
                      c(1e-6, 1 - 1e-6) * (1 - level), tol = 1e-12)$root
  up_to <- splinefun(u, cumsum(share) - share / 2)
  median <- exp(uniroot(function(x) up_to(x) - 0.5, range(u), tol = 1e-13)$root)
  found <- c(found, p_below_0 = below(0), tau = median,
             new_low = value_new(tail_new), new_high = value_new(tail_new + level))
  weight <- colSums(share * w / W)
  structure(c(found, setNames(weight, paste("weight of", seq_along(weight)))),
            unit = c(estimate = sd, se = sd, ci_low = sd, ci_high = sd, new_low = sd, new_high = sd))
}

# The same numbers on the scale a reader knows.
natural <- function(found, transform) {
  if (is.null(found)) return(NULL)
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

# The same of groups that were each pooled by a model of its own.
between_of <- function(groups) {
  if (any(sapply(groups, is.null))) return(NULL)
  own <- sapply(groups, function(found) found[c("estimate", "se")])
  fit <- rma(own["estimate", ], sei = own["se", ], method = "EE")
  structure(c(Q = fit$QE, pvalue = fit$QEp), unit = c(Q = 1, pvalue = 1e-3))
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

# ---- Rows that depend on each other --------------------------------------------------------------------

# The correlated and hierarchical effects model: sampling errors correlated as `correlations` says, random
# effects of group and row, and, where R has clubSandwich, standard errors by groups (CR2, Satterthwaite).
dependent <- function(d, correlations, level = 0.95) {
  V <- diag(d$vi, nrow(d))
  for (pair in correlations)
    V[pair[1], pair[2]] <- V[pair[2], pair[1]] <- pair[3] * sqrt(d$vi[pair[1]] * d$vi[pair[2]])
  d$row <- seq_len(nrow(d))
  fit <- likeliest_fit(d, V)
  found <- c(estimate = fit$beta[1], tau2 = fit$sigma2[1], omega2 = fit$sigma2[2], se = NA, df = NA,
             pvalue = NA, ci_low = NA, ci_high = NA, pi_low = NA, pi_high = NA)
  if (suppressWarnings(suppressMessages(requireNamespace("clubSandwich", quietly = TRUE)))) {
    cr2 <- clubSandwich::vcovCR(fit, cluster = d$group, type = "CR2")
    test <- clubSandwich::coef_test(fit, vcov = cr2, test = "Satterthwaite")
    df <- if (is.null(test$df_Satt)) test$df else test$df_Satt
    reach <- qt((1 + level) / 2, df) * c(test$SE, sqrt(test$SE^2 + sum(fit$sigma2)))
    found[c("se", "df", "pvalue")] <- c(test$SE, df, 2 * pt(-abs(fit$beta[1] / test$SE), df))
    found[c("ci_low", "ci_high")] <- fit$beta[1] + c(-1, 1) * reach[1]
    found[c("pi_low", "pi_high")] <- fit$beta[1] + c(-1, 1) * reach[2]
  }
  wide <- sqrt(fit$vb[1])
  structure(found, unit = c(estimate = wide, tau2 = mean(d$vi), omega2 = mean(d$vi), se = 0, df = 0,
                            pvalue = 1e-6, ci_low = wide, ci_high = wide, pi_low = wide, pi_high = wide))
}

# rma.mv() stops where its likelihood is flat to a few digits, and may stop in a corner: the restricted
# likelihood is maximised from several starts, and where rma.mv() itself found a better place that counts.
likeliest_fit <- function(d, V) {
  size <- spread_of(d)
  y <- d$yi - mean(d$yi)
  lost <- function(root) {
    sums <- c(log_det = 0, w = 0, wy = 0, wyy = 0)
    for (i in split(seq_along(y), d$group)) {
      M <- V[i, i, drop = FALSE] + size * (root[1]^2 + root[2]^2 * diag(length(i)))
      W <- solve(M, cbind(1, y[i]))
      sums <- sums + c(determinant(M)$modulus, colSums(W), sum(y[i] * W[, 2]))
    }
    sums[["log_det"]] + log(sums[["w"]]) + sums[["wyy"]] - sums[["wy"]]^2 / sums[["w"]]
  }
  starts <- list(c(0.5, 0.5), c(0.05, 1), c(1, 0.05))
  tried <- lapply(starts, nlminb, lost, lower = 0, control = list(rel.tol = 1e-15, x.tol = 1e-14))
  best <- tried[[which.min(vapply(tried, function(one) one$objective, 0))]]
  fit <- function(...) suppressWarnings(rma.mv(yi, V, random = ~ 1 | group/row, data = d, ...))
  found <- fit(sigma2 = size * best$par^2)
  own <- tryCatch(fit(), error = function(e) found)
  if (as.numeric(logLik(own)) > as.numeric(logLik(found)) + 1e-6) own else found
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
         0.07702182284980744, 0.5526315789473684, 2.08),
  events = c(41, 9, 18, 0, 1, 4, 4, 8, 1, 0, 2, 2, 19, 7, 31, 16, 49, 19, 2, 0),
  n = c(269, 133, 117, 7, 8, 21, 15, 41, 5, 10, 8, 8, 125, 34, 77, 45, 114, 60, 21, 12)
)
confirm_studies(d, rows = c(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20), from_counts(
    "PLO",
    x1 = c(41, 9, 18, 0, 1, 4, 4, 8, 1, 0, 2, 2, 19, 7, 31, 16, 49, 19, 2, 0),
    n1 = c(269, 133, 117, 7, 8, 21, 15, 41, 5, 10, 8, 8, 125, 34, 77, 45, 114, 60, 21, 12),
    add = c(0, 0, 0, 0.5, 0, 0, 0, 0, 0, 0.5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.5)
))
not_checked("the counts of Ascierto 2013",
            because = "these are taken as recovered from other printed figures (percent)")

# All 20 study results. Proportions from events and participants: random-effects logistic regression of the
# counts themselves (mixed model, GLMM). It adds nothing to cohorts without events and needs no normal
# approximation for small ones; its interval has the t distribution with k − 1 degrees of freedom. The logit
# normal-normal model is shown beside it.
found <- mixed(d, "t")
confirm("glmm (t)",
        c(estimate = -1.46855533661, se = 0.192255681687, ci_low = -1.87095110298, ci_high = -1.06615957024),
        found, within = 1e-5)
confirm("glmm (t), as proportion",
        c(estimate = 0.187162295001, ci_low = 0.133431710347, ci_high = 0.25613411352),
        natural(found, plogis), within = 1e-5)
confirm("glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.205469210159),
        found, within = 1e-5)
not_checked("glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("variation between studies",
        c(tau2 = 0.41946336209, I2 = 0.769390189046, H2 = 4.33632895263, Q = 99.3210121002,
          pvalue = 7.10674999648e-13),
        mixed(d, "z"), within = 1e-5)
not_checked("variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d, "t")
confirm("prediction interval (t(k-1))",
        c(pi_low = -2.88258728363, pi_high = -0.0545233895821),
        found, within = 1e-5)
confirm("prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0530210789562, pi_high = 0.486372528416),
        natural(found, plogis), within = 1e-5)
not_checked("share of weight",
            because = "metafor gives no weights of a mixed model")
confirm("beside it glmm (wald)",
        c(estimate = -1.46855533661, se = 0.192255681687, ci_low = -1.84536954854, ci_high = -1.09174112468),
        mixed(d, "z"), within = 1e-5)
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
confirm("beside it random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.35163578422, se = 0.180120615755, ci_low = -1.72863256569,
          ci_high = -0.974639002749),
        pooled(d, "REML", "hartung-knapp-adhoc"))

# Groups by drug_class. A group has fewer than 5 effects: the groups share one between-study variance.
# Groups that share a variance are pooled by the logit normal-normal model, which estimates it by REML: a
# mixed model of the counts has maximum likelihood only, whose variance is far too small where there are
# many groups of few cohorts.
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

found <- mixed(d[-1, ], "t")
confirm("without NEMO (Dummer 2017): binimetinib, glmm (t)",
        c(estimate = -1.45618426786, se = 0.207510995016, ci_low = -1.89214869088, ci_high = -1.02021984484),
        found, within = 1e-5)
confirm("without NEMO (Dummer 2017): binimetinib, glmm (t), as proportion",
        c(estimate = 0.189051625359, ci_low = 0.13099967114, ci_high = 0.264984579636),
        natural(found, plogis), within = 1e-5)
confirm("without NEMO (Dummer 2017): binimetinib, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.208784452527),
        found, within = 1e-5)
not_checked("without NEMO (Dummer 2017): binimetinib, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("without NEMO (Dummer 2017): binimetinib, variation between studies",
        c(tau2 = 0.455262489874, I2 = 0.752729697826, H2 = 4.04415730967, Q = 92.754014806,
          pvalue = 4.60931076513e-12),
        mixed(d[-1, ], "z"), within = 1e-5)
not_checked("without NEMO (Dummer 2017): binimetinib, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[-1, ], "t")
confirm("without NEMO (Dummer 2017): binimetinib, prediction interval (t(k-1))",
        c(pi_low = -2.93926753624, pi_high = 0.0268990005167),
        found, within = 1e-5)
confirm("without NEMO (Dummer 2017): binimetinib, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0502462159717, pi_high = 0.506724344681),
        natural(found, plogis), within = 1e-5)

found <- mixed(d[-2, ], "t")
confirm("without NEMO (Dummer 2017): dacarbazine, glmm (t)",
        c(estimate = -1.35347227992, se = 0.181560513144, ci_low = -1.73491676362,
          ci_high = -0.972027796216),
        found, within = 1e-5)
confirm("without NEMO (Dummer 2017): dacarbazine, glmm (t), as proportion",
        c(estimate = 0.205303276273, ci_low = 0.149959751648, ci_high = 0.274476503974),
        natural(found, plogis), within = 1e-5)
confirm("without NEMO (Dummer 2017): dacarbazine, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.219246910766),
        found, within = 1e-5)
not_checked("without NEMO (Dummer 2017): dacarbazine, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("without NEMO (Dummer 2017): dacarbazine, variation between studies",
        c(tau2 = 0.312123004663, I2 = 0.711422670686, H2 = 3.46527567628, Q = 77.4495599404,
          pvalue = 2.38524184309e-09),
        mixed(d[-2, ], "z"), within = 1e-5)
not_checked("without NEMO (Dummer 2017): dacarbazine, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[-2, ], "t")
confirm("without NEMO (Dummer 2017): dacarbazine, prediction interval (t(k-1))",
        c(pi_low = -2.58764055367, pi_high = -0.119304006163),
        found, within = 1e-5)
confirm("without NEMO (Dummer 2017): dacarbazine, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0699381015791, pi_high = 0.470209325409),
        natural(found, plogis), within = 1e-5)

found <- mixed(d[-3, ], "t")
confirm("without Ascierto 2013, glmm (t)",
        c(estimate = -1.45728116449, se = 0.206262186966, ci_low = -1.89062193916, ci_high = -1.02394038983),
        found, within = 1e-5)
confirm("without Ascierto 2013, glmm (t), as proportion",
        c(estimate = 0.188883516275, ci_low = 0.131173572597, ci_high = 0.264260571349),
        natural(found, plogis), within = 1e-5)
confirm("without Ascierto 2013, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.208532448484),
        found, within = 1e-5)
not_checked("without Ascierto 2013, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("without Ascierto 2013, variation between studies",
        c(tau2 = 0.453142792792, I2 = 0.773304909284, H2 = 4.411211539, Q = 96.9947486536,
          pvalue = 7.84106667282e-13),
        mixed(d[-3, ], "z"), within = 1e-5)
not_checked("without Ascierto 2013, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[-3, ], "t")
confirm("without Ascierto 2013, prediction interval (t(k-1))",
        c(pi_low = -2.93643604319, pi_high = 0.0218737142068),
        found, within = 1e-5)
confirm("without Ascierto 2013, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0503815113676, pi_high = 0.505468210527),
        natural(found, plogis), within = 1e-5)

found <- mixed(d[-4, ], "t")
confirm("without Falchook 2012, glmm (t)",
        c(estimate = -1.42956085195, se = 0.189193552224, ci_low = -1.82704175569, ci_high = -1.03207994822),
        found, within = 1e-5)
confirm("without Falchook 2012, glmm (t), as proportion",
        c(estimate = 0.193167117807, ci_low = 0.13859106153, ci_high = 0.262681061575),
        natural(found, plogis), within = 1e-5)
confirm("without Falchook 2012, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.210814330841),
        found, within = 1e-5)
not_checked("without Falchook 2012, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("without Falchook 2012, variation between studies",
        c(tau2 = 0.402525327476, I2 = 0.771053677763, H2 = 4.36783605096, Q = 96.0768568671,
          pvalue = 1.15194877448e-12),
        mixed(d[-4, ], "z"), within = 1e-5)
not_checked("without Falchook 2012, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[-4, ], "t")
confirm("without Falchook 2012, prediction interval (t(k-1))",
        c(pi_low = -2.82049108469, pi_high = -0.0386306192238),
        found, within = 1e-5)
confirm("without Falchook 2012, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0562268682843, pi_high = 0.490343546045),
        natural(found, plogis), within = 1e-5)

found <- mixed(d[-5, ], "t")
confirm("without RO4987655 phase I, glmm (t)",
        c(estimate = -1.45604364326, se = 0.195536204771, ci_low = -1.86684996553, ci_high = -1.04523732099),
        found, within = 1e-5)
confirm("without RO4987655 phase I, glmm (t), as proportion",
        c(estimate = 0.189073185615, ci_low = 0.133906628694, ci_high = 0.260140714147),
        natural(found, plogis), within = 1e-5)
confirm("without RO4987655 phase I, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.207723803033),
        found, within = 1e-5)
not_checked("without RO4987655 phase I, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("without RO4987655 phase I, variation between studies",
        c(tau2 = 0.42788776453, I2 = 0.781150975766, H2 = 4.56936010339, Q = 98.9563311826,
          pvalue = 3.4385791357e-13),
        mixed(d[-5, ], "z"), within = 1e-5)
not_checked("without RO4987655 phase I, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[-5, ], "t")
confirm("without RO4987655 phase I, prediction interval (t(k-1))",
        c(pi_low = -2.89040910041, pi_high = -0.0216781861108),
        found, within = 1e-5)
confirm("without RO4987655 phase I, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.052629717025, pi_high = 0.494580665702),
        natural(found, plogis), within = 1e-5)

found <- mixed(d[-6, ], "t")
confirm("without FCN-159 phase Ia (2022), glmm (t)",
        c(estimate = -1.47381611585, se = 0.202314708654, ci_low = -1.89886354633, ci_high = -1.04876868538),
        found, within = 1e-5)
confirm("without FCN-159 phase Ia (2022), glmm (t), as proportion",
        c(estimate = 0.186363275977, ci_low = 0.130237152562, ci_high = 0.259461617113),
        natural(found, plogis), within = 1e-5)
confirm("without FCN-159 phase Ia (2022), glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.205826124911),
        found, within = 1e-5)
not_checked("without FCN-159 phase Ia (2022), glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("without FCN-159 phase Ia (2022), variation between studies",
        c(tau2 = 0.448686229398, I2 = 0.786260909742, H2 = 4.67860136765, Q = 99.2880905005,
          pvalue = 2.99021140057e-13),
        mixed(d[-6, ], "z"), within = 1e-5)
not_checked("without FCN-159 phase Ia (2022), variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[-6, ], "t")
confirm("without FCN-159 phase Ia (2022), prediction interval (t(k-1))",
        c(pi_low = -2.94388738611, pi_high = -0.00374484559151),
        found, within = 1e-5)
confirm("without FCN-159 phase Ia (2022), prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0500262071745, pi_high = 0.499063789696),
        natural(found, plogis), within = 1e-5)

found <- mixed(d[-7, ], "t")
confirm("without HL-085 phase I, glmm (t)",
        c(estimate = -1.49392418252, se = 0.202029919104, ci_low = -1.91837329235, ci_high = -1.06947507269),
        found, within = 1e-5)
confirm("without HL-085 phase I, glmm (t), as proportion",
        c(estimate = 0.183333459518, ci_low = 0.128043075185, ci_high = 0.255502923649),
        natural(found, plogis), within = 1e-5)
confirm("without HL-085 phase I, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.202659216442),
        found, within = 1e-5)
not_checked("without HL-085 phase I, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("without HL-085 phase I, variation between studies",
        c(tau2 = 0.445692929064, I2 = 0.785509341676, H2 = 4.66220770553, Q = 99.0023036654,
          pvalue = 3.37266415795e-13),
        mixed(d[-7, ], "z"), within = 1e-5)
not_checked("without HL-085 phase I, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[-7, ], "t")
confirm("without HL-085 phase I, prediction interval (t(k-1))",
        c(pi_low = -2.9593214732, pi_high = -0.0285268918346),
        found, within = 1e-5)
confirm("without HL-085 phase I, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0492977972318, pi_high = 0.492868760642),
        natural(found, plogis), within = 1e-5)

found <- mixed(d[-8, ], "t")
confirm("without Schuler 2022, glmm (t)",
        c(estimate = -1.47884402047, se = 0.205404954227, ci_low = -1.91038381598, ci_high = -1.04730422496),
        found, within = 1e-5)
confirm("without Schuler 2022, glmm (t), as proportion",
        c(estimate = 0.185602086667, ci_low = 0.12893773856, ci_high = 0.259743099525),
        natural(found, plogis), within = 1e-5)
confirm("without Schuler 2022, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.205427510593),
        found, within = 1e-5)
not_checked("without Schuler 2022, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("without Schuler 2022, variation between studies",
        c(tau2 = 0.457993400838, I2 = 0.785802030306, H2 = 4.66857833166, Q = 99.2887255475,
          pvalue = 2.98941156642e-13),
        mixed(d[-8, ], "z"), within = 1e-5)
not_checked("without Schuler 2022, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[-8, ], "t")
confirm("without Schuler 2022, prediction interval (t(k-1))",
        c(pi_low = -2.96469444808, pi_high = 0.00700640713631),
        found, within = 1e-5)
confirm("without Schuler 2022, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0490465881358, pi_high = 0.501751594619),
        natural(found, plogis), within = 1e-5)

found <- mixed(d[-9, ], "t")
confirm("without Alpelisib + binimetinib phase Ib, glmm (t)",
        c(estimate = -1.47119592939, se = 0.196367775032, ci_low = -1.88374931595, ci_high = -1.05864254284),
        found, within = 1e-5)
confirm("without Alpelisib + binimetinib phase Ib, glmm (t), as proportion",
        c(estimate = 0.186760906644, ci_low = 0.131958812642, ci_high = 0.257568951975),
        natural(found, plogis), within = 1e-5)
confirm("without Alpelisib + binimetinib phase Ib, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.205549421557),
        found, within = 1e-5)
not_checked("without Alpelisib + binimetinib phase Ib, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("without Alpelisib + binimetinib phase Ib, variation between studies",
        c(tau2 = 0.431605111452, I2 = 0.782719921659, H2 = 4.60235474709, Q = 99.3198258123,
          pvalue = 2.95050071151e-13),
        mixed(d[-9, ], "z"), within = 1e-5)
not_checked("without Alpelisib + binimetinib phase Ib, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[-9, ], "t")
confirm("without Alpelisib + binimetinib phase Ib, prediction interval (t(k-1))",
        c(pi_low = -2.91176894933, pi_high = -0.0306229094549),
        found, within = 1e-5)
confirm("without Alpelisib + binimetinib phase Ib, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0515748388614, pi_high = 0.492344870851),
        natural(found, plogis), within = 1e-5)

found <- mixed(d[-10, ], "t")
confirm("without Trametinib + GSK2141795 phase II, glmm (t)",
        c(estimate = -1.4168842875, se = 0.187137386093, ci_low = -1.8100453465, ci_high = -1.0237232285),
        found, within = 1e-5)
confirm("without Trametinib + GSK2141795 phase II, glmm (t), as proportion",
        c(estimate = 0.195150493743, ci_low = 0.140632645289, ci_high = 0.264302795518),
        natural(found, plogis), within = 1e-5)
confirm("without Trametinib + GSK2141795 phase II, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.212298599207),
        found, within = 1e-5)
not_checked("without Trametinib + GSK2141795 phase II, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("without Trametinib + GSK2141795 phase II, variation between studies",
        c(tau2 = 0.390075946942, I2 = 0.76544929081, H2 = 4.26347037472, Q = 94.6795295677,
          pvalue = 2.0661848464e-12),
        mixed(d[-10, ], "z"), within = 1e-5)
not_checked("without Trametinib + GSK2141795 phase II, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[-10, ], "t")
confirm("without Trametinib + GSK2141795 phase II, prediction interval (t(k-1))",
        c(pi_low = -2.78667312961, pi_high = -0.0470954453886),
        found, within = 1e-5)
confirm("without Trametinib + GSK2141795 phase II, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0580485978436, pi_high = 0.488228314354),
        natural(found, plogis), within = 1e-5)

found <- mixed(d[-11, ], "t")
confirm("without Sorafenib + tivantinib phase I, glmm (t)",
        c(estimate = -1.48266634113, se = 0.199130495359, ci_low = -1.90102398771, ci_high = -1.06430869455),
        found, within = 1e-5)
confirm("without Sorafenib + tivantinib phase I, glmm (t), as proportion",
        c(estimate = 0.185025021972, ci_low = 0.129992623059, ci_high = 0.256486918953),
        natural(found, plogis), within = 1e-5)
confirm("without Sorafenib + tivantinib phase I, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.204083334557),
        found, within = 1e-5)
not_checked("without Sorafenib + tivantinib phase I, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("without Sorafenib + tivantinib phase I, variation between studies",
        c(tau2 = 0.438648891194, I2 = 0.784592804721, H2 = 4.64237045891, Q = 99.2309630081,
          pvalue = 3.06304138972e-13),
        mixed(d[-11, ], "z"), within = 1e-5)
not_checked("without Sorafenib + tivantinib phase I, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[-11, ], "t")
confirm("without Sorafenib + tivantinib phase I, prediction interval (t(k-1))",
        c(pi_low = -2.93565078759, pi_high = -0.0296818946731),
        found, within = 1e-5)
confirm("without Sorafenib + tivantinib phase I, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0504190937872, pi_high = 0.492580071079),
        natural(found, plogis), within = 1e-5)

found <- mixed(d[-12, ], "t")
confirm("without Axitinib + carboplatin/paclitaxel phase II, glmm (t)",
        c(estimate = -1.48266634113, se = 0.199130495359, ci_low = -1.90102398771, ci_high = -1.06430869455),
        found, within = 1e-5)
confirm("without Axitinib + carboplatin/paclitaxel phase II, glmm (t), as proportion",
        c(estimate = 0.185025021972, ci_low = 0.129992623059, ci_high = 0.256486918953),
        natural(found, plogis), within = 1e-5)
confirm("without Axitinib + carboplatin/paclitaxel phase II, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.204083334557),
        found, within = 1e-5)
not_checked("without Axitinib + carboplatin/paclitaxel phase II, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("without Axitinib + carboplatin/paclitaxel phase II, variation between studies",
        c(tau2 = 0.438648891194, I2 = 0.784592804721, H2 = 4.64237045891, Q = 99.2309630081,
          pvalue = 3.06304138972e-13),
        mixed(d[-12, ], "z"), within = 1e-5)
not_checked("without Axitinib + carboplatin/paclitaxel phase II, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[-12, ], "t")
confirm("without Axitinib + carboplatin/paclitaxel phase II, prediction interval (t(k-1))",
        c(pi_low = -2.93565078759, pi_high = -0.0296818946731),
        found, within = 1e-5)
confirm("without Axitinib + carboplatin/paclitaxel phase II, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0504190937872, pi_high = 0.492580071079),
        natural(found, plogis), within = 1e-5)

found <- mixed(d[-13, ], "t")
confirm("without Kirchberger 2018: NRAS-mutant, ipilimumab, glmm (t)",
        c(estimate = -1.45590733571, se = 0.206233089926, ci_low = -1.88918697976, ci_high = -1.02262769166),
        found, within = 1e-5)
confirm("without Kirchberger 2018: NRAS-mutant, ipilimumab, glmm (t), as proportion",
        c(estimate = 0.18909408579, ci_low = 0.13133719728, ci_high = 0.264515874182),
        natural(found, plogis), within = 1e-5)
confirm("without Kirchberger 2018: NRAS-mutant, ipilimumab, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.208711129298),
        found, within = 1e-5)
not_checked("without Kirchberger 2018: NRAS-mutant, ipilimumab, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("without Kirchberger 2018: NRAS-mutant, ipilimumab, variation between studies",
        c(tau2 = 0.452315705063, I2 = 0.771925362986, H2 = 4.38452961316, Q = 96.6309824578,
          pvalue = 9.13307346235e-13),
        mixed(d[-13, ], "z"), within = 1e-5)
not_checked("without Kirchberger 2018: NRAS-mutant, ipilimumab, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[-13, ], "t")
confirm("without Kirchberger 2018: NRAS-mutant, ipilimumab, prediction interval (t(k-1))",
        c(pi_low = -2.93380974033, pi_high = 0.0219950689185),
        found, within = 1e-5)
confirm("without Kirchberger 2018: NRAS-mutant, ipilimumab, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0505073106147, pi_high = 0.505498545556),
        natural(found, plogis), within = 1e-5)

found <- mixed(d[-14, ], "t")
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1, glmm (t)",
        c(estimate = -1.48244515523, se = 0.204952552322, ci_low = -1.91303448961, ci_high = -1.05185582086),
        found, within = 1e-5)
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1, glmm (t), as proportion",
        c(estimate = 0.185058377086, ci_low = 0.128640326686, ci_high = 0.258868891544),
        natural(found, plogis), within = 1e-5)
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.204837020229),
        found, within = 1e-5)
not_checked("without Kirchberger 2018: NRAS-mutant, anti-PD-1, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1, variation between studies",
        c(tau2 = 0.456883428946, I2 = 0.786464995788, H2 = 4.68307294014, Q = 99.3209911995,
          pvalue = 2.94905248978e-13),
        mixed(d[-14, ], "z"), within = 1e-5)
not_checked("without Kirchberger 2018: NRAS-mutant, anti-PD-1, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[-14, ], "t")
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1, prediction interval (t(k-1))",
        c(pi_low = -2.96636995035, pi_high = 0.00147963988588),
        found, within = 1e-5)
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.04896850002, pi_high = 0.500369909904),
        natural(found, plogis), within = 1e-5)

found <- mixed(d[-15, ], "t")
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1 + ipilimumab, glmm (t)",
        c(estimate = -1.54161317717, se = 0.190957623243, ci_low = -1.9428002566, ci_high = -1.14042609775),
        found, within = 1e-5)
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1 + ipilimumab, glmm (t), as proportion",
        c(estimate = 0.176300888646, ci_low = 0.125340541356, ci_high = 0.242242137526),
        natural(found, plogis), within = 1e-5)
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1 + ipilimumab, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.192455393561),
        found, within = 1e-5)
not_checked("without Kirchberger 2018: NRAS-mutant, anti-PD-1 + ipilimumab, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1 + ipilimumab, variation between studies",
        c(tau2 = 0.368492541737, I2 = 0.730670931419, H2 = 3.71293007944, Q = 82.6358613214,
          pvalue = 2.95112159778e-10),
        mixed(d[-15, ], "z"), within = 1e-5)
not_checked("without Kirchberger 2018: NRAS-mutant, anti-PD-1 + ipilimumab, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[-15, ], "t")
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1 + ipilimumab, prediction interval (t(k-1))",
        c(pi_low = -2.87856138404, pi_high = -0.204664970311),
        found, within = 1e-5)
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1 + ipilimumab, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0532235828783, pi_high = 0.449011615683),
        natural(found, plogis), within = 1e-5)

found <- mixed(d[-16, ], "t")
confirm("without Guida 2021: NRAS-mutant, ipilimumab, glmm (t)",
        c(estimate = -1.52916399439, se = 0.198879202229, ci_low = -1.9469936937, ci_high = -1.11133429508),
        found, within = 1e-5)
confirm("without Guida 2021: NRAS-mutant, ipilimumab, glmm (t), as proportion",
        c(estimate = 0.178116036313, ci_low = 0.124881535452, ci_high = 0.247622218405),
        natural(found, plogis), within = 1e-5)
confirm("without Guida 2021: NRAS-mutant, ipilimumab, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.196163030554),
        found, within = 1e-5)
not_checked("without Guida 2021: NRAS-mutant, ipilimumab, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("without Guida 2021: NRAS-mutant, ipilimumab, variation between studies",
        c(tau2 = 0.414788917957, I2 = 0.763684706151, H2 = 4.23163471019, Q = 93.7192534451,
          pvalue = 3.08409252173e-12),
        mixed(d[-16, ], "z"), within = 1e-5)
not_checked("without Guida 2021: NRAS-mutant, ipilimumab, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[-16, ], "t")
confirm("without Guida 2021: NRAS-mutant, ipilimumab, prediction interval (t(k-1))",
        c(pi_low = -2.945288084, pi_high = -0.113039904787),
        found, within = 1e-5)
confirm("without Guida 2021: NRAS-mutant, ipilimumab, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0499596829281, pi_high = 0.471770077613),
        natural(found, plogis), within = 1e-5)

found <- mixed(d[-17, ], "t")
confirm("without Guida 2021: NRAS-mutant, anti-PD-1, glmm (t)",
        c(estimate = -1.54690535399, se = 0.183716705282, ci_low = -1.93287982927, ci_high = -1.1609308787),
        found, within = 1e-5)
confirm("without Guida 2021: NRAS-mutant, anti-PD-1, glmm (t), as proportion",
        c(estimate = 0.175533680702, ci_low = 0.12643216907, ci_high = 0.238498180796),
        natural(found, plogis), within = 1e-5)
confirm("without Guida 2021: NRAS-mutant, anti-PD-1, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.190066524932),
        found, within = 1e-5)
not_checked("without Guida 2021: NRAS-mutant, anti-PD-1, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("without Guida 2021: NRAS-mutant, anti-PD-1, variation between studies",
        c(tau2 = 0.329251007011, I2 = 0.695551061022, H2 = 3.28462304174, Q = 66.3167115222,
          pvalue = 1.87790414332e-07),
        mixed(d[-17, ], "z"), within = 1e-5)
not_checked("without Guida 2021: NRAS-mutant, anti-PD-1, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[-17, ], "t")
confirm("without Guida 2021: NRAS-mutant, anti-PD-1, prediction interval (t(k-1))",
        c(pi_low = -2.81270492882, pi_high = -0.28110577915),
        found, within = 1e-5)
confirm("without Guida 2021: NRAS-mutant, anti-PD-1, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0566414743066, pi_high = 0.430182700444),
        natural(found, plogis), within = 1e-5)

found <- mixed(d[-18, ], "t")
confirm("without Johnson 2015, glmm (t)",
        c(estimate = -1.52324644514, se = 0.202091019058, ci_low = -1.94782392121, ci_high = -1.09866896907),
        found, within = 1e-5)
confirm("without Johnson 2015, glmm (t), as proportion",
        c(estimate = 0.178983961232, ci_low = 0.124790831347, ci_high = 0.249989372576),
        natural(found, plogis), within = 1e-5)
confirm("without Johnson 2015, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.197775425793),
        found, within = 1e-5)
not_checked("without Johnson 2015, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("without Johnson 2015, variation between studies",
        c(tau2 = 0.433205124994, I2 = 0.768102241596, H2 = 4.31224521911, Q = 95.0533106991,
          pvalue = 1.76752276619e-12),
        mixed(d[-18, ], "z"), within = 1e-5)
not_checked("without Johnson 2015, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[-18, ], "t")
confirm("without Johnson 2015, prediction interval (t(k-1))",
        c(pi_low = -2.96975210342, pi_high = -0.0767407868558),
        found, within = 1e-5)
confirm("without Johnson 2015, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.048811231226, pi_high = 0.480824213117),
        natural(found, plogis), within = 1e-5)

found <- mixed(d[-19, ], "t")
confirm("without Zhou 2021: cutaneous, NRAS-mutant, glmm (t)",
        c(estimate = -1.43238319199, se = 0.194631653037, ci_low = -1.84128912158, ci_high = -1.0234772624),
        found, within = 1e-5)
confirm("without Zhou 2021: cutaneous, NRAS-mutant, glmm (t), as proportion",
        c(estimate = 0.192727626887, ci_low = 0.136898901762, ci_high = 0.26435062562),
        natural(found, plogis), within = 1e-5)
confirm("without Zhou 2021: cutaneous, NRAS-mutant, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.210861978566),
        found, within = 1e-5)
not_checked("without Zhou 2021: cutaneous, NRAS-mutant, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("without Zhou 2021: cutaneous, NRAS-mutant, variation between studies",
        c(tau2 = 0.414712308998, I2 = 0.774561527482, H2 = 4.43580010471, Q = 97.4092632514,
          pvalue = 6.58924214426e-13),
        mixed(d[-19, ], "z"), within = 1e-5)
not_checked("without Zhou 2021: cutaneous, NRAS-mutant, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[-19, ], "t")
confirm("without Zhou 2021: cutaneous, NRAS-mutant, prediction interval (t(k-1))",
        c(pi_low = -2.84578041024, pi_high = -0.0189859737437),
        found, within = 1e-5)
confirm("without Zhou 2021: cutaneous, NRAS-mutant, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0548998434731, pi_high = 0.495253649139),
        natural(found, plogis), within = 1e-5)

found <- mixed(d[-20, ], "t")
confirm("without Zhou 2021: non-cutaneous, NRAS-mutant, glmm (t)",
        c(estimate = -1.40929396265, se = 0.185720115934, ci_low = -1.79947744753, ci_high = -1.01911047777),
        found, within = 1e-5)
confirm("without Zhou 2021: non-cutaneous, NRAS-mutant, glmm (t), as proportion",
        c(estimate = 0.196345440874, ci_low = 0.141914686773, ci_high = 0.265200704892),
        natural(found, plogis), within = 1e-5)
confirm("without Zhou 2021: non-cutaneous, NRAS-mutant, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.213150762117),
        found, within = 1e-5)
not_checked("without Zhou 2021: non-cutaneous, NRAS-mutant, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("without Zhou 2021: non-cutaneous, NRAS-mutant, variation between studies",
        c(tau2 = 0.381583174546, I2 = 0.761469481614, H2 = 4.19233566743, Q = 93.74563422,
          pvalue = 3.05037332861e-12),
        mixed(d[-20, ], "z"), within = 1e-5)
not_checked("without Zhou 2021: non-cutaneous, NRAS-mutant, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[-20, ], "t")
confirm("without Zhou 2021: non-cutaneous, NRAS-mutant, prediction interval (t(k-1))",
        c(pi_low = -2.76447032874, pi_high = -0.0541175965622),
        found, within = 1e-5)
confirm("without Zhou 2021: non-cutaneous, NRAS-mutant, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0592746037539, pi_high = 0.486473901871),
        natural(found, plogis), within = 1e-5)

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
found <- pooled(d, "REML", "hartung-knapp-adhoc")
confirm("between-study variance, logit normal-normal model: REML, random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.35163578422, ci_low = -1.72863256569, ci_high = -0.974639002749,
          se = 0.180120615755),
        found)
confirm("between-study variance, logit normal-normal model: REML, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.205603069767, ci_low = 0.150762573166, ci_high = 0.27395681685),
        natural(found, plogis))
confirm("between-study variance, logit normal-normal model: REML, variation between studies",
        c(tau2 = 0.363960513079, Q = 84.0913767455, pvalue = 3.62946529803e-10, I2 = 0.743252036082,
          H2 = 3.89487022502, tau2_low = 0.110150560333, tau2_high = 0.869170242744,
          I2_low = 0.466983877639, I2_high = 0.873629015314, H2_low = 1.8761158585, H2_high = 7.9132088943),
        spread(d, "REML"))
found <- pooled(d, "REML", "t")
confirm("between-study variance, logit normal-normal model: REML, prediction interval (t(k-1))",
        c(pi_low = -2.66941667607, pi_high = -0.0338548923675),
        found)
confirm("between-study variance, logit normal-normal model: REML, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0648023107971, pi_high = 0.491537085209),
        natural(found, plogis))
found <- pooled(d, "DL", "hartung-knapp-adhoc")
confirm("between-study variance, logit normal-normal model: DL, random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.36281651446, ci_low = -1.76298814899, ci_high = -0.962644879937,
          se = 0.191193041324),
        found)
confirm("between-study variance, logit normal-normal model: DL, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.20378292619, ci_low = 0.146416490104, ci_high = 0.276348958475),
        natural(found, plogis))
confirm("between-study variance, logit normal-normal model: DL, variation between studies",
        c(tau2 = 0.430719987532, Q = 84.0913767455, pvalue = 3.62946529803e-10, I2 = 0.7740553106,
          H2 = 4.42586193397, tau2_low = 0.110150560333, tau2_high = 0.869170242744,
          I2_low = 0.466983877639, I2_high = 0.873629015314, H2_low = 1.8761158585, H2_high = 7.9132088943),
        spread(d, "DL"))
found <- pooled(d, "DL", "t")
confirm("between-study variance, logit normal-normal model: DL, prediction interval (t(k-1))",
        c(pi_low = -2.79355541096, pi_high = 0.0679223820314),
        found)
confirm("between-study variance, logit normal-normal model: DL, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0576734244911, pi_high = 0.516974070258),
        natural(found, plogis))
found <- pooled(d, "PM", "hartung-knapp")
confirm("between-study variance, logit normal-normal model: PM, random-effects (hartung-knapp)",
        c(estimate = -1.33526447905, ci_low = -1.6805610878, ci_high = -0.989967870302, se = 0.164974983457),
        found)
confirm("between-study variance, logit normal-normal model: PM, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.208289891931, ci_low = 0.157021185906, ci_high = 0.270918423914),
        natural(found, plogis))
confirm("between-study variance, logit normal-normal model: PM, variation between studies",
        c(tau2 = 0.281618699407, Q = 84.0913767455, pvalue = 3.62946529803e-10, I2 = 0.691352276552,
          H2 = 3.23993965946, tau2_low = 0.110150560333, tau2_high = 0.869170242744,
          I2_low = 0.466983877639, I2_high = 0.873629015314, H2_low = 1.8761158585, H2_high = 7.9132088943),
        spread(d, "PM"))
found <- pooled(d, "PM", "t")
confirm("between-study variance, logit normal-normal model: PM, prediction interval (t(k-1))",
        c(pi_low = -2.49842000554, pi_high = -0.172108952567),
        found)
confirm("between-study variance, logit normal-normal model: PM, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0759690177589, pi_high = 0.4570786591),
        natural(found, plogis))
found <- pooled(d, "ML", "hartung-knapp-adhoc")
confirm("between-study variance, logit normal-normal model: ML, random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.34667634009, ci_low = -1.71379775194, ci_high = -0.979554928247,
          se = 0.175402385403),
        found)
confirm("between-study variance, logit normal-normal model: ML, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.206414280737, ci_low = 0.152671778469, ci_high = 0.272980104549),
        natural(found, plogis))
confirm("between-study variance, logit normal-normal model: ML, variation between studies",
        c(tau2 = 0.337199886478, Q = 84.0913767455, pvalue = 3.62946529803e-10, I2 = 0.728410057505,
          H2 = 3.68202147257, tau2_low = 0.110150560333, tau2_high = 0.869170242744,
          I2_low = 0.466983877639, I2_high = 0.873629015314, H2_low = 1.8761158585, H2_high = 7.9132088943),
        spread(d, "ML"))
found <- pooled(d, "ML", "t")
confirm("between-study variance, logit normal-normal model: ML, prediction interval (t(k-1))",
        c(pi_low = -2.61630873964, pi_high = -0.0770439405474),
        found)
confirm("between-study variance, logit normal-normal model: ML, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0680961644329, pi_high = 0.480748536607),
        natural(found, plogis))
found <- pooled(d, "EB", "hartung-knapp")
confirm("between-study variance, logit normal-normal model: EB, random-effects (hartung-knapp)",
        c(estimate = -1.33526447905, ci_low = -1.6805610878, ci_high = -0.989967870302, se = 0.164974983457),
        found)
confirm("between-study variance, logit normal-normal model: EB, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.208289891931, ci_low = 0.157021185906, ci_high = 0.270918423914),
        natural(found, plogis))
confirm("between-study variance, logit normal-normal model: EB, variation between studies",
        c(tau2 = 0.281618699407, Q = 84.0913767455, pvalue = 3.62946529803e-10, I2 = 0.691352276552,
          H2 = 3.23993965946, tau2_low = 0.110150560333, tau2_high = 0.869170242744,
          I2_low = 0.466983877639, I2_high = 0.873629015314, H2_low = 1.8761158585, H2_high = 7.9132088943),
        spread(d, "EB"))
found <- pooled(d, "EB", "t")
confirm("between-study variance, logit normal-normal model: EB, prediction interval (t(k-1))",
        c(pi_low = -2.49842000554, pi_high = -0.172108952567),
        found)
confirm("between-study variance, logit normal-normal model: EB, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0759690177589, pi_high = 0.4570786591),
        natural(found, plogis))
found <- pooled(d, "HE", "hartung-knapp")
confirm("between-study variance, logit normal-normal model: HE, random-effects (hartung-knapp)",
        c(estimate = -1.27961795321, ci_low = -1.620939687, ci_high = -0.938296219434, se = 0.163075877251),
        found)
confirm("between-study variance, logit normal-normal model: HE, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.21761526341, ci_low = 0.165075316637, ci_high = 0.281244626756),
        natural(found, plogis))
confirm("between-study variance, logit normal-normal model: HE, variation between studies",
        c(tau2 = 0.103112802912, Q = 84.0913767455, pvalue = 3.62946529803e-10, I2 = 0.450591387433,
          H2 = 1.82013892234, tau2_low = 0.110150560333, tau2_high = 0.869170242744,
          I2_low = 0.466983877639, I2_high = 0.873629015314, H2_low = 1.8761158585, H2_high = 7.9132088943),
        spread(d, "HE"))
found <- pooled(d, "HE", "t")
confirm("between-study variance, logit normal-normal model: HE, prediction interval (t(k-1))",
        c(pi_low = -1.99852173663, pi_high = -0.560714169801),
        found)
confirm("between-study variance, logit normal-normal model: HE, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.119358217584, pi_high = 0.363382230716),
        natural(found, plogis))
found <- pooled(d, "HS", "hartung-knapp-adhoc")
confirm("between-study variance, logit normal-normal model: HS, random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.35382378301, ci_low = -1.73525497726, ci_high = -0.97239258875, se = 0.182239278834),
        found)
confirm("between-study variance, logit normal-normal model: HS, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.205245933135, ci_low = 0.149916644042, ci_high = 0.274403865474),
        natural(found, plogis))
confirm("between-study variance, logit normal-normal model: HS, variation between studies",
        c(tau2 = 0.376304652833, Q = 84.0913767455, pvalue = 3.62946529803e-10, I2 = 0.749565062191,
          H2 = 3.99305308097, tau2_low = 0.110150560333, tau2_high = 0.869170242744,
          I2_low = 0.466983877639, I2_high = 0.873629015314, H2_low = 1.8761158585, H2_high = 7.9132088943),
        spread(d, "HS"))
found <- pooled(d, "HS", "t")
confirm("between-study variance, logit normal-normal model: HS, prediction interval (t(k-1))",
        c(pi_low = -2.69322150141, pi_high = -0.0144260646004),
        found)
confirm("between-study variance, logit normal-normal model: HS, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0633745266381, pi_high = 0.496393546395),
        natural(found, plogis))
found <- pooled(d, "SJ", "hartung-knapp-adhoc")
confirm("between-study variance, logit normal-normal model: SJ, random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.35400909156, ci_low = -1.73581806273, ci_high = -0.972200120381,
          se = 0.182419772182),
        found)
confirm("between-study variance, logit normal-normal model: SJ, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.205215707248, ci_low = 0.149844897649, ci_high = 0.274442188819),
        natural(found, plogis))
confirm("between-study variance, logit normal-normal model: SJ, variation between studies",
        c(tau2 = 0.377365671978, Q = 84.0913767455, pvalue = 3.62946529803e-10, I2 = 0.750093228861,
          H2 = 4.00149221824, tau2_low = 0.110150560333, tau2_high = 0.869170242744,
          I2_low = 0.466983877639, I2_high = 0.873629015314, H2_low = 1.8761158585, H2_high = 7.9132088943),
        spread(d, "SJ"))
found <- pooled(d, "SJ", "t")
confirm("between-study variance, logit normal-normal model: SJ, prediction interval (t(k-1))",
        c(pi_low = -2.6952483103, pi_high = -0.0127698728168),
        found)
confirm("between-study variance, logit normal-normal model: SJ, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0632543253332, pi_high = 0.496807575178),
        natural(found, plogis))
found <- pooled(d, "EE", "wald")
confirm("model, normal-normal on the scale of the logit: common-effect, common-effect (wald)",
        c(estimate = -1.20568540692, ci_low = -1.35586747647, ci_high = -1.05550333736,
          se = 0.0766249128758),
        found)
confirm("model, normal-normal on the scale of the logit: common-effect, common-effect (wald), as proportion",
        c(estimate = 0.23046535866, ci_low = 0.204912766586, ci_high = 0.258169710114),
        natural(found, plogis))
confirm("model, normal-normal on the scale of the logit: common-effect, variation between studies",
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
found <- mixed(d[c(1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20), ], "t")
confirm("route: only from events, glmm (t)",
        c(estimate = -1.45728116449, se = 0.206262186966, ci_low = -1.89062193916, ci_high = -1.02394038983),
        found, within = 1e-5)
confirm("route: only from events, glmm (t), as proportion",
        c(estimate = 0.188883516275, ci_low = 0.131173572597, ci_high = 0.264260571349),
        natural(found, plogis), within = 1e-5)
confirm("route: only from events, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.208532448484),
        found, within = 1e-5)
not_checked("route: only from events, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("route: only from events, variation between studies",
        c(tau2 = 0.453142792792, I2 = 0.773304909284, H2 = 4.411211539, Q = 96.9947486536,
          pvalue = 7.84106667282e-13),
        mixed(d[c(1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20), ], "z"), within = 1e-5)
not_checked("route: only from events, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[c(1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20), ], "t")
confirm("route: only from events, prediction interval (t(k-1))",
        c(pi_low = -2.93643604319, pi_high = 0.0218737142068),
        found, within = 1e-5)
confirm("route: only from events, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0503815113676, pi_high = 0.505468210527),
        natural(found, plogis), within = 1e-5)

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

# All rows, by the model for rows that depend on each other.
rows <- data.frame(
  study = c("NEMO (Dummer 2017): binimetinib", "NEMO (Dummer 2017): dacarbazine",
            "NEMO (Dummer 2017): binimetinib, prior immunotherapy", "Ascierto 2013: NRAS-mutant, later cut",
            "Ascierto 2013: NRAS-mutant, 45 mg, first report", "Falchook 2012", "RO4987655 phase I",
            "FCN-159 phase Ia (2022)", "HL-085 phase I", "Schuler 2022", "Alpelisib + binimetinib phase Ib",
            "Trametinib + GSK2141795 phase II", "Sorafenib + tivantinib phase I",
            "Axitinib + carboplatin/paclitaxel phase II", "Kirchberger 2018: NRAS-mutant, ipilimumab",
            "Kirchberger 2018: NRAS-mutant, anti-PD-1",
            "Kirchberger 2018: NRAS-mutant, anti-PD-1 + ipilimumab", "Guida 2021: NRAS-mutant, ipilimumab",
            "Guida 2021: NRAS-mutant, anti-PD-1", "Johnson 2015: NRAS-mutant",
            "Johnson 2015: AACR 2014, NRAS-mutant", "Zhou 2021: cutaneous, NRAS-mutant",
            "Zhou 2021: non-cutaneous, NRAS-mutant"),
  group = c("NEMO (Dummer 2017)", "NEMO (Dummer 2017)", "NEMO (Dummer 2017)", "Ascierto 2013",
            "Ascierto 2013", "Falchook 2012", "RO4987655 phase I", "FCN-159 phase Ia (2022)",
            "HL-085 phase I", "Schuler 2022", "Alpelisib + binimetinib phase Ib",
            "Trametinib + GSK2141795 phase II", "Sorafenib + tivantinib phase I",
            "Axitinib + carboplatin/paclitaxel phase II", "Kirchberger 2018", "Kirchberger 2018",
            "Kirchberger 2018", "Guida 2021", "Guida 2021", "Johnson 2015", "Johnson 2015", "Zhou 2021",
            "Zhou 2021"),
  yi = c(-1.7157735622501329, -2.6230569882688175, -1.6739764335716716, -1.7047480922384253,
         -1.3862943611198906, -2.70805020110221, -1.9459101490553135, -1.4469189829363254,
         -1.0116009116784799, -1.4170660197866443, -1.3862943611198906, -3.044522437723423,
         -1.0986122886681098, -1.0986122886681098, -1.7190001149456267, -1.349926716949016,
         -0.39465419200394874, -0.5947071077466928, -0.2825669717850105, -0.7691330875378672,
         -0.7444404749474959, -2.2512917986064953, -3.2188758248682006),
  vi = c(0.028776208814719727, 0.11917562724014336, 0.13194444444444445, 0.06565656565656565,
         0.20833333333333331, 2.1333333333333333, 1.1428571428571428, 0.3088235294117647,
         0.34090909090909094, 0.1553030303030303, 1.25, 2.0952380952380953, 0.6666666666666666,
         0.6666666666666666, 0.06206554121151936, 0.17989417989417988, 0.05399719495091164,
         0.09698275862068964, 0.0357927786499215, 0.07702182284980744, 0.07763157894736841,
         0.5526315789473684, 2.08))
# Row, row, correlation of their sampling errors.
correlations <- list(
  c(1, 3, 0.4603215297818136),
  c(4, 5, 0.5063696835418333),
  c(20, 21, 0.9916316520429008))
together <- dependent(rows, correlations)
confirm("dependent rows",
        c(estimate = -1.3375224, tau2 = 0.18942783, omega2 = 0.12004966),
        together, within = 1e-5)
if (is.na(together["se"])) {
not_checked("the robust standard error of dependent rows",
            because = "R has no package clubSandwich here")
} else {
confirm("dependent rows, robust",
        c(se = 0.19015447, df = 9.5741479, ci_low = -1.7637814, ci_high = -0.91126339, pi_low = -2.6554047,
          pi_high = -0.019640068),
        together, within = 1e-5)
}

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
  vi = c(2.0392156862745097, 2.0689655172413794),
  events = c(0, 0),
  n = c(25, 14)
)
confirm_studies(d, rows = c(1, 2), from_counts(
    "PLO",
    x1 = c(0, 0),
    n1 = c(25, 14),
    add = c(0.5, 0.5)
))

# All 2 study results. Two study results are too few to tell from them alone how much true effects differ
# between studies. The headline is the Bayesian random-effects estimate, in which a stated prior stands for
# that (half-normal with scale 0.5 for τ); the classical intervals are shown beside it.
found <- posterior(d, "half-normal", 0.5)
confirm("bayesian (half-normal(0.5))",
        c(estimate = -3.65143985277, se = 1.06857311662, ci_low = -5.74829913244, ci_high = -1.55454425937),
        found)
confirm("bayesian (half-normal(0.5)), as proportion",
        c(estimate = 0.0252971761707, ci_low = 0.00317806658319, ci_high = 0.174430904702),
        natural(found, plogis))
confirm("bayesian (half-normal(0.5)), posterior",
        c(tau = 0.321985590026, new_low = -5.95708353816, new_high = -1.34574978301),
        found, within = 1e-5)
not_checked("bayesian (half-normal(0.5)): the interval of tau",
            because = "R computes its median only")
confirm("variation between studies",
        c(tau2 = 0, Q = 0.0775754238656, pvalue = 0.780610412566, I2 = 0, H2 = 1, tau2_low = 0,
          tau2_high = 160.202258063, I2_low = 0, I2_high = 0.987340460828, H2_low = 1,
          H2_high = 78.9918168781),
        spread(d, "REML"))
confirm("share of weight",
        c("weight of 1" = 0.503307493223, "weight of 2" = 0.496692506777),
        posterior(d, "half-normal", 0.5))
confirm("beside it common-effect (wald)",
        c(estimate = -3.65160478265, se = 1.0134058623, ci_low = -5.63784377447, ci_high = -1.66536579083),
        pooled(d, "EE", "wald"))
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
  vi = c(0.019710515112813968, 0.25757575757575757, 0.16369047619047622, 0.3787878787878788),
  events = c(58, 6, 7, 3),
  n = c(463, 17, 55, 25)
)
confirm_studies(d, rows = c(1, 2, 3, 4), from_counts(
    "PLO",
    x1 = c(58, 6, 7, 3),
    n1 = c(463, 17, 55, 25)
))

# All 4 study results. Proportions from events and participants: random-effects logistic regression of the
# counts themselves (mixed model, GLMM). It adds nothing to cohorts without events and needs no normal
# approximation for small ones; its interval has the t distribution with k − 1 degrees of freedom. The logit
# normal-normal model is shown beside it.
found <- mixed(d, "t")
confirm("glmm (t)",
        c(estimate = -1.8821435307, se = 0.124784320659, ci_low = -2.27926293093, ci_high = -1.48502413046),
        found, within = 1e-5)
confirm("glmm (t), as proportion",
        c(estimate = 0.132142857143, ci_low = 0.0928550200015, ci_high = 0.184669753122),
        natural(found, plogis), within = 1e-5)
confirm("glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.132142857143),
        found, within = 1e-5)
not_checked("glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("variation between studies",
        c(tau2 = 0, I2 = 0, H2 = 1, Q = 5.56813817614, pvalue = 0.134619527193),
        mixed(d, "z"), within = 1e-5)
not_checked("variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d, "t")
confirm("prediction interval (t(k-1))",
        c(pi_low = -2.27926293093, pi_high = -1.48502413046),
        found, within = 1e-5)
confirm("prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0928550200015, pi_high = 0.184669753122),
        natural(found, plogis), within = 1e-5)
not_checked("share of weight",
            because = "metafor gives no weights of a mixed model")
confirm("beside it glmm (wald)",
        c(estimate = -1.8821435307, se = 0.124784320659, ci_low = -2.12671630502, ci_high = -1.63757075637),
        mixed(d, "z"), within = 1e-5)
confirm("beside it bayesian (half-normal(0.5))",
        c(estimate = -1.75620493049, se = 0.303883774933, ci_low = -2.30103853438, ci_high = -1.07239601557),
        posterior(d, "half-normal", 0.5))
confirm("beside it bayesian (half-normal(0.5)), posterior",
        c(tau = 0.349250431621, new_low = -2.84447768296, new_high = -0.502809430559),
        posterior(d, "half-normal", 0.5), within = 1e-5)
not_checked("beside it bayesian (half-normal(0.5)): the interval of tau",
            because = "R computes its median only")
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
confirm("beside it random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.69142683524, se = 0.304323970231, ci_low = -2.65992152991,
          ci_high = -0.722932140571),
        pooled(d, "REML", "hartung-knapp-adhoc"))

# All rows, by the model for rows that depend on each other.
rows <- data.frame(
  study = c("Goldinger 2022: carboplatin + paclitaxel", "Goldinger 2022: dacarbazine",
            "Goldinger 2022: temozolomide", "Goldinger 2022: taxane alone", "Goldinger 2022: fotemustine",
            "Goldinger 2022: other regimens", "Dacarbazine after ICI (2021): after ICI",
            "Dacarbazine after ICI (2021): no prior ICI", "Chemotherapy after PD-1, one centre"),
  group = c("Goldinger 2022", "Goldinger 2022", "Goldinger 2022", "Goldinger 2022", "Goldinger 2022",
            "Goldinger 2022", "Dacarbazine after ICI (2021)", "Dacarbazine after ICI (2021)",
            "Chemotherapy after PD-1, one centre"),
  yi = c(-1.791759469228055, -2.178532444324067, -3.5409593240373143, -1.0986122886681098,
         -2.159484249353372, -1.5686159179138452, -0.6061358035703156, -1.9252908618525775,
         -1.9924301646902063),
  vi = c(0.05555555555555555, 0.09276729559748427, 0.5144927536231884, 0.13333333333333333,
         0.3717948717948718, 0.12083333333333333, 0.25757575757575757, 0.16369047619047622,
         0.3787878787878788))
# Row, row, correlation of their sampling errors.
correlations <- list()
together <- dependent(rows, correlations)
confirm("dependent rows",
        c(estimate = -1.7795556, tau2 = 0, omega2 = 0.18398468),
        together, within = 1e-5)
if (is.na(together["se"])) {
not_checked("the robust standard error of dependent rows",
            because = "R has no package clubSandwich here")
} else {
confirm("dependent rows, robust",
        c(se = 0.19623679, df = 1.2721981, ci_low = -3.3069583, ci_high = -0.25215294, pi_low = -5.4509566,
          pi_high = 1.8918454),
        together, within = 1e-5)
}

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
         0.04059829059829059, 0.06666666666666667),
  events = c(156, 33, 49, 17, 11, 13, 10, 4, 8, 34, 12, 47, 16, 78, 30),
  n = c(269, 133, 130, 64, 21, 15, 19, 8, 8, 125, 34, 77, 45, 114, 60)
)
confirm_studies(d, rows = c(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), from_counts(
    "PLO",
    x1 = c(156, 33, 49, 17, 11, 13, 10, 4, 8, 34, 12, 47, 16, 78, 30),
    n1 = c(269, 133, 130, 64, 21, 15, 19, 8, 8, 125, 34, 77, 45, 114, 60),
    add = c(0, 0, 0, 0, 0, 0, 0, 0, 0.5, 0, 0, 0, 0, 0, 0)
))
not_checked("the counts of NEMO (Dummer 2017): binimetinib, Guida 2021: NRAS-mutant, anti-PD-1",
            because = "these are taken as recovered from other printed figures (percent)")

# All 15 study results. Proportions from events and participants: random-effects logistic regression of the
# counts themselves (mixed model, GLMM). It adds nothing to cohorts without events and needs no normal
# approximation for small ones; its interval has the t distribution with k − 1 degrees of freedom. The logit
# normal-normal model is shown beside it.
found <- mixed(d, "t")
confirm("glmm (t)",
        c(estimate = -0.0455038786575, se = 0.21711408849, ci_low = -0.511167285409,
          ci_high = 0.420159528094),
        found, within = 1e-5)
confirm("glmm (t), as proportion",
        c(estimate = 0.488625992856, ci_low = 0.374919926473, ci_high = 0.603521422906),
        natural(found, plogis), within = 1e-5)
confirm("glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.489878766596),
        found, within = 1e-5)
not_checked("glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("variation between studies",
        c(tau2 = 0.552849792748, I2 = 0.895102474235, H2 = 9.533113319, Q = 131.845600354,
          pvalue = 2.93573369658e-21),
        mixed(d, "z"), within = 1e-5)
not_checked("variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d, "t")
confirm("prediction interval (t(k-1))",
        c(pi_low = -1.70683233309, pi_high = 1.61582457577),
        found, within = 1e-5)
confirm("prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.153575028259, pi_high = 0.834218482516),
        natural(found, plogis), within = 1e-5)
not_checked("share of weight",
            because = "metafor gives no weights of a mixed model")
confirm("beside it glmm (wald)",
        c(estimate = -0.0455038786575, se = 0.21711408849, ci_low = -0.471039672633,
          ci_high = 0.380031915318),
        mixed(d, "z"), within = 1e-5)
confirm("beside it common-effect (wald)",
        c(estimate = -0.148113106345, se = 0.063460368408, ci_low = -0.27249314287,
          ci_high = -0.0237330698196),
        pooled(d, "EE", "wald"))
confirm("beside it random-effects (wald)",
        c(estimate = -0.119305773422, se = 0.197552879983, ci_low = -0.506502303231,
          ci_high = 0.267890756386),
        pooled(d, "REML", "wald"))
confirm("beside it random-effects (hartung-knapp)",
        c(estimate = -0.119305773422, se = 0.21458464364, ci_low = -0.579544060532,
          ci_high = 0.340932513688),
        pooled(d, "REML", "hartung-knapp"))
confirm("beside it random-effects (hartung-knapp-adhoc)",
        c(estimate = -0.119305773422, se = 0.21458464364, ci_low = -0.579544060532,
          ci_high = 0.340932513688),
        pooled(d, "REML", "hartung-knapp-adhoc"))

# Groups by drug_class. A group has fewer than 5 effects: the groups share one between-study variance.
# Groups that share a variance are pooled by the logit normal-normal model, which estimates it by REML: a
# mixed model of the counts has maximum likelihood only, whose variance is far too small where there are
# many groups of few cohorts.
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

found <- mixed(d[-1, ], "t")
confirm("without NEMO (Dummer 2017): binimetinib, glmm (t)",
        c(estimate = -0.0708028532092, se = 0.235561372619, ci_low = -0.579702259289,
          ci_high = 0.43809655287),
        found, within = 1e-5)
confirm("without NEMO (Dummer 2017): binimetinib, glmm (t), as proportion",
        c(estimate = 0.482306677531, ci_low = 0.359001106676, ci_high = 0.607805384054),
        natural(found, plogis), within = 1e-5)
confirm("without NEMO (Dummer 2017): binimetinib, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.484393332365),
        found, within = 1e-5)
not_checked("without NEMO (Dummer 2017): binimetinib, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("without NEMO (Dummer 2017): binimetinib, variation between studies",
        c(tau2 = 0.60229579622, I2 = 0.882747037972, H2 = 8.52856919524, Q = 111.95684337,
          pvalue = 7.72309552046e-18),
        mixed(d[-1, ], "z"), within = 1e-5)
not_checked("without NEMO (Dummer 2017): binimetinib, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[-1, ], "t")
confirm("without NEMO (Dummer 2017): binimetinib, prediction interval (t(k-1))",
        c(pi_low = -1.82294701624, pi_high = 1.68134130982),
        found, within = 1e-5)
confirm("without NEMO (Dummer 2017): binimetinib, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.139080629998, pi_high = 0.843082060963),
        natural(found, plogis), within = 1e-5)

found <- mixed(d[-2, ], "t")
confirm("without NEMO (Dummer 2017): dacarbazine, glmm (t)",
        c(estimate = 0.0363495744045, se = 0.215598176627, ci_low = -0.429421968771,
          ci_high = 0.50212111758),
        found, within = 1e-5)
confirm("without NEMO (Dummer 2017): dacarbazine, glmm (t), as proportion",
        c(estimate = 0.509086393142, ci_low = 0.394264368532, ci_high = 0.622957672076),
        natural(found, plogis), within = 1e-5)
confirm("without NEMO (Dummer 2017): dacarbazine, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.5081760121),
        found, within = 1e-5)
not_checked("without NEMO (Dummer 2017): dacarbazine, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("without NEMO (Dummer 2017): dacarbazine, variation between studies",
        c(tau2 = 0.492301551276, I2 = 0.878231367957, H2 = 8.21229559059, Q = 102.731014647,
          pvalue = 4.89576577355e-16),
        mixed(d[-2, ], "z"), within = 1e-5)
not_checked("without NEMO (Dummer 2017): dacarbazine, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[-2, ], "t")
confirm("without NEMO (Dummer 2017): dacarbazine, prediction interval (t(k-1))",
        c(pi_low = -1.54940240886, pi_high = 1.62210155767),
        found, within = 1e-5)
confirm("without NEMO (Dummer 2017): dacarbazine, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.17517259565, pi_high = 0.835084756409),
        natural(found, plogis), within = 1e-5)

found <- mixed(d[-3, ], "t")
confirm("without Lebb\u00e9 2020: pimasertib, glmm (t)",
        c(estimate = 0.000532401086574, se = 0.23521550673, ci_low = -0.507619807167,
          ci_high = 0.50868460934),
        found, within = 1e-5)
confirm("without Lebb\u00e9 2020: pimasertib, glmm (t), as proportion",
        c(estimate = 0.500133100268, ci_low = 0.375751663834, ci_high = 0.624498065605),
        natural(found, plogis), within = 1e-5)
confirm("without Lebb\u00e9 2020: pimasertib, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.500117296564),
        found, within = 1e-5)
not_checked("without Lebb\u00e9 2020: pimasertib, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("without Lebb\u00e9 2020: pimasertib, variation between studies",
        c(tau2 = 0.606737393031, I2 = 0.896364672547, H2 = 9.64921928246, Q = 127.544438756,
          pvalue = 6.43906818027e-21),
        mixed(d[-3, ], "z"), within = 1e-5)
not_checked("without Lebb\u00e9 2020: pimasertib, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[-3, ], "t")
confirm("without Lebb\u00e9 2020: pimasertib, prediction interval (t(k-1))",
        c(pi_low = -1.7573012138, pi_high = 1.75836601598),
        found, within = 1e-5)
confirm("without Lebb\u00e9 2020: pimasertib, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.147128666008, pi_high = 0.853004897111),
        natural(found, plogis), within = 1e-5)

found <- mixed(d[-4, ], "t")
confirm("without Lebb\u00e9 2020: dacarbazine, glmm (t)",
        c(estimate = 0.0280671806733, se = 0.221443506267, ci_low = -0.450332429443,
          ci_high = 0.50646679079),
        found, within = 1e-5)
confirm("without Lebb\u00e9 2020: dacarbazine, glmm (t), as proportion",
        c(estimate = 0.507016334572, ci_low = 0.38928173088, ci_high = 0.623977843213),
        natural(found, plogis), within = 1e-5)
confirm("without Lebb\u00e9 2020: dacarbazine, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.506273226944),
        found, within = 1e-5)
not_checked("without Lebb\u00e9 2020: dacarbazine, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("without Lebb\u00e9 2020: dacarbazine, variation between studies",
        c(tau2 = 0.526686322952, I2 = 0.891380894085, H2 = 9.20648344116, Q = 120.849468993,
          pvalue = 1.36778686486e-19),
        mixed(d[-4, ], "z"), within = 1e-5)
not_checked("without Lebb\u00e9 2020: dacarbazine, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[-4, ], "t")
confirm("without Lebb\u00e9 2020: dacarbazine, prediction interval (t(k-1))",
        c(pi_low = -1.6111438385, pi_high = 1.66727819985),
        found, within = 1e-5)
confirm("without Lebb\u00e9 2020: dacarbazine, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.166429867202, pi_high = 0.841212597076),
        natural(found, plogis), within = 1e-5)

found <- mixed(d[-5, ], "t")
confirm("without FCN-159 phase Ia (2022), glmm (t)",
        c(estimate = -0.0478336824708, se = 0.233375233719, ci_low = -0.552010222591,
          ci_high = 0.456342857649),
        found, within = 1e-5)
confirm("without FCN-159 phase Ia (2022), glmm (t), as proportion",
        c(estimate = 0.488043858994, ci_low = 0.365398147864, ci_high = 0.612146242563),
        natural(found, plogis), within = 1e-5)
confirm("without FCN-159 phase Ia (2022), glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.489462855426),
        found, within = 1e-5)
not_checked("without FCN-159 phase Ia (2022), glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("without FCN-159 phase Ia (2022), variation between studies",
        c(tau2 = 0.606719500068, I2 = 0.907521522091, H2 = 10.8133267612, Q = 131.514401812,
          pvalue = 1.04418831752e-21),
        mixed(d[-5, ], "z"), within = 1e-5)
not_checked("without FCN-159 phase Ia (2022), variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[-5, ], "t")
confirm("without FCN-159 phase Ia (2022), prediction interval (t(k-1))",
        c(pi_low = -1.80449837005, pi_high = 1.70883100511),
        found, within = 1e-5)
confirm("without FCN-159 phase Ia (2022), prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.141304362988, pi_high = 0.846684598746),
        natural(found, plogis), within = 1e-5)

found <- mixed(d[-6, ], "t")
confirm("without HL-085 phase I, glmm (t)",
        c(estimate = -0.15499552157, se = 0.197375936385, ci_low = -0.581400308077,
          ci_high = 0.271409264937),
        found, within = 1e-5)
confirm("without HL-085 phase I, glmm (t), as proportion",
        c(estimate = 0.461328507703, ci_low = 0.358610446484, ci_high = 0.567438844687),
        natural(found, plogis), within = 1e-5)
confirm("without HL-085 phase I, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.464723356576),
        found, within = 1e-5)
not_checked("without HL-085 phase I, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("without HL-085 phase I, variation between studies",
        c(tau2 = 0.422444842507, I2 = 0.874350010373, H2 = 7.95861585797, Q = 120.919230584,
          pvalue = 1.32502540601e-19),
        mixed(d[-6, ], "z"), within = 1e-5)
not_checked("without HL-085 phase I, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[-6, ], "t")
confirm("without HL-085 phase I, prediction interval (t(k-1))",
        c(pi_low = -1.62246018571, pi_high = 1.31246914257),
        found, within = 1e-5)
confirm("without HL-085 phase I, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.164865859915, pi_high = 0.787926039456),
        natural(found, plogis), within = 1e-5)

found <- mixed(d[-7, ], "t")
confirm("without Ulixertinib phase I, glmm (t)",
        c(estimate = -0.0485058766397, se = 0.232837529269, ci_low = -0.551520776921,
          ci_high = 0.454509023642),
        found, within = 1e-5)
confirm("without Ulixertinib phase I, glmm (t), as proportion",
        c(estimate = 0.487875907897, ci_low = 0.365511649147, ci_high = 0.611710758348),
        natural(found, plogis), within = 1e-5)
confirm("without Ulixertinib phase I, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.489311231421),
        found, within = 1e-5)
not_checked("without Ulixertinib phase I, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("without Ulixertinib phase I, variation between studies",
        c(tau2 = 0.604822057525, I2 = 0.907477170355, H2 = 10.8081432856, Q = 131.521887361,
          pvalue = 1.04060794356e-21),
        mixed(d[-7, ], "z"), within = 1e-5)
not_checked("without Ulixertinib phase I, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[-7, ], "t")
confirm("without Ulixertinib phase I, prediction interval (t(k-1))",
        c(pi_low = -1.80231461787, pi_high = 1.7053028646),
        found, within = 1e-5)
confirm("without Ulixertinib phase I, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.141569541496, pi_high = 0.846226051173),
        natural(found, plogis), within = 1e-5)

found <- mixed(d[-8, ], "t")
confirm("without Sorafenib + tivantinib phase I, glmm (t)",
        c(estimate = -0.0424484171247, se = 0.22862528315, ci_low = -0.536363312917,
          ci_high = 0.451466478667),
        found, within = 1e-5)
confirm("without Sorafenib + tivantinib phase I, glmm (t), as proportion",
        c(estimate = 0.489389488899, ci_low = 0.36903397316, ci_high = 0.610987845767),
        natural(found, plogis), within = 1e-5)
confirm("without Sorafenib + tivantinib phase I, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.49062381309),
        found, within = 1e-5)
not_checked("without Sorafenib + tivantinib phase I, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("without Sorafenib + tivantinib phase I, variation between studies",
        c(tau2 = 0.591633555738, I2 = 0.906820582199, H2 = 10.7319837749, Q = 131.798121858,
          pvalue = 9.16716174924e-22),
        mixed(d[-8, ], "z"), within = 1e-5)
not_checked("without Sorafenib + tivantinib phase I, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[-8, ], "t")
confirm("without Sorafenib + tivantinib phase I, prediction interval (t(k-1))",
        c(pi_low = -1.77600538346, pi_high = 1.69110854921),
        found, within = 1e-5)
confirm("without Sorafenib + tivantinib phase I, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.144797089491, pi_high = 0.844369889257),
        natural(found, plogis), within = 1e-5)

found <- mixed(d[-9, ], "t")
confirm("without Axitinib + carboplatin/paclitaxel phase II, glmm (t)",
        c(estimate = -0.153674582976, se = 0.194562933883, ci_low = -0.574002247046,
          ci_high = 0.266653081095),
        found, within = 1e-5)
confirm("without Axitinib + carboplatin/paclitaxel phase II, glmm (t), as proportion",
        c(estimate = 0.461656783631, ci_low = 0.360313841057, ci_high = 0.566271057471),
        natural(found, plogis), within = 1e-5)
confirm("without Axitinib + carboplatin/paclitaxel phase II, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.465001149383),
        found, within = 1e-5)
not_checked("without Axitinib + carboplatin/paclitaxel phase II, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("without Axitinib + carboplatin/paclitaxel phase II, variation between studies",
        c(tau2 = 0.419190575865, I2 = 0.874223903686, H2 = 7.95063632367, Q = 119.412298778,
          pvalue = 2.63041051668e-19),
        mixed(d[-9, ], "z"), within = 1e-5)
not_checked("without Axitinib + carboplatin/paclitaxel phase II, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[-9, ], "t")
confirm("without Axitinib + carboplatin/paclitaxel phase II, prediction interval (t(k-1))",
        c(pi_low = -1.61419454316, pi_high = 1.30684537721),
        found, within = 1e-5)
confirm("without Axitinib + carboplatin/paclitaxel phase II, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.166007070572, pi_high = 0.786984794551),
        natural(found, plogis), within = 1e-5)

found <- mixed(d[-10, ], "t")
confirm("without Kirchberger 2018: NRAS-mutant, ipilimumab, glmm (t)",
        c(estimate = 0.0301394484894, se = 0.221269913346, ci_low = -0.447885136923,
          ci_high = 0.508164033901),
        found, within = 1e-5)
confirm("without Kirchberger 2018: NRAS-mutant, ipilimumab, glmm (t), as proportion",
        c(estimate = 0.507534291794, ci_low = 0.389863711191, ci_high = 0.624375982634),
        natural(found, plogis), within = 1e-5)
confirm("without Kirchberger 2018: NRAS-mutant, ipilimumab, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.506739024476),
        found, within = 1e-5)
not_checked("without Kirchberger 2018: NRAS-mutant, ipilimumab, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("without Kirchberger 2018: NRAS-mutant, ipilimumab, variation between studies",
        c(tau2 = 0.524521221863, I2 = 0.884879656437, H2 = 8.68656198419, Q = 110.622914193,
          pvalue = 1.41048104616e-17),
        mixed(d[-10, ], "z"), within = 1e-5)
not_checked("without Kirchberger 2018: NRAS-mutant, ipilimumab, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[-10, ], "t")
confirm("without Kirchberger 2018: NRAS-mutant, ipilimumab, prediction interval (t(k-1))",
        c(pi_low = -1.60587679184, pi_high = 1.66615568882),
        found, within = 1e-5)
confirm("without Kirchberger 2018: NRAS-mutant, ipilimumab, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.167161854033, pi_high = 0.841062601394),
        natural(found, plogis), within = 1e-5)

found <- mixed(d[-11, ], "t")
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1, glmm (t)",
        c(estimate = 0.0014720577496, se = 0.232149129793, ci_low = -0.500055645881,
          ci_high = 0.50299976138),
        found, within = 1e-5)
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1, glmm (t), as proportion",
        c(estimate = 0.500368014371, ci_low = 0.377527591899, ci_high = 0.623164026864),
        natural(found, plogis), within = 1e-5)
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.500325108163),
        found, within = 1e-5)
not_checked("without Kirchberger 2018: NRAS-mutant, anti-PD-1, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1, variation between studies",
        c(tau2 = 0.59303153404, I2 = 0.904463332758, H2 = 10.4671853108, Q = 130.14560098,
          pvalue = 1.95623880096e-21),
        mixed(d[-11, ], "z"), within = 1e-5)
not_checked("without Kirchberger 2018: NRAS-mutant, anti-PD-1, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[-11, ], "t")
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1, prediction interval (t(k-1))",
        c(pi_low = -1.73614772314, pi_high = 1.73909183863),
        found, within = 1e-5)
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.149802906595, pi_high = 0.850571675359),
        natural(found, plogis), within = 1e-5)

found <- mixed(d[-12, ], "t")
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1 + ipilimumab, glmm (t)",
        c(estimate = -0.0819607544145, se = 0.23169702827, ci_low = -0.582511752084,
          ci_high = 0.418590243255),
        found, within = 1e-5)
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1 + ipilimumab, glmm (t), as proportion",
        c(estimate = 0.479521274045, ci_low = 0.358354844559, ci_high = 0.603145858293),
        natural(found, plogis), within = 1e-5)
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1 + ipilimumab, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.481873952616),
        found, within = 1e-5)
not_checked("without Kirchberger 2018: NRAS-mutant, anti-PD-1 + ipilimumab, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1 + ipilimumab, variation between studies",
        c(tau2 = 0.583123509064, I2 = 0.89818414675, H2 = 9.82165319134, Q = 124.490866831,
          pvalue = 2.60007534144e-20),
        mixed(d[-12, ], "z"), within = 1e-5)
not_checked("without Kirchberger 2018: NRAS-mutant, anti-PD-1 + ipilimumab, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[-12, ], "t")
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1 + ipilimumab, prediction interval (t(k-1))",
        c(pi_low = -1.80593903285, pi_high = 1.64201752402),
        found, within = 1e-5)
confirm("without Kirchberger 2018: NRAS-mutant, anti-PD-1 + ipilimumab, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.141129646968, pi_high = 0.837809275335),
        natural(found, plogis), within = 1e-5)

found <- mixed(d[-13, ], "t")
confirm("without Guida 2021: NRAS-mutant, ipilimumab, glmm (t)",
        c(estimate = 0.00267680496639, se = 0.232676292984, ci_low = -0.499989765498,
          ci_high = 0.505343375431),
        found, within = 1e-5)
confirm("without Guida 2021: NRAS-mutant, ipilimumab, glmm (t), as proportion",
        c(estimate = 0.500669200842, ci_low = 0.377543073947, ci_high = 0.623714220146),
        natural(found, plogis), within = 1e-5)
confirm("without Guida 2021: NRAS-mutant, ipilimumab, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.500590998645),
        found, within = 1e-5)
not_checked("without Guida 2021: NRAS-mutant, ipilimumab, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("without Guida 2021: NRAS-mutant, ipilimumab, variation between studies",
        c(tau2 = 0.594753746262, I2 = 0.903576059182, H2 = 10.3708683914, Q = 129.682451606,
          pvalue = 2.41889030843e-21),
        mixed(d[-13, ], "z"), within = 1e-5)
not_checked("without Guida 2021: NRAS-mutant, ipilimumab, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[-13, ], "t")
confirm("without Guida 2021: NRAS-mutant, ipilimumab, prediction interval (t(k-1))",
        c(pi_low = -1.73758295807, pi_high = 1.742936568),
        found, within = 1e-5)
confirm("without Guida 2021: NRAS-mutant, ipilimumab, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.14962020407, pi_high = 0.851059680181),
        natural(found, plogis), within = 1e-5)

found <- mixed(d[-14, ], "t")
confirm("without Guida 2021: NRAS-mutant, anti-PD-1, glmm (t)",
        c(estimate = -0.120532792744, se = 0.221148782192, ci_low = -0.598295690207,
          ci_high = 0.357230104718),
        found, within = 1e-5)
confirm("without Guida 2021: NRAS-mutant, anti-PD-1, glmm (t), as proportion",
        c(estimate = 0.469903230536, ci_low = 0.35473370972, ci_high = 0.588369755536),
        natural(found, plogis), within = 1e-5)
confirm("without Guida 2021: NRAS-mutant, anti-PD-1, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.473023464661),
        found, within = 1e-5)
not_checked("without Guida 2021: NRAS-mutant, anti-PD-1, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("without Guida 2021: NRAS-mutant, anti-PD-1, variation between studies",
        c(tau2 = 0.514732680024, I2 = 0.883007224339, H2 = 8.54753632733, Q = 106.301684063,
          pvalue = 9.87196509769e-17),
        mixed(d[-14, ], "z"), within = 1e-5)
not_checked("without Guida 2021: NRAS-mutant, anti-PD-1, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[-14, ], "t")
confirm("without Guida 2021: NRAS-mutant, anti-PD-1, prediction interval (t(k-1))",
        c(pi_low = -1.74244956288, pi_high = 1.50138397739),
        found, within = 1e-5)
confirm("without Guida 2021: NRAS-mutant, anti-PD-1, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.149002061732, pi_high = 0.817780800795),
        natural(found, plogis), within = 1e-5)

found <- mixed(d[-15, ], "t")
confirm("without Johnson 2015, glmm (t)",
        c(estimate = -0.0399521473243, se = 0.237420263389, ci_low = -0.552867442758,
          ci_high = 0.47296314811),
        found, within = 1e-5)
confirm("without Johnson 2015, glmm (t), as proportion",
        c(estimate = 0.490013291511, ci_low = 0.36519939659, ci_high = 0.616084853592),
        natural(found, plogis), within = 1e-5)
confirm("without Johnson 2015, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.491221973806),
        found, within = 1e-5)
not_checked("without Johnson 2015, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("without Johnson 2015, variation between studies",
        c(tau2 = 0.621736585561, I2 = 0.905340679475, H2 = 10.5642000646, Q = 131.472020477,
          pvalue = 1.06469273033e-21),
        mixed(d[-15, ], "z"), within = 1e-5)
not_checked("without Johnson 2015, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[-15, ], "t")
confirm("without Johnson 2015, prediction interval (t(k-1))",
        c(pi_low = -1.8189537138, pi_high = 1.73904941915),
        found, within = 1e-5)
confirm("without Johnson 2015, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.139559466376, pi_high = 0.850566283784),
        natural(found, plogis), within = 1e-5)

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
found <- pooled(d, "REML", "hartung-knapp")
confirm("between-study variance, logit normal-normal model: REML, random-effects (hartung-knapp)",
        c(estimate = -0.119305773422, ci_low = -0.579544060532, ci_high = 0.340932513688,
          se = 0.21458464364),
        found)
confirm("between-study variance, logit normal-normal model: REML, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.470208885163, ci_low = 0.359037512077, ci_high = 0.584417023861),
        natural(found, plogis))
confirm("between-study variance, logit normal-normal model: REML, variation between studies",
        c(tau2 = 0.440642128105, Q = 111.358285441, pvalue = 3.04920485594e-17, I2 = 0.871814806675,
          H2 = 7.8012130267, tau2_low = 0.208262202747, tau2_high = 2.08030853634, I2_low = 0.762722841406,
          I2_high = 0.969796821908, H2_low = 4.21448067706, H2_high = 33.1090985506),
        spread(d, "REML"))
found <- pooled(d, "REML", "t")
confirm("between-study variance, logit normal-normal model: REML, prediction interval (t(k-1))",
        c(pi_low = -1.60474556295, pi_high = 1.36613401611),
        found)
confirm("between-study variance, logit normal-normal model: REML, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.167319401628, pi_high = 0.796754827572),
        natural(found, plogis))
found <- pooled(d, "DL", "hartung-knapp")
confirm("between-study variance, logit normal-normal model: DL, random-effects (hartung-knapp)",
        c(estimate = -0.117829445405, ci_low = -0.579009881015, ci_high = 0.343350990205,
          se = 0.215023917394),
        found)
confirm("between-study variance, logit normal-normal model: DL, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.47057667302, ci_low = 0.359160451838, ci_high = 0.585004288178),
        natural(found, plogis))
confirm("between-study variance, logit normal-normal model: DL, variation between studies",
        c(tau2 = 0.450551582457, Q = 111.358285441, pvalue = 3.04920485594e-17, I2 = 0.874279673537,
          H2 = 7.95416324577, tau2_low = 0.208262202747, tau2_high = 2.08030853634, I2_low = 0.762722841406,
          I2_high = 0.969796821908, H2_low = 4.21448067706, H2_high = 33.1090985506),
        spread(d, "DL"))
found <- pooled(d, "DL", "t")
confirm("between-study variance, logit normal-normal model: DL, prediction interval (t(k-1))",
        c(pi_low = -1.61963317119, pi_high = 1.38397428038),
        found)
confirm("between-study variance, logit normal-normal model: DL, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.16525546658, pi_high = 0.799628528695),
        natural(found, plogis))
found <- pooled(d, "PM", "hartung-knapp")
confirm("between-study variance, logit normal-normal model: PM, random-effects (hartung-knapp)",
        c(estimate = -0.101672360164, ci_low = -0.573153418768, ci_high = 0.369808698441,
          se = 0.219826550239),
        found)
confirm("between-study variance, logit normal-normal model: PM, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.474603783484, ci_low = 0.360509508788, ci_high = 0.591412752423),
        natural(found, plogis))
confirm("between-study variance, logit normal-normal model: PM, variation between studies",
        c(tau2 = 0.570055475763, Q = 111.358285441, pvalue = 3.04920485594e-17, I2 = 0.897945429228,
          H2 = 9.79867920112, tau2_low = 0.208262202747, tau2_high = 2.08030853634, I2_low = 0.762722841406,
          I2_high = 0.969796821908, H2_low = 4.21448067706, H2_high = 33.1090985506),
        spread(d, "PM"))
found <- pooled(d, "PM", "t")
confirm("between-study variance, logit normal-normal model: PM, prediction interval (t(k-1))",
        c(pi_low = -1.78827019223, pi_high = 1.5849254719),
        found)
confirm("between-study variance, logit normal-normal model: PM, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.143284933932, pi_high = 0.829900954238),
        natural(found, plogis))
found <- pooled(d, "ML", "hartung-knapp")
confirm("between-study variance, logit normal-normal model: ML, random-effects (hartung-knapp)",
        c(estimate = -0.12609243314, ci_low = -0.581996475956, ci_high = 0.329811609675,
          se = 0.212563815965),
        found)
confirm("between-study variance, logit normal-normal model: ML, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.4685185917, ci_low = 0.358473334071, ci_high = 0.581713537868),
        natural(found, plogis))
confirm("between-study variance, logit normal-normal model: ML, variation between studies",
        c(tau2 = 0.397015254331, Q = 111.358285441, pvalue = 3.04920485594e-17, I2 = 0.859705082355,
          H2 = 7.12784195456, tau2_low = 0.208262202747, tau2_high = 2.08030853634, I2_low = 0.762722841406,
          I2_high = 0.969796821908, H2_low = 4.21448067706, H2_high = 33.1090985506),
        spread(d, "ML"))
found <- pooled(d, "ML", "t")
confirm("between-study variance, logit normal-normal model: ML, prediction interval (t(k-1))",
        c(pi_low = -1.53721408396, pi_high = 1.28502921768),
        found)
confirm("between-study variance, logit normal-normal model: ML, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.176940630008, pi_high = 0.783304644394),
        natural(found, plogis))
found <- pooled(d, "EB", "hartung-knapp")
confirm("between-study variance, logit normal-normal model: EB, random-effects (hartung-knapp)",
        c(estimate = -0.101672360164, ci_low = -0.573153418768, ci_high = 0.369808698441,
          se = 0.219826550239),
        found)
confirm("between-study variance, logit normal-normal model: EB, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.474603783484, ci_low = 0.360509508788, ci_high = 0.591412752423),
        natural(found, plogis))
confirm("between-study variance, logit normal-normal model: EB, variation between studies",
        c(tau2 = 0.570055475763, Q = 111.358285441, pvalue = 3.04920485594e-17, I2 = 0.897945429228,
          H2 = 9.79867920112, tau2_low = 0.208262202747, tau2_high = 2.08030853634, I2_low = 0.762722841406,
          I2_high = 0.969796821908, H2_low = 4.21448067706, H2_high = 33.1090985506),
        spread(d, "EB"))
found <- pooled(d, "EB", "t")
confirm("between-study variance, logit normal-normal model: EB, prediction interval (t(k-1))",
        c(pi_low = -1.78827019223, pi_high = 1.5849254719),
        found)
confirm("between-study variance, logit normal-normal model: EB, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.143284933932, pi_high = 0.829900954238),
        natural(found, plogis))
found <- pooled(d, "HE", "hartung-knapp-adhoc")
confirm("between-study variance, logit normal-normal model: HE, random-effects (hartung-knapp-adhoc)",
        c(estimate = -0.0685397756976, ci_low = -0.641711185703, ci_high = 0.504631634308,
          se = 0.267239354494),
        found)
confirm("between-study variance, logit normal-normal model: HE, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.482871760829, ci_low = 0.344859826028, ci_high = 0.623547163509),
        natural(found, plogis))
confirm("between-study variance, logit normal-normal model: HE, variation between studies",
        c(tau2 = 0.897744414597, Q = 111.358285441, pvalue = 3.04920485594e-17, I2 = 0.932689326932,
          H2 = 14.8564849291, tau2_low = 0.208262202747, tau2_high = 2.08030853634, I2_low = 0.762722841406,
          I2_high = 0.969796821908, H2_low = 4.21448067706, H2_high = 33.1090985506),
        spread(d, "HE"))
found <- pooled(d, "HE", "t")
confirm("between-study variance, logit normal-normal model: HE, prediction interval (t(k-1))",
        c(pi_low = -2.17999625581, pi_high = 2.04291670442),
        found)
confirm("between-study variance, logit normal-normal model: HE, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.101561269541, pi_high = 0.885229932119),
        natural(found, plogis))
found <- pooled(d, "HS", "hartung-knapp")
confirm("between-study variance, logit normal-normal model: HS, random-effects (hartung-knapp)",
        c(estimate = -0.127547245939, ci_low = -0.582521347323, ci_high = 0.327426855444,
          se = 0.212130233718),
        found)
confirm("between-study variance, logit normal-normal model: HS, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.46815634699, ci_low = 0.358352638265, ci_high = 0.581133159737),
        natural(found, plogis))
confirm("between-study variance, logit normal-normal model: HS, variation between studies",
        c(tau2 = 0.388055856118, Q = 111.358285441, pvalue = 3.04920485594e-17, I2 = 0.856929388437,
          H2 = 6.98955564023, tau2_low = 0.208262202747, tau2_high = 2.08030853634, I2_low = 0.762722841406,
          I2_high = 0.969796821908, H2_low = 4.21448067706, H2_high = 33.1090985506),
        spread(d, "HS"))
found <- pooled(d, "HS", "t")
confirm("between-study variance, logit normal-normal model: HS, prediction interval (t(k-1))",
        c(pi_low = -1.52291235061, pi_high = 1.26781785873),
        found)
confirm("between-study variance, logit normal-normal model: HS, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.179033061256, pi_high = 0.780368972477),
        natural(found, plogis))
found <- pooled(d, "SJ", "hartung-knapp-adhoc")
confirm("between-study variance, logit normal-normal model: SJ, random-effects (hartung-knapp-adhoc)",
        c(estimate = -0.0863666968998, ci_low = -0.602533872703, ci_high = 0.429800478903,
          se = 0.240661310848),
        found)
confirm("between-study variance, logit normal-normal model: SJ, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.478421737167, ci_low = 0.35376419782, ci_high = 0.60582602363),
        natural(found, plogis))
confirm("between-study variance, logit normal-normal model: SJ, variation between studies",
        c(tau2 = 0.705325580935, Q = 111.358285441, pvalue = 3.04920485594e-17, I2 = 0.915871251237,
          H2 = 11.8865431223, tau2_low = 0.208262202747, tau2_high = 2.08030853634, I2_low = 0.762722841406,
          I2_high = 0.969796821908, H2_low = 4.21448067706, H2_high = 33.1090985506),
        spread(d, "SJ"))
found <- pooled(d, "SJ", "t")
confirm("between-study variance, logit normal-normal model: SJ, prediction interval (t(k-1))",
        c(pi_low = -1.96013396282, pi_high = 1.78740056902),
        found)
confirm("between-study variance, logit normal-normal model: SJ, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.123452550447, pi_high = 0.856608282908),
        natural(found, plogis))
found <- pooled(d, "EE", "wald")
confirm("model, normal-normal on the scale of the logit: common-effect, common-effect (wald)",
        c(estimate = -0.148113106345, ci_low = -0.27249314287, ci_high = -0.0237330698196,
          se = 0.063460368408),
        found)
confirm("model, normal-normal on the scale of the logit: common-effect, common-effect (wald), as proportion",
        c(estimate = 0.463039267537, ci_low = 0.432295134776, ci_high = 0.494067011026),
        natural(found, plogis))
confirm("model, normal-normal on the scale of the logit: common-effect, variation between studies",
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
found <- mixed(d[c(2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15), ], "t")
confirm("route: only from events, glmm (t)",
        c(estimate = -0.156239421669, se = 0.240580573742, ci_low = -0.680419462307,
          ci_high = 0.367940618969),
        found, within = 1e-5)
confirm("route: only from events, glmm (t), as proportion",
        c(estimate = 0.46101940782, ci_low = 0.336167689386, ci_high = 0.590961265804),
        natural(found, plogis), within = 1e-5)
confirm("route: only from events, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.46530392741),
        found, within = 1e-5)
not_checked("route: only from events, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("route: only from events, variation between studies",
        c(tau2 = 0.554241978291, I2 = 0.864844234549, H2 = 7.39887045632, Q = 75.7672125473,
          pvalue = 2.63044192147e-11),
        mixed(d[c(2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15), ], "z"), within = 1e-5)
not_checked("route: only from events, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[c(2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15), ], "t")
confirm("route: only from events, prediction interval (t(k-1))",
        c(pi_low = -1.8609025211, pi_high = 1.54842367776),
        found, within = 1e-5)
confirm("route: only from events, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.134597890449, pi_high = 0.824685945316),
        natural(found, plogis), within = 1e-5)

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
         0.04059829059829059, 0.067816091954023),
  events = c(156, 33, 49, 17, 11, 13, 10, 4, 8, 34, 12, 47, 16, 78, 29),
  n = c(269, 133, 130, 64, 21, 15, 19, 8, 8, 125, 34, 77, 45, 114, 59)
)
confirm_studies(other, rows = c(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), from_counts(
    "PLO",
    x1 = c(156, 33, 49, 17, 11, 13, 10, 4, 8, 34, 12, 47, 16, 78, 29),
    n1 = c(269, 133, 130, 64, 21, 15, 19, 8, 8, 125, 34, 77, 45, 114, 59),
    add = c(0, 0, 0, 0, 0, 0, 0, 0, 0.5, 0, 0, 0, 0, 0, 0)
))
not_checked("the counts of NEMO (Dummer 2017): binimetinib, Guida 2021: NRAS-mutant, anti-PD-1",
            because = "these are taken as recovered from other printed figures (percent)")
found <- mixed(other, "t")
confirm("one row per cohort: parts instead of whole cohorts, glmm (t)",
        c(estimate = -0.0481320463838, se = 0.217033089205, ci_low = -0.513621726948,
          ci_high = 0.41735763418),
        found, within = 1e-5)
confirm("one row per cohort: parts instead of whole cohorts, glmm (t), as proportion",
        c(estimate = 0.487969310933, ci_low = 0.374344892712, ci_high = 0.602850782358),
        natural(found, plogis), within = 1e-5)
confirm("one row per cohort: parts instead of whole cohorts, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.489293079537),
        found, within = 1e-5)
not_checked("one row per cohort: parts instead of whole cohorts, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("one row per cohort: parts instead of whole cohorts, variation between studies",
        c(tau2 = 0.552193539709, I2 = 0.894879101774, H2 = 9.51285630996, Q = 131.702018776,
          pvalue = 3.13401812291e-21),
        mixed(other, "z"), within = 1e-5)
not_checked("one row per cohort: parts instead of whole cohorts, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(other, "t")
confirm("one row per cohort: parts instead of whole cohorts, prediction interval (t(k-1))",
        c(pi_low = -1.70850297834, pi_high = 1.61223888557),
        found, within = 1e-5)
confirm("one row per cohort: parts instead of whole cohorts, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.153357987182, pi_high = 0.83372199425),
        natural(found, plogis), within = 1e-5)

# All rows, by the model for rows that depend on each other.
rows <- data.frame(
  study = c("NEMO (Dummer 2017): binimetinib", "NEMO (Dummer 2017): dacarbazine",
            "Lebb\u00e9 2020: pimasertib", "Lebb\u00e9 2020: dacarbazine", "FCN-159 phase Ia (2022)",
            "HL-085 phase I", "Ulixertinib phase I", "Sorafenib + tivantinib phase I",
            "Axitinib + carboplatin/paclitaxel phase II", "Kirchberger 2018: NRAS-mutant, ipilimumab",
            "Kirchberger 2018: NRAS-mutant, anti-PD-1",
            "Kirchberger 2018: NRAS-mutant, anti-PD-1 + ipilimumab", "Guida 2021: NRAS-mutant, ipilimumab",
            "Guida 2021: NRAS-mutant, anti-PD-1", "Johnson 2015: NRAS-mutant",
            "Johnson 2015: AACR 2014, NRAS-mutant"),
  group = c("NEMO (Dummer 2017)", "NEMO (Dummer 2017)", "Lebb\u00e9 2020", "Lebb\u00e9 2020",
            "FCN-159 phase Ia (2022)", "HL-085 phase I", "Ulixertinib phase I",
            "Sorafenib + tivantinib phase I", "Axitinib + carboplatin/paclitaxel phase II",
            "Kirchberger 2018", "Kirchberger 2018", "Kirchberger 2018", "Guida 2021", "Guida 2021",
            "Johnson 2015", "Johnson 2015"),
  yi = c(0.32246818853719644, -1.1086626245216111, -0.5026288565618121, -1.0169342576538425,
         0.09531017980432493, 1.8718021769015913, 0.10536051565782635, 0, 2.833213344056216,
         -0.9844989819006886, -0.6061358035703156, 0.4489502200479032, -0.5947071077466928,
         0.7731898882334817, 0, -0.03390155167568134),
  vi = c(0.015259813932380304, 0.040303030303030306, 0.032753842277651796, 0.08010012515644556,
         0.19090909090909092, 0.5769230769230769, 0.2111111111111111, 0.5, 2.1176470588235294,
         0.040400775694893344, 0.12878787878787878, 0.05460992907801418, 0.09698275862068964,
         0.04059829059829059, 0.06666666666666667, 0.067816091954023))
# Row, row, correlation of their sampling errors.
correlations <- list(
  c(15, 16, 0.9916316520429009))
together <- dependent(rows, correlations)
confirm("dependent rows",
        c(estimate = -0.12192424, tau2 = 0, omega2 = 0.39346461),
        together, within = 1e-5)
if (is.na(together["se"])) {
not_checked("the robust standard error of dependent rows",
            because = "R has no package clubSandwich here")
} else {
confirm("dependent rows, robust",
        c(se = 0.15763666, df = 6.0616882, ci_low = -0.50669773, ci_high = 0.26284925, pi_low = -1.7006223,
          pi_high = 1.4567738),
        together, within = 1e-5)
}

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
  vi = 0.3333333333333333,
  events = 4,
  n = 16
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
