"""Tests of matcalc.api and matcalc.derivation, the Python face."""
