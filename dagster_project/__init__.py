"""Dagster says when: assets in flow order, one job, one schedule, one sensor, and the command line.

The only package that imports dagster. Do not put here: any computation (an asset reads, calls one
function of another package, writes, and reports).
"""
