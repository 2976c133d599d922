"""What follows from a contract: one module for each artefact (landing table, workbook template, catalogue, ...).

Contracts stand below and are imported from here; reading what a body sends back is `ingestion.parsing`'s.
"""
