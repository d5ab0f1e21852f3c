"""Course choice across schools (课联网): a menu, choices, seats, sections, results.

Nouns: offer and section, round, ballot and choice, seat, presence, result, sectioning run.
Verbs: submit, publish, choose, agree, draw, promote, start, enter, arrange.
The seats are given by a stated rule (`allocation`, pure); a section is a class of people and is
taught by the ordinary course and lesson of the timetable. It must never know how a lesson is
taught, and never forbid a choice because of a pupil's results.
"""
