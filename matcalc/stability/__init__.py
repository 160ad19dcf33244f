"""Stable forms: what a formula is computed from, so that its value is right wherever it has one.

`stable` rewrites an expression by the laws of the rules' field `stable`; printed formulas stay as they are.
"""
