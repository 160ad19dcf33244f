"""Answers as books print them on a terminal, with the names that a field gives; the names put back are the answer that
was checked against differences.

Sources of the forms: Rasmussen & Williams (2006) 5.9, Bishop (2006) 4.96, Magnus & Neudecker (2019) 8 and 10, the
Matrix Cookbook (2012), Dao et al. (2022) app. B for attention, Ba et al. (2016) for layer norm, Golub & Van Loan (2013)
2.1.4 for updates.
"""

import pytest

import matcalc
from matcalc.algebra import substitute
from matcalc.answer.named import named
from matcalc.checking.verification import equal_numerically
from matcalc.printers import abbreviated
from matcalc.printers.as_typed import with_names
from matcalc.printers.lettering import names_in

SYM, SPD = "matrix(n,n) sym", "matrix(n,n) spd"
OF_M = {"S": "matrix(m,m) sym", "D": "matrix(m,m) sym"}
CASES = [
    # a symmetric answer is seen to be symmetric
    ("grad", "1/2*y'*K^-1*y + 1/2*log det K", "K", {"K": SYM}, ["(K⁻¹ − α αᵀ)/2", "α = K⁻¹ y"]),
    ("grad", "log det S + x'*S^-1*x", "S", {"S": SPD}, ["S⁻¹ − α αᵀ", "α = S⁻¹ x"]),
    ("grad", "-1/2*log det C - 1/2*(x-u)'*C^-1*(x-u)", "C", {"C": SPD}, ["(α αᵀ − C⁻¹)/2", "α = C⁻¹ (x − u)"]),
    ("grad", "tr(S^-1*M) + log det S", "S", {"S": SPD, "M": SYM}, ["S⁻¹ − S⁻¹ M S⁻¹"]),
    ("grad", "a'*K^-1*a - b'*K^-1*b", "K", {"K": SYM}, ["K⁻¹ (b bᵀ − a aᵀ) K⁻¹"]),
    # of any matrix too
    ("grad", "1/2*y'*K^-1*y + 1/2*log det K", "K", {"K": "matrix(n,n)"}, ["(K⁻ᵀ − α βᵀ)/2", "α = K⁻ᵀ y", "β = K⁻¹ y"]),
    # what was named, or typed twice and inverted, keeps its name
    ("grad", "log det(L*L'+D) + tr((L*L'+D)^-1*S)", "L", OF_M, ["2 C⁻¹ (C − S) C⁻¹ L", "C = L Lᵀ + D"]),
    ("grad", "C := L*L'+D; log det C + tr(C^-1*S)", "L", OF_M, ["2 C⁻¹ (C − S) C⁻¹ L", "C = L Lᵀ + D"]),
    ("grad", "log det(A*A'+s*eye(m)) + tr((A*A'+s*eye(m))^-1*Q)", "A", {"Q": "matrix(m,m) sym", "s": "scalar"},
     ["2 C⁻¹ (C − Q) C⁻¹ A", "C = A Aᵀ + s I"]),
    ("grad", "V := B*B'+C; log det V + y'*V^-1*y", "B", {"C": "matrix(m,m) sym"},
     ["2 V⁻¹ (V − y yᵀ) V⁻¹ B", "V = B Bᵀ + C"]),
    ("grad", "r := A*x - b; r'*r + c*x'*x", "x", {"c": "scalar"}, ["2 (Aᵀ r + c x)", "r = A x − b"]),
    ("grad", "p := softmax(W*x); -y'*log(p)", "W", {}, ["(sum(y) p − y) xᵀ", "p = softmax(W x)"]),
    # the projector on symmetric matrices beside a Hessian
    ("hessian", "log det Σ + tr(Σ^-1*S)", "Σ", {"Σ": SPD, "S": SYM},
     ["(Σ⁻¹ (S − Σ) Σ⁻¹ ⊗ Σ⁻¹ + Σ⁻¹ ⊗ Σ⁻¹ S Σ⁻¹) P", "P = (Kₙₙ + I)/2"]),
    ("hessian", "log det X", "X", {"X": SYM}, ["−(X⁻¹ ⊗ X⁻¹) P", "P = (Kₙₙ + I)/2"]),
    ("hessian", "tr(P*X*P*X)", "X", {"X": SYM}, ["(Pᵀ ⊗ P + P ⊗ Pᵀ) N", "N = (Kₙₙ + I)/2"]),
    # what comes back through a softmax of rows
    ("grad", "tr(G'*softmax(Q*K'/sqrt(d))*V)", "Q", {},
     ["dS K/√d", "P = softmax(Q Kᵀ/√d)", "dP = G Vᵀ", "dS = P ∘ (dP − (P ∘ dP) 𝟏 𝟏ᵀ)"]),
    ("grad", "tr(G'*softmax(Q*K'/sqrt(d))*V)", "K", {},
     ["dSᵀ Q/√d", "P = softmax(Q Kᵀ/√d)", "dP = G Vᵀ", "dS = P ∘ (dP − (P ∘ dP) 𝟏 𝟏ᵀ)"]),
    ("grad", "norm(softmax(X*W)*A - Y)^2", "W", {"X": "matrix(n,p)", "W": "matrix(p,k)", "A": "matrix(k,r)"},
     ["2 Xᵀ dS", "P = softmax(X W)", "dP = (P A − Y) Aᵀ", "dS = P ∘ (dP − (P ∘ dP) 𝟏 𝟏ᵀ)"]),
    ("grad", "tr(B'*softmax(A*M*A')*C)", "M", {},
     ["Aᵀ dS A", "P = softmax(A M Aᵀ)", "dP = B Cᵀ", "dS = P ∘ (dP − (P ∘ dP) 𝟏 𝟏ᵀ)"]),
    # normalised vectors
    ("jacobian", "(x - mean(x))/std(x)", "x", {},
     ["(I − (x̂ x̂ᵀ + 𝟏 𝟏ᵀ)/n)/σ", "σ = ‖x − sum(x) 𝟏/n‖/√n", "x̂ = (x − sum(x) 𝟏/n)/σ"]),
    ("jacobian", "layernorm(x)", "x", {},
     ["(I − (x̂ x̂ᵀ + 𝟏 𝟏ᵀ)/n)/σ", "σ = ‖x − sum(x) 𝟏/n‖/√n", "x̂ = (x − sum(x) 𝟏/n)/σ"]),
    ("jacobian", "(z - mean(z))/norm(z - mean(z))", "z", {"z": "vector(k)"},
     ["(I − ẑ ẑᵀ − 𝟏 𝟏ᵀ/k)/σ", "σ = ‖z − sum(z) 𝟏/k‖", "ẑ = (z − sum(z) 𝟏/k)/σ"]),
    ("jacobian", "(x - mean(x))/sqrt(var(x) + e)", "x", {"e": "scalar positive"},
     ["(I − (x̂ x̂ᵀ + 𝟏 𝟏ᵀ)/n)/σ", "σ = √(‖x − sum(x) 𝟏/n‖²/n + e)", "x̂ = (x − sum(x) 𝟏/n)/σ"]),
    # ratios
    ("hessian", "x'*A*x/(x'*x)", "x", {"A": SYM},
     ["2 (A − g xᵀ − x gᵀ − ρ I)/(xᵀ x)", "ρ = xᵀ A x/(xᵀ x)", "g = 2 (A x − ρ x)/(xᵀ x)"]),
    ("hessian", "x'*A*x/(x'*B*x)", "x", {"A": SYM, "B": SYM},
     ["2 (A − B x gᵀ − g xᵀ B − ρ B)/(xᵀ B x)", "ρ = xᵀ A x/(xᵀ B x)", "g = 2 (A x − ρ B x)/(xᵀ B x)"]),
    ("hessian", "w'*S*w/(w'*w)", "w", {"S": SYM},
     ["2 (S − g wᵀ − w gᵀ − ρ I)/(wᵀ w)", "ρ = wᵀ S w/(wᵀ w)", "g = 2 (S w − ρ w)/(wᵀ w)"]),
    ("hessian", "(a'*x)^2/(x'*B*x)", "x", {"B": SYM},
     ["2 (a aᵀ − B x gᵀ − g xᵀ B − ρ B)/(xᵀ B x)", "ρ = (aᵀ x)²/(xᵀ B x)", "g = 2 ((aᵀ x) a − ρ B x)/(xᵀ B x)"]),
    # a difference keeps its orientation, a sum the order of its terms
    ("grad", "norm(y - X*w)^2", "w", {}, ["−2 Xᵀ (y − X w)"]),
    ("grad", "norm(X*w - y)^2", "w", {}, ["2 Xᵀ (X w − y)"]),
    ("grad", "log(x'*x + 0.3)", "x", {}, ["2 x/(xᵀ x + 0.3)"]),
    ("grad", "log det(I + X'*X)", "X", {}, ["2 X (I + Xᵀ X)⁻¹"]),
    ("grad", "log det(X'*X + I)", "X", {}, ["2 X (Xᵀ X + I)⁻¹"]),
    ("grad", "-sum(log(b - A*x)) + c'*x", "x", {}, ["Aᵀ (1 ⊘ (b − A x)) + c"]),
    ("grad", "sqrt((x-m)'*S^-1*(x-m))", "m", {"S": SPD}, ["−S⁻¹ (x − m)/√((x − m)ᵀ S⁻¹ (x − m))"]),
    ("grad", "sqrt((m-x)'*S^-1*(m-x))", "m", {"S": SPD}, ["S⁻¹ (m − x)/√((m − x)ᵀ S⁻¹ (m − x))"]),
    ("grad", "norm(y - X*w)^2 + c*norm(w)^2", "w", {"c": "scalar"}, ["2 (c w − Xᵀ (y − X w))"]),
    ("grad", "exp(-norm(x - y)^2/2)", "x", {}, ["−exp(−‖x − y‖²/2) (x − y)"]),
    # what is centred stays centred
    ("grad", "sum(g.*(x - mean(x))/sqrt(var(x) + 0.1) + b)", "x", {"b": "vector(n)"},
     ["(Iₙ − 𝟏 𝟏ᵀ/n) (g − (gᵀ r) r/(‖r‖² + 0.1 n))/√(‖r‖²/n + 0.1)", "r = x − sum(x) 𝟏/n"]),
    ("grad", "log(var(x))", "x", {}, ["2 r/‖r‖²", "r = x − sum(x) 𝟏/n"]),
    # over one denominator, and in the functions of a book
    ("hessian", "sum(sqrt(1 + (X*w - y).^2))", "w", {}, ["Xᵀ diag((1 + (X w − y)∘²)^(∘-3/2)) X"]),
    ("hessian", "sum(sqrt(w.^2 + c))", "w", {"c": "scalar positive"}, ["c diag((w∘² + c 𝟏)^(∘-3/2))"]),
    ("grad", "sum(softplus(2*(X*w - y)) - (X*w - y))", "w", {}, ["Xᵀ tanh(X w − y)"]),
    ("grad", "log(exp(x) + exp(-x))", "x", {"x": "scalar"}, ["tanh(x)"]),
    ("grad", "sin(x)*cos(x)", "x", {"x": "scalar"}, ["cos(2 x)"]),
    # inverses on the other side, and an identity beside ⊗
    ("grad", "log det(I + X'*(I + X*X')^-1*X)", "X", {}, ["2 X (2 Xᵀ X + I)⁻¹ (Xᵀ X + I)⁻¹"]),
    ("jacobian", "P - P*H'*(H*P*H' + R)^-1*H*P", "P", {"P": "matrix(n,n)", "H": "matrix(m,n)", "R": "matrix(m,m)"},
     ["(Pᵀ Hᵀ Sᵀ H − I) ⊗ (P Hᵀ S H − I)", "S = (H P Hᵀ + R)⁻¹"]),
    # blocks
    ("grad", "tr(C'*(X⊗A))", "X", {},
     ["T", "T = the traces of Aᵀ times each block of C, the blocks being as large as A"]),
    ("grad", "c'*(x⊗a)", "x", {"a": "vector(p)"}, ["(Iₙ ⊗ aᵀ) c"]),
    # functions of a matrix
    ("grad", "norm(logm(P))^2", "P", {"P": SPD}, ["2 P⁻¹ logm(P)"]),
    ("grad", "tr(logm(P)^2)/2", "P", {"P": SPD}, ["P⁻¹ logm(P)"]),
    ("grad", "norm(sqrtm(P))^2", "P", {"P": SPD}, ["Iₙ"]),
    # updates of rank one
    ("grad", "x'*(A+x*x')^-1*x", "x", {"A": SYM}, ["2 A⁻¹ x/(xᵀ A⁻¹ x + 1)²"]),
    ("grad", "x'*(A-x*x')^-1*x", "x", {"A": SYM}, ["2 A⁻¹ x/(xᵀ A⁻¹ x − 1)²"]),
    ("grad", "x'*(eye(n)+x*x')^-1*x", "x", {}, ["2 x/(xᵀ x + 1)²"]),
    ("grad", "log(1 - x'*(A+x*x')^-1*x)", "x", {"A": SYM}, ["−2 A⁻¹ x/(xᵀ A⁻¹ x + 1)"]),
    # the logistic function
    ("hessian", "h := 1/(1+exp(-w'*x)); -(y*log(h) + (1-y)*log(1-h))/m", "w", {"y": "scalar"},
     ["h (1 − h) x xᵀ/m", "h = sigmoid(wᵀ x)"]),
    ("hessian", "log(1+exp(w'*x))", "w", {}, ["p (1 − p) x xᵀ", "p = sigmoid(wᵀ x)"]),
    ("grad", "q := exp(w'*x)/(1+exp(w'*x)); y*log(q) + (1-y)*log(1-q)", "w", {"y": "scalar"},
     ["(y − q) x", "q = sigmoid(wᵀ x)"]),
    ("hessian", "p := sigmoid(X*w); -y'*log(p) - (1-y)'*log(1-p)", "w", {"X": "matrix(m,n)"},
     ["Xᵀ diag(p ∘ (1 − p)) X", "p = sigmoid(X w)"]),
    ("hessian", "log(1+exp(-y*w'*x))", "w", {"y": "scalar"}, ["y² p (1 − p) x xᵀ", "p = sigmoid(y wᵀ x)"]),
    ("grad", "-log(sigmoid(u'*v)) - sum(log(sigmoid(-U*v)))", "v", {}, ["(sigmoid(uᵀ v) − 1) u + Uᵀ sigmoid(U v)"]),
    ("hessian", "sum(softplus(2*(X*w - y)) - (X*w - y))", "w", {}, ["Xᵀ diag(1 − tanh(X w − y)∘²) X"]),
    # quotients, norms, and sums that are factors
    ("jacobian", "A*x/(c'*x+d)", "x", {"d": "scalar"}, ["(A − A x cᵀ/(cᵀ x + d))/(cᵀ x + d)"]),
    ("hessian", "log(x'*A*x)", "x", {"A": SYM}, ["2 (A − 2 A x xᵀ A/(xᵀ A x))/(xᵀ A x)"]),
    ("grad", "norm(A*x)^4", "x", {}, ["4 ‖A x‖² Aᵀ A x"]),
    ("grad", "(x'*A'*A*x)^2", "x", {}, ["4 (xᵀ Aᵀ A x) Aᵀ A x"]),
    ("grad", "norm(X - W*X)^2", "X", {}, ["2 (I − W)ᵀ (X − W X)"]),
    # decimals
    ("grad", "log(0.3 + x'*x)", "x", {}, ["2 x/(0.3 + xᵀ x)"]),
    ("grad", "0.5*norm(A*x - b)^2 + 0.01*x'*x", "x", {}, ["Aᵀ (A x − b) + 0.02 x"]),
    ("grad", "sqrt(1.5 + w'*w)", "w", {}, ["w/√(1.5 + wᵀ w)"]),
    ("grad", "log(2.5 - 0.2*a'*x)", "x", {}, ["−0.2 a/(2.5 − 0.2 aᵀ x)"]),
    ("hessian", "0.3*x'*A*x + x'*x/2", "x", {"A": SYM}, ["0.6 A + I"]),
    # Kronecker products and commutation
    ("jacobian", "X⊗A", "X", {}, ["(Iₙ ⊗ K_{qm} ⊗ Iₚ) (Iₘₙ ⊗ vec(A))"]),
    ("jacobian", "A⊗X", "X", {}, ["(Iₙ ⊗ K_{qm} ⊗ Iₚ) (vec(A) ⊗ I_{pq})"]),
    ("jacobian", "X'", "X", {"X": "matrix(m,n)"}, ["Kₘₙ"]),
    ("jacobian", "X'*X", "X", {}, ["(Kₙₙ + I) (Iₙ ⊗ Xᵀ)"]),
    ("jacobian", "inv(X'*X)", "X", {}, ["−(Kₙₙ + I) ((Xᵀ X)⁻¹ ⊗ (Xᵀ X)⁻¹ Xᵀ)"]),
    ("hessian", "tr(X*K*X)", "X", {}, ["(K ⊗ Iₙ + Iₙ ⊗ Kᵀ) Tₙₙ"]),
    ("hessian", "tr(X*X)", "X", {}, ["2 Kₙₙ"]),
    # nets
    ("grad", "norm(W3*tanh(W2*tanh(W1*x)) - y)^2", "W1", {},
     ["2 δ₁ xᵀ", "z₁ = tanh(W₁ x)", "z₂ = tanh(W₂ z₁)", "δ₂ = (1 − z₂∘²) ∘ (W₃ᵀ (W₃ z₂ − y))",
      "δ₁ = (1 − z₁∘²) ∘ (W₂ᵀ δ₂)"]),
    ("grad", "norm(W2*tanh(W1*x) - y)^2", "W1", {}, ["2 ((1 − tanh(W₁ x)∘²) ∘ (W₂ᵀ (W₂ tanh(W₁ x) − y))) xᵀ"]),
    ("grad", "norm(W4*sigmoid(W3*sigmoid(W2*sigmoid(W1*x))) - y)^2", "W1", {},
     ["2 δ₁ xᵀ", "z₁ = sigmoid(W₁ x)", "z₂ = sigmoid(W₂ z₁)", "z₃ = sigmoid(W₃ z₂)",
      "δ₃ = z₃ ∘ (1 − z₃) ∘ (W₄ᵀ (W₄ z₃ − y))", "δ₂ = z₂ ∘ (1 − z₂) ∘ (W₃ᵀ δ₃)", "δ₁ = z₁ ∘ (1 − z₁) ∘ (W₂ᵀ δ₂)"]),
]


