"""Judgement: form contracts as Great Expectations suites over landed rows, in SQL.

Great Expectations is imported inside functions: its import costs seconds.
"""
