"""Index notation in print: sums, members and relations in all dialects, and the letters of nameless indices."""

import random
import re
from xml.etree import ElementTree

import pytest

from matcalc.algebra import (
    add,
    dimension,
    divide,
    inverse,
    iverson,
    multiply,
    negate,
    num,
    over,
    power,
    substitute,
    transpose,
    variable,
)
from matcalc.algebra.indexed import at, family, moved, value_of
from matcalc.calculus.regularity import Condition
from matcalc.core.dims import named
from matcalc.core.expr import variables
from matcalc.core.indices import Axis, Index, Ref
from matcalc.language import parse
from matcalc.printers import abbreviated, in_parts, pieces, text
from matcalc.printers.dialects import dialect_names
from matcalc.printers.lettering import lacks_letters, lettered
from matcalc.printers.requirements import condition_text
from matcalc.rulebook.book import standard

N, D, M = map(named, "ndm")
ROWS = Axis(N)
I_, J_, K_ = (Index(letter, N) for letter in "ijk")
SHORT = Index("i", N + -1)
SCALARS = {letter: family(letter, (1, 1), [ROWS]) for letter in "abcyz"}
WEIGHTS = family("v", (1, 1), [ROWS, ROWS])
VECTORS = family("x", (D, 1), [ROWS])
STACK = family("A", (M, M), [ROWS])
LABELLED = family("u_o", (1, 1), [ROWS])
W, MU = variable("w", (D, 1)), variable("mu", (D, 1))


def a(letter, index, shift=0):
    return at(SCALARS[letter], Ref(index, shift))


def w(i, j):
    return at(WEIGHTS, Ref(i), Ref(j))


def x(index):
    return at(VECTORS, Ref(index))


def squared(v):
    return multiply(transpose(v), v)


def minus(left, right):
    return add(left, negate(right))


def total(index, *factors):
    return over("sum", index, multiply(*factors))


def not_equal(i, j):
    return iverson("!=", Ref(i), Ref(j))


