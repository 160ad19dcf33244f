#!/bin/sh
# Octave: the trace of a matrix that is not square is a number.
#
# Expected: an error, as the trace belongs to square matrices, and as det and inv of the same matrix give.
# What happens: trace([1 2 3; 4 5 6]) is 6, the sum along the diagonal that there is.
# Seen while testing what emitted functions do with wrong shapes. Needs octave-cli; seen with Octave 7.3.0.
set -eu
command -v octave-cli > /dev/null || { echo "octave-cli is not installed"; exit 2; }
octave-cli --norc --quiet --eval '
printf("Octave %s\n", version ());
found = trace ([1 2 3; 4 5 6]);
printf("trace of a 2x3 matrix: %g\n", found);
assert (found == 6)
try
  det ([1 2 3; 4 5 6]);
  error ("the behaviour has changed");
catch problem
  printf("det of it: %s\n", problem.message);
  assert (! isempty (strfind (problem.message, "square")))
end
'
