"""What is said about the shapes of arguments: declarations, annotations, comments, docstrings, assertions, defaults."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import Any

from matcalc.language.kinds import default_kind
from matcalc.records import NamedTuple
from matcalc.source.extents import Dim, Dims
from matcalc.source.opened import Opened
from matcalc.source.refusal import UNKNOWN, RefusalError

LABELS = "labels"
_DIM = r"(?:[A-Za-z]\w*|\d+)"
_BRACKET = rf"[(\[]\s*({_DIM}(?:\s*[,x×]\s*{_DIM})*\s*,?|)\s*[)\]]"
_BETWEEN = r"(?:\s*[:=\-–,]|\s+(?:is|an?|of|with|the|shape|size|array|matrix|vector|tensor|Tensor|ndarray|float|" \
    r"np\.ndarray|jnp\.ndarray|numpy\.ndarray|torch\.Tensor|array_like|shaped))*\s*"
_NO_DIMS = frozenset("optional default int float str bool see vector matrix scalar learned required eg ie".split())
_SQUARE = frozenset("sym psd spd diag lower upper skew orthogonal square invertible symmetric pd".split())
_SHORT = 2


class Said(NamedTuple):
    """What is known of one argument: its shape, its properties, and who says so. `shape` is None where nobody does."""

    shape: tuple[Dim, ...] | None = None
    props: str = ""
    is_labels: bool = False


def said_of(file: Opened, f: ast.FunctionDef, name: str, declared: str, dims: Dims) -> Said:
    """What is said of an argument; a declaration counts more than the file."""
    if declared:
        return _declared(name, declared, dims)
    node = next((a for a in _arguments(f) if a.arg == name), None)
    if node is None:
        match = re.search(rf"(?m)^\s*self\.{re.escape(name)}\s*=[^#\n]*#\s*(?:shape\s*)?{_BRACKET}", file.text)
        return Said(tuple(_dim(part) for part in re.findall(_DIM, match[1]))) if match else Said()
    found = _annotated(node.annotation, dims)
    if found is None:
        text = _written(file, f, node, name)
        found = None if text is None else Said(tuple(_dim(part) for part in re.findall(_DIM, text)))
    return found or _asserted(f, name) or Said()


def _arguments(f: ast.FunctionDef) -> list[ast.arg]:
    return [*f.args.posonlyargs, *f.args.args, *f.args.kwonlyargs]


def _dim(text: str) -> Dim:
    return int(text) if text.isdigit() else text


def _declared(name: str, text: str, dims: Dims) -> Said:
    """`matrix(n,1)`, `vector`, `spd(n)`, `labels(k)`, with properties behind."""
    match = re.fullmatch(r"\s*([A-Za-z-]+)\s*(?:\(([^()]*)\))?\s*(.*)", text)
    if match is None:
        raise RefusalError(UNKNOWN, f"{name}: {text} is not read; say scalar, vector(n), matrix(n,d) or labels")
    kind, inside, rest = match[1], match[2], match[3].strip()
    each: list[Dim] = [_dim(part.strip()) for part in (inside or "").split(",") if part.strip()]
    if kind == LABELS:
        return Said((dims.fresh() if len(each) < 2 else each[0], each[-1] if each else dims.fresh()), "", True)
    if kind == "scalar":
        return Said((), rest)
    if kind == "vector":
        return Said(tuple(each[:1]) or (dims.fresh(),), rest)
    if kind == "matrix":
        if not each and set(rest.split()) & _SQUARE:
            each = [dims.fresh()] * 2
        return Said((each[0], each[-1]) if each else (dims.fresh(), dims.fresh()), rest)
    whole = text.strip() if not inside else f"{kind} {rest}".strip()
    if kind in _SQUARE:
        side = each[0] if each else dims.fresh()
        return Said((side, side), whole)
    return Said(None, whole)


def _annotated(annotation: ast.expr | None, dims: Dims) -> Said | None:
    """Float[Array, "n d"] of jaxtyping, float, int."""
    if annotation is None:
        return None
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            annotation = ast.parse(annotation.value, mode="eval").body
        except SyntaxError:
            return None
    if isinstance(annotation, ast.Name) and annotation.id in ("float", "Scalar"):
        return Said(())
    if isinstance(annotation, ast.Subscript) and isinstance(annotation.slice, ast.Tuple):
        texts = [e.value for e in annotation.slice.elts if isinstance(e, ast.Constant) and isinstance(e.value, str)]
        words = texts[0].split() if len(texts) == 1 else texts
        if texts and all(re.fullmatch(_DIM, word) for word in words):
            shape = tuple(_dim(word) for word in words)
            head = ast.unparse(annotation.value).rpartition(".")[2]
            if head in ("Int", "Integer", "UInt", "Int32", "Int64") and len(shape) == 1:
                return Said((*shape, dims.fresh()), "", True)
            return Said(shape)
    return None


def _written(file: Opened, f: ast.FunctionDef, node: ast.arg, name: str) -> str | None:
    """The shape that a comment or the docstring says: `W,  # (d, k)`, `X: (n, d)`, `X : array of shape (n, d)`."""
    first = f.body[0].lineno - 1 if f.body else f.lineno
    row = file.lines[node.lineno - 1]
    alone = [a for a in _arguments(f) if a.lineno == node.lineno]
    comment = row.partition("#")[2]
    if comment and len(alone) == 1 and (match := re.match(rf"\s*(?:shape\s*)?{_BRACKET}", comment)) is not None:
        return match[1]
    comments = [line.partition("#")[2] for line in file.lines[max(f.lineno - 4, 0):first + 12]
                if "#" in line and (f.lineno - 1 <= file.lines.index(line) or line.lstrip().startswith("#"))]
    inside = file.lines[f.lineno - 1:getattr(f, "end_lineno", f.lineno)]
    above = _comments_above(file, f)
    texts = [ast.get_docstring(f) or "", *above, *(line.partition("#")[2] for line in inside if "#" in line)]
    del comments
    for text in texts:
        for match in re.finditer(rf"(?<![\w.])`*{re.escape(name)}`*(?P<between>{_BETWEEN}){_BRACKET}", text):
            if _is_shape(match[2], match["between"], match[0]):
                return match[2]
    return None


def _comments_above(file: Opened, f: ast.FunctionDef) -> list[str]:
    """The comment lines right above a function."""
    i, found = f.lineno - 2, []
    while i >= 0 and file.lines[i].lstrip().startswith("#"):
        found.append(file.lines[i].partition("#")[2])
        i -= 1
    return found[::-1]


def _is_shape(inside: str, between: str, whole: str) -> bool:
    """Whether brackets behind a name hold sizes, and no call or remark."""
    words = re.findall(_DIM, inside)
    if not between.strip() and not re.search(r"\s", whole):
        return False  # f(n), a call
    if any(word in _NO_DIMS for word in words):
        return False
    if len(words) == 1 and "," not in inside and "[" not in whole and "shape" not in between:
        return False
    return "shape" in between or all(len(word) <= _SHORT or word.isdigit() or "_" in word or word[0].isupper()
                                     for word in words) or ("," in inside and ":" in between and len(words) > 1
                                                            and all(len(word) <= 12 for word in words))


def _asserted(f: ast.FunctionDef, name: str) -> Said | None:
    """assert X.shape == (n, d) where n and d are names of sizes only."""
    values = {n.id for n in ast.walk(f) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    values |= {a.arg for a in _arguments(f)}
    for s in f.body:
        test = s.test if isinstance(s, ast.Assert) else None
        if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not isinstance(test.ops[0], ast.Eq):
            continue
        right = test.comparators[0]
        if ast.unparse(test.left) != f"{name}.shape" or not isinstance(right, ast.Tuple):
            continue
        shape = [e.value if isinstance(e, ast.Constant) and isinstance(e.value, int) else
                 e.id if isinstance(e, ast.Name) and e.id not in values else None for e in right.elts]
        if all(one is not None for one in shape):
            return Said(tuple(one for one in shape if one is not None))
    return None


def guesses(name: str, default: Any, is_labels: bool) -> list[tuple[str, int]]:
    """The kinds an argument may have of which nothing is said, each with how far it is from what its letter says.

    One letter says what it says in a formula, capitals matrices, h to z vectors; a to g and words say nothing.
    """
    if is_labels:
        return [(LABELS, 0)]
    if isinstance(default, float):
        return [("scalar", 0)]
    base = re.sub(r"[\d_].*", "", name)
    if len(base) > 1 or not base:
        is_greek = default_kind(name) == "scalar" and not "a" <= name[0] <= "g"
        greek = {"scalar": 0, "vector": 1, "matrix": 2}
        return list((greek if is_greek or base in _GREEK else {"scalar": 0, "vector": 0, "matrix": 0}).items())
    if base.isupper():
        return [("matrix", 0), ("vector", 2), ("scalar", 2)]
    if "a" <= base <= "g":
        return [("scalar", 0), ("vector", 0), ("matrix", 1)]
    return [("vector", 0), ("scalar", 1), ("matrix", 2)]


_GREEK = frozenset("alpha beta gamma delta epsilon eps lam lamda lambda tau temperature eta".split())


def labelled(f: ast.FunctionDef, names: Sequence[str]) -> set[str]:
    """The arguments that are used as labels: behind np.arange(n), in one_hot, as the target of class scores."""
    found: set[str] = set()
    for n in ast.walk(f):
        if isinstance(n, ast.Subscript) and isinstance(n.slice, ast.Tuple) and len(n.slice.elts) == 2:
            first, second = n.slice.elts
            if (
                isinstance(second, ast.Name)
                and isinstance(first, ast.Call | ast.Name)
                and "range" in ast.unparse(first)
            ):
                found.add(second.id)
        if isinstance(n, ast.Subscript) and isinstance(n.slice, ast.Name) and isinstance(n.value, ast.Call) \
                and ast.unparse(n.value.func).rpartition(".")[2] in ("eye", "identity"):
            found.add(n.slice.id)
        if isinstance(n, ast.Call) and ast.unparse(n.func).endswith("one_hot") and n.args and \
                isinstance(n.args[0], ast.Name):
            found.add(n.args[0].id)
    return found & set(names)
