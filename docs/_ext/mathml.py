"""Formulas as MathML, which browsers render without scripts or other servers, in the colors of the page."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from docutils.utils.math import latex2mathml
from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)


def _draw(self: Any, node: nodes.math | nodes.math_block) -> None:
    block = isinstance(node, nodes.math_block)
    try:
        formula = latex2mathml.tex2mathml(node.astext(), as_block=block)
    except ValueError as error:
        logger.warning(
            "The formula %r cannot be made into MathML: %s",
            node.astext(),
            error,
            location=node,
        )
        raise nodes.SkipNode from error
    if block:
        formula = self.starttag(node, "div", CLASS="math-block") + formula + "</div>\n"
    self.body.append(formula)
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Register ``html_math_renderer = "mathml"``."""
    app.add_html_math_renderer(
        "mathml", inline_renderers=(_draw, None), block_renderers=(_draw, None)
    )
    return {"parallel_read_safe": True, "parallel_write_safe": True}
