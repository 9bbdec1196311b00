"""`ProductClassifier` keeps scikit-learn's conventions, with encoders that need no weights."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone, is_classifier
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_val_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer

import prodcls
import prodcls.classifier
from prodcls.classifier import ProductClassifier
from prodcls.errors import InputError, SchemaError
from synthetic import catalogue_rows, use_fake_encoders, write_photo


@pytest.fixture(autouse=True)
def _fake(monkeypatch: pytest.MonkeyPatch) -> None:
    use_fake_encoders(monkeypatch)


@pytest.fixture
def classifier(tmp_path: Path) -> ProductClassifier:
    """A classifier with a cache of its own."""
    return ProductClassifier(cache_dir=tmp_path, n_jobs=1)


def make_frame(n: int = 30, seed: int = 0) -> tuple[pd.DataFrame, pd.Series]:
    frame = pd.DataFrame(catalogue_rows({"Kettles": n, "Phones": n}, seed=seed))
    frame["price"] = frame["price"].astype(float)
    return frame.drop(columns=["id", "category"]), frame["category"]


FRAME, LABELS = make_frame()
NEW, NEW_LABELS = make_frame(10, seed=5)


def test_new_products_get_their_class(classifier: ProductClassifier) -> None:
    assert classifier.fit(FRAME, LABELS) is classifier
    assert classifier.score(NEW, NEW_LABELS) > 0.9
    assert classifier.classes_.tolist() == ["Kettles", "Phones"]
    probabilities = classifier.predict_proba(NEW)
    assert probabilities.shape == (20, 2)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0)
    np.testing.assert_array_equal(classifier.classes_[probabilities.argmax(axis=1)], classifier.predict(NEW))
    assert classifier.n_features_in_ == 3
    assert classifier.feature_names_in_.tolist() == ["title", "price", "brand"]
    assert classifier.known_.numeric == ("price",)


def test_it_is_cloned_and_its_parameters_are_set(classifier: ProductClassifier) -> None:
    classifier.set_params(random_state=7, text=["title"])
    twin = clone(classifier)
    assert twin.get_params() == classifier.get_params()
    assert twin.get_params()["random_state"] == 7
    assert is_classifier(twin)
    assert repr(twin).startswith("ProductClassifier(")


def test_it_is_cross_validated(classifier: ProductClassifier) -> None:
    scores = cross_val_score(classifier, FRAME, LABELS, cv=3)
    assert scores.shape == (3,)
    assert scores.min() > 0.85


def test_it_is_searched_over(classifier: ProductClassifier) -> None:
    search = GridSearchCV(classifier, {"numeric": [[], ["price"]]}, cv=2).fit(FRAME, LABELS)
    assert set(search.best_params_) == {"numeric"}


def test_labels_at_random_are_not_learned(classifier: ProductClassifier) -> None:
    labels = np.random.default_rng(0).permutation(LABELS)
    assert cross_val_score(classifier, FRAME, labels, cv=3).mean() < 0.5 + 3.5 * np.sqrt(0.25 / 60)


def test_predicting_needs_a_fit(classifier: ProductClassifier) -> None:
    with pytest.raises(NotFittedError):
        classifier.predict(FRAME)
    with pytest.raises(NotFittedError):
        classifier.predict_proba(FRAME)


@pytest.mark.parametrize("column", ["title", "price", "brand"])
def test_a_missing_column_is_named(classifier: ProductClassifier, column: str) -> None:
    classifier.fit(FRAME, LABELS)
    with pytest.raises(SchemaError, match=column):
        classifier.predict(NEW.drop(columns=column))


def test_further_columns_and_another_order_do_not_matter(classifier: ProductClassifier) -> None:
    classifier.fit(FRAME, LABELS)
    shuffled = NEW[["brand", "price", "title"]].assign(colour="red", id=range(20))
    np.testing.assert_array_equal(classifier.predict_proba(shuffled), classifier.predict_proba(NEW))


def test_the_order_of_new_rows_does_not_matter(classifier: ProductClassifier) -> None:
    classifier.fit(FRAME, LABELS)
    together = classifier.predict_proba(NEW)
    np.testing.assert_allclose(classifier.predict_proba(NEW[::-1])[::-1], together, atol=1e-6)
    np.testing.assert_allclose(classifier.predict_proba(NEW.iloc[[3]])[0], together[3], atol=1e-6)


def test_missing_cells_are_a_normal_case(classifier: ProductClassifier) -> None:
    frame = FRAME.copy()
    frame.loc[::5, "price"] = np.nan
    frame.loc[1::7, "title"] = None
    frame.loc[2::6, "brand"] = ""
    classifier.fit(frame, LABELS)
    nothing = pd.DataFrame({"title": [None, ""], "price": [np.nan, np.nan], "brand": ["", None]})
    assert np.all(np.isfinite(classifier.predict_proba(nothing)))
    assert classifier.score(NEW, NEW_LABELS) > 0.9


def test_prices_of_new_products_may_all_be_missing_or_in_another_currency(classifier: ProductClassifier) -> None:
    frame = FRAME.assign(price=[f"₹{price:.2f}" for price in FRAME["price"]])
    classifier.fit(frame, LABELS)
    assert classifier.known_.numeric == ("price [INR]",)
    unknown = classifier.predict_proba(NEW.assign(price=""))
    euros = classifier.predict_proba(NEW.assign(price=[f"{price:.2f} EUR" for price in NEW["price"]]))
    np.testing.assert_array_equal(euros, unknown)
    assert not np.array_equal(unknown, classifier.predict_proba(NEW.assign(price=[f"₹{p:.2f}" for p in NEW["price"]])))


@pytest.mark.parametrize("labels", [[3, 1], [True, False], [1.5, -2.0], ["手机", "水壶"]])
def test_classes_keep_their_type(classifier: ProductClassifier, labels: list[object]) -> None:
    classes = np.array(labels)
    codes = (LABELS == "Phones").to_numpy().astype(int)
    classifier.fit(FRAME, classes[codes])
    assert classifier.classes_.tolist() == sorted(labels)  # type: ignore[type-var]
    predicted = classifier.predict(NEW)
    assert predicted.dtype == classes.dtype
    assert (predicted == classes[(NEW_LABELS == "Phones").to_numpy().astype(int)]).mean() > 0.9


@pytest.mark.parametrize(
    ("labels", "what"),
    [(["a"] * 59, "60 rows"), (["a"] * 60, "one class"), ([None] + ["a", "b"] * 29 + ["a"], "1 missing")],
)
def test_labels_that_cannot_be_learned_are_refused(
    classifier: ProductClassifier, labels: list[object], what: str
) -> None:
    with pytest.raises(ValueError, match=what):
        classifier.fit(FRAME, labels)


def test_columns_that_do_not_exist_are_named(classifier: ProductClassifier) -> None:
    classifier.set_params(categorical=["colour"])
    with pytest.raises(SchemaError, match="colour"):
        classifier.fit(FRAME, LABELS)


def test_photos_are_looked_up_below_the_image_root(classifier: ProductClassifier, tmp_path: Path) -> None:
    for name, colour in (("Kettles", (250, 20, 20)), ("Phones", (20, 20, 250))):
        write_photo(tmp_path / "photos" / f"{name}.png", colour)
    frame = pd.DataFrame({"image": [f"{name}.png" for name in LABELS], "title": "thing"})
    frame["title"] = [f"{word} thing" for word in FRAME["title"]]
    both = ["lite0", "other"]  # side by side
    classifier.set_params(image_root=tmp_path / "photos", text=[], image_encoder=both).fit(frame, LABELS)
    assert classifier.recipe_.image_encoders == ("lite0", "other")
    photos = pd.DataFrame({"image": ["Phones.png", "Kettles.png"], "title": ""})
    assert classifier.predict(photos).tolist() == ["Phones", "Kettles"]


def test_the_flat_head_is_a_choice(tmp_path: Path) -> None:
    flat = ProductClassifier(head="flat", cache_dir=tmp_path, n_jobs=1).fit(FRAME, LABELS)
    assert flat.score(NEW, NEW_LABELS) > 0.8


@pytest.mark.parametrize(("n_jobs", "threads"), [(None, 4), (2, 2), (-1, 4), (-2, 3), (-9, 1)])
def test_negative_numbers_of_threads_count_from_the_processors(
    monkeypatch: pytest.MonkeyPatch, n_jobs: int | None, threads: int
) -> None:
    monkeypatch.setattr(prodcls.classifier, "available_processors", lambda: 4)
    assert ProductClassifier(n_jobs=n_jobs)._threads() == threads


def test_the_seed_fixes_everything(classifier: ProductClassifier) -> None:
    first = classifier.fit(FRAME, LABELS).predict_proba(NEW)
    np.testing.assert_array_equal(clone(classifier).fit(FRAME, LABELS).predict_proba(NEW), first)


def test_it_is_the_last_step_of_a_pipeline(classifier: ProductClassifier) -> None:
    lower = FunctionTransformer(lambda frame: frame.assign(title=frame["title"].str.lower()))
    pipeline = Pipeline([("lower", lower), ("model", classifier)]).fit(FRAME, LABELS)
    assert pipeline.score(NEW, NEW_LABELS) > 0.9
    assert pipeline.classes_.tolist() == ["Kettles", "Phones"]
    loud = NEW.assign(title=NEW["title"].str.upper())
    np.testing.assert_array_equal(pipeline.predict_proba(loud), pipeline.predict_proba(NEW))
    assert cross_val_predict(pipeline, FRAME, LABELS, cv=2, method="predict_proba").shape == (60, 2)
    search = GridSearchCV(pipeline, {"model__numeric": [[], ["price"]]}, cv=2).fit(FRAME, LABELS)
    assert set(search.best_params_) == {"model__numeric"}


def test_columns_may_come_from_a_transformer_that_names_them(classifier: ProductClassifier) -> None:
    columns = ColumnTransformer(
        [("thousands", FunctionTransformer(lambda frame: frame / 1000), ["price"]), ("rest", "passthrough", ["title"])],
        verbose_feature_names_out=False,
    ).set_output(transform="pandas")
    pipeline = make_pipeline(columns, classifier).fit(FRAME, LABELS)
    assert pipeline.score(NEW, NEW_LABELS) > 0.9
    assert pipeline[-1].feature_names_in_.tolist() == ["price", "title"]
    assert pipeline[-1].known_.numeric == ("price",)


def test_output_of_a_frame_is_set_for_transformers_alone(classifier: ProductClassifier) -> None:
    pipeline = make_pipeline(FunctionTransformer(), classifier).set_output(transform="pandas").fit(FRAME, LABELS)
    assert isinstance(pipeline.predict(NEW), np.ndarray)


@pytest.mark.parametrize("head", ["evidence", "flat"])
def test_a_fitted_one_can_be_pickled(classifier: ProductClassifier, head: str) -> None:
    classifier.set_params(head=head).fit(FRAME, LABELS)
    again = pickle.loads(pickle.dumps(classifier))
    np.testing.assert_array_equal(again.predict_proba(NEW), classifier.predict_proba(NEW))


def test_it_says_why(classifier: ProductClassifier) -> None:
    classifier.fit(FRAME, LABELS)
    account = classifier.why(NEW.iloc[3])
    assert account.predicted == classifier.predict(NEW.iloc[[3]])[0]
    assert account.probability == pytest.approx(classifier.predict_proba(NEW.iloc[[3]]).max(), abs=1e-6)
    assert sum(part.value for part in account.case.main.parts) == pytest.approx(account.margin, abs=1e-6)
    assert classifier.why(NEW.iloc[[3]], versus="rest").versus == "rest"
    assert (account.case.bundle, account.case.similar) == ("", None)
    assert "a model that is not saved" in account.to_html()
    with pytest.raises(InputError, match="no class"):
        classifier.why(NEW.iloc[3], versus="Teapots")
    with pytest.raises(NotFittedError):
        ProductClassifier().why(NEW.iloc[3])


def test_an_account_names_labels_that_are_no_text(classifier: ProductClassifier) -> None:
    classifier.fit(FRAME, np.where(LABELS == "Phones", 10, 9))
    account = classifier.why(NEW.iloc[3], versus=9 if classifier.predict(NEW.iloc[[3]])[0] == 10 else 10)
    assert {account.predicted, account.versus} == {"9", "10"}


def test_the_package_offers_it() -> None:
    assert prodcls.ProductClassifier is ProductClassifier
    with pytest.raises(AttributeError):
        prodcls.Nothing  # noqa: B018
