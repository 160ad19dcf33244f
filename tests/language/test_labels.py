"""Labels and bold letters: one name each, in every dialect of the printer; powers stay powers, and ties are asked."""

import random
import re

import pytest

from matcalc.api import grad, jacobian
from matcalc.diagnostics import InputError
from matcalc.language import name_of, parse
from matcalc.printers import ascii_text
from matcalc.printers import text as printed
from matcalc.printers.dialects import dialect_named
from matcalc.rulebook.book import standard
from tests.language.reading import kinds, read, refusal, shapes
from tests.samples import some

ONE_NAME = [  # typed, canonical, kind by default
    ("K_{k+1}", "K_{k+1}", "matrix"), ("P_{k+1|k}", "P_{k+1|k}", "matrix"), (r"\Sigma_{xx}", "Sigma_xx", "matrix"),
    ("S_{B,W}", "S_{B,W}", "matrix"), ("w_{i,j}", "w_{i,j}", "vector"), ("C_{XY}", "C_XY", "matrix"),
    ("H_{k|k-1}", "H_{k|k-1}", "matrix"), ("x_{t-1}", "x_{t-1}", "vector"), (r"x_{\text{max}}", "x_max", "vector"),
    ("Kₖ₊₁", "K_{k+1}", "matrix"), ("x_i", "x_i", "vector"), ("W_1", "W_1", "matrix"), (r"x_\ast", "x_{*}", "vector"),
    ("y^*", "y^{*}", "vector"), (r"y^\star", "y^{star}", "vector"), (r"\theta^{(t)}", "theta^{(t)}", "scalar"),
    (r"x^{[i]}", "x^{[i]}", "vector"), (r"W^{(l)}", "W^{(l)}", "matrix"), ("x^{(k+1)}", "x^{(k+1)}", "vector"),
    (r"h^{\ell-1}", "h^{l-1}", "vector"), (r"y^{\text{true}}", "y^{true}", "vector"), (r"\hat y", "ŷ", "vector"),
    ("x^{(k)}_i", "x_i^{(k)}", "vector"), ("x_i^{(k)}", "x_i^{(k)}", "vector"), (r"\mathbf{b}^l", "b^{l}", "vector"),
    (r"\hat{\mathbf{y}}^{(i)}", "ŷ^{(i)}", "vector"), ("W^{(1)}", "W^{(1)}", "matrix"),
    ("θ⁽ᵗ⁾", "theta^{(t)}", "scalar"),
    ("xˡ⁻¹", "x^{l-1}", "vector"), ("x^{i,j}", "x^{i,j}", "vector"), (r"X^\star", "X^{star}", "matrix"),
    (r"\boldsymbol{\beta}", "beta", "vector"), (r"\vec{a}", "a", "vector"), ("𝐚", "a", "vector"),
    (r"{\bf a}", "a", "vector"),
    (r"\mathbf{c}_1", "c_1", "vector"), (r"\bm{\Lambda}", "Lambda", "matrix"),
]
FORMULAS = [  # typed, and the same with names that need no reading
    (r"\mathbf{W}^l \mathbf{x}^{l-1} + \mathbf{b}^l", "W*x + b"), ("W^l x^{l-1} + b^l", "W*x + b"),
    ("x^{t+1} - A x^t", "y - A*x"),
    (r"x^{l\top} A x^{l}", "x'*A*x"), ("W^{(l)T} x^{(l)}", "W'*x"),
    ("x^{(l)^T} A x^{(l)}", "x'*A*x"),
    (r"\max(0, W h^{\ell-1})", "max(0, W*h)"), ("(x - x^*)'A(x - x^*)", "(x - y)'*A*(x - y)"),
    (r"\frac{1}{2} \|\mathbf{y}^* - \mathbf{y}\|^2", "1/2*norm2(z - y)^2"), (r"y^{\text{true}} - y", "z - y"),
    ("x^{(k+1)} - x^{(k)} + a g^{(k)}", "u - x + a*v where v: vector"), ("K_{k+1} x_{t-1}", "K*x"),
    (r"\mathbf{x}^T\mathbf{A}\mathbf{x} + x", "x'*A*x + s where s: scalar"), ("𝐱ᵀ𝐲 + x y where x: scalar, y: scalar",
    "x'*y + s*t where s: scalar, t: scalar"), (r"\mathbf{e}^T \mathbf{e}", "e'*e"), ("e^T e", "e'*e"),
    (r"\vec{a}^T \vec{b}", "a'*b where a: vector, b: vector"),
]
POWERS = [("a^b", "a^(b)"), ("a^{n-1}", "a^(n-1)"), ("aⁿ⁻¹", "a^(n-1)"), ("e^{a}", "exp(a)"), ("2^{k}", "2^(k)"),
          ("β^t v", "beta^(t)*v"), ("x^n where x: scalar", "x^(n) where x: scalar"), ("A^{-1}", "inv(A)"),
          ("A^3", "A*A*A"), (r"\mathbf{x}^T\mathbf{A}^2\mathbf{x}", "x'*A^2*x"), ("e^{(a+b)}", "exp(a+b)")]
