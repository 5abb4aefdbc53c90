"""The pictures of the documentation, and what takes them: `python -m docs.cards`, `docs.library`,
`docs.batches`, `docs.spend`.

The product knows nothing of these packages, and nothing of them leaves the machine.
"""
