"""Numeric templates of the rules: one line of NumPy, read as data, allowed name by name, and interpreted.

A rule file comes from a user, so its `numpy = …` text is never handed to Python: it is parsed, every name in it must
be on the lists of `allowed`, with as many arguments as these say, and the tree is turned into closures, which look at
the size of a result before they make it. `np.linalg.inv` alone means: applied to the parameters.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from importlib import import_module
from typing import Any

import numpy as np

from matcalc.diagnostics import Diagnostic, InputError, MatcalcError
from matcalc.numeric.allowed import (
    ALLOWED,
    ATTRIBUTES,
    CONSTANTS,
    KEYWORDS,
    LITERAL,
    SIZED,
    SIZES,
    TYPES,
    WORD,
    bounded,
    bounded_index,
    bounded_pair,
    einsum_spec,
)

Env = Mapping[str, Any]
Closure = Callable[[Env], Any]
LONGEST = 300

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Pow: operator.pow, ast.MatMult: operator.matmul,
    ast.BitAnd: operator.and_, ast.BitOr: operator.or_,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Invert: operator.invert, ast.Not: operator.not_,
}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


class _RefusedError(Exception):
    """What of a template is not allowed."""


def compile_template(text: str, parameters: Sequence[str], dims: Sequence[str] = (), *, file: str = "",
                     line: int = 0) -> Closure:
    """The function of a mapping from names to arrays that `text` stands for."""
    try:
        closure = _closure(check_tree(text, parameters, dims))
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise _refusal(f"cannot be read: {getattr(error, 'msg', error)}", text, file, line) from None
    except _RefusedError as error:
        raise _refusal(str(error), text, file, line) from None
    return lambda env: _number(closure(env))


def _number(value: Any) -> Any:
    """The value of a template, which is a number or an array of numbers."""
    plain = isinstance(value, int | float | complex)
    if not plain and (not isinstance(value, np.ndarray | np.generic) or value.dtype.kind not in "biufc"):
        raise TypeError("it gives no numbers")
    return value


def _refusal(reason: str, text: str, file: str, line: int) -> InputError:
    message = f"the numeric template `{text.strip()[:80]}` {reason}"
    return InputError(Diagnostic("M0801", message, source=text, file=file, line=line))


def check_tree(text: str, parameters: Sequence[str], dims: Sequence[str] = ()) -> ast.expr:
    """Parse a template, apply a function that stands alone, and refuse everything that is not on the lists."""
    tree = ast.parse(text.strip(), mode="eval").body
    if (dotted := _dotted(tree)) is not None and dotted[1] not in CONSTANTS:
        tree = ast.Call(tree, [ast.Name(name) for name in parameters], [])
    nodes = list(ast.walk(tree))
    if len(nodes) > LONGEST:
        raise _RefusedError("is too long")
    inside = {id(n.value) for n in nodes if isinstance(n, ast.Attribute) and _dotted(n)}
    called = {id(n.func) for n in nodes if isinstance(n, ast.Call)}
    specs = {id(n.args[0]) for n in nodes if isinstance(n, ast.Call) and n.args and _name_of(n) == "einsum"}
    for n in nodes:
        if id(n) not in inside | specs:
            _check_node(n, {*parameters, *dims}, id(n) in called)
    return tree


def _name_of(n: ast.Call) -> str:
    return n.func.attr if isinstance(n.func, ast.Attribute) else ""


def _check_node(n: ast.AST, names: set[str], is_called: bool) -> None:
    if isinstance(n, ast.Name) and n.id not in names:
        raise _RefusedError(f"names `{n.id}`, which is neither a parameter nor a dimension of the block")
    if isinstance(n, ast.Attribute):
        _check_attribute(n, is_called)
    elif isinstance(n, ast.Call):
        _check_call(n)
    elif isinstance(n, ast.keyword) and n.arg not in KEYWORDS:
        raise _RefusedError(f"uses the keyword `{n.arg or '**'}`, which is not allowed")
    elif isinstance(n, ast.Constant):
        _check_constant(n.value)
    elif isinstance(n, ast.expr) and type(n) not in _BUILD:
        raise _RefusedError(f"uses {type(n).__name__}, which is not allowed")
    elif isinstance(n, ast.operator | ast.cmpop) and type(n) not in {*_BINARY, *_COMPARE}:
        raise _RefusedError(f"uses the operator {type(n).__name__}, which is not allowed")


def _check_constant(value: object) -> None:
    """Numbers, and the short words that functions take."""
    if not isinstance(value, int | float | None) and not (isinstance(value, str) and re.fullmatch(WORD, value)):
        raise _RefusedError(f"contains {value!r:.40}, which is not allowed")


def _check_attribute(n: ast.Attribute, is_called: bool) -> None:
    dotted = _dotted(n)
    if dotted is None:
        if n.attr not in ATTRIBUTES:
            raise _RefusedError(f"uses the attribute `{n.attr}`, which is not allowed")
    elif dotted[1] not in ALLOWED.get(dotted[0], ()):
        raise _RefusedError(f"uses `{'.'.join(dotted)}`, which is not allowed")
    elif not is_called and dotted[1] not in CONSTANTS | {"float64"}:
        raise _RefusedError(f"names the function `{'.'.join(dotted)}` without calling it")


def _check_call(n: ast.Call) -> None:
    """What is called is named, takes no more arguments than are on its list, and gets no size from a literal."""
    if not isinstance(n.func, ast.Attribute):
        raise _RefusedError("calls what is no function of a library")
    dotted = _dotted(n.func)
    name = n.func.attr
    most = ALLOWED.get(dotted[0], {}).get(name) if dotted else ATTRIBUTES.get(name)
    if most is None:
        return  # the check of the name says so
    if len(n.args) > most:
        raise _RefusedError(f"gives {len(n.args)} arguments to `{name}`, which takes {most} here, "
                            "without an array to write to")
    if name == "astype" and not all(isinstance(a, ast.Attribute) or getattr(a, "value", "") in TYPES for a in n.args):
        raise _RefusedError(f"makes something else than numbers; astype takes {', '.join(sorted(TYPES))}")
    if name == "einsum" and not (n.args and isinstance(n.args[0], ast.Constant) and einsum_spec(n.args[0].value)):
        raise _RefusedError("calls `einsum` without the letters of its indices, “ij,jk->ik”")
    if name in SIZED:
        for arg in n.args[SIZES.get(name, slice(None)) if dotted else slice(None)]:
            _check_literals(arg)


def _check_literals(n: ast.expr) -> None:
    """No part of a size that is written in numbers alone is large."""
    if any(isinstance(part, ast.Name) for part in ast.walk(n)):
        for part in ast.iter_child_nodes(n):
            if isinstance(part, ast.expr):
                _check_literals(part)
        return
    try:
        value = _closure(n)({})
    except (MatcalcError, KeyError, TypeError, ArithmeticError):
        value = LITERAL + 1
    sizes = value if isinstance(value, tuple | list) else (value,)
    if any(isinstance(size, int | float) and abs(size) > LITERAL for size in sizes):
        raise _RefusedError(f"asks for more than {LITERAL:,} entries by a number; sizes are dimensions of the block")


def _dotted(n: ast.AST) -> tuple[str, str] | None:
    """`np.linalg.inv` as module and name; None where the attribute is not one of a library."""
    parts: list[str] = []
    while isinstance(n, ast.Attribute):
        parts.append(n.attr)
        n = n.value
    if not parts or not isinstance(n, ast.Name) or n.id not in ("np", "numpy", "scipy"):
        return None
    root = "scipy" if n.id == "scipy" else "numpy"
    return ".".join([root, *reversed(parts[1:])]), parts[0]


def _closure(n: ast.expr) -> Closure:
    """The tree as nested closures; its depth is bounded by LONGEST."""
    return _BUILD[type(n)](n)


def _name(n: ast.Name) -> Closure:
    return lambda env: env[n.id]


def _constant(n: ast.Constant) -> Closure:
    return lambda env: n.value


def _attribute(n: ast.Attribute) -> Closure:
    dotted = _dotted(n)
    if dotted is None:
        inner = _closure(n.value)
        return lambda env: getattr(inner(env), n.attr)
    found = _function(*dotted)
    return lambda env: found


def _function(library: str, name: str) -> Any:
    module = import_module(library)
    if not hasattr(module, name):
        raise _RefusedError(f"uses `{library}.{name}`, which the installed version does not have")
    return getattr(module, name)


def _call(n: ast.Call) -> Closure:
    args = [_closure(arg) for arg in n.args]
    keywords = {k.arg: _closure(k.value) for k in n.keywords if k.arg}
    if isinstance(n.func, ast.Name):  # of a portable template
        looked_up = _name(n.func)
        return lambda env: looked_up(env)(*(arg(env) for arg in args), **{k: v(env) for k, v in keywords.items()})
    assert isinstance(n.func, ast.Attribute)
    dotted = _dotted(n.func)
    if dotted is None:
        return _method(n.func.attr, _closure(n.func.value), args, keywords)
    library, name = dotted
    function = _function(library, name)

    def made(env: Env) -> Any:
        values = [arg(env) for arg in args]
        bounded(library, name, values)
        return function(*values, **{k: v(env) for k, v in keywords.items()})

    return made


def _method(name: str, owner: Closure, args: Sequence[Closure], keywords: Mapping[str, Closure]) -> Closure:
    def made(env: Env) -> Any:
        array, values = owner(env), [arg(env) for arg in args]
        bounded("", name, [array, *values])
        return getattr(array, name)(*values, **{k: v(env) for k, v in keywords.items()})

    return made


def _binary(n: ast.BinOp) -> Closure:
    operation, left, right = _BINARY[type(n.op)], _closure(n.left), _closure(n.right)
    name = type(n.op).__name__

    def made(env: Env) -> Any:
        a, b = left(env), right(env)
        if type(a) is not float and type(b) is not float:
            bounded_pair(name, a, b)
        return operation(a, b)

    return made


def _unary(n: ast.UnaryOp) -> Closure:
    operation, operand = _UNARY[type(n.op)], _closure(n.operand)
    return lambda env: operation(operand(env))


def _compare(n: ast.Compare) -> Closure:
    if len(n.ops) != 1:
        raise _RefusedError("chains comparisons, which arrays do not allow")
    operation, left, right = _COMPARE[type(n.ops[0])], _closure(n.left), _closure(n.comparators[0])
    return lambda env: operation(left(env), right(env))


def _conditional(n: ast.IfExp) -> Closure:
    test, then, otherwise = _closure(n.test), _closure(n.body), _closure(n.orelse)
    return lambda env: then(env) if test(env) else otherwise(env)


def _subscript(n: ast.Subscript) -> Closure:
    value, index = _closure(n.value), _closure(n.slice)

    def made(env: Env) -> Any:
        whole, place = value(env), index(env)
        bounded_index(whole, place)
        return whole[place]

    return made


def _slice(n: ast.Slice) -> Closure:
    parts = [_closure(part) if part else None for part in (n.lower, n.upper, n.step)]
    return lambda env: slice(*(part(env) if part else None for part in parts))


def _sequence(n: ast.Tuple | ast.List) -> Closure:
    items, make = [_closure(item) for item in n.elts], tuple if isinstance(n, ast.Tuple) else list
    return lambda env: make(item(env) for item in items)


_BUILD: dict[type[ast.expr], Callable[[Any], Closure]] = {
    ast.Name: _name, ast.Constant: _constant, ast.Attribute: _attribute, ast.Call: _call, ast.BinOp: _binary,
    ast.UnaryOp: _unary, ast.Compare: _compare, ast.IfExp: _conditional, ast.Subscript: _subscript, ast.Slice: _slice,
    ast.Tuple: _sequence, ast.List: _sequence,
}


def portable(text: str, names: set[str]) -> tuple[Closure, dict[str, Any], bool]:
    """A template for other numbers than floats: its library functions are looked up in the environment, as
    `numpy.exp`, and so are its floats. With it what it looks up, and whether the template only names a function."""
    tree = check_tree(text, tuple(names))
    alone = ast.parse(text.strip(), mode="eval").body
    is_alone = _dotted(alone) is not None
    tree = alone if is_alone else tree
    found: dict[str, Any] = {}

    class Renamed(ast.NodeTransformer):
        def visit_Attribute(self, n: ast.Attribute) -> ast.AST:
            dotted = _dotted(n)
            if dotted is None:
                return self.generic_visit(n)
            name = ".".join(dotted)
            found[name] = getattr(import_module(dotted[0]), dotted[1], None)
            return ast.Name(name, ast.Load())

        def visit_Constant(self, n: ast.Constant) -> ast.AST:
            if not isinstance(n.value, float):
                return n
            found[str(n.value)] = Fraction(str(n.value))
            return ast.Name(str(n.value), ast.Load())

    return _closure(Renamed().visit(tree)), found, is_alone
