"""The audit report as data: frozen dataclasses that turn into ``audit.json`` and back.

Nothing here computes a figure or draws; the flow in ``training`` fills the objects and ``render`` shows them. What
differs from one run of the same fit to the next is marked `MEASURED`, so that it stays out of a bundle's digest.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from prodcls.audit_augmentation import AugmentationSection
from prodcls.audit_balance import BalanceSection
from prodcls.audit_cells import CellNote, Conversion
from prodcls.audit_cleaning import CleaningFindings
from prodcls.audit_comparison import Comparison
from prodcls.audit_confidence import ConfidenceSection
from prodcls.audit_confusions import ConfusedPair
from prodcls.audit_dossiers import Dossier, Shard
from prodcls.audit_drift import DriftSection
from prodcls.audit_hierarchy import StopStudy
from prodcls.audit_interval import Interval
from prodcls.audit_measured import MEASURED
from prodcls.audit_model_card import ModelCard
from prodcls.audit_overrides import OverridesSection
from prodcls.audit_oversight import OversightSection
from prodcls.audit_performance import PerformanceStudy
from prodcls.audit_precision import PrecisionSection
from prodcls.audit_quality import QualityFindings
from prodcls.audit_robustness import RobustnessSection
from prodcls.audit_trust import TrustSection
from prodcls.audit_tuning import TuningSection
from prodcls.audit_views import GlobalViews

__all__ = [
    "AuditReport",
    "BaselineFigures",
    "Beeswarm",
    "Check",
    "ClassFigures",
    "ColumnSummary",
    "Confusion",
    "DataSection",
    "Dossier",
    "EvaluationSection",
    "ExplanationSection",
    "GivenFile",
    "Interval",
    "Lineage",
    "Resources",
]


@dataclass(frozen=True)
class Check:
    """One line of the verdict.

    Attributes
    ----------
    name : str
        Key of the figure, such as ``"accuracy"``.
    value : float or None
        None where a threshold asks for what this report has not measured.
    low, high : float or None
        Interval, where there is one.
    threshold : float or None
        None when the user has set none; the line is then informative.
    passed : bool or None
        None without a threshold.
    direction : str
        ``"min"``: at least the threshold; ``"max"``: at most.
    judged_by : str
        ``"figure"``: the figure must hold; ``"interval"``: the worse end of its interval must.
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    threshold: float | None
    passed: bool | None
    direction: str
    judged_by: str = "figure"


@dataclass(frozen=True)
class GivenFile:
    """A file that people wrote for the audit.

    Attributes
    ----------
    role : str
        ``"thresholds"``, ``"model_card"`` or ``"overrides"``.
    name, sha256 : str
    """

    role: str
    name: str
    sha256: str


@dataclass(frozen=True)
class Lineage:
    """Where everything came from.

    Attributes
    ----------
    data_path, data_sha256, data_format : str
    bundle_sha256 : str
        Digest of the bundle's manifest.
    encoders : dict of str to str
        Encoder identity by block.
    configuration : dict of str to str
        Every option of the fit as text.
    versions : dict of str to str
        Versions of Python and the libraries.
    machine : dict of str to str
        Also how many threads the fit used.
    random_state : int
    created : str
        ISO 8601 in UTC.
    tables : dict of str to str
        SHA-256 of each table that lies beside the report, by file name.
    given : tuple of GivenFile
        Thresholds, model card and decisions of people.
    tested : dict of str to str
        ``path``, ``format`` and ``sha256`` of the catalogue that the model was evaluated on; empty with folds.
    """

    data_path: str = field(metadata=MEASURED)
    data_sha256: str = field(metadata=MEASURED)
    data_format: str = field(metadata=MEASURED)
    bundle_sha256: str
    encoders: dict[str, str]
    configuration: dict[str, str]
    versions: dict[str, str] = field(metadata=MEASURED)
    machine: dict[str, str] = field(metadata=MEASURED)
    random_state: int
    created: str
    tables: dict[str, str] = field(metadata=MEASURED)
    given: tuple[GivenFile, ...] = ()
    tested: dict[str, str] = field(default_factory=dict, metadata=MEASURED)


