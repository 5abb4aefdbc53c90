"""Batches: many pictures of one list of prompts.

rows       text or a file becomes numbered rows with named fields
patterns   `{red, green} bird` and `{{name}}` become prompts
planning   rows and common options become orders, with every problem by its row
batch      the row that a batch is until it starts, and its moves
placing    that row is written, changed and started, by form and by control
preparing  the list is fetched, read and priced; on Start its job gets its items
feeding    a few items at a time stand ready for the provider's next slots
sheets     ten pictures each, on one contact sheet;   numbering  which number stands where
replacing  what is left is made by another model, where its own went away
news       what its owner is told: that it is over, or stands still
drafts     of the pictures that are kept: how far they are, and what can be done with many
creating   each picture that is kept gets its draft
cards      what is shown of all that;   lot  the same as a table
"""