def shown(kind, expr, wrt, declared):
    """A derivative, what is said of it in names, and the text."""
    d = getattr(matcalc, kind)(expr, wrt, variables=declared)
    found = named(d, d.expr)
    terms, defined = abbreviated(found.expr, "unicode", 90, {*d.problem.variables, *names_in(d.problem.f)},
                                 with_names(d.problem.as_typed, found.names))
    return d, found, [" ".join(terms), *(f"{name} = {text}" for name, text in defined)]


@pytest.mark.parametrize(("kind", "expr", "wrt", "declared", "book"), CASES, ids=[c[1] for c in CASES])
def test_the_answer_is_the_books(kind, expr, wrt, declared, book):
    d, found, text = shown(kind, expr, wrt, declared)
    assert text == book
    whole = found.expr
    for name, value in reversed(found.names.items()):
        whole = substitute(whole, {name: value})
    assert whole is d.expr or equal_numerically(whole, d.expr).ok


INDEXED = {
    "sum_i (y_i - w'x_i)^2": ["−2 Xᵀ (y − X w)", "−2 Σᵢ (yᵢ − wᵀ xᵢ) xᵢ"],
    "sum_i (w'x_i - y_i)^2": ["2 Xᵀ (X w − y)", "2 Σᵢ (wᵀ xᵢ − yᵢ) xᵢ"]}


