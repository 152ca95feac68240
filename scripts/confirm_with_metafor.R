# Fits every synthesis of reports/*/results.json again with metafor and compares.
#
#   Rscript scripts/confirm_with_metafor.R [reports folder]
#
# Needs r-cran-metafor and r-cran-jsonlite. Exits 1 if any number differs by more than 1e-8 relative.
suppressPackageStartupMessages({library(metafor); library(jsonlite)})

arguments <- commandArgs(trailingOnly = TRUE)
folder <- if (length(arguments)) arguments[1] else "reports"
tight <- list(threshold = 1e-13, maxiter = 1e4, tol = 1e-14, tau2.max = 1e6)
tests <- c("wald" = "z", "t" = "t", "hartung-knapp" = "knha", "hartung-knapp-adhoc" = "adhoc")
worst <- 0
rows <- list()

num <- function(x) if (is.null(x)) NA_real_ else as.numeric(unlist(x))

compare <- function(where, quantity, ours, theirs, scale = 0) {
  ours <- num(ours); theirs <- num(theirs)
  if (all(is.na(ours)) && all(is.na(theirs))) return(invisible())
  # Relative to the number itself, or to a scale where the number is a difference near zero.
  d <- max(abs(ours - theirs) / pmax(abs(theirs), scale, 1e-12))
  if (!is.finite(d)) d <- Inf
  worst <<- max(worst, d)
  if (d > 1e-8) cat(sprintf("DIFFERS  %s  %s: %s here, %s metafor (%.1e)\n", where, quantity,
    paste(format(ours, digits = 12), collapse = " "), paste(format(theirs, digits = 12), collapse = " "), d))
}

check <- function(where, s) {
  k <- s$k
  if (is.null(k) || k < 2) return(invisible())
  yi <- vapply(s$rows, function(r) r$yi, 0); vi <- vapply(s$rows, function(r) r$vi, 0)
  level <- 100 * s$level
  common <- s$model == "common-effect"
  fit <- rma(yi, vi, method = if (common) "FE" else s$tau2_method, test = tests[[s$ci_method]],
             level = level, control = if (common) list() else tight)
  scale <- max(abs(yi))
  compare(where, "estimate", s$estimate, fit$beta[1], scale)
  compare(where, "se", s$se, fit$se)
  compare(where, "ci", s$ci, c(fit$ci.lb, fit$ci.ub), scale)
  compare(where, "Q", s$Q, fit$QE, 1e-6)
  compare(where, "pvalue of Q", s$pvalue, fit$QEp)
  if (!is.null(s$test$pvalue)) compare(where, "p of the mean", s$test$pvalue, fit$pval)
  compare(where, "weights", s$weights, weights(fit) / 100)
  re <- rma(yi, vi, method = s$tau2_method, test = "t", level = level, control = tight)
  v <- (k - 1) * sum(1 / vi) / (sum(1 / vi)^2 - sum(1 / vi^2))
  compare(where, "tau2", s$tau2, re$tau2, v)
  compare(where, "I2", s$I2, re$I2 / 100, 1)
  qp <- confint(re, control = list(tau2.max = 1e6, tol = 1e-14, maxiter = 1e5))$random
  compare(where, "tau2_ci", s$tau2_ci, qp[1, 2:3], v)
  compare(where, "I2_ci", s$I2_ci, qp[3, 2:3] / 100, 1)
  if (!is.null(s$pi)) {
    p <- predict(re)
    compare(where, "pi", s$pi, c(p$pi.lb, p$pi.ub), scale)
  }
  back <- switch(s$measure, HR = , OR = , RR = exp, PLO = plogis, PAS = function(x) sin(x)^2, identity)
  rows[[length(rows) + 1]] <<- data.frame(synthesis = where, k = k, model = s$model, ci_method = s$ci_method,
    metasyn = sprintf("%.6f (%.6f to %.6f)", s$display$estimate, s$display$ci[[1]], s$display$ci[[2]]),
    metafor = sprintf("%.6f (%.6f to %.6f)", back(fit$beta[1]), back(fit$ci.lb), back(fit$ci.ub)))
}

for (path in sort(list.files(folder, "^results\\.json$", recursive = TRUE, full.names = TRUE))) {
  document <- fromJSON(path, simplifyVector = FALSE)
  for (s in document$syntheses) check(paste(document$name, s$id), s)
}
if (!length(rows)) { cat("no pooled synthesis found under", folder, "\n"); quit(status = 1) }
options(width = 200)
print(do.call(rbind, rows), right = FALSE, row.names = FALSE)
cat(sprintf("\nmetafor %s, R %s: %d syntheses, largest relative difference %.1e\n",
  packageVersion("metafor"), getRversion(), length(rows), worst))
quit(status = as.integer(worst > 1e-8))
