"""`Bundle` answers as the commands do, on data frames, and verifies what it loads."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import prodcls
from prodcls.cli import cli
from prodcls.console import run
from prodcls.errors import BundleError, InputError
from prodcls.library import Bundle
from real_bundle import Real, real


@pytest.fixture(scope="module")
def made() -> Real:
    return real()


@pytest.fixture(scope="module")
def bundle(made: Real) -> Bundle:
    return Bundle.load(made.folder, expect_sha256=made.bundle.digest, image_root=made.catalogue.parent)


@pytest.fixture(scope="module")
def frame(made: Real) -> pd.DataFrame:
    return pd.read_csv(made.catalogue, dtype=str).set_index(pd.RangeIndex(100, 160))


def said(*words: object) -> str:
    out = io.StringIO()
    with redirect_stdout(out):
        assert run(cli, [str(word) for word in words], "prodcls") == 0
    return out.getvalue()


def test_the_package_offers_it() -> None:
    assert prodcls.Bundle is Bundle
    assert {"Account", "Bundle", "ProductClassifier"} <= set(dir(prodcls))


def test_another_bundle_than_the_one_meant_is_refused(made: Real, tmp_path: Path) -> None:
    with pytest.raises(BundleError) as caught:
        Bundle.load(made.folder, expect_sha256="0" * 64)
    assert caught.value.code == "bundle-not-expected"
    with pytest.raises(InputError) as unfit:
        Bundle.load(made.folder, signature=tmp_path / "x.sig")
    assert unfit.value.code == "signature-without-key"


def test_a_signed_bundle_is_held_to_its_key(made: Real, tmp_path: Path) -> None:
    said("sign", "--new-key", tmp_path / "maker.pem")
    said("sign", made.folder, "--key", tmp_path / "maker.pem", "--out", tmp_path / "b.sig")
    key = tmp_path / "maker.pub.pem"
    assert Bundle.load(made.folder, public_key=key, signature=tmp_path / "b.sig").digest == made.bundle.digest
    with pytest.raises(BundleError) as caught:
        Bundle.load(made.folder, public_key=str(key), signature=tmp_path / "none.sig")
    assert caught.value.code == "signature-missing"


def test_a_frame_is_classified_as_a_file_is(bundle: Bundle, made: Real, frame: pd.DataFrame, tmp_path: Path) -> None:
    said("predict", made.folder, made.catalogue, "-o", tmp_path / "s.parquet", "--top-k", 2)
    scored = bundle.classify(frame, top_k=2)
    pd.testing.assert_frame_equal(scored.reset_index(drop=True), pd.read_parquet(tmp_path / "s.parquet"))
    assert scored.index.equals(frame.index)
    assert scored.attrs["rejections"] == []
    probabilities = bundle.predict_proba(frame)
    assert probabilities.shape == (60, len(bundle.classes_))
    np.testing.assert_array_equal(probabilities.max(axis=1), scored["probability"])
    assert bundle.predict(frame).tolist() == scored["predicted"].tolist()


def test_numbers_of_a_frame_may_be_numbers(bundle: Bundle, frame: pd.DataFrame) -> None:
    numbers = frame.assign(price=pd.to_numeric(frame["price"]))
    np.testing.assert_array_equal(bundle.predict_proba(numbers), bundle.predict_proba(frame))


def test_what_is_not_taken_is_told_and_a_prediction_needs_each_row(bundle: Bundle, frame: pd.DataFrame) -> None:
    bad = frame[:4].copy()
    bad.iloc[1, bad.columns.get_loc("price")] = "cheap"
    bad.iloc[2, bad.columns.get_loc("title")] = "a\0b"
    with pytest.warns(UserWarning, match=r"2 rows or cells were not taken .* row"):
        scored = bundle.classify(bad)
    assert scored.index.tolist() == [100, 101, 103]
    assert {(one["row"], one["scope"]) for one in scored.attrs["rejections"]} == {(2, "cell"), (3, "row")}
    with pytest.raises(InputError, match="row 3"):
        bundle.predict(bad)
    with pytest.raises(InputError, match="absent: brand"):
        bundle.classify(frame.drop(columns="brand"))


def test_errors_can_be_bounded_only_where_that_was_tested(bundle: Bundle, frame: pd.DataFrame) -> None:
    with pytest.raises(InputError) as caught:
        bundle.classify(frame, max_error=0.1)
    assert caught.value.code == "max-error-unproven"


def test_why_is_what_the_command_says(bundle: Bundle, made: Real) -> None:
    asked = (made.folder, "p001", "--image-root", made.catalogue.parent, "--no-counterfactuals")
    account = bundle.why("p001")
    assert str(account) + "\n" == said("why", *asked)
    lines = [json.loads(line) for line in said("why", *asked, "--json").splitlines()]
    told = account.to_dict()
    assert [*told["attributions"], *filter(None, (told["changes"], told["similar"], told["path"]))] == lines
    assert (told["bundle"], told["label"]) == (made.bundle.digest, made.bundle.products.labels[1])
    assert (account.id, account.case.photo is None) == ("p001", False)


def test_a_row_and_a_description_get_the_same_account(bundle: Bundle, frame: pd.DataFrame) -> None:
    row = frame.iloc[1]
    cells = {name: row[name] for name in ("title", "price", "brand", "image")}
    cells["price"] = float(cells["price"])
    of_row, of_cells = bundle.why(row), bundle.why(cells)
    assert bundle.why(frame.iloc[[1]]).to_dict() == of_row.to_dict()
    assert (of_row.id, of_cells.id) == ("p001", "new")
    assert of_row.margin == of_cells.margin
    assert of_row.case.photo == of_cells.case.photo is not None
    scored = bundle.classify(frame.iloc[[1]])
    assert of_row.predicted == scored["predicted"].iloc[0]
    assert of_row.probability == pytest.approx(scored["probability"].iloc[0], abs=1e-6)


def test_the_rival_the_method_and_the_changes_can_be_asked_for(bundle: Bundle) -> None:
    account = bundle.why({"title": "smart phone 5g", "price": 499.0}, versus="rest", method="attention", changes=True)
    assert account.versus == "rest"
    assert [one.method for one in account.case.attributions] == ["chain", "attention"]
    assert account.case.changes is not None
    other = next(name for name in bundle.classes_ if name != account.predicted)
    assert bundle.why({"title": "smart phone 5g"}, versus=str(other)).versus == other


@pytest.mark.parametrize(
    ("product", "code"),
    [
        ("P001", "product-unknown"),
        ({"titel": "x"}, "column-unknown"),
        ({"title": "x", "price": "cheap"}, "price-unreadable"),
        (pd.DataFrame({"title": ["a", "b"]}), "row-not-one"),
        ({"title": "x", "image": "../../secret.png"}, "photo-outside"),
    ],
)
def test_mistakes_are_named(bundle: Bundle, product: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        bundle.why(product)
    assert caught.value.code == code


def test_a_bundle_says_what_it_is(bundle: Bundle) -> None:
    assert repr(bundle) == f"<Bundle {bundle.digest[:12]}: 3 classes, trained on products.csv>"
    shown = bundle._repr_html_()
    assert bundle.digest in shown
    assert all(name in shown for name in (*bundle.classes_, "title", "price"))


def test_a_bundle_of_other_versions_warns(made: Real, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prodcls.bundle_environment.Findings.warning", lambda _: "written with other versions")
    with pytest.warns(UserWarning, match="other versions"):
        Bundle.load(made.folder)


def test_vectors_are_kept_where_that_is_asked_for(made: Real, frame: pd.DataFrame, tmp_path: Path) -> None:
    Bundle.load(made.folder, image_root=made.catalogue.parent, cache_dir=tmp_path).predict(frame[:2])
    assert any((tmp_path / "embeddings").iterdir())
