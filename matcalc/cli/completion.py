"""What a shell offers at the cursor beside commands and options: variables of the expression, names of rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from matcalc.diagnostics import MatcalcError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def items(words: Iterable[str], incomplete: str) -> list[CompletionItem]:
    """The words that begin with what has been typed."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(word) for word in words if word.startswith(incomplete)]


def variables(words: Iterable[str], incomplete: str) -> list[CompletionItem]:
    """The variables of the expressions among the words of a command line."""
    from matcalc.language import parse
    from matcalc.rulebook.book import standard

    found: dict[str, None] = {}
    for text in words:
        try:
            found |= dict.fromkeys(parse(text, {}, standard()).variables)
        except MatcalcError:
            continue
    return items(found, incomplete)


def rule_names() -> list[str]:
    """The functions of the shipped rules."""
    from matcalc.rulebook.book import standard

    return sorted(standard().names())
