"""Batches on the page: each with all its pictures side by side, which come while one looks.

lots     rows → what the templates show of one batch, and of all
pages    reading them, and the table to download
stream   what changes of one, as server-sent events
acts     choosing, and the controls of its card
"""
