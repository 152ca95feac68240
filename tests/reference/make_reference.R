# Reference values for tests/synthesis, made by running metafor on data of metadat and on made-up data.
# Run from the repository root:  Rscript tests/reference/make_reference.R
# Writes tests/reference/metafor.json (numbers with 17 significant digits, versions inside).
suppressPackageStartupMessages({library(metadat); library(metafor)})

# ---- JSON, written by hand so that doubles keep every bit -------------------------------------------
json <- function(x) {
  if (is.null(x)) return("null")
  if (is.list(x)) {
    body <- vapply(x, json, "")
    if (is.null(names(x))) return(paste0("[", paste(body, collapse = ", "), "]"))
    return(paste0("{", paste0("\"", names(x), "\": ", body, collapse = ", "), "}"))
  }
  one <- function(v) {
    if (is.na(v)) return("null")
    if (is.character(v)) return(paste0("\"", gsub("\"", "\\\\\"", v), "\""))
    if (is.logical(v)) return(if (v) "true" else "false")
    if (is.infinite(v)) return(if (v > 0) "1e999" else "-1e999")
    sprintf("%.17g", v)
  }
  paste0("[", paste(vapply(x, one, ""), collapse = ", "), "]")
}
num <- function(v) structure(list(v), class = "scalar")
json_scalar <- json
json <- function(x) {
  if (inherits(x, "scalar")) {
    text <- json_scalar(unclass(x)[[1]])
    return(substr(text, 2, nchar(text) - 1))
  }
  json_scalar(x)
}

# ---- data -------------------------------------------------------------------------------------------
set <- function(yi, vi, group = NULL, label = NULL, origin)
  list(yi = as.numeric(yi), vi = as.numeric(vi), group = group, label = label, origin = origin)
