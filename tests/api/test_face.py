"""The Python face: its names, what they cost, what they say of themselves, and what comes back."""

from __future__ import annotations

import ast
import copy
import dataclasses
import doctest
import inspect
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest

import matcalc
from matcalc import api, derivation, options
from matcalc.answer import derivative
from matcalc.cli.settings import ALL
from matcalc.numeric.evaluate import as_result, evaluate
from tests.points import point

VERBS = ["check", "code", "convexity", "differential", "equal", "grad", "hessian", "jacobian", "jvp", "kkt", "parse",
         "read", "simplify", "solve", "verify", "vjp"]
OTHERS = ["Derivation", "Diagnostic", "MatcalcError"]
DET = {"A": "matrix(m,n)", "X": "matrix(n,p)", "B": "matrix(p,m)"}


def completions(code: str, text: str) -> list[str]:
    """What the Tab key offers in a fresh interpreter after `code`."""
    script = (f"{code}\nimport rlcompleter\nfound = rlcompleter.Completer(globals()).attr_matches({text!r})\n"
              "print(*sorted({name.partition('(')[0] for name in found}))")
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()


def test_the_tab_key_shows_the_verbs_and_nothing_else() -> None:
    wanted = [f"matcalc.{name}" for name in sorted(OTHERS + VERBS)]
    assert completions("import matcalc", "matcalc.") == wanted
    assert completions("import matcalc; matcalc.grad('x')", "matcalc.") == wanted
    assert sorted(name for name in dir(matcalc) if name[0] != "_") == sorted(matcalc.__all__) == sorted(OTHERS + VERBS)


def test_an_import_costs_nothing() -> None:
    script = "import sys, matcalc; print(*sorted(name for name in sys.modules if name.startswith('matcalc')))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["matcalc"]
    used = "import sys, matcalc; matcalc.grad(\"x'A x\", 'x', check=False).ascii\n" \
        "later = {'numpy', 'scipy', 'sympy', 'matcalc.explanation', 'matcalc.judging', 'matcalc.targets'}\n" \
        "print(later & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", used], capture_output=True, text=True,
                          check=True).stdout == "set()\n"


def test_a_misspelt_verb_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'gard'"):
        _ = matcalc.gard  # type: ignore[attr-defined]


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself_with_an_example_that_runs(verb: str) -> None:
    function = getattr(matcalc, verb)
    said = inspect.getdoc(function) or ""
    finder, runner = doctest.DocTestFinder(recurse=False), doctest.DocTestRunner(verbose=False)
    example, = finder.find(inspect.unwrap(function), verb, globs={})
    assert example.examples
    assert runner.run(example) == (0, len(example.examples))
    assert verb in ("code", "parse") or "Source: " in said
    assert "as for `grad`" in " ".join(said.split()) or verb == "grad"


def test_help_on_grad_explains_every_parameter() -> None:
    said = inspect.getdoc(matcalc.grad) or ""
    words = [name for name in inspect.signature(matcalc.grad).parameters if name != "expr"]
    assert words == ["wrt", "variables", "structure", "layout", "dialect", "rules", "convention", "check"]
    assert [line.split()[0] for line in said.splitlines() if line.split()[:1] and line.split()[0] in words] == words
    assert "the scalar `expr`" in said
    for option in (options.Structure, options.Layout, options.Dialect, options.Convention):
        assert all(f'"{word}"' in said for word in get_args(option) if word)


def test_the_words_of_the_options_are_those_of_the_command_line() -> None:
    choices = {name.split("/")[-1].removeprefix("--"): keywords["type"].choices for name, keywords in ALL.items()
               if hasattr(keywords.get("type"), "choices")}
    assert tuple(choices["structure"]) == get_args(options.Structure)
    assert tuple(choices["layout"]) == get_args(options.Layout)
    assert tuple(choices["vec"]) == get_args(options.Vec)
    assert tuple(choices["dialect"]) == tuple(filter(None, get_args(options.Dialect)))


