"""comity collect."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from comity.cli._flags import Json, Store
from comity.cli._out import day, first_day, open_workspace, say, spinner, write_json
from comity.core.errors import UsageError

__all__ = ["collect"]


def collect(
    source: str,
    *,
    from_: Annotated[str | None, Parameter(name="--from")] = None,
    since: str | None = None,
    until: str | None = None,
    whole: bool = False,
    json: Json = None,
    store: Store = None,
) -> int:
    """Fetch a publisher's files, or read those you have, and admit their records.

    Twice is as good as once, and a run that was cut short goes on where it stopped. Exit code 0:
    all is there that the publisher has; 75: some files did not come, try later; 65: a file is
    corrupt or was refused.

    Parameters
    ----------
    source
        Name of the source; `comity sources` lists them.
    from_
        A file or folder that you have, in a layout of `comity sources show SOURCE`; or the address
        of a mirror that has the publisher's paths: with http://127.0.0.1:8000/ what the publisher
        has at https://HOST/PATH is fetched from http://127.0.0.1:8000/PATH.
    since
        First day to fetch: YYYY, YYYY-MM or YYYY-MM-DD; the publisher's first by default.
    until
        Last day to fetch; today by default.
    whole
        Say that the files given with --from are the whole dataset: records that it no longer has
        are withdrawn from today on. `comity sources diff SOURCE --to FILE` shows which those are.
    """
    workspace = open_workspace(store)
    remote = from_ is None or "://" in from_
    if not remote and (since or until):
        msg = "--since and --until choose what is fetched; files given with --from are read whole."
        raise UsageError(msg)
    if remote and whole:
        msg = (
            "--whole says that files which you have are the whole dataset: name them with --from"
            " PATH. A fetch adds what is missing or changed; nothing is withdrawn by it."
        )
        raise UsageError(msg)
    first, last = first_day(since, "--since"), day(until, "--until")
    report: dict[str, Any]
    with spinner(f"collecting {source}") as tell:
        if remote:
            report = workspace.fetch(source, from_ or "", first, last, tell)
        else:
            read = workspace.collect(
                source,
                Path(from_ or ""),
                lambda what, count: tell(f"{what}: {count:,} rows"),
                whole=whole,
            )
            report = workspace.report(read)
    if json is not None:
        write_json(report, json)
    if json != "-":
        for line in workspace.report_lines(report):
            say(line)
        if remote:
            for line in workspace.gap_lines(report):
                say(line)
    return int(report["ledger"]["exit_code"]) if remote else 0
