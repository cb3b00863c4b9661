"""What the ledger does not do 拒绝入账."""


class LedgerRefusedError(Exception):
    """``code`` is stable and for machines, ``str()`` tells a person what to do (zh-CN; no personal data)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
