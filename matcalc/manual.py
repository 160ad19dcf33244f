"""The manual's reference, written from the rules: `python -m matcalc.manual` makes docs/functions/, docs/pictures/ and
docs/kinks.md.

Nothing in these pages is typed by hand. A test makes them again and fails when they differ from what is stored.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from matcalc.answer.problem import pose
from matcalc.api import grad, hessian
from matcalc.calculus.differential import derived
from matcalc.core.dims import format_dim
from matcalc.core.expr import CALL, postorder
from matcalc.core.function import FORMS, GIVEN, Function, Param
from matcalc.derivation import Derivation
from matcalc.diagnostics import InputError
from matcalc.printers import latex
from matcalc.records import NamedTuple
from matcalc.rulebook.book import Rulebook, rules_files, standard
from matcalc.rulebook.read import signature
from matcalc.tracing.graph import graph_of
from matcalc.tracing.pictures import svg
from matcalc.tracing.traced import traced
from matcalc.tracing.values import read_values

DOCS = Path(__file__).parent.parent / "docs"
_SAID = {
    "also": "Also called", "is": "Properties", "domain": "Domain", "curvature": "Curvature", "monotone": "Grows",
    "log": "Its logarithm", "root": "Has a concave root of order", "largest": "The largest of", "known": "Known to be",
    "kink": "At the kink", "numpy": "NumPy",
    "ref": "Reference", "note": "Note",
}
_PROSE = ("kink", "ref", "note")  # fields that are sentences, not in the notation of the rules


def pages() -> dict[str, str]:
    """Every generated file: its path below docs/ and its text."""
    book = standard()
    files = list(map(Path, rules_files()))
    found = {f"functions/{file.stem}.md": _page(book, file) for file in files}
    found["functions/README.md"] = _index(book, files)
    drawn = tomllib.loads((DOCS / "pictures.toml").read_text(encoding="utf-8"))
    found["kinks.md"] = _kinks()
    return found | {f"pictures/{name}.svg": _picture(**picture) for name, picture in drawn.items()}


def write(folder: Path) -> list[Path]:
    """Write the pages that changed below `folder`, and remove those that no rule file makes any more."""
    new = {folder / name: text for name, text in pages().items()}
    changed = [path for path, text in new.items() if not path.is_file() or path.read_text("utf-8") != text]
    for path in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(new[path], encoding="utf-8")
    for path in (folder / "functions").glob("*.md"):
        if path not in new:
            path.unlink()
    return changed


def _of_file(book: Rulebook, file: Path) -> list[Function]:
    return [f for f in book.functions() if Path(f.file).name == file.name]


def _intro(file: Path) -> str:
    """The comment at the head of a rule file."""
    rows = []
    for row in file.read_text(encoding="utf-8").splitlines():
        if not row.startswith("#"):
            break
        rows.append(row.lstrip("# "))
    return " ".join(rows)


def _heading(file: Path) -> str:
    return file.stem.replace("_", " ").capitalize()


def _index(book: Rulebook, files: list[Path]) -> str:
    rows = ["# Functions", "", "Generated from `rules/`: one page for each file, one section for each function.", ""]
    for file in files:
        links = [f"[`{name}`]({file.stem}.md#{name.lower()})" for name in dict.fromkeys(
            f.name for f in _of_file(book, file))]
        rows += [f"## [{_heading(file)}]({file.stem}.md)", "", _intro(file), "", " ".join(links), ""]
    return "\n".join(rows)


def _page(book: Rulebook, file: Path) -> str:
    rows = [f"# {_heading(file)}", "", _intro(file), "",
            "Generated from the rules by `python -m matcalc.manual`; edit the rule, not this page.", ""]
    last = ""
    for function in _of_file(book, file):
        rows += [f"## {function.name}", ""] * (function.name != last) + [*_section(function, book), ""]
        last = function.name
    return "\n".join(rows)


def _section(function: Function, book: Rulebook) -> Iterator[str]:
    """Signature, what it is, its mathematics, and how it is used."""
    yield f"**`{signature(function)}`**"
    yield ""
    title = function.fields.get("title", "")
    yield (f"{title[:1].upper()}{title[1:]}. " if title else "") + f"Form `{function.form}`: {FORMS[function.form]}."
    yield ""
    yield from _mathematics(function, book)
    for field, word in _SAID.items():
        for name in (name for name in function.fields if name.partition(".")[0] == field):
            of = name.partition(".")[2]
            text = function.fields[name]
            yield f"- {word}{f' in {of}' if of else ''}: " + (text if field in _PROSE else f"`{text}`")
    for law in function.fields.get("law", "").splitlines():
        name, _, rule = law.partition(":")
        yield f"- Law *{name.strip()}*: `{rule.strip()}`"
    yield from _examples(function)


def _mathematics(function: Function, book: Rulebook) -> Iterator[str]:
    """Differential, adjoint, matrix, body: as the block states them and as formulas."""
    words = {"d": "Derivative" if function.form == "elementwise" else "Differential", "adjoint": "Adjoint",
             "matrix": "Matrix on column-major vec", "body": "Definition", "means": "Stands for"}
    if function.unknown:
        field = f"implicit.{function.unknown}"
        yield f"- Equation for the value {function.unknown}: `{function.fields[field]}` = 0, that is "\
              f"${_formula(function, field)} = 0$"
        yield f"- Differential, from the equation: ${latex(derived(function, book))}$"
    for field, text in function.fields.items():
        kind, _, parameter = field.partition(".")
        if kind in words:
            by = f" in {parameter}" if parameter else ""
            formula = _formula(function, field)
            yield f"- {words[kind]}{by}: `{text}`" + (f", that is ${formula}$" if formula else "")


def _formula(function: Function, field: str) -> str:
    """LaTeX of a field; '' where the block has none."""
    e = function.template(field)
    return latex(e) if e is not None else ""


def _examples(function: Function) -> Iterator[str]:
    stated = function.fields.get("example", "").splitlines()
    for example in stated:
        problem, _, answer = example.partition("->")
        source, _, x = (part.strip() for part in problem.partition(" wrt "))
        yield _example(source, x, "" if _reads(source) else _declared(function), answer.strip())
    said = {field.partition(".")[0] for field in function.fields}
    if not stated and said & {"d", "adjoint", "body", "means", "implicit"}:
        yield from _derived(function)


def _example(source: str, x: str, options: str, answer: str) -> str:
    return f'- Example: `matcalc grad "{source}" --wrt {x}{options}` gives `{answer}`'


def _derived(function: Function) -> Iterator[str]:
    """The gradient of (the sum of) the function itself, where its block gives no example and it has one."""
    values = [p for p in function.params if p.kind == "value"]
    if len(values) != len(function.params):
        return
    if function.has("last"):
        return
    given = [function.fields[GIVEN]] if GIVEN in function.fields else []
    call = f"{function.known_as}({', '.join([*(p.name for p in values), *given])})"
    source = call if function.result == (1, 1) else f"sum({call})"
    answer = grad(source, values[0].name, variables={p.name: kind(p) for p in values}, check=False)
    yield _example(source, values[0].name, _declared(function), answer.ascii)


def _reads(source: str) -> bool:
    """Whether an example can be read without the signature of its function."""
    try:
        pose(source, ())
    except InputError:
        return False
    return True


def _declared(function: Function) -> str:
    """The signature as options."""
    return "".join(f' --var "{p.name}: {kind(p)}"' for p in function.params if p.kind == "value")


def kind(param: Param) -> str:
    """A declaration: scalar, vector(n), matrix(m,n), matrix(n,n) spd."""
    rows, columns = map(format_dim, param.shape)
    plain = f"vector({rows})" if columns == "1" else f"matrix({rows},{columns})"
    return " ".join(["scalar" if param.shape == (1, 1) else plain, *sorted(param.props)])


class Kink(NamedTuple):
    """A row of docs/kinks.toml: a formula, and the points at which a derivative of that order is asked for."""

    formula: str
    at: Sequence[str]
    wrt: str = "x"
    order: int = 1

    @property
    def values(self) -> dict[str, Any]:
        """The values of all variables."""
        return read_values(self.at)

    def derivation(self) -> Derivation:
        """The derivative that is asked for; members x_i have no declaration."""
        kinds = [f"vector({len(v)})" if v.ndim == 1 else f"matrix{v.shape}" if v.ndim else "scalar"
                 for v in self.values.values()]
        declared = dict(zip(self.values, kinds, strict=True)) if "_i" not in self.formula else None
        return (grad if self.order == 1 else hessian)(self.formula, self.wrt, variables=declared, check=False)

    def value(self) -> Any:
        """What is taken at the kink."""
        return self.derivation().evaluate(self.values)

    def sides(self) -> tuple[float, float] | None:
        """The derivative a little to the left and to the right, where the variable is a number."""
        x = self.values[self.wrt]
        if x.ndim:
            return None
        slope = self.derivation().evaluate
        left, right = (float(slope({**self.values, self.wrt: x + step})) for step in (-_NEAR, _NEAR))
        return left, right


_NEAR = 1e-7  # of a kink: the derivative there differs from its limit by no more than the table shows
_KINKS = """# Ties and kinks

