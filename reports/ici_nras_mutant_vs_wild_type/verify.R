# Does R confirm the report ici_nras_mutant_vs_wild_type?
#
# Immune checkpoint inhibitors in NRAS-mutant versus NRAS wild-type melanoma
# Among people with advanced melanoma treated with immune checkpoint inhibitors, do response, progression
# and survival differ between NRAS-mutant and NRAS wild-type disease?
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
# objective response rate, risk ratio (orr-rr)
# ======================================================================================================
section("objective response rate, risk ratio (orr-rr)")

# Study results on the scale of analysis (log risk ratio): estimate yi, variance vi.
# 1. Guida 2021: "" (guida-abstract-2021, abstract); "42%" (guida-abstract-2021, abstract); ""
#    (guida-abstract-2021, abstract); "37%" (guida-abstract-2021, abstract); "p=0.38" (review-2021, Table 2)
# 2. Johnson 2015: "" (johnson-abstract-2015, abstract); "32%" (johnson-abstract-2015, abstract); ""
#    (review-2021, Table 2); "" (review-2021, Table 2); "" (review-2021, Table 2); "20%"
#    (johnson-abstract-2015, abstract)
# 3. Zhou 2021: cutaneous, NRAS-mutant: "" (zhou-abstract-2021, abstract); "9.5%" (zhou-abstract-2021,
#    abstract); "12" (zhou-abstract-2021, abstract); "21" (zhou-abstract-2021, abstract); ""
#    (zhou-abstract-2021, abstract); "23.9%" (zhou-abstract-2021, abstract)
# 4. Zhou 2021: non-cutaneous, NRAS-mutant: "" (zhou-abstract-2021, abstract); "0%" (zhou-abstract-2021,
#    abstract); "12" (zhou-abstract-2021, abstract); "21" (zhou-abstract-2021, abstract); ""
#    (zhou-abstract-2021, abstract); "13.7%" (zhou-abstract-2021, abstract)
d <- data.frame(
  study = c("Guida 2021", "Johnson 2015", "Zhou 2021: cutaneous, NRAS-mutant",
            "Zhou 2021: non-cutaneous, NRAS-mutant"),
  yi = c(0.11867535847526334, 0.45363260725125176, -0.9219087241783783, -1.297516199218375),
  vi = c(0.0184888989564706, 0.0594595172232705, 0.49711997475046354, 1.9823337024542247)
)
confirm_studies(d, rows = c(1, 2, 3, 4), from_counts(
    "RR",
    x1 = c(68, 19, 2, 0),
    n1 = c(162, 60, 21, 12),
    x2 = c(63, 34, 17, 14),
    n2 = c(169, 169, 71, 102),
    add = c(0, 0, 0, 0.5)
))

# All 4 study results. Three or four study results: random-effects model with a Hartung-Knapp interval that
# is kept from being too narrow when they happen to agree (ad hoc correction); with so few of them the power
# is low.
found <- pooled(d, "REML", "hartung-knapp-adhoc")
confirm("random-effects (hartung-knapp-adhoc)",
        c(estimate = 0.157245156162, ci_low = -0.420174017814, ci_high = 0.734664330138,
          se = 0.181438779664, pvalue = 0.449887880767),
        found)
confirm("random-effects (hartung-knapp-adhoc), as risk ratio",
        c(estimate = 1.1702824807, ci_low = 0.656932491912, ci_high = 2.08478207653),
        natural(found, exp))
confirm("variation between studies",
        c(tau2 = 0.0145302144011, Q = 4.96809613192, pvalue = 0.174148264335, I2 = 0.125632977723,
          H2 = 1.14368448777, tau2_low = 0, tau2_high = 8.81699928419, I2_low = 0, I2_high = 0.988660639118,
          H2_low = 1, H2_high = 88.1883917804),
        spread(d, "REML"))
found <- pooled(d, "REML", "t")
confirm("prediction interval (t(k-1))",
        c(pi_low = -0.447829649896, pi_high = 0.76231996222),
        found)
confirm("prediction interval (t(k-1)), as risk ratio",
        c(pi_low = 0.639013530782, pi_high = 2.14324269934),
        natural(found, exp))
confirm("share of weight",
        c("weight of 1" = 0.654734697889, "weight of 2" = 0.292185938969, "weight of 3" = 0.0422530073615,
          "weight of 4" = 0.0108263557803),
        share_of_weight(d, "REML"))
confirm("beside it common-effect (wald)",
        c(estimate = 0.157162246916, se = 0.116705329344, ci_low = -0.0715759954022,
          ci_high = 0.385900489234, pvalue = 0.1780901799),
        pooled(d, "EE", "wald"))
confirm("beside it random-effects (wald)",
        c(estimate = 0.157245156162, se = 0.147033190841, ci_low = -0.130934602417,
          ci_high = 0.445424914741, pvalue = 0.284865384618),
        pooled(d, "REML", "wald"))
confirm("beside it random-effects (hartung-knapp)",
        c(estimate = 0.157245156162, se = 0.181438779664, ci_low = -0.420174017814,
          ci_high = 0.734664330138, pvalue = 0.449887880767),
        pooled(d, "REML", "hartung-knapp"))
confirm("beside it bayesian (half-normal(0.5))",
        c(estimate = 0.109798029789, se = 0.303809858877, ci_low = -0.604810546, ci_high = 0.638011302768),
        posterior(d, "half-normal", 0.5))
confirm("beside it bayesian (half-normal(0.5)), posterior",
        c(tau = 0.286027364702, new_low = -1.11492535634, new_high = 1.11653224162,
          p_below_0 = 0.323181798704),
        posterior(d, "half-normal", 0.5), within = 1e-5)
not_checked("beside it bayesian (half-normal(0.5)): the interval of tau",
            because = "R computes its median only")

# Without each study in turn.

found <- pooled(d[-1, ], "REML", "hartung-knapp-adhoc")
confirm("without Guida 2021, random-effects (hartung-knapp-adhoc)",
        c(estimate = -0.232303144512, ci_low = -2.79510698764, ci_high = 2.33050069862, se = 0.595633439206,
          pvalue = 0.734145517606),
        found)
confirm("without Guida 2021, random-effects (hartung-knapp-adhoc), as risk ratio",
        c(estimate = 0.792705782472, ci_low = 0.061108336146, ci_high = 10.2830889727),
        natural(found, exp))
confirm("without Guida 2021, variation between studies",
        c(tau2 = 0.598923141675, Q = 4.66386280707, pvalue = 0.097108011095, I2 = 0.573059970435,
          H2 = 2.34224933422, tau2_low = 0, tau2_high = 32.9237070284, I2_low = 0, I2_high = 0.986628418099,
          H2_low = 1, H2_high = 74.7854672225),
        spread(d[-1, ], "REML"))
found <- pooled(d[-1, ], "REML", "t")
confirm("without Guida 2021, prediction interval (t(k-1))",
        c(pi_low = -4.43417417551, pi_high = 3.96956788649),
        found)
confirm("without Guida 2021, prediction interval (t(k-1)), as risk ratio",
        c(pi_low = 0.011864860155, pi_high = 52.9616404541),
        natural(found, exp))

found <- pooled(d[-2, ], "REML", "hartung-knapp-adhoc")
confirm("without Johnson 2015, random-effects (hartung-knapp-adhoc)",
        c(estimate = -0.278278133291, ci_low = -2.22894009104, ci_high = 1.67238382446, se = 0.45336263005,
          pvalue = 0.601855662068),
        found)
confirm("without Johnson 2015, random-effects (hartung-knapp-adhoc), as risk ratio",
        c(estimate = 0.757086221346, ci_low = 0.107642460902, ci_high = 5.32484617824),
        natural(found, exp))
confirm("without Johnson 2015, variation between studies",
        c(tau2 = 0.297201028383, Q = 3.05064724452, pvalue = 0.217550641241, I2 = 0.418557143965,
          H2 = 1.71985946619, tau2_low = 0, tau2_high = 20.5838813499, I2_low = 0, I2_high = 0.980336958592,
          H2_low = 1, H2_high = 50.8568323307),
        spread(d[-2, ], "REML"))
found <- pooled(d[-2, ], "REML", "t")
confirm("without Johnson 2015, prediction interval (t(k-1))",
        c(pi_low = -3.32903400161, pi_high = 2.77247773503),
        found)
confirm("without Johnson 2015, prediction interval (t(k-1)), as risk ratio",
        c(pi_low = 0.035827697855, pi_high = 15.9982243032),
        natural(found, exp))

found <- pooled(d[-3, ], "REML", "hartung-knapp-adhoc")
confirm("without Zhou 2021: cutaneous, NRAS-mutant, random-effects (hartung-knapp-adhoc)",
        c(estimate = 0.202992284807, ci_low = -0.460794482205, ci_high = 0.86677905182, se = 0.154273841908,
          pvalue = 0.318828207759),
        found)
confirm("without Zhou 2021: cutaneous, NRAS-mutant, random-effects (hartung-knapp-adhoc), as risk ratio",
        c(estimate = 1.22506301661, ci_low = 0.630782301065, ci_high = 2.37923510558),
        natural(found, exp))
confirm("without Zhou 2021: cutaneous, NRAS-mutant, variation between studies",
        c(tau2 = 0.012251925545, Q = 2.55983440715, pvalue = 0.278060321901, I2 = 0.139567669266,
          H2 = 1.16220644469, tau2_low = 0, tau2_high = 32.8330333255, I2_low = 0, I2_high = 0.997704764343,
          H2_low = 1, H2_high = 435.685110078),
        spread(d[-3, ], "REML"))
found <- pooled(d[-3, ], "REML", "t")
confirm("without Zhou 2021: cutaneous, NRAS-mutant, prediction interval (t(k-1))",
        c(pi_low = -0.58498445991, pi_high = 0.990969029524),
        found)
confirm("without Zhou 2021: cutaneous, NRAS-mutant, prediction interval (t(k-1)), as risk ratio",
        c(pi_low = 0.557114519355, pi_high = 2.69384362198),
        natural(found, exp))

