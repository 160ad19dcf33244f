"""The self-check of a program: what each of its functions says of a random direction, and central differences.

gradient G: ⟨G, V⟩ · Jacobian J: J vec V · a map of directions: its value at V · pulled back: ⟨J*[G], V⟩ = ⟨G, dF[V]⟩.
The point is drawn as `draws` does it, in the code a person would write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from matcalc.core.expr import VAR, Expr
from matcalc.numeric.sizes import Sizes, size
from matcalc.options import Vec
from matcalc.targets.identifiers import Names, user_axes
from matcalc.targets.module import parameters
from matcalc.targets.target import PLAIN, Draws, Result


@dataclass(frozen=True, slots=True)
class Function:
    """A function of a program: its name, its formulas, its arguments, and the directions in which it is linear.

    Several `roots` are computed in one body, laid out as `results` say. One that is `valued` returns the first and,
    behind it, the others as `gradient` returns them. `at` leads to the part of what is returned that is meant.
    """

    name: str
    roots: tuple[Expr, ...]
    inputs: Sequence[Expr]
    about: str
    directions: Sequence[Expr] = ()
    results: tuple[Result, ...] = (PLAIN,)
    valued: bool = False
    at: tuple[int, ...] = ()

    @property
    def e(self) -> Expr:
        """The formula of the part that is meant; of the first where none is."""
        return self.roots[sum(self.at)]

    def part(self, i: int) -> Function:
        """The same, of whose values the one of the root number `i` is meant."""
        nested = self.valued and len(self.roots) > 2 and i > 0
        return replace(self, at=() if len(self.roots) == 1 else (1, i - 1) if nested else (i,))


@dataclass(frozen=True, slots=True)
class Comparison:
    """`derivative` is the derivative of `function` by the variables `moved`, in the way `kind` says.

    `along` are directions that are arguments of the derivative itself; `turned` says that the layout transposes it;
    of differences of a `curved` gradient only the part within the structure counts. `said` is what is compared, by
    default the name of the derivative. Of the kind `same` both are values at one point.
    """

    function: Function
    derivative: Function
    kind: str
    moved: Sequence[Expr]
    structure: str = "free"
    along: Sequence[Expr] = ()
    turned: bool = False
    vec: Vec = "col"
    curved: bool = False
    said: str = ""


class Writer:
    """Writes the function `comparisons`."""

    def __init__(self, known: Names, sizes: Sizes, mode: str, seed: int = 0,
                 converts: bool = False) -> None:
        """The functions are compared as they are, without what `converts` their arguments to less precision."""
        self.known, self.sizes, self.mode, self.seed = known, sizes, mode, seed
        self.identifiers = known.identifiers.inner()
        self.h = self.identifiers.new("h")
        self.unchecked = known.checks == "asked" and converts
        self.draws, self.say = known.target.draws, known.target.comparing

    def point(self, inputs: Iterable[Expr], functions: Iterable[tuple[str, int]]) -> list[str]:
        """A value for every argument."""
        keys = list(functions)
        order = sorted({name for name, _ in keys})
        free = [(text, str(self.sizes[dim])) for dim, text in self.known.sizes.identifiers.items()
                if text in self.known.sizes.free]
        drawn = [(name, value) for x in inputs for name in [self.known.name(x)]
                 for value in drawn_as(x, name, self._lengths(x), self.mode, self.draws)]
        smooth = [(self.known.functions[name, k], self.say.smooth(order.index(name) + 1, k)) for name, k in keys]
        return [self.draws.generator.format(seed=self.seed),
                *(self._set(name, value) for name, value in [*free, *drawn, *smooth, (self.h, "1e-5")])]

    def compare(self, c: Comparison) -> list[str]:
        """The lines that lead to the claimed and the measured derivative, and yield both."""
        if c.kind == "same":
            return [self.say.said.format(name=c.said, claimed=self._call(c.derivative, {}),
                                         measured=self._call(c.function, {}))]
        lines, moves = [], {}
        for i, x in enumerate(c.moved):
            name = self.known.name(x)
            if c.along:
                moves[name] = self.known.name(c.along[i])
            else:
                moves[name] = self.identifiers.new("v" if len(self._lengths(x)) < 2 else "V")
                lines.append(self._set(moves[name], self._direction(x, name)))
            lines += self._within(x, moves[name], c.structure)
        ahead, behind = (self._call(c.function, {x: self.say.moved.format(x=x, sign=sign, h=self.h, v=v)
                                                 for x, v in moves.items()}) for sign in "+-")
        lines.append(self._set("difference", self.say.difference.format(ahead=ahead, behind=behind, h=self.h)))
        if c.curved:
            lines += self._within(c.moved[0], "difference", c.structure)
        turned = c.turned and 1 not in c.derivative.e.shape  # a number or a list of numbers is its own transpose
        value = self._call(c.derivative, {})
        value = self.say.transposed.format(x=value) if turned else value
        claimed, measured = _SAID[c.kind](self, c, value, list(moves.values()))
        return [*lines, self.say.said.format(name=c.said or c.derivative.name, claimed=claimed, measured=measured)]

    def _lengths(self, x: Expr) -> list[int]:
        """The lengths of the axes that a user gives to an argument."""
        axes = self.known.axes(x) if self.known.stacked else user_axes(x)
        return [size(d, self.sizes) for d in axes]

    def _direction(self, x: Expr, name: str) -> str:
        """A random direction in which `x` may move."""
        return self.draws.direction.format(X=name) if self._lengths(x) else self.draws.numbers["generic"]

    def _set(self, name: str, value: str) -> str:
        return self.known.target.statements.assign([name], value)

    def _within(self, x: Expr, v: str, structure: str) -> list[str]:
        """The lines that keep the part of `v` along which the declared structure of `x` is kept."""
        axes, name = self._lengths(x), self.known.name(x)
        if structure == "free" or not axes:
            return []
        turned = {f"{key}t": self._transposed(text, len(axes)) for key, text in (("V", v), ("X", name))}
        words = [word for word in sorted(x.data.props) if word in self.draws.tangents]
        return [self._set(v, self.draws.tangents[word].format(V=v, X=name, **turned)) for word in words]

    def _transposed(self, text: str, axes: int) -> str:
        stacks = self.known.target.stacks
        if axes < 3 or stacks is None:
            return self.say.transposed.format(x=text)
        return stacks.swapped.format(x=text, first=-1, second=-2)

    def _call(self, function: Function, shifts: dict[str, str]) -> str:
        taken = parameters(function.roots, [*function.inputs, *function.directions], self.known)
        given = [shifts.get(name, name) for name in taken]
        given += [self.say.unchecked] if self.unchecked else []
        text = self.known.target.statements.call(function.name, given, self.known.sizes.free)
        for i in function.at:
            text = self.say.part.format(x=text, i=i)
        return text

    def pairing(self, c: Comparison, value: str, moves: list[str]) -> tuple[str, str]:
        """The code of ⟨G, V⟩ for the gradient `value`, and of the difference it should equal."""
        return self.say.inner.format(x=value, y=self._weighted(c, moves[0])), "difference"

    def matrix(self, c: Comparison, value: str, moves: list[str]) -> tuple[str, str]:
        """The code of J vec V for the Jacobian `value`, and of the stacked difference it should equal."""
        x, v = c.moved[0], self._vec(c.moved[0], self._weighted(c, moves[0]), c.vec)
        is_row = c.derivative.e.shape[0] == 1 and not c.derivative.e.is_scalar
        flat = self.say.flat.format(x=value) if x.is_scalar and is_row else value
        product = self.say.scaled if x.is_scalar else self.say.applied
        return product.format(x=flat, v=v), self._vec(c.function.e, "difference", c.vec)

    def tensor(self, c: Comparison, value: str, moves: list[str]) -> tuple[str, str]:
        """The code of a derivative along V whose axes are those of what is derived and then those of V."""
        axes = len(self._lengths(c.moved[0]))
        product = self.say.tensor if axes else self.say.scaled
        return product.format(x=value, v=self._weighted(c, moves[0]), axes=axes), "difference"

    def pulled(self, c: Comparison, value: str, moves: list[str]) -> tuple[str, str]:
        """The code of ⟨J*[G], V⟩, where `value` is J*[G], and of ⟨G, difference⟩, which it should equal."""
        g, inner = self.known.name(c.derivative.directions[0]), self.say.inner.format
        return inner(x=value, y=self._weighted(c, moves[0])), inner(x=g, y="difference")

    def _weighted(self, c: Comparison, v: str) -> str:
        """The cookbook's form counts both entries of a pair at once."""
        return self.say.doubled.format(v=v) if c.structure == "cookbook" else v

    def _vec(self, x: Expr, text: str, vec: Vec) -> str:
        if x.shape[0] == 1 and not x.is_scalar:
            return self.say.flat.format(x=text)
        return text if x.shape[1] == 1 else (self.say.columns if vec == "col" else self.say.rows).format(x=text)


