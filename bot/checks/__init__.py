"""The checks of `imagedesk doctor`, by where they look: `here` on this machine, `outside` at the
chats and OpenAI, `providers` at whoever else draws.

To add one: an async function of the settings that returns findings and raises nothing, its lines
in `core.wording.checkup`, and its name in the list in `bot.checkup`.
"""
