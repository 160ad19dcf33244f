"""Which program a dotted name belongs to, by the imports of the file, and what its words mean: words.txt."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache
from os import path

USUAL = {"np": "numpy", "jnp": "jax.numpy", "torch": "torch", "F": "torch.nn.functional", "nn": "torch.nn",
         "jax": "jax", "scipy": "scipy", "math": "math", "numpy": "numpy"}  # where a file does not say
_FAMILIES = (("jax.scipy.linalg", "linalg"), ("jax.numpy.linalg", "linalg"), ("numpy.linalg", "linalg"),
             ("torch.linalg", "linalg"), ("scipy.linalg", "linalg"), ("jax.scipy", "scipy.special"),
             ("scipy", "scipy.special"), ("jax.nn", "jax.nn"), ("jax.lax", "jax.nn"), ("jax.numpy", "numpy"),
             ("autograd.numpy", "numpy"), ("autograd.scipy", "scipy.special"), ("cupy", "numpy"), ("numpy", "numpy"),
             ("math", "numpy"), ("torch", "torch"))
COMPOSED = {"torch": ("torch", "common"), "method": ("numpy", "common"), "numpy": ("numpy", "common"),
            "jax.nn": ("jax", "common"), "scipy.special": ("scipy", "common"), "linalg": ("common",)}
RANDOM = ("random", "randn", "rand", "normal", "bernoulli", "dropout", "dropout_", "randint", "permutation", "shuffle",
          "choice", "randn_like", "rand_like", "multinomial", "uniform", "default_rng", "PRNGKey", "manual_seed",
          "standard_normal", "split", "categorical", "gumbel", "gumbel_softmax", "rsample", "sample")
_VIEWS = frozenset("transpose swapaxes squeeze expand_dims reshape ravel diag expand expand_as max min".split())
_MADE = frozenset("zeros ones zeros_like ones_like empty empty_like full full_like copy clone astype".split())


def family(dotted: str) -> str:
    """The program of `numpy.linalg.inv` is linalg; '' of a name of no known program."""
    return next((name for prefix, name in _FAMILIES if dotted == prefix or dotted.startswith(f"{prefix}.")), "")


def imports(tree: ast.Module) -> dict[str, str]:
    """What every imported name is: np is numpy, inv is numpy.linalg.inv. Imports in branches and functions count."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                found[alias.asname or alias.name.partition(".")[0]] = \
                    alias.name if alias.asname else alias.name.partition(".")[0]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return found


def dotted(node: ast.expr, known: Mapping[str, str]) -> str:
    """The full name of a function of a program, numpy.linalg.inv of np.linalg.inv; '' of anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in known:
        return ""
    return ".".join([known[node.id], *reversed(parts)])


@cache
def words() -> dict[tuple[str, str], tuple[str, str]]:
    """By program and word: which kind of function it is, and what the rules call it."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    programs: list[str] = []
    for line in text_of("words.txt").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if not line.startswith(" "):
            programs = line.split()
            continue
        kind, *rest = line.split()
        for word in rest:
            name, _, meant = word.partition("=")
            found |= {(program, name): (kind, meant or name) for program in programs}
    return found


@cache
def is_new(word: str) -> bool:
    """Whether a function gives an array that no other name has: no view of one, no array that it was given."""
    kinds = {kind_and_name for (_, one), kind_and_name in words().items() if one == word}
    if word in _MADE:
        return True
    if kinds:
        return all(kind not in ("as", "refused") and (kind != "shape" or name not in _VIEWS) for kind, name in kinds)
    return any(one == word for _, one in composed()) and word not in ("clamp", "clip", "clamp_min", "reduced")


@cache
def composed() -> dict[tuple[str, str], ast.FunctionDef]:
    """Functions of other programs that are written in Python, by program and word."""
    tree = ast.parse(text_of("composed.txt"))
    return {(group.name, f.name): f for group in tree.body if isinstance(group, ast.ClassDef)
            for f in group.body if isinstance(f, ast.FunctionDef)}


@cache
def layers() -> dict[str, ast.ClassDef]:
    """Classes of torch.nn that are written in Python, by name."""
    return {node.name: node for node in ast.parse(text_of("layers.txt")).body if isinstance(node, ast.ClassDef)}


def text_of(name: str) -> str:
    """A table beside this module."""
    with open(path.join(path.dirname(__file__), name), encoding="utf-8") as stream:
        return stream.read()


def program_of(known: Mapping[str, str], f: ast.FunctionDef | ast.ClassDef) -> str:
    """The program whose methods its arrays have: torch or numpy; '' where the function uses both."""
    used = {n.id for n in ast.walk(f) if isinstance(n, ast.Name)}
    roots = {full.partition(".")[0] for name, full in known.items()}
    here = {full.partition(".")[0] for name, full in known.items() if name in used}
    for found in (here & {"torch", "numpy", "jax", "autograd"}, roots & {"torch", "numpy", "jax", "autograd"}):
        if found:
            return "torch" if found == {"torch"} else "" if "torch" in found else "numpy"
    usual = used & {"torch", "F", "nn"}
    return "torch" if usual and not used & {"np", "jnp"} else "" if usual else "numpy"
