"""The service centre as a command sees it: requests to the HTTP API, and what an answer, or none, means."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, Self
from urllib.parse import quote

import httpx2

from starters.cli.profile import Access

PATIENCE: Final = httpx2.Timeout(20.0, connect=3.0)
"""Seconds; the API itself gives up an action after less than this and answers 504."""
NEEDS_ANOTHER_KEY: Final = "number_taken"
"""The one code of a server's answer after which resending with the same key cannot help."""


class NotDoneError(Exception):
    """A request that was not carried out, or of which nobody knows; each subclass says which."""


class RefusedRequestError(NotDoneError):
    """The API said no. ``code`` is for machines, ``detail`` says what to do, ``problems`` lists rows or fields."""

    def __init__(self, status: int, code: str, detail: str, problems: list[dict[str, Any]]) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.problems = status, code, detail, problems


class UnansweredRequestError(NotDoneError):
    """No answer came, or one that leaves the outcome open; ``key`` makes resending harmless ("" for a reading)."""

    def __init__(self, detail: str, key: str = "") -> None:
        super().__init__(detail)
        self.detail, self.key = detail, key


class ServiceCentre:
    """One command's connection; use it as a context manager."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._http = httpx2.Client(
            base_url=access.api_url.rstrip("/"),
            headers={"Authorization": f"Bearer {access.token}"},
            timeout=PATIENCE,
            follow_redirects=False,
        )

    def __enter__(self) -> Self:
        """Open for requests."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self._http.close()

    def in_community(self, *path: str) -> str:
        """The path of something that belongs to the community, such as ``in_community("cases", number)``."""
        if not self._access.community:
            raise RefusedRequestError(0, "no_community", "没有指明项目:请加 --community,或设置 GUANJIA_COMMUNITY", [])
        return "/".join(["/v1/communities", *(quote(part, safe="") for part in (self._access.community, *path))])

    def read(self, path: str, params: Mapping[str, str | int | bool | None] | None = None) -> Any:
        """GET the path; parameters that are None or "" are left out."""
        wanted = {name: value for name, value in (params or {}).items() if value not in (None, "")}
        return self._send("GET", path, params=wanted).json()

    def fetch(self, path: str) -> bytes:
        """GET a file."""
        return self._send("GET", path).content

    def send(self, path: str, body: Any, key: str = "") -> Any:
        """POST a body, under the idempotency key where the route takes one."""
        return self._send("POST", path, key=key, json=body).json()

    def print_out(self, path: str, params: Mapping[str, bool] | None = None) -> tuple[bytes, Mapping[str, str]]:
        """POST for a file that is made anew each time; returns it with the answer's headers, in small letters."""
        answer = self._send("POST", path, params=params or {})
        return answer.content, {name.lower(): content for name, content in answer.headers.items()}

    def follow(self, path: str, body: Any) -> Iterator[dict[str, Any]]:
        """POST a body and yield what the service centre says while it works, a line at a time; the last is the result.

        A refusal that comes in the middle is raised as any other.
        """
        try:
            with self._http.stream("POST", path, json=body, headers={"Accept": "application/x-ndjson"}) as answer:
                if not answer.is_success:
                    answer.read()
                    raise _not_done(answer)
                for line in answer.iter_lines():
                    said = json.loads(line)
                    if "code" in said:
                        raise RefusedRequestError(0, said["code"], said["detail"], [])
                    yield said
        except (httpx2.ConnectError, httpx2.ConnectTimeout):
            raise self._unreachable() from None
        except (httpx2.TransportError, httpx2.InvalidURL, ValueError):
            raise UnansweredRequestError("没有等到答复,结果未知") from None

    def send_bytes(self, path: str, content: bytes, key: str) -> Any:
        """POST a file as the body itself."""
        return self._send("POST", path, key=key, content=content).json()

    def send_file(self, path: str, name: str, content: bytes, media_type: str) -> Any:
        """POST a file as a form upload named ``file``."""
        return self._send("POST", path, files={"file": (name, content, media_type)}).json()

    def _send(self, method: str, path: str, *, key: str = "", **parts: Any) -> httpx2.Response:
        headers = {"Idempotency-Key": key} if key else {}
        try:
            answer = self._http.request(method, path, headers=headers, **parts)
        except (httpx2.ConnectError, httpx2.ConnectTimeout):
            raise self._unreachable() from None
        except (httpx2.TransportError, httpx2.InvalidURL):
            raise UnansweredRequestError("没有等到答复,结果未知", key) from None
        if answer.is_success:
            return answer
        raise _not_done(answer, key)

    def _unreachable(self) -> UnansweredRequestError:
        return UnansweredRequestError(f"连不上 {self._access.api_url}:服务没有启动,或 GUANJIA_API_URL 不对")


def _not_done(answer: httpx2.Response, key: str = "") -> NotDoneError:
    """What an answer that is no success means."""
    problem = _problem(answer)
    detail = str(problem.get("detail") or problem.get("title") or f"HTTP {answer.status_code}")
    code = str(problem.get("code") or f"http_{answer.status_code}")
    if answer.is_server_error:
        return UnansweredRequestError(f"{detail}({code})", "" if code == NEEDS_ANOTHER_KEY else key)
    errors = problem.get("errors")
    problems = [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []
    return RefusedRequestError(answer.status_code, code, detail, problems)


def _problem(answer: httpx2.Response) -> dict[str, Any]:
    """The RFC 9457 problem of an answer; empty where something else than the API has answered."""
    try:
        problem = answer.json()
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}