ASKED = [  # neither a power nor a label may be assumed
    ("W^p", ["W^{(p)}"]), ("tr(W^s)", ["tr(W^{(s)})"]), (r"\mathbf{A}^q", [r"\mathbf{A}^{(q)}"]),
    ("W^{(2)} x", ["W_{2} x", "W^{2} x"]),
    ("a^{(b+c)} + b", ["a^{[b+c]} + b", "a^(b+c) + b"]),
    (r"\gamma^k \mathbf{r}^k", [r"\gamma^{(k)} \mathbf{r}^k", r"\gamma^(k) \mathbf{r}^k"]),
]
DEMANDED = [("sum(x^n)", ["sum(x^{(n)})", "sum(x.^(n))"]),
            ("‖x^l - x^{l-1}‖^2", ["‖x^{(l)} - x^{(l-1)}‖^2", "‖x.^(l) - x.^(l-1)‖^2"])]
SIZED = [(r"X_{p\times n}w", {"X": ("p", "n")}), ("X_{p×n}w", {"X": ("p", "n")}), (r"X_{n\times n}", {"X": ("n", "n")}),
         (r"x_{n\times 1}", {"x": ("n", "1")}), (r"I_{n\times n}X", {"X": ("n", "m")}),
         (r"I_{n*n}X_{n*q}", {"X": ("n", "q")}), (r"\mathbf{1}_{n\times 1}'x", {"x": ("n", "1")}),
         (r"0_{m\times n} + X", {"X": ("m", "n")}), (r"X_{3\times 2}w", {"X": ("3", "2")})]


@pytest.mark.parametrize(("typed", "canonical", "kind"), ONE_NAME)
def test_a_decorated_letter_is_one_name(typed: str, canonical: str, kind: str) -> None:
    assert kinds(typed) == {canonical: kind}
    assert name_of(typed) == canonical


@pytest.mark.parametrize(("typed", "plain"), FORMULAS)
def test_labels_are_names_in_formulas(typed: str, plain: str) -> None:
    found, simple = read(typed), read(plain)
    names = dict(zip(found.variables, simple.variables, strict=True))
    assert [v.kind for v in found.variables.values()] == [v.kind for v in simple.variables.values()]
    declared = {name: info.declaration() for name, info in simple.variables.items()}
    assert read(renamed(ascii_text(found.expr), names), **declared).expr is simple.expr


def renamed(text: str, names: dict[str, str]) -> str:
    """`text` with each name replaced, none of them twice."""
    pattern = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.sub(rf"(?<![A-Za-z])(?:{pattern})(?![A-Za-z_^])", lambda match: names[match[0]], text)


@pytest.mark.parametrize(("typed", "plain"), POWERS)
def test_a_power_that_fits_is_a_power(typed: str, plain: str) -> None:
    assert read(typed).expr is read(plain).expr


@pytest.mark.parametrize(("typed", "fixes", "demand"), [(*row, row in DEMANDED) for row in ASKED + DEMANDED])
def test_a_label_or_a_power_is_asked(typed: str, fixes: list[str], demand: bool) -> None:
    (found,) = refusal(typed, demand).diagnostics
    assert found.code == "M0215"
    assert list(found.fixes) == fixes
    for fix in fixes:
        read(fix, demand)


@pytest.mark.parametrize(("typed", "sizes"), SIZED)
def test_a_size_as_a_subscript_declares(typed: str, sizes: dict[str, tuple[str, str]]) -> None:
    found = shapes(typed)
    assert {name: found[name] for name in sizes} == sizes


@pytest.mark.parametrize("typed", [r"X_{p\times n} + X_{n\times p}", r"X_{p\times n} where X: matrix(m,n)"])
def test_two_sizes_of_one_name_are_refused(typed: str) -> None:
    assert refusal(typed).diagnostics[0].code == "M0403"


