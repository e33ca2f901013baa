"""Transforms that make the gold tables."""
