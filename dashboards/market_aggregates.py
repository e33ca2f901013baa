"""The aggregate of goyong.duckdb about the market of each region: totals that nobody can add up from hidden cells.

Its SQL stands in sql/labour_market_regions.sql. Do not put here: other aggregates (aggregates.py), a page's words.
"""

from __future__ import annotations

from dashboards.aggregate_shape import HIDDEN, Aggregate, People, aggregate_table
from lake.contracts import columns as c
from lake.contracts import gold
from lake.contracts.model import Column


def _own(name: str) -> Column:
    return gold.LABOUR_MARKET.column(name).derived()


LABOUR_MARKET_REGIONS = Aggregate(
    table=aggregate_table(
        "labour_market_regions",
        "시도별 노동시장",
        "시도마다 모집인원, 희망 구직자, 구인배수, 제시임금, 취업자. "
        "직업 × 시도 표(gold.labour_market)를 가리기 전에 더했다. "
        "10명 미만이거나 다른 칸에서 계산해 낼 수 있는 칸은 가린다.",
        ("region_code",),
        (
            _own("month"),
            _own("region_code"),
            c.text("region_name", "시도 이름").derived(),
            _own("open_postings_count"),
            _own("openings_count"),
            _own("seekers_count"),
            _own("tightness_ratio"),
            _own("wage_median_krw_month"),
            _own("hires_12m_count"),
            HIDDEN,
        ),
    ),
    reads=("gold__labour_market", "serving__job_postings_v1"),
    people=(People("seekers_count", hides=("tightness_ratio",)), People("hires_12m_count")),
    may_be_empty=True,  # a lake in which nobody wishes and nobody offers
)

MARKET_AGGREGATES = (LABOUR_MARKET_REGIONS,)
