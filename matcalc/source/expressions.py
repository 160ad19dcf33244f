"""Expressions of a program: what every one is, from the names around it. Nothing is run."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from sys import float_info
from typing import Any

from matcalc.diagnostics import MatcalcError
from matcalc.limits import spend
from matcalc.source import libraries
from matcalc.source.attributes import Members, Record, refuse_shape, uncounted
from matcalc.source.broadcast import Array, Cond, World
from matcalc.source.builtin import BUILT_IN
from matcalc.source.calling import Library, number_leaf
from matcalc.source.loops import Carried, Loop, rows_of, stacked
from matcalc.source.marks import Chain, Instance, Labels, Range
from matcalc.source.opened import Opened
from matcalc.source.places_in import entry
from matcalc.source.refusal import BRANCH, CALL, RANDOM, STATEMENT, VALUE, RefusalError
from matcalc.source.scalars import calculated, compared
from matcalc.source.transforms import Mapped, Partial, is_transform, mapped, transformed

MOST_TURNS = 64
_CONSTANTS = {"pi": "pi", "e": "exp(1)"}
REFUSED: dict[type[ast.AST], str] = {
    ast.While: "a while loop is not read: how often it turns depends on values", ast.With: "with is not read",
    ast.Try: "try is not read", ast.Raise: "raise is not read", ast.Global: "global names are not read",
    ast.Nonlocal: "names of an outer function are not changed", ast.ClassDef: "a class is not read",
    ast.Import: "imports stand at the top of the file", ast.AsyncFor: "async is not read",
    ast.Await: "await is not read", ast.Yield: "yield is not read", ast.NamedExpr: ":= in an expression is not read",
    ast.Delete: "del is not read", ast.Match: "match is not read", ast.Break: "break is not read"}



@dataclass(frozen=True, slots=True)
class Function:
    """A function that may be called: its definition, the names around it, whose text it is."""

    node: Any
    env: Mapping[str, Any]
    group: str


class Scope:
    """The names of one call. `group` is the program whose function is read, '' in the user's own file."""

    def __init__(self, env: dict[str, Any], group: str = "", is_top: bool = False) -> None:
        self.env, self.group, self.is_top = env, group, is_top
        self.fresh: set[str] = set()  # names of arrays that this call has made, and no other name may have
        self.loops: list[Loop] = []
        self.result: Any = None
        self.returned: ast.Return | None = None


