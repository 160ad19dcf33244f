"""The house rules that a machine can check: imports go downwards, modules and functions stay short, all that is public
says what it is for, and no function of the rules is known to the engine by name. Every exception stands in one list,
with its reason.

`python -m tests.test_architecture` prints the tables.
"""

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import median

import pytest

from matcalc.extensions import dialect_names
from matcalc.rulebook.book import standard

PACKAGE = Path(__file__).parent.parent / "matcalc"
LAYERS = [  # from the bottom; what stands in one row may import each other
    "diagnostics extensions files mime records session options",
    "limits",
    "core",
    "algebra",
    "plan",
    "formats language numeric",
    "rulebook",
    "simplification source",
    "stability",
    "calculus",
    "curvature",
    "checking printers",
    "rulecheck targets",
    "answer",
    "explanation",
    "derivation judging",
    "convex proofreading solving",
    "api questions tracing",
    "descent infile",
    "rowwise",
    "manual",
    "cli shell notebook page __init__ __main__",
]
CIRCLES = {  # modules, or all of a package, that import each other in a circle: why they may
    "algebra.products algebra.chain algebra.powers": "a power of a product is a product of powers, and so on; the "
                                                     "one knot of constructors",
}
_REASONS = {  # why the engine may know these functions of the rules by name
    "an operation of the expression itself": "tr trace transpose inv",
    "what the signs ᴴ and x̄ of complex matrices stand for": "conj ctranspose",
    "what typed signs mean: bars, angle brackets, ⊗, √, ∑, e^x, A^p":
        "abs det dot exp inner kron norm norm1 norm2 normF normInf norm_nuc norm_op powm sqrt sum",
    "the calculus writes it: d(a^b), vec(AXB), the projection on a structure, the slope of a maximum":
        "attains shares onehot_max log vec unvec diag tril triu commutation",
    "a word of declarations as well": "square",
    "a word of messages as well": "sign step eigenvector eigenvectors polar",
    "a kernel by which plans factor what they invert, a command, and what is asked about chol":
        "cholesky cholesky_solve solve",
    "followed by an index or a bracket when typed": "max min",
    "what a product over an index is of a vector, and that over all other indices": "prod prod_others",
    "where f of a matrix has a value, said of eigenvalues": "eigvalsh",
    "the constant of strong convexity": "lambda_min",
    "proposed as a fix in a message": "expm funm pinv sigmoid sqrtm",
    "what typed norms of matrices, conditions and [x]_× stand for":
        "column_sum_norm row_sum_norm select exceeding cross_matrix",
    "a word for something else":
        "clip cross hadamard outer eigenvalue diff floor repeat linear round threshold var arctan2 cbrt hypot "
        "angle real imag",
}
NAMES = {name: reason for reason, row in _REASONS.items() for name in row.split()}
GLOBAL = {  # who may ask for the shipped rules; everybody else is handed the rulebook of the problem
    "answer.problem": "where a question that names no rules is posed",
    "manual": "the manual is about the shipped rules",
    "cli.completion": "a shell completes names before any rules are given",
}
NOT_OURS = {
    "numeric.allowed": "the white list of NumPy's and SciPy's functions, which share names with the rules",
    "printers.dialects.typst": "the operators that Typst knows",
    "printers.translation": "the operators that LaTeX knows",
    "plan.templates": "the functions of NumPy and SciPy that a numeric template is made of",
    "source.structural": "the functions of NumPy that are about axes, which share names with the rules",
    "source.reshaping": "the functions of NumPy that are about shapes, which share names with the rules",
    "source.transforms": "functions of functions in JAX and torch",
    "source.calling": "the words of NumPy, SciPy, JAX and torch",
    "source.libraries": "the words of NumPy, SciPy, JAX and torch",
    "source.shapes_said": "the words of NumPy, SciPy, JAX and torch",
    "source.builtin": "Python's own functions",
    "source.formula": "words of the language that no argument is called",
    "formats.infix": "the words of R, Julia, Mathematica and Maple",
    "formats.by_kind": "the words of R, Julia, Mathematica and Maple",
    "formats.mapped": "the words of R, Julia, Mathematica and Maple",
    "formats.telltales": "the words of other programs",
    "plan.names": "the names of kernels, which are those of NumPy's functions",
}
MODULE, FUNCTION, MEDIAN = 400, 40, 8


