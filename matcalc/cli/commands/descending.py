"""The command that minimises: the way down on the screen, the parameters in a file."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

import click
import numpy as np

from matcalc import api
from matcalc.cli import by_blocks, machine
from matcalc.cli.by_blocks import METHODS, Facts, Method
from matcalc.cli.command import Report, command, expression
from matcalc.cli.output import ending_of, saving
from matcalc.cli.screen import both_forms, heads, wording
from matcalc.cli.screen.posing import problem_lines
from matcalc.cli.screen.progress import Progress
from matcalc.cli.screen.terminal import INDENT, Terminal, beside, cells, table, terminal_of, wrapped
from matcalc.cli.settings import SHOWING, Settings, only
from matcalc.core.expr import Expr
from matcalc.derivation import Derivation
from matcalc.descent.minimise import Descent, by_differences
from matcalc.descent.minimise import descend as run_descent
from matcalc.descent.objective import Objective, objective
from matcalc.diagnostics import NoRuleError, fail
from matcalc.extensions import ASCII
from matcalc.printers import inline, pieces, text
from matcalc.printers.dialect import Dialect
from matcalc.printers.dialects import dialect_named
from matcalc.records import NamedTuple
from matcalc.tracing.notation import as_data, value
from matcalc.tracing.values import read_values

PLACE = 60
OPTIONS = only("-w/--wrt", "-v/--var", "--rules", "--dialect", "--seed", "--size", "--timeout",
               *(name for name in SHOWING if name != "-o/--output"))  # which is another one here
SHOWN = 14
_ANSWERS = ("converged", "stationary", "limit")  # statuses with parameters to use
_NOWHERE = ("diverged", "unbounded")  # with none worth showing
_ENDINGS = {  # status: mark, style, words
    "converged": ("✓", "good", "converged in {steps} steps"),
    "stationary": ("✓", "good", "the gradient vanishes after {steps} steps; that this is a minimum is not proved"),
    "limit": ("?", "warning", "stopped after {steps} steps: {message}"),
    "boundary": ("?", "warning", "stopped after {steps} steps: {message}"),
    "saddle": ("?", "warning", "stopped at a saddle after {steps} steps"),
    "maximum": ("?", "warning", "stopped at a maximum after {steps} steps"),
    "undecided": ("?", "warning", "undecided after {steps} steps: {message}"),
    "unattained": ("?", "warning", "no minimum found: {message}"),
    "unbounded": ("✗", "error", "unbounded below: {message}"),
    "diverged": ("✗", "error", "diverged: {message}"),
}


class Run(NamedTuple):
    """A descent with what it was asked; `compared` is what SciPy reaches by finite differences, `distance` how far the
    solution in closed form is from where it ended; `blocks` is how it went over the rows, where it did."""

    f: Objective
    found: Descent
    rate: float | None
    compared: tuple[float, int] | None = None
    distance: float | None = None
    blocks: Facts | None = None


@command("descend", "Minimise with the derived gradient.", expression(),
         click.option("--data", multiple=True, metavar="X=X.npy,y=y.npy", help="Values of all other variables."),
         click.option("--start", multiple=True, metavar="w=[0,0]", help="Where to start."),
         click.option("--method", type=click.Choice(METHODS), default="lbfgs",
                      help="Quasi-Newton, Newton with conjugate gradients, plain, or by one block of rows at a time."),
         click.option("--rate", type=click.FloatRange(0, min_open=True),
                      help="The step η of gd, the first one of sgd; else it is searched."),
         click.option("--steps-limit", type=click.IntRange(1, 1_000_000), default=200,
                      help="Stop after so many; of sgd these are epochs."),
         *by_blocks.OPTIONS,
         click.option("--compare", is_flag=True, help="Run SciPy with its own finite differences as well."),
         click.option("--closed-form", is_flag=True, help="Solve as well, and say how far from that the descent ends."),
         click.option("-o", "--output", "save", metavar="FILE", default="", help="Parameters: .json, .npz or .npy."),
         options=OPTIONS, saves=True)
def descend(settings: Settings, expr: str, data: tuple[str, ...], start: tuple[str, ...], method: Method,
            rate: float | None, steps_limit: int, compare: bool, closed_form: bool, save: str, **blocks: Any) -> Report:
    """Minimise EXPR over --wrt with its gradient: matcalc descend "norm2(X w-y)^2" -w w --data X=X.npy,y=y.npy

    Data larger than memory, .npy, .zarr and .parquet files or patterns of them, are read in blocks of rows."""
    _refuse(settings, expr, method, rate)
    descent = by_blocks.Asked(expr, data, start, method, rate, steps_limit, **blocks)
    bar = Progress(steps_limit, terminal_of(sys.stderr, settings.color, settings.ascii))
    if by_blocks.is_meant(descent):
        if compare or closed_form:
            raise fail("M0003", "data in blocks are not compared with other ways: leave out "
                       f"--{'compare' if compare else 'closed-form'}")
        run = Run(*by_blocks.descended(descent, settings, partial(_check_file, save), bar))
    else:
        f, w = objective(expr, settings.wrt, read_values(data), read_values(start), sizes=settings.sizes(),
                         random=settings.seed, **settings.reading())
        _check_file(save, f)
        with bar:
            found = run_descent(f, w, by_blocks.plain(method), steps_limit, rate, bar.show)
        run = Run(f, found, rate, by_differences(f, w, steps_limit) if compare else None,
                  _distance(expr, settings, data, found) if closed_form else None)
    _save(save, run.found)
    return Report("descend", partial(_lines, run), partial(_form, run), partial(_payload, run),
                  0 if run.found.status in _ANSWERS else NoRuleError.exit_code)


def _refuse(settings: Settings, expr: str, method: Method, rate: float | None) -> None:
    if not settings.wrt:
        raise fail("M0501", "name the parameters to minimise over", expr, fixes=("--wrt w",))
    if rate is not None and method not in ("gd", "sgd"):
        raise fail("M0003", "--rate is the step of plain descent", fixes=("--method gd",))
    if rate is not None and not math.isfinite(rate):
        raise fail("M0003", f"--rate takes a positive number, not {rate}", fixes=("--rate 0.1",))


def _distance(expr: str, settings: Settings, data: tuple[str, ...], found: Descent) -> float:
    """How far the solution in closed form is from where the descent ended. Raises NoRuleError where there is none."""
    solved, values = api.solve(expr, settings.wrt, **settings.reading(), check=False), read_values(data)
    away = [np.asarray(solved.unknowns[name].evaluate(values)) - np.reshape(value, np.shape(
        solved.unknowns[name].evaluate(values))) for name, value in found.parameters.items()]
    return math.hypot(*(float(np.linalg.norm(np.atleast_1d(part).ravel())) for part in away))


def _check_file(file: str, f: Objective) -> None:
    """Refuse before the work, not after it."""
    ending = ending_of(file)
    if file and ending not in (".json", ".npz", ".npy"):
        raise fail("M1009", f"parameters are saved as .json, .npz or .npy, not as “{ending or file}”",
                   fixes=("-o fit.json", "-o fit.npz"))
    if ending == ".npy" and len(f.wrt) > 1:
        raise fail("M1009", "a .npy file holds one array; there are several parameters", fixes=("-o fit.npz",))


def _save(file: str, found: Descent) -> None:
    if not file:
        return
    arrays: dict[str, Any] = dict(found.parameters)
    with saving(file) as stream:
        if ending_of(file) == ".npz":
            np.savez(stream, **arrays)
        elif ending_of(file) == ".npy":
            np.save(stream, next(iter(arrays.values())))
        else:
            stream.write((json.dumps(_parameters(found)) + "\n").encode())


def _parameters(found: Descent) -> dict[str, Any]:
    return {name: {"real": v.real.tolist(), "imag": v.imag.tolist()} if np.iscomplexobj(v) else v.tolist()
            for name, v in found.parameters.items()}


def _lines(run: Run, terminal: Terminal) -> list[str]:
    problem, dialect = run.f.gradients[0].problem, terminal.dialect
    first, = beside([problem_lines(problem, terminal, "f")], terminal.width)
    updates = [row for x, d in zip(run.f.wrt, run.f.gradients, strict=True) for row in
               wrapped(_update(x, d, run, dialect), pieces(problem.lettered(d.expr), dialect), terminal.width)]
    kept = [f"{INDENT}{said}" for _, _, said in _parametrisations(run, dialect)]
    return [*first, "", *updates, *kept, "", *_way(run.found, dialect), "", *_ending(run, terminal),
            *_found(run, dialect)]


def _moved(x: Expr, d: Derivation, dialect: str) -> str:
    """The parameter; of a formula in sums the member by which its gradient is taken."""
    asked = d.problem.indexed
    return text(x, dialect) if asked is None or asked.is_lifted else both_forms.moved(asked.targets[0], dialect)


def _parametrisations(run: Run, dialect: str) -> list[tuple[str, str, str]]:
    """Of each structured parameter its name, what is kept, and by which map of free numbers."""
    problem = run.f.gradients[0].problem
    charts = [(text(x, dialect), chart) for x, chart in run.f.charts.items()]
    letter = problem.fresh("LCKT")
    return [(name, chart.keeps, chart.said(name, dialect, letter)) for name, chart in charts if chart.keeps]


def _is_plain(run: Run) -> bool:
    """Whether the steps are those of the lecture: w ← w − η ∇f(w)."""
    return run.found.method == "gd" and all(chart.is_linear for chart in run.f.charts.values())


def _slope(x: Expr, d: Derivation, dialect: str) -> str:
    """∂f/∂x, by a complex parameter 2 ∂f/∂x̄."""
    asked = d.problem.indexed
    return heads.head(d, dialect) if x.complex and (asked is None or asked.is_lifted) else \
        f"∂f/∂{_moved(x, d, dialect)}"


def _update(x: Expr, d: Derivation, run: Run, dialect: str) -> str:
    """The lecture's update for plain descent; elsewhere the gradient that the optimiser is given."""
    slope, moved = _slope(x, d, dialect), _moved(x, d, dialect)
    if not _is_plain(run):
        return f"{slope} = "
    known = dialect_named(dialect)
    eta = known.name_text("eta") if run.rate is None else f"{run.rate:g}"
    return known.signs(f"{moved} ← {moved} − {eta} {slope},   {slope} = ")


