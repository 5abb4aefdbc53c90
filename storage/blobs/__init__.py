"""Stores of bytes, one module each: `local` (a folder), `s3` (AWS and all that speak it), and
`cloudinary`.

A store keeps bytes by key and hands out addresses that expire. It must not know what the bytes
are, who may see them, or any other store. Keys are made by core: parts joined by `/`, none of them
empty, beginning with a dot, or longer than 255 bytes.

To add one:

1. Write `storage/blobs/<name>.py` with one class that has every method of `core.ports.BlobStore`
   and its `name`, which is stored with each image (`storage_provider`). `put` must be all or
   nothing: a reader never sees half an object. Map the SDK's failures: an outage is
   `TryLater("storage_unavailable")`, no space `TryLater("disk_full")`, refused rights or a missing
   bucket `ActionNeeded("storage_forbidden")`, a missing key `FileNotFoundError`. An SDK that blocks
   runs in threads. `url` works without a network call. `put_file` streams, a few files at once.
   What it holds open is let go by `aclose`.
2. Add its settings to `core.settings`, its name to `StoreName` there, its line to `make_blobs` in
   `bot.wiring`, and what mends it to `FIXES` in `core.wording.stores`.
3. Add a function to `STORES` in `tests/contracts/blob_grounds.py` that yields the store on a local
   stand-in of the service: the whole suite then runs on it.
"""
