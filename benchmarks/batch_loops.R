# Seconds of one fit of metafor for each kind of work: a loop over syntheses, gosh, permutest.
#     Rscript batch_loops.R FILE    (FILE: JSON with sets of yi and vi, and one larger set with a moderator)
suppressMessages(library(metafor))
given <- jsonlite::fromJSON(commandArgs(trailingOnly = TRUE)[1], simplifyVector = FALSE)
numbers <- function(values) as.numeric(unlist(values))
seconds <- function(f) sum(system.time(f())[c("user.self", "sys.self")])
sets <- lapply(given$sets, function(one) list(yi = numbers(one$yi), vi = numbers(one$vi)))
loop <- function(method) seconds(function() for (one in sets) {
  try(rma.uni(one$yi, one$vi, method = method), silent = TRUE)
}) / length(sets)
one <- list(yi = numbers(given$one$yi), vi = numbers(given$one$vi), x = numbers(given$one$x))
fit <- rma.uni(one$yi, one$vi, method = "REML")
with_x <- rma.uni(one$yi, one$vi, mods = ~ one$x, method = "REML")
found <- list(
  REML = loop("REML"), DL = loop("DL"),
  gosh = seconds(function() suppressWarnings(gosh(fit, progbar = FALSE))),
  permutest = seconds(function() suppressWarnings(permutest(with_x, iter = 1000, progbar = FALSE)))
)
cat(jsonlite::toJSON(found, auto_unbox = TRUE, digits = 10))
