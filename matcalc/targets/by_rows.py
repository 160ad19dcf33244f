"""Functions of a program that go over blocks of rows: for each pass a function of a block, and one that leads through
the passes."""

from __future__ import annotations

from collections.abc import Sequence

from matcalc.core.dims import Dim, format_dim, names
from matcalc.core.expr import Expr
from matcalc.diagnostics import NoRuleError, fail, listed
from matcalc.numeric.sizes import Sizes
from matcalc.plan.planning import Layout
from matcalc.targets.definition import PLAIN, FunctionWriter, Written
from matcalc.targets.identifiers import Names
from matcalc.targets.refusing import rows_of
from matcalc.targets.selfcheck import Function
from matcalc.targets.staged import Asked, Pass, Staged, Writing, price


def asked_of(f: Function) -> Asked:
    """What a function computes."""
    wrt = f.problem.wrt if f.problem is not None else ()
    return Asked(tuple(f.roots), (*f.inputs, *f.directions), (*wrt, *f.directions), tuple(f.results))


def asked_together(functions: Sequence[Function]) -> Asked:
    """What the functions of a program compute."""
    each = [asked_of(f) for f in functions]
    layouts = {e: layout for one in each for e, layout in zip(one.roots, one.results, strict=True)}
    return Asked(tuple(layouts), tuple(dict.fromkeys(x for one in each for x in one.inputs)),
                 tuple(dict.fromkeys(x for one in each for x in one.moved)), tuple(layouts.values()))


class RowsWriter(FunctionWriter):
    """Writes functions over blocks of the rows that all functions of a program have."""

    def __init__(self, known: Names, functions: Sequence[Function], rows: str = "") -> None:
        super().__init__(known)
        together = asked_together(functions)
        if functions[0].problem is None:
            raise fail("M0806", "a solution is not written by blocks of rows", fixes=("--to numpy",), error=NoRuleError)
        self.moved = together.moved
        self.rows: Dim = rows_of(together, functions[0].problem, rows, option="--shard")

    def write(self, name: str, roots: Sequence[Expr], inputs: Sequence[Expr], about: str,
              directions: Sequence[Expr] = (), documents: Sequence[Expr] | None = None,
              results: Sequence[Layout] = (PLAIN,), valued: bool = False,
              others: Sequence[Sequence[Expr]] = ()) -> Written:
        """The functions of its passes, and the function itself, in the way whose blocks cost least."""
        arguments = (*inputs, *directions)
        ways = [Asked(tuple(way), arguments, (*self.moved, *directions), tuple(results)) for way in (roots, *others)]
        asked = min(ways, key=lambda way: price(way, self.rows, self.language))
        staged = Writing(asked, self.rows, self.language, self.known).staged(name)
        given = self.known.given(arguments)
        lines = [*self._arguments(given, staged), *self._lengths(staged, given), *self._asserted(given)]
        for one in staged.passes:
            lines += self._pass(one, staged)
        call = self._call(staged.final.name, (*staged.final.rows, *staged.final.given))
        lines, texts = self._returned(lines, call, len(roots), valued)
        said = [self._said(line, staged) for line in self._documented(
            self.known.given(arguments if documents is None else documents), roots)]
        said.append(f"Returns {listed([self.language.described(root.shape) for root in staged.cut.final])}.")
        ranks = {text: str(len(self.known.axes(x))) for x, text in given.items()}
        ranks |= dict.fromkeys(self.known.functions_in(*roots).values(), "3")
        text = self._framed(name, ranks, about, said, lines, [(text, 0) for text in texts],
                            [f"result{k}" for k in range(len(texts))], False, "")
        parts = [*(part.text for part in staged.written), text]
        return Written("\n\n\n".join(parts), [call for part in staged.written for call in part.calls])

    def sizes_of_check(self, sizes: Sizes) -> Sizes:
        """As many rows as the target wants to see."""
        count = self.language.rows.settings.get("rows of check")
        return {**sizes, **dict.fromkeys(names(self.rows), int(count))} if count else sizes

    def _arguments(self, given: dict[Expr, str], staged: Staged) -> list[str]:
        """Arguments without rows are read as ever; of those with rows, whose entries may be anywhere, only shapes are
        looked at: a block would spread a column over a row."""
        plain = {x: text for x, text in given.items() if text not in staged.axes}
        ranks = {text: self.known.axes(x) for x, text in given.items() if text in staged.axes}
        return [*(line for line in self._read(plain) if line), *(
            self.language.ranked("arguments", "axes", len(axes), name=text, axes=len(axes),
                                 what=self.language.product(axes)) for text, axes in ranks.items())]

    def _said(self, line: str, staged: Staged) -> str:
        """What an argument is, and that it has the rows."""
        if line.partition(":")[0] not in staged.axes:
            return line
        return f"{line} {self.language.say('rows', 'said', rows=format_dim(self.rows))}"

    def _lengths(self, staged: Staged, given: dict[Expr, str]) -> list[str]:
        """The lengths that functions take and that are looked at, read off the arguments."""
        sizes = self.known.sizes
        wanted = {n for dim in staged.lengths.values() for n in names(dim)} | self._checked_sizes(given)
        made = {sizes.identifiers[n] for n in wanted}
        return [*sizes.lines(wanted), *(self.language.say("rows", "length", name=text, value=sizes.code(dim))
                                        for text, dim in staged.lengths.items() if text not in made)]

    def _pass(self, one: Pass, staged: Staged) -> list[str]:
        say = self.language.say
        lines = []
        if one.once is not None:
            lines.append(say("rows", "once", names=_several(one.known), call=self._call(one.once.name, one.once.given)))
        rows = ", ".join(f'"{n}": ({n}, {staged.axes[n]})' for n in one.block.rows)
        given = ", ".join(f'"{n}": {n}' for n in one.block.given)
        combine = f"[{', '.join(say('rows', word) for word in one.combine)}]"
        lines.append(say("rows", "over", names=_several(one.totals), block=one.block.name, combine=combine,
                         rows=f"{{{rows}}}", given=f"{{{given}}}"))
        return lines

    @staticmethod
    def _call(name: str, given: Sequence[str]) -> str:
        return f"{name}({', '.join(given)})"

    def _returned(self, lines: list[str], call: str, count: int, valued: bool) -> tuple[list[str], list[str]]:
        """What is returned of the results."""
        if count == 1:
            return lines, [f"{call}[0]"]
        if not (valued and count > 2):
            return [*lines, f"results = {call}"], [f"results[{k}]" for k in range(count)]
        return [*lines, f"results = {call}"], ["results[0]", "results[1:]"]


def _several(found: Sequence[str]) -> str:
    """Names on the left of a tuple."""
    return f"{', '.join(found)}{',' if len(found) == 1 else ''}"
