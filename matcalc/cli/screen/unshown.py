"""Answers that are not shown: those that their own check refutes, and those that no random point decides."""

from __future__ import annotations

from matcalc.checking.verdicts import Verification
from matcalc.cli.screen.wording import number
from matcalc.derivation import Derivation
from matcalc.diagnostics import ContradictionError, MatcalcError, NoRuleError, fail


def refuted(d: Derivation, verification: Verification) -> MatcalcError:
    """The answer disagrees with finite differences: what is needed to see it again, and no formula."""
    sizes = ", ".join(f"{name} = {size}" for name, size in verification.checks[-1].sizes.items())
    message = (f"the {d.kind} that matcalc found fails its own check, so it is not shown: relative error "
               f"{number(verification.max_rel_error)} with seed {verification.checks[-1].seed}, {sizes}")
    return fail("M9001", message, d.problem.source, error=ContradictionError)


def undecided(d: Derivation, verification: Verification) -> MatcalcError:
    """No random point decides whether the answer is right: nothing is claimed."""
    message = f"the {d.kind} could not be checked, so it is not shown: {verification.reason}"
    return fail("M0901", message, d.problem.source, error=NoRuleError)
