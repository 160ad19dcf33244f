"""A function of a Python file as a formula: what `matcalc.read` gives, with the verbs of the Python face."""

from __future__ import annotations

from typing import Any

from matcalc import api
from matcalc.answer.problem import rulebook_for
from matcalc.derivation import Derivation, Derivations
from matcalc.limits import limited
from matcalc.options import Names, Rules, Variables
from matcalc.source.formula import Formula
from matcalc.source.formula import read as formula_of
from matcalc.source.opened import place_of


class InFile:
    """A function that was read. `text` is its formula, `variables` what is declared in it, both as `matcalc.grad` and
    its kin take them; `notes` say what was chosen while reading."""

    def __init__(self, formula: Formula, rules: Rules) -> None:
        self.formula, self._rules = formula, rules
        self.text, self.variables, self.notes = formula.text, dict(formula.variables), formula.notes

    def __repr__(self) -> str:
        return f"<{self.formula.place.name} = {self.text}>"

    def _given(self, wrt: Names, options: dict[str, Any]) -> dict[str, Any]:
        called = self.formula.called
        names = called(wrt) if isinstance(wrt, str) else None if wrt is None else list(map(called, wrt))
        return {"wrt": names, "variables": self.variables, "rules": self._rules, **options}

    def grad(self, wrt: Names = None, **options: Any) -> Derivation | Derivations:
        """The gradient, as `matcalc.grad` gives it; the names are those of the file."""
        found: Derivation | Derivations = api.grad(self.text, **self._given(wrt, options))
        return found

    def jacobian(self, wrt: Names = None, **options: Any) -> Derivation | Derivations:
        """The Jacobian, as `matcalc.jacobian` gives it."""
        found: Derivation | Derivations = api.jacobian(self.text, **self._given(wrt, options))
        return found

    def hessian(self, wrt: Names = None, **options: Any) -> Derivation:
        """The Hessian, as `matcalc.hessian` gives it."""
        found: Derivation = api.hessian(self.text, **self._given(wrt, options))
        return found

    def verify(self, wrt: str | None = None, *, claim: str | None = None, **options: Any) -> Any:
        """Judge a claim, a formula or FILE.py:NAME, which is read and not run, as `matcalc.verify` does."""
        given = self._given(wrt, options)
        if claim is not None and place_of(claim):
            words = rulebook_for(self._rules).called()
            read_claim = formula_of(claim, functions=words, like=self.formula, binds=False)
            claim, given["variables"] = read_claim.text, {**self.variables, **read_claim.variables}
        return api.verify(self.text, claim=claim, **given)


@limited
def read(source: str, *, variables: Variables = None, rules: Rules = None) -> InFile:
    """The function that FILE.py:NAME names, or NAME[1] one of its results, read as a formula and never run.

    variables  what is declared of its arguments, by name, as for `grad`; "labels" are whole numbers that name classes
    rules      a file with rules of your own, or several

    NumPy, SciPy, JAX and torch are read, with broadcasting, axes, loops over rows as sums, and functions of the same
    file. Raises InputError, with file, line and column, where something is not read or a shape is not known; other
    errors as for `grad`.

    >>> import matcalc, os, tempfile
    >>> file = os.path.join(tempfile.mkdtemp(), "loss.py")
    >>> _ = open(file, "w").write("def loss(w, X, y):\\n    r = X @ w - y\\n    return r @ r\\n")
    >>> f = matcalc.read(f"{file}:loss")
    >>> f.text, f.grad("w").ascii
    ("r := X*w - y; r'*r", "2*X'*(X*w - y)")

    Source: the NumPy reference, Broadcasting; Python's own parser, `ast`.
    """
    from matcalc.diagnostics import InputError, fail

    if place_of(source) is None:
        raise fail("M1101", "a function of a file is named FILE.py:NAME", source, fixes=("loss.py:loss",))
    words, declared = rulebook_for(rules).called(), dict(variables or {})
    try:
        found = formula_of(source, declared, functions=words, demand_scalar=True)
    except InputError as error:
        if error.diagnostics[0].code != "M1109":
            raise
        found = formula_of(source, declared, functions=words)
    return InFile(found, rules)
