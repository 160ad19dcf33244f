"""An archive of Python's sources as one of bytecode for the interpreter that runs this: what it holds starts in half
the time. Where a line stood is left out: nobody reads it in a browser, and it is a third of the size.
"""

from __future__ import annotations

import importlib.util
import marshal
from collections.abc import Mapping
from io import BytesIO
from types import CodeType
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

MIDNIGHT = (1980, 1, 1, 0, 0, 0)  # the first time that an archive can name
_UNCHECKED = (0b01).to_bytes(4, "little")  # by a hash, which nobody compares: there is no source to compare it with


def archived(files: Mapping[str, bytes], level: int = 9) -> bytes:
    """An archive of these files, the same bytes whenever it is made; level 0 does not compress."""
    out = BytesIO()
    with ZipFile(out, "w") as whole:
        for name in sorted(files):
            member = ZipInfo(name, MIDNIGHT)
            member.external_attr = 0o644 << 16
            whole.writestr(member, files[name], ZIP_DEFLATED if level else ZIP_STORED, level)
    return out.getvalue()


def members(archive: bytes) -> dict[str, bytes]:
    """What an archive holds."""
    with ZipFile(BytesIO(archive)) as whole:
        return {name: whole.read(name) for name in whole.namelist() if not name.endswith("/")}


def compiled(archive: bytes) -> bytes:
    """The archive with .pyc in the place of .py, not compressed, which is slow in WebAssembly."""
    return archived(dict(_compiled(name, data) if name.endswith(".py") else (name, data)
                         for name, data in members(archive).items()), level=0)


def _compiled(name: str, source: bytes) -> tuple[str, bytes]:
    code = _bare(compile(source, name, "exec", dont_inherit=True))
    head = importlib.util.MAGIC_NUMBER + _UNCHECKED + importlib.util.source_hash(source)
    return f"{name}c", head + marshal.dumps(code)


def _bare(code: CodeType) -> CodeType:
    """The code and all that it holds, without the table of lines."""
    inside = tuple(_bare(part) if isinstance(part, CodeType) else part for part in code.co_consts)
    return code.replace(co_linetable=b"", co_consts=inside)
