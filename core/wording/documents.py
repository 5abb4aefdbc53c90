"""What the generated parts of the documents say around their rows. Constants only."""

SETTINGS_HEAD = "| Setting | Default | What it does |"
COMMANDS_HEAD = "| Command | What it does | Example |"
EXAMPLE_HEAD = """\
# Settings of Image Desk, made from core/settings.py by: python -m bot.documents
# Copy this file to .env and take the # away from what you set. Every setting may instead name a
# file that holds its value: NAME_FILE=/run/secrets/name
# What holds a space or one of $ & ; # stands in quotes, for shells read this too: NAME='one, two'
"""
