"""The one exception for a broken rule of the domain."""


class Refused(Exception):
    """An act the rules forbid. The message is a Chinese sentence that says what to do.

    Raised by services before anything is written, or inside the transaction that is rolled back.
    """