found <- pooled(d[-4, ], "REML", "hartung-knapp-adhoc")
confirm("without Zhou 2021: non-cutaneous, NRAS-mutant, random-effects (hartung-knapp-adhoc)",
        c(estimate = 0.173178925455, ci_low = -0.669336774106, ci_high = 1.01569462502, se = 0.195813083807,
          pvalue = 0.469774357541),
        found)
confirm("without Zhou 2021: non-cutaneous, NRAS-mutant, random-effects (hartung-knapp-adhoc), as risk ratio",
        c(estimate = 1.18907884252, ci_low = 0.512048068733, ci_high = 2.76128078608),
        natural(found, exp))
confirm("without Zhou 2021: non-cutaneous, NRAS-mutant, variation between studies",
        c(tau2 = 0.0147210148205, Q = 3.89323719081, pvalue = 0.142755972077, I2 = 0.175217889553,
          H2 = 1.21244142827, tau2_low = 0, tau2_high = 19.9895390654, I2_low = 0, I2_high = 0.99654543902,
          H2_low = 1, H2_high = 289.472383272),
        spread(d[-4, ], "REML"))
found <- pooled(d[-4, ], "REML", "t")
confirm("without Zhou 2021: non-cutaneous, NRAS-mutant, prediction interval (t(k-1))",
        c(pi_low = -0.650831454591, pi_high = 0.997189305502),
        found)
confirm("without Zhou 2021: non-cutaneous, NRAS-mutant, prediction interval (t(k-1)), as risk ratio",
        c(pi_low = 0.521611899802, pi_high = 2.71065229585),
        natural(found, exp))

# The same question answered in other ways.
found <- pooled(d, "DL", "hartung-knapp-adhoc")
confirm("between-study variance: DL, random-effects (hartung-knapp-adhoc)",
        c(estimate = 0.124336613145, ci_low = -0.638467898933, ci_high = 0.887141125223,
          se = 0.239691243435, pvalue = 0.639780198405),
        found)
confirm("between-study variance: DL, random-effects (hartung-knapp-adhoc), as risk ratio",
        c(estimate = 1.13239698656, ci_low = 0.52810090851, ci_high = 2.42817786243),
        natural(found, exp))
confirm("between-study variance: DL, variation between studies",
        c(tau2 = 0.0663417909655, Q = 4.96809613192, pvalue = 0.174148264335, I2 = 0.396146950393,
          H2 = 1.65603204397, tau2_low = 0, tau2_high = 8.81699928419, I2_low = 0, I2_high = 0.988660639118,
          H2_low = 1, H2_high = 88.1883917804),
        spread(d, "DL"))
found <- pooled(d, "DL", "t")
confirm("between-study variance: DL, prediction interval (t(k-1))",
        c(pi_low = -0.93974391827, pi_high = 1.18841714456),
        found)
confirm("between-study variance: DL, prediction interval (t(k-1)), as risk ratio",
        c(pi_low = 0.39072788082, pi_high = 3.28188234862),
        natural(found, exp))
found <- pooled(d, "PM", "hartung-knapp-adhoc")
confirm("between-study variance: PM, random-effects (hartung-knapp-adhoc)",
        c(estimate = 0.0540587709485, ci_low = -0.877325733607, ci_high = 0.985443275504,
          se = 0.292663069605, pvalue = 0.865235357549),
        found)
confirm("between-study variance: PM, random-effects (hartung-knapp-adhoc), as risk ratio",
        c(estimate = 1.05554663581, ci_low = 0.415893636207, ci_high = 2.67899915596),
        natural(found, exp))
confirm("between-study variance: PM, variation between studies",
        c(tau2 = 0.169033073147, Q = 4.96809613192, pvalue = 0.174148264335, I2 = 0.625680166168,
          H2 = 2.67151219257, tau2_low = 0, tau2_high = 8.81699928419, I2_low = 0, I2_high = 0.988660639118,
          H2_low = 1, H2_high = 88.1883917804),
        spread(d, "PM"))
found <- pooled(d, "PM", "t")
confirm("between-study variance: PM, prediction interval (t(k-1))",
        c(pi_low = -1.55200413477, pi_high = 1.66012167666),
        found)
confirm("between-study variance: PM, prediction interval (t(k-1)), as risk ratio",
        c(pi_low = 0.211823026251, pi_high = 5.25995081878),
        natural(found, exp))
found <- pooled(d, "ML", "hartung-knapp-adhoc")
confirm("between-study variance: ML, random-effects (hartung-knapp-adhoc)",
        c(estimate = 0.157162246916, ci_low = -0.320791798099, ci_high = 0.635116291932, se = 0.15018448048,
          pvalue = 0.372233351305),
        found)
confirm("between-study variance: ML, random-effects (hartung-knapp-adhoc), as risk ratio",
        c(estimate = 1.17018545748, ci_low = 0.725574301214, ci_high = 1.88724159967),
        natural(found, exp))
confirm("between-study variance: ML, variation between studies",
        c(tau2 = 0, Q = 4.96809613192, pvalue = 0.174148264335, I2 = 0, H2 = 1, tau2_low = 0,
          tau2_high = 8.81699928419, I2_low = 0, I2_high = 0.988660639118, H2_low = 1,
          H2_high = 88.1883917804),
        spread(d, "ML"))
found <- pooled(d, "ML", "t")
confirm("between-study variance: ML, prediction interval (t(k-1))",
        c(pi_low = -0.214246197262, pi_high = 0.528570691094),
        found)
confirm("between-study variance: ML, prediction interval (t(k-1)), as risk ratio",
        c(pi_low = 0.807149642527, pi_high = 1.69650574411),
        natural(found, exp))
found <- pooled(d, "EB", "hartung-knapp-adhoc")
confirm("between-study variance: EB, random-effects (hartung-knapp-adhoc)",
        c(estimate = 0.0540587709485, ci_low = -0.877325733607, ci_high = 0.985443275504,
          se = 0.292663069605, pvalue = 0.865235357549),
        found)
confirm("between-study variance: EB, random-effects (hartung-knapp-adhoc), as risk ratio",
        c(estimate = 1.05554663581, ci_low = 0.415893636207, ci_high = 2.67899915596),
        natural(found, exp))
confirm("between-study variance: EB, variation between studies",
        c(tau2 = 0.169033073147, Q = 4.96809613192, pvalue = 0.174148264335, I2 = 0.625680166168,
          H2 = 2.67151219257, tau2_low = 0, tau2_high = 8.81699928419, I2_low = 0, I2_high = 0.988660639118,
          H2_low = 1, H2_high = 88.1883917804),
        spread(d, "EB"))
found <- pooled(d, "EB", "t")
confirm("between-study variance: EB, prediction interval (t(k-1))",
        c(pi_low = -1.55200413477, pi_high = 1.66012167666),
        found)
confirm("between-study variance: EB, prediction interval (t(k-1)), as risk ratio",
        c(pi_low = 0.211823026251, pi_high = 5.25995081878),
        natural(found, exp))
found <- pooled(d, "HE", "hartung-knapp-adhoc")
confirm("between-study variance: HE, random-effects (hartung-knapp-adhoc)",
        c(estimate = 0.134680771942, ci_low = -0.590581522132, ci_high = 0.859943066015,
          se = 0.227894589414, pvalue = 0.596105082042),
        found)
confirm("between-study variance: HE, random-effects (hartung-knapp-adhoc), as risk ratio",
        c(estimate = 1.14417147441, ci_low = 0.55400502486, ci_high = 2.36302615338),
        natural(found, exp))
confirm("between-study variance: HE, variation between studies",
        c(tau2 = 0.0523434093072, Q = 4.96809613192, pvalue = 0.174148264335, I2 = 0.341067737208,
          H2 = 1.51760667441, tau2_low = 0, tau2_high = 8.81699928419, I2_low = 0, I2_high = 0.988660639118,
          H2_low = 1, H2_high = 88.1883917804),
        spread(d, "HE"))
found <- pooled(d, "HE", "t")
confirm("between-study variance: HE, prediction interval (t(k-1))",
        c(pi_low = -0.829313971288, pi_high = 1.09867551517),
        found)
confirm("between-study variance: HE, prediction interval (t(k-1)), as risk ratio",
        c(pi_low = 0.436348531286, pi_high = 3.0001896855),
        natural(found, exp))
found <- pooled(d, "HS", "hartung-knapp-adhoc")
confirm("between-study variance: HS, random-effects (hartung-knapp-adhoc)",
        c(estimate = 0.157632395263, ci_low = -0.412299431983, ci_high = 0.727564222509,
          se = 0.179086077996, pvalue = 0.443557631368),
        found)
confirm("between-study variance: HS, random-effects (hartung-knapp-adhoc), as risk ratio",
        c(estimate = 1.17073574759, ci_low = 0.66212598467, ci_high = 2.07003232378),
        natural(found, exp))
confirm("between-study variance: HS, variation between studies",
        c(tau2 = 0.0131855989422, Q = 4.96809613192, pvalue = 0.174148264335, I2 = 0.115348027814,
          H2 = 1.13038802992, tau2_low = 0, tau2_high = 8.81699928419, I2_low = 0, I2_high = 0.988660639118,
          H2_low = 1, H2_high = 88.1883917804),
        spread(d, "HS"))
found <- pooled(d, "HS", "t")
confirm("between-study variance: HS, prediction interval (t(k-1))",
        c(pi_low = -0.430106325586, pi_high = 0.745371116112),
        found)
confirm("between-study variance: HS, prediction interval (t(k-1)), as risk ratio",
        c(pi_low = 0.650439932639, pi_high = 2.10722331441),
        natural(found, exp))
found <- pooled(d, "SJ", "hartung-knapp-adhoc")
confirm("between-study variance: SJ, random-effects (hartung-knapp-adhoc)",
        c(estimate = -0.0205031760924, ci_low = -1.20401094099, ci_high = 1.16300458881,
          se = 0.371886169119, pvalue = 0.959498844004),
        found)
confirm("between-study variance: SJ, random-effects (hartung-knapp-adhoc), as risk ratio",
        c(estimate = 0.979705584834, ci_low = 0.299988559218, ci_high = 3.19953212701),
        natural(found, exp))
