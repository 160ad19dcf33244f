"""Minimising a formula by the derivative that follows from it."""
