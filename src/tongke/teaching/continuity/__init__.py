"""Learning goes on: emergencies, absent pupils, pupils taught at home.

Nouns: emergency (which classes learn at home, from when to when), stand-in (what takes the place
of one lesson), study (one pupil at one stand-in), leave, home teaching, visit.
Verbs: declare, close, revoke; prepare, choose; open, finish, ask, reply; confirm.

An emergency is one row. Whether a class is at home is read from it each time (`scope.ruling`), so
that the switch costs the same for one class and for a county, and back as well; timetables are
never touched. It must never know a diagnosis outside the sealed columns.
"""
