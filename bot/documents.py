"""The documents that are made from the code: `.env.example`, and the tables of the README.

Run `python -m bot.documents` after a change of settings or commands; a test tells when that was
forgotten. Owns the markers between which a table stands; the rest of a document is a person's.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, get_args, get_origin

from pydantic import SecretStr

from bot.commands import command_table
from core.generation.prices import read_catalogue
from core.settings import Settings
from core.wording import documents as words

ROOT = Path(__file__).resolve().parents[1]
README = "README.md"
EXAMPLE = ".env.example"


def settings_table() -> str:
    """Every setting with its default and meaning, as Markdown."""
    rows = [
        f"| `{name.upper()}` | {_code(_default(name))} | {_meaning(name)} |"
        for name in Settings.model_fields
    ]
    return "\n".join((words.SETTINGS_HEAD, "|---|---|---|", *rows))


def commands_table() -> str:
    """Every chat command with an example, as Markdown."""
    rows = [
        f"| `/{spec.name}` | {spec.description} | `{spec.usage}` |"
        for spec in command_table(read_catalogue().models)
        if not spec.on_message
    ]
    return "\n".join((words.COMMANDS_HEAD, "|---|---|---|", *rows))


def example_environment() -> str:
    """`.env.example`: every setting with its meaning, commented out."""
    entries = [
        f"# {_meaning(name)}\n#{name.upper()}={_default(name)}\n" for name in Settings.model_fields
    ]
    return "\n".join((words.EXAMPLE_HEAD, *entries))


TABLES: Mapping[str, Callable[[], str]] = {"settings": settings_table, "commands": commands_table}


def renew(text: str) -> str:
    """A document with its tables made anew: what stands between `<!-- name -->` and its end."""

    def table(found: re.Match[str]) -> str:
        name = found["name"]
        return f"<!-- {name} -->\n{TABLES[name]()}\n<!-- /{name} -->"

    names = "|".join(TABLES)
    return re.sub(
        rf"<!-- (?P<name>{names}) -->\n.*?<!-- /(?P=name) -->", table, text, flags=re.DOTALL
    )


def main() -> None:
    """Write all documents anew."""
    (ROOT / EXAMPLE).write_text(example_environment(), "utf-8")
    readme = ROOT / README
    readme.write_text(renew(readme.read_text("utf-8")), "utf-8")


def _default(name: str) -> str:
    value = Settings.model_fields[name].default
    text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    return text.removesuffix(".0")


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _meaning(name: str) -> str:
    field = Settings.model_fields[name]
    choices = get_args(field.annotation) if get_origin(field.annotation) is Literal else ()
    listed = ", ".join(f"`{choice}`" for choice in choices)
    return f"{field.description} ({listed})" if listed else str(field.description)


if __name__ == "__main__":
    main()
