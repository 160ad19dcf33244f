"""Tests of closed forms."""
