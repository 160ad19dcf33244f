"""What a variable may be: the kinds that a selector offers, and the one that it shows."""

from __future__ import annotations

from collections.abc import Collection

_OFFERED = (
    ("scalar", "scalar"), ("positive scalar", "scalar positive"), ("nonnegative scalar", "scalar nonnegative"),
    ("vector", "vector"), ("positive vector", "vector positive"), ("one-hot vector", "vector onehot"),
    ("matrix", "matrix"), ("positive matrix", "matrix positive"), ("square matrix", "matrix square"),
    ("invertible matrix", "matrix invertible"), ("symmetric matrix", "matrix sym"),
    ("positive semidefinite", "matrix psd"), ("positive definite", "matrix spd"), ("diagonal matrix", "matrix diag"),
    ("lower triangular", "matrix lower"), ("upper triangular", "matrix upper"), ("skew-symmetric", "matrix skew"),
    ("orthogonal matrix", "matrix orthogonal"), ("complex scalar", "scalar complex"),
    ("complex vector", "vector complex"), ("complex matrix", "matrix complex"),
    ("Hermitian matrix", "matrix hermitian"), ("Hermitian positive definite", "matrix hpd"),
    ("unitary matrix", "matrix unitary"),
)
CHOICES = [{"label": label, "declaration": declaration} for label, declaration in _OFFERED]


def declaration(kind: str, props: Collection[str]) -> str:
    """What declares a variable of this kind, without its sizes: one of the choices where it is one."""
    return " ".join([kind, *sorted(props)])
