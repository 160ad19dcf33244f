"""The machine and the versions that a table belongs to."""

from __future__ import annotations

import platform
from importlib import metadata
from pathlib import Path


def machine() -> dict[str, str]:
    names = ("matcalc-cli", "numpy", "scipy", "jax", "jaxlib", "torch")
    found = {name: version for name in names if (version := _version(name))}
    return {"processor": _processor(), "system": platform.system(), "python": platform.python_version(), **found}


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    if described.exists():
        for line in described.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def sentence() -> str:
    """One line below a table."""
    said = machine()
    versions = ", ".join(f"{name} {version}" for name, version in said.items() if name not in ("processor", "system"))
    return f"{said['processor']}, {said['system']}, one pinned core, one BLAS thread, float64; {versions}."
