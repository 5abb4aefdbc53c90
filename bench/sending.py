"""Uploads of one file, all at once, sent by a process of its own.

    python -m bench.sending PORT COUNT FILE PATH TOKEN

Prints a JSON list of the answers' statuses. Each file differs from the others in its density, the
four bytes of a JPEG that say how large it would be printed: so each is another picture.
"""

import asyncio
import json
import sys
from pathlib import Path

HOST = "127.0.0.1"
DENSITY = slice(14, 18)
PIECE = 1 << 16
MARK = "an-image-desk-bench"


async def send(port: int, path: str, token: str, data: memoryview, number: int) -> int:
    """One file; the status of its answer, 0 where there was none."""
    head = (
        f'--{MARK}\r\nContent-Disposition: form-data; name="business_id"\r\n\r\n1\r\n'
        f'--{MARK}\r\nContent-Disposition: form-data; name="file"; filename="photo {number}.jpg"'
        f"\r\nContent-Type: image/jpeg\r\n\r\n"
    ).encode()
    tail = f"\r\n--{MARK}--\r\n".encode()
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(
        f"POST {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nConnection: close\r\n"
        f"Authorization: Bearer {token}\r\n"
        f"Content-Type: multipart/form-data; boundary={MARK}\r\n"
        f"Content-Length: {len(head) + len(data) + len(tail)}\r\n\r\n".encode()
    )
    own = bytearray(data[:PIECE])
    own[DENSITY] = (number + 1).to_bytes(2) * 2
    writer.write(head + own)
    try:
        for start in range(PIECE, len(data), PIECE):
            writer.write(data[start : start + PIECE])
            await writer.drain()
        writer.write(tail)
        answer = await reader.read()
    except ConnectionError:  # it was refused before its end
        return 0
    finally:
        writer.close()
    return int(answer.split(b" ", 2)[1])


async def send_all(port: int, path: str, token: str, data: bytes, count: int) -> list[int]:
    """All at once."""
    view = memoryview(data)
    sent = (send(port, path, token, view, number) for number in range(count))
    return await asyncio.gather(*sent)


def main() -> None:
    """Send them, and print what was answered."""
    port, count, file, path, token = sys.argv[1:]
    data = Path(file).read_bytes()
    answers = asyncio.run(send_all(int(port), path, token, data, int(count)))
    sys.stdout.write(json.dumps(answers))


if __name__ == "__main__":
    main()
