"""Factor once, solve, never invert: an inverse in a product is a solve, and one factorisation of a matrix serves all
solves with it, its determinant, and its inverse, which is formed only where it is itself what is wanted.

What is known of the matrix decides: Cholesky's factor of a positive definite one, substitution for a triangular one, no
work at all for an orthogonal one; a matrix of which only its symmetry is known is tried with Cholesky first. A positive
definite matrix that several square matrices are to be multiplied by, as in S⁻¹ V S⁻¹, is inverted from its factor: that
takes two thirds of n³ operations, a solve 2 n³, and a product runs several times faster than substitution.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction

from matcalc.plan.node import Graph, Node, ordered, remade
from matcalc.plan.pairs import solves

WORDS = {"spd": "cholesky", "hpd": "hpd", "sym": "symmetric", "": "lu"}
ONE = Fraction(1)
NUMBERS = ("det", "logabsdet", "signdet")


class Factoring:
    """Rewrites one graph; `has` says which kernels there are."""

    def __init__(self, graph: Graph, has: Callable[[str], bool]) -> None:
        self.graph, self.has = graph, has
        self.explicit: set[Node] = set()  # inverses that are wanted as arrays

    def factored(self, roots: Sequence[Node]) -> list[Node]:
        """The roots without inverses in products."""
        order = ordered(*roots)
        self.explicit = {arg for e in order for arg in e.args if arg.op == "inverse" and not self._avoids(e, arg)}
        self.explicit |= {e for e in roots if e.op == "inverse"}
        squares = Counter(arg for e in order for arg in {*e.args} if arg.op == "inverse" and _is_square(e, arg))
        self.explicit |= {arg for arg, count in squares.items() if count > 1 and arg.data == "spd"}
        serves = {e.args[0] for e in order if e.op == "inverse"}
        done: dict[Node, Node] = {}
        for e in order:
            args = tuple(done[arg] for arg in e.args)
            done[e] = self._changed(e, args, done, serves)
        return [done[root] for root in roots]

    def _changed(self, e: Node, args: tuple[Node, ...], done: dict[Node, Node], serves: set[Node]) -> Node:
        graph = self.graph
        if len(e.shape) > 2 or (e.args and len(e.args[0].shape) > 2):
            return e if args == e.args else remade(graph, e, args)
        if e.op == "einsum":
            for k, arg in enumerate(e.args):
                if arg.op == "inverse" and len(arg.shape) == 2 and not self._is_product(e, arg):
                    found = self._solve(e, k, arg, done)
                    if found is not None:
                        return found
        if e.op == "inverse":
            return self._inverse(e, args[0]) if e in self.explicit else args[0]
        if e.op in NUMBERS and (e.args[0] in serves or e.data in ("spd", "hpd", "lower", "upper")):
            return self._number(e, args[0])
        return e if args == e.args else remade(graph, e, args)

    def _is_product(self, e: Node, inverse: Node) -> bool:
        """Whether a square matrix is multiplied by an inverse that is there as an array."""
        return inverse in self.explicit and inverse.data == "spd" and _is_square(e, inverse)

    def _avoids(self, e: Node, inverse: Node) -> bool:
        """Whether a kernel does without the inverse as an array."""
        is_trace = e.op == "einsum" and len(e.args) == 1 and e.data.specs == ((0, 0),) and not e.data.out
        if is_trace:
            return self.has(f"{self._word(inverse.data)}_inverse_trace")
        return solves(e, inverse) and not (e.args[0].op == e.args[1].op == "inverse" and e.args[1] is inverse)

    def _word(self, structure: str) -> str:
        """How a matrix is factored."""
        word = WORDS.get(structure, "lu")
        return word if self.has(word) else "lu"

    def _factor(self, word: str, matrix: Node) -> Node:
        return self.graph.node(word, [matrix], None, matrix.shape)

    def _inverse(self, e: Node, matrix: Node) -> Node:
        """The inverse as an array."""
        if e.data == "orthogonal":
            return self.graph.turned(matrix)
        if e.data in ("lower", "upper") or not self.has("lu"):
            return self.graph.node("inverse", [matrix], None, e.shape)
        word = self._word(e.data)
        return self.graph.node(f"{word}_inverse", [self._factor(word, matrix)], None, e.shape)

    def _number(self, e: Node, matrix: Node) -> Node:
        if e.op == "signdet" and e.data in ("spd", "hpd"):
            return self.graph.number(1)
        if e.data in ("lower", "upper"):
            diagonal = self.graph.einsum(ONE, [matrix], [(0, 0)], (0,), matrix.shape[:1])
            if e.op != "logabsdet":
                factors = diagonal if e.op == "det" else self.graph.map("sign", diagonal)
                return self.graph.node("reduce", [factors], ("prod", (0,)), ())
            entries = self.graph.map("log", self.graph.map("abs", diagonal))
            return self.graph.einsum(ONE, [entries], [(0,)], (), ())
        if e.data == "orthogonal" or not self.has("lu"):
            return self.graph.node(e.op, [matrix], None, ())
        word = self._word(e.data)
        if not self.has(f"{word}_{e.op}"):
            return self.graph.node(e.op, [matrix], None, ())
        return self.graph.node(f"{word}_{e.op}", [self._factor(word, matrix)], None, ())

    def _solve(self, e: Node, k: int, inverse: Node, done: dict[Node, Node]) -> Node | None:
        """A product with an inverse as a solve; the trace of an inverse from its factor."""
        graph, matrix, word = self.graph, done[inverse.args[0]], self._word(inverse.data)
        if len(e.args) == 1:
            if e.data.specs == ((0, 0),) and not e.data.out and self.has(f"{word}_inverse_trace"):
                found = graph.node(f"{word}_inverse_trace", [self._factor(word, matrix)], None, ())
                return graph.einsum(e.data.number, [found], [()], (), ())
            return None
        if not solves(e, inverse):
            return None
        own, other = e.data.specs[k], e.data.specs[1 - k]
        if e.args[1 - k].op == "inverse" and k == 1:
            return None
        right = done[e.args[1 - k]]
        (inner,) = [x for x in own if x in other]
        (left,) = [x for x in own if x != inner]
        if other and other[0] != inner:
            right, other = graph.turned(right), other[::-1]
        is_turned = own[0] == inner
        if inverse.data == "orthogonal":
            solved = graph.einsum(e.data.number, [matrix, right], [own[::-1], other], (left, *other[1:]),
                                  (matrix.shape[0], *right.shape[1:]))
        else:
            solved = self._solved(inverse.data, word, is_turned, matrix, right)
        return graph.einsum(e.data.number, [solved], [(left, *other[1:])], e.data.out, e.shape)

    def _solved(self, structure: str, word: str, is_turned: bool, matrix: Node, right: Node) -> Node:
        """The solution; that of one vector is refined by its residual where the target can, which costs next to nothing
        and is what a formula with one vector says."""
        name = self._solver(structure, word, is_turned)
        if structure in ("lower", "upper"):
            return self.graph.node(name, [matrix, right], None, right.shape)
        factor, refined = self._factor(word, matrix), name.replace("solve", "refined")
        if len(right.shape) == 1 and self.has(refined):
            return self.graph.node(refined, [factor, right, matrix], None, right.shape)
        return self.graph.node(name, [factor, right], None, right.shape)

    def _solver(self, structure: str, word: str, is_turned: bool) -> str:
        if structure in ("lower", "upper"):
            return f"solve_{structure}{'_t' if is_turned else ''}"
        return f"{word}_solve_t" if is_turned and word in ("lu", "hpd") else f"{word}_solve"


def _is_square(e: Node, inverse: Node) -> bool:
    """Whether the right side of the solve that a product can be is as large as the inverse."""
    return solves(e, inverse) and e.args[1 - e.args.index(inverse)].shape == inverse.shape
