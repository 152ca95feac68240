# Writes club_sandwich.json: cluster-robust covariances, t tests and Wald tests by clubSandwich, and metafor's
# own robust(), for models whose variance components are given (so that no optimiser is between the two).
# Run from the repository root: Rscript tests/synthesis/robust/club_sandwich.R
suppressMessages({library(metafor); library(clubSandwich)})
library(jsonlite)
set.seed(20261121)

types <- c("CR0", "CR1", "CR1p", "CR1S", "CR2")

result <- function(name, fit, cluster, tested, mv = TRUE) {
  X <- fit$X
  V <- if (mv) fit$M else diag(fit$vi + fit$tau2)
  n <- length(unique(cluster))
  defined <- if (n > ncol(X)) types else setdiff(types, "CR1p")
  robust_of <- function(type) {
    vcov <- vcovCR(fit, cluster = cluster, type = type)
    tests <- coef_test(fit, vcov = vcov, test = "Satterthwaite")
    out <- list(covariance = unname(as.matrix(vcov)), se = tests$SE, df = tests$df, p = tests$p_Satt)
    if (length(tested) > 1) {
      wald <- Wald_test(fit, constraints = constrain_zero(tested), vcov = vcov, test = "HTZ")
      out$wald <- list(F = wald$Fstat, df1 = wald$df_num, df2 = wald$df_denom, p = wald$p_val)
    }
    out
  }
  plain <- function(adjust) {
    r <- robust(fit, cluster = cluster, adjust = adjust)
    list(se = r$se, t = r$zval, p = r$pval, low = r$ci.lb, high = r$ci.ub, QM = r$QM, QMp = r$QMp,
         df = unique(c(r$dfs)))
  }
  list(name = name, yi = as.numeric(fit$yi), design = unname(X), working = unname(as.matrix(V)),
       cluster = as.character(cluster), tested = I(tested - 1), beta = as.numeric(fit$beta),
       types = setNames(lapply(defined, robust_of), defined),
       metafor = if (n > ncol(X)) list(CR0 = plain(FALSE), CR1p = plain(TRUE)))
}

assink <- dat.assink2016[dat.assink2016$study %in% c(5, 7, 9:15), ]
konst <- dat.konstantopoulos2011[dat.konstantopoulos2011$district %in% c(11, 12, 18, 27, 56, 91), ]
berkey <- dat.berkey1998
berkey_V <- vcalc(vi = 1, cluster = author, rvars = c(v1i, v2i), data = berkey)
bcg <- escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
# A made-up design in which every cluster has a level of its own (singular adjustments) and x varies within.
own <- data.frame(cluster = rep(1:5, c(3, 4, 2, 3, 4)))
own$x <- round(rnorm(16), 2)
own$y <- round(0.3 * own$x + rnorm(16, 0, 0.4), 3)
own$v <- round(runif(16, 0.05, 0.3), 3)

assink_V <- vcalc(vi, cluster = study, obs = esid, rho = 0.6, data = assink)
cases <- list(
  result("assink2016, three levels", rma.mv(yi, vi, random = ~ 1 | study / esid, sigma2 = c(0.09, 0.11),
         data = assink), assink$study, 1),
  result("assink2016, correlated, moderators", rma.mv(yi, assink_V, mods = ~ pubstatus + year,
         random = ~ 1 | study / esid, sigma2 = c(0.1, 0.05), data = assink), assink$study, 2:3),
  result("konstantopoulos2011", rma.mv(yi, vi, mods = ~ I(year - 1990), random = ~ 1 | district / school,
         sigma2 = c(0.06, 0.03), data = konst), konst$district, 1:2),
  result("berkey1998, two outcomes", rma.mv(yi, berkey_V, mods = ~ outcome - 1, random = ~ outcome | trial,
         struct = "UN", tau2 = c(0.03, 0.01), rho = 0.6, data = berkey), berkey$trial, 1:2),
  result("bcg, clusters of one", rma.uni(yi, vi, mods = ~ ablat, tau2 = 0.07, data = bcg), bcg$trial, 2, FALSE),
  result("a level per cluster", rma.mv(y, v, mods = ~ x + factor(cluster) - 1, data = own), own$cluster, 1)
)
writeLines(toJSON(list(
  made_by = sprintf("R %s.%s, metafor %s, clubSandwich %s, data of metadat %s", R.version$major, R.version$minor,
                    packageVersion("metafor"), packageVersion("clubSandwich"), packageVersion("metadat")),
  cases = cases
), digits = NA, auto_unbox = TRUE, matrix = "rowmajor", na = "null"), "tests/synthesis/robust/club_sandwich.json")
