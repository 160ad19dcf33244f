"""How a claim is read beyond its formula: what its left side states, and which sizes it leaves open.

∂f/∂x = … or ∇²f(x) = … has to state what is judged: a claim about another variable, order or function is another
claim, and what cannot be matched is asked about. The size of a bare I, kron(I, A), is that with which the claim has the
shape of what is judged; shapes are solved one product at a time, and an unknown size inside a Kronecker product is
beyond that, so the sizes that the problem has, and their products, are tried out. A variable that nobody declared has
the shape that the claim demands of it: det(A X B) inv(X)' is meant for a square X.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations_with_replacement, islice, product

from matcalc.answer.claim_letters import Wanted
from matcalc.answer.problem import Problem, pose
from matcalc.answer.proposed import claim_declarations, claim_of, claim_text
from matcalc.core.dims import Shape, format_dim, names
from matcalc.core.expr import Expr
from matcalc.core.indices import Index
from matcalc.diagnostics import InputError, MatcalcError, Span, fail, quoted
from matcalc.judging.at_members import by_entry, by_output, by_variables
from matcalc.language import name_of
from matcalc.language.elaborate import elaborate, outline
from matcalc.language.framing import bindings, formula, framed
from matcalc.language.syntax import Op, postorder
from matcalc.options import Asked, Dialect, Layout, Names, Rules, Structure, Variables
from matcalc.records import NamedTuple

_ORDERS = {"gradient": 1, "jacobian": 1, "hessian": 2}
_ORDINALS = {1: "a first", 2: "a second", 3: "a third"}
_LETTERS = {"gradient": ("g", "G", "grad", "gradient"), "jacobian": ("J", "D", "jacobian", "Jacobian"),
            "hessian": ("H", "hessian", "Hessian")}  # names that a derivative itself has
_OBJECTIVES = ("L", "ℒ", "J", "E", "C", "F")
_PAGE = r"(?:[\s$&]|\\\[|\\\(|\\begin\s*\{[a-z]+\*?\})+"
_NABLA = re.compile(r"(?:∇|\\nabla(?![A-Za-z]))\s*(?P<two>²|\^\s*\{?\s*2\s*\}?)?\s*(?P<of>.*)", re.DOTALL)
_PRIMED = re.compile(r"(?P<of>[^'′″^]+)(?P<primes>['′″]+)\s*(?P<args>\(.*\))?", re.DOTALL)
_CALL = re.compile(r"(?P<of>.*?)\s*(?:\\left\s*)?[(\[](?P<args>[^()\[\]]*(?:\([^()]*\)[^()\[\]]*)*)[)\]]", re.DOTALL)
_BELOW = re.compile(r"(?P<of>[^_]+)_\{?(?P<low>[^{}]+)\}?")
_ROW = re.compile(r"(?:'|ᵀ|⊤|\^\s*\{?\s*(?:T|\\top|\\intercal|\\mathsf\s*\{?T\}?)\s*\}?)\s*\}?\s*$")
_MOST = 256  # choices of sizes
_LONGEST = 400  # characters of a claim in which sizes are tried out


class Question(NamedTuple):
    """What is asked for where a claim is judged, in the words of the options."""

    wrt: Names
    kind: Asked
    structure: Structure
    layout: Layout
    variables: Variables
    dialect: Dialect
    rules: Rules


class Stated(NamedTuple):
    """A derivative of this `order` of what is called `of`, by the variables `wrt` where the sign names them."""

    order: int
    wrt: tuple[str, ...]
    of: str
    nabla: bool = False


class LeftSide(NamedTuple):
    """The left sides of `claim`, to be matched with the `kind` of derivative that `problem` is asked for."""

    problem: Problem
    claim: str
    kind: Asked
    layout: Layout
    wanted: Wanted | None = None  # of a formula in index notation
    stated: dict[str, Index] = {}  # noqa: RUF012  every caller gives its own: what letters of the left side stand for; filled by `removed`

    def removed(self) -> str:
        """The claim with spaces for what stands left of the equals sign; refused where it states something else."""
        found = framed(self.claim)
        start = found.formula.start
        if found.equation[0]:
            start = self.claim.rindex(found.equation[1]) if found.equation[1] else 0
        elif found.order:
            raise self._other("the claim asks for a derivative; what is claimed to be the answer?")
        for head in self._heads(found.statement, start):
            if found.equation[0] and not _derivative(head):
                return self.claim  # an equation proper, which whoever reads it refuses
            self._match(head)
        return self.claim[:found.statement] + " " * (start - found.statement) + self.claim[start:]

    def _heads(self, start: int, end: int) -> Iterator[str]:
        for part in re.split(r":=|≔|\\coloneqq|=", self.claim[start:end]):
            head = re.sub(rf"^{_PAGE}", "", part).strip(" &\t\n$")
            if head:
                yield head

    def _match(self, head: str) -> None:
        arrow = re.fullmatch(r"(?:(?P<of>.*?):)?(?P<x>.*?)(?:↦|→|\\mapsto|\\rightarrow|\\to)", head, re.DOTALL)
        if arrow and arrow["of"] is None and [_named(arrow["x"])] == self._wrt()[:1]:
            return
        stated = _derivative(head)
        if stated is None:
            self._match_name(head)
            return
        self._match_order(stated, head)
        self._match_variables(stated)
        self._match_function(stated.of)

    def _match_name(self, head: str) -> None:
        """A name alone: of the derivative, or of the formula itself."""
        of, _ = _called(head)
        below = _BELOW.fullmatch(of)
        letter = below["of"] if below else of
        if self.wanted is not None and (letters := by_entry(of, _LETTERS[self.kind], self.wanted)) is not None:
            self.stated.update(letters)
            return
        is_free = _named(of) not in self.problem.variables
        if is_free and letter in _LETTERS[self.kind] and (below is None or self._is_known(below["low"])):
            return
        if any(_same(of, name) for name in self._names()):
            raise self._other(f"the claim states {of} itself, not the {self.kind}")
        raise self._other(f"what is {of}? a claim states the {self.kind} of {self._names()[0]}")

    def _is_known(self, low: str) -> bool:
        return any(_same(low, name) for name in self._names()) or _named(low) in self._wrt()

    def _match_order(self, stated: Stated, head: str) -> None:
        if stated.order != _ORDERS[self.kind]:
            kind = "hessian" if stated.order == 2 else "gradient" if self.problem.f.is_scalar else "jacobian"
            fixes = (f"--kind {kind}",) if stated.order in (1, 2) else ()
            raise self._other(f"the claim states {_ORDINALS.get(stated.order, 'another')} derivative; judged is the "
                              f"{self.kind}", *fixes)
        if stated.nabla and self.kind == "jacobian":
            raise self._other("∇ may be the Jacobian or its transpose; write ∂f/∂x, or the formula alone")
        if self.kind == "gradient" and self.layout != "numerator" and not stated.nabla and _ROW.search(head):
            raise self._other("a derivative by a transpose is a row, the gradient has the shape of the variable",
                              "--layout numerator")

    def _match_variables(self, stated: Stated) -> None:
        asked, said = self._wrt(), [_named(name) for name in stated.wrt]
        if said and self.problem.indexed is not None and self.wanted is not None:
            letters = by_variables(self.problem.indexed, said, self.wanted, self.kind)
            if letters is not None:
                self.stated.update(letters)
                return
        if said and said != asked:
            raise self._other(f"the claim is about the derivative by {' and '.join(said)}, judged is the one by "
                              f"{' and '.join(asked)}", " ".join(f"--wrt {name}" for name in said))

    def _match_function(self, said: str) -> None:
        """The function is the formula: by its name, with variables of the formula behind it, or typed out."""
        of, args = _called(said)
        letters = by_output(self.problem, said)
        if letters is not None:
            self.stated.update(letters)
            return
        if any(_same(said, name) for name in self._names()):
            return
        if self._is_new_name(of):
            said = self._names()[0] + said[len(of):]
            of = self._names()[0]
        if said and not any(_same(of, name) for name in self._names()) and not self._is_formula(said):
            raise self._other(f"what is {of}? the formula is called {self._names()[0]}")
        if args is None or self._is_formula(said):
            return
        inside = [_named(part) for part in re.split(r"[,;|]|\\mid|\\vert", args)]
        strange = [name for name in inside if name not in self.problem.variables]
        if strange or not set(self._wrt()) <= set(inside):
            raise self._other(f"what is {said}? judged is the derivative by {' and '.join(self._wrt())}")

    def _is_new_name(self, of: str) -> bool:
        """Whether it is the usual name of an objective, and of this formula, which has none of its own: L of ∂L/∂w."""
        heads = framed(self.problem.typed_source).names
        return _named(of) in _OBJECTIVES and not heads and _named(of) not in self.problem.typed_declarations()

    def _is_formula(self, said: str) -> bool:
        try:
            return claim_of(self.problem, said) is self.problem.settled(self.problem.f)
        except MatcalcError:
            return False

    def _names(self) -> list[str]:
        """What the formula is called: as it was typed, else f."""
        asked = self.problem.indexed
        heads = framed(self.problem.source if asked is None else asked.source).names
        return [name for head in heads for name in dict.fromkeys((_called(head)[0], head))] or ["f"]

    def _wrt(self) -> list[str]:
        if self.problem.indexed is None:
            return [x.data.name for x in self.problem.wrt]
        return [target.whole.data.name + "".join(f"_{index.name}" for index in target.member)
                for target in self.problem.indexed.targets]

    def _other(self, message: str, *fixes: str) -> MatcalcError:
        """Refuse: with a fix for the question, or with the claim without its left side."""
        start = framed(self.claim).formula.start
        alone = self.claim[start:].strip(" $") if not framed(self.claim).equation[0] else framed(self.claim).equation[1]
        return fail("M0516", message, self.claim, Span(0, max(start, 1)),
                    fixes=fixes or (f"--claim {quoted(alone)}",))


def _derivative(head: str) -> Stated | None:
    """What kind of derivative a left side is; None where it is a name."""
    inner = framed(head)
    if inner.order:
        nabla = _NABLA.match(head) is not None
        return Stated(inner.order, inner.wrt, head[inner.formula.start:inner.formula.end].strip(), nabla)
    found = _NABLA.fullmatch(head)
    if found:
        return Stated(2 if found["two"] else 1, (), found["of"].strip(), True)
    primed = _PRIMED.fullmatch(head)
    if primed:
        order = len(primed["primes"].replace("″", "''"))
        return Stated(order, (), primed["of"].strip() + (primed["args"] or ""))
    return None


def _called(head: str) -> tuple[str, str | None]:
    """The name, and what stands in brackets behind it."""
    found = _CALL.fullmatch(re.sub(r"\\right\s*(?=[)\]])", "", head.strip()))
    return (found["of"].strip(), found["args"]) if found and found["of"].strip() else (head.strip(), None)


def _named(typed: str) -> str:
    try:
        return name_of(typed.strip())
    except MatcalcError:
        return typed.strip()


def _same(a: str, b: str) -> bool:
    return _plain(a) == _plain(b) or _named(a) == _named(b)


def _plain(name: str) -> str:
    return re.sub(r"\\(?:text|mathrm|operatorname|mathcal|left|right)(?![A-Za-z])|[\s{}]", "", name)


def sized(problem: Problem, claim: str, shape: Shape, dialect: Dialect) -> tuple[list[tuple[str, Expr]], bool]:
    """The claims of this shape that differ in the sizes of I only, as text and as formula; whether all were tried."""
    whole, start = claim_text(problem, claim)
    declared = claim_declarations(problem)
    try:
        root = outline(whole, declared, problem.rulebook, dialect)
    except MatcalcError:
        return [], True
    spans = sorted({(s.span.start, s.span.end) for s in postorder(root) if s.op is Op.RESERVED and s.data == "I"
                    and start <= s.span.start < start + len(claim)})
    if not spans or len(claim) > _LONGEST:
        return [], not spans
    dims = list(_dims(problem))
    found = []
    for text in islice(_texts(whole, spans, dims), _MOST):
        try:
            e = elaborate(text, declared, problem.rulebook, dialect=dialect, proposed=True).expr
        except MatcalcError:
            continue
        if e.shape == shape:
            found.append((text[start:], e))
    return found, len(dims) ** len(spans) <= _MOST


def _dims(problem: Problem) -> Iterator[str]:
    """The sizes of the variables, then the products of two of them."""
    sizes = list(dict.fromkeys(dim for info in problem.variables.values() for dim in info.shape if dim != 1))
    pairs = [a * b for a, b in combinations_with_replacement(sizes, 2)]
    yield from dict.fromkeys(map(format_dim, [*sizes, *pairs]))


def _texts(text: str, spans: list[tuple[int, int]], dims: list[str]) -> Iterator[str]:
    """Every choice of sizes; the simple ones first."""
    for chosen in sorted(product(range(len(dims)), repeat=len(spans)), key=sum) if len(spans) < 5 else ():
        changed = text
        for (start, end), k in reversed(list(zip(spans, chosen, strict=True))):
            changed = f"{changed[:start]} eye({dims[k]}) {changed[end:]}"
        yield changed


def joint_readings(problem: Problem, claim: str, question: Question) -> Iterator[dict[str, str]]:
    """The variables of both together, where they keep their kinds; then with one size for all that nobody declared."""
    before, behind = bindings(problem.source)
    where = ", ".join(filter(None, (behind, framed(problem.source).declarations.strip())))
    f, said, x = formula(problem.source), formula(claim), problem.wrt[0].data.name
    alike = [f"sum({f}) * sum({x} - ({said}))"] if question.kind == "gradient" else []
    for together in (*alike, f"sum({f}) * sum({said})"):
        whole = f"{before}{together}" + (f" where {where}" if where else "")
        try:
            read = pose(whole, (), variables=question.variables, dialect=question.dialect,
                        rules=question.rules)
        except InputError:
            continue
        if all(name in read.variables and read.variables[name].kind == info.kind
               for name, info in problem.variables.items()):
            declared = {name: said for name, said in read.declarations().items() if name in problem.variables}
            yield declared
            yield _of_one_size(declared, read)


def _of_one_size(declared: dict[str, str], read: Problem) -> dict[str, str]:
    """All dimensions that nobody declared become one."""
    infos = read.variables.values()
    fixed = {name for v in infos if v.origin == "declared" for dim in v.shape for name in names(dim)}
    free = [name for v in infos for dim in v.shape for name in sorted(names(dim)) if name not in fixed]
    kinds = {name: said.partition(")") for name, said in declared.items()}
    for old in free:
        kinds = {name: (re.sub(rf"\b{old}\b", free[0], parts[0]), *parts[1:]) for name, parts in kinds.items()}
    return {name: "".join(parts) for name, parts in kinds.items()}


def new_squares(before: Problem, after: Problem) -> Iterator[str]:
    """`X square` for each matrix that is square only in the second reading."""
    for name, info in after.variables.items():
        rows, columns = before.variables[name].shape
        if info.shape[0] == info.shape[1] and rows != columns:
            yield f"{name} square"
