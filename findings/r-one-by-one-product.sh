#!/bin/sh
# R: a product that is a number does not scale a matrix.
#
# Expected: (x' x) * A multiplies every entry, as in Octave, MATLAB, NumPy and Julia; x' x is one number.
# What happens: t(x) %*% x is a 1x1 matrix, and 1x1 times 2x2 is an error, “non-conformable arrays”; times a vector it
# works, with a warning that this is deprecated. c() around the product makes it a number.
# Seen while emitting R for formulas with quadratic forms in front of matrices. Needs Rscript; seen with R 4.2.2.
set -eu
command -v Rscript > /dev/null || { echo "Rscript is not installed"; exit 2; }
Rscript --vanilla - <<'R'
cat(R.version.string, "\n")
x <- c(1, 2)
A <- matrix(1:4, 2)
seen <- tryCatch({ (t(x) %*% x) * A; "scaled" }, error = function(e) conditionMessage(e))
cat("(x' x) * A:", seen, "\n")
cat("c(x' x) * A:", c(t(x) %*% x) * A, "\n")
stopifnot("the behaviour has changed" = seen == "non-conformable arrays",
          "the behaviour has changed" = all(c(t(x) %*% x) * A == 5 * A))
R