confirm("between-study variance: SJ, variation between studies",
        c(tau2 = 0.320987230982, Q = 4.96809613192, pvalue = 0.174148264335, I2 = 0.760429500254,
          H2 = 4.17413663643, tau2_low = 0, tau2_high = 8.81699928419, I2_low = 0, I2_high = 0.988660639118,
          H2_low = 1, H2_high = 88.1883917804),
        spread(d, "SJ"))
found <- pooled(d, "SJ", "t")
confirm("between-study variance: SJ, prediction interval (t(k-1))",
        c(pi_low = -2.17726878817, pi_high = 2.13626243598),
        found)
confirm("between-study variance: SJ, prediction interval (t(k-1)), as risk ratio",
        c(pi_low = 0.113350693008, pi_high = 8.46772972869),
        natural(found, exp))
found <- pooled(d, "EE", "wald")
confirm("model: common-effect, common-effect (wald)",
        c(estimate = 0.157162246916, ci_low = -0.0715759954022, ci_high = 0.385900489234,
          se = 0.116705329344, pvalue = 0.1780901799),
        found)
confirm("model: common-effect, common-effect (wald), as risk ratio",
        c(estimate = 1.17018545748, ci_low = 0.930925528847, ci_high = 1.47093828934),
        natural(found, exp))
confirm("model: common-effect, variation between studies",
        c(tau2 = 0, Q = 4.96809613192, pvalue = 0.174148264335, I2 = 0.396146950393, H2 = 1.65603204397),
        spread(d, "EE"))

# effect measure: odds ratio
# Study results on the scale of analysis (log odds ratio): estimate yi, variance vi.
other <- data.frame(
  study = c("Guida 2021", "Johnson 2015", "Zhou 2021: cutaneous, NRAS-mutant",
            "Zhou 2021: non-cutaneous, NRAS-mutant"),
  yi = c(0.1965172906266373, 0.6097811662844008, -1.095521096098437, -1.4100219222808454),
  vi = c(0.05065115836244841, 0.1138409949630972, 0.6299736268776516, 2.1602649522696282)
)
confirm_studies(other, rows = c(1, 2, 3, 4), from_counts(
    "OR",
    x1 = c(68, 19, 2, 0),
    n1 = c(162, 60, 21, 12),
    x2 = c(63, 34, 17, 14),
    n2 = c(169, 169, 71, 102),
    add = c(0, 0, 0, 0.5)
))
found <- pooled(other, "REML", "hartung-knapp-adhoc")
confirm("effect measure: odds ratio, random-effects (hartung-knapp-adhoc)",
        c(estimate = 0.144073165524, ci_low = -0.920958767438, ci_high = 1.20910509849, se = 0.334658256824,
          pvalue = 0.695880724687),
        found)
confirm("effect measure: odds ratio, random-effects (hartung-knapp-adhoc), as odds ratio",
        c(estimate = 1.15496860932, ci_low = 0.398137137112, ci_high = 3.35048495648),
        natural(found, exp))
confirm("effect measure: odds ratio, variation between studies",
        c(tau2 = 0.115568101847, Q = 5.32203123528, pvalue = 0.149679188898, I2 = 0.369562956238,
          H2 = 1.58620120739, tau2_low = 0, tau2_high = 12.4823451567, I2_low = 0, I2_high = 0.984451467879,
          H2_low = 1, H2_high = 64.3147528168),
        spread(other, "REML"))
found <- pooled(other, "REML", "t")
confirm("effect measure: odds ratio, prediction interval (t(k-1))",
        c(pi_low = -1.27142804008, pi_high = 1.55957437113),
        found)
confirm("effect measure: odds ratio, prediction interval (t(k-1)), as odds ratio",
        c(pi_low = 0.280430869181, pi_high = 4.7567961844),
        natural(found, exp))

# effect measure: risk difference
# Study results on the scale of analysis (risk difference): estimate yi, variance vi.
other <- data.frame(
  study = c("Guida 2021", "Johnson 2015", "Zhou 2021: cutaneous, NRAS-mutant",
            "Zhou 2021: non-cutaneous, NRAS-mutant"),
  yi = c(0.04697202133099565, 0.11548323471400393, -0.1441985244802146, -0.10231516056758774),
  vi = c(0.002886982199382374, 0.004557420290122967, 0.006668112041703093, 0.004019143882111869)
)
confirm_studies(other, rows = c(1, 2, 3, 4), from_counts(
    "RD",
    x1 = c(68, 19, 2, 0),
    n1 = c(162, 60, 21, 12),
    x2 = c(63, 34, 17, 14),
    n2 = c(169, 169, 71, 102),
    add = c(0, 0, 0, 0.5)
))
found <- pooled(other, "REML", "hartung-knapp-adhoc")
confirm("effect measure: risk difference, random-effects (hartung-knapp-adhoc)",
        c(estimate = -0.0156145512951, ci_low = -0.206916590964, ci_high = 0.175687488374,
          se = 0.0601116315305, pvalue = 0.811856084291),
        found)
confirm("effect measure: risk difference, variation between studies",
        c(tau2 = 0.00961979679686, Q = 9.38244224687, pvalue = 0.0246154309701, I2 = 0.692643649986,
          H2 = 3.25355243174, tau2_low = 1.66756297855e-05, tau2_high = 0.20369333741,
          I2_low = 0.00389126459035, I2_high = 0.979473537294, H2_low = 1.00390646568,
          H2_high = 48.7176000225),
        spread(other, "REML"))
found <- pooled(other, "REML", "t")
confirm("effect measure: risk difference, prediction interval (t(k-1))",
        c(pi_low = -0.38022376505, pi_high = 0.34899466246),
        found)

# All rows, by the model for rows that depend on each other.
rows <- data.frame(
  study = c("Guida 2021", "Johnson 2015: NRAS-mutant vs BRAF V600-mutant",
            "Johnson 2015: NRAS-mutant vs NRAS and BRAF wild type", "Zhou 2021: cutaneous, NRAS-mutant",
            "Zhou 2021: non-cutaneous, NRAS-mutant"),
  group = c("Guida 2021", "Johnson 2015", "Johnson 2015", "Zhou 2021", "Zhou 2021"),
  yi = c(0.11867535847526334, 0.33547968070846124, 0.5126421546923885, -0.9219087241783783,
         -1.297516199218375),
  vi = c(0.0184888989564706, 0.1004303210857332, 0.0727987680800748, 0.49711997475046354,
         1.9823337024542247))
# Row, row, correlation of their sampling errors.
correlations <- list(
  c(2, 3, 0.42061481430402536))
together <- dependent(rows, correlations)
confirm("dependent rows",
        c(estimate = 0.13229333, tau2 = 0.060221175, omega2 = 0),
        together, within = 1e-5)
if (is.na(together["se"])) {
not_checked("the robust standard error of dependent rows",
            because = "R has no package clubSandwich here")
} else {
confirm("dependent rows, robust",
        c(se = 0.1796048, df = 1.3904965, pvalue = 0.56545682, ci_low = -1.0759442, ci_high = 1.3405309,
          pi_low = -1.9134733, pi_high = 2.17806),
        together, within = 1e-5)
}

# ======================================================================================================
# disease control rate, risk ratio (dcr-rr)
# ======================================================================================================
section("disease control rate, risk ratio (dcr-rr)")

# Study results on the scale of analysis (log risk ratio): estimate yi, variance vi.
# 1. Guida 2021: "" (guida-abstract-2021, abstract); "60%" (guida-abstract-2021, abstract); "59%"
#    (guida-abstract-2021, abstract); "p=0.90" (review-2021, Table 2); "" (guida-abstract-2021, abstract)
# 2. Johnson 2015: "" (johnson-abstract-2015, abstract); "50%" (johnson-abstract-2015, abstract); ""
#    (review-2021, Table 2); "" (review-2021, Table 2); "" (review-2021, Table 2)
d <- data.frame(
  study = c("Guida 2021", "Johnson 2015"),
  yi = c(0.011843172205980745, 0.524728528934982),
  vi = c(0.008219279081029016, 0.030749506903353055)
)
confirm_studies(d, rows = c(1, 2), from_counts(
    "RR",
    x1 = c(97, 30),
    n1 = c(162, 60),
    x2 = c(100, 50),
    n2 = c(169, 169)
))

# All 2 study results. Two study results are too few to tell from them alone how much true effects differ
# between studies. The headline is the Bayesian random-effects estimate, in which a stated prior stands for
# that (half-normal with scale 0.5 for τ); the classical intervals are shown beside it.
found <- posterior(d, "half-normal", 0.5)
confirm("bayesian (half-normal(0.5))",
        c(estimate = 0.224199840263, se = 0.363717597966, ci_low = -0.5023733827, ci_high = 1.01824755342),
        found)
confirm("bayesian (half-normal(0.5)), as risk ratio",
        c(estimate = 1.25132105877, ci_low = 0.605092837265, ci_high = 2.76833914414),
        natural(found, exp))
confirm("bayesian (half-normal(0.5)), posterior",
        c(tau = 0.376769081552, new_low = -1.03707351949, new_high = 1.55378644816,
          p_below_0 = 0.193522103697),
        found, within = 1e-5)
not_checked("bayesian (half-normal(0.5)): the interval of tau",
            because = "R computes its median only")
confirm("variation between studies",
        c(tau2 = 0.112041301581, Q = 6.75031008799, pvalue = 0.00937313931124, I2 = 0.851858657311,
          H2 = 6.75031008799, tau2_low = 0.00669567750893, tau2_high = 133.907641787,
          I2_low = 0.255754754696, I2_high = 0.999854514962, H2_low = 1.34364311537,
          H2_high = 6873.55907027),
        spread(d, "REML"))
confirm("share of weight",
        c("weight of 1" = 0.556533206561, "weight of 2" = 0.443466793439),
        posterior(d, "half-normal", 0.5))
confirm("beside it bayesian (Turner 2015 (all outcomes))",
        c(estimate = 0.221461671445, se = 0.362558024547, ci_low = -0.458006631219,
          ci_high = 0.969555400866),
        posterior(d, "log-normal", c(-1.28, 0.87)))
