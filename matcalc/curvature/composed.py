"""Composition with the functions of the rules: what a block states of its curvature, and of how it grows.

f(g₁, …) is convex where f is convex and each gᵢ is affine, or convex where f increases in it, or concave where f
decreases. Where a block states nothing, an elementwise function is judged by its derivatives, which it has.

Source: Boyd & Vandenberghe (2004) 3.2.4.
"""

from __future__ import annotations

from collections.abc import Iterator

from matcalc.algebra.make import instantiate
from matcalc.core.expr import Expr
from matcalc.curvature.fields import Claim, Sense, claims
from matcalc.curvature.proof import Proof, Prover


def of_call(c: Prover, e: Expr, sense: Sense, is_operator: bool) -> Iterator[Proof]:
    """By the claims of the block."""
    for claim in claims(e.data, "curvature"):
        if claim.fits(sense) and _is_of(claim, e, is_operator) and holds(c, e, claim):
            premises = _arguments(c, e, claim, sense)
            if premises is not None:
                yield Proof(e, sense, is_operator, e.data.name, _because(e, claim, premises), premises,
                            _strict(c, e, claim, premises))


def _is_of(claim: Claim, e: Expr, is_operator: bool) -> bool:
    """Whether a claim speaks of the order that is meant: entries off the diagonal of what is convex in the order of
    Loewner need not be."""
    return e.is_scalar or claim.is_operator == is_operator or claim.word == "affine"


def holds(c: Prover, e: Expr, claim: Claim) -> bool:
    """Whether a claim is about these arguments: they have the structure, and the signs."""
    params = e.data.params
    fits = all(c.domain.fits(arg, claim.on) for param, arg in zip(params, e.args, strict=True)
               if claim.on and claim.covers(param) and len(param.shape) == 2 and param.shape[0] == param.shape[1])
    return fits and all(c.domain.has(instantiate(e.data, e.data.subject(part.subject), e.args), part.word)
                        for part in claim.conditions)


def _arguments(c: Prover, e: Expr, claim: Claim, sense: Sense) -> tuple[Proof, ...] | None:
    """What is proved of the arguments; None where one of them does not fit."""
    found: list[Proof] = []
    for param, arg in zip(e.data.params, e.args, strict=True):
        if not c.varies[arg]:
            continue
        if not claim.covers(param):
            return None
        if c.affine[arg]:
            continue
        part = next(_grown(c, e, param.name, arg, sense), None)
        if part is None:
            return None
        found.append(part)
    return tuple(found)


def _grown(c: Prover, e: Expr, param: str, arg: Expr, sense: Sense) -> Iterator[Proof]:
    """What an argument may be, by how the function grows in it."""
    for claim in claims(e.data, "monotone"):
        if claim.param in ("", param) and holds(c, e, claim):
            part = c.prove(arg, sense if claim.sense > 0 else -sense, claim.is_operator)
            if part is not None:
                yield part


def _because(e: Expr, claim: Claim, premises: tuple[Proof, ...]) -> tuple[str | Expr, ...]:
    said = f"{e.data.name} is {claim.word}"
    if not premises:
        return (said if e.data.known_as == e.data.name else f"it is {claim.word}", ", of what is affine")
    grows = claims(e.data, "monotone")
    word = grows[0].word if grows else "monotone"
    inner = {1: "convex", -1: "concave"}[premises[0].sense]
    if len({m.word for m in grows}) > 1:
        word = "increasing" if premises[0].sense == (1 if claim.sense > 0 else -1) else "decreasing"
    return (f"{said} and {word}, of what is {inner}",)


def _strict(c: Prover, e: Expr, claim: Claim, premises: tuple[Proof, ...]) -> tuple[Expr, ...]:
    """In which affine maps it is strict."""
    moved = [arg for arg in e.args if c.varies[arg]]
    if claim.is_strict and not premises:
        return tuple(moved)
    grows = [m for m in claims(e.data, "monotone") if m.is_strict]
    return premises[0].strict if len(moved) == 1 and premises and grows else ()
