"""From pieces of text to a table of house columns: corrections, states, checks, in SQL."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from comity.core.actor import Actors
from comity.core.errors import AmbiguousName, CatalogError, UnknownName
from comity.evidence.engine.duck import literal_glob, quoted
from comity.sources._context import reject

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from comity.core.correction import Correction
    from comity.core.records import Reject
    from comity.evidence.archive.unpack import Piece
    from comity.evidence.engine.duck import Engine
    from comity.sources._archive import Archive
    from comity.sources._spec import SourceSpec

__all__ = ["Loader", "Place"]

_MAX_LINE = 500_000
_FOREVER = dt.date(9999, 12, 31)
_STATES = 26**3
_REPAIRS = ("strip", "replace_year")
_OF_THE_FILE = ("source", "stream", "file")
_OF_STATES = ("dyad", "same_event")
_DAYS = 1_000_000
_TROUBLE = {
    "CAST": "bad_value",
    "MISSING COLUMNS": "wrong_cell_count",
    "TOO MANY COLUMNS": "wrong_cell_count",
    "LINE SIZE OVER MAXIMUM": "line_too_long",
    "INVALID ENCODING": "bad_encoding",
    "INVALID UNICODE": "bad_encoding",
}


@dataclass(frozen=True)
class Place:
    """A piece of text and the publisher's file that it is from.

    Parameters
    ----------
    piece : Piece
        The text.
    number : int
        Of the publisher's file in its batch, from 1.
    sha256 : str
        Of the publisher's file.
    back_file : bool
        Whether it covers more than a day, gathered later.
    stream : str or None
        Part of the source that it belongs to.
    """

    piece: Piece
    number: int
    sha256: str
    back_file: bool
    stream: str | None


class Loader:
    """Loads pieces of one source into the temporary table ``staged``.

    The table has the columns of the relation but those that are the same for all rows of a file or
    follow from others, which `rows_sql` adds when rows are written: what is sorted should be
    narrow. ``n`` is the number of the file in the batch, ``sorted`` the place of the row by dyad,
    actor and day.

    Parameters
    ----------
    engine : Engine
        A database of its own, that spills to disk.
    spec : SourceSpec
        The source.
    archive : Archive
        What its lines mean.
    corrections : sequence of Correction
        Declared repairs of the publisher's errors.

    Raises
    ------
    CatalogError
        If a correction is of a kind that cannot be applied to whole files.
    """

    def __init__(
        self,
        engine: Engine,
        spec: SourceSpec,
        archive: Archive,
        corrections: Sequence[Correction] = (),
    ) -> None:
        for each in corrections:
            if each.kind not in _REPAIRS:
                known = ", ".join(_REPAIRS)
                where = f"corrections/{spec.name}.yml"
                raise CatalogError(
                    where, f"{each.id} is of kind {each.kind}; archives know {known}"
                )
        self._engine = engine
        self._spec = spec
        self._archive = archive
        self._corrections = corrections
        self._places: Sequence[Place] = ()
        late = {*_OF_THE_FILE, *(_OF_STATES if archive.states else ())}
        self._columns = [name for name in archive.relation.columns if name not in late]
        columns = ", ".join(
            f'"{name}" {archive.relation.columns[name][0]}' for name in self._columns
        )
        engine.run(
            f"CREATE TEMP TABLE staged ({columns}, n INTEGER, trouble INTEGER, sorted BIGINT)"
        )
        engine.run("CREATE TEMP TABLE places (path VARCHAR, n INTEGER, back_file BOOLEAN)")
        if archive.states:
            _fill_codes(engine, archive.system)

    def load(self, places: Sequence[Place]) -> Iterator[tuple[Place, Reject]]:
        """Load pieces; yield what cannot be read as a line or breaks a rule.

        Rows that break a rule are not in ``staged`` afterwards.
        """
        self._places = places
        self._engine.run("DELETE FROM staged; DELETE FROM places")
        listed = ", ".join(
            f"({quoted(str(place.piece.path))}, {place.number}, {place.back_file})"
            for place in places
        )
        self._engine.run(f"INSERT INTO places VALUES {listed}")
        by_layout: dict[str, list[Place]] = {}
        for place in places:
            by_layout.setdefault(place.piece.layout.name, []).append(place)
        for group in by_layout.values():
            self._engine.run(f"INSERT INTO staged {self._rows_sql(group)}")
            yield from self._unreadable(group)
            if self._engine.one("SELECT count(*) FROM staged WHERE trouble > 0"):
                yield from self._broken(group)
                self._engine.run("DELETE FROM staged WHERE trouble > 0")

    def rows_sql(self) -> str:
        """Return the SQL of the rows in ``staged`` with all columns of the relation, in order."""
        by_number = {place.number: place for place in self._places}
        files = [by_number[number] for number in sorted(by_number)]
        hashes = ", ".join(quoted(place.sha256) for place in files)
        streams = ", ".join(quoted(place.stream) if place.stream else "NULL" for place in files)
        given = {
            "source": quoted(self._spec.name),
            "stream": f"([{streams}]::VARCHAR[])[n]",
            "file": f"([{hashes}]::VARCHAR[])[n]",
        }
        order = ", ".join(f'"{name}" NULLS LAST' for name in self._archive.relation.order)
        if self._archive.states:
            order = f'sorted NULLS LAST, "{self._archive.relation.order[-1]}"'
            given["dyad"] = (
                "CASE WHEN sorted IS NULL THEN NULL WHEN actor < recipient"
                " THEN actor || '-' || recipient ELSE recipient || '-' || actor END"
            )
            # A number of our own: a hash of the database may change with its version.
            given["same_event"] = "sorted * 100 + cameo[:2]::BIGINT"
        listed = ", ".join(
            f"{given.get(name, name)} AS {name}" for name in self._archive.relation.columns
        )
        return f"SELECT {listed} FROM (SELECT * FROM staged ORDER BY {order})"

    # ------------------------------------------------------------------ reading

    def _scan(self, group: Sequence[Place], *, rejects: bool) -> str:
        """Return the SQL that reads the text, corrected, with what it said before."""
        layout = group[0].piece.layout
        types = self._archive.types
        columns = ", ".join(
            f"{quoted(name)}: {quoted(types.get(name, 'VARCHAR'))}" for name in layout.columns
        )
        paths = ", ".join(quoted(literal_glob(place.piece.path)) for place in group)
        keep = (
            "store_rejects=true, rejects_scan='bad_scans', rejects_table='bad_lines',"
            " rejects_limit=0"
            if rejects
            else "ignore_errors=true"
        )
        read = (
            f"read_csv([{paths}], columns={{{columns}}}, delim='\\t', quote='', escape='',"
            f" comment='', header=false, auto_detect=false, filename=true, null_padding=false,"
            f" max_line_size={_MAX_LINE}, {keep})"
        )
        missing = "".join(
            f', {sql} AS "{name}"'
            for name, sql in self._archive.optional.items()
            if name not in layout.columns
        )
        changes = [each for each in self._corrections if each.column in layout.columns]
        replaced: dict[str, str] = {}
        notes: list[str] = []
        wrongs: list[str] = []
        for each in changes:
            cell = replaced.get(each.column, f'"{each.column}"')
            wrong, right = _repair(each, cell)
            replaced[each.column] = f"CASE WHEN {wrong} THEN {right} ELSE {cell} END"
            wrongs.append(wrong)
            note = quoted(f'"{each.id}":{{"{each.column}":')
            notes.append(f"CASE WHEN {wrong} THEN {note} || to_json({cell}) || '}}' END")
        corrected = "NULL::VARCHAR"
        if notes:
            # Few rows are repaired: the others must not pay for building a text.
            any_wrong = " OR ".join(wrongs)
            noted = f"'{{' || concat_ws(',', {', '.join(notes)}) || '}}'"
            corrected = f"CASE WHEN {any_wrong} THEN {noted} END"
        swap = ", ".join(f'{sql} AS "{name}"' for name, sql in replaced.items())
        star = f"* REPLACE ({swap})" if swap else "*"
        return f"SELECT {star}{missing}, {corrected} AS corrected FROM {read}"

    def _rows_sql(self, group: Sequence[Place]) -> str:
        """Return the SQL of the columns of ``staged`` for a group of one layout."""
        states = {side: f"_{side}.state" for side in self._archive.states}
        place = "NULL::BIGINT"
        if states:
            one, two = (f"_{side}.number" for side in states)
            # By dyad, actor and day, as one number: sorting by texts costs more.
            place = (
                f"CASE WHEN {one} <> {two} THEN"
                f" ((least({one}, {two}) * {_STATES} + greatest({one}, {two})) * 2"
                f" + ({one} > {two})::INTEGER) * {_DAYS} + (r.day - DATE '1800-01-01') END"
            )
        listed = ", ".join(f'{states.get(name, f"r.{name}")} AS "{name}"' for name in self._columns)
        joins = "".join(
            f' LEFT JOIN codes _{side} ON _{side}.code = r."_{side}_code"'
            f" AND r.day >= _{side}.since AND r.day < _{side}.until"
            for side in states
        )
        cells = self._cells_sql(group)
        return f"SELECT {listed}, r.n, r.trouble, {place} AS sorted FROM ({cells}) r{joins}"

    def _cells_sql(self, group: Sequence[Place], *, raw: bool = False) -> str:
        archive = self._archive
        cells = [
            f'{sql.format(back_file="places.back_file")} AS "{name}"'
            for name, sql in archive.cells.items()
        ]
        cells += [f'"{code}" AS "_{side}_code"' for side, code in archive.states.items()]
        whens = " ".join(
            f"WHEN {check.broken} THEN {number}"
            for number, check in enumerate(archive.checks, start=1)
        )
        text = [
            "concat_ws(chr(9), "
            + ", ".join(
                f"coalesce(\"{name}\"::VARCHAR, '')" for name in group[0].piece.layout.columns
            )
            + ") AS raw"
        ]
        return (
            f"SELECT {', '.join(cells)}, corrected, places.n, filename,"
            f" CASE {whens} ELSE 0 END AS trouble{', ' + text[0] if raw else ''}"
            f" FROM ({self._scan(group, rejects=not raw)}) line"
            " JOIN places ON places.path = line.filename"
        )

    # ------------------------------------------------------------------ what is set aside

    def _unreadable(self, group: Sequence[Place]) -> Iterator[tuple[Place, Reject]]:
        """Yield the lines that the reader could not take, and forget them."""
        if not self._engine.one(
            "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'bad_lines'"
        ):
            return
        by_path = {str(place.piece.path): place for place in group}
        found = self._engine.rows(
            # Of several errors of a line, a wrong number of cells explains the others.
            "SELECT s.file_path, l.line, max(l.error_type::VARCHAR),"
            " arg_max(l.error_message, l.error_type::VARCHAR), min(l.csv_line)"
            " FROM bad_lines l JOIN bad_scans s USING (scan_id, file_id)"
            " GROUP BY 1, 2 ORDER BY 1, 2"
        )
        for path, line, kind, message, raw in found:
            place = by_path[path]
            reason = " ".join(str(message).split("\n")[0].split())[:200].rstrip(".") + "."
            yield (
                place,
                reject(
                    f"{place.piece.label}, line {place.piece.before + line}",
                    _TROUBLE.get(kind, "unreadable"),
                    reason,
                    str(raw or ""),
                ),
            )
        self._engine.run("DELETE FROM bad_lines; DELETE FROM bad_scans")

    def _broken(self, group: Sequence[Place]) -> Iterator[tuple[Place, Reject]]:
        """Read the group again for the text of the rows that break a rule."""
        by_path = {str(place.piece.path): place for place in group}
        found = self._engine.rows(
            f"SELECT filename, trouble, raw FROM ({self._cells_sql(group, raw=True)})"
            " WHERE trouble > 0 ORDER BY ALL"
        )
        wanted: dict[str, dict[str, list[int]]] = {}
        for path, trouble, raw in found:
            wanted.setdefault(path, {}).setdefault(raw.partition("\t")[0], []).append(trouble)
        for path, ids in wanted.items():
            yield from self._located(by_path[path], ids)

    def _located(self, place: Place, ids: dict[str, list[int]]) -> Iterator[tuple[Place, Reject]]:
        """Find the lines of rows by their first cell."""
        with place.piece.path.open("rb") as stream:
            for number, line in enumerate(stream, start=1):
                first = line.partition(b"\t")[0].decode("utf-8", "replace").strip()
                if troubles := ids.get(first):
                    check = self._archive.checks[troubles.pop(0) - 1]
                    where = f"{place.piece.label}, line {place.piece.before + number}"
                    text = line.decode("utf-8", "backslashreplace").rstrip("\r\n")
                    yield place, reject(where, check.code, check.reason, text)


def _repair(each: Correction, cell: str) -> tuple[str, str]:
    """Return the SQL that says whether a cell is wrong, and what is right."""
    if each.kind == "strip":
        return f"{cell} <> trim({cell})", f"nullif(trim({cell}), '')"
    day = f'"{each.where}"[:8]'
    wrong = (
        f"({cell}[:4] = '{each.from_year}' AND {day} >= '{each.since:%Y%m%d}'"
        f" AND {day} <= '{each.until:%Y%m%d}')"
    )
    return wrong, f"'{each.to_year}' || {cell}[5:]"


def _fill_codes(engine: Engine, system: str) -> None:
    engine.run(
        "CREATE TEMP TABLE codes"
        " (code VARCHAR, since DATE, until DATE, state VARCHAR, number BIGINT)"
    )
    rows = ", ".join(
        f"({quoted(code)}, DATE '{since}', DATE '{until}', {quoted(state)}, {_number_of(state)})"
        for code, since, until, state in _code_spans(system)
    )
    engine.run(f"INSERT INTO codes VALUES {rows}")


def _number_of(state: str) -> int:
    """Return the three letters of a state as a number, whatever else is in the table of states."""
    first, second, third = (ord(letter) - ord("A") for letter in state)
    return (first * 26 + second) * 26 + third


@cache
def _code_spans(system: str) -> tuple[tuple[str, dt.date, dt.date, str], ...]:
    """Return for each code of a system which state it means from when until when."""
    actors = Actors.load()
    by_code: dict[str, set[str]] = {}
    for state in actors.states.values():
        for code in state.codes(system):  # type: ignore[arg-type]
            by_code.setdefault(code, set()).add(state.id)
    spans: list[tuple[str, dt.date, dt.date, str]] = []
    for code, ids in sorted(by_code.items()):
        current: tuple[dt.date, str] | None = None
        for edge in [*_edges(actors, ids), None]:
            found = _state_of(actors, code, system, edge) if edge else None
            if current and found != current[1]:
                spans.append((code, current[0], edge or _FOREVER, current[1]))
                current = None
            if found and edge and current is None:
                current = (edge, found)
    return tuple(spans)


def _edges(actors: Actors, ids: set[str]) -> list[dt.date]:
    """Return the days on which a code of these states may come to mean another."""
    related, new = set(ids), set(ids)
    while new:
        near = {heir.id for one in new for heir in actors.successors(one)}
        near |= {actors.state(one).predecessor for one in new} - {""}
        new = near - related
        related |= new
    states = [actors.state(one) for one in related]
    days = {day for state in states for day in (state.start, state.end) if day}
    return sorted({dt.date(1800, 1, 1), *days})


def _state_of(actors: Actors, code: str, system: str, day: dt.date) -> str | None:
    """Return the state that a code means on a day; none before that state began.

    Publishers carry codes backwards: an act of the Ukraine of 1985 is not one of a state.
    """
    try:
        state = actors.resolve_code(code, system, day)  # type: ignore[arg-type]
    except (UnknownName, AmbiguousName):
        return None
    return None if state.begins_after(day) else state.id
