# Reference values for metasyn.synthesis.moderators, made with metafor.
#
#   Rscript tests/reference/regression.R        (from the root of the project; writes regression.json)
#
# Data: the 13 BCG trials (dat.bcg, Colditz 1994), log risk ratios. What the cases under oracle/ do not
# have: user weights, GENQ, predictions for new data, exact permutation tests, variance inflation, and
# a numeric moderator without an intercept, for which rma() gives a wrong residual Q (it centres y):
# there the coefficients come from rma() and Q is computed by hand from lm().

suppressPackageStartupMessages({
  library(metafor)
  library(jsonlite)
})

dat <- escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
tight <- list(threshold = 1e-13, maxiter = 10000, tol = 1e-14)

numbers <- function(res) list(
  beta = as.numeric(res$beta), se = as.numeric(res$se), zval = as.numeric(res$zval),
  pval = as.numeric(res$pval), ci_low = as.numeric(res$ci.lb), ci_high = as.numeric(res$ci.ub),
  vcov = unname(res$vb), tau2 = as.numeric(res$tau2), QE = res$QE, QM = as.numeric(res$QM),
  QMp = as.numeric(res$QMp), I2 = res$I2 / 100, hat = as.numeric(hatvalues(res)),
  logLik = if (res$method %in% c("ML", "REML")) as.numeric(logLik(res)) else NULL,
  AICc = if (res$method %in% c("ML", "REML")) as.numeric(fitstats(res)["AICc:", 1]) else NULL
)

fits <- list()
add_fit <- function(formula, method, test, weights = NULL, note = "") {
  args <- list(yi = dat$yi, vi = dat$vi, mods = as.formula(formula), data = dat, method = method,
               test = test, control = tight)
  if (!is.null(weights)) args$weights <- weights
  res <- suppressWarnings(do.call(rma, args))
  fits[[length(fits) + 1]] <<- c(
    list(formula = formula, method = method, test = test, weights = weights), numbers(res)
  )
}
for (test in c("z", "t", "knha", "adhoc")) {
  add_fit("~ ablat", "REML", test)
  add_fit("~ ablat", "REML", test, weights = 1:13)
  add_fit("~ ablat + alloc", "ML", test, weights = c(3, 1, 2, 5, 4, 6, 1, 9, 2, 2, 7, 1, 3))
}
add_fit("~ ablat", "GENQ", "knha", weights = 1:13)
add_fit("~ ablat", "PMM", "z")
add_fit("~ ablat * alloc", "DL", "knha")

# predictions
res <- rma(yi, vi, mods = ~ ablat * year, data = dat, control = tight, test = "knha", level = 90)
new <- data.frame(ablat = c(20, 40, 60), year = c(1950, 1960, 1948))
pred <- predict(res, newmods = cbind(new$ablat, new$year, new$ablat * new$year))
predictions <- list(new = as.list(new), pred = pred$pred, se = pred$se, ci_low = pred$ci.lb,
                    ci_high = pred$ci.ub, pi_low = pred$pi.lb, pi_high = pred$pi.ub)

# without an intercept
res <- rma(yi, vi, mods = ~ ablat - 1, data = dat, method = "EE")
by_hand <- lm(yi ~ ablat - 1, weights = 1 / vi, data = dat)
origin <- list(beta = as.numeric(coef(res)), QM = res$QM, QE = sum(resid(by_hand)^2 / dat$vi),
               QE_of_rma = res$QE)

# permutation tests, every distinct permutation
few <- dat[c(1, 3, 4, 6, 7, 9, 10), ]
permutations <- list()
for (formula in c("~ ablat", "~ alloc", "~ ablat + year")) {
  for (method in c("DL", "REML", "PM", "EE")) {
    for (test in c("z", "knha")) {
      # Half steps: plain Fisher scoring fails on 13 of 5,040 permutations (this on 2), which permutest()
      # leaves out.
      res <- suppressWarnings(rma(yi, vi, mods = as.formula(formula), data = few, method = method,
                                  test = test, control = c(tight, stepadj = 0.5)))
      p <- suppressWarnings(permutest(res, exact = TRUE, progbar = FALSE))
      permutations[[length(permutations) + 1]] <- list(
        formula = formula, method = method, test = test, pval = as.numeric(p$pval),
        QMp = as.numeric(p$QMp), n = nrow(p$zval.perm), failed = sum(is.na(p$zval.perm[, 1]))
      )
    }
  }
}
for (method in c("DL", "REML")) {
  res <- rma(yi, vi, data = few, method = method, control = tight)
  p <- permutest(res, exact = TRUE, progbar = FALSE)
  permutations[[length(permutations) + 1]] <- list(
    formula = "~ 1", method = method, test = "z", pval = as.numeric(p$pval), QMp = NULL,
    n = nrow(p$zval.perm)
  )
}

# variance inflation
inflation <- list()
add_vif <- function(formula, btt) {
  res <- rma(yi, vi, mods = as.formula(formula), data = dat, control = tight)
  single <- vif(res)
  joint <- vif(res, btt = btt)
  inflation[[length(inflation) + 1]] <<- list(
    formula = formula, vif = as.numeric(single$vifs), sif = sapply(single$vif, function(x) x$sif),
    gvif = joint$vif[[1]]$vif, gsif = joint$vif[[1]]$sif, columns = btt - 1
  )
}
add_vif("~ ablat + year", 2:3)
add_vif("~ ablat + alloc", 3:4)
add_vif("~ ablat * alloc", 3:4)

out <- list(
  made_with = list(R = R.version.string, metafor = as.character(packageVersion("metafor")),
                   metadat = as.character(packageVersion("metadat"))),
  data = list(yi = as.numeric(dat$yi), vi = as.numeric(dat$vi), ablat = dat$ablat, year = dat$year,
              alloc = dat$alloc),
  few = c(1, 3, 4, 6, 7, 9, 10) - 1,
  fits = fits, predictions = predictions, origin = origin, permutations = permutations,
  inflation = inflation
)
write_json(out, "tests/reference/regression.json", digits = I(17), auto_unbox = TRUE, null = "null")
