"""Nights driven from outside: the command line, the delivery folders and the bytes that are published."""