RESIDUAL = minus(a("y", I_), multiply(transpose(W), x(I_)))
CASES = [
    (total(I_, power(RESIDUAL, num(2))),
     "sum_{i}((w'*x_i - y_i)^2)", "Σᵢ (wᵀ xᵢ − yᵢ)²", r"\sum_{i} (w^{\top} x_{i} - y_{i})^{2}",
     "sum_i (w^top x_i - y_i)^(2)"),
    (multiply(num(-2), total(I_, RESIDUAL, x(I_))),
     "2*sum_{i}((w'*x_i - y_i)*x_i)", "2 Σᵢ (wᵀ xᵢ − yᵢ) xᵢ", r"2 \sum_{i} (w^{\top} x_{i} - y_{i}) x_{i}",
     "2 sum_i (w^top x_i - y_i) x_i"),
    (total(I_, a("c", I_), x(I_), transpose(x(I_))),
     "sum_{i}(c_i*x_i*x_i')", "Σᵢ cᵢ xᵢ xᵢᵀ", r"\sum_{i} c_{i} x_{i} x_{i}^{\top}", "sum_i c_i x_i x_i^top"),
    (divide(total(I_, a("y", I_)), dimension(N)),
     "1/n*sum_{i}(y_i)", "1/n Σᵢ yᵢ", r"\frac{1}{n} \sum_{i} y_{i}", "frac(1, n) sum_i y_i"),
    (total(I_, total(J_, iverson("<", Ref(I_), Ref(J_)), w(I_, J_), squared(minus(x(I_), x(J_))))),
     "sum_{i<j}(v_ij*norm2(x_i - x_j)^2)", "Σ_{i<j} vᵢⱼ ‖xᵢ − xⱼ‖²",
     r"\sum_{i<j} v_{ij} \left\lVert x_{i} - x_{j} \right\rVert_2^{2}", "sum_(i < j) v_(i j) norm(x_i - x_j)_2^(2)"),
    (total(I_, total(J_, not_equal(I_, J_), w(I_, J_))),
     "sum_{i != j}(v_ij)", "Σ_{i≠j} vᵢⱼ", r"\sum_{i \neq j} v_{ij}", "sum_(i != j) v_(i j)"),
    (total(I_, total(J_, w(I_, J_), a("z", J_))),
     "sum_{i,j}(v_ij*z_j)", "Σᵢ Σⱼ vᵢⱼ zⱼ", r"\sum_{i,j} v_{ij} z_{j}", "sum_(i comma j) v_(i j) z_j"),
    (total(I_, a("z", I_), total(J_, iverson("<", Ref(I_), Ref(J_)), w(I_, J_))),
     "sum_{i}(z_i*sum_{j>i}(v_ij))", "Σᵢ zᵢ Σ_{j>i} vᵢⱼ", r"\sum_{i} z_{i} \sum_{j>i} v_{ij}",
     "sum_i z_i sum_(j > i) v_(i j)"),
    (over("prod", J_, power(a("z", J_), not_equal(J_, K_))),
     "prod_{i != k}(z_i)", "Π_{i≠k} zᵢ", r"\prod_{i \neq k} z_{i}", "product_(i != k) z_i"),
    (total(I_, a("z", I_), over("prod", J_, power(minus(a("z", J_), a("z", I_)), not_equal(I_, J_)))),
     "sum_{i}(z_i*prod_{j != i}(z_j - z_i))", "Σᵢ zᵢ Π_{j≠i} (zⱼ − zᵢ)",
     r"\sum_{i} z_{i} \prod_{j \neq i} (z_{j} - z_{i})", "sum_i z_i product_(j != i) (z_j - z_i)"),
    (multiply(over("prod", J_, a("z", J_)), total(I_, a("y", I_)), W),
     "(sum_{i}(y_i))*(prod_{i}(z_i))*w", "(Σᵢ yᵢ) (Πᵢ zᵢ) w",
     r"\left(\sum_{i} y_{i}\right) \left(\prod_{i} z_{i}\right) w",
     "(sum_i y_i) (product_i z_i) w"),
    (over("max", J_, minus(a("z", J_), a("y", J_))),
     "max_{i}(z_i - y_i)", "max_i (zᵢ − yᵢ)", r"\max_{i} (z_{i} - y_{i})", "max_i (z_i - y_i)"),
    (total(SHORT, a("z", SHORT), a("z", SHORT, 1)),
     "sum_{i=1}^{n-1}(z_i*z_{i+1})", "Σᵢ₌₁ⁿ⁻¹ zᵢ zᵢ₊₁", r"\sum_{i=1}^{n-1} z_{i} z_{i+1}",
     "sum_(i = 1)^(n-1) z_i z_(i+1)"),
    (total(I_, power(variable("t", (1, 1)), value_of(Ref(I_)))),
     "sum_{i=1}^{n}(t^i)", "Σᵢ₌₁ⁿ t^i", r"\sum_{i=1}^{n} t^{i}", "sum_(i = 1)^(n) t^(i)"),
    (multiply(iverson("=", Ref(K_), Ref(I_)), W), "[i = k]*w", "δᵢₖ w", r"\delta_{ik} w", "delta_(i k) w"),
    (multiply(iverson("<", Ref(K_), Ref(I_)), a("z", I_)),
     "[k < i]*z_i", "[k < i] zᵢ", r"\mathbb{1}[k < i] z_{i}", "bb(1) [k < i] z_i"),
    (add(total(I_, inverse(at(STACK, Ref(I_)))), transpose(at(STACK, Ref(None, 1)))),
     "sum_{i}(inv(A_i)) + A_1'", "Σᵢ Aᵢ⁻¹ + A₁ᵀ", r"\sum_{i} A_{i}^{-1} + A_{1}^{\top}", "sum_i A_i^(-1) + A_1^top"),
    (power(total(I_, a("z", I_)), num(2)), "(sum_{i}(z_i))^2", "(Σᵢ zᵢ)²", r"\left(\sum_{i} z_{i}\right)^{2}",
     "(sum_i z_i)^(2)"),
    (divide(a("z", K_), total(I_, a("z", I_))),
     "z_k/(sum_{i}(z_i))", "zₖ/(Σᵢ zᵢ)", r"\frac{z_{k}}{\sum_{i} z_{i}}", "frac(z_k, sum_i z_i)"),
    (total(I_, at(LABELLED, Ref(I_))), "sum_{i}(u_{o,i})", "Σᵢ u_{o,i}", r"\sum_{i} u_{o,i}", "sum_i u_(o comma i)"),
    (moved(x(I_)), "dx_i", "dxᵢ", r"\mathrm{d}x_{i}", "upright(d) x_i"),
    (at(family("x", (1, 1), [Axis(named("q"))]), Ref(Index("q", named("q")))), "x_q", "x_q", "x_{q}", "x_q"),
    (multiply(transpose(W), total(I_, at(family("B", (D, D), [ROWS]), Ref(I_))), W),
     "w'*(sum_{i}(B_i))*w", "wᵀ (Σᵢ Bᵢ) w", r"w^{\top} \left(\sum_{i} B_{i}\right) w", "w^top (sum_i B_i) w"),
]


