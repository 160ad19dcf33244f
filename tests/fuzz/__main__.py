"""The long run: python -m tests.fuzz --count 100000 [--first 0]. Prints the numbers, and every failure."""

from __future__ import annotations

import argparse
import collections
import json
import subprocess
import sys
import time
from resource import RUSAGE_SELF, getrusage

from tests.fuzz.asking import asked
from tests.fuzz.inputs import generated

CHUNK = 2_500
MEMORY = 1 << 30


def chunk(first: int, count: int) -> None:
    """Ask `count` questions in this process; one line of JSON at the end."""
    found: collections.Counter[str] = collections.Counter()
    failures, slowest = [], (0.0, 0)
    for i in range(first, first + count):
        print(i, file=sys.stderr, flush=True)
        text, rng = generated(i)
        outcome = asked(text, rng)
        found[f"{outcome.kind} {outcome.detail}" if outcome.kind == "refused" else outcome.kind] += 1
        slowest = max(slowest, (outcome.seconds, i))
        if outcome.kind == "failed":
            print(f"FAILED {i}: {outcome.detail} {text[:300]!a}", file=sys.stderr, flush=True)
            failures.append((i, outcome.detail, text[:300]))
    memory = getrusage(RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"found": found, "failures": failures, "slowest": slowest, "memory": memory}))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    wish = parser.parse_args()
    if wish.inside:
        chunk(wish.first, wish.count)
        return 0
    return run(wish.first, wish.count)


def run(first: int, count: int) -> int:
    """Chunks in processes of their own, so that a crash or a hang is one failure and not the end."""
    total: collections.Counter[str] = collections.Counter()
    failures: list[tuple[int, str, str]] = []
    slowest, memory, started = [0.0, 0], 0, time.perf_counter()
    for start in range(first, first + count, CHUNK):
        size = min(CHUNK, first + count - start)
        command = [sys.executable, "-m", "tests.fuzz", "--inside", "--first", str(start), "--count", str(size)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=60 + size, check=False)
            last, reason = (done.stderr.split() or ["?"])[-1], f"exit code {done.returncode}"
        except subprocess.TimeoutExpired as error:
            done, last, reason = None, (error.stderr or b"?").split()[-1].decode(), "hangs"
        if done is None or done.returncode:
            failures.append((int(last) if last.isdigit() else start, reason, ""))
            print(f"FAILED {last}: {reason}")
            continue
        data = json.loads(done.stdout.splitlines()[-1])
        total.update(data["found"])
        failures += [tuple(f) for f in data["failures"]]
        slowest, memory = max(slowest, data["slowest"]), max(memory, data["memory"])
        sys.stdout.writelines(f"{line}\n" for line in done.stderr.splitlines() if line.startswith("FAILED"))
        seconds = time.perf_counter() - started
        print(f"{sum(total.values())} inputs, {len(failures)} failures, {seconds:.0f} s", flush=True)
    refused = {name: n for name, n in total.items() if name.startswith("refused")}
    print(f"{sum(total.values())} inputs: {total['answered']} answered, {sum(refused.values())} refused, "
          f"{len(failures)} failed; slowest {slowest[0]:.1f} s (input {slowest[1]}), memory {memory / 2**20:.0f} MiB")
    print(", ".join(f"{name.split()[-1]} {n}" for name, n in sorted(refused.items(), key=lambda pair: -pair[1])))
    return 1 if failures or memory > MEMORY else 0


if __name__ == "__main__":
    sys.exit(main())
