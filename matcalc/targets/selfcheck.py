"""The self-check of a program: what each of its functions says of a random direction, and central differences.

gradient G: ⟨G, V⟩ · Jacobian J: J vec V · blocks B of a Hessian: Σ_b B_iab V_ib · a map of directions: its value at V ·
pulled back: ⟨J*[G], V⟩ = ⟨G, dF[V]⟩.
The point is drawn as `draws` does it, in the code a person would write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from string import ascii_lowercase
from typing import TYPE_CHECKING

from matcalc.algebra.conjugation import is_real
from matcalc.core.dims import Dim
from matcalc.core.expr import VAR, Expr
from matcalc.core.function import Function as Rule
from matcalc.numeric.sizes import Sizes, size
from matcalc.options import Vec
from matcalc.plan.planning import Layout
from matcalc.plan.text import tuple_of
from matcalc.targets.definition import PLAIN, parameters
from matcalc.targets.identifiers import Names
from matcalc.targets.language import Language

if TYPE_CHECKING:
    from matcalc.answer.problem import Problem


@dataclass(frozen=True, slots=True)
class Function:
    """A function of a program: its name, its formulas, its arguments, and the directions in which it is linear.

    Several `roots` are computed in one body, laid out as `results` say. One that is `valued` returns the first and,
    behind it, the others as `gradient` returns them. `others` are further ways to compute the roots, `problem` is what
    they belong to. `at` leads to the part of what is returned that is meant.
    """

    name: str
    roots: tuple[Expr, ...]
    inputs: Sequence[Expr]
    about: str
    directions: Sequence[Expr] = ()
    results: tuple[Layout, ...] = (PLAIN,)
    valued: bool = False
    others: tuple[tuple[Expr, ...], ...] = ()
    problem: Problem | None = None
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
    default the name of the derivative. Of the kind `same` both are values at one point. `convention` tells how a
    gradient by a complex variable says the derivative along V, `conjugate` is the one by conj(x) where both are needed.
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
    convention: str = ""
    conjugate: Function | None = None


class Writer:
    """Writes the function `comparisons`."""

    def __init__(self, known: Names, sizes: Sizes, mode: str, seed: int = 0,
                 converts: bool = False) -> None:
        """The functions are compared as they are, without what `converts` their arguments to less precision."""
        self.known, self.sizes, self.mode, self.seed = known, sizes, mode, seed
        self.language: Language = known.language
        self.identifiers = known.identifiers.inner()
        self.h = self.identifiers.new("h")
        self.difference = ""  # what the differences are called that were taken last
        self.declared: set[str] = set()
        self.unchecked = known.checks == "asked" and converts and self.language.has("comparing", "unchecked")

    def say(self, key: str, **holes: object) -> str:
        """A row of what is compared."""
        return self.language.say("comparing", key, **holes)

    def point(self, inputs: Iterable[Expr], functions: Iterable[tuple[str, int]], measures: bool = True) -> list[str]:
        """A value for every argument, and the step of differences where something `measures` with it."""
        keys = list(functions)
        order = sorted({name for name, _ in keys})
        lines = [self.language.say("draws", "generator", seed=self.seed)]
        for dim, text in self.known.sizes.identifiers.items():
            if text in self.known.sizes.free:
                lines.append(self.language.assign([text], str(self.sizes[dim]), kind="size"))
        for x in inputs:
            name, lengths = self.known.name(x), self._lengths(x)
            lines += [self._set(name, value, len(lengths), x.complex)
                      for value in drawn_as(x, name, lengths, self.mode, self)]
        for name, k in keys:
            if (name, k) in self.known.declared:
                lines += self._declared(self.known.functions[name, k], self.known.declared[name, k])
                continue
            a = order.index(name) + 1
            lines.append(self._function(self.known.functions[name, k], self.say(f"smooth {k % 4}", a=a, f=a**k)))
        return [*lines, self._set(self.h, "1e-5")] if measures else lines

    def solved(self, x: Expr, function: Function) -> str:
        """An argument that has the value of a function."""
        return self._set(self.known.name(x), self._call(function, {}), len(self._lengths(x)), x.complex)

    def _declared(self, name: str, function: Rule) -> list[str]:
        """What stands for a function of which only shapes are declared, the same for all its derivatives."""
        m, n = (size(d, self.sizes) for d in function.result)
        kind, k, names = function.fields["abstract"], function.order, [p.name for p in function.params]
        key = f"declared {kind}"
        if kind == "function" and function.result != (1, 1):
            key += " to many" if n == 1 else " to matrix"
        elif kind == "Jacobian" and names[0] == "X":
            key += " of matrix"
        elif kind == "dependent" and n == 1:
            key += " vector" if m > 1 else " number"
        elif names[-1] == "w":
            key += " weighted"
        text = self.say(key, X=names[0], V=names[-1], W=self.say("declared weights", X=names[0]), m=m, n=n, k=k)
        for word in ("lower", "upper", "symmetric", "positive") if kind == "dependent" else ():
            text = self.say(f"declared {word}", x=text) if function.has(word) else text
        if kind == "dependent" and not k and m == n > 1:
            text = self.say("declared regular", x=text, n=n, k=3 * n)
        return [self._function(name, self.say("declared", arguments=", ".join(names), value=text))]

    def compare(self, c: Comparison) -> list[str]:
        """The lines that lead to the claimed and the measured derivative, and compare both."""
        if c.kind == "same":
            return self._said(c.said, self._call(c.derivative, {}), self._call(c.function, {}))
        lines, moves = [], {}
        for i, x in enumerate(c.moved):
            name, lengths = self.known.name(x), self._lengths(x)
            if c.along:
                moves[name] = self.known.name(c.along[i])
            else:
                moves[name] = self.identifiers.new("v" if len(lengths) < 2 else "V")
                lines.append(self._set(moves[name], self._direction(x, lengths), len(lengths), x.complex))
            lines += self._within(x, moves[name])
        ahead, behind = (self._call(c.function, {x: self.say("moved", x=x, sign=sign, h=self.h, v=v)
                                                 for x, v in moves.items()}) for sign in "+-")
        rank = len(self._result(c.function))
        is_new = not self.difference or not self.language.has("statements", "assign again")
        self.difference = "difference" if is_new else self.identifiers.new("difference")
        lines.append(self._set(self.difference, self.say("difference", ahead=ahead, behind=behind, h=self.h), rank,
                               not is_real(c.function.e)))
        if c.curved:
            lines += self._within(c.moved[0], self.difference)
        turned = c.turned and 1 not in c.derivative.e.shape  # a number or a list of numbers is its own transpose
        value = self._call(c.derivative, {})
        value = self.say("transposed", x=value) if turned else value
        claimed, measured = _SAID[c.kind](self, c, value, list(moves.values()))
        return [*lines, *self._said(c.said or c.derivative.name, claimed, measured)]

    def _said(self, name: str, claimed: str, measured: str) -> list[str]:
        return [self.say("said", name=name, claimed=claimed, measured=measured)]

    def _result(self, f: Function) -> tuple[Dim, ...]:
        """The axes of what a function gives."""
        return tuple(d for d in f.e.shape if d != 1)

    def _lengths(self, x: Expr) -> list[int]:
        """The lengths of the axes that a user gives to an argument."""
        return [size(d, self.sizes) for d in self.known.axes(x)]

    def _direction(self, x: Expr, lengths: Sequence[int]) -> str:
        """A random direction in which an argument may move."""
        word = "direction" if lengths else "generic"
        return drawn_complex(word, lengths, self) if x.complex else drawn(word, lengths, self)

    def _set(self, name: str, value: str, rank: int = 0, is_complex: bool = False) -> str:
        """A language may say otherwise that a name gets a new value, and that this is complex."""
        kind = "again" if name in self.declared else "complex" if is_complex else ""
        self.declared.add(name)
        return self.language.assign([name], value, rank, kind)

    def _function(self, name: str, value: str) -> str:
        key = "function" if self.language.has("statements", "function") else "assign"
        return self.language.say("statements", key, name=name, value=value)

    def _within(self, x: Expr, v: str) -> list[str]:
        """The lines that keep the part of `v` along which what is declared of `x` is kept."""
        lengths, name = self._lengths(x), self.known.name(x)
        if not lengths or x.kind is not VAR:
            return []
        turned = {f"{key}t": self.transposed(text, len(lengths)) for key, text in (("V", v), ("X", name))}
        turned |= self.adjoints({"V": v, "X": name}) if x.complex else {}
        return [self._set(v, self.language.ranked("tangents", word, len(lengths), V=v, X=name, n=lengths[-1],
                                                  **turned), len(lengths))
                for word in sorted(x.data.props) if self.language.has("tangents", word)]

    def transposed(self, text: str, axes: int) -> str:
        """The transpose of a matrix, or of each in a stack."""
        return self.say("transposed" if axes < 3 else "swapped", x=text)

    def adjoints(self, given: dict[str, str]) -> dict[str, str]:
        """Vh for V: conjugate transposes of matrices."""
        return {f"{key}h": self.say("adjoint", x=text) for key, text in given.items()}

    def _call(self, function: Function, shifts: dict[str, str]) -> str:
        taken = parameters(function.roots, [*function.inputs, *function.directions], self.known)
        given = [shifts.get(name, name) for name in taken]
        last = [self.say("unchecked")] if self.unchecked else []
        text = self.language.call(function.name, given, self.known.sizes.free, last)
        if function.at and self.language.has("comparing", "output"):
            inner = text.removeprefix(f"{function.name}(").removesuffix(")")
            return self.say("output", name=function.name, given=inner, i1=sum(function.at) + 1)
        for i in function.at:
            text = self.say("part", x=text, i=i, i1=i + 1)
        return text

    def pairing(self, c: Comparison, value: str, moves: list[str]) -> tuple[str, str]:
        """The code of ⟨G, V⟩ for the gradient `value`, and of the difference it should equal."""
        if c.convention:
            return self._complex_pairing(c, value, moves[0]), self.difference
        return self._inner(c.moved[0], value, self._weighted(c, moves[0])), self.difference

    def _complex_pairing(self, c: Comparison, value: str, v: str) -> str:
        """Re⟨G, V⟩, twice that where G is ∂f/∂X̄; of what is not real Σ G V, and Σ Ḡ V̄ where there is one by X̄."""
        rank = len(self._lengths(c.moved[0]))
        if c.convention in ("holomorphic", "both"):
            found = self.language.ranked("comparing", "bilinear", rank, x=value, y=v)
            if c.conjugate is None:
                return found
            other = self._call(c.conjugate, {})
            other = self.say("transposed", x=other) if c.turned and 1 not in c.conjugate.e.shape else other
            conjugate = self.say("conjugate", x=v)
            return f"{found} + {self.language.ranked('comparing', 'bilinear', rank, x=other, y=conjugate)}"
        value = self.say("conjugate", x=value) if c.convention == "jax" else value
        found = self.language.ranked("comparing", "real part", rank, x=value, y=v)
        return f"2 * {found}" if c.convention == "brandwood" else found

    def _inner(self, x: Expr, a: str, b: str) -> str:
        rank = len(self._lengths(x))
        return self.say("scaled", x=a, v=b) if not rank else self.language.ranked("comparing", "inner", rank, x=a, y=b)

    def matrix(self, c: Comparison, value: str, moves: list[str]) -> tuple[str, str]:
        """The code of J vec V for the Jacobian `value`, and of the stacked difference it should equal."""
        x, v = c.moved[0], self._vec(c.moved[0], self._weighted(c, moves[0]), c.vec)
        is_row = c.derivative.e.shape[0] == 1 and not c.derivative.e.is_scalar
        flat = self.say("flat", x=value) if x.is_scalar and is_row else value
        product = self.say("scaled" if x.is_scalar else "applied", x=flat, v=v)
        if c.conjugate is not None:
            other = self._call(c.conjugate, {})
            other = self.say("transposed", x=other) if c.turned and 1 not in c.conjugate.e.shape else other
            other = self.say("flat", x=other) if x.is_scalar and is_row else other
            product += " + " + self.say("scaled" if x.is_scalar else "applied", x=other, v=self.say("conjugate", x=v))
        return product, self._vec(c.function.e, self.difference, c.vec)

    def augmented(self, c: Comparison, value: str, moves: list[str]) -> tuple[str, str]:
        """The code of the first half of H [v; conj(v)] for an augmented Hessian, the change of the gradient by X̄."""
        v = self._vec(c.moved[0], moves[0], c.vec)
        return self.say("augmented", x=value, v=v, conj=self.say("conjugate", x=v)), self._vec(
            c.function.e, self.difference, c.vec)

    def tensor(self, c: Comparison, value: str, moves: list[str]) -> tuple[str, str]:
        """The code of a derivative along V whose axes are those of what is derived and then those of V."""
        axes = len(self._lengths(c.moved[0]))
        word = "tensor" if axes else "scaled"
        return self.say(word, x=value, v=self._weighted(c, moves[0]), axes=axes), self.difference

    def blocks(self, c: Comparison, value: str, moves: list[str]) -> tuple[str, str]:
        """The code of a Hessian along V, of which `value` is what stands where axes of its two sides agree."""
        axes, v = len(self._lengths(c.moved[0])), self._weighted(c, moves[0])
        shared, x = c.derivative.results[0].shared or (), c.moved[0]
        if len(shared) == axes:
            is_row = x.shape[0] == 1 and axes == 1 and not self.known.is_family(x)
            value, measured = (self.say("flat", x=text) if is_row else text for text in (value, self.difference))
            return self.say("entries" if axes else "scaled", x=value, v=v), measured
        letters = iter(ascii_lowercase)
        outer = [next(letters) for _ in range(axes)]
        inner = [outer[k] if k in shared else next(letters) for k in range(axes)]
        own = [outer[k] for k in shared] + [side[k] for side in (outer, inner) for k in range(axes) if k not in shared]
        spec = f"{''.join(own)},{''.join(inner)}->{''.join(outer)}"
        return self.say("blocks", x=value, v=v, spec=spec), self.difference

    def pulled(self, c: Comparison, value: str, moves: list[str]) -> tuple[str, str]:
        """The code of ⟨J*[G], V⟩, where `value` is J*[G], and of ⟨G, difference⟩, which it should equal."""
        g = c.derivative.directions[0]
        if c.moved[0].complex or g.complex:
            ranks = [len(self._lengths(x)) for x in (c.moved[0], g)]
            one, two = ((value, moves[0]), (self.known.name(g), self.difference))
            found = [self.language.ranked("comparing", "real part", rank, x=a, y=b)
                     for rank, (a, b) in zip(ranks, (one, two), strict=True)]
            return found[0], found[1]
        return (self._inner(c.moved[0], value, self._weighted(c, moves[0])),
                self._inner(g, self.known.name(g), self.difference))

    def _weighted(self, c: Comparison, v: str) -> str:
        """The cookbook's form counts both entries of a pair at once."""
        return self.say("doubled", v=v, n=self._lengths(c.moved[0])[-1]) if c.structure == "cookbook" else v

    def _vec(self, x: Expr, text: str, vec: Vec) -> str:
        if x.shape[0] == 1 and not x.is_scalar:
            return self.say("flat", x=text)
        return text if x.shape[1] == 1 else self.say("columns" if vec == "col" else "rows", x=text)