@pytest.mark.parametrize("case", CASES, ids=[case[1] for case in CASES])
def test_texts(case):
    e, *expected = case
    assert [text(e, dialect) for dialect in ("ascii", "unicode", "latex", "typst")] == expected


@pytest.mark.parametrize("case", CASES, ids=[case[1] for case in CASES])
def test_mathml_is_well_formed(case):
    shown = text(case[0], "mathml")
    tree = ElementTree.fromstring(shown)
    sizes = {"munder": 2, "munderover": 3, "msub": 2, "msup": 2}
    for part in tree.iter():
        assert len(part) == sizes.get(part.tag.rpartition("}")[2], len(part))
    assert "#" not in shown


def test_typed_letters_come_back_by_their_ranges():
    by_m = Index("j", M)
    b = family("b", (1, 1), [Axis(M)])
    e = total(I_, a("y", I_), total(by_m, at(family("v", (1, 1), [ROWS, Axis(M)]), Ref(I_), Ref(by_m)),
                                  at(b, Ref(by_m))))
    assert text(lettered(e, [("p", ROWS), ("q", Axis(M))]), "ascii") == "sum_{p}(y_p*sum_{q}(b_q*v_pq))"
    assert text(lettered(e, [("q", Axis(M)), ("q", ROWS)]), "ascii") == "sum_{q}(y_q*sum_{i}(b_i*v_qi))"


def test_a_letter_is_not_taken_twice_inside_and_again_beside():
    beside = add(total(I_, a("y", I_)), power(total(J_, a("z", J_)), num(2)))
    assert text(lettered(beside, [("k", ROWS)]), "ascii") == "(sum_{k}(z_k))^2 + sum_{k}(y_k)"
    free = multiply(a("y", K_), total(I_, w(I_, K_)))
    assert text(lettered(free, [("k", ROWS), ("j", ROWS)]), "ascii") == "y_k*sum_{j}(v_jk)"


def test_letters_are_no_names_of_variables():
    e = multiply(variable("i", (1, 1)), total(I_, a("y", I_)))
    assert text(e, "ascii") == "i*sum_{j}(y_j)"
    assert text(lettered(e, (), ["j"]), "ascii") == "i*sum_{k}(y_k)"
    assert text(lettered(total(I_, a("y", I_)), [("n", ROWS)]), "ascii") == "sum_{n}(y_n)"


def test_what_stands_inside_a_sum_has_letters_as_well():
    inside = total(I_, total(J_, w(I_, J_), a("z", J_))).args[0]
    assert lacks_letters[inside]
    assert text(inside, "unicode") == "Σⱼ vᵢⱼ zⱼ"
    assert text(a("y", Index("~1", N)), "ascii") == "y_i"


