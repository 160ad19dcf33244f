"""Tests of matcalc.numeric."""