confirm("beside it bayesian (Turner 2015 (all outcomes)), posterior",
        c(tau = 0.311764717589, new_low = -0.95747621221, new_high = 1.47041564181,
          p_below_0 = 0.174140700688),
        posterior(d, "log-normal", c(-1.28, 0.87)), within = 1e-5)
not_checked("beside it bayesian (Turner 2015 (all outcomes)): the interval of tau",
            because = "R computes its median only")
confirm("beside it common-effect (wald)",
        c(estimate = 0.120020724497, se = 0.0805336723208, ci_low = -0.0378223727949,
          ci_high = 0.277863821788, pvalue = 0.136140827732),
        pooled(d, "EE", "wald"))
confirm("beside it random-effects (wald)",
        c(estimate = 0.24632165572, se = 0.255500335482, ci_low = -0.254449799862, ci_high = 0.747093111302,
          pvalue = 0.335007992403),
        pooled(d, "REML", "wald"))
confirm("beside it random-effects (hartung-knapp)",
        c(estimate = 0.24632165572, se = 0.255500335482, ci_low = -3.00011791707, ci_high = 3.49276122851,
          pvalue = 0.511642928419),
        pooled(d, "REML", "hartung-knapp"))
confirm("beside it random-effects (hartung-knapp-adhoc)",
        c(estimate = 0.24632165572, se = 0.255500335482, ci_low = -3.00011791707, ci_high = 3.49276122851,
          pvalue = 0.511642928419),
        pooled(d, "REML", "hartung-knapp-adhoc"))

# The same question answered in other ways.

# effect measure: odds ratio
# Study results on the scale of analysis (log odds ratio): estimate yi, variance vi.
other <- data.frame(
  study = c("Guida 2021", "Johnson 2015"),
  yi = c(0.029260027216913786, 0.8671004876833833),
  vi = c(0.05018664735831926, 0.09507002801120448)
)
confirm_studies(other, rows = c(1, 2), from_counts(
    "OR",
    x1 = c(97, 30),
    n1 = c(162, 60),
    x2 = c(100, 50),
    n2 = c(169, 169)
))
found <- posterior(other, "half-normal", 0.5)
confirm("effect measure: odds ratio, bayesian (half-normal(0.5))",
        c(estimate = 0.387054443372, se = 0.425139509947, ci_low = -0.453360676348, ci_high = 1.29790851436),
        found)
confirm("effect measure: odds ratio, bayesian (half-normal(0.5)), as odds ratio",
        c(estimate = 1.4726366644, ci_low = 0.635488886476, ci_high = 3.66163040606),
        natural(found, exp))
confirm("effect measure: odds ratio, bayesian (half-normal(0.5)), posterior",
        c(tau = 0.422363480854, new_low = -1.01762748531, new_high = 1.86729332376,
          p_below_0 = 0.134374218711),
        found, within = 1e-5)
not_checked("effect measure: odds ratio, bayesian (half-normal(0.5)): the interval of tau",
            because = "R computes its median only")
confirm("effect measure: odds ratio, variation between studies",
        c(tau2 = 0.278359980913, Q = 4.83266352757, pvalue = 0.0279254565009, I2 = 0.793074772474,
          H2 = 4.83266352757, tau2_low = 0, tau2_high = 357.324129649, I2_low = 0, I2_high = 0.999796785124,
          H2_low = 1, H2_high = 4920.89960172),
        spread(other, "REML"))

# effect measure: risk difference
# Study results on the scale of analysis (risk difference): estimate yi, variance vi.
other <- data.frame(
  study = c("Guida 2021", "Johnson 2015"),
  yi = c(0.0070494557674044556, 0.20414201183431951),
  vi = c(0.0029125120871298475, 0.005399365122313037)
)
confirm_studies(other, rows = c(1, 2), from_counts(
    "RD",
    x1 = c(97, 30),
    n1 = c(162, 60),
    x2 = c(100, 50),
    n2 = c(169, 169)
))
found <- pooled(other, "REML", "hartung-knapp-adhoc")
confirm("effect measure: risk difference, random-effects (hartung-knapp-adhoc)",
        c(estimate = 0.0992868881377, ci_low = -1.15029372834, ci_high = 1.34886750462,
          se = 0.0983441273318, pvalue = 0.496963150669),
        found)
confirm("effect measure: risk difference, variation between studies",
        c(tau2 = 0.0152667992238, Q = 4.67349007669, pvalue = 0.0306316187446, I2 = 0.786027148108,
          H2 = 4.67349007669, tau2_low = 0, tau2_high = 19.7732074759, I2_low = 0, I2_high = 0.99978986387,
          H2_low = 1, H2_high = 4758.81991904),
        spread(other, "REML"))

# route: percent, wherever the figures allow it
# Study results on the scale of analysis (log risk ratio): estimate yi, variance vi.
other <- data.frame(
  study = c("Guida 2021", "Johnson 2015"),
  yi = c(0.011843172205980745, 0.4855078157817009),
  vi = c(0.008219279081029016, 0.02998027613412229)
)
confirm_studies(other, rows = c(1, 2), from_counts(
    "RR",
    x1 = c(97, 30),
    n1 = c(162, 60),
    x2 = c(100, 52),
    n2 = c(169, 169)
))
not_checked("the counts of Guida 2021, Johnson 2015",
            because = "these are taken as recovered from other printed figures (percent)")
found <- posterior(other, "half-normal", 0.5)
confirm("route: percent, wherever the figures allow it, bayesian (half-normal(0.5))",
        c(estimate = 0.204400506045, se = 0.352387208639, ci_low = -0.499452063789,
          ci_high = 0.977326356072),
        found)
confirm("route: percent, wherever the figures allow it, bayesian (half-normal(0.5)), as risk ratio",
        c(estimate = 1.22678939165, ci_low = 0.606863090891, ci_high = 2.65734194946),
        natural(found, exp))
confirm("route: percent, wherever the figures allow it, bayesian (half-normal(0.5)), posterior",
        c(tau = 0.356787517247, new_low = -1.01820640284, new_high = 1.49691539354,
          p_below_0 = 0.201213683081),
        found, within = 1e-5)
not_checked("route: percent, wherever the figures allow it, bayesian (half-normal(0.5)): the interval of tau",
            because = "R computes its median only")
confirm("route: percent, wherever the figures allow it, variation between studies",
        c(tau2 = 0.0930793196793, Q = 5.87331955333, pvalue = 0.015372038754, I2 = 0.829738533564,
          H2 = 5.87331955333, tau2_low = 0.00322937020833, tau2_high = 114.208193724,
          I2_low = 0.144625770538, I2_high = 0.999832791472, H2_low = 1.16907894294,
          H2_high = 5980.55620589),
        spread(other, "REML"))

# All rows, by the model for rows that depend on each other.
rows <- data.frame(
  study = c("Guida 2021", "Johnson 2015: NRAS-mutant vs BRAF V600-mutant",
            "Johnson 2015: NRAS-mutant vs NRAS and BRAF wild type"),
  group = c("Guida 2021", "Johnson 2015", "Johnson 2015"),
  yi = c(0.011843172205980745, 0.5045560107523953, 0.5340824859302581),
  vi = c(0.008219279081029016, 0.06029874213836478, 0.037457741717376605))
# Row, row, correlation of their sampling errors.
correlations <- list(
  c(2, 3, 0.3506903600404318))
together <- dependent(rows, correlations)
confirm("dependent rows",
        c(estimate = 0.24622821, tau2 = 0.11195235, omega2 = 0),
        together, within = 1e-5)
if (is.na(together["se"])) {
not_checked("the robust standard error of dependent rows",
            because = "R has no package clubSandwich here")
} else {
confirm("dependent rows, robust",
        c(se = 0.25484327, df = 1.0006533, pvalue = 0.51086052, ci_low = -2.9868707, ci_high = 3.4793271),
        together, within = 1e-5)
}

# ======================================================================================================
# overall survival, hazard ratio (os-hr)
# ======================================================================================================
section("overall survival, hazard ratio (os-hr)")

# Study results on the scale of analysis (log hazard ratio): estimate yi, variance vi.
# 1. Kirchberger 2018: "21" (kirchberger-abstract-2018, abstract); "33" (kirchberger-abstract-2018,
#    abstract); "0.034" (kirchberger-abstract-2018, abstract)
# 2. Guida 2021: "32 (23-49)" (guida-abstract-2021, abstract); "27 (16-35)" (guida-abstract-2021,
#    abstract)
# 3. Johnson 2015: "19.5 months" (review-2021, text, Immunotherapy; Table 1; Table 2); "15.2 mo"
#    (review-2021, Table 2); "p=0.51" (review-2021, Table 2)
# 4. Zhou 2021: "2.210" (zhou-abstract-2021, abstract)
d <- data.frame(
  study = c("Kirchberger 2018", "Guida 2021", "Johnson 2015", "Zhou 2021"),
  yi = c(0.4519851237430572, -0.16989903679539742, -0.24911903771747035, 0.7929925155296614),
  vi = c(0.04545139200816159, 0.07710230546975046, 0.14297396459099604, 0.12516946169557921)
)
not_checked("yi and vi of Kirchberger 2018, Johnson 2015",
            because = "their way from the printed figures (medians and p) is not repeated here")
not_checked("yi and vi of Guida 2021",
            because = "their way from the printed figures (medians and their intervals) is not repeated here")
not_checked("yi and vi of Zhou 2021",
            because = "their way from the printed figures (ratio and p) is not repeated here")

# All 4 study results. Three or four study results: random-effects model with a Hartung-Knapp interval that
# is kept from being too narrow when they happen to agree (ad hoc correction); with so few of them the power
# is low.
found <- pooled(d, "REML", "hartung-knapp-adhoc")
confirm("random-effects (hartung-knapp-adhoc)",
        c(estimate = 0.218320428694, ci_low = -0.54552269011, ci_high = 0.982163547497, se = 0.240017598266,
          pvalue = 0.430094709152),
        found)
