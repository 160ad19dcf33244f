"""The derivative as a function for the file that it was asked of: the same arguments, the same program, as a diff."""

from __future__ import annotations

import ast
import difflib
import re
from textwrap import indent

from matcalc.diagnostics import NoRuleError, fail
from matcalc.source.formula import Argument, Formula

_LONGEST = 70  # characters of a formula in a docstring


def function_for(formula: Formula, wrt: Argument, module: str, said: str) -> str:
    """Source text of `NAME_grad_WRT`. `module` is a program whose last function takes the variables of the formula by
    name and gives the gradient; `said` is the formula of the gradient for the docstring."""
    tree = ast.parse(module)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    main = functions[-1]
    spec = ast.unparse(formula.function.args)
    name = free_name(formula, wrt)
    lines = module.split("\n")
    imports = [ast.unparse(node) for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    known = {ast.unparse(node) for node in formula.file.tree.body if isinstance(node, ast.Import | ast.ImportFrom)}
    said = f" = {said}" if len(said) <= _LONGEST else ""
    body = [f'"""∂{formula.place.name}/∂{wrt.name}{said}, by matcalc."""', *(i for i in imports if i not in known)]
    body += ["\n".join(lines[node.lineno - 1:node.end_lineno]) for node in functions[:-1]]
    body += _converted(formula, main)
    first = main.body[1] if ast.get_docstring(main) else main.body[0]
    text = "\n".join(lines[first.lineno - 1:main.end_lineno])
    body.append(_returned(text, wrt))
    inside = "\n".join(indent(part, "    ") if not part.startswith("    ") else part for part in body if part)
    return f"def {name}({spec}):\n{inside}\n"


def free_name(formula: Formula, wrt: Argument) -> str:
    """A name that the file does not have: loss_grad_W."""
    name = f"{formula.place.name}_grad_{wrt.name}"
    while name in formula.file.functions or name in formula.file.constants:
        name += "_"
    return name


def _converted(formula: Formula, main: ast.FunctionDef) -> list[str]:
    """Lines that make the arrays of the formula of the arguments: columns as vectors, labels as matrices."""
    names = {a.arg for a in main.args.args}
    module = {"numpy": "np", "jax": "jnp", "torch": "torch"}[formula.dialect]
    found = []
    for a in formula.arguments:
        called = a.called if a.called in names else a.called.replace("_", "")
        if called not in names:
            continue
        if a.is_labels:
            classes = _classes(formula, a)
            found.append(f"{called} = {module}.eye({classes})[{a.name}]")
        elif 1 in a.shape and len(a.shape) == 2:
            found.append(f"{called} = {a.name}.reshape(-1)" if a.shape != (1, 1) else f"{called} = {a.name}[0, 0]")
        elif called != a.name:
            found.append(f"{called} = {a.name}")
    missing = names - {a.called for a in formula.arguments} - {a.called.replace("_", "") for a in formula.arguments}
    if missing:
        raise fail(
            "M1111",
            f"no patch: the program needs {', '.join(sorted(missing))}, which the function does not take",
            error=NoRuleError,
        )
    return found


def _classes(formula: Formula, labels: Argument) -> str:
    """The number of classes, from the shape of another argument."""
    dim = labels.declaration.partition(",")[2].partition(")")[0].strip()
    if dim.isdigit():
        return dim
    for a in formula.arguments:
        if not a.is_labels and dim in a.shape:
            return f"{a.name}.shape[{a.shape.index(dim)}]"
    raise fail("M1111", f"no patch: no argument says how many classes {labels.name} has", error=NoRuleError)


def _returned(text: str, wrt: Argument) -> str:
    """The body with a result in the shape of the argument."""
    if len(wrt.shape) == 2 and 1 in wrt.shape:
        return re.sub(
            r"(?m)^(\s*)return (.+)$", rf"\1return ({{}}).reshape({wrt.name}.shape)".replace("{}", r"\2"), text
        )
    return text


def diff_of(formula: Formula, added: str) -> str:
    """A unified diff that puts a function behind the one that was read."""
    old = formula.file.text.splitlines(keepends=True)
    if old and not old[-1].endswith("\n"):
        old[-1] += "\n"
    end = formula.function.end_lineno or formula.function.lineno
    new = [*old[:end], "\n", "\n", *added.splitlines(keepends=True), *old[end:]]
    ast.parse("".join(new))
    path = formula.place.file
    return "".join(difflib.unified_diff(old, new, f"a/{path.lstrip('/')}", f"b/{path.lstrip('/')}"))
