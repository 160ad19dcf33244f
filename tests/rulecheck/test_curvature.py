"""What blocks state of curvature: every claim is tried, a wrong one is caught, and proofs use what is stated."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

import matcalc
from matcalc.core.function import Function
from matcalc.curvature.fields import claims
from matcalc.rulebook.book import standard
from matcalc.rulebook.read import signature
from matcalc.rulecheck import check_block
from matcalc.rulecheck.stated_curvature import stated_curvature, stated_logarithm, stated_pieces

CHECKS = (stated_curvature, stated_logarithm, stated_pieces)
FIELDS = ("curvature", "monotone")
STATING = [f for f in standard().functions() if any(claims(f, field) for field in FIELDS)]
OTHER = {"convex": "concave", "concave": "convex", "increasing": "decreasing", "decreasing": "increasing"}
EQUIVALENT = {  # faults that are none, and why
    ("norm_schatten", "curvature.X", "convex"): "p is a whole number, 1 or more",
}
TESTED = STATING[::6]  # all of them are in the slow run


def changed(f: Function, field: str, text: str) -> Function:
    return Function(f.name, f.params, f.result, f.form, {**f.fields, field: text}, f.reader, order=f.order, file=f.file,
                    line=f.line, places=f.places)


def faults(f: Function) -> Iterator[tuple[str, str, Function]]:
    """The other word in the place of each, and each claim without its conditions."""
    for field, text in f.fields.items():
        parts = [part.strip() for part in text.split(";")]
        for i, part in enumerate(parts) if field.partition(".")[0] in FIELDS else ():
            words = [word for word in re.findall(r"\w+", part) if word in OTHER]
            wrong = [part.replace(word, OTHER[word], 1) for word in words[:1]]
            wrong += [part.partition(" if ")[0]] if " if " in part and " on " not in part else []
            for fault in wrong:
                yield field, fault, changed(f, field, "; ".join([*parts[:i], fault, *parts[i + 1:]]))


def test_enough_is_stated() -> None:
    assert len(STATING) >= 170


@pytest.mark.parametrize("function", TESTED, ids=signature)
def test_what_is_stated_holds(function: Function) -> None:
    report = check_block(function, standard(), CHECKS)
    assert report.ok, report.failures()


@pytest.mark.parametrize("function", TESTED, ids=signature)
def test_a_wrong_claim_is_caught(function: Function) -> None:
    found = [(function.name, field, fault) for field, fault, wrong in faults(function)
             if check_block(wrong, standard(), (stated_curvature,)).ok]
    assert [fault for fault in found if fault not in EQUIVALENT] == []


@pytest.mark.slow
@pytest.mark.parametrize("function", [f for f in STATING if f not in TESTED], ids=signature)
def test_the_other_claims(function: Function) -> None:
    test_what_is_stated_holds(function)
    test_a_wrong_claim_is_caught(function)


@pytest.mark.parametrize(("field", "text"), [("log", "2*logdet(X)"), ("root", "1"), ("root", "2*n")])
def test_a_wrong_logarithm_and_a_wrong_root_are_caught(field: str, text: str) -> None:
    det = standard().overloads("det")[0]
    assert check_block(det, standard(), (stated_logarithm,)).ok
    assert not check_block(changed(det, field, text), standard(), (stated_logarithm,)).ok


def test_wrong_pieces_are_caught() -> None:
    absolute = standard().overloads("abs")[0]
    assert check_block(absolute, standard(), (stated_pieces,)).ok
    assert not check_block(changed(absolute, "largest", "X; 2*X"), standard(), (stated_pieces,)).ok


@pytest.mark.parametrize(("name", "text"), [("log", "geodesically-affine on spd"), ("exp", "self-concordant"),
                                        ("lambda_max", "geodesically-affine on spd")])
def test_what_is_not_known_is_caught(name: str, text: str) -> None:
    function = standard().overloads(name)[0]
    assert not check_block(changed(function, "known", text), standard(), (stated_curvature,)).ok


@pytest.mark.parametrize(("text", "said"), [
    ("convexe", "is no claim"), ("convex on invertible", "is no claim"), ("convex if X", "a condition reads"),
    ("increasing", "is no claim"),
])
def test_a_claim_that_cannot_be_read_is_refused(text: str, said: str) -> None:
    report = check_block(changed(standard().overloads("exp")[0], "curvature", text), standard(), CHECKS)
    assert not report.ok
    assert said in report.failures()[0].detail


def test_functions_of_ones_own_are_judged_by_what_they_state(tmp_path) -> None:
    rules = tmp_path / "my.rules"
    rules.write_text("""
function spread(x: [n]) -> scalar
  curvature = convex
  d       = (onehot_max(x) + onehot_max(-x))'*dx - 2*onehot_max(-x)'*dx
  numpy   = np.max(x) - np.min(x)
  kink    = where entries tie
  ref     = me
  example spread(x) wrt x -> onehot_max(x) - onehot_max(-x)

elementwise quartic(X: [m,n]) -> [m,n]
  d       = 4*X.^3
  numpy   = X**4
  ref     = me
  example sum(quartic(X)) wrt X -> 4*X.^3
""")
    assert matcalc.convexity("spread(A x + b)", wrt="x", rules=rules).verdict == "convex"
    found = matcalc.convexity("sum(quartic(x))", wrt="x", variables={"x": "vector(n)"}, rules=rules)
    assert found.verdict == "convex"
