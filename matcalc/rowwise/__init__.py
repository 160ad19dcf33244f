"""Formulas whose data are longer than memory: sums over rows, computed by blocks of rows and totalled."""
