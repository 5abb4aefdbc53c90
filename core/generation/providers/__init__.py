"""Picture providers, one module each. They import core and their own SDK, and nothing else of ours
but what several of them share: `calls` (plain HTTP) and `plain_words` (for servers of one's own).

How to add one:

1. Write `core/generation/providers/<name>.py` with a class that fills `core.ports.ImageProvider`
   (and, where the vendor offers it, `Moderator` or `Captioner` there or beside it): `name`,
   `models` (its part of the catalogue), `repeatable`, `generate`, and `aclose` if it holds
   connections. Its base URL is an argument, so that tests and people behind proxies can point it
   elsewhere.
2. Turn every failure of its SDK into one of ours (`core.errors`). The question that decides is
   money: *surely not made* is `TryLater` (or `UserError`, `ActionNeeded`); *perhaps made* is
   `OutcomeUnknown`. Switch the SDK's own retries off.
3. Add its models, sizes, qualities, prices and `verified_on` to `core/generation/models.toml`.
4. Give each new reason code its sentence in `core/wording`.
5. Add one registry line in `bot/offers.py`, its settings in `core/settings.py`, and a line in
   `bot/checks/providers.py`, by which `imagedesk doctor` tries it.
6. Add it to `GROUNDS` in `tests/contracts/provider_grounds.py`, with a local server under
   `tests/platforms/` where it calls one: the contract suite then runs on it.

A server of somebody's own gets its prompt through `plain_words.plain`: such servers read options
out of prompts.
"""
