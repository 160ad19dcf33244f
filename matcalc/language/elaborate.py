"""Text and declarations to an Expr with the kind and shape of every variable, and the reason for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from matcalc import algebra
from matcalc.algebra.demands import Asking
from matcalc.diagnostics import Diagnostic, InputError, Label, Span, fail
from matcalc.dims import Shape, format_dim, named, names
from matcalc.expr import Expr
from matcalc.language import classes
from matcalc.language.construct import Builder
from matcalc.language.constructs import build, infer
from matcalc.language.declarations import parse_declaration, parse_declarations, split_declarations, with_sizes
from matcalc.language.domains import refuse_impossible, refuse_unfit
from matcalc.language.framing import framed
from matcalc.language.inference import Declaration, Inference, Namer, Rules, Scope, ShapeError, namer_for
from matcalc.language.kinds import default_kind, dimension_names
from matcalc.language.numpy_names import OPERATORS
from matcalc.language.parser import bound_names, read
from matcalc.language.report import CLASHES, in_file, report, shape_text
from matcalc.language.search import AmbiguousError, search
from matcalc.language.suggest import names as numpy_names
from matcalc.language.suggest import with_declarations
from matcalc.language.syntax import Op, Syntax, postorder
from matcalc.language.vocabulary import Found, Vocabulary
from matcalc.language.whole import settle

REASONS = {"divisor": "a divisor, hence a scalar", "vector": "transposed, hence a vector",
           "scalar": "a divisor, hence a scalar",
           "matrix": "argument of a function of square matrices"}
NOTES = {
    "broadcast": "a number is added to every entry of a vector",
    "spread": "a scalar beside a vector or matrix is added to every entry",
    "det": "|X| of a matrix is its determinant",
    "frobenius": "‖X‖ of a matrix is the Frobenius norm",
}


Read = tuple[Inference, dict[str, str]]  # and the kinds that the text itself shows
Searched = tuple[Syntax, list[Syntax], Read]


@dataclass(frozen=True, slots=True)
class VariableInfo:
    """A variable as resolved. `origin` is declared, inferred or default; `reason` says why in words."""

    name: str
    kind: str
    shape: Shape
    props: frozenset[str]
    origin: str
    reason: str
    expr: Expr

    def declaration(self) -> str:
        """The declaration that says all this: `matrix(m,n) invertible`."""
        dims = {"scalar": (), "vector": self.shape[:1], "matrix": self.shape}[self.kind]
        sizes = f"({','.join(map(format_dim, dims))})" if dims else ""
        return " ".join([self.kind + sizes, *sorted(self.props)])


@dataclass(frozen=True, slots=True)
class Elaborated:
    """The expression, its variables by canonical name, notes on what was chosen, holes and their shapes.

    `reading` is what was decided about the syntax: for whoever builds it operation by operation. `typed` are the
    operations with a domain as they were typed: `expr` may have lost some.
    """

    expr: Expr
    variables: dict[str, VariableInfo]
    notes: tuple[str, ...]
    dims: tuple[str, ...]
    syntax: Syntax
    holes: tuple[tuple[Span, Shape], ...] = ()
    reading: Builder | None = None
    typed: tuple[Asking, ...] = ()


def elaborate(text: str, declarations: Mapping[str, str], rulebook: Rules, *, dialect: str = "",
              demand_scalar: bool = False, free: frozenset[str] = frozenset(), holes: bool = False,
              proposed: bool = False, found: Found | None = None) -> Elaborated:
    declared = _declared(text, declarations)
    dims = _dim_words(declared)
    vocabulary = _vocabulary(text, set(declared) | dims, rulebook, dialect, frozenset(dims))
    vocabulary.found = found or vocabulary.found
    syntax, notes = read(text, vocabulary, dialect)
    declared = with_sizes(text, declared, vocabulary.found.sizes)
    scope = Scope(rulebook, declared, numpy=dialect == "numpy", demand_scalar=demand_scalar,
                  shown=vocabulary.found.kinds)
    syntax, nodes, (inference, shown) = _read_entries(text, syntax, scope, free, notes)
    notes += settle(text, nodes, inference)
    namer = namer_for(inference, _order(nodes, declared))
    open_holes = _holes(inference, namer)
    if open_holes and not holes:
        raise _unfilled(text, open_holes)
    variables = _variables(inference, namer, nodes, shown, free)
    leaves = _leaves(inference, {n: v.expr for n, v in variables.items()})
    expr, typed = build(syntax, inference, namer, leaves)
    refuse_unfit(text, typed)
    refuse_impossible(text, typed, expr if proposed else None)
    notes += [f"{text[s.span.start:s.span.end]} is the identity: only a square matrix fits there" for s in nodes
              if s in inference.scope.units]
    notes += [NOTES[note] for note in dict.fromkeys(inference.notes)] + _unspecified_notes(nodes)
    sizes = tuple(sorted({format_dim(d) for v in variables.values() for d in v.shape if not isinstance(d, int)}))
    return Elaborated(expr, variables, tuple(notes), sizes, syntax, open_holes,
                      Builder(inference, namer, leaves, {}), tuple(typed))


def _read_entries(text: str, syntax: Syntax, scope: Scope, wrt: frozenset[str], notes: list[str]) -> Searched:
    """The syntax with p'e_y for the entries p_y of vectors, its nodes, and their reading."""
    found = classes.absent_bases(postorder(syntax), wrt, scope.declarations)
    while True:
        notes += [classes.note(name, base) for name, base in found.items()]
        syntax = classes.as_entries(syntax, found) if found else syntax
        nodes = postorder(syntax)
        scope.dims = dimension_names(nodes, scope)
        read = _searched(text, nodes, scope)
        found = classes.entries(read[0], wrt)
        if not found:
            return syntax, nodes, read


