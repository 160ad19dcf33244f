"""Two factors of a product at a time: which hang together, which can be a solve, how their product has its axes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Sequence

from matcalc.plan.node import Letters, Node, ordered
from matcalc.records import NamedTuple


class Factor(NamedTuple):
    """An array with letters for its axes, and what it costs to have it."""

    node: Node
    letters: Letters
    cost: float = 0.0


def unavoidable(roots: Sequence[Node]) -> list[Node]:
    """Products of two arrays, which can be computed in one way only."""
    return [e for e in ordered(*roots) if e.op == "einsum" and sum(bool(arg.shape) for arg in e.args) == 2 ==
            len(e.args) and all(arg.op == "input" for arg in e.args)]


def needed(roots: Sequence[Node], known: Container[Node] = ()) -> list[Node]:
    """What has to be computed besides what is `known`; the inverse in a solve is none of it."""
    found: dict[Node, None] = {}
    todo = list(roots)
    while todo:
        e = todo.pop()
        if e not in known and e not in found:
            found[e] = None
            for arg in e.args:
                todo += arg.args if arg.op == "inverse" and solves(e, arg) else [arg]
    return list(found)


def components(factors: Sequence[Factor]) -> list[list[Factor]]:
    """The factors in groups that share letters."""
    groups: list[tuple[set[int], list[Factor]]] = []
    for f in factors:
        touching = [g for g in groups if g[0] & {*f.letters}]
        letters = {*f.letters}.union(*(g[0] for g in touching))
        members = [member for g in touching for member in g[1]]
        groups = [g for g in groups if g not in touching] + [(letters, [*members, f])]
    return [members for _, members in groups]


def is_solvable(a: Factor, b: Factor, letters: Letters) -> bool:
    """Whether a product with an inverse can be a solve: one side of it is summed, and the other is free."""
    for f, other in ((a, b), (b, a)):
        if f.node.op == "inverse":
            summed = [x for x in f.letters if x not in letters]
            if len(summed) != 1 or summed[0] not in other.letters or len(other.letters) > 2 or \
                    any(x in other.letters for x in f.letters if x != summed[0]) or len(f.letters) != 2:
                return False
    return True


def solves(e: Node, inverse: Node) -> bool:
    """Whether a product with an inverse can be a solve: one side of it is summed against a vector or a matrix whose
    other side is free."""
    if e.op != "einsum" or len(e.args) != 2 or len(inverse.shape) != 2 or e.args[0] is e.args[1]:
        return False
    k = e.args.index(inverse)
    own, other, out = e.data.specs[k], e.data.specs[1 - k], e.data.out
    shared = [x for x in own if x in other]
    is_free = all(x in out for x in (*own, *other) if x not in shared) and not any(x in out for x in shared)
    return len(shared) == 1 and len({*own}) == 2 and len(other) in (1, 2) and len({*other}) == len(other) and is_free


def cancelled(args: Sequence[Node], specs: Sequence[Letters], out: Letters,
              is_symmetric: Callable[[Node], bool]) -> tuple[tuple[int, int], int, tuple[int, int]] | None:
    """A matrix beside its inverse, Σⱼ S⁻¹[i, j] S[j, k] = δ[i, k]: the places of both, the letter j, and i with k."""
    counts = Counter(x for spec in (*specs, out) for x in {*spec})
    for n, inverse in enumerate(args):
        for m, other in enumerate(args if inverse.op == "inverse" else ()):
            own, its = specs[n], specs[m]
            shared = {*own} & {*its}
            if other is inverse.args[0] and len({*own}) == len({*its}) == 2 and len(shared) == 1:
                j, = shared
                stands_right = own.index(j) != its.index(j)  # the second axis of one is the first of the other
                if counts[j] == 2 and (stands_right or is_symmetric(other)):
                    return (n, m), j, (own[1 - own.index(j)], its[1 - its.index(j)])
    return None


def natural(a: Factor, b: Factor, letters: Letters) -> Letters:
    """The letters of a product in the order in which a kernel gives them: what is in both first, then those in front
    of their factors; entry by entry as the larger factor has them."""
    both = [x for x in letters if x in a.letters and x in b.letters]
    apart = [x for x in letters if x not in both]
    larger = a if len(a.letters) >= len(b.letters) else b
    if {*letters} <= {*larger.letters}:
        return tuple(x for x in larger.letters if x in letters)

    def place(x: int) -> tuple[int, bool]:
        f = a if x in a.letters else b
        k, is_input = f.letters.index(x) - len(f.letters), f.node.op == "input"
        return k, is_input if k < -1 else not is_input

    return (*both, *sorted(apart, key=place))


def opened(term: Node, spec: Letters, fresh: int) -> tuple[list[Letters], dict[int, int]]:
    """The letters of the operands of a term in the place of a factor with the letters `spec`, and which letters of the
    product a diagonal makes the same; letters from `fresh` on are new."""
    new: dict[int, int] = {}
    same: dict[int, int] = {}
    for x, letter in zip(term.data.out, spec, strict=True):
        if x in new and new[x] != letter:
            same[letter] = new[x]
        new.setdefault(x, letter)
    for x in dict.fromkeys(x for inner in term.data.specs for x in inner):
        if x not in new:
            new[x] = fresh
            fresh += 1
    return [tuple(new[x] for x in inner) for inner in term.data.specs], same
