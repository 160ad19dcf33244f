"""Rule files for tests: blocks as text, checked as a user's file is."""

from __future__ import annotations

from pathlib import Path

from matcalc.diagnostics import MatcalcError
from matcalc.limits import work
from matcalc.rulebook.book import Rulebook, extended, standard
from matcalc.rulecheck import check_rules, checked_rulebook

SECONDS = 20  # of computing for one file; what takes longer is refused like any question
CHOLESKY = (Path(__file__).parent / "cholesky.rules").read_text(encoding="utf-8")


def written(folder: Path, text: str) -> Path:
    file = folder / "mine.rules"
    file.write_text(text, encoding="utf-8")
    return file


def used(folder: Path, text: str) -> Rulebook:
    """The rulebook with a file that passes; else InputError."""
    return checked_rulebook((written(folder, text).resolve(),))


def complaints(folder: Path, text: str) -> list[str]:
    """What `rules check` says is wrong with a file: the code M0702 for one that cannot be read, else check: detail."""
    file = written(folder, text)
    extended.cache_clear()
    with work(SECONDS):
        try:
            reports = check_rules(standard(), file=file)
        except MatcalcError as error:
            return [f"{d.code} {d.message}" for d in error.diagnostics]
    return [f"{check.name}: {check.detail}" for report in reports for check in report.failures()]
