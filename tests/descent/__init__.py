"""Tests of matcalc.descent.minimise."""
