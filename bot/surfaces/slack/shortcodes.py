"""Slack's names of emoji, as Unicode.

Owns the translation alone; what an emoji means is core's.
"""

from typing import Final

import emoji

VARIATION_SELECTOR: Final = "\N{VARIATION SELECTOR-16}"


def unicode_of(name: str) -> str:
    """The emoji called `name` ("+1::skin-tone-3"), without skin tone and variation selector.

    What Unicode does not have, a workspace's own emoji above all, stays its name between colons.
    """
    start = name.strip(":").partition("::")[0]
    shown = emoji.emojize(f":{start}:", language="alias")
    return shown.replace(VARIATION_SELECTOR, "")
