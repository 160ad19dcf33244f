"""The lines of a function: a plan in a target's words. What is used twice or grows long gets a name first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from matcalc.core.dims import Dim, names
from matcalc.core.function import Function
from matcalc.diagnostics import NoRuleError, fail
from matcalc.plan.early import reductions_first
from matcalc.plan.names import ENTRYWISE, LEAVES, VIEWS
from matcalc.plan.node import Node, ordered, uses
from matcalc.plan.table import CALL
from matcalc.plan.text import LackingError, RealOnlyError, Speller, Text
from matcalc.plan.variants import repetitions
from matcalc.targets.identifiers import Names, declared_key
from matcalc.targets.language import Language
from matcalc.targets.storage import LONGEST, Line, joined, overwritten, words
from matcalc.targets.template import spelled


class Body:
    """The lines that compute nodes, and the dimensions and helpers they need."""

    def __init__(self, known: Names) -> None:
        self.language: Language = known.language
        self.known = known
        self.identifiers = known.identifiers.inner()
        self.sizes: set[str] = set()
        self.calls: list[Node] = []
        self.lines: list[Line] = []
        self.texts: dict[Node, Text] = {}
        self.uses: Counter[Node] = Counter()
        self.user: dict[Node, Node] = {}  # the last one, of what is used once the only one
        self.named: dict[Node, str] = {}
        self.early: set[Node] = set()  # what is computed before something takes the place of its operand
        self.indexed: set[Node] = set()  # what has to have a name because places of it are taken
        self.overwrites = bool(self.language.rows.in_place)
        self.speller = Speller(self.language.rows, self._dim, self._template, known.functions)

    def _dim(self, dim: Dim) -> str:
        self.sizes |= names(dim)
        return self.known.sizes.code(dim)

    def _template(self, e: Node, operands: Sequence[Text]) -> Text:
        return self._declared(e, operands) if "abstract" in e.data.function.fields else spelled(
            e, operands, self._dim, self.language)

    def _declared(self, e: Node, operands: Sequence[Text]) -> Text:
        """A function of which only shapes are declared, which is an argument of the program."""
        function: Function = e.data.function
        needed = "declared each" if e.data.batch else "declared"
        if not self.language.has("comparing", needed):
            each = " that is asked for each member of a family" if self.language.has("comparing", "declared") else ""
            raise fail("M0806", f"{function.fields['of']} is an argument of the code{each}, for which "
                       f"{self.language.title} is not prepared", error=NoRuleError)
        name = self.known.functions[declared_key(function)]
        if e.data.batch:
            axes = [f"({','.join(f'{p.name}{k}' for k, d in enumerate(p.shape) if d != 1)})" for p in function.params]
            result = f"({','.join(f'r{k}' for k, d in enumerate(function.result) if d != 1)})"
            name = self.language.say("comparing", needed, f=name, signature=f"{','.join(axes)}->{result}")
        return Text(f"{name}({', '.join(x.text for x in operands)})", CALL)

    def write(self, roots: Sequence[Node]) -> list[str]:
        """Fill `lines`; the texts of what is returned."""
        order = ordered(*roots)
        if self.overwrites:
            order, self.early = reductions_first(order, roots, self._has_place)
        self._refuse_axes(order, roots)
        self.speller.repeated = repetitions(order, roots)
        self.uses = uses(order, roots)
        self.user = {arg: e for e in order for arg in e.args}
        many = len(roots) > 1 and not self.language.names_results(len(roots))
        if self.language.rows.settings.get("indexed") == "names":
            self.indexed = {e.args[0] for e in order if e.op in ("slice", "take")}
        for e in order:
            self._visit(e, many and e in roots)
        found = [self.texts[root].text for root in roots]
        if self.overwrites:
            found = overwritten(self.lines, found, self.speller)
            self.lines = joined(self.lines, [word for text in found for word in words(text)], self.speller)
        if self.lines and found == [self.lines[-1].name] and not self.lines[-1].overwrites:
            return [self.lines.pop().text]  # nothing but the value that is returned has this name
        return found

    def _refuse_axes(self, order: Sequence[Node], roots: Sequence[Node]) -> None:
        """Arguments and results must have as many axes as the language has."""
        said = [f"{e.data.name} is" for e in order if e.op == "input" and len(e.shape) > 2]
        said += ["what is returned is" for e in roots if len(e.shape) > 2]
        if said and self.language.rows.settings.get("axes") == "2":
            raise fail("M0806", f"{said[0]} an array with more than two axes, for which there is no code in "
                       f"{self.language.title}", error=NoRuleError)

    def _visit(self, e: Node, is_root: bool) -> None:
        if e.op == "input":
            self.texts[e] = Text(self.known.inputs[e.data])
            return
        operands = [self.texts[arg] for arg in e.args]
        try:
            if self.language.rows.settings.get("axes") == "2" and len(e.shape) > 2:
                raise LackingError(f"{e.op} of an array with more than two axes")
            text = self.speller.spell(e, operands)
            self.speller.refuse_complex(e, text)
        except RealOnlyError as error:
            raise fail("M1512", f"{self.language.title} has “{error}” for real numbers only, and an operand is complex",
                       error=NoRuleError) from None
        except LackingError as error:
            message = f"{self.language.title} has no kernel “{error}”, so there is no code for it in this language"
            raise fail("M0806", message, error=NoRuleError) from None
        if e.op == "call":
            self.calls.append(e)
        if self._is_named(e, text, is_root):
            name = self.identifiers.temporary(self._wish(e))
            self.lines.append(Line(name, e, text.text, operands, text.level))
            self.named[e] = name
            text = Text(name)
        self.texts[e] = text

    def _is_named(self, e: Node, text: Text, is_root: bool) -> bool:
        if e.op in LEAVES or (e.op in VIEWS and len(text.text) <= LONGEST and e not in self.indexed):
            return False
        user = self.user.get(e, e)
        if is_root or self.uses[e] > 1 or len(text.text) > LONGEST or e in self.indexed | self.early \
                or self._is_repeated(e, user):
            return True
        return self.overwrites and len(e.shape) > 1 and (self._has_place(e) or (
            e.op not in ("eye", "fill") and self._has_place(user) and user.shape == e.shape))

    def _is_repeated(self, e: Node, user: Node) -> bool:
        """Whether the row of what uses it would write it more than once."""
        row = self.language.rows.kernels.get(user.op)
        return row is not None and e in user.args and row.holes.count(str(user.args.index(e))) > 1

    def _has_place(self, e: Node) -> bool:
        """Whether a kernel can be computed in the place of an operand."""
        return e.op in ENTRYWISE or e.op in self.language.rows.in_place

    def _wish(self, e: Node) -> str:
        """A telling name: XW for X @ W, exp_z for exp(z); '' where none is short, and where a matrix may give its name
        to another one."""
        if self.overwrites and len(e.shape) > 1 and e.op not in ("cholesky", "lu"):
            return ""
        inner = [self.texts[arg].text for arg in e.args]
        if not all(word.isidentifier() for word in inner) or not inner:
            return ""
        if e.op.startswith(("matmul", "matvec")):
            return "".join(inner) if all(len(word) <= 3 for word in inner) else ""
        if len(inner) == 1 and e.op in ENTRYWISE | {"inverse", "cholesky", "lu", "det"}:
            return f"{e.op}_{inner[0]}"
        return ""
