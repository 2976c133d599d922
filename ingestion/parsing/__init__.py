"""From a received file to typed rows and findings with sheet and cell.

`guard` looks at a file before anything opens it, `sheets` and `csv_stream` read it, `envelope` says whose report it
is, `table` finds the table, `cells` types each value, `pool` runs workbook readers in children with a memory limit.
No database here: landing and states are in `ingestion.landing` and `ingestion.registry`.
"""
