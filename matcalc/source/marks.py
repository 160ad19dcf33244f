"""What a program computes with besides arrays and numbers: sizes, labels, all rows in turn, objects."""

from __future__ import annotations

import ast
from typing import Any

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


class Instance:
    """An object. `path` stands before the names of its parameters, None where it belongs to no attribute; attributes of
    one whose constructor is unknown are variables."""

    def __init__(self, node: ast.ClassDef, group: str, path: str | None) -> None:
        self.node, self.group, self.path = node, group, path
        self.attrs: dict[str, Any] = {}
        self.is_open = path is not None


class Chain:
    """nn.Sequential: layers one after the other."""

    def __init__(self, items: list[Any]) -> None:
        self.items = items


class Later:
    """What the constructor is given under a name: a variable, where it is used."""

    def __init__(self, name: str, default: float | None) -> None:
        self.name, self.default = name, default


class Parameter:
    """An array that the constructor makes: a variable."""

    def __init__(self, shape: tuple[Dim, ...] | None) -> None:
        self.shape = shape


class Unread:
    """What a statement of the constructor does that is not read, refused where it is used."""

    def __init__(self, why: Exception) -> None:
        self.why = why
