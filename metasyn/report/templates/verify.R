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
