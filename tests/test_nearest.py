"""Names that look alike."""

from __future__ import annotations

from prodcls.nearest import COMPARED, nearest


def test_beginnings_come_first_then_what_holds_the_name_then_what_looks_alike() -> None:
    assert nearest("kettle", ["Phone", "ketle", "Steel Kettle", "Kettles"]) == ("Kettles", "Steel Kettle", "ketle")
    assert nearest("居", ["配件", "居家"]) == ("居家",)
    assert nearest("zzz", ["Phone"]) == ()
    assert nearest("", ["Phone"]) == ()


def test_of_very_many_names_only_the_beginnings_count() -> None:
    names = [f"p{i:06d}" for i in range(COMPARED + 1)]
    assert nearest("p00001", names) == ("p000010", "p000011", "p000012")
    assert nearest("q000001", names) == ()
