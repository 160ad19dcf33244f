"""The lines of a function: a plan in a target's words. What is used twice or grows long gets a name first; arrays that
nothing needs any more are overwritten where the language can."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from matcalc.core.dims import Dim, names
from matcalc.core.function import Function
from matcalc.diagnostics import NoRuleError, fail
from matcalc.plan.names import ENTRYWISE, LEAVES, VIEWS
from matcalc.plan.node import Node, ordered, uses
from matcalc.plan.table import CALL
from matcalc.plan.text import LackingError, Speller, Text
from matcalc.plan.variants import repetitions
from matcalc.targets.identifiers import Names, declared_key
from matcalc.targets.language import Language
from matcalc.targets.template import spelled

LONGEST = 72
SHARED = VIEWS | {"matrix_power"}  # of which nobody knows whether they are arrays of their own: X^1 may be X
TRUTHS = frozenset("less less_equal greater greater_equal equal not_equal and or".split())
_WORD = re.compile(r"[^\W\d]\w*")
_TURNED = {"subtract": "subtract_from", "divide": "divide_into"}


@dataclass(slots=True)
class Line:
    """A name, the node it is, its text and those of its operands."""

    name: str
    node: Node
    text: str
    operands: list[Text] = field(default_factory=list)
    overwrites: str = ""  # the statement that computes it in the place of an operand

    @property
    def kind(self) -> str:
        """Of a value that is no array of numbers: a truth, a factor."""
        return "truth" if self.node.op in TRUTHS else self.node.op if self.node.op in ("lu", "cholesky") else ""

    @property
    def words(self) -> set[str]:
        """All names in the text."""
        return set(_WORD.findall(self.text))


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
        except LackingError as error:
            message = f"{self.language.title} has no kernel “{error}”, so there is no code for it in this language"
            raise fail("M0806", message, error=NoRuleError) from None
        if e.op == "call":
            self.calls.append(e)
        if self._is_named(e, text, is_root):
            name = self.identifiers.temporary(self._wish(e))
            self.lines.append(Line(name, e, text.text, operands))
            self.named[e] = name
            text = Text(name)
        self.texts[e] = text

    def _is_named(self, e: Node, text: Text, is_root: bool) -> bool:
        if e.op in LEAVES or (e.op in VIEWS and len(text.text) <= LONGEST and e not in self.indexed):
            return False
        user = self.user.get(e, e)
        if is_root or self.uses[e] > 1 or len(text.text) > LONGEST or e in self.indexed or self._is_repeated(e, user):
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


def overwritten(lines: Sequence[Line], results: Sequence[str], speller: Speller) -> list[str]:
    """Entrywise lines compute in the place of an operand of their shape that no later line mentions, others take the
    name of one, so that its memory is free; the results with the names that are then left. What a name means after a
    line is what the last line that assigns it says."""
    last: dict[str, int] = {}
    for k, line in enumerate(lines):
        for word in line.words:
            last[word] = k
    for word in (w for text in results for w in _WORD.findall(text)):
        last[word] = len(lines)
    owned = {line.name: line for line in lines}
    new: dict[str, str] = {}

    def put(text: str) -> str:
        return _WORD.sub(lambda found: new.get(found[0], found[0]), text)

    for k, line in enumerate(lines):
        texts = [operand.text for operand in line.operands]
        dying = [i for i, text in enumerate(texts)
                 if text in owned and last[text] == k and owned[text].node.shape == line.node.shape
                 and owned[text].node.op not in SHARED and not _is_foreign(owned[text].node)]
        row = _row(line, dying, speller) if len(line.node.shape) > 1 else None
        operands = [Text(put(operand.text), operand.level) for operand in line.operands]
        line.text = put(line.text)
        if row is not None:
            place, text = row
            line.overwrites = text(operands)
            new[line.name] = line.name = operands[place].text
        elif len(line.node.shape) > 1 and not line.kind:
            free = [operand.text for operand in line.operands if operand.text in owned and last[operand.text] == k
                    and len(owned[operand.text].node.shape) > 1 and not owned[operand.text].kind]
            if free:
                new[line.name] = line.name = put(free[0])
        line.operands = operands
    return [put(text) for text in results]


def _is_foreign(e: Node) -> bool:
    """Whether an array may belong to the function of a user that gave it."""
    return e.op == "call" and "abstract" in e.data.function.fields


def _row(line: Line, dying: Sequence[int], speller: Speller) -> tuple[int, Callable[[Sequence[Text]], str]] | None:
    """The operand that is overwritten, and the statement that does it."""
    rows, op = speller.table.in_place, line.node.op
    for i in dying:
        key = op if i == 0 else _TURNED.get(op, op if op in ("add", "multiply") else "")
        row = rows.get(key) or (rows.get("entrywise") if op in ENTRYWISE else None)
        if row is None or (i == 1 and key == op and line.operands[0] == line.operands[1]):
            continue
        if any(arg.op == "transpose" and arg.args[0] is line.node.args[i] for arg in line.node.args):
            continue  # t += t.T would be copied first
        other = 1 - i

        def filled(texts: Sequence[Text], i: int = i, other: int = other, row: object = row) -> str:
            given = [texts[i], *([texts[other]] if len(texts) > 1 else [])]
            return speller.filled(row, line.node, given).text  # type: ignore[arg-type]

        return i, filled
    return None