class Expressions:
    """Reads the expressions of one file on the arrays of one world."""

    def __init__(self, file: Opened, world: World, own: str) -> None:
        self.file, self.world = file, world
        self.meanings = Library(world, own, self._composed, self._tabled)
        self.members = Members(())
        self.shared: list[Any] = []

    def enter(self, f: Function, args: Sequence[Any], given: Mapping[str, Any]) -> Any:
        """The value of a call of a function that is read."""
        raise NotImplementedError(f, args, given)

    def bind(self, target: ast.expr, value: Any, scope: Scope, s: ast.stmt) -> None:
        """Give a value to names."""
        raise NotImplementedError(target, value, scope, s)

    def of_class(self, node: ast.ClassDef | None, group: str, args: Sequence[Any], given: Mapping[str, Any]) -> Any:
        """A new object."""
        raise NotImplementedError(node, group, args, given)

    def attribute_of(self, inst: Any, name: str) -> Any:
        """An attribute of an object."""
        raise NotImplementedError(inst, name)

    def object_called(self, inst: Any, args: Sequence[Any], given: Mapping[str, Any]) -> Any:
        """layer(x)."""
        raise NotImplementedError(inst, args, given)

    def settled(self, value: Any, name: str) -> Any:
        """The value of a name that a constructor was handed."""
        raise NotImplementedError(value, name)

    def _composed(self, group: str, word: str, args: Sequence[Any], given: Mapping[str, Any]) -> Any:
        return self.enter(Function(libraries.composed()[group, word], {}, group), args, given)

    def _tabled(self, formula: ast.Lambda, args: Sequence[Any]) -> Any:
        """The value of a formula of the table of calls."""
        return self.enter(Function(formula, {}, "common"), args, {})

    def value(self, e: ast.expr, scope: Scope) -> Any:
        """What an expression is. What is not read is refused where it stands."""
        spend(1)
        try:
            return self._value(e, scope)
        except RefusalError as why:
            if scope.group:
                raise
            raise self.file.refused(why, e) from None
        except RecursionError:
            raise self.file.refused(RefusalError(VALUE, "this is nested too deeply"), e) from None

    def _value(self, e: ast.expr, scope: Scope) -> Any:
        if isinstance(e, ast.Constant):
            return e.value
        if isinstance(e, ast.Name):
            return self._name(e.id, scope)
        if isinstance(e, ast.BinOp):
            return calculated(self.meanings, e.op, self.value(e.left, scope), self.value(e.right, scope))
        if isinstance(e, ast.UnaryOp):
            return self._unary(e, scope)
        if isinstance(e, ast.Compare):
            return compared(self.meanings, e.ops, [self.value(one, scope) for one in (e.left, *e.comparators)])
        if isinstance(e, ast.BoolOp):
            return self._bool(e, scope)
        if isinstance(e, ast.IfExp):
            test = self.value(e.test, scope)
            if isinstance(test, Array | Cond | Labels):
                raise RefusalError(BRANCH, "which value is taken depends on values; where(…) chooses entry by entry")
            return self.value(e.body if test else e.orelse, scope)
        if isinstance(e, ast.Call):
            return self._call(e, scope)
        if isinstance(e, ast.Attribute):
            return self._attribute(e, scope)
        if isinstance(e, ast.Subscript):
            return self._subscript(e, scope)
        if isinstance(e, ast.Tuple):
            return tuple(self.value(one, scope) for one in e.elts)
        if isinstance(e, ast.List):
            return [self.value(one, scope) for one in e.elts]
        if isinstance(e, ast.Slice):
            return slice(*(one and self.value(one, scope) for one in (e.lower, e.upper, e.step)))
        if isinstance(e, ast.Dict) and all(isinstance(key, ast.Constant) for key in e.keys):
            return {key.value: self.value(v, scope) for key, v in zip(e.keys, e.values, strict=True)
                    if isinstance(key, ast.Constant)}
        if isinstance(e, ast.ListComp | ast.GeneratorExp):
            return self._comprehension(e, scope)
        if isinstance(e, ast.Lambda):
            return Function(e, scope.env, scope.group)
        raise RefusalError(STATEMENT, REFUSED.get(type(e), "this expression is not read"))

    def _subscript(self, e: ast.Subscript, scope: Scope) -> Any:
        """target[index]; a slice is a view of it, through which it might be changed."""
        target = self.value(e.value, scope)
        index = self.value(e.slice, scope)
        if not isinstance(index, Cond | Labels) and not (isinstance(index, tuple) and index
                                                         and isinstance(index[0], Range)):
            self.shared.append(target)  # a view
        if isinstance(target, Record):
            if not isinstance(index, int | str):
                raise refuse_shape(target)
            return self.members.part(target, index)
        return entry(self.meanings, target, index)

    def _name(self, name: str, scope: Scope) -> Any:
        if name in scope.env:
            found = scope.env[name]
            if isinstance(found, Carried):
                raise RefusalError(
                    STATEMENT,
                    f"{name} is carried from one turn of the loop to the next; a loop may add to "
                    "what it computes, and nothing else",
                )
            return self.settled(found, name)
        if scope.group:
            return number_leaf(name) if name in _CONSTANTS else self._unknown(name)
        if name in self.file.functions:
            return self.function(self.file.functions[name], {})
        if name in self.file.classes:
            return self.file.classes[name]
        if name in self.file.constants and name not in self.file.changed:
            return self.value(self.file.constants[name], Scope({}))
        full = self.file.imports.get(name, "")
        if full and full.rpartition(".")[2] in _CONSTANTS:
            return number_leaf(_CONSTANTS[full.rpartition(".")[2]])
        if full.endswith("newaxis"):
            return None
        if full and (libraries.family(full) or is_transform(full)):
            return full
        return name if name in ("float", "int", "bool") else self._unknown(name)

    def function(self, node: Any, env: dict[str, Any]) -> Any:
        """A function of the file with what its decorators make of it."""
        found: Any = Function(node, env, "")
        for d in reversed(getattr(node, "decorator_list", ())):
            try:
                made = self.value(d, Scope(env))
            except (RefusalError, MatcalcError):
                continue  # refused where it is called
            if isinstance(made, Partial | str) and (is_transform(made) if isinstance(made, str) else True):
                found = self.applied(made, [found], {})
        return found

    def _unknown(self, name: str) -> Any:
        raise RefusalError(
            VALUE, f"{name} has no value that is read: it is no argument, no constant of the file and no function of it"
        )

    def _unary(self, e: ast.UnaryOp, scope: Scope) -> Any:
        value = self.value(e.operand, scope)
        if isinstance(e.op, ast.Not) and not isinstance(value, Array | Cond | Labels):
            return not value
        if isinstance(e.op, ast.USub):
            return -value if isinstance(value, int | float) else self.world.negate(self.meanings.array(value))
        if isinstance(e.op, ast.UAdd):
            return value
        if isinstance(e.op, ast.Invert) and isinstance(value, Cond):
            other = {">": "<=", "<": ">=", ">=": "<", "<=": ">"}
            return replace(value, sign=other[value.sign])
        raise RefusalError(BRANCH, "not of an array depends on values")

    def _bool(self, e: ast.BoolOp, scope: Scope) -> Any:
        is_and = isinstance(e.op, ast.And)
        value: Any = is_and
        for one in e.values:
            value = self.value(one, scope)
            if isinstance(value, Array | Cond | Labels):
                raise RefusalError(BRANCH, "and, or of arrays depend on values")
            if bool(value) != is_and:
                return value
        return value

    def _attribute(self, e: ast.Attribute, scope: Scope) -> Any:
        full = self._dotted(e, scope)
        if full:
            word = full.rpartition(".")[2]
            if word in _CONSTANTS:
                return number_leaf(_CONSTANTS[word])
            if word == "newaxis":
                return None
            if word == "inf":
                return float("inf")
            return full
        is_data = e.attr in ("shape", "ndim") and isinstance(e.value, ast.Attribute) and e.value.attr == "data"
        target = self.value(e.value.value if is_data and isinstance(e.value, ast.Attribute) else e.value, scope)
        axes = self.meanings.axes
        if isinstance(target, Record):
            return self.members.part(target, e.attr)
        if isinstance(target, Instance | Chain):
            return self.attribute_of(target, e.attr)
        if e.attr == "shape":
            return self.meanings.shape(target)
        if e.attr in ("T", "mT"):
            self.shared.append(target)
            return axes.transpose(target)
        if e.attr == "ndim":
            return axes.array(target).rank
        if e.attr == "size" and self.meanings.own != "torch":
            return axes.count(target)
        if e.attr in ("values", "logabsdet") and isinstance(target, tuple) and len(target) == 2:
            return target[1 if e.attr == "logabsdet" else 0]
        if e.attr in ("dtype", "device"):
            return None
        if target is float_info and e.attr in ("eps", "tiny", "max", "smallest_normal"):
            return {"eps": float_info.epsilon, "max": float_info.max}.get(e.attr, float_info.min)
        raise RefusalError(VALUE, f".{e.attr} is not read")

    def _dotted(self, e: ast.expr, scope: Scope) -> str:
        root = e
        while isinstance(root, ast.Attribute):
            root = root.value
        if not isinstance(root, ast.Name) or root.id in scope.env or scope.group:
            return ""
        known = self.file.imports if root.id in self.file.imports else libraries.USUAL
        return libraries.dotted(e, known) if root.id not in self.file.functions else ""

    def _comprehension(self, e: Any, scope: Scope) -> Any:
        """[f(i) for i in range(n)], for all i at once where there are as many as rows."""
        if len(e.generators) != 1 or e.generators[0].ifs:
            raise RefusalError(STATEMENT, "of comprehensions those with one for and no if are read")
        g = e.generators[0]
        turns = self.value(g.iter, scope)
        inner = Scope(dict(scope.env), scope.group)
        inner.loops = scope.loops
        if isinstance(turns, range | list | tuple):
            found = []
            for one in list(turns)[:MOST_TURNS + 1]:
                self.bind(g.target, one, inner, ast.Pass())
                found.append(self.value(e.elt, inner))
            if len(found) > MOST_TURNS:
                raise RefusalError(STATEMENT, "so many turns are not written out")
            return found
        if isinstance(turns, Record):
            raise uncounted(turns)
        index, element = rows_of(self.meanings, turns, g.target, len(self.world.loops))
        self.world.loops[index.letter] = index.dim
        self.bind(g.target, element, inner, ast.Pass())
        return stacked(self.meanings.array(self.value(e.elt, inner)), index)

    # -- calls --------------------------------------------------------------------------------------------------

    def _call(self, e: ast.Call, scope: Scope) -> Any:
        if any(isinstance(a, ast.Starred) for a in e.args) or any(k.arg is None for k in e.keywords):
            raise RefusalError(CALL, "a call with * or ** is not read")
        full = self._dotted(e.func, scope)
        if isinstance(e.func, ast.Attribute) and not full:
            target = self.value(e.func.value, scope)
            if not libraries.is_new(e.func.attr):
                self.shared.append(target)
            if isinstance(target, Instance | Chain):
                return self.applied(self.attribute_of(target, e.func.attr), *self._given(e, scope))
            if isinstance(target, Record):
                raise refuse_shape(target)
            return self.meanings.method(target, e.func.attr, *self._given(e, scope))
        if isinstance(e.func, ast.Name) and e.func.id not in scope.env:
            return self._named_call(e.func.id, e, scope)
        args, given = self._given(e, scope)
        return self.applied(full or self.value(e.func, scope), args, given)

    def _given(self, e: ast.Call, scope: Scope) -> tuple[list[Any], dict[str, Any]]:
        whole = [k for k in e.keywords if k.arg == "dtype" and re.search("int|bool|long", ast.unparse(k.value))]
        if whole and not re.search("zeros|ones|eye|identity|arange|full", ast.unparse(e.func)):
            raise RefusalError(CALL, "a conversion to whole numbers rounds, which is not read")
        return [self.value(a, scope) for a in e.args], {
            str(k.arg): self.value(k.value, scope) for k in e.keywords if k.arg not in ("dtype", "device")}

    def applied(self, function: Any, args: Sequence[Any], given: Mapping[str, Any]) -> Any:
        """The value of a call of whatever may be called."""
        if isinstance(function, Function):
            return self.enter(function, args, given)
        if isinstance(function, Partial):
            return self.applied(function.function, [*function.args, *args], {**function.given, **given})
        if isinstance(function, ast.ClassDef):
            return self.of_class(function, "", args, given)
        if isinstance(function, Instance | Chain):
            return self.object_called(function, args, given)
        if isinstance(function, str) and is_transform(function):
            return transformed(self, function, args, given)
        if isinstance(function, str) and function.startswith("torch.nn.") and function[9:] in libraries.layers():
            return self.of_class(libraries.layers()[function[9:]], "torch", args, given)
        if isinstance(function, str) and function == "torch.nn.Sequential":
            return self.of_class(None, "torch", args, given)
        if isinstance(function, str) and function == "torch.nn.ModuleList" and len(args) == 1:
            return list(args[0])
        if isinstance(function, str):
            return self.meanings.called(function, args, given)
        if isinstance(function, Mapped) and not given:
            return mapped(self, function, args)
        raise RefusalError(CALL, "what is called here is no function that is read")

    def _named_call(self, name: str, e: ast.Call, scope: Scope) -> Any:
        """A function by its name: one of the file, an imported one, or one of Python's own."""
        args, given = self._given(e, scope)
        if scope.group:
            return self._of_group(name, scope.group, args, given)
        if name in self.file.functions or name in self.file.classes or \
                (name in self.file.constants and name not in self.file.changed):
            return self.applied(self._name(name, scope), args, given)
        if name in self.file.imports:
            return self.applied(self.file.imports[name], args, given)
        if name not in BUILT_IN or given:
            raise RefusalError(RANDOM if name in libraries.RANDOM else CALL, f"{name} is not read")
        return BUILT_IN[name](self.meanings, *args)

    def _of_group(self, name: str, group: str, args: Sequence[Any], given: Mapping[str, Any]) -> Any:
        if name in libraries.layers() and group == "torch":
            return self.of_class(libraries.layers()[name], group, args, given)
        for place in (group, "common"):
            if (place, name) in libraries.composed():
                return self._composed(place, name, args, given)
        known = libraries.words()
        programs = ("numpy", "scipy.special", "torch", "linalg")
        program = next((one for one in programs if (one, name) in known), "torch" if group == "torch" else "numpy")
        return self.meanings.word(program, name, args, given, name)
