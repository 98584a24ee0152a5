"""Watches, looks at them, crossings, and attempts to send notices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from comity.acts.protection import protect

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables of watches."""
    op.create_table(
        "watches",
        *_logged(),
        *_texts("a", "b", "dyad", "subject", "side", "statistic"),
        sa.Column("threshold", sa.Float(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("clear_at", sa.Float(), nullable=True),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("at_least", sa.Integer(), nullable=False),
        sa.Column("only_clear", sa.Boolean(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_watches"),
        sa.CheckConstraint(
            "side IN ('above', 'below', 'reaches', 'changes')", name="ck_watches_side"
        ),
    )
    op.create_index("ix_watches_dyad", "watches", ["dyad"])
    op.create_table(
        "watch_ends",
        *_logged(),
        sa.Column("watch_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_watch_ends"),
        sa.ForeignKeyConstraint(["watch_id"], ["watches.id"], name="fk_watch_ends_watch_id"),
        sa.UniqueConstraint("watch_id", name="uq_watch_ends_watch_id"),
    )
    op.create_table(
        "watch_runs",
        *_logged(),
        sa.Column("dyad", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("inputs_hash", sa.Text(), nullable=False),
        sa.Column("seen", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_watch_runs"),
    )
    op.create_index("ix_watch_runs_dyad", "watch_runs", ["dyad"])
    _marks()
    op.create_table(
        "watch_sendings",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("mark_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *_texts("channel", "outcome"),
        sa.Column("repeat", sa.Boolean(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_watch_sendings"),
        sa.ForeignKeyConstraint(["mark_id"], ["watch_marks.id"], name="fk_watch_sendings_mark_id"),
        sa.CheckConstraint(
            "outcome IN ('trying', 'sent', 'failed', 'unsure')", name="ck_watch_sendings_outcome"
        ),
    )
    op.create_index("ix_watch_sendings_mark_id", "watch_sendings", ["mark_id"])
    protect(op.get_bind(), "watch_ends", ("watch_id",))
    protect(op.get_bind(), "watch_marks", ("watch_id", "number"))
    for table in ("watches", "watch_runs", "watch_sendings"):
        protect(op.get_bind(), table)


def _marks() -> None:
    op.create_table(
        "watch_marks",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("watch_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *_texts("kind", "why"),
        *(
            sa.Column(f"{when}{name}", kind, nullable=True)
            for when in ("", "old_")
            for name, kind in (
                ("period", sa.Text()),
                ("value", sa.Float()),
                ("lo80", sa.Float()),
                ("hi80", sa.Float()),
                ("state", sa.Text()),
            )
        ),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("threshold", sa.Float(), nullable=True),
        sa.Column("certainty", sa.Text(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("channels", sa.JSON(), nullable=False),
        sa.Column("notice", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_watch_marks"),
        sa.ForeignKeyConstraint(["watch_id"], ["watches.id"], name="fk_watch_marks_watch_id"),
        sa.ForeignKeyConstraint(["run_id"], ["watch_runs.id"], name="fk_watch_marks_run_id"),
        sa.UniqueConstraint("watch_id", "number", name="uq_watch_marks_watch_id"),
        sa.CheckConstraint(
            "kind IN ('set', 'crossed', 'cleared', 'corrected', 'blind', 'sees')",
            name="ck_watch_marks_kind",
        ),
    )
    op.create_index("ix_watch_marks_watch_id", "watch_marks", ["watch_id"])


def _texts(*names: str) -> tuple[sa.Column[object], ...]:
    return tuple(sa.Column(name, sa.Text(), nullable=False) for name in names)


def _logged() -> tuple[sa.Column[object], ...]:
    """Return the columns of every act."""
    return (
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *_texts("by", "account", "why"),
    )
