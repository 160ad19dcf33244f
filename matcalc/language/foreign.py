"""Texts from elsewhere: what other programs write, and what copying has flattened.

NumPy's names and operators are read in its dialect; other languages are refused by name, with a translation by
replacements as the fix. Functions of others may be defined by an expression, lambda_min(A) by -lambda_max(-A).
Exponents and subscripts that copying has flattened are asked about: ‖x‖22 was ‖x‖₂², (x-y)2 was (x-y)².
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from matcalc.diagnostics import Diagnostic, InputError, MatcalcError, Span, Translated, as_pasted, fail
from matcalc.language.arrays import along, layered, one_axis
from matcalc.language.axes import COLUMN
from matcalc.language.characters import SEPARATOR, pattern
from matcalc.language.clean import clean
from matcalc.language.constructs import sign_of
from matcalc.language.lexer import Lexer
from matcalc.language.peers import CVXPY, INFINITE, is_cvxpy
from matcalc.language.reader import NORM_KINDS, Parse, Reader, integer, is_list, run
from matcalc.language.suggest import definitions, names, table, with_declarations
from matcalc.language.syntax import EMPTY, Op, Syntax, instantiate, node, placed
from matcalc.language.vocabulary import Vocabulary
from matcalc.limits import limited
from matcalc.options import NOTATIONS, NUMPY
from matcalc.records import NamedTuple

DIALECT = f"--dialect {NUMPY}"
LOST = {"1": ("_1",), "2": ("^2", "_2"), "22": ("_2^2",), "F": ("_F",), "F_2": ("_F^2",)}
MATHEMATICA = r"(?<=[\w\])])\.(?!(?:T|I|H|mT)\b)(?=[A-Za-z(])"
_FUNCTIONAL = r"(?<![\w.])F\.([a-z]\w*)\(([A-Z]\s*[,)])?"  # with whether a matrix alone is its first argument
INVERSE, DIAGONAL = "inv", "diag"
PREFIX = r"(?<![\w.])(?:(?:jax\.)?(?:scipy\.)?stats\.(?:[a-z]\w*\.)?(?=[a-z]\w*\()" \
    r"|(?:np|numpy|jnp|torch|jax|tf|scipy|sp|c?math|F|nn|special|lax|sklearn|pt|pytensor)\." \
    r"(?:(?:linalg|nlinalg|slinalg|nn|nnet|tensor|extra_ops|numpy|scipy|special|functional|" \
    r"math|lax|spatial|distance|integrate|signal|metrics|pairwise)\.)*" \
    r"(?=[A-Za-z_])(?!(?:T|mT|H|I)\b))"
SECOND = r"(?<=\))(?:\[1\]|\.logabsdet)"  # of slogdet(X)
VALUES = r"(?<=\))\.(?:values|solution)\b(?!\()"  # of what gives more as well, torch's sort


_PYTHON = ("NumPy", "CVXPY")
FORMULAS = ("expr", "a", "b", "claim", "subject_to")  # parameters that are formulas
PASTED = (  # a hint of all signs in formats/telltales.py, which tells what they are; no other text is looked at there
    r"<[a-z:]{2,}[\s>]|\b(?:bold|upright|mat|cal|macron|overline|op|bbb?|text|hat|frac)\s?[(\"]|(?:sum|prod|product)_|\"[A-Za-z]{2}"
    r"|\^\s*\(?top\b|\b[a-z]{3,}\.(?:o|op|c|l|r|v|b|h|alt|small|double|circle|eq)\b|\bbb [A-Za-z]|[\w)\]] (?:ox|o\.) "
    r"|\^TT\b|[▒█■〖〗⒨⒩\uf3c7\uf3c9]|[∑∏]_\(|[A-Z][A-Za-z]+\[|\\\[[A-Z]|\w:-[A-Za-z]|\^%|\.[-+]|\(abs\d|abs\d\.|%[*ox]%"
    r"|(?:Sum|Product)\(|LinearAlgebra|crossprod\(|[łø≤∈ℎⅆ][a-zV]|(?:row|col)Sums\(|[\w)\]]\s*\.\s*[A-Za-z]")
_P = ParamSpec("_P")
_R = TypeVar("_R")


class Foreign(NamedTuple):
    """A sign of another language: the pattern that tells it, and the replacements that translate the whole text."""

    name: str
    sign: str
    replacements: tuple[tuple[str, str], ...] = ()


FOREIGN = (
    Foreign("CVXPY", CVXPY),
    Foreign("a remainder, or a quotient that is rounded down", r"(?<=[\w)])(?:%(?!\w*%)|//)(?=[\w(])"),
    Foreign("a comment", r"\s*(?:(?<!\*)%(?!\*%)|#|//)[^\n]*", ((r"\s*;?\s*(?:%|#|//)[^\n]*", ""),)),
    Foreign("NumPy", PREFIX + r"|(?<=[)\]\w])\.[a-z]\w*\("),
    Foreign("R", r"%\*%", (
        (r"%\*%", "@"), (r"(?<![.@])([*/^])", r".\1"), (r"\bt\(", "transpose("), (r"\bsolve\(", "inv("))),
    Foreign("Julia", r"\.(?=[-+])", ((r"\.(?=[-+])", ""),)),
    Foreign("Σ without the index of its sum", r"Σ(?=\s*[(\[]?\s*\w\w*(?:_[i-n]|[ᵢⱼₖₗₘₙ]))", ((r"Σ", "∑"),)),
    Foreign("Mathematica", MATHEMATICA, ((r"(?<=[\w\])])\s*\.\s*(?!(?:T|H|mT)\b)(?=[A-Za-z(])", "·"),)),
)


def in_own_spelling(values: Mapping[str, Any], dialect: str, declared: Mapping[str, str]) -> dict[str, Any]:
    """The same values, those that are formulas in the format of another program translated. `declared` are variables.

    Raises InputError where a part of a formula has no meaning here, or where the format cannot be told.
    """
    from matcalc.formats import translated  # which few texts need

    def one(value: Any) -> Any:
        if isinstance(value, list | tuple):
            return type(value)(map(one, value))
        is_typed = isinstance(value, str) and not isinstance(value, Translated)
        return translated(value, dialect, declared) if is_typed else value

    return {name: one(value) if name in FORMULAS else value for name, value in values.items()}


def is_pasted(values: Mapping[str, Any], dialect: str) -> bool:
    """Whether a formula among `values` may be of another program: it is said, or a sign of one occurs."""
    if dialect:
        return dialect in NOTATIONS
    texts = [part for name in FORMULAS if name in values
             for part in (values[name] if isinstance(values[name], list | tuple) else [values[name]])]
    return any(isinstance(text, str) and not isinstance(text, Translated) and pattern(PASTED).search(text)
               for text in texts)


def is_functional(values: Mapping[str, Any]) -> bool:
    """Whether a formula is of tensorgrad, whose functions all stand behind F and whose operators are NumPy's."""
    declared = values.get("variables")
    texts = [values[name] for name in FORMULAS if isinstance(values.get(name), str)]
    said = "F" in declared if isinstance(declared, Mapping) else False
    found = [match.groups() for text in texts for match in pattern(_FUNCTIONAL).finditer(text)]
    differ = table("of tensorgrad otherwise")
    return bool(found) and not said and not any(
        differ.get(word) == "always" or (matrix and word in differ) for word, matrix in found)


