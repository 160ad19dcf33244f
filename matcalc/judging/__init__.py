"""The judge of formulas that somebody proposes: right, or wrong and why, or undecided.

Finite differences refute a claim, and so do the values of matcalc's own answer. The diagnosis comes from trying what
people get wrong on the numbers of a few random points.
"""

from matcalc.judging.evidence import Diagnosis
from matcalc.judging.judge import Judgement, judge
from matcalc.judging.parting import parting

__all__ = ["Diagnosis", "Judgement", "judge", "parting"]
