"""A bundle of 60 small products, read by the real encoders; made once a process."""

from __future__ import annotations

import atexit
import shutil
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np

from bundle_factory import CREATED, product_rows, write_catalogue
from prodcls.bundle import Bundle, BundleContents, load_bundle, save_bundle
from prodcls.config import FitConfig
from prodcls.embeddings import EmbeddingStore
from prodcls.intake import read_catalogue
from prodcls.model import fit_model
from prodcls.preparation import Readers, Recipe, open_readers, prepare
from prodcls.progress import SilentProgress
from prodcls.schema import ColumnOptions

RECIPE = Recipe(("title",), ("minilm", "use-pooled"), "lite0", "onnx", "set by --text-encoder")


@dataclass(frozen=True)
class Real:
    """The bundle, its folder, its catalogue and encoders, and what it was made of."""

    bundle: Bundle
    folder: Path
    catalogue: Path
    readers: Readers
    contents: BundleContents


@cache
def real() -> Real:
    folder = Path(mkdtemp(prefix="prodcls-real-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = write_catalogue(folder / "products.csv", product_rows(folder, n=60))
    catalogue = read_catalogue(path, ColumnOptions(), need_labels=True)
    inputs = prepare(catalogue, RECIPE, EmbeddingStore(), SilentProgress())
    names = tuple(sorted(set(catalogue.labels or ())))
    labels = np.array([names.index(label) for label in catalogue.labels or ()], dtype=np.int64)
    model = fit_model(inputs, labels, np.arange(len(labels)), names).model
    contents = BundleContents(model, RECIPE, FitConfig(catalogue=path), catalogue, inputs)
    save_bundle(folder / "bundle", contents, created=CREATED)
    bundle = load_bundle(folder / "bundle")
    return Real(bundle, folder / "bundle", path, open_readers(bundle.recipe), contents)


def save_another(folder: Path) -> None:
    """Put a bundle of another digest that says the same into ``folder``, as a fit does."""
    options = replace(real().contents.options, random_state=1)
    save_bundle(folder, replace(real().contents, options=options), created=CREATED)