@pytest.mark.parametrize(("ask", "said"), [
    (lambda: matcalc.grad("x'x", layout="nominator"), "layout is one of gradient, numerator, denominator"),  # type: ignore
    (lambda: matcalc.grad("x'x", structure="keep"), "structure is one of project, free, cookbook"),  # type: ignore
    (lambda: matcalc.jacobian("A x", "x", vec="rows"), "vec is one of col, row, not “rows”"),  # type: ignore
    (lambda: matcalc.grad("x'x", dialect="fortran"), "dialect is one of numpy, matlab, einstein, mathml, "),  # type: ignore
    (lambda: matcalc.equal("x", "x", dialect="apl"), "maple, julia, r, not “apl”"),  # type: ignore
    (lambda: matcalc.verify("x'x", kind="grad"), "kind is one of gradient, jacobian, hessian, not “grad”"),  # type: ignore
    (lambda: matcalc.code("x'x", kind="grad"), "kind is one of gradient, jacobian, hessian, operator"),  # type: ignore
    (lambda: matcalc.code("x'x", language="fortran"), "no code for “fortran”; there is numpy"),  # type: ignore
    (lambda: matcalc.code("A x", ["A", "x"], kind="jacobian"), "a jacobian is by one variable at a time, not by A, x"),
    (lambda: matcalc.verify("x'A y", ["x", "y"], claim="A y"), "a gradient is by one variable at a time"),
    (lambda: matcalc.verify("x'A y + z'z", ["x", "y", "z"], claim="A", kind="hessian"), "by one variable or by two"),
    (lambda: matcalc.grad("x'x", []), "name the variables to differentiate by"),
])
def test_what_no_option_takes_is_refused_with_a_code(ask: Any, said: str) -> None:
    with pytest.raises(matcalc.MatcalcError) as caught:
        ask()
    assert said in str(caught.value)
    assert caught.value.diagnostics[0].code.startswith("M0")


def test_one_name_gives_a_derivation_and_several_a_dict() -> None:
    assert isinstance(matcalc.grad("norm2(A x - b)^2", "x"), matcalc.Derivation)
    for names in (["x", "A"], ("x", "A")):
        found = matcalc.grad("norm2(A x - b)^2", names)
        assert {name: d.ascii for name, d in found.items()} == {"x": "2*A'*(A*x - b)", "A": "2*(A*x - b)*x'"}
    assert {name: d.shape for name, d in matcalc.jacobian("A x", ["x", "A"]).items()} == \
        {"x": ("m", "n"), "A": ("m", "m*n")}


def test_equal_simplify_and_parse() -> None:
    assert matcalc.equal("tr(A'B)", "tr(B'A)").proved
    apart = matcalc.equal("det(A + B)", "det(A) + det(B)", variables={"A": "matrix(2,2)", "B": "matrix(2,2)"})
    assert (apart.equal, apart.proved, bool(apart)) == (False, False, False)
    assert matcalc.equal("A B", "A B")
    assert matcalc.equal("x*x", "x.^2", variables={"x": "vector(n)"}, dialect="numpy").equal is True
    whole = matcalc.simplify("tr(A'B) + tr(B'A)")
    assert (whole.ascii, whole.shape, whole.conditions) == ("2*tr(B'*A)", (), [])
    assert matcalc.simplify("x/x", variables={"x": "scalar"}).conditions == ["x != 0"]
    assert matcalc.parse("2*tr(B'*A)") is whole.expr
    assert repr(whole) == "<formula 2*tr(B'*A)>"


def test_an_outcome_is_true_only_where_it_passed() -> None:
    assert matcalc.verify("x'x", "x", claim="2x")
    assert not matcalc.verify("x'A x", "x", claim="2A x")
    assert not matcalc.verify("log(x)", "x", variables={"x": "scalar"}, claim="log(-x - x^2)")
    assert not dataclasses.replace(matcalc.equal("x", "x"), equal=None)


