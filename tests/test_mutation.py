"""Planted faults turn a check red: a few in every run, all of them with `-m slow` or `python -m tests.mutation`."""

import pytest

from matcalc.numeric.evaluate import silence
from matcalc.rulebook.book import standard
from tests.mutants import Mutant, mutants
from tests.mutation import Judge, tallies
from tests.planting import places


def planted(name: str) -> dict[str, str]:
    return {f"{m.field} {m.law}: {m.fault}": m.text for m in mutants(standard().overloads(name)[0], standard())}


def test_faults_are_planted_where_they_can_be():
    found = planted("inv")
    assert found["d : negated"] == "-(-inv(X)*dX*inv(X))"
    assert found["d : swapped in `inv(X)*dX*inv(X)`"] == "-inv(X)*(inv(X))*(dX)"
    assert found["numpy : times 2"] == "2 * (np.linalg.inv(X))"
    assert planted("transpose")["adjoint : no transpose in `G'`"] == "(G)"
    law = planted("logdet")["law logdet-of-inverse: no minus in `-logdet(X)`"]
    assert law == "logdet-of-inverse: logdet(inv(X)) => (logdet(X))"


@pytest.mark.parametrize(("name", "field", "text", "outcome"), [
    ("det", "d", "det(X)*tr(inv(X)'*dX)", "caught"),
    ("det", "d", "tr(inv(X)*dX)*det(X)", "equivalent"),
    ("det", "d", "tr(inv(X)*dX", "rejected"),
    ("tr", "adjoint", "1.01*G*eye(n)", "caught"),
    ("commutation", "numpy", "np.eye(m * n)", "caught"),
    ("onehot_max", "numpy", "np.ones(X.shape)", "caught"),
    ("imag", "complex", "(X - conj(X))/(3*1i)", "caught"),
])
def test_outcomes(name, field, text, outcome):
    with silence():
        assert Judge((name, 0)).outcome(Mutant(field, "by hand", text)) == outcome


@pytest.mark.slow
def test_every_fault_in_every_rule_is_caught():
    found = list(tallies(places()))
    assert [(t.rule, t.survivors) for t in found if t.survivors or t.is_red] == []
    assert sum(t.counts["caught"] for t in found) > 8_000
