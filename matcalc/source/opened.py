"""A Python file, read and never run: its functions, imports and constants, and where a piece of it stands."""

from __future__ import annotations

import ast
import re
from os.path import isfile

from matcalc.diagnostics import Diagnostic, InputError, Span, fail, quoted
from matcalc.files import FileError, text_of
from matcalc.language.suggest import closest
from matcalc.records import NamedTuple
from matcalc.source import libraries
from matcalc.source.refusal import RefusalError

_PLACE = re.compile(r"(?P<file>[^:]*\.pyi?):(?P<name>[A-Za-z_][\w.]*)(?:\[(?P<part>-?\d+|[A-Za-z_]\w*)\])?")
_MOST = 4_000_000


class Place(NamedTuple):
    """loss.py:loss, and loss.py:step[1] for one of several results, which may be named in a dict: step[dW]."""

    file: str
    name: str
    part: int | str | None


def place_of(text: str) -> Place | None:
    """The function in a file that `text` names, None where it names none. No formula has this form."""
    match = _PLACE.fullmatch(text.strip())
    if match is None or (re.search(r"[*+=^;'\"\[\](){}\s]", match["file"]) and not isfile(match["file"])):
        return None
    part = match["part"]
    return Place(match["file"], match["name"], int(part) if part and part.lstrip("-").isdigit() else part)


class Opened:
    """One file."""

    def __init__(self, path: str) -> None:
        self.path = path
        try:
            self.text = text_of(path, _MOST)
        except FileError as problem:
            raise fail("M1101", f"{path}: {problem}") from None
        try:
            self.tree = ast.parse(self.text)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as wrong:
            line = getattr(wrong, "lineno", None) or 1
            column = getattr(wrong, "offset", None) or 1
            raise self._error("M1110", f"this is no Python: {getattr(wrong, 'msg', wrong)}", line, column - 1,
                              column) from None
        self.lines = self.text.split("\n")
        self.imports = libraries.imports(self.tree)
        self.functions = {f.name: f for f in self.tree.body if isinstance(f, ast.FunctionDef | ast.AsyncFunctionDef)}
        self.classes = {c.name: c for c in self.tree.body if isinstance(c, ast.ClassDef)}
        self.constants = {t.id: s.value for s in self.tree.body if isinstance(s, ast.Assign)
                          for t in s.targets if isinstance(t, ast.Name)}
        self.constants |= {s.target.id: s.value for s in self.tree.body if isinstance(s, ast.AnnAssign)
                           and isinstance(s.target, ast.Name) and s.value is not None}
        self.changed = {name for s in ast.walk(self.tree) if isinstance(s, ast.Global) for name in s.names}
        self.changed |= _changed(self.tree)

    def function(self, name: str) -> ast.FunctionDef:
        """The function of that name, or the method, Net.forward. Raises InputError with those that there are."""
        found = self.functions.get(name) or self.method(name)
        if found is None:
            every = [*self.functions, *self._methods()]
            known = closest(name, every) if every else []
            names = list(dict.fromkeys([*([known] if isinstance(known, str) else known or []), *every]))
            said = f"; it has {', '.join(every[:8])}" if every else ""
            raise fail("M1101", f"{self.path} has no function {name}{said}",
                       fixes=tuple(quoted(f"{self.path}:{one}") for one in names[:3] if one))
        if isinstance(found, ast.AsyncFunctionDef):
            raise self.refused(RefusalError("M1102", "an async function is not read"), found)
        return found

    def owner(self, name: str) -> ast.ClassDef | None:
        """The class of Net.forward."""
        return self.classes.get(name.partition(".")[0]) if name.count(".") == 1 else None

    def method(self, name: str) -> ast.FunctionDef | None:
        """Net.forward, in the class or in one of the file that it is made from."""
        node, last = self.owner(name), name.partition(".")[2]
        waiting = [node] if node is not None else []
        for _ in range(20):
            if not waiting:
                break
            node = waiting.pop(0)
            for s in node.body:
                if isinstance(s, ast.FunctionDef) and s.name == last:
                    return s
            waiting += [self.classes[b.id] for b in node.bases if isinstance(b, ast.Name) and b.id in self.classes]
        return None

    def _methods(self) -> list[str]:
        return [f"{c.name}.{f.name}" for c in self.classes.values() for f in c.body
                if isinstance(f, ast.FunctionDef) and not f.name.startswith("_")]

    def refused(self, why: RefusalError, node: ast.AST) -> InputError:
        """The error that says where in the file something is not read."""
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        end = getattr(node, "end_col_offset", None) if getattr(node, "end_lineno", line) == line else None
        raw = self.lines[line - 1].encode()
        start = len(raw[:column].decode(errors="ignore"))
        stop = len(raw[:end].decode(errors="ignore")) if end else len(self.lines[line - 1])
        if isinstance(node, ast.FunctionDef | ast.For | ast.While | ast.With | ast.Try | ast.If):
            stop = len(self.lines[line - 1])
        return self._error(why.code, why.message, line, start, stop, why.fixes)

    def _error(self, code: str, message: str, line: int, start: int, stop: int,
               fixes: tuple[str, ...] = ()) -> InputError:
        row = self.text.split("\n")[line - 1] if line <= self.text.count("\n") + 1 else ""
        shift = len(row) - len(row.lstrip())
        span = Span(max(start - shift, 0), max(stop - shift, start - shift + 1, 1))
        return InputError(Diagnostic(code, message, row.strip(), span, (), fixes[:3], file=self.path, line=line,
                                     column=start + 1))


def _changed(tree: ast.Module) -> set[str]:
    """The names that the file itself gives more than one value, or changes."""
    counts: dict[str, int] = {}
    waiting: list[ast.AST] = [s for s in tree.body if not isinstance(s, ast.FunctionDef | ast.ClassDef)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
            counts[node.id] = counts.get(node.id, 0) + 1
        if isinstance(node, ast.AugAssign | ast.For) and isinstance(node.target, ast.Name):
            counts[node.target.id] = counts.get(node.target.id, 0) + 1
        waiting += [
            n for n in ast.iter_child_nodes(node) if not isinstance(n, ast.FunctionDef | ast.ClassDef | ast.Lambda)
        ]
    return {name for name, times in counts.items() if times > 1}
