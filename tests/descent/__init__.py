"""Tests of matcalc.descent."""
