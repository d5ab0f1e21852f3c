"""Core: what every package uses and no domain word at all.

Nouns: setting, audit entry, job, message, stored file, sealed field, spreadsheet, page piece.
It must never know a school, a lesson or a pupil.
"""
