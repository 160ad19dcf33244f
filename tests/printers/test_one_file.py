"""A dialect is one file: a copy of the package that has one more of them writes everything in it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import matcalc

PACKAGE = Path(matcalc.__file__).parent
MINE = '''"""A notation that exists in this test only: transposes in front, products with a dot."""

from matcalc.core.dims import format_dim
from matcalc.printers.call_forms import look_in, plain_call
from matcalc.printers.dialect import Dialect, Marks, Markup
from matcalc.printers.dialects import ascii as plain
from matcalc.printers.precedence import ANY, form

FORMS = plain.FORMS | {"transpose": form("t[#0]"), "inverse transpose": form("ti[#0]"),
                       "slope": form("[D#0|D#1]", ANY), "differential": form("D#0"), "d": form("D")}


def _steps(lines):
    return "\\n".join(f"{line.left} is {line.formula} | {line.because} | {line.rule}" for line in lines)


def _table(heads, rows):
    return "\\n".join(" & ".join(text for _, text in row) for row in rows)


DIALECT = Dialect(
    "mine", FORMS, plain.JOINS | {"chain": " . ", "product": " . "}, "'{}".format, lambda dim: format_dim(dim, "x"),
    look_in("mine", plain_call("{}<{}>")), flow_text="{} to {}".format, is_read=False,
    marks=Marks(str, "op:{}".format, "“{}”".format, "{}^{}".format, "{}_{}".format),
    markup=Markup(lambda cells: "".join(text for _, text in cells), _steps, _table))
'''
RULE = """elementwise gud(X: [m,n]) -> [m,n]
  d = cosh(X).^-1
  numpy = 2*np.arctan(np.tanh(X/2))
  mine = G({X})
"""
ASKED = '''
import json
from click.testing import CliRunner
import matcalc
from matcalc.cli.app import app
from matcalc.printers import abbreviated
from matcalc.printers.requirements import condition_text

def asked(*args):
    found = CliRunner().invoke(app, [*args, "--format", "mine"])
    assert found.exit_code == 0, found.output
    return found.stdout

d = matcalc.grad("log(det(A X B))", wrt="X")
long = matcalc.grad("norm(softmax(A x + b) - softmax(C x + d))^2", wrt="x", check=False)
print(json.dumps({
    "formula": d.mine, "conditions": [condition_text(c, "mine") for c in d.requirements],
    "where": abbreviated(long.expr, "mine", 60)[1], "steps": asked("grad", "x'A x", "--wrt", "x", "--steps"),
    "trace": asked("trace", "ln(x)+x", "--at", "x=2", "--mode", "reverse"),
    "look": matcalc.simplify("2*gud(x)", rules="own.rules").mine}))
'''


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    place = tmp_path_factory.mktemp("house")
    shutil.copytree(PACKAGE, place / "matcalc", ignore=shutil.ignore_patterns("__pycache__"))
    if not (place / "matcalc" / "rules").is_dir():
        (place / "rules").symlink_to(PACKAGE.parent / "rules")
    (place / "matcalc" / "printers" / "dialects" / "mine.py").write_text(MINE, encoding="utf-8")
    (place / "own.rules").write_text(RULE, encoding="utf-8")
    done = subprocess.run([sys.executable, "-c", ASKED], cwd=place, env={**os.environ, "PYTHONPATH": str(place)},
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_formulas_and_conditions(written):
    assert written["formula"] == "t['A] . ti['A . 'X . 'B] . t['B]"
    assert written["conditions"] == ["det<'A . 'X . 'B> > 0"]


def test_names(written):
    assert ["'p", "softmax<'C . 'x + 'd>"] in written["where"]


def test_steps_with_their_identities(written):
    first, *_, read, last = written["steps"].splitlines()
    assert first == "d'f is t[D'x] . 'A . 'x + t['x] . 'A . D'x | D(M N) = DM N + M DN | product"
    assert read.startswith("[D'f|D'x] is ")
    assert read.endswith(" | Df = g^⊤ Dx  ⇒  [Df|Dx] = g | read-off")
    assert last.strip() == "is ('A + t['A]) . 'x | A M + A N = A (M + N) | factor"


def test_traces(written):
    assert "'v_2 = log<'v_1> & 0.693" in written["trace"]
    assert "'v̄_1 to 3 = 'v̄_3 & 1" in written["trace"]


def test_rules_may_say_how_they_look(written):
    assert written["look"] == "2 . G('x)"
