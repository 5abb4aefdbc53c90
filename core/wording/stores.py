"""What `imagedesk storage check` and `storage move` say.

Constants only. `FIXES` says by store what to do where a step fails; "" stands for any store.
"""

from collections.abc import Mapping

WRITE = "Write: stored a test picture"
WRITE_FILE = "Write: stored it from a file, as uploads are"
READ = "Read: the same bytes came back"
LIST = "List: it is among what the store holds"
LINK = "Link: {address} serves it to whoever has the link"
SEALED = "Link: without its signature it is refused"
DELETE = "Delete: it is gone"

FAILED = {
    "write": "Write",
    "write_file": "Write from a file",
    "read": "Read",
    "list": "List",
    "link": "Link",
    "sealed": "Link without a signature",
    "delete": "Delete",
}
TROUBLE = "{step}: {reason}"
ALTERED = "other bytes came back than were stored"
UNLISTED = "the picture is not among what the store holds"
STILL_THERE = "the picture is still there"
LOOKS_FORBIDDEN = "the store does not tell that a picture is missing, but that it is forbidden"
UNSERVED = "{address} does not serve it: {problem}"
OPEN = "it is served to everybody who guesses its name"

FIXES: Mapping[str, Mapping[str, str]] = {
    "local": {
        "": "Give the desk's user the right to read and write the folder `blobs` in DATA_DIR.",
        "link": "Start the desk (links are served by it), and set PUBLIC_URL where it is reached.",
    },
    "s3": {
        "": "Check AWS_S3_BUCKET, AWS_S3_REGION, S3_ENDPOINT_URL and the keys; the key needs the "
        "policy below.",
        "write": "The key needs s3:PutObject (policy below); check AWS_S3_BUCKET, AWS_S3_REGION, "
        "S3_ENDPOINT_URL and the keys.",
        "read": "The key needs s3:GetObject (policy below).",
        "list": "The key needs s3:ListBucket on the bucket itself (policy below).",
        "link": "The key needs s3:GetObject, and AWS_S3_REGION must be the bucket's; set "
        "S3_PUBLIC_URL where people reach the bucket elsewhere than the desk does.",
        "sealed": "Turn on “Block all public access” for the bucket; the desk's links work all the "
        "same.",
        "delete": "The key needs s3:DeleteObject, and s3:ListBucket to tell what is missing "
        "(policy below).",
    },
    "cloudinary": {
        "": "Check CLOUDINARY_CLOUD_NAME, CLOUDINARY_API_KEY, CLOUDINARY_API_SECRET (Console, "
        "Settings, API Keys) and, outside the US region, CLOUDINARY_API_URL.",
        "list": "The key needs the Admin API; its calls are limited by the hour.",
    },
}

WORKS = "{name} does all that the desk asks of a store."
WORKS_WITH_WARNINGS = "{name} works; look at what is marked with !."
BROKEN = "{name} does not work yet: mend what is marked with ✗, then check again."

POLICY = "\nIAM policy for the desk's key (AWS, MinIO; elsewhere give it the same rights):"
POLICY_WHY = (
    "s3:ListBucket is needed to tell a missing picture from a forbidden one, to find objects that "
    "no picture needs any more, and to move everything to another store."
)
CORS = "\nCORS rule of the bucket, for the page's origin:"
CLOUDINARY_NOTE = (
    "\nCloudinary needs no policy and no CORS rule: the API key may do everything, and pictures "
    "are served to signed links only."
)

LISTING = "Looking at what {source} and {target} hold …"
COPYING = "Copying to {target}"
DELETING = "Deleting at {source}"

COPIED = (
    "✓ {count} objects are at {target}: {copied} copied now, each read back and compared; {before} "
    "were there already."
)
NEWER = "! {count} objects are newer at {target} than at {source} and were left as they are."
DAMAGED = (
    "! {count} originals were damaged before: their bytes are not those of their name. They were "
    "copied as they are: {keys}"
)
MISSING = "! {count} pictures have no original at {source} and still say so: {keys}"
FOREIGN = "– {count} objects at {source} are none of this desk's and were left alone."
SWITCHED = "✓ {count} pictures now say that they lie at {target}."
DELETED = "✓ {count} objects deleted at {source}."
SWITCH_NEXT = (
    "→ Now set STORAGE_PROVIDER={target} and restart the desk. Then run this once more for what "
    "came meanwhile:\n    imagedesk storage move --from {source} --to {target}"
)
DELETE_NEXT = (
    "→ Nothing was deleted at {source}. To do that:\n"
    "    imagedesk storage move --from {source} --to {target} --delete-source"
)

NO_ORPHANS = "✓ Nothing to sweep: all that the desk put there over an hour ago has its row."
ORPHANS = "Objects that no row names: {count}. To delete them: imagedesk storage sweep --delete"
SWEPT = "✓ Deleted what no row named: {count}."
