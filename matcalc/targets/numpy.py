"""NumPy: how it spells each construct, how the numeric template of a rule becomes a row of that table, how arguments
are read and results returned, how a program draws a point and compares.

In the code a scalar is a float, everything else a 2-D array, a vector n×1.
"""

from __future__ import annotations

import ast
import builtins
import keyword
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from functools import lru_cache, partial
from io import StringIO

import numpy as np

from matcalc.algebra.make import bind_dims
from matcalc.core.dims import Dim, format_dim
from matcalc.core.expr import Expr
from matcalc.core.function import Function
from matcalc.numeric.evaluate import silence
from matcalc.printers.dialect import Axis
from matcalc.printers.precedence import ANY, ATOM, LOOSE, POWER, PRODUCT, SUM, Form, form
from matcalc.printers.view import View
from matcalc.targets.target import Comparing, Constructs, DimText, Draws, Frame, Stacks, Statements, Target

FORMS = {
    "constant": form("np.#a"),
    "negate": form("-#0", SUM, LOOSE),
    "fraction": form("#0 / #1", LOOSE, LOOSE, POWER),
    "scaled fraction": form("#0 * #2 / #1", LOOSE, PRODUCT, POWER),
    "coefficient": form("#0 / #1 * #2", LOOSE, PRODUCT, POWER),
    "fraction in front": form("#0 / #1", LOOSE, LOOSE, POWER),
    "ratio": form("#a / #b", LOOSE),
    "hadamard quotient": form("#0 / #1", LOOSE, LOOSE, POWER),
    "power": form("#0**#1", POWER, ATOM),
    "integer power": form("#0**#a", POWER, ATOM),
    "elementwise power": form("#0**#1", POWER, ATOM),
    "elementwise integer power": form("#0**#a", POWER, ATOM),
    "matrix power": form("np.linalg.matrix_power(#0, #a)"),
    "root": form("np.sqrt(#0)"),
    "simple root": form("np.sqrt(#0)"),
    "elementwise root": form("np.sqrt(#0)"),
    "roots of entries": form("np.sqrt(#0)"),
    "norm2": form("np.linalg.norm(#0)"),
    "normF": form("np.linalg.norm(#0)"),
    "trace": form("np.trace(#0)"),
    "total": form("np.sum(#0)"),
    "word": form("(#0).item()"),
    "transpose": form("#0.T", ATOM, ATOM),
    "inverse": form("np.linalg.inv(#0)"),
    "inverse transpose": form("np.linalg.inv(#0).T"),
    "eye": form("np.eye(#a)"),
    "identity": form("np.eye(#a)"),
    "ones": form("np.ones((#a, #b))"),
    "ones vector": form("np.ones((#a, 1))"),
    "one": form("np.ones((#a, 1))"),
    "zeros": form("np.zeros((#a, #b))"),
    "zeros vector": form("np.zeros((#a, 1))"),
    "unit": form("np.eye(#b)[:, [#i]]"),
    "entry": form("#0[#i, #j]", ATOM, ATOM),
    "vector entry": form("#0[#i, 0]", ATOM, ATOM),
    "row entry": form("#0[0, #i]", ATOM, ATOM),
    "row": form("#0[[#i], :]", ATOM, ATOM),
    "column": form("#0[:, [#i]]", ATOM, ATOM),
    "slice": form("#0[#a, #b]", ATOM, ATOM),
    "vector slice": form("#0[#a, :]", ATOM, ATOM),
    "unspecified": form("#b(#0)"),
    "unspecified entries": form("#b(#0)"),
    "derivative": form("#b_1(#0)"),
    "second derivative": form("#b_2(#0)"),
    "higher derivative": form("#b_#a(#0)"),
}
JOINS = {"plus": " + ", "minus": " - ", "product": " * ", "chain": " @ ", "call": " * ", "hadamard": " * ",
         "beside": ", ", "below": "], [", "open": "np.block([[", "close": "]])", "group": ""}


def call_form(seen: View, text: str, dim_text: DimText) -> Form:
    """The numeric template of a rule for one call; the dimensions it mentions are written out."""
    function: Function = seen.data[0]
    args = tuple(part for part in seen.parts if isinstance(part, Expr))
    params = tuple(p.name for p in function.params)
    mentioned = _mentioned(text) - set(params)
    dims = tuple((name, dim_text(dim)) for name, dim in bind_dims(function, args).items() if name in mentioned)
    return _compiled(text, params, dims)


