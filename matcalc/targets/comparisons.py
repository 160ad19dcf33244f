"""The self-check of a program: what each of its functions says of a random direction, and central differences.

gradient G: ⟨G, V⟩ · Jacobian J: J vec V · a map of directions: its value at V · pulled back: ⟨J*[G], V⟩ = ⟨G, dF[V]⟩.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from matcalc.core.expr import Expr
from matcalc.numeric.sizes import Sizes
from matcalc.targets import samples
from matcalc.targets.body import Names
from matcalc.targets.functions import Comparison, Function
from matcalc.targets.module import keywords, parameters

RUN = '''if __name__ == "__main__":
    for name, claimed, difference in comparisons():
        error = np.linalg.norm(claimed - difference) / max(1.0, np.linalg.norm(difference))
        print(f"{name}: relative error {error:.0e} against central differences")
        if not error < 1e-6:
            raise SystemExit(f"the {name} is wrong")
'''
_CYCLE = ("np.sin({z})", "np.cos({z})", "-np.sin({z})", "-np.cos({z})")


class Writer:
    """Writes the function `comparisons`."""

    def __init__(self, known: Names, sizes: Sizes, mode: str, seed: int = 0) -> None:
        self.known, self.sizes, self.mode, self.seed = known, sizes, mode, seed
        self.identifiers = known.identifiers.inner()
        self.h = self.identifiers.new("h")

    def point(self, inputs: Iterable[Expr], functions: Iterable[tuple[str, int]]) -> list[str]:
        """A value for every argument."""
        free = [f"{text} = {self.sizes[dim]}" for dim, text in self.known.sizes.identifiers.items()
                if text in self.known.sizes.free]
        drawn = [line for x in inputs for line in samples.draw(x, self.known.name(x), self.sizes, self.mode)]
        order = sorted({name for name, _ in functions})
        smooth = [f"{self.known.functions[key]} = {_smooth(order.index(key[0]) + 1, key[1])}" for key in functions]
        return [f"rng = np.random.default_rng({self.seed})", *free, *drawn, *smooth, f"{self.h} = 1e-5"]

    def compare(self, c: Comparison) -> list[str]:
        """The lines that lead to the claimed and the measured derivative, and yield both."""
        lines, moves = [], {}
        for i, x in enumerate(c.moved):
            name = self.known.name(x)
            if c.along:
                moves[name] = self.known.name(c.along[i])
                lines += samples.within(x, name, moves[name], c.structure)
            else:
                moves[name] = self.identifiers.new("v" if 1 in x.shape else "V")
                lines += samples.direction(x, name, moves[name], c.structure)
        shifted = [self._call(c.function, {x: f"{x} {sign} {self.h} * {v}" for x, v in moves.items()}) for sign in "+-"]
        lines.append(f"difference = ({shifted[0]} - {shifted[1]}) / (2 * {self.h})")
        if c.curved:
            lines += samples.within(c.moved[0], self.known.name(c.moved[0]), "difference", c.structure)
        turned = c.turned and 1 not in c.derivative.e.shape  # a number or a list of numbers is its own transpose
        value = self._call(c.derivative, {}) + (".T" if turned else "")
        claimed, measured = _SAID[c.kind](self, c, value, list(moves.values()))
        return [*lines, f'yield "{c.derivative.name}", {claimed}, {measured}']

    def _call(self, function: Function, shifts: dict[str, str]) -> str:
        taken = parameters(function.e, [*function.inputs, *function.directions], self.known)
        given = [shifts.get(name, name) for name in taken]
        return f"{function.name}({', '.join([*given, *keywords(self.known.sizes.free)])})"

    def pairing(self, c: Comparison, value: str, moves: list[str]) -> tuple[str, str]:
        return f"np.vdot({value}, {self._weighted(c, moves[0])})", "difference"

    def matrix(self, c: Comparison, value: str, moves: list[str]) -> tuple[str, str]:
        x, v = c.moved[0], self._vec(c.moved[0], self._weighted(c, moves[0]), c.vec)
        is_row = c.derivative.e.shape[0] == 1 and not c.derivative.e.is_scalar
        flat = f"np.ravel({value})" if x.is_scalar and is_row else value
        return f"{flat} {'*' if x.is_scalar else '@'} {v}", self._vec(c.function.e, "difference", c.vec)

    def pulled(self, c: Comparison, value: str, moves: list[str]) -> tuple[str, str]:
        g = self.known.name(c.derivative.directions[0])
        return f"np.vdot({value}, {self._weighted(c, moves[0])})", f"np.vdot({g}, difference)"

    def _weighted(self, c: Comparison, v: str) -> str:
        """The cookbook's form counts both entries of a pair at once."""
        return f"{v} * (1 + np.eye(len({v}))) / 2" if c.structure == "cookbook" else v

    def _vec(self, x: Expr, text: str, vec: str) -> str:
        if x.shape[0] == 1 and not x.is_scalar:
            return f"np.ravel({text})"
        return text if x.shape[1] == 1 else f'np.ravel({text}, order="{"F" if vec == "col" else "C"}")'


_SAID: dict[str, Callable[[Writer, Comparison, str, list[str]], tuple[str, str]]] = {
    "gradient": Writer.pairing, "matrix": Writer.matrix, "pulled": Writer.pulled,
    "map": lambda _writer, _comparison, value, _moves: (value, "difference"),
}


def _smooth(a: int, order: int) -> str:
    """sin(a z) or one of its derivatives, in the place of an unspecified function."""
    text = _CYCLE[order % 4].format(z="z" if a == 1 else f"{a} * z")
    factor = f"{a ** order} * " if a > 1 and order else ""
    sign, text = ("-", text[1:]) if text.startswith("-") else ("", text)
    return text.removesuffix("(z)") if (a, sign) == (1, "") else f"lambda z: {sign}{factor}{text}"
