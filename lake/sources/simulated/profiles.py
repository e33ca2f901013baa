"""What is assumed about traits in synthetic Korea: how they go together, how well tests measure them, who has which.

Four instruments in the order of the contract's scales: interest, aptitude, work values, personality. Correlations and
reliabilities of interest are published (SOURCES §3), everything else here is assumed and only has to be plausible. Do
not put here: people's answers (`inventories.py`), other facts of the groups (`groups.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lake.contracts.scales import INSTRUMENT_SCALES, INSTRUMENTS, VALUES
from lake.sources.simulated import groups
from lake.sources.simulated.counters import Counter, Floats, Ints

OTHER_RELIABILITY = 0.85  # aptitude, values, personality: none is published
# Cronbach's α of the six interest scales in the order RIASEC (SOURCES §3).
INTEREST_RELIABILITIES = (0.931, 0.908, 0.925, 0.914, 0.933, 0.901)
# Correlations of the six interest scales in the order RIASEC (SOURCES §3).
RIASEC_CORRELATIONS = np.array(
    [
        [1.0, 0.306, 0.015, 0.006, 0.141, -0.013],
        [0.306, 1.0, 0.349, 0.283, 0.255, 0.185],
        [0.015, 0.349, 1.0, 0.466, 0.290, 0.141],
        [0.006, 0.283, 0.466, 1.0, 0.449, 0.408],
        [0.141, 0.255, 0.290, 0.449, 1.0, 0.378],
        [-0.013, 0.185, 0.141, 0.408, 0.378, 1.0],
    ]
)
APTITUDE_CORRELATIONS = 0.45 + 0.55 * np.eye(groups.APTITUDES)
# Values that people tend to hold together; within a cluster .35, between two .10.
VALUE_CLUSTERS = (
    ("achievement", "change", "influence", "knowledge", "autonomy", "reward", "recognition"),
    ("independence", "security", "leisure", "indoors"),
    ("service", "patriotism"),
)
# Extraversion, agreeableness, conscientiousness, instability, openness.
PERSONALITY_CORRELATIONS = np.array(
    [
        [1.0, 0.20, 0.20, -0.25, 0.30],
        [0.20, 1.0, 0.30, -0.25, 0.15],
        [0.20, 0.30, 1.0, -0.30, 0.15],
        [-0.25, -0.25, -0.30, 1.0, -0.10],
        [0.30, 0.15, 0.15, -0.10, 1.0],
    ]
)
PERSONALITY_LETTERS = "EACNO"

# Group → leading work values, and traits of personality (a capital: more than usual, a small letter: less).
VALUES_AND_PERSONALITY: dict[str, tuple[str, str]] = {
    "01": ("influence reward autonomy", "EC"),
    "02": ("security indoors recognition", "CA"),
    "03": ("reward achievement security", "CE"),
    "11": ("knowledge autonomy independence", "OC"),
    "12": ("knowledge independence achievement", "OC"),
    "13": ("knowledge change independence", "Oe"),
    "14": ("achievement security reward", "Cn"),
    "15": ("knowledge achievement change", "OC"),
    "21": ("service recognition influence", "AE"),
    "22": ("influence reward knowledge", "CO"),
    "23": ("service security recognition", "AE"),
    "24": ("patriotism service security", "nC"),
    "30": ("service security knowledge", "AC"),
    "41": ("autonomy change independence", "ON"),
    "42": ("achievement reward recognition", "En"),
    "51": ("recognition change autonomy", "AO"),
    "52": ("service change recognition", "EA"),
    "53": ("achievement change reward", "CE"),
    "54": ("patriotism security independence", "nC"),
    "55": ("service security patriotism", "AC"),
    "56": ("security leisure independence", "Ca"),
    "61": ("reward achievement influence", "En"),
    "62": ("independence autonomy reward", "en"),
    "70": ("reward security achievement", "nO"),
    "81": ("security achievement independence", "Ce"),
    "82": ("security reward independence", "Cn"),
    "83": ("security knowledge achievement", "Ce"),
    "84": ("knowledge change achievement", "OC"),
    "85": ("security knowledge leisure", "Cn"),
    "86": ("independence security indoors", "Ae"),
    "87": ("achievement security indoors", "Ca"),
    "88": ("autonomy independence achievement", "Oe"),
    "89": ("security leisure reward", "eo"),
    "90": ("autonomy leisure independence", "eO"),
}


@dataclass(frozen=True)
class Instrument:
    """What one test measures: reliabilities (k,) and correlations (k, k) of the scores that it gives."""

    reliabilities: Floats
    correlations: Floats

    @property
    def true_correlations(self) -> Floats:
        """Correlations of what is measured: those of the scores without their error (Spearman 1904)."""
        root = np.sqrt(self.reliabilities)
        result: Floats = np.where(np.eye(len(root)) == 1, 1.0, self.correlations / np.outer(root, root))
        return result


def _value_correlations() -> Floats:
    cluster = [next(n for n, names in enumerate(VALUE_CLUSTERS) if value in names) for value in VALUES]
    same = np.equal.outer(cluster, cluster)
    result: Floats = np.where(np.eye(len(cluster)) == 1, 1.0, np.where(same, 0.35, 0.10))
    return result


def _instrument(correlations: Floats) -> Instrument:
    return Instrument(np.full(len(correlations), OTHER_RELIABILITY), correlations)


BY_NAME = {
    "interest": Instrument(np.array(INTEREST_RELIABILITIES), RIASEC_CORRELATIONS),
    "aptitude": _instrument(APTITUDE_CORRELATIONS),
    "value": _instrument(_value_correlations()),
    "personality": _instrument(PERSONALITY_CORRELATIONS),
}
RELIABILITIES = np.concatenate([BY_NAME[name].reliabilities for name in INSTRUMENTS])
"""One for each of the contract's scales."""


