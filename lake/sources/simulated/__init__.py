"""Synthetic Korea: source-shaped deliveries of any size from a seed (DESIGN §7).

Entry point: `simulate`. Everything it writes is made up and says so. Do not put here: real records, or anything
that reads the lake.
"""

from lake.sources.simulated.deliveries import SimulationReport, simulate

__all__ = ["SimulationReport", "simulate"]
