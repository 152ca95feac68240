# Reference values for metasyn.effects, made with metafor's escalc().
#
#   Rscript tests/reference/effects.R        (from the root of the project; writes effects.json)
#
# Tables: the 13 BCG trials (dat.bcg, Colditz 1994) and made-up tables with every kind of zero cell.
# Cases: RR, OR, RD and PLO, PAS, PR under each of the four zero-cell policies (argument `to`,
# add = 1/2), and escalc's own defaults. Not defined values are null.

suppressPackageStartupMessages({
  library(metafor)
  library(jsonlite)
})

bcg <- with(dat.bcg, data.frame(
  events_1 = tpos, n_1 = tpos + tneg, events_2 = cpos, n_2 = cpos + cneg
))
zero <- data.frame(
  events_1 = c(0, 3, 10, 0, 5, 10, 0, 7, 1),
  n_1      = c(10, 10, 10, 8, 9, 10, 25, 7, 120),
  events_2 = c(2, 4, 10, 0, 5, 3, 25, 0, 2),
  n_2      = c(12, 11, 11, 9, 9, 11, 25, 6, 118)
)
clean <- zero[c(2, 5, 9), ]
tables <- list(bcg = bcg, zero = zero, clean = clean)

policies <- c("only0", "all", "if0all", "none")
cases <- list()

add_case <- function(name, measure, policy, data, es) {
  cases[[length(cases) + 1]] <<- list(
    table = name, measure = measure, zero_cells = policy,
    yi = as.numeric(es$yi), vi = as.numeric(es$vi)
  )
}

for (name in names(tables)) {
  d <- tables[[name]]
  for (measure in c("RR", "OR", "RD")) {
    for (policy in policies) {
      es <- suppressWarnings(escalc(
        measure = measure, ai = events_1, n1i = n_1, ci = events_2, n2i = n_2,
        data = d, add = 1 / 2, to = policy
      ))
      add_case(name, measure, policy, d, es)
    }
    es <- escalc(measure = measure, ai = events_1, n1i = n_1, ci = events_2, n2i = n_2, data = d)
    add_case(name, measure, "default", d, es)
  }
  for (measure in c("PLO", "PAS", "PR")) {
    for (policy in policies) {
      es <- suppressWarnings(escalc(
        measure = measure, xi = events_1, ni = n_1, data = d, add = 1 / 2, to = policy
      ))
      add_case(name, measure, policy, d, es)
    }
    es <- escalc(measure = measure, xi = events_1, ni = n_1, data = d)
    add_case(name, measure, "default", d, es)
  }
}

# Exact intervals of single proportions, from stats::binom.test.
exact <- do.call(rbind, lapply(c(0.80, 0.95, 0.99), function(level) {
  do.call(rbind, lapply(list(c(0, 25), c(1, 8), c(41, 269), c(8, 8), c(3, 10)), function(x) {
    ci <- binom.test(x[1], x[2], conf.level = level)$conf.int
    data.frame(events = x[1], n = x[2], level = level, low = ci[1], high = ci[2])
  }))
}))

out <- list(
  made_with = list(
    R = R.version.string,
    metafor = as.character(packageVersion("metafor")),
    jsonlite = as.character(packageVersion("jsonlite")),
    script = "tests/reference/effects.R"
  ),
  tables = lapply(tables, as.list),
  cases = cases,
  exact_intervals = exact
)
args <- commandArgs(trailingOnly = TRUE)
target <- if (length(args)) args[1] else "tests/reference/effects.json"
writeLines(toJSON(out, digits = I(17), auto_unbox = TRUE, na = "null", null = "null"), target)
