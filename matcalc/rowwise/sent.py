"""What a task of a cluster is: a range of blocks, and the text of `rowwise.work`, made a module of once by a worker.

These functions are sent as they are to workers that have no matcalc. A module that was sent with every task would be a
new one each time, which has opened no file and compiled no function yet.
"""

from __future__ import annotations

from typing import Any


def run(source: str, job: dict[str, Any], first: int, last: int) -> Any:
    """What `work.run` gives for a range of blocks."""
    import sys
    from types import ModuleType
    from zlib import crc32

    name = f"matcalc_rowwise_{crc32(source.encode()):08x}"
    if name not in sys.modules:
        module = ModuleType(name)
        exec(compile(source, f"<{name}>", "exec"), module.__dict__)
        sys.modules[name] = module
    return sys.modules[name].run(job, first, last)


def same(job: dict[str, Any]) -> dict[str, Any]:
    """A job as a result: workers that need it give it to each other, and one that is lost is made again."""
    return job
