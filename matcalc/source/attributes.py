"""Variables that are no arguments: attributes of an object, parameters of its layers, entries of a dict or a tuple.

Which of them a function needs is found by reading it. Where one is met that nobody knows yet, `MemberNeededError` ends
the reading; it starts again with one variable more.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from matcalc.source.extents import Dim
from matcalc.source.opened import Opened
from matcalc.source.refusal import SHAPES, VALUE, RefusalError

_OF_ARRAYS = frozenset("T mT H shape ndim size dtype device data real imag at flat grad requires_grad is_cuda values "
                       "indices sign logabsdet".split())
_MOST = 80


class MemberNeededError(Exception):
    """A variable that is met for the first time: its name, whether its shape is known, and its number by default."""

    def __init__(self, name: str, has_shape: bool, default: float | None) -> None:
        super().__init__(name)
        self.name, self.has_shape, self.default = name, has_shape, default


class Record:
    """An argument that is a tuple, a dict or an object, whose parts are variables; `parts` are those that are known."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.parts: dict[Any, Any] = {}
        self.is_closed = False  # of which no other part is known


class Members:
    """The variables of one function beside its arguments. `known` says by name whether the shape follows from where it
    is made, and `default` its number; both grow from one reading to the next."""

    def __init__(self, taken: Sequence[str]) -> None:
        self.taken = set(taken)
        self.known: dict[str, bool] = {}
        self.default: dict[str, float | None] = {}
        self.places: dict[tuple[str, Any], str] = {}
        self.made: dict[str, Any] = {}
        self.make: Callable[[str, tuple[Dim, ...] | None], Any] | None = None

    def started(self, make: Callable[[str, tuple[Dim, ...] | None], Any]) -> None:
        """A reading begins; `make` gives the value of a variable and notes it down."""
        self.made, self.make = {}, make

    def add(self, needed: MemberNeededError) -> None:
        """One variable more, for the next reading."""
        if len(self.known) >= _MOST:
            raise RefusalError(VALUE, f"more than {_MOST} variables are not read")
        self.known[needed.name], self.default[needed.name] = needed.has_shape, needed.default

    def variable(self, name: str, shape: tuple[Dim, ...] | None = None, default: float | None = None) -> Any:
        """The value of a variable."""
        if name not in self.known:
            raise MemberNeededError(name, shape is not None, default)
        if name not in self.made:
            assert self.make is not None
            self.made[name] = self.make(name, shape)
        return self.made[name]

    def part(self, record: Record, key: Any, called: str = "") -> Any:
        """A part of a record by its key, named by the program where it says a name."""
        if key in record.parts:
            return record.parts[key]
        if record.is_closed:
            raise RefusalError(VALUE, f"what {record.name}.{key} is, is not known here; annotate {record.name} with "
                               "its class of the file, whose defaults are read")
        if (record.name, key) not in self.places:
            names = [called, key if isinstance(key, str) else "", f"{record.name}_{key}"]
            free = [name for name in names if name and name.isidentifier()
                    and name not in self.taken | set(self.places.values())]
            self.places[record.name, key] = free[0] if free else f"{record.name}_{key}_"
        return self.variable(self.places[record.name, key])

    def unpacked(self, record: Record, targets: Sequence[ast.expr]) -> list[Any]:
        """The parts of a record that is taken apart: W, b = params."""
        found: list[Any] = []
        for i, target in enumerate(targets):
            if isinstance(target, ast.Starred):
                raise RefusalError(VALUE, f"how many parts {record.name} has is not known")
            if isinstance(target, ast.Name):
                found.append(None if target.id.strip("_") == "" else self.part(record, i, target.id))
            else:
                found.append(Record(f"{record.name}_{i}"))
        return found


def refuse_shape(record: Record) -> RefusalError:
    """Why nothing else than its parts is read of a record."""
    return RefusalError(SHAPES, f"{record.name} is a tuple, a dict or an object here, of which parts are read: W, b = "
                        f'{record.name}, {record.name}["W"] or {record.name}.W')


def uncounted(record: Record) -> RefusalError:
    """Why a record is not taken turn by turn."""
    return RefusalError(VALUE, f"how many parts {record.name} has is not known; name them, W1, b1, W2, b2 = "
                        f"{record.name}")


def composite(file: Opened, f: ast.FunctionDef | ast.AsyncFunctionDef, name: str, depth: int = 4) -> bool:
    """Whether an argument is taken apart or asked for parts by name, here or in a function of the file that gets it."""
    for n in ast.walk(f):
        if isinstance(n, ast.Assign) and _is(n.value, name) and any(isinstance(t, ast.Tuple | ast.List)
                                                                    for t in n.targets):
            return True
        if isinstance(n, ast.Subscript) and _is(n.value, name) and isinstance(n.slice, ast.Constant) \
                and isinstance(n.slice.value, str):
            return True
        if isinstance(n, ast.For) and _is(n.iter, name) and isinstance(n.target, ast.Tuple):
            return True
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and depth and \
                any(composite(file, file.functions[n.func.id], inner, depth - 1)
                    for inner in _handed(n, name, file.functions)):
            return True
    called = {id(n.func) for n in ast.walk(f) if isinstance(n, ast.Call)}
    return any(isinstance(n, ast.Attribute) and _is(n.value, name) and id(n) not in called and n.attr not in _OF_ARRAYS
               for n in ast.walk(f))


def _is(e: ast.expr, name: str) -> bool:
    return isinstance(e, ast.Name) and e.id == name


def _handed(call: ast.Call, name: str, functions: Mapping[str, Any]) -> list[str]:
    """The parameters of a function of the file that get an argument of this name."""
    assert isinstance(call.func, ast.Name)
    inner = functions.get(call.func.id)
    if not isinstance(inner, ast.FunctionDef):
        return []
    spec = [a.arg for a in [*inner.args.posonlyargs, *inner.args.args]]
    found = [spec[i] for i, a in enumerate(call.args) if _is(a, name) and i < len(spec)]
    return found + [k.arg for k in call.keywords if k.arg and _is(k.value, name)]
