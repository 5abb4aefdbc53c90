"""The process in which sketches are drawn, one after the other, away from whoever answers people.

Owns its own manners. It reads a line of JSON per picture from its input and writes the length of a
PNG (four bytes, the highest first) and the PNG to its output; it must not know who asks. It ends
with its input, so it never outlives the process that began it.
"""

import json
import os
import sys
from typing import Final

from core.generation.sketching import draw

NICE: Final = 5
"""Answers to people come before pictures."""


def main() -> None:
    """Draw line by line until the input ends."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever a library prints is no answer
    os.nice(NICE)
    for line in sys.stdin.buffer:
        prompt, seed, width, height = json.loads(line)
        data = draw(prompt, seed, (width, height))
        answers.write(len(data).to_bytes(4, "big") + data)
        answers.flush()


if __name__ == "__main__":
    main()
