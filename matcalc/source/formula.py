"""A function of a Python file as a formula: its text, and what is declared of its arguments."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from matcalc.diagnostics import InputError, listed, quoted
from matcalc.records import NamedTuple
from matcalc.source import leaf as pieces
from matcalc.source.attributes import MemberNeededError, Members, Record, composite
from matcalc.source.broadcast import Array, World
from matcalc.source.called import Bindings, plain_name, safe
from matcalc.source.expressions import Function
from matcalc.source.extents import Dim
from matcalc.source.leaf import Leaf
from matcalc.source.libraries import USUAL, program_of
from matcalc.source.marks import Labels
from matcalc.source.opened import Opened, Place, place_of
from matcalc.source.refusal import AXES, UNKNOWN, VALUE, RefusalError
from matcalc.source.shapes_said import LABELS, Said, guesses, labelled, said_of
from matcalc.source.walking import Walker

_MOST_WAYS = 729
_KINDS = {"scalar": 0, "vector": 1, "matrix": 2, LABELS: 1}


class Argument(NamedTuple):
    """An argument of the function: its name in the file and in the formula, its shape there, what is declared of it,
    and how its shape is known. `is_labels` is an array of whole numbers that name classes."""

    name: str
    called: str
    shape: tuple[Dim, ...]
    declaration: str
    origin: str
    is_labels: bool = False


class Formula(NamedTuple):
    """What was read: `text` in plain notation, `arguments` in the order of the file, those of them that stand in the
    text `variables` with their declarations; `shape` is that of the result, and `line` where it is computed."""

    text: str
    variables: dict[str, str]
    arguments: tuple[Argument, ...]
    constants: dict[str, Any]
    shape: tuple[Dim, ...]
    file: Opened
    function: ast.FunctionDef
    line: int
    place: Place
    program: str

    @property
    def dialect(self) -> str:
        """The program whose arrays the function takes: numpy, jax or torch."""
        used = {n.id for n in ast.walk(self.function) if isinstance(n, ast.Name)}
        known = self.file.imports or {name: full for name, full in USUAL.items() if name in used}
        roots = {full.partition(".")[0] for full in known.values()}
        here = {known[name].partition(".")[0] for name in used if name in known}
        for found in (here, roots):
            for name in ("torch", "jax"):
                if name in found and "numpy" not in found:
                    return name
        return "torch" if "torch" in here else "jax" if "jax" in here else "numpy"

    @property
    def notes(self) -> list[str]:
        """What was chosen while reading."""
        found = [f"{self.place.file}, line {self.function.lineno}: {self.place.name} is read as a formula"]
        guessed = [a for a in self.arguments if a.origin == "letter" and a.called in self.variables]
        if guessed:
            said = [f"{a.name} is a {_word(a)}" for a in guessed]
            found.append(f"{listed(said)} by {'its letter' if len(said) == 1 else 'their letters'}")
        found += [f"{a.name} names classes; here it is the matrix with a one in the column of each class"
                  for a in self.arguments if a.is_labels and a.called in self.variables]
        found += [f"{a.name} {_shown(a.shape)} is the vector of its entries" for a in self.arguments
                  if 1 in a.shape and len(a.shape) == 2 and a.called in self.variables]
        found += [f"{a.name} is called {a.called} here" for a in self.arguments
                  if a.called in self.variables and plain_name(a.name) != a.called]
        return found + [f"{name} = {value!r}, its default" for name, value in self.constants.items()]

    def called(self, name: str) -> str:
        """What an argument is called in the formula."""
        exact = next((a.called for a in self.arguments if a.name == name), "")
        return exact or next((a.called for a in self.arguments if plain_name(name) == a.called), name)


def _word(a: Argument) -> str:
    return ("scalar", "vector", "matrix")[len(a.shape)]


def _shown(shape: Sequence[Dim]) -> str:
    return f"({', '.join(map(str, shape))}{',' * (len(shape) == 1)})"


def read(text: str, declared: Mapping[str, str] | None = None, *, functions: frozenset[str] = frozenset(),
         demand_scalar: bool = False, free: Sequence[str] = (), like: Formula | None = None,
         binds: bool = True) -> Formula:
    """Read FILE.py:NAME. `functions` are the words that the rules use, `free` the arguments to differentiate by, which
    keep their names whatever their defaults; `like` is a function whose arguments have the same names and shapes."""
    place = place_of(text)
    assert place is not None, text
    file = like.file if like is not None and like.place.file == place.file else Opened(place.file)
    return _Reading(file, place, dict(declared or {}), functions, demand_scalar, tuple(free), like, binds).found()


class _Reading:
    """One function, read with one set of kinds after the other until one fits."""

    def __init__(self, file: Opened, place: Place, declared: dict[str, str], functions: frozenset[str],
                 demand_scalar: bool, free: tuple[str, ...], like: Formula | None, binds: bool) -> None:
        self.file, self.place, self.declared, self.functions = file, place, declared, functions
        self.demand_scalar, self.free, self.like, self.binds = demand_scalar, free, like, binds
        self.f = file.function(place.name)
        self.owner = file.owner(place.name)
        is_static = any(ast.unparse(d) == "staticmethod" for d in self.f.decorator_list)
        every = [a.arg for a in [*self.f.args.posonlyargs, *self.f.args.args, *self.f.args.kwonlyargs]]
        self.object = every.pop(0) if self.owner is not None and not is_static and every else ""
        self.labels = labelled(self.f, every)
        self.members = Members(every)
        self.records = [name for name in every if self._is_record(name)]
        self.names = [name for name in every if name not in self.records]
        self.program = program_of(file.imports, self.owner or self.f)

    def _is_record(self, name: str) -> bool:
        return not self._declaration(name) and composite(self.file, self.f, name) \
            and self._said(name, World()).shape is None

    def found(self) -> Formula:
        """The formula; every variable that is met on the way is one more for another reading."""
        while True:
            try:
                return self._fitting()
            except MemberNeededError as needed:
                try:
                    self.members.add(needed)
                except RefusalError as why:
                    raise self.file.refused(why, self.f) from None

    def _fitting(self) -> Formula:
        """The formula. Raises InputError where nothing fits, or where more than one does and nothing decides."""
        fits: list[tuple[dict[str, str], Formula]] = []
        first: InputError | None = None
        unknown: InputError | None = None
        level = -1
        for cost, kinds in self._ways():
            if cost > level and (fits or unknown):
                break
            level = cost
            try:
                fits.append((kinds, self._read(kinds)))
            except InputError as error:
                if error.diagnostics[0].code == UNKNOWN:
                    unknown = unknown or error
                first = first or error
        if fits and self.demand_scalar and not any(not found.shape for _, found in fits):
            fits = fits[:1] if len(fits) == 1 else fits
        if len(fits) == 1 and unknown is None:
            return fits[0][1]
        if unknown is not None:
            raise unknown
        if fits:
            raise self._ambiguous([kinds for kinds, _ in fits])
        assert first is not None
        raise first

    def _ambiguous(self, ways: Sequence[Mapping[str, str]]) -> InputError:
        name = next(name for name in ways[0] if len({way[name] for way in ways}) > 1)
        kinds = list(dict.fromkeys(way[name] for way in ways))
        node = next((a for a in ast.walk(self.f.args) if isinstance(a, ast.arg) and a.arg == name), self.f)
        message = f"the shape of {name} is not stated: it may be a {' or a '.join(kinds)}"
        return self.file.refused(RefusalError(UNKNOWN, message, tuple(f'-v "{name}: {kind}"' for kind in kinds)), node)

    def _ways(self) -> Iterator[tuple[int, dict[str, str]]]:
        """The kinds that arguments of unknown shape may have, the most plausible first."""
        world = World()
        unknown = [name for name in self.names if self._constant(name) is _NONE
                   and self._said(name, world).shape is None]
        unknown += [name for name, is_known in self.members.known.items() if not is_known
                    and self._said(name, world).shape is None]
        options = [guesses(name, self._default(name), name in self.labels) for name in unknown]
        if self.like is not None and unknown:
            known = {a.name: a for a in self.like.arguments}
            options = [[(LABELS if known[n].is_labels else ("scalar", "vector", "matrix")[len(known[n].shape)], 0)]
                       if n in known else option for n, option in zip(unknown, options, strict=True)]
        ways = sorted(product(*options), key=lambda way: sum(cost for _, cost in way)) if len(options) < 9 else [
            tuple(option[0] for option in options)]
        for way in ways[:_MOST_WAYS]:
            yield sum(cost for _, cost in way), {name: kind for name, (kind, _) in zip(unknown, way, strict=True)}

    def _said(self, name: str, world: World) -> Said:
        like = next((a for a in self.like.arguments if a.name == name), None) if self.like else None
        if like is not None and not self._declaration(name):
            return Said((*like.shape, _classes(like)) if like.is_labels else like.shape, _props(like.declaration),
                        like.is_labels)
        try:
            said = said_of(self.file, self._says(name), name.rpartition(".")[2], self._declaration(name), world.dims)
        except RefusalError as why:
            raise self.file.refused(why, self.f) from None
        if name in self.labels and said.shape is not None and not said.is_labels and len(said.shape) == 1:
            return Said((*said.shape, world.dims.fresh()), "", True)
        if not said.shape:
            return said
        return said._replace(shape=tuple(f"{dim}_dim" if dim in self.names else dim for dim in said.shape))

    def _says(self, name: str) -> ast.FunctionDef:
        """The function whose comments and annotations tell the shape of a variable: of an attribute the constructor."""
        init = self.file.method(f"{self.owner.name}.__init__") if self.owner is not None else None
        return init if init is not None and name in self.members.known else self.f

    def _declaration(self, name: str) -> str:
        """What is declared of an argument; W1 and W_1 are one name."""
        return self.declared.get(name) or self.declared.get(name.replace(".", "_")) or \
            self.declared.get(plain_name(name), "")

    def _default(self, name: str) -> Any:
        if name in self.members.known:
            default = self.members.default[name]
            return _NONE if default is None else default
        spec = self.f.args
        positional = [*spec.posonlyargs, *spec.args]
        found = dict(zip([a.arg for a in reversed(positional)], reversed(spec.defaults), strict=False))
        found |= {a.arg: d for a, d in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if d is not None}
        if name not in found:
            return _NONE
        try:
            return ast.literal_eval(found[name])
        except (ValueError, TypeError, SyntaxError, RecursionError):
            return _NONE

    def _constant(self, name: str) -> Any:
        """The default of an argument that is a word, a flag, nothing or a whole number, and that nobody asks about."""
        default = self._default(name)
        asked = bool(self._declaration(name)) or plain_name(name) in map(plain_name, self.free)
        plain = default is not _NONE and (default is None or isinstance(default, str | bool | int | tuple))
        return default if plain and not asked else _NONE

    def _read(self, kinds: Mapping[str, str]) -> Formula:
        world = World()
        called = self._called()
        arguments: list[Any] = []
        values: dict[str, Any] = {name: Record(name) for name in self.records}
        constants = {}
        for name in self.names:
            constant = self._constant(name)
            if constant is not _NONE:
                values[name] = constants[name] = constant
            else:
                values[name] = self._variable(name, None, kinds, called, world, arguments)
        binder = Bindings(world, {*called.values(), *self._sizes(arguments)}, self.functions) if self.binds else None
        walker = Walker(self.file, world, self.program, binder.named if binder else None)
        walker.members = self.members
        self.members.started(lambda name, shape: self._variable(name, shape, kinds, called, world, arguments))
        try:
            found, made = self._entered(walker, values)
        except RefusalError as why:
            raise self.file.refused(why, walker.returned or self.f) from None
        return self._finished(found, made, world, binder, arguments, called, constants, self._line(walker))

    def _sizes(self, arguments: Sequence[Any]) -> set[str]:
        """The names of sizes that are stated, which no other thing may have."""
        return {word for _, shape, *_ in arguments for dim in shape for word in re.findall(r"[A-Za-z]\w*", str(dim))}

    def _variable(self, name: str, known: tuple[Dim, ...] | None, kinds: Mapping[str, str], called: Mapping[str, str],
                  world: World, arguments: list[Any]) -> Any:
        """An argument or another variable as a value; `known` is its shape where the program makes it."""
        said = self._said(name, world)
        shape, guess = known if said.shape is None else said.shape, ""
        if shape is not None and known is not None and len(known) == len(shape):
            try:
                shape = tuple(world.dims.same(a, b, f"the sizes of {name}") for a, b in zip(known, shape, strict=True))
            except RefusalError as why:
                raise self.file.refused(why, self._says(name)) from None
        is_labels = said.is_labels or kinds.get(name) == LABELS
        is_stated = shape is not None or is_labels
        if shape is None:
            shape = tuple(world.dims.fresh() for _ in range(_KINDS[kinds[name]] + is_labels))
            shape = (world.dims.same(*shape),) * 2 if "sym" in said.props.split() and len(shape) == 2 else shape
            guess = name if kinds[name] == "vector" and self._default(name) is _NONE else ""
        origin = "default" if isinstance(self._default(name), float) else "letter"
        arguments.append((name, shape, said.props, is_labels, "stated" if is_stated else origin))
        return self._value(called[name], shape, guess, is_labels, world)

    def _entered(self, walker: Walker, values: Mapping[str, Any]) -> tuple[Leaf, Array]:
        """What the function gives for these arguments: as a piece with all its axes, and as an array."""
        spec, world = self.f.args, walker.world
        if self.object:
            assert self.owner is not None
            values = {**values, self.object: walker.opened(self.owner)}
        result = self._part(walker.enter(
            Function(self.f, {}, ""), [values[a.arg] for a in [*spec.posonlyargs, *spec.args]],
            {a.arg: values[a.arg] for a in spec.kwonlyargs}, is_top=True))
        made = walker.meanings.array(result)
        long = pieces.in_order([i - made.rank for i, dim in enumerate(made.shape) if world.dims.find(dim) != 1])
        if self.demand_scalar and long:
            shape = _shown([world.dims.shown(d) for d in made.shape])
            raise RefusalError("M1109", f"{self.place.name} gives an array {shape}, and a gradient is of a number")
        if len(long) > 2:
            raise RefusalError(AXES, f"{self.place.name} gives an array with {len(long)} axes")
        return pieces.filled(world.single(made), long, world.size_of(made.shape)), made

    def _value(self, called: str, shape: tuple[Dim, ...], guess: str, is_labels: bool, world: World) -> Any:
        try:
            array = world.of(called, shape, guess)
        except RefusalError as why:
            raise self.file.refused(why, self.f) from None
        return Labels(array) if is_labels else array

    def _part(self, result: Any) -> Any:
        """The result, or the one of several that is asked for."""
        part = self.place.part
        if part is None and isinstance(result, tuple | list | dict):
            names = [f"[{i}]" for i in range(len(result))] if not isinstance(result, dict) else \
                [f"[{key}]" for key in result]
            raise RefusalError("M1109", f"{self.place.name} gives {len(result)} results; say which one",
                          tuple(quoted(f"{self.place.file}:{self.place.name}{name}") for name in names))
        if part is None:
            if result is None:
                raise RefusalError(VALUE, f"{self.place.name} returns nothing")
            return result
        try:
            return result[part]
        except (KeyError, IndexError, TypeError):
            raise RefusalError("M1109", f"{self.place.name} has no result [{part}]") from None

    def _called(self) -> dict[str, str]:
        """A name in the formula for every argument: its own, where that means nothing else."""
        found: dict[str, str] = {}
        for name in [*self.names, *self.members.known]:
            found[name] = safe(name.replace(".", "_"), found.values(), self.functions)
        return found

    def _finished(self, leaf: Leaf, made: Array, world: World, binder: Bindings | None, arguments: list[Any],
                  called: Mapping[str, str], constants: dict[str, Any], line: int) -> Formula:
        bound = binder.used(leaf.text) if binder else []
        texts = [leaf.text, *(text for _, text in bound)]
        shapes = [str(dim) for _, shape, _, _, _ in arguments for dim in shape]
        stated = {word for text in [*texts, *shapes] for word in re.findall(r"[A-Za-z]\w*", text)}
        names = world.dims.names([*texts, *shapes], {*called.values(), *stated, *(n for n, _ in bound), "i", "j"})

        def done(text: str) -> str:
            return re.sub(r"⟨\d+⟩", lambda mark: names[mark[0]], world.dims.resolved(text))

        text = "; ".join([*(f"{name} := {done(value)}" for name, value in bound), done(leaf.text)])
        every = tuple(_argument(one, called, world, done) for one in arguments)
        inside = set(re.findall(r"[^\W\d]\w*", text))
        variables = {a.called: a.declaration for a in every if a.called in inside}
        shape = tuple(_size(done(str(world.dims.find(dim)))) for dim in made.shape)
        return Formula(text, variables, every, constants, shape, self.file, self.f, line, self.place,
                       self.program)

    def _line(self, walker: Walker) -> int:
        """The line that computes what is returned."""
        returned = walker.returned
        if returned is None:
            return self.f.lineno
        value = returned.value
        if isinstance(value, ast.Tuple) and isinstance(self.place.part, int) and \
                -len(value.elts) <= self.place.part < len(value.elts):
            value = value.elts[self.place.part]
        if isinstance(value, ast.Name) and value.id in walker.assigned:
            return walker.assigned[value.id].lineno
        return (value or returned).lineno


def _argument(one: Any, called: Mapping[str, str], world: World, done: Callable[[str], str]) -> Argument:
    name, shape, props, is_labels, origin = one
    full = tuple(_size(done(str(world.dims.find(dim)))) for dim in shape)
    long = [str(dim) for dim in full if dim != 1]
    kind = f"{('scalar', 'vector', 'matrix')[len(long)]}{'(' + ','.join(long) + ')' if long else ''}"
    declaration = " ".join(filter(None, ["onehot" if is_labels else "", kind, props]))
    return Argument(name, called[name], full[:1] if is_labels else full,
                    f"matrix({','.join(long)}) onehot" if is_labels else declaration, origin, is_labels)


class _None:
    """No default."""


_NONE = _None()


def _size(text: str) -> Dim:
    return int(text) if text.isdigit() else text


def _classes(a: Argument) -> Dim:
    return _size(a.declaration.partition(",")[2].partition(")")[0])


def _props(declaration: str) -> str:
    return re.sub(r"(?:scalar|vector|matrix)(?:\([^()]*\))?|onehot", "", declaration).strip()