@dataclass(frozen=True)
class ColumnSummary:
    """One column of the catalogue: its role, why, and its missing cells.

    Attributes
    ----------
    column, role, reason : str
    missing : int
    code : str
        Stable identifier of the reason, by which the page says it in its own language; empty: show ``reason``.
    details : dict of str to str
        What the reason names.
    """

    column: str
    role: str
    reason: str
    missing: int
    code: str = ""
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DataSection:
    """What the catalogue holds.

    Attributes
    ----------
    rows : int
        Accepted rows, the small classes set apart included.
    read_rows : int
        Rows in the file.
    classes : int
        Classes the model knows.
    class_counts : dict of str to int
        Rows by class, most first.
    small_classes : dict of str to int
        Classes below ``--min-class-size``, set apart.
    columns : tuple of ColumnSummary
    scripts : dict of str to float
        Share of letters by script.
    photos_missing : int or None
        None without an image column.
    texts_cut : int
        Rows of which the encoder could not read all.
    text_unread_share : float
        Share of all words beyond the encoder's limit.
    duplicate_groups : int
        Groups of near-duplicates with more than one row.
    duplicate_rows : int
        Rows in these groups.
    rejections : dict of str to int
        Rejected rows and cells by code; notes are not counted.
    rejection_examples : tuple of dict
        At most 20, with ``code, column, excerpt, reason, row, scope``, in the order that a manifest keeps.
    notes : tuple of CellNote
        Cells that were used, though not as they stand.
    conversion : Conversion or None
        None where currencies are kept apart.
    cleaning : CleaningFindings or None
        None where texts were not cleaned.
    """

    rows: int
    read_rows: int
    classes: int
    class_counts: dict[str, int]
    small_classes: dict[str, int]
    columns: tuple[ColumnSummary, ...]
    scripts: dict[str, float]
    photos_missing: int | None
    texts_cut: int
    text_unread_share: float
    duplicate_groups: int
    duplicate_rows: int
    rejections: dict[str, int]
    rejection_examples: tuple[dict[str, str | int], ...] = field(metadata=MEASURED)
    notes: tuple[CellNote, ...] = ()
    conversion: Conversion | None = None
    cleaning: CleaningFindings | None = None


@dataclass(frozen=True)
class ClassFigures:
    """Figures of one class; shares in [0, 1]."""

    name: str
    support: int
    precision: Interval
    recall: Interval
    f1: Interval


@dataclass(frozen=True)
class BaselineFigures:
    """A competitor on the same folds."""

    accuracy: Interval
    macro_f1: Interval
    seconds: float = field(metadata=MEASURED)


@dataclass(frozen=True)
class Confusion:
    """Confusion matrix; ``counts[i][j]``: rows of class i predicted as class j."""

    names: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class EvaluationSection:
    """How well the model does on rows it has not seen.

    Attributes
    ----------
    method : str
        ``"folds"`` or ``"test"``.
    folds : int
    grouped : bool
        Whether near-duplicates were kept in one fold.
    accuracy, macro_precision, macro_recall, macro_f1, weighted_f1 : Interval
    log_loss : float
        Nats.
    ece_before, ece : float
        Expected calibration error, 15 equal-mass bins, before and after temperature.
    per_class : tuple of ClassFigures
    confusion : Confusion
    baselines : dict of str to BaselineFigures
    ablation : dict of str to BaselineFigures
        Key ``"only NAME"`` or ``"without NAME"`` for each modality, and ``"all"`` for the same kind of model with
        all of them where it is not the model itself.
    """

    method: str
    folds: int
    grouped: bool
    accuracy: Interval
    macro_precision: Interval
    macro_recall: Interval
    macro_f1: Interval
    weighted_f1: Interval
    log_loss: float
    ece_before: float
    ece: float
    per_class: tuple[ClassFigures, ...]
    confusion: Confusion
    baselines: dict[str, BaselineFigures]
    ablation: dict[str, BaselineFigures]


