"""One night on real data: mappings, the preparation of deliveries, the run and its checks. Holds no data."""
