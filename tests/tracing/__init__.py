"""Tests of matcalc.tracing."""
