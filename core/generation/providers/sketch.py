"""Sketch: the built-in provider. It draws from the words of a prompt, without AI and network.

Owns how `core.generation.sketching` is asked as a provider. Its pictures are signed "sketch · not
AI" and are never passed off as anything else.
"""

import asyncio
from collections.abc import Mapping

from core.errors import UserError
from core.generation.prices import Model
from core.generation.sketching import draw
from core.ports import Generated, ImageRequest, Preview, Told


class Sketch:
    """Draws in a thread. `models` is sketch's part of the catalogue.

    The same prompt, size and seed give the same bytes, so a lost picture is simply drawn again.
    Quality changes nothing: it is all the artist can do.
    """

    name = "sketch"
    repeatable = True

    def __init__(self, models: Mapping[str, Model]) -> None:
        self.models = models

    async def generate(
        self,
        request: ImageRequest,
        preview: Preview | None = None,  # noqa: ARG002  # it has no unfinished pictures to show
        told: Told | None = None,  # noqa: ARG002  # nobody limits it
    ) -> Generated:
        """Draw one picture, free. Raises UserError("size_unknown") for what is not "WxH"."""
        width, cross, height = request.size.partition("x")
        if not (cross and width.isdecimal() and height.isdecimal()):
            model = self.models[request.model]
            raise UserError(
                "size_unknown", size=request.size, sizes=list(model.sizes), model=model.label
            )
        size = (int(width), int(height))
        data = await asyncio.to_thread(draw, request.prompt, request.seed, size)
        return Generated(data, "image/png", cost=0)

    async def aclose(self) -> None:
        """Nothing to let go of."""