def question(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """The function of formulas with the usual limits around it; they may be pasted in the format of another program."""
    names = getattr(function, "__code__").co_varnames  # noqa: B009  what a type checker knows of no callable

    @wraps(function)
    def asked(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        given = dict(zip(names, args, strict=False)) | kwargs
        dialect = str(given.get("dialect") or "")
        with as_pasted():
            if not dialect and "dialect" in names and is_functional(given):
                given["dialect"] = NUMPY
            elif not is_pasted(given, dialect):
                return function(*args, **kwargs)
            declared = given.get("variables")
            dialect = str(given.get("dialect") or "")
            given = in_own_spelling(given, dialect, declared if isinstance(declared, Mapping) else {})
            if dialect in NOTATIONS and not any(name in given for name in FORMULAS):
                raise fail("M0507", "a document is written in LaTeX, Markdown or matcalc's own notation", dialect)
            if dialect in NOTATIONS:
                given["dialect"] = ""
            called: Callable[..., _R] = function
            return called(**given)

    return limited(asked)


def foreign(text: str, dialect: str) -> Iterator[InputError]:
    """What `text` may be written in, and what it says here."""
    for language in FOREIGN:
        match = re.search(language.sign, text)
        if match is not None and not (dialect and _is_numpys(language, text[match.end():])):
            if dialect == NUMPY and language.name == "a comment" and "#" not in match[0][:2]:
                continue  # Python's % and //
            yield (unread := _unread(text, language, match))
            if not unread.diagnostics[0].fixes:
                return


def _is_numpys(language: Foreign, behind: str) -> bool:
    """Whether NumPy writes this sign too, as the dot of torch.var and of x.sum()."""
    return language.name in _PYTHON or (language.name == "Mathematica" and behind[:1].isalpha())


def _unread(text: str, language: Foreign, match: re.Match[str]) -> InputError:
    fixes = (_translated(text, language),) if language.replacements or language.name in _PYTHON else ()
    return InputError(Diagnostic("M0220", f"this is {language.name}, which is not read", text, Span(*match.span()),
                                 fixes=fixes))


def _translated(text: str, language: Foreign) -> str:
    for old, new in language.replacements:
        text = re.sub(old, new, text)
    return text if language.replacements else DIALECT


def refuse_cvxpy(text: str, declared: Collection[str]) -> None:
    """Raise InputError where CVXPY's functions are called in a text that is not read as Python."""
    if is_cvxpy(text, declared) and (match := re.search(CVXPY, text)):
        raise _unread(text, FOREIGN[0], match)


def strip_prefixes(text: str) -> str:
    """`np.linalg.` becomes invisible; every other character keeps its place. slogdet(X)[1] loses its index."""
    text = re.sub(f"{PREFIX}|{CVXPY}|{VALUES}", lambda match: SEPARATOR * len(match[0]), text)
    return re.sub(SECOND, lambda match: SEPARATOR * len(match[0]), text) if "slogdet" in text else text


def numpy_call(p: Reader, call: Syntax, is_method: bool = False) -> Syntax:
    """multiply(a, b) is a * b, norm(x, 1) the 1-norm; what the table of calls says comes first."""
    from matcalc.language.calls import meaning, refuse_lists  # which other texts do not need

    if call.data in table("read by their arguments"):
        from matcalc.language.masks import logic, picked_where, selected  # which few texts need
        from matcalc.language.shaping import shaped
        from matcalc.language.updating import by_call

        found = by_call(p, call) or logic(call) or selected(p, call) or picked_where(p, call) or shaped(p, call)
        if found is None and table("along").get(str(call.data)) == "all":
            found = layered(p, call)
        if found is not None:
            return found
    if (found := meaning(p, call, is_method)) is not None:
        return found
    if call.data not in table("by columns"):
        refuse_lists(p, call)
    if names().get(call.data) in p.vocabulary.functions:
        call = node(Op.CALL, call.args, call.span, names()[call.data])
    if (reduced := along(p, call)) is not None:
        return reduced
    if call.data in OPERATORS:
        return OPERATORS[call.data](p, call)
    return norm_call(p, call)


def of_matlab(p: Reader, call: Syntax) -> Syntax | None:
    """What MATLAB or SymPy means by a call with several arguments, or by one of a function that is none here."""
    if call.data == DIAGONAL and call.args and _is_row(call.args[0]):
        return node(Op.CALL, (node(Op.TRANSPOSE, call.args[:1], call.span), *call.args[1:]), call.span, DIAGONAL)
    if len(call.args) == 1 and call.data in p.vocabulary.functions:
        return None
    from matcalc.language.matlab import matlab_call  # which other texts do not need

    return matlab_call(p, call)


def _is_row(s: Syntax) -> bool:
    """Whether it is a row of numbers, [3 2 1], which MATLAB's diag takes as it takes a column."""
    return s.op is Op.BLOCK and s.data == (len(s.args),) and len(s.args) > 1 and all(
        part.op is Op.NUMBER for part in s.args)


def places(p: Reader, base: Syntax) -> Parse:
    """X[i, j]"""
    from matcalc.language.bracket_places import index  # which few texts need

    return (yield index(p, base))


def entries(p: Reader, base: Syntax) -> Parse | None:
    """MATLAB's X(1,2); None where the bracket here is a factor."""
    if p.token.space_before:
        return None
    from matcalc.language.matlab import entry, takes_entries  # which few texts need

    return entry(p, base) if takes_entries(p, base) else None


def sympy_method(p: Reader, base: Syntax) -> Parse | None:
    """SymPy's X.inv(); None where the dot is another."""
    from matcalc.language.matlab import is_method, method  # which few texts need

    return method(p, base) if is_method(p) else None


def refuse_infinity(text: str, nodes: Iterable[Syntax], declared: Collection[str]) -> None:
    """Raise InputError where infinity stands for a number: it is one in norms only, and no name for a variable."""
    for s in nodes:
        if s.op is Op.NAME and s.data == INFINITE and INFINITE not in declared:
            raise fail("M0330", "infinity is no number that a formula may have; a variable called inf is declared",
                       text, s.span, fixes=(with_declarations(text, "inf: scalar"),))


def norm_call(p: Reader, call: Syntax) -> Syntax:
    """norm(x, 1), norm(x, inf), norm(X, 'fro'): MATLAB's and NumPy's norms."""
    if call.data in definitions():
        return expanded(p, call)
    if call.data != "norm" or len(call.args) != 2:
        return call
    order = call.args[1]
    if order.op is Op.NEGATE and order.args[0].data == INFINITE:
        return node(Op.CALL, call.args[:1], call.span, table("norms")[f"-{INFINITE}"])
    word = str(order.data)
    return node(Op.NORM, call.args[:1], call.span, NORM_KINDS[word]) if word in NORM_KINDS else call


def _binary(op: Op) -> Callable[[Reader, Syntax], Syntax]:
    def made(p: Reader, call: Syntax) -> Syntax:
        if len(call.args) != 2:
            raise p.error("M0319", f"{call.data} takes two arguments", call.span, f"{call.data}(x, y)")
        return node(op, call.args, call.span)

    return made


def _outer(_p: Reader, call: Syntax) -> Syntax:
    """The products of all entries with all others, those of a matrix row by row."""
    first, *rest = (node(Op.CALL, (node(Op.TRANSPOSE, (one_axis(x),), x.span),), x.span, "vec") for x in call.args)
    return node(Op.PRODUCT, (first, *(node(Op.TRANSPOSE, (x,), x.span) for x in rest)), call.span)


def _solve(_p: Reader, call: Syntax) -> Syntax:
    """solve(A, b) is inv(A) b."""
    first, *rest = map(one_axis, call.args)
    return node(Op.PRODUCT, (node(Op.CALL, (first,), first.span, INVERSE), *rest), call.span)


def _added(name: str, sign: int) -> Callable[[Reader, Syntax], Syntax]:
    def made(p: Reader, call: Syntax) -> Syntax:
        if len(call.args) != 2:
            raise p.error("M0319", f"{name} takes two arguments", call.span, f"{name}(x, y)")
        return node(Op.SUM, call.args, call.span, (1, sign))

    return made


def _raveled(p: Reader, call: Syntax) -> Syntax:
    """Row by row, as NumPy keeps arrays: vec(X')."""
    if len(call.args) != 1:
        raise p.error("M0319", f"{call.data} takes one argument", call.span)
    (x,) = call.args
    return node(Op.CALL, (node(Op.TRANSPOSE, (x,), x.span),), call.span, table("by columns")["ravel"])


def _reshaped(p: Reader, call: Syntax) -> Syntax:
    """X.reshape(m, n), row by row: unvec(vec(X'), n, m)'; reshape(-1) is a vector, -1 beside a size what remains."""
    x, *given = call.args
    sizes = [size for one in given for size in (one.args if is_list(one) else [one])]
    rows = _raveled(p, node(Op.CALL, (x,), call.span, call.data))
    if len(sizes) == 1:
        return rows
    if len(sizes) != 2 or sum(size.op is Op.NEGATE for size in sizes) == 2:
        raise p.error("M0319", f"{call.data} takes two sizes", call.span, "X.reshape(m, n)")
    m, n = (node(Op.RESERVED, (), size.span, EMPTY) if size.op is Op.NEGATE else size for size in sizes)
    if integer(m) == 1:
        return node(Op.TRANSPOSE, (rows,), call.span)
    if integer(n) == 1:
        return node(Op.ALONG, (rows,), call.span, (COLUMN, 1, True))
    return node(Op.TRANSPOSE, (node(Op.CALL, (rows, n, m), call.span, table("by columns")["reshape"]),), call.span)


OPERATORS: dict[str, Callable[[Reader, Syntax], Syntax]] = {
    **dict.fromkeys(["matmul", "mm", "mv", "matvec", "dot"], _binary(Op.PRODUCT)),
    "multiply": _binary(Op.HADAMARD), "mul": _binary(Op.HADAMARD), "divide": _binary(Op.HADAMARD_DIVIDE),
    "div": _binary(Op.HADAMARD_DIVIDE), "true_divide": _binary(Op.HADAMARD_DIVIDE), "power": _binary(Op.HADAMARD_POWER),
    "pow": _binary(Op.HADAMARD_POWER), "add": _added("add", 1), "subtract": _added("subtract", -1),
    "vdot": lambda _p, call: node(Op.INNER, tuple(map(one_axis, call.args)), call.span, call.data),
    "matrix_power": _binary(Op.POWER), "outer": _outer, "ger": _outer, "solve": _solve,
    **dict.fromkeys(["ravel", "flatten"], _raveled), **dict.fromkeys(["reshape", "view"], _reshaped),
    "identity": lambda _p, call: node(Op.CALL, call.args, call.span, "eye"),
}


def expanded(p: Reader, call: Syntax) -> Syntax:
    """The text of the table with the argument in the place of its parameter; all of it stands where the call stands."""
    parameter, text = definitions()[call.data]
    if len(call.args) != 1:
        raise p.error("M0319", f"{call.data} takes one argument", call.span, f"{call.data}(x)")
    known = Vocabulary(functions=p.vocabulary.functions)
    inner = Reader(text, Lexer(clean(text), known).run(), known, p.expression, p.factor, p.term)
    return instantiate(placed(run(inner.expression(inner)), call.span), {parameter: call.args[0]})


def called_letter(p: Reader, name: str, span: Span) -> MatcalcError:
    """The complaint about Γ(x), which is the gamma function in books and may be a matrix times a bracket."""
    shown = p.text(span)
    return p.error("M0209", f"{shown}( is the letter {shown} times a bracket, or the {name.lower()} function?", span,
                   f"{shown} \\cdot " if shown[0] == "\\" else f"{shown}*", f"sympy.{name.lower()}")


def flattened(p: Reader, base: Syntax) -> MatcalcError | None:
    """The complaint about a number, or the F of a norm, behind the closing sign of `base`."""
    token = p.token
    is_norm = p.last.is_op("‖", "|") and not token.space_before
    is_number = token.kind == "number" and (is_norm or (p.last.is_op(")", "]", "}") and token.text != "1"))
    is_frobenius = is_norm and token.text in ("F", "F_2") and "F" not in p.vocabulary.declared
    if not (is_number or is_frobenius):
        return None
    span = base.span.to(token.span)
    text, behind = p.text(base.span), p.text(token.span)
    raised = LOST.get(token.text, (f"^{behind}",)) if is_norm else (f"^{behind}",)
    powered = p.next.is_op("^") or p.next.kind == "superscript"  # ‖x‖2²: then it can only be a subscript
    fixes = [*(text + sign for sign in raised if not (powered and "^" in sign)), f"{behind}*{text}"]
    return p.error("M0215", f"{behind} behind {text}: a lost exponent or subscript, or a factor?", span, *fixes)


def lost_inverse(p: Reader, base: Syntax) -> MatcalcError | None:
    """The complaint about (A)-1 (B) and x'S-1x: nobody subtracts one times a factor, but copying loses exponents."""
    minus, one, behind = p.tokens[p.i:p.i + 3] if len(p.tokens) > p.i + 2 else (p.token,) * 3
    glued = not minus.space_before and not one.space_before and (behind.kind in ("name", "function") or
                                                                 behind.is_op("(", "[", "{"))
    if not (glued and minus.is_op("-") and one.kind == "number" and one.text == "1"):
        return None
    span, text, gap = base.span.to(one.span), p.text(base.span), "" if behind.space_before else " "
    return p.error("M0215", f"-1 behind {text}: a lost exponent, or minus one times what follows?", span,
                   f"{text}^-1{gap}", f"{text} - 1*")


def lost_transpose(p: Reader, base: Syntax) -> MatcalcError | None:
    """The complaint about wTx and (Ax-b)T(Ax-b): a lost transpose, or a matrix T?"""
    token = p.token
    is_t = token.kind == "name" and token.text == "T" and not token.space_before and p.vocabulary.turns
    of_column = p.last.is_op(")", "]") or (base.op is Op.NAME and base.data[0].islower())
    if not (is_t and of_column and (p.next.kind in ("name", "function") or p.next.is_op("(", "[", "{"))):
        return None
    span, text = base.span.to(token.span), p.text(base.span)
    return p.error("M0215", f"T behind {text}: a lost transpose, or a matrix T?", span, f"{text}'",
                   fixes=(with_declarations(p.source, "T: matrix"),))


def refuse_between(p: Reader, name: str, span: Span) -> None:
    """A kron B: the name of an operator's function where its sign is meant."""
    sign = sign_of(name)
    before = p.tokens[p.i - 2] if p.i > 1 else None
    is_operand = before is not None and (before.kind not in ("op", "function") or before.is_op(")"))
    if sign and is_operand and p.starts_factor():
        raise p.error("M1020", f"{name} is a function; between two operands its sign is {sign}", span, sign)
