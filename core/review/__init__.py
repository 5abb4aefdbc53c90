"""Choosing and approving: signals (emoji ↔ meaning), marks, selection, approval."""
