"""The process in which hostile files are decoded, one after the other.

Owns what happens to one file there, and the process's own limits. It reads a line of JSON per file
from its input and writes one to its output; it must not know who asks. It ends with its input, so
it never outlives the process that began it.
"""

import base64
import hashlib
import json
import math
import os
import resource
import sys
import threading
import time
from concurrent.futures import Executor, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any, Final

from core.errors import UserError
from core.library.decoding import TYPES, decode
from core.library.pictures import dhash, draw_placeholder, draw_thumbnail

MOST_BYTES: Final = 10 * 1024 * 1024
"""Of one file (REQUIREMENTS.md §1)."""

STACK_BYTES: Final = 1 << 20
"""Of a thread. Systems give them 8 MB, all of which would count as memory."""

NICE: Final = 5
"""Answers to people come before pictures."""


def examine(source: Path, kept: Path, beside: Executor) -> dict[str, Any]:
    """Judge the file `source` and write what may be stored to `kept`, unless it is the same.

    Pixels that have to be encoded anew are so `beside`, while the small versions are drawn. Returns
    the fields of `examination.Examined`, the path aside. Raises UserError as `decode`, also with
    `upload_too_big`, and OSError where a file cannot be read or written.
    """
    size = source.stat().st_size
    if size > MOST_BYTES:
        raise UserError("upload_too_big")
    decoded = decode(source.read_bytes())  # held by nobody else, so `decode` can let go of it
    storing = beside.submit(decoded.stored)
    try:
        thumbnail = draw_thumbnail(decoded.small)
    finally:
        wait([storing])  # nothing of this file may go on beside the next one
    stored = storing.result()
    sha256 = None
    if len(stored) != size or stored != source.read_bytes():
        sha256 = hashlib.sha256(stored).hexdigest()
        kept.write_bytes(stored)
    return {
        "mime_type": TYPES[decoded.kind],
        "width": decoded.width,
        "height": decoded.height,
        "frames": decoded.frames,
        "file_size": len(stored),
        "sha256": sha256,
        "dhash": dhash(decoded.small),
        "thumbnail": base64.b64encode(thumbnail).decode(),
        "placeholder": draw_placeholder(decoded.small),
    }


def answer(source: Path, kept: Path, beside: Executor) -> dict[str, Any]:
    """The same as one of `{"found": …}`, `{"refused": [code, facts]}`, `{"failed": errno}`."""
    try:
        return {"found": examine(source, kept, beside)}
    except UserError as refusal:
        return {"refused": [refusal.code, refusal.facts]}
    except MemoryError:
        return {"refused": ["picture_too_costly", {}]}
    except OSError as failure:
        return {"failed": failure.errno}


def limit_memory(limit: int) -> None:
    """Let every allocation fail that would bring this process over `limit` bytes of its own.

    Linux counts what is private and writable (setrlimit(2), RLIMIT_DATA), which is all that a
    decoder can get; the shared libraries come on top. Other systems may ignore it.
    """
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def allow_cpu(seconds: int) -> None:
    """Be killed after `seconds` more of computing (rounded up to whole ones of all so far)."""
    until = math.ceil(time.process_time()) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


def main(memory: int, cpu: int) -> None:
    """Answer line by line until the input ends."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever a library prints is no answer
    os.nice(NICE)
    limit_memory(memory)
    threading.stack_size(STACK_BYTES)
    with ThreadPoolExecutor(1) as beside:
        for line in sys.stdin:
            source, kept = json.loads(line)
            allow_cpu(cpu)
            found = answer(Path(source), Path(kept), beside)
            print(json.dumps(found), file=answers, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
