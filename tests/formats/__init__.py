"""Formulas pasted in the formats of other programs."""
