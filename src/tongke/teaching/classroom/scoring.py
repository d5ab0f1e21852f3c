"""What an answer to a quick question earns. Pure."""

LETTERS = "ABCDEF"


def tidy_letters(raw: str) -> str:
    """Letters in capitals, each once, in order: the form in which choices are kept.

    Example:
        >>> tidy_letters("c, a c")
        'AC'
    """
    return "".join(letter for letter in LETTERS if letter in raw.upper())


def share_of(answer: str, choice: str) -> float | None:
    """The share of the points an answer earns, in [0, 1]; None for a survey.

    One right option: 1 or 0. Several: the share of the right ones that were chosen, 0 as soon as
    a wrong one is among them.

    Args:
        answer: letters of the right options; empty for a survey.
        choice: letters chosen.

    Example:
        >>> share_of("B", "B"), share_of("ABDE", "AB"), share_of("ABDE", "AC"), share_of("", "A")
        (1.0, 0.5, 0.0, None)
    """
    if not answer:
        return None
    right, chosen = set(answer), set(choice)
    return 0.0 if chosen - right else len(chosen & right) / len(right)
