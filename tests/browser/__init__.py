"""Tests in a real Chromium: pages of the site, pages for people, Dagster's own pages."""