confirm("random-effects (hartung-knapp-adhoc), as hazard ratio",
        c(estimate = 1.24398561245, ci_low = 0.579538784968, ci_high = 2.67022716014),
        natural(found, exp))
confirm("variation between studies",
        c(tau2 = 0.127315299327, Q = 7.28185444915, pvalue = 0.0634365862324, I2 = 0.595154933181,
          H2 = 2.47008073448, tau2_low = 0, tau2_high = 3.37733757793, I2_low = 0, I2_high = 0.97499834177,
          H2_low = 1, H2_high = 39.9973470072),
        spread(d, "REML"))
found <- pooled(d, "REML", "t")
confirm("prediction interval (t(k-1))",
        c(pi_low = -1.138758847, pi_high = 1.57539970439),
        found)
confirm("prediction interval (t(k-1)), as hazard ratio",
        c(pi_low = 0.320216212591, pi_high = 4.83267287267),
        natural(found, exp))
confirm("share of weight",
        c("weight of 1" = 0.315594494999, "weight of 2" = 0.266729554721, "weight of 3" = 0.201725425251,
          "weight of 4" = 0.215950525029),
        share_of_weight(d, "REML"))
confirm("beside it common-effect (wald)",
        c(estimate = 0.246898455609, se = 0.141485383372, ci_low = -0.030407800139,
          ci_high = 0.524204711356, pvalue = 0.0809769195674),
        pooled(d, "EE", "wald"))
confirm("beside it random-effects (wald)",
        c(estimate = 0.218320428694, se = 0.233504211321, ci_low = -0.239339415733,
          ci_high = 0.675980273121, pvalue = 0.349801561437),
        pooled(d, "REML", "wald"))
confirm("beside it random-effects (hartung-knapp)",
        c(estimate = 0.218320428694, se = 0.240017598266, ci_low = -0.54552269011, ci_high = 0.982163547497,
          pvalue = 0.430094709152),
        pooled(d, "REML", "hartung-knapp"))
confirm("beside it bayesian (half-normal(0.5))",
        c(estimate = 0.225975534773, se = 0.264683456513, ci_low = -0.321261363353,
          ci_high = 0.754317386694),
        posterior(d, "half-normal", 0.5))
confirm("beside it bayesian (half-normal(0.5)), posterior",
        c(tau = 0.336495306959, new_low = -0.86042045845, new_high = 1.28938514, p_below_0 = 0.168736043708),
        posterior(d, "half-normal", 0.5), within = 1e-5)
not_checked("beside it bayesian (half-normal(0.5)): the interval of tau",
            because = "R computes its median only")

# Without each study in turn.

found <- pooled(d[-1, ], "REML", "hartung-knapp-adhoc")
confirm("without Kirchberger 2018, random-effects (hartung-knapp-adhoc)",
        c(estimate = 0.114816625602, ci_low = -1.30643836786, ci_high = 1.53607161906, se = 0.330320637693,
          pvalue = 0.761319364631),
        found)
confirm("without Kirchberger 2018, random-effects (hartung-knapp-adhoc), as hazard ratio",
        c(estimate = 1.12166773357, ci_low = 0.270782769567, ci_high = 4.6463019288),
        natural(found, exp))
confirm("without Kirchberger 2018, variation between studies",
        c(tau2 = 0.208132841092, Q = 5.6280943263, pvalue = 0.059961825366, I2 = 0.650716745886,
          H2 = 2.86300585047, tau2_low = 0, tau2_high = 13.171242411, I2_low = 0, I2_high = 0.991589312669,
          H2_low = 1, H2_high = 118.896347068),
        spread(d[-1, ], "REML"))
found <- pooled(d[-1, ], "REML", "t")
confirm("without Kirchberger 2018, prediction interval (t(k-1))",
        c(pi_low = -2.30017771634, pi_high = 2.52981096754),
        found)
confirm("without Kirchberger 2018, prediction interval (t(k-1)), as hazard ratio",
        c(pi_low = 0.100241027671, pi_high = 12.5511333409),
        natural(found, exp))

found <- pooled(d[-2, ], "REML", "hartung-knapp-adhoc")
confirm("without Guida 2021, random-effects (hartung-knapp-adhoc)",
        c(estimate = 0.361619943586, ci_low = -0.849573661177, ci_high = 1.57281354835, se = 0.281499270529,
          pvalue = 0.327621695489),
        found)
confirm("without Guida 2021, random-effects (hartung-knapp-adhoc), as hazard ratio",
        c(estimate = 1.43565320905, ci_low = 0.427597194378, ci_high = 4.82019097356),
        natural(found, exp))
confirm("without Guida 2021, variation between studies",
        c(tau2 = 0.110694562104, Q = 4.23862751868, pvalue = 0.120114027365, I2 = 0.535725387281,
          H2 = 2.15389765583, tau2_low = 0, tau2_high = 11.016670464, I2_low = 0, I2_high = 0.99136736744,
          H2_low = 1, H2_high = 115.839518598),
        spread(d[-2, ], "REML"))
found <- pooled(d[-2, ], "REML", "t")
confirm("without Guida 2021, prediction interval (t(k-1))",
        c(pi_low = -1.46004801492, pi_high = 2.18328790209),
        found)
confirm("without Guida 2021, prediction interval (t(k-1)), as hazard ratio",
        c(pi_low = 0.232225124191, pi_high = 8.87543991563),
        natural(found, exp))

found <- pooled(d[-3, ], "REML", "hartung-knapp-adhoc")
confirm("without Johnson 2015, random-effects (hartung-knapp-adhoc)",
        c(estimate = 0.33680220025, ci_low = -0.832187409657, ci_high = 1.50579181016, se = 0.271690439208,
          pvalue = 0.340827868661),
        found)
confirm("without Johnson 2015, random-effects (hartung-knapp-adhoc), as hazard ratio",
        c(estimate = 1.4004620253, ci_low = 0.435096510337, ci_high = 4.50772147722),
        natural(found, exp))
confirm("without Johnson 2015, variation between studies",
        c(tau2 = 0.132228963706, Q = 5.28086505403, pvalue = 0.0713304105537, I2 = 0.634802685008,
          H2 = 2.73824576181, tau2_low = 0, tau2_high = 9.31936094274, I2_low = 0, I2_high = 0.991903474385,
          H2_low = 1, H2_high = 123.509767962),
        spread(d[-3, ], "REML"))
found <- pooled(d[-3, ], "REML", "t")
confirm("without Johnson 2015, prediction interval (t(k-1))",
        c(pi_low = -1.59798954411, pi_high = 2.27159394461),
        found)
confirm("without Johnson 2015, prediction interval (t(k-1)), as hazard ratio",
        c(pi_low = 0.202302830338, pi_high = 9.6948415454),
        natural(found, exp))

found <- pooled(d[-4, ], "REML", "hartung-knapp-adhoc")
confirm("without Zhou 2021, random-effects (hartung-knapp-adhoc)",
        c(estimate = 0.069218692368, ci_low = -0.969291844474, ci_high = 1.10772922921, se = 0.241365176804,
          pvalue = 0.801260999825),
        found)
confirm("without Zhou 2021, random-effects (hartung-knapp-adhoc), as hazard ratio",
        c(estimate = 1.07167054969, ci_low = 0.379351582926, ci_high = 3.02747587929),
        natural(found, exp))
confirm("without Zhou 2021, variation between studies",
        c(tau2 = 0.0946800409332, Q = 4.44576410901, pvalue = 0.108296542087, I2 = 0.544553615769,
          H2 = 2.19564812593, tau2_low = 0, tau2_high = 5.75181009227, I2_low = 0, I2_high = 0.986419611038,
          H2_low = 1, H2_high = 73.635593413),
        spread(d[-4, ], "REML"))
found <- pooled(d[-4, ], "REML", "t")
confirm("without Zhou 2021, prediction interval (t(k-1))",
        c(pi_low = -1.6134276576, pi_high = 1.75186504234),
        found)
confirm("without Zhou 2021, prediction interval (t(k-1)), as hazard ratio",
        c(pi_low = 0.199203640658, pi_high = 5.76534526823),
        natural(found, exp))

# The same question answered in other ways.
found <- pooled(d, "DL", "hartung-knapp-adhoc")
confirm("between-study variance: DL, random-effects (hartung-knapp-adhoc)",
        c(estimate = 0.218558592472, ci_low = -0.544649483027, ci_high = 0.981766667972, se = 0.23981805262,
          pvalue = 0.429305021218),
        found)
confirm("between-study variance: DL, random-effects (hartung-knapp-adhoc), as hazard ratio",
        c(estimate = 1.24428192005, ci_low = 0.580045063351, ci_high = 2.66916761192),
        natural(found, exp))
confirm("between-study variance: DL, variation between studies",
        c(tau2 = 0.123608989193, Q = 7.28185444915, pvalue = 0.0634365862324, I2 = 0.588017033168,
          H2 = 2.42728481638, tau2_low = 0, tau2_high = 3.37733757793, I2_low = 0, I2_high = 0.97499834177,
          H2_low = 1, H2_high = 39.9973470072),
        spread(d, "DL"))
found <- pooled(d, "DL", "t")
confirm("between-study variance: DL, prediction interval (t(k-1))",
        c(pi_low = -1.12100626268, pi_high = 1.55812344762),
        found)
confirm("between-study variance: DL, prediction interval (t(k-1)), as hazard ratio",
        c(pi_low = 0.325951636577, pi_high = 4.74989944155),
        natural(found, exp))
found <- pooled(d, "PM", "hartung-knapp-adhoc")
confirm("between-study variance: PM, random-effects (hartung-knapp-adhoc)",
        c(estimate = 0.217546974996, ci_low = -0.548375892353, ci_high = 0.983469842345,
          se = 0.240671104514, pvalue = 0.432668585223),
        found)
confirm("between-study variance: PM, random-effects (hartung-knapp-adhoc), as hazard ratio",
        c(estimate = 1.24302381918, ci_low = 0.577887600309, ci_high = 2.67371754336),
        natural(found, exp))
