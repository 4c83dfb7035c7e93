"""XML of unknown origin read into a tree: no document type, no entities, no network, bounded in size and tags.

The text is brought to UTF-8 first, so that the scan for a document type and the parser see the same characters.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from xml.parsers import expat

from lxml import etree

from invoices.intake.limits import MIB
from invoices.intake.reasons import FileRefused

# Nesting: libxml2 itself stops at 256 levels and at texts of 10 MB as long as huge_tree is off.
_ENCODING = re.compile(rb"""^<\?xml[^>]{0,100}?\sencoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]{0,30})["']""")
_DECLARATION = re.compile(rb"\A<\?xml[^>]{0,200}\?>")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_STARTS = ((b"<\x00?\x00", "utf-16-le"), (b"\x00<\x00?", "utf-16-be"))
_READ = frozenset({"utf-8", "ascii", "utf-16", "iso8859-1", "iso8859-2", "iso8859-15", "cp1250", "cp1252"})


@dataclass(frozen=True, slots=True)
class XmlLimits:
    """What one XML file may cost: an element and its text take some 240 bytes, an attribute 200."""

    max_bytes: int = 32 * MIB
    max_tags: int = 2_000_000
    max_attributes: int = 1_000_000


DEFAULT_XML_LIMITS = XmlLimits()


class Node:
    """An element: children by local name within the document's own namespaces, texts with single blanks."""

    __slots__ = ("_element", "_namespaces")

    def __init__(self, element: Any, namespaces: tuple[str, ...]) -> None:
        self._element = element
        self._namespaces = namespaces

    def children(self, path: str) -> Iterator[Node]:
        """Every element at a path such as ``Acct/Id/IBAN``, in the order of the document."""
        name, _, rest = path.partition("/")
        for element in self._element.iterchildren(*_tags(name, self._namespaces)):
            node = Node(element, self._namespaces)
            if rest:
                yield from node.children(rest)
            else:
                yield node

    def child(self, path: str) -> Node | None:
        """The first element at the path."""
        return next(self.children(path), None)

    def text(self, path: str = "") -> str:
        """The text of this element, or of the first at the path; empty if there is none."""
        node = self.child(path) if path else self
        return "" if node is None else node.own_text

    def texts(self, path: str) -> tuple[str, ...]:
        """Every text at the path that is not empty."""
        return tuple(text for node in self.children(path) if (text := node.own_text))

    @property
    def own_text(self) -> str:
        """The text of this element itself; line breaks and runs of blanks are one blank."""
        return " ".join(self.raw_text.split())

    @property
    def raw_text(self) -> str:
        """The text of this element itself, as it stands."""
        return str(self._element.text or "")

    def attribute(self, name: str) -> str:
        """An attribute without namespace; empty if there is none."""
        return str(self._element.get(name, "")).strip()

    @property
    def name(self) -> str:
        """The local name."""
        return str(etree.QName(self._element).localname)

    @property
    def place(self) -> str:
        """Where it stands, for people: parent and own local name. Example: ``LegalMonetaryTotal/PayableAmount``."""
        parent = self._element.getparent()
        return self.name if parent is None else f"{etree.QName(parent).localname}/{self.name}"


@cache
def _tags(name: str, namespaces: tuple[str, ...]) -> tuple[str, ...]:
    """The element's names as lxml writes them; the names asked for are those of our own code."""
    return tuple(f"{{{namespace}}}{name}" for namespace in namespaces)


def parse_xml(data: bytes, limits: XmlLimits = DEFAULT_XML_LIMITS) -> Any:
    """The root element; raises ``FileRefused`` for anything that is not plain, bounded, well-formed XML."""
    check_bytes(data, limits.max_bytes)
    text = as_utf8(data)
    _check_count(text.count(b"<"), limits.max_tags)
    _check_count(text.count(b"="), limits.max_attributes)
    _refuse_doctype(text)
    try:
        return etree.fromstring(text, _parser())
    except etree.XMLSyntaxError as error:
        line, problem = error.position[0], str(error.msg).split(", line ")[0]
        raise FileRefused("xml_damaged", line=line, problem=problem, rule="XML 1.0") from error


def check_bytes(data: bytes, limit: int) -> None:
    """Refuse an empty file and one beyond the limit."""
    if not data:
        raise FileRefused("file_empty", rule="XML 1.0")
    if len(data) > limit:
        raise FileRefused("document_bytes_limit", value=len(data), limit=limit)


def as_utf8(data: bytes) -> bytes:
    """The same text in UTF-8 without a mark; the XML declaration is cut off, for it may name another encoding."""
    name = _encoding_of(data)
    try:
        if codecs.lookup(name).name.removesuffix("-sig").removesuffix("-le").removesuffix("-be") not in _READ:
            raise FileRefused("xml_encoding", encoding=name)
        text = data.decode(name)
    except (LookupError, UnicodeError) as error:
        raise FileRefused("xml_encoding", encoding=name, rule="XML 1.0") from error
    return _DECLARATION.sub(b"", data if name == "utf-8" else text.encode("utf-8"))


def _encoding_of(data: bytes) -> str:
    for mark, name in (*_MARKS, *_STARTS):
        if data.startswith(mark):
            return name
    named = _ENCODING.match(data[:200])
    return named.group(1).decode("ascii").lower() if named else "utf-8"


def _check_count(count: int, limit: int) -> None:
    if count > limit:
        raise FileRefused("xml_bomb", value=count, limit=limit)


class _RootSeen(Exception):
    """Not an error: the prolog ended without a document type."""


def _refuse_doctype(text: bytes) -> None:
    """A document type stands before the root element or nowhere: the scan ends at the first tag."""
    parser = expat.ParserCreate("utf-8")
    parser.StartDoctypeDeclHandler = _doctype
    parser.StartElementHandler = _root
    try:
        parser.Parse(text, True)
    except _RootSeen:
        return
    except expat.ExpatError as error:
        problem = expat.errors.messages.get(error.code, "not well-formed")
        raise FileRefused("xml_damaged", line=error.lineno, problem=problem, rule="XML 1.0") from error


def _doctype(*_args: object) -> None:
    raise FileRefused("xml_doctype")


def _root(*_args: object) -> None:
    raise _RootSeen


def _parser() -> Any:
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )
