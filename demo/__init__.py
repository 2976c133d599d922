"""The sample province: invented, internally consistent reports that go through the real gate.

Here: an event log (`cases`, `victims`), its count on each form (`counting`), who files what when (`filing_plan`) and
the run (`province`). Nothing here is an official figure, and every person and case is invented.
"""