def _way(found: Descent, dialect: str) -> list[str]:
    """The first steps, some between, the last one."""
    way = found.way
    some = np.unique(np.geomspace(1, len(way), SHOWN).astype(int) - 1) if len(way) > SHOWN else range(len(way))
    rows = [(str(way[i].step), f"{way[i].value:.6g}", wording.number(way[i].gradient)) for i in some]
    return table([("step", "f", dialect_named(dialect).filled("size of a gradient")), *rows], gap=3)


def _ending(run: Run, terminal: Terminal) -> list[str]:
    found = run.found
    mark, style, words = _ENDINGS[found.status]
    said = words.format(steps=found.way[-1].step, message=found.message)
    work = f"f = {found.value:.6g}, {found.evaluations} evaluations of f with its gradient"
    is_wide = len(INDENT) + cells(f"{mark} {said}, {work}") > terminal.width
    end = f"{INDENT}{terminal.paint(mark, style)} {said}"
    rows = [end, f"{INDENT}  {work}"] if is_wide else [f"{end}, {work}"]
    rows += [f"{INDENT}  a {left.kind} was left at step {left.step}: curvature {wording.number(left.curvature)}"
             for left in found.left]
    if found.curvature is not None:
        rows.append(f"{INDENT}  the least curvature found is {wording.number(found.curvature)}, "
                    f"{found.products} Hessian products")
    if found.status == "diverged" and run.rate is not None:
        rows.append(f"{INDENT}  a smaller rate may help: --rate {run.rate / 10:g}")
    if run.blocks is not None:
        rows += [f"{INDENT}  {said}" for said in run.blocks.said]
    if run.distance is not None:
        rows.append(f"{INDENT}  the solution in closed form is {wording.number(run.distance)} away")
    if run.compared is not None:
        rows.append(f"{INDENT}  with finite differences SciPy reaches f = {run.compared[0]:.6g} "
                    f"after {run.compared[1]} evaluations of f")
    return rows


