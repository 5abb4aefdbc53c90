"""Whether a network takes a post, before anything is sent.

Owns the comparison of captions, pictures and alt texts with a network's `NetworkRules`. It must
not know any network: limits are data. Bytes, ratios and widths are not asked about, because
renditions are made to fit them.
"""

import re
from collections.abc import Sequence

from core.errors import UserError
from core.ports import NetworkRules

_HASHTAG = re.compile(r"#\w")  # as strict as can be: networks differ on "C#major"


def check(caption: str, alts: Sequence[str], rules: NetworkRules, network: str) -> list[UserError]:
    """Everything that keeps a post from being published there; empty where nothing does.

    `alts` is the alt text of each picture, in order, "" where it has none; lengths count
    characters. `network` is the network's title. Codes and their facts, besides `network`:

        post_empty          neither words nor pictures
        needs_image         needed, count
        too_many_images     limit, count
        caption_too_long    limit, length
        too_many_hashtags   limit, count
        alt_too_long        limit, length, picture (from 1); one for each picture
    """
    problems = []
    hashtags = len(_HASHTAG.findall(caption))
    if len(alts) < rules.min_images:
        problems.append(
            UserError("needs_image", network=network, needed=rules.min_images, count=len(alts))
        )
    elif not alts and not caption.strip():
        problems.append(UserError("post_empty", network=network))
    if len(alts) > rules.max_images:
        problems.append(
            UserError("too_many_images", network=network, limit=rules.max_images, count=len(alts))
        )
    if len(caption) > rules.max_caption:
        problems.append(
            UserError(
                "caption_too_long", network=network, limit=rules.max_caption, length=len(caption)
            )
        )
    if rules.max_hashtags is not None and hashtags > rules.max_hashtags:
        problems.append(
            UserError(
                "too_many_hashtags", network=network, limit=rules.max_hashtags, count=hashtags
            )
        )
    problems += [
        UserError(
            "alt_too_long", network=network, limit=rules.max_alt, length=len(alt), picture=number
        )
        for number, alt in enumerate(alts, 1)
        if len(alt) > rules.max_alt
    ]
    return problems
