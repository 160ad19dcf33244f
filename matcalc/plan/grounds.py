"""Why a plan has the kernels that it has: what each does without, seen by comparing it with the plan before the passes
and with the same product from the left to the right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping

from matcalc.diagnostics import listed
from matcalc.plan.amount import Amount, product, total
from matcalc.plan.cost import Lengths
from matcalc.plan.flops import flops, is_gram
from matcalc.plan.node import Node, ordered
from matcalc.plan.planning import Plan
from matcalc.plan.propagation import SOLVED, Factors, Structure, factors

FACTORS = {"cholesky": "Cholesky factor", "hpd": "Cholesky factor", "lu": "LU factorisation",
           "symmetric": "symmetric factorisation"}
_SERVED = {"solve": "solve", "solve_t": "solve", "refined": "solve", "refined_t": "solve", "logabsdet": "log det",
           "det": "det", "inverse": "inverse", "inverse_trace": "trace of the inverse"}
_PRODUCTS = frozenset("matmul matmul_tn matmul_nt matmul_tt matvec vecmat".split()) | frozenset(SOLVED)
Name = Callable[[Node], str]
Write = Callable[[Amount], str]


class Reasons:
    """Of one plan; `name` is what its lines call a node, `write` writes an amount."""

    def __init__(self, plan: Plan, lengths: Lengths, structure: Mapping[Node, Structure], name: Name,
                 write: Write) -> None:
        self.lengths, self.structure, self.name, self.write = lengths, structure, name, write
        self.order = ordered(*plan.roots)
        self.before = ordered(*plan.before)
        self.users: defaultdict[Node, list[Node]] = defaultdict(list)
        for e in self.order:
            for arg in dict.fromkeys(e.args):
                self.users[arg].append(e)
        self.inverted = [e.args[0].shape for e in self.before if e.op in ("inverse", "logabsdet", "det", "signdet")]
        self.sums = {e.args[k].shape for e in self.before if e.op == "einsum" and len(e.args) > 1
                     for k, arg in enumerate(e.args) if arg.op == "add" and len(arg.shape) == 2}
        self.added = {shape for e in self.order if e.op in ("add", "subtract", "add_diagonal")
                      for shape in (e.shape, e.shape[::-1])}

    def of(self, e: Node) -> str:
        """The reason for a kernel, "" where there is nothing to say."""
        found = [self._factored(e), self._solved(e), self._chained(e), self._gram(e), self._scaled(e),
                 self._multiplied_out(e)]
        return "; ".join(text for text in found if text)

    def _factored(self, e: Node) -> str:
        """What one factorisation serves, and that it is of a small matrix in the place of a large one."""
        if e.op not in FACTORS:
            return ""
        served = [_SERVED[user.op[len(e.op) + 1:]] for user in self.users[e] if user.op[len(e.op) + 1:] in _SERVED]
        words = [f"{served.count(word)} {word}s" if served.count(word) > 1 else word for word in dict.fromkeys(served)]
        told = f"one {FACTORS[e.op]} serves {listed(words)}" if len(served) > 1 else \
            "positive definite" if e.op in ("cholesky", "hpd") else ""
        if self.inverted and e.shape not in self.inverted:
            n = " or ".join(dict.fromkeys(str(shape[-1]) for shape in self.inverted))
            small = f"diagonal + columns: a factor of order {e.shape[-1]}, not {n}"
            told = "; ".join(filter(None, (small, told)))
        return told

    def _solved(self, e: Node) -> str:
        if e.op in SOLVED:
            others = [user.op for user in self.users[e.args[0]] if user.op.endswith("_inverse")]
            return "" if others else "the inverse is never formed"
        if e.op.startswith("solve_"):
            return "substitution: the inverse is never formed"
        return "from the factor, as it is itself wanted" if e.op.endswith("_inverse") else ""

    def _chained(self, e: Node) -> str:
        """A product of more than two factors, where the order from the left is dearer."""
        if e.op not in _PRODUCTS or any(user.op in _PRODUCTS for user in self.users[e]):
            return ""
        parts = factors(e)
        if len(parts) < 3 or not any(arg.op in _PRODUCTS for arg in e.args):
            return ""
        left, taken = _from_the_left(parts), total(flops(p) for p in _inside(e))
        if self._at(left) <= self._at(taken):
            return ""
        return f"{self._bracketed(e)}: {self.write(taken)} instead of {self.write(left)}"

    def _at(self, a: Amount) -> int:
        return a.at(lambda name: self.lengths.lengths.get(name, 1))

    def _bracketed(self, e: Node, inner: bool = False) -> str:
        """In which order the factors are multiplied."""
        if e.op == "transpose":
            return f"{self._bracketed(e.args[0], True)}'"
        if e.op not in _PRODUCTS:
            return self.name(e)
        a, b = (self._bracketed(arg, True) for arg in (e.args[0], e.args[-1]))
        if e.op in SOLVED:
            a = f"{self.name(e.args[0].args[0])}^-1"
        elif e.op in ("matmul_tn", "matmul_tt", "vecmat"):
            a = f"{a}'"
        b = f"{b}'" if e.op in ("matmul_nt", "matmul_tt") else b
        return f"({a}*{b})" if inner else f"{a}*{b}"

    def _gram(self, e: Node) -> str:
        return "symmetric: one triangle" if is_gram(e) else ""

    def _scaled(self, e: Node) -> str:
        """A diagonal matrix times a matrix."""
        if e.op not in ("multiply", "divide") or len(e.shape) != 2:
            return ""
        views = {arg.op for arg in e.args} & {"column", "row"}
        if len(views) != 1 or not any(len(arg.shape) == 2 and arg.op not in ("column", "row") for arg in e.args):
            return ""
        return f"scales {'rows' if 'column' in views else 'columns'}: no diagonal matrix"

    def _multiplied_out(self, e: Node) -> str:
        """Products that are added in the place of the product of a sum, which is nowhere made."""
        if e.op not in ("add", "subtract") or not self.sums - self.added:
            return ""
        operands = [{arg for p in _inside(side) for arg in p.args} for side in map(_bare, e.args)]
        return "the sum is multiplied out: no sum of matrices is made" if operands[0] & operands[1] else ""


def _bare(e: Node) -> Node:
    """Without numbers in front and transposes."""
    while e.op in ("multiply", "divide", "negate", "transpose"):
        e = next((arg for arg in e.args if arg.shape), e.args[0])
    return e


def _inside(e: Node) -> list[Node]:
    """The products that a product consists of, each once."""
    found: dict[Node, None] = {}
    todo = [e]
    while todo:
        part = todo.pop()
        if part.op in _PRODUCTS and part not in found:
            found[part] = None
            todo += part.args
        elif part.op == "transpose":
            todo += part.args
    return list(found)


def _from_the_left(parts: Factors) -> Amount:
    """Operations of a product whose factors are multiplied one after the other."""
    def shape(part: tuple[Node, str]) -> tuple[object, ...]:
        return part[0].shape[::-1] if part[1] == "t" else part[0].shape

    rows, inner = shape(parts[0]) if len(parts[0][0].shape) == 2 else (1, parts[0][0].shape[0])
    found = Amount()
    for part in parts[1:]:
        columns = shape(part)[1] if len(part[0].shape) == 2 else 1
        found = found + product((rows, inner, columns)) * 2  # type: ignore[arg-type]
        inner = columns
    return found
