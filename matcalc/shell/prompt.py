"""The editor of the prompt, with prompt_toolkit: keys, colours, the list of completions, and the line below the input.

It knows nothing of mathematics: what stands below comes from `below`, what Tab offers from `completing`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from prompt_toolkit.application import Application
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.filters import completion_is_selected, has_completions, has_focus, is_done
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.formatted_text.utils import fragment_list_width
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout import (
    BufferControl,
    CompletionsMenu,
    ConditionalContainer,
    Dimension,
    Float,
    FloatContainer,
    FormattedTextControl,
    HSplit,
    Layout,
    VerticalAlign,
    Window,
)
from prompt_toolkit.layout.processors import (
    HighlightMatchingBracketProcessor,
    Processor,
    Transformation,
    TransformationInput,
)
from prompt_toolkit.layout.utils import explode_text_fragments
from prompt_toolkit.styles import Style
from prompt_toolkit.widgets import SearchToolbar

from matcalc.cli.screen.terminal import Terminal, cells
from matcalc.shell.history import remembered
from matcalc.shell.lines import is_complete
from matcalc.shell.state import State
from matcalc.shell.warm import warmed

if TYPE_CHECKING:  # what reads formulas is loaded when the prompt stands
    from matcalc.shell.below import Below
    from matcalc.shell.completing import Offer

PROMPT, MORE = "› ", "  "
_MENU = 8  # rows that the list of completions may need
_STYLE = Style.from_dict({  # the sixteen colours of the terminal, so that dark and light ones are served
    "prompt": "bold ansicyan", "fault": "underline ansired", "error": "ansired", "note": "ansicyan",
    "dim": "ansibrightblack", "mark": "ansired",
    "completion-menu": "fg:default bg:default", "completion-menu.completion": "fg:default bg:default",
    "completion-menu.completion.current": "fg:default bg:default reverse",
    "completion-menu.meta.completion": "bg:default ansibrightblack",
    "completion-menu.meta.completion.current": "fg:default bg:default", "scrollbar.background": "bg:default",
    "scrollbar.button": "bg:ansibrightblack", "matching-bracket.cursor": "bold", "matching-bracket.other": "bold",
})


class Prompt:
    """Reads one line after the other; `state` is what the session knows when the next one is typed."""

    def __init__(self, state: State, terminal: Terminal) -> None:
        self.state, self.terminal = state, terminal
        self._known: tuple[State, str, Below] | None = None
        self.buffer = Buffer(completer=_Offers(lambda: self.state), history=remembered(), multiline=True)
        search = SearchToolbar()
        control = BufferControl(self.buffer, search_buffer_control=search.control, input_processors=[
            HighlightMatchingBracketProcessor(chars="[](){}"), _Fault(self._below)])
        line = Window(control, wrap_lines=True, dont_extend_height=True, get_line_prefix=_prefix)
        under = Window(FormattedTextControl(self._fragments), wrap_lines=True, dont_extend_height=True)
        room = Window(height=Dimension.exact(_MENU))
        page = HSplit([line, search, ConditionalContainer(under, ~is_done & ~has_completions),
                       ConditionalContainer(room, has_completions & ~is_done)], align=VerticalAlign.TOP)
        menu = Float(CompletionsMenu(max_height=_MENU, scroll_offset=1), xcursor=True, ycursor=True)
        self.application: Application[str | None] = Application(
            Layout(FloatContainer(page, [menu]), line), style=_STYLE,
            key_bindings=_keys(self.buffer, lambda: self.state),
            include_default_pygments_style=False, enable_page_navigation_bindings=False)
        self.application.ttimeoutlen = 0.05
        self._is_warm = False

    def line(self) -> str | None:
        """What is typed next; None where the input ends."""
        self.buffer.reset()
        with suppress(EOFError):
            return self.application.run(pre_run=self._warm)
        return None

    def _warm(self) -> None:
        """Import what answers need while the first line is typed."""
        if not self._is_warm:
            self._is_warm = True
            self.application.create_background_task(warmed())

    def _below(self) -> Below | None:
        """What is said of the text in the buffer, once for each text."""
        text = self.buffer.text
        if self.application.is_done or not text.strip():
            return None
        if self._known is None or self._known[:2] != (self.state, text):
            from matcalc.shell.below import below

            self._known = self.state, text, below(self.state, text, self.terminal)
        return self._known[2]

    def _fragments(self) -> StyleAndTextTuples:
        """The line below, and above it a mark under the place that is wrong, where the input has one row."""
        said, text = self._below(), self.buffer.text
        if said is None:
            return []
        columns = self.application.output.get_size().columns
        fragments: StyleAndTextTuples = []
        is_one_row = "\n" not in text and cells(PROMPT + text) < columns
        if said.span is not None and said.style == "error" and is_one_row:
            width = max(cells(text[said.span.start:said.span.end]), 1)
            margin = " " * cells(PROMPT + text[:said.span.start])
            mark = ("╰" if self.terminal.unicode else "^") + ("─" if self.terminal.unicode else "~") * (width - 1)
            fragments += [("class:mark", f"{margin}{mark}\n")]
        return [*fragments, (f"class:{said.style}", MORE + said.text)] if said.text else []


def _prefix(number: int, wrapped: int) -> StyleAndTextTuples:
    return [("class:prompt", PROMPT if number == 0 and wrapped == 0 else MORE)]


class _Offers(Completer):
    def __init__(self, state: Callable[[], State]) -> None:
        self.state = state

    def get_completions(self, document: Document,
                        complete_event: CompleteEvent) -> Iterable[Completion]:  # noqa: ARG002
        for offer in _offered(self.state(), document.text_before_cursor):
            yield Completion(offer.text, -offer.length, display_meta=offer.meaning)


class _Fault(Processor):
    """Underlines the place that is wrong."""

    def __init__(self, said: Callable[[], Below | None]) -> None:
        self.said = said

    def apply_transformation(self, ti: TransformationInput) -> Transformation:
        said = self.said()
        if said is None or said.span is None or said.style != "error":
            return Transformation(ti.fragments)
        first = ti.document.translate_row_col_to_index(ti.lineno, 0)
        start, end = said.span.start - first, max(said.span.end, said.span.start + 1) - first
        fragments = explode_text_fragments(ti.fragments)
        for i in range(max(start, 0), min(end, fragment_list_width(fragments), len(fragments))):
            fragments[i] = (f"{fragments[i][0]} class:fault", fragments[i][1])
        return Transformation(fragments)


def _keys(buffer: Buffer, state: Callable[[], State]) -> KeyBindings:
    keys = KeyBindings()
    here = has_focus(buffer)

    @keys.add("enter", filter=here & ~completion_is_selected)
    def _(event: KeyPressEvent) -> None:
        if is_complete(buffer.text):
            buffer.append_to_history()
            event.app.exit(result=buffer.text)
        else:
            buffer.newline(copy_margin=False)

    @keys.add("enter", filter=here & completion_is_selected)
    def _(_: KeyPressEvent) -> None:
        buffer.complete_state = None

    @keys.add("escape", "enter", filter=here)
    def _(_: KeyPressEvent) -> None:
        buffer.newline(copy_margin=False)

    @keys.add("tab", filter=here)
    def _(_: KeyPressEvent) -> None:
        if buffer.complete_state:
            buffer.complete_next()
        else:
            _complete(buffer, _offered(state(), buffer.document.text_before_cursor))

    @keys.add("c-c")
    @keys.add("<sigint>")
    def _(_: KeyPressEvent) -> None:
        buffer.reset()

    @keys.add("c-d", filter=here)
    def _(event: KeyPressEvent) -> None:
        if buffer.text:
            buffer.delete()
        else:
            event.app.exit(result=None)

    return keys


def _offered(state: State, before: str) -> list[Offer]:
    from matcalc.shell.completing import offers

    return offers(state, before)


def _complete(buffer: Buffer, found: list[Offer]) -> None:
    """Put in the only offer, and the sign of a command of LaTeX that is whole; else show the list."""
    before = buffer.document.text_before_cursor
    if found and (len(found) == 1 or (found[0].meaning.startswith("\\") and before.endswith(found[0].meaning))):
        buffer.delete_before_cursor(found[0].length)
        buffer.insert_text(found[0].text)
    elif found:
        buffer.start_completion(insert_common_part=True)
