"""Programs to compare with: small servers of the same API on the same data. What they leave out: docs/performance.md.

`bare.py` runs in this project's own environment. The others have libraries and a lock of their own, which are installed
below `build/peers` when they are needed.
"""