@pytest.mark.parametrize(("expr", "book"), INDEXED.items())
def test_index_notation_keeps_its_orientation(expr, book):
    d = matcalc.grad(expr, "w", variables={"x_i": "vector(d)"})
    assert [d.unicode, d.forms["index"].unicode] == book


def test_what_is_shown_and_what_is_computed_have_one_value():
    """Where what is shown is not what values come from, both are compared at random points."""
    found = [d for kind, expr, wrt, declared, _ in CASES
             if (d := getattr(matcalc, kind)(expr, wrt, variables=declared)).expr is not d.computed]
    assert len(found) > 4
    for d in found:
        assert equal_numerically(d.expr, d.computed).ok, d.problem.source


@pytest.mark.parametrize(("expr", "wrt", "declared"), [
    ("1/2*y'*K^-1*y + 1/2*logdet(K) + 0*alpha", "K", {"K": SYM}),
    ("tr(G'*softmax(Q*K'/sqrt(d))*V) + 0*P[1,1]*S[1,1]", "Q", {"P": "matrix(2,2)", "S": "matrix(2,2)"}),
    ("logdet(L*L'+D) + tr(inv(L*L'+D)*C)", "L", {"C": "matrix(m,m) sym", "D": "matrix(m,m) sym"}),
])
def test_no_name_is_one_that_was_typed(expr, wrt, declared):
    d, found, _ = shown("grad", expr, wrt, declared)
    assert not {leaf.data.name for leaf in found.names} & {*d.problem.variables, *names_in(d.problem.f)}


