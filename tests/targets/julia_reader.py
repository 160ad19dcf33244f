"""A reader of Julia's text: strings, brackets and blocks are closed, every name is known, nothing is Python's.

It is no compiler: it notices what goes wrong when a table is written, since Julia itself is not at hand."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TOKEN = re.compile(r'''"""(?:[^"\\]|\\.|"(?!""))*"""|"(?:[^"\\\n]|\\.)*"|\#[^\n]*|\n|[^\W\d]\w*[!]?
    |\d+(?:\.\d+)?(?:e[-+]?\d+)?
    |\.?[-+*/\\^<>=!&|]+|[()\[\]{},;:.?'$@]|[^\S\n]+|.''', re.X)
OPENS = frozenset(["function", "if", "for", "while", "begin", "let", "try", "quote", "struct", "module", "do"])
WORDS = OPENS | {"end", "else", "elseif", "return", "const", "import", "using", "true", "false", "in", "global",
                 "local"}
KNOWN = frozenset(re.findall(r"\S+", """LinearAlgebra Random SpecialFunctions MersenneTwister I Matrix Symmetric
    Diagonal LowerTriangular UpperTriangular
    DimensionMismatch ArgumentError Float32 Float64 PROGRAM_FILE __FILE__ abspath argmax collect error eltype eachindex
    findfirst isempty length map ndims norm occursin oftype only permutedims println rand randn repeat reshape reverse
    round size throw vec zero one zeros ones fill float first sum prod maximum minimum max min abs abs2 sign exp log
    log10 log2 log1p expm1 sqrt cbrt sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh floor ceil hypot ifelse
    clamp det inv logabsdet logdet cholesky lu dot tr diag diagm kron tril triu pinv opnorm svd svdvals sylvester eigen
    eigmax qr hcat vcat div pi erf erfc erfcx digamma loggamma gamma besseli besselix dims init rtol sigdigits
    NaN eps eigvals reduce sort sortperm copy"""))
PYTHON = (r"\*\*", r"//", r"\bNone\b", r"\bTrue\b", r"\bFalse\b", r"\bdef\b", r"\blambda\b", r"\bnp\.", r"\belif\b",
          r"\bnot \b", r" and ", r" or ", r"\blen\(", r"\.shape\b", r"\.T\b", r" @ ", r":$", r"\bassert\b", r"\[-1\]")


def complaints(text: str) -> list[str]:
    """What a reader notices, nothing if all is well."""
    tokens = [t for t in _TOKEN.findall(text) if not t.isspace() or t == "\n"]
    code = [t for t in tokens if not t.startswith(('"', "#"))]
    plain = re.sub(r'"""(?:[^"\\]|\\.|"(?!""))*"""|"(?:[^"\\\n]|\\.)*"|#[^\n]*', '""', text)
    found = [f"an odd quote: {t}" for t in code if t == '"']
    found += [*_brackets(code), *_names(tokens)]
    return found + [f"Python's {pattern}" for pattern in PYTHON if re.search(pattern, plain, re.M)]


def _brackets(code: list[str]) -> Iterator[str]:
    """Brackets and blocks, each closed by its own; in square brackets `end` is a place and `for` opens nothing."""
    stack: list[str] = []
    closing = {")": "(", "]": "[", "}": "{"}
    for t in code:
        within = any(open_ in "([{" for open_ in stack)
        if t in "([{" and t:
            stack.append(t)
        elif t in closing:
            if not stack or stack.pop() != closing[t]:
                yield f"{t} closes nothing"
        elif t in OPENS and not within:
            stack.append(t)
        elif t == "end" and not within and (not stack or stack.pop() not in OPENS):
            yield "end closes nothing"
    yield from (f"{t} is not closed" for t in stack)


def _names(tokens: list[str]) -> Iterator[str]:
    """Names that are neither known nor defined anywhere in the file: as a function, a parameter, by = or for."""
    code = [t for t in tokens if t != "\n" and not t.startswith("#")]
    defined = set(KNOWN)
    for k, t in enumerate(code):
        if not re.fullmatch(r"[^\W\d]\w*", t):
            continue
        after = code[k + 1] if k + 1 < len(code) else ""
        if after in ("=", "->", "in") or code[k - 1] in ("function", "for"):
            defined.add(t)
        if after == "," and code[k + 2:k + 4] != [] and "=" in code[k:k + 8]:
            defined.add(t)
    text = " ".join(code)
    for head in re.findall(r"function (\w+ \([^()]*\))|\b(\w+ \([^()]*\)) = ", text):
        defined.update(re.findall(r"[^\W\d]\w*", " ".join(head)))
    for k, t in enumerate(code):
        if re.fullmatch(r"[^\W\d]\w*", t) and t not in WORDS and t not in defined and code[k - 1] != "." and (
                code[k - 2:k] != [",", ":"]):
            yield f"{t} is not defined"
    for string in (t for t in code if t.startswith('"')):
        for inner in re.findall(r"(?<!\\)\$\(?([^\W\d]\w*)", string):
            if inner not in defined:
                yield f"{inner} in a text is not defined"
