"""Tests of the judge of derivations."""