@pytest.fixture(scope="module", autouse=True)
def forgotten() -> Iterator[None]:
    """Half a million nodes of syntax, which would be looked at by every collection of garbage in later tests."""
    yield
    modules.cache_clear()
    nodes.cache_clear()


def layer(part: str) -> int:
    return next(i for i, row in enumerate(LAYERS) if part in row.split())


@cache
def modules() -> list[tuple[str, ast.Module, str]]:
    """Name below matcalc, tree and text of every module."""
    paths = sorted(PACKAGE.rglob("*.py"))
    texts = [(str(p.relative_to(PACKAGE).with_suffix("")).replace("/", "."), p.read_text("utf-8")) for p in paths]
    return [(name, ast.parse(text), text) for name, text in texts]


@cache
def nodes(tree: ast.Module) -> list[ast.AST]:
    """All that a tree consists of."""
    return list(ast.walk(tree))


def imports(tree: ast.Module) -> list[str]:
    """Parts of matcalc that are imported; those for type checking do not count."""
    found = []
    guards = [n for n in nodes(tree) if isinstance(n, ast.If) and "TYPE_CHECKING" in ast.unparse(n.test)]
    typing = {id(n) for guard in guards for n in ast.walk(guard)}
    for n in nodes(tree):
        if isinstance(n, ast.ImportFrom) and n.module and id(n) not in typing:
            names = [f"matcalc.{a.name}" for a in n.names] if n.module == "matcalc" else [n.module]
            found += [name.split(".")[1] for name in names if name.startswith("matcalc.")]
    return ["__init__" if part.startswith("__version") else part for part in found]


def test_every_module_has_its_layer():
    known = {part for row in LAYERS for part in row.split()}
    assert {name.partition(".")[0] for name, _, _ in modules()} == known


def test_imports_go_downwards():
    edges = [(name, imported) for name, tree, _ in modules() for imported in imports(tree)]
    assert [(name, imported) for name, imported in edges if layer(imported) > layer(name.partition(".")[0])] == []


def ties() -> dict[str, set[str]]:
    """The modules that each one names, wherever it does: in functions and for type checking too."""
    trees = {name.removesuffix(".__init__"): tree for name, tree, _ in modules()}
    found: dict[str, set[str]] = {}
    for own, tree in trees.items():
        named = [f"{n.module}.{a.name}".removeprefix("matcalc.") for n in nodes(tree)
                 if isinstance(n, ast.ImportFrom) and (n.module or "").startswith("matcalc") for a in n.names]
        places = (next(place for place in (text, text.rpartition(".")[0], "__init__") if place in trees)
                  for text in named)
        found[own] = {place for place in places if place != own}
    return found


def reached(start: str, edges: dict[str, set[str]]) -> set[str]:
    """The modules that one needs, directly or through others."""
    seen: set[str] = set()
    rest = [start]
    while rest:
        new = edges[rest.pop()] - seen
        seen |= new
        rest += new
    return seen


def circles() -> list[list[str]]:
    """Every largest set of modules each of which needs all the others."""
    edges = ties()
    needs = {name: reached(name, edges) for name in edges}
    found = {tuple(sorted(m for m in needs[name] if name in needs[m])) for name in edges if name in needs[name]}
    return [list(circle) for circle in sorted(found)]


def test_no_circles():
    def is_in(circle: list[str], row: str) -> bool:
        return all(not {name, name.partition(".")[0]}.isdisjoint(row.split()) for name in circle)

    found = circles()
    print(*(f"circle of {len(circle)}: {' '.join(circle)}" for circle in found), sep="\n")
    assert [circle for circle in found if not any(is_in(circle, row) for row in CIRCLES)] == []
    assert [row for row in CIRCLES if not any(is_in(circle, row) for circle in found)] == []


def test_no_global_rulebook_below_the_face():
    asking = {name for name, tree, _ in modules() for n in nodes(tree)
              if (isinstance(n, ast.ImportFrom) and n.module == "matcalc.rulebook.book" and "standard" in
                  {a.name for a in n.names}) or (isinstance(n, ast.Attribute) and n.attr == "standard")}
    assert asking == set(GLOBAL)


