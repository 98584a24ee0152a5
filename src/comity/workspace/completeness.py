"""How complete a source is: the ledger as plain data and sentences."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from comity.core.errors import UnknownName, UsageError
from comity.evidence.gaps import NOT_THERE, days_of, reason_of
from comity.evidence.ledger import Ledger
from comity.evidence.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from comity.evidence.collecting import Collection, Order
    from comity.evidence.ledger import Entry
    from comity.evidence.store import EvidenceStore

__all__ = [
    "days_asked",
    "days_lines",
    "forget_file",
    "gap_lines",
    "ledger_rows",
    "run_summary",
    "span_text",
]

_MOST_FILES = 1_000
_MOST_REASONS = 5
_MOST_SPANS = 8
_LATER, _BAD = 75, 65


def days_asked(coverage: str, since: dt.date | None, until: dt.date | None, today: dt.date) -> Span:
    """Return the days to collect: those asked for, within what the publisher covers.

    Raises
    ------
    UsageError
        If none is left.

    Examples
    --------
    >>> first, last = days_asked("1946/1990", None, None, dt.date(2026, 1, 1))
    >>> first.isoformat(), last.isoformat()
    ('1946-01-01', '1990-12-31')
    """
    begin, _, end = coverage.partition("/")
    first = since or dt.date(int(begin), 1, 1)
    last = until or (min(today, dt.date(int(end), 12, 31)) if end else today)
    if first > last:
        msg = f"no day lies from {first} to {last}. The publisher covers {coverage}."
        raise UsageError(msg)
    return first, last


def run_summary(
    store: EvidenceStore, source: str, order: Order, made: Collection
) -> dict[str, Any]:
    """Return what the ledger says after a run, about the days of the run."""
    with Ledger.open(store.home) as ledger:
        found = _summary(ledger, source, order.since, order.until)
    found = {
        "source": source,
        "since": order.since,
        "until": order.until,
        "from": order.base or "the publisher",
        "fetched": made.fetched,
        "fetched_bytes": made.fetched_bytes,
        "unchanged": made.unchanged,
        "stopped": made.stopped,
        **found,
    }
    return {"exit_code": _exit_code(found), **found}


def ledger_rows(store: EvidenceStore, source: str | None = None) -> list[dict[str, Any]]:
    """Return the ledger's counts by source; of one source also every file that is not there."""
    ledger = Ledger.of(store.home)
    if ledger is None:
        return []
    with ledger:
        rows = []
        for name in ledger.sources():
            if source in (None, name):
                row = _summary(ledger, name, dt.date.min, dt.date.max, most=None if source else 0)
                rows.append({"name": name, **row, "last_run": ledger.last_run(name)})
        return rows


def forget_file(store: EvidenceStore, source: str, file: str) -> None:
    """Book a file that is not there as superseded by the user's word.

    Raises
    ------
    UnknownName
        If the ledger has no such file that is not there.
    """
    with Ledger.open(store.home) as ledger:
        entry = ledger.entry(source, file)
        if entry is None or entry.state not in NOT_THERE:
            known = [each.name for each in ledger.entries(source, NOT_THERE)]
            raise UnknownName(
                "missing file", file, known, f"`comity sources status {source}` lists them."
            )
        said = "the user does not miss it" + (f" ({entry.error})" if entry.error else "")
        ledger.book(entry, state="superseded", fault="", error=said)


def _exit_code(summary: dict[str, Any]) -> int:
    """Return 0 if all is there that the publisher has, 75 if more may come, 65 if some is bad."""
    if summary["corrupt"] or summary["states"]["quarantined"]:
        return _BAD
    waiting = summary["states"]["failed"] + summary["states"]["expected"]
    return _LATER if waiting or summary["not_refreshed"] or summary["stopped"] else 0


def gap_lines(summary: dict[str, Any]) -> list[str]:
    """Return the gap report of a run in sentences."""
    states = summary["states"]
    total = sum(states.values()) - states["superseded"]
    lines = [
        f"{summary['fetched']:,} files fetched ({summary['fetched_bytes'] / 1e6:,.1f} MB), "
        f"{summary['unchanged']:,} asked again and unchanged",
        f"{summary['since']} to {summary['until']}: {total:,} files expected, "
        f"{states['present']:,} present, {states['absent_upstream']:,} absent upstream, "
        f"{states['failed']:,} failed, {states['quarantined']:,} refused, "
        f"{states['expected']:,} not fetched yet, {states['superseded']:,} superseded",
    ]
    lines += [
        f"{each['file']}: {each['reason']}"
        for each in summary["not_there"]
        if each["state"] != "absent_upstream"
    ][:_MOST_REASONS]
    lines += days_lines(summary)
    lines += [f"{each['file']}: {each['reason']}" for each in summary["not_refreshed"]][
        :_MOST_REASONS
    ]
    if summary["stopped"]:
        lines.append(f"stopped early: {summary['stopped']}")
    if summary["exit_code"]:
        lines.append(
            f"not complete. The same command goes on where this one stopped; "
            f"`comity sources status {summary['source']}` lists every file that is not there"
        )
    return lines


def days_lines(summary: dict[str, Any]) -> list[str]:
    """Return the days that are missing, in sentences; none if none is."""
    return [
        f"{said}: {span_text(summary[key])}"
        for key, said in (
            ("missing_days", "days without any file"),
            ("incomplete_days", "days with some files missing"),
        )
        if summary[key]
    ]


def span_text(spans: Iterable[Iterable[dt.date]], most: int = _MOST_SPANS) -> str:
    """Return spans of days as text, the first ones if there are many.

    Examples
    --------
    >>> day = dt.date(2024, 1, 1)
    >>> span_text([(day, day), (day.replace(month=3), day.replace(month=4))])
    '2024-01-01, 2024-03-01 to 2024-04-01'
    """
    shown = []
    spans = [tuple(span) for span in spans]
    for first, last in spans[:most]:
        shown.append(f"{first}" if first == last else f"{first} to {last}")
    more = f" and {len(spans) - most:,} spans more" if len(spans) > most else ""
    return ", ".join(shown) + more


def _summary(
    ledger: Ledger, source: str, since: dt.date, until: dt.date, most: int | None = _MOST_FILES
) -> dict[str, Any]:
    days = days_of(ledger, source, since, until)
    not_there: list[dict[str, Any]] = []
    corrupt = 0
    for entry in ledger.entries(source, NOT_THERE, since, until):
        corrupt += entry.fault == "corrupt"
        if most is None or len(not_there) < most:
            not_there.append(_row(entry))
    return {
        "states": ledger.counts(source, since, until),
        "corrupt": corrupt,
        "missing_days": days.missing,
        "incomplete_days": days.incomplete,
        "not_there": not_there,
        "not_refreshed": [
            _row(entry)
            for entry in ledger.entries(source, ("present",), since, until)
            if entry.fault
        ],
    }


def _row(entry: Entry) -> dict[str, Any]:
    return {
        "file": entry.name,
        "state": entry.state,
        "first": entry.first,
        "last": entry.last,
        "url": entry.url,
        "sha256": entry.sha256,
        "attempts": entry.attempts,
        "reason": entry.error if entry.state == "present" else reason_of(entry),
    }
