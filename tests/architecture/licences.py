"""The licences of what is installed to run, as their packages say: ``python -m tests.architecture.licences``."""

import re
from importlib.metadata import distribution
from pathlib import Path

ROOT = Path(__file__).parents[2]
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)
_CLASSIFIER = "License :: OSI Approved :: "


def packages() -> list[str]:
    """Names of the runtime lock."""
    return sorted(_PINNED.findall((ROOT / "requirements" / "runtime.txt").read_text(encoding="utf-8")), key=str.lower)


def licence_of(package: str) -> str:
    """An SPDX expression where the package has one, else what its classifiers or its free text say, in one line."""
    metadata = distribution(package).metadata
    if expression := metadata.get("License-Expression"):
        return str(expression)
    classified = [one.removeprefix(_CLASSIFIER) for one in metadata.get_all("Classifier") or [] if _CLASSIFIER in one]
    return " / ".join(classified) or (metadata.get("License") or "unknown").strip().splitlines()[0][:60]


def page() -> str:
    """The page that lists them."""
    lines = [f"| {package} | {licence_of(package)} |" for package in packages()]
    heading = "# Licences of what Guanjia installs"
    written = "Written by `python -m tests.architecture.licences`; a test keeps it true."
    return f"{heading}\n\n{written}\n\n| Package | Licence |\n| --- | --- |\n" + "\n".join(lines) + "\n"


if __name__ == "__main__":
    (ROOT / "docs" / "licences.md").write_text(page(), encoding="utf-8")
