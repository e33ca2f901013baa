"""Transforms that make the serving tables."""
