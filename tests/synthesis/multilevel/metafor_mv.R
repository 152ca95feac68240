# Reference values for tests/synthesis/multilevel, made by rma.mv() of metafor on data of metadat and made-up data.
# Run from the repository root:  Rscript tests/synthesis/multilevel/metafor_mv.R
# Writes tests/synthesis/multilevel/metafor_mv.json (15 significant digits, versions and origins inside). With an
# argument only the cases whose id has it are made anew; all of them take about 4 minutes, most of it for confint().
suppressPackageStartupMessages({library(metadat); library(metafor); library(jsonlite)})

data <- list()
keep <- function(name, origin, frame, V = NULL) {
  data[[name]] <<- list(origin = origin, columns = as.list(frame), V = if (is.null(V)) NULL else as.matrix(V))
}

k11 <- dat.konstantopoulos2011
k11$year <- k11$year - 1985
keep("konstantopoulos2011", "metadat; years since 1985", k11[c("district", "school", "year", "yi", "vi")])

b98 <- dat.berkey1998
b98$year <- b98$year - 1985 # rma.mv loses digits with a column of calendar years
V98 <- vcalc(vi = 1, cluster = author, rvars = c(v1i, v2i), data = b98)
keep("berkey1998", "metadat; years since 1985", b98[c("trial", "outcome", "year", "yi", "vi")], V98)

k96 <- dat.kalaian1996
V96 <- vcalc(vi, cluster = study, type = outcome, data = k96, rho = 0.66)
k96$half <- ave(seq_len(nrow(k96)), k96$study, FUN = seq_along)
keep("kalaian1996", "metadat; sampling correlation 0.66 made up", k96[c("study", "outcome", "yi", "vi")], V96)

wide <- dat.ishak2007
i07 <- do.call(rbind, lapply(1:4, function(t) data.frame(study = wide$study, time = t,
  yi = wide[[paste0("y", t, "i")]], vi = wide[[paste0("v", t, "i")]])))
i07 <- i07[!is.na(i07$yi), ]; i07 <- i07[order(i07$study, i07$time), ]
V07 <- vcalc(vi, cluster = study, time1 = time, phi = 0.8, data = i07)
keep("ishak2007", "metadat; autocorrelation 0.8 made up", i07, V07)

set.seed(7)
deep <- expand.grid(effect = 1:3, cohort = 1:3, study = 1:3, country = 1:8)
deep <- deep[sample(nrow(deep), 150), ]; deep <- deep[order(deep$country, deep$study, deep$cohort, deep$effect), ]
add <- function(key, sd) rnorm(length(unique(key)), 0, sd)[match(key, unique(key))]
deep$x <- round(add(paste(deep$country, deep$study), 1), 3)
deep$vi <- round(rchisq(150, 4) / 40, 5)
deep$yi <- round(0.3 + 0.2 * deep$x + add(deep$country, 0.3) + add(paste(deep$country, deep$study), 0.25) +
  add(paste(deep$country, deep$study, deep$cohort), 0.2) + rnorm(150, 0, 0.25) + rnorm(150) * sqrt(deep$vi), 4)
keep("deep", "made up here, seed 7", deep)

three <- expand.grid(repeated = 1:2, outcome = c("a", "b", "c"), study = 1:30)
three <- three[runif(180) < 0.75, ]; n <- nrow(three)
three$outcome <- as.character(three$outcome)
root <- chol(matrix(c(1, .5, .2, .5, .6, .3, .2, .3, .8), 3)); u <- matrix(rnorm(90), 30) %*% root
three$vi <- round(rchisq(n, 5) / 25, 5)
three$yi <- round(c(a = .1, b = .4, c = -.2)[three$outcome] + u[cbind(three$study, match(three$outcome, c("a", "b", "c")))] +
  rnorm(n, 0, .3) + rnorm(n) * sqrt(three$vi), 4)
