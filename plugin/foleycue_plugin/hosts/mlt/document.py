# SPDX-License-Identifier: GPL-3.0-or-later
"""An XML file that is changed by putting bytes into it: all that is not meant to change stays as it is, to the byte."""

import re
from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from foleycue_plugin.hosts.otio_read import not_a_timeline
from foleycue_shared.errors import ErrorCode, FoleyCueError

_LARGEST = 256 << 20
_DEEPEST = 100
_START_TAG = re.compile(rb"""<[^\s/>]+(?:[^>"']|"[^"]*"|'[^']*')*>""")
#: Encodings in which ASCII is ASCII, so that bytes can be put between bytes.
_ENCODINGS = (None, "utf-8", "us-ascii", "ascii", "iso-8859-1", "latin1")


class Element:
    """One element and where it lies: bytes start … end, with its content at inside … inside_end."""

    __slots__ = ("attributes", "children", "end", "inside", "inside_end", "start", "tag", "text")

    def __init__(self, tag: str, attributes: dict[str, str], start: int, inside: int) -> None:
        self.tag, self.attributes = tag, attributes
        self.start, self.inside, self.inside_end, self.end = start, inside, inside, inside
        self.children: list[Element] = []
        self.text = ""

    @property
    def id(self) -> str:
        """The id attribute."""
        return self.attributes.get("id", "")

    def named(self, *tags: str) -> list["Element"]:
        """The children with one of these tags, in order."""
        return [child for child in self.children if child.tag in tags]

    def all(self) -> Iterator["Element"]:
        """This element and everything below it, in order."""
        yield self
        for child in self.children:
            yield from child.all()

    def property_element(self, name: str) -> "Element | None":
        """The property of that name; where there are several, the last one counts."""
        found = [child for child in self.children if child.tag == "property" and child.attributes.get("name") == name]
        return found[-1] if found else None

    def property(self, name: str, default: str = "") -> str:
        """The text of the property of that name."""
        found = self.property_element(name)
        return default if found is None else found.text


class Document:
    """A parsed file with its bytes."""

    def __init__(self, data: bytes, root: Element) -> None:
        self.data, self.root = data, root


class Patch:
    """Changes to a document, collected first and made at once."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._changes: list[tuple[int, int, str]] = []

    def insert(self, position: int, text: str) -> None:
        """Put XML text before the byte at position; several texts at one place keep their order."""
        self._changes.append((position, position, text))

    def append_to(self, element: Element, text: str) -> None:
        """Put XML text behind an element's last child."""
        if element.inside_end == element.end:
            self._changes.append((element.end - 2, element.end, f">{text}</{element.tag}>"))
        else:
            last = element.children[-1].end if element.children else element.inside
            self.insert(last, text)

    def remove(self, element: Element) -> None:
        """Take an element out, with the white space before it."""
        start = element.start
        while start and self._document.data[start - 1 : start].isspace():
            start -= 1
        self._changes.append((start, element.end, ""))

    def replace(self, element: Element, text: str) -> None:
        """Put XML text in an element's place."""
        self.replace_span(element.start, element.end, text)

    def replace_span(self, start: int, end: int, text: str) -> None:
        """Put XML text in the place of bytes start … end - 1."""
        self._changes.append((start, end, text))

    def apply(self) -> bytes:
        """The file with all changes made."""
        parts, position = [], 0
        for start, end, text in sorted(self._changes, key=lambda change: change[:2]):
            if start < position:
                raise ValueError("two changes meet in one place")
            parts += [self._document.data[position:start], text.encode("ascii", "xmlcharrefreplace")]
            position = end
        return b"".join([*parts, self._document.data[position:]])


def property_xml(name: str, value: object) -> str:
    """A property as MLT writes it."""
    return f"<property name={quoteattr(name)}>{escape(str(value))}</property>"


def read_document(path: Path) -> Document:
    """Read an MLT document. Raises NOT_A_TIMELINE for anything else, and BAD_INPUT for a file that is too large."""
    data = path.read_bytes() if path.stat().st_size <= _LARGEST else b""
    if not data and path.stat().st_size:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT, f"{path.name} is too large for a project file: check which file it is."
        )
    return parse_document(data, path.name)


def parse_document(data: bytes, name: str) -> Document:
    """Parse an MLT document; entities, which such a file never needs, are refused. Raises NOT_A_TIMELINE."""
    try:
        root = _Parser(data).parse()
    except (expat.ExpatError, ValueError) as error:
        raise not_a_timeline(name, str(error)) from error
    if root.tag != "mlt":
        raise not_a_timeline(name, f"its root element is {root.tag}")
    return Document(data, root)


class _Parser:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._open: list[Element] = []
        self._root: Element | None = None
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.XmlDeclHandler = self._declared
        self._parser.EntityDeclHandler = self._refuse_entity
        self._parser.StartElementHandler = self._started
        self._parser.EndElementHandler = self._ended
        self._parser.CharacterDataHandler = self._written

    def parse(self) -> Element:
        self._parser.Parse(self._data, True)
        if self._root is None:
            raise ValueError("it is empty")
        return self._root

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if (encoding.lower() if encoding else None) not in _ENCODINGS:
            raise ValueError(f"its encoding is {encoding}")

    def _refuse_entity(self, name: str, *_rest: object) -> None:
        raise ValueError(f"it declares the entity {name}")

    def _started(self, tag: str, attributes: dict[str, str]) -> None:
        start = self._parser.CurrentByteIndex
        found = _START_TAG.match(self._data, start)
        if found is None:
            raise ValueError("its encoding hides its tags")
        if len(self._open) >= _DEEPEST:
            raise ValueError("it is nested too deeply")
        element = Element(tag, attributes, start, found.end())
        if self._open:
            self._open[-1].children.append(element)
        else:
            self._root = element
        self._open.append(element)

    def _ended(self, _tag: str) -> None:
        element = self._open.pop()
        if not self._data.endswith(b"/>", element.start, element.inside):
            element.inside_end = self._parser.CurrentByteIndex
            element.end = self._data.index(b">", element.inside_end) + 1

    def _written(self, text: str) -> None:
        if self._open:
            self._open[-1].text += text
