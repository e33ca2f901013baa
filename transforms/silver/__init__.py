"""Transforms that make the silver tables."""
