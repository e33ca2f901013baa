"""Engines compared with each other."""
