"""A user's file as mypy --strict sees it: every verb has its type, and a misspelt word is an error before it runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
REVEALED = [  # an expression, and its type
    ('matcalc.grad("x\'x", wrt="x", variables={"x": "vector(n)"}, structure="free")', "matcalc.derivation.Derivation"),
    ('matcalc.grad("x\'A y", wrt=["x", "y"])', "matcalc.derivation.Derivations"),
    ('matcalc.jacobian("A x", ("x", "A"), vec="row")', "matcalc.derivation.Derivations"),
    ('matcalc.hessian("x\'A y", "x", "y", layout="denominator")', "matcalc.derivation.Derivation"),
    ('matcalc.differential("x\'x", order=2)', "matcalc.derivation.Derivation"),
    ('matcalc.jvp("inv(X)", ["X"], direction="D")', "matcalc.derivation.Derivation"),
    ('matcalc.vjp("inv(X)", rules=["a.rules"])', "matcalc.derivation.Derivation"),
    ('matcalc.verify("x\'x", "x")', "matcalc.checking.verdicts.Verification"),
    ('matcalc.verify("x\'x", "x", claim="2x").diagnosis', "str"),
    ('matcalc.equal("x", "y", dialect="numpy").equal', "bool | None"),
    ('matcalc.simplify("x + x").ascii', "str"),
    ('matcalc.code("x\'x", kind="operator")', "str"),
    ('matcalc.parse("x")', "matcalc.core.expr.Expr"),
    ('matcalc.grad("x\'x").steps[0].rule', "str"),
    ('matcalc.grad("x\'x").conditions', "list[str]"),
    ('matcalc.grad("x\'x").shape', "tuple[str, ...]"),
    ('matcalc.hessian("x\'x").operator', "matcalc.derivation.WrittenForm | None"),
    ('matcalc.grad("x\'x").function("numpy")', "types.SimpleNamespace"),
    ('matcalc.grad("x\'A y", wrt=["x", "y"]).code(functions=["value_and_gradient"])', "str"),
    ('matcalc.MatcalcError', "def .*matcalc.diagnostics.MatcalcError"),
    ('matcalc.grad', r"Overload\(def \(expr: str, wrt: str \| None =, .*-> matcalc.derivation.Derivation, def .*"),
]
WRONG = [  # a line, and the error that mypy names
    ('matcalc.grad("x\'x", layout="nominator")', "call-overload"),
    ('matcalc.hessian("x\'x", structure="projected")', "arg-type"),
    ('matcalc.jacobian("A x", "x", vec="rows")', "call-overload"),
    ('matcalc.differential("x\'x", dialect="cobol")', "arg-type"),
    ('matcalc.verify("x\'x", kind="grad")', "call-overload"),
    ('matcalc.grad("x\'x").code("fortran")', "arg-type"),
    ('matcalc.grad("x\'x").code(functions=["gradnt"])', "list-item"),
    ('matcalc.gard("x\'x")', "attr-defined"),
    ('matcalc.grad("x\'x").asci', "attr-defined"),
]


def test_a_users_file(tmp_path: Path) -> None:
    lines = ["import matcalc", *(f"reveal_type({e})" for e, _ in REVEALED), *(line for line, _ in WRONG)]
    file = tmp_path / "user.py"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    # The settings and the cache of the house, so that what was checked already is not checked again.
    done = subprocess.run([sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml"), str(file)],
                          cwd=ROOT, env={**os.environ, "MYPYPATH": str(ROOT)}, capture_output=True, text=True,
                          check=False)
    said = {int(n): text for n, text in re.findall(r"user\.py:(\d+): (?:note: Revealed type is|error:) (.*)",
                                                   done.stdout)}
    assert sorted(said) == list(range(2, len(lines) + 1)), done.stdout + done.stderr
    for (e, wanted), n in zip(REVEALED, range(2, len(lines) + 1), strict=False):
        pattern = wanted if "(" in wanted or "def " in wanted else re.escape(wanted)
        assert re.fullmatch(f'"{pattern}"', said[n]), (e, said[n])
    for (line, code), n in zip(WRONG, range(2 + len(REVEALED), len(lines) + 1), strict=True):
        assert said[n].endswith(f"[{code}]"), (line, said[n])
