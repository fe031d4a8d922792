"""Configuration of Sphinx; build the documentation with ``make docs``."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

import gensim_distill

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "gensim-distill"
author = "the authors of gensim-distill"
project_copyright = "the authors, LGPL 2.1 or later"
release = version = gensim_distill.__version__

extensions = [
    "mathml",
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.viewcode",
    "sphinx_copybutton",
    "sphinx_design",
]
exclude_patterns = ["_build", "_ext"]

# --- Markdown ------------------------------------------------------------------------------------

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

# --- reference -----------------------------------------------------------------------------------

default_role = "literal"  # single backticks, in docstrings, are names of arguments
autodoc_preserve_defaults = True
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # numpydoc has the types, in words
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

nitpicky = True
nitpick_ignore_regex = [
    # Their inventories need a network.
    (
        "py:.*",
        r"(gensim|numpy|np|npt|torch|sklearn|transformers|ray|pandas|collections|pathlib)\..*",
    ),
]

# --- HTML ----------------------------------------------------------------------------------------

html_theme = "furo"
html_title = "gensim-distill"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_math_renderer = "mathml"
html_show_sphinx = False
html_copy_source = False
html_theme_options = {"navigation_with_keys": True}
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
pygments_style = "friendly"
pygments_dark_style = "github-dark"


def _by_last_name(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.TextElement
) -> nodes.Element | None:
    """Resolve a short name such as ``Objective.views``, or a name imported into a package, wherever it is documented."""
    if node.get("refdomain") != "py" or node.hasattr("refspecific"):
        return None
    node["refspecific"] = True
    target: str = node["reftarget"]
    names = [target]
    if target.startswith("gensim_distill."):
        names.append(target.rpartition(".")[2])
    for name in names:
        found = env.domains["py"].resolve_xref(
            env, node["refdoc"], app.builder, node["reftype"], name, node, content
        )
        if found is not None:
            return found
    return None


def _remove_links_out_of_docs(app: Sphinx, page: str, source: list[str]) -> None:
    """Replace links to files outside docs/, such as ``../README.md``, by their text."""
    source[0] = re.sub(r"(?<!!)\[([^]]+)]\(\.\./[^)]+\)", r"\1", source[0])


def setup(app: Sphinx) -> None:
    """Connect the handlers of short names and of links."""
    app.connect("missing-reference", _by_last_name)
    app.connect("source-read", _remove_links_out_of_docs)
