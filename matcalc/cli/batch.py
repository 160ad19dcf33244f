"""A file of problems: every line is asked in a process of its own, on all cores, and answered in order.

A line is an expression and, behind it, options of its own: `det(AXB) --wrt X --var A: sym`; two expressions of `equal`
have == between them. In TOML a problem is a table: `[[problem]]`, `expr = "x'Ax"`, `wrt = "x"`. A problem that cannot
be read harms no other.
"""

from __future__ import annotations

import io
import json
import os
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from functools import partial
from typing import Any

from matcalc.cli.arguments import sorted_out
from matcalc.cli.command import Command, as_json, escaped
from matcalc.cli.output import check_written, piped, put, saving
from matcalc.cli.screen.diagnose import as_data
from matcalc.cli.screen.terminal import Terminal, harmless, terminal_of
from matcalc.cli.settings import VALUED, spellings
from matcalc.diagnostics import Diagnostic, fail
from matcalc.files import FileError, text_of
from matcalc.limits import LimitError

CHUNK = 8  # problems that a process takes at a time
Task = tuple[int, list[str]]  # number of the line, arguments
Done = tuple[int, int, str]  # number of the line, exit code, JSON
Ask = Callable[[Sequence[str]], int]  # runs a command: its exit code


def run(args: Sequence[str], named: Callable[[str], Command | None], ask: Ask) -> int:
    """Answer every problem of the file by `ask`, which other processes find by its name; the largest exit code."""
    command = next(map(named, sorted_out(args, VALUED)[1]), None)
    options = VALUED | (spellings(command.params) if command else {})
    shared, file, output, words = _parted(args, options)
    if not words:
        raise fail("M0003", "say what to do with the problems", fixes=(f"matcalc grad --file {file}",))
    if len(words) > 1:
        fix = f"matcalc {words[0]} --file {file}"
        raise fail("M0003", "with --file the expressions stand in the file", fixes=(fix,))
    text = _text(file)
    stated = _tables(text, file) if file.endswith(".toml") else _lines(text, options)
    tasks = [(n, [words[0], "--json", *shared, *own]) for n, own in stated]
    elsewhere = _ELSEWHERE if command and command.saves else _ELSEWHERE | _OUTPUT
    answers = _answers(tasks, partial(answered, ask, elsewhere))
    if output:
        check_written(output, "a file of answers, in lines of JSON,", (".jsonl",))
        with saving(output) as raw:
            stream = io.TextIOWrapper(raw, "utf-8", write_through=True)
            code = _written(answers, stream, None, len(tasks))
            stream.detach()
        return code
    terminal = terminal_of(sys.stdout)
    plain = terminal.tty and not ({"--json", "json"} & set(args))
    return _written(answers, None if terminal.tty else sys.stdout, terminal if plain else None, len(tasks))


def _parted(args: Sequence[str], options: Mapping[str, bool]) -> tuple[list[str], str, str, list[str]]:
    """Options for all problems, the file, the file for answers, and the words that are no options."""
    front, words = sorted_out(args, options)
    shared, found = [], {"--file": "", "--output": ""}
    given = iter(front)
    for option in given:
        name, _, value = option.partition("=")
        name = "--output" if name == "-o" else name
        if name in found:
            found[name] = value or next(given, "")
        elif name in ("--format", "-f"):
            next(given, "")
        elif name not in ("--json", "--latex", "--ascii", "--quiet", "-q"):
            shared.append(option)
            if options.get(option) and not name.startswith("--steps"):
                shared.append(next(given, ""))
    return shared, found["--file"], found["--output"], words


def _text(file: str) -> str:
    try:
        return piped() if file == "-" else text_of(file)
    except FileError as trouble:
        raise fail("M0006", f"cannot read {file or 'a file without a name'}: {trouble}") from None


def _lines(text: str, options: Mapping[str, bool]) -> Iterator[Task]:
    """One problem a line; blank lines and those that begin with # are left out."""
    names = "|".join(re.escape(name) for name in options if name.startswith("--"))
    for n, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        head, *said = re.split(rf"\s+(?=(?:{names})(?:[\s=]|$))", line.strip())
        own = [part for option in said for part in re.split(r"[\s=]+", option, maxsplit=1) if part]
        yield n, [*own, "--", *re.split(r"\s+==\s+", head)]


