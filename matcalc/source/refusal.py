"""Why a piece of Python is not read, before anyone knows where it stands."""

from __future__ import annotations

SHAPES, CALL, STATEMENT, UNKNOWN = "M1104", "M1103", "M1102", "M1105"
AXES, BRANCH, RANDOM, VALUE = "M1106", "M1107", "M1108", "M1109"


class RefusalError(Exception):
    """A reason with the number of its kind; the reader adds file, line and column."""

    def __init__(self, code: str, message: str, fixes: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.code, self.message, self.fixes = code, message, fixes
