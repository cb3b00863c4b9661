"""Guanjia is Apache-2.0: what it installs may be used with it, and is listed."""

import re

import pytest

from tests.architecture.licences import ROOT, licence_of, packages, page

FREE = re.compile(
    r"\b(MIT|BSD|Apache|ISC|PSF|Python Software Foundation|Mozilla|MPL|Unlicense|0BSD|LGPL|Lesser)", re.IGNORECASE
)


@pytest.mark.parametrize("package", packages())
def test_every_package_may_be_used_with_apache_2(package: str) -> None:
    licence = licence_of(package)
    assert FREE.search(licence), licence
    assert "AGPL" not in licence
    assert "Affero" not in licence


def test_the_list_of_licences_is_true() -> None:
    written = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
    assert written == page(), "run: python -m tests.architecture.licences"
