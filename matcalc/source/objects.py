"""Objects of the classes of a file and of torch.nn: attributes as the constructor makes them, methods, layers.

Of the object whose method is read nothing but its class is known: what the constructor is given, parameters and arrays
that it fills are variables, called as the program calls them: W1, fc.weight.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from matcalc.diagnostics import InputError, MatcalcError
from matcalc.source import libraries
from matcalc.source.attributes import Record, composite
from matcalc.source.broadcast import Array
from matcalc.source.expressions import Expressions, Function, Scope
from matcalc.source.extents import Dim
from matcalc.source.marks import Chain, Instance, Later, Parameter, Size, Unread
from matcalc.source.refusal import CALL, RANDOM, STATEMENT, VALUE, RefusalError
from matcalc.source.transforms import Partial

_CREATE = frozenset("zeros ones empty randn rand Tensor FloatTensor full eye normal uniform standard_normal random "
                    "glorot xavier_uniform kaiming_uniform randint".split())
_BY_SIZE = frozenset("normal uniform".split())


class Objects(Expressions):
    """Reads classes."""

    def statements(self, body: Sequence[ast.stmt], scope: Scope) -> bool:
        """Read statements in order."""
        raise NotImplementedError(body, scope)

    def of_class(self, node: ast.ClassDef | None, group: str, args: Sequence[Any], given: Mapping[str, Any]) -> Any:
        """A new object; without a class, layers one after the other."""
        if node is None:
            return Chain(list(args[0]) if len(args) == 1 and isinstance(args[0], list) else list(args))
        return self.made(node, group, args, given)

    # -- classes ------------------------------------------------------------------------------------------------

    def classes_of(self, group: str) -> Mapping[str, ast.ClassDef]:
        """The classes that a name may mean."""
        return libraries.layers() if group else self.file.classes

    def lineage(self, inst: Instance) -> list[ast.ClassDef]:
        """The class of an object and those of the file that it is made from, the nearest first."""
        found: list[ast.ClassDef] = []
        waiting = [inst.node]
        while waiting and len(found) < 20:
            node = waiting.pop(0)
            found.append(node)
            waiting += [self.classes_of(inst.group)[b.id] for b in node.bases
                        if isinstance(b, ast.Name) and b.id in self.classes_of(inst.group)]
        return found

    def defined(self, inst: Instance, name: str) -> ast.FunctionDef | None:
        """The method of that name."""
        return next((s for node in self.lineage(inst) for s in node.body
                     if isinstance(s, ast.FunctionDef) and s.name == name), None)

    def made(self, node: ast.ClassDef, group: str, args: Sequence[Any], given: Mapping[str, Any]) -> Instance:
        """A new object, by a call of its class."""
        inst = Instance(node, group, None)
        init = self.defined(inst, "__init__")
        if init is None:
            self._fields(inst, args, given)
        else:
            env = self._arguments(Function(init, {}, group), [inst, *args], given)
            self._construct(inst, init, env)
        return inst

    def opened(self, node: ast.ClassDef) -> Instance:
        """The object whose method is read: its constructor gets what is not known."""
        inst = Instance(node, "", "")
        init = self.defined(inst, "__init__")
        if init is not None:
            env: dict[str, Any] = {init.args.args[0].arg: inst} if init.args.args else {}
            for name in [a.arg for a in [*init.args.args[1:], *init.args.kwonlyargs]]:
                env[name] = self._given_later(init, name)
            self._construct(inst, init, env)
        return inst

    def _given_later(self, init: ast.FunctionDef, name: str) -> Any:
        """An argument of a constructor that is not called: a size, a constant by its default, or a variable."""
        if composite(self.file, init, name):
            return self._configured(init, name)
        if _measures(self.file.classes, init, name):
            return self._size(name)
        default = default_of(init, name)
        if default is not None and (default[0] is None or isinstance(default[0], str | bool | int | tuple)):
            return default[0]
        return Later(name, default[0] if default else None)

    def _size(self, name: str) -> Size:
        size = Size(self.world.dims.fresh())
        self.world.dims.prefer(str(size), name)
        return size

    def _configured(self, init: ast.FunctionDef, name: str) -> Record:
        """A configuration: of its parts those that measure arrays are sizes, and flags are what its class says."""
        record = Record(name)
        record.is_closed = True
        for n in ast.walk(init):
            if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name) and n.value.id == name \
                    and n.attr not in record.parts and _measures(self.file.classes, init, f"{name}.{n.attr}"):
                record.parts[n.attr] = self._size(n.attr)
        node = next((a.annotation for a in init.args.args if a.arg == name), None)
        said = self.file.classes.get(node.id) if isinstance(node, ast.Name) else None
        for s in said.body if said is not None else ():
            if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name) and isinstance(s.value, ast.Constant) \
                    and (s.value.value is None or isinstance(s.value.value, bool | str)):
                record.parts.setdefault(s.target.id, s.value.value)
        return record

    def _fields(self, inst: Instance, args: Sequence[Any], given: Mapping[str, Any]) -> None:
        names = [s.target.id for node in reversed(self.lineage(inst)) for s in node.body
                 if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name)]
        if len(args) > len(names) or not set(given) <= set(names):
            raise RefusalError(CALL, f"{inst.node.name} is not made with these arguments")
        inst.attrs |= {**dict(zip(names, args, strict=False)), **given}

    # -- constructors -------------------------------------------------------------------------------------------

    def _construct(self, inst: Instance, init: ast.FunctionDef, env: dict[str, Any]) -> None:
        scope = Scope(env, inst.group)
        for s in init.body:
            self._initial(s, scope, inst)

    def _initial(self, s: ast.stmt, scope: Scope, inst: Instance) -> None:
        """One statement of a constructor. One that is not read is refused where what it makes is used."""
        try:
            if isinstance(s, ast.Expr):
                self._registered(s.value, scope, inst)
            elif isinstance(s, ast.If):
                test = self.value(s.test, scope)
                if isinstance(test, Array | Size | Later):
                    raise RefusalError(VALUE, "which branch the constructor takes is not known")
                for inner in s.body if test else s.orelse:
                    self._initial(inner, scope, inst)
            elif isinstance(s, ast.Assign | ast.AnnAssign) and (attr := _own(s, scope, inst)) and s.value is not None:
                inst.attrs[attr] = self._placed(self._first(s.value, scope), inst, attr)
            else:
                self.statements([s], scope)
        except (RefusalError, MatcalcError) as why:
            refused = why if isinstance(why, InputError) or inst.group else \
                self.file.refused(why, s) if isinstance(why, RefusalError) else why
            for n in ast.walk(s):
                if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store):
                    inst.attrs[n.attr] = Unread(refused)
                elif isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store):
                    scope.env[n.id] = Unread(refused)

    def _registered(self, e: ast.expr, scope: Scope, inst: Instance) -> None:
        """self.register_buffer("name", …), super().__init__(…); other calls give first values."""
        if not isinstance(e, ast.Call) or not isinstance(e.func, ast.Attribute):
            return
        if e.func.attr in ("register_buffer", "register_parameter") and e.args and isinstance(e.args[0], ast.Constant):
            name = str(e.args[0].value)
            inst.attrs[name] = self._placed(self._first(e.args[1], scope), inst, name)
        if e.func.attr == "__init__" and ast.unparse(e.func.value).startswith("super("):
            above = next((f for node in self.lineage(inst)[1:] for f in node.body
                          if isinstance(f, ast.FunctionDef) and f.name == "__init__"), None)
            if above is not None:
                self._construct(inst, above, self._arguments(Function(above, {}, inst.group),
                                                             [inst, *(self.value(a, scope) for a in e.args)],
                                                             {str(k.arg): self.value(k.value, scope)
                                                              for k in e.keywords}))

    def _first(self, e: ast.expr, scope: Scope) -> Any:
        """The value that a constructor gives: what it is handed, and arrays that it makes, stay variables."""
        if isinstance(e, ast.Name) and isinstance(scope.env.get(e.id), Later | Record | Unread):
            return scope.env[e.id]
        if isinstance(e, ast.Attribute) and isinstance(e.value, ast.Name) and \
                isinstance(record := scope.env.get(e.value.id), Record) and e.attr not in record.parts:
            return Later(e.attr, None)
        words = {id(n): ast.unparse(n.func).rpartition(".")[2] for n in ast.walk(e) if isinstance(n, ast.Call)}
        if isinstance(e, ast.IfExp):
            test = self.value(e.test, scope)
            return self._first(e.body if test else e.orelse, scope)
        if not isinstance(e, ast.Lambda) and set(words.values()) & (_CREATE | {"Parameter"}):
            return Parameter(self._shape(e, scope))
        return self.value(e, scope)

    def _shape(self, e: ast.expr, scope: Scope) -> tuple[Dim, ...] | None:
        """The shape of an array that is made in `e`, None where it is not seen."""
        calls = [n for n in ast.walk(e) if isinstance(n, ast.Call)]
        for call in calls:
            word = ast.unparse(call.func).rpartition(".")[2]
            if word not in _CREATE and not (word == "Parameter" and scope.group):
                continue
            said = next((k.value for k in call.keywords if k.arg in ("size", "shape")), None)
            each = [said] if said is not None else call.args[2:3] if word in _BY_SIZE else \
                call.args[:1] if word == "full" else call.args
            try:
                values = [self.value(a, scope) for a in each]
                sizes = list(values[0]) if len(values) == 1 and isinstance(values[0], tuple | list) else values
                if word == "eye" and len(sizes) == 1:
                    sizes *= 2
                return tuple(self.meanings.axes.dim(one) for one in sizes)
            except (RefusalError, MatcalcError):
                return None
        return None

    def _placed(self, value: Any, inst: Instance, attr: str) -> Any:
        """A value as an attribute: objects learn under which name they stand."""
        if inst.path is None:
            return value
        items = value.items if isinstance(value, Chain) else value if isinstance(value, list | tuple) else []
        for i, item in enumerate(items):
            self._placed(item, inst, f"{attr}.{i}")
        if isinstance(value, Instance) and value.path is None:
            value.path = f"{inst.path}{attr}."
            for name, inner in value.attrs.items():
                self._placed(inner, value, name)
        return value

    # -- attributes ---------------------------------------------------------------------------------------------

    def attribute_of(self, inst: Instance, name: str) -> Any:
        """inst.name: an attribute, a method, or a variable where the object is not known."""
        if name in inst.attrs:
            return self.settled(inst.attrs[name], f"{inst.path or ''}{name}")
        method = self.defined(inst, name)
        if method is not None:
            marks = {ast.unparse(d).rpartition(".")[2] for d in method.decorator_list}
            bound = Function(method, {}, inst.group)
            if "staticmethod" in marks:
                return bound
            return self.enter(bound, [inst], {}) if marks & {"property", "cached_property"} else \
                Partial(bound, (inst,), {})
        for s in (s for node in self.lineage(inst) for s in node.body if isinstance(s, ast.Assign | ast.AnnAssign)):
            target = s.targets[0] if isinstance(s, ast.Assign) else s.target
            if isinstance(target, ast.Name) and target.id == name:
                return self._field(s, name, inst)
        if inst.path is None or inst.group or not inst.is_open:
            raise RefusalError(VALUE, f"{inst.node.name} has no attribute {name} that is read")
        return self.members.variable(f"{inst.path}{name}")

    def _field(self, s: Any, name: str, inst: Instance) -> Any:
        """A field of a dataclass, or a constant of the class."""
        value = None if s.value is None else self.value(s.value, Scope({}))
        if s.value is None or (isinstance(value, float) and isinstance(s, ast.AnnAssign) and inst.path is not None):
            if inst.path is None:
                raise RefusalError(VALUE, f"{inst.node.name} is made without its {name}")
            return self.members.variable(f"{inst.path}{name}", None, value)
        return value

    def settled(self, value: Any, name: str) -> Any:
        """What a mark of a constructor is, where it is used."""
        if isinstance(value, Later):
            return self.members.variable(value.name, None, value.default)
        if isinstance(value, Parameter):
            return self.members.variable(name, value.shape)
        if isinstance(value, Unread):
            if isinstance(value.why, InputError) and value.why.diagnostics[0].code == RANDOM:
                return self.members.variable(name)
            raise value.why
        return value

    def object_called(self, inst: Any, args: Sequence[Any], given: Mapping[str, Any]) -> Any:
        """layer(x)."""
        if isinstance(inst, Chain):
            value = list(args)
            for item in inst.items:
                value = [self.applied(item, value, {})]
            return value[0]
        method = self.defined(inst, "__call__") or self.defined(inst, "forward")
        if method is None:
            raise RefusalError(CALL, f"{inst.node.name} has neither forward nor __call__")
        return self.enter(Function(method, {}, inst.group), [inst, *args], given)

    def set_attribute(self, target: ast.Attribute, value: Any, scope: Scope) -> None:
        """self.h = … in a method."""
        inst = self.value(target.value, scope)
        if not isinstance(inst, Instance) or scope.loops:
            raise RefusalError(STATEMENT, "an attribute is changed, which is not read")
        inst.attrs[target.attr] = value

    def _arguments(self, f: Function, args: Sequence[Any], given: Mapping[str, Any]) -> dict[str, Any]:
        raise NotImplementedError(f, args, given)


def _own(s: ast.Assign | ast.AnnAssign, scope: Scope, inst: Instance) -> str:
    """The attribute that a statement gives to the object that is made."""
    targets = s.targets if isinstance(s, ast.Assign) else [s.target]
    one = targets[0]
    is_own = len(targets) == 1 and isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name) \
        and scope.env.get(one.value.id) is inst
    return one.attr if is_own and isinstance(one, ast.Attribute) else ""


def default_of(f: ast.FunctionDef, name: str) -> tuple[Any] | None:
    """The default of an argument, where it is a constant."""
    spec = f.args
    positional = [a.arg for a in [*spec.posonlyargs, *spec.args]]
    found = dict(zip(reversed(positional), reversed(spec.defaults), strict=False))
    found |= {a.arg: d for a, d in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if d is not None}
    try:
        return (ast.literal_eval(found[name]),) if name in found else None
    except (ValueError, TypeError, SyntaxError):
        return None


def _measures(classes: Mapping[str, ast.ClassDef], init: ast.FunctionDef, name: str, is_layer: bool = False,
              depth: int = 5) -> bool:
    """Whether a constructor uses an argument as a size: in zeros(n, d), Linear(d, h), or another that does."""
    for call in (n for n in ast.walk(init) if isinstance(n, ast.Call) and depth):
        word = ast.unparse(call.func).rpartition(".")[2]
        is_ours = word in classes and not is_layer
        inner = classes.get(word) if is_ours else libraries.layers().get(word)
        made = [s for s in inner.body if isinstance(s, ast.FunctionDef) and s.name == "__init__"] if inner else []
        spec = [a.arg for f in made for a in f.args.args[1:]]
        handed = [*zip([*spec, *[""] * len(call.args)], call.args, strict=False),
                  *((k.arg or "", k.value) for k in call.keywords)]
        for parameter, a in handed:
            if not any(isinstance(one, ast.Name | ast.Attribute) and ast.unparse(one) == name for one in ast.walk(a)):
                continue
            if word in _CREATE - _BY_SIZE or (word in _BY_SIZE and isinstance(a, ast.Tuple)) or \
                    (word == "Parameter" and is_layer):
                return True
            if made and parameter and _measures(classes, made[0], parameter, not is_ours, depth - 1):
                return True
    return False
