"""What the session forgets: nothing that anybody holds, and nothing on which an answer depends."""

from __future__ import annotations

import gc
import random
from collections.abc import Callable
from threading import Event, Thread
from typing import Any

import numpy as np
import pytest

import matcalc
from matcalc import session
from matcalc.algebra import apply, multiply, noting, num, power, transpose, variable
from matcalc.core.expr import Expr, Kind, node, postorder
from matcalc.rulebook.book import Rulebook, rules_files, standard
from matcalc.session import SESSION
from tests import corpus
from tests.samples import some

TASKS: dict[str, Callable[..., Any]] = {"grad": matcalc.grad, "jacobian": matcalc.jacobian, "hessian": matcalc.hessian}
PROBLEMS = [case for case in corpus.cases() if case["task"] in TASKS][::5][:60]


def answer(case: dict[str, Any]) -> tuple[str, ...]:
    """All that is printed of the answer to a problem of the corpus."""
    try:
        d = TASKS[case["task"]](case["expr"], case["wrt"], variables=case["vars"], check=False)
    except matcalc.MatcalcError as error:
        return (str(error),)
    return d.ascii, d.unicode, d.latex, *d.conditions


@pytest.fixture(scope="module", autouse=True)
def alone() -> None:
    """The answers that other tests share are let go: here it is counted what is held."""
    corpus.answer.cache_clear()


def settled() -> int:
    """How many nodes are held by somebody else than the session."""
    gc.collect()
    SESSION.forget()
    return len(SESSION.nodes)


@pytest.fixture(scope="module")
def in_order() -> dict[str, tuple[str, ...]]:
    return {case["id"]: answer(case) for case in PROBLEMS}


@pytest.mark.parametrize("order", some(range(4), 2))
def test_an_answer_does_not_depend_on_what_was_asked_before(order: int, in_order: dict[str, tuple[str, ...]]) -> None:
    """In one of the orders nothing is forgotten, in the others everything between any two questions."""
    shuffled = random.Random(order).sample(PROBLEMS, len(PROBLEMS))
    assert len(shuffled) == 60
    for case in shuffled:
        if order:
            SESSION.forget()
        assert answer(case) == in_order[case["id"]], case["expr"]


def test_steps_do_not_depend_on_what_is_remembered() -> None:
    for case in PROBLEMS[::6]:
        d = TASKS[case["task"]](case["expr"], case["wrt"], variables=case["vars"], check=False)
        SESSION.forget()
        told = d.steps
        SESSION.forget()
        again = TASKS[case["task"]](case["expr"], case["wrt"], variables=case["vars"], check=False)
        assert again.steps == told


def test_what_somebody_holds_stays_the_same_object() -> None:
    declared = {"A": "matrix(m,n)", "X": "matrix(n,p)", "B": "matrix(p,m)"}
    d = matcalc.grad("log(det(A*X*B)) + sum(sigmoid(X))", "X", variables=declared)
    parts = postorder(d.expr, d.problem.f)
    flipped = transpose(d.expr)
    SESSION.forget()
    assert matcalc.parse(d.ascii, d.problem.declarations()) is d.expr
    assert transpose(d.expr) is flipped
    assert all(node(e.kind, e.args, e.data, e.shape) is e for e in parts)
    rng = np.random.default_rng(0)
    at = {"A": rng.normal(size=(2, 4)), "X": rng.normal(size=(4, 3)), "B": rng.normal(size=(3, 2))}
    s = 1 / (1 + np.exp(-at["X"]))
    want = (at["B"] @ np.linalg.inv(at["A"] @ at["X"] @ at["B"]) @ at["A"]).T + s * (1 - s)
    assert np.allclose(d.evaluate(at), want)
    assert d.verify().ok


def test_what_nobody_holds_is_gone() -> None:
    for case in PROBLEMS[:20]:
        answer(case)
    before = settled()
    for case in PROBLEMS[:20]:
        answer(case)
    assert len(SESSION.nodes) > before + 500
    assert settled() == before


def test_a_held_answer_costs_its_own_nodes_and_no_more() -> None:
    matcalc.grad("log(det(A*X*B))", "X")
    before = settled()
    d = matcalc.grad("log(det(A_7*X_7*B_7))", "X_7")
    own = len(set(postorder(d.expr, d.problem.f)))
    assert before < settled() <= before + 6 * own
    del d
    assert settled() == before


def ask(i: int) -> None:
    """One of six questions, in names that no other question has."""
    f = ("log(det(X_{i})) + tr(X_{i}*A_{i})", "norm(A_{i}*X_{i} - B_{i})^2", "{i}*log(sum(exp(A_{i}*X_{i}*b_{i})))",
         "sum(f(X_{i})) + c^{i}*sum(g(X_{i}'))", "sum(sigmoid({i}*X_{i}))", "tr(inv(X_{i})*A_{i}*X_{i})^2")[i % 6]
    assert matcalc.grad(f.format(i=i), f"X_{i}", check=False).ascii


