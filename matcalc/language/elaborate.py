"""Text and declarations to an Expr with the kind and shape of every variable, and the reason for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from matcalc import algebra
from matcalc.algebra.indexed import family
from matcalc.core.dims import Shape, named, names
from matcalc.core.exponents import open_exponent
from matcalc.core.expr import Expr
from matcalc.core.indices import Axis
from matcalc.diagnostics import Diagnostic, InputError, Label, MatcalcError, Span, Translated, fail
from matcalc.language import classes
from matcalc.language.alternatives import settle
from matcalc.language.complaints import in_file, refuse_impossible, refuse_unfit, report, shape_text
from matcalc.language.construct import Builder
from matcalc.language.constructs import ComplexPartError, Typed, build, infer
from matcalc.language.declarations import (
    declared_complex,
    declared_numbers,
    is_signature,
    parse_declaration,
    parse_declarations,
    split_declarations,
    with_sizes,
)
from matcalc.language.foreign import OPERATORS, refuse_infinity
from matcalc.language.framing import framed
from matcalc.language.hints import is_indexed, repeated
from matcalc.language.inference import Declaration, Inference, Rules, Scope, ShapeError
from matcalc.language.kinds import default_kind, dimension_names
from matcalc.language.lengths import Namer, namer_for
from matcalc.language.parser import bound_names, read
from matcalc.language.readings import Elaborated, Read, VariableInfo, searched
from matcalc.language.suggest import names as numpy_names
from matcalc.language.syntax import ADJOINT, Op, Syntax, base_of, postorder
from matcalc.language.vocabulary import Found, Vocabulary, name_of
from matcalc.options import EINSTEIN, MATLAB, NUMPY

REASONS = {"divisor": "a divisor, hence a scalar", "vector": "transposed, hence a vector",
           "scalar": "a divisor, hence a scalar",
           "matrix": "argument of a function of square matrices"}
NOTES = {
    "broadcast": "a number is added to every entry of a vector",
    "everywhere": "a scalar argument beside a vector or matrix counts for every entry",
    "spread": "a scalar beside a vector or matrix is added to every entry",
    "det": "|X| of a matrix is its determinant",
    "frobenius": "‖X‖ of a matrix is the Frobenius norm",
}
COUNTED = "{0} is a whole number, 1 at least; X^(-{0}) is a power of the inverse, X^{{({0})}} has a label"
if TYPE_CHECKING:
    from matcalc.language.complexes import Implied
    from matcalc.language.indexing import Indexed

Searched = tuple[Syntax, list[Syntax], Read]


def elaborate(text: str, declarations: Mapping[str, str], rulebook: Rules, *, dialect: str = "",
              demand_scalar: bool = False, free: frozenset[str] = frozenset(), holes: bool = False,
              proposed: bool = False, found: Found | None = None) -> Elaborated:
    """Read `text` once, with what is `found` about its superscripts; raises InputError where it cannot be read."""
    declared = _declared(text, declarations, rulebook)
    dims = _dim_words(declared) | _dims_of_functions(rulebook)
    vocabulary = _vocabulary(text, set(declared) | dims, rulebook, dialect, frozenset(dims))
    vocabulary.found = found or vocabulary.found
    vocabulary.complex, vocabulary.numbers = declared_complex(declared), declared_numbers(declared)
    syntax, notes = _noted(text, vocabulary)
    declared = with_sizes(text, declared, vocabulary.found.sizes)
    index = _indexed(text, syntax, vocabulary.found, declared, free, dialect, rulebook, demand_scalar)
    scope = Scope(rulebook, declared, numpy=vocabulary.numpy, demand_scalar=demand_scalar, shown=vocabulary.found.kinds)
    if index is not None:
        syntax, scope = index.syntax, index.known_to(scope)
        declared = dict(scope.declarations)
        notes += index.notes
    _refuse_plain_unit(text, syntax, declared)
    syntax, nodes, (inference, shown) = _read_wholes(text, syntax, scope, free, notes, index)
    refuse_infinity(text, nodes, declared)
    notes += settle(text, nodes, inference)
    _refuse_other_sizes(text, rulebook, inference)
    namer = namer_for(inference, _order(nodes, declared), () if index is None else [x.name for x in index.letters])
    if (open_holes := _holes(inference, namer)) and not holes:
        raise _unfilled(text, open_holes)
    variables = _variables(inference, namer, nodes, shown, free, implied := _implied(text, nodes, declared, dialect))
    notes += implied.notes([n for n, v in variables.items() if n not in declared and v.props]) if implied else []
    _refuse_entries(text, variables, declared, rulebook)
    leaves = _leaves(inference, {n: v.expr for n, v in variables.items()})
    builder = Builder(inference, namer, leaves, {})
    parts, typed = _built(text, syntax, inference, namer, leaves)
    expr = parts[syntax]
    refuse_unfit(text, typed)
    if builder.inference.symbolic and open_exponent(expr) is not None:
        raise _open_exponent(text, builder.inference.symbolic)
    refuse_impossible(text, typed, expr if proposed else None)
    notes += [*_notes_on_units(text, nodes, inference), *(NOTES[note] for note in dict.fromkeys(inference.notes)),
              *_unspecified_notes(nodes)]
    indices = index.indices(builder, free) if index and (index.letters or index.ranges.families) else None
    return Elaborated(expr, variables, tuple(notes), syntax, open_holes, builder, tuple(typed), indices, parts)


def _notes_on_units(text: str, nodes: list[Syntax], inference: Inference) -> list[str]:
    return [f"{text[s.span.start:s.span.end]} is the identity: only a square matrix fits there" for s in nodes
            if s in inference.scope.units]


def _refuse_plain_unit(text: str, syntax: Syntax, declared: Mapping[str, Declaration]) -> None:
    if declared_complex(declared) or any(s.op is Op.CALL and s.data == ADJOINT for s in postorder(syntax)):
        from matcalc.language.complexes import refuse_plain_unit  # which few texts need

        refuse_plain_unit(text, syntax, declared)


def _implied(text: str, nodes: list[Syntax], declared: Mapping[str, Declaration], dialect: str) -> Implied | None:
    """Which names a conjugate transpose makes complex; None where there is none, and nothing is declared complex."""
    if not declared_complex(declared) and not any(s.op is Op.CALL and s.data == ADJOINT for s in nodes):
        return None
    from matcalc.language.complexes import Implied  # which few texts need

    return Implied(text, nodes, declared, dialect)


def _built(text: str, syntax: Syntax, inference: Inference, namer: Namer,
           leaves: Mapping[str, Expr]) -> tuple[dict[Syntax, Expr], Typed]:
    """The expressions of all parts. Raises NoRuleError where a part has no meaning for complex operands."""
    try:
        return build(syntax, inference, namer, leaves)
    except ComplexPartError as found:
        from matcalc.language.complexes import complex_part

        raise complex_part(text, found.syntax, found.error) from None


def _noted(text: str, vocabulary: Vocabulary) -> tuple[Syntax, list[str]]:
    """What was typed, and what is to be said of it: first what it was before it was translated."""
    syntax, notes = read(text, vocabulary)
    return syntax, [*text.notes, *notes] if isinstance(text, Translated) else notes


def _open_exponent(text: str, powers: Iterable[Syntax]) -> MatcalcError:
    place = min((s.args[1].span for s in powers), key=lambda span: span.start)
    message = "an exponent of a matrix is never negative for any values of its indices: k, n - k, i - j beside [j <= i]"
    return fail("M0314", message, text, place)


def _indexed(text: str, syntax: Syntax, found: Found, declared: Mapping[str, Declaration], free: frozenset[str],
             dialect: str, rulebook: Rules, is_number: bool) -> Indexed | None:
    """What is known of indices; None where none occurs."""
    heads = framed(text).names
    is_open = not found.is_indexed and not dialect and not any(d.axes or d.kind == "index" for d in declared.values())
    if is_open and (twice := repeated(syntax, declared, heads, free)) is not None:
        place, letter = twice
        message = f"{letter} is repeated and no sum binds it; with --dialect einstein it is summed over"
        raise fail("M0232", message, text, place.span, fixes=(f"--dialect {EINSTEIN}",))
    if not is_indexed(found, declared, heads, syntax, dialect == EINSTEIN, free):
        return None
    from matcalc.language.indexing import indexed  # and all that tells indices apart

    return indexed(text, syntax, found, declared, heads, free, lambda name: _is_elementwise(rulebook, name),
                   rulebook.overloads, einstein=dialect == EINSTEIN, is_number=is_number)


def _is_elementwise(rulebook: Rules, name: str) -> bool:
    """Whether a function works entry by entry."""
    return any(len(f.params) == 1 and f.form == "elementwise" for f in rulebook.overloads(name))


def _read_entries(text: str, syntax: Syntax, scope: Scope, wrt: frozenset[str], notes: list[str]) -> Searched:
    """The syntax with p'e_y for the entries p_y of vectors, its nodes, and their reading."""
    found = classes.absent_bases(postorder(syntax), wrt, scope.declarations)
    while True:
        notes += [classes.note(name, base) for name, base in found.items()]
        syntax = classes.as_entries(syntax, found) if found else syntax
        nodes = postorder(syntax)
        scope = scope._replace(dims=dimension_names(nodes, scope))
        read = searched(text, nodes, scope)
        counts = read[0].counts - scope.dims
        if counts:
            scope = _counted(text, counts, nodes, scope, wrt)
            notes += [COUNTED.format(name) for name in sorted(counts)]
            continue
        found = classes.entries(read[0], wrt)
        if not found:
            return syntax, nodes, read


