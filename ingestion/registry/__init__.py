"""Submissions, findings and reference data: their tables' only writer. States are rows, never log lines."""
