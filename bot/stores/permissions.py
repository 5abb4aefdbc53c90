"""What an operator pastes at S3: the IAM policy of the desk's key, and the bucket's CORS rule.

Owns the least rights that the desk works with. It must not know whether they are granted.
"""

import json
from urllib.parse import urlsplit

from core.settings import Settings

ON_OBJECTS = ("s3:PutObject", "s3:GetObject", "s3:DeleteObject")
ON_BUCKET = "s3:ListBucket"
"""Without it a missing object answers 403 like a forbidden one (Amazon S3, GetObject)."""

PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}
CORS_SECONDS = 3600


def iam_policy(settings: Settings) -> str:
    """The policy as JSON, for the configured bucket and region."""
    region = settings.aws_s3_region
    partition = next(
        (name for start, name in PARTITIONS.items() if region.startswith(start)), "aws"
    )
    bucket = f"arn:{partition}:s3:::{settings.aws_s3_bucket}"
    objects = {
        "Sid": "ImageDeskObjects",
        "Effect": "Allow",
        "Action": list(ON_OBJECTS),
        "Resource": f"{bucket}/*",
    }
    listing = {
        "Sid": "ImageDeskBucket",
        "Effect": "Allow",
        "Action": [ON_BUCKET],
        "Resource": bucket,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [objects, listing]}, indent=2)


def cors_rule(settings: Settings) -> str:
    """The rule as JSON, for the page's origin: it reads pictures and changes none."""
    page = urlsplit(settings.address)
    rule = {
        "AllowedOrigins": [f"{page.scheme}://{page.netloc}"],
        "AllowedMethods": ["GET", "HEAD"],
        "AllowedHeaders": ["*"],
        "ExposeHeaders": ["Content-Disposition"],
        "MaxAgeSeconds": CORS_SECONDS,
    }
    return json.dumps([rule], indent=2)
