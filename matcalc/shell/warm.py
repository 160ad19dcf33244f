"""While the first line is typed: what answers need is imported, so that none of them waits for it."""

from __future__ import annotations

import asyncio
from importlib import import_module

_LIBRARIES = ("numpy",)  # in a thread of its own
_OURS = ("shell.asked_line", "shell.below", "shell.conversation", "shell.completing", "cli.commands.deriving",
         "cli.commands.parsing", "cli.commands.verifying", "cli.screen.answers",
         "cli.screen.both_forms", "cli.commands.solving", "cli.commands.coding")  # these make expressions
_FIRST, _PAUSE = 0.2, 0.02  # seconds: until the prompt is drawn, and between two imports


async def warmed() -> None:
    """Import one after the other, so that keys are heard in between."""
    await asyncio.sleep(_FIRST)
    loop = asyncio.get_running_loop()
    for library in _LIBRARIES:
        await loop.run_in_executor(None, import_module, library)
    for module in _OURS:
        await asyncio.sleep(_PAUSE)
        import_module(f"matcalc.{module}")
