"""What a target is: a language of programs, as one record. Everything that such a language spells its own way is here.

The functions of a program, their arguments, what is computed once and the comparisons are the same for all targets. A
row is a text with named holes, such as `{array}.shape[{axis}]`; what a row cannot say is a small function.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from matcalc.core.dims import Dim, Shape
from matcalc.core.expr import Expr
from matcalc.core.function import Function
from matcalc.core.indices import Index
from matcalc.diagnostics import NoRuleError, fail
from matcalc.printers.dialect import Axis
from matcalc.printers.precedence import Form
from matcalc.printers.view import View

DimText = Callable[[Dim], str]


class Result(NamedTuple):
    """How the value of what depends on indices is laid out: its `rows` first, then its `columns`, each before the axes
    of a member. A derivative of `outside` by `inside`, both of which may be matrices, has the axes of both."""

    rows: tuple[Index, ...] = ()
    columns: tuple[Index, ...] = ()
    outside: Shape | None = None
    inside: Shape = (1, 1)

    @property
    def indices(self) -> tuple[Index, ...]:
        """All indices in their order."""
        return *self.rows, *self.columns


PLAIN = Result()


class Constructs(NamedTuple):
    """Formulas: `forms` and `joins` spell the constructs as those of a dialect do. `field` is the field of a rule that
    says how its function is computed, `call_form` that text as a form, the dimensions in it written out.

    `axis` is a range of indices, `single` the mark that makes a number of an entry.
    """

    forms: Mapping[str, Form]
    joins: Mapping[str, str]
    field: str
    call_form: Callable[[View, str, DimText], Form]
    axis: Callable[[Axis, DimText], str]
    single: str


class Statements(NamedTuple):
    """Lines of a function: names assigned, a call with arguments by place and by name, the size along an axis and both
    sizes of an array, a whole division, the assertion that an array `name`, which is `what`, has axes of these lengths.
    `read` makes of an argument what formulas take, `result` of the text of a formula what is returned, `grouped` one
    result of several. `checked` are lines that the argument `check` of a function may skip, for others.
    """

    assign: Callable[[Sequence[str], str], str]
    call: Callable[[str, Sequence[str], Sequence[str]], str]
    length: str
    lengths: str
    divided: str
    asserted: Callable[[str, str, Sequence[str]], str]
    read: Callable[[Expr, str], list[str]]
    result: Callable[[Expr, str], str]
    grouped: str
    checked: Callable[[Sequence[str], Sequence[str]], list[str]]
    unread: Callable[[Expr, str], list[str]]


class Stacks(NamedTuple):
    """Arrays with an axis for each index, as rows with named holes: a product of two, a contraction of factors as
    `spec` says, of two or of many; a reduction by word, `along` some axes or all; an entry at `places`, where `all` is
    a whole axis, `new` one of length one, and `rest` are all axes in front; axes in another `order`, of two
    `transposed`; repeated to a shape. `clipped` are places brought to the edge, told by `clipped_mark`.

    Further a range of whole numbers, relations, `all` or `any` of several, what depends on them, and the
    line before a function that computes what is not used; a root, functions of matrices, `each` for a
    function that takes no stacks, arrays `joined` along an axis, `constants` by name; how a `number` and an array are
    `read`, the assertion that it has so many `axes`; another shape, and two axes `swapped`.
    """

    product: str
    contracted: str
    contracted_many: str
    reductions: Mapping[str, str]
    along: str
    entry: str
    all: str
    new: str
    rest: str
    transposed: str
    turned: str
    repeated: str
    clipped: str
    clipped_mark: str
    range: str
    relations: Mapping[str, str]
    conditions: Mapping[str, str]
    where: str
    quiet: str
    root: str
    inverse: str
    matrix_power: str
    trace: str
    each: str
    joined: str
    constants: Mapping[str, str]
    number: str
    read: str
    axes: str
    reshaped: str
    swapped: str


class Frame(NamedTuple):
    """What stands around: a module with its docstring, what the templates in it need, and its parts; a function by
    name, parameters, further ones given by name, docstring, lines and results; what a value is, in words of the
    docstring. `reserved` names are not for variables; `passes` runs a module and says whether it finds itself right.
    """

    module: Callable[[str, Sequence[str], Sequence[str]], str]
    define: Callable[[str, Sequence[str], Sequence[str], Sequence[str], Sequence[str], Sequence[str]], str]
    described: Callable[[Sequence[Dim]], str]
    reserved: Collection[str]
    passes: Callable[[str], bool]


class Draws(NamedTuple):
    """Random values: rows with the holes `shape`, `m` and `n`, where `shape` writes all sizes; `Xt` is X transposed.

    `modes` are the ways of drawing, `square` those that differ for square matrices, `numbers` the same for scalars,
    with declared words. `properties` are declared words that are drawn in one go, `columns` those that differ for a
    vector. `structures` make a matrix of the word out of any one `X`, `tangents` keep of a direction `V` at `X` what
    stays within the word. `direction` draws what has the shape of `X`.
    """

    generator: str
    modes: Mapping[str, str]
    square: Mapping[str, str]
    numbers: Mapping[str, str]
    properties: Mapping[str, str]
    columns: Mapping[str, str]
    structures: Mapping[str, str]
    tangents: Mapping[str, str]
    direction: str
    shape: Callable[[Sequence[int]], str]


class Comparing(NamedTuple):
    """What is claimed and what is measured: x moved by h along v, the central difference, products, vec by columns and
    by rows, a `tensor` of derivatives along a direction with so many axes, a smooth function sin(a z) or its k-th
    derivative in the place of an unspecified one; `part` is one of several results, `unchecked` the argument that skips
    reading and checks; `said` hands a comparison over, and `run` compares them all when the file is run. `doubled`:
    both entries of a pair at once.
    """

    moved: str
    difference: str
    transposed: str
    inner: str
    scaled: str
    applied: str
    doubled: str
    flat: str
    columns: str
    rows: str
    tensor: str
    smooth: Callable[[int, int], str]
    part: str
    unchecked: str
    said: str
    run: str


class Target(NamedTuple):
    """A language, by the name that an option takes and the title that a docstring shows."""

    name: str
    title: str
    constructs: Constructs
    statements: Statements
    frame: Frame
    draws: Draws
    comparing: Comparing
    stacks: Stacks | None = None

    def template(self, function: Function) -> str:
        """The text with which a rule computes its function."""
        field = self.constructs.field
        text = function.fields.get(field, "").strip()
        if not text:
            message = f"{function.name} has no `{field}` template, so there is no code for it"
            raise fail("M0806", message, error=NoRuleError)
        return text