def draw_profiles(counter: Counter, codes: tuple[str, ...], share: Floats) -> dict[str, Floats | Ints]:
    """Instrument → profiles of the occupations, shape (443, k), correlated as people are, mean 0, deviation 1."""
    raw = {name: np.zeros((len(codes), len(INSTRUMENT_SCALES[name]))) for name in INSTRUMENTS}
    for row, code in enumerate(codes):
        group = groups.GROUPS[code[:2]]
        values, traits = VALUES_AND_PERSONALITY[code[:2]]
        for letter, strength in zip(group.interest, (2.0, 1.2), strict=True):
            raw["interest"][row, groups.RIASEC.index(letter)] += strength
        raw["aptitude"][row, list(group.aptitudes)] += (1.6, 1.1, 0.8)
        raw["aptitude"][row] += 0.45 * (group.education - 4)
        raw["value"][row, [list(VALUES).index(value) for value in values.split()]] += (1.6, 1.1, 0.8)
        for letter, strength in zip(traits, (1.4, 0.9), strict=True):
            sign = 1 if letter.isupper() else -1
            raw["personality"][row, PERSONALITY_LETTERS.index(letter.upper())] += sign * strength
    cell = np.arange(len(codes))[:, None] * 32 + np.arange(32)
    return {
        name: _recolour(
            profile + 0.7 * counter.normal(f"occupation/{name}", cell[:, : profile.shape[1]]),
            share,
            BY_NAME[name].true_correlations,
        )
        for name, profile in raw.items()
    }


def _recolour(profile: Floats, share: Floats, correlations: Floats) -> Floats:
    """`profile` turned so that its columns, weighted by `share`, have mean 0 and exactly these correlations."""
    centred = profile - np.average(profile, axis=0, weights=share)
    own = np.linalg.cholesky((centred * (share / share.sum())[:, None]).T @ centred)
    white = np.linalg.solve(own, centred.T)
    result: Floats = (np.linalg.cholesky(correlations) @ white).T
    return result
