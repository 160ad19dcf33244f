"""Tests of matcalc.manual."""