def _declared(text: str, declarations: Mapping[str, str]) -> dict[str, Declaration]:
    given, said = parse_declarations(declarations), dict[str, Declaration]()
    where = framed(text).declarations.replace("$", " ")
    for name, kind in split_declarations(where) if where.strip() else []:
        declaration = parse_declaration(name, kind)
        if said.setdefault(name, declaration) != declaration or _contradicts(given.get(name), declaration):
            raise fail("M0403", f"{name} is declared twice, differently", text)
        said[name] = declaration
    return given | said


def _contradicts(given: Declaration | None, said: Declaration) -> bool:
    return given is not None and bool(given.kind) and bool(said.kind) and given.kind != said.kind


def _dim_words(declared: Mapping[str, Declaration]) -> set[str]:
    return {n for d in declared.values() for dim in (d.rows, d.cols) if dim is not None for n in names(dim)}


def _vocabulary(text: str, words: set[str], rulebook: Rules, dialect: str,
                sizes: frozenset[str] = frozenset()) -> Vocabulary:
    functions = rulebook.names() | {"commutation"}
    if dialect == "numpy":
        functions = functions | set(numpy_names()) | set(OPERATORS)
    functions = {f for f in functions if len(f) > 1 or dialect == "numpy"}
    return Vocabulary(frozenset(words | bound_names(text)), frozenset(functions), sizes,
                      rulebook.fallback, dialect == "numpy")


def _searched(text: str, nodes: list[Syntax], scope: Scope) -> Read:
    try:
        return _unforced(text, nodes, scope, search(nodes, scope))
    except ShapeError as mismatch:
        for other in _others(text, nodes, scope, mismatch):
            with suppress(ShapeError, AmbiguousError):
                found = search(nodes, other)
                if not found[0].forced:
                    return found
        raise report(text, mismatch) from None
    except AmbiguousError as ambiguous:
        raise _tie(text, ambiguous.readings) from None


def _unforced(text: str, nodes: list[Syntax], scope: Scope, found: Read) -> Read:
    """A x + B is read with a number x only because a capital is a matrix; with a vector B less would be unusual."""
    if found[0].cost > 2 and found[0].doubts:
        with suppress(ShapeError, AmbiguousError):
            other = search(nodes, replace(scope, any_letter=True))
            if other[0].cost + 1 < found[0].cost:
                return other
            if other[0].cost < found[0].cost and other[0].kinds != found[0].kinds:
                raise _tie(text, [other[0], found[0]])
    return found


def _others(text: str, nodes: list[Syntax], scope: Scope, mismatch: ShapeError) -> Iterator[Scope]:
    """Further ways to read what does not fit: a number as a product of dimensions, a bold 1 as the identity, letters
    that are not what their size and alphabet suggest."""
    if mismatch.wide and len(scope.dims) > 1:
        yield replace(scope, soft=True)
    if units := frozenset(s for term in nodes if term.op is Op.SUM for s in term.args if _is_bold_one(text, s)):
        yield replace(scope, units=units)
    capitals = any(s.op is Op.NAME and default_kind(s.data) == "matrix" for s in postorder(mismatch.syntax))
    if (mismatch.code in CLASHES or (mismatch.columns and capitals)) and not mismatch.hard:
        yield replace(scope, any_letter=True)


def _is_bold_one(source: str, syntax: Syntax) -> bool:
    """Whether a vector of ones is typed as a bold 1, which to some is the identity."""
    return syntax.op is Op.RESERVED and syntax.data == "ones" and source[syntax.span.start] in "\\𝟏𝟙"


def _tie(text: str, readings: list[Inference]) -> InputError:
    """Two readings with other kinds: say which, and how to choose."""
    differ = [n for n in readings[0].kinds if len({r.kinds[n] for r in readings}) > 1]
    fixes = tuple(with_declarations(text, ", ".join(f"{n}: {r.kinds[n]}" for n in differ)) for r in readings[:3])
    said = " or ".join(", ".join(f"{n} a {r.kinds[n]}" for n in differ) for r in readings[:3])
    return InputError(Diagnostic("M0309", f"this can be read with {said}", text, Span(0, len(text)), fixes=fixes))