def _counted(text: str, counts: set[str], nodes: list[Syntax], scope: Scope, wrt: frozenset[str]) -> Scope:
    """What is known where the exponents of matrices are dimensions, the whole numbers from 1 on."""
    moved = next((s for s in nodes if s.op is Op.NAME and s.data in counts & wrt), None)
    if moved is not None:
        raise fail("M0314", f"{moved.data} is a whole number: there is no derivative by it", text, moved.span)
    said = {name: d for name, d in scope.declarations.items() if name not in counts}
    return scope._replace(declarations=said, dims=scope.dims | counts)


def _read_wholes(text: str, syntax: Syntax, scope: Scope, wrt: frozenset[str], notes: list[str],
                 index: Indexed | None) -> Searched:
    """The same where families are used as wholes as well."""
    if index is None or not index.wholes:
        return _read_entries(text, syntax, scope, wrt, notes)
    from matcalc.language.wholes import join, refused

    try:
        found = _read_entries(text, syntax, scope, wrt, notes)
    except InputError as error:
        raise refused(text, postorder(syntax), index.wholes) or error from None
    join(text, found[1], found[2][0], index.wholes)
    return found


def _declared(text: str, declarations: Mapping[str, str], rulebook: Rules) -> dict[str, Declaration]:
    functions = {name: kind for name, kind in declarations.items() if is_signature(kind)}
    given = parse_declarations({name: kind for name, kind in declarations.items() if name not in functions})
    said = dict[str, Declaration]()
    where = framed(text).declarations.replace("$", " ")
    for name, kind in split_declarations(where) if where.strip() else []:
        if is_signature(kind):
            functions[name] = kind
            continue
        declaration = parse_declaration(name, kind)
        if said.setdefault(name, declaration) != declaration or _contradicts(given.get(name), declaration):
            raise fail("M0403", f"{name} is declared twice, differently", text)
        said[name] = declaration
    _refuse_functions(functions, {*given, *said, *(bound_names(text) if rulebook.declared else ())}, rulebook)
    return given | said


