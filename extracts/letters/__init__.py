"""Letters to the bodies that report: the official letter as DOCX, and the same words as e-mail.

Who is late is said by `ingestion.registry.review`; when a letter is written or sent, and the record of it, is
`orchestration.reminders`'.
"""
