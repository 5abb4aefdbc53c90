"""A modal as a person sees it, and the answer that the client sends when it is filled in.

It owns fields, their defaults and what the client itself refuses to send. It must not know the
gateway.
Source: https://docs.discord.com/developers/interactions/receiving-and-responding
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.platforms.discord.attachments import Attachment, keep
from tests.platforms.discord.messages import (
    ACTION_ROW,
    CHECKBOX,
    CHECKBOX_GROUP,
    FILE_UPLOAD,
    LABEL,
    OTHER_SELECTS,
    RADIO_GROUP,
    TEXT_DISPLAY,
    TEXT_INPUT,
    walk,
)
from tests.platforms.discord.world import Json

if TYPE_CHECKING:
    from tests.platforms.discord.channels import Channel
    from tests.platforms.discord.interactions import Interaction

File = tuple[str, bytes]  # name and content


class NotAllowed(AssertionError):
    """Discord's own client would not let the person do this."""


@dataclass(frozen=True)
class Field:
    """One field of a modal.

    Attributes:
        options: value → label of what can be chosen.
        chosen: the values chosen beforehand.
        value: the text that stands in it beforehand.
        raw: the component as the bot sent it.
    """

    label: str
    description: str
    custom_id: str
    kind: int
    required: bool
    value: str
    options: dict[str, str]
    chosen: tuple[str, ...]
    raw: Json = field(repr=False)

    def answer(self, given: Any, files: list[Attachment]) -> Json:
        """The component that the client sends back.

        Args:
            given: what the person entered: text, a value or label or several, a bool, files; None
                leaves the field as it was.
            files: what was uploaded into this field.
        """
        sent: Json = {"type": self.kind, "custom_id": self.custom_id, "id": self.raw.get("id", 1)}
        if self.kind == TEXT_INPUT:
            return sent | {"value": self._text(self.value if given is None else given)}
        if self.kind == CHECKBOX:
            return sent | {"value": bool(self.raw.get("default") if given is None else given)}
        if self.kind == FILE_UPLOAD:
            self._count(len(files))
            return sent | {"values": [str(each.id) for each in files]}
        chosen = self.chosen if given is None else self._picked(given)
        if self.kind == RADIO_GROUP:
            self._count(len(chosen))
            return sent | {"value": chosen[0] if chosen else None}
        self._count(len(chosen))
        return sent | {"values": list(chosen)}

    def _text(self, text: str) -> str:
        if self.required and not text:
            raise NotAllowed(f"{self.label!r} must be filled in")
        shortest = self.raw.get("min_length") or 0
        longest = self.raw.get("max_length") or 4000
        if text and not shortest <= len(text) <= longest:
            raise NotAllowed(f"{self.label!r} takes {shortest} to {longest} characters")
        return text

    def _picked(self, given: Any) -> tuple[str, ...]:
        wanted = [given] if isinstance(given, str) else list(given)
        if self.kind in OTHER_SELECTS:
            return tuple(str(each) for each in wanted)
        by_label = {label: value for value, label in self.options.items()}
        unknown = [each for each in wanted if each not in self.options and each not in by_label]
        if unknown:
            raise NotAllowed(f"{self.label!r} has no {unknown}; it has {self.options}")
        return tuple(each if each in self.options else by_label[each] for each in wanted)

    def _count(self, count: int) -> None:
        if not count and not self.required:
            return
        fewest = max(self.raw.get("min_values") or 1, 1 if self.required else 0)
        most = self.raw.get("max_values") or 1
        if self.kind == CHECKBOX_GROUP:
            most = self.raw.get("max_values") or len(self.options)
        if not fewest <= count <= most:
            raise NotAllowed(f"{self.label!r} takes {fewest} to {most}, not {count}")


@dataclass(frozen=True)
class Modal:
    """A form that opened before a person.

    Attributes:
        origin: the interaction that it answered.
        raw: its components as sent.
    """

    title: str
    custom_id: str
    fields: list[Field]
    text: str
    origin: "Interaction" = field(repr=False)
    raw: list[Json] = field(repr=False)

    def field(self, name: str) -> Field:
        """The field with this label or custom_id."""
        for each in self.fields:
            if name in (each.label, each.custom_id):
                return each
        raise NotAllowed(f"no field {name!r}; there are {[each.label for each in self.fields]}")

    def plain(self) -> str:
        """All text that the person reads in it, a line each."""
        lines = [self.title, self.text]
        for each in self.fields:
            lines += [each.label, each.description, each.value]
        return "\n".join(line for line in lines if line)

    def fill(
        self, values: Mapping[str, Any], channel: "Channel"
    ) -> tuple[list[Json], list[Attachment]]:
        """What the client sends: the components, and the files that were uploaded.

        Args:
            values: label or custom_id → what the person entered.
            channel: where the files are stored.
        """
        entered = {self.field(name).custom_id: value for name, value in values.items()}
        uploaded: list[Attachment] = []
        answers: dict[str, Json] = {}
        for each in self.fields:
            given = entered.get(each.custom_id)
            files: list[Attachment] = []
            if each.kind == FILE_UPLOAD:
                files = [
                    keep(channel.world, channel.id, *one, ephemeral=True) for one in given or []
                ]
            uploaded += files
            answers[each.custom_id] = each.answer(given, files)
        return [_answered(part, answers) for part in self.raw], uploaded


def _answered(part: Json, answers: Mapping[str, Json]) -> Json:
    sent: Json = {"type": part["type"], "id": part.get("id", 1)}
    if part["type"] == LABEL:
        return sent | {"component": answers[part["component"]["custom_id"]]}
    if part["type"] == ACTION_ROW:
        return sent | {"components": [answers[each["custom_id"]] for each in part["components"]]}
    return sent


def _field(raw: Json, label: str, description: str) -> Field:
    options = raw.get("options") or []
    return Field(
        label=label,
        description=description,
        custom_id=raw["custom_id"],
        kind=raw["type"],
        required=raw.get("required", True) if raw["type"] != CHECKBOX else False,
        value=raw.get("value") or "",
        options={each["value"]: each["label"] for each in options},
        chosen=tuple(each["value"] for each in options if each.get("default")),
        raw=raw,
    )


def opened(data: Json, origin: "Interaction") -> Modal:
    """The form that a callback of type 9 opens; its rules were checked before."""
    fields, texts = [], []
    for number, part in enumerate(walk(data["components"]), start=1):
        part.setdefault("id", number)
    for part in data["components"]:
        if part["type"] == LABEL:
            fields.append(_field(part["component"], part["label"], part.get("description") or ""))
        elif part["type"] == ACTION_ROW:
            inner = part["components"][0]
            fields.append(_field(inner, inner["label"], ""))
        elif part["type"] == TEXT_DISPLAY:
            texts.append(part["content"])
    return Modal(
        title=data["title"],
        custom_id=data["custom_id"],
        fields=fields,
        text="\n".join(texts),
        origin=origin,
        raw=data["components"],
    )
