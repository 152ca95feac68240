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

# All 2 study results. Two study results are too few to tell from them alone how much true effects differ
# between studies. The headline is the Bayesian random-effects estimate, in which a stated prior stands for
# that (half-normal with scale 0.5 for τ); the classical intervals are shown beside it.
found <- posterior(d, "half-normal", 0.5)
confirm("bayesian (half-normal(0.5))",
        c(estimate = -0.544006454008, se = 0.276815729697, ci_low = -1.13176410698,
          ci_high = 0.026310590159),
        found)
confirm("bayesian (half-normal(0.5)), as hazard ratio",
        c(estimate = 0.580418169105, ci_low = 0.322463893556, ci_high = 1.02665976938),
        natural(found, exp))
confirm("bayesian (half-normal(0.5)), posterior",
        c(tau = 0.202561860523, new_low = -1.52355730198, new_high = 0.4174486651,
          p_below_0 = 0.972202703084),
        found, within = 1e-5)
not_checked("bayesian (half-normal(0.5)): the interval of tau",
            because = "R computes its median only")
confirm("variation between studies",
        c(tau2 = 0, Q = 0.487808434085, pvalue = 0.484906543877, I2 = 0, H2 = 1, tau2_low = 0,
          tau2_high = 12.2690477959, I2_low = 0, I2_high = 0.997986772986, H2_low = 1,
          H2_high = 496.714972046),
        spread(d, "REML"))
confirm("share of weight",
        c("weight of 1" = 0.557343730826, "weight of 2" = 0.442656269174),
        posterior(d, "half-normal", 0.5))
confirm("beside it bayesian (Turner 2015 (cause-specific mortality, major morbidity or composite; pharmacological vs pharmacological))",
        c(estimate = -0.541964316349, se = 0.181773887417, ci_low = -0.890682551087,
          ci_high = -0.200313928861),
        posterior(d, "log-normal", c(-1.975, 0.895)))
confirm("beside it bayesian (Turner 2015 (cause-specific mortality, major morbidity or composite; pharmacological vs pharmacological)), posterior",
        c(tau = 0.110724718956, new_low = -1.07568771663, new_high = -0.0197999671525,
          p_below_0 = 0.993747527907),
        posterior(d, "log-normal", c(-1.975, 0.895)), within = 1e-5)
not_checked("beside it bayesian (Turner 2015 (cause-specific mortality, major morbidity or composite; pharmacological vs pharmacological)): the interval of tau",
            because = "R computes its median only")
confirm("beside it common-effect (wald)",
        c(estimate = -0.535830740125, se = 0.107532302466, ci_low = -0.746590180133,
          ci_high = -0.325071300117, pvalue = 6.26141476712e-07),
        pooled(d, "EE", "wald"))
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
found <- posterior(other, "half-normal", 0.5)
confirm("route: medians and their intervals, wherever the figures allow it, bayesian (half-normal(0.5))",
        c(estimate = -0.626685496637, se = 0.250979286858, ci_low = -1.16098918708,
          ci_high = -0.0957713924271),
        found)
confirm("route: medians and their intervals, wherever the figures allow it, bayesian (half-normal(0.5)), as hazard ratio",
        c(estimate = 0.534360007066, ci_low = 0.313176237725, ci_high = 0.908671721563),
        natural(found, exp))
confirm("route: medians and their intervals, wherever the figures allow it, bayesian (half-normal(0.5)), posterior",
        c(tau = 0.172944928239, new_low = -1.52766513224, new_high = 0.270842937067,
          p_below_0 = 0.983200518196),
        found, within = 1e-5)
not_checked("route: medians and their intervals, wherever the figures allow it, bayesian (half-normal(0.5)): the interval of tau",
            because = "R computes its median only")
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
found <- posterior(other, "half-normal", 0.5)
confirm("route: medians and assumed events, wherever the figures allow it, bayesian (half-normal(0.5))",
        c(estimate = -0.627797832088, se = 0.263358691113, ci_low = -1.17918176388,
          ci_high = -0.0779008138009),
        found)
confirm("route: medians and assumed events, wherever the figures allow it, bayesian (half-normal(0.5)), as hazard ratio",
        c(estimate = 0.533765949943, ci_low = 0.307530268056, ci_high = 0.925056174799),
        natural(found, exp))
confirm("route: medians and assumed events, wherever the figures allow it, bayesian (half-normal(0.5)), posterior",
        c(tau = 0.181668123237, new_low = -1.55148189922, new_high = 0.294344021301,
          p_below_0 = 0.981916899802),
        found, within = 1e-5)
