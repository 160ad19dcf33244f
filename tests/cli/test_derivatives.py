"""Jacobians, Hessians, differentials and directions on the command line: what stands left of the equals sign, in which
order, and what only differs from the default."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import matcalc
from matcalc.core.expr import variables
from tests.cli.sessions import on_terminal, run

HEADS = [  # arguments, the left sides that are shown
    (["jacobian", "A sin(x)", "-w", "x"], ["∂f/∂xᵀ"]),
    (["jacobian", "A sin(x)", "-w", "x", "--layout", "denominator"], ["∂fᵀ/∂x"]),
    (["jacobian", "A X B", "-w", "X"], ["dY", "∂Yᵢⱼ/∂Xₖₗ", "∂vec(Y)/∂vec(X)ᵀ"]),
    (["jacobian", "A X Y", "-w", "X"], ["dF", "∂Fᵢⱼ/∂Xₖₗ", "∂vec(F)/∂vec(X)ᵀ"]),
    (["jacobian", "X a", "-w", "X", "-v", "a: vector"], ["df", "∂fᵢ/∂Xₖₗ", "∂f/∂vec(X)ᵀ"]),
    (["jacobian", "x x'", "-w", "x"], ["dY", "∂Yᵢⱼ/∂xₖ", "∂vec(Y)/∂xᵀ"]),
    (["jacobian", "det X", "-w", "X"], ["df", "∂f/∂Xₖₗ", "∂f/∂vec(X)ᵀ"]),
    (["jacobian", "inv(A + t*B)", "-w", "t"], ["dY", "∂Y/∂t", "∂vec(Y)/∂t"]),
    (["jacobian", "sin(t) a", "-w", "t", "-v", "a: vector", "-v", "t: scalar"], ["∂f/∂t"]),
    (["hessian", "x'Ax", "-w", "x"], ["∂²f/∂x∂xᵀ"]),
    (["hessian", "x'Ay", "-w", "x", "-w", "y"], ["∂²f/∂x∂yᵀ"]),
    (["hessian", "x'Ay", "-w", "x", "-w", "y", "--layout", "denominator"], ["∂²f/∂y∂xᵀ"]),
    (["hessian", "t^3", "-w", "t", "-v", "t: scalar"], ["∂²f/∂t²"]),
    (["hessian", "c x'x", "-w", "x", "-w", "c"], ["∂²f/∂x∂c"]),
    (["hessian", "tr(X'AX)", "-w", "X"], ["d²f[dX₁, dX₂]", "∇²f[V]", "∂²f/∂vec(X)∂vec(X)ᵀ"]),
    (["hessian", "c x'y", "-w", "x", "-w", "y", "-w", "c"],
     ["∂²f/∂x∂xᵀ", "∂²f/∂x∂yᵀ", "∂²f/∂x∂c", "∂²f/∂y∂yᵀ", "∂²f/∂y∂c", "∂²f/∂c²"]),
    (["diff", "log det X", "-w", "X", "--order", "2"], ["d²f"]),
    (["diff", "x'A y", "-w", "x", "-w", "y"], ["df"]),
    (["jvp", "inv(X)", "-w", "X"], ["dY[V]"]),
    (["jvp", "X b", "-w", "X", "-w", "b"], ["df[V, v]"]),
    (["vjp", "W x", "-w", "W"], ["∂⟨g, f⟩/∂W"]),
    (["grad", "x'Ax", "-w", "x", "--layout", "numerator"], ["∂f/∂xᵀ"]),
]


@pytest.mark.parametrize(("args", "lefts"), HEADS, ids=[" ".join(args) for args, _ in HEADS])
def test_left_sides(args: list[str], lefts: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    shown = on_terminal(monkeypatch, *args)
    formulas = [line for line in shown.splitlines()[1:] if " = " in line and ":" not in line]
    assert [line.split(" = ")[0].strip() for line in formulas] == lefts
    assert "✓ checked" in shown


def test_stacking_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    columns, rows = (on_terminal(monkeypatch, "jacobian", "A X B", "-w", "X", "--vec", vec) for vec in ("col", "row"))
    assert "Bᵀ ⊗ A " in columns
    assert "column-major vec" in columns
    assert "A ⊗ Bᵀ " in rows
    assert "row-major vec" in rows
    assert "-major vec" not in on_terminal(monkeypatch, "jacobian", "A sin(x)", "-w", "x")


def test_layout_is_named_where_it_is_not_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind, expr in (("grad", "x'Ax"), ("jacobian", "A sin(x)"), ("hessian", "x'Ax")):
        assert "layout" not in on_terminal(monkeypatch, kind, expr, "-w", "x")
        for layout in ("numerator", "denominator"):
            assert f"{layout} layout" in on_terminal(monkeypatch, kind, expr, "-w", "x", "--layout", layout)


def test_a_pipe_gets_one_line() -> None:
    assert run("jacobian", "A X B", "-w", "X")[1] == "kron(B', A)\n"
    assert run("hessian", "log det X", "-w", "X")[1] == "-kron(inv(X), inv(X)')*commutation(n, n)\n"
    assert run("jvp", "inv(X)", "-w", "X")[1] == "-inv(X)*V*inv(X)\n"
    assert run("vjp", "W x", "-w", "W", "--direction", "u")[1] == "u*x'\n"


def test_json_has_every_form() -> None:
    also = json.loads(run("jacobian", "A X B", "-w", "X", "--json")[1])["result"]["also"]
    assert also["differential"]["ascii"] == "A*dX*B"
    assert also["index"] == {"ascii": "A[i,k]*B[l,j]", "unicode": "Aᵢₖ Bₗⱼ", "latex": "A_{ik} B_{lj}"}
    result = json.loads(run("hessian", "log det X", "-w", "X", "--json", "--vec", "row")[1])["result"]
    assert result["vec"] == "row"
    assert result["also"]["operator"]["unicode"] == "−X⁻ᵀ Vᵀ X⁻ᵀ"
    blocks = json.loads(run("hessian", "c x'y", "-w", "x", "-w", "y", "-w", "c", "--json")[1])["result"]
    assert list(blocks["also"]) == ["x,x", "x,y", "x,c", "y,y", "y,c", "c,c"]


def test_a_long_matrix_leaves_the_operator(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = on_terminal(monkeypatch, "hessian", "tr(expm(X)*A*expm(X)*B)", "-w", "X")
    assert "∇²f[V] =" in shown
    assert "∂²f/∂vec(X)∂vec(X)ᵀ is long" in shown


@pytest.mark.parametrize(("args", "code"), [
    (["hessian", "A X", "-w", "X"], 2), (["jvp", "A X", "-w", "X", "--direction", "A"], 2),
    (["vjp", "A X", "-w", "X", "-w", "A"], 2), (["jacobian", "A X", "-w", "X", "--vec", "diagonal"], 2),
])
def test_refusals(args: list[str], code: int) -> None:
    got, out, err = run(*args)
    assert (got, out) == (code, "")
    assert "error[M" in err


@pytest.mark.parametrize("command", [["hessian"], ["diff", "--order", "2"], ["jacobian"]])
def test_what_no_rule_covers_is_refused_by_name(command: list[str], tmp_path: Path) -> None:
    file = tmp_path / "mine.rules"
    file.write_text("function mystery(X: [n,n]) -> [n,n]\n  numpy = X @ X\n  ref = nobody\n", encoding="utf-8")
    got, out, err = run(*command, "tr(mystery(X))", "-w", "X", "--rules", str(file))
    assert (got, out) == (3, "")
    assert "needed for mystery(X)" in err


@pytest.mark.parametrize(("command", "said"), [
    (["grad", "x'Ax", "-w", "x"], "(A + Aᵀ) x"), (["grad", "x'Ax", "-w", "x", "--layout", "numerator"], "xᵀ (A + Aᵀ)"),
    (["grad", "tr(A X)", "-w", "X"], "Aᵀ"), (["grad", "tr(A X)", "-w", "X", "--layout", "numerator"], "A"),
    (["jacobian", "A X B", "-w", "X"], "Bᵀ ⊗ A"), (["jacobian", "A X B", "-w", "X", "--vec", "row"], "A ⊗ Bᵀ"),
])
def test_the_page_on_layout_says_what_is_answered(command: list[str], said: str) -> None:
    assert run(*command, "-f", "unicode")[1].strip() == said
    assert said in run("help", "layout")[1]


SEVERAL = ["norm2(A x - b)^2", "-w", "A", "-w", "x", "-w", "b"]


def test_several_variables_give_an_answer_each(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("grad", *SEVERAL)[1].splitlines() == ["2*(A*x - b)*x'", "2*A'*(A*x - b)", "2*(b - A*x)"]
    assert run("grad", *SEVERAL, "--latex")[1].splitlines()[1] == r"2 A^{\top} (A x - b)"
    assert run("jacobian", "A x", "-w", "x", "-w", "A")[1].splitlines() == ["A", "kron(x', eye(m))"]
    shown = on_terminal(monkeypatch, "grad", *SEVERAL)
    assert [line.split(" = ")[0].strip() for line in shown.splitlines() if "∂" in line] == ["∂f/∂A", "∂f/∂x", "∂f/∂b"]
    assert shown.count("✓ checked") == 1


def test_several_answers_share_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    args = ["grad", "log(det(A X B)) + norm(A X B)", "-w", "X", "-w", "A"]
    shown = on_terminal(monkeypatch, *args)
    assert "∂f/∂X = Aᵀ R Bᵀ " in shown
    assert "∂f/∂A = R Bᵀ Xᵀ " in shown
    assert shown.count("R = A X B/‖A X B‖_F + (A X B)⁻ᵀ") == 1
    data = json.loads(run(*args, "--json")[1])
    assert "result" not in data
    assert [each["wrt"] for each in data["results"]] == [["X"], ["A"]]
    first, second = (each["result"]["where"] for each in data["results"])
    assert {each["name"] for each in first} & {each["name"] for each in second}
    assert all(each["verification"]["status"] == "passed" for each in data["results"])
    single = json.loads(run("grad", args[1], "-w", "X", "--json")[1])
    assert single["result"]["forms"] == data["results"][0]["result"]["forms"]


def test_the_python_face_takes_several_names() -> None:
    found = matcalc.grad("norm2(A x - b)^2", wrt=["x", "A"])
    assert {name: d.ascii for name, d in found.items()} == {"x": "2*A'*(A*x - b)", "A": "2*(A*x - b)*x'"}
    assert list(found) == ["x", "A"]
    assert matcalc.jacobian("A x", wrt=("x",))["x"].ascii == "A"
    with pytest.raises(matcalc.MatcalcError, match="name the variables"):
        matcalc.grad("x'x", wrt=[])


def _nested(depth: int) -> str:
    inner = "X"
    for i in range(1, depth + 1):
        inner = f"tanh(A_{i}*({inner})*B_{i} + C_{i})"
    return f"norm({inner})^2"


def test_a_form_over_a_page_is_given_by_its_parts_or_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    args = ["hessian", _nested(6), "-w", "X", "--no-check"]
    parts, whole = run(*args)[1].strip(), run(*args, "--no-limit")[1].strip()
    assert parts.startswith("t_1 := ")
    assert len(parts) < 4000 < len(whole)
    assert ":=" not in whole
    declared = matcalc.parse(_nested(6))
    kinds = {x.data.name: f"matrix({','.join(map(str, x.shape))})" for x in variables(declared)}
    assert matcalc.parse(parts, kinds) is matcalc.parse(whole, kinds)
    shown = on_terminal(monkeypatch, *args)
    assert "∇²f[V] = " in shown
    assert "--no-limit shows it" in shown
    assert "is long" not in on_terminal(monkeypatch, "hessian", "norm(tanh(A*tanh(B*X)))^2", "-w", "X", "--no-limit")
