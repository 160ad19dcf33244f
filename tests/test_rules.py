"""Every block of rules/ passes every check, none is named here; a user's file with a fault in it is refused."""

from pathlib import Path

import pytest

from matcalc.diagnostics import InputError
from matcalc.numeric.evaluate import silence
from matcalc.rulebook.book import Rulebook, rules_files, rules_folder, standard
from matcalc.rulebook.read import signature
from matcalc.rulecheck import CHECKS, check_block, check_rules, checked_rulebook
from matcalc.rulecheck.soundness import at_the_edges, variants
from matcalc.rulecheck.specimen import DOMAIN, Specimen, clauses
from tests.samples import some

BLOCKS = standard().functions()
EXCEPTIONS: dict[tuple[str, str], str] = {}  # (signature, check): why it need not hold


@pytest.mark.parametrize("function", BLOCKS, ids=signature)
def test_block_passes_every_check(function):
    report = check_block(function, standard())
    wrong = [c for c in report.failures() if (report.signature, c.name) not in EXCEPTIONS]
    assert not wrong, "\n".join(f"{c.name}: {c.detail}" for c in wrong)


@pytest.mark.parametrize("part", some(range(12)))
def test_checks_do_not_depend_on_luck(part):
    names = sorted(standard().names())[part::12]
    reports = check_rules(standard(), names, seed=1, checks=CHECKS[:-3])
    assert [(r.signature, c) for r in reports for c in r.failures()] == []


def laws():
    return [(law, at) for function in BLOCKS for law, at in variants(Specimen(function, standard(), seed=2))]


def test_every_law_holds_at_degenerate_points():
    with silence():
        checks = [at_the_edges(at, law) for law, at in laws()]
    assert len(checks) > 150
    assert [c for c in checks if not c.ok] == []


def test_no_condition_of_a_law_can_be_left_out():
    said = [(law, at) for law, at in laws() if law.demands]
    assert len(said) >= 5
    with silence():
        assert [law.name for law, at in said if at_the_edges(at, law._replace(demands=())).ok] == []


def test_every_word_of_a_domain_is_used_or_offered_to_users():
    used = {clause.word for function in BLOCKS for clause in clauses(function)}
    offered = {"integer", "spd", "orthogonal", "nonzero"}
    assert used | offered == set(DOMAIN)


def test_the_order_of_loading_does_not_matter():
    backwards = Rulebook(rules_files()[::-1])
    assert [r.signature for r in check_rules(backwards, checks=CHECKS[:4]) if not r.ok] == []


SOFTSIGN = """
elementwise softsign(X: [m,n]) -> [m,n]
  d       = {d}
  domain  = {domain}
  numpy   = X / (1 + np.abs(X))
  ref     = Turian et al. (2009)
  {more}
"""
RIGHT = "(ones(m,n) + X).^-2"
FAULTS = [  # what is planted, and what the refusal says
    ("-(ones(m,n) + X).^-2", "", "differential by X"),
    ("1.01*(ones(m,n) + X).^-2", "", "differential by X"),
    ("2", "", "d has its shape"),
    ("(ones(m,n) + Y).^-2", "", "Y is neither a parameter"),
    (RIGHT, "law odd: softsign(-X) => softsign(X)", "both sides equal"),
    (RIGHT, "holds odd: softsign(-X) => softsign(X)", "holds odd: both sides equal"),
    (RIGHT, "law near: softsign(-X) => softsign(X) if X clustered", "“clustered” is said of what `holds`"),
    (RIGHT, "law around: softsign(X) => softsign(X) + zeros(m,n)", "weight falls"),
    ("softsign(-X)", "law grow: softsign(X) => softsign(2*X)/2", "does not end"),
    (RIGHT, "law square: softsign(X) => X*X'", "the left side is [m,n], the right side [m,m]"),
    (RIGHT, "law around: softsign(X) = X", "NAME: LEFT => RIGHT"),
    (RIGHT, "law inside: softsign(abs(X)) => abs(X).*(ones(m,n) + abs(X)).^-1", "say behind `if` when the law holds"),
    (RIGHT, "law edge: softsign(abs(X)) => abs(X).*(ones(m,n) + abs(X)).^-1 if pretty", "EXPRESSION WORD"),
    (RIGHT, "domain = X pretty", "“X pretty” says none of: positive"),
    (RIGHT, "is = invariant", "is invariant"),
    (RIGHT, "is = pretty", "unknown"),
    (RIGHT, "body = X.*(ones(m,n) + 2*X).^-1", "body equals numpy"),
]


def written(folder: Path, d: str, more: str = "") -> Path:
    file = folder / "mine.rules"
    domain = more.removeprefix("domain = ") if more.startswith("domain") else "X positive"
    more = "" if more.startswith("domain") else more
    file.write_text(SOFTSIGN.format(d=d, more=more, domain=domain), encoding="utf-8")
    return file


def test_a_right_file_is_accepted_and_used(tmp_path):
    book = checked_rulebook((written(tmp_path, RIGHT),))
    assert "softsign" in book.names()
    assert "det" in book.names()


@pytest.mark.parametrize(("d", "more", "said"), FAULTS)
def test_a_wrong_file_is_refused_before_it_is_used(tmp_path, d, more, said):
    with pytest.raises(InputError) as refusal:
        checked_rulebook((written(tmp_path, d, more),))
    first = refusal.value.diagnostics[0]
    assert said in str(refusal.value)
    assert "softsign(X: [m,n]) -> [m,n] fails the check" in first.message
    assert first.file.endswith("mine.rules")
    assert first.line in ((2, 7) if more else (3,)), first.line


def test_a_file_is_checked_whether_or_not_it_is_loaded(tmp_path):
    file = written(tmp_path, "(ones(m,n) + X).^-1")
    (report,) = check_rules(standard(), file=file)
    assert not report.ok
    assert {c.name for c in report.failures()} >= {"differential by X", "example"}
    assert len(check_rules(standard(), file=Path(rules_folder()) / "core.rules")) == 4


def test_an_unknown_name_is_refused():
    with pytest.raises(InputError, match="no rule called nosuchrule"):
        check_rules(standard(), names=["nosuchrule"])
