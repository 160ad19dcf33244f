"""Linnea's application problems: the plan never takes more operations than the order of the textbook.

`python -m tests.plan.test_application_problems` prints the table.
"""

import pytest

import matcalc
from matcalc.plan.amount import Amount, total
from matcalc.plan.flops import flops
from matcalc.plan.node import ordered
from matcalc.plan.planning import Wanted, plan
from matcalc.targets import target_named
from tests.linnea import Case, cases, textbook_flops

CASES = cases()



def planned_flops(case: Case, knows: bool = True) -> Amount:
    """Operations of one plan for all results of a problem, made for its true sizes or for guessed ones."""
    wanted = [Wanted(matcalc.simplify(text, variables=case.declared).expr) for text in case.texts()]
    has = target_named("numpy").rows.abilities
    made = plan(wanted, [], has, trusts=True, sizes=case.sizes if knows else None)
    return total(flops(e) for e in ordered(*made.roots))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_no_plan_is_worse_than_the_textbook(case: Case) -> None:
    length = case.sizes.__getitem__
    assert planned_flops(case).at(length) < textbook_flops(case)
    assert planned_flops(case, knows=False).at(length) < textbook_flops(case)


def report() -> str:
    rows = ["| problem | textbook | planned | ratio | sizes unknown |", "|---|---|---|---|---|"]
    for case in CASES:
        length, textbook = case.sizes.__getitem__, textbook_flops(case)
        known, guessed = (planned_flops(case, knows).at(length) for knows in (True, False))
        rows.append(f"| {case.id} {case.title} | {textbook:.2e} | {known:.2e} | {known / textbook:.2f} "
                    f"| {guessed / textbook:.2f} |")
    return "\n".join(rows)


if __name__ == "__main__":
    print(report())
