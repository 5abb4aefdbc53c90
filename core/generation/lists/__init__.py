"""Prompt lists: what people paste or bring becomes the orders of a batch, checked row by row.

rows       text or a file becomes numbered rows with named fields
patterns   `{red, green} bird` and `{{name}}` become prompts
batches    rows and common options become orders, with every problem by its row
"""