def _order(nodes: list[Syntax], declared: Mapping[str, Declaration]) -> list[str]:
    return list(dict.fromkeys([s.data for s in nodes if s.op is Op.NAME] + list(declared)))


def _holes(inference: Inference, namer: Namer) -> tuple[tuple[Span, Shape], ...]:
    return tuple((hole.span, namer.shape(inference, hole)) for hole in inference.holes)


def _unfilled(text: str, found: tuple[tuple[Span, Shape], ...]) -> InputError:
    labels = tuple(Label(span, f"`?` must be {shape_text(shape)}") for span, shape in found)
    span, shape = found[0]
    filler = "s" if shape == (1, 1) else "y" if shape[1] == 1 else "y'" if shape[0] == 1 else "Y"
    fixed = text[:span.start] + filler + text[span.end:]
    return InputError(Diagnostic("M0312", f"`?` must be {shape_text(shape)}", text, span, labels, (fixed,)))


def _variables(inference: Inference, namer: Namer, nodes: list[Syntax], shown: Mapping[str, str],
               free: frozenset[str]) -> dict[str, VariableInfo]:
    scope = inference.scope
    infos: dict[str, VariableInfo] = {}
    for name in _order(nodes, scope.declarations):
        if not inference.is_dimension(name):
            rows, cols = inference.resolved(inference.variable(name))
            infos[name] = _info(inference, name, (namer.dim(rows), namer.dim(cols)), shown, name in free)
    return infos


def _info(inference: Inference, name: str, shape: Shape, shown: Mapping[str, str], is_free: bool) -> VariableInfo:
    declaration = inference.scope.declarations.get(name)
    props = declaration.props if declaration else frozenset()
    kind = declaration.kind if declaration and declaration.kind else inference.kinds.get(name, "scalar")
    origin, reason = _origin(name, kind, declaration, shown)
    if origin == "inferred" and inference.scope.shown.get(name) == kind:
        reason = f"bold, hence a {kind}" if "^" not in name else "its superscript is no power, hence a vector"
    marked = props | {"free"} if is_free and props else props
    return VariableInfo(name, kind, shape, props, origin, reason, algebra.variable(name, shape, marked))


def _origin(name: str, kind: str, declaration: Declaration | None, shown: Mapping[str, str]) -> tuple[str, str]:
    if declaration and declaration.kind:
        return "declared", "declared"
    if name in shown and (shown[name] == kind or (shown[name] == "divisor" and kind == "scalar")):
        return "inferred", REASONS[shown[name]]
    if kind == default_kind(name):
        return "default", f"a {kind} by its letter"
    return "inferred", f"as a {default_kind(name)} it would not fit"


def _leaves(inference: Inference, variables: Mapping[str, Expr]) -> dict[str, Expr]:
    """What names stand for: dimensions are numbers."""
    return {n: algebra.dimension(inference.unifier.resolve(named(n))) for n in inference.scope.dims} | dict(variables)


def _unspecified_notes(nodes: list[Syntax]) -> list[str]:
    called = dict.fromkeys(s.data[0] for s in nodes if s.op is Op.APPLY)
    known = " (the logistic function is called sigmoid)" if "sigma" in called else ""
    return [f"{name} is an unspecified elementwise function{known}" for name in called]


def template(text: str, rulebook: Rules, bindings: Mapping[str, Expr], dims: frozenset[str], file: str,
             line: int) -> Expr:
    """An expression of a rule: every name is bound or a dimension, and numbers are added to every entry."""
    shapes = {name: e.shape for name, e in bindings.items()}
    scope = Scope(rulebook, {}, frozenset(dims), shapes, lenient=True)
    try:
        syntax, _ = read(text, _vocabulary(text, set(bindings) | set(dims), rulebook, "", dims))
        nodes = postorder(syntax)
        scope.dims = dims - set(bindings)
        unknown = next((s for s in nodes if s.op is Op.NAME and s.data not in bindings and s.data not in dims), None)
        if unknown is not None:
            message = f"{unknown.data} is neither a parameter nor a dimension of this rule"
            raise fail("M0703", message, text, unknown.span)
        inference = infer(nodes, scope, {})
        expr, typed = build(syntax, inference, namer_for(inference, ()), _leaves(inference, bindings))
        refuse_unfit(text, typed)
        return expr
    except ShapeError as mismatch:
        raise in_file(report(text, mismatch), file, line) from None
    except InputError as error:
        raise in_file(error, file, line) from None



def outline(text: str, declarations: Mapping[str, str], rulebook: Rules, dialect: str = "") -> Syntax:
    """What was typed, read without regard to shapes."""
    declared = _declared(text, declarations)
    return read(text, _vocabulary(text, set(declared) | _dim_words(declared), rulebook, dialect), dialect)[0]