_SAID: dict[str, Callable[[Writer, Comparison, str, list[str]], tuple[str, str]]] = {
    "gradient": Writer.pairing, "matrix": Writer.matrix, "pulled": Writer.pulled, "tensor": Writer.tensor,
    "blocks": Writer.blocks, "augmented": Writer.augmented,
    "map": lambda writer, _comparison, value, _moves: (value, writer.difference),
}


def drawn(word: str, lengths: Sequence[int], known: Writer) -> str:
    """A random value with these axes, drawn in one go."""
    texts = [str(n) for n in lengths]
    m, n = lengths[-2:] if len(lengths) > 1 else (lengths[0], 1) if lengths else (1, 1)
    shape = texts[0] if len(texts) == 1 else tuple_of(texts)
    kinds = ["number", "vector", "square" if m == n else "", "square stack" if m == n else ""][min(len(lengths), 3)]
    own = [f"{word} {kinds}", *([f"{word} square"] if kinds == "square stack" else [])] if kinds else []
    key = next(key for key in [*own, word] if known.language.has("draws", key))
    text = known.language.say("draws", key, shape=shape if lengths else "", sizes=", ".join(texts), m=m, n=n)
    return text.replace(", )", ")")


def drawn_complex(word: str, lengths: Sequence[int], known: Writer) -> str:
    """Likewise a complex value, of which both parts are drawn."""
    is_generic = word in ("generic", "direction")
    return known.language.ranked("draws", "complex", len(lengths), x=drawn(word, lengths, known), y=drawn(
        "generic", lengths, known), scale=1.0 if is_generic else 0.3)


def drawn_as(x: Expr, name: str, lengths: Sequence[int], mode: str, known: Writer) -> list[str]:
    """What `name` is set to, step by step, to be a value of `x` with its declared properties and axes of these
    lengths."""
    props = sorted(x.data.props - {"complex"}) if x.kind is VAR else []
    has = known.language.has
    word = next((w for w in props if has("draws", w) and (lengths or w != "orthogonal")), mode)
    first = drawn_complex(mode, lengths, known) if x.complex else drawn(word, lengths, known)
    if not lengths:
        return [first]
    turned = known.transposed(name, len(lengths))
    ranked, others = known.language.ranked, known.adjoints({"X": name}) if x.complex else {}
    return [first, *(ranked("structures", w, len(lengths), X=name, Xt=turned, n=lengths[-1], m=lengths[0], **others)
                     for w in props if has("structures", w))]
