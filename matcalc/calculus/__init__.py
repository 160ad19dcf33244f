"""The calculus: differentials, their transposition, and what a declared structure makes of a gradient."""
