"""How answers show themselves in a notebook: one method for all of them, whose pages are made when they are asked for.

The pages know printers and checks, which lie far above the answers; so they are found by name, and a start loads none.
"""

from __future__ import annotations

from collections.abc import Container

PAGES = "matcalc.notebook.pages"


class Shown:
    """What a notebook shows as a page: in LaTeX, Markdown, HTML, as a picture, in plain text."""

    __slots__ = ()

    def _repr_mimebundle_(self, include: Container[str] | None = None,
                          exclude: Container[str] | None = None) -> dict[str, str]:
        """The page in each form, by its MIME type: Jupyter, VS Code and marimo take the one that they show best."""
        from importlib import import_module

        found: dict[str, str] = import_module(PAGES).bundle(self)
        return {kind: text for kind, text in found.items()
                if (include is None or kind in include) and (exclude is None or kind not in exclude)}


class Picture(Shown):
    """A picture in SVG."""

    __slots__ = ("svg", "title")

    def __init__(self, svg: str, title: str) -> None:
        self.svg, self.title = svg, title

    def __repr__(self) -> str:
        return f"<picture of {self.title}>"

    def save(self, file: str) -> None:
        """Write the picture to a file."""
        with open(file, "w", encoding="utf-8") as stream:
            stream.write(self.svg)
