"""Names for what an answer repeats."""

import html
import json
import random
import re

import pytest

import matcalc
from matcalc.calculus.adjoint import gradient
from matcalc.core.expr import variables
from matcalc.language import parse
from matcalc.printers import abbreviated
from matcalc.printers import inline as dialect_text
from matcalc.printers.where import names_in
from matcalc.rulebook.book import standard
from tests.cli.sessions import on_terminal, run
from tests.printers.cases import DECLARATIONS
from tests.random_expressions import build, tree


@pytest.mark.parametrize(("source", "width", "terms", "definitions"), [
    ("x + y", 60, ["x", "+ y"], []),
    ("softmax(Q*x).*y - softmax(Q*x)*(softmax(Q*x)'*y)", 60, ["y ∘ p", "− (yᵀ p) p"], [("p", "softmax(Q x)")]),
    ("A'*b + inv(Q'*Q + c*eye(n))*x*tr(inv(Q'*Q + c*eye(n)))", 90, ["tr(S) S x", "+ Aᵀ b"], [("S", "(Qᵀ Q + c I)⁻¹")]),
    ("tanh(Q*exp(R*sin(Q*cos(R*x))))", 20, ["tanh(Q z)"], [("u", "Q cos(R x)"), ("z", "exp(R sin(u))")]),
    ("tanh(Q*tanh(R*tanh(Q*tanh(R*x))))", 20, ["tanh(Q z₃)"],
     [("z₁", "tanh(R x)"), ("z₂", "tanh(Q z₁)"), ("z₃", "tanh(R z₂)")]),
    ("tanh(Q*tanh(R*tanh(Q*tanh(R*x))))", 60, ["tanh(Q tanh(R tanh(Q tanh(R x))))"], []),
])
def test_names(source, width, terms, definitions):
    e = parse(source, DECLARATIONS, standard()).expr
    shown, defined = abbreviated(e, "unicode", width, taken={"R"})
    assert defined == definitions
    assert shown == terms


def test_ascii_definitions_are_input():
    book = standard()
    e = parse("softmax(Q*x).*y - softmax(Q*x)*(softmax(Q*x)'*y)", DECLARATIONS, book).expr
    shown, defined = abbreviated(e, "ascii")
    source = "".join(f"{name} := {text}; " for name, text in defined) + " ".join(shown)
    assert parse(source, DECLARATIONS, book).expr is e


def test_a_rule_chooses_the_letter_of_its_value_where_that_is_free():
    e = parse("softmax(Q*x).*y - softmax(Q*x)*(softmax(Q*x)'*y)", DECLARATIONS, standard()).expr
    assert abbreviated(e, "unicode")[1] == [("p", "softmax(Q x)")]
    assert abbreviated(e, "unicode", taken={"p"})[1] == [("u", "softmax(Q x)")]


@pytest.mark.parametrize("n", "abknprstuvwRSUVW")
def test_no_name_is_that_of_a_dimension(n, monkeypatch):
    """Of a variable, or of ones(n), eye(n), K(m,n) only."""
    declared = {"Q": f"matrix(m,{n})", "x": f"vector({n})", "y": "vector(m)"}
    for source in ("softmax(Q*x).*y - softmax(Q*x)*(softmax(Q*x)'*y)",
                   "inv(Q'*Q + eye({n}))*x + inv(Q'*Q + eye({n}))*ones({n})*tr(inv(Q'*Q + eye({n})))"):
        e = parse(source.format(n=n), declared, standard()).expr
        defined = abbreviated(e, "ascii", 40)[1]
        assert defined
        assert n not in {name for name, _ in defined}
    alone = parse(f"ones(m,{n})'*inv(c*C*C' + d*eye(m))*ones(m,{n})*tr(inv(c*C*C' + d*eye(m)))", {"C": "matrix(m,2)"},
                  standard()).expr
    assert n in names_in(alone)
    assert n not in {name for name, _ in abbreviated(alone, "ascii")[1]}
    text = on_terminal(monkeypatch, "grad", "log(sum(exp(A x)))", "-w", "x", "-v", f"A: matrix(m,{n})")
    assert f" {n} = " not in text
    where = json.loads(run("grad", "sum(softmax(A x).^2)", "-w", "x", "-v", f"A: matrix(m,{n})", "--json")[1])
    assert n not in [row["name"] for row in where["result"]["where"]]


def test_names_are_new_in_random_answers():
    named = 0
    for seed in range(60):
        f = build(tree(random.Random(seed), (1, 1), 5))
        for x in variables(f):
            answer = gradient(f, x, standard())
            terms, defined = abbreviated(answer, "ascii", 30)
            names = [name for name, _ in defined]
            taken = names_in(answer)
            assert not taken & set(names)
            assert len(names) == len(set(names))
            words = set(re.findall(r"[A-Za-z]\w*", " ".join([*terms, *(text for _, text in defined)])))
            assert set(names) <= words
            named += bool(names)
    assert named > 10


