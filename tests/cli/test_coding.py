"""`code` on the command line: which functions, in which languages, in which files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from matcalc.cli.commands import coding
from matcalc.cli.commands.coding import files_for
from matcalc.diagnostics import InputError
from tests.cli.sessions import run

NETWORK = ("code", "normF(tanh(X W_1) W_2 - Y)^2")
SEVERAL = {"numpy": (".py",), "jax": (".py",), "octave": (".m",), "r": (".R", ".r"), "cpp": (".hpp", ".h")}


def defined(source: str) -> list[str]:
    return [line.split("(")[0][4:] for line in source.splitlines() if line.startswith("def ")]


@pytest.mark.parametrize(("args", "functions"), [
    (("-w", "W_1"), ["f", "gradient", "value_and_gradient"]),
    (("-w", "W_1,W_2"), ["f", "gradient", "value_and_gradient"]),
    (("-w", "W_1", "-w", "W_2", "--functions", "value_and_gradient"), ["value_and_gradient"]),
    (("-w", "W_1", "--kind", "operator"), ["f", "gradient", "value_and_gradient", "hessian_product"]),
    (("-w", "W_1", "--functions", "hessian_product, f"), ["f", "hessian_product"]),
    (("-w", "W_1", "--name", "loss"), ["loss", "loss_gradient", "loss_value_and_gradient"]),
    (("-w", "W_1", "--functions", "jvp,vjp"), ["jvp", "vjp"]),
])
def test_functions(args: tuple[str, ...], functions: list[str]) -> None:
    code, out, _ = run(*NETWORK, "--timeout", "60", *args)  # where the machine has other work
    assert (code, [name for name in defined(out) if name not in ("floats", "comparisons", "compare")]) == (0, functions)


def test_functions_of_what_is_no_number_need_no_kind() -> None:
    assert "def jacobian" in run("code", "A sin(x)", "-w", "x", "--functions", "f,jacobian")[1]
    assert "a scalar is needed here" in run(
        "code", "A sin(x)", "-w", "x", "-v", "A: matrix(m,n)", "--functions", "f,hessian")[2]
    said = run("code", "A sin(x)", "-w", "x", "--kind", "jacobian", "--functions", "f,hessian")
    assert (said[0], "write   --functions f\n" in said[2]) == (3, True)


def test_arguments() -> None:
    assert "np.float32" in run(*NETWORK, "-w", "W_1", "--dtype", "float32")[1]
    assert "assert" not in run(*NETWORK, "-w", "W_1", "--no-check-arguments")[1]


def test_data() -> None:
    said = json.loads(run(*NETWORK, "-w", "W_1,W_2", "--json")[1])
    assert said["input"]["wrt"] == ["W_1", "W_2"]
    assert said["code"]["targets"] == ["numpy"] == list(said["code"]["sources"])
    assert said["code"]["functions"] == ["f", "gradient", "value_and_gradient"]
    assert said["code"]["source"] == said["code"]["sources"]["numpy"]


@pytest.mark.parametrize(("output", "targets", "files"), [
    ("", [], {"numpy": ""}),
    ("", ["r", "octave"], {"r": "", "octave": ""}),
    ("a/loss.py", [], {"numpy": "a/loss.py"}),
    ("loss.py", ["jax"], {"jax": "loss.py"}),
    ("loss.m", [], {"octave": "loss.m"}),
    ("loss.r", [], {"r": "loss.r"}),
    ("loss.PY", [], {"numpy": "loss.PY"}),
    ("loss.h", [], {"cpp": "loss.h"}),
    ("loss.py", ["numpy", "octave", "r"], {"numpy": "loss.py", "octave": "loss.m", "r": "loss.R"}),
    ("loss", ["jax", "cpp"], {"jax": "loss.py", "cpp": "loss.hpp"}),
    ("loss", ["jax"], {"jax": "loss"}),
    ("loss.json", ["numpy", "jax"], {"numpy": "loss.json", "jax": "loss.json"}),
])
def test_each_language_has_its_file(monkeypatch: pytest.MonkeyPatch, output: str, targets: list[str],
                                    files: dict[str, str]) -> None:
    monkeypatch.setattr(coding, "ENDINGS", SEVERAL)
    assert files_for(output, targets) == files


@pytest.mark.parametrize(("output", "targets", "code", "fixes"), [
    ("loss.xyz", [], "M1011", ("-o loss.py", "-o loss.m", "-o loss.R")),
    ("loss.m", ["jax"], "M1011", ("-o loss.py",)),
    ("loss.h", ["jax", "octave"], "M1011", ("-o loss.py", "-o loss.m")),
    ("loss.py", ["numpy", "jax"], "M1012", ("--to numpy -o loss.py", "--to jax -o loss.py", "-o loss.json")),
])
def test_what_no_file_can_hold(monkeypatch: pytest.MonkeyPatch, output: str, targets: list[str], code: str,
                               fixes: tuple[str, ...]) -> None:
    monkeypatch.setattr(coding, "ENDINGS", SEVERAL)
    with pytest.raises(InputError) as refused:
        files_for(output, targets)
    assert (refused.value.diagnostics[0].code, refused.value.diagnostics[0].fixes) == (code, fixes)


def test_files_are_written(tmp_path: Path) -> None:
    for file in ("a.py", "a.txt", "b"):
        assert run("code", "x'x", "-w", "x", "-o", str(tmp_path / file))[0] == 0
    assert len({(tmp_path / file).read_text() for file in ("a.py", "a.txt", "b")}) == 1
    assert run("code", "x'x", "-w", "x", "-o", str(tmp_path / "a.json"))[0] == 0
    assert json.loads((tmp_path / "a.json").read_text())["code"]["targets"] == ["numpy"]


@pytest.mark.parametrize(("args", "code"), [
    (("--to", "fortran"), "M0506"), (("--to", "numpy,fortran"), "M0506"), (("--functions", "gradnt"), "M0521"),
    (("--name", "1x"), "M0523"), (("-o", "x.f90"), "M1011"), (("--dtype", "int"), "M0003")])
def test_refusals(args: tuple[str, ...], code: str) -> None:
    found, out, err = run("code", "x'x", "-w", "x", *args)
    assert (found, out, f"error[{code}]" in err) == (2, "", True)


def test_several_variables_in_one_word() -> None:
    separate = run("grad", "x'A y", "-w", "x", "-w", "y")
    assert run("grad", "x'A y", "-w", "x, y") == run("grad", "x'A y", "--wrt=x,y") == separate
    assert run("grad", "sum_i sum_j w_{i,j}^2 x_j", "-w", "w_{i,j}")[0] == 0
    assert run("hessian", "x'A y", "-w", "x,y") == run("hessian", "x'A y", "-w", "x", "-w", "y")
