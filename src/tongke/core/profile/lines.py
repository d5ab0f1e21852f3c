"""Which line of a TOML file a table, key or list item stands on, for messages and the page."""

import re

Path = tuple[str | int, ...]

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]#]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'')


def line_numbers(text: str) -> dict[Path, int]:
    """The first line, counted from 1, of every table, key and list item of a valid TOML text.

    tomllib gives none. This reads headers, keys at the start of a line, and items that begin a
    line of their own; what it does not find falls back to the line of the key or table around it.

    Example:
        >>> line_numbers("[a]\\nb = [\\n  { c = 1 },\\n]\\n")
        {('a',): 1, ('a', 'b'): 2, ('a', 'b', 0): 3}
    """
    found: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    key: Path = ()
    depth = items = 0
    in_text = False
    for number, line in enumerate(text.splitlines(), 1):
        if in_text or depth:
            if depth == 1 and not in_text and line.strip() and line.strip()[0] not in "]#":
                found.setdefault((*key, items), number)
                items += 1
        elif header := _HEADER.match(line):
            table = _parts(header[2])
            if header[1] == "[[":
                index = counts.get(table, 0)
                counts[table] = index + 1
                found.setdefault(table, number)
                table = (*table, index)
            found.setdefault(table, number)
        elif written := _KEY.match(line):
            key, items = (*table, *_parts(written[1])), 0
            found.setdefault(key, number)
        in_text ^= (line.count('"""') + line.count("'''")) % 2 == 1
        if not in_text:
            bare = _STRING.sub("", line).split("#", 1)[0]
            if depth or not _HEADER.match(line):
                depth += bare.count("[") - bare.count("]")
    return found


def line_of(path: Path, found: dict[Path, int]) -> int:
    """The line of a place, or of the nearest place around it; 0 when even that is unknown."""
    while path and path not in found:
        path = path[:-1]
    return found.get(path, 0)


def _parts(written: str) -> Path:
    return tuple(part.strip("\"'") for part in _PART.findall(written))
