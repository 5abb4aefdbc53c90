"""The networks: one file each, and nobody but `bot.wiring` imports them.

How to add a network
1. One file here, named as people call the network, with one class that fills
   `core.ports.SocialNetwork`: `name`, `title`, `rules` (limits with the date they were checked),
   and its methods. Whatever several of one company's networks share stands beside them, as `meta`.
2. `stage` does all that nobody can see: uploads, containers. Each result goes through `keep` before
   the next step, and is found again in the ticket: ids only, no addresses and no secrets.
3. `send` is exactly one call. Of its failures only those that surely left nothing behind are
   `UserError`, `TryLater` or `ActionNeeded`; the rest is `OutcomeUnknown`.
4. `find` answers from what the network shows: `Published`, or `Absent` where the network proves it,
   else `Unsure`. It never guesses: the desk sends again after `Absent`, and only then.
5. One line in `bot.wiring`, one `Ground` in `tests/contracts/network_grounds.py`; the contract
   suite does the rest. New reason codes need a sentence in `core.wording`.
"""
