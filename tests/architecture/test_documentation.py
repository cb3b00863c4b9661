"""The pages say what the code does: their tables are the code's, their links lead somewhere."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from temporalio.client import Client
from temporalio.service import RPCError

from activities.connections.settings import Settings
from starters.cli.manager_links import MANAGER_QUERIES, link
from tests.architecture import written_tables

LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)")
DOCUMENT = re.compile(r"docs/[a-z_/0-9-]+\.md")


@pytest.mark.parametrize("place", written_tables.WRITTEN)
def test_a_table_of_the_documentation_is_the_codes_own(root: Path, place: str):
    page, name = place.split("#")
    found = written_tables.between(name).search((root / page).read_text(encoding="utf-8"))
    assert found, f"{page} has no table “{name}”"
    written = found[0].removeprefix(found[1]).removesuffix(found[2])
    assert written.strip() == written_tables.WRITTEN[place](), "run: python -m tests.architecture.written_tables"


def test_every_link_between_pages_leads_to_a_file(root: Path, text_files: dict[Path, str]):
    broken = [
        f"{path}: {target}"
        for path, text in text_files.items()
        if path.suffix == ".md"
        for target in LINK.findall(text)
        if not (root / path.parent / target).exists()
    ]
    assert broken == []


def test_every_page_that_the_code_cites_exists(root: Path, text_files: dict[Path, str]):
    cited = {
        (page, str(path))
        for path, text in text_files.items()
        if path.suffix == ".py"
        for page in DOCUMENT.findall(text)
        if not (root / page).is_file()
    }
    assert sorted(cited) == []


def test_every_setting_is_in_the_operations_page(root: Path):
    page = (root / "docs/operations.md").read_text(encoding="utf-8")
    missing = [name for name in Settings.model_fields if f"`GUANJIA_{name.upper()}" not in page]
    assert missing == []


@pytest.mark.parametrize("question", MANAGER_QUERIES, ids=lambda question: question.name)
async def test_the_real_server_understands_every_managers_question(client: Client, question):
    query = question.at(written_tables.EXAMPLE_DAY)
    await client.count_workflows(query)  # the server refuses what it cannot read
    assert parse_qs(urlsplit(link("http://127.0.0.1:8233/", "default", query)).query)["query"] == [query]


async def test_the_real_server_refuses_level_without_its_back_quotes(client: Client):
    with pytest.raises(RPCError, match="invalid search attribute: level"):
        await client.count_workflows("Level = '紧急'")
