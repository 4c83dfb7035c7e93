"""Speed and size of the product, each figure beside its limit: ``python -m bench`` (docs/benchmarks.md)."""
