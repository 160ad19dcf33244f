"""Formulas in index notation: public problems with numeric truth, and random ones against loops."""
