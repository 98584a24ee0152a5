"""The doors of a workspace that tell releases of one dataset apart."""

from __future__ import annotations

import functools
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comity.briefs.render.releases import render_releases, render_vintages
from comity.core.errors import UsageError
from comity.core.provenance import sha256_of
from comity.evidence.inputs import files_at, is_companion, layout_files
from comity.evidence.releases import Release, compare_releases
from comity.evidence.vintages import (
    Vintage,
    last_two,
    release_of,
    restored,
    vintage_named,
    vintages,
)
from comity.sources._spec import archive_of, source_named
from comity.workspace.evidence_doors import EvidenceDoors, must_exist

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from comity.sources._spec import Source

__all__ = ["VintageDoors"]


class VintageDoors(EvidenceDoors):
    """A store, a catalog and settings: which releases were admitted, and how two differ."""

    def vintages(self, name: str) -> list[dict[str, Any]]:
        """Return what each admission of a source read, oldest first.

        Raises
        ------
        UnknownName
            If there is no such source.
        """
        return [_plain(item) for item in vintages(self.store, name)]

    def diff_releases(
        self,
        name: str,
        before: str | None = None,
        after: str | None = None,
        *,
        dyad: tuple[str, str] | None = None,
        limit: int = 20,
        progress: Callable[[str], None] = lambda _: None,
    ) -> dict[str, Any]:
        """Return how two releases of a source differ; the store stays as it is.

        Parameters
        ----------
        name : str
            Of the source.
        before, after : str, optional
            A vintage by its number, release or day, or the path of a file or folder; by default
            the last two vintages.
        dyad : tuple of (str, str), optional
            Only what is between two states.
        limit : int
            Rows and states shown of each kind; 0 for all.
        progress : callable
            Told what is being done.

        Raises
        ------
        UnknownName
            If there is no such source, state or vintage.
        UsageError
            If there are not two releases to compare, or the source's files go into the archive.
        SourceChanged
            If a file has none of the source's layouts.
        """
        source = source_named(name)
        if archive_of(source):
            msg = (
                f"{name} goes into the archive, which keeps no releases to compare: its files add"
                " days, and one that comes again takes the place of the one of its name."
                f" `comity sources vintages {name}` lists the files of each run; to see what one"
                " changed, ask `comity archive run QUERY` with --as-of the day before it, and again"
                " as of today."
            )
            raise UsageError(msg)
        if limit < 0:
            msg = f"--limit {limit}: give a number of rows, or 0 for all."
            raise UsageError(msg)
        pair = self.dyad(*dyad) if dyad else None
        lineage = [self.actors.lineage(state) for state in (pair.a, pair.b)] if pair else []
        one, other = self._sides(name, before, after)
        with ExitStack() as stack:
            sides = [self._release(source, each, stack) for each in (one, other)]
            return compare_releases(
                name,
                *sides,
                memory_limit=self.settings.memory_limit,
                out_of_scope=frozenset(source.SPEC.out_of_scope),
                dyad=pair,
                lineage=lineage,
                limit=limit or None,
                progress=progress,
            )

    def releases_table(self, data: dict[str, Any]) -> Any:
        """Return the differences between two releases as a terminal shows them."""
        return render_releases(data)

    def vintages_table(self, name: str, rows: Sequence[dict[str, Any]]) -> Any:
        """Return the vintages of a source as a terminal shows them."""
        return render_vintages(name, rows)

    def _sides(
        self, name: str, before: str | None, after: str | None
    ) -> tuple[Vintage | Path, Vintage | Path]:
        found = vintages(self.store, name)
        if before is None and after is None:
            return last_two(found)
        if after is None and before is not None:
            one = _chosen(found, before)
            return one, _other(found, one, "--to")
        if before is None and after is not None:
            other = _chosen(found, after)
            return _other(found, other, "--from"), other
        return _chosen(found, str(before)), _chosen(found, str(after))

    def _release(self, source: Source, side: Vintage | Path, stack: ExitStack) -> Release:
        """Return a side as rows to be read; a stored vintage is read again from its bytes."""
        if isinstance(side, Vintage):
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="comity-vintage-"))
            path, about = restored(self.store, side, Path(folder)), _plain(side)
            named = f"{side.label} (vintage {side.id})"
        else:
            path, about = side, _of_files(source, side)
            named = f"{about['release']} ({side.name})" if about["release"] else side.name
        about.pop("rows", None)
        return Release(named, functools.partial(source.parse, path), about)


def _chosen(found: Sequence[Vintage], name: str) -> Vintage | Path:
    """Return a vintage, or else the file or folder of this name."""
    path = Path(name)
    if path.exists() and all(name not in {item.id, item.release} for item in found):
        return path
    if "/" in name or path.suffix:
        must_exist(path)
    return vintage_named(found, name)


def _other(found: Sequence[Vintage], given: Vintage | Path, flag: str) -> Vintage:
    """Return the last vintage that is not the one given; what is given as --to comes after it."""
    if isinstance(given, Vintage):
        at = found.index(given)
        others = list(found[:at]) if flag == "--from" else list(found[at + 1 :])
    else:
        others = list(found)
    if not others:
        msg = f"no vintage is stored to compare it with; give a file or a vintage with {flag}."
        raise UsageError(msg)
    return others[-1]


def _plain(item: Vintage) -> dict[str, Any]:
    return {
        "vintage": item.id,
        "release": item.release or None,
        "recorded_on": item.recorded_on.isoformat() + "Z",
        "parser_version": item.parser_version,
        "whole": item.whole,
        "files": [
            {
                "name": file.name,
                "sha256": file.sha256,
                "release": file.release or None,
                "rows": file.rows,
            }
            for file in item.files
        ],
        "rows": dict(item.rows),
    }


def _of_files(source: Source, path: Path) -> dict[str, Any]:
    spec = source.SPEC
    if path.is_dir():
        folder = files_at(path)
        files = layout_files(spec, path) + [file for file in folder if is_companion(spec, file)]
    else:
        files = [path]
    listed = [
        {
            "name": file.name,
            "sha256": sha256_of(file),
            "release": release_of(file.name, file, spec.release) or None,
        }
        for file in files
    ]
    releases = dict.fromkeys(str(each["release"]) for each in listed if each["release"])
    return {
        "vintage": None,
        "release": ", ".join(releases) or None,
        "recorded_on": None,
        "parser_version": spec.parser_version,
        "whole": None,
        "files": listed,
    }
