"""Claims in index notation: read with the families and letters of the problem, at the member that is asked about.

A claim may be typed in the matrices that hold the families or in letters. Where the problem is posed in matrices and a
claim in letters has a matrix form, that is what is judged; what has none is judged in the sums that were typed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import combinations

from matcalc.algebra import substitute, transpose, variable
from matcalc.algebra.indexed import rename
from matcalc.answer.absent import changed
from matcalc.answer.claim_letters import Open, Wanted, choices, labels_of, open_letters, range_of
from matcalc.answer.problem import Problem
from matcalc.answer.stacks import Indexed, holding
from matcalc.core.dims import names
from matcalc.core.expr import DIM, OVER, VAR, Expr, postorder, variables
from matcalc.core.indices import Index, Ref
from matcalc.diagnostics import InputError, MatcalcError, fail
from matcalc.language import Elaborated, name_of, parse
from matcalc.language.elaborate import outline
from matcalc.language.framing import bindings, formula, formula_name, framed
from matcalc.language.letters import pieces, split_name
from matcalc.options import EINSTEIN, NUMPY, Dialect
from matcalc.records import NamedTuple
from matcalc.simplification.lift import lifted

_PLAIN = re.compile(r"[\w)\]]'(?!\s*,)|\^|\.[*/^]|_\{")
_LABEL = re.compile(r"_\s*\{?[a-z](?:[,\s]?[a-z])*\}?|[ᵢⱼₖₗₘₙₚᵣₛₜ]+")

OTHER_RANGE = "M0228"  # a letter stands where its range does not fit
_SIZE, _USUAL, _SEVERAL = "of_size_", "ijkl", 2


class _Read(NamedTuple):
    """A claim as it was read, and what its letters stand for."""

    read: Elaborated
    letters: Mapping[str, Index]


def indexed_claim(problem: Problem, claim: str, wanted: Wanted, dialect: Dialect = "") -> Expr:
    """The claim as an expression in the matrices of the problem, else in its families; in a dialect first, then in the
    plain language, which is that of the answers."""
    assert problem.indexed is not None
    spoken = _languages(claim, dialect)
    open_ = {language: _open(problem, claim, language) for language in spoken}
    plain: list[Expr | InputError | None] = []
    for language in spoken:
        has_letters = not wanted.known.keys().isdisjoint((*open_[language].free, *open_[language].related))
        plain.append(None if has_letters or not problem.indexed.is_lifted else _in_matrices(problem, claim, language))
        if isinstance(plain[-1], Expr) and not _unknown(plain[-1], problem.variables):
            return plain[-1]
    wrong: list[InputError] = []
    for language in spoken:
        try:
            found = _in_letters(problem, claim, wanted, open_[language], language)
            if not isinstance(plain[0], InputError) or _LABEL.search(claim) or not _strange(
                    found.read, problem.indexed.variables):
                return _held(problem, _at_the_member(wanted, found, claim), wanted)
        except InputError as error:
            wrong.append(error)
    if isinstance(plain[0], Expr) and not any(_base(name) in problem.indexed.variables
                                              for name in _unknown(plain[0], problem.variables)):
        return plain[0]
    wrong.sort(key=lambda error: error.diagnostics[0].code != OTHER_RANGE)
    raise plain[0] if isinstance(plain[0], InputError) and (not wrong or not _LABEL.search(claim)) else wrong[0]


def _languages(claim: str, dialect: Dialect) -> tuple[Dialect, ...]:
    """In what a claim may be typed, the likeliest first: X' and ^ are no signs of NumPy, so the answers that are given
    back are in the plain language."""
    if not dialect:
        return ("",)
    return ("", dialect) if dialect == NUMPY and _PLAIN.search(claim) else (dialect, "")


def exchanged_claim(problem: Problem, claim: str, wanted: Wanted, dialect: Dialect = "") -> tuple[Expr, str] | None:
    """A claim that no ranges fit with its letters as they are, with two of them exchanged; and which these are."""
    if problem.indexed is None:
        return None
    for language in _languages(claim, dialect):
        meant = next(choices(wanted, _open(problem, claim, language), problem.indexed.variables,
                             _typed(problem, wanted, language)))
        for one, other in combinations(meant, 2):
            try:
                found = _read(problem, claim, meant | {one: meant[other], other: meant[one]}, language)
            except InputError:
                continue
            strange = _strange(found.read, problem.indexed.variables)
            if not strange and not _whole_family(found.read.expr, problem.indexed):
                return _held(problem, _at_the_member(wanted, found, claim), wanted), f"{one} and {other}"
    return None


def _held(problem: Problem, read: Expr, wanted: Wanted) -> Expr:
    """The claim in the matrices of the problem, as far as it has such a form."""
    asked = problem.indexed
    said = problem.settled(changed(read))
    if asked is None or not asked.is_lifted:
        return said
    held = {name: problem.settled(info.expr) for name, info in asked.stacks.items()}
    upright = transpose(said) if wanted.rows and wanted.columns == () and said.shape[0] == 1 else said
    found = lifted(upright, problem.rulebook, held, wanted.axes)
    if found is not None and wanted.kind == "jacobian" and not wanted.rows and said.shape[1] == 1 != said.shape[0]:
        return transpose(found)  # a column for each member
    return said if found is None else found


def is_in_sums(e: Expr) -> bool:
    """Whether families, indices or sums over them occur in an expression."""
    return bool(e.free) or any(part.kind is OVER or (part.kind is VAR and part.data.axes) for part in postorder(e))


def _in_matrices(problem: Problem, claim: str, dialect: Dialect) -> Expr | InputError | None:
    """A claim without indices, in nothing but the matrices of the problem, which may have the names of the families
    that they hold; why it cannot be read as one."""
    assert problem.indexed is not None
    head = _head(problem)
    text = f"{head[0]} := {problem.source}; {claim}" if head and _uses(claim, head[0]) else claim
    declared = problem.declarations()
    held = {family: info for family, info in problem.indexed.stacks.items() if family not in declared}
    said = declared | {family: info.declaration() for family, info in held.items()}
    try:
        read = parse(text, said | _sizes(problem), problem.rulebook, dialect=dialect, proposed=True)
    except InputError as error:
        return error
    if read.indices is not None:
        return None
    return substitute(read.expr, {read.variables[family].expr: variable(info.name, info.shape, info.props)
                                  for family, info in held.items() if family in read.variables})


def _unknown(e: Expr, known: Collection[str]) -> list[str]:
    """The variables that the problem does not have."""
    return [v.data.name for v in variables(e) if v.data.name not in known]


def _in_letters(problem: Problem, claim: str, wanted: Wanted, open_: Open, dialect: Dialect) -> _Read:
    """The claim read with the families of the problem: with the letters that are asked about, else with more."""
    assert problem.indexed is not None
    found: list[_Read] = []
    wrong: list[InputError] = []
    for letters in _letters(problem, wanted, open_, dialect):
        try:
            read = _read(problem, claim, letters, dialect)
        except InputError as error:
            wrong.append(error)
            continue
        whole = _whole_family(read.read.expr, problem.indexed)
        if whole:
            refused = fail("M0516", f"{whole} is a family here; which member of it is meant?", claim)
            wrong.append(InputError(*refused.diagnostics))
        elif not _strange(read.read, problem.indexed.variables):
            return read
        else:
            found.append(read)
    if found:
        return found[0]
    raise wrong[0]


def _whole_family(e: Expr, asked: Indexed) -> str:
    """The name of a family that stands without an index where everything is said of members, '' where none does."""
    return next((part.data.name for part in postorder(e) if part.kind is VAR and not part.data.refs
                 and part.data.name in asked.variables and asked.variables[part.data.name].axes), "")


def _read(problem: Problem, claim: str, letters: Mapping[str, Index | None], dialect: Dialect) -> _Read:
    """The claim read with these letters free, of which one without an index has the range that it is used with."""
    assert problem.indexed is not None
    said = {letter: "index" if index is None else range_of(index) for letter, index in letters.items()}
    read = parse(text_in_letters(problem, claim), declarations(problem.indexed) | _sizes(problem) | said,
                 problem.rulebook, dialect=dialect, proposed=True)
    return _Read(read, {letter: index for letter, index in letters.items() if index is not None})


def text_in_letters(problem: Problem, claim: str) -> str:
    """The claim beside what the problem binds, and the formula under the name that it has; what the claim defines has
    its own meaning there."""
    assert problem.indexed is not None
    source = problem.indexed.source
    own = {_base(definition.name) for definition in framed(claim).definitions}
    before, behind = bindings(source, lambda name: _base(name) not in own)
    head = _head(problem)
    if head and _uses(claim, head[0]) and head[0] not in own:
        before += f"{head[1]} := {formula(source)}; "
    return f"{before}{claim}{(', ' if ' where ' in claim else ' where ') + behind if behind else ''}"


def _base(name: str) -> str:
    """The name without its labels."""
    try:
        return split_name(name_of(name))[0]
    except MatcalcError:
        return name


def head_of(problem: Problem) -> str:
    """The name that the text gives to its formula, without indices: p of p_i = …."""
    head = _head(problem)
    return head[0] if head else ""


def _head(problem: Problem) -> tuple[str, str] | None:
    """The name of the formula, without indices and as it was typed."""
    assert problem.indexed is not None
    for typed in framed(problem.indexed.source).names:
        try:
            name = name_of(re.sub(r"\(.*", "", typed))
        except MatcalcError:
            continue
        base, labels = split_name(name)
        cut = tuple(piece for label in labels for piece in pieces(label, ()))
        if cut == tuple(index.name for index in problem.indexed.output):
            name = base
        if name not in problem.indexed.variables:
            return name, typed
    return None


def _uses(claim: str, name: str) -> bool:
    return re.search(rf"(?<![^\W\d_]){re.escape(name)}(?![^\W\d_])", claim) is not None


def _open(problem: Problem, claim: str, dialect: Dialect) -> Open:
    """The letters of a claim that nothing binds; none where it cannot be read at all."""
    assert problem.indexed is not None
    asked = problem.indexed
    try:
        text = text_in_letters(problem, claim)
        root = outline(text, declarations(asked) | _sizes(problem), problem.rulebook, dialect)
    except MatcalcError:
        return Open((), ())
    defined = {_base(d.name) for d in framed(text).definitions} | {head_of(problem)} - {""}
    families = {**asked.variables, **dict.fromkeys(defined)}
    usual = {*_USUAL, *(letter for letter, _ in asked.letters)} - families.keys()
    sizes = {name.removeprefix(_SIZE) for name in _sizes(problem)}
    return open_letters(root, families, frozenset(usual - sizes), dialect == EINSTEIN)


def _letters(problem: Problem, wanted: Wanted, open_: Open, dialect: Dialect) -> Iterator[Mapping[str, Index | None]]:
    """The letters that may be free in a claim: those asked about, with those of the problem, with all that are open."""
    assert problem.indexed is not None
    asked = problem.indexed
    yield from choices(wanted, open_, asked.variables, _typed(problem, wanted, dialect))
    of_sums = {letter: Index(letter, *axis) for letter, axis in asked.letters if letter in open_.free}
    known = {letter: index for letter, index in (of_sums | wanted.known).items() if letter not in asked.variables}
    yield known
    yield {letter: known.get(letter) for letter in open_.free if letter not in asked.variables}


def _typed(problem: Problem, wanted: Wanted, dialect: Dialect) -> list[tuple[str, ...]]:
    """The letters that the formula has at members of the family by which one differentiates, where it has several."""
    asked = problem.indexed
    if asked is None or len(wanted.waiting) < _SEVERAL or wanted.kind == "hessian":
        return []
    try:
        root = outline(asked.source, declarations(asked), problem.rulebook, dialect)
    except MatcalcError:
        return []
    return labels_of(asked.targets[0].whole.data.name, root)


def _at_the_member(wanted: Wanted, found: _Read, claim: str) -> Expr:
    """The claim with its free letters those that are asked about: by name, and in their order where nobody typed a
    letter for the member."""
    read = found.read
    own = read.indices.output if read.indices is not None else ()
    named = {index.name: index for index in wanted.axes} | dict(wanted.stated) | {
        letter: index for letter, index in found.letters.items() if index in wanted.axes}
    known = {index: named[index.name] for index in own if index.name in named}
    others = [index for index in own if index not in known]
    open_ = [index for index in wanted.axes if index not in known.values()
             and index.name in wanted.chosen and index not in wanted.stated.values()]
    if len(others) > len(open_) or any(index.axis != new.axis for index, new in zip(others, open_, strict=False)):
        letters, have = (", ".join(index.name for index in some) or "no index" for some in (others, wanted.axes))
        raise fail("M0516", f"the claim depends on {letters}, the derivative on {have}", claim)
    known |= dict(zip(others, open_, strict=False))
    return rename(read.expr, {index: Ref(new) for index, new in known.items()})


def declarations(asked: Indexed) -> dict[str, str]:
    """The families and variables as read, in the syntax of declarations."""
    return {name: info.declaration() for name, info in asked.variables.items()}


def _sizes(problem: Problem) -> dict[str, str]:
    """A variable of each size, so that a claim may count with it."""
    assert problem.indexed is not None
    infos = problem.indexed.variables.values()
    dims = {dim for info in infos for dim in (*info.shape, *(d for axis in info.axes for d in axis))}
    dims |= {dim for e in postorder(problem.indexed.f) for dim in (*e.shape, *([e.data] if e.kind is DIM else ()))}
    dims |= {dim for _, axis in problem.indexed.letters for dim in axis}
    return {f"{_SIZE}{name}": f"vector({name})" for name in sorted({name for dim in dims for name in names(dim)})}


def _strange(read: Elaborated, known: Collection[str]) -> bool:
    """Whether there is a variable that the problem does not have."""
    return any(name not in known and not name.startswith(_SIZE) for name in read.variables)


def matched(name: str, axes: Sequence[Index]) -> tuple[str, dict[str, Index]] | None:
    """The base of a name such as z_k and what its letters stand for; None where it has another number of letters."""
    base, labels = split_name(name)
    cut = tuple(piece for label in labels for piece in pieces(label, ()))
    if len(cut) != len(axes) or not all(piece.isalpha() for piece in cut):
        return None
    return base, dict(zip(cut, axes, strict=True))


def claim_of(problem: Problem, claim: str, dialect: Dialect = "", wanted: Wanted | None = None) -> Expr:
    """A formula that somebody proposes, read with the variables, the dimensions and the bound names of the problem; in
    index notation it may depend on the indices that are `wanted`."""
    if problem.indexed is not None:
        return indexed_claim(problem, claim, wanted or Wanted(problem.indexed.output), dialect)
    wrong: list[InputError] = []
    for language in _languages(claim, dialect):
        try:
            read = parse(claim_text(problem, claim)[0], claim_declarations(problem), problem.rulebook,
                         dialect=language, proposed=True)
        except InputError as error:
            wrong.append(error)
            continue
        return read.expr if read.indices is None else _in_plain(problem, read, claim)
    raise wrong[0]


def _in_plain(problem: Problem, read: Elaborated, claim: str) -> Expr:
    """A claim in letters about a formula without any: 2 sum_i x_i about vectors x, where it has a matrix form."""
    assert read.indices is not None
    held = {name: info.expr for name, info in holding(read).items()}
    found = lifted(read.expr, problem.rulebook, held, read.indices.output)
    if found is None and not read.expr.free and not any(x.data.axes for x in variables(read.expr)):
        return read.expr  # a sum of powers
    if found is None:
        raise fail("M0518", "this claim has no matrix form, so it is not compared with one", claim)
    return found


def claim_text(problem: Problem, claim: str) -> tuple[str, int]:
    """The claim beside what the problem binds, and where it starts."""
    before, behind = bindings(problem.source)
    before += _named_formula(problem, claim)
    return f"{before}{claim}{(', ' if ' where ' in claim else ' where ') + behind if behind else ''}", len(before)


def _named_formula(problem: Problem, claim: str) -> str:
    """The formula under the name that it was given, where a claim uses that: f = x'Ax and 2 f x/(x'x)."""
    name = formula_name(problem.source)
    head = next((head for head in framed(problem.source).names if re.match(rf"\\?{name}\b", head)), "")
    if not name or name in problem.variables or not re.search(rf"(?<![^\W\d_]){name}(?![^\W\d_])", claim):
        return ""
    is_called = re.search(rf"{name}\s*\(", claim) is not None
    return f"{head if is_called else name} := {formula(problem.source)}; "


def claim_declarations(problem: Problem) -> dict[str, str]:
    """The variables of the problem and, of a size that no claim names, one for each dimension that none of them has."""
    declared = problem.declarations()
    known = {name for info in problem.variables.values() for dim in info.shape for name in names(dim)}
    inside = {name for e in postorder(problem.f) for dim in (*e.shape, *([e.data] if e.kind is DIM else ()))
              for name in names(dim)}
    reading = problem.elaborated.reading
    inside |= set() if reading is None else reading.inference.counts & reading.inference.scope.dims
    return declared | {f"{_SIZE}{name}": f"vector({name})" for name in sorted(inside - known)}
