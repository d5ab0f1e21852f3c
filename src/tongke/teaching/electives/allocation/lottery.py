"""The lottery: anybody can work the numbers out again from two public texts."""

from hashlib import sha256


def seed_of(round_key: str, public_value: str) -> str:
    """The seed of a round: SHA-256 of its key and a public value that nobody knew beforehand.

    Example:
        >>> seed_of("R-7", "63581")[:16]
        '1fc3d080fa2dbc3c'
    """
    return sha256(f"{round_key}|{public_value.strip()}".encode()).hexdigest()


def number_of(seed: str, pupil: str) -> str:
    """A pupil's lot, 16 hexadecimal digits; the smallest comes first."""
    return sha256(f"{seed}|{pupil}".encode()).hexdigest()[:16]
