"""The command that writes programs: functions that compute a value and its derivatives, in one language or several."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from os.path import splitext
from typing import TYPE_CHECKING, Any, get_args

import click

from matcalc import api
from matcalc.cli import machine
from matcalc.cli.command import Report, command, expression
from matcalc.cli.output import ending_of
from matcalc.cli.screen.terminal import Terminal
from matcalc.cli.screen.unshown import refuted
from matcalc.cli.settings import Settings, without
from matcalc.derivation import Derivation, Derivations
from matcalc.diagnostics import fail
from matcalc.options import Dtype, FunctionName, Program
from matcalc.targets import ENDINGS, TARGETS, target_named

if TYPE_CHECKING:
    from matcalc.checking.verdicts import Verification

PLACE = 70
PLAIN = 120  # columns of a plan in a pipe
_BY_SEVERAL = ("gradient", "hessian", "operator", "differential", "jvp")
_OF_ANYTHING: tuple[Program, ...] = ("jacobian", "differential", "jvp", "vjp")  # also of what is no number
_TEXTS = ("", ".txt", ".json")
Sources = Mapping[str, str]  # by target


@command("code", "A function that computes the derivative.", expression(),
         click.option("--to", "named", default="", metavar="TARGET[,TARGET]",
                      help=f"The languages, {', '.join(TARGETS)}; by default what FILE is written in, or numpy."),
         click.option("--kind", type=click.Choice(get_args(Program)),
                      help="Which derivative; operator is V ↦ ∇²f[V]."),
         click.option("--functions", "wanted", default="", metavar="NAME[,NAME]",
                      help=f"Which functions: {', '.join(get_args(FunctionName))}."),
         click.option("--dtype", type=click.Choice(get_args(Dtype)), help="Convert arguments to it."),
         click.option("--no-check-arguments", is_flag=True, help="Functions that take arguments as they are."),
         click.option("--shard", default="", metavar="n",
                      help="Cut the rows, of this size or index, over the devices of JAX, or into blocks of Dask."),
         click.option("--explain", is_flag=True, help="Show the plan of the functions instead, kernel by kernel."),
         click.option("--name", default="", metavar="NAME", help="Call f so, and others after it: NAME_gradient."),
         options=without("-s/--steps"), writes=sorted({ending.lower() for row in ENDINGS.values() for ending in row}))
def code(settings: Settings, expr: str, named: str, kind: Program | None, wanted: str, dtype: Dtype | None,
         no_check_arguments: bool, shard: str, explain: bool, name: str) -> Report:
    """A program that computes EXPR and its derivatives and, when run, checks itself: matcalc code "log(det(X))" -w X

    With several --wrt value_and_gradient computes f and the gradients by all of them in one pass."""
    files = files_for(settings.output, _words(named))
    functions: Any = _words(wanted)
    asked = kind or _kind_of(functions)
    d = _derived(settings, expr, asked)
    each = list(d.values()) if isinstance(d, Derivations) else [d]
    checked = [(one, _verified(one, settings)) for one in each]
    form: Any = "operator" if asked == "operator" else ""
    writing: Any = {"functions": functions or None, "dtype": dtype, "check": not settings.no_check,
                    "check_arguments": not no_check_arguments, "name": name or None, "shard": shard}
    if explain and shard:
        raise fail("M0003", "the plan of blocks of rows is shown by explain-blocks", fixes=(f"--rows {shard}",))
    if explain:
        return _plans(d, next(iter(files)), form, functions, partial(_as_posed, checked))
    sources = {target: d.code(target, form, **writing) for target in files}
    whole = "\n\n".join(sources.values())
    written = None if list(files.values()) == [settings.output] else lambda: {
        files[target]: source for target, source in sources.items()}
    notes = [] if settings.no_check else _not_run(files)
    for note in notes:
        click.echo(note, err=True)
    payload = partial(_as_data, checked, sources, d.function_names(functions, form), notes)
    return Report("code", lambda _: whole.splitlines(), lambda _: whole, payload, files=written)


def _not_run(targets: Iterable[str]) -> list[str]:
    """Why programs of some targets were not run here, each reason once."""
    from matcalc.targets.running import not_run

    return [*dict.fromkeys(filter(None, (not_run(target_named(target)) for target in targets)))]


def _words(text: str) -> list[str]:
    return [word for word in text.replace(" ", "").split(",") if word]


def _kind_of(functions: Sequence[str]) -> Program:
    """What is derived where only functions are named: a gradient, if all of them are not of what is no number too."""
    found = [kind for kind in _OF_ANYTHING if kind in functions]
    return found[0] if found and {*functions} <= {"f", *_OF_ANYTHING} else "gradient"


def _derived(settings: Settings, expr: str, kind: Program) -> Derivation | Derivations:
    wrt = settings.wrt if kind in _BY_SEVERAL else settings.one_wrt()
    common: dict[str, Any] = {**settings.reading(), "structure": settings.structure, "layout": settings.layout}
    if kind == "gradient" and len(settings.wrt) > 1:
        return api.grad(expr, settings.wrt, **common, check=False)
    return api.derive(kind, expr, wrt, **common, vec=settings.vec)


def _verified(d: Derivation, settings: Settings) -> Verification | None:
    verification = None if settings.no_check else d.verify(seed=settings.seed, sizes=settings.sizes())
    if verification is not None and verification.ok is False:
        raise refuted(d, verification)
    return verification


def files_for(output: str, targets: Sequence[str]) -> dict[Any, str]:
    """The targets that are meant, each with the file it is written to; '' where there is one for all or none."""
    stem, ending = splitext(output)
    if not output or (ending_of(output) in _TEXTS and (len(targets) < 2 or ending_of(output) == ".json")):
        return dict.fromkeys(targets or ["numpy"], output)
    targets = targets or [target for target in ENDINGS if _fits(target, ending)][:1]
    fitting = {target: ending if _fits(target, ending) else "" for target in targets}
    if not any(fitting.values()) and ending:
        known = dict.fromkeys(ENDINGS[target][0] for target in targets or ENDINGS if target in ENDINGS)
        what = f"a program in {' or '.join(targets)}" if targets else "a program"
        raise fail("M1011", f"{what} is not written as “{ending}”", fixes=tuple(f"-o {stem}{own}" for own in known))
    files = {target: stem + (fitting[target] or ENDINGS.get(target, (".txt",))[0]) for target in targets}
    _refuse_one_file(files, stem)
    return files


def _fits(target: str, ending: str) -> bool:
    return ending.lower() in map(str.lower, ENDINGS.get(target, ()))


def _refuse_one_file(files: Mapping[str, str], stem: str) -> None:
    for file in files.values():
        both = [target for target, own in files.items() if own == file]
        if len(both) > 1:
            raise fail("M1012", f"{' and '.join(both)} would be written to one file, {file}",
                       fixes=(*(f"--to {target} -o {file}" for target in both[:2]), f"-o {stem}.json"))


def _plans(d: Derivation | Derivations, target: Any, form: Any, functions: Any,
           posed: Callable[[], dict[str, Any]]) -> Report:
    """What the functions compute, in what order, and why so."""
    from matcalc.cli.screen.planned import plan_lines

    found = d.plan(target, form, functions=functions or None)
    plain = Terminal(unicode=False, width=PLAIN)

    def payload() -> dict[str, Any]:
        return {**posed(), "plan": [one.as_data() for one in found]}

    return Report("code", lambda terminal: plan_lines(found, terminal),
                  lambda _: "\n".join(plan_lines(found, plain)), payload)


def _as_posed(checked: Sequence[tuple[Derivation, Verification | None]]) -> dict[str, Any]:
    return machine.derived(*checked[0]) if len(checked) == 1 else machine.all_derived(checked)


def _as_data(checked: Sequence[tuple[Derivation, Verification | None]], sources: Sources,
             functions: Sequence[str], notes: Sequence[str]) -> dict[str, Any]:
    language, source = next(iter(sources.items()))
    written = {"language": language, "source": source, "targets": list(sources), "functions": list(functions),
               "sources": dict(sources)}
    data = {**_as_posed(checked), "code": written}
    return {**data, "notes": [*data.get("notes", []), *notes]} if notes else data
