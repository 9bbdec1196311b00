"""Every option of a fit with its default, and the limits of what may be asked for."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, NoReturn, cast, get_args

from prodcls.errors import InputError
from prodcls.number_formats import NumberRules
from prodcls.rates import Rates, rates_from

__all__ = [
    "ALL",
    "COVERAGE",
    "LIMITS",
    "MAX_ERROR",
    "REVIEW_MINUTES",
    "Balance",
    "Device",
    "Engine",
    "ExampleName",
    "FitConfig",
    "Head",
    "Lang",
    "Limit",
    "Precision",
    "Runtime",
    "Tune",
]

Head = Literal["evidence", "flat"]
Balance = Literal["macro-f1", "accuracy", "none"]
Engine = Literal["onnx", "torch", "openvino"]
Precision = Literal["f32", "bf16"]
Device = Literal["cpu", "cuda"]
Runtime = Literal["onnx", "torch", "openvino", "openvino-bf16", "torch-bf16", "torch-cuda", "torch-cuda-bf16"]
"""Engine, device and precision in one word: all that a vector depends on besides encoder and item."""
Tune = Literal["lora"]
Lang = Literal["en", "zh"]
ExampleName = Literal["finance", "devices", "machines"]


@dataclass(frozen=True)
class Limit:
    """The range of one option, both ends included.

    Attributes
    ----------
    low, high : int
    unit : str
    reason : str
        Why the ends are where they are.
    """

    low: int
    high: int
    unit: str
    reason: str


LIMITS: dict[str, Limit] = {
    "folds": Limit(2, 50, "folds", "one fold leaves nothing to test on; beyond 50 the intervals do not get narrower"),
    "augment": Limit(0, 1000, "rows", "a class of more rows shows enough of its photos"),
    "min_class_size": Limit(2, 1_000_000, "rows", "a class of one row cannot be both learned and tested"),
    "random_state": Limit(0, 2**32 - 1, "", "the range of numpy's seeds"),
    "threads": Limit(1, 1024, "threads", "more than any machine this was made for"),
    "witnesses": Limit(0, 1000, "products", "each takes some seconds of all processors"),
    "dossiers": Limit(0, 10_000_000, "products", "each is a page of its own beside the report"),
    "robustness": Limit(0, 100_000, "products", "each is read again about eight times"),
    "memory": Limit(100_000_000, 2**50, "bytes", "the program alone takes more; and more than any machine has"),
    "batch_size": Limit(1, 100_000, "rows", "a batch of photos is held in memory"),
    "top_k": Limit(1, 100, "classes", "each adds two columns to the scored file"),
}
"""Range of every numeric option by name."""

COVERAGE = (0.5, 0.999)
"""Range of ``coverage``: below one half a set says less than its best class, and beyond it takes in almost all."""

MAX_ERROR = (0.0001, 0.5)
"""Range of the share of errors allowed without a person: less takes tens of thousands of tested products to show."""

REVIEW_MINUTES = (0.01, 1440.0)
"""Range of ``review_minutes``: half a second to a day."""

ALL: Literal["all"] = "all"
"""In place of a number of dossiers."""

_CHOICES = {"head": Head, "balance": Balance, "runtime": Engine, "precision": Precision, "device": Device, "lang": Lang}
_PATHS = ("catalogue", "image_root", "out", "test", "cache_dir", "audit", "model_card", "compare", "overrides")
_COLUMN_LISTS = ("text", "numeric", "categorical")
_LISTS = (*_COLUMN_LISTS, "text_encoder", "number_format")


@dataclass(frozen=True)
class FitConfig:
    """All options of ``prodcls fit``; None means "find out from the catalogue".

    Attributes
    ----------
    catalogue : Path or None
        CSV, Parquet or JSONL file, workbook, folder of Parquet files or of photos, or ``-``. None: the demo catalogue.
    out : Path
        Folder that gets the bundle and the report.
    target, path, id, image, audio : str or None
        Columns recognised by name when None. ``path=""`` reads no tree of classes, ``id=""`` numbers the rows,
        ``image=""`` leaves the photos out and ``audio=""`` the sounds.
    text, numeric, categorical : tuple of str or None
        Columns in reading order, recognised by name when None; an empty tuple leaves the kind out.
    image_root : Path or None
        Folder that photos and sounds must lie in. None: the catalogue's own folder.
    test : Path or None
        Catalogue to evaluate on instead of folds.
    overrides : Path or None
        Decisions of people, which take the place of labels of the catalogue.
    encoding, delimiter, quote : str or None
        How to read CSV files; detected when None.
    sheet : str or None
        Sheet of a workbook. None: the first that holds something.
    strict : bool
        Whether the first row or cell that cannot be taken as it stands ends the fit.
    number_format : tuple of str or None
        How numbers are written, see `number_formats.NumberRules`; each column shows it when None.
    rates : Rates or None
        Exchange rates by which amounts of all currencies become amounts in one. None keeps currencies apart.
    clean : bool
        Whether texts are cleaned: markup, damaged encodings, white space and the like.
    head : {"evidence", "flat"}
        Evidence of each (product, class) pair, or all embedding dimensions as columns of one multiclass booster.
    balance : {"macro-f1", "accuracy", "none"}
        Figure that classes of unequal size are balanced for, where that raises it by more than chance.
    text_encoder : tuple of str or None
        Names of text encoders; ``("auto",)`` tries all on a sample. None: chosen by the scripts found in the catalogue.
    image_encoder, audio_encoder : str
        Names of the encoders of photos and sounds; several of photos are parted by commas.
    tune : {"lora"} or None
        Whether the text encoders that can be are changed a little by the classes of the training rows, fold by fold.
        None: all stay as they are.
    runtime : {"onnx", "torch", "openvino"}
        What runs the encoders.
    precision : {"f32", "bf16"}
        Numbers that the encoders multiply. The shorter ones are faster, and their effect on predictions is reported.
    device : {"cpu", "cuda"}
        Where the encoders run.
    folds : int
        Folds of the evaluation.
    coverage : float
        Share of products whose prediction set is to hold the true class, from 0.5 to 0.999.
    review_minutes : float
        That a person takes to look at a product; the report counts hours by it.
    group_duplicates : bool
        Keep near-duplicates in one fold.
    baselines : bool
        Evaluate the baselines on the same folds.
    augment : int
        Classes with fewer rows are also trained on altered copies of their photos; 0 for none.
    min_class_size : int
        Classes with fewer rows are reported and set apart. May be below ``folds``: such a class is then simply
        missing from the test side of some folds.
    random_state : int
    threads : int or None
        None: as many as there are processors.
    memory : int or None
        Bytes that the fit may take. None: the user is told when the machine has less than is needed.
    witnesses : int
        Products on which SHAP, LIME and the model itself are asked how far the explanations can be trusted.
    dossiers : int or "all"
        Products with an account and a page of their own; the report itself shows at most 60 of them.
    robustness : int
        Products that are scored again with typos, without a photo, and the like.
    lang : {"en", "zh"}
        Language of the report.
    cache_dir : Path or None
        Where embeddings are kept. None: ``PRODCLS_CACHE``, else the user's cache folder.
    audit : Path or None
        File with the thresholds of the verdict. None: ``audit.toml`` beside the catalogue, where there is one.
    model_card : Path or None
        File with what people say of the model. None: ``modelcard.toml`` beside the catalogue, where there is one.
    compare : Path or None
        Bundle of an earlier audit, which the report is compared with.
    enforce : bool
        Whether a threshold that does not hold makes the command fail.
    scheduler : str or None
        Dask cluster whose workers encode, see `prodcls.cluster.open_cluster`. None: this process does.

    Raises
    ------
    InputError
        If an option is out of its range or contradicts another.
    """

    catalogue: Path | None = None
    out: Path = Path("out")
    target: str | None = None
    path: str | None = None
    id: str | None = None
    text: tuple[str, ...] | None = None
    image: str | None = None
    audio: str | None = None
    numeric: tuple[str, ...] | None = None
    categorical: tuple[str, ...] | None = None
    image_root: Path | None = None
    test: Path | None = None
    overrides: Path | None = None
    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    sheet: str | None = None
    strict: bool = False
    number_format: tuple[str, ...] | None = None
    rates: Rates | None = None
    clean: bool = True
    head: Head = "evidence"
    balance: Balance = "macro-f1"
    text_encoder: tuple[str, ...] | None = None
    image_encoder: str = "lite0"
    audio_encoder: str = "log-mel"
    tune: Tune | None = None
    runtime: Engine = "onnx"
    precision: Precision = "f32"
    device: Device = "cpu"
    folds: int = 5
    coverage: float = 0.95
    review_minutes: float = 1.0
    group_duplicates: bool = True
    baselines: bool = True
    augment: int = 0
    min_class_size: int = 5
    random_state: int = 0
    threads: int | None = None
    memory: int | None = None
    witnesses: int = 3
    dossiers: int | Literal["all"] = 12
    robustness: int = 100
    lang: Lang = "en"
    cache_dir: Path | None = None
    audit: Path | None = None
    model_card: Path | None = None
    compare: Path | None = None
    enforce: bool = False
    scheduler: str | None = None

    def __post_init__(self) -> None:
        """Check ranges, choices and contradictions."""
        for name, limit in LIMITS.items():
            value = getattr(self, name, None)
            if isinstance(value, int) and not limit.low <= value <= limit.high:
                _refuse(name, f"{value} is not within {limit.low} to {limit.high} {limit.unit}".rstrip())
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in get_args(choices):
                _refuse(name, f"{getattr(self, name)!r} is none of {', '.join(get_args(choices))}")
        if not COVERAGE[0] <= self.coverage <= COVERAGE[1]:
            _refuse("coverage", f"{self.coverage} is not within {COVERAGE[0]} to {COVERAGE[1]}")
        if not REVIEW_MINUTES[0] <= self.review_minutes <= REVIEW_MINUTES[1]:
            _refuse("review_minutes", f"{self.review_minutes} is not within {REVIEW_MINUTES[0]} to {REVIEW_MINUTES[1]}")
        if not isinstance(self.dossiers, int) and self.dossiers != ALL:
            _refuse("dossiers", f"{self.dossiers!r} is neither a number nor 'all'")
        if self.augment and self.head != "evidence":
            _refuse("augment", "needs --head evidence")
        self._check_tuning()
        self._check_encoders()
        self._check_reading()
        self._check_roles()

    def _check_tuning(self) -> None:
        """Refuse what an adapter does not go together with."""
        if self.tune is None:
            return
        if self.tune not in get_args(Tune):
            _refuse("tune", f"{self.tune!r} is none of {', '.join(get_args(Tune))}")
        if self.head != "evidence":
            _refuse("tune", "needs --head evidence")
        if self.augment:
            _refuse("tune", "cannot be told apart from what --augment brings: leave one of them out")
        if self.precision != "f32":
            _refuse("tune", "needs --precision f32")

    def _check_encoders(self) -> None:
        """Refuse encoders that there are not."""
        if self.text_encoder == ():
            _refuse("text_encoder", "names no encoder; leave text out with --text ''")
        if not all(name.strip() for name in self.image_encoder.split(",")):
            _refuse("image_encoder", "names no encoder, or an empty one; leave photos out with --image ''")
        if self.precision != "f32" and self.runtime == "onnx":
            _refuse("precision", f"{self.precision} needs --runtime openvino (or torch)")
        if self.device != "cpu" and self.runtime != "torch":
            _refuse("device", f"{self.device} needs --runtime torch")

    def _check_reading(self) -> None:
        """Refuse what no file can be read by."""
        if self.delimiter is not None and len(self.delimiter) != 1:
            _refuse("delimiter", f"{self.delimiter!r} is not one character")
        if self.rates is not None and not isinstance(self.rates, Rates):
            _refuse("rates", "is no table of rates")
        _ = self.numbers  # checks the formats

    @property
    def encoder_runtime(self) -> Runtime:
        """Engine, device and precision in one word."""
        parts = [
            self.runtime,
            *(["cuda"] if self.device == "cuda" else []),
            *(["bf16"] if self.precision == "bf16" else []),
        ]
        return cast("Runtime", "-".join(parts))

    @property
    def numbers(self) -> NumberRules:
        """What is declared about numbers."""
        return NumberRules(self.number_format or (), self.rates)

    def _check_roles(self) -> None:
        """Refuse a column that is given twice."""
        single = {name: getattr(self, name) for name in ("target", "path", "id", "image", "audio")}
        given = [(name, column) for name, column in single.items() if column]
        given += [(name, column) for name in _COLUMN_LISTS for column in getattr(self, name) or ()]
        roles: dict[str, str] = {}
        for name, column in given:
            if column in roles:
                _refuse(name, f"column {column!r} is already given by --{roles[column]}")
            roles[column] = name

    def portable(self) -> FitConfig:
        """Return the options without what belongs to one machine or changes nothing in the model."""
        return replace(
            self,
            catalogue=None,
            test=None,
            overrides=None if self.overrides is None else Path(self.overrides.name),
            out=FitConfig.out,
            image_root=None,
            cache_dir=None,
            threads=None,
            memory=None,
            audit=None,
            model_card=None,
            compare=None,
            enforce=FitConfig.enforce,
            scheduler=None,
        )

    def to_json(self) -> str:
        """Return the options as one JSON object with sorted keys."""
        plain = {name: value.as_posix() if isinstance(value, Path) else value for name, value in asdict(self).items()}
        return json.dumps(plain, ensure_ascii=False, indent=2, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> FitConfig:
        """Return the options written by `to_json`.

        Parameters
        ----------
        text : str
            A JSON object; options that are left out have their defaults.

        Returns
        -------
        FitConfig

        Raises
        ------
        InputError
            If ``text`` is no JSON object, or holds an unknown option or a value of the wrong type.
        """
        try:
            found = json.loads(text)
        except (ValueError, RecursionError) as error:
            _refuse("configuration", f"no JSON: {error}", error)
        if not isinstance(found, dict):
            _refuse("configuration", "no JSON object")
        unknown = sorted(set(found) - {field.name for field in fields(cls)})
        if unknown:
            _refuse("configuration", f"unknown options: {', '.join(unknown)}")
        return cls(**{name: _parse(name, value) for name, value in found.items()})


def _parse(name: str, value: object) -> Any:  # noqa: ANN401 - each option has its own type
    """Return the JSON ``value`` in the type of the option ``name``."""
    default = getattr(FitConfig, name)
    if value is None and default is None:
        return None
    if name in _LISTS:
        if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
            return tuple(value)
        _refuse(name, f"{value!r} is no list of names")
    if name == "rates":
        return _parse_rates(value)
    if name == "dossiers" and value == ALL:
        return value
    expected = int if name in ("threads", "memory") else str if default is None or name in _PATHS else type(default)
    if type(value) is not expected:  # not isinstance: True is an int too
        _refuse(name, f"{value!r} is not of type {expected.__name__}")
    return Path(str(value)) if name in _PATHS else value


def _parse_rates(value: object) -> Rates:
    try:
        return rates_from(value)
    except InputError as error:
        _refuse("rates", str(error), error)


def _refuse(name: str, what: str, cause: Exception | None = None) -> NoReturn:
    """Raise the error for the option ``name``."""
    message = f"--{name.replace('_', '-')}: {what}"
    raise InputError(message, code="option-invalid") from cause
