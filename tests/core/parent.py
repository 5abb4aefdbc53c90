"""A process that examines a file, tells its examiner's number, and then waits to be killed."""

import asyncio
import sys
from pathlib import Path

from core.library.examination import Examiner
from tests.core.child import children


async def main(source: Path) -> None:
    """Never ends by itself."""
    async with Examiner(at_once=1) as examiner:
        await examiner.examine(source, source.name)
        print(*children(), flush=True)  # noqa: T201  # read by the test
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
