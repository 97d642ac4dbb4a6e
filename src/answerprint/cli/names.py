"""Names on the command line."""


def split_names(words: str) -> tuple[str, ...]:
    """Return the names in `words`, which commas part; spaces around them and empty ones do not count.

    >>> split_names("h264-web, vp9-web,")
    ('h264-web', 'vp9-web')
    """
    return tuple(name for word in words.split(",") if (name := word.strip()))