@pytest.mark.parametrize(("shown_as", "same"), [
    ("K_{mn}*vec(A)", "vec(A')"), ("Kₘₙ vec(A)", "vec(A')"), ("K_{m,n} vec(A)", "vec(A')"),
    ("I_{mn} vec(A)", "vec(A)"), ("Iₘₙ vec(A)", "vec(A)")])
def test_sizes_below_letters_are_read(shown_as, same):
    assert matcalc.equal(shown_as, same, variables={"A": "matrix(m,n)"})


def test_another_letter_where_k_is_taken():
    declared = {"K": "matrix(n,n)", "A": "matrix(m,n)"}
    assert matcalc.equal("T_{mn}*vec(A) + 0*tr(K)*vec(A)", "vec(A')", variables=declared)
    assert matcalc.hessian("tr(X*K*X)", "X").unicode == "(K ⊗ Iₙ + Iₙ ⊗ Kᵀ) Tₙₙ"
    assert matcalc.hessian("tr(X*A*X)", "X").latex.endswith("K_{nn}")


def test_one_note_says_the_convention_of_a_symmetric_variable():
    notes = matcalc.grad("tr(A*X)", "X", variables={"X": "sym"}).notes
    assert notes == ["X is sym: (G + G')/2, with independent entries G = A'; more: --structure"]
