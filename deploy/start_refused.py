"""A start that cannot succeed says so in one line, in both languages, with what to do."""


class StartRefusedError(Exception):
    """Something here must be put right first; ``str()`` is one line for a person, Chinese then English."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(f"{chinese} | {english}")
