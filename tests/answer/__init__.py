"""Tests of matcalc.answer."""