@lru_cache(maxsize=256)
def _mentioned(text: str) -> frozenset[str]:
    return frozenset(n.id for n in ast.walk(ast.parse(text, mode="eval")) if isinstance(n, ast.Name))


@lru_cache(maxsize=256)
def _compiled(text: str, params: tuple[str, ...], dims: tuple[tuple[str, str], ...]) -> Form:
    """`np.linalg.inv(X)` as a form: names of parameters become holes, names of dimensions their values."""
    tree = ast.parse(text, mode="eval").body
    if isinstance(tree, ast.Attribute) and not _names(tree, params):
        return form(f"{text}({', '.join(f'#{i}' for i in range(len(params)))})")
    alone = _arguments(tree)
    replacements = {name: f"({value})" if not value.isalnum() else value for name, value in dims}
    replacements |= {name: f"#{i}" for i, name in enumerate(params)}
    needs = [ANY] * len(params)
    for name in _names(tree, params):
        if name not in alone:
            needs[params.index(name.id)] = ATOM
    level = ATOM if isinstance(tree, ast.Call | ast.Name | ast.Attribute | ast.Subscript) else SUM
    return form(_spliced(text, _names(tree, replacements), replacements), level, *needs)


def _names(tree: ast.AST, wanted: Mapping[str, str] | tuple[str, ...]) -> list[ast.Name]:
    return [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id in wanted]


def _arguments(tree: ast.AST) -> set[ast.expr]:
    """Sub-expressions that stand alone between the brackets of a call, where no further brackets are needed."""
    found: set[ast.expr] = set()
    for n in ast.walk(tree):
        if isinstance(n, ast.Call):
            found |= {*n.args, *(k.value for k in n.keywords)}
    return found


def _spliced(text: str, names: list[ast.Name], replacements: Mapping[str, str]) -> str:
    lines = text.encode().split(b"\n")
    for n in sorted(names, key=lambda n: (n.lineno, n.col_offset), reverse=True):
        line = lines[n.lineno - 1]
        new = replacements[n.id].encode()
        lines[n.lineno - 1] = line[:n.col_offset] + new + line[n.end_col_offset:]
    return b" ".join(line.strip() for line in lines).decode()


def modules(texts: Sequence[str]) -> list[str]:
    """The modules of SciPy that numeric templates use: scipy.special, scipy.linalg."""
    found = set()
    for text in texts:
        for n in ast.walk(ast.parse(text, mode="eval")):
            if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name) and n.value.id == "scipy":
                found.add(f"scipy.{n.attr}")
    return sorted(found)


def axis(of: Axis, dim_text: DimText) -> str:
    """A range of indices, from 0 on and without the last one."""
    start, count, length = of
    return ":" if (start, count) == (0, length) else f"{dim_text(start)}:{dim_text(start + count)}"


def assign(names: Sequence[str], value: str) -> str:
    """One value or several."""
    return f"{', '.join(names)} = {value}"


def call(name: str, given: Sequence[str], named: Sequence[str]) -> str:
    """The sizes that no argument determines go by name."""
    return f"{name}({', '.join([*given, *(f'{size}={size}' for size in named)])})"


def asserted(name: str, what: str, sizes: Sequence[str]) -> str:
    """An assertion that says both shapes."""
    both = f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"
    return f'assert {name}.shape == {both}, f"{name} is {what} = {{{both}}}, not {{{name}.shape}}"'


def read(x: Expr, name: str, dtype: str = "float64") -> list[str]:
    """Numbers as floats, vectors as columns, the others as arrays that have two axes."""
    if x.is_scalar:
        return [f"{name} = np.{dtype}({name})"]
    lines = [f"{name} = np.asarray({name}, dtype={_DTYPES[dtype]})"]
    if 1 in x.shape:
        sizes = "-1, 1" if x.shape[1] == 1 else "1, -1"
        return [*lines, f"{name} = {name}.reshape({sizes}) if {name}.ndim == 1 else {name}"]
    what = "×".join(format_dim(d) for d in x.shape)
    return [*lines, f'assert {name}.ndim == 2, f"{name} is {what}, not {{{name}.shape}}"']


_DTYPES = {"float64": "float", "float32": "np.float32"}


def unread(x: Expr, name: str) -> list[str]:
    """What formulas take of an argument that is already an array: a vector is a column."""
    return [f"{name} = {name}.reshape({'-1, 1' if x.shape[1] == 1 else '1, -1'})"] if _is_line(x) else []


def _is_line(x: Expr) -> bool:
    return 1 in x.shape and not x.is_scalar


