"""Home pages: for each role one frozen dataclass that says what this person must do today.

A builder takes the actor and the moment, asks the packages through their policies and queries, and
returns plain values: the templates beside it never query. Nouns: home, card, task, figure.
It must never know a rule of its own about who may see what; the packages decide.
"""