bcg_rr <- escalc("RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
bcg_or <- escalc("OR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
bcg_names <- paste(dat.bcg$author, dat.bcg$year)
normand <- escalc("MD", m1i = m1i, sd1i = sd1i, n1i = n1i, m2i = m2i, sd2i = sd2i, n2i = n2i, data = dat.normand1999)
hine <- escalc("RD", n1i = n1i, n2i = n2i, ai = ai, ci = ci, data = dat.hine1989)
molloy <- escalc("ZCOR", ri = ri, ni = ni, data = dat.molloy2014)
ratio <- function(hr, se, group = NULL) set(log(hr), se^2, group, origin = "made up: log ratios with standard errors")

sets <- list(
  bcg_rr = set(bcg_rr$yi, bcg_rr$vi, dat.bcg$alloc, bcg_names, "metadat dat.bcg, log RR, groups alloc"),
  bcg_or = set(bcg_or$yi, bcg_or$vi, NULL, bcg_names, "metadat dat.bcg, log OR"),
  normand1999 = set(normand$yi, normand$vi, NULL, NULL, "metadat dat.normand1999, MD"),
  hine1989 = set(hine$yi, hine$vi, NULL, NULL, "metadat dat.hine1989, RD"),
  raudenbush1985 = set(dat.raudenbush1985$yi, dat.raudenbush1985$vi,
                       ifelse(dat.raudenbush1985$weeks > 1, "high", "low"), NULL,
                       "metadat dat.raudenbush1985, SMD, groups by weeks > 1"),
  molloy2014 = set(molloy$yi, molloy$vi, dat.molloy2014$design, NULL, "metadat dat.molloy2014, ZCOR, groups design"),
  k2_agree = ratio(c(.62, .75), c(.16, .18)),
  k2_disagree = ratio(c(.55, .95), c(.16, .18)),
  k3_identical = ratio(c(.70, .71, .72), c(.15, .16, .17)),
  k3_spread = ratio(c(.55, .80, 1.05), c(.15, .20, .18)),
  k4_uneven = ratio(c(.40, .90, .85, 1.30), c(.50, .08, .20, .35)),
  k5 = ratio(c(.55, .62, .75, .70, 1.02), c(.18, .15, .16, .21, .19)),
  k8_homogeneous = ratio(c(.80, .81, .79, .82, .80, .78, .83, .80), c(.10, .12, .15, .20, .11, .13, .18, .16)),
  groups_small = ratio(c(.55, .60, .90, .95, 1.40, .75, .66), c(.15, .20, .18, .16, .25, .22, .30),
                       c("a", "a", "b", "b", "c", "a", "b"))
)

# ---- fits -------------------------------------------------------------------------------------------
# metafor stops at an absolute change of tau2, so the threshold follows the scale of the data
# (1e-13 is below rounding where tau2 is in the hundreds). Where Fisher scoring still does not settle,
# its step is halved (stepadj), as metafor's documentation advises; the control used is recorded.
controls <- function(vi) {
  base <- list(tol = 1e-14, maxiter = 1e4, tau2.max = 1e6)
  tight <- 1e-13 * min(1, max(vi))
  list(c(base, threshold = tight), c(base, threshold = tight, stepadj = .5),
       c(base, threshold = 1e-13 * max(vi), stepadj = .5), c(base, threshold = 1e-11 * max(vi), stepadj = .5))
}
fit <- function(d, ...) {
  for (control in controls(d$vi)) {
    res <- try(suppressWarnings(rma(d$yi, d$vi, control = control, ...)), silent = TRUE)
    if (!inherits(res, "try-error")) { attr(res, "control") <- control; return(res) }
  }
  stop("no fit: ", res)
}
describe <- function(res) {
  pi <- predict(res)
  list(estimate = num(res$b[1]), se = num(res$se), statistic = num(res$zval), pvalue = num(res$pval),
       ci = c(res$ci.lb, res$ci.ub), pi = if (res$method == "FE") NULL else c(pi$pi.lb, pi$pi.ub),
       tau2 = num(res$tau2), I2 = num(res$I2 / 100), H2 = num(res$H2), Q = num(res$QE), Q_pvalue = num(res$QEp))
}
methods <- c("REML", "DL", "PM", "ML", "EB", "HE", "HS", "SJ")
tests <- c("z", "knha", "adhoc", "t")

one_set <- function(d) {
  fits <- list()
  for (m in c(methods, "FE")) for (test in tests)
    fits[[paste(m, test, sep = "/")]] <- describe(fit(d, method = m, test = test))
  reml <- fit(d, method = "REML")
  profile <- lapply(list("0.95" = 95, "0.8" = 80), function(level) {
    ci <- confint(reml, level = level, control = list(tau2.max = 1e6 * max(1, reml$tau2), tol = 1e-15, maxiter = 1e5))$random
    list(tau2 = ci["tau^2", 2:3], I2 = ci["I^2(%)", 2:3] / 100, H2 = ci["H^2", 2:3])
  })
  level80 <- fit(d, method = "REML", test = "knha", level = 80)
  hts <- {
    half <- if (length(d$yi) > 2) qt(.975, length(d$yi) - 2) * sqrt(reml$se^2 + reml$tau2) else NA
    c(reml$b[1] - half, reml$b[1] + half)
  }
  loo <- if (length(d$yi) > 2) lapply(seq_along(d$yi), function(i) {
    describe(fit(list(yi = d$yi[-i], vi = d$vi[-i]), method = "REML", test = "knha"))
  }) else NULL
  c(list(origin = num(d$origin), yi = d$yi, vi = d$vi, labels = d$label, group = d$group,
         stepadj = num(!is.null(attr(reml, "control")$stepadj)),
         fits = fits, q_profile = profile, level_80 = describe(level80), hts_pi = hts, leave_one_out = loo),
    if (is.null(d$group)) NULL else list(subgroups = by_group(d)))
}

by_group <- function(d) {
  g <- factor(d$group, levels = unique(d$group))
  out <- list(names = levels(g))
  for (m in methods) {
    means <- lapply(c(z = "z", knha = "knha", adhoc = "adhoc", t = "t"), function(test) {
      res <- fit(d, mods = model.matrix(~ 0 + g), intercept = FALSE, method = m, test = test)
      list(estimate = as.numeric(res$b), se = res$se, ci_low = res$ci.lb, ci_high = res$ci.ub)
    })
    contrast <- fit(d, mods = model.matrix(~ g), intercept = FALSE, btt = 2:nlevels(g), method = m, test = "z")
    out[[m]] <- list(means = means, tau2 = num(contrast$tau2), I2 = num(contrast$I2 / 100), QM = num(contrast$QM),
                     QM_df = num(nlevels(g) - 1), QM_pvalue = num(contrast$QMp), QE = num(contrast$QE))
  }
  ci <- confint(fit(d, mods = model.matrix(~ g), intercept = FALSE, method = "REML"),
                control = list(tau2.max = 1e6, tol = 1e-15, maxiter = 1e5))$random
  out$q_profile <- ci["tau^2", 2:3]
  apart <- lapply(levels(g), function(level) {
    keep <- g == level
    if (sum(keep) < 2) return(list(k = num(sum(keep)), estimate = num(d$yi[keep]), se = num(sqrt(d$vi[keep]))))
    res <- fit(list(yi = d$yi[keep], vi = d$vi[keep]), method = "REML", test = "z")
    list(k = num(sum(keep)), estimate = num(res$b[1]), se = num(res$se))
  })
  means <- sapply(apart, function(x) unclass(x$estimate)[[1]]); w <- 1 / sapply(apart, function(x) unclass(x$se)[[1]])^2
  between <- rma(means, 1 / w, method = "FE")
  out$separate <- list(groups = apart, Q_between = num(between$QE), pvalue = num(between$QEp))
  out
}

result <- list(
  made_by = num("tests/reference/make_reference.R"),
  versions = list(R = num(as.character(getRversion())), metafor = num(as.character(packageVersion("metafor"))),
                  metadat = num(as.character(packageVersion("metadat")))),
  sets = lapply(sets, one_set)
)
body <- paste0(
  "{\n\"made_by\": ", json(result$made_by), ",\n\"versions\": ", json(result$versions), ",\n\"sets\": {\n",
  paste0("\"", names(result$sets), "\": ", vapply(result$sets, json, ""), collapse = ",\n"), "\n}\n}\n")
writeLines(body, "tests/reference/metafor.json", sep = "")
