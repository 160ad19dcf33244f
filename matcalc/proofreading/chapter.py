"""One chapter of a document, link by link, on its premises.

A link is tried as it stands, then in another convention, then on what a wrong line before it claims, then under the
conditions that were stated; only what none of them saves is wrong. A gradient that is set to zero is a condition, and
what solves it follows from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from matcalc.algebra import multiply, trace, transpose
from matcalc.algebra.leaves import is_zero
from matcalc.core.expr import CALL, VAR, Expr, postorder, variables
from matcalc.core.function import Function
from matcalc.diagnostics import InputError, MatcalcError, Span, fail
from matcalc.extensions import ASCII
from matcalc.judging import Judgement
from matcalc.judging.evidence import Diagnosis
from matcalc.language import name_of
from matcalc.limits import anew
from matcalc.numeric.sizes import Sizes
from matcalc.proofreading.blame import Blame, Hearing, blamed
from matcalc.proofreading.by_member import family_of, judged, needs_only
from matcalc.proofreading.chains import DEFINES, EQUALS, Member, Statement
from matcalc.proofreading.conditions import Condition, concluded, under
from matcalc.proofreading.constrained import POINTS
from matcalc.proofreading.expanding import World
from matcalc.proofreading.finding import Finding, Verdict
from matcalc.proofreading.infinitesimals import Sign, signs
from matcalc.proofreading.lexicon import Lexicon, with_sigmoids
from matcalc.proofreading.links import Outcome, fitted, linked, met
from matcalc.proofreading.member_conditions import MemberCondition, condition_on
from matcalc.proofreading.member_conditions import concluded as concluded_of_members
from matcalc.proofreading.outputs import Output, entry_of, output_of, put_in
from matcalc.proofreading.outputs import judged as judged_entry
from matcalc.proofreading.premises import ZERO, Premises, names_in
from matcalc.simplification import closed_form

_LONGEST_FIX = 80  # characters that a line is told to be written with
_UNFIT = {"M0301", "M0302", "M0303", "M0306"}
Place = Callable[[int], tuple[int, int]]


class Chapter:
    """The statements of one chapter on their premises."""

    def __init__(self, lexicon: Lexicon, statements: Sequence[Statement], prose: str, seed: int = 0,
                 sizes: Sizes | None = None) -> None:
        self.lexicon, self.statements, self.seed, self.sizes = lexicon, statements, seed, sizes
        self.premises = Premises(lexicon, statements, prose)
        self.conditions: list[Condition] = []
        self.met: set[str] = set()  # names that occur in what was read so far
        self.outputs: dict[str, Output] = {}  # those that are defined entry by entry
        self.moved: set[str] = set()  # families by whose members something was differentiated
        self.of_members: dict[str, MemberCondition] = {}  # by the family whose derivatives are zero
        self.claims: dict[Expr, Expr] = {}
        self.since: int | None = None

    def findings(self, place: Place) -> Iterator[Finding]:
        """The verdict on each link, in the order of the text."""
        for i, s in enumerate(self.statements):
            if i in self.premises.declaring:
                yield Finding(s.span, "given", "declares")
                continue
            found = list(self._statement(i, s, place))
            yield from self._alone(s, found, place) if self._is_unfit(s, found) else found

    def _is_unfit(self, s: Statement, found: Sequence[Finding]) -> bool:
        """Whether a statement about nothing that is defined here fails, of which the names may have had other shapes
        before: X of d(X Y) is any matrix, that of d(X⁻¹) is square."""
        is_open = any(f.verdict in ("not read", "does not follow") for f in found)
        return is_open and len(self.statements) > 1 and not any(
            self.premises.is_defined(name) for m in s.members for name in self._typed(m))

    def _alone(self, s: Statement, found: list[Finding], place: Place) -> list[Finding]:
        """The verdicts on the statement without what the others say of its shapes, where that makes it readable, or
        right; else those that were `found`."""
        lexicon = Lexicon(self.lexicon.book, dict(self.lexicon.declared), self.lexicon.dialect)
        other = list(Chapter(lexicon, [s], "", self.seed, self.sizes).findings(place))
        said, before = ({f.verdict for f in some} for some in (other, found))
        is_better = "not read" not in said and ("not read" in before or "does not follow" not in said)
        return other if is_better and "given" not in said else found

    def _typed(self, member: Member) -> Iterator[str]:
        return self.premises.names_of(member)

    def _statement(self, i: int, s: Statement, place: Place) -> Iterator[Finding]:
        for k, (before, member) in enumerate(pairwise(s.members)):
            anew()
            by_member = None
            span = before.span.to(member.span) if k == 0 else member.span
            try:
                by_member = self._by_entry(s, before, member) or self._by_member(s, member) \
                    or self._concluded(before, member)
                found, claimed = (by_member, {}) if by_member is not None else self._link(i, s, k, before, member)
            except MatcalcError as error:
                found, claimed = self._unread(member, error), {}
            typed = [*self._typed(before), *self._typed(member)]
            if not by_member and found.verdict == "does not follow" and (lost := self.premises.unread(*typed)):
                found, claimed = Finding(member.span, "not read", f"it has {lost} in it, which was not read"), {}
            yield replace(found, span=span, goes_on=k > 0)
            self.met.update(typed)
            if claimed:
                self.claims |= claimed
                self.since = place(span.start)[0]

    def _by_entry(self, s: Statement, before: Member, member: Member) -> Finding | None:
        """An output that is defined entry by entry, or the verdict on what is said of its derivative by a member."""
        if member.relation not in (EQUALS, DEFINES) or before is not s.members[0]:
            return None
        sign = self._whole_sign(before.text)
        if sign is None and not self.premises.is_defined(before.text.strip()):
            output = output_of(before.text, member.text)
            if output is None or output.name in self.met | self.moved:
                return None
            self.outputs[output.name] = output
            return Finding(member.span, "given", f"defines {before.text.strip()}")
        known = self.outputs.get(entry_of(sign.of)) if sign is not None and sign.kind == "derivative" else None
        if sign is None or known is None or not family_of(sign):
            return None
        found = judged_entry(self.lexicon, known, sign, member.text, self.seed, self.sizes)
        return None if found is None else self._on_claim(member, found)

    def _by_member(self, s: Statement, member: Member) -> Finding | None:
        """The verdict on what is said of the derivative by a member of a family; None where it is another one."""
        sign = self._whole_sign(s.members[0].text)
        if sign is None or sign.kind != "derivative" or not family_of(sign) or member.relation != EQUALS:
            return None
        names = names_in(sign.of)
        definition = next((d for d in self.premises.definitions.values() if d.name in names), None)
        self.moved.add(family_of(sign))
        if definition is None:
            return None
        if ZERO.fullmatch(member.text):
            whole = put_in(self.outputs.values(), definition.right.text)
            self.of_members[family_of(sign)] = MemberCondition(whole, sign)
            return Finding(member.span, "given", "a condition")
        try:
            whole, claim = (put_in(self.outputs.values(), text) for text in (definition.right.text, member.text))
            found = judged(self.lexicon, whole, sign, claim, self.seed, self.sizes)
        except InputError as error:
            return Finding(member.span, "does not follow", error.diagnostics[0].message)
        if found is None:
            return None
        return self._on_claim(member, found)

    def _concluded(self, before: Member, member: Member) -> Finding | None:
        """The verdict on what is said of the members by which a derivative is zero; None of another line."""
        known = condition_on(self.of_members.values(), before.text, member.text)
        if known is None or member.relation != EQUALS:
            return None
        left, right = (put_in(self.outputs.values(), m.text) for m in (before, member))
        found = concluded_of_members(known, left, right, self.lexicon, self.seed, self.sizes)
        return None if found is None else Finding(member.span, *found)

    def _on_claim(self, member: Member, found: Judgement) -> Finding:
        """The verdict on a claim that was judged."""
        if found.ok is None:
            return Finding(member.span, "not read", f"undecided: {found.reason}")
        if found.ok:
            return Finding(member.span, "follows" if found.proved else "not refuted", points=found.trials)
        if found.cause is not None and needs_only(found.cause, self.statements):
            return Finding(member.span, "not refuted", found.diagnosis, points=found.trials)
        reason = found.diagnosis or "it has other values than the derivative"
        return Finding(member.span, "does not follow", reason, found.right, cause=found.cause)

    def _unread(self, member: Member, error: MatcalcError) -> Finding:
        first = error.diagnostics[0]
        is_here = first.span is not None and len(first.source) == len(member.text)
        place = _within(member, first.span) if is_here and first.span is not None else None
        fix = next((f"; write {text}" for text in first.fixes if is_here and len(text) <= _LONGEST_FIX), "")
        said = self.lexicon.named(first.message + fix)
        return Finding(member.span, "not read", said, place=place, code=first.code)

    def _link(self, i: int, s: Statement, k: int, before: Member, member: Member) -> tuple[Finding, dict[Expr, Expr]]:
        """The verdict on one equation and, where it is wrong, what it claims of a name or a sign."""
        if member.relation not in (EQUALS, DEFINES):
            return Finding(member.span, "not read", f"{member.relation} is no equation"), {}
        given = self._given(i, before, member) if k == 0 else None
        if given is not None:
            return given, {}
        self._learn(before.text, member.text)
        left = self._left(s, before, member)
        if ZERO.fullmatch(member.text) and self._sets_zero(left):
            self.conditions.append(Condition(left, member.span, None, True))
            return Finding(member.span, "given", "a condition"), {}
        try:
            right = self.lexicon.meaning(member.text)
        except InputError as error:
            if error.diagnostics[0].code not in _UNFIT:
                raise
            return self._misfit(left, member, error), {}
        found = self._judged(s, k, member, left, right)
        is_claim = found.verdict == "does not follow" and left.kind is VAR and left.shape == right.shape
        return found, {left: right} if is_claim else {}

    def _left(self, s: Statement, before: Member, member: Member) -> Expr:
        """The side before; what is set to zero is the head of the chain where that side cannot be read."""
        try:
            return self.lexicon.meaning(before.text)
        except InputError:
            if not ZERO.fullmatch(member.text) or before is s.members[0]:
                raise
            return self.lexicon.meaning(s.members[0].text)

    def _given(self, i: int, before: Member, member: Member) -> Finding | None:
        """A definition, or a differential that says all that is known of a name."""
        d = self.premises.definitions.get(i)
        if d is not None:
            if i in self.premises.failed:
                raise self.premises.failed[i]
            if not self.premises.is_defined(d.name):
                self._learn("", member.text)
                self.lexicon.define(d.name, self.lexicon.meaning(member.text), d.parameters)
            return Finding(member.span, "given", f"defines {before.text.strip()}")
        whole = self._whole_sign(before.text)
        if whole is None or len(names_in(whole.of)) != 1 or self.premises.is_defined(name := names_in(whole.of)[0]):
            return None
        if whole.kind == "tangent" and any(True for _ in self.premises.tangents(member.text)):
            self._learn("", member.text)
            self.lexicon.define(name, None, flow=self.lexicon.meaning(member.text))
            return Finding(member.span, "given", f"says what {before.text.strip()} is")
        if whole.kind == "derivative" and whole.order == 1 and name not in self.lexicon.known and whole.by:
            self._learn(whole.by[0], member.text)
            dx = self.lexicon.tangent(name_of(whole.by[0]))
            g = fitted(self.lexicon.meaning(member.text), dx.shape, self.premises.world(set()))
            if g.shape != dx.shape:
                raise fail("M0303", f"a gradient by {whole.by[0]} has the shape of {whole.by[0]}", member.text)
            self.lexicon.define(name, None, flow=trace(multiply(transpose(g), dx)))
            return Finding(member.span, "given", f"says what {before.text.strip()} is")
        return None

    def _whole_sign(self, text: str) -> Sign | None:
        found = next(signs(text, self.lexicon.words), None)
        return found if found is not None and (found.start, found.end) == (0, len(text)) else None

    def _learn(self, *texts: str) -> None:
        """Shapes of names that nothing has been said of yet."""
        shadows = []
        for text in filter(None, texts):
            for sign in signs(text, self.lexicon.words):
                if sign.kind in ("derivative", "differential"):
                    self._learn(sign.of)
                self._learn_directions(sign)
            try:
                shadows.append(self.lexicon.shadow(text))
            except MatcalcError:
                continue
        if any(map(self.lexicon.is_new, shadows)):
            self.lexicon.learn(shadows)

    def _learn_directions(self, sign: Sign) -> None:
        """h of D f(x)[h] has the shape of x."""
        if sign.along:
            moved = self.lexicon.variable_of(self.lexicon.meaning(sign.of), sign.arguments)
            for h in filter(self.lexicon.is_new, sign.along):
                self.lexicon.learn([moved, h])

    def _sets_zero(self, left: Expr) -> bool:
        """Whether a gradient, or a differential, is set to zero: it is not zero of itself."""
        marks = [self.lexicon.marks[x] for x in variables(left) if x in self.lexicon.marks]
        is_stationary = bool(marks) or bool(self.conditions)
        if not is_stationary and left.kind is VAR:
            return False
        whole = self.premises.world(set()).expanded(left)
        return not is_zero(closed_form(whole, self.lexicon.book))

    def _judged(self, s: Statement, k: int, member: Member, left: Expr, right: Expr) -> Finding:
        tangents = self._named_tangents(right) or self._named_tangents(left)
        if k > 0:
            tangents |= self._named_tangents(left)
        world = self.premises.world(tangents)
        found = linked(world, left, right, self.seed, self.sizes)
        if found.holds:
            return self._holds(member, found)
        found, remark = self._otherwise(world, left, right, found)
        if found.holds:
            return self._holds(member, found, remark)
        if (strange := self._strange(world, left, right)) is not None:
            known = linked(world, left, with_sigmoids(right, self.lexicon.book), self.seed, self.sizes)
            if known.holds:
                return self._holds(member, known, f"{strange.name} is the sigmoid")
            if known.found == "wrong" and self._strange(world, right, known.left) is None and known.right is not right:
                return self._refused(member, Blame(None, known.left), world)
            return Finding(member.span, "not read", f"what is {strange.name}(z)? nothing before says")
        if self.claims:
            since = linked(replace(world, claims=self.claims), left, right, self.seed, self.sizes)
            if since.holds:
                return replace(self._holds(member, since, "from the wrong line before it"), since=self.since)
        aside = self._aside(s, k, left, right, world, member)
        if aside is not None:
            return aside
        if found.found == "undecided":
            return Finding(member.span, "not read", f"undecided: {found.reason}")
        put, letters = self.lexicon.put(member.text)
        blame = blamed(Hearing(world, found.left, put, letters, right, self.seed, self.sizes))
        return self._refused(member, blame, world)

    def _named_tangents(self, e: Expr) -> set[str]:
        return {m.name for x in variables(e) if (m := self.lexicon.marks.get(x)) is not None and m.kind == "tangent"}

    def _strange(self, world: World, left: Expr, right: Expr) -> Function | None:
        """A function that nobody defined, which the side before does not have."""
        known, new = ({e.data.name: e.data for e in postorder(world.expanded(side)) if e.kind is CALL and e.data.form ==
                       "unspecified"} for side in (left, right))
        return next((new[name] for name in new if name not in known), None)

    def _otherwise(self, world: World, left: Expr, right: Expr, found: Outcome) -> tuple[Outcome, str]:
        """The same in another convention: a row for ∂f/∂x, independent entries of a structured variable."""
        mark = self.lexicon.marks.get(left)
        if mark is None or mark.kind != "derivative":
            return found, ""
        if not mark.is_nabla and left.shape == right.shape[::-1] != right.shape:
            turned = linked(world, left, transpose(right), self.seed, self.sizes)
            if turned.holds:
                return turned, "in the numerator layout"
        if any(self.lexicon.entry(x).leaf.data.props for x in mark.by):
            free = linked(replace(world, structure="free"), left, right, self.seed, self.sizes)
            if free.holds:
                return free, "with independent entries"
        return found, ""

    def _aside(self, s: Statement, k: int, left: Expr, right: Expr, world: World,
               member: Member) -> Finding | None:
        """What is no identity and need not be one: a condition, its consequence, a name defined anew, a name that
        nothing is known of."""
        marked = any(x in self.lexicon.marks for x in variables(left, right))
        new = self._base(world, right) - self._base(world, left)
        if k == 0 and left.kind is VAR and self.premises.is_defined(left.data.name) and left not in self.lexicon.marks:
            if new and not marked and left.shape == right.shape:
                entry = self.lexicon.entry(left.data.name)
                self.lexicon.define(entry.name, right, entry.parameters)
                return Finding(member.span, "given", f"defines {entry.name} anew")
        elif k == 0 and not marked and (s.is_condition or self.conditions or new ^ (
                self._base(world, left) - self._base(world, right))):
            return self._condition(s, left, right, world, member)
        strangers = sorted(new - self.met)
        if strangers:
            return Finding(member.span, "not read", f"what is {strangers[0]}? nothing before says")
        usable = [c for c in self.conditions if not (marked and c.is_stationary)]
        if usable and under(usable, left, right, world, self.seed, self.sizes):
            return Finding(member.span, "not refuted", "under the conditions", points=POINTS, formula=right)
        return None

    def _condition(self, s: Statement, left: Expr, right: Expr, world: World, member: Member) -> Finding | None:
        """An equation about variables: what follows from the conditions before it, else one more of them."""
        own = self._base(world, left), self._base(world, right)
        differ = own[0] != own[1]
        if self.conditions and not s.is_condition:
            known = {name for c in self.conditions for name in self._base(world, c.whole)}
            is_meant = s.opening == "⇒" or (any(c.is_stationary for c in self.conditions) and own[0] | own[1] <= known)
            verdict, reason = concluded(self.conditions, left, right, world, self.seed, self.sizes)
            if verdict != "does not follow" or is_meant or not differ:
                if verdict in ("follows", "not refuted"):
                    self.conditions.append(Condition(left, member.span, right))
                return Finding(member.span, verdict, reason)
        elif not s.is_condition and not differ:
            return None
        self.conditions.append(Condition(left, member.span, right))
        return Finding(member.span, "given", "a condition")

    def _base(self, world: World, e: Expr) -> set[str]:
        """The names of the variables that an expression comes down to."""
        return {x.data.name for x in variables(world.expanded(e)) if x not in self.lexicon.marks}

    def _misfit(self, left: Expr, member: Member, error: InputError) -> Finding:
        put, letters = self.lexicon.put(member.text)
        world = self.premises.world({name for leaf in letters.values() for name in self._named_tangents(leaf)})
        own = met(world, left, *self.lexicon.leaves(put, letters))
        blame = blamed(Hearing(world, own, put, letters, None, self.seed, self.sizes), error)
        return self._refused(member, blame, world)

    def _holds(self, member: Member, found: Outcome, remark: str = "") -> Finding:
        verdict: Verdict = "follows" if found.found == "proved" else "not refuted"
        return Finding(member.span, verdict, remark, points=found.points, formula=found.right)

    def _refused(self, member: Member, found: Blame, world: World) -> Finding:
        from matcalc.printers import ascii_text

        cause = found.cause or Diagnosis("values", "it has other values than the side before")
        cause = Diagnosis(cause.kind, self.lexicon.named(cause.text), tuple(map(world.shown, cause.formulas)))
        right = world.shown(found.right)
        return Finding(member.span, "does not follow", cause.said(ASCII), ascii_text(right), cause=cause, formula=right,
                       place=_within(member, found.term) if found.term is not None else None)


def _within(member: Member, span: Span) -> Span:
    """A place in a member as a place in the document."""
    return Span(member.span.start + span.start, member.span.start + span.end)
