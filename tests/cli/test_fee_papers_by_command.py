"""Papers of fees by command: one into a file, an area's notices into one file, refusals without one."""

from pathlib import Path

from tests.cli.conftest import Centre
from tests.documents import fee_records as records
from tests.documents.fee_pages import pages, read


async def test_an_areas_notices_are_printed_into_one_file_and_the_new_ones_only_once(centre: Centre, tmp_path: Path):
    numbers = records.billed_quarter(centre.database)[:55]
    file = tmp_path / "notices.pdf"
    words = ("billing", "print-notices", *numbers, "--new", "--out", str(file))

    first = await centre.type(*words)
    there = await centre.type(*words)
    again = await centre.type(*words, "--overwrite")

    assert first.exit_code == 0, first.output
    assert "通知单 55 张" in first.stdout
    assert "补打" not in first.stdout
    assert len(pages(file.read_bytes())) == 55
    assert file.stat().st_mode & 0o077 == 0
    assert there.exit_code == 2
    assert (again.exit_code, "no_notices" in again.stderr) == (1, True)


async def test_one_notice_is_printed_and_again_as_a_reprint(centre: Centre, tmp_path: Path):
    number = records.billed_quarter(centre.database)[0]
    file = tmp_path / "notice.pdf"

    first = await centre.type("billing", "print", "bill-notice", number, "--out", str(file))
    again = await centre.type("billing", "print", "bill-notice", number, "--out", str(file), "--overwrite")
    proof = await centre.type(
        "billing", "print", "bill-notice", number, "--proof", "--out", str(tmp_path / "proof.pdf")
    )

    assert "原件" in first.stdout, first.output
    assert "补打第1次" in again.stdout, again.output
    assert "补打第1次" in read(file.read_bytes())
    assert "样张" in proof.stdout, proof.output


async def test_a_paper_that_is_not_there_is_refused_and_no_file_is_made(centre: Centre, tmp_path: Path):
    file = tmp_path / "receipt.pdf"

    refused = await centre.type("billing", "print", "receipt", "0000001", "--out", str(file))
    unknown = await centre.type("billing", "print-notices", "--area", "A9", "--out", str(file))

    assert (refused.exit_code, "unknown_receipt" in refused.stderr) == (1, True)
    assert (unknown.exit_code, "no_notices" in unknown.stderr) == (1, True)
    assert not file.exists()