def _refuse_functions(functions: Mapping[str, str], others: set[str], rulebook: Rules) -> None:
    """Raise InputError where a function is declared that the rules do not know, or by the name of a variable, or a
    variable by that of its derivative."""
    unknown = [f"{key}: {kind}" for key, kind in functions.items()
               for name in key.split(",") if name_of(name) not in rulebook.declared]
    if unknown:
        raise fail("M0404", "a function cannot be declared here", unknown[0])
    taken = sorted(others & ({*rulebook.declared} | rulebook.names())) if rulebook.declared else []
    for name in taken:
        if name in rulebook.declared or "abstract" in rulebook.overloads(name)[0].fields:
            raise fail("M0403", f"{name} has another meaning besides: a declared function, or its derivative", name)


def _contradicts(given: Declaration | None, said: Declaration) -> bool:
    return given is not None and bool(given.kind) and bool(said.kind) and given.kind != said.kind


def _dim_words(declared: Mapping[str, Declaration]) -> set[str]:
    return {n for d in declared.values() for dim in (d.rows, d.cols) if dim is not None for n in names(dim)}


def _dims_of_functions(rulebook: Rules) -> set[str]:
    return {n for said in rulebook.declared.values() for shape in (said.argument, said.result) for d in shape
            for n in names(d)}


def _refuse_entries(text: str, variables: Mapping[str, VariableInfo], declared: Mapping[str, Declaration],
                    rulebook: Rules) -> None:
    """Raise InputError where a variable is called like a declared function, or like an entry of what depends on a
    number: u_i of u is none."""
    for name in variables:
        said = rulebook.declared.get(name) or rulebook.declared.get(base_of(name))
        if name in rulebook.declared or (said and said.of and name not in declared):
            raise fail("M0404", f"{name} is no variable: {base_of(name)} is declared as a function; an entry is "
                       f"{base_of(name)}[1]", text)