def test_bold_beside_plain_is_another_name() -> None:
    found = read(r"\mathbf{x}^T A \mathbf{x} + x b where x: scalar")
    assert {name: info.kind for name, info in found.variables.items()} == {
        "x_bold": "vector", "A": "matrix", "x": "scalar", "b": "scalar"}
    assert "two names" in found.notes[0]
    assert set(read(r"\mathbf{x}^T A \mathbf{x}").variables) == {"x", "A"}
    assert read(r"\mathbf{c}").variables["c"].reason == "bold, hence a vector"


def test_the_variable_is_named_as_typed() -> None:
    layer = r"\sigma(\mathbf{W}^l \mathbf{x}^{l-1} + \mathbf{b}^l)"
    for asked in (r"\mathbf{x}^{l-1}", "x^{l-1}", "xˡ⁻¹"):
        assert jacobian(layer, asked, check=False).ascii == "diag(deriv(sigma, W^{l}*x^{l-1} + b^{l}))*W^{l}"
    assert grad(r"\frac12\|\mathbf{y}^*-\mathbf{y}\|^2", r"\mathbf{y}", check=False).unicode == "y − y^{*}"
    both = r"\mathbf{x}^T A \mathbf{x} + x^2 b"
    assert grad(both, r"\mathbf{x}", variables={"x": "scalar"}, check=False).latex == r"(A + A^{\top}) \mathbf{x}"
    assert grad(both, "x", variables={"x": "scalar"}, check=False).ascii == "2*b*x"
    assert grad("tr(W^k'W^k)", "W^k", check=False).ascii == "2*W^{k}"


BASES = ["x", "W", "theta", "Sigma", "b", "h", "K"]
LOW = ["", "_1", "_ij", "_{k+1}", "_{k|k-1}", "_{i,j}", "_{n_1}", "_bold", "_max", "_bold_{k+1}", "_12_3"]
HIGH = ["", "^{l}", "^{l-1}", "^{(t)}", "^{(k+1)}", "^{[i]}", "^{*}", "^{star}", "^{true}", "^{(2)}", "^{i,j}", "^{L}"]


@pytest.mark.parametrize("seed", some([3, 4, 5]))
@pytest.mark.parametrize("dialect", ["ascii", "unicode", "latex"])
def test_every_name_is_read_back_from_every_dialect(dialect: str, seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(50):
        names = {rng.choice(BASES) + rng.choice(LOW) + rng.choice(HIGH) for _ in range(3)}
        declared = dict.fromkeys(names, "matrix(n,n)")
        for name in names:
            shown = dialect_named(dialect).name_text(name)
            assert name_of(shown, names) == name, shown
        whole = parse(" + ".join(f"{name}*{name}'" for name in sorted(names)), declared, standard()).expr
        assert parse(printed(whole, dialect), declared, standard()).expr is whole, printed(whole, dialect)


def test_no_fix_cuts_through_a_command() -> None:
    for typed in (r"(\mathbf{y}^\dagger \mathbf{x})", r"\mathbf{x}^2", r"\hat{x}^2", r"\hat x^2",
                  r"\mathbf x \mathbf y"):
        fixes = refusal(typed).diagnostics[0].fixes
        assert fixes
        for fix in fixes:
            assert fix.count("{") == fix.count("}"), fix
            assert fix.count(r"\hat") >= typed.count(r"\hat"), fix


def test_any_superscript_is_a_label_a_power_or_asked() -> None:
    rng = random.Random(5)
    for _ in range(200):
        base = rng.choice(["x", "W", "a", r"\mathbf{v}"])
        label = rng.choice(["k", "k+1", "l-1", "n", "(k)", "[2]", "ij"])
        other = rng.choice(["", " + y", "'A z", " - b"])
        try:
            found = read(f"{base}^{{{label}}}{other}")
        except InputError:
            continue
        is_power = base in ("a", "W") and label[0] not in "(["
        assert (name_of(f"{base}^{{{label}}}") in found.variables) != is_power, (base, label, found.expr)


def test_a_label_asked_for_or_declared_makes_those_that_share_its_letter_labels_or_questions() -> None:
    assert set(read("W^l x^{l-1}", **{"x^{l-1}": "vector"}).variables) == {"W^{l}", "x^{l-1}"}
    with pytest.raises(InputError) as asked:
        grad("theta^{t+1} - theta^{t}", "theta^{t}")
    assert asked.value.diagnostics[0].code == "M0215"
    assert read("theta^{t+1} - theta^{t}").variables.keys() == {"theta", "t"}