def test_signs_that_are_letters_of_variables():
    s = family("Sigma", (M, M), [ROWS])
    e = add(total(I_, at(s, Ref(I_))), multiply(iverson("=", Ref(I_), Ref(K_)), at(STACK, Ref(I_))))
    assert text(e, "unicode") == "δᵢₖ Aᵢ + ∑ⱼ Σⱼ"
    assert text(multiply(variable("delta", (1, 1)), iverson("=", Ref(I_), Ref(Index("#1", N)))),
                "unicode") == "[j = i] δ"


def test_a_transpose_keeps_the_letters():
    row = add(over("sum", I_, transpose(multiply(a("c", I_), x(I_)))), transpose(W))
    assert text(lettered(row, [("t", ROWS)]), "unicode") == "(Σₜ cₜ xₜ + w)ᵀ"


def test_indices_with_other_signs():
    e = total(Index("alpha", N), a("z", Index("alpha", N)))
    shown = lettered(e, [("alpha", ROWS)])
    assert [text(shown, d) for d in ("ascii", "unicode", "latex", "typst")] == [
        "sum_{alpha}(z_alpha)", "Σ_α z_α", r"\sum_{\alpha} z_{\alpha}", "sum_(alpha) z_(alpha)"]
    primed = lettered(e, [("j'", ROWS)])
    assert text(primed, "unicode") == "Σ_{j'} z_{j'}"


def test_bounds_are_written_where_they_are_not_implied():
    from_zero = Axis(M + 1, 0)
    c = family("c", (1, 1), [from_zero])
    assert text(total(Index("i", *from_zero), at(c, Ref(Index("i", *from_zero)))), "ascii") == "sum_{i=0}^{m}(c_i)"
    part = Index("i", 3)
    assert text(total(part, at(SCALARS["z"], Ref(part))), "unicode") == "Σᵢ₌₁³ zᵢ"


def test_no_name_leaves_its_sum():
    inner = power(minus(a("y", I_), multiply(transpose(W), minus(x(I_), MU))), num(2))
    e = total(I_, divide(add(inner, power(inner, num(3)), multiply(num(5), power(inner, num(7)))), inner))
    assert abbreviated(lettered(e), "ascii", 30)[1] == []
    assert in_parts(e, "ascii").startswith("sum_{i}(")
    whole = squared(minus(W, multiply(num(3), MU)))
    shared = total(I_, a("y", I_), add(whole, a("z", I_)), power(add(whole, num(1)), num(3)), power(whole, num(5)))
    terms, named_parts = abbreviated(shared, "ascii", 30)
    assert terms == ["t_1*t_2*sum_{i}(y_i*(t + z_i))"]
    assert "_i" not in "".join(said for _, said in named_parts)


def test_pieces_share_letters():
    e = add(total(I_, a("y", I_)), total(J_, power(a("z", J_), num(2))))
    assert pieces(e, "unicode") == ["Σᵢ zᵢ²", "+ Σᵢ yᵢ"]


def test_conditions_hold_for_all_indices():
    one, two = Index("#1", N), Index("#2", N)
    apart = power(minus(a("z", two), a("z", one)), not_equal(one, two))
    assert condition_text(Condition("nonzero", a("z", one)), "unicode") == "zᵢ ≠ 0 for all i"
    assert condition_text(Condition("invertible", at(STACK, Ref(one))), "ascii") == "A_i invertible for all i"
    assert condition_text(Condition("positive", minus(x(one), MU)), "ascii") == "entries of x_i - mu > 0 for all i"
    assert re.fullmatch("zᵢ − zⱼ ≠ 0 for all (i ≠ j|j ≠ i)", condition_text(Condition("nonzero", apart), "unicode"))
    assert condition_text(Condition("nonzero", a("z", K_)), "unicode") == "zₖ ≠ 0"


