"""Tests that need the engine: transforms on tiny rows, tables on a small lake."""
