"""Tests of the smart constructors."""
