"""Tests of matcalc.deriving."""