not_checked("route: medians and assumed events, wherever the figures allow it, bayesian (half-normal(0.5)): the interval of tau",
            because = "R computes its median only")
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
found <- posterior(other, "half-normal", 0.5)
confirm("assumed share of participants with the event: 50%, bayesian (half-normal(0.5))",
        c(estimate = -0.534956577069, se = 0.285466408044, ci_low = -1.14481234989,
          ci_high = 0.0459893738169),
        found)
confirm("assumed share of participants with the event: 50%, bayesian (half-normal(0.5)), as hazard ratio",
        c(estimate = 0.585694722174, ci_low = 0.318283638146, ci_high = 1.04706328461),
        natural(found, exp))
confirm("assumed share of participants with the event: 50%, bayesian (half-normal(0.5)), posterior",
        c(tau = 0.208709860395, new_low = -1.54019360385, new_high = 0.439860041189,
          p_below_0 = 0.969917394363),
        found, within = 1e-5)
not_checked("assumed share of participants with the event: 50%, bayesian (half-normal(0.5)): the interval of tau",
            because = "R computes its median only")
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
found <- posterior(other, "half-normal", 0.5)
confirm("assumed share of participants with the event: 100%, bayesian (half-normal(0.5))",
        c(estimate = -0.550492582488, se = 0.271841428499, ci_low = -1.12476819202,
          ci_high = 0.0156877228795),
        found)
confirm("assumed share of participants with the event: 100%, bayesian (half-normal(0.5)), as hazard ratio",
        c(estimate = 0.576665684991, ci_low = 0.324727733115, ci_high = 1.01581142121),
        natural(found, exp))
confirm("assumed share of participants with the event: 100%, bayesian (half-normal(0.5)), posterior",
        c(tau = 0.199332003766, new_low = -1.5146862452, new_high = 0.405371015969,
          p_below_0 = 0.973351647811),
        found, within = 1e-5)
not_checked("assumed share of participants with the event: 100%, bayesian (half-normal(0.5)): the interval of tau",
            because = "R computes its median only")
confirm("assumed share of participants with the event: 100%, variation between studies",
        c(tau2 = 0, Q = 0.578669772068, pvalue = 0.446834200655, I2 = 0, H2 = 1, tau2_low = 0,
          tau2_high = 12.2729340138, I2_low = 0, I2_high = 0.998302885057, H2_low = 1,
          H2_high = 589.235280845),
        spread(other, "REML"))

# All rows, by the model for rows that depend on each other.
rows <- data.frame(
  study = c("NEMO (Dummer 2017): binimetinib", "NEMO (Dummer 2017): binimetinib, prior immunotherapy",
            "Lebb\u00e9 2020"),
  group = c("NEMO (Dummer 2017)", "NEMO (Dummer 2017)", "Lebb\u00e9 2020"),
  yi = c(-0.4780358009429998, -0.7765287894989963, -0.633427945858323),
  vi = c(0.018410668896316217, 0.08403690691757484, 0.03108974358974359))
# Row, row, correlation of their sampling errors.
correlations <- list(
  c(1, 2, 0.5301607648909068))
together <- dependent(rows, correlations)
confirm("dependent rows",
        c(estimate = -0.55021855, tau2 = 0, omega2 = 0.0067712552),
        together, within = 1e-5)
if (is.na(together["se"])) {
not_checked("the robust standard error of dependent rows",
            because = "R has no package clubSandwich here")
} else {
confirm("dependent rows, robust",
        c(se = 0.056393759, df = 1.0098443, pvalue = 0.063698711, ci_low = -1.2504715, ci_high = 0.15003435),
        together, within = 1e-5)
}
not_checked("dependent rows with other assumed correlations",
            because = "the script holds the covariances under the main assumption only")

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

# All 2 study results. Two study results are too few to tell from them alone how much true effects differ
# between studies. The headline is the Bayesian random-effects estimate, in which a stated prior stands for
# that (half-normal with scale 0.5 for τ); the classical intervals are shown beside it.
found <- posterior(d, "half-normal", 0.5)
confirm("bayesian (half-normal(0.5))",
        c(estimate = 0.0779002495219, se = 0.281554178049, ci_low = -0.503280514234,
          ci_high = 0.673016371899),
        found)
confirm("bayesian (half-normal(0.5)), as hazard ratio",
        c(estimate = 1.08101482155, ci_low = 0.604544187357, ci_high = 1.96014092643),
        natural(found, exp))
confirm("bayesian (half-normal(0.5)), posterior",
        c(tau = 0.208438364901, new_low = -0.899300309808, new_high = 1.06961184036,
          p_below_0 = 0.338361262894),
        found, within = 1e-5)
