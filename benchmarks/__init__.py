"""Measurements of the product on the machine at hand; run `benchmarks/pages`, `benchmarks/moves`, `benchmarks/letters`."""
