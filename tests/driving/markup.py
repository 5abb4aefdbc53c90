"""HTML as a tree, read for what stands in it.

Owns parsing and finding. It must not know what any page is about.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "path", "use"})
SILENT = frozenset({"style", "script"})
BLOCKS = frozenset({"p", "h1", "h2", "h3", "div", "li", "article", "section", "dl", "ul", "legend"})


@dataclass
class Node:
    """An element with its attributes and what it holds, in order."""

    tag: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    parts: list["Node | str"] = field(default_factory=list)

    def find(self, tag: str = "", **attributes: str | None) -> Iterator["Node"]:
        """Elements below, in reading order, of this tag and with these attributes.

        An attribute is named with `_` for `-`; None asks only that it stands there; `class_` asks
        for one of the classes.
        """
        for part in self.parts:
            if isinstance(part, Node):
                if part.fits(tag, attributes):
                    yield part
                yield from part.find(tag, **attributes)

    def text(self, without: str = "") -> str:
        """What is read, one line per block; elements of the class `without` are left out."""
        written = "".join(self.written(without))
        lines = (" ".join(line.split()) for line in written.split("\n"))
        return "\n".join(line for line in lines if line)

    def written(self, without: str = "") -> Iterator[str]:
        """What is read, in pieces, with line ends around blocks and a colon after terms."""
        for part in self.parts:
            if isinstance(part, str):
                yield " ".join(part.split("\n")) if self.tag != "textarea" else part
            elif part.tag not in SILENT and not (without and part.fits("", {"class_": without})):
                yield "\n" if part.tag in BLOCKS else ""
                yield from part.written(without)
                yield "\n" if part.tag in BLOCKS else ": " if part.tag == "dt" else ""

    def fits(self, tag: str, attributes: dict[str, str | None]) -> bool:
        """Whether it is of this tag and has these attributes, as for `find`."""
        if tag and self.tag != tag:
            return False
        for name, wanted in attributes.items():
            held = self.attributes.get(name.rstrip("_").replace("_", "-"))
            if held is None:
                return False
            if wanted is not None and wanted not in (held.split() if name == "class_" else [held]):
                return False
        return True


def read_markup(text: str) -> Node:
    """The tree of a page or fragment."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.root


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Node()
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self._open[-1].parts.append(node)
        if tag not in VOID:
            self._open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].parts.append(Node(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        for depth in range(len(self._open) - 1, 0, -1):
            if self._open[depth].tag == tag:
                del self._open[depth:]
                return

    def handle_data(self, data: str) -> None:
        self._open[-1].parts.append(data)
