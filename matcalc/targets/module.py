"""A module of generated code: a function that reads the arguments and asserts their shapes, and those that compute."""

from __future__ import annotations

from collections.abc import Sequence

from matcalc.core.dims import names
from matcalc.core.expr import Expr
from matcalc.targets.body import Body, Names, calls_in, expanded, names_of
from matcalc.targets.signature import Arguments, Sizes, asserted, described, documented
from matcalc.targets.target import Target


def source(e: Expr, inputs: Sequence[Expr], name: str, docstring: str, target: Target) -> str:
    """The text of a module with one function."""
    e = expanded(e)
    known = names_of(target, [e], inputs)
    about = docstring or f"The {name}, with {target.title}."
    return module(target, [e], [arrays(inputs, known), function(name, e, inputs, about, known)])


def module(target: Target, roots: Sequence[Expr], parts: Sequence[str], docstring: str = "",
           libraries: Sequence[str] = ()) -> str:
    """Docstring, imports, and the definitions `parts` two lines apart."""
    templates = [target.template(call.data) for call in calls_in(*roots) if call.data.form != "unspecified"]
    imports = "".join(target.imports(templates, libraries))
    about = f'"""{docstring}"""\n\n' if docstring else ""
    return "\n\n".join([about + imports, *(part for part in parts if part)])


def define(name: str, parameters: Sequence[str], lines: Sequence[str]) -> str:
    indented = "".join(f"    {line}".rstrip() + "\n" for text in lines for line in text.split("\n"))
    return f"def {name}({', '.join(parameters)}):\n{indented}"


def arrays(inputs: Sequence[Expr], known: Names) -> str:
    """The function `arrays`, through which the others pass their arguments; numbers alone do without."""
    if all(x.is_scalar for x in inputs):
        return ""
    given = known.given(inputs)
    lines = ['"""The arguments as arrays with two axes, vectors as columns, their shapes asserted."""',
             *_read(given, known), *asserted(given, known.sizes), f"return {', '.join(given.values())}"]
    return define("arrays", [*given.values(), *starred(_free_in(inputs, known.sizes))], lines)


def _read(given: Arguments, known: Names) -> list[str]:
    return [line for x, name in given.items() for line in known.target.read(x, name)]


def _through_arrays(inputs: Sequence[Expr], known: Names) -> list[str]:
    given = known.given(inputs)
    if all(x.is_scalar for x in inputs):
        return _read(given, known)
    names = ", ".join(given.values())
    return [f"{names} = arrays({', '.join([names, *keywords(_free_in(inputs, known.sizes))])})"]


def _free_in(inputs: Sequence[Expr], sizes: Sizes) -> list[str]:
    found = {sizes.identifiers[name] for x in inputs for d in x.shape for name in names(d)}
    return [name for name in sizes.free if name in found]


def starred(free: Sequence[str]) -> list[str]:
    """Parameters for sizes that no argument determines."""
    return ["*", *free] if free else []


def keywords(free: Sequence[str]) -> list[str]:
    return [f"{name}={name}" for name in free]


def parameters(e: Expr, inputs: Sequence[Expr], known: Names) -> list[str]:
    return [*known.given(inputs).values(), *known.functions_in(e).values()]


def function(name: str, e: Expr, inputs: Sequence[Expr], docstring: str, known: Names,
             directions: Sequence[Expr] = (), documents: Sequence[Expr] | None = None) -> str:
    """A function of `inputs`, and of `directions` in which `e` is linear, that returns the value of `e`.

    Of its arguments the docstring says what the `documents` are; by default of all.
    """
    body = Body(known)
    result = body.write(e)
    further = known.given(directions)
    shown = known.given([*inputs, *directions] if documents is None else documents)
    about = ['"""' + docstring + "\n", *documented(shown, known.functions_in(e)), f"Returns {described(e)}.", '"""']
    lines = [*about, *_through_arrays(inputs, known), *_read(further, known),
             *asserted(further, known.sizes, body.sizes), *body.lines, f"return {result}"]
    return define(name, [*parameters(e, [*inputs, *directions], known), *starred(known.sizes.free)], lines)
