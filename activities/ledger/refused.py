"""What the ledger does not do 拒绝入账."""


class LedgerRefusedError(Exception):
    """``code`` is stable and for machines, ``str()`` tells a person what to do (zh-CN; no personal data)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def key_reused() -> LedgerRefusedError:
    """``idempotency_key_reused``: the same key was sent with something else before."""
    return LedgerRefusedError("idempotency_key_reused", "该 Idempotency-Key 已用于另一内容:新的请求请换新的键")
