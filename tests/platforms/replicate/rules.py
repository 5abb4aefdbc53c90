"""What the pretended Replicate takes and charges: each model's input, as its page lists it.

It owns judging an input and the size that comes of it. It must not know HTTP.

Sources: replicate.com, the input schemas of each model (read 2026-11); sizes by ratio as the
models' open code has them; prices as in `providers.md`, SDXL's by the second is made up.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

SIZES: Final[Mapping[str, tuple[int, int]]] = {
    "1:1": (1024, 1024),
    "16:9": (1344, 768),
    "9:16": (768, 1344),
    "3:2": (1216, 832),
    "2:3": (832, 1216),
    "4:5": (896, 1088),
    "5:4": (1088, 896),
    "21:9": (1536, 640),
    "9:21": (640, 1536),
}
FORMATS: Final = frozenset({"webp", "jpg", "png"})


@dataclass(frozen=True)
class Model:
    """One model. `many` says that its output is a list; `micro_usd` is charged for a picture."""

    fields: frozenset[str]
    ratios: frozenset[str]
    micro_usd: int
    many: bool = True


FLUX: Final = frozenset(
    {
        "prompt",
        "aspect_ratio",
        "num_outputs",
        "num_inference_steps",
        "seed",
        "output_format",
        "output_quality",
        "disable_safety_checker",
        "go_fast",
        "megapixels",
    }
)
NARROW: Final = frozenset(SIZES)
SDXL: Final = "7762fd07cf82c948538e41f63f77d685e02b063e37e496e96eefd46c929f9bdc"
MODELS: Final[Mapping[str, Model]] = {
    "black-forest-labs/flux-schnell": Model(FLUX, NARROW, 3_000),
    "black-forest-labs/flux-dev": Model(FLUX | {"guidance"}, NARROW, 25_000),
    "black-forest-labs/flux-1.1-pro": Model(
        frozenset(
            {
                "prompt",
                "aspect_ratio",
                "width",
                "height",
                "safety_tolerance",
                "seed",
                "prompt_upsampling",
                "output_format",
                "output_quality",
            }
        ),
        NARROW - {"21:9", "9:21"} | {"custom"},
        40_000,
        many=False,
    ),
    "stability-ai/stable-diffusion-3.5-large": Model(
        frozenset(
            {"prompt", "aspect_ratio", "cfg", "steps", "seed", "output_format", "output_quality"}
        ),
        NARROW,
        65_000,
    ),
    f"stability-ai/sdxl:{SDXL}": Model(
        frozenset({"prompt", "negative_prompt", "width", "height", "num_outputs", "seed"}),
        frozenset(),
        4_800,
    ),
}


def breaches(given: Mapping[str, Any], model: Model) -> Iterator[str]:
    """What the model's page does not allow in an input."""
    for name in given.keys() - model.fields:
        yield f"input.{name}: Additional property {name} is not allowed"
    if not isinstance(given.get("prompt"), str) or not given["prompt"]:
        yield "input.prompt: is required"
    if not isinstance(given.get("seed", 1), int):
        yield "input.seed: is an integer"
    if given.get("output_format", "webp") not in FORMATS:
        yield "input.output_format: is webp, jpg or png"
    ratio = given.get("aspect_ratio")
    if ratio is not None and ratio not in model.ratios:
        yield f"input.aspect_ratio: {ratio} is none of {sorted(model.ratios)}"
    for side in ("width", "height"):
        value = given.get(side, 1024)
        if not isinstance(value, int) or not 256 <= value <= 1440 or value % 32:
            yield f"input.{side}: 256 to 1440, a multiple of 32"


def size_of(given: Mapping[str, Any]) -> tuple[int, int]:
    """How large the picture of a valid input gets."""
    ratio = given.get("aspect_ratio", "custom")
    if ratio == "custom":
        return given.get("width", 1024), given.get("height", 1024)
    return SIZES[ratio]
