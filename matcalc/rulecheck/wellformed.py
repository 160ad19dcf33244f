"""What must hold of a block before a number is computed: names, shapes and fields that fit its form, formulas that can
be read, looks that say nothing but mathematics, a source and an example.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from matcalc.algebra.application import CORE, linear_params
from matcalc.algebra.facts import STRUCTURES
from matcalc.algebra.make import MEMBERS
from matcalc.core.dims import Dim, Shape, names
from matcalc.core.function import SIZE_KINDS, Function
from matcalc.diagnostics import MatcalcError
from matcalc.extensions import dialect_names
from matcalc.printers.dialects import dialect_named
from matcalc.rulebook.read import EXPRESSIONS, shape_text
from matcalc.rulecheck.findings import Check, placed, said
from matcalc.rulecheck.specimen import DOMAIN, Specimen, clauses
from matcalc.rulecheck.stated_axes import problems as problems_of_axes

_NEEDS = {  # what a form cannot do without: one of these fields
    "elementwise": ("d",),
    "linear": ("adjoint",),
    "notation": ("means",),
}
_LIBRARIES = ("np", "scipy")
_OF_SQUARE = {"sym", "spd", "orthogonal", "invertible", "invertible for the derivative",
              "without eigenvalue on the negative real axis", "without common eigenvalue",
              "without eigenvalues whose sum is 0", "without eigenvalues whose product is 1"}


def outline(block: Specimen) -> Iterator[Check]:
    """What is right is not counted as a check of its own."""
    for problem in (*_name(block), *_aliases(block)):
        yield Check("name", False, problem)
    for problem in _part(block):
        yield Check("part", False, problem)
    for name, problems in _PROBLEMS.items():
        for problem in problems(block.function):
            yield Check(name, False, problem)


def _name(block: Specimen) -> Iterator[str]:
    """The block is the one that a call of it finds."""
    function = block.function
    if len(function.name) == 1:
        yield f"{function.name} is one letter, with which a formula names a variable; call the function by a word"
    for other in block.book.overloads(function.name):
        if other is function:
            return
        if other.file == function.file and _taken(other) == _taken(function):
            yield f"the block on line {other.line} is called {function.name} as well and has the same parameters"


def _aliases(block: Specimen) -> Iterator[str]:
    """Another name is a word, and no name or other name of a function that is called otherwise."""
    function = block.function
    for word in function.fields.get("also", "").split():
        if re.fullmatch(r"[A-Za-z]+_\{\w+\}", word):
            if word.partition("{")[2][:-1] != function.params[-1].name or function.params[-1].kind == "value":
                yield f"what stands below {word.partition('_')[0]} is the last parameter, a whole number"
        elif word == f"{function.name}(‖)":  # KL(p ‖ q), for which bars part its arguments
            if len(function.params) == 1:
                yield f"bars part two arguments, and {function.name} has one"
        elif not re.fullmatch(r"[A-Za-z]\w+", word):
            yield f"“{word}” is no word that a function is called by"
        elif word in block.book.names() and word != function.name:
            yield f"{word} is a function of its own"
        elif (other := block.book.aliases().get(word, function.name)) != function.name:
            yield f"{word} is another name of {other} as well"


def _part(block: Specimen) -> Iterator[str]:
    """One of several results has a place and names that no other result of this whole has, and takes what they take."""
    function = block.function
    if "part" not in function.fields:
        return
    for words in _parts(function):
        if len(words) < 3 or not all(re.fullmatch(r"[A-Za-z]\w*", word) for word in (words[0], *words[2:])) or \
                not words[1].removeprefix("-").isdecimal():
            yield "a result reads WHOLE PLACE NAME …, as in `eigh 1 values`; the place is 0 where it has none"
            continue
        whole, *said = words
        if whole in block.book.names():
            yield f"{whole} is a function of its own"
        for other, theirs in ((f, part) for f in block.book.functions() for part in _parts(f) if part[0] == whole):
            if other.name == function.name:
                continue
            same = {*said} & {*theirs[1:]} - {"0"}
            if same:
                yield f"{other.name} is {whole}(…).{min(same)} as well"
            if [p.kind for p in other.params] != [p.kind for p in function.params]:
                yield f"{other.name}, another result of {whole}, takes other parameters"


def _parts(function: Function) -> list[list[str]]:
    """Each whole that it is a result of, the place and the names there."""
    return [said.split() for said in function.fields.get("part", "").split(";") if said.strip()]


def _taken(function: Function) -> list[tuple[Shape, str, frozenset[str]]]:
    """What the function takes, whatever its parameters are called."""
    return [(p.shape, p.kind, p.props) for p in function.params]


def _parameters(function: Function) -> Iterator[str]:
    said = [p.name for p in function.params]
    for name in dict.fromkeys(name for name in said if said.count(name) > 1):
        yield f"{name} is the name of two parameters"
    taken = _taken_names(function)
    for name in said:
        if name in taken:
            yield f"no parameter is called {name}, which is {taken[name]}"
    sizes = {name for p in function.params for dim in p.shape for name in names(dim)}
    for p in function.params:
        for name in sorted({name for bound in p.within for name in names(bound)} - sizes):
            yield f"{p.name} is to be within {name}, and no parameter has the size {name}"
    if not said:
        yield "there is no parameter: write X: [m,n], x: [n] or c: scalar"


def _taken_names(function: Function) -> dict[str, str]:
    """What means something in formulas already."""
    named = [p.name for p in function.params] + [function.unknown] * bool(function.unknown)
    taken = {f"d{name}": f"the differential of {name}" for name in named} | {"G": "what an adjoint is given"}
    return taken | dict.fromkeys(_LIBRARIES, "a library in the field numpy")


def _equation(function: Function) -> Iterator[str]:
    """An equation for the value is all that a block says of its differential."""
    stated = [field for field in function.fields if field.partition(".")[0] == "implicit"]
    if len(stated) > 1 or "implicit" in stated:
        yield "a block states one equation, implicit.X, and X is the letter that its value has there"
        return
    if not stated:
        return
    name, taken = function.unknown, _taken_names(function)
    if not re.fullmatch(r"[A-Za-z]\w*", name):
        yield f"“{name}” is no letter for the value in an equation"
    if name in [p.name for p in function.params]:
        yield f"{name} is a parameter, and the value of the equation has a letter of its own"
    elif name in taken:
        yield f"the value is not called {name}, which is {taken[name]}"
    if function.form not in ("function", "linear"):
        yield f"a block of the form {function.form} states no equation for its value"
    linear = {function.params[i].name for i in linear_params(function)}
    for p in (p.name for p in function.params):
        if f"d.{p}" in function.fields and p not in linear:
            yield f"d.{p} follows from the equation; state one of them"
    if "d" in function.fields:
        yield "d follows from the equation; state one of them"


def _structures(function: Function) -> Iterator[str]:
    for p in function.params:
        for word in sorted(p.props - STRUCTURES.keys()):
            yield (f"“{word}” cannot be declared of {p.name}; a parameter is one of {', '.join(STRUCTURES)}, and what "
                   "else must hold is said in the field domain")
        if p.props and (p.kind != "value" or p.shape[0] != p.shape[1] or p.shape == (1, 1)):
            yield f"{p.name} is {shape_text(p.shape)}, and only a square matrix is {' or '.join(sorted(p.props))}"
        if len(p.props) > 1:
            yield f"{p.name} is declared {' and '.join(sorted(p.props))}; say one word"
        if p.kind == "negative" and function.form != "notation":
            yield f"-{p.name} is typed with a minus sign, which only a notation can ask for"


def _result(function: Function) -> Iterator[str]:
    known = {name for p in function.params for dim in p.shape for name in names(dim)}
    known |= {p.name for p in function.params if p.kind in SIZE_KINDS}
    for name in sorted({name for dim in function.result for name in names(dim)} - known):
        yield f"no parameter has the size {name} of the result"


def _fields(function: Function) -> Iterator[str]:
    fields = function.fields
    for field in fields:
        kind, dot, name = field.partition(".")
        if kind == "none":
            yield from _none(function, name)
        elif dot and kind not in EXPRESSIONS | {"curvature", "monotone"}:
            yield f"{kind} is said of the whole block, not of {name or 'a parameter'}"
    for field, text in fields.items():
        if not text.strip():
            yield f"the field {field} says nothing"
    if function.form == "notation" and "means" not in fields:
        yield "a notation says what it means: the field means is missing"
    if function.has("folds") and "body" not in fields:
        yield "what folds says which expression is folded: the field body is missing"
    if function.has("last") and ("body" not in fields or any(f.partition(".")[0] == "d" for f in fields)):
        yield "what is last has a body of which no differential is taken, and no field d"
    if "core" in fields and fields["core"] not in CORE:
        yield f"“{fields['core']}” is no operation of the expressions"
    elif "core" in fields and [p.kind for p in function.params] != ["value"]:
        yield "an operation of the expressions takes one parameter"
    if "shown" in fields and " = " not in fields.get("said", ""):
        yield "what is shown is explained: the field said is missing, an equation of its letters"
    if not re.fullmatch("([A-Z]( [A-Z])*)?", fields.get("indexed", "")):
        yield "the field indexed lists the letters below which the sizes may stand"
    if "said" in fields and not {"shown", "letter"} & fields.keys():
        yield "what is said is said of a letter: the field letter is missing, or shown"
    if {"inverse", "of_sum"} & fields.keys() and (function.form, len(function.params)) != ("elementwise", 1):
        yield "an inverse, or what is made of a sum, is said of a function that works entry by entry on one matrix"
    yield from _lift(function)


def _none(function: Function, name: str) -> Iterator[str]:
    """none.NAME says why there is no derivative by a parameter."""
    if name not in [p.name for p in function.params]:
        yield "none.X says why there is no derivative by the parameter X"
    elif f"d.{name}" in function.fields:
        yield f"there is a derivative by {name}, d.{name}, and none.{name} says why there is none"


def _lift(function: Function) -> Iterator[str]:
    """What is lifted takes one vector, or works entry by entry."""
    shapes = [p.shape for p in function.params]
    of_vector = len(shapes) == 1 and shapes[0][1] == 1 == function.result[1] and shapes[0][0] != 1
    if "lift" in function.fields and not of_vector and shapes != [function.result]:
        yield "lift is said of a function of one vector, or of one that works entry by entry on one matrix"
    if "lift" in function.fields and MEMBERS in (*function.result, *(dim for shape in shapes for dim in shape)):
        yield "k is how many arguments the field lift speaks of, and no dimension of the block"


def _words(function: Function) -> Iterator[str]:
    values = [p for p in function.params if p.kind == "value"]
    if function.has("multiplicative"):
        is_square = len(values) == len(function.params) == 1 and values[0].shape[0] == values[0].shape[1]
        if not is_square or function.result != (1, 1):
            yield "multiplicative is a number that belongs to one square matrix, as det does"


def _domain(function: Function) -> Iterator[str]:
    given = {p.name: p for p in function.params}
    for clause in clauses(function):
        for p in (given[name] for name in clause.names() if clause.word in _OF_SQUARE and name in given):
            if p.shape[0] != p.shape[1]:
                yield f"{p.name} is {shape_text(p.shape)}, and only a square matrix is {clause.word}"


_PROBLEMS: dict[str, Callable[[Function], Iterator[str]]] = {
    "parameters": _parameters, "structure": _structures, "result": _result, "fields": _fields, "is": _words,
    "domain": _domain, "axes": problems_of_axes, "implicit": _equation,
}


def looks(block: Specimen) -> Iterator[Check]:
    """The look in each dialect, and the letter; what is right is not counted as a check of its own."""
    fields = block.function.fields
    for dialect in dialect_names():
        for problem in dialect_named(dialect).unsafe(fields.get(dialect, "")):
            yield Check(f"{dialect} is safe", False, problem)
    if not re.fullmatch("[A-Za-z]?", fields.get("letter", "")):
        yield Check("letter", False, "it is one letter")


def lint(block: Specimen) -> Iterator[Check]:
    """No number is computed here."""
    function = block.function
    stated = {field.partition(".")[0] for field in function.fields}
    yield _asked("ref", "ref" in stated, "no source is named")
    for field in _NEEDS.get(function.form, ()):
        yield _asked(field, field in stated, f"a block of the form {function.form} states {field}")
    yield _asked("numpy", bool(stated & {"numpy", "body"}), "there is no number to compare with")
    if states_derivative(function):
        yield _asked("example", "example" in stated, "no example is worked")


def known_domain(block: Specimen) -> Iterator[Check]:
    """Points can be drawn."""
    unknown = [clause.subject for clause in clauses(block.function) if not clause.word]
    yield _asked("domain", not unknown, f"“{'; '.join(unknown)}” says none of: {', '.join(DOMAIN)}")


def _asked(name: str, ok: bool, complaint: str) -> Check:
    return Check(name, ok, "" if ok else complaint)


def states_derivative(function: Function) -> bool:
    """Whether a gradient can come out of the block, so that an example can be worked."""
    return any(field.partition(".")[0] in ("d", "adjoint", "implicit") for field in function.fields)


_DUE: dict[str, Callable[[Function, Shape], Shape]] = {
    "d": lambda function, param: function.result,
    "exact": lambda function, param: function.result,
    "along": lambda function, param: function.params[1].shape,
    "body": lambda function, param: function.result,
    "complex": lambda function, param: function.result,
    "implicit": lambda function, param: function.result,
    "means": lambda function, param: function.result,
    "primary": lambda function, param: function.result,
    "log": lambda function, param: function.result,
    "root": lambda function, param: (1, 1),
    "shown": lambda function, param: function.result,
    "inverse": lambda function, param: param,
    "of_sum": lambda function, param: function.result,
    "lift": lambda function, param: function.result if param[1] != 1 else (MEMBERS, function.result[0]),
    "adjoint": lambda function, param: param,
    "matrix": lambda function, param: (_size(function.result), _size(param)),
}


def shapes(block: Specimen) -> Iterator[Check]:
    """Nothing is computed before this holds."""
    for field in block.function.fields:
        kind, _, name = field.partition(".")
        if kind in EXPRESSIONS:
            yield from placed(block.function.place(field), _shape(block.function, field, kind, name))
    try:
        if "said" in block.function.fields:
            block.function.spoken()
        laws = block.function.laws()
    except MatcalcError as error:
        yield Check("what is said and laws are read", False, said(error), error.diagnostics)
        return
    for law in laws:
        if law.pattern.shape != law.replacement.shape:
            left, right = shape_text(law.pattern.shape), shape_text(law.replacement.shape)
            yield Check(f"law {law.name}: same shape", False, f"the left side is {left}, the right side {right}")


def _shape(function: Function, field: str, kind: str, name: str) -> Check:
    values = [p for p in function.params if p.kind == "value"]
    of_all = kind == "implicit" or not name
    param = next((p for p in values if p.name == name), values[0] if values and of_all else None)
    if param is None and (name or kind not in ("body", "means")):
        return Check(f"{field} has its shape", False, f"there is no parameter {name} of which a value is taken")
    try:
        template = function.template(field)
    except MatcalcError as error:
        return Check(f"{field} is read", False, said(error), error.diagnostics)
    assert template is not None
    due = _DUE[kind](function, param.shape if param is not None else (1, 1))
    detail = "" if template.shape == due else f"it is {shape_text(template.shape)} and must be {shape_text(due)}"
    return Check(f"{field} has its shape", template.shape == due, detail)


def _size(shape: Shape) -> Dim:
    return shape[0] * shape[1]