def test_a_rule_of_ones_own_serves_every_verb(tmp_path: Path) -> None:
    file = tmp_path / "my.rules"
    file.write_text("elementwise softsign(X: [m,n]) -> [m,n]\n  d     = (ones(m,n) + abs(X)).^-2\n"
                    "  numpy = X / (1.0 + np.abs(X))\n", encoding="utf-8")
    found = matcalc.grad("sum(softsign(W x))", "W", rules=file)
    assert found.ascii == "(abs(W*x) + 1).^-2*x'"
    assert matcalc.simplify("softsign(x) + softsign(x)", rules=[file]).ascii == "2*softsign(x)"
    assert matcalc.equal("softsign(x) + x", "x + softsign(x)", rules=str(file)).proved
    assert "def gradient(W, x, *, check=True):" in matcalc.code("sum(softsign(W x))", "W", rules=file)
    assert matcalc.verify("sum(softsign(W x))", "W", claim="(1 + abs(W*x)).^-2*x'", rules=file).ok


TYPED: list[tuple[Any, Any]] = [  # an answer, and what was typed as anyone would compute it
    (matcalc.grad("det(A*X*B)", "X", variables=DET), lambda A, X, B: np.linalg.det(A @ X @ B)),
    (matcalc.jacobian("A X B", "X"), lambda A, X, B: A @ X @ B),
    (matcalc.hessian("x'A x", "x"), lambda x, A: x @ A @ x),
    (matcalc.vjp("W x", "W"), lambda W, x: W @ x),
    (matcalc.jvp("inv(X)", "X"), lambda X: np.linalg.inv(X)),
    (matcalc.simplify("exp(a) * exp(b)", variables={"a": "scalar", "b": "scalar"}), lambda a, b: np.exp(a + b)),
]


@pytest.mark.parametrize(("d", "typed"), TYPED, ids=lambda v: getattr(v, "ascii", ""))
def test_value_is_what_was_typed(d: Any, typed: Any) -> None:
    values = point(d) if isinstance(d, matcalc.Derivation) else {"a": 0.3, "b": -1.2}
    names = inspect.signature(typed).parameters
    flat = {name: np.ravel(values[name]) if d.problem.inputs[name].shape[1] == 1 else values[name] for name in names}
    assert np.allclose(d.value(values), typed(**flat), rtol=1e-12)
    with pytest.raises(matcalc.MatcalcError, match=f"no value for {next(iter(names))}"):
        d.value({})


@pytest.mark.parametrize("ask", [
    lambda: (matcalc.grad("log(det(X)) + tr(X'C)", "X"), "", "gradient"),
    lambda: (matcalc.jacobian("A sin(x)", "x"), "", "jacobian"),
    lambda: (matcalc.hessian("x'A x * exp(b'x)", "x"), "", "hessian"),
    lambda: (matcalc.hessian("tr(X'A X)", "X"), "operator", "hessian_product"),
    lambda: (matcalc.vjp("W tanh(x)", "x"), "", "vjp"),
])
def test_function_is_the_program_compiled(ask: Any) -> None:
    d, form, name = ask()
    made = d.function("numpy", form)
    values = point(d)
    given = [values[v] for v in inspect.signature(getattr(made, name)).parameters if v != "check"]
    e = d.forms[form].expr if form else d.expr
    leaves = {v: values[v.data.name] for v in [*d.inputs.values(), *d.directions]}
    assert np.allclose(getattr(made, name)(*given), as_result(evaluate(e, leaves), e.shape), rtol=1e-10)
    assert np.allclose(made.f(*given[:len(d.problem.inputs)]), d.value(values), rtol=1e-12)
    made.comparisons()  # stops where a function is wrong
    assert all(inspect.isfunction(value) for value in vars(made).values())


