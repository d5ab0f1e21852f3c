"""One way to write what Chinese and Latin keyboards write in many."""

import re
import unicodedata

# Full-width ASCII lies at a fixed distance; NFKC is not used, for it turns 3² into 32.
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SIGNS = str.maketrans(
    {
        "\u3000": " ",
        "。": ".",
        "、": ",",
        "“": '"',
        "”": '"',
        "‘": "'",
        "’": "'",
        "【": "[",
        "】": "]",
        "−": "-",
        "–": "-",
        "—": "-",
        "﹣": "-",
        "⁄": "/",
        "÷": "/",
        "∶": ":",
        "﹪": "%",
    }
)
_DROPPED = set('"()[]{}<>《》〈〉「」『』…·,.;:?!`~_|\\')
_HAN = "\u2e80-\u9fff\uf900-\ufaff"
_BESIDE_HAN = re.compile(rf"(?<=[{_HAN}])\s+|\s+(?=[{_HAN}])")
_MOST = 2000


def narrow(text: str) -> str:
    """The text in half-width signs, without invisible characters, one space for many.

    At most 2,000 characters are read; what follows is dropped.
    """
    kept = "".join(
        sign for sign in text[:_MOST] if sign.isspace() or unicodedata.category(sign)[0] != "C"
    )
    return " ".join(kept.translate(_NARROW).translate(_SIGNS).split())


def plain(text: str, *, keep_case: bool = False, keep_punctuation: bool = False) -> str:
    """The text as two people would call it the same answer.

    Width, spaces beside Chinese characters, letter case and punctuation do not count; a comma
    parts words like a space. A full stop or comma between digits and the signs - + = / % ' are
    kept: 3.5 is not 35.
    """
    found = _BESIDE_HAN.sub("", narrow(text))
    if not keep_punctuation:
        found = "".join(
            (" " if sign in ",;:" else "") if _droppable(found, index) else sign
            for index, sign in enumerate(found)
        )
        found = _BESIDE_HAN.sub("", " ".join(found.split()))
    return found if keep_case else found.casefold()


def _droppable(text: str, index: int) -> bool:
    sign = text[index]
    if sign not in _DROPPED:
        return False
    # str.isdigit also holds for ², which is no neighbour of a decimal point.
    around = text[index - 1 : index] + text[index + 1 : index + 2]
    inside_number = len(around) == 2 and around.isascii() and around.isdigit()
    return not (sign in ".,:" and inside_number)
