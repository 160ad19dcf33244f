"""Closed forms: after the calculus, the smallest equal form that the laws of algebra reach.

Common factors are taken out of sums, products of sums are multiplied out where that shortens, known bodies are folded
back into the functions they define. Every step keeps the value and none makes the formula longer.
"""

from matcalc.simplification.closed_form import closed_form

__all__ = ["closed_form"]
