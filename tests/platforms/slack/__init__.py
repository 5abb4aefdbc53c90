"""A strict local Slack, against which the unmodified slack-bolt and slack_sdk clients run.

It owns everything below it and must not know any of our own code. Slack's published types judge
each request (`tests/platforms/specs.py` says where they lie; without them only the limits are
held). To add a Web API method, see `methods/__init__.py`.
"""

from .delivery import Answer, Sent
from .judge import Violation
from .person import Ack, Person, Submission
from .reading import SlackMessage, SlackView
from .server import SlackServer
from .workspace import Channel

__all__ = [
    "Ack",
    "Answer",
    "Channel",
    "Person",
    "Sent",
    "SlackMessage",
    "SlackServer",
    "SlackView",
    "Submission",
    "Violation",
]
