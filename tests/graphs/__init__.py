"""Tests of matcalc.graphs."""
