"""The main script of a text, and scripts that tell the class."""

from __future__ import annotations

import numpy as np

from prodcls.quality.scripts import main_scripts, uneven_scripts


def test_most_letters_decide() -> None:
    assert main_scripts(["kettle 水", "水壶 k", "", "42", "ساعة"]) == ("latin", "cjk", "", "", "arabic")


def test_a_brand_in_latin_letters_makes_no_english_title() -> None:
    assert main_scripts(["Aurelo G50 手持吸尘器", "Aurelo G50 手持"]) == ("cjk", "latin")


def test_unevenness_is_the_largest_difference_between_classes() -> None:
    scripts = ["latin", "latin", "cjk", "cjk", ""]
    assert uneven_scripts(scripts, np.array([0, 0, 1, 1, 1]), 2) == 1.0
    assert uneven_scripts(scripts, np.array([0, 1, 0, 1, 0]), 2) == 0.5 - 1 / 3
    assert uneven_scripts(scripts, np.zeros(5, dtype=np.int64), 3) == 0.0
