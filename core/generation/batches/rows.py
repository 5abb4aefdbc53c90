"""Rows: reading a list of prompts that was pasted, or brought as .txt, .csv, .tsv or .json.

Owns file formats and encodings, and which line of the file each row was. It must not know what a
prompt may say, nor what the other columns mean.
"""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from core.errors import UserError
from core.wording import lists as words

MOST_BYTES: Final = 2_000_000
"""Of a list; 1,000 prompts of ordinary length are a tenth of it."""

PROMPT: Final = "prompt"
KINDS: Final = ("txt", "csv", "tsv", "json")
CONTROL_SIGNS: Final = frozenset(range(32)) - {ord(sign) for sign in "\t\n\r\f"}
BINARY_SHARE: Final = 0.01
"""Of control signs among a file's bytes; no text comes near it."""

MARKS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True)
class Row:
    """One row of a list: its `number` as the person counts (the line of a file, from 1), its
    prompt as written, and its other columns by lower-case name, empty ones left out.
    """

    number: int
    prompt: str
    fields: dict[str, str] = field(default_factory=dict)


def read_lines(text: str) -> list[Row]:
    """Prompts, one a line; empty lines are passed over."""
    lines = enumerate(text.splitlines(), 1)
    return [Row(number, line.strip()) for number, line in lines if line.strip()]


def read_file(name: str, data: bytes) -> list[Row]:
    """The rows of a file, by its name's ending.

    Raises UserError: `list_kind_unknown` (`kinds`), `list_too_big` (`limit`, bytes), `list_binary`,
    `list_broken` (`problem`), `list_without_prompts` (`columns`).
    """
    kind = name.rpartition(".")[2].lower()
    if kind not in KINDS:
        raise UserError("list_kind_unknown", name=name, kinds=[f".{one}" for one in KINDS])
    if len(data) > MOST_BYTES:
        raise UserError("list_too_big", name=name, limit=MOST_BYTES)
    text = _decode(name, data)
    if kind == "txt":
        return read_lines(text)
    if kind == "json":
        return list(_json_rows(name, text))
    return list(_table_rows(name, text, kind))


def _decode(name: str, data: bytes) -> str:
    """The file's text: by its byte order mark, else UTF-8, and where that fails, line by line what
    Windows writes. So a list that was put together from several files can be read.
    """
    for mark, encoding in MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError as error:
                raise UserError("list_binary", name=name) from error
    if sum(byte in CONTROL_SIGNS for byte in data) > len(data) * BINARY_SHARE:
        raise UserError("list_binary", name=name)
    return "".join(_line(line) for line in data.splitlines(keepends=True))


def _line(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")


def _table_rows(name: str, text: str, kind: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text, kind))
    try:
        heads = [head.strip().lower() for head in next(reader, [])]
        if PROMPT not in heads:
            raise UserError("list_without_prompts", name=name, columns=heads[:20])
        before = reader.line_num
        for cells in reader:
            number, before = before + 1, reader.line_num
            values = dict(zip(heads, (cell.strip() for cell in cells), strict=False))
            if any(values.values()):
                yield _row(number, values)
    except csv.Error as error:
        raise UserError("list_broken", name=name, problem=str(error)) from error


def _delimiter(text: str, kind: str) -> str:
    """A tab in .tsv; in .csv a comma, or the semicolon that spreadsheets write where the comma is
    the decimal sign.
    """
    if kind == "tsv":
        return "\t"
    head = text.partition("\n")[0]
    return ";" if head.count(";") > head.count(",") else ","


def _json_rows(name: str, text: str) -> Iterator[Row]:
    """A list of prompts, or of objects with a prompt each."""
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError("list_broken", name=name, problem=str(error)[:200]) from error
    if not isinstance(found, list):
        raise UserError("list_broken", name=name, problem=words.NO_LIST)
    for number, entry in enumerate(found, 1):
        values = {PROMPT: entry} if isinstance(entry, str) else entry
        if not isinstance(values, dict):
            problem = words.NO_PROMPT.format(number=number)
            raise UserError("list_broken", name=name, problem=problem)
        plain = {str(key).strip().lower(): _plain(value) for key, value in values.items()}
        if PROMPT not in plain:
            raise UserError("list_without_prompts", name=name, columns=list(plain)[:20])
        if any(plain.values()):
            yield _row(number, plain)


def _plain(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(filter(None, map(_plain, value)))
    return "" if value is None else str(value).strip()


def _row(number: int, values: dict[str, str]) -> Row:
    others = {key: value for key, value in values.items() if key != PROMPT and key and value}
    return Row(number, values.get(PROMPT, ""), others)
