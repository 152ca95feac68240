# Reference of test_multiverse_metafor.py: a small multiverse pooled one specification at a time.
# Thirteen trials of BCG vaccination (dat.bcg of metadat; Colditz et al. 1994, 10.1001/jama.1994.03510330076038),
# log risk ratios; without each trial in turn; REML, DL and PM with Wald, Hartung-Knapp and its ad hoc form;
# the common-effect model. Written with metafor 3.8-1 under R 4.2.2.
#   Rscript multiverse_metafor.R > multiverse_metafor.json
suppressMessages(library(metafor))

dat <- escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
exact <- list(threshold = 1e-14, tol = 1e-14, maxiter = 10000)
rows <- c()
for (out in 0:13) {
  d <- if (out == 0) dat else dat[-out, ]
  for (way in c("REML z", "REML knha", "REML adhoc", "DL z", "DL knha", "DL adhoc", "PM z", "PM knha",
                "PM adhoc", "EE z")) {
    how <- strsplit(way, " ")[[1]]
    fit <- rma(yi, vi, data = d, method = how[1], test = how[2], control = exact)
    x <- c(fit$b, fit$ci.lb, fit$ci.ub, fit$pval, fit$tau2, fit$I2 / 100)
    rows <- c(rows, sprintf('  {"out": %d, "way": "%s", "k": %d, "figures": [%s]}', out, way, fit$k,
                            paste(sprintf("%.15g", x), collapse = ", ")))
  }
}
data <- sprintf('{"yi": [%s],\n "vi": [%s],', paste(sprintf("%.17g", dat$yi), collapse = ", "),
                paste(sprintf("%.17g", dat$vi), collapse = ", "))
cat(data, '\n "rows": [', paste(rows, collapse = ",\n"), "]}", sep = "\n")
