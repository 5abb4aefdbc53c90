"""Draws the pictures of `docs/cards.md` from one real journey in each chat: `python -m docs.cards`.

A whole desk runs against the project's own local Slack and Discord, one person goes through the
main job, and what the surfaces sent is drawn as those clients show it: the words, controls and
pictures are theirs, the frame around them is ours. Nothing leaves the machine. The product knows
nothing of this package.
"""
