"""Verdicts that were false: what is convex in the order of Loewner is not so by its entries, a map that loses
directions makes nothing strict, and a power of a square bends the other way at its zero."""


import matcalc


def said(text, wrt="X", **declared):
    return matcalc.convexity(text, wrt, variables=declared)


def test_entries_beside_the_diagonal_of_a_gram_matrix_are_not_convex():
    both = {"a": "positive vector", "b": "positive vector"}
    for text, declared in [("tr(A X X')", {"A": "matrix(n,n) nonnegative"}), ("a'X'X b", both),
                           ("a'X^2 b", {"X": "sym", **both})]:
        found = said(text, **declared)
        assert not found.verdict.endswith("convex") or found.conditions, text
    assert said("(X X')[1,2]").verdict == "neither"
    assert said("(X X')[1,1]").verdict == "convex"


def test_a_claim_in_the_order_of_loewner_is_none_of_entries():
    assert said("logm(X)[1,2]", X="spd").verdict != "concave"
    assert said("logm(X)[1,1]", X="spd").verdict == "concave"
    found = said("tr(A X B X')", A="sym", B="psd")
    assert found.conditions == ["A is positive semidefinite"]
    assert not any(c.word == "nonnegative" for s in found.statements for c in s.conditions)


def test_what_loses_directions_is_not_strict():
    for text, declared in [("sum(X'X)", {}), ("‖X 1‖²", {}), ("‖1'X‖²", {}), ("‖X a‖²", {"a": "positive vector"}),
                           ("‖X Q‖²", {"Q": "orthogonal(n,p)"})]:
        assert said(text, **declared).verdict == "convex", text
    assert said("‖x a'‖²", "x", a="positive vector").verdict == "strongly convex"
    assert said("‖X Q'‖²", Q="orthogonal(n,p)").verdict == "strongly convex"


def test_a_second_derivative_proves_nothing_across_a_cusp():
    """(x²)^(1/3) is concave on each side of 0."""
    assert said("(x^2)^(1/3)", "x", x="scalar").verdict == "neither"
    assert said("(x^2)^(3/4)", "x", x="scalar").verdict.endswith("convex")
    assert said("x^(1/3)", "x", x="positive scalar").verdict.endswith("concave")
