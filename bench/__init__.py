"""Benchmarks: what the desk adds to the least that the same work could cost, as ratios in one run.

    python -m bench            all of them, printed as a table and written to docs/benchmarks.md
    python -m bench ack        one of them, printed only

Each compares the desk with a yardstick on the same machine at the same moment; absolute figures of
a shared machine say little. Nothing here asserts a time.
"""
