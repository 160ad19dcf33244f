"""The options, as data: one table, the same for every command, and what one call says in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import click

from matcalc.diagnostics import fail
from matcalc.options import CONVENTIONS, EINSTEIN, MATLAB, NOTATIONS, NUMPY
from matcalc.printers.dialects import dialect_names

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from matcalc.options import Convention, Dialect, Layout, Structure, Vec

# what a shell is offered behind a word
Completer = Callable[[click.Context, click.Parameter, str], "list[CompletionItem]"]
WORDS = "matcalc.words"  # where a context keeps the words that are no options


def _variables(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from matcalc.cli.completion import variables

    return variables(ctx.meta.get(WORDS, ()), incomplete)


def _seconds(_ctx: click.Context, _param: click.Parameter, value: float | None) -> float | None:
    if value is not None and not 0 <= value <= _DAY:
        raise fail("M0003", f"--timeout takes seconds, from 0 to {_DAY}", fixes=("--timeout 60",))
    return value


_DAY = 86_400
FORMATS = ("text", *dialect_names(), "json")
_READING: dict[str, dict[str, Any]] = {
    "-v/--var": {"multiple": True, "metavar": "'A: KIND'",
                 "help": 'Declare a variable: -v "A: sym", -v "x: vector(n)".'},
    "--rules": {"multiple": True, "metavar": "FILE", "help": "Add the functions of a rule file."},
    "--file": {"metavar": "PROBLEMS",
               "help": "Answer a file of problems, one a line or TOML, in lines of JSON; - is standard input."},
    "--strict": {"is_flag": True, "help": "Refuse where only a letter decides the kind of a variable."},
    "--dialect": {"type": click.Choice([NUMPY, MATLAB, EINSTEIN, *NOTATIONS]), "metavar": "DIALECT",
                  "help": "numpy: * / ** entry by entry; matlab: X' is X^H; einstein: sums over repeated indices; or "
                          f"whose notation it is: {', '.join(NOTATIONS)}."},
}
_DERIVING: dict[str, dict[str, Any]] = {
    "-w/--wrt": {"multiple": True, "metavar": "X", "shell_complete": _variables,
                 "help": "The variable to differentiate by, or several: X,Y."},
    "--layout": {"type": click.Choice(["gradient", "numerator", "denominator"]), "default": "gradient",
                 "help": "gradient: the shape of X; Jacobians outputs × inputs."},
    "--vec": {"type": click.Choice(["col", "row"]), "default": "col",
              "help": "Stack matrices column by column or row by row."},
    "--structure": {"type": click.Choice(["project", "free", "cookbook"]), "default": "project",
                    "help": "How a declared symmetry of X enters."},
    "--convention": {"type": click.Choice(list(CONVENTIONS)), "default": "brandwood", "metavar": "CONVENTION",
                     "help": f"By a complex variable: {', '.join(CONVENTIONS)}."},
    "-s/--steps": {"type": click.Choice(["brief", "full"]), "metavar": "[=brief|full]",
                   "help": "Show the derivation."},
}
_CHECKING: dict[str, dict[str, Any]] = {
    "--no-check": {"is_flag": True, "help": "Do not compare with finite differences."},
    "--seed": {"type": int, "default": 0, "metavar": "N", "help": "Seed of the random matrices."},
    "--timeout": {"type": float, "callback": _seconds, "metavar": "SECONDS",
                  "help": "Give up after that much work; 0 for never."},
    "--size": {"default": "", "metavar": "n=4,m=3", "help": "Sizes of the random matrices."},
}
_SHOWING: dict[str, dict[str, Any]] = {
    "-f/--format": {"type": click.Choice(FORMATS), "help": "The form of the answer."},
    "--json": {"is_flag": True, "help": "The same as --format json."},
    "--form": {"type": click.Choice(["matrix", "index"]), "metavar": "matrix|index",
               "help": "Of sums over indices: in matrices, or in the letters that were typed."},
    "--latex": {"is_flag": True, "help": "The same as --format latex."},
    "--no-limit": {"is_flag": True, "help": "Show every formula in full, also over a page."},
    "-q/--quiet": {"is_flag": True, "help": "The formula and nothing else."},
    "--ascii": {"is_flag": True, "help": "ASCII characters only."},
    "--color": {"type": click.Choice(["auto", "always", "never"]), "default": "auto", "help": "Colour."},
    "-o/--output": {"metavar": "FILE", "default": "", "help": "Write to a file."},
}
SHOWING = _SHOWING
ALL = _DERIVING | _READING | _CHECKING | _SHOWING
VALUED = {name: "is_flag" not in keywords for names, keywords in ALL.items() for name in names.split("/")}


def only(*names: str) -> dict[str, dict[str, Any]]:
    """Some of the options."""
    return {name: ALL[name] for name in names}


def without(*names: str) -> dict[str, dict[str, Any]]:
    """All options but those that mean nothing to a command."""
    return {name: keywords for name, keywords in ALL.items() if name not in names}


READING = without(*_DERIVING, "--no-check", "--seed", "--size")


class Settings:
    """The options of one call; one that is not given is as it stands here."""

    wrt: tuple[str, ...] = ()
    var: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    strict: bool = False
    dialect: Dialect = ""
    layout: Layout = "gradient"
    vec: Vec = "col"
    structure: Structure = "project"
    convention: Convention = "brandwood"
    steps: str = ""
    no_check: bool = False
    seed: int = 0
    size: str = ""
    timeout: float | None = None
    format: str = ""
    form: str = ""
    no_limit: bool = False
    quiet: bool = False
    ascii: bool = False
    color: str = "auto"
    output: str = ""
    source: Any = None  # cli.sources.Sources: the function of a file that is asked about

    def __init__(self, **given: Any) -> None:
        self.__dict__.update(given)

    def reading(self) -> dict[str, Any]:
        """The keywords with which the Python face reads an expression."""
        return {"variables": self.variables(), "dialect": self.dialect, "rules": self.rules or None}

    def variables(self) -> dict[str, str]:
        """What --var declares, by name. Raises InputError where a name is declared in two ways."""
        if not self.var:
            return {}
        from matcalc.language.declarations import split_declarations

        found: dict[str, str] = {}
        for name, kind in (pair for text in self.var for pair in split_declarations(text)):
            if found.setdefault(name, kind) != kind:
                raise fail("M0403", f"{name} is declared twice, differently", f"{name}: {kind}",
                           fixes=tuple(f'--var "{name}: {said}"' for said in (found[name], kind)))
        return found

    def sizes(self) -> dict[str, int] | None:
        """`n=4,m=3` as numbers."""
        return sizes_of(self.size, "--size") if self.size else None

    def one_wrt(self) -> str | None:
        """The variable to differentiate by, or None where none is named."""
        if len(self.wrt) > 1:
            fixes = tuple(f"--wrt {name}" for name in self.wrt)
            raise fail("M0003", "this command differentiates by one variable at a time", fixes=fixes)
        return self.wrt[0] if self.wrt else None


def sizes_of(text: str, option: str, *others: str) -> dict[str, int]:
    """`n=4,m=3` as numbers; `others` is what the option takes beside."""
    pairs = [part.partition("=") for part in text.replace(" ", "").split(",") if part]
    if any(not name or not _is_size(k) for name, _, k in pairs):
        fixes = (f"{option} n=4,m=3", *(f"{option} {other}" for other in others))
        raise fail("M0003", f"sizes read n=4,m=3, not “{text}”", fixes=fixes)
    return {name: int(k) for name, _, k in pairs}


def _is_size(text: str) -> bool:
    """A positive number; how large matrices may be is asked where they are made."""
    return text.isascii() and text.isdecimal() and 0 < len(text.lstrip("0")) < 10


def settings_of(given: dict[str, Any]) -> Settings:
    """Settings from click's parameters; --json and --latex are formats."""
    short = next((name for name in ("json", "latex") if given.get(name)), None)
    given = given | {"wrt": tuple(name for text in given.get("wrt", ()) for name in _names(text))}
    kept = {name: value for name, value in given.items() if name in Settings.__annotations__ and value is not None}
    return Settings(**kept | ({"format": short} if short else {}))


def _names(text: str) -> list[str]:
    """x, y and w_{i,j} of `x,y,w_{i,j}`: a comma between brackets is part of a name."""
    return [name.strip() for name in re.split(r",(?![^{\[(]*[}\])])", text) if name.strip()] or [text]


def options_of(table: Mapping[str, dict[str, Any]]) -> list[click.Parameter]:
    """The options of a table; commands that state the same one share it."""
    return [_option(names, keywords) for names, keywords in table.items()]


def _option(names: str, keywords: dict[str, Any]) -> click.Option:
    found = _MADE.get(names)
    if found is None or found[0] is not keywords:
        found = _MADE[names] = keywords, click.Option(names.split("/"), **keywords)
    return found[1]


_MADE: dict[str, tuple[dict[str, Any], click.Option]] = {}


def spellings(parameters: Iterable[click.Parameter]) -> dict[str, bool]:
    """Every spelling of every option, and whether it takes a value."""
    options = [p for p in parameters if isinstance(p, click.Option)]
    return {name: not (p.is_flag or p.count) for p in options for name in (*p.opts, *p.secondary_opts)}
