"""The page's contract: the chat port on its rows, and what HTTP promises to everybody."""
