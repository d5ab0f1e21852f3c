"""People: the organisation tree, persons with dated roles, classes, families, accounts.

Nouns: organisation, person, appointment, title, class, enrolment, guardianship, consent, account,
staff post, qualification. Verbs: appoint, enrol, consent, sign in, act as.
It must never know a lesson, a mark or an indicator.
"""
