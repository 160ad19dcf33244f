"""Calls of other programs: which function is meant, with its arguments by position and by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from inspect import signature
from sys import float_info
from typing import Any

from matcalc.source import libraries
from matcalc.source.broadcast import Array, Cond, World
from matcalc.source.extents import Dim
from matcalc.source.leaf import ATOM, Leaf
from matcalc.source.marks import Labels, Range, Size
from matcalc.source.refusal import CALL, RANDOM, SHAPES, VALUE, RefusalError
from matcalc.source.reshaping import Reshaping
from matcalc.source.tabled import called

Composed = Callable[[str, str, Sequence[Any], Mapping[str, Any]], Any]
_SAME = {"dim": "axis", "keepdim": "keepdims", "subscripts_": "subscripts", "dim0": "axis0", "dim1": "axis1"}
_IDLE = ("dtype", "device", "requires_grad", "order", "copy", "optimize", "precision", "check_finite", "assume_a",
         "non_blocking")
_FIRST = ("input", "x", "a", "A", "self", "m", "v", "ary", "z", "tensor", "object")
_SECOND = ("other", "y", "b", "B", "mat2", "vec", "x2", "vec2")


class Library:
    """The functions that other programs have, on the arrays of one world. `own` is the program of the file, which
    decides what its methods mean; '' where it uses several."""

    def __init__(self, world: World, own: str, composed: Composed,
                 formula: Callable[[Any, Sequence[Any]], Any]) -> None:
        self.world, self.own, self.composed, self.formula = world, own, composed, formula
        self.axes = Reshaping(world)
        self._special: dict[str, Callable[..., Any]] = {
            "square": lambda x: world.power(self.array(x), self.array(2)), "len": self.length, "shape": self.shape,
            "reciprocal": lambda x: world.divide(self.array(1), self.array(x)),
            "negative": lambda x: world.negate(self.array(x)), "neg": lambda x: world.negate(self.array(x)),
            "power": self._power, "pow": self._power, "float_power": self._power,
            "add": lambda a, b: world.add(self.array(a), self.array(b)),
            "subtract": lambda a, b: world.subtract(self.array(a), self.array(b)),
            "sub": lambda a, b: world.subtract(self.array(a), self.array(b)),
            "multiply": lambda a, b: world.multiply(self.array(a), self.array(b)),
            "mul": lambda a, b: world.multiply(self.array(a), self.array(b)),
            "divide": lambda a, b: world.divide(self.array(a), self.array(b)),
            "true_divide": lambda a, b: world.divide(self.array(a), self.array(b)),
            "div": lambda a, b: world.divide(self.array(a), self.array(b)),
            "zeros": lambda *s: self.axes.full(_shape(s), 0.0), "ones": lambda *s: self.axes.full(_shape(s), 1.0),
            "empty": lambda *s: self.axes.full(_shape(s), 0.0), "empty_like": lambda a: self.axes.full_like(a, 0.0),
            "zeros_like": lambda a: self.axes.full_like(a, 0.0), "ones_like": lambda a: self.axes.full_like(a, 1.0),
            "arange": lambda n: Range(self.axes.dim(n)), "one_hot": self._one_hot, "size": self._size,
            "count": self.axes.count, "same_shape": self._labels_like, "numel": self._size,
            "multi_dot": self._chain, "deg2rad": self._no, "stack": self._no, "finfo": self._finfo,
        }

    def array(self, value: Any) -> Array:
        """A value as an array."""
        return self.axes.array(value)

    def called(self, dotted: str, args: Sequence[Any], given: Mapping[str, Any]) -> Any:
        """The value of a call of a function by its full name."""
        word, program = dotted.rpartition(".")[2], libraries.family(dotted)
        if "random" in dotted.split(".") or word in libraries.RANDOM[1:10]:
            raise RefusalError(RANDOM, f"{word} draws random numbers; pass what it draws as an argument")
        return self.word(program, word, args, given, dotted)

    def method(self, target: Any, word: str, args: Sequence[Any], given: Mapping[str, Any]) -> Any:
        """The value of x.word(…)."""
        if word == "size" and self.own == "torch":
            return self.shape(target) if not args else self.shape(target)[args[0]]
        if isinstance(target, Size | int | float) and word in ("item", "float"):
            return target
        if word in ("std", "var", "transpose") and not self.own:
            raise RefusalError(
                CALL, f".{word} means one thing in NumPy and another in torch, and this function uses both"
            )
        if word in ("max", "min") and args and isinstance(args[0], Array):
            word += "imum"
        if word in ("transpose",) and self.own == "torch" and len(args) == 2:
            word = "swapaxes"
        known = {"torch": "torch", "numpy": "numpy"}.get(self.own, "numpy")
        if (program := "method") and ("method", word) not in libraries.words() and word not in self._special:
            program = known
        if word in ("std", "var", "clip", "clamp", "clamp_min"):
            program = "torch" if self.own == "torch" else "numpy"
        return self.word(program, word, [target, *args], given, f".{word}")

    def word(self, program: str, word: str, args: Sequence[Any], given: Mapping[str, Any], shown: str) -> Any:
        """The value of a function of a program."""
        kind, name = libraries.words().get((program, word), ("", ""))
        more = {_SAME.get(key, key): value for key, value in given.items() if key not in _IDLE}
        if (len(args) > 2 and kind in ("row", "along")) or (
            len(args) > 2
            and program != "torch"
            and self.own != "torch"
            and (word in ("sum", "mean", "var", "std", "prod", "max", "min"))
        ):
            raise RefusalError(CALL, f"{word} is read with its axis, and everything else by its name")
        if given.get("order", "C") != "C":
            raise RefusalError(CALL, "arrays are read row by row only, order='C'")
        if word in ("max", "min") and len(args) == 2 and isinstance(args[1], Array):
            kind, name = "pair", word
        args = self._by_position(list(args), more)
        if kind == "refused":
            raise RefusalError(
                CALL, f"{word} is not read: it changes what the derivative is, or what is computed later"
            )
        if kind == "as":
            self._refuse_rounding(word, args)
            return self._taken(word, args[0])
        if kind == "shape":
            return self._structural(program, word, name, args, more, "scipy" in shown)
        if kind:
            return self._plain(kind, name, args, more, shown, program)
        for group in libraries.COMPOSED.get(program, ()):
            tail = shown.partition(".stats.")[2].replace(".", "_")
            for full in (*([tail] if tail else []), f"{shown.rpartition('linalg.')[1].replace('.', '_')}{word}", word):
                if (group, full) in libraries.composed():
                    return self.composed(group, full, args, more)
        if program and word in self._special:
            return self._bound(self._special[word], word, args, more)
        if (found := called(program, word, args, more)) is not None:
            try:
                return self.formula(*found)
            except RefusalError:
                pass  # of functions that are not read of arrays
        raise RefusalError(CALL, f"{shown.lstrip('.')} is not read")

    def _taken(self, word: str, a: Any) -> Any:
        """The argument itself, or a copy, which is an array of its own."""
        if word in ("copy", "clone", "astype") and isinstance(a, Array):
            return Array(a.shape, a.terms, a.guess)
        return self.array(a) if isinstance(a, list | tuple | Cond) else a

    def _by_position(self, args: list[Any], more: dict[str, Any]) -> list[Any]:
        for names in (_FIRST, _SECOND):
            place = 0 if names is _FIRST else 1
            found = next((name for name in names if name in more), "")
            if len(args) == place and found:
                args.append(more.pop(found))
        return args

    def _plain(
        self, kind: str, name: str, args: Sequence[Any], more: Mapping[str, Any], shown: str, program: str
    ) -> Any:
        """Functions that the rules have under a name."""
        if kind in ("each", "pair"):
            if more or len(args) != (1 if kind == "each" else 2):
                raise RefusalError(CALL, f"{shown} is not read with these arguments")
            return self._numbers(name, args)
        if kind == "along" and program == "jax.nn":
            more = {"axis": -1, **more} if len(args) == 1 else more
        if kind in ("row", "along"):
            return self._bound(partial(self.axes.row if kind == "row" else self.axes.along, name), shown, args, more)
        return self._bound(partial(self.axes.of_square, name, is_number=kind == "number"), shown, args, more)

    def _numbers(self, name: str, args: Sequence[Any]) -> Array:
        return self.world.apply(name, [self.array(a) for a in args])

    def _structural(self, program: str, word: str, name: str, args: Sequence[Any], more: dict[str, Any],
                    is_scipy: bool) -> Any:
        if word == "transpose" and program == "torch" and len(args) == 3:
            name = "swapaxes"
        if word == "trace" and len(args) > 1:
            raise RefusalError(CALL, "trace is read of a whole diagonal")
        if word == "cholesky" and program == "linalg" and is_scipy:
            more["upper"] = not more.pop("lower", False)
        found = self._bound(getattr(self.axes, name), word, args, more)
        is_pair = word in ("max", "min") and self.own == "torch" and program in ("torch", "method") and (
            len(args) > 1 or "axis" in more)
        return (found, None) if is_pair else found

    def _refuse_rounding(self, word: str, args: Sequence[Any]) -> None:
        """A conversion to whole numbers changes values; of a comparison it gives zeros and ones."""
        kinds = [a for a in args[1:] if isinstance(a, str)]
        if any("int" in kind or "bool" in kind or "long" in kind for kind in kinds) and not isinstance(args[0], Cond):
            raise RefusalError(CALL, f"{word} to whole numbers rounds, which is not read")

    def _bound(self, function: Callable[..., Any], word: str, args: Sequence[Any], more: Mapping[str, Any]) -> Any:
        try:
            signature(function).bind(*args, **more)
        except TypeError as wrong:
            raise RefusalError(CALL, f"{word} is not read with these arguments: {wrong}") from None
        return function(*args, **more)

    # -- some more ----------------------------------------------------------------------------------------------

    def _power(self, a: Any, b: Any) -> Array:
        return self.world.power(self.array(a), self.array(b))

    def _finfo(self, kind: Any) -> Any:
        if kind not in ("float", "numpy.float64", "jax.numpy.float64", "torch.float64", "torch.double"):
            raise RefusalError(VALUE, "of which numbers finfo speaks is not known here; write finfo(float)")
        return float_info

    def _no(self, *_: Any, **__: Any) -> Any:
        raise RefusalError(CALL, "this function is not read")

    def _chain(self, arrays: Sequence[Any]) -> Array:
        found = self.array(arrays[0])
        for more in arrays[1:]:
            found = self.axes.matmul(found, more)
        return found

    def shape(self, a: Any) -> tuple[Any, ...]:
        """The lengths of the axes."""
        if isinstance(a, Labels):
            return (self._length(a.matrix.shape[0]),)
        return tuple(self._length(dim) for dim in self.array(a).shape)

    def length(self, a: Any) -> Any:
        """The length of the first axis, or of a list."""
        if isinstance(a, list | tuple):
            return len(a)
        found = self.shape(a)
        if not found:
            raise RefusalError(SHAPES, "a number has no length")
        return found[0]

    def _length(self, dim: Dim) -> Any:
        found = self.world.dims.find(dim)
        return found if isinstance(found, int) else Size(found)

    def _size(self, a: Any) -> Any:
        return self.axes.count(a)

    def _one_hot(self, labels: Any, num_classes: Any = None) -> Array:
        if not isinstance(labels, Labels):
            raise RefusalError(VALUE, "one_hot takes labels")
        if num_classes is not None and num_classes != -1:
            self.world.dims.same(labels.matrix.shape[1], self.axes.dim(num_classes), "the numbers of classes")
        return labels.matrix

    def _labels_like(self, target: Any, a: Any) -> Array:
        """The target of a cross entropy: probabilities of the shape of `a`, or labels."""
        if isinstance(target, Range):  # every row has its own class: logits[i, i]
            rows, columns = self.array(a).shape
            self.world.dims.same(target.size, self.world.dims.same(rows, columns, "the classes"), "labels and scores")
            return self.axes.eye(Size(self.world.dims.find(rows)))
        if isinstance(target, Labels):
            for one, other in zip(target.matrix.shape, self.array(a).shape, strict=True):
                self.world.dims.same(one, other, "labels and scores")
            return target.matrix
        found = self.array(target)
        if found.rank != self.array(a).rank:
            raise RefusalError(
                SHAPES, "the target has as many axes as the scores, or is declared as labels: -v 'y: labels'"
            )
        return found


def number_leaf(text: str) -> Array:
    """A constant that the language has a sign for."""
    return Array((), ((Leaf(text, ATOM),),))


def _shape(args: Sequence[Any]) -> Any:
    return args[0] if len(args) == 1 else tuple(args)
