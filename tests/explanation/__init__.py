"""Tests of the derivation steps."""
