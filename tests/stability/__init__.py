"""Tests of what is computed, and how."""