def test_memory_after_many_questions_is_what_it_was_after_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """The session forgets by itself: of 240 questions no more is left than of 60, be it nodes or other objects."""
    monkeypatch.setattr(session, "MOST_NEW", 500)
    largest, held, objects = 0, [], []
    for i in range(1, 241):
        ask(i)
        largest = max(largest, len(SESSION.nodes) - SESSION.held)
        if i % 60 == 0:
            held.append(settled())
            objects.append(len(gc.get_objects()))
    assert largest < 500 + 250  # and one question
    assert held == [held[0]] * 4
    assert objects[-1] - objects[0] < 600  # bounded tables of texts fill up; the nodes alone would be 10,000


def test_nothing_is_forgotten_under_the_feet_of_another_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "MOST_NEW", 0)
    asked, go_on = Event(), Event()

    def other() -> None:
        matcalc.grad("x'*x", "x")
        asked.set()
        go_on.wait()

    thread = Thread(target=other)
    thread.start()
    asked.wait()
    forgotten: list[int] = []
    monkeypatch.setattr(SESSION, "forget", lambda: forgotten.append(1))
    matcalc.grad("y'*y", "y", check=False)
    assert not forgotten
    go_on.set()
    thread.join()
    matcalc.grad("y'*y", "y", check=False)
    assert forgotten


def test_a_question_within_a_question_is_no_moment_to_forget(monkeypatch: pytest.MonkeyPatch) -> None:
    from matcalc.limits import work

    monkeypatch.setattr(session, "MOST_NEW", 0)
    with work():
        monkeypatch.setattr(SESSION, "forget", lambda: pytest.fail("forgotten in the middle"))
        assert matcalc.grad("3*y'*y", "y").ascii == "6*y"


@pytest.mark.parametrize("levels", some([5_000, 20_000]))
def test_deep_and_wide_expressions_are_let_go_without_recursion(levels: int) -> None:
    before = settled()
    e = matcalc.parse("x", {"x": "scalar"})
    step = standard().overloads("sin")[0]
    for _ in range(levels):
        e = apply(step, e)
    assert len(SESSION.nodes) > levels
    del e
    assert settled() == before


def test_reading_a_law_leaves_no_transposes_behind() -> None:
    book = Rulebook(rules_files())
    SESSION.forget()
    x: Expr = matcalc.parse("X", {"X": "matrix(m,n)"})
    transpose(x)
    known = dict(SESSION.transposes)
    assert book.overloads("diag")[0].laws()
    assert SESSION.transposes == known


def test_functions_of_sympy_belong_to_their_rulebook() -> None:
    """Two rulebooks never share one, also where the second lies where the first lay in memory."""
    made = set()
    for _ in range(3):
        book = Rulebook(rules_files())
        function = book.fallback("erfc")
        assert function is not None
        assert book.fallback("erfc") is function
        slope = function.template("d")
        assert slope is not None
        exp = book.overloads("exp")[0]
        assert [e.data for e in postorder(slope) if e.kind is Kind.CALL] == [exp]
        made.add(exp)
        del book
    assert len(made) == 3


@pytest.mark.parametrize(("law", "needed"), [
    ("det-of-diag: det(diag(x)) => prod(x)", {"diag"}),
    ("off: det(diag(x, 1)) => 0", set()),  # with two arguments diag is a notation, gone when the law has been read
    ("lemma: det(eye(n) + a*b') => 1 + b'*a", {"eye"}),
    ("multiple: det(c*X) => c^n*det(X)", set()),
])
def test_a_law_waits_for_what_it_cannot_match_without(law: str, needed: set[str]) -> None:
    book = standard()
    assert book.needs(book.core("inv"), law) - {"det"} == needed


def test_a_product_that_is_remembered_notes_what_it_asks_for() -> None:
    below = power(variable("x", (1, 1)), num(-1))
    known = multiply(below, below)
    with noting() as notes:
        assert multiply(below, below) is known
    assert [(e.kind, e.args) for e in notes if isinstance(e, Expr)] == [(Kind.POW, (below.args[0], num(-2)))]


def test_products_made_while_a_law_is_read_are_forgotten() -> None:
    factors = variable("A", (2, 2)), variable("B", (2, 2))
    SESSION.products.pop(factors, None)
    with SESSION.unremembered():
        inside = multiply(*factors)
    assert factors not in SESSION.products
    assert multiply(*factors) is inside
    assert SESSION.products[factors] is inside
