"""Tests of generated programs."""
