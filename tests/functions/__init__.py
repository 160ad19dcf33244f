"""Tests of functions that other programs have: their values and derivatives, against those programs."""
