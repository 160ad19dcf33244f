"""No circles of imports but those that are known, each with its reason; local imports and those for types count.

`python -m tests.test_circles` prints them. A circle that is cut leaves the list; none may be added.
"""

from __future__ import annotations

import ast
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "matcalc"
KNOWN = [  # the packages that a circle lies in, how many modules it has at most, why it may be
    ("algebra expr function printers", 38, "the constructors of expressions call each other, transpose, product, power "
     "and call; the repr of an expression is its text; a function holds its expressions"),
    ("cli", 11, "the batch asks the application again; completion and the lists of options read its commands"),
    ("deriving programs steps", 7, "an answer prints its own steps and its own program"),
    ("language", 7, "inference asks the shape rules of each operation, which ask it in turn"),
    ("rulebook sympy_functions", 2, "what no block names is looked up in SymPy, as a block of the rulebook"),
]


def modules() -> dict[str, ast.Module]:
    """Every module by its dotted name, with its tree; a package is its __init__."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = ast.parse(path.read_text("utf-8"))
    return found


def imported(tree: ast.Module, known: set[str]) -> set[str]:
    """The modules that a tree imports, wherever it does; of `from package import name` the module of that name."""
    found = set()
    for n in ast.walk(tree):
        if isinstance(n, ast.ImportFrom) and n.module:
            below = {f"{n.module}.{a.name}" for a in n.names} & known
            found |= below or ({n.module} & known)
        elif isinstance(n, ast.Import):
            found |= {a.name for a in n.names} & known
    return found


def circles() -> list[set[str]]:
    """Sets of modules of which each is reached from each other one."""
    trees = modules()
    edges = {name: imported(tree, set(trees)) - {name} for name, tree in trees.items()}
    reached = {name: _reached(name, edges) for name in edges}
    found: list[set[str]] = []
    for name in sorted(edges):
        if name in reached[name] and not any(name in circle for circle in found):
            found.append({other for other in reached[name] if name in reached[other]})
    return found


def _reached(start: str, edges: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        new = edges[waiting.pop()] - seen
        seen |= new
        waiting += new
    return seen


def test_no_circle_is_new() -> None:
    """Each one lies in packages of its own line of the list, and has not grown."""
    unused = list(KNOWN)
    for circle in circles():
        packages = {name.split(".")[1] for name in circle}
        fits = [entry for entry in unused if packages <= set(entry[0].split()) and len(circle) <= entry[1]]
        assert fits, f"{len(circle)} modules import each other: {', '.join(sorted(circle))}"
        unused.remove(fits[0])


def test_circles_are_seen() -> None:
    edges = {"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}
    assert [name for name in edges if name in _reached(name, edges)] == ["b", "c"]
    assert imported(ast.parse("def f():\n    from p.q import r, s"), {"p.q", "p.q.r"}) == {"p.q.r"}
    assert imported(ast.parse("if TYPE_CHECKING:\n    from p.q import s"), {"p.q", "p.q.r"}) == {"p.q"}


if __name__ == "__main__":
    for circle in circles():
        print(len(circle), " ".join(sorted(circle)))
