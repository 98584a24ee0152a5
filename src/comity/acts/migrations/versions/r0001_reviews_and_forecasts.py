"""Reviews of assessments; forecasts and what became of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from comity.acts.protection import protect

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "reviews",
        *_logged(),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("a", sa.Text(), nullable=False),
        sa.Column("b", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("inputs_hash", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("authors", sa.JSON(), nullable=False),
        sa.Column("affiliation", sa.Text(), nullable=False),
        sa.Column("funders", sa.JSON(), nullable=False),
        sa.Column("independence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
        sa.UniqueConstraint("number", "version", name="uq_reviews_number"),
        sa.CheckConstraint("version >= 1", name="ck_reviews_version"),
    )
    op.create_index("ix_reviews_inputs_hash", "reviews", ["inputs_hash"])
    op.create_table(
        "review_acts",
        *_logged(),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=True),
        sa.Column("inputs_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_review_acts"),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name="fk_review_acts_review_id"),
        sa.ForeignKeyConstraint(["answers"], ["review_acts.id"], name="fk_review_acts_answers"),
        sa.CheckConstraint(
            "kind IN ('comment', 'answer', 'check', 'dissent', 'return', 'sign')",
            name="ck_review_acts_kind",
        ),
    )
    op.create_index("ix_review_acts_review_id", "review_acts", ["review_id"])
    op.create_table(
        "forecasts",
        *_logged(),
        sa.Column("dyad", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("criteria", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("horizon", sa.Date(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=True),
        sa.Column("quantiles", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("maker", sa.Text(), nullable=False),
        sa.Column("inputs_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_forecasts"),
        sa.CheckConstraint(
            "probability >= 0 AND probability <= 1", name="ck_forecasts_probability"
        ),
        sa.CheckConstraint(
            "(probability IS NULL) <> (quantiles IS NULL)", name="ck_forecasts_one_kind"
        ),
    )
    op.create_index("ix_forecasts_dyad", "forecasts", ["dyad"])
    op.create_table(
        "resolutions",
        *_logged(),
        sa.Column("dyad", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("horizon", sa.Date(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("resolved_on", sa.Date(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("corrects", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_resolutions"),
        sa.ForeignKeyConstraint(["corrects"], ["resolutions.id"], name="fk_resolutions_corrects"),
        sa.CheckConstraint(
            "outcome IN ('true', 'false', 'void', 'value')", name="ck_resolutions_outcome"
        ),
        sa.CheckConstraint(
            "(outcome = 'value') = (value IS NOT NULL)", name="ck_resolutions_value"
        ),
    )
    op.create_index("ix_resolutions_dyad", "resolutions", ["dyad"])
    protect(op.get_bind(), "reviews", ("number", "version"))
    for table in ("review_acts", "forecasts", "resolutions"):
        protect(op.get_bind(), table)


def _logged() -> tuple[sa.Column[object], ...]:
    """Return the columns of every act."""
    return (
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
    )
