"""A derivation as a row of moves: formula, rule, formula. The engine fills it, whoever shows it picks the notation.

While the differential is being worked out a formula contains placeholders: a tangent without a name stands for d(u),
the differential of a sub-expression u that no rule has opened yet. What the lines repeat gets a name: Z₁ = X W₁ is said
once, and every line becomes shorter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, count
from types import MappingProxyType

from matcalc.algebra import multiply, num, tangent
from matcalc.algebra.addition import scaled
from matcalc.core.expr import ADD, CALL, CHAIN, HAD, MATPOW, MUL, POW, SYMPOW, TANGENT, Expr, node, postorder, variables
from matcalc.core.parts import number_and_factors, terms
from matcalc.explanation.calculus_laws import Because, Identity
from matcalc.extensions import ASCII
from matcalc.printers.as_typed import NOTHING, Typed, as_typed
from matcalc.printers.dialects import dialect_named
from matcalc.printers.lettering import Letters, lettered
from matcalc.printers.matrix_products import sizeless
from matcalc.printers.signs import fewest_signs
from matcalc.printers.typesetting import broken, lay_out, lengths, uses_below, views_below
from matcalc.printers.view import Part
from matcalc.printers.where import LONGEST, bindings, own_letter
from matcalc.rulebook.book import Rulebook

MOST_BRIEF, MOST_LINES, MOST_RULES = 8, 12, 4  # lines, also where one would have too many rules; rules in one
MOST_COMPARED = 400  # symbols; longer formulas that look alike are taken for different ones
MOST_NAMES, SHORTEST, COST = 5, 7, 20  # names, characters worth one, characters of its definition
_LETTERS = {"scalar": "t", "vector": "z", "matrix": "Z"}
Named = Mapping[Expr, str]
_NONE: Named = MappingProxyType({})
Seeds = Mapping[Expr, Expr]
Head = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Formula:
    """`expr` is what `head` says: ("df",), ("gradient", "X") … Heads are spelled by whoever shows them."""

    expr: Expr
    head: Head


@dataclass(frozen=True, slots=True)
class Move:
    """One step. `relation` says in which sense both formulas are equal: as they stand, read off a differential
    (⟨G, dX⟩ is df), stacked (vec), projected on a declared structure, or transposed by the layout."""

    rules: tuple[Identity, ...]
    before: Formula
    after: Formula
    relation: str = "equal"

    @property
    def plain(self) -> bool:
        """Whether it is too simple for a line of its own."""
        return all(rule.plain for rule in self.rules)

    @property
    def rule(self) -> str:
        """The names of its rules, the first four of them."""
        names = list(dict.fromkeys(rule.name for rule in self.rules))
        return ", ".join(names if len(names) <= MOST_RULES else [*names[:MOST_RULES], "…"])

    @property
    def title(self) -> str:
        """What happens, and where the rules are proved."""
        titles = list(dict.fromkeys(rule.title for rule in self.rules))
        refs = list(dict.fromkeys(rule.ref for rule in self.rules if rule.ref))
        return "; ".join(titles[:3]) + (f" ({'; '.join(refs[:3])})" if refs else "")

    @property
    def because(self) -> Because:
        """The identities, the first two of them."""
        said = list(dict.fromkeys(rule.because for rule in self.rules))
        return said[0] if len(said) == 1 else (*said[0], "; ", *said[1])


def summands(e: Expr) -> Counter[Expr]:
    """The terms of a sum in which numbers are multiplied out, in no order."""
    found: Counter[Expr] = Counter()
    q, parts = number_and_factors(e)
    if e.kind is MUL and parts[-1].kind is ADD:
        return Counter({multiply(num(q), *parts[:-1], term): times for term, times in summands(parts[-1]).items()})
    for term in terms(e):
        q, parts = number_and_factors(term)
        inner = summands(parts[0]) if len(parts) == 1 and parts[0].kind is ADD else {}
        for part, times in inner.items():
            found[scaled(part, q)] += times
        found[term] += not inner
    return +found


@dataclass(eq=False)
class Trace:
    """The moves by the rules of `book`, what each placeholder stands for, and along which tangents of the variables;
    the `letters` of indices, and the sums, as they were `typed`."""

    moves: list[Move] = field(default_factory=list)
    opened: dict[Expr, Expr] = field(default_factory=dict)
    along: dict[Expr, Seeds] = field(default_factory=dict)
    book: Rulebook = field(kw_only=True)
    letters: Letters = field(default=(), kw_only=True)
    typed: Typed = field(default=NOTHING, kw_only=True)
    _leaves: dict[Expr, Expr] = field(default_factory=dict)
    _seeds: Seeds = field(default_factory=dict)
    _texts: dict[Expr, str] = field(default_factory=dict)

    def begin(self, seeds: Seeds) -> None:
        """From here on d is along `seeds`."""
        self._seeds, self._leaves = seeds, {}

    def placeholder(self, u: Expr) -> Expr:
        """The leaf that stands for d(u)."""
        if u not in self._leaves:
            leaf = tangent("", u.shape, len(self.opened) + 1)
            if u.complex:
                leaf = node(TANGENT, (), leaf.data._replace(complex=True), leaf.shape)
            self._leaves[u] = leaf
            self.opened[leaf], self.along[leaf] = u, self._seeds
        return self._leaves[u]

    def add(self, rules: Sequence[Identity], before: Formula, after: Formula, relation: str = "equal") -> None:
        """Note a move, unless nothing is seen of it; each starts where the one before ended."""
        if relation == "equal" and before.head == after.head and self.alike(before, after):
            return
        if relation == "equal" and self._is_back(after):
            return
        if relation == "equal" and self.moves and self.moves[-1].after == before and before.head == after.head \
                and summands(before.expr) == summands(after.expr):  # only the order differs
            self.moves[-1] = replace(self.moves[-1], after=after)
            return
        last = self.moves[-1].after if self.moves else before
        start = last if last.head == before.head and self.alike(last, before) else before
        self.moves.append(Move(tuple(rules), start, after, relation))

    def _is_back(self, after: Formula) -> bool:
        """Whether a formula has stood there before; then the way around is left out."""
        for i in range(len(self.moves) - 1, 0, -1):
            move = self.moves[i]
            if move.relation != "equal" or move.before.head != after.head:
                return False
            if self.alike(move.before, after):
                self.moves[i - 1:] = [replace(self.moves[i - 1], after=after)]
                return True
        return False

    def alike(self, a: Formula, b: Formula) -> bool:
        """Whether nothing is seen of the difference between two formulas."""
        if a.expr is b.expr or max(a.expr.weight, b.expr.weight) > MOST_COMPARED:
            return a.expr is b.expr
        return self._plain_text(a.expr) == self._plain_text(b.expr)

    def _plain_text(self, e: Expr) -> str:
        if e not in self._texts:
            self._texts[e] = self.text(e, ASCII)
        return self._texts[e]

    def text(self, e: Expr, dialect: str, named: Named | None = None, is_inside: bool = False) -> str:
        """`e` with d(u) for its placeholders and names for the parts in `named`; whether it stands inside of d(…)."""
        return " ".join(self.pieces(e, dialect, named, is_inside))

    def pieces(self, e: Expr, dialect: str, named: Named | None = None, is_inside: bool = False) -> list[str]:
        """The terms of `e` with their signs. Beside a differential vectors of ones show no sizes to a reader."""
        shown, known = self._shown(e, dialect, named or {}), dialect_named(dialect)
        if e in shown and (e not in (named or {}) or (e.kind is CALL and "said" in e.data.fields)):
            return [shown[e]]  # a name is no news of what it stands for, but where words say that
        has_sizes = dialect == ASCII or not (is_inside or e.varies)
        e, *parts = fewest_signs([as_typed([part], self.typed)[0] for part in fewest_signs([e, *shown])])
        e, *parts = (e, *parts) if has_sizes else sizeless([e, *parts])
        shown = dict(zip(parts, shown.values(), strict=True))
        e = lettered(e, self.letters, leaves=shown)
        is_long = lay_out(e, known, shown).length > LONGEST * known.scale
        return [bindings(e, known, shown)] if is_long else broken(e, known, shown)

    def lengths(self, e: Expr, dialect: str, named: Named) -> dict[Expr, int]:
        """Of every part of `e` how many characters it has."""
        shown = self._shown(e, dialect, named)
        return lengths(views_below(e, shown), dialect_named(dialect), shown)

    def _shown(self, e: Expr, dialect: str, named: Named) -> dict[Expr, str]:
        leaves = [leaf for leaf in postorder(e, varying=True) if leaf in self.opened]
        return {**named, **{leaf: self._opened_text(self.opened[leaf], dialect, named) for leaf in leaves}}

    def _opened_text(self, u: Expr, dialect: str, named: Named) -> str:
        if u in named or u in self.typed.names:
            return self._named_differential(named.get(u) or self.text(u, dialect), dialect)
        return dialect_named(dialect).filled("differential of", self.text(u, dialect, named, is_inside=True))

    def _named_differential(self, name: str, dialect: str) -> str:
        """dP, or d(P) where dP is the name of something else."""
        known = dialect_named(dialect)
        taken = {known.name_text(leaf.data.name[1:]) for leaf in self.typed.names if leaf.data.name[:1] == "d"}
        return known.filled("differential of" if name in taken else "differential", name)


def brief(moves: Sequence[Move]) -> list[Move]:
    """The moves with the plain ones drawn together; about eight of them."""
    kept = _merged(list(moves), lambda a, b: a.plain or b.plain)
    while len(kept) > MOST_BRIEF:
        places = [i for i in range(len(kept) - 1) if _joinable(kept[i], kept[i + 1])]
        if not places:
            return kept
        i = min(places, key=lambda k: (_named_rules(kept[k], kept[k + 1]) > MOST_RULES,
                                       len(kept[k].rules) + len(kept[k + 1].rules), k))
        if len(kept) <= MOST_LINES and _named_rules(kept[i], kept[i + 1]) > MOST_RULES:
            return kept
        kept[i:i + 2] = [_together(kept[i], kept[i + 1])]
    return kept


def _named_rules(*moves: Move) -> int:
    """How many rules a reader would find in one line."""
    return len({rule.name for move in moves for rule in move.rules if not rule.plain})


def _merged(moves: list[Move], alike: Callable[[Move, Move], bool]) -> list[Move]:
    kept: list[Move] = []
    for move in moves:
        if kept and _joinable(kept[-1], move) and alike(kept[-1], move):
            kept[-1] = _together(kept[-1], move)
        else:
            kept.append(move)
    return kept


def _joinable(a: Move, b: Move) -> bool:
    return a.relation == b.relation == "equal" and a.after == b.before and a.before.head == b.after.head


def _together(a: Move, b: Move) -> Move:
    rules = tuple(dict.fromkeys((*a.rules, *b.rules)))
    telling = tuple(rule for rule in rules if not rule.plain)
    return replace(a, rules=telling or rules, after=b.after)


def formulas(moves: Sequence[Move]) -> list[Expr]:
    """What the moves start from and what each of them leads to."""
    return [moves[0].before.expr, *(move.after.expr for move in moves)] if moves else []


def names(trace: Trace, moves: Sequence[Move], dialect: str, taken: Collection[str] = (),
          known: Mapping[Expr, str] = _NONE) -> dict[Expr, str]:
    """Names for parts that several lines have, in the order in which they are defined: the saving decides. Some parts
    have names that are `known`."""
    shown = formulas(moves)
    reached = [u for e in shown for leaf in postorder(e, varying=True) if (u := trace.opened.get(leaf)) is not None]
    chosen: dict[Expr, str] = {**known}
    while len(chosen) < MOST_NAMES + len(known):
        best = _best(trace, [*shown, *reached, *chosen], dialect, chosen)
        if best is None:
            break
        chosen[best] = "Z_1"
    for part in [part for part in chosen if part not in known and part.kind is ADD]:  # p − 1, p having a name
        rest = {other: name for other, name in chosen.items() if other is not part}
        if trace.lengths(part, dialect, rest)[part] < SHORTEST:
            chosen = rest
    new = {part: name for part, name in chosen.items() if part not in known}
    used = {*taken, *known.values(), *(x.data.name for e in shown for x in variables(e))}
    return _numbered(sorted(_standing(trace, shown, dialect, new, known), key=lambda part: part.order), used)


def _standing(trace: Trace, shown: Sequence[Expr], dialect: str, chosen: Named, known: Named) -> list[Expr]:
    """Those of the parts that stand in a line, or in what another of them stands for."""
    marks = {part: f"\0{i}\0" for i, part in enumerate(chosen)}
    texts = {e: trace.text(e, dialect, {**known, **{p: mark for p, mark in marks.items() if p is not e}})
             for e in (*shown, *marks)}
    found: list[Expr] = []
    waiting = [texts[e] for e in shown]
    while waiting:
        text = waiting.pop()
        new = [part for part, mark in marks.items() if mark in text and part not in found]
        found += new
        waiting += [texts[part] for part in new]
    return found


def _best(trace: Trace, roots: Sequence[Expr], dialect: str, chosen: dict[Expr, str]) -> Expr | None:
    """The part whose name saves most characters, what is named already standing for itself."""
    uses: Counter[Expr] = Counter()
    lengths: dict[Expr, int] = {}
    for root in roots:
        _count(root, {part for part in chosen if part is not root}, uses)
    repeated = [part for part, times in uses.items() if times > 2 and part not in chosen]
    for part in sorted(repeated, key=lambda part: -part.weight):
        if part not in lengths:
            lengths |= trace.lengths(part, dialect, chosen)
    savings = {part: (uses[part] - 1) * (lengths[part] - 3) - COST for part in repeated if lengths[part] >= SHORTEST}
    best = max(savings, key=lambda part: (savings[part], *part.order), default=None)
    return best if best is not None and savings[best] > 0 else None


def _count(root: Expr, leaves: Container[Part], uses: Counter[Expr]) -> None:
    """Add how often each part stands in the text of `root`."""
    views = views_below(root, leaves)
    here = uses_below(root, views)
    uses.update({part: n for part, n in here.items() if isinstance(part, Expr) and _nameable(part)})


def _nameable(e: Expr) -> bool:
    if e.varies or e.free:
        return False
    return e.kind in (CALL, CHAIN, ADD, MATPOW, SYMPOW, HAD, POW)


def _numbered(parts: Sequence[Expr], used: set[str]) -> dict[Expr, str]:
    """Z for the only matrix, Z_1, Z_2, … for several, z for vectors, t for scalars, none of them taken."""
    own = {part: _free_letter(part, used) for part in parts}
    several = Counter(_kind(part) for part in parts if not own[part])
    fresh = {kind: _supply(letter, several[kind] > 1, used) for kind, letter in _LETTERS.items()}
    return {part: own[part] or next(fresh[_kind(part)]) for part in parts}


def _free_letter(part: Expr, used: set[str]) -> str:
    """The letter that the rule of a call asks for, while it is free."""
    letter = own_letter(part)
    if letter in used:
        return ""
    used.add(letter)
    return letter


def _supply(letter: str, numbered: bool, used: set[str]) -> Iterator[str]:
    names = chain([] if numbered else [letter], (f"{letter}_{i}" for i in count(1)))
    yield from (name for name in names if name not in used)


def _kind(e: Expr) -> str:
    return "scalar" if e.is_scalar else "vector" if e.shape[1] == 1 else "matrix"
