"""Arguments that commands share: each is named and explained once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

__all__ = ["A", "AsOf", "B", "By", "Catalog", "Json", "Review", "Store"]

A = Annotated[str, Parameter(help="First state: an ISO3 code or a name.")]
B = Annotated[str, Parameter(help="Second state.")]
AsOf = Annotated[
    str | None,
    Parameter(
        help="Use only what was public by this day (YYYY, YYYY-MM or YYYY-MM-DD); by default the"
        " latest day for which anything is stored."
    ),
]
By = Annotated[str | None, Parameter(help="Your name; by default COMITY_USER, or the login name.")]
Catalog = Annotated[
    Path | None,
    Parameter(help="A folder of your own that adds to or replaces parts of the catalog."),
]
Json = Annotated[
    str | None,
    Parameter(
        name="--json",
        allow_leading_hyphen=True,
        help="Write JSON to this file, or - for standard output.",
    ),
]
Review = Annotated[
    str, Parameter(help="The review: number and version, or the number for its latest version.")
]
Store = Annotated[
    Path | None,
    Parameter(
        help="Where the evidence lies; by default the platform's data folder, or COMITY_HOME."
    ),
]
