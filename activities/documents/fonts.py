"""The Chinese font 中文字体: without one typst prints blanks and says nothing, so it is looked for beforehand.

Fonts are looked for in the system's folders, in ``~/.fonts`` and ``~/.local/share/fonts``, and in the folders that
``TYPST_FONT_PATHS`` names; with ``TYPST_IGNORE_SYSTEM_FONTS`` set only in the latter, as typst's own command does.
"""

import os
import re
from functools import cache
from typing import Final

import typst

_KNOWN: Final = (
    r"Noto Sans CJK SC|Noto Sans SC",
    r"Source Han Sans( SC| CN|$)|思源黑体",
    r"WenQuanYi (Micro|Zen) Hei$",
    r"Noto Serif CJK SC|Source Han Serif( SC| CN|$)",
    r"Microsoft YaHei|PingFang SC|SimHei|SimSun|FangSong|KaiTi",
    r"Fandol|LXGW|AR PL UMing CN|AR PL UKai CN|Droid Sans Fallback|HarmonyOS Sans SC|Alibaba PuHuiTi",
    r"CJK|WenQuanYi|Source Han",
)
"""Families with the characters of simplified Chinese, the first that is installed is taken."""


class FontMissingError(Exception):
    """No Chinese font is installed; ``str()`` is one line for a person, Chinese then English."""

    chinese: Final = "没有中文字体,打印的单据会是空白:请安装 fonts-wqy-microhei 或 fonts-noto-cjk,再重新启动"
    english: Final = "no Chinese font: printed forms would be blank. Install fonts-wqy-microhei or fonts-noto-cjk"

    def __init__(self) -> None:
        super().__init__(f"{self.chinese} | {self.english}")


def installed_fonts() -> typst.Fonts:
    """Return the fonts of this machine as they are installed now; reading them takes some 0.1 s."""
    folders = [each for each in os.environ.get("TYPST_FONT_PATHS", "").split(os.pathsep) if each]
    only_these = bool(os.environ.get("TYPST_IGNORE_SYSTEM_FONTS"))
    return typst.Fonts(include_system_fonts=not only_these, font_paths=folders)


@cache
def fonts_of_this_process() -> typst.Fonts:
    """Return the fonts that were installed when this process first asked."""
    return installed_fonts()


def chinese_font(fonts: typst.Fonts) -> str:
    """Return the family in which forms are set; raises :class:`FontMissingError` where none will do."""
    families = fonts.families()
    for pattern in _KNOWN:
        for family in families:
            if re.match(pattern, family, re.IGNORECASE):
                return family
    raise FontMissingError
