"""The Slack surface against a strict local Slack: real slack-bolt, real sockets, real HTTP."""
