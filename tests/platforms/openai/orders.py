"""An image call that arrived, read into an order or refused.

It owns the way from a request's body to an `Order`: the model, the contract, the pictures that come
with an edit. It must not know keys, faults or money.
"""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Literal

from aiohttp import web
from PIL import Image, UnidentifiedImageError

from tests.platforms.far_end import Upload, read_form
from tests.platforms.openai.prices import MODELS, Model
from tests.platforms.openai.refusals import bad_request, model_not_found
from tests.platforms.openai.rules import Refused, breaches, judge, read_order, read_size

LARGEST_REFERENCE: Final = 50 * 1024**2
LARGEST_MASK: Final = 4 * 1024**2
MOST_REFERENCES: Final = 16
PICTURE_TYPES: Final = frozenset({"image/png", "image/jpeg", "image/webp"})


@dataclass(frozen=True)
class Order:
    """An image call that keeps the contract.

    Attributes:
        model_name: as asked for; `model` is what stands behind it.
        size: of each picture, in pixels.
        kind: png, jpeg or webp.
        previews: how many partial images a streamed answer shows on the way.
        references: the encoded pictures that an edit starts from, and their pixels together.
    """

    call: Literal["generate", "edit"]
    model_name: str
    model: Model
    prompt: str
    n: int
    quality: str
    size: tuple[int, int]
    kind: str
    transparent: bool
    streamed: bool
    previews: int
    safety_identifier: str | None
    references: tuple[bytes, ...] = ()
    reference_pixels: int = 0

    def settings(self) -> dict[str, str]:
        """What every answer repeats of the order."""
        return {
            "background": "transparent" if self.transparent else "opaque",
            "output_format": self.kind,
            # What `auto` chose is told in one of the documented words; only the tokens are exact.
            "quality": "high" if self.quality == "auto" else self.quality,
            "size": "{}x{}".format(*self.size),
        }


async def read_json(request: web.Request) -> dict[str, Any]:
    """The body as a JSON object.

    Raises:
        Refused: it is none.
    """
    try:
        body = json.loads(await request.text())
    except ValueError as broken:
        raise _breach(None, f"the body is not JSON: {broken}") from broken
    if not isinstance(body, dict):
        raise _breach(None, "the body is not an object")
    return body


async def read_generate(request: web.Request, today: date) -> Order:
    """The order that a `POST /images/generations` means.

    Raises:
        Refused: the model is unknown or shut, or the contract is broken.
    """
    body = await read_json(request)
    parameters = {name: value for name, value in body.items() if value is not None}
    model = _find_model(parameters, today)
    _demand_contract("generate", parameters, model)
    demand_documented("/images/generations", request.content_type, body)
    return _order("generate", model, parameters)


async def read_edit(request: web.Request, today: date) -> Order:
    """The order that a `POST /images/edits` means.

    Raises:
        Refused: as `read_generate`, and where a picture is missing, too large, or none.
    """
    if request.content_type != "multipart/form-data":
        raise _breach(None, f"edits are a multipart form, not {request.content_type}")
    fields = await read_form(request)
    parameters = read_order(fields)
    model = _find_model(parameters, today)
    _demand_contract("edit", parameters, model)
    demand_documented("/images/edits", request.content_type, fields)
    uploads = [value for name, value in fields if name in {"image", "image[]"}]
    if not 1 <= len(uploads) <= MOST_REFERENCES:
        raise _breach("image", f"an edit takes 1 to {MOST_REFERENCES} images")
    sizes = [_measure("image", upload, LARGEST_REFERENCE) for upload in uploads]
    for mask in (value for name, value in fields if name == "mask"):
        if _measure("mask", mask, LARGEST_MASK) != sizes[0]:
            raise _breach("mask", "the mask has another size than the first image")
    return replace(
        _order("edit", model, parameters),
        references=tuple(upload.data for upload in uploads if isinstance(upload, Upload)),
        reference_pixels=sum(width * height for width, height in sizes),
    )


def demand_documented(path: str, content_type: str, body: object) -> None:
    """Holds a body against OpenAI's own document.

    Raises:
        Refused: the document does not allow it.
    """
    for param, message in judge(path, content_type, body):
        raise _breach(param, message)


def _demand_contract(
    call: Literal["generate", "edit"], parameters: Mapping[str, Any], model: Model
) -> None:
    for param, message in breaches(call, parameters, model):
        code = "unknown_parameter" if message.startswith("Unknown parameter") else "invalid_value"
        raise _breach(param, message, code)


def _find_model(parameters: Mapping[str, Any], today: date) -> Model:
    name = parameters.get("model")
    if not isinstance(name, str):
        # The real service would fall back to a model of its own choice and price.
        raise _breach("model", "specify a model explicitly")
    model = MODELS.get(name)
    if model is None or not model.is_alive(today):
        raise Refused(model_not_found(name))
    return model


def _order(call: Literal["generate", "edit"], model: Model, parameters: Mapping[str, Any]) -> Order:
    return Order(
        call=call,
        model_name=parameters["model"],
        model=model,
        prompt=parameters["prompt"],
        n=parameters.get("n", 1),
        quality=parameters.get("quality", "auto"),
        size=read_size(parameters.get("size")) or (1024, 1024),
        kind=parameters.get("output_format", "png"),
        transparent=parameters.get("background") == "transparent",
        streamed=parameters.get("stream", False),
        previews=parameters.get("partial_images", 0),
        safety_identifier=parameters.get("safety_identifier"),
    )


def _measure(field: str, upload: str | Upload, largest: int) -> tuple[int, int]:
    if not isinstance(upload, Upload) or upload.content_type not in PICTURE_TYPES:
        kind = upload.content_type if isinstance(upload, Upload) else "text"
        raise _breach(field, f"Invalid file '{field}': unsupported mimetype ('{kind}')")
    if len(upload.data) > largest:
        raise _breach(field, f"'{upload.filename}' is larger than {largest} bytes")
    if field == "mask" and upload.content_type != "image/png":
        raise _breach(field, "a mask is a PNG")
    try:
        with Image.open(io.BytesIO(upload.data), formats=["PNG", "JPEG", "WEBP"]) as picture:
            picture.load()
            return picture.size
    except (UnidentifiedImageError, OSError) as broken:
        raise _breach(field, f"'{upload.filename}' is no picture: {broken}") from broken


def _breach(param: str | None, message: str, code: str = "invalid_value") -> Refused:
    return Refused(bad_request(param, message, code), violation=f"{param}: {message}")