three$row <- seq_len(n)
keep("three", "made up here, seed 7", three)

# nlminb stops where the log-likelihood hardly changes; its estimates then have about half as many digits, so the
# search is repeated from where it stopped with the tightest limits it takes, and then by Nelder and Mead.
tight <- function(args) {
  run <- function(control) do.call(rma.mv, c(args, list(control = control)))
  first <- NULL
  for (tol in c(1e-14, 1e-13, 1e-12, 1e-10))
    if (is.null(first))
      first <- tryCatch(run(list(rel.tol = tol, iter.max = 2000, eval.max = 4000)), error = function(e) NULL)
  start <- list()
  if (first$withS) start$sigma2.init <- pmax(first$sigma2, 1e-8)
  if (first$withG) start <- c(start, list(tau2.init = first$tau2, rho.init = first$rho))
  other <- tryCatch(run(c(start, list(optimizer = "optim", optmethod = "BFGS", reltol = 1e-16, maxit = 5000))),
    error = function(e) first)
  if (logLik(other) > logLik(first)) other else first
}

target <- "tests/synthesis/multilevel/metafor_mv.json"
only <- commandArgs(TRUE)
before <- if (length(only)) fromJSON(target, simplifyVector = FALSE)$cases else list()
cases <- list()
record <- function(id, dataset, model, args, intervals = FALSE, effects = FALSE) {
  old <- Filter(function(case) case$id == id, before)
  if (length(only) && !grepl(only, id, fixed = TRUE)) {
    cases[[length(cases) + 1]] <<- old[[1]]
    return(invisible())
  }
  fit <- tight(args)
  out <- list(id = id, dataset = dataset, model = model, names = rownames(fit$beta), beta = c(fit$beta), se = fit$se,
    zval = fit$zval, pval = fit$pval, ci.lb = fit$ci.lb, ci.ub = fit$ci.ub,
    ddf = if (is.null(fit$ddf)) NULL else unname(fit$ddf), sigma2 = fit$sigma2,
    tau2 = fit$tau2, rho = fit$rho, QE = fit$QE, QEp = fit$QEp, QM = fit$QM, QMp = fit$QMp,
    logLik = c(logLik(fit)), AIC = AIC(fit), BIC = BIC(fit), AICc = AIC(fit, correct = TRUE))
  W <- chol2inv(chol(fit$V)); X <- model.matrix(fit)
  out$typical <- (fit$k - fit$p) / sum(diag(W - W %*% X %*% solve(t(X) %*% W %*% X) %*% t(X) %*% W))
  if (intervals) {
    found <- confint(fit, control = list(tol = 1e-12))
    found <- if (is.null(found$random)) Filter(is.list, found) else list(found)
    out$confint <- lapply(found, function(x) if (is.null(x$random)) NULL else as.numeric(unlist(x$random[1, ])))
  }
  # confint() takes a search that failed for a bound in this case; the profile itself, correlation by correlation, is sound.
  if (id == "berkey1998/UN/REML") out$profile <- lapply(c(-0.6, 0.5, 0.95, 1), function(rho)
    list(rho = rho, fall = c(logLik(fit)) - c(logLik(do.call(rma.mv, c(args, list(rho = rho)))))))
  if (effects) out$ranef <- lapply(unname(ranef(fit)), function(x) list(group = rownames(x), intrcpt = x$intrcpt, se = x$se))
  # The same model with its variances held at rounded values: no optimiser is involved.
  held <- list()
  if (fit$withS) held$sigma2 <- signif(fit$sigma2, 2) + 0.01
  if (fit$withG) held <- c(held, list(tau2 = signif(fit$tau2, 2) + 0.01, rho = round(fit$rho / 2, 2)))
  fixed <- do.call(rma.mv, c(args, held))
  out$held <- list(sigma2 = fixed$sigma2, tau2 = fixed$tau2, rho = fixed$rho, logLik = c(logLik(fixed)),
    beta = c(fixed$beta), se = fixed$se)
  cases[[length(cases) + 1]] <<- out
}

