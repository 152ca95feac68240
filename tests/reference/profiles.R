# Reference values for tests/synthesis/test_profiles.py: what each method profile must give, with
# metafor's fits put together in R by the profile's definition (METHODS: metafor, meta, IQWiG, RevMan).
# Run from the repository root:  Rscript tests/reference/profiles.R
# Writes tests/reference/profiles.json (numbers with 17 significant digits, versions inside).
suppressPackageStartupMessages({library(metadat); library(metafor)})

json <- function(x) {
  if (is.list(x)) {
    body <- vapply(x, json, "")
    return(paste0("{", paste0("\"", names(x), "\": ", body, collapse = ", "), "}"))
  }
  one <- function(v) {
    if (is.na(v)) return("null")
    if (is.character(v)) return(paste0("\"", v, "\""))
    sprintf("%.17g", v)
  }
  paste0("[", paste(vapply(x, one, ""), collapse = ", "), "]")
}

# ---- data -------------------------------------------------------------------------------------------
of <- function(d) list(yi = as.numeric(d$yi), vi = as.numeric(d$vi))
ratio <- function(hr, se) list(yi = log(hr), vi = se^2)
sets <- list(
  bcg_rr = of(escalc("RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)),
  hine1989 = of(escalc("RD", n1i = n1i, n2i = n2i, ai = ai, ci = ci, data = dat.hine1989)),
  raudenbush1985 = of(dat.raudenbush1985),
  molloy2014 = of(escalc("ZCOR", ri = ri, ni = ni, data = dat.molloy2014)),
  normand1999 = of(escalc("MD", m1i = m1i, sd1i = sd1i, n1i = n1i, m2i = m2i, sd2i = sd2i, n2i = n2i,
                          data = dat.normand1999)),
  k2_agree = ratio(c(.62, .75), c(.16, .18)),
  k2_disagree = ratio(c(.55, .95), c(.16, .18)),
  k3_identical = ratio(c(.70, .71, .72), c(.15, .16, .17)),
  k3_spread = ratio(c(.55, .80, 1.05), c(.15, .20, .18)),
  k4_uneven = ratio(c(.40, .90, .85, 1.30), c(.50, .08, .20, .35)),
  k5 = ratio(c(.55, .62, .75, .70, 1.02), c(.18, .15, .16, .21, .19)),
  k5_little = ratio(c(.60, .95, .72, .80, .66), c(.12, .20, .15, .25, .14)),
  k8_homogeneous = ratio(c(.80, .81, .79, .82, .80, .78, .83, .80), c(.10, .12, .15, .20, .11, .13, .18, .16))
)

# ---- fits -------------------------------------------------------------------------------------------
fit <- function(s, method, test) {
  control <- list(threshold = 1e-13, maxiter = 1e4, tol = 1e-14, tau2.max = 1e6)
  # normand1999 has tau2 = 685: metafor's threshold is absolute, so it is set for the size of the data.
  if (max(s$vi) > 10) control$threshold <- 1e-10
  rma(s$yi, s$vi, method = method, test = test, control = control)
}
mean_of <- function(f) list(estimate = as.numeric(f$beta), se = f$se, ci = c(f$ci.lb, f$ci.ub), pvalue = f$pval)
pi_t <- function(f, df) {
  if (f$k < 3) return(NA)
  classic <- sqrt(1 / sum(1 / (f$vi + f$tau2)) + f$tau2)
  as.numeric(f$beta) + c(-1, 1) * qt(.975, df) * classic
}
qprofile <- function(f) {
  ci <- confint(f, control = list(tau2.max = 1e6, tol = 1e-15, maxiter = 1e5))$random
  list(tau2 = f$tau2, tau2_ci = ci["tau^2", 2:3], I2 = f$I2 / 100, I2_ci = ci["I^2(%)", 2:3] / 100)
}
# Higgins and Thompson (2002): I2 from Q, its interval from that of ln H.
from_q <- function(f) {
  q <- f$QE; k <- f$k
  h <- sqrt(q / (k - 1))
  ends <- if (k < 3 && q <= k) NA else {
    se <- if (q > k) (log(q) - log(k - 1)) / (2 * (sqrt(2 * q) - sqrt(2 * k - 3))) else
      sqrt(1 / (2 * (k - 2)) * (1 - 1 / (3 * (k - 2)^2)))
    bounds <- exp(log(max(h, 1)) + c(-1, 1) * qnorm(.975) * se)
    pmax(0, (bounds^2 - 1) / bounds^2)
  }
  list(I2 = max(0, (q - (k - 1)) / q), I2_ci = ends)
}

profiles <- list(
  "metafor" = function(s) {
    f <- fit(s, "REML", "z"); p <- predict(f)
    c(mean_of(f), qprofile(f), list(pi = if (f$k < 3) NA else c(p$pi.lb, p$pi.ub)))
  },
  "meta-8" = function(s) {
    f <- fit(s, "REML", "z")
    c(mean_of(f), qprofile(f)[c("tau2", "tau2_ci")], from_q(f), list(pi = pi_t(f, f$k - 1)))
  },
  "meta-7" = function(s) {
    f <- fit(s, "REML", "z")
    c(mean_of(f), qprofile(f)[c("tau2", "tau2_ci")], from_q(f), list(pi = pi_t(f, f$k - 2)))
  },
  "revman-5" = function(s) {
    f <- fit(s, "DL", "z")
    # Jackson's interval of tau2 needs CompQuadForm; tests/oracle/test_oracle_profiles.py has it from meta.
    c(mean_of(f), list(tau2 = f$tau2), from_q(f), list(pi = NA))
  },
  "cochrane-2025" = function(s) {
    f <- fit(s, "REML", "z")
    if (f$k > 2 && f$tau2 > 1e-9 * min(s$vi)) f <- fit(s, "REML", "knha")
    c(mean_of(f), qprofile(f), list(pi = pi_t(f, f$k - 1)))
  },
  "iqwig-6" = function(s) {
    f <- fit(s, "PM", "knha"); dl <- fit(s, "DL", "z")
    if (f$ci.ub - f$ci.lb < dl$ci.ub - dl$ci.lb) f <- fit(s, "PM", "t")
    c(mean_of(f), qprofile(f)[c("tau2", "tau2_ci")], from_q(f), list(pi = pi_t(f, f$k - 1)))
  }
)

out <- lapply(sets, function(s) c(s, lapply(profiles, function(make) make(s))))
meta <- sprintf("\"made_by\": \"tests/reference/profiles.R\", \"versions\": {\"R\": \"%s\", \"metafor\": \"%s\", \"metadat\": \"%s\"}",
                getRversion(), packageVersion("metafor"), packageVersion("metadat"))
body <- vapply(names(out), function(n) sprintf("\"%s\": %s", n, json(out[[n]])), "")
writeLines(sprintf("{%s,\n\"sets\": {\n%s\n}}", meta, paste(body, collapse = ",\n")), "tests/reference/profiles.json")
