# Reference of test_dependent_rows.py: invented cohorts, the correlated and hierarchical effects model in R.
# Written with metafor 3.8-1 and clubSandwich 0.5.8 under R 4.2.2; every covariance is written out by hand.
#   Rscript dependent_rows.R > dependent_rows.json
suppressMessages({library(metafor); library(clubSandwich)})

x <- c(12, 9, 16, 32, 5, 9, 6, 15, 25, 8)
n <- c(60, 24, 40, 50, 35, 38, 33, 41, 47, 52)
group <- c("oak", "oak", "elm", "elm", "fir+yew", "fir+yew", "ash", "bay", "box", "fig")
yi <- log(x / (n - x))
vi <- 1 / x + 1 / (n - x)

# Row 2 is 24 of the 60 participants of row 1; rows 5 and 6 are two studies with one registration, so that
# nobody knows; rows 3 and 4 are two groups of one study without common participants.
covariances <- function(rho) {
  V <- diag(vi)
  V[1, 2] <- V[2, 1] <- sqrt(24 / 60) * sqrt(vi[1] * vi[2])
  V[5, 6] <- V[6, 5] <- rho * sqrt(vi[5] * vi[6])
  V
}

at <- function(rho) {
  V <- covariances(rho)
  M <- function(theta) V + theta[1]^2 * outer(group, group, "==") + theta[2]^2 * diag(10)
  deviance <- function(theta) {  # minus twice the restricted log likelihood, but for a constant
    W <- solve(M(theta))
    r <- yi - sum(W %*% yi) / sum(W)
    as.numeric(determinant(M(theta))$modulus + log(sum(W)) + t(r) %*% W %*% r)
  }
  best <- NULL
  for (start in list(c(.3, .3), c(.05, .6), c(.6, .05))) {
    found <- nlminb(start, deviance, lower = 0, control = list(rel.tol = 1e-15, x.tol = 1e-14))
    if (is.null(best) || found$objective < best$objective) best <- found
  }
  fit <- rma.mv(yi, V, random = ~ 1 | group/row, data = data.frame(yi, group, row = 1:10),
                sigma2 = best$par^2)
  test <- coef_test(fit, vcov = vcovCR(fit, cluster = group, type = "CR2"), test = "Satterthwaite")
  reach <- qt(.975, test$df) * test$SE
  c(rho = rho, estimate = fit$beta[1], tau2 = best$par[1]^2, omega2 = best$par[2]^2, se = test$SE,
    df = test$df, ci_low = fit$beta[1] - reach, ci_high = fit$beta[1] + reach)
}

rows <- sapply(c(.2, .4, .6, .8, .9), at)
cat("[\n")
for (j in 1:5) cat(" {", paste(sprintf("\"%s\": %.10g", rownames(rows), rows[, j]), collapse = ", "), "}",
                   if (j < 5) ",", "\n", sep = "")
cat("]\n")