confirm("between-study variance: PM, variation between studies",
        c(tau2 = 0.140507847415, Q = 7.28185444915, pvalue = 0.0634365862324, I2 = 0.618671677182,
          H2 = 2.62241207947, tau2_low = 0, tau2_high = 3.37733757793, I2_low = 0, I2_high = 0.97499834177,
          H2_low = 1, H2_high = 39.9973470072),
        spread(d, "PM"))
found <- pooled(d, "PM", "t")
confirm("between-study variance: PM, prediction interval (t(k-1))",
        c(pi_low = -1.20009061175, pi_high = 1.63518456174),
        found)
confirm("between-study variance: PM, prediction interval (t(k-1)), as hazard ratio",
        c(pi_low = 0.301166921414, pi_high = 5.13040478609),
        natural(found, exp))
found <- pooled(d, "ML", "hartung-knapp-adhoc")
confirm("between-study variance: ML, random-effects (hartung-knapp-adhoc)",
        c(estimate = 0.224447112417, ci_low = -0.523856501566, ci_high = 0.9727507264, se = 0.235134717824,
          pvalue = 0.410227191332),
        found)
confirm("between-study variance: ML, random-effects (hartung-knapp-adhoc), as hazard ratio",
        c(estimate = 1.25163051388, ci_low = 0.592232193903, ci_high = 2.64521071197),
        natural(found, exp))
confirm("between-study variance: ML, variation between studies",
        c(tau2 = 0.06439475848, Q = 7.28185444915, pvalue = 0.0634365862324, I2 = 0.426458039416,
          H2 = 1.74355159469, tau2_low = 0, tau2_high = 3.37733757793, I2_low = 0, I2_high = 0.97499834177,
          H2_low = 1, H2_high = 39.9973470072),
        spread(d, "ML"))
found <- pooled(d, "ML", "t")
confirm("between-study variance: ML, prediction interval (t(k-1))",
        c(pi_low = -0.794249679985, pi_high = 1.24314390482),
        found)
confirm("between-study variance: ML, prediction interval (t(k-1)), as hazard ratio",
        c(pi_low = 0.451920192509, pi_high = 3.46649468038),
        natural(found, exp))
found <- pooled(d, "EB", "hartung-knapp-adhoc")
confirm("between-study variance: EB, random-effects (hartung-knapp-adhoc)",
        c(estimate = 0.217546974996, ci_low = -0.548375892353, ci_high = 0.983469842345,
          se = 0.240671104514, pvalue = 0.432668585223),
        found)
confirm("between-study variance: EB, random-effects (hartung-knapp-adhoc), as hazard ratio",
        c(estimate = 1.24302381918, ci_low = 0.577887600309, ci_high = 2.67371754336),
        natural(found, exp))
confirm("between-study variance: EB, variation between studies",
        c(tau2 = 0.140507847415, Q = 7.28185444915, pvalue = 0.0634365862324, I2 = 0.618671677182,
          H2 = 2.62241207947, tau2_low = 0, tau2_high = 3.37733757793, I2_low = 0, I2_high = 0.97499834177,
          H2_low = 1, H2_high = 39.9973470072),
        spread(d, "EB"))
found <- pooled(d, "EB", "t")
confirm("between-study variance: EB, prediction interval (t(k-1))",
        c(pi_low = -1.20009061175, pi_high = 1.63518456174),
        found)
confirm("between-study variance: EB, prediction interval (t(k-1)), as hazard ratio",
        c(pi_low = 0.301166921414, pi_high = 5.13040478609),
        natural(found, exp))
found <- pooled(d, "HE", "hartung-knapp-adhoc")
confirm("between-study variance: HE, random-effects (hartung-knapp-adhoc)",
        c(estimate = 0.216882189423, ci_low = -0.570775534818, ci_high = 1.00453991366, se = 0.247500711303,
          pvalue = 0.445378968503),
        found)
confirm("between-study variance: HE, random-effects (hartung-knapp-adhoc), as hazard ratio",
        c(estimate = 1.24219774948, ci_low = 0.565087024056, ci_high = 2.73065064872),
        natural(found, exp))
confirm("between-study variance: HE, variation between studies",
        c(tau2 = 0.15349283865, Q = 7.28185444915, pvalue = 0.0634365862324, I2 = 0.639294768105,
          H2 = 2.77234681279, tau2_low = 0, tau2_high = 3.37733757793, I2_low = 0, I2_high = 0.97499834177,
          H2_low = 1, H2_high = 39.9973470072),
        spread(d, "HE"))
found <- pooled(d, "HE", "t")
confirm("between-study variance: HE, prediction interval (t(k-1))",
        c(pi_low = -1.25789735656, pi_high = 1.69166173541),
        found)
confirm("between-study variance: HE, prediction interval (t(k-1)), as hazard ratio",
        c(pi_low = 0.284251077249, pi_high = 5.42849393485),
        natural(found, exp))
found <- pooled(d, "HS", "hartung-knapp-adhoc")
confirm("between-study variance: HS, random-effects (hartung-knapp-adhoc)",
        c(estimate = 0.224252594321, ci_low = -0.524519828047, ci_high = 0.973025016689,
          se = 0.235282028522, pvalue = 0.410843660433),
        found)
confirm("between-study variance: HS, random-effects (hartung-knapp-adhoc), as hazard ratio",
        c(estimate = 1.25138707278, ci_low = 0.591839480868, ci_high = 2.6459363671),
        natural(found, exp))
confirm("between-study variance: HS, variation between studies",
        c(tau2 = 0.0656965355358, Q = 7.28185444915, pvalue = 0.0634365862324, I2 = 0.431360335635,
          H2 = 1.75858291756, tau2_low = 0, tau2_high = 3.37733757793, I2_low = 0, I2_high = 0.97499834177,
          H2_low = 1, H2_high = 39.9973470072),
        spread(d, "HS"))
found <- pooled(d, "HS", "t")
confirm("between-study variance: HS, prediction interval (t(k-1))",
        c(pi_low = -0.802606410984, pi_high = 1.25111159963),
        found)
confirm("between-study variance: HS, prediction interval (t(k-1)), as hazard ratio",
        c(pi_low = 0.448159353075, pi_high = 3.49422497862),
        natural(found, exp))
found <- pooled(d, "SJ", "hartung-knapp-adhoc")
confirm("between-study variance: SJ, random-effects (hartung-knapp-adhoc)",
        c(estimate = 0.216677608755, ci_low = -0.578119272214, ci_high = 1.01147448972, se = 0.249744003426,
          pvalue = 0.449445141287),
        found)
confirm("between-study variance: SJ, random-effects (hartung-knapp-adhoc), as hazard ratio",
        c(estimate = 1.24194364583, ci_low = 0.56095237382, ci_high = 2.7496523616),
        natural(found, exp))
confirm("between-study variance: SJ, variation between studies",
        c(tau2 = 0.157845438524, Q = 7.28185444915, pvalue = 0.0634365862324, I2 = 0.645717379215,
          H2 = 2.82260529118, tau2_low = 0, tau2_high = 3.37733757793, I2_low = 0, I2_high = 0.97499834177,
          H2_low = 1, H2_high = 39.9973470072),
        spread(d, "SJ"))
found <- pooled(d, "SJ", "t")
confirm("between-study variance: SJ, prediction interval (t(k-1))",
        c(pi_low = -1.27675972761, pi_high = 1.71011494512),
        found)
confirm("between-study variance: SJ, prediction interval (t(k-1)), as hazard ratio",
        c(pi_low = 0.278939678226, pi_high = 5.52959704129),
        natural(found, exp))
found <- pooled(d, "EE", "wald")
confirm("model: common-effect, common-effect (wald)",
        c(estimate = 0.246898455609, ci_low = -0.030407800139, ci_high = 0.524204711356,
          se = 0.141485383372, pvalue = 0.0809769195674),
        found)
confirm("model: common-effect, common-effect (wald), as hazard ratio",
        c(estimate = 1.28004912437, ci_low = 0.970049866407, ci_high = 1.68911498011),
        natural(found, exp))
confirm("model: common-effect, variation between studies",
        c(tau2 = 0, Q = 7.28185444915, pvalue = 0.0634365862324, I2 = 0.588017033168, H2 = 2.42728481638),
        spread(d, "EE"))
found <- pooled(d[c(1, 3, 4), ], "REML", "hartung-knapp-adhoc")
confirm("route: without medians and their intervals, random-effects (hartung-knapp-adhoc)",
        c(estimate = 0.361619943586, ci_low = -0.849573661177, ci_high = 1.57281354835, se = 0.281499270529,
          pvalue = 0.327621695489),
        found)
confirm("route: without medians and their intervals, random-effects (hartung-knapp-adhoc), as hazard ratio",
        c(estimate = 1.43565320905, ci_low = 0.427597194378, ci_high = 4.82019097356),
        natural(found, exp))
confirm("route: without medians and their intervals, variation between studies",
        c(tau2 = 0.110694562104, Q = 4.23862751868, pvalue = 0.120114027365, I2 = 0.535725387281,
          H2 = 2.15389765583, tau2_low = 0, tau2_high = 11.016670464, I2_low = 0, I2_high = 0.99136736744,
          H2_low = 1, H2_high = 115.839518598),
        spread(d[c(1, 3, 4), ], "REML"))
found <- pooled(d[c(1, 3, 4), ], "REML", "t")
confirm("route: without medians and their intervals, prediction interval (t(k-1))",
        c(pi_low = -1.46004801492, pi_high = 2.18328790209),
        found)
confirm("route: without medians and their intervals, prediction interval (t(k-1)), as hazard ratio",
        c(pi_low = 0.232225124191, pi_high = 8.87543991563),
        natural(found, exp))
found <- pooled(d[4, ], "EE", "wald")
confirm("route: only from ratio and p, the single study",
        c(estimate = 0.79299251553, ci_low = 0.0995710472205, ci_high = 1.48641398384, se = 0.353792964452,
          pvalue = 0.025),
        found)
confirm("route: only from ratio and p, the single study, as hazard ratio",
        c(estimate = 2.21, ci_low = 1.1046969536, ci_high = 4.42121251813),
        natural(found, exp))

