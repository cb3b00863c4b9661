"""Text that the payload codec leaves readable, for what a manager sees in the Temporal UI."""


class OpenText(str):
    """A summary or detail without personal data 明文摘要: codes, states and times only.

    Everything else that a case hands to Temporal is encrypted. Whoever writes an ``OpenText`` states that it
    names nobody (``docs/decisions/0004-open-summaries.md``).
    """

    __slots__ = ()
