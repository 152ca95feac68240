# Writes vcalc.json: sampling covariances by vcalc() of metafor, for made-up labels.
# Run from the repository root: Rscript tests/synthesis/dependence/vcalc.R
suppressMessages(library(metafor))
library(jsonlite)
set.seed(20261121)

# vcalc() looks its arguments up in `data`, so the call is made where their names are words.
case <- function(name, data, ...) {
  asked <- as.list(substitute(list(...)))[-1]
  V <- eval(as.call(c(list(quote(vcalc), quote(vi), cluster = quote(cl), data = quote(data), checkpd = FALSE), asked)))
  list(name = name, columns = as.list(data), V = unname(V))
}

base <- data.frame(
  cl = c("A", "B", "A", "A", "B", "C", "A", "B"),
  sub = c("m", "m", "f", "m", "m", "m", "f", "f"),
  type = c("os", "os", "pfs", "pfs", "pfs", "os", "os", "os"),
  obs = c("x", "x", "x", "y", "y", "x", "y", "y"),
  t = c(0, 1, 3, 2.5, 4, 1, 6, 1.5),
  vi = round(runif(8, 0.02, 0.3), 4)
)
arms <- data.frame(
  cl = c("A", "A", "A", "B", "B", "C", "C", "C"),
  g1 = c("low", "high", "high", "p", "d", "a", "a", "b"),
  g2 = c("p", "p", "low", "d", "q", "a", "b", "p"),
  t1 = c(1, 1, 2, 1, 3, 2, 2, 3),
  t2 = c(1, 2, 2, 1, 3, 1, 2, 1),
  w1 = c(30, 42, 42, 18, 25, 60, 60, 33),
  w2 = c(51, 51, 30, 25, 77, 60, 33, 20),
  type = c("os", "pfs", "os", "os", "pfs", "os", "os", "pfs"),
  obs = c("x", "x", "y", "x", "y", "x", "y", "x"),
  vi = round(runif(8, 0.02, 0.3), 4)
)
between <- matrix(c(1, 0.55, 0.55, 1), 2, dimnames = list(c("os", "pfs"), c("os", "pfs")))
within <- matrix(c(1, 0.8, 0.8, 1), 2, dimnames = list(c("x", "y"), c("x", "y")))
between_arms <- arms[arms$t1 == arms$t2 | arms$g1 != arms$g2, ]

cases <- list(
  case("observations", base[base$type == "os", ], obs = obs, rho = 0.45),
  case("outcomes", base, type = type, rho = 0.4),
  case("outcomes, matrix", base, type = type, rho = between),
  case("both", base, obs = obs, type = type, rho = c(0.7, 0.4)),
  case("both, matrices", base, obs = obs, type = type, rho = list(within, between)),
  case("times", base, time1 = t, phi = 0.8),
  case("both and times", base, obs = obs, type = type, time1 = t, rho = c(0.7, 0.4), phi = 0.8),
  case("subgroups, both and times", base, subgroup = sub, obs = obs, type = type, time1 = t,
       rho = c(0.7, 0.4), phi = 0.8),
  case("groups", between_arms, grp1 = g1, grp2 = g2),
  case("groups and sizes", between_arms, grp1 = g1, grp2 = g2, w1 = w1, w2 = w2),
  case("groups, sizes and outcomes", between_arms, grp1 = g1, grp2 = g2, w1 = w1, w2 = w2, type = type,
       rho = 0.5),
  case("groups, sizes and times", arms, grp1 = g1, grp2 = g2, w1 = w1, w2 = w2, time1 = t1, time2 = t2,
       phi = 0.7),
  case("everything", arms, grp1 = g1, grp2 = g2, w1 = w1, w2 = w2, time1 = t1, time2 = t2, phi = 0.7,
       obs = obs, type = type, rho = c(0.7, 0.4))
)
writeLines(toJSON(list(
  made_by = sprintf("R %s.%s, metafor %s", R.version$major, R.version$minor, packageVersion("metafor")),
  cases = cases
), digits = NA, auto_unbox = TRUE, matrix = "rowmajor"), "tests/synthesis/dependence/vcalc.json")