@dataclass(frozen=True)
class Beeswarm:
    """Attribution of one named evidence over a sample of products.

    Attributes
    ----------
    name : str
        Label of the evidence, in words.
    block : str
    mean_abs : float
        Mean absolute contribution to the margin, in logits.
    contributions : tuple of float
        One a sampled product, in logits (predicted class against runner-up).
    levels : tuple of float
        Evidence difference of the same products, as rank in [0, 1] for colour.
    key : str
        Key of the evidence such as ``"text.score"``, by which the page names it in its own language; empty: show
        ``name`` as it is.
    """

    name: str
    block: str
    mean_abs: float
    contributions: tuple[float, ...]
    levels: tuple[float, ...]
    key: str = ""


@dataclass(frozen=True)
class ExplanationSection:
    """What the model relies on.

    Attributes
    ----------
    block_shares : dict of str to float
        Share of each block in the sum of absolute contributions; sums to 1.
    beeswarm : tuple of Beeswarm
        Largest mean first.
    sampled : int
        Products in the sample.
    max_residual : float
        Largest absolute additivity residual over all sampled accounts, in logits.
    """

    block_shares: dict[str, float]
    beeswarm: tuple[Beeswarm, ...]
    sampled: int
    max_residual: float


@dataclass(frozen=True)
class Resources:
    """What the fit cost."""

    peak_rss_bytes: int = field(metadata=MEASURED)


@dataclass(frozen=True)
class AuditReport:
    """Everything the audit page shows.

    Attributes
    ----------
    format_version : int
    title : str
    verdict : tuple of Check
    lineage : Lineage
    data : DataSection
    evaluation : EvaluationSection
    explanation : ExplanationSection
    dossiers : tuple of Dossier
        Those shown in the report itself.
    timing : dict of str to float
        Seconds by stage until the report was put together, ``total`` of all of them, ``encoding`` spent in encoders
        within them, and its ``encoder_share`` of the total, in [0, 1].
    resources : Resources
    views : GlobalViews or None
        None with the flat head.
    confusions : tuple of ConfusedPair
        The worst pairs of classes, most errors first.
    performance : PerformanceStudy or None
        None in reports made before it was measured.
    confidence : ConfidenceSection or None
        None in reports made before it was measured.
    card : ModelCard or None
        What people wrote about the model; None where nobody did.
    trust : TrustSection or None
        None where no witnesses were asked for, and with the flat head.
    quality : QualityFindings or None
        What is wrong with the data; None in reports that looked for nothing.
    shards : tuple of Shard
        Files with the other dossiers.
    robustness : RobustnessSection or None
        None where none was asked for, and with the flat head.
    drift : DriftSection or None
        None without a test catalogue.
    comparison : Comparison or None
        None where no earlier audit was given.
    oversight : OversightSection or None
        None in reports made before there was a queue.
    augmentation : AugmentationSection or None
        None where no copies of photos were made.
    tuning : TuningSection or None
        None where the text encoders learned nothing.
    overrides : OverridesSection or None
        None where no decisions of people were given.
    stops : StopStudy or None
        Where decisions stop on the way down the tree; None where the classes form none.
    balance : BalanceSection or None
        None with the flat head, and in reports made before classes were balanced.
    precision : PrecisionSection or None
        None where the encoders multiply float32, and with the flat head.
    """

    format_version: int
    title: str
    verdict: tuple[Check, ...]
    lineage: Lineage
    data: DataSection
    evaluation: EvaluationSection
    explanation: ExplanationSection
    dossiers: tuple[Dossier, ...]
    timing: dict[str, float] = field(metadata=MEASURED)
    resources: Resources
    views: GlobalViews | None = None
    confidence: ConfidenceSection | None = None
    performance: PerformanceStudy | None = None
    confusions: tuple[ConfusedPair, ...] = ()
    card: ModelCard | None = None
    trust: TrustSection | None = None
    quality: QualityFindings | None = None
    shards: tuple[Shard, ...] = ()
    robustness: RobustnessSection | None = None
    drift: DriftSection | None = None
    comparison: Comparison | None = None
    oversight: OversightSection | None = None
    augmentation: AugmentationSection | None = None
    tuning: TuningSection | None = None
    overrides: OverridesSection | None = None
    stops: StopStudy | None = None
    balance: BalanceSection | None = None
    precision: PrecisionSection | None = None
