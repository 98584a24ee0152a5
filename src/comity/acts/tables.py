"""Tables of acts. A row says who, when and why, and never changes: a later act corrects it.

A new kind of act is a class here or beside it that takes `Logged`, and one more file in
``migrations/versions`` that makes the table and calls `protect`.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    MetaData,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

__all__ = ["ACTS", "OUTCOMES", "Base", "Forecast", "Logged", "Resolution", "Review", "ReviewAct"]

ACTS = ("comment", "answer", "check", "dissent", "return", "sign")
"""Kinds of act in a review, after it was opened."""

OUTCOMES = ("true", "false", "void", "value")
"""What a question came to; value is the number that a forecast reading took."""


class UtcDateTime(TypeDecorator[dt.datetime]):
    """A moment in UTC, on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> Any:
        """Refuse a moment without a time zone, which nobody can place."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = f"{value} has no time zone"
            raise ValueError(msg)
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(
        self, value: dt.datetime | None, dialect: Dialect
    ) -> dt.datetime | None:
        """Give the moment its time zone back."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class Base(DeclarativeBase):
    """Base of all tables of acts."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "ix": "ix_%(table_name)s_%(column_0_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 -- as SQLAlchemy reads it
        dt.datetime: UtcDateTime(),
        dt.date: Date(),
        str: Text(),
        float: Float(),
        list[str]: JSON(),
        dict[str, float]: JSON(none_as_null=True),
    }


class Logged:
    """Who, when and why: the columns of every act.

    Attributes
    ----------
    by : str
        The name under which somebody acts: as claimed, not proven.
    account : str
        The login name at the machine, or ``COMITY_USER``.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime]
    by: Mapped[str]
    account: Mapped[str]
    why: Mapped[str]


class Review(Logged, Base):
    """One version of an assessment put forward for review."""

    __tablename__ = "reviews"
    __table_args__ = (
        UniqueConstraint("number", "version"),
        CheckConstraint("version >= 1", name="version"),
    )

    number: Mapped[str]
    version: Mapped[int]
    a: Mapped[str]
    b: Mapped[str]
    as_of: Mapped[dt.date]
    inputs_hash: Mapped[str] = mapped_column(index=True)
    content_hash: Mapped[str]
    series: Mapped[str]
    authors: Mapped[list[str]]
    affiliation: Mapped[str]
    funders: Mapped[list[str]]
    independence: Mapped[str]


class ReviewAct(Logged, Base):
    """One act in a review; `why` is its text.

    Attributes
    ----------
    part : str
        Of a comment: the part of the assessment, with the sentence after a colon. Of a check: the
        row of the checklist.
    quote : str
        Of a comment: the words that it is about, as they stood.
    answers : int or None
        Of an answer: the comment.
    inputs_hash : str
        Of a signature: what was signed.
    """

    __tablename__ = "review_acts"
    __table_args__ = (
        CheckConstraint(f"kind IN ({', '.join(repr(kind) for kind in ACTS)})", name="kind"),
    )

    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id"), index=True)
    kind: Mapped[str]
    part: Mapped[str]
    quote: Mapped[str]
    answers: Mapped[int | None] = mapped_column(ForeignKey("review_acts.id"))
    inputs_hash: Mapped[str]


class Forecast(Logged, Base):
    """A probability that somebody gave to a question, or quantiles of a reading to come.

    Attributes
    ----------
    dyad : str
        Key of the dyad: the two ISO3 codes in order, ``IRN-RUS``.
    question : str
        Id within the dyad; with `horizon` it names what is resolved.
    source : str
        What is looked at to resolve it.
    horizon : datetime.date
        Day on which it resolves at the latest.
    as_of : datetime.date
        Day at whose end the forecast was made, by what was public then.
    quantiles : dict of str to float or None
        Level (``"0.1"``) to value, of a forecast reading.
    maker : str
        A person, or the version of comity.
    """

    __tablename__ = "forecasts"
    __table_args__ = (
        CheckConstraint("probability >= 0 AND probability <= 1", name="probability"),
        CheckConstraint("(probability IS NULL) <> (quantiles IS NULL)", name="one_kind"),
    )

    dyad: Mapped[str] = mapped_column(index=True)
    question: Mapped[str]
    text: Mapped[str]
    criteria: Mapped[str]
    source: Mapped[str]
    horizon: Mapped[dt.date]
    as_of: Mapped[dt.date]
    probability: Mapped[float | None]
    quantiles: Mapped[dict[str, float] | None]
    maker: Mapped[str]
    inputs_hash: Mapped[str]


class Resolution(Logged, Base):
    """What a question came to; a later row of the same question corrects an earlier one."""

    __tablename__ = "resolutions"
    __table_args__ = (
        CheckConstraint(
            f"outcome IN ({', '.join(repr(outcome) for outcome in OUTCOMES)})", name="outcome"
        ),
        CheckConstraint("(outcome = 'value') = (value IS NOT NULL)", name="value"),
    )

    dyad: Mapped[str] = mapped_column(index=True)
    question: Mapped[str]
    horizon: Mapped[dt.date]
    outcome: Mapped[str]
    value: Mapped[float | None]
    resolved_on: Mapped[dt.date]
    evidence: Mapped[list[str]]
    corrects: Mapped[int | None] = mapped_column(ForeignKey("resolutions.id"))
