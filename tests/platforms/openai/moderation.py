"""The pretended omni-moderation: what it flags is what a test told it to flag.

It owns reading the moderation input and the shape of a verdict. It must not know the HTTP around.

Facts: categories and which of them images are scored for, from the SDK's types and the document;
one image a request at most (400 `too_many_images`, antiwork/gumroad#4709), 20 MB each.
"""

import base64
import binascii
import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

from PIL import Image, UnidentifiedImageError

from tests.platforms.openai.refusals import bad_request
from tests.platforms.openai.rules import Refused

MODELS: Final = frozenset({"omni-moderation-latest", "omni-moderation-2024-09-26"})
LARGEST_IMAGE: Final = 20 * 1000**2
IMAGE_CATEGORIES: Final = frozenset(
    {
        "self-harm",
        "self-harm/intent",
        "self-harm/instructions",
        "sexual",
        "violence",
        "violence/graphic",
    }
)
CATEGORIES: Final = (
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
    "sexual/minors",
    *sorted(IMAGE_CATEGORIES),
)


class Moderator:
    """Flags words for ever and pictures as often as it was told to."""

    def __init__(self) -> None:
        self.words: dict[str, str] = {}
        self._pictures: list[str] = []

    def flag_images(self, category: str, times: int) -> None:
        """The next so many pictures are flagged as this category.

        Raises:
            ValueError: a category that pictures are not scored for.
        """
        if category not in IMAGE_CATEGORIES:
            raise ValueError(category)
        self._pictures.extend([category] * times)

    def review(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a moderation request that has the documented shape.

        Raises:
            Refused: an unknown model, no or more than one picture readable in one input.
        """
        model = request.get("model", "omni-moderation-latest")
        if model not in MODELS:
            raise _breach("model", f"Invalid value: {model!r}")
        results = [self._judge(texts, images) for texts, images in _inputs(request["input"])]
        return {"id": "modr-1", "model": model, "results": results}

    def _judge(self, texts: Sequence[str], images: int) -> dict[str, Any]:
        text = " ".join(texts).lower()
        in_text = {category for word, category in self.words.items() if word in text}
        in_image = {self._pictures.pop(0) for _ in range(images) if self._pictures}
        found = in_text | in_image
        kinds: dict[str, list[str]] = {}
        for category in CATEGORIES:
            kinds[category] = ["text"] if texts else []
            if images and category in IMAGE_CATEGORIES:
                kinds[category].append("image")
        return {
            "flagged": bool(found),
            "categories": {name: name in found for name in CATEGORIES},
            "category_scores": {name: 0.97 if name in found else 0.0001 for name in CATEGORIES},
            "category_applied_input_types": kinds,
        }


def _inputs(value: Any) -> list[tuple[list[str], int]]:
    """One (texts, number of images) per result: a list of parts is judged as one whole."""
    if isinstance(value, str):
        return [([value], 0)]
    if value and all(isinstance(part, str) for part in value):
        return [([text], 0) for text in value]
    texts = [part["text"] for part in value if part["type"] == "text"]
    urls = [part["image_url"]["url"] for part in value if part["type"] == "image_url"]
    if len(urls) > 1:
        message = f"Number of images ({len(urls)}) exceeds maximum of 1"
        raise _breach("input", message, "too_many_images")
    for url in urls:
        _open(url)
    return [(texts, len(urls))]


def _open(url: str) -> None:
    header, comma, text = url.partition(",")
    if not (header.startswith("data:image/") and header.endswith(";base64") and comma):
        raise _breach("input", "only data: URLs are taken here; nothing is fetched")
    try:
        data = base64.b64decode(text, validate=True)
        with Image.open(io.BytesIO(data)) as picture:
            picture.load()
    except (binascii.Error, UnidentifiedImageError, OSError) as broken:
        raise _breach("input", f"Invalid image: {broken}") from broken
    if len(data) > LARGEST_IMAGE:
        raise _breach("input", "the image is larger than 20 MB")


def _breach(param: str, message: str, code: str = "invalid_value") -> Refused:
    return Refused(bad_request(param, message, code), violation=f"{param}: {message}")
