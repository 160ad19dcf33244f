"""What a program computes with besides arrays and numbers: sizes, labels, all rows in turn."""

from __future__ import annotations

from matcalc.source.broadcast import Array
from matcalc.source.extents import Dim


class Size(str):
    """The length of an axis, as a number in the program."""


class Labels:
    """Whole numbers that name a class each; in the formula a matrix with a one in the column of the class."""

    def __init__(self, matrix: Array) -> None:
        self.matrix = matrix


class Range:
    """np.arange(n) as an index: every row in turn."""

    def __init__(self, size: Dim) -> None:
        self.size = size
