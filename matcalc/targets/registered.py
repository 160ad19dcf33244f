"""What the automatic differentiation of a language is told: that the derivative of f is `gradient`, that of the
gradient `hessian_product`. Only what a program compares with differences of which is known about it.

Derivatives within declared structure stay as they are, ⟨G, V⟩ is the derivative along V; a second one is made known
only where nothing is declared of the variable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from matcalc.core.expr import VAR
from matcalc.plan.text import tuple_of
from matcalc.targets.definition import parameters
from matcalc.targets.identifiers import Names
from matcalc.targets.selfcheck import Comparison, Function


class Registered:
    """The closed forms of one program."""

    def __init__(self, functions: Sequence[Function], comparisons: Sequence[Comparison], known: Names) -> None:
        self.known, self.language = known, known.language
        roots = [e for f in functions for e in f.roots]  # an unspecified function is differentiated where it is written
        has = "registered" in self.language.rows.sections and not known.functions_in(*roots)
        has = has and not any(e.complex for e in roots)  # libraries have conventions of their own
        self.functions = functions if has else ()
        self.comparisons = [c for c in comparisons if self.functions and c.function.name in self._names]

    @property
    def _names(self) -> set[str]:
        return {f.name for f in self.functions}

    def parts(self) -> list[str]:
        """The lines that make them known, behind all functions."""
        lines = [*self._products(), *self._gradient()]
        return ["\n".join(lines)] if lines else []

    def documented(self, f: Function) -> Function:
        """The function, which says whose derivative is known."""
        by = [self.known.name(c.moved[0]) for c in self._slopes() if c.function.name == f.name]
        by = by or [self.known.name(x) for c in self._maps() if c.function.name == f.name for x in c.moved]
        if not by:
            return f
        return replace(f, about=f"{f.about}\n\n{self.language.say('registered', 'said', by=' and '.join(by))}")

    def checks(self) -> list[str]:
        """The lines of the self-check that ask the language for the gradient."""
        found = []
        if self.language.has("registered", "check"):
            for k, c in enumerate(self._slopes()):
                name, arguments = self.known.name(c.moved[0]), self._arguments(c.function)
                sizes = [self.language.say("statements", "named", name=n) for n in self.known.sizes.free]
                value = self._call(c.derivative)
                value = self._adjusted(c, f"{value}[{k}]" if len(self._slopes()) > 1 else value)
                found.append(self.language.say(
                    "registered", "check", f=c.function.name, x=name, i=arguments.index(name), gradient=value,
                    arguments=", ".join([*arguments, *sizes])))
        return found

    def _call(self, f: Function) -> str:
        text = self.language.call(f.name, self._arguments(f), self.known.sizes.free)
        return f"{text}[1]" if f.valued else text

    def _arguments(self, f: Function) -> list[str]:
        return parameters(f.roots, [*f.inputs, *f.directions], self.known)

    def _slopes(self) -> list[Comparison]:
        """The gradients by each variable."""
        return [c for c in self.comparisons if c.kind == "gradient" and not c.function.at]

    def _maps(self) -> list[Comparison]:
        """The derivatives as maps of directions, of what is one value of one function."""
        return [c for c in self.comparisons if c.kind == "map" and not c.function.at and not c.curved
                and not c.function.directions and all(self._is_free(c, i) for i in range(len(c.moved)))]

    def _is_free(self, c: Comparison, i: int) -> bool:
        x = c.moved[i]
        return x.kind is VAR and not any(self.language.has("tangents", word) for word in x.data.props)

    def _gradient(self) -> list[str]:
        slopes = self._slopes()
        if not slopes:
            return []
        f, gradient = slopes[0].function, slopes[0].derivative
        say, order = self.language.say, self._arguments(f)
        valued = next((g for g in self.functions if g.valued), None)
        both = valued.name if valued is not None else ""
        if self.language.has("registered", "second"):  # where values are not computed with the derivative
            both = say("registered", "second", both=both) if gradient.valued else gradient.name
        elif not gradient.valued and (not both or self._maps()):
            both = say("registered", "pair", f=f.name, gradient=gradient.name)
        parts = [self._adjusted(c, f"G[{i}]" if len(slopes) > 1 else "G") for i, c in enumerate(slopes)]
        if parts != ([f"G[{i}]" for i in range(len(slopes))] if len(slopes) > 1 else ["G"]):
            inner = both if both.isidentifier() else f"({both})"
            both = say("registered", "adjusted", both=inner, parts=tuple_of(parts))
        by = tuple_of([str(order.index(self.known.name(c.moved[0]))) for c in slopes])
        return [say("registered", "gradient", f=f.name, both=both, by=by)]

    def _adjusted(self, c: Comparison, text: str) -> str:
        """The gradient so that its inner product with a direction is the derivative along it."""
        if c.structure == "cookbook":
            text = self.language.say("registered", "undoubled", x=text)
        return self.language.say("registered", "turned", x=text) if c.turned else text

    def _products(self) -> list[str]:
        found = []
        slopes = {c.derivative.name for c in self._slopes()}
        for c in self._maps():
            key = "symmetric product" if c.function.name in slopes else "product"
            if not self.language.has("registered", key):
                continue
            order = self._arguments(c.function)
            by = tuple_of([str(order.index(self.known.name(x))) for x in c.moved])
            found.append(self.language.say("registered", key, f=c.function.name, product=c.derivative.name, by=by))
        return found
