"""The site: `python -m sphinx -W --keep-going -b html docs docs/_build/html`. Nothing in it asks another server."""

from __future__ import annotations

from importlib.metadata import version as installed
from typing import ClassVar

from docutils import nodes
from pygments.lexer import RegexLexer
from pygments.lexers.special import TextLexer
from pygments.token import Generic
from sphinx.application import Sphinx

project = "tcpverify"
author = "The tcpverify developers"
version = release = installed("tcpverify")
language = "en"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
# Names in docstrings; and --losses is not a dash.
default_role = "code"
smartquotes = False

html_theme = "furo"
html_title = "tcpverify"
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False

# The same headings can be linked to here and on a forge.
myst_heading_anchors = 4

napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_attr_annotations = False
autodoc_typehints = "none"
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True}

#: what pages link to outside of this folder, and what says the same on the site
ELSEWHERE = {"](../README.md)": "](index.md)", "](../models/)": "](reference/models.md)"}


class Console(RegexLexer):
    """Commands and what they print; the output is no shell language, whatever stands in it."""

    name = "tcpverify console"
    tokens: ClassVar = {"root": [(r"^\$ .*\n", Generic.Heading), (r".*\n", Generic.Output)]}


def _linked(app: Sphinx, page: str, source: list[str]) -> None:
    for there, here in ELSEWHERE.items():
        source[0] = source[0].replace(there, here)


def _dashed(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """What stands between a parameter and its meaning is a dash, though nothing else that looks like it is."""
    for text in list(doctree.findall(nodes.Text)):
        if text == " -- ":
            text.parent.replace(text, nodes.Text(" – "))


def setup(app: Sphinx) -> None:
    """Diagrams in Mermaid are shown as they are written: drawing them would take a script from somewhere else."""
    app.connect("source-read", _linked)
    app.connect("doctree-resolved", _dashed)
    app.add_lexer("console", Console)
    for kind in ("mermaid", "plantuml"):
        app.add_lexer(kind, TextLexer)
