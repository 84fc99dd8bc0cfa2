"""How the documentation is made of these files, the docstrings and the notebooks.

    sphinx-build -W docs docs/_build/html

Nothing in it comes from other hosts: equations are MathML, made as those of the page and in its
font.
"""

import argparse
import re

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from crviz import __version__
from crviz.cli.obeying import _parser
from crviz.dashboard import words

project, author, release = "crviz", "The crviz developers", __version__
project_copyright = author
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build", "deploy", "decisions/README.md"]
html_theme, html_title = "furo", f"crviz {release}"
html_static_path = ["_static", "../crviz/dashboard/fonts"]
html_css_files = ["documentation.css"]
html_copy_source = html_show_sourcelink = False
html_math_renderer = "mathml"
math_eqref_format = "Eq. {number}"
myst_enable_extensions = ["dollarmath", "deflist"]
myst_heading_anchors = 3
# notebooks run once; what they drew is kept until they change
nb_execution_in_temp = True
nb_execution_mode, nb_execution_timeout, nb_execution_raise_on_error = "cache", 120, True
default_role = "py:obj"
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_type_aliases = {name: name for name in ("Array", "ArrayLike", "Gradient", "Rate", "Maps")}
napoleon_google_docstring = napoleon_use_param = napoleon_use_rtype = False
napoleon_custom_sections = [("Attributes", "params_style")]  # of which several may share a line

_ALIAS = re.compile(r"TypeAliasForwardRef\('(\w+)'\)")
_MANY = re.compile(r"\((?:[\d.]+, ){9,}[\d.]+\)")
_QUOTED = re.compile(r"(`+[^`]+`+)")
_MARKS = re.compile(r"([\\*|]|_(?!\w))")


def plain(app, what, name, thing, options, lines):
    """Docstrings are prose with formulas: outside of `quotes`, signs such as * and | mean nothing."""
    text = "\n".join(lines)
    parts = _QUOTED.split(text)
    parts[::2] = [_MARKS.sub(r"\\\1", part) for part in parts[::2]]
    lines[:] = "".join(parts).split("\n")


def by_name(app, what, name, thing, options, signature, returns):
    """Types that have a name of ours are called by it, within others too; many numbers are left out."""
    return tuple(text and _MANY.sub("(…)", _ALIAS.sub(r"\1", text)) for text in (signature, returns))


def equation(self, node):
    """An equation as MathML, with its number where it has one."""
    block = isinstance(node, nodes.math_block)
    math = words.equation(node.astext(), block=block)
    if block:
        place = f' id="equation-{node["label"]}"' if node.get("label") else ""
        number = f'<span class="eqno">({_of_the_paper(node["label"])})</span>' if place else ""
        math = f'<div class="math"{place}>{math}{number}</div>\n'
    self.body.append(math)
    raise nodes.SkipNode


def _of_the_paper(label):
    return label.removeprefix("eq")


def number_as_the_paper(app, environment):
    """Equations have the numbers of the paper, which their labels say: eq5 is Eq. 5."""
    known = environment.get_domain("math").equations
    known.update({label: (name, _of_the_paper(label)) for label, (name, _) in known.items()})


def terms(app, doctree):
    """Every word of the glossary is a place that can be linked to: term-dipole."""
    if app.env.docname != "glossary":
        return
    for body in doctree.findall(nodes.tbody):
        for row in body:
            row["ids"].append(words.term(row[0].astext()))


class Commands(SphinxDirective):
    """All commands with their options, as the command line itself tells them."""

    def run(self):
        return list(_sections("crviz", _parser()))


def _sections(name, parser):
    """A section for each command below one, and for those below that."""
    for group in parser._actions:
        if isinstance(group, argparse._SubParsersAction):
            for word, command in group.choices.items():
                said = command.format_help()
                section = nodes.section(ids=[f"{name}-{word}".replace(" ", "-")])
                section += nodes.title("", f"{name} {word}")
                section += nodes.literal_block(said, said, language="none")
                yield section
                yield from _sections(f"{name} {word}", command)


def setup(app):
    app.add_directive("commands", Commands)
    app.add_html_math_renderer("mathml", (equation, None), (equation, None))
    app.connect("autodoc-process-docstring", plain, priority=400)  # before napoleon
    app.connect("autodoc-process-signature", by_name)
    app.connect("doctree-read", terms)
    app.connect("env-updated", number_as_the_paper)
