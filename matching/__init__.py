"""Matching: occupations, postings and courses for every seeker, as functions from Arrow batches to Arrow batches.

Read in this order: blocks, vectors, eligibility, pairs, market, retrieve, chances, rank, explain, jobs; then
occupations and courses.
Do not put here: models of chances (ml/), tables (lake/tables.py), sentences (dashboards/texts).
"""
