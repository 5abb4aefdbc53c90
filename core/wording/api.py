"""What the HTTP API says of itself, and in its answers."""

TITLE = "Image Desk"
ABOUT = (
    "The desk's library, making of pictures, and publishing, for programs. Send a token with every "
    "request: “Authorization: Bearer …”. An operator makes one with: imagedesk token create. To "
    "look needs its scope “read”, to change and to make “write”, to publish “publish”. Times are "
    "ISO 8601 in UTC; what is wrong comes as application/problem+json. A token may ask {limit} "
    "times a minute: “ratelimit-remaining” says how often still, and “ratelimit-reset” for how "
    "many seconds."
)
GROUPS = {"images": "Images", "making": "Making", "publishing": "Publishing"}
QUERY = "Query:"
BODY = "Body:"
HEADERS = "Headers:"
HEADERS_HEADING = "Headers"
EXAMPLE = "For example"
ASTERISK = "What has an asterisk must be given."
DOCUMENT = "The same for machines (OpenAPI)"

LIST = (
    "Search and list the library; newest first, 20 on a page, at most 100. “sort” may be {sorts}; "
    "“filter” {filters}. “from” and “to” are dates."
)
SEARCH = "Words of title, file name, prompt, tags or description; the last one may be a beginning."
PERSON = "Who brought or ordered it: the `creator_id` of images."
PROVIDER = "Who made it, for example openai."
SINCE = "The first day, like 2026-11-21, in the business’s time zone."
UNTIL = "The last day, like 2026-11-21, in the business’s time zone."
SHOW = "All that is known of an image."
PASSPORT = "Where it comes from, who chose and approved it, and where it was published."
THUMBNAIL = "A small JPEG, at most 256 pixels a side."
CHANGE = "Change title, description, tags, alt text, or your star."
DELETE = "Delete an image for good. Where posts use it, 409 names them unless force=true."
UPLOAD = "Bring one JPEG, PNG, GIF or WebP of at most 10 MB, as multipart/form-data."
GENERATE = (
    "Make a picture, from others of the library where “references” names their numbers. Waits for "
    "it up to 60 seconds, then answers 202 with the job."
)
GENERATE_ABOUT = (
    "“size” is 1024x1024, 1024x1792, 1792x1024 or another that the model makes; “quality” "
    "standard, hd, low, medium or high; “style” {styles}. Left out, size, quality and model are "
    "the desk’s defaults, and there is no style."
)
REFERENCES = (
    "Numbers of pictures of the library that it is made from. Each adds to the price; how many "
    "there may be is the model’s to say, and many models take none."
)
JOB = "How far a job is."
KEY = (
    "A name of your own for this request, at most 255 characters. Sent again within a day with the "
    "same request, it gets the same answer, and nothing is made twice; with another, 409."
)
PREFER = "“wait=5” waits 5 seconds at most (RFC 7240)."
PUBLISH = "Publish to {network} at once. Waits up to 60 seconds, then answers 202 with the post."
PUBLISH_ABOUT = (
    "Where approvers are named, the person whose token it is must be one, or an admin. Name "
    "pictures by their addresses: one of this library’s is used as it is, another public one is "
    "fetched, checked and kept first."
)
POSTS = "List the posts, newest first, 20 on a page, at most 100."
POST = "A post: its words and pictures, and where it stands."
STATE = "Only posts that are so far for some account."
CURSOR = "`next` of the page before."

PROBLEMS = {
    "4XX": "What was asked for cannot be done, or came to nothing: “detail” says why.",
    "5XX": "The desk could not do it now; “retry-after”, if it is there, says when to ask again.",
}

AGAIN = "Ask again later"
DELETED = "Image deleted successfully"


def example(address: str) -> str:
    """A request that one can paste."""
    return f"""curl {address}/api/v1/publishing/instagram \\
  -H "Authorization: Bearer $TOKEN" \\
  -H "Content-Type: application/json" \\
  -H "Idempotency-Key: winter-sale" \\
  -d '{{"business_id": 1, "content_text": "Winter sale!",
       "content_images": ["https://example.org/winter.jpg"]}}'"""
