# Reference values of mixed models of counts and of Bayesian models, for tests/synthesis/test_headline_models.py.
# Rscript tests/reference/models.R > tests/reference/models.json
# metafor with lme4 for the mixed models; base R's integrate() for the Bayesian ones.
suppressPackageStartupMessages({
  library(metafor)
  library(jsonlite)
})

counts <- list(
  rare = list(x = c(0, 2, 1, 5, 0, 3), n = c(10, 25, 7, 30, 25, 40), g = c(0, 0, 0, 1, 1, 1)),
  classes = list(
    x = c(41, 9, 18, 1, 4, 4, 8, 2, 19, 16, 7, 49, 19, 2, 3),
    n = c(269, 133, 117, 8, 21, 15, 41, 8, 125, 45, 34, 114, 60, 21, 9),
    g = c(0, 1, 0, 0, 0, 0, 0, 1, 2, 2, 3, 3, 3, 3, 1)
  ),
  alike = list(x = c(4, 8, 6, 5), n = c(20, 40, 31, 24), g = c(0, 0, 1, 1))
)

# lme4 is told to search to the end.
control <- list(glmerCtrl = list(optimizer = "bobyqa", tolPwrss = 1e-11, optCtrl = list(rhoend = 1e-10, maxfun = 1e5)))

mixed <- function(d) {
  glmm <- function(test, ...)
    rma.glmm(measure = "PLO", xi = d$x, ni = d$n, nAGQ = 25, test = test, control = control, ...)
  fit <- glmm("t")
  p <- predict(fit)
  g <- factor(d$g)
  means <- rma.glmm(measure = "PLO", xi = d$x, ni = d$n, nAGQ = 25, mods = ~ 0 + g, control = control)
  between <- rma.glmm(measure = "PLO", xi = d$x, ni = d$n, nAGQ = 25, mods = ~ g, control = control)
  list(
    x = d$x, n = d$n, g = d$g, estimate = p$pred, se = p$se, ci = c(p$ci.lb, p$ci.ub), pi = c(p$pi.lb, p$pi.ub),
    tau2 = fit$tau2, I2 = fit$I2 / 100, H2 = fit$H2, lrt = fit$QE.LRT, lrt_p = fit$QEp.LRT,
    marginal = integrate(function(z) plogis(p$pred + sqrt(fit$tau2) * z) * dnorm(z), -12, 12, rel.tol = 1e-10)$value,
    groups = list(estimates = as.numeric(means$beta), se = means$se, tau2 = means$tau2, Q = between$QM)
  )
}

pairs <- list(
  agree = list(yi = log(c(0.62, 0.53)), sei = c(0.136, 0.172)),
  disagree = list(yi = c(-0.6, 0.3), sei = c(0.2, 0.15)),
  precise = list(yi = c(0.1, 0.4), sei = c(0.05, 0.5))
)
priors <- list(
  half_normal = function(tau) dnorm(tau, 0, 0.5, log = TRUE) + log(2),
  # Turner 2015, over all outcomes and comparisons: ln tau^2 ~ N(-2.56, 1.74^2).
  turner = function(tau) dlnorm(tau, -2.56 / 2, 1.74 / 2, log = TRUE)
)

posterior <- function(d, log_prior) {
  v <- d$sei^2
  at <- function(tau) {
    w <- 1 / (v + tau^2)
    m <- sum(w * d$yi) / sum(w)
    c(sum(log(w)) / 2 - log(sum(w)) / 2 - sum(w * (d$yi - m)^2) / 2 + log_prior(tau), m, sqrt(1 / sum(w)))
  }
  top <- max(sapply(seq(0.001, 3, by = 0.001), function(t) at(t)[1]))
  over <- function(f) {
    one <- function(u) sapply(u, function(u) { a <- at(exp(u)); exp(a[1] - top + u) * f(a[2], a[3]) })
    integrate(one, -20, 0, rel.tol = 1e-12, subdivisions = 2000)$value +
      integrate(one, 0, 8, rel.tol = 1e-12, subdivisions = 2000)$value
  }
  total <- over(function(m, s) 1)
  cdf <- function(x) over(function(m, s) pnorm(x, m, s)) / total
  pdf <- function(x) over(function(m, s) dnorm(x, m, s)) / total
  mean <- over(function(m, s) m) / total
  sd <- sqrt(over(function(m, s) s^2 + (m - mean)^2) / total)
  quantile <- function(p) uniroot(function(x) cdf(x) - p, mean + c(-20, 20) * sd, tol = 1e-12)$root
  tail <- uniroot(function(p) pdf(quantile(p)) - pdf(quantile(p + 0.95)), c(1e-4, 0.0499), tol = 1e-10)$root
  list(median = quantile(0.5), sd = sd, ci = c(quantile(tail), quantile(tail + 0.95)), below = cdf(0))
}

cat(toJSON(list(
  versions = list(R = as.character(getRversion()), metafor = as.character(packageVersion("metafor")),
                  lme4 = as.character(packageVersion("lme4"))),
  mixed = lapply(counts, mixed),
  pairs = lapply(pairs, function(d) c(d, lapply(priors, function(p) posterior(d, p))))
), digits = 12, auto_unbox = TRUE, pretty = TRUE), "\n")
