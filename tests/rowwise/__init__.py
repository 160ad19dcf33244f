"""Tests of matcalc.rowwise, and of what is below it: plans cut along their rows."""
