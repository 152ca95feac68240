# Reference values for tests/synthesis/mean, made by running metafor (and base R for the profile likelihood)
# on data of metadat and on made-up data. Run from the repository root:
#   Rscript tests/reference/intervals.R
# Writes tests/reference/intervals.json (numbers with 17 significant digits, versions inside).
suppressPackageStartupMessages({library(metadat); library(metafor)})

number <- function(v) if (is.na(v)) "null" else sprintf("%.17g", v)
json <- function(x) {
  if (is.null(x)) return("null")
  if (is.list(x)) {
    body <- vapply(x, json, "")
    if (is.null(names(x))) return(paste0("[", paste(body, collapse = ",\n"), "]"))
    return(paste0("{", paste0("\"", names(x), "\": ", body, collapse = ", "), "}"))
  }
  if (is.character(x)) return(paste0("\"", x, "\""))
  if (length(x) == 1 && is.null(attr(x, "array"))) return(number(x))
  paste0("[", paste(vapply(x, number, ""), collapse = ", "), "]")
}
several <- function(x) structure(as.numeric(x), array = TRUE)

bcg <- escalc("RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
hine <- escalc("RD", n1i = n1i, n2i = n2i, ai = ai, ci = ci, data = dat.hine1989)
ratio <- function(hr, se, origin) list(yi = log(hr), vi = se^2, origin = origin)
sets <- list(
  bcg_rr = list(yi = as.numeric(bcg$yi), vi = as.numeric(bcg$vi), origin = "metadat dat.bcg, log RR"),
  bcg_rr_first8 = list(yi = as.numeric(bcg$yi)[1:8], vi = as.numeric(bcg$vi)[1:8],
                       origin = "metadat dat.bcg, log RR, first 8 trials"),
  hine1989 = list(yi = as.numeric(hine$yi), vi = as.numeric(hine$vi), origin = "metadat dat.hine1989, RD"),
  k2_disagree = ratio(c(.55, .95), c(.16, .18), "made up"),
  k3_spread = ratio(c(.55, .80, 1.05), c(.15, .20, .18), "made up"),
  k4_uneven = ratio(c(.40, .90, .85, 1.30), c(.50, .08, .20, .35), "made up"),
  k6_ties = ratio(c(.60, .60, .75, .75, 1.10, .60), c(.20, .20, .15, .15, .30, .20), "made up, with ties"),
  k8_homogeneous = ratio(c(.80, .81, .79, .82, .80, .78, .83, .80), c(.10, .12, .15, .20, .11, .13, .18, .16), "made up"),
  k7 = ratio(c(.55, .62, .75, .70, 1.02, .91, .48), c(.18, .15, .16, .21, .19, .30, .25), "made up")
)

# Henmi-Copas with the root solved tightly (the default tolerance of hc() gives 4 to 5 digits).
henmi_copas <- function(d, level) {
  res <- rma(d$yi, d$vi, method = "DL", level = level)
  found <- hc(res, control = list(tol = 1e-14, maxiter = 1000))
  list(estimate = found$beta, se = found$se, ci = several(c(found$ci.lb, found$ci.ub)))
}

# All sign patterns, tau2 by DerSimonian-Laird in each: metafor's permutest of the intercept.
permutation <- function(d) {
  res <- rma(d$yi, d$vi, method = "DL")
  found <- permutest(res, exact = TRUE, progbar = FALSE, permci = length(d$yi) %in% 6:8,
                     control = list(tol = 1e-12, maxiter = 1000))
  list(statistic = res$zval, pvalue = found$pval,
       ci = if (length(d$yi) %in% 6:8) several(c(found$ci.lb, found$ci.ub)) else NULL)
}

# Profile likelihood by base R: nested maximisation over tau2 on a grid refined by optimize(), uniroot() for
# the bounds. No likelihood here has a second maximum.
loglik <- function(mu, t, d) -0.5 * sum(log(d$vi + t) + (d$yi - mu)^2 / (d$vi + t))
inner_max <- function(mu, d) {
  top <- 100 * (max(d$vi) + max((d$yi - mu)^2))
  grid <- c(0, min(d$vi) * 10^seq(-4, log10(top / min(d$vi)), length.out = 400))
  at <- which.max(vapply(grid, function(t) loglik(mu, t, d), 0))
  found <- optimize(function(t) loglik(mu, t, d), c(grid[max(1, at - 1)], grid[min(length(grid), at + 1)]),
                    maximum = TRUE, tol = 1e-15)
  max(found$objective, loglik(mu, grid[at], d))
}
profile <- function(d, level) {
  peak <- optimize(function(mu) inner_max(mu, d), range(d$yi), maximum = TRUE, tol = 1e-10)
  cut <- qchisq(level / 100, 1) / 2
  drop <- function(mu) peak$objective - inner_max(mu, d) - cut
  width <- diff(range(d$yi)) + sqrt(max(d$vi))
  list(ci = several(c(uniroot(drop, c(peak$maximum - 1e3 * width, peak$maximum), tol = 1e-14)$root,
                      uniroot(drop, c(peak$maximum, peak$maximum + 1e3 * width), tol = 1e-14)$root)),
       likelihood_ratio = 2 * (peak$objective - inner_max(0, d)))
}

results <- lapply(sets, function(d) {
  message(d$origin, " ", Sys.time())
  list(yi = several(d$yi), vi = several(d$vi), origin = d$origin,
       henmi_copas = list("0.95" = henmi_copas(d, 95), "0.8" = henmi_copas(d, 80)),
       permutation = if (length(d$yi) <= 10) permutation(d) else NULL,
       profile = list("0.95" = profile(d, 95), "0.8" = profile(d, 80)))
})
versions <- list(R = R.version.string, metafor = as.character(packageVersion("metafor")),
                 metadat = as.character(packageVersion("metadat")))
writeLines(json(list(versions = versions, sets = results)), "tests/reference/intervals.json")
