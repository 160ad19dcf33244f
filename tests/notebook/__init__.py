"""Answers as pages of notebooks, and the magics."""