def some_scalar(draw, depth, indices):
    """A random scalar expression in these indices."""
    if depth == 0 or draw.random() < 0.15:
        leaf = draw.choice("abcyz")
        kinds = [lambda: a(leaf, draw.choice(indices)), lambda: w(draw.choice(indices), draw.choice(indices)),
                 lambda: num(draw.randint(1, 4)), lambda: multiply(transpose(W), x(draw.choice(indices)))]
        return draw.choice(kinds if indices else kinds[2:3])()
    new = Index(f"v{depth}{len(indices)}", N)

    def inner(more=()):
        return some_scalar(draw, depth - 1, [*indices, *more])

    def restricted():
        sign = draw.choice(["!=", "<", "<="])
        return iverson(sign, Ref(new), Ref(draw.choice(indices))) if indices else num(1)

    return draw.choice([
        lambda: add(inner(), inner()), lambda: minus(inner(), inner()), lambda: multiply(inner(), inner()),
        lambda: divide(inner(), add(num(5), power(inner(), num(2)))), lambda: power(inner(), num(2)),
        lambda: total(new, inner([new])), lambda: total(new, restricted(), inner([new])),
        lambda: over("prod", new, power(inner([new]), restricted())), lambda: over("max", new, inner([new])),
    ])()


@pytest.mark.parametrize("seed", range(60))
def test_random_expressions_are_written(seed):
    e = some_scalar(random.Random(seed), 4, [])
    shown = lettered(e, [("t", ROWS), ("s", ROWS)])
    assert not lacks_letters[shown]
    for dialect in dialect_names():
        said = text(shown, dialect)
        assert "#1" not in said
        assert "#2" not in said
        assert len(re.findall(r"[([{]", said)) == len(re.findall(r"[)\]}]", said))


DECLARED = {**{f"{letter}_i": "scalar" for letter in "abcyz"}, "v_ij": "scalar", "x_i": "vector(d)",
            "A_i": "matrix(m,m)", "B_i": "matrix(d,d)", "w": "vector(d)", "mu": "vector(d)", "t": "scalar"}
NOT_TYPED = {"dx_i", "x_q", "sum_{i}(u_{o,i})"}  # differentials, other ranges, families with labels


def read(source, e):
    """What a text means with the declarations of `e`, the dimensions called as in `e`."""
    mine = {v.data.name: v for v in variables(e)}
    given = {name: kind for name, kind in DECLARED.items() if name.split("_")[0] in mine}
    found = parse(source, {**given, **{index.name: "index(n)" for index in e.free}}, standard()).expr
    dims = {str(here): there for v in variables(found) if v.data.name in mine
            for here, there in zip(sizes(v), sizes(mine[v.data.name]), strict=True) if not isinstance(here, int)}
    return substitute(found, {}, dims)


def sizes(v):
    return (*v.shape, *(axis.size for axis in v.data.axes))


@pytest.mark.parametrize("dialect", ["ascii", "unicode", "latex"])
@pytest.mark.parametrize("case", CASES, ids=[case[1] for case in CASES])
def test_texts_are_read_back(case, dialect):
    if case[1] not in NOT_TYPED:
        assert read(text(case[0], dialect), case[0]) is case[0]


def some_vector(draw, depth, indices):
    """A random expression whose members are vectors."""
    new = Index(f"v{depth}{len(indices)}", N)
    inside = [*indices, new]
    kinds = [lambda: x(draw.choice(indices))] if indices else []
    if depth > 0:
        kinds += [
            lambda: multiply(some_scalar(draw, depth - 1, indices), some_vector(draw, depth - 1, indices)),
            lambda: minus(some_vector(draw, depth - 1, indices), some_vector(draw, depth - 1, indices)),
            lambda: total(new, some_vector(draw, depth - 1, inside)),
            lambda: total(new, at(family("B", (D, D), [ROWS]), Ref(new)), some_vector(draw, depth - 1, inside)),
        ]
    return draw.choice([*kinds, lambda: W, lambda: MU])()


@pytest.mark.parametrize("seed", range(120))
def test_random_expressions_are_read_back(seed):
    draw = random.Random(seed)
    e = some_scalar(draw, 3, []) if seed % 3 else some_vector(draw, 3, [])
    if not any(v.data.axes for v in variables(e)):
        return
    for letters in ([], [("t", ROWS), ("s", ROWS)]):
        shown = lettered(e, letters)
        for dialect in ("ascii", "unicode", "latex"):
            assert read(text(shown, dialect), e) is e
