"""Sphinx configuration."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "comity"
author = "The comity developers"
project_copyright = "The comity developers"
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "catalog_pages",
]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
exclude_patterns = ["_build", "reference/benchmarks-results.md"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = "comity"
html_static_path: list[str] = []
napoleon_google_docstring = False
autodoc_typehints = "none"
nitpicky = True
nitpick_ignore_regex = [("py:.*", ".*")]
