"""The built wheel, installed elsewhere, answers: the rules travel inside the package."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def inside(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    return next(folder.glob("matcalc_cli-*.whl"))


def test_the_wheel_ships_the_rules(wheel):
    shipped = {Path(name).name for name in inside(wheel) if name.startswith("matcalc/rules/")}
    assert shipped == {path.name for path in (ROOT / "rules").glob("*.rules")}


def test_the_wheel_ships_the_page(wheel):
    site = ROOT / "matcalc" / "page" / "site"
    files = {path.relative_to(ROOT).as_posix() for path in site.rglob("*") if path.is_file()}
    assert {name for name in inside(wheel) if name.startswith("matcalc/page/site/")} == files


def test_the_wheel_says_that_it_is_typed(wheel):
    assert "matcalc/py.typed" in inside(wheel)


def test_the_wheel_answers_in_a_fresh_environment(wheel, tmp_path):
    venv.create(tmp_path / "fresh")
    python = tmp_path / "fresh" / "bin" / "python"
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    # The dependencies are those of this environment; a path file shows them without its editable matcalc.
    library = next((tmp_path / "fresh" / "lib").glob("python*/site-packages"))
    (library / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"])
    bare = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [tmp_path / "fresh" / "bin" / "matcalc", "grad", "det(AXB)", "--wrt", "X"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=True, env=bare)
    assert done.stdout == "det(A*X*B)*A'*inv(A*X*B)'*B'\n"
    where = subprocess.run([python, "-c", "import matcalc; print(matcalc.__file__)"], capture_output=True, text=True,
                           cwd=tmp_path, check=True, env=bare)
    assert str(tmp_path) in where.stdout
