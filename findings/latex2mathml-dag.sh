#!/bin/sh
# latex2mathml: \dag and \dagger are one sign in LaTeX, and two things here.
#
# Expected: LaTeX defines \dag and \dagger in mathematics as the same sign, so A^\dag and A^\dagger give the same MathML.
# What happens: \dagger becomes U+2020; \dag stays as its own name, backslash and all, inside <mi>, without a warning,
# so a browser shows the four characters \dag as the exponent of A.
# Seen while comparing formulas with a pseudoinverse or a conjugate transpose, which papers write either way.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check latex2mathml==3.81.1
"$folder/venv/bin/python" - <<'PYTHON'
from importlib.metadata import version

from latex2mathml.converter import convert

print("latex2mathml", version("latex2mathml"))
seen = {}
for formula in (r"A^\dagger", r"A^\dag"):
    text = convert(formula)
    seen[formula] = text[text.index("<msup>"):text.index("</msup>") + len("</msup>")]
    print(f"{formula:10} {seen[formula]}")
expected = {r"A^\dagger": "<msup><mi>A</mi><mi>&#x02020;</mi></msup>", r"A^\dag": r"<msup><mi>A</mi><mi>\dag</mi></msup>"}
assert seen == expected, "the behaviour has changed"
PYTHON
