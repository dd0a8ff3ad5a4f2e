"""Measures the running program, in ratios: `make bench`. What they mean: docs/performance.md."""