for (method in c("REML", "ML")) {
  record(paste0("konstantopoulos2011/", method), "konstantopoulos2011", list(levels = c("district", "school"), method = method),
    list(k11$yi, k11$vi, random = ~ 1 | district/school, data = k11, method = method), intervals = TRUE, effects = TRUE)
  record(paste0("deep/", method), "deep", list(levels = c("country", "study", "cohort", "effect"), method = method),
    list(deep$yi, deep$vi, random = ~ 1 | country/study/cohort/effect, data = deep, method = method), intervals = method == "REML")
  for (struct in c("CS", "HCS", "UN")) {
    record(paste("berkey1998", struct, method, sep = "/"), "berkey1998",
      list(structure = struct, outcomes = "outcome", within = "trial", X = "outcome", method = method),
      list(b98$yi, V98, mods = ~ outcome - 1, random = ~ outcome | trial, struct = struct, data = b98, method = method),
      intervals = method == "REML", effects = method == "REML")
    record(paste("kalaian1996", struct, method, sep = "/"), "kalaian1996",
      list(structure = struct, outcomes = "outcome", within = "study", X = "outcome", method = method),
      list(k96$yi, V96, mods = ~ outcome - 1, random = ~ outcome | study, struct = struct, data = k96, method = method))
    record(paste("three", struct, method, sep = "/"), "three",
      list(structure = struct, outcomes = "outcome", within = "study", levels = "row", X = "outcome", method = method),
      list(three$yi, three$vi, mods = ~ outcome - 1, random = list(~ 1 | row, ~ outcome | study), struct = struct,
        data = three, method = method), intervals = method == "REML", effects = method == "REML" && struct == "UN")
  }
}
for (struct in c("CS", "HCS"))
  record(paste("ishak2007", struct, sep = "/"), "ishak2007",
    list(structure = struct, outcomes = "time", within = "study", X = "time", method = "REML"),
    list(i07$yi, V07, mods = ~ factor(time) - 1, random = ~ factor(time) | study, struct = struct, data = i07),
    intervals = TRUE)
for (dfs in c("residual", "contain")) {
  record(paste("konstantopoulos2011/t", dfs, sep = "/"), "konstantopoulos2011",
    list(levels = c("district", "school"), ci_method = "t", df_method = dfs),
    list(k11$yi, k11$vi, random = ~ 1 | district/school, data = k11, test = "t", dfs = dfs))
  record(paste("konstantopoulos2011/year", dfs, sep = "/"), "konstantopoulos2011",
    list(levels = c("district", "school"), ci_method = "t", df_method = dfs, formula = "~ year"),
    list(k11$yi, k11$vi, mods = ~ year, random = ~ 1 | district/school, data = k11, test = "t", dfs = dfs))
  record(paste("deep/x", dfs, sep = "/"), "deep",
    list(levels = c("country", "study", "cohort", "effect"), ci_method = "t", df_method = dfs, formula = "~ x + vi"),
    list(deep$yi, deep$vi, mods = ~ x + vi, random = ~ 1 | country/study/cohort/effect, data = deep, test = "t", dfs = dfs))
  record(paste("berkey1998/year", dfs, sep = "/"), "berkey1998",
    list(structure = "UN", outcomes = "outcome", within = "trial", ci_method = "t", df_method = dfs, formula = "~ year"),
    list(b98$yi, V98, mods = ~ year, random = ~ outcome | trial, struct = "UN", data = b98, test = "t", dfs = dfs))
}

result <- list(made_with = list(R = R.version.string, metafor = as.character(packageVersion("metafor")),
  metadat = as.character(packageVersion("metadat"))), data = data, cases = cases)
writeLines(toJSON(result, auto_unbox = TRUE, digits = NA, null = "null", na = "null", pretty = FALSE),
  target)
