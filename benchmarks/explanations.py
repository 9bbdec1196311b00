"""Faithfulness, agreement and cost of explanations, on Flipkart's second level, out of fold.

Run from the checkout: ``python benchmarks/explanations.py [--products 200] [--minutes 60] [--without lime shap]``.
Every product is a line of ``explanations.jsonl`` as soon as it is done, and a later run goes on from there. The figures
are written to ``explanations.json`` and printed as Markdown tables; both files are in ``benchmarks/results`` unless
``--out`` says otherwise. Two processes share the products with ``--part 1/2 --out one`` and ``--part 2/2 --out two``;
``--merge one two`` then makes the figures of both, and studies nothing. After a change of the account by the served
model ``--again`` asks it again of the products that are done, and keeps what the other methods said.

Each product is explained by a model of its fold: the predicted class against all others together, since what is judged
is the probability of that class; ``chain, runner-up`` explains it against the second-best class. Words are explained
in the whole model. Regions are explained in a model that has the photo alone: beside good texts a photo changes no
probability by enough to tell one order of regions from another.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, get_args

import numpy as np
from accuracy import CASES, DATA, write_catalogue
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from prodcls.config import FitConfig
from prodcls.encoders import Encoder, image_encoder, text_encoder
from prodcls.evaluation import Problem
from prodcls.explain.attribution import Attribution, PartKind
from prodcls.explain.chain import explain
from prodcls.explain.corrected import explain_corrected
from prodcls.explain.faithfulness import (
    RANDOM,
    Faithfulness,
    agreement,
    bootstrap_mean,
    judge,
    stability,
    values_on,
)
from prodcls.explain.leave_out import Alone, LeaveOneOut, Occlusion
from prodcls.explain.lime_witness import Lime
from prodcls.explain.masks import Fill
from prodcls.explain.product import REST, Product
from prodcls.explain.scorer import MaskScorer
from prodcls.explain.shap_witness import Shap
from prodcls.explain.subject import Split, Subject
from prodcls.explain.witnesses import Witness
from prodcls.gathering import Material, gather
from prodcls.images import load_photo
from prodcls.model import Model, fit_model
from prodcls.preparation import IMAGE_BLOCK, Recipe
from prodcls.progress import SilentProgress

RESULTS = Path(__file__).resolve().parent / "results"
T = TypeVar("T")
LINES, FIGURES = "explanations.jsonl", "explanations.json"
CASE = CASES["flipkart second level, specs"]
FOLDS = 5
CORRECTED = "chain-corrected"
CHAINS = ("chain", CORRECTED, "chain, runner-up")
WORDS = (*CHAINS, "lime", "shap", "leave-one-out", "alone", RANDOM)
REGIONS = ("chain", CORRECTED, "lime", "shap", "occlusion", RANDOM)
METHODS: dict[PartKind, tuple[str, ...]] = {"word": WORDS, "region": REGIONS}
WITNESSES: dict[PartKind, dict[str, Witness]] = {
    "word": {
        "lime": Lime(image_samples=0, column_samples=0),
        "shap": Shap(),
        "leave-one-out": LeaveOneOut(),
        "alone": Alone(),
    },
    "region": {"lime": Lime(), "shap": Shap(), "occlusion": Occlusion()},
}
DRAWN_TWICE = 20
"""Products on which LIME is drawn a second time."""


@dataclass(frozen=True)
class Setting:
    """What is judged, and how.

    Attributes
    ----------
    kind : PartKind
    others : bool
        Whether the rest of the product stays.
    fill : Fill
        What a hidden region shows.
    """

    kind: PartKind
    others: bool = True
    fill: Fill = "border"


SETTINGS = {
    "words, with photo and columns in place": Setting("word"),
    "words alone": Setting("word", others=False),
    "regions": Setting("region"),
    "regions, blurred": Setting("region", fill="blur"),
}


def load() -> Material:
    """Return the catalogue with its folds."""
    with tempfile.TemporaryDirectory() as folder:
        path = write_catalogue(CASE, Path(folder))
        config = FitConfig(catalogue=path, text=CASE.text, image_root=DATA / CASE.catalogue, folds=FOLDS)
        return gather(config, SilentProgress())


class Encoders:
    """The encoders of a recipe, and what they make of one product."""

    def __init__(self, recipe: Recipe) -> None:
        self.text = tuple(text_encoder(name, recipe.runtime) for name in recipe.text_encoders)
        self.image = tuple(image_encoder(name, recipe.runtime) for name in recipe.image_encoders)

    def items(self, product: Product) -> dict[str, tuple[str | Path, tuple[Encoder, ...]]]:
        """Return what there is to encode, by block."""
        texts = {name: cells[0] for name, cells in product.inputs.texts.items() if cells[0].strip()}
        found: dict[str, tuple[str | Path, tuple[Encoder, ...]]] = {n: (text, self.text) for n, text in texts.items()}
        if self.image and product.photo is not None:
            found[IMAGE_BLOCK] = (product.photo, self.image)
        return found

    def predict(self, product: Product) -> None:
        """Do what a prediction does."""
        for item, encoders in self.items(product).values():
            for encoder in encoders:
                encoder.encode([item])
        product.model.probabilities(product.inputs)

    def subject(self, product: Product) -> Subject:
        """Return the product with its vectors taken apart."""
        splits = {
            block: Split(encoders, tuple(encoder.encode_parts([item])[0] for encoder in encoders))
            for block, (item, encoders) in self.items(product).items()
        }
        size = None
        if product.photo is not None:
            height, width = load_photo(product.photo).shape[:2]
            size = (width, height)
        return Subject(product.inputs, splits, size)


@dataclass(frozen=True)
class World:
    """What one kind of part is explained in.

    Attributes
    ----------
    problem : Problem
    recipe : Recipe
    models : tuple of Model
        By fold, each fitted on the other ones.
    encoders : Encoders
    """

    problem: Problem
    recipe: Recipe
    models: tuple[Model, ...]
    encoders: Encoders


def make_world(problem: Problem, recipe: Recipe) -> World:
    """Fit the models of all folds."""
    models = []
    for k in range(FOLDS):
        rows = np.flatnonzero(problem.fold != k)
        with threadpool_limits(1):
            fit = fit_model(problem.inputs.take(rows), problem.labels[rows], problem.groups[rows], problem.classes)
        models.append(fit.model)
    print(f"{FOLDS} models fitted on {', '.join(problem.inputs.dense)}", flush=True)
    return World(problem, recipe, tuple(models), Encoders(recipe))


def worlds(material: Material) -> dict[PartKind, World]:
    """Return the whole model for words and the model of photos alone for regions."""
    problem, recipe = material.problem, material.recipe
    image = {IMAGE_BLOCK: problem.inputs.dense[IMAGE_BLOCK]}
    photos = replace(problem.inputs, texts={}, dense=image, numeric={}, categorical={})
    return {
        "word": make_world(problem, recipe),
        "region": make_world(replace(problem, inputs=photos), replace(recipe, text_columns=(), text_encoders=())),
    }


def timed(seconds: dict[str, float], name: str, ask: Callable[[], T]) -> T:
    """Return what ``ask`` returns and note its wall time."""
    started = time.perf_counter()
    found = ask()
    seconds[name] = time.perf_counter() - started
    return found


@dataclass(frozen=True)
class Told:
    """What the methods say of one product.

    Attributes
    ----------
    a : str
        The class that is explained.
    accounts : dict of str to Attribution
    seconds : dict of str to float
        Wall time by method.
    """

    a: str
    accounts: dict[str, Attribution]
    seconds: dict[str, float]


def explained(product: Product, kind: PartKind, encoders: Encoders, without: Sequence[str]) -> Told:
    """Ask every method but those ``without`` about one product."""
    probability = product.model.probabilities(product.inputs)[0]
    a = product.model.classes[int(probability.argmax())]
    seconds: dict[str, float] = {}
    timed(seconds, "predict", lambda: encoders.predict(product))

    def chain(b: str | None) -> Attribution:
        return explain(product.model, encoders.subject(product), a, b)

    def corrected() -> Attribution:
        return explain_corrected(product, encoders.subject(product), a, REST)

    accounts = {"chain": timed(seconds, "chain", lambda: chain(REST))}
    if CORRECTED not in without:
        accounts[CORRECTED] = timed(seconds, CORRECTED, corrected)
    if kind == "word":
        accounts["chain, runner-up"] = chain(None)
    for name, witness in WITNESSES[kind].items():
        if name not in without:
            accounts[name] = timed(seconds, name, partial(witness.explain, product, a, REST))
    return Told(a, accounts, seconds)


def study(
    product: Product, kind: PartKind, encoders: Encoders, without: Sequence[str], *, again: bool
) -> dict[str, Any]:
    """Return everything that is measured on one product; ``again`` draws LIME twice."""
    told = explained(product, kind, encoders, without)
    a = product.model.classes.index(told.a)
    scorers: dict[Fill, MaskScorer] = {fill: MaskScorer(product, fill=fill) for fill in get_args(Fill)}
    players = [player for player in scorers["border"].players if player.kind == kind]
    judged = {}
    for name, setting in SETTINGS.items():
        if setting.kind == kind:
            found = judge(scorers[setting.fill], told.accounts, (kind,), a, others=setting.others)
            judged[name] = {method: asdict(figures) for method, figures in found.items()}
    values = {name: values_on(account, players) for name, account in told.accounts.items()}
    agreed = {}
    if len(players) > 1:
        agreed = {n: asdict(agreement(values["chain"], v)) for n, v in values.items() if n != "chain"}
        if again and "lime" in values:
            second = Lime(column_samples=0, draw=1).explain(product, told.a, REST)
            agreed["lime, drawn twice"] = asdict(stability([values["lime"], values_on(second, players)]))
    residuals = [abs(x.certificate.residual) for x in told.accounts.values() if x.certificate]
    return {
        "players": len(players),
        "residual": max(residuals),
        "judged": judged,
        "agreed": agreed,
        "seconds": told.seconds,
    }


def asked_again(line: dict[str, Any], product: Product, kind: PartKind, encoders: Encoders) -> dict[str, Any]:
    """Return the line of one product with `CORRECTED` as it is now, the others as they were."""
    told = explained(product, kind, encoders, [*WITNESSES[kind]])
    account = {CORRECTED: told.accounts[CORRECTED]}
    a = product.model.classes.index(told.a)
    judged = {name: dict(found) for name, found in line["judged"].items()}
    scorers: dict[Fill, MaskScorer] = {fill: MaskScorer(product, fill=fill) for fill in get_args(Fill)}
    for name, setting in SETTINGS.items():
        if judged.get(name):
            found = judge(scorers[setting.fill], account, (kind,), a, others=setting.others, draws=1)
            judged[name][CORRECTED] = asdict(found[CORRECTED])
    agreed = dict(line["agreed"])
    players = [player for player in scorers["border"].players if player.kind == kind]
    if len(players) > 1:
        values = (values_on(told.accounts[name], players) for name in ("chain", CORRECTED))
        agreed[CORRECTED] = asdict(agreement(*values))
    # Times of different runs are put on one scale by what the fast account takes in each.
    scale = line["seconds"]["chain"] / told.seconds["chain"]
    seconds = line["seconds"] | {CORRECTED: told.seconds[CORRECTED] * scale}
    return line | {"judged": judged, "agreed": agreed, "seconds": seconds}


def chosen(material: Material, world: World, i: int) -> Product:
    """Return product ``i`` with the model of its fold."""
    photos = material.catalogue.photos
    inputs, model = world.problem.inputs.take(np.array([i])), world.models[int(world.problem.fold[i])]
    return Product(model, world.recipe, inputs, None if photos is None else photos[i])


def known(path: Path, wanted: set[str]) -> list[dict[str, Any]]:
    """Return what earlier runs wrote about the products ``wanted``."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [line for line in map(json.loads, lines) if line["id"] in wanted]


