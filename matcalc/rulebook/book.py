"""The rules: an index of blocks over the files in rules/, each block read only when somebody asks for it.

A block starts at the margin, `function det(X: [n,n]) -> scalar`, and its indented lines are fields. Expressions in
fields are read by the parser that reads the user's input, with the parameters, their tangents dX and G bound.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from os.path import abspath
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from matcalc.algebra import substitute, tangent, variable
from matcalc.algebra.calls import Law, cotangent, param_leaf
from matcalc.algebra.demands import Demand, said
from matcalc.algebra.flip import unremembered
from matcalc.core.dims import Dim, Shape, named
from matcalc.core.expr import TANGENT, Expr, postorder
from matcalc.core.function import FORMS, Function, Param
from matcalc.diagnostics import MatcalcError, fail
from matcalc.extensions import ASCII, dialect_names
from matcalc.files import MOST_RULES, FileError, first_control, text_of

_HEADER = re.compile(r"^([a-z]+) +([^\W\d]\w*) *\((.*?)\) *(?:-> *(.+?))? *(?:#.*)?$", re.MULTILINE)
_PARAM = re.compile(r" *(\w+) *: *(\[[^\]]*\]|scalar|index|dimension) *([a-z ]*)")
_SEVERAL = re.compile(r"(law|example)(?:\s*=|\s)\s*(.*)")  # of which a block may have several
EXPRESSIONS = {"d", "adjoint", "matrix", "body", "means"}
LOOKS = {*dialect_names()} - {ASCII}  # in ASCII a function looks as it is typed
FIELDS = EXPRESSIONS | LOOKS | {"is", "core", "domain", "kink", "numpy", "ref", "example", "law", "note", "draw",
                                "title", "letter", "whole"}
CORE = ("commutation", "diag", "inv", "kron", "log", "tril", "triu", "vec")  # what the calculus itself writes
_READ = EXPRESSIONS | {"law", "domain"}


def rules_folder() -> Path:
    """Where the rules lie: inside the installed package, or beside it in a checkout."""
    inside = Path(__file__).parent.parent / "rules"
    return inside if inside.is_dir() else Path(__file__).parent.parent.parent / "rules"


class Rulebook:
    """All blocks of some rule files, by function name."""

    def __init__(self, files: Iterable[Path]) -> None:
        self._headers: dict[str, list[tuple[re.Match[str], str, str, int]]] = {}
        self._functions: dict[str, tuple[Function, ...]] = {}
        self._unspecified: WeakValueDictionary[tuple[str, int], Function] = WeakValueDictionary()
        self._fallbacks: dict[str, Function | None] = {}
        for file in files:
            self._index(file)

    def _index(self, file: Path) -> None:
        text = _text(file)
        headers = list(_HEADER.finditer(text))
        _reject_strays(text, headers, str(file))
        for i, header in enumerate(headers):
            end = headers[i + 1].start() if i + 1 < len(headers) else len(text)
            line = text.count("\n", 0, header.start()) + 1
            block = (header, text[header.end():end], str(file), line)
            self._headers.setdefault(header.group(2), []).append(block)

    def names(self) -> set[str]:
        return set(self._headers)

    def names_in(self, files: set[str]) -> list[str]:
        """The functions that have a block in one of `files`."""
        return [name for name, blocks in self._headers.items() if any(file in files for _, _, file, _ in blocks)]

    def names_saying(self, word: str) -> list[str]:
        """Functions of which a block has `word` among its properties, found without reading the blocks."""
        says = re.compile(rf"^  is +=.*\b{word}\b", re.MULTILINE)
        return [name for name, blocks in self._headers.items() if any(says.search(text) for _, text, _, _ in blocks)]

    def overloads(self, name: str) -> tuple[Function, ...]:
        """The blocks called `name`, in the order of the file."""
        if name not in self._functions:
            self._functions[name] = tuple(self._read(*block) for block in self._headers.get(name, ()))
        return self._functions[name]

    def core(self, name: str) -> Function:
        """The block of an operation that the calculus itself writes, one of CORE."""
        return self.overloads(name)[0]

    def functions(self) -> list[Function]:
        return [f for name in self._headers for f in self.overloads(name)]

    def _read(self, header: re.Match[str], block: str, file: str, line: int) -> Function:
        form, name, params, result = header.groups()
        if form not in FORMS:
            raise _bad(f"a block starts with one of {', '.join(FORMS)}, not with “{form}”", file, line)
        fields = read_fields(block, file, line)
        read = tuple(_param(text, file, line) for text in re.split(r",(?![^\[]*\])", params) if text.strip())
        shape = _shape(result or "scalar", file, line)
        return Function(name, read, shape, form, fields, self._elaborate, file=file, line=line)

    def unspecified(self, name: str, order: int = 0) -> Function:
        """An elementwise function of which nothing is known but its name; its differential is the next derivative."""
        found = self._unspecified.get((name, order))
        if found is None:
            m, n = named("m"), named("n")
            found = Function(name, (Param("X", (m, n)),), (m, n), "unspecified", {"d": "", "is": "equivariant"},
                             self._next_derivative, order=order)
        return self._unspecified.setdefault((name, order), found)

    def _next_derivative(self, function: Function, field: str) -> Expr:
        from matcalc.algebra import apply

        assert field == "d"
        return apply(self.unspecified(function.name, function.order + 1), param_leaf(function, 0))

    def fallback(self, name: str) -> Function | None:
        """A function that no block names but SymPy knows, as an elementwise function; None where it does not."""
        from matcalc.rulebook.sympy_functions import lookup

        if name not in self._fallbacks:
            self._fallbacks[name] = lookup(name, self)
        return self._fallbacks[name]

    def _elaborate(self, function: Function, field: str) -> Any:
        if field == "waiting":
            return [(text, self._needs(function, text)) for text in function.fields["law"].splitlines()]
        if field.startswith("law "):
            with unremembered():
                return self._law(function, field.removeprefix("law "))
        if field.startswith("domain "):
            return self.read_expression(function, field.removeprefix("domain "), "domain")
        return self.read_expression(function, function.fields[field], field)

    def read_expression(self, function: Function, text: str, field: str, extra: dict[str, Expr] | None = None) -> Expr:
        """Read `text` with the names of the block: parameters, their tangents in a differential, G in an adjoint."""
        from matcalc.language import parse_template

        bindings: dict[str, Expr] = {}
        dims: set[str] = set()
        for i, param in enumerate(function.params):
            if param.kind == "dimension":
                dims.add(param.name)
            else:
                bindings[param.name] = param_leaf(function, i)
                bindings[f"d{param.name}"] = tangent(param.name, param.shape)
            dims |= _dim_names(param.shape)
        if field.startswith("adjoint"):
            bindings["G"] = cotangent(function)
        for e in (extra or {}).values():
            dims |= _dim_names(e.shape)
        dims |= _dim_names(function.result)
        found = parse_template(text, self, bindings={**bindings, **(extra or {})}, dims=dims,
                               file=function.file, line=function.line)
        _refuse_changes(found, function, field)
        return found

    def _needs(self, function: Function, text: str) -> frozenset[str]:
        """The functions that occur in whatever the law `text` matches, its own apart."""
        return self.calls_in(text.partition(":")[2].partition("=>")[0]) - {function.name}

    def calls_in(self, text: str) -> frozenset[str]:
        """The functions that `text` names, without those that are gone when it has been read: a notation expands."""
        words = set(re.findall(r"\w+", text)) & self.names()
        return frozenset(word for word in words if all(f.form != "notation" and "core" not in f.fields
                                                       for f in self.overloads(word)))

    def _law(self, function: Function, text: str) -> list[Law]:
        """A rewrite; entry by entry it holds for matrices and, with other product signs, for scalars."""
        name, _, rule = text.partition(":")
        rule, _, condition = rule.partition(" if ")
        rule, _, where = rule.partition(" where ")
        left, arrow, right = rule.partition("=>")
        if not arrow:
            raise _bad(f"a law reads NAME: LEFT => RIGHT, not “{text}”", function.file, function.line)
        extra = _where(where, function)
        pattern, replacement = (self.read_expression(function, side.strip(), "law", extra) for side in (left, right))
        law = Law(name.strip(), pattern, replacement, self._demands(function, condition, extra))
        if function.form not in ("elementwise", "constant") or function.params[0].shape != function.result:
            return [law]
        one: dict[str, Dim] = {"m": 1, "n": 1}
        of_scalars = tuple(demand.about(lambda e: substitute(e, {}, one)) for demand in law.demands)
        return [law, Law(law.name, substitute(law.pattern, {}, one), substitute(law.replacement, {}, one), of_scalars)]

    def _demands(self, function: Function, text: str, extra: dict[str, Expr]) -> tuple[Demand, ...]:
        """What stands behind `if`: prod(X) positive; P and -P without common eigenvalue."""
        clauses = said(text) if text.strip() else []
        if text.strip() and len(clauses) < len(text.split(";")):
            raise _bad(f"a condition reads EXPRESSION WORD, not “{text.strip()}”", function.file, function.line)
        return tuple(Demand(word, self.read_expression(function, subject, "law", extra),
                            self.read_expression(function, f"-({partner})", "law", extra) if partner else None)
                     for subject, partner, word in clauses)


def _refuse_changes(e: Expr, function: Function, field: str) -> None:
    """Raise MatcalcError where dX stands in what is no differential."""
    if field.partition(".")[0] != "d" or function.form == "elementwise":
        for change in (part for part in postorder(e) if part.kind is TANGENT):
            what = f"of the form {function.form} " if field.partition(".")[0] == "d" else ""
            raise _bad(f"d{change.data[0]} is a change of {change.data[0]}, of which the field {field} {what}does not "
                       "speak", function.file, function.line)


def _where(text: str, function: Function) -> dict[str, Expr]:
    """Further variables of a law: `where c: scalar, B: [n,n]`."""
    params = [_param(part, function.file, function.line) for part in re.split(r",(?![^\[]*\])", text) if part.strip()]
    return {p.name: variable(p.name, p.shape, p.props) for p in params}


def read_fields(block: str, file: str, line: int) -> dict[str, str]:
    """The indented lines `key = value` of a block; a deeper indented line continues the one above."""
    fields: dict[str, str] = {}
    key = ""
    for number, raw in enumerate(block.splitlines()):
        text = re.sub(r"(^|\s)#.*$", "", raw).rstrip()
        if not text.strip():
            continue
        if len(text) - len(text.lstrip()) > 2 and key:
            fields[key] += " " + text.strip()
            continue
        if several := _SEVERAL.fullmatch(text.strip()):
            key, value = several.groups()
            fields[key] = (fields[key] + "\n" if key in fields else "") + value
            continue
        key, equals, value = (part.strip() for part in text.partition("="))
        if not equals or key.partition(".")[0] not in FIELDS:
            raise _bad(f"“{text.strip()}” is not a field; a line reads KEY = VALUE with KEY one of "
                       f"{', '.join(sorted(FIELDS))}", file, line + number)
        if key in fields:
            raise _bad(f"the field {key} is stated twice", file, line + number)
        fields[key] = value
    return fields


def _text(file: Path) -> str:
    """What a rule file says, which is shown to people: nothing in it may be an order to their terminal."""
    try:
        text = text_of(file, MOST_RULES)
    except FileError as trouble:
        raise fail("M0701", f"cannot read the rule file {file}: {trouble}") from None
    if (place := first_control(text)) >= 0:
        line = text.count("\n", 0, place) + 1
        raise _bad(f"the character U+{ord(text[place]):04X} is not shown but obeyed by a terminal", str(file), line)
    return text


def _reject_strays(text: str, headers: list[re.Match[str]], file: str) -> None:
    starts = {h.start() for h in headers}
    offset = 0
    for number, raw in enumerate(text.splitlines(keepends=True), 1):
        if raw.strip() and raw[0] not in " \t#" and offset not in starts:
            raise _bad(f"“{raw.strip()}” does not start a block; a block reads FORM NAME(X: [m,n], …) -> SHAPE, "
                       f"with FORM one of {', '.join(FORMS)}", file, number)
        offset += len(raw)


def _param(text: str, file: str, line: int) -> Param:
    found = _PARAM.fullmatch(text.rstrip())
    if not found:
        raise _bad(f"“{text.strip()}” is not a parameter; write X: [m,n], x: [n], c: scalar, i: index or n: dimension",
                   file, line)
    name, shape, props = found.groups()
    kind = shape if shape in ("index", "dimension") else "value"
    return Param(name, (1, 1) if kind != "value" else _shape(shape, file, line), kind, frozenset(props.split()))


def _shape(text: str, file: str, line: int) -> Shape:
    if text.strip() == "scalar":
        return (1, 1)
    dims = [_dim(part.strip(), file, line) for part in text.strip().strip("[]").split(",")]
    if len(dims) not in (1, 2):
        raise _bad(f"“{text}” is not a shape; write [m,n], [n] or scalar", file, line)
    return (dims[0], dims[1] if len(dims) == 2 else 1)


def _dim(text: str, file: str, line: int) -> Dim:
    """A dimension of a signature: a number, a name, or a product or sum of these."""
    total: Dim = 0
    for term in text.split("+"):
        product: Dim = 1
        for factor in term.split("*"):
            if not re.fullmatch(r"\s*(\d+|[a-z])\s*", factor):
                raise _bad(f"“{text}” is not a dimension", file, line)
            product = product * (int(factor) if factor.strip().isdecimal() else named(factor.strip()))
        total = total + product
    return total


def _dim_names(shape: Shape) -> set[str]:
    from matcalc.core.dims import names

    return names(shape[0]) | names(shape[1])


def _bad(message: str, file: str, line: int) -> MatcalcError:
    return fail("M0702", f"{file}, line {line}: {message}")


@cache
def standard() -> Rulebook:
    """The rules that matcalc ships."""
    return Rulebook(sorted(rules_folder().glob("*.rules")))


@cache
def extended(*files: Path) -> Rulebook:
    """The shipped rules and those of `files`, which win where they name the same function."""
    given = set(map(abspath, files))  # which asks no system: a name that no file can have is refused when it is read
    book = Rulebook([*files, *(f for f in sorted(rules_folder().glob("*.rules")) if abspath(f) not in given)])
    mine = {str(file) for file in files}
    for name in book.names_in(mine):
        _keep_meaning(book, book.overloads(name), mine)
    return book


def _keep_meaning(book: Rulebook, blocks: tuple[Function, ...], mine: set[str]) -> None:
    """A name that the calculus writes, or another rule, goes on to mean what it means in the shipped rules."""
    for f in (f for f in blocks if f.file in mine):
        rivals = [g for g in blocks if g.file not in mine and len(g.params) == len(f.params)]
        if rivals and all(_meaning(f) != _meaning(g) for g in rivals) and _is_relied_on(book, f.name, mine):
            raise _bad(f"{f.name} has another meaning in the shipped rules, and the calculus or another rule relies "
                       "on it; give this function a name of its own", f.file, f.line)


def _meaning(f: Function) -> tuple[object, ...]:
    """What a block is a function of, and how its value is computed."""
    said = [f.fields.get(key, "").split() for key in ("numpy", "means", "core")]
    return f.form, [(p.shape, p.kind) for p in f.params], f.result, said


def _is_relied_on(book: Rulebook, name: str, mine: set[str]) -> bool:
    word = re.compile(rf"\b{re.escape(name)}\b")
    texts = (text for f in book.functions() if f.file not in mine and f.name != name
             for key, text in f.fields.items() if key.partition(".")[0] in _READ)
    return name in CORE or any(map(word.search, texts))
