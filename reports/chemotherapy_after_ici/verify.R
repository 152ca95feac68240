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
         0.3717948717948718, 0.12083333333333333),
  events = c(21, 12, 2, 10, 3, 10),
  n = c(147, 118, 71, 40, 29, 58)
)
confirm_studies(d, rows = c(1, 2, 3, 4, 5, 6), from_counts(
    "PLO",
    x1 = c(21, 12, 2, 10, 3, 10),
    n1 = c(147, 118, 71, 40, 29, 58)
))

# All 6 study results. Proportions from events and participants: random-effects logistic regression of the
# counts themselves (mixed model, GLMM). It adds nothing to cohorts without events and needs no normal
# approximation for small ones; its interval has the t distribution with k − 1 degrees of freedom. The logit
# normal-normal model is shown beside it.
found <- mixed(d, "t")
confirm("glmm (t)",
        c(estimate = -1.98355702211, se = 0.254517731026, ci_low = -2.63781567833, ci_high = -1.32929836589),
        found, within = 1e-5)
confirm("glmm (t), as proportion",
        c(estimate = 0.12094016774, ci_low = 0.0667439665499, ci_high = 0.209275447405),
        natural(found, plogis), within = 1e-5)
confirm("glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.129990682705),
        found, within = 1e-5)
not_checked("glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("variation between studies",
        c(tau2 = 0.228747717562, I2 = 0.631633098714, H2 = 2.71468472468, Q = 15.383494601,
          pvalue = 0.00884345345059),
        mixed(d, "z"), within = 1e-5)
