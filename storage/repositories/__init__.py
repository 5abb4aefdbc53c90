"""The rows of core, kept in SQL: one module a room, each a set of narrow queries.

To add one: a class here over `SqlRows` or `Leased`, its protocol in `core.storing`, its attribute
in `storage.database.SqlUnit`.
"""
