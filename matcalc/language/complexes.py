"""What of a text is complex: what is declared so, and undeclared names where a conjugate transpose is typed.

xᴴ of something real would be x', so who types ᴴ has complex matrices: undeclared vectors and matrices are complex then,
numbers are real unless they are conjugated themselves. A declaration without `complex` is one of something real; where
all that stands below ᴴ is declared so, the text contradicts itself.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from matcalc.algebra.holomorphy import ComplexError
from matcalc.diagnostics import MatcalcError, NoRuleError, Span, fail
from matcalc.language.declarations import declared_complex
from matcalc.language.inference import Declaration
from matcalc.language.syntax import ADJOINT, Op, Syntax, node, postorder
from matcalc.options import MATLAB


def conjugated(base: Syntax, span: Span) -> Syntax:
    """Xᴴ."""
    return node(Op.CALL, (base,), span, ADJOINT)


def signed(text: str, nodes: Sequence[Syntax]) -> list[Syntax]:
    """The calls that are typed as a sign, Xᴴ, and not as a function."""
    calls = (s for s in nodes if s.op is Op.CALL and s.data == ADJOINT)
    typed = ((s, text[s.span.start:s.span.end].strip()) for s in calls)
    return [s for s, shown in typed if not shown.startswith((ADJOINT, "conj", "hermitian")) and shown[-1:] != "'"]


def complex_part(text: str, syntax: Syntax, error: ComplexError) -> MatcalcError:
    """The refusal of a part that has no meaning for complex operands, with the part named."""
    given = [_grouped(text[part.span.start:part.span.end], part) for part in syntax.args]
    shown = text[syntax.span.start:syntax.span.end]
    fixes = (text[:syntax.span.start] + fix.format(*given) + text[syntax.span.end:] for fix in error.fixes)
    return fail(error.code, f"{error.message}: {shown}", text, syntax.span, fixes=tuple(fixes), error=NoRuleError)


def _grouped(text: str, part: Syntax) -> str:
    """An operand as it stands before a sign like ᴴ: in brackets unless it is a name."""
    return text if part.op in (Op.NAME, Op.RESERVED) or text[:1] + text[-1:] == "()" else f"({text})"


def quoted(text: str, nodes: Sequence[Syntax], known: Collection[str]) -> list[str]:
    """That X' of something complex has no conjugates, where it is typed."""
    found = next((s for s in nodes if known and s.op is Op.TRANSPOSE and text[:s.span.end].endswith("'")
                  and not text[:s.span.end].endswith(".'")
                  and any(part.op is Op.NAME and part.data in known for part in postorder(s))), None)
    shown = text[found.span.start:found.span.end] if found is not None else ""
    return [f"{shown} is the transpose, without conjugates; the conjugate transpose is {shown[:-1]}^H, and with "
            f"--dialect matlab {shown}"] if shown else []


def refuse_plain_unit(text: str, root: Syntax, declared: Mapping[str, Declaration]) -> None:
    """Raise InputError where an undeclared i or j beside complex names may be the imaginary unit."""
    letters = {"i", "j"} - declared.keys()
    nodes = postorder(root)
    powers = [s.args[-1] for s in nodes if (s.op is Op.CALL and s.data == "exp") or _is_of_e(s)]
    turned = {s for power in powers for s in postorder(power) if s.op is Op.LETTER and s.data.letter is not None
              and text[s.span.start:s.span.end] in letters}  # e^{i t} below a sum over i
    found = next((s for s in nodes if s in turned or (s.op is Op.NAME and type(s.data) is str and s.data in letters)),
                 None)
    if found is not None:
        start, end = found.span.start, found.span.end
        letter, other = text[start:end], "an index" if found in turned else "a variable"
        fixes = (f"{text[:start]}1{letter}{text[end:]}", f"{text} where {letter}: scalar")
        raise fail("M1506", f"is {letter} the imaginary unit, or {other}?", text, found.span,
                   fixes=fixes[:1] if found in turned else fixes)


def _is_of_e(s: Syntax) -> bool:
    """Whether a node is a power of e."""
    return s.op is Op.POWER and s.args[0].op in (Op.NAME, Op.RESERVED) and s.args[0].data == "e"


class Implied:
    """Which names are complex without being declared so."""

    def __init__(self, text: str, nodes: Sequence[Syntax], declared: Mapping[str, Declaration],
                 dialect: str = "") -> None:
        found = signed(text, nodes)
        self.said = [] if dialect == MATLAB else quoted(text, nodes, declared_complex(declared))
        self.below = {part.data for s in found for part in postorder(s) if part.op is Op.NAME}
        self.is_said = bool(found)
        known = {name for name, d in declared.items() if d.kind or d.props}
        if found and not declared_complex(declared) and self.below and self.below <= known:
            whole = text[found[0].span.start:found[0].span.end]
            name = min(self.below)
            raise fail("M1502", f"{whole} is the conjugate transpose, and {' and '.join(sorted(self.below))} "
                       f"{'is' if len(self.below) == 1 else 'are'} declared real", text, found[0].span,
                       fixes=(f'--var "{name}: complex {declared[name].kind or "matrix"}"',))

    def is_complex(self, name: str, kind: str) -> bool:
        """Whether an undeclared name of this kind is complex."""
        return self.is_said and (kind != "scalar" or name in self.below)

    def notes(self, names: Sequence[str]) -> list[str]:
        """What is said of them."""
        said = "ᴴ is the conjugate transpose, so what is not declared is complex: "
        return [*([said + ", ".join(names)] if names else []), *self.said]