not_checked("variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d, "t")
confirm("prediction interval (t(k-1))",
        c(pi_low = -3.37625022859, pi_high = -0.59086381563),
        found, within = 1e-5)
confirm("prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0330460052947, pi_high = 0.356436679443),
        natural(found, plogis), within = 1e-5)
not_checked("share of weight",
            because = "metafor gives no weights of a mixed model")
confirm("beside it glmm (wald)",
        c(estimate = -1.98355702211, se = 0.254517731026, ci_low = -2.48240260835, ci_high = -1.48471143587),
        mixed(d, "z"), within = 1e-5)
confirm("beside it common-effect (wald)",
        c(estimate = -1.82251600962, se = 0.142582658672, ci_low = -2.10197288544, ci_high = -1.5430591338),
        pooled(d, "EE", "wald"))
confirm("beside it random-effects (wald)",
        c(estimate = -1.88788527456, se = 0.241850657987, ci_low = -2.36190385385, ci_high = -1.41386669527),
        pooled(d, "REML", "wald"))
confirm("beside it random-effects (hartung-knapp)",
        c(estimate = -1.88788527456, se = 0.277771177296, ci_low = -2.60191881738, ci_high = -1.17385173174),
        pooled(d, "REML", "hartung-knapp"))
confirm("beside it random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.88788527456, se = 0.277771177296, ci_low = -2.60191881738, ci_high = -1.17385173174),
        pooled(d, "REML", "hartung-knapp-adhoc"))

# Without each study in turn.

found <- mixed(d[-1, ], "t")
confirm("without Goldinger 2022: carboplatin + paclitaxel, glmm (t)",
        c(estimate = -2.05303436678, se = 0.334773674893, ci_low = -2.98251509779, ci_high = -1.12355363578),
        found, within = 1e-5)
confirm("without Goldinger 2022: carboplatin + paclitaxel, glmm (t), as proportion",
        c(estimate = 0.113746134284, ci_low = 0.0482220627901, ci_high = 0.245352715709),
        natural(found, plogis), within = 1e-5)
confirm("without Goldinger 2022: carboplatin + paclitaxel, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.127436412502),
        found, within = 1e-5)
not_checked("without Goldinger 2022: carboplatin + paclitaxel, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("without Goldinger 2022: carboplatin + paclitaxel, variation between studies",
        c(tau2 = 0.360603329688, I2 = 0.675686236306, H2 = 3.08343373593, Q = 14.7873328686,
          pvalue = 0.00516325022743),
        mixed(d[-1, ], "z"), within = 1e-5)
not_checked("without Goldinger 2022: carboplatin + paclitaxel, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[-1, ], "t")
confirm("without Goldinger 2022: carboplatin + paclitaxel, prediction interval (t(k-1))",
        c(pi_low = -3.96188175647, pi_high = -0.144186977087),
        found, within = 1e-5)
confirm("without Goldinger 2022: carboplatin + paclitaxel, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0186719986141, pi_high = 0.464015576804),
        natural(found, plogis), within = 1e-5)

found <- mixed(d[-2, ], "t")
confirm("without Goldinger 2022: dacarbazine, glmm (t)",
        c(estimate = -1.948536571, se = 0.321489122171, ci_low = -2.84113347062, ci_high = -1.05593967137),
        found, within = 1e-5)
confirm("without Goldinger 2022: dacarbazine, glmm (t), as proportion",
        c(estimate = 0.124713017916, ci_low = 0.0551414531876, ci_high = 0.258086153068),
        natural(found, plogis), within = 1e-5)
confirm("without Goldinger 2022: dacarbazine, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.137719637002),
        found, within = 1e-5)
not_checked("without Goldinger 2022: dacarbazine, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("without Goldinger 2022: dacarbazine, variation between studies",
        c(tau2 = 0.327225922139, I2 = 0.683835335238, H2 = 3.16290879866, Q = 14.5482623111,
          pvalue = 0.00573597670953),
        mixed(d[-2, ], "z"), within = 1e-5)
not_checked("without Goldinger 2022: dacarbazine, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[-2, ], "t")
confirm("without Goldinger 2022: dacarbazine, prediction interval (t(k-1))",
        c(pi_low = -3.77040332968, pi_high = -0.126669812316),
        found, within = 1e-5)
confirm("without Goldinger 2022: dacarbazine, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0225237578633, pi_high = 0.468374821752),
        natural(found, plogis), within = 1e-5)

found <- mixed(d[-3, ], "t")
confirm("without Goldinger 2022: temozolomide, glmm (t)",
        c(estimate = -1.79175946923, se = 0.144337567297, ci_low = -2.19250480145, ci_high = -1.39101413701),
        found, within = 1e-5)
confirm("without Goldinger 2022: temozolomide, glmm (t), as proportion",
        c(estimate = 0.142857142857, ci_low = 0.100425582502, ci_high = 0.199245905005),
        natural(found, plogis), within = 1e-5)
confirm("without Goldinger 2022: temozolomide, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.142857142857),
        found, within = 1e-5)
not_checked("without Goldinger 2022: temozolomide, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("without Goldinger 2022: temozolomide, variation between studies",
        c(tau2 = 0, I2 = 0, H2 = 1, Q = 5.76060581815, pvalue = 0.217753913898),
        mixed(d[-3, ], "z"), within = 1e-5)
not_checked("without Goldinger 2022: temozolomide, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[-3, ], "t")
confirm("without Goldinger 2022: temozolomide, prediction interval (t(k-1))",
        c(pi_low = -2.19250480145, pi_high = -1.39101413701),
        found, within = 1e-5)
confirm("without Goldinger 2022: temozolomide, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.100425582502, pi_high = 0.199245905005),
        natural(found, plogis), within = 1e-5)

found <- mixed(d[-4, ], "t")
confirm("without Goldinger 2022: taxane alone, glmm (t)",
        c(estimate = -2.12479365584, se = 0.241564383947, ci_low = -2.79548390724, ci_high = -1.45410340444),
        found, within = 1e-5)
confirm("without Goldinger 2022: taxane alone, glmm (t), as proportion",
        c(estimate = 0.106710261731, ci_low = 0.057568705477, ci_high = 0.189370851273),
        natural(found, plogis), within = 1e-5)
confirm("without Goldinger 2022: taxane alone, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.111269571615),
        found, within = 1e-5)
not_checked("without Goldinger 2022: taxane alone, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("without Goldinger 2022: taxane alone, variation between studies",
        c(tau2 = 0.12225684477, I2 = 0.471784232747, H2 = 1.89316575157, Q = 10.2420146145,
          pvalue = 0.0365424517862),
        mixed(d[-4, ], "z"), within = 1e-5)
not_checked("without Goldinger 2022: taxane alone, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[-4, ], "t")
confirm("without Goldinger 2022: taxane alone, prediction interval (t(k-1))",
        c(pi_low = -3.30473446987, pi_high = -0.944852841816),
        found, within = 1e-5)
confirm("without Goldinger 2022: taxane alone, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0354091257705, pi_high = 0.279921134221),
        natural(found, plogis), within = 1e-5)

found <- mixed(d[-5, ], "t")
confirm("without Goldinger 2022: fotemustine, glmm (t)",
        c(estimate = -1.96320743557, se = 0.290489147005, ci_low = -2.76973460588, ci_high = -1.15668026525),
        found, within = 1e-5)
confirm("without Goldinger 2022: fotemustine, glmm (t), as proportion",
        c(estimate = 0.12312034848, ci_low = 0.058981741883, ci_high = 0.239271021484),
        natural(found, plogis), within = 1e-5)
confirm("without Goldinger 2022: fotemustine, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.134505487697),
        found, within = 1e-5)
not_checked("without Goldinger 2022: fotemustine, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("without Goldinger 2022: fotemustine, variation between studies",
        c(tau2 = 0.286916157812, I2 = 0.710819148825, H2 = 3.45804362888, Q = 15.242182298,
          pvalue = 0.00422439387951),
        mixed(d[-5, ], "z"), within = 1e-5)
not_checked("without Goldinger 2022: fotemustine, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[-5, ], "t")
confirm("without Goldinger 2022: fotemustine, prediction interval (t(k-1))",
        c(pi_low = -3.65501758353, pi_high = -0.271397287601),
        found, within = 1e-5)
confirm("without Goldinger 2022: fotemustine, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0252091089076, pi_high = 0.432564095177),
        natural(found, plogis), within = 1e-5)

found <- mixed(d[-6, ], "t")
confirm("without Goldinger 2022: other regimens, glmm (t)",
        c(estimate = -2.07994205089, se = 0.309909382815, ci_low = -2.94038843986, ci_high = -1.21949566192),
        found, within = 1e-5)
confirm("without Goldinger 2022: other regimens, glmm (t), as proportion",
        c(estimate = 0.111061687724, ci_low = 0.0501927516901, ci_high = 0.228025216886),
        natural(found, plogis), within = 1e-5)
confirm("without Goldinger 2022: other regimens, glmm (t), mean over the cohorts (marginal)",
        c(marginal = 0.122421679197),
        found, within = 1e-5)
not_checked("without Goldinger 2022: other regimens, glmm (t), mean over the cohorts (marginal): its interval",
            because = "metafor gives no covariance of mean and tau2")
confirm("without Goldinger 2022: other regimens, variation between studies",
        c(tau2 = 0.301402901395, I2 = 0.682359347171, H2 = 3.1482116382, Q = 14.1424255317,
          pvalue = 0.00685409487005),
        mixed(d[-6, ], "z"), within = 1e-5)
not_checked("without Goldinger 2022: other regimens, variation between studies: interval of tau2, I2 and H2",
            because = "metafor has none for a mixed model")
found <- mixed(d[-6, ], "t")
confirm("without Goldinger 2022: other regimens, prediction interval (t(k-1))",
        c(pi_low = -3.83030678065, pi_high = -0.329577321135),
        found, within = 1e-5)
confirm("without Goldinger 2022: other regimens, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0212419435826, pi_high = 0.41834347099),
        natural(found, plogis), within = 1e-5)

# The same question answered in other ways.
found <- pooled(d, "REML", "hartung-knapp")
confirm("between-study variance, logit normal-normal model: REML, random-effects (hartung-knapp)",
        c(estimate = -1.88788527456, ci_low = -2.60191881738, ci_high = -1.17385173174, se = 0.277771177296),
        found)
confirm("between-study variance, logit normal-normal model: REML, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.131485777163, ci_low = 0.0690150305699, ci_high = 0.236159471462),
        natural(found, plogis))
confirm("between-study variance, logit normal-normal model: REML, variation between studies",
        c(tau2 = 0.190403874609, Q = 11.8922345323, pvalue = 0.0362946284828, I2 = 0.588012930817,
          H2 = 2.42726064676, tau2_low = 0, tau2_high = 3.78584374779, I2_low = 0, I2_high = 0.965961559905,
          H2_low = 1, H2_high = 29.378549581),
        spread(d, "REML"))
found <- pooled(d, "REML", "t")
confirm("between-study variance, logit normal-normal model: REML, prediction interval (t(k-1))",
        c(pi_low = -3.17033413914, pi_high = -0.605436409987),
        found)
confirm("between-study variance, logit normal-normal model: REML, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0402974910732, pi_high = 0.353100915996),
        natural(found, plogis))
found <- pooled(d, "DL", "hartung-knapp")
confirm("between-study variance, logit normal-normal model: DL, random-effects (hartung-knapp)",
        c(estimate = -1.88611456319, ci_low = -2.59767092181, ci_high = -1.17455820457, se = 0.276807510562),
        found)
confirm("between-study variance, logit normal-normal model: DL, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.131688119545, ci_low = 0.0692884663593, ci_high = 0.236032055872),
        natural(found, plogis))
confirm("between-study variance, logit normal-normal model: DL, variation between studies",
        c(tau2 = 0.183891871839, Q = 11.8922345323, pvalue = 0.0362946284828, I2 = 0.57955756873,
          H2 = 2.37844690647, tau2_low = 0, tau2_high = 3.78584374779, I2_low = 0, I2_high = 0.965961559905,
          H2_low = 1, H2_high = 29.378549581),
        spread(d, "DL"))
found <- pooled(d, "DL", "t")
confirm("between-study variance, logit normal-normal model: DL, prediction interval (t(k-1))",
        c(pi_low = -3.14852383102, pi_high = -0.623705295354),
        found)
confirm("between-study variance, logit normal-normal model: DL, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0411494827881, pi_high = 0.348939209605),
        natural(found, plogis))
found <- pooled(d, "PM", "hartung-knapp")
confirm("between-study variance, logit normal-normal model: PM, random-effects (hartung-knapp)",
        c(estimate = -1.92178343554, ci_low = -2.67792938843, ci_high = -1.16563748265, se = 0.294153620168),
        found)
confirm("between-study variance, logit normal-normal model: PM, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.127662822053, ci_low = 0.0642883224173, ci_high = 0.237644434808),
        natural(found, plogis))
confirm("between-study variance, logit normal-normal model: PM, variation between studies",
        c(tau2 = 0.345824794418, Q = 11.8922345323, pvalue = 0.0362946284828, I2 = 0.721626062258,
          H2 = 3.59229031321, tau2_low = 0, tau2_high = 3.78584374779, I2_low = 0, I2_high = 0.965961559905,
          H2_low = 1, H2_high = 29.378549581),
        spread(d, "PM"))
found <- pooled(d, "PM", "t")
confirm("between-study variance, logit normal-normal model: PM, prediction interval (t(k-1))",
        c(pi_low = -3.61202875489, pi_high = -0.231538116188),
        found)
confirm("between-study variance, logit normal-normal model: PM, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0262873410364, pi_high = 0.442372690736),
        natural(found, plogis))
found <- pooled(d, "ML", "hartung-knapp")
confirm("between-study variance, logit normal-normal model: ML, random-effects (hartung-knapp)",
        c(estimate = -1.8532682888, ci_low = -2.51030185069, ci_high = -1.19623472691, se = 0.255597216467),
        found)
confirm("between-study variance, logit normal-normal model: ML, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.135489618942, ci_low = 0.0751391302088, ci_high = 0.232145714778),
        natural(found, plogis))
confirm("between-study variance, logit normal-normal model: ML, variation between studies",
        c(tau2 = 0.0809468033627, Q = 11.8922345323, pvalue = 0.0362946284828, I2 = 0.377635072972,
          H2 = 1.60677434825, tau2_low = 0, tau2_high = 3.78584374779, I2_low = 0, I2_high = 0.965961559905,
          H2_low = 1, H2_high = 29.378549581),
        spread(d, "ML"))
found <- pooled(d, "ML", "t")
confirm("between-study variance, logit normal-normal model: ML, prediction interval (t(k-1))",
        c(pi_low = -2.73834840931, pi_high = -0.968188168294),
        found)
confirm("between-study variance, logit normal-normal model: ML, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0607480710157, pi_high = 0.275241785962),
        natural(found, plogis))
found <- pooled(d, "EB", "hartung-knapp")
confirm("between-study variance, logit normal-normal model: EB, random-effects (hartung-knapp)",
        c(estimate = -1.92178343554, ci_low = -2.67792938843, ci_high = -1.16563748265, se = 0.294153620168),
        found)
confirm("between-study variance, logit normal-normal model: EB, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.127662822053, ci_low = 0.0642883224173, ci_high = 0.237644434808),
        natural(found, plogis))
confirm("between-study variance, logit normal-normal model: EB, variation between studies",
        c(tau2 = 0.345824794418, Q = 11.8922345323, pvalue = 0.0362946284828, I2 = 0.721626062258,
          H2 = 3.59229031321, tau2_low = 0, tau2_high = 3.78584374779, I2_low = 0, I2_high = 0.965961559905,
          H2_low = 1, H2_high = 29.378549581),
        spread(d, "EB"))
found <- pooled(d, "EB", "t")
confirm("between-study variance, logit normal-normal model: EB, prediction interval (t(k-1))",
        c(pi_low = -3.61202875489, pi_high = -0.231538116188),
        found)
confirm("between-study variance, logit normal-normal model: EB, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0262873410364, pi_high = 0.442372690736),
        natural(found, plogis))
found <- pooled(d, "HE", "hartung-knapp-adhoc")
confirm("between-study variance, logit normal-normal model: HE, random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.94140154066, ci_low = -2.79153957667, ci_high = -1.09126350464, se = 0.330718137127),
        found)
confirm("between-study variance, logit normal-normal model: HE, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.125493963364, ci_low = 0.0577830771766, ci_high = 0.251380426907),
        natural(found, plogis))
confirm("between-study variance, logit normal-normal model: HE, variation between studies",
        c(tau2 = 0.476160663965, Q = 11.8922345323, pvalue = 0.0362946284828, I2 = 0.781147299054,
          H2 = 4.56928333841, tau2_low = 0, tau2_high = 3.78584374779, I2_low = 0, I2_high = 0.965961559905,
          H2_low = 1, H2_high = 29.378549581),
        spread(d, "HE"))
found <- pooled(d, "HE", "t")
confirm("between-study variance, logit normal-normal model: HE, prediction interval (t(k-1))",
        c(pi_low = -3.90841766508, pi_high = 0.0256145837603),
        found)
confirm("between-study variance, logit normal-normal model: HE, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0196772701198, pi_high = 0.50640329584),
        natural(found, plogis))
found <- pooled(d, "HS", "hartung-knapp")
confirm("between-study variance, logit normal-normal model: HS, random-effects (hartung-knapp)",
        c(estimate = -1.86677285401, ci_low = -2.54861689803, ci_high = -1.18492881, se = 0.265248915464),
        found)
confirm("between-study variance, logit normal-normal model: HS, random-effects (hartung-knapp), as proportion",
        c(estimate = 0.133915572004, ci_low = 0.0725194583497, ci_high = 0.234167140647),
        natural(found, plogis))
confirm("between-study variance, logit normal-normal model: HS, variation between studies",
        c(tau2 = 0.11978803535, Q = 11.8922345323, pvalue = 0.0362946284828, I2 = 0.473109299734,
          H2 = 1.89792683662, tau2_low = 0, tau2_high = 3.78584374779, I2_low = 0, I2_high = 0.965961559905,
          H2_low = 1, H2_high = 29.378549581),
        spread(d, "HS"))
found <- pooled(d, "HS", "t")
confirm("between-study variance, logit normal-normal model: HS, prediction interval (t(k-1))",
        c(pi_low = -2.91090208602, pi_high = -0.822643622003),
        found)
confirm("between-study variance, logit normal-normal model: HS, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0516172578583, pi_high = 0.305202780648),
        natural(found, plogis))
found <- pooled(d, "SJ", "hartung-knapp-adhoc")
confirm("between-study variance, logit normal-normal model: SJ, random-effects (hartung-knapp-adhoc)",
        c(estimate = -1.93484506539, ci_low = -2.7516973514, ci_high = -1.11799277937, se = 0.317769414959),
        found)
confirm("between-study variance, logit normal-normal model: SJ, random-effects (hartung-knapp-adhoc), as proportion",
        c(estimate = 0.126215273792, ci_low = 0.0599908616882, ci_high = 0.246383792152),
        natural(found, plogis))
confirm("between-study variance, logit normal-normal model: SJ, variation between studies",
        c(tau2 = 0.427994656751, Q = 11.8922345323, pvalue = 0.0362946284828, I2 = 0.762370553405,
          H2 = 4.20823266784, tau2_low = 0, tau2_high = 3.78584374779, I2_low = 0, I2_high = 0.965961559905,
          H2_low = 1, H2_high = 29.378549581),
        spread(d, "SJ"))
found <- pooled(d, "SJ", "t")
confirm("between-study variance, logit normal-normal model: SJ, prediction interval (t(k-1))",
        c(pi_low = -3.80444119458, pi_high = -0.0652489361882),
        found)
confirm("between-study variance, logit normal-normal model: SJ, prediction interval (t(k-1)), as proportion",
        c(pi_low = 0.0217864199181, pi_high = 0.483693550831),
        natural(found, plogis))
found <- pooled(d, "EE", "wald")
confirm("model, normal-normal on the scale of the logit: common-effect, common-effect (wald)",
        c(estimate = -1.82251600962, ci_low = -2.10197288544, ci_high = -1.5430591338, se = 0.142582658672),
        found)
confirm("model, normal-normal on the scale of the logit: common-effect, common-effect (wald), as proportion",
        c(estimate = 0.139132245556, ci_low = 0.108905215008, ci_high = 0.176091006709),
        natural(found, plogis))
confirm("model, normal-normal on the scale of the logit: common-effect, variation between studies",
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
  vi = 0.019710515112813968,
  events = 58,
  n = 463
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

# All rows, by the model for rows that depend on each other.
# Nothing to check: all 6 rows are of one group (Goldinger 2022), and how groups differ cannot be told from
# one.

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
  vi = c(0.25757575757575757, 0.3787878787878788),
  events = c(6, 3),
  n = c(17, 25)
)
confirm_studies(d, rows = c(1, 2), from_counts(
    "PLO",
    x1 = c(6, 3),
    n1 = c(17, 25)
))

# All 2 study results. Two study results are too few to tell from them alone how much true effects differ
# between studies. The headline is the Bayesian random-effects estimate, in which a stated prior stands for
# that (half-normal with scale 0.5 for τ); the classical intervals are shown beside it.
found <- posterior(d, "half-normal", 0.5)
confirm("bayesian (half-normal(0.5))",
        c(estimate = -1.20579648695, se = 0.547691665482, ci_low = -2.31237574778, ci_high = -0.13025716424),
        found)
confirm("bayesian (half-normal(0.5)), as proportion",
        c(estimate = 0.230445659086, ci_low = 0.0901031802115, ci_high = 0.467481673954),
        natural(found, plogis))
confirm("bayesian (half-normal(0.5)), posterior",
        c(tau = 0.395532580958, new_low = -2.81166931648, new_high = 0.343705405295),
        found, within = 1e-5)
not_checked("bayesian (half-normal(0.5)): the interval of tau",
            because = "R computes its median only")
confirm("variation between studies",
        c(tau2 = 0.642724209655, Q = 3.0199903732, pvalue = 0.082243954355, I2 = 0.668873116658,
          H2 = 3.0199903732, tau2_low = 0, tau2_high = 978.13232745, I2_low = 0, I2_high = 0.999674810514,
          H2_low = 1, H2_high = 3075.13017198),
        spread(d, "REML"))
confirm("share of weight",
        c("weight of 1" = 0.562337108319, "weight of 2" = 0.437662891681),
        posterior(d, "half-normal", 0.5))
confirm("beside it glmm (t)",
        c(estimate = -1.29903158438, se = 0.490351412645, ci_low = -7.52953702613, ci_high = 4.93147385736),
        mixed(d, "t"), within = 1e-5)
confirm("beside it glmm (wald)",
        c(estimate = -1.29903158438, se = 0.490351412645, ci_low = -2.26010269294, ci_high = -0.33796047583),
        mixed(d, "z"), within = 1e-5)
confirm("beside it common-effect (wald)",
        c(estimate = -1.16725494974, se = 0.391559578249, ci_low = -1.93469762091,
          ci_high = -0.399812278567),
        pooled(d, "EE", "wald"))
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