def functions(tree: ast.Module) -> list[tuple[str, int]]:
    """Name and number of lines of every function, from its def to its last line."""
    return [(n.name, n.end_lineno - n.lineno + 1) for n in nodes(tree) if isinstance(n, ast.FunctionDef)]


def test_modules_and_functions_are_short():
    rows = []
    for name, tree, text in modules():
        lengths = [length for _, length in functions(tree)]
        rows.append((name, len(text.splitlines()), max(lengths, default=0), median(lengths or [0])))
    every = [length for _, tree, _ in modules() for _, length in functions(tree)]
    print(f"\n{'module':34}{'lines':>8}{'longest':>10}{'median':>8}")
    for row in rows:
        print(f"{row[0]:34}{row[1]:8}{row[2]:10}{row[3]:8.1f}")
    print(f"{len(every)} functions, median {median(every)}, 90 % under {sorted(every)[int(0.9 * len(every))]} lines")
    assert [row for row in rows if row[1] > MODULE or row[2] > FUNCTION] == []
    assert median(every) <= MEDIAN


def test_modules_state_their_idea():
    assert [name for name, tree, _ in modules() if not ast.get_docstring(tree)] == []


def undocumented(body: list[ast.stmt], owner: str = "") -> Iterator[str]:
    """Public functions, methods and classes without a docstring. Those inside a function are its own affair, and
    members of a Protocol and overloads are explained where they are implemented."""
    for n in body:
        if not isinstance(n, ast.FunctionDef | ast.ClassDef) or n.name.startswith("_"):
            continue
        if not ast.get_docstring(n) and not any("overload" in ast.unparse(d) for d in n.decorator_list):
            yield owner + n.name
        if isinstance(n, ast.ClassDef) and not any("Protocol" in ast.unparse(b) for b in n.bases):
            yield from undocumented(n.body, f"{owner}{n.name}.")


def test_every_public_function_has_a_docstring():
    assert [(name, found) for name, tree, _ in modules() for found in undocumented(tree.body)] == []


def test_no_module_imports_itself():
    own = [(name, n) for name, tree, _ in modules() for n in nodes(tree) if isinstance(n, ast.ImportFrom)
           if f"matcalc.{name}" in (n.module, *(f"{n.module}.{a.name}" for a in n.names))]
    assert [name for name, _ in own] == []


def test_no_two_modules_of_one_name():
    names = [name.rpartition(".")[2] for name, _, _ in modules()]
    assert [name for name, times in Counter(names).items() if times > 1 and name != "__init__"] == []


def test_a_dialect_is_known_by_its_record():
    comparing = {name for name, tree, _ in modules() for n in ast.walk(tree) if isinstance(n, ast.Compare)
                 for side in (n.left, *n.comparators)
                 if isinstance(side, ast.Constant) and side.value in dialect_names()}
    assert [name for name in comparing if not name.startswith("cli.")] == []


def strings(tree: ast.Module) -> list[str]:
    """String literals except docstrings."""
    documented = [n for n in nodes(tree) if isinstance(n, ast.Module | ast.FunctionDef | ast.ClassDef)]
    doc = {id(n.body[0].value) for n in documented if n.body and isinstance(n.body[0], ast.Expr)}
    found = [n for n in nodes(tree) if isinstance(n, ast.Constant) and id(n) not in doc]
    return [n.value for n in found if isinstance(n.value, str)]


def test_the_engine_knows_no_function_by_name():
    found = {}
    for name, tree, _ in modules():
        for text in strings(tree) if name not in NOT_OURS else ():
            for word in standard().names() & set(re.findall(r"\w+", text)):
                found.setdefault(word, set()).add(name)
    for word, where in sorted(found.items()):
        print(f"{word:12} {NAMES.get(word, 'NOT ALLOWED'):72} {', '.join(sorted(where))[:60]}")
    assert set(found) == set(NAMES)


def test_the_lists_of_exceptions_give_reasons():
    assert all(reason.strip() for reason in [*NAMES.values(), *CIRCLES.values(), *GLOBAL.values()])


if __name__ == "__main__":
    sys.exit(pytest.main([__file__, "-s", "-p", "no:xdist"]))