not_checked("bayesian (half-normal(0.5)): the interval of tau",
            because = "R computes its median only")
confirm("variation between studies",
        c(tau2 = 0, Q = 0.582608752598, pvalue = 0.445291586105, I2 = 0, H2 = 1, tau2_low = 0,
          tau2_high = 15.5307225774, I2_low = 0, I2_high = 0.998314359143, H2_low = 1,
          H2_high = 593.246180344),
        spread(d, "REML"))
confirm("share of weight",
        c("weight of 1" = 0.541558227493, "weight of 2" = 0.458441772507),
        posterior(d, "half-normal", 0.5))
confirm("beside it bayesian (Turner 2015 (all-cause mortality; pharmacological vs pharmacological))",
        c(estimate = 0.0761554642694, se = 0.163321842709, ci_low = -0.241045274537,
          ci_high = 0.396523184078),
        posterior(d, "log-normal", c(-2.09, 0.705)))
confirm("beside it bayesian (Turner 2015 (all-cause mortality; pharmacological vs pharmacological)), posterior",
        c(tau = 0.109906351174, new_low = -0.382122101467, new_high = 0.540239899438,
          p_below_0 = 0.299752450792),
        posterior(d, "log-normal", c(-2.09, 0.705)), within = 1e-5)
not_checked("beside it bayesian (Turner 2015 (all-cause mortality; pharmacological vs pharmacological)): the interval of tau",
            because = "R computes its median only")
confirm("beside it common-effect (wald)",
        c(estimate = 0.0711821612813, se = 0.112517495493, ci_low = -0.149348077515,
          ci_high = 0.291712400078, pvalue = 0.52697402535),
        pooled(d, "EE", "wald"))
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
found <- posterior(other, "half-normal", 0.5)
confirm("route: medians and their intervals, wherever the figures allow it, bayesian (half-normal(0.5))",
        c(estimate = 0.0697624622946, se = 0.311918711486, ci_low = -0.591004263633, ci_high = 0.6993150614),
        found)
confirm("route: medians and their intervals, wherever the figures allow it, bayesian (half-normal(0.5)), as hazard ratio",
        c(estimate = 1.07225345038, ci_low = 0.55377087344, ci_high = 2.01237388277),
        natural(found, exp))
confirm("route: medians and their intervals, wherever the figures allow it, bayesian (half-normal(0.5)), posterior",
        c(tau = 0.23675730745, new_low = -1.00847695714, new_high = 1.11399527707,
          p_below_0 = 0.379320387601),
        found, within = 1e-5)
not_checked("route: medians and their intervals, wherever the figures allow it, bayesian (half-normal(0.5)): the interval of tau",
            because = "R computes its median only")
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
found <- posterior(other, "half-normal", 0.5)
confirm("route: medians and assumed events, wherever the figures allow it, bayesian (half-normal(0.5))",
        c(estimate = 0.0201745467025, se = 0.292682511678, ci_low = -0.576876209766,
          ci_high = 0.655137539321),
        found)
confirm("route: medians and assumed events, wherever the figures allow it, bayesian (half-normal(0.5)), as hazard ratio",
        c(estimate = 1.02037942835, ci_low = 0.561650106224, ci_high = 1.92540731838),
        natural(found, exp))
confirm("route: medians and assumed events, wherever the figures allow it, bayesian (half-normal(0.5)), posterior",
        c(tau = 0.236661026918, new_low = -0.998608504585, new_high = 1.077805432,
          p_below_0 = 0.456533636003),
        found, within = 1e-5)
not_checked("route: medians and assumed events, wherever the figures allow it, bayesian (half-normal(0.5)): the interval of tau",
            because = "R computes its median only")
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
found <- posterior(other, "half-normal", 0.5)
confirm("assumed share of participants with the event: 50%, bayesian (half-normal(0.5))",
        c(estimate = 0.0675174276764, se = 0.28988685322, ci_low = -0.522215153062,
          ci_high = 0.684475921088),
        found)
confirm("assumed share of participants with the event: 50%, bayesian (half-normal(0.5)), as hazard ratio",
        c(estimate = 1.06984890442, ci_low = 0.593205051509, ci_high = 1.98273245493),
        natural(found, exp))
confirm("assumed share of participants with the event: 50%, bayesian (half-normal(0.5)), posterior",
        c(tau = 0.213486570675, new_low = -0.919857056937, new_high = 1.08370548,
          p_below_0 = 0.365803676133),
        found, within = 1e-5)
not_checked("assumed share of participants with the event: 50%, bayesian (half-normal(0.5)): the interval of tau",
            because = "R computes its median only")
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
found <- posterior(other, "half-normal", 0.5)
confirm("assumed share of participants with the event: 100%, bayesian (half-normal(0.5))",
        c(estimate = 0.0852118808267, se = 0.276825744301, ci_low = -0.493261725186,
          ci_high = 0.667024386583),
        found)