Where a derivative jumps, or entries tie, matcalc takes one value, always the same: in answers, in traces and in the
code of every language. Written by `python -m matcalc.manual` from the rules and from the points in `kinks.toml`: every
value is computed by the formula that matcalc derives, and a test runs the code of each installed language there.
Of two arguments that tie, `max(a, b)` and `min(a, b)` take the first one. Left and right are the derivatives beside the
point. Where the last column says that there is no derivative, what is taken is only what every language computes.
"""


def kinks() -> dict[str, list[Kink]]:
    """The rows of docs/kinks.toml by group."""
    stored = tomllib.loads((DOCS / "kinks.toml").read_text(encoding="utf-8"))
    return {group["group"]: [Kink(**row) for row in group["rows"]] for group in stored["of"]}


def without_value(book: Rulebook, rows: Iterable[Kink]) -> list[Function]:
    """The blocks with a kink that occur in no row: of what they take there nothing is promised."""
    found = [row.derivation() for row in rows]
    met = {e.data.name for d in found for e in postorder(d.problem.f, d.expr) if e.kind is CALL}
    return [f for f in book.functions() if "kink" in f.fields and f.name not in met
            and any(p.kind == "value" for p in f.params)]


def _kinks() -> str:
    rows, groups = [_KINKS], kinks()
    for group, found in groups.items():
        rows += [f"## {group}", "", "| formula | by | at | left | taken | right | what stands beside the answer |",
                 "|---|---|---|---|---|---|---|", *map(_kink, found), ""]
    left_out = without_value(standard(), [row for found in groups.values() for row in found])
    rows += ["## No value is promised", "", "| function | where |", "|---|---|",
             *(f"| `{signature(f)}` | {f.fields['kink']} |" for f in left_out), ""]
    return "\n".join(rows)


def _kink(row: Kink) -> str:
    """One line of the table."""
    by = row.wrt if row.order == 1 else f"{row.wrt}, twice"
    said = "; ".join(_beside(row.derivation()))
    left, right = map(_number, row.sides() or ("", ""))
    return f"| `{row.formula}` | {by} | `{', '.join(row.at)}` | {left} | {_number(row.value())} | {right} | {said} |"


def _beside(d: Derivation) -> list[str]:
    """The conditions of an answer; where it has none, what the functions in it say of themselves."""
    own = [f"`{e.data.name}`: {e.data.fields['kink']}" for e in postorder(d.expr)
           if e.kind is CALL and "kink" in e.data.fields]
    said = [text.partition(": ") for text in d.conditions]
    return [f"`{about}`: {words}" if about.endswith((" has a kink", " jumps")) else f"`{about}{colon}{words}`"
            for about, colon, words in said] or list(dict.fromkeys(own))


def _number(value: Any) -> str:
    if isinstance(value, str):
        return value
    if np.ndim(value):
        return f"[{', '.join(map(_number, value))}]"
    return f"{round(float(value), 6) + 0.0:g}"


def _picture(formula: str, at: list[str], wrt: list[str]) -> str:
    found = traced(formula, read_values(at), wrt=tuple(wrt))
    inputs = [found.input(x.data.name) for x in found.problem.wrt]
    return svg(graph_of(found.tape, found.values, inputs, found.reverse()[0]), formula)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS
    sys.stdout.write("".join(f"{path}\n" for path in write(target)) or "nothing has changed\n")
