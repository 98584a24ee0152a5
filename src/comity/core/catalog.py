"""Read declarations: YAML and CSV, each entry checked against a pydantic model."""

from __future__ import annotations

import csv
from collections.abc import Hashable
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from comity.core.errors import CatalogError, DuplicateName, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = [
    "Declaration",
    "builtin_catalog",
    "catalog_files",
    "read_csv",
    "read_yaml",
    "read_yaml_folder",
]

M = TypeVar("M", bound=BaseModel)
_MAX_YAML_BYTES = 1_000_000
_MAX_SHOWN = 100


class Declaration(BaseModel):
    """Base of everything an analyst edits: unknown keys are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


_Parser: Any = getattr(yaml, "CSafeLoader", None)


class _StrictLoader(*((yaml.composer.Composer, _Parser) if _Parser else (yaml.SafeLoader,))):  # type: ignore[misc]
    """Safe YAML without aliases (which can explode) and without repeated keys.

    Text is scanned and parsed by the library's C code where it is there, five times as fast.
    """

    def __init__(self, stream: str) -> None:
        (_Parser or yaml.SafeLoader).__init__(self, stream)
        if _Parser:
            yaml.composer.Composer.__init__(self)

    def compose_node(self, parent: Any, index: Any) -> Any:
        event: Any = self.peek_event()
        reason = ""
        if self.check_event(yaml.events.AliasEvent):
            reason = "aliases are not allowed"
        elif event.tag is not None:
            reason = f"tags are not allowed, found {event.tag!r}"
        if reason:
            raise yaml.composer.ComposerError(None, None, reason, event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:  # noqa: FBT001, FBT002
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                msg = "a list or mapping cannot be a key"
                raise yaml.constructor.ConstructorError(None, None, msg, key_node.start_mark)
            if key in seen:
                msg = f"the key {key!r} is given twice"
                raise yaml.constructor.ConstructorError(None, None, msg, key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


# Dates stay text: a catalog says 2022 or 2022-10, which YAML would read as a number or refuse.
_StrictLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in pairs if tag != "tag:yaml.org,2002:timestamp"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def builtin_catalog() -> Path:
    """Return the folder of the catalog that ships with the package."""
    return Path(str(resources.files("comity"))) / "catalog"


def catalog_files(pattern: str, catalogs: Sequence[Path] = ()) -> list[Path]:
    """Return files matching `pattern` in the built-in and any further catalogs.

    A file of a later catalog replaces one of the same relative name.
    """
    found: dict[str, Path] = {}
    for folder in (builtin_catalog(), *catalogs):
        for path in folder.glob(pattern):
            if path.is_file():
                found[path.relative_to(folder).as_posix()] = path
    return [found[name] for name in sorted(found)]


def read_yaml(path: Path, model: type[M]) -> M:
    """Read one declaration.

    Raises
    ------
    CatalogError
        If the file is not YAML, is too large, has an unknown or repeated key, or a wrong value.
    """
    return _validate(load_yaml(path), model, _place(path))


def load_yaml(path: Path) -> Any:
    """Read YAML without aliases, repeated keys or magic dates; see `read_yaml`."""
    try:
        if path.stat().st_size > _MAX_YAML_BYTES:
            raise CatalogError(_place(path), "the file is larger than a declaration may be (1 MB)")
        text = path.read_text(encoding="utf-8")
        return yaml.load(text, Loader=_StrictLoader)  # noqa: S506 -- a subclass of SafeLoader
    except RecursionError:
        raise CatalogError(_place(path), "not readable as YAML: nested too deeply") from None
    except (yaml.YAMLError, ValueError) as error:
        raise CatalogError(_place(path), f"not readable as YAML: {_one_line(error)}") from None
    except OSError as error:
        raise CatalogError(_place(path), _unreadable(error)) from None


def read_yaml_folder(pattern: str, model: type[M], catalogs: Sequence[Path] = ()) -> dict[str, M]:
    """Read all declarations of a kind, keyed by their ``id``.

    Raises
    ------
    CatalogError
        As `read_yaml`.
    DuplicateName
        If two files declare one id.
    """
    found: dict[str, M] = {}
    for path in catalog_files(pattern, catalogs):
        item = read_yaml(path, model)
        name = str(getattr(item, "id"))  # noqa: B009 -- the model is a type parameter
        if name in found:
            raise DuplicateName(_place(path), f"the id {name!r} is already taken")
        found[name] = item
    return found


def read_csv(path: Path, model: type[M]) -> list[M]:
    """Read a table of declarations; the empty cell is None.

    Raises
    ------
    CatalogError
        If a column is unknown or missing, or a cell has a wrong value; names file and line.
    """
    place = _place(path)
    rows: list[M] = []
    for line, cells in iter_csv(path):
        if not rows:
            _check_columns(place, cells, model)
        rows.append(_validate(cells, model, f"{place}, line {line}"))
    return rows


def iter_csv(path: Path) -> Iterator[tuple[int, dict[str, str | None]]]:
    """Yield the line number and the cells of each row of a CSV file; the empty cell is None.

    Raises
    ------
    CatalogError
        If the file cannot be read, has no header or a repeated column, or a row has too few or
        too many cells.
    """
    place = _place(path)
    line = 1
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            header = next(reader, [])
            if twice := {name for name in header if header.count(name) > 1}:
                raise CatalogError(f"{place}, header", f"the column {min(twice)!r} is given twice")
            if not header:
                raise CatalogError(place, "the file is empty, expected a header")
            line = reader.line_num + 1
            for row in reader:
                if row and len(row) != len(header):
                    reason = f"expected {len(header)} cells, found {len(row)}"
                    raise CatalogError(f"{place}, line {line}", reason)
                if row:
                    yield line, {name: cell or None for name, cell in zip(header, row, strict=True)}
                line = reader.line_num + 1
    except csv.Error as error:
        raise CatalogError(f"{place}, line {line}", _one_line(error)) from None
    except UnicodeDecodeError as error:
        raise CatalogError(place, f"not readable as UTF-8: {_one_line(error)}") from None
    except OSError as error:
        raise CatalogError(place, _unreadable(error)) from None


def _check_columns(place: str, cells: dict[str, str | None], model: type[BaseModel]) -> None:
    unknown = set(cells) - set(model.model_fields)
    if unknown:
        raise CatalogError(
            f"{place}, header",
            f"unknown column {sorted(unknown)[0]!r}",
            list(model.model_fields),
        )


def _validate(data: Any, model: type[M], where: str) -> M:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        # a misspelt key also makes the right one look missing: name the misspelling first
        first = min(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
        key = ".".join(str(part) for part in first["loc"]) or "(whole file)"
        if first["type"] == "extra_forbidden":
            known = _fields_at(model, first["loc"][:-1])
            near = nearest(str(first["loc"][-1]), known)
            reason = f"unknown key {key!r}" + (f" (did you mean {near[0]!r}?)" if near else "")
            raise CatalogError(where, reason, known) from None
        given = repr(first["input"])
        given = given if len(given) <= _MAX_SHOWN else f"{given[:_MAX_SHOWN]}…"
        shown = "" if isinstance(first["input"], dict) else f", got {given}"
        raise CatalogError(f"{where}, key {key}", f"{_one_line(first['msg'])}{shown}") from None


def _fields_at(model: type[BaseModel], loc: tuple[Any, ...]) -> list[str]:
    """Names of the fields of the model found by walking `loc` from `model`."""
    current: Any = model
    for part in loc:
        if isinstance(part, int) or not hasattr(current, "model_fields"):
            continue
        field = current.model_fields.get(part)
        if field is None:
            continue
        current = _inner_model(field.annotation) or current
    return list(current.model_fields)


def _inner_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for arg in getattr(annotation, "__args__", ()):
        if inner := _inner_model(arg):
            return inner
    return None


def _one_line(error: object) -> str:
    return " ".join(str(error).split())


def _unreadable(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    return f"cannot be read ({error.strerror})"


@cache
def _package_root() -> Path:
    return builtin_catalog().parent


def _place(path: Path) -> str:
    """Return a path as a reader should see it: inside the package without its location."""
    try:
        return path.resolve().relative_to(_package_root().resolve()).as_posix()
    except ValueError:
        return str(path)