def _tables(text: str, file: str) -> Iterator[Task]:
    """[[problem]] tables: expr (or a and b), and options by their names."""
    import tomllib

    try:
        tables = tomllib.loads(text).get("problem", [])
    except tomllib.TOMLDecodeError as wrong:
        raise fail("M0006", f"{file}: {wrong}") from None
    for n, table in enumerate(tables if isinstance(tables, list) else [tables], 1):
        if not isinstance(table, dict):
            raise fail("M0006", f"{file}: problem {n} is no table; one begins with [[problem]]")
        words = [str(table[key]) for key in ("expr", "a", "b") if key in table]
        own = [word for key, value in table.items() if key not in ("expr", "a", "b") for word in _option(key, value)]
        yield n, [*own, "--", *words]


def _option(key: str, value: Any) -> list[str]:
    """One key of a table as options: var = {A = "sym"}, wrt = ["x", "y"], no_check = true."""
    name = "--" + key.replace("_", "-")
    if isinstance(value, bool):
        return [name] if value else []
    if isinstance(value, dict):
        return [word for k, v in value.items() for word in (name, f"{k}: {v}")]
    return [word for v in (value if isinstance(value, list) else [value]) for word in (name, str(v))]


def _answers(tasks: Sequence[Task], answer: Callable[[Task], Done]) -> Iterator[Done]:
    """The answers in the order of the tasks."""
    cores = min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
                max(len(tasks) // CHUNK, 1))
    if cores == 1:
        yield from map(answer, tasks)
        return
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the processes share the cores already
    answer((0, ["grad", "x'x", "--json"]))  # so that what is imported and read is shared
    with ProcessPoolExecutor(cores, get_context("fork" if sys.platform == "linux" else "spawn")) as pool:
        try:
            yield from pool.map(answer, tasks, chunksize=CHUNK)
        except BrokenProcessPool:
            raise fail("M0107", "the system ended a process that answered problems", error=LimitError) from None
        except BaseException:  # nobody reads on; a regular end is waited for, else the exit of Python may complain
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def answered(ask: Ask, elsewhere: Collection[str], task: Task) -> Done:
    """Ask one problem in this process, which has no input but the problem."""
    n, args = task
    front = args[:args.index("--")] if "--" in args else args
    leads_away = any(option.partition("=")[0] in elsewhere for option in front)
    code, text = (2, "") if leads_away else _asked(ask, args)
    said = json.loads(text) if text.startswith("{") else _unanswered(args[0])
    return n, code if text else max(code, 2), json.dumps({**said, "line": n}, ensure_ascii=False)


_ELSEWHERE = frozenset({"--file", "--help", "-h", "--version"})  # options that lead away from the problem
_OUTPUT = frozenset({"-o", "--output"})


def _asked(ask: Ask, args: list[str]) -> tuple[int, str]:
    """The exit code of a command and what it writes to standard output."""
    out, before = io.StringIO(), sys.stdin
    sys.stdin = io.StringIO()
    with redirect_stdout(out), redirect_stderr(io.StringIO()):
        code = ask(args)
    sys.stdin = before
    return code, out.getvalue()


def _unanswered(command: str) -> dict[str, Any]:
    """What stands in the place of an answer that has gone elsewhere."""
    wrong = Diagnostic("M0003", "a problem in a file has no --file, --output or --help of its own")
    found: dict[str, Any] = json.loads(as_json(command, False, {"diagnostics": [as_data(wrong)]}))
    return found


def _written(answers: Iterable[Done], stream: Any, terminal: Terminal | None, count: int) -> int:
    """Write the answers as they come, by default to standard output; a bar shows where somebody is looking."""
    code = 0
    for n, one, text in _counted(answers, count):
        code = max(code, one)
        to = stream or sys.stdout  # which the bar replaces while it is drawn, so that lines stand above it
        row = escaped(f"{text}\n", to) if terminal is None else f"{_said(n, json.loads(text), terminal)}\n"
        if not put(row, to):
            return 0  # nobody reads any more
    return code


def _counted(answers: Iterable[Done], count: int) -> Iterable[Done]:
    if not sys.stderr.isatty():
        return answers
    from rich.console import Console
    from rich.progress import track

    return track(answers, "", count, console=Console(stderr=True), transient=True)


def _said(n: int, data: dict[str, Any], terminal: Terminal) -> str:
    """One answer for a person."""
    source = data.get("input", {}).get("source") or (data["diagnostics"] or [{}])[0].get("source", "")
    problems = [f"{d['severity']}[{d['code']}]: {d['message']}" for d in data["diagnostics"]]
    forms = data.get("result", {}).get("forms", {}).get(terminal.dialect, "")
    said = forms if data["ok"] or not problems else problems[0]
    return terminal.plain(harmless(f"{n:5}  {source}  →  {said}"))
