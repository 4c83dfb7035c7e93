"""XML read as events in bounded memory: no entities, no endless tags, no endless nesting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.parsers import expat

from invoices.intake.limits import MIB
from invoices.intake.reasons import FileRefused

Attributes = dict[str, str]
_MAX_DEPTH = 100
_MAX_TAG_BYTES = MIB


class XmlEvents:
    """A reader of one XML part; subclasses take the events they need, names without namespace prefix."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._depth = 0

    def start(self, name: str, given: Attributes) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def characters(self, data: str) -> None:
        """Text inside an element."""

    def read(self, chunks: Iterable[bytes]) -> Iterator[None]:
        """Parse chunk by chunk; yields after each, so that the caller can take what came together."""
        parser = self._parser()
        fed = 0
        try:
            for chunk in chunks:
                fed += len(chunk)
                parser.Parse(chunk, False)
                if fed - parser.CurrentByteIndex > _MAX_TAG_BYTES:
                    raise FileRefused("workbook_bomb", value="a tag without end")
                yield
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise FileRefused("workbook_damaged", problem=str(error)) from error
        yield

    def read_all(self, chunks: Iterable[bytes]) -> None:
        """Parse to the end."""
        for _ in self.read(chunks):
            pass

    def _parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse_entities
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self.characters
        return parser

    def _start(self, name: str, given: Attributes) -> None:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise FileRefused("workbook_bomb", value=f"{_MAX_DEPTH} levels of nesting")
        self.start(self._local(name), given)

    def _end(self, name: str) -> None:
        self._depth -= 1
        self.end(self._local(name))

    def _local(self, name: str) -> str:
        known = self._names.get(name)
        if known is None:
            if len(self._names) > 1000:
                self._names.clear()
            known = self._names[name] = name.rpartition(":")[2]
        return known

    def _refuse_entities(self, *_args: object) -> None:
        raise FileRefused("workbook_entities")