def checked(lines: Sequence[str], otherwise: Sequence[str]) -> list[str]:
    """Lines that `check=False` skips for others."""
    if not lines:
        return []
    branches = [("if check:", lines), *([("else:", otherwise)] if otherwise else [])]
    return [text for head, body in branches for text in (head, *(f"    {line}" for line in body))]


def result(e: Expr, text: str) -> str:
    """A float, a list of numbers for a vector, an array."""
    if e.is_scalar:
        return f"float({text})"
    return f"np.ravel({text})" if e.shape[1] == 1 else text


def module(about: str, templates: Sequence[str], parts: Sequence[str]) -> str:
    """Docstring, imports, and the definitions `parts` two lines apart."""
    imports = "".join(f"import {name}\n" for name in ["numpy as np", *modules(templates)])
    return "\n\n".join([(f'"""{about}"""\n\n' if about else "") + imports, *parts])


def define(name: str, parameters: Sequence[str], named: Sequence[str], about: Sequence[str], lines: Sequence[str],
           results: Sequence[str]) -> str:
    """A definition with its docstring: the first of `about`, and further lines below it."""
    first, *further = about
    said = [f'"""{first}\n', *further, '"""'] if further else [f'"""{first}"""']
    body = [*said, *lines, *([f"return {', '.join(results)}"] if results else [])]
    indented = "".join(f"    {line}".rstrip() + "\n" for text in body for line in text.split("\n"))
    keywords = ["*", *(f"{word}=True" if word == "check" else word for word in named)] if named else []
    return f"def {name}({', '.join([*parameters, *keywords])}):\n{indented}"


def described(axes: Sequence[Dim]) -> str:
    """The kind of value that the caller gives or gets."""
    if not axes:
        return "a number"
    sizes = ", ".join(map(format_dim, axes))
    return f"an array ({sizes}{',' if len(axes) == 1 else ''})"


def passes(source: str) -> bool:
    """Whether the program, run as a file, finds itself right."""
    try:
        with silence(), redirect_stdout(StringIO()):
            exec(compile(source, "<program>", "exec"), {"__name__": "__main__"})
    except (SystemExit, ArithmeticError, ValueError, np.linalg.LinAlgError):
        return False
    return True


MODES = {
    "generic": "rng.standard_normal({shape})",
    "positive": "rng.uniform(0.5, 2.0, {shape})",
    "small": "rng.uniform(-0.25, 0.25, {shape})",
    "identity": "rng.uniform(0.5, 2.0, {shape})",
    "fraction": "rng.uniform(0.1, 0.3, {shape})",
    "large": "rng.uniform(1.5, 3.0, {shape})",
}
_NUMBERS = {mode: text.replace(", {shape}", "").replace("{shape}", "") for mode, text in MODES.items()}
_PROPERTIES = {  # of entries and of columns
    "positive": "rng.uniform(0.5, 2.0, {shape})",
    "nonnegative": "rng.uniform(0.5, 2.0, {shape})",
    "integer": "rng.integers(1, 4, {shape}).astype(float)",
    "orthogonal": "np.linalg.qr(rng.standard_normal({shape}))[0]",
    "onehot": "np.eye({n})[rng.integers({n}, size={m})]",
}
_STRUCTURES = {  # of square matrices
    "sym": "({X} + {Xt}) / 2",
    "skew": "({X} - {Xt}) / 2",
    "spd": "{X} @ {Xt} + np.eye({n})",
    "psd": "{X} @ {Xt} + np.eye({n})",
    "lower": "np.tril({X})",
    "upper": "np.triu({X})",
    "diag": "{X} * np.eye({n})",
}
_TANGENTS = {word: text.replace("{X", "{V") for word, text in _STRUCTURES.items()}
_TANGENTS |= {"spd": _TANGENTS["sym"], "psd": _TANGENTS["sym"], "diag": "{V} * np.eye({V}.shape[-1])",
              "orthogonal": "{V} - {X} @ ({Xt} @ {V} + {Vt} @ {X}) / 2"}
DRAWS = Draws(
    generator="rng = np.random.default_rng({seed})",
    modes=MODES,
    square={"identity": "np.eye({n}) + 0.1 * rng.standard_normal({shape})"},
    numbers=_NUMBERS | {"nonnegative": _NUMBERS["positive"], "integer": "float(rng.integers(1, 4))"},
    properties=_PROPERTIES,
    columns={"onehot": "np.eye({m})[rng.integers({m})]"},
    structures=_STRUCTURES,
    tangents=_TANGENTS,
    direction="rng.standard_normal({X}.shape)",
    shape=lambda sizes: str(sizes[0]) if len(sizes) == 1 else f"({', '.join(map(str, sizes))})",
)

