"""How the documentation is built: ``make docs``."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import Any

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
    "sphinx.ext.autosummary",
    "sphinx.ext.viewcode",
    "sphinx_copybutton",
    "sphinx_design",
]
exclude_patterns = ["_build", "_ext"]
templates_path = ["_templates"]
# Pages that are added later find their place in the contents without this file being touched.
suppress_warnings = ["toc.empty_glob"]

# --- Markdown ------------------------------------------------------------------------------------

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
# Pages link to files of the project as they do on a code host; on the site these links lead nowhere and are plain text.
myst_url_schemes = ["http", "https", "mailto"]

# --- reference -----------------------------------------------------------------------------------

default_role = "literal"  # single backticks, in docstrings, are names of arguments
autosummary_generate = True
autosummary_imported_members = True
autosummary_ignore_module_all = False
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # numpydoc gives each parameter its type, in words
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

nitpicky = True
# These have no inventory that a build without a network could ask.
nitpick_ignore_regex = [
    ("py:.*", r"(gensim|numpy|np|npt|torch|sklearn|transformers|ray|collections|pathlib)\..*"),
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
