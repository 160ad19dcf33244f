"""Everything that goes into a document: the answers of the corpus with their steps, the sessions of the examples."""

import re
import shlex
from functools import cache
from pathlib import Path

from matcalc.cli.screen.stepwise import steps_in
from matcalc.derivation import Derivation
from matcalc.language import parse
from matcalc.printers import text
from matcalc.printers.dialects import dialect_named
from matcalc.printers.requirements import condition_text
from matcalc.rulebook.book import standard
from tests import corpus
from tests.cli.sessions import run
from tests.printers.cases import CASES, DECLARATIONS
from tests.printers.test_round_trip import made

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
_SHOWN = ("grad", "jacobian", "hessian", "differential", "jvp", "vjp", "simplify", "parse", "trace")


def answers() -> list[Derivation]:
    """The answers of the corpus."""
    return [corpus.answer(case["id"]) for case in corpus.cases()]


@cache
def formulas(dialect: str) -> list[str]:
    """Formulas that stand alone: all forms of every answer, the table of the printers' tests, random ones."""
    written = [form.write(dialect) for d in answers() for form in (d, *d.forms.values())]
    declared = [read_case(case[0]) for case in CASES] + [made(seed, 4) for seed in range(60)]
    return written + [text(e, dialect) for e in declared]


def read_case(source: str):
    """A line of the printers' table."""
    return parse(source, DECLARATIONS, standard()).expr


@cache
def conditions(dialect: str) -> list[str]:
    """The conditions of all answers, each once."""
    found = dict.fromkeys(c for d in answers() for c in d.requirements)
    return list(dict.fromkeys(condition_text(c, dialect) for c in found))


@cache
def derivations(dialect: str) -> list[str]:
    """The steps of every third answer."""
    markup = dialect_named(dialect).markup
    assert markup is not None
    return [steps_in(markup, d, "full", dialect) for d in answers()[::3]]


@cache
def sessions(dialect: str) -> list[tuple[str, str]]:
    """The commands of the examples that show a formula or a table, and what they answer in `dialect`."""
    texts = [file.read_text("utf-8") for file in sorted(EXAMPLES.glob("*.md"))]
    commands = [shlex.split(line) for text in texts for line in re.findall(r"^\$ matcalc (.*)$", text, re.MULTILINE)]
    asked = [c for c in commands if c[0] in _SHOWN and not {"--json", "--latex", "--format", "-f", "-o"} & set(c)]
    found = []
    for command in asked:
        is_checked = command[0] not in ("trace", "simplify", "parse")
        more = ["--no-check"] if is_checked and "--no-check" not in command else []
        code, out, _ = run(*command, *more, "--format", dialect)
        if code == 0:
            found.append((command[0], out))
    return found