# ======================================================================================================
# progression-free survival, hazard ratio (pfs-hr)
# ======================================================================================================
section("progression-free survival, hazard ratio (pfs-hr)")

# Study results on the scale of analysis (log hazard ratio): estimate yi, variance vi.
# 1. Guida 2021: "12 months" (review-2021, text, Immunotherapy; Table 2); "9 months" (review-2021, Table
#    2); "p=0.51" (review-2021, Table 2)
# 2. Johnson 2015: "4.1" (johnson-abstract-2015, abstract); "2.9" (johnson-abstract-2015, abstract);
#    "0.09" (johnson-abstract-2015, abstract)
# 3. Zhou 2021: "1.912" (zhou-abstract-2021, abstract)
d <- data.frame(
  study = c("Guida 2021", "Johnson 2015", "Zhou 2021"),
  yi = c(-0.2876820724517808, -0.3462762367178338, 0.6481498146292095),
  vi = c(0.19066400974940678, 0.04171595530437901, 0.10356015833449184)
)
not_checked("yi and vi of Guida 2021, Johnson 2015",
            because = "their way from the printed figures (medians and p) is not repeated here")
not_checked("yi and vi of Zhou 2021",
            because = "their way from the printed figures (ratio and p) is not repeated here")

# All 3 study results. Three or four study results: random-effects model with a Hartung-Knapp interval that
# is kept from being too narrow when they happen to agree (ad hoc correction); with so few of them the power
# is low.
found <- pooled(d, "REML", "hartung-knapp-adhoc")
confirm("random-effects (hartung-knapp-adhoc)",
        c(estimate = -0.00187311322662, ci_low = -1.42276144869, ci_high = 1.41901522224,
          se = 0.330235420962, pvalue = 0.995989284227),
        found)
confirm("random-effects (hartung-knapp-adhoc), as hazard ratio",
        c(estimate = 0.998128639955, ci_low = 0.241047456801, ci_high = 4.13304830144),
        natural(found, exp))
confirm("variation between studies",
        c(tau2 = 0.226000563453, Q = 7.04062504213, pvalue = 0.0295901861662, I2 = 0.703367290601,
          H2 = 3.37117239035, tau2_low = 0, tau2_high = 12.1945144818, I2_low = 0, I2_high = 0.992244663426,
          H2_low = 1, H2_high = 128.943468862),
        spread(d, "REML"))
found <- pooled(d, "REML", "t")
confirm("prediction interval (t(k-1))",
        c(pi_low = -2.4924215526, pi_high = 2.48867532615),
        found)
confirm("prediction interval (t(k-1)), as hazard ratio",
        c(pi_low = 0.0827094386226, pi_high = 12.045309441),
        natural(found, exp))
confirm("share of weight",
        c("weight of 1" = 0.261734354855, "weight of 2" = 0.407354143719, "weight of 3" = 0.330911501426),
        share_of_weight(d, "REML"))
confirm("beside it common-effect (wald)",
        c(estimate = -0.0913488059989, se = 0.16039014344, ci_low = -0.405707710617,
          ci_high = 0.22301009862, pvalue = 0.568988871719),
        pooled(d, "EE", "wald"))
confirm("beside it random-effects (wald)",
        c(estimate = -0.00187311322662, se = 0.330235420962, ci_low = -0.649122644732,
          ci_high = 0.645376418278, pvalue = 0.995474379744),
        pooled(d, "REML", "wald"))
confirm("beside it random-effects (hartung-knapp)",
        c(estimate = -0.00187311322662, se = 0.323664880609, ci_low = -1.3944906953,
          ci_high = 1.39074446885, pvalue = 0.995907866271),
        pooled(d, "REML", "hartung-knapp"))
confirm("beside it bayesian (half-normal(0.5))",
        c(estimate = -0.0248370514245, se = 0.349640239124, ci_low = -0.715799585458,
          ci_high = 0.710714882677),
        posterior(d, "half-normal", 0.5))
confirm("beside it bayesian (half-normal(0.5)), posterior",
        c(tau = 0.417003984308, new_low = -1.30735700822, new_high = 1.30699460944,
          p_below_0 = 0.534134732566),
        posterior(d, "half-normal", 0.5), within = 1e-5)
not_checked("beside it bayesian (half-normal(0.5)): the interval of tau",
            because = "R computes its median only")

# Without each study in turn.

found <- pooled(d[-1, ], "REML", "hartung-knapp-adhoc")
confirm("without Guida 2021, random-effects (hartung-knapp-adhoc)",
        c(estimate = 0.119841363134, ci_low = -6.18548221582, ci_high = 6.42516494208, se = 0.496239727745,
          pvalue = 0.849145438268),
        found)
confirm("without Guida 2021, random-effects (hartung-knapp-adhoc), as hazard ratio",
        c(estimate = 1.1273180032, ci_low = 0.00205910837856, ci_high = 617.182608534),
        natural(found, exp))
confirm("without Guida 2021, variation between studies",
        c(tau2 = 0.421803528979, Q = 6.80692198344, pvalue = 0.00908051581307, I2 = 0.853090721117,
          H2 = 6.80692198344, tau2_low = 0.0257800934658, tau2_high = 503.396595576,
          I2_low = 0.261944503032, I2_high = 0.999855724934, H2_low = 1.35491166194,
          H2_high = 6931.20460098),
        spread(d[-1, ], "REML"))

found <- pooled(d[-2, ], "REML", "hartung-knapp-adhoc")
confirm("without Johnson 2015, random-effects (hartung-knapp-adhoc)",
        c(estimate = 0.22677206487, ci_low = -5.68918455529, ci_high = 6.14272868503, se = 0.465595883507,
          pvalue = 0.711458280559),
        found)
confirm("without Johnson 2015, random-effects (hartung-knapp-adhoc), as hazard ratio",
        c(estimate = 1.25454388073, ci_low = 0.00338234996451, ci_high = 465.321556073),
        natural(found, exp))
confirm("without Johnson 2015, variation between studies",
        c(tau2 = 0.290778576397, Q = 2.97657845914, pvalue = 0.0844776832187, I2 = 0.664043796014,
          H2 = 2.97657845914, tau2_low = 0, tau2_high = 445.738674141, I2_low = 0, I2_high = 0.999670067787,
          H2_low = 1, H2_high = 3030.92563149),
        spread(d[-2, ], "REML"))

found <- pooled(d[-3, ], "REML", "hartung-knapp-adhoc")
confirm("without Zhou 2021, random-effects (hartung-knapp-adhoc)",
        c(estimate = -0.335757638279, ci_low = -2.68648339393, ci_high = 2.01496811737, se = 0.185006129246,
          pvalue = 0.320613830404),
        found)
confirm("without Zhou 2021, random-effects (hartung-knapp-adhoc), as hazard ratio",
        c(estimate = 0.714796324092, ci_low = 0.0681200701134, ci_high = 7.50048824208),
        natural(found, exp))
confirm("without Zhou 2021, variation between studies",
        c(tau2 = 0, Q = 0.0147744065855, pvalue = 0.903255400666, I2 = 0, H2 = 1, tau2_low = 0,
          tau2_high = 1.63179090089, I2_low = 0, I2_high = 0.933529031336, H2_low = 1,
          H2_high = 15.0441616859),
        spread(d[-3, ], "REML"))

# The same question answered in other ways.
found <- pooled(d, "DL", "hartung-knapp-adhoc")
confirm("between-study variance: DL, random-effects (hartung-knapp-adhoc)",
        c(estimate = -0.00119691911188, ci_low = -1.45354706746, ci_high = 1.45115322923,
          se = 0.337547610641, pvalue = 0.99749265901),
        found)
confirm("between-study variance: DL, random-effects (hartung-knapp-adhoc), as hazard ratio",
        c(estimate = 0.99880379691, ci_low = 0.233739725361, ci_high = 4.26803369938),
        natural(found, exp))
confirm("between-study variance: DL, variation between studies",
        c(tau2 = 0.240215368633, Q = 7.04062504213, pvalue = 0.0295901861662, I2 = 0.715934311509,
          H2 = 3.52031252106, tau2_low = 0, tau2_high = 12.1945144818, I2_low = 0, I2_high = 0.992244663426,
          H2_low = 1, H2_high = 128.943468862),
        spread(d, "DL"))
found <- pooled(d, "DL", "t")
confirm("between-study variance: DL, prediction interval (t(k-1))",
        c(pi_low = -2.56174079831, pi_high = 2.55934696009),
        found)
confirm("between-study variance: DL, prediction interval (t(k-1)), as hazard ratio",
        c(pi_low = 0.0771702855449, pi_high = 12.9273724683),
        natural(found, exp))
found <- pooled(d, "PM", "hartung-knapp-adhoc")
confirm("between-study variance: PM, random-effects (hartung-knapp-adhoc)",
        c(estimate = -0.0025543021587, ci_low = -1.39494701677, ci_high = 1.38983841246,
          se = 0.323612618092, pvalue = 0.994418832438),
        found)
confirm("between-study variance: PM, random-effects (hartung-knapp-adhoc), as hazard ratio",
        c(estimate = 0.997448957295, ci_low = 0.247846167709, ci_high = 4.01420135564),
        natural(found, exp))
confirm("between-study variance: PM, variation between studies",
        c(tau2 = 0.213425618787, Q = 7.04062504213, pvalue = 0.0295901861662, I2 = 0.691285371081,
          H2 = 3.23923749095, tau2_low = 0, tau2_high = 12.1945144818, I2_low = 0, I2_high = 0.992244663426,
          H2_low = 1, H2_high = 128.943468862),
        spread(d, "PM"))
found <- pooled(d, "PM", "t")
confirm("between-study variance: PM, prediction interval (t(k-1))",
        c(pi_low = -2.42945925398, pi_high = 2.42435064966),
        found)
confirm("between-study variance: PM, prediction interval (t(k-1)), as hazard ratio",
        c(pi_low = 0.0880844510231, pi_high = 11.2948926951),
        natural(found, exp))
