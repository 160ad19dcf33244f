"""A question and its answer as texts of JSON, which is what a worker in a browser hands over."""

from __future__ import annotations

import json

from matcalc.page.asked import asked


def answer(text: str) -> str:
    """The answer to a question that page and worker speak of as text.

    >>> '"ok": true' in answer('{"formula": "x\\'x"}')
    True
    """
    return json.dumps(asked(json.loads(text)), ensure_ascii=False, allow_nan=False)
