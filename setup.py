"""The description of the package on PyPI: the README with absolute links, since PyPI has no other file of the repository.

The address of the repository is ``url`` in setup.cfg. As long as there is none, links become text and pictures are omitted.
"""

from __future__ import annotations

import re
from configparser import ConfigParser
from pathlib import Path

from setuptools import setup

ROOT = Path(__file__).resolve().parent
RELATIVE_LINK = re.compile(r"(?P<picture>!?)\[(?P<text>[^]]*)\]\((?!https?://|#)(?P<path>[^)]+)\)")


def description(readme: str, url: str | None) -> str:
    """Return a README whose relative links point to the repository at a URL."""

    def replace(link: re.Match[str]) -> str:
        picture, text, path = link["picture"], link["text"], link["path"]
        if url is None:
            return "" if picture else text
        return f"{picture}[{text}]({url.rstrip('/')}/{'raw' if picture else 'blob'}/HEAD/{path})"

    return RELATIVE_LINK.sub(replace, readme)


if __name__ == "__main__":
    config = ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    setup(
        long_description=description(readme, config["metadata"].get("url")),
        long_description_content_type="text/markdown",
    )
