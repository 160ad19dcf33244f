"""Seventy losses in three spellings: the formula that is read has the value of the function as it runs; its gradient
is that of differences or of automatic differentiation. Wrong: none; right: three of four at least, by now all."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tests.source import oracle

HELPERS = ("sigmoid", "relu")
LEAST = 0.75


def losses(module: ModuleType) -> list[Callable[..., Any]]:
    return [f for name, f in vars(module).items() if inspect.isfunction(f) and f.__module__ == module.__name__
            and name not in HELPERS]


def counted(verdicts: Mapping[str, str]) -> None:
    """Print what is not right; wrong is none, right at least as many as promised."""
    refused = {name: said for name, said in verdicts.items() if said.startswith("refused")}
    wrong = {name: said for name, said in verdicts.items() if said.startswith("wrong")}
    print(f"\nright {len(verdicts) - len(refused) - len(wrong)}, refused {len(refused)}, wrong {len(wrong)}",
          *refused.items(), sep="\n")
    assert wrong == {}
    assert len(verdicts) >= 60
    assert len(verdicts) - len(refused) >= LEAST * len(verdicts)


def test_numpy() -> None:
    pytest.importorskip("scipy")
    from tests.source import corpus_numpy as corpus

    counted({f.__name__: oracle.judged("corpus_numpy.py", f, functools.partial(oracle.differences, f))
             for f in losses(corpus)})


def test_functions_that_are_easily_misread() -> None:
    from tests.source import corpus_odd as corpus

    found = {f.__name__: oracle.judged("corpus_odd.py", f, functools.partial(oracle.differences, f))
             for f in losses(corpus)}
    assert {name: said for name, said in found.items() if said != "right"} == {}


def test_jax() -> None:
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    from tests.source import corpus_jax as corpus

    def judged(f: Callable[..., Any]) -> str:
        names = list(inspect.signature(f).parameters)

        def gradient(data: Mapping[str, Any], wrt: str) -> np.ndarray:
            assert names[0] == wrt
            return np.asarray(jax.grad(f)(*(jax.numpy.asarray(data[name]) for name in names if name in data)))

        @functools.wraps(f)
        def value(**data: Any) -> Any:
            return f(**{name: jax.numpy.asarray(x) for name, x in data.items()})

        return oracle.judged("corpus_jax.py", value, gradient)

    counted({f.__name__: judged(f) for f in losses(corpus)})


def test_torch() -> None:
    torch = pytest.importorskip("torch")
    from tests.source import corpus_torch as corpus

    def tensors(data: Mapping[str, Any]) -> dict[str, Any]:
        return {name: torch.tensor(x) if isinstance(x, np.ndarray) else torch.tensor(x, dtype=torch.float64)
                for name, x in data.items()}

    def judged(f: Callable[..., Any]) -> str:
        def gradient(data: Mapping[str, Any], wrt: str) -> np.ndarray:
            given = tensors(data)
            given[wrt].requires_grad_(True)
            f(**given).backward()
            return np.asarray(given[wrt].grad)

        @functools.wraps(f)
        def value(**data: Any) -> float:
            return float(f(**tensors(data)))

        return oracle.judged("corpus_torch.py", value, gradient)

    counted({f.__name__: judged(f) for f in losses(corpus)})