def summary(lines: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the figures: means with intervals, medians, and paired differences between chains and the others."""
    return {
        "products": len(lines),
        "settings": {name: _setting(name, setting.kind, lines) for name, setting in SETTINGS.items()},
        "kinds": {kind: _kind([line[kind] for line in lines if line[kind]["players"]]) for kind in METHODS},
    }


def _setting(name: str, kind: PartKind, lines: list[dict[str, Any]]) -> dict[str, Any]:
    judged = [line[kind]["judged"][name] for line in lines if line[kind]["judged"][name]]
    methods = [method for method in METHODS[kind] if all(method in one for one in judged)]
    table = {method: np.array([list(one[method].values()) for one in judged]) for method in methods}
    return {
        "products": len(judged),
        "methods": {method: _columns(values) for method, values in table.items()},
        "against": {
            ours: {theirs: _columns(table[ours] - table[theirs]) for theirs in methods if theirs not in CHAINS}
            for ours in methods
            if ours in CHAINS
        },
    }


def _kind(found: list[dict[str, Any]]) -> dict[str, Any]:
    agreed: dict[str, list[dict[str, float]]] = {}
    for one in found:
        for method, figures in one["agreed"].items():
            agreed.setdefault(method, []).append(figures)
    seconds = {m: np.array([one["seconds"][m] for one in found]) for m in found[0]["seconds"]}
    return {
        "players": float(np.median([one["players"] for one in found])),
        "largest residual": max(one["residual"] for one in found),
        "agreement with chain": {
            method: {key: asdict(bootstrap_mean(np.array([one[key] for one in all_of]))) for key in all_of[0]}
            | {"products": len(all_of)}
            for method, all_of in agreed.items()
        },
        "seconds": {
            method: {
                "median": float(np.median(took)),
                "mean": float(took.mean()),
                "over predict": float(np.median(took / seconds["predict"])),
                "over chain": float(np.median(took / seconds["chain"])),
            }
            for method, took in seconds.items()
        },
    }


def _columns(values: NDArray[np.float64]) -> dict[str, dict[str, float]]:
    """Return mean, interval and median of each figure of faithfulness; ``values`` has shape (n, 4)."""
    names = [field.name for field in fields(Faithfulness)]
    return {
        name: asdict(bootstrap_mean(column)) | {"median": float(np.median(column))}
        for name, column in zip(names, values.T, strict=True)
    }


def tables(found: dict[str, Any]) -> Iterable[str]:
    """Yield the lines of the tables."""
    figures = [field.name for field in fields(Faithfulness)]
    for name, setting in found["settings"].items():
        yield f"\n**{name}** ({setting['products']} products; mean, 95% interval, median)\n"
        yield f"| method | {' | '.join(figures)} |\n|---|{'---|' * len(figures)}"
        rows = dict(setting["methods"])
        for ours, others in setting["against"].items():
            rows |= {f"{ours} less {theirs}": columns for theirs, columns in others.items()}
        for method, columns in rows.items():
            yield f"| {method} | {' | '.join(_cell(columns[f]) for f in figures)} |"
    for kind, one in found["kinds"].items():
        yield f"\n**{kind}s** ({one['players']:.0f} in the median; largest residual {one['largest residual']:.1e})\n"
        yield "| agreement with chain | rank correlation | top 5 | products |\n|---|---|---|---|"
        for name, agreed in one["agreement with chain"].items():
            cells = _cell(agreed["rank_correlation"]), _cell(agreed["top_overlap"]), str(agreed["products"])
            yield f"| {name} | {' | '.join(cells)} |"
        yield "\n| seconds per product | median | mean | times predict | times chain |\n|---|---|---|---|---|"
        for name, took in one["seconds"].items():
            ratios = f"{took['over predict']:.3g} | {took['over chain']:.3g}"
            yield f"| {name} | {took['median']:.3f} | {took['mean']:.3f} | {ratios} |"


def _cell(one: dict[str, float]) -> str:
    median = f", {one['median']:.3f}" if "median" in one else ""
    return f"{one['value']:.3f} ({one['low']:.3f} to {one['high']:.3f}){median}"


def main() -> None:
    """Study products, or sum up what was studied."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="start no product after that")
    parser.add_argument("--without", nargs="*", default=[], metavar="METHOD", help="such as lime or shap")
    parser.add_argument("--again", type=Path, metavar="FOLDER", help="ask chain-corrected again of what is done there")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the results")
    parser.add_argument("--part", type=_part, default=(1, 1), metavar="I/N", help="every N-th product, from the I-th")
    parser.add_argument("--merge", type=Path, nargs="+", default=[], metavar="FOLDER", help="sum up results of parts")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    done = merged(options.merge, options.out / LINES) if options.merge else studied(options)
    if not done:
        print("no product done within the time")
        return
    found = summary(done)
    (options.out / FIGURES).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    for row in tables(found):
        print(row)


def _part(text: str) -> tuple[int, int]:
    """Return the two numbers of ``"1/2"``."""
    number, _, count = text.partition("/")
    if not (number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count)):
        message = f"{text!r} is not of the form 1/2"
        raise argparse.ArgumentTypeError(message)
    return int(number), int(count)


