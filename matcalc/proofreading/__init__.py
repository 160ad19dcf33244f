"""A derivation that somebody wrote, judged line by line: does each line follow from what stands before it?

A document is cut into displays, rows and chains of equations (`document`, `chains`); the signs of the calculus in them,
d, ∇, ∂, D, are read apart from the formulas (`infinitesimals`); names get shapes and definitions (`lexicon`), and every
equation is judged for itself, by algebra or by values (`links`), with what is the matter where it is wrong (`blame`).
"""

from matcalc.proofreading.proofread import Line, Proofreading, proofread

__all__ = ["Line", "Proofreading", "proofread"]
