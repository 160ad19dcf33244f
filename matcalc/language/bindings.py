"""Names bound with :=, by substitution of syntax: the bound expression is shared, never copied twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from matcalc.language.syntax import Syntax
from matcalc.limits import spend


def children(syntax: Syntax) -> Iterator[Syntax]:
    """All parts of a node, with those in its data (the indices of an entry)."""
    yield from syntax.args
    if syntax.op == "index":
        for axis in syntax.data:
            if axis is not None:
                yield from axis if isinstance(axis, tuple) else (axis,)


def postorder(root: Syntax) -> list[Syntax]:
    """Every node below `root` once, parts before the whole, from left to right."""
    seen: set[int] = set()
    done: list[Syntax] = []
    stack = [(root, False)]
    while stack:
        syntax, expanded = stack.pop()
        if expanded:
            done.append(syntax)
        elif id(syntax) not in seen:
            seen.add(id(syntax))
            stack.append((syntax, True))
            stack.extend((part, False) for part in reversed(list(children(syntax))) if id(part) not in seen)
    spend(len(done))
    return done


def instantiate(body: Syntax, values: Mapping[str, Syntax]) -> Syntax:
    """`body` with the names of `values` replaced."""
    new: dict[int, Syntax] = {}
    for syntax in postorder(body):
        if syntax.op == "name" and syntax.data in values:
            new[id(syntax)] = values[syntax.data]
        elif any(new[id(part)] is not part for part in children(syntax)):
            args = tuple(new[id(arg)] for arg in syntax.args)
            new[id(syntax)] = Syntax(syntax.op, args, _data(syntax, new), syntax.span)
        else:
            new[id(syntax)] = syntax
    return new[id(body)]


def _data(syntax: Syntax, new: Mapping[int, Syntax]) -> object:
    if syntax.op != "index":
        return syntax.data
    return tuple(None if axis is None else tuple(new[id(a)] for a in axis) if isinstance(axis, tuple) else new[id(axis)]
                 for axis in syntax.data)
