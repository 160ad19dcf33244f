"""Many people typing on one page at once: how long a small formula takes, and whether each answer is its own.

    python -m benchmarks.page --clients 50 --seconds 60

Each client types formulas of its own, letter by letter, as a page does: a question when the typing pauses, none while
one is open but the newest afterwards. Nothing is remembered between questions, so that every answer is made.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import subprocess
import sys
from dataclasses import dataclass, field
from statistics import median, quantiles
from time import perf_counter

import httpx

FORMULAS = ("{x}'{A} {x} + {k}", "{k} det({A} {B} {C})", "norm2({A} {x} - {y})^2", "tr({B}'{A} {B})/{k}",
            "log(det({A})) + {k}", "sum(exp({x}/{k}))", "{k} {x}'{y}", "norm2({x})^2/{k}", "tr(inv({A}) {B})",
            "{y}'{A} {x}")
KEYS, PAUSE = (0.08, 0.35), 0.12  # seconds between two keys; without a key until the page asks
READING = (1.0, 4.0)  # seconds until somebody types the next formula


@dataclass
class Counts:
    """What all clients saw: seconds of each answer, by whether the formula was whole."""

    whole: list[float] = field(default_factory=list)
    begun: list[float] = field(default_factory=list)
    lost: int = 0
    mixed: int = 0


async def typing(client: httpx.AsyncClient, number: int, end: float, counts: Counts) -> None:
    """One person: types a formula, reads the answer, types the next."""
    rng = random.Random(number)
    await asyncio.sleep(rng.uniform(0, 2))
    while perf_counter() < end:
        formula = typed(rng)
        for k in range(1, len(formula) + 1):
            wait = rng.uniform(*KEYS)
            await asyncio.sleep(wait)
            if wait > PAUSE * 2 or k == len(formula):
                await ask(client, formula[:k], k == len(formula), counts)
        await asyncio.sleep(rng.uniform(*READING))


def typed(rng: random.Random) -> str:
    """A formula with letters of its own."""
    (x, y), (A, B, C) = rng.sample("hmnpqrsuvwxyz", 2), rng.sample("ABCDFGHJLMPQRSUVWXYZ", 3)
    return rng.choice(FORMULAS).format(x=x, y=y, A=A, B=B, C=C, k=rng.randint(2, 9))


async def ask(client: httpx.AsyncClient, formula: str, is_whole: bool, counts: Counts) -> None:
    """One question, and whether its answer is its own."""
    start = perf_counter()
    try:
        reply = await client.post("ask", json={"formula": formula})
        found = reply.json() if reply.status_code == 200 else {}
    except httpx.HTTPError:
        found = {}
    (counts.whole if is_whole else counts.begun).append(perf_counter() - start)
    if not found:
        counts.lost += 1
    sources = [d["source"] for d in found.get("diagnostics", ()) if d["source"]]
    if found.get("input", {}).get("source", formula) != formula or any(text not in formula for text in sources):
        counts.mixed += 1


async def measured(address: str, clients: int, seconds: float) -> Counts:
    """All clients at once."""
    counts, host = Counts(), re.match(r"http://[^/]*", address)
    assert host is not None
    async with httpx.AsyncClient(base_url=address, timeout=60, headers={"Origin": host[0]},
                                 limits=httpx.Limits(max_connections=clients)) as client:
        end = perf_counter() + seconds
        await asyncio.gather(*(typing(client, number, end, counts) for number in range(clients)))
    return counts


def main() -> None:
    """Start the page, let the clients type, print what was measured."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--clients", type=int, default=50)
    options.add_argument("--seconds", type=float, default=60)
    given = options.parse_args()
    command = [sys.executable, "-m", "matcalc", "page", "--no-browser", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            address = next(line.strip() for line in server.stdout if "http://" in line)
            asyncio.run(_warm(address))
            counts = asyncio.run(measured(address, given.clients, given.seconds))
        finally:
            server.terminate()
    for name, times in (("whole formulas", counts.whole), ("formulas half typed", counts.begun),
                        ("all", counts.whole + counts.begun)):
        print(f"{name:20} {len(times):6} answers   median {1000 * median(times):5.0f} ms   "
              f"90 % under {1000 * quantiles(times, n=10)[-1]:5.0f} ms")
    print(f"lost {counts.lost}, mixed up {counts.mixed}")


async def _warm(address: str) -> None:
    """Wait until the processes have started."""
    await asyncio.sleep(5)
    await measured(address, 10, 5)


if __name__ == "__main__":
    main()