def test_notebooks_get_the_formula_and_where_it_holds() -> None:
    bundle = matcalc.grad("det(A*X*B)", "X", variables=DET)._repr_mimebundle_(include=None, exclude=None)
    latex = r"\det(A X B)\, A^{\top} (A X B)^{-\top} B^{\top}"
    markdown, page = bundle.pop("text/markdown"), bundle.pop("text/html")
    assert bundle == {
        "text/latex": rf"$\displaystyle {latex}$",
        "text/plain": "det(A X B) Aᵀ (A X B)⁻ᵀ Bᵀ    requires A X B invertible",
    }
    assert markdown.startswith(rf"$$\displaystyle {latex}$$" + "\n\nrequires A X B invertible\n\n✓ checked: ")
    assert page.startswith(f'<div><math alttext="{latex}"')
    assert ">requires A X B invertible</div>" in page
    entries = matcalc.grad("sum(log(x_1))", "x_1", variables={"x_1": "vector(n)"})._repr_mimebundle_()
    assert "entries of x₁ &gt; 0" in entries["text/html"]
    assert r"requires entries of x₁ \> 0" in entries["text/markdown"]
    assert matcalc.simplify("2x + x")._repr_mimebundle_()["text/plain"] == "3 x"


def test_an_answer_is_plain_data() -> None:
    d = matcalc.grad("x'A x", "x")
    assert isinstance(d, derivative.Derivative)
    with pytest.raises(AttributeError):
        d.kind = "hessian"  # type: ignore[misc]
    named = [n.module or "" for n in ast.walk(ast.parse(Path(derivative.__file__).read_text("utf-8")))
             if isinstance(n, ast.ImportFrom)]
    parts = {module.split(".")[1] for module in named if module.startswith("matcalc.")}
    assert parts == {"answer", "calculus", "checking", "core", "limits", "options"}


def test_every_public_name_has_a_docstring() -> None:
    classes = [derivation.Derivation, derivation.Formula, derivation.WrittenForm, derivative.Derivative,
               derivative.Answer]
    members = [f"{c.__name__}.{name}" for c in classes for name, value in vars(c).items()
               if name[0] != "_" and (callable(value) or isinstance(value, property)) and not inspect.getdoc(value)]
    assert members == []
    assert [name for name in api.__all__ if not inspect.getdoc(getattr(api, name))] == []


def test_verdicts_are_short_in_a_session():
    assert repr(matcalc.equal("a+b", "b+a")) == "<equal, proved: the same normal form>"
    assert repr(matcalc.verify("x'x", "x", claim="3x")).startswith("<wrong: a constant factor")
    assert repr(matcalc.verify("x'x", "x", claim="2x")) == "<holds>"
    assert repr(matcalc.verify("x'x", "x")).startswith("<passed: largest relative error ")


def test_answers_and_errors_can_be_copied_and_sent() -> None:
    d = matcalc.grad("x'A x", "x")
    assert copy.deepcopy(d).ascii == d.ascii
    assert copy.deepcopy(d).latex == d.latex  # also where it has been written before
    assert copy.deepcopy(matcalc.simplify("A + A")).ascii == "2*A"
    with pytest.raises(matcalc.MatcalcError) as caught:
        matcalc.grad("x +", "x")
    assert pickle.loads(pickle.dumps(caught.value)).diagnostics == caught.value.diagnostics


@pytest.mark.parametrize("name", ["problem", "ascii", "shape", "anything"])
def test_answers_do_not_change(name: str) -> None:
    for answer in (matcalc.grad("x'A x", "x"), matcalc.simplify("A + A")):
        with pytest.raises(AttributeError):
            setattr(answer, name, 1)
        with pytest.raises(AttributeError):
            delattr(answer, name)


def test_a_name_given_twice_is_one_name() -> None:
    assert matcalc.jvp("inv(X)", ["X", "X"]).ascii == matcalc.jvp("inv(X)", "X").ascii
    assert matcalc.hessian("x'A x", "x", "x").ascii == matcalc.hessian("x'A x", "x").ascii


@pytest.mark.parametrize("verb", ["hessian", "jvp", "vjp"])
def test_no_name_at_all_is_asked_for(verb: str) -> None:
    with pytest.raises(matcalc.MatcalcError) as caught:
        getattr(matcalc, verb)("x'A x", wrt=[])
    assert caught.value.diagnostics[0].code == "M0501"
