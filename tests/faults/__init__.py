"""Crashes for real: workers that are killed, stopped and cut off, and what must be left of it."""
