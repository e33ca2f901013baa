"""Where data comes from: described files (``mapped_files``), the 고용24 open API (``work24``), the simulator.

Put here: how bytes of a source become rows of text. Not here: types, codes and keys (silver), tables (``lake.tables``).
Start with ``mapping.py`` (what a delivery's TOML may say), then ``mapped_files.read``.
"""
