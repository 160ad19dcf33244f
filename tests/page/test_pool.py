"""Processes that answer: each question gets its own answer, and one that is ended takes no other with it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from matcalc.diagnostics import MatcalcError
from matcalc.page import pool as pools
from matcalc.page.pool import FullError, Pool

PARROT = """
import json, sys, time
print("ready", flush=True)
for line in sys.stdin:
    question = json.loads(line)
    if question["do"] == "sleep":
        time.sleep(600)
    if question["do"] == "leave":
        sys.exit()
    time.sleep(question.get("seconds", 0))
    print(json.dumps({"ok": True, "said": question["do"]}), flush=True)
"""
COMMAND = (sys.executable, "-c", PARROT)


def in_pool(work: Callable[[Pool], Coroutine[Any, Any, None]], **options: Any) -> None:
    """Run something with a pool that is started and stopped."""
    async def run() -> None:
        pool = Pool(**{"command": COMMAND, "size": 2, **options})
        await pool.start()
        try:
            await work(pool)
        finally:
            await pool.stop()

    asyncio.run(run())


def test_every_question_has_its_own_answer() -> None:
    async def work(pool: Pool) -> None:
        found = await asyncio.gather(*(pool.ask({"do": f"say {k}"}) for k in range(60)))
        assert [answer["said"] for answer in found] == [f"say {k}" for k in range(60)]
        assert pool.ended == 0

    in_pool(work)


@pytest.mark.parametrize("deed", ["sleep", "leave"])
def test_one_that_takes_too_long_or_dies_is_ended_alone(deed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "MORE", 2.0)

    async def work(pool: Pool) -> None:
        bad, *others = await asyncio.gather(pool.ask({"do": deed}), *(pool.ask({"do": str(k)}) for k in range(10)))
        assert not bad["ok"]
        assert [d["code"] for d in bad["diagnostics"]] == ["M1203"]
        assert [answer["said"] for answer in others] == [str(k) for k in range(10)]
        assert pool.ended == 1
        again = await asyncio.gather(*(pool.ask({"do": str(k), "seconds": 0.01}) for k in range(10)))
        assert [answer["said"] for answer in again] == [str(k) for k in range(10)]

    in_pool(work, seconds=0.1)


def test_the_line_has_an_end() -> None:
    async def work(pool: Pool) -> None:
        asking = [asyncio.ensure_future(pool.ask({"do": "sleep"})) for _ in range(3)]
        while pool.waiting < 2:
            await asyncio.sleep(0)
        with pytest.raises(FullError):
            await pool.ask({"do": "x"})
        for task in asking:
            task.cancel()

    in_pool(work, size=1, waiting=2, seconds=0)


def test_who_goes_away_leaves_the_line() -> None:
    async def work(pool: Pool) -> None:
        first = asyncio.ensure_future(pool.ask({"do": "first", "seconds": 0.2}))
        second = asyncio.ensure_future(pool.ask({"do": "sleep"}))
        third = asyncio.ensure_future(pool.ask({"do": "third"}))
        while pool.waiting < 2:
            await asyncio.sleep(0)
        second.cancel()
        assert [answer["said"] for answer in await asyncio.gather(first, third)] == ["first", "third"]
        assert (pool.waiting, pool.ended) == (0, 0)

    in_pool(work, size=1)


@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="the system has no such signal")
def test_what_nobody_waits_for_is_dropped() -> None:
    many = " * ".join(f"expm(A_{k} + X)" for k in range(40))

    async def work(pool: Pool) -> None:
        heavy = asyncio.ensure_future(pool.ask({"formula": f"tr({many})", "wrt": ["X"], "want": "hessian"}))
        await asyncio.sleep(0.5)  # it takes minutes
        heavy.cancel()
        assert (await pool.ask({"formula": "x'x"}))["answers"][0]["ascii"] == "2*x"
        assert pool.ended == 0

    in_pool(work, size=1, seconds=600, command=(sys.executable, "-m", "matcalc.page.worker"))


def test_an_answer_that_nobody_reads_is_not_that_of_the_next() -> None:
    async def work(pool: Pool) -> None:
        first = asyncio.ensure_future(pool.ask({"do": "first", "seconds": 0.2}))
        await asyncio.sleep(0.05)
        first.cancel()
        assert (await pool.ask({"do": "second"}))["said"] == "second"

    in_pool(work, size=1)


def test_processes_that_do_not_start_are_told() -> None:
    with pytest.raises(MatcalcError):
        in_pool(lambda pool: asyncio.sleep(0), command=(sys.executable, "-c", ""))


def test_questions_are_answered_by_matcalc() -> None:
    async def work(pool: Pool) -> None:
        good, bad, none = await asyncio.gather(
            pool.ask({"formula": "x'A x", "wrt": ["x"]}), pool.ask({"formula": "x'(A"}), pool.ask({"formula": None}))
        assert good["answers"][0]["ascii"] == "(A + A')*x"
        assert bad["diagnostics"][0]["code"] == "M0202"
        assert not none["ok"]

    in_pool(work, command=(sys.executable, "-m", "matcalc.page.worker"))


@pytest.mark.skipif(not hasattr(signal, "SIGXCPU"), reason="the system has no limits of processes")
def test_a_question_that_hears_no_alarm_is_ended_by_the_system() -> None:
    program = "from matcalc.page import worker; worker._GRACE = 1; worker._limit_work(1e-9)\nwhile True: pass"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False, timeout=60)
    assert done.returncode == -signal.SIGXCPU


@pytest.mark.skipif(os.name != "posix", reason="the system has no limits of processes")
def test_memory_is_limited() -> None:
    program = ("from matcalc.page import worker; worker._limit_memory()\n"
               "try:\n    x = bytearray(4_000_000_000)\nexcept MemoryError:\n    print('refused')")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout == "refused\n"
