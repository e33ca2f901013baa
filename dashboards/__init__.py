"""What people see: the analysts' DuckDB file, the night's page and one person's page, from published tables only.

Put here: reading published tables and rendering them. Do not put here: anything that computes an answer or writes
a Delta table.
"""
