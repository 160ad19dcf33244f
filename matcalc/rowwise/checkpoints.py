"""What was computed of a descent, in a file that only grows: values, gradients and products at the points of the way.

An optimiser that is given the same values goes the same way. So a descent is taken up again from its start, and what is
in the file is not computed again: it goes on exactly where it was, whatever the optimiser keeps in mind. Each record
has its length and a checksum; one that is half written, because the process ended, is cut off.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any, BinaryIO
from zlib import crc32

import numpy as np
import numpy.typing as npt

from matcalc.diagnostics import fail

Vector = npt.NDArray[np.float64]
_MAGIC = b"matcalc descent 1\n"
_HEAD = struct.Struct("<QI")  # how many bytes follow, and their checksum


class Log:
    """The records of a descent; `file` "" keeps them nowhere."""

    def __init__(self, file: str, asked: Mapping[str, Any]) -> None:
        """Opens or begins the file of a descent that is `asked` for. Raises InputError where the file is of another
        one, or cannot be written."""
        self.known: dict[bytes, list[float] | Vector] = {}
        self.stream: BinaryIO | None = None
        self.taken_up = 0
        if file:
            try:
                self._open(file, json.loads(json.dumps(asked, sort_keys=True)))
            except OSError as problem:
                raise fail("M1307", f"cannot write the checkpoint {file}: {problem.strerror or problem}") from None

    def _open(self, file: str, asked: dict[str, Any]) -> None:
        if not Path(file).exists() or not Path(file).stat().st_size:
            self.stream = open(file, "wb")  # noqa: SIM115 it is closed when the descent ends
            self.stream.write(_MAGIC)
            self._write(json.dumps(asked).encode())
            return
        self.stream = open(file, "r+b")  # noqa: SIM115
        if self.stream.read(len(_MAGIC)) != _MAGIC:
            raise fail("M1307", f"{file} is there and is no checkpoint of a descent")
        end, first = self.stream.tell(), True
        while (payload := self._next()) is not None:
            if first:
                _refuse_other(file, json.loads(payload), asked)
            else:
                self.known[payload[:16]] = np.frombuffer(payload[16:], dtype=np.float64)
                self.taken_up += 1
            end, first = self.stream.tell(), False
        self.stream.seek(end)
        self.stream.truncate()
        if first:
            self._write(json.dumps(asked).encode())

    def _next(self) -> bytes | None:
        """The next whole record."""
        assert self.stream is not None
        head = self.stream.read(_HEAD.size)
        if len(head) < _HEAD.size:
            return None
        length, check = _HEAD.unpack(head)
        payload = self.stream.read(length)
        return payload if len(payload) == length and crc32(payload) == check else None

    def _write(self, payload: bytes) -> None:
        if self.stream is not None:
            self.stream.write(_HEAD.pack(len(payload), crc32(payload)) + payload)
            self.stream.flush()
            os.fsync(self.stream.fileno())

    def find(self, word: str, *points: Vector) -> Vector | None:
        """What is known at these points."""
        found = self.known.get(_key(word, points))
        return None if found is None else np.array(found)

    def put(self, word: str, points: Sequence[Vector], found: Vector) -> None:
        """What was computed at these points."""
        if self.stream is None:
            return
        key = _key(word, points)
        self.known[key] = np.array(found, dtype=np.float64)
        try:
            self._write(key + np.ascontiguousarray(found, dtype=np.float64).tobytes())
        except OSError as problem:
            raise fail("M1307", f"cannot write the checkpoint: {problem.strerror or problem}") from None

    def close(self) -> None:
        """All is written."""
        if self.stream is not None:
            self.stream.close()


def _key(word: str, points: Sequence[Vector]) -> bytes:
    digest = blake2b(word.encode(), digest_size=16)
    for point in points:
        digest.update(np.ascontiguousarray(point, dtype=np.float64).tobytes())
    return digest.digest()


def _refuse_other(file: str, there: Mapping[str, Any], asked: Mapping[str, Any]) -> None:
    """Raise InputError where the file is of another descent."""
    other = [key for key in asked if there.get(key) != asked[key]]
    if other:
        one = other[0]
        raise fail("M1307", f"{file} is the checkpoint of another descent: its {one} is {there.get(one)}, not "
                   f"{asked[one]}")
