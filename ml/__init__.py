"""Models of the nightly answers: the additive scorer, its metrics and the registry of trained versions.

Must not hold: reading or writing of lake tables by path, Dagster, user-visible text.
"""
