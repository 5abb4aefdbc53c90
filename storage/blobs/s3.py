"""Bytes in a bucket: AWS S3 and everything that speaks its protocol (B2, R2, MinIO …).

Owns the boto3 client and the meaning of its failures. It must not know what the bytes are. boto3
blocks, so its calls run in threads of their own: a slow bucket must not stop what else uses
threads.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import quote

import boto3
from boto3.s3.transfer import TransferConfig, create_transfer_manager
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
)

from core.errors import ActionNeeded, TryLater
from core.ports import Listed
from core.settings import Settings
from core.wording import settings as words

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

Result = TypeVar("Result")

AT_ONCE = 16
FILES_AT_ONCE = 8
"""So many files are sent together: the rest of the threads stays free for what people look at."""

MEBIBYTE: Final = 1024**2
PARTS: Final = TransferConfig(
    # A picture, at most 10 MB, goes in one piece; only what is larger is worth three calls.
    multipart_threshold=16 * MEBIBYTE,
    multipart_chunksize=8 * MEBIBYTE,
    use_threads=False,  # part after part, from the file: together they would lie in memory
)
PATIENCE = 30.0
RETRY_SECONDS = 15
LONGEST_LINK = 7 * 24 * 3600  # of signature version 4 (Amazon S3: "Expiration … seven days")
PASSING = frozenset({"RequestTimeout", "SlowDown", "Throttling", "ThrottlingException"})


class S3Blobs:
    """Keeps each key as an object of the same name in `AWS_S3_BUCKET`.

    Without `AWS_ACCESS_KEY_ID`, boto3 finds credentials by itself (a machine's role). After
    `patience` seconds without a byte the bucket counts as out; a call is tried twice. Raises
    ActionNeeded("settings_wrong") without a bucket.
    """

    name = "s3"

    def __init__(self, settings: Settings, patience: float = PATIENCE) -> None:
        if not settings.aws_s3_bucket:
            problem = words.NEEDED_BY_STORE.format(name="AWS_S3_BUCKET", store=self.name)
            raise ActionNeeded("settings_wrong", problems=[problem])
        self._bucket = settings.aws_s3_bucket
        self._s3 = _connect(settings, settings.s3_endpoint_url, patience)
        self._public = (
            _connect(settings, settings.s3_public_url, patience)
            if settings.s3_public_url
            else self._s3
        )
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="s3")
        self._files = asyncio.Semaphore(FILES_AT_ONCE)

    async def put(self, key: str, data: bytes, mime_type: str) -> None:
        """Store whole or not at all, as `core.ports.BlobStore.put`: S3 shows an object only when
        all of its bytes have come (Amazon S3: "never adds partial objects").
        """
        await self._call(
            key,
            lambda: self._s3.put_object(
                Bucket=self._bucket, Key=key, Body=data, ContentType=mime_type
            ),
        )

    async def put_file(self, key: str, path: Path, mime_type: str) -> None:
        """Send the file from the disk, as `core.ports.BlobStore.put_file`; a large one in parts,
        which are dropped again where one of them fails.
        """

        def send() -> None:
            with create_transfer_manager(self._s3, PARTS) as manager:
                more = {"ContentType": mime_type}
                manager.upload(str(path), self._bucket, key, more).result()

        async with self._files:
            await self._call(key, send)

    async def get(self, key: str) -> bytes:
        """The bytes of `key`. Raises FileNotFoundError, TryLater("storage_unavailable"),
        ActionNeeded("storage_forbidden"); the last one also for a missing key where the bucket may
        not be listed (Amazon S3, GetObject: 403 without `s3:ListBucket`).
        """

        def read() -> bytes:
            return self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()

        return await self._call(key, read)

    async def delete(self, key: str) -> None:
        """Remove `key` if it is there. Raises as `get`, but not FileNotFoundError."""
        await self._call(key, lambda: self._s3.delete_object(Bucket=self._bucket, Key=key))

    async def list(self, prefix: str = "") -> AsyncIterator[Listed]:
        """What the bucket holds, as `core.ports.BlobStore.list`, page by page (`s3:ListBucket`)."""
        asked = self._s3.get_paginator("list_objects_v2")
        pages = iter(asked.paginate(Bucket=self._bucket, Prefix=prefix))
        while (page := await self._call(prefix, lambda: next(pages, None))) is not None:
            for found in page.get("Contents", []):
                yield Listed(found["Key"], found["Size"], found["LastModified"])

    async def url(self, key: str, lifetime: int, filename: str | None = None) -> str:
        """A presigned address under `S3_PUBLIC_URL`, else under the endpoint; at most a week."""
        parameters = {"Bucket": self._bucket, "Key": key}
        if filename:
            parameters["ResponseContentDisposition"] = (
                f"attachment; filename*=UTF-8''{quote(filename, safe='')}"
            )
        return await self._call(
            key,
            lambda: self._public.generate_presigned_url(
                "get_object", Params=parameters, ExpiresIn=min(lifetime, LONGEST_LINK)
            ),
        )

    async def aclose(self) -> None:
        """Let go of threads and connections; calls on their way are finished first."""
        await asyncio.to_thread(self._threads.shutdown)
        self._s3.close()
        self._public.close()

    async def _call(self, key: str, action: Callable[[], Result]) -> Result:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads, action)
        except ClientError as error:
            raise _translated(error, key) from error
        except (
            CredentialRetrievalError,
            NoCredentialsError,
            ParamValidationError,
            PartialCredentialsError,
        ) as error:
            raise ActionNeeded("storage_forbidden", reason=type(error).__name__) from error
        except BotoCoreError as error:
            raise _outage(type(error).__name__) from error


def _connect(settings: Settings, endpoint: str, patience: float) -> "S3Client":
    config = Config(
        # The newer default sends checksums that B2 and others refuse (jschneier/django-storages
        # issue 1498).
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        signature_version="s3v4",
        s3={"addressing_style": "path" if endpoint else "virtual"},
        retries={"total_max_attempts": 2, "mode": "standard"},
        connect_timeout=5,
        read_timeout=patience,
        max_pool_connections=AT_ONCE,
    )
    client: S3Client = boto3.session.Session().client(
        "s3",
        region_name=settings.aws_s3_region,
        endpoint_url=endpoint or None,
        aws_access_key_id=settings.aws_access_key_id or None,
        aws_secret_access_key=settings.aws_secret_access_key.get_secret_value() or None,
        config=config,
    )
    return client


def _translated(error: ClientError, key: str) -> Exception:
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    code = error.response["Error"]["Code"]
    if status >= 500 or status == 429 or code in PASSING:  # noqa: PLR2004  # HTTP's own numbers
        return _outage(code)
    if status == 404 and code != "NoSuchBucket":  # noqa: PLR2004  # as above
        return FileNotFoundError(key)
    return ActionNeeded("storage_forbidden", reason=code)


def _outage(reason: str) -> TryLater:
    return TryLater("storage_unavailable", after=RETRY_SECONDS, reason=reason)
