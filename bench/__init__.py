"""Benchmarks: measured by hand with ``python -m bench.NAME``, never part of the tests."""
