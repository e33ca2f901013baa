"""Every number on a person's pages, found again from the rows by a second, simpler rule than the pages' own code.

reading.py takes the numbers off a page in reading order; seeker.py, skills.py, counsellor.py and employer.py say which
number of the row each of them must be. Do not put here: tests.
"""
