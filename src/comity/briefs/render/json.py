"""The assessment as bytes: same assessment, same bytes."""

from __future__ import annotations

import json

from pydantic import ValidationError

from comity.core.errors import EvidenceError
from comity.judgement.assessment import SCHEMA, Assessment

__all__ = ["load_json", "render_json"]


def render_json(assessment: Assessment) -> bytes:
    """Return the assessment as UTF-8 JSON in the order of its schema, ending in a newline."""
    data = assessment.model_dump(mode="json", by_alias=True)
    return f"{json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False)}\n".encode()


def load_json(data: bytes) -> Assessment:
    """Read an assessment back.

    Raises
    ------
    EvidenceError
        If the bytes are not JSON or not an assessment of the schema ``comity.assessment/1``.
    """
    try:
        return Assessment.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file as a whole"
        msg = (
            f"this is not an assessment of the schema {SCHEMA}: {where}: {first['msg']}. "
            "Make it again with `comity assess`."
        )
        raise EvidenceError(msg) from None
