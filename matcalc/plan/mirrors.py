"""Conjugates of arrays: once, and where they cost least.

    Ā x̄ − b̄ is the conjugate of A x − b, which is there;   Re(z + z̄) = 2 Re z;   √(z z̄) = |z|;
    Aᴴ r, rᴴ s and A Bᴴ are kernels, of which none copies A.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from matcalc.plan.names import HOLOMORPHIC, LEAVES, VIEWS
from matcalc.plan.node import Graph, Node, ordered, remade, rewritten, upright

ONE = Fraction(1)
_OF_MATRICES = frozenset({"inverse", "det", "reshape", "slice", "concat"})
_DETERMINANTS = frozenset({"det", "logabsdet"})  # of a matrix that is turned they are the same


class Conjugates:
    """Rewrites one graph."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._mirrors: dict[Node, Node] = {}
        self._seen: set[Node] = set()

    def once(self, roots: Sequence[Node]) -> list[Node]:
        """The roots in which nothing is computed whose conjugate is."""
        if not _has_complex(roots):
            return list(roots)
        found = rewritten(self.graph, roots, self._mirrored)
        return rewritten(self.graph, found, self._in_real_numbers)

    # real parts

    def _in_real_numbers(self, e: Node) -> Node:
        if e.op in _DETERMINANTS:
            return self._determinant(e)
        if e.op == "add" and not e.shape:
            return self.graph.add([_as_multiple(c, term) for c, term in zip(e.data, e.args, strict=True)])
        if e.op != "map":
            return e
        if e.data == "log":
            return self._logarithm(e)
        if e.data == "real":
            return self._real(e.args[0])
        if e.data == "conj":
            return self.conjugate(e.args[0])
        if e.data == "sqrt":
            inner = upright(e.args[0])
            if inner.op == "map" and inner.data == "squared_modulus":
                found = self.graph.map("abs", inner.args[0])
                return found if inner is e.args[0] else self.graph.turned(found)
        return e

    def _determinant(self, e: Node) -> Node:
        """Of an upright matrix, of which the absolute value is that of its conjugate."""
        inner = upright(e.args[0])
        if e.op == "logabsdet" and inner.op == "map" and inner.data == "conj":
            inner = inner.args[0]
        return e if inner is e.args[0] else self._in_real_numbers(self.graph.node(e.op, [inner], e.data, e.shape))

    def _logarithm(self, e: Node) -> Node:
        """log |det A|² = 2 log |det A|, in which nothing overflows."""
        root = _root_of_square(e.args[0])
        inner = root.args[0] if root is not None and root.op == "map" and root.data == "real" else root
        if inner is None or inner.op != "det" or not inner.complex or len(inner.args[0].shape) > 2:
            return e
        found = self.graph.node("logabsdet", inner.args, inner.data, ())
        return self.graph.scaled(Fraction(2), self._determinant(found))

    def _real(self, a: Node) -> Node:
        """Re a: of a sum where terms become one, of i (z − z̄), of z z̄."""
        graph = self.graph
        if not a.complex:
            return a
        inner = upright(a)
        if inner is not a:
            return graph.turned(self._real(inner))
        if a.op == "map" and a.data == "conj":
            return self._real(a.args[0])
        if a.op == "add":
            parts = [(c, self._real(term)) for c, term in zip(a.data, a.args, strict=True)]
            found = graph.add(parts)
            if found.op != "add" or len(found.args) < len(a.args):
                return found
        if a.op == "einsum" and len(a.args) == 2:
            made = self._of_product(a)
            if made is not None:
                return made
        return graph.map("real", a)

    def _of_product(self, a: Node) -> Node | None:
        graph, (first, second), data = self.graph, a.args, a.data
        if data.specs[0] == data.specs[1] == data.out and self.conjugate(first) is second:
            plain = first if second.op == "map" and second.data == "conj" else second
            return graph.scaled(data.number, graph.map("squared_modulus", plain))
        unit, other = (first, second) if first.op == "constant" else (second, first)
        if unit.op == "constant" and unit.data == "i" and other.op == "add" and len(other.args) == 2:
            (c, d), (z, w) = other.data, other.args
            spec = next(s for arg, s in zip(a.args, data.specs, strict=True) if arg is other)
            if d == -c and self.conjugate(z) is w:
                if z.op == "map" and z.data == "conj":
                    c, z = d, w
                return graph.einsum(-2 * c * data.number, [graph.map("imag", z)], [spec], data.out, a.shape)
        return None

    # conjugates

    def conjugate(self, a: Node) -> Node:
        """The conjugate of an array as an operation; of a Hermitian argument its transpose."""
        if not a.complex:
            return a
        if a in self.graph.hermitian:
            return self.graph.turned(a)
        if a.op == "map" and a.data == "conj":
            return a.args[0]
        inner = upright(a)
        return self.graph.map("conj", a) if inner is a else self.graph.turned(self.conjugate(inner))

    def _mirrored(self, e: Node) -> Node:
        """What is computed, or the conjugate of what is computed already; of conjugates alone the conjugate."""
        if e.op == "map" and e.data in ("conj", "real"):
            return self._in_real_numbers(e)
        if not e.complex or e.op in LEAVES:
            return self._in_real_numbers(e)
        e = self._in_real_numbers(e)
        if e.op == "inverse" and e.data == "hpd" and _is_conjugate(e.args[0]):  # that of the transpose, by one factor
            return self.graph.turned(self.graph.node("inverse", [self.conjugate(e.args[0])], e.data, e.shape))
        mirror = self._mirror(e)
        others = [arg for arg in e.args if arg.complex]
        if mirror is not e and (mirror in self._seen or (self._takes_mirrors(e) and all(map(_is_conjugate, others)))):
            self._seen.add(mirror)
            return self.conjugate(mirror)
        self._seen.add(e)
        return e

    def _takes_mirrors(self, e: Node) -> bool:
        name = e.data if e.op == "map" else e.op
        if e.op == "call":  # f(conj(Z)) is conj(f(Z)) of all that takes complex operands
            return True
        return name in HOLOMORPHIC or e.op in ("einsum", "add", *_OF_MATRICES)

    def _mirror(self, e: Node) -> Node:
        """The conjugate of an array, computed of the conjugates of its operands where that is the same."""
        if e not in self._mirrors:
            found = self.conjugate(e)
            if e.op == "inverse" and e.data == "hpd":
                found = self.graph.turned(e)
            elif e.args and e.complex and not _is_conjugate(e) and self._takes_mirrors(e):
                found = remade(self.graph, e, [self._mirror(arg) for arg in e.args])
            self._mirrors[e] = found
            self._mirrors.setdefault(found, e)
        return self._mirrors[e]


