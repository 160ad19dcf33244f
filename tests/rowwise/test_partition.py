"""Plans cut along their rows: blocks of any size give what the whole gives, what is no sum is refused by its part."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from matcalc import api, cli
from matcalc.descent.objective import Objective, objective
from matcalc.diagnostics import MatcalcError
from matcalc.rowwise.loss import Rowwise, rowwise
from matcalc.rowwise.tables import table_of
from matcalc.targets import target_named
from matcalc.targets.told import told
from tests.cli.sessions import run
from tests.rowwise.formulas import REFUSED, ROWS, SUMS, Case, data


def split(case: Case) -> tuple[dict[str, Any], dict[str, Any]]:
    """The values of data and of parameters."""
    problem = api.grad(case.expr, case.wrt[0], check=False).problem
    typed = problem.variables if problem.indexed is None else problem.indexed.variables
    values = data(name for name in typed)
    if "W z_i" in case.expr:
        values["W"] = values["W"].T
    if case.expr.startswith("sum_i (x_i - u)"):
        values["u"] = values["u"][:3]
    return ({k: v for k, v in values.items() if k not in case.wrt}, {k: values[k] for k in case.wrt})


def whole(case: Case) -> tuple[Objective, Any]:
    given, start = split(case)
    return objective(case.expr, case.wrt, given, start)


def by_blocks(case: Case, block: int) -> tuple[Rowwise, Any]:
    given, start = split(case)
    tables = {name: table_of(value) for name, value in given.items() if value.shape[:1] == (ROWS,)}
    others = {name: value for name, value in given.items() if name not in tables}
    return rowwise(case.expr, case.wrt, tables, others, start, block=block)


def close(a: Any, b: Any) -> bool:
    return bool(np.abs(np.asarray(a) - b).max() <= 1e-12 * max(1.0, np.abs(b).max()))


@pytest.mark.parametrize("case", SUMS, ids=lambda case: case.expr)
def test_blocks_give_what_the_whole_gives(case: Case) -> None:
    f, w = whole(case)
    v = np.random.default_rng(2).standard_normal(len(w))
    value, slope = f(w)
    for block in (1, 4, 7, ROWS, 100):  # one row, a short last block, one block of all
        g, at = by_blocks(case, block)
        assert np.array_equal(at, w)
        found, gradient = g(w)
        assert g.count == ROWS
        assert close(found, value), block
        assert close(gradient, slope), block
        if case.second and block in (1, 4):
            assert close(g.product(w, v), f.product(w, v)), block


@pytest.mark.parametrize("case", SUMS, ids=lambda case: case.expr)
def test_passes_over_the_rows(case: Case) -> None:
    g, w = by_blocks(case, 4)
    g(w)
    assert g.passes == case.passes


@pytest.mark.parametrize(("expr", "wrt", "part"), REFUSED, ids=lambda text: str(text))
def test_what_is_no_sum_is_refused(expr: str, wrt: str, part: str) -> None:
    d = api.grad(expr, wrt, check=False)
    with pytest.raises(MatcalcError) as refused:
        told(d._related(""), target_named("numpy"))
    assert refused.value.diagnostics[0].code == "M1301"
    assert part in refused.value.diagnostics[0].message


def test_a_gram_matrix_is_totalled_and_factored_once() -> None:
    d = api.grad("y'X inv(X'X + c I) X'y", "c", check=False)
    (f,) = told(d._related(""), target_named("numpy"), ["f"]).functions
    assert [text for _, text in f.passes[0].block] == ["X'*X", "X'*y"]
    assert [t.shape for t in f.passes[0].totals] == [("n", "n"), ("n",)]
    assert any("symmetric" in text for _, text in f.final)


def test_totals_do_not_depend_on_who_computes_which_blocks() -> None:
    from matcalc.rowwise import work

    g, w = by_blocks(SUMS[2], 1)
    jobs: list[Any] = []
    g.staged_values([g.f], g.unpack(w), lambda job: jobs.append(job) or work.run(job, 0, ROWS)[1][0][1])
    (job,) = jobs
    at_once = work.together([work.run(job, 0, ROWS)[1]], job["combine"])
    for ends in ([0, 13], [0, 8, 13], [0, 1, 13], [0, 3, 4, 5, 11, 13], [0, 6, 12, 13], [*range(14)]):
        answers = [work.run(job, first, last)[1] for first, last in pairwise(ends)]
        assert np.array_equal(work.together(answers, job["combine"])[0], at_once[0])


def test_ranges_are_nearly_of_one_length() -> None:
    from matcalc.rowwise.engines import EVEN, ranges_for, ranges_of

    assert [ranges_for(workers) for workers in (1, 2, 16, 40, 64, 1000)] == [4, 8, 64, 64, 64, 1000]
    for count in (1, 2, 7, 119, 477, 1000, 4097):
        for wanted in (1, 4, 8, 12, 64):
            found = ranges_of(count, wanted)
            assert [first for first, _ in found] == [0, *(last for _, last in found[:-1])]
            assert found[-1][1] == count
            assert len(found) <= wanted
            assert max(last - first for first, last in found) <= (1 + 1 / EVEN) * count / wanted + 1


def test_the_command_says_it_for_programs_too() -> None:
    code, out, _ = run("explain-blocks", "log(sum(exp(X w)))", "-w", "w", "--functions", "f,gradient", "--json")
    data = json.loads(out)
    jsonschema.validate(data, json.loads((Path(str(cli.__file__)).parent / "schema.json").read_text("utf-8")))
    assert code == 0
    assert data["blocks"]["rows"] == "m"
    assert [len(f["passes"]) for f in data["blocks"]["functions"]] == [2, 2]
    assert data["blocks"]["functions"][0]["passes"][0]["totals"][0]["combine"] == "max"


def test_slabs_of_a_block_are_added_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    from matcalc.rowwise import loss

    monkeypatch.setattr(loss, "SLAB_ROWS", 1)
    monkeypatch.setattr(loss, "SLAB_TALL", 0)
    monkeypatch.setattr(loss, "SLAB_BYTES", 64)  # of one row or two
    for case in SUMS[::3]:
        (f, w), (g, _) = whole(case), by_blocks(case, 7)
        assert g.slab < 7, g.slab
        assert close(g(w)[0], f(w)[0])
        assert close(g(w)[1], f(w)[1])