@pytest.mark.parametrize(("source", "terms", "definitions"), [
    ("eigenvector(Q, 2)*eigenvector(Q, 2)'", ["v vᵀ"], [("v", "unit eigenvector of Q for its 2nd largest eigenvalue")]),
    ("eigenvector(Q, -1)*x'", ["v xᵀ"], [("v", "unit eigenvector of Q for its smallest eigenvalue")]),
    ("polar(Q) + 2*Q", ["U Vᵀ", "+ 2 Q"], [("Q", "U diag(s) Vᵀ, the thin singular value decomposition")]),
    ("polar(Q)'*x", ["V Uᵀ x"], [("Q", "U diag(s) Vᵀ, the thin singular value decomposition")]),
    ("polar(Q*R)*polar(R)", ["U Vᵀ U₁ V₁ᵀ"], [
        ("Q R", "U diag(s) Vᵀ, the thin singular value decomposition"),
        ("R", "U₁ diag(s₁) V₁ᵀ, the thin singular value decomposition")]),
])
def test_what_a_textbook_shows(source, terms, definitions):
    declared = {"Q": "matrix(n,n)", "R": "matrix(n,n)", "x": "vector(n)"}
    e = parse(source, declared, standard()).expr
    assert abbreviated(e, "unicode", taken={"Q", "R", "x"}) == (terms, definitions)
    shown, defined = abbreviated(e, "ascii")  # which is read back
    text = "".join(f"{name} := {said}; " for name, said in defined) + " ".join(shown)
    assert parse(text, declared, standard()).expr is e


def test_letters_of_a_textbook_that_are_taken_are_others():
    e = parse("polar(U)*V", {"U": "matrix(n,n)", "V": "matrix(n,n)"}, standard()).expr
    assert abbreviated(e, "unicode", taken={"U", "V"}) == (
        ["U₁ V₁ᵀ V"], [("U", "U₁ diag(s) V₁ᵀ, the thin singular value decomposition")])


SAID = [  # what is differentiated, by what, the letters, and what is said of them
    ("lambda_2(A)", "A", "v vᵀ", ["v = unit eigenvector of A for its 2nd largest eigenvalue"]),
    ("norm_nuc(X)", "X", "U Vᵀ", ["X = U diag(s) Vᵀ, the thin singular value decomposition"]),
    ("b'*eigenvector(A, 1)", "A", "(v bᵀ R + R b vᵀ)/2",
     ["v = unit eigenvector of A for its largest eigenvalue",
      "R = pseudoinverse of λ I − A for the largest eigenvalue λ of A"]),
    ("lambda*v'*eigenvector(A, -1)", "A", "λ/2 (u vᵀ R + R v uᵀ)",
     ["u = unit eigenvector of A for its smallest eigenvalue",
      "R = pseudoinverse of λ₁ I − A for the smallest eigenvalue λ₁ of A"]),
]


@pytest.mark.parametrize(("source", "wrt", "shown", "said"), SAID)
def test_documents_have_the_letters_and_what_is_said_of_them(source, wrt, shown, said):
    """LaTeX, Typst, MathML, notebooks and JSON, wherever the answer has letters that need words."""
    d = matcalc.grad(source, wrt=wrt)
    text, letters = d.in_letters("unicode")
    assert [f"{one.left} = {one.right}" for one in letters] == said
    assert text == shown
    for dialect in ("latex", "typst", "mathml"):
        document = d.document(dialect)
        shown_call, whole = dialect_text(letters[0].call, dialect), d.write(dialect)
        assert shown_call in whole
        assert shown_call not in document
        assert "where" in document
        assert all(words in document for words in ("eigenvalue", "eigenvector") if words in "".join(said))
    bundle = d._repr_mimebundle_()
    assert bundle["text/plain"].startswith(f"{shown} where {letters[0].left} = ")
    assert all(d.document("latex") in html.unescape(bundle[kind]) for kind in bundle if kind != "text/plain")
    found = json.loads(run("grad", source, "-w", wrt, "--json")[1])["result"]
    assert found["textbook"] == {"unicode": shown, "latex": d.in_letters("latex")[0]}
    assert [row["said"]["unicode"] for row in found["where"]] == [f"{one.left} = {one.right}" for one in letters]
    assert [row["ascii"] for row in found["where"]] == [repr(one.call) for one in letters]
    assert run("grad", source, "-w", wrt, "--latex")[1].strip() == d.document("latex")


def test_what_needs_no_words_is_the_same_in_a_document():
    d = matcalc.grad("det(A*X*B)", wrt="X")
    assert all(d.document(dialect) == d.write(dialect) for dialect in ("latex", "typst", "mathml"))
    assert "textbook" not in json.loads(run("grad", "det(A*X*B)", "-w", "X", "--json")[1])["result"]


def test_every_block_that_says_something_is_read_and_has_its_parameters():
    """All formulas in what is said parse, and what is said is set in every dialect that people look at."""
    said = [f for f in standard().functions() if "said" in f.fields]
    assert len(said) > 8
    for f in said:
        formulas = [e for _, e in f.spoken() if e is not None]
        assert formulas
        declared = "".join((f.fields.get("shown", ""), f.fields["said"]))
        known = {*re.findall(r"(\w+):", declared), *(param.name for param in f.params)}
        assert {x.data.name for x in variables(*formulas)} <= known
