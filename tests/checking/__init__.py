"""Tests of matcalc.checking."""
