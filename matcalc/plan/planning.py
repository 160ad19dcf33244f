"""From expressions to a plan: lowered together, improved, and named by kernels. Every pass stands here in its order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from matcalc.algebra.make import rebuild
from matcalc.core.dims import Dim, Shape
from matcalc.core.expr import VAR, Expr, node, postorder
from matcalc.core.indices import Index
from matcalc.plan.applying import Applying
from matcalc.plan.bracketing import Bracketing
from matcalc.plan.common_entries import CommonEntries
from matcalc.plan.contraction import Contraction
from matcalc.plan.cost import Lengths, time
from matcalc.plan.diagonals import Diagonals, counted, zeros
from matcalc.plan.factor import Factoring
from matcalc.plan.flattening import flattened
from matcalc.plan.idioms import Idioms
from matcalc.plan.kernels import Kernels
from matcalc.plan.lower import Lowering
from matcalc.plan.lowrank import LowRank
from matcalc.plan.members import member
from matcalc.plan.mirrors import Conjugates, with_adjoints
from matcalc.plan.multiples import with_numbers
from matcalc.plan.node import Graph, Node, ordered
from matcalc.plan.outer import joined
from matcalc.plan.placing import Placing
from matcalc.plan.spectra import shared
from matcalc.plan.symmetry import Symmetry
from matcalc.plan.table import NONE, Abilities
from matcalc.plan.value import ONE, Labels, Value, Values
from matcalc.records import NamedTuple


class Layout(NamedTuple):
    """How the value of what depends on indices is laid out: its `rows` first, then its `columns`, each before the axes
    of a member. A derivative of `outside` by `inside`, both of which may be matrices, has the axes of both. Of a
    second one by one variable only the blocks are wanted that stand where the axes `shared` agree, if there are any:
    these axes first, then those that are left of the one side and of the other."""

    rows: tuple[Index, ...] = ()
    columns: tuple[Index, ...] = ()
    outside: Shape | None = None
    inside: Shape = (1, 1)
    shared: tuple[int, ...] | None = None

    @property
    def indices(self) -> tuple[Index, ...]:
        """All indices in their order."""
        return *self.rows, *self.columns


class Wanted(NamedTuple):
    """An expression and the axes of its array: by default those that users see, one for a vector, none for a number."""

    e: Expr
    layout: Layout = Layout()


class Plan(NamedTuple):
    """The arrays that are wanted, named by kernels, and what they were before the passes."""

    roots: list[Node]
    before: list[Node]
    graph: Graph
    lengths: Lengths

    @property
    def price(self) -> float:
        """A guess at the time."""
        return time(self.roots, self.lengths)


def plan(wanted: Sequence[Wanted], inputs: Iterable[Expr], kernels: Abilities = NONE, trusts: bool = False,
         sizes: Mapping[str, int] | None = None) -> Plan:
    """One plan for all of `wanted`, in the kernels that there are. What is declared of a variable counts at every value
    if the caller `trusts` it, else only where the calculus used it. `sizes` are lengths that are known, others are
    guessed."""
    graph, roots = lowered(wanted, inputs, kernels, trusts)
    return improved(graph, roots, kernels.names.__contains__, sizes or {}, kernels.fuses)


def lowered(wanted: Sequence[Wanted], inputs: Iterable[Expr], kernels: Abilities, trusts: bool) -> tuple[
        Graph, list[Node]]:
    """The arrays that are wanted, before the passes. Blocks are found where sides are cut into axes."""
    graph = Graph()
    flat = kernels.flat and all(w.layout.shared is None for w in wanted)
    known = Lowering(graph, flat, kernels.native)
    for x in inputs:
        member(known.values, trusted(x) if trusts else x)
    exprs = [trusted(w.e) if trusts else w.e for w in wanted]
    values = known.value(*exprs)
    return graph, [laid_out(known.values, v, w) for v, w in zip(values, wanted, strict=True)]


def shared_axes(wanted: Wanted, inputs: Iterable[Expr], trusts: bool = False) -> tuple[int, ...]:
    """The axes of a variable at whose different places entries certainly have no second derivative together: `wanted`
    is the second derivative with the axes of both sides."""
    _, (root,) = lowered([wanted], inputs, NONE, trusts)
    pattern, half = zeros(root)[root], len(root.shape) // 2
    return tuple(k for k in range(half) if pattern[k] == pattern[half + k])


def improved(graph: Graph, roots: Sequence[Node], has: Callable[[str], bool], sizes: Mapping[str, int],
             fuses: bool = False) -> Plan:
    """The passes, one after the other."""
    lengths, conjugates = Lengths(ordered(*roots), sizes), Conjugates(graph)
    thin = LowRank(graph, lengths).rewritten(shared(graph, conjugates.once(roots), has))
    idioms = Idioms(graph)
    drawn = Bracketing(graph).drawn_out(Symmetry(graph).halved(idioms.shortened(thin)))
    products = CommonEntries(graph, flattened(graph, idioms.named(drawn, has))).drawn_out()
    planned = Contraction(graph, lengths).planned(Applying(graph, lengths, flattened(graph, products)).applied())
    multiples = with_numbers(graph, conjugates.once(CommonEntries(graph, planned).drawn_out()))
    factored = joined(graph, Factoring(graph, has).factored(multiples), has)
    named = Placing(graph, lengths, fuses).placed(Kernels(graph).named(factored))
    return Plan(with_adjoints(graph, named, has), list(roots), graph, lengths)


def trusted(e: Expr) -> Expr:
    """The expression with declared properties that hold at every value, not only where one differentiates."""
    done: dict[Expr, Expr] = {}
    for part in postorder(e):
        if part.kind is VAR and "free" in part.data.props:
            done[part] = node(VAR, (), part.data._replace(props=part.data.props - {"free"}), part.shape)
        else:
            args = tuple(done[arg] for arg in part.args)
            done[part] = part if args == part.args else rebuild(part, list(args)) if part.complex else node(
                part.kind, args, part.data, part.shape)  # what is real is known by its normal form
    return done[e]


def laid_out(values: Values, value: Value, wanted: Wanted) -> Node:
    """The value as one array."""
    shape, layout = wanted.e.shape, wanted.layout
    if layout.outside is not None:
        found = values.along(value, _reversed(layout.outside), _reversed(layout.inside))
        out = (*layout.rows, *reversed(found.rows), *layout.columns, *reversed(found.columns))
        node = values.einsum(found, out)
        return _blocks(values.graph, node, layout) if layout.shared else node
    found = values.along(value, *(([d] if d != 1 else []) for d in shape))
    front: Labels = (*layout.rows, *layout.columns)
    node = values.einsum(found, (*front, *found.rows, *found.columns))
    is_row = shape[0] == 1 and shape[1] != 1 and not front
    return values.graph.node("reshape", [node], None, (1, *node.shape)) if is_row else node


def _blocks(graph: Graph, whole: Node, layout: Layout) -> Node:
    """What stands where shared axes agree. A row that is a variable is an array of one row."""
    shared, half = layout.shared or (), len(whole.shape) // 2
    sides = [*range(half), *(k if k in shared else half + k for k in range(half))]
    node = Diagonals(graph).taken(whole, counted(sides))
    front = [*shared, *(k for k in dict.fromkeys(sides) if k not in shared)]
    lengths = dict(zip(sides, whole.shape, strict=True))
    node = graph.einsum(ONE, [node], [[*dict.fromkeys(sides)]], front, tuple(lengths[k] for k in front))
    is_row = layout.inside[0] == 1 and layout.inside[1] != 1 and half == 1 and not layout.rows
    return graph.node("reshape", [node], None, (1, *node.shape)) if is_row else node


def _reversed(shape: Shape) -> list[Dim]:
    """The axes of the rows or columns of a derivative: column-major vec counts columns first."""
    return [d for d in reversed(shape) if d != 1]


__all__ = ["Layout", "Plan", "Wanted", "plan"]
