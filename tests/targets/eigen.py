"""Headers of C++ compiled together, each in a namespace of its own, and called with arrays from a file."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import which
from typing import NamedTuple

import numpy as np

INCLUDE = Path("/usr/include/eigen3")
LACKING = next((f"{tool} is not installed" for tool, there in (
    ("g++", which("g++")), ("libeigen3-dev", (INCLUDE / "Eigen/Dense").exists())) if not there), "")
COMPILE = ["g++", "-std=c++17", "-O0", "-Wall", "-Wextra", "-Werror", f"-I{INCLUDE}"]
MAIN = """
#include <fstream>
#include <iomanip>
#include <iostream>

using Whole = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic>;

Whole taken(std::istream& in) {
    Eigen::Index rows, cols;
    in >> rows >> cols;
    Whole found(rows, cols);
    for (Eigen::Index i = 0; i < rows; ++i)
        for (Eigen::Index j = 0; j < cols; ++j) in >> found(i, j);
    return found;
}

void put(double value) { std::cout << "0 " << value << "\\n"; }

template <typename Derived>
void put(const Eigen::DenseBase<Derived>& value) {
    const bool is_vector = Derived::ColsAtCompileTime == 1;
    std::cout << (is_vector ? "1 " : "2 ") << value.rows() << " ";
    if (!is_vector) std::cout << value.cols() << " ";
    for (Eigen::Index i = 0; i < value.rows(); ++i)
        for (Eigen::Index j = 0; j < value.cols(); ++j) std::cout << value(i, j) << " ";
    std::cout << "\\n";
}

"""


class Called(NamedTuple):
    """A function of a header, and the values of its arguments in their order; sizes that are arguments by name."""

    header: str
    function: str
    values: Sequence[np.ndarray | float]
    sizes: Mapping[str, int]


def parameters(header: str, function: str) -> list[tuple[str, str]]:
    """The types and names of the parameters of a function, without `check`."""
    listed = re.search(rf"^inline [^\n]*? {function}\((.*?)\) {{$", header, re.S | re.M)
    assert listed is not None
    found = [re.sub(r"\[\[maybe_unused\]\] ", "", text.strip()).rsplit(" ", 1)
             for text in re.split(r",\s+(?=\w|\[)", listed[1]) if text]
    return [(kind, name) for kind, name in found if not name.startswith("true") and kind != "bool check ="]


def values_of(calls: Sequence[Called], folder: Path) -> list[np.ndarray]:
    """What the functions give, from one compilation; calls of one header share it."""
    headers = {header: k for k, header in enumerate(dict.fromkeys(call.header for call in calls))}
    parts = [re.sub(r"\bmatcalc\b", f"p{k}", re.sub(r"MATCALC_\w{8}_HPP", f"P{k}_HPP", header))
             for header, k in headers.items()]
    lines, data = [], []
    for number, call in enumerate(calls):
        k, given, values = headers[call.header], [], list(call.values)
        for kind, name in parameters(call.header, call.function):
            if kind == "Index":
                given.append(str(call.sizes[name.rstrip("_")]))
                continue
            value = np.asarray(values.pop(0), float)
            matrix = value.reshape(-1, 1) if value.ndim < 2 else value
            data.append(f"{matrix.shape[0]} {matrix.shape[1]} {' '.join(map(repr, matrix.ravel().tolist()))}")
            cast = f"taken(in).cast<p{k}::Scalar>()"
            word, name = "Vector" if "Vector" in kind else "Matrix", f"a{number}_{len(given)}"
            lines.append(f"    const p{k}::{word} {name} = {cast};")
            given.append(name + ("(0, 0)" if kind == "Scalar" else ""))
        lines.append(f"    put(p{k}::{call.function}({', '.join(given)}));")
    main = "int main() {\n    std::cout << std::setprecision(17);\n    std::ifstream in(\"data.txt\");\n" + "\n".join(
        lines) + "\n}\n"
    (folder / "all.cpp").write_text("\n".join([*parts, MAIN, main]), encoding="utf-8")
    (folder / "data.txt").write_text("\n".join(data), encoding="utf-8")
    compiled = subprocess.run([*COMPILE, "all.cpp", "-o", "all"], cwd=folder, capture_output=True, text=True,
                              check=False)
    assert compiled.returncode == 0, compiled.stderr[:3000]
    ran = subprocess.run(["./all"], cwd=folder, capture_output=True, text=True, check=True)
    return [_array(line.split()) for line in ran.stdout.splitlines()]


def _array(words: Sequence[str]) -> np.ndarray:
    rank = int(words[0])
    return np.array(list(map(float, words[1 + rank:]))).reshape(tuple(map(int, words[1:1 + rank])))


def ran(source: str, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """A program, compiled and run."""
    (folder / "program.hpp").write_text(source, encoding="utf-8")
    compiled = subprocess.run([*COMPILE, *options, "-x", "c++", "program.hpp", "-o", "program"], cwd=folder,
                              capture_output=True, text=True, check=False)
    assert compiled.returncode == 0, compiled.stderr[:3000]
    return subprocess.run(["./program"], cwd=folder, capture_output=True, text=True, check=False)


def checked(header: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The header compiled with its own check, and run."""
    return ran(header, folder, "-DMATCALC_CHECK")


def checks_of(headers: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """The checks of several headers in one program, which says the number of each before it."""
    parts = []
    for k, header in enumerate(headers):
        apart = re.sub(r"\bmatcalc\b", f"p{k}", re.sub(r"MATCALC_\w{8}_HPP", f"P{k}_HPP", header))
        parts.append(re.sub(r"^int main\(\) .*$", "", apart, flags=re.M))
    calls = "\n".join(f'    std::puts("{k}"); wrong += p{k}::comparisons();' for k in range(len(headers)))
    main = f"#include <cstdio>\n\nint main() {{\n    int wrong = 0;\n{calls}\n    return wrong;\n}}\n"
    return ran("\n".join([*parts, main]), folder, "-DMATCALC_CHECK")