def _root_of_square(a: Node) -> Node | None:
    """z of |z|², and of z z, where they are one number."""
    is_product = a.op == "einsum" and not a.shape and len(a.args) == 2 and a.args[0] is a.args[1]
    is_square = (a.op == "map" and a.data == "squared_modulus") or (is_product and a.data.number == 1)
    return a.args[0] if is_square and not a.shape else None


def _as_multiple(c: Fraction, term: Node) -> tuple[Fraction, Node]:
    """A multiple of a number with all that stands in front of it."""
    is_multiple = term.op == "einsum" and not term.shape and len(term.args) == 1 and not term.args[0].shape
    return (c * term.data.number, term.args[0]) if is_multiple else (c, term)


def _is_conjugate(e: Node) -> bool:
    inner = upright(e)
    return inner.op == "map" and inner.data == "conj"


def _has_complex(roots: Sequence[Node]) -> bool:
    return any(e.complex for e in ordered(*roots))


def is_conjugate(e: Node) -> bool:
    """Whether a kernel, or what a view shows, may be a conjugate that nobody has computed yet."""
    while e.op in VIEWS:
        e = e.args[0]
    return e.op in ("conj", "adjoint", "hpd_solve_t", "lu_solve_t")


def with_adjoints(graph: Graph, roots: Sequence[Node], has: Callable[[str], bool]) -> list[Node]:
    """The named kernels with those that take conjugates as they multiply, where a target has them."""
    if not has("adjoint") or not _has_complex(roots):
        return list(roots)

    done: dict[Node, Node] = {}
    for e in ordered(*roots):
        args = [done[arg] for arg in e.args]
        new = graph.node(e.op, args, e.data, e.shape)
        how = _ADJOINT.get(e.op)
        done[e] = (how(graph, new) if how else None) or new
    return [done[root] for root in roots]


def _bare(e: Node) -> Node | None:
    """What an array is the conjugate of."""
    return e.args[0] if e.op == "conj" else None


def _paired(graph: Graph, e: Node) -> Node | None:
    a, b = e.args
    for first, second in ((a, b), (b, a)):
        bare = _bare(first)
        if bare is not None:
            return graph.node("vdot", [bare, second], None, e.shape)
    return None


def _square(graph: Graph, e: Node) -> Node | None:
    inner = e.args[0]
    is_square = inner.op == "vdot" and inner.args[0] is inner.args[1]
    return graph.node("square_norm", inner.args[:1], None, e.shape) if is_square else None


def _applied(graph: Graph, e: Node) -> Node | None:
    matrix, vector = e.args
    bare = _bare(matrix)
    if bare is None:
        return None
    if e.op == "vecmat":
        return graph.node("adjoint_matvec", [bare, vector], None, e.shape)
    turned = _bare(vector) or (graph.node("conj", [vector], None, vector.shape) if vector.complex else vector)
    return graph.node("conj", [graph.node("matvec", [bare, turned], None, e.shape)], None, e.shape)


def _first(graph: Graph, e: Node) -> Node | None:
    bare = _bare(e.args[0])
    return None if bare is None else graph.node("matmul_hn", [bare, e.args[1]], None, e.shape)


def _second(graph: Graph, e: Node) -> Node | None:
    bare = _bare(e.args[1])
    return None if bare is None else graph.node("matmul_nh", [e.args[0], bare], None, e.shape)


def _solved(graph: Graph, e: Node) -> Node | None:
    """R̄⁻¹ b̄ is the conjugate of R⁻¹ b."""
    factor, right = e.args
    bare = _bare(right)
    if bare is None:
        return None
    return graph.node("conj", [graph.node("hpd_solve", [factor, bare], None, e.shape)], None, e.shape)


def _turned(graph: Graph, e: Node) -> Node | None:
    (inner,) = e.args
    other = "transpose" if e.op == "conj" else "conj"
    return graph.node("adjoint", inner.args, None, e.shape) if inner.op == other and len(e.shape) == 2 else None


_ADJOINT: dict[str, Callable[[Graph, Node], Node | None]] = {
    "dot": _paired, "inner": _paired, "real": _square, "vecmat": _applied, "matvec": _applied, "matmul_tn": _first,
    "matmul_nt": _second, "transpose": _turned, "conj": _turned,
    "hpd_solve_t": _solved}
