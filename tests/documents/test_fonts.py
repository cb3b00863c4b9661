"""Without a Chinese font nothing is printed, and the refusal says what to install."""

import pytest
import typst

from activities.documents.fonts import FontMissingError, chinese_font, fonts_of_this_process, installed_fonts
from activities.documents.paper import PaperForm
from activities.documents.typesetting import set_form
from tests.documents import pages, sheets


def test_an_installed_chinese_font_is_found():
    assert chinese_font(installed_fonts()) in installed_fonts().families()
    assert fonts_of_this_process() is fonts_of_this_process()


def test_the_fonts_that_typst_brings_along_are_not_chinese():
    with pytest.raises(FontMissingError, match="请安装 fonts-wqy-microhei 或 fonts-noto-cjk"):
        chinese_font(typst.Fonts(include_system_fonts=False))


def test_without_a_font_no_form_is_set():
    sheet = pages.sheet(PaperForm.REPAIR_RECORD, sheets.papers(sheets.full_repair()))

    with pytest.raises(FontMissingError):
        set_form(sheet, pages.FIRST, typst.Fonts(include_system_fonts=False))


def test_an_empty_folder_of_fonts_is_no_font(monkeypatch, tmp_path):
    monkeypatch.setenv("TYPST_IGNORE_SYSTEM_FONTS", "1")
    monkeypatch.setenv("TYPST_FONT_PATHS", str(tmp_path))

    with pytest.raises(FontMissingError):
        chinese_font(installed_fonts())


@pytest.mark.parametrize(
    ("installed", "taken"),
    [
        (["DejaVu Sans", "WenQuanYi Micro Hei", "WenQuanYi Micro Hei Mono"], "WenQuanYi Micro Hei"),
        (["Noto Sans CJK JP", "Noto Sans CJK SC", "WenQuanYi Micro Hei"], "Noto Sans CJK SC"),
        (["Source Han Sans SC", "SimSun"], "Source Han Sans SC"),
        (["Arial", "SimSun"], "SimSun"),
        (["AR PL UKai CN"], "AR PL UKai CN"),
    ],
)
def test_of_several_chinese_fonts_the_plainest_for_simplified_text_is_taken(installed, taken):
    class Families:
        def families(self) -> list[str]:
            return installed

    assert chinese_font(Families()) == taken
