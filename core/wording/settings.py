"""What is said of settings that are missing or wrong; each line begins with the names it means."""

FILE_UNREADABLE = "{name}: {path} cannot be read ({reason})"

REDIS_MISSING = "REDIS_URL: is missing; “imagedesk run” brings its own queue"
CHAT_MISSING = "SLACK_BOT_TOKEN or DISCORD_TOKEN: neither is set; “imagedesk demo” needs no chat"
SLACK_BOT_MISSING = "SLACK_BOT_TOKEN: is missing; the other Slack settings do nothing without it"
SLACK_EAR_MISSING = "SLACK_APP_TOKEN: is missing; or set SLACK_SIGNING_SECRET, for signed HTTP"
BUCKET_MISSING = "AWS_S3_BUCKET: is missing; STORAGE_PROVIDER=s3 needs it"
CLOUD_MISSING = "CLOUDINARY_CLOUD_NAME: is missing; STORAGE_PROVIDER=cloudinary needs it"
CLOUD_KEY_MISSING = "CLOUDINARY_API_KEY: is missing; STORAGE_PROVIDER=cloudinary needs it"
CLOUD_SECRET_MISSING = "CLOUDINARY_API_SECRET: is missing; STORAGE_PROVIDER=cloudinary needs it"  # noqa: S105  # a sentence
COMPATIBLE_URL_MISSING = "COMPATIBLE_API_URL: is missing; its key and model do nothing without it"
S3_SECRET_MISSING = "AWS_SECRET_ACCESS_KEY: is missing beside AWS_ACCESS_KEY_ID"  # noqa: S105  # a sentence
S3_KEY_MISSING = "AWS_ACCESS_KEY_ID: is missing beside AWS_SECRET_ACCESS_KEY"

NEEDED_BY_STORE = "{name}: needed for {store}"
SIGNING_MISSING = "SLACK_SIGNING_SECRET: is not set"  # a sentence

DATABASE_SHAPE = (
    "DATABASE_URL: reads like postgresql://user:password@host/name, with %40 for an @ in the "
    "password"
)
REDIS_SHAPE = "REDIS_URL: reads like redis://host:6379/0"
PUBLIC_SHAPE = "PUBLIC_URL: reads like https://desk.example.org, without a path"
CHANNELS_SHAPE = "SLACK_WATCHED_CHANNELS: lists channel ids, such as C0123ABCD, C0456EFGH"
SLACK_SHAPE = "SLACK_API_URL: is an http address that ends in /api/"
GATEWAY_SHAPE = "DISCORD_GATEWAY_URL: is a wss address"
REGION_SHAPE = "AWS_S3_REGION: reads like eu-central-1"
SECRET_SHAPE = "{name}: holds a space or a sign that none has; copy it again"  # noqa: S105  # a sentence
HTTP_SHAPE = "{name}: is an http address"

KINDS = {
    "int_parsing": "is a whole number",
    "int_from_float": "is a whole number",
    "float_parsing": "is a number",
    "bool_parsing": "is true or false",
}


def wrong(kind: str, said: str) -> str:
    """What a setting is instead, by pydantic's kind of error and its own words."""
    return KINDS.get(kind) or said.replace("Input should be", "is")
