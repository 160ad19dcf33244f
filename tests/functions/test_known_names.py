"""Every function that the libraries offer in public is read, or refused with a reason: none is an unknown word."""

from __future__ import annotations

import inspect

import pytest

import matcalc
from matcalc.diagnostics import MatcalcError
from matcalc.language.foreign import OPERATORS
from matcalc.language.peers import lines_of
from matcalc.language.refusals import reasons, refusal
from matcalc.language.suggest import known_as, names
from matcalc.rulebook.book import standard

LIBRARIES = {"np.linalg.": "numpy.linalg", "scipy.linalg.": "scipy.linalg", "scipy.special.": "scipy.special",
             "jax.nn.": "jax.nn", "jnp.": "jax.numpy", "torch.linalg.": "torch.linalg",
             "torch.special.": "torch.special", "F.": "torch.nn.functional", "cp.": "cvxpy.atoms"}
ELSEWHERE = {"block", "einsum", "eye", "ones", "size", "zeros", "beta", "erfc"}  # read as words of the language
BOOK = standard()
FUNCTIONS, ALIASES = frozenset(BOOK.names()), BOOK.aliases()
PARTS = {part.split()[0] for f in BOOK.functions() for part in f.fields.get("part", "").split(";") if part}


def is_read(prefix: str, name: str) -> bool:
    known = name in FUNCTIONS | PARTS | OPERATORS.keys() | ELSEWHERE or name in names()
    return known or bool(known_as(name, FUNCTIONS, ALIASES) or lines_of(prefix, name))


@pytest.mark.parametrize("prefix", LIBRARIES)
def test_every_public_name_is_read_or_refused_with_a_reason(prefix: str) -> None:
    library = pytest.importorskip(LIBRARIES[prefix])
    public = [name for name in dir(library) if name[0] != "_" and callable(getattr(library, name))
              and not inspect.isclass(getattr(library, name))]
    assert len(public) > 20
    assert [name for name in public if not is_read(prefix, name) and not refusal(name)] == []


def test_what_is_refused_is_not_read() -> None:
    assert [name for name in reasons() if name in FUNCTIONS or name in ALIASES] == []
    assert all(reasons().values())


@pytest.mark.parametrize(("text", "why"), [
    ("scipy.linalg.schur(A)[0].sum()", "its factors are not unique"), ("np.linalg.matrix_rank(A)", "it jumps"),
    ("np.argsort(x).sum()", "takes places"), ("F.dropout(x).sum()", "random"), ("F.conv2d(x, y)", "three or more axes"),
    ("scipy.special.zeta(x, 2).sum()", "no closed form"), ("scipy.linalg.null_space(A).sum()", "a projection is")])
def test_a_known_name_is_refused_by_name(text: str, why: str) -> None:
    with pytest.raises(MatcalcError) as refused:
        matcalc.grad(text, dialect="numpy")
    (found,) = refused.value.diagnostics
    assert found.code == "M0108"
    assert " is refused: " in found.message
    assert why in found.message


def test_a_parameter_without_a_derivative_says_why() -> None:
    with pytest.raises(MatcalcError, match="gammainc has no derivative by A here: no closed form"):
        matcalc.grad("sum(gammainc(a, x))", "a", variables={"a": "vector(n) positive", "x": "vector(n) positive"})