def _refuse_other_sizes(text: str, rulebook: Rules, inference: Inference) -> None:
    """Raise InputError where a size that a declared function names is a number in the formula."""
    for name in sorted(_dims_of_functions(rulebook)):
        if (found := inference.unifier.resolve(named(name))) != named(name):
            raise fail("M0404", f"{name} of a declared function is {found} in the formula; declare the function so",
                       text)


def _vocabulary(text: str, words: set[str], rulebook: Rules, dialect: str,
                sizes: frozenset[str] = frozenset()) -> Vocabulary:
    functions, numpy = rulebook.called(), dialect == NUMPY
    if numpy:
        functions = functions | rulebook.names() | set(numpy_names()) | set(OPERATORS)
    abstract = {name: said.of for name, said in rulebook.declared.items()}
    named = {word for name, by in abstract.items() if by for word in (name, by)}  # which take no brackets
    functions = functions - named if named else functions
    known = Vocabulary(frozenset(words | bound_names(text) | named), functions, sizes,
                       rulebook.fallback, numpy, aliases=rulebook.aliases(), abstract=abstract,
                       wholes=rulebook.wholes(), functionals=rulebook.functionals())
    known.matlab = dialect == MATLAB
    return known


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
               free: frozenset[str], implied: Implied | None) -> dict[str, VariableInfo]:
    scope = inference.scope
    infos: dict[str, VariableInfo] = {}
    for name in _order(nodes, scope.declarations):
        if not inference.is_dimension(name):
            rows, cols = inference.resolved(inference.variable(name))
            axes = tuple(Axis(namer.dim(inference.unifier.resolve(size)), namer.dim(low))
                         for size, low in scope.families.get(name, ()))
            infos[name] = _info(inference, name, (namer.dim(rows), namer.dim(cols)), axes, shown, name in free, implied)
    return infos


def _info(inference: Inference, name: str, shape: Shape, axes: tuple[Axis, ...], shown: Mapping[str, str],
          is_free: bool, implied: Implied | None) -> VariableInfo:
    declaration = inference.scope.declarations.get(name)
    props = declaration.props if declaration else frozenset()
    kind = declaration.kind if declaration and declaration.kind else inference.kinds.get(name, "scalar")
    if declaration is None and implied is not None and implied.is_complex(name, kind):
        props = frozenset({"complex"})
    origin, reason = _origin(name, kind, declaration, shown)
    if origin == "inferred" and inference.scope.shown.get(name) == kind:
        reason = f"bold, hence a {kind}" if "^" not in name else "its superscript is no power, hence a vector"
    marked = props | {"free"} if is_free and props else props
    made = family(name, shape, axes, marked) if axes else algebra.variable(name, shape, marked)
    return VariableInfo(name, kind, shape, props, origin, reason, made, axes)


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
        vocabulary = _vocabulary(text, set(bindings) | set(dims), rulebook, "", dims)
        vocabulary.complex = frozenset(name for name, e in bindings.items() if e.complex)
        syntax, _ = read(text, vocabulary)
        nodes = postorder(syntax)
        scope = scope._replace(dims=dims - set(bindings))
        unknown = next((s for s in nodes if s.op is Op.NAME and s.data not in bindings and s.data not in dims), None)
        if unknown is not None:
            message = f"{unknown.data} is neither a parameter nor a dimension of this rule"
            raise fail("M0703", message, text, unknown.span)
        compared = next((s for s in nodes if s.op is Op.RELATION), None)
        if compared is not None:
            raise fail("M0703", "what a rule states has no indices that could be compared", text, compared.span)
        inference = infer(nodes, scope, {})
        parts, typed = build(syntax, inference, namer_for(inference, ()), _leaves(inference, bindings))
        refuse_unfit(text, typed)
        return parts[syntax]
    except ComplexPartError as found:
        raise found.error from None
    except ShapeError as mismatch:
        raise in_file(report(text, mismatch), file, line) from None
    except InputError as error:
        raise in_file(error, file, line) from None


def outline(text: str, declarations: Mapping[str, str], rulebook: Rules, dialect: str = "") -> Syntax:
    """What was typed, read without regard to shapes."""
    declared = _declared(text, declarations, rulebook)
    return read(text, _vocabulary(text, set(declared) | _dim_words(declared) | _dims_of_functions(rulebook), rulebook,
                                  dialect))[0]
