"""What is said about a file that cannot be read."""


class BadFile(ValueError):
    """A file that is broken or contradicts itself; the message is for the person who chose it."""
