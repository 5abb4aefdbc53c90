"""The page in a real browser, before a whole desk."""