RUN = '''if __name__ == "__main__":
    for name, claimed, difference in comparisons():
        error = np.linalg.norm(claimed - difference) / max(1.0, np.linalg.norm(difference))
        print(f"{name}: relative error {error:.0e}{'' if ' against ' in name else ' against central differences'}")
        if not error < 1e-6:
            raise SystemExit(f"the {name} is wrong")
'''
_CYCLE = ("np.sin({z})", "np.cos({z})", "-np.sin({z})", "-np.cos({z})")


def smooth(a: int, order: int) -> str:
    """sin(a z) or one of its derivatives, in the place of an unspecified function."""
    text = _CYCLE[order % 4].format(z="z" if a == 1 else f"{a} * z")
    factor = f"{a ** order} * " if a > 1 and order else ""
    sign, text = ("-", text[1:]) if text.startswith("-") else ("", text)
    return text.removesuffix("(z)") if (a, sign) == (1, "") else f"lambda z: {sign}{factor}{text}"


COMPARING = Comparing(
    moved="{x} {sign} {h} * {v}",
    difference="({ahead} - {behind}) / (2 * {h})",
    transposed="{x}.T",
    inner="np.vdot({x}, {y})",
    scaled="{x} * {v}",
    applied="{x} @ {v}",
    doubled="{v} * (1 + np.eye(len({v}))) / 2",
    flat="np.ravel({x})",
    columns='np.ravel({x}, order="F")',
    rows='np.ravel({x}, order="C")',
    tensor="np.tensordot({x}, {v}, {axes})",
    smooth=smooth,
    part="{x}[{i}]",
    unchecked="check=False",
    said='yield "{name}", {claimed}, {measured}',
    run=RUN,
)
STACKS = Stacks(
    product="{x} @ {y}",
    contracted='np.einsum("{spec}", {factors})',
    contracted_many='np.einsum("{spec}", {factors}, optimize=True)',
    reductions={word: f"np.{word}({{x}}{{along}})" for word in ("sum", "prod", "max", "min")},
    along=", axis={axes}",
    entry="{x}[{places}]",
    all=":",
    new="None",
    rest="...",
    transposed="{x}.T",
    turned="np.transpose({x}, ({order}))",
    repeated="np.broadcast_to({x}, {shape})",
    clipped="np.clip(np.arange({start}, {end}), 0, {last})",
    clipped_mark="np.clip",
    range="np.arange({start}, {end})",
    relations={"=": "==", "!=": "!=", "<": "<", "<=": "<="},
    conditions={"all": " & ", "any": " | "},
    quiet='@np.errstate(divide="ignore", invalid="ignore")',
    where="np.where({test}, {value}, {otherwise})",
    root="np.sqrt({x})",
    inverse="np.linalg.inv({x})",
    matrix_power="np.linalg.matrix_power({x}, {k})",
    trace="np.trace({x}, axis1=-2, axis2=-1)",
    each='np.vectorize(lambda {names}: {value}, signature="{signature}")({given})',
    joined="np.concatenate([{parts}], axis={axis})",
    constants={"eye": "np.eye({shape})", "ones": "np.ones({shape})", "zeros": "np.zeros({shape})",
               "unit": "np.eye({shape})[{i}]", "number": "np.{shape}"},
    number="{x} = np.float64({x})",
    read="{x} = np.asarray({x}, dtype=float)",
    axes='assert {x}.ndim == {axes}, f"{x} is {what}, not {{{x}.shape}}"',
    reshaped="np.reshape({x}, {shape})",
    swapped="np.swapaxes({x}, {first}, {second})",
)
TARGET = Target(
    "numpy", "NumPy",
    Constructs(FORMS, JOINS, "numpy", call_form, axis, single=".item()"),
    Statements(assign, call, "{array}.shape[{axis}]", "{array}.shape", "{size} // {by}", asserted, read, result,
               "({items})", checked, unread),
    Frame(module, define, described, frozenset({"np", "scipy", "rng", *dir(builtins), *keyword.kwlist}), passes),
    DRAWS, COMPARING, STACKS)


def typed(dtype: str) -> Target:
    """The target, where functions convert their arguments to `dtype`."""
    stacks = STACKS._replace(number=f"{{x}} = np.{dtype}({{x}})",
                             read=f"{{x}} = np.asarray({{x}}, dtype={_DTYPES[dtype]})")
    return TARGET._replace(statements=TARGET.statements._replace(read=partial(read, dtype=dtype)), stacks=stacks)
