"""Ratios against what the machine can do at best, measured in one run (`make bench`); no part of the product.

Each suite measures the product, its floor and its peers beside each other and gives lines; `__main__` prints them and
writes `RESULTS.md`. Data are made here, from a seed, and say that they are load-test data.
"""