def _found(run: Run, dialect: str) -> list[str]:
    if run.found.status in _NOWHERE:
        return []
    values = run.found.parameters.values()
    rows = [f"{INDENT}{text(x, dialect)} = {value(_table(v), 72)}"
            for x, v in zip(run.f.wrt, values, strict=True)]
    return ["", *rows]


def _table(v: Any) -> Any:
    """A value in rows and columns."""
    return np.atleast_2d(v).T if v.ndim == 1 else np.reshape(v, (len(v), -1)) if v.ndim > 2 else v


def _form(run: Run, wish: str) -> str:
    """In a pipe the parameters; in a document the update."""
    if dialect_named(wish).markup:
        known = dialect_named(wish)
        return "\n".join(_document_update(_moved(x, d, wish), run, inline(d.problem.lettered(d.expr), wish), known)
                         for x, d in zip(run.f.wrt, run.f.gradients, strict=True))
    if run.found.status not in _ANSWERS:
        return _ENDINGS[run.found.status][2].format(steps=run.found.way[-1].step, message=run.found.message)
    return json.dumps(_parameters(run.found))


def _document_update(x: str, run: Run, gradient: str, dialect: Dialect) -> str:
    if not _is_plain(run):
        return dialect.whole(dialect.filled("gradient by", x, gradient))
    eta = dialect.name_text("eta") if run.rate is None else dialect.numerals(f"{run.rate:g}")
    return dialect.whole(dialect.filled("update", x, eta, gradient))


def _payload(run: Run) -> Mapping[str, Any]:
    found = run.found
    posed = machine.posed(run.f.gradients[0].problem)
    posed["input"] = {**posed["input"], "wrt": [run.f.names.get(x, x.data.name) for x in run.f.wrt]}
    compared = None if run.compared is None else {"value": run.compared[0], "evaluations": run.compared[1]}
    return {**posed, "descent": {
        "method": found.method, "status": found.status, "message": found.message, "value": machine.finite(found.value),
        "gradient_norm": machine.finite(found.gradient), "steps": found.way[-1].step, "evaluations": found.evaluations,
        "hessian_products": found.products,
        "curvature": None if found.curvature is None else machine.finite(found.curvature),
        "left": [asdict(left) for left in found.left],
        "parametrisation": [dict(zip(("name", "keeps", "by"), row, strict=True))
                            for row in _parametrisations(run, ASCII)],
        **({} if run.distance is None else {"closed_form_distance": run.distance}),
        **({} if run.blocks is None else {"blocks": run.blocks.as_data()}),
        "compared": compared, "way": [asdict(p) for p in found.way],
        "parameters": {name: as_data(v if v.ndim == 2 else np.atleast_2d(v).T) if v.ndim in (1, 2) else as_data(v)
                       for name, v in found.parameters.items()}}}
