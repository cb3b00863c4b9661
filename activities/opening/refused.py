"""A matter that cannot be opened as it was reported 不予立单; each way in says it in its own form."""


class CaseRefusedError(Exception):
    """``code`` is stable and for machines, ``message`` tells a person what to do (zh-CN; no personal data).

    ``state_label`` is the case's state where it explains the refusal, such as 「已关闭」.
    """

    def __init__(self, code: str, message: str, *, state_label: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.state_label = state_label
