"""Tests of matcalc.solving."""
