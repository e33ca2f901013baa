"""Transforms that make the features tables."""
