"""A function of a program: its head, what reads its arguments and asserts their shapes, its lines, what it returns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from matcalc.core.dims import Dim, names
from matcalc.core.expr import VAR, Expr
from matcalc.core.function import Function
from matcalc.diagnostics import listed
from matcalc.numeric.sizes import Sizes
from matcalc.plan.mirrors import is_conjugate
from matcalc.plan.node import Node
from matcalc.plan.planning import Layout, Plan, Wanted, plan
from matcalc.plan.text import tuple_of
from matcalc.plan.variants import is_number
from matcalc.printers.signs import fewest_signs
from matcalc.targets.body import Body
from matcalc.targets.identifiers import Names
from matcalc.targets.language import Language
from matcalc.targets.storage import Line

SYMMETRIC = frozenset({"sym", "spd", "psd"})
HERMITIAN = frozenset({"hermitian", "hpd"})
PLAIN = Layout()
COMPLEX_OF = {"float32": "complex64", "float64": "complex128"}


@dataclass(frozen=True, slots=True)
class Written:
    """The text of a function, the functions of rules it calls, and its results as shapes."""

    text: str
    calls: list[Node]


def planned_for(language: Language, ways: Sequence[Sequence[Expr]], inputs: Sequence[Expr],
                directions: Sequence[Expr] = (), results: Sequence[Layout] = (PLAIN,)) -> Plan:
    """The plan of a function in a language: that of the way that costs least."""
    plans = []
    for roots in ways:
        signed = fewest_signs(roots) if len(roots) > 1 else roots
        wanted = [Wanted(e, layout) for e, layout in zip(signed, results, strict=True)]
        plans.append(plan(wanted, [*directions, *inputs], language.rows.abilities, trusts=True))
    return min(plans, key=lambda p: p.price) if len(plans) > 1 else plans[0]


class FunctionWriter:
    """Writes functions with the names of one program."""

    def __init__(self, known: Names) -> None:
        self.known = known
        self.language: Language = known.language

    def write(self, name: str, roots: Sequence[Expr], inputs: Sequence[Expr], about: str,
              directions: Sequence[Expr] = (), documents: Sequence[Expr] | None = None,
              results: Sequence[Layout] = (PLAIN,), valued: bool = False,
              others: Sequence[Sequence[Expr]] = ()) -> Written:
        """A function of `inputs`, and of `directions` in which `roots` are linear, that returns the values of these.

        Of its arguments the docstring says what the `documents` are; by default of all. `results` say how the values
        of what depends on indices are laid out; of a `valued` function those behind the first are one result.
        """
        arguments = [*inputs, *directions]
        planned = planned_for(self.language, [roots, *others], inputs, directions, results)
        body = Body(self.known)
        texts = [self._result(root, text)
                 for root, text in zip(planned.roots, body.write(planned.roots), strict=True)]
        shown = self.known.given(arguments if documents is None else documents)
        said = listed([self.language.described(root.shape, root.complex) for root in planned.roots])
        rest = [*self._documented(shown, roots), f"Returns {said}."]
        every = "\n".join([*(line.overwrites or line.text for line in body.lines), *texts])
        sizes = {name for name in body.sizes if re.search(rf"\b{self.known.sizes.identifiers[name]}\b", every)}
        count = len(arguments) + len(self.known.functions_in(*roots)) + len(self.known.sizes.free) + 1
        taken = self._taken(inputs, directions, sizes, count)
        lines = [*self._needed("first", arguments, "\n".join([every, *taken])), *taken,
                 *self._needed("given", arguments, every),
                 *(line.overwrites or self.language.assign([line.name], line.text, len(line.node.shape), _kind(line))
                   for line in body.lines)]
        texts = self._given_away(texts, body)
        if valued and len(texts) > 2 and self.language.has("statements", "group"):
            texts = [texts[0], self.language.say("statements", "group", items=", ".join(texts[1:]))]
        ranks = {name: f"{'complex ' * x.complex}{min(len(self.known.axes(x)), 3)}"
                 for x, name in self.known.given(arguments).items()}
        ranks |= dict.fromkeys(self.known.functions_in(*roots).values(), "3")
        results_ = list(zip(texts, [len(root.shape) for root in planned.roots], strict=False))
        type_ = self._type([f"{'complex ' * root.complex}{len(root.shape)}" for root in planned.roots], valued)
        quiet = any(line.node.op == "where" for line in body.lines) or any("where(" in text for text in texts)
        words = self._words(results_, valued, {*ranks, *(line.name for line in body.lines)})
        return Written(self._framed(name, ranks, about, rest, lines, results_, words, quiet, type_), body.calls)

    def sizes_of_check(self, sizes: Sizes) -> Sizes:
        """The sizes at which a program checks itself, if these are small ones."""
        return sizes

    def _result(self, root: Node, text: str) -> str:
        """A result that no argument determines, or that is a conjugate in name alone, as a value like any other, where
        the language makes a difference."""
        if root.complex and is_conjugate(root) and self.language.has("statements", "conjugate"):
            return self.language.say("statements", "conjugate", value=text)
        key = "constant complex" if root.complex else "constant"
        return self.language.say("statements", key, value=text) if is_number(root) and self.language.has(
            "statements", key) else text

    def _words(self, results: Sequence[tuple[str, int]], valued: bool, taken: set[str]) -> list[str]:
        """What results are called where they have names."""
        words = ["value", "gradient"] if valued and len(results) == 2 else []
        if words and not taken.intersection(words) and "named item" in self.language.rows.sections["frame"]:
            return words
        return [f"result{k}" if len(results) > 1 else "result" for k in range(1, len(results) + 1)]

    def _framed(self, name: str, arguments: dict[str, str], about: str, rest: Sequence[str], lines: Sequence[str],
                results: Sequence[tuple[str, int]], names_of_results: Sequence[str], quiet: bool, type_: str) -> str:
        """`arguments` and `results` with their numbers of axes, of arguments also whether they are complex."""
        say, frame = self.language.say, self.language.rows.sections["frame"]
        listed = ", ".join(names_of_results)
        if len(results) > 1 and "several results" in frame:
            listed = say("frame", "several results", results=listed)
        told = say("text", "documents", first=about, rest="\n".join(rest))
        if "comment" in frame:
            told = "\n".join(f"{frame['comment']} {line}".rstrip() for line in told.split("\n"))
        last = [self.language.assign([word], text, rank) for word, (text, rank) in
                zip(names_of_results, results, strict=True)] if self.language.names_results(len(results)) else []
        key = "return several" if len(results) > 1 and "return several" in frame else "return"
        texts = names_of_results if last else [text for text, _ in results]
        items = [say("frame", "named item", name=word, value=text) if "named item" in frame and word[:6] != "result"
                 else text for word, text in zip(names_of_results, texts, strict=True)]
        last += [say("frame", key, values=", ".join(items))] if key in frame else []
        head = say("frame", "function", name=name, parameters=", ".join(self._parameters(arguments, [*lines, *last])),
                   results=listed, type=type_)
        if len(head) > int(frame.get("widest", len(head))):  # one parameter a line
            start = head.index("(") + 1
            head = head[:start] + head[start:].replace(", ", ",\n" + " " * start)
        inner = "\n".join([*([told] if frame.get("documents") != "above" else []), *lines, *last])
        before = [*([told] if frame.get("documents") == "above" else []), *([frame["quiet"]] if quiet and (
            "quiet" in frame) else [])]
        end = [frame["end"]] if frame.get("end") else []
        return "\n".join([*before, head, self.language.indented(inner), *end])

    def _needed(self, section: str, arguments: Sequence[Expr], text: str) -> list[str]:
        """What the language needs besides the arguments, such as their kind of float, where a text mentions it."""
        given = self.known.given(arguments)
        largest = max(given, key=lambda x: len(self.known.axes(x)), default=None)
        return [self.language.say(section, word, arrays=", ".join(given.values()), array=given[largest])
                for word in self.language.rows.sections.get(section, {})
                if largest is not None and re.search(rf"\b{word}\b", text)]

    def _given_away(self, results: Sequence[str], body: Body) -> list[str]:
        """Of several results those that are arrays with a name of their own, in a language that copies what is
        returned unless it is given away."""
        if len(results) < 2 or not self.language.has("statements", "given away"):
            return [*results]
        owned = {line.name for line in body.lines if line.node.shape}
        every = " ".join(results)
        return [self.language.say("statements", "given away", value=text)
                if text in owned and len(re.findall(rf"\b{text}\b", every)) == 1 else text for text in results]

    def _type(self, ranks: Sequence[str], valued: bool) -> str:
        """What a function gives, in a language that wants to be told."""
        frame, say = self.language.rows.sections["frame"], self.language.say
        types = [frame.get(f"type {rank}", "") for rank in ranks]
        if not types[0]:
            return ""
        if valued and len(types) > 2:
            types = [types[0], say("frame", "types", types=", ".join(types[1:]))]
        return types[0] if len(types) == 1 else say("frame", "types", types=", ".join(types))

    def _parameters(self, arguments: dict[str, str], lines: Sequence[str]) -> list[str]:
        """The parameters, with their types where the language wants them; those that go by name at the end."""
        frame = self.language.rows.sections["frame"]
        typed = [self._parameter(name, rank, "\n".join(lines)) for name, rank in arguments.items()]
        sizes = [self._parameter(name, "size", "\n".join(lines)) for name in self.known.sizes.free]
        check = self._marked(frame.get("check", ""), "check", "\n".join(lines))
        named = [*sizes, *([check] if self.known.checks == "asked" and check else [])]
        if named and typed and frame.get("named behind"):
            return [*typed[:-1], f"{typed[-1]}{frame['named behind']} {named[0]}", *named[1:]]
        return [*typed, *([frame["only named"]] if named and frame.get("only named") else []), *named]

    def _parameter(self, name: str, kind: object, lines: str) -> str:
        """One parameter; one that is made symmetric, and one that no line mentions, may look otherwise."""
        frame, say = self.language.rows.sections["frame"], self.language.say
        is_changed = "parameter symmetric" in frame and say("arguments", "symmetric", name=name) in lines
        is_turned = "parameter hermitian" in frame and say("arguments", "hermitian", name=name) in lines
        key = f"parameter {'symmetric' if is_changed else 'hermitian' if is_turned else kind}"
        text = say("frame", key, name=name) if key in frame else name
        return self._marked(text, name, lines)

    def _marked(self, text: str, name: str, lines: str) -> str:
        """A parameter, marked where no line mentions it and the language wants to be told."""
        is_idle = self.language.has("frame", "unused") and not re.search(rf"\b{name}\b", lines)
        return self.language.say("frame", "unused", parameter=text) if is_idle else text

    def _documented(self, arguments: dict[Expr, str], roots: Sequence[Expr]) -> list[str]:
        """One line for each parameter."""
        described = self.language.described
        return [*(f"{name}: {described(self.known.axes(x), x.complex)}" for x, name in arguments.items()),
                *(f"{text}: {about(self.known.declared[key], described)}"
                  for key, text in self.known.functions_in(*roots).items() if key in self.known.declared),
                *(f"{text}: {'derivative ' + str(order) + ' of ' if order else ''}the function {name}, entry by entry"
                  for (name, order), text in self.known.functions_in(*roots).items()
                  if (name, order) not in self.known.declared)]

    def _taken(self, inputs: Sequence[Expr], directions: Sequence[Expr], sizes: Iterable[str],
               count: int) -> list[str]:
        """The lines that read the arguments and the dimensions `sizes`, and that may be told not to check by the last
        of `count` parameters."""
        given = self.known.given([*inputs, *directions])
        reading = [line for line in self._read(given) if line]
        wanted = {*sizes, *(self._checked_sizes(given) if self.known.checks != "never" else ())}
        asserted = self._asserted(given)
        first = self.known.sizes.lines(wanted)
        if self.known.checks == "never" or not (reading or asserted):
            return first
        if self.known.checks == "always":
            return [*reading, *first, *asserted]
        say = self.language.say("frame", "checked", count=count)
        inner = self.known.sizes.lines(self._checked_sizes(given))
        return [*self._guarded(say, [*reading, *inner, *asserted]), *self.known.sizes.lines(sizes)]

    def _guarded(self, head: str, lines: Sequence[str]) -> list[str]:
        if not lines:
            return []
        end = self.language.rows.sections["frame"].get("end checked", "")
        return [head, self.language.indented("\n".join(lines)), *([end] if end else [])]

    def _read(self, given: dict[Expr, str]) -> list[str]:
        """The arguments as arrays of floats, each with as many axes as it should have."""
        say, dtype = self.language.say, self.language.dtype
        complexes = [name for x, name in given.items() if x.complex]
        lines = self._as_numbers(complexes, " complex", COMPLEX_OF.get(dtype, ""))
        reals = [name for x, name in given.items() if not x.complex]
        if self.language.has("arguments", "real"):
            lines += [say("arguments", "real", name=name) for name in reals]
        lines += self._as_numbers(reals, "", dtype)
        for x, name in given.items():
            axes = self.known.axes(x)
            if self.language.has("arguments", f"to {dtype}"):
                lines.append(say("arguments", f"to {dtype}", name=name))
            word = ("number", "vector", "matrix")[min(len(axes), 2)] if len(axes) < 3 else "stack"
            if self.language.has("arguments", word) and not (word == "vector" and self.known.is_family(x)):
                lines.append(say("arguments", word, name=name, axes=len(axes)))
            if axes and self.known.sizes.is_read_off(axes, name) and self.language.has("arguments", "axes"):
                lines.append(self.language.ranked("arguments", "axes", len(axes), name=name, axes=len(axes),
                                                  what=self.language.product(axes)))
        return lines

    def _as_numbers(self, names_: Sequence[str], kind: str, dtype: str) -> list[str]:
        """The line that makes arrays of numbers of one kind of some arguments, where the language has it."""
        key = ("begin" if len(names_) > 1 else "alone") + kind
        key += " to" if dtype and self.language.has("arguments", f"{key} to") else ""
        listed_ = ", ".join(names_)
        return [self.language.say("arguments", key, names=listed_, name=listed_, dtype=dtype)] if names_ and \
            self.language.has("arguments", key) else []

    def _asserted(self, given: dict[Expr, str]) -> list[str]:
        """Assert the shapes that do not hold by the way the sizes are read, that there is something, and make exactly
        symmetric what is declared so: libraries read one triangle, each another."""
        sizes, say = self.known.sizes, self.language.say
        lines = []
        for name, axes in self._checked(given).items():
            shape = [*map(sizes.code, axes)]
            lines.append(self.language.ranked("arguments", "asserted", len(axes), name=name,
                                              what=self.language.product(axes), shape=tuple_of(shape),
                                              sizes=", ".join(shape)))
        lines += [say("arguments", "nonempty", name=name) for x, name in given.items()
                  if self.known.axes(x) and self.language.has("arguments", "nonempty")]
        lines += [say("arguments", "counted", name=sizes.identifiers[d]) for d in sorted(self.known.counts)
                  if sizes.identifiers[d] in sizes.free]
        lines += [self.language.ranked("arguments", "symmetric", len(self.known.axes(x)), name=name)
                  for x, name in given.items()
                  if x.kind is VAR and len(self.known.axes(x)) > 1 and SYMMETRIC & x.data.props]
        lines += [say("arguments", "hermitian", name=name) for x, name in given.items()
                  if x.kind is VAR and x.complex and HERMITIAN & x.data.props]
        return lines

    def _checked_sizes(self, given: dict[Expr, str]) -> set[str]:
        """The dimensions that the assertions mention."""
        return {n for axes in self._checked(given).values() for d in axes for n in names(d)}

    def _checked(self, given: dict[Expr, str]) -> dict[str, tuple[Dim, ...]]:
        shapes = {name: self.known.axes(x) for x, name in given.items()}
        return {name: axes for name, axes in shapes.items() if axes and not self.known.sizes.is_read_off(axes, name)}


def _kind(line: Line) -> str:
    """Of a line whose value is complex, or no array of numbers."""
    return f"{'complex ' * line.node.complex}{line.kind}".rstrip()


def parameters(roots: Sequence[Expr], inputs: Sequence[Expr], known: Names) -> list[str]:
    """What a function that computes `roots` takes: its inputs, then the unspecified functions in them."""
    return [*known.given(inputs).values(), *known.functions_in(*roots).values()]


def about(function: Function, described: Callable[[Sequence[Dim]], str]) -> str:
    """What the argument that stands for a declared function, or for its derivative, has to compute."""
    said, order = function.fields, function.order
    taken = [f"{p.name}: {described([d for d in p.shape if d != 1])}" for p in function.params]
    of = said["of"]
    weighted = f"the Hessian of {of} along V" if function.params[-1].name == "V" else (
        f"the sum of w_i times the Hessian of {of}_i")
    what = {"function": f"the function {of}", "gradient": f"the gradient of {of}", "Jacobian": f"the Jacobian of {of}",
            "pushed": f"the derivative of {of} along {function.params[-1].name}",
            "pulled": f"the adjoint of the derivative of {of}",
            "Hessian": f"the Hessian of {of}, by columns", "change": f"the change of the Jacobian of {of} along v",
            "curvature": weighted, "dependent": f"derivative {order} of {of}" if order else of}[said["abstract"]]
    given = described([d for d in function.result if d != 1])
    return f"{what}, a function of {' and '.join(taken)} that gives {given}"