confirm("assumed share of participants with the event: 100%, bayesian (half-normal(0.5)), as hazard ratio",
        c(estimate = 1.08894776941, ci_low = 0.610631430525, ci_high = 1.94843090895),
        natural(found, exp))
confirm("assumed share of participants with the event: 100%, bayesian (half-normal(0.5)), posterior",
        c(tau = 0.205948375553, new_low = -0.888521309318, new_high = 1.06238978002,
          p_below_0 = 0.318518642137),
        found, within = 1e-5)
not_checked("assumed share of participants with the event: 100%, bayesian (half-normal(0.5)): the interval of tau",
            because = "R computes its median only")
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

# All 2 study results. Two study results are too few to tell from them alone how much true effects differ
# between studies. The headline is the Bayesian random-effects estimate, in which a stated prior stands for
# that (half-normal with scale 0.5 for τ); the classical intervals are shown beside it.
found <- posterior(d, "half-normal", 0.5)
confirm("bayesian (half-normal(0.5))",
        c(estimate = 0.646130343745, se = 0.35218641564, ci_low = -0.120208056506, ci_high = 1.34831483421),
        found)
confirm("bayesian (half-normal(0.5)), as risk ratio",
        c(estimate = 1.90814266787, ci_low = 0.886735926345, ci_high = 3.85093060319),
        natural(found, exp))
confirm("bayesian (half-normal(0.5)), posterior",
        c(tau = 0.323800277494, new_low = -0.613146421108, new_high = 1.83862227875,
          p_below_0 = 0.0398505946476),
        found, within = 1e-5)
not_checked("bayesian (half-normal(0.5)): the interval of tau",
            because = "R computes its median only")
confirm("variation between studies",
        c(tau2 = 0.0838200722899, Q = 3.05967877751, pvalue = 0.0802575339594, I2 = 0.67316830533,
          H2 = 3.05967877751, tau2_low = 0, tau2_high = 126.74852046, I2_low = 0, I2_high = 0.999679028686,
          H2_low = 1, H2_high = 3115.54321789),
        spread(d, "REML"))
confirm("share of weight",
        c("weight of 1" = 0.569797132436, "weight of 2" = 0.430202867564),
        posterior(d, "half-normal", 0.5))
confirm("beside it bayesian (Turner 2015 (all outcomes))",
        c(estimate = 0.646548410756, se = 0.350761519324, ci_low = -0.0656649851071,
          ci_high = 1.30143817477),
        posterior(d, "log-normal", c(-1.28, 0.87)))
confirm("beside it bayesian (Turner 2015 (all outcomes)), posterior",
        c(tau = 0.269397126005, new_low = -0.518576861295, new_high = 1.749775597,
          p_below_0 = 0.0323045913526),
        posterior(d, "log-normal", c(-1.28, 0.87)), within = 1e-5)
not_checked("beside it bayesian (Turner 2015 (all outcomes)): the interval of tau",
            because = "R computes its median only")
confirm("beside it common-effect (wald)",
        c(estimate = 0.692780364725, se = 0.132296027435, ci_low = 0.433484915654, ci_high = 0.952075813795,
          pvalue = 1.6356841922e-07),
        pooled(d, "EE", "wald"))
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
found <- posterior(other, "half-normal", 0.5)
confirm("effect measure: odds ratio, bayesian (half-normal(0.5))",
        c(estimate = 1.04786210937, se = 0.440024835507, ci_low = 0.103185357352, ci_high = 1.91030055396),
        found)
confirm("effect measure: odds ratio, bayesian (half-normal(0.5)), as odds ratio",
        c(estimate = 2.85154829842, ci_low = 1.10869689515, ci_high = 6.75511877115),
        natural(found, exp))
confirm("effect measure: odds ratio, bayesian (half-normal(0.5)), posterior",
        c(tau = 0.437274074695, new_low = -0.477683755875, new_high = 2.48414636356,
          p_below_0 = 0.0182430710006),
        found, within = 1e-5)
not_checked("effect measure: odds ratio, bayesian (half-normal(0.5)): the interval of tau",
            because = "R computes its median only")
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
found <- pooled(other, "REML", "hartung-knapp-adhoc")
confirm("effect measure: risk difference, random-effects (hartung-knapp-adhoc)",
        c(estimate = 0.227325209477, ci_low = -1.17165800019, ci_high = 1.62630841914, se = 0.11010236642,
          pvalue = 0.28714107561),
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
