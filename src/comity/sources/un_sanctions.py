"""Sanctions lists of the United Nations Security Council: the consolidated list as XML."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from comity.sources._context import States, reject
from comity.sources._formats import changed, files_of, text_files
from comity.sources._listings import (
    NOTES,
    Entry,
    Period,
    batches_of_entries,
    day_of,
)
from comity.sources._places import Places
from comity.sources._remote import RemoteFile
from comity.sources._spec import Layout, SourceSpec

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from comity.core.records import Batch, Reject
    from comity.sources._formats import TextFile
    from comity.sources._remote import Site

__all__ = ["SPEC", "expected", "parse"]

_FIELDS = ("REFERENCE_NUMBER", "FIRST_NAME", "UN_LIST_TYPE", "LISTED_ON")
_COLUMNS = ("CONSOLIDATED_LIST/@dateGenerated", "INDIVIDUAL", "ENTITY", *_FIELDS)
_LIST = "UN Security Council Consolidated List"

SPEC = SourceSpec(
    name="un_sanctions",
    title="United Nations Security Council Consolidated List",
    publisher="United Nations Security Council",
    url="https://main.un.org/securitycouncil/en/content/un-sc-consolidated-list",
    licence="not verified",
    redistribution="unknown",
    citation="un_sanctions",
    cadence="D",
    coverage="2000/",
    reliability="A",
    tables=("designations",),
    layouts=(
        Layout(
            "consolidated XML",
            "*.xml",
            _COLUMNS,
            "scsanctions.un.org, consolidated.xml: one element per person or entity; the root says"
            " when the list was made.",
        ),
    ),
    credibility=1,
    out_of_scope=NOTES,
    notes="listed_on is the day of the listing, which is when the row occurred and was public. The"
    " list holds only who is on it when it is made: whoever was taken off before is missing, so"
    " that years long past are too low. An entry that was taken off and put back keeps its first"
    " day: the Iranian entries of 2006 to 2012 left the list after resolution 2231 (2015) and were"
    " restored in September 2025. Never read listed_on as 'in force since'. Entries are updated in"
    " place, so that countries count as known only from the day of the list. The list has comments"
    " but no statement of reasons: the reasons are in the committees' narrative summaries. Ships on"
    " the list stand among its entities.",
)

_KINDS = {"INDIVIDUAL": "person", "ENTITY": "entity"}
_NAMES = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
_PLACES = ("NATIONALITY/VALUE", "INDIVIDUAL_ADDRESS/COUNTRY", "ENTITY_ADDRESS/COUNTRY")
_DATE = len("2021-07-15")


def expected(site: Site, since: dt.date, until: dt.date) -> Iterator[RemoteFile]:
    """Name today's list; past ones are no longer served."""
    del site, since, until
    url = "https://scsanctions.un.org/resources/xml/en/consolidated.xml"
    yield RemoteFile("consolidated.xml", url, changes=True)


def parse(path: Path) -> Iterator[Batch | Reject]:
    """Yield one row per person or entity of a list.

    Parameters
    ----------
    path : pathlib.Path
        The XML file, a zip archive of it, or a folder.

    Raises
    ------
    SourceChanged
        If a file is not such XML, is damaged, or holds a document type or entities of its own.
    """
    states = States()
    seen: set[tuple[dt.date, str]] = set()
    for file in files_of(path, ("*.xml", "*.zip")):
        for text in text_files(file, ("*.xml",), SPEC.name):
            yield from _list_of(text, states, seen)


def _list_of(
    file: TextFile, states: States, seen: set[tuple[dt.date, str]]
) -> Iterator[Batch | Reject]:
    elements = _elements(file)
    root = next(elements)
    stood = day_of(root.get("dateGenerated", "")[:_DATE])
    if root.tag != "CONSOLIDATED_LIST" or stood is None:
        found = [f"{root.tag[:60]} with {', '.join(sorted(root.attrib))[:60] or 'no attribute'}"]
        raise changed(SPEC.name, file.path, _COLUMNS, found)
    places = Places(states, stood.first)
    rejects: list[Reject] = []
    entries = _entries(file, elements, stood, places, seen, rejects)
    yield from batches_of_entries("un", "UNSC", _LIST, stood, entries)
    yield from rejects
    yield from places.rejects()


def _entries(
    file: TextFile,
    elements: Iterator[Element],
    stood: Period,
    places: Places,
    seen: set[tuple[dt.date, str]],
    rejects: list[Reject],
) -> Iterator[Entry]:
    for number, element in enumerate(elements, start=1):
        missing = [name for name in _FIELDS if not _text(element, name)]
        ref = _text(element, "REFERENCE_NUMBER")
        locator = f"{file.label}, entry {number} {ref}".rstrip()
        listed = day_of(_text(element, "LISTED_ON")[:_DATE])
        trouble = None
        if missing:
            trouble = "missing_value", f"{missing[0]} is not given."
        elif listed is None:
            trouble = "bad_value", f"LISTED_ON is {_text(element, 'LISTED_ON')[:80]!r}."
        elif (stood.first, ref) in seen:
            trouble = "duplicate", f"the list of this day has {ref[:80]} already."
        if trouble:
            rejects.append(reject(locator, *trouble, _raw(element)))
            continue
        seen.add((stood.first, ref))
        cells = [(item.text or "") for path in _PLACES for item in element.findall(path)]
        yield Entry(
            ref,
            " ".join(filter(None, (_text(element, name) for name in _NAMES))),
            _KINDS[element.tag],
            (_text(element, "UN_LIST_TYPE"),),
            tuple(state for cell in cells for state in places.named(cell, locator)),
            locator,
            listed,
        )


def _elements(file: TextFile) -> Iterator[Element]:
    """Yield the root as it opens, then each entry; what was read is let go."""
    found = "no XML"
    try:
        with _opened(file) as stream:
            root = None
            for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
                if root is None:
                    root = element
                    yield root
                elif event == "end" and element.tag in _KINDS:
                    yield element
                    element.clear()
                    root.clear()
            if root is not None:
                return
    except DefusedXmlException as error:
        found = f"XML that declares more than data ({type(error).__name__})"
    except ParseError as error:
        found = f"{file.label}, which breaks off or is damaged (line {error.position[0]})"
    except (UnicodeError, LookupError, zipfile.BadZipFile, zlib.error, EOFError) as error:
        found = f"{file.label}, which is damaged ({type(error).__name__})"
    raise changed(SPEC.name, file.path, _COLUMNS, [found])


@contextmanager
def _opened(file: TextFile) -> Iterator[IO[bytes]]:
    if file.member:
        with zipfile.ZipFile(file.path) as archive, archive.open(file.member) as member:
            yield member
    else:
        with file.path.open("rb") as stream:
            yield stream


def _text(element: Element, name: str) -> str:
    return " ".join((element.findtext(name) or "").split())


def _raw(element: Element) -> str:
    texts = (f"{child.tag}={' '.join((child.text or '').split())}" for child in element)
    return f"{element.tag}: {'; '.join(texts)}"
