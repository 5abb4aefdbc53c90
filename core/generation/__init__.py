"""From a prompt to pictures; the providers are its leaves.

orders     what was asked for (with prompts, prices, references), checked
ordering   its job, items and cards are written, its price is reserved
jobs       the rows: job, item, attempt, and the moves of an item
starting   the prompt is moderated, the items are woken
making     one item is made, paid at most once (failover: perhaps by another model)
storing    what was made is checked and kept
cards      how a job looks while it goes and when it is done
comparing  several models, blind;  batches/  many prompts at once
offers     which provider can be asked, at which pace;  offering  which models, by whom
payers     by whose key;  fitting  the same order for another model
sketching/ the built-in artist
"""