_SAID: dict[str, Callable[[Writer, Comparison, str, list[str]], tuple[str, str]]] = {
    "gradient": Writer.pairing, "matrix": Writer.matrix, "pulled": Writer.pulled, "tensor": Writer.tensor,
    "map": lambda _writer, _comparison, value, _moves: (value, "difference"),
}


def drawn_as(x: Expr, name: str, lengths: Sequence[int], mode: str, draws: Draws) -> list[str]:
    """What `name` is set to, step by step, to be a value of `x` with its declared properties and axes of these
    lengths."""
    props = sorted(x.data.props) if x.kind is VAR else []
    if not lengths:
        return [next((draws.numbers[word] for word in props if word in draws.numbers), draws.numbers[mode])]
    m, n = lengths[-2:] if len(lengths) > 1 else (lengths[0], 1)
    modes = {**draws.modes, **(draws.square if m == n else {})}
    tables = [*([draws.columns] if n == 1 else []), draws.properties]
    text = next((table[word] for table in tables for word in props if word in table), modes[mode])
    made = [draws.structures[word] for word in props if word in draws.structures]
    turned = f"{name}.T" if len(lengths) < 3 else f"np.swapaxes({name}, -1, -2)"
    return [line.format(X=name, Xt=turned, n=n, m=m, shape=draws.shape(lengths)) for line in (text, *made)]