def merged(folders: Sequence[Path], path: Path) -> list[dict[str, Any]]:
    """Write the lines of several parts to ``path``, one a product, and return them."""
    found: dict[str, dict[str, Any]] = {}
    for folder in folders:
        lines = (folder / LINES).read_text(encoding="utf-8").splitlines()
        found |= {line["id"]: line for line in map(json.loads, lines)}
    path.write_text("".join(json.dumps(line) + "\n" for line in found.values()), encoding="utf-8")
    return list(found.values())


def studied(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Study products until they are done or the time is up; return the lines of those done, earlier runs included."""
    until = time.monotonic() + 60 * options.minutes
    part, parts = options.part
    material = load()
    ids = material.problem.inputs.ids
    chosen_rows = np.random.default_rng(0).permutation(len(ids))[: options.products].tolist()
    drawn_twice = {ids[i] for i in chosen_rows[:DRAWN_TWICE]}
    rows = chosen_rows[part - 1 :: parts]
    done = known(options.out / LINES, {ids[i] for i in rows})
    there = {line["id"] for line in done}
    before = {} if options.again is None else {line["id"]: line for line in known(options.again / LINES, set(ids))}
    missing = [i for i in rows if ids[i] not in there and (options.again is None or ids[i] in before)]
    if not missing or time.monotonic() > until:
        return done
    known_worlds = worlds(material)
    for world in known_worlds.values():
        world.encoders.predict(chosen(material, world, missing[0]))  # loads the weights, which is not timed
    for i in missing:
        if time.monotonic() > until:
            break
        started = time.perf_counter()
        line: dict[str, Any] = {"id": ids[i]}
        for kind, world in known_worlds.items():
            product = chosen(material, world, i)
            if ids[i] in before:
                line[kind] = asked_again(before[ids[i]][kind], product, kind, world.encoders)
            else:
                line[kind] = study(product, kind, world.encoders, options.without, again=ids[i] in drawn_twice)
        with (options.out / LINES).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        done.append(line)
        print(f"{len(done)} of {len(rows)}: {ids[i]}, {time.perf_counter() - started:.0f} s", flush=True)
    return done


if __name__ == "__main__":
    main()