found <- pooled(d, "ML", "hartung-knapp-adhoc")
confirm("between-study variance: ML, random-effects (hartung-knapp-adhoc)",
        c(estimate = -0.012364590573, ci_low = -1.39947616106, ci_high = 1.37474697991, se = 0.322385202248,
          pvalue = 0.972889970422),
        found)
confirm("between-study variance: ML, random-effects (hartung-knapp-adhoc), as hazard ratio",
        c(estimate = 0.987711536892, ci_low = 0.246726174874, ci_high = 3.95407613565),
        natural(found, exp))
confirm("between-study variance: ML, variation between studies",
        c(tau2 = 0.118569483876, Q = 7.04062504213, pvalue = 0.0295901861662, I2 = 0.55437070355,
          H2 = 2.24401763521, tau2_low = 0, tau2_high = 12.1945144818, I2_low = 0, I2_high = 0.992244663426,
          H2_low = 1, H2_high = 128.943468862),
        spread(d, "ML"))
found <- pooled(d, "ML", "t")
confirm("between-study variance: ML, prediction interval (t(k-1))",
        c(pi_low = -1.88847981035, pi_high = 1.86375062921),
        found)
confirm("between-study variance: ML, prediction interval (t(k-1)), as hazard ratio",
        c(pi_low = 0.151301641286, pi_high = 6.44787506478),
        natural(found, exp))
found <- pooled(d, "EB", "hartung-knapp-adhoc")
confirm("between-study variance: EB, random-effects (hartung-knapp-adhoc)",
        c(estimate = -0.0025543021587, ci_low = -1.39494701677, ci_high = 1.38983841246,
          se = 0.323612618092, pvalue = 0.994418832438),
        found)
confirm("between-study variance: EB, random-effects (hartung-knapp-adhoc), as hazard ratio",
        c(estimate = 0.997448957295, ci_low = 0.247846167709, ci_high = 4.01420135564),
        natural(found, exp))
confirm("between-study variance: EB, variation between studies",
        c(tau2 = 0.213425618787, Q = 7.04062504213, pvalue = 0.0295901861662, I2 = 0.691285371081,
          H2 = 3.23923749095, tau2_low = 0, tau2_high = 12.1945144818, I2_low = 0, I2_high = 0.992244663426,
          H2_low = 1, H2_high = 128.943468862),
        spread(d, "EB"))
found <- pooled(d, "EB", "t")
confirm("between-study variance: EB, prediction interval (t(k-1))",
        c(pi_low = -2.42945925398, pi_high = 2.42435064966),
        found)
confirm("between-study variance: EB, prediction interval (t(k-1)), as hazard ratio",
        c(pi_low = 0.0880844510231, pi_high = 11.2948926951),
        natural(found, exp))
found <- pooled(d, "HE", "hartung-knapp-adhoc")
confirm("between-study variance: HE, random-effects (hartung-knapp-adhoc)",
        c(estimate = -0.00342553149927, ci_low = -1.39549259371, ci_high = 1.38864153071,
          se = 0.323536931666, pvalue = 0.99251353266),
        found)
confirm("between-study variance: HE, random-effects (hartung-knapp-adhoc), as hazard ratio",
        c(estimate = 0.99658032894, ci_low = 0.247710985437, ci_high = 4.00939970539),
        natural(found, exp))
confirm("between-study variance: HE, variation between studies",
        c(tau2 = 0.199369586964, Q = 7.04062504213, pvalue = 0.0295901861662, I2 = 0.676559963431,
          H2 = 3.09176319236, tau2_low = 0, tau2_high = 12.1945144818, I2_low = 0, I2_high = 0.992244663426,
          H2_low = 1, H2_high = 128.943468862),
        spread(d, "HE"))
found <- pooled(d, "HE", "t")
confirm("between-study variance: HE, prediction interval (t(k-1))",
        c(pi_low = -2.35710214389, pi_high = 2.35025108089),
        found)
confirm("between-study variance: HE, prediction interval (t(k-1)), as hazard ratio",
        c(pi_low = 0.0946942362505, pi_high = 10.4882027815),
        natural(found, exp))
found <- pooled(d, "HS", "hartung-knapp-adhoc")
confirm("between-study variance: HS, random-effects (hartung-knapp-adhoc)",
        c(estimate = -0.0152683238611, ci_low = -1.40033853618, ci_high = 1.36980188846,
          se = 0.321910760481, pvalue = 0.96648055973),
        found)
confirm("between-study variance: HS, random-effects (hartung-knapp-adhoc), as hazard ratio",
        c(estimate = 0.984847646023, ci_low = 0.246513496076, ci_high = 3.93457113431),
        natural(found, exp))
confirm("between-study variance: HS, variation between studies",
        c(tau2 = 0.103945071583, Q = 7.04062504213, pvalue = 0.0295901861662, I2 = 0.521663833712,
          H2 = 2.09057995292, tau2_low = 0, tau2_high = 12.1945144818, I2_low = 0, I2_high = 0.992244663426,
          H2_low = 1, H2_high = 128.943468862),
        spread(d, "HS"))
found <- pooled(d, "HS", "t")
confirm("between-study variance: HS, prediction interval (t(k-1))",
        c(pi_low = -1.79067244021, pi_high = 1.76013579249),
        found)
confirm("between-study variance: HS, prediction interval (t(k-1)), as hazard ratio",
        c(pi_low = 0.166847936675, pi_high = 5.81322673332),
        natural(found, exp))
found <- pooled(d, "SJ", "hartung-knapp-adhoc")
confirm("between-study variance: SJ, random-effects (hartung-knapp-adhoc)",
        c(estimate = -0.00265968855458, ci_low = -1.3950151791, ci_high = 1.38969580199,
          se = 0.323603966669, pvalue = 0.994188414709),
        found)
confirm("between-study variance: SJ, random-effects (hartung-knapp-adhoc), as hazard ratio",
        c(estimate = 0.997343845283, ci_low = 0.247829274514, ci_high = 4.01362892934),
        natural(found, exp))
confirm("between-study variance: SJ, variation between studies",
        c(tau2 = 0.211613750607, Q = 7.04062504213, pvalue = 0.0295901861662, I2 = 0.689462941102,
          H2 = 3.22022757461, tau2_low = 0, tau2_high = 12.1945144818, I2_low = 0, I2_high = 0.992244663426,
          H2_low = 1, H2_high = 128.943468862),
        spread(d, "SJ"))
found <- pooled(d, "SJ", "t")
confirm("between-study variance: SJ, prediction interval (t(k-1))",
        c(pi_low = -2.42025299569, pi_high = 2.41493361858),
        found)
confirm("between-study variance: SJ, prediction interval (t(k-1)), as hazard ratio",
        c(pi_low = 0.0888991235188, pi_high = 11.1890275894),
        natural(found, exp))
found <- pooled(d, "EE", "wald")
confirm("model: common-effect, common-effect (wald)",
        c(estimate = -0.0913488059989, ci_low = -0.405707710617, ci_high = 0.22301009862,
          se = 0.16039014344, pvalue = 0.568988871719),
        found)
confirm("model: common-effect, common-effect (wald), as hazard ratio",
        c(estimate = 0.91269930038, ci_low = 0.666504951278, ci_high = 1.24983319526),
        natural(found, exp))
confirm("model: common-effect, variation between studies",
        c(tau2 = 0, Q = 7.04062504213, pvalue = 0.0295901861662, I2 = 0.715934311509, H2 = 3.52031252106),
        spread(d, "EE"))
found <- pooled(d[3, ], "EE", "wald")
confirm("route: only from ratio and p, the single study",
        c(estimate = 0.648149814629, ci_low = 0.01741842671, ci_high = 1.27888120255, se = 0.321807641821,
          pvalue = 0.044),
        found)
confirm("route: only from ratio and p, the single study, as hazard ratio",
        c(estimate = 1.912, ci_low = 1.01757101215, ci_high = 3.59261806434),
        natural(found, exp))

# route: medians and their intervals, wherever the figures allow it
# Study results on the scale of analysis (log hazard ratio): estimate yi, variance vi.
other <- data.frame(
  study = c("Guida 2021", "Johnson 2015", "Zhou 2021"),
  yi = c(-0.2876820724517808, -0.3462762367178338, 0.6481498146292095),
  vi = c(0.12065948384960032, 0.04171595530437901, 0.10356015833449184)
)
not_checked("yi and vi of Guida 2021",
            because = "their way from the printed figures (medians and their intervals) is not repeated here")
not_checked("yi and vi of Johnson 2015",
            because = "their way from the printed figures (medians and p) is not repeated here")
not_checked("yi and vi of Zhou 2021",
            because = "their way from the printed figures (ratio and p) is not repeated here")
found <- pooled(other, "REML", "hartung-knapp-adhoc")
confirm("route: medians and their intervals, wherever the figures allow it, random-effects (hartung-knapp-adhoc)",
        c(estimate = -0.0170032801241, ci_low = -1.38675709188, ci_high = 1.35275053163,
          se = 0.318351002925, pvalue = 0.962259992297),
        found)
confirm("route: medians and their intervals, wherever the figures allow it, random-effects (hartung-knapp-adhoc), as hazard ratio",
        c(estimate = 0.983140459807, ci_low = 0.249884344072, ci_high = 3.86805010654),
        natural(found, exp))
confirm("route: medians and their intervals, wherever the figures allow it, variation between studies",
        c(tau2 = 0.216249834764, Q = 7.14940581339, pvalue = 0.0280237502061, I2 = 0.724675934008,
          H2 = 3.63208351002, tau2_low = 0, tau2_high = 12.2040263722, I2_low = 0, I2_high = 0.993312881029,
          H2_low = 1, H2_high = 149.541230587),
        spread(other, "REML"))
found <- pooled(other, "REML", "t")
confirm("route: medians and their intervals, wherever the figures allow it, prediction interval (t(k-1))",
        c(pi_low = -2.43774038913, pi_high = 2.40373382889),
        found)
confirm("route: medians and their intervals, wherever the figures allow it, prediction interval (t(k-1)), as hazard ratio",
        c(pi_low = 0.0873580237515, pi_high = 11.0644119704),
        natural(found, exp))

finish()
