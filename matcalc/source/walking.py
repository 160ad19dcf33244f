"""One function of a file, statement by statement: what every name is, and what is returned. Nothing is run."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from matcalc.diagnostics import MatcalcError
from matcalc.limits import spend
from matcalc.source import libraries
from matcalc.source.attributes import Record, uncounted
from matcalc.source.broadcast import Array, Cond, World
from matcalc.source.expressions import MOST_TURNS, REFUSED, Function, Scope
from matcalc.source.loops import Carried, Loop, assigned, masked, rows_of
from matcalc.source.marks import Instance, Labels, Range, Size
from matcalc.source.objects import Objects
from matcalc.source.opened import Opened
from matcalc.source.places_in import Index, entry
from matcalc.source.refusal import BRANCH, CALL, SHAPES, STATEMENT, VALUE, RefusalError
from matcalc.source.scalars import calculated
from matcalc.source.transforms import is_transform

_DEEPEST = 40
_IDLE = ("jit", "njit", "script", "compile", "typechecked", "beartype", "jaxtyped", "staticmethod", "property",
         "cached_property")


class SkipError(Exception):
    """continue, in a loop whose turns are all written out."""


def _holds(one: Any, value: Any) -> bool:
    """Whether a value of a name is an array, or has it among its parts."""
    if isinstance(one, dict | Instance):
        one = list((one if isinstance(one, dict) else one.attrs).values())
    return one is value or (isinstance(one, list | tuple) and any(_holds(part, value) for part in one))


class Walker(Objects):
    """Reads functions of one file. `named` gives a value that a name of the program was bound to a name in the
    formula."""

    def __init__(self, file: Opened, world: World, own: str, named: Any = None) -> None:
        super().__init__(file, world, own)
        self.named = named
        self.depth = 0
        self.assigned: dict[str, ast.stmt] = {}
        self.returned: ast.Return | None = None

    # -- functions ----------------------------------------------------------------------------------------------

    def enter(self, f: Function, args: Sequence[Any], given: Mapping[str, Any], is_top: bool = False) -> Any:
        """The value of a call of a function that is read."""
        self._refuse_decorated(f.node, is_top)
        self.depth += 1
        if self.depth > _DEEPEST:
            raise RefusalError(CALL, "functions that call each other this deeply are not read")
        scope = Scope({**f.env, **self._arguments(f, args, given)}, f.group, is_top)
        try:
            if isinstance(f.node, ast.Lambda):
                return self.value(f.node.body, scope)
            try:
                self.statements(f.node.body, scope)
            except SkipError:
                raise RefusalError(STATEMENT, "continue stands in a loop") from None
            if is_top and scope.returned is not None:
                self.returned = scope.returned
            return scope.result
        finally:
            self.depth -= 1

    def _refuse_decorated(self, node: Any, is_top: bool) -> None:
        """A decorator may make another function of it; those that only compile or check it do not, and vmap is read
        where the function is called."""
        for d in getattr(node, "decorator_list", ()):
            said = ast.unparse(d)
            words = said.replace("(", ".").replace(",", ".").replace(")", ".").split(".")
            known = is_transform(self._dotted(d.func if isinstance(d, ast.Call) else d, Scope({})) or
                                 self.file.imports.get(said, "")) or "partial" in words
            if not any(word.strip() in _IDLE for word in words) and (is_top or not known):
                raise self.file.refused(
                    RefusalError(STATEMENT, f"what the decorator {said} makes of it is not known"), d
                )

    def _arguments(self, f: Function, args: Sequence[Any], given: Mapping[str, Any]) -> dict[str, Any]:
        spec = f.node.args
        if spec.vararg or spec.kwarg:
            raise RefusalError(CALL, "a function with *args or **kwargs is not read")
        positional = [a.arg for a in [*spec.posonlyargs, *spec.args]]
        every = [*positional, *(a.arg for a in spec.kwonlyargs)]
        name = getattr(f.node, "name", "this function")
        if len(args) > len(positional) or not set(given) <= set(every) or set(given) & set(positional[:len(args)]):
            raise RefusalError(CALL, f"{name} is not read with these arguments")
        outer = Scope(dict(f.env), f.group)
        defaults = dict(zip(reversed(positional), reversed(spec.defaults), strict=False))
        defaults |= {a.arg: d for a, d in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if d is not None}
        found = {**dict(zip(positional, args, strict=False)), **given}
        for missing in (one for one in every if one not in found):
            if missing not in defaults:
                raise RefusalError(CALL, f"{name} lacks its argument {missing}")
            found[missing] = self.value(defaults[missing], outer)
        return found

    # -- statements ---------------------------------------------------------------------------------------------

    def statements(self, body: Sequence[ast.stmt], scope: Scope) -> bool:
        """Read statements in order; True where a return or a continue was among them."""
        for s in body:
            spend(1)
            try:
                if self._statement(s, scope):
                    return True
            except RefusalError as why:
                if scope.group:
                    raise
                raise self.file.refused(why, s) from None
        return False

    def _statement(self, s: ast.stmt, scope: Scope) -> bool:
        if isinstance(s, ast.Return):
            if scope.loops:
                raise RefusalError(STATEMENT, "a return inside a loop is not read")
            scope.result, scope.returned = (None if s.value is None else self.value(s.value, scope)), s
            return True
        if isinstance(s, ast.If):
            return self._branch(s, scope)
        if isinstance(s, ast.Assign):
            value = self._accumulates(s, scope)
            if value is None:
                made = self.value(s.value, scope)
                for target in s.targets:
                    self.bind(target, made, scope, s)
        elif isinstance(s, ast.AnnAssign) and s.value is not None:
            self.bind(s.target, self.value(s.value, scope), scope, s)
        elif isinstance(s, ast.AugAssign):
            self._augment(s.target, s.op, s.value, scope, s)
        elif isinstance(s, ast.For):
            self._for(s, scope)
        elif isinstance(s, ast.FunctionDef):
            scope.env[s.name] = Function(s, scope.env, scope.group) if scope.group else self.function(s, scope.env)
        elif isinstance(s, ast.Assert):
            self._assertion(s.test, scope)
        elif isinstance(s, ast.Continue):
            raise SkipError
        elif isinstance(s, ast.Expr):
            self._alone(s.value, scope)
        elif not isinstance(s, ast.Pass | ast.AnnAssign):
            raise RefusalError(STATEMENT, REFUSED.get(type(s), "this statement is not read"))
        return False

    def _alone(self, e: ast.expr, scope: Scope) -> None:
        """An expression that is a statement: a text that explains, or an append in a loop."""
        if isinstance(e, ast.Constant):
            return
        if isinstance(e, ast.Call) and isinstance(e.func, ast.Attribute) and isinstance(e.func.value, ast.Name) \
                and e.func.attr == "append" and len(e.args) == 1:
            name, value = e.func.value.id, self.value(e.args[0], scope)
            found = scope.env.get(name)
            loop = next((loop for loop in scope.loops if name in loop.outer), None)
            if loop is None and isinstance(found, list):
                scope.env[name] = [*found, value]
                return
            if loop is not None and loop is scope.loops[-1] and loop.outer[name] == [] and not loop.masks:
                loop.store(name, self.meanings.array(value))
                return
        if isinstance(e, ast.Call) and self._dotted(e.func, scope) == "numpy.fill_diagonal" and len(e.args) == 2 \
                and isinstance(e.args[0], ast.Name):
            name, found = e.args[0].id, self.meanings.array(self.value(e.args[0], scope))
            rows = Range(found.shape[0])
            made = self.meanings.axes.replaced(found, (rows, rows), self.value(e.args[1], scope))
            if made is not None and not scope.loops:
                self._change(name, found, made, scope)
                return
        what = ast.unparse(e.func) if isinstance(e, ast.Call) else "this expression"
        raise RefusalError(STATEMENT, f"{what} stands alone: what it changes, prints or draws is not read")

    def _assertion(self, test: ast.expr, scope: Scope) -> None:
        """assert X.shape == (n, d) says what sizes are equal; another assertion computes nothing."""
        if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq):
            try:
                left, right = self.value(test.left, scope), self.value(test.comparators[0], scope)
            except (RefusalError, MatcalcError):
                return
            pairs = zip(left, right, strict=False) if isinstance(left, tuple) and isinstance(right, tuple) \
                else [(left, right)]
            for a, b in pairs:
                if isinstance(a, Size) or isinstance(b, Size):
                    self.world.dims.same(self.meanings.axes.dim(a), self.meanings.axes.dim(b), "the asserted sizes")

    def _branch(self, s: ast.If, scope: Scope) -> bool:
        test = self.value(s.test, scope)
        if isinstance(test, Array) and scope.loops and test.shape == () and test.keys:
            opposite = self.world.subtract(self.meanings.array(1), test)
            if len(s.body) == 1 and isinstance(s.body[0], ast.Continue) and not s.orelse:
                scope.loops[-1].masks.append(opposite)
                return False
            for mask, body in ((test, s.body), (opposite, s.orelse)):
                self._under(mask, body, scope)
            return False
        if isinstance(test, Array | Cond | Labels):
            raise RefusalError(BRANCH, "which branch is taken depends on values; where(…) chooses entry by entry")
        return self.statements(s.body if test else s.orelse, scope)

    def _under(self, mask: Array, body: Sequence[ast.stmt], scope: Scope) -> None:
        """Statements that are read for some turns of a loop only: they may add to a sum."""
        if any(not isinstance(s, ast.AugAssign | ast.Assign) for s in body):
            raise RefusalError(BRANCH, "a branch on indices may add to a sum, and nothing else")
        added = {s.target.id for s in body if isinstance(s, ast.AugAssign) and isinstance(s.target, ast.Name)}
        scope.loops[-1].masks.append(mask)
        self.statements(body, scope)
        scope.loops[-1].masks.pop()
        scope.env.update({name: Carried(name) for name in assigned(body) - added})

    def bind(self, target: ast.expr, value: Any, scope: Scope, s: ast.stmt) -> None:
        """Give a value to names; `s` is the statement that does so."""
        if isinstance(target, ast.Name):
            if self.named is not None and scope.is_top and not scope.loops:
                value = self.named(target.id, value)
            scope.env[target.id] = value
            made = getattr(s, "value", None)
            is_new = isinstance(s, ast.AugAssign) or isinstance(made, ast.BinOp | ast.UnaryOp) or (
                isinstance(made, ast.Call) and libraries.is_new(ast.unparse(made.func).rpartition(".")[2])
                and not (isinstance(made.func, ast.Name) and made.func.id in {*scope.env, *self.file.functions})) or (
                isinstance(made, ast.Name) and made.id in scope.fresh)
            (scope.fresh.add if is_new else scope.fresh.discard)(target.id)
            for loop in scope.loops:
                loop.own.add(target.id)
            if scope.is_top:
                self.assigned[target.id] = s
                if isinstance(value, Size):
                    self.world.dims.prefer(str(value), target.id)
        elif isinstance(target, ast.Tuple | ast.List):
            if isinstance(value, Array) and value.rank and isinstance(self.world.dims.find(value.shape[0]), int):
                value = [entry(self.meanings, value, (i,)) for i in range(int(self.world.dims.find(value.shape[0])))]
            if isinstance(value, Record):
                value = self.members.unpacked(value, target.elts)
            if not isinstance(value, tuple | list) or len(value) != len(target.elts):
                raise RefusalError(VALUE, "there are not as many values as names")
            for one, part in zip(target.elts, value, strict=True):
                self.bind(one, part, scope, s)
        elif isinstance(target, ast.Subscript):
            self._store(target, value, scope)
            if scope.is_top and isinstance(target.value, ast.Name):
                self.assigned[target.value.id] = s
        elif isinstance(target, ast.Attribute):
            self.set_attribute(target, value, scope)
        else:
            raise RefusalError(STATEMENT, "this is not given a value")

    def _store(self, target: ast.Subscript, value: Any, scope: Scope) -> None:
        """out[i] = … in a loop over all i, where out was made of zeros; entries of an array that no loop runs over; any
        other change of an array is refused."""
        name = target.value.id if isinstance(target.value, ast.Name) else ""
        found = scope.env.get(name)
        if isinstance(found, dict):
            scope.env[name] = {**found, self.value(target.slice, scope): value}
            return
        index = self.value(target.slice, scope) if name else None
        if name and scope.loops:
            indices = index if isinstance(index, tuple) else (index,)
            loops = scope.loops[-len(indices):]
            letters = [i.letter if isinstance(i, Index) else "" for i in indices]
            if letters == [loop.letter for loop in loops] and not any(loop.masks for loop in loops) \
                    and name in loops[0].outer and loops[0].is_blank(name):
                loops[0].fill(name, self.meanings.array(value), indices)
                return
        elif isinstance(found, Array):
            made = self.meanings.axes.replaced(found, index, value)
            if made is not None:
                self._change(name, found, made, scope)
                return
        raise RefusalError(
            STATEMENT, "an array is changed in place, which is not read; compute a new one, or use where(…)"
        )

    def _change(self, name: str, before: Array, after: Array, scope: Scope) -> None:
        """An array of this call is changed in place: under all names that it has."""
        names = [other for other, one in scope.env.items() if one is before]
        held = [other for other, one in scope.env.items() if other not in names and _holds(one, before)]
        is_outer = any(other in loop.outer and other not in loop.own for loop in scope.loops for other in names)
        if held or is_outer or not set(names) <= scope.fresh or any(one is before for one in self.shared):
            raise RefusalError(STATEMENT, f"{name} is changed in place while another name has the same array")
        for other in names:
            scope.env[other] = after

    def _accumulates(self, s: ast.Assign, scope: Scope) -> bool | None:
        """total = total + e in a loop is total += e."""
        target = s.targets[0]
        if not scope.loops or len(s.targets) > 1 or not isinstance(target, ast.Name) \
                or not isinstance(s.value, ast.BinOp) or not isinstance(s.value.op, ast.Add | ast.Sub):
            return None
        if isinstance(s.value.left, ast.Name) and s.value.left.id == target.id:
            self._augment(target, s.value.op, s.value.right, scope, s)
            return True
        return None

    def _augment(self, target: ast.expr, op: ast.operator, e: ast.expr, scope: Scope, s: ast.stmt) -> None:
        if isinstance(target, ast.Subscript):
            self._at_labels(target, op, e, scope)
            if scope.is_top and isinstance(target.value, ast.Name):
                self.assigned[target.value.id] = s
            return
        if not isinstance(target, ast.Name):
            raise RefusalError(STATEMENT, "an attribute is changed in place, which is not read")
        name = target.id
        loop = next((loop for loop in scope.loops if name in loop.outer and name not in loop.own), None)
        if loop is not None:
            if not isinstance(op, ast.Add | ast.Sub):
                raise RefusalError(STATEMENT, "a loop may add to what it computes, and nothing else")
            value = self.meanings.array(self.value(e, scope))
            value = self.world.negate(value) if isinstance(op, ast.Sub) else value
            scope.loops[-1].add(self.world, name, masked(self.world, value, scope.loops[-1]))
            return
        before = scope.env.get(name)
        if before is None:
            raise RefusalError(VALUE, f"{name} has no value here")
        if scope.loops and scope.loops[-1].masks:
            raise RefusalError(BRANCH, "a branch on indices may add to a sum, and nothing else")
        after = calculated(self.meanings, op, before, self.value(e, scope))
        if isinstance(before, Array) and isinstance(after, Array) and after.rank > before.rank:
            raise RefusalError(SHAPES, f"{name} is changed in place and cannot get more axes")
        if isinstance(before, Array) and (before.rank or self.meanings.own != "numpy"):
            if before.rank:
                self._change(name, before, after, scope)
            else:
                self._refuse_shared(name, before, scope)
        same = [other for other, one in scope.env.items() if one is after]
        self.bind(target, after, scope, s)
        scope.env.update(dict.fromkeys(same, scope.env[name]))  # they stay one array

    def _refuse_shared(self, name: str, value: Any, scope: Scope) -> None:
        """A number that another name has too would change under both, where it is an array of torch."""
        if sum(_holds(one, value) for one in scope.env.values()) > 1 or any(one is value for one in self.shared):
            raise RefusalError(STATEMENT, f"{name} is changed in place while another name has the same array")

    def _at_labels(self, target: ast.Subscript, op: ast.operator, e: ast.expr, scope: Scope) -> None:
        """p[np.arange(n), y] -= 1 takes the matrix of labels off; other changes in place are refused."""
        index = self.value(target.slice, scope)
        found = scope.env.get(target.value.id) if isinstance(target.value, ast.Name) else None
        if isinstance(found, Array) and isinstance(target.value, ast.Name) and isinstance(index, tuple) \
                and len(index) == 2 and isinstance(index[0], Range) and isinstance(index[1], Labels) \
                and isinstance(op, ast.Add | ast.Sub) and not scope.loops:
            self.world.dims.same(index[0].size, found.shape[0], "the rows")
            change = self.world.multiply(self.meanings.array(self.value(e, scope)), index[1].matrix)
            self._change(target.value.id, found, calculated(self.meanings, op, found, change), scope)
            return
        raise RefusalError(
            STATEMENT, "an array is changed in place, which is not read; compute a new one, or use where(…)"
        )

    # -- loops --------------------------------------------------------------------------------------------------

    def _for(self, s: ast.For, scope: Scope) -> None:
        if s.orelse:
            raise RefusalError(STATEMENT, "else behind a loop is not read")
        turns = self.value(s.iter, scope)
        if isinstance(turns, range | list | tuple):
            if len(turns) > MOST_TURNS:
                raise RefusalError(STATEMENT, f"a loop of {len(turns)} turns is not written out")
            for one in turns:
                self.bind(s.target, one, scope, s)
                try:
                    self.statements(s.body, scope)
                except SkipError:
                    continue
            return
        self._each(s, turns, scope)

    def _each(self, s: ast.For, turns: Any, scope: Scope) -> None:
        """A loop over rows: one turn is read for all of them, and what it adds is summed."""
        if isinstance(turns, Record):
            raise uncounted(turns)
        index, element = rows_of(self.meanings, turns, s.target, len(self.world.loops))
        names = assigned(s.body) | assigned([s])
        loop = Loop(index.letter, index.dim, dict(scope.env))
        before = dict(scope.env)
        for name in names & set(before):
            scope.env[name] = Carried(name)
        self.world.loops[index.letter] = index.dim
        scope.loops.append(loop)
        loop.own.clear()
        outer_top, scope.is_top = scope.is_top, False
        try:
            self.bind(s.target, element, scope, s)
            if self.statements(s.body, scope):
                raise RefusalError(STATEMENT, "a return inside a loop is not read")
        except SkipError:
            pass  # of every turn the same rest
        finally:
            scope.loops.pop()
            scope.is_top = outer_top
        after = {**before, **{name: Carried(name) for name in names}}
        scope.env.clear()
        scope.env.update(after)
        loop.finish(self.meanings, scope.env, before, scope.loops)
