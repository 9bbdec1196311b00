"""Synthetic audit reports of any size, for tests of the page and its charts."""

from __future__ import annotations

import base64
import dataclasses
import io
import random

from PIL import Image, ImageDraw

from case_factory import make_attribution, make_changes, make_roll_up, make_set, make_similar
from prodcls.audit import (
    AuditReport,
    BaselineFigures,
    Beeswarm,
    ClassFigures,
    ColumnSummary,
    Confusion,
    DataSection,
    Dossier,
    EvaluationSection,
    ExplanationSection,
    GivenFile,
    Interval,
    Lineage,
    Resources,
)
from prodcls.audit_augmentation import AugmentationSection
from prodcls.audit_balance import BalanceSection, SizeGroup
from prodcls.audit_calibrations import Calibrations, CalibrationScores
from prodcls.audit_cells import CellNote, Conversion, ConversionRate
from prodcls.audit_cleaning import CleaningExample, CleaningFindings, CleaningStep, Piece
from prodcls.audit_comparison import (
    ClassChange,
    Comparison,
    DataChange,
    FigureChange,
    Flip,
    FlipCounts,
    FlipPart,
    PairedChange,
    ShareChange,
    TextChange,
)
from prodcls.audit_confidence import (
    Calibration,
    ClassCoverage,
    ConfidenceSection,
    ReliabilityBin,
    Risk,
    SetFigures,
    Sets,
)
from prodcls.audit_confusions import ConfusedPair, EvidenceGap, PairExample, PairNumber
from prodcls.audit_cost import OperatingCost, OperatingPoint, RiskBound
from prodcls.audit_drift import DriftLine, DriftSection
from prodcls.audit_hierarchy import StopFigures, StopStudy
from prodcls.audit_model_card import ModelCard
from prodcls.audit_overrides import AgreementFigures, OverrideItem, OverridesSection, PeoplePair
from prodcls.audit_oversight import OversightSection, ReviewItem
from prodcls.audit_performance import (
    HierarchyFigures,
    LearningFigures,
    PerformanceStudy,
    PrecisionCurve,
    SliceFigures,
)
from prodcls.audit_precision import PrecisionSection
from prodcls.audit_quality import Example, Finding, QualityFindings
from prodcls.audit_robustness import Degradation, RobustnessSection
from prodcls.audit_trust import MethodAgreement, MethodFaithfulness, TrustSection
from prodcls.audit_tuning import TuningFigures, TuningSection
from prodcls.audit_views import (
    ClassView,
    ClassWord,
    EffectCurve,
    EffectLine,
    GlobalViews,
    RegionCrop,
    TreeStep,
    TreeView,
)
from prodcls.explain.case import Note, Original
from prodcls.explain.spreads import NumberView, Spread
from prodcls.reporting_verdict import judge
from prodcls.thresholds import Threshold, Thresholds

SHOP_CLASSES = (
    "Baby Care",
    "Beauty and Personal Care",
    "Computers",
    "Home Decor & Festive Needs",
    "Home Furnishing",
    "Kitchen & Dining",
    "Watches",
)
CHINESE_CLASSES = ("冰箱", "洗衣机", "空调", "微波炉", "手机", "笔记本电脑", "耳机", "数码相机")
EVIDENCE = (
    ("title", "title.score", "title: score"),
    ("lexical", "lexical.score", "words: score"),
    ("image", "image.score", "photo: score"),
    ("title", "title.neighbours", "title: nearest products"),
    ("image", "image.neighbours", "photo: nearest products"),
    ("price", "price.typical", "price: how typical"),
    ("brand", "brand.affinity", "brand: affinity"),
    ("description", "description.score", "description: score"),
    ("description", "description.neighbours", "description: nearest products"),
    ("prior", "prior", "how common the class is"),
)
TITLES = (
    "Elegance Polyester Multicolor Abstract Eyelet Door Curtain",
    "小米 Redmi 笔记本电脑 14 英寸 16GB 512GB 全金属 轻薄本",
    "ساعة يد رجالية من الفولاذ المقاوم للصدأ",
    "Sathiyas Cotton Bath Towel (3 Bath Towel, Red, Yellow, Blue)",
    "SANTOSH ROYAL FASHION Cotton Printed King Sized Double Bedsheet with 2 Pillow Covers, Pure Cotton, 240 TC",
)


CLEANED = CleaningExample(
    7,
    "description",
    (Piece("Cotton towel", False), Piece("<br/>", True), Piece("soft &", False), Piece("amp;", True)),
    (Piece("Cotton towel", False), Piece("\n", True), Piece("soft &", False)),
)


def class_names(count: int, *, long: bool = False, chinese: bool = False) -> tuple[str, ...]:
    """Return ``count`` distinct class names, of 80 characters each when ``long``."""
    base = CHINESE_CLASSES if chinese else SHOP_CLASSES
    names = [base[i] if i < len(base) else f"{base[i % len(base)]} {i // len(base) + 1}" for i in range(count)]
    if long:
        names = [
            f"{n} / Accessories, Spare Parts, Refills and Everything Else for the Modern Household"[:80] for n in names
        ]
        names = [f"{n[:76]}{i:4d}" for i, n in enumerate(names)]
    return tuple(names)


def thumbnail(seed: int) -> str:
    """Return a small drawn picture as base64 JPEG."""
    image = Image.new("RGB", (160, 160), (244, 240, 232))
    draw = ImageDraw.Draw(image)
    rng = random.Random(seed)
    colour = tuple(rng.randrange(60, 210) for _ in range(3))
    draw.rounded_rectangle((36, 24, 124, 136), 18, fill=colour)
    draw.ellipse((60, 48, 100, 88), fill=(250, 250, 250))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=70)
    return base64.b64encode(buffer.getvalue()).decode()


def _near(value: float, spread: float = 0.01) -> Interval:
    return Interval(value, max(0.0, value - spread), min(1.0, value + spread * 0.9))


def _confusion(names: tuple[str, ...], rng: random.Random) -> Confusion:
    rows = []
    for i in range(len(names)):
        support = rng.randrange(20, 200)
        row = [0] * len(names)
        for _ in range(support):
            wrong = rng.random() < 0.03 + 0.12 * (i % 5 == 3)
            row[(i + rng.choice((1, 1, 1, 2, 3))) % len(names) if wrong else i] += 1
        rows.append(tuple(row))
    return Confusion(names, tuple(rows))


def _per_class(confusion: Confusion) -> tuple[ClassFigures, ...]:
    figures = []
    for i, name in enumerate(confusion.names):
        support, hit = sum(confusion.counts[i]), confusion.counts[i][i]
        predicted = sum(row[i] for row in confusion.counts)
        recall, precision = hit / support, hit / predicted if predicted else 0.0
        f1 = 2 * recall * precision / (recall + precision) if recall + precision else 0.0
        figures.append(ClassFigures(name, support, _near(precision, 0.05), _near(recall, 0.05), _near(f1, 0.04)))
    return tuple(figures)


def _evaluation(names: tuple[str, ...], rng: random.Random) -> EvaluationSection:
    confusion = _confusion(names, rng)
    per_class = _per_class(confusion)
    total = sum(f.support for f in per_class)
    accuracy = sum(confusion.counts[i][i] for i in range(len(names))) / total
    macro = sum(f.f1.value for f in per_class) / len(names)

    def rival(loss: float, seconds: float) -> BaselineFigures:
        return BaselineFigures(_near(accuracy - loss, 0.012), _near(macro - loss * 1.2, 0.013), seconds)

    return EvaluationSection(
        method="folds",
        folds=5,
        grouped=True,
        accuracy=_near(accuracy),
        macro_precision=_near(macro + 0.002),
        macro_recall=_near(macro - 0.001),
        macro_f1=_near(macro),
        weighted_f1=_near(accuracy - 0.001),
        log_loss=0.1312,
        ece_before=0.0427,
        ece=0.0118,
        per_class=per_class,
        confusion=confusion,
        baselines={
            "majority": BaselineFigures(_near(1 / len(names), 0.02), _near(0.04, 0.004), 0.01),
            "tfidf_svc": rival(0.008, 1.9),
            "ridge text": rival(0.021, 0.4),
            "ridge image": rival(0.11, 0.6),
            "flat": rival(0.043, 21.7),
        },
        ablation={
            "only text": rival(0.02, 1.0),
            "only brand": rival(0.409, 1.0),
            "only image": rival(0.13, 1.0),
            "only price": rival(0.48, 1.0),
            "without text": rival(0.016, 1.0),
            "without brand": rival(0.001, 1.0),
            "without image": rival(0.005, 1.0),
            "without price": rival(0.001, 1.0),
        },
    )


def _dossier(number: int, names: tuple[str, ...], rng: random.Random) -> Dossier:
    kind = ("right", "wrong", "uncertain", "suspect")[number % 4]
    predicted, versus = names[number % len(names)], names[(number + 1) % len(names)]
    texts = {"title": TITLES[number % len(TITLES)], "description": "Machine washable, soft and durable. " * 3}
    identifier, photo = f"SKU{number:05d}", thumbnail(number) if number % 5 else None
    account = dataclasses.replace(make_attribution(texts, predicted=predicted, versus=versus), id=identifier)
    probability = 1 / (1 + 2.718281828 ** -abs(account.margin))
    account = dataclasses.replace(account, probability=probability, versus_probability=(1 - probability) * 0.9)
    changes = make_changes(texts, predicted, versus, "price", identifier)
    own = 899.0 if number % 3 else None
    spreads = tuple(
        Spread(name, rng.randrange(5, 90), 99.0, 249.5, 499.0, 1299.0, 5999.0, None if own is None else rng.random())
        for name in (predicted, versus)
    )
    return Dossier(
        id=identifier,
        row=17 * number + 3,
        kind=kind,
        fields={**texts, "price": "899", "brand": "Élégance"},
        texts=tuple(texts),
        photo=photo,
        picture=photo,
        picture_size=(160, 160) if photo else None,
        label=versus if kind in ("wrong", "suspect") else predicted,
        predicted=predicted,
        versus=versus,
        probability=probability,
        versus_probability=(1 - probability) * 0.9,
        margin=account.margin,
        account=account,
        notes=(Note("note.unseen"),) if number % 4 else (Note("note.unseen"), Note("note.nothing")),
        numbers=(NumberView("price", own, spreads),),
        changes=changes if number % 2 else dataclasses.replace(changes, searches=()),
        similar=make_similar(texts["title"], predicted, versus, identifier),
        originals=(Original("title", f"<b>{texts['title']}</b>\u200b", 400, ("html", "invisible")),) * (number % 2),
        path=make_roll_up(predicted, versus, identifier) if number % 2 else None,
        members=make_set(predicted, versus, identifier) if number % 2 else None,
    )


def _data(names: tuple[str, ...], supports: tuple[int, ...]) -> DataSection:
    counts = dict(sorted(zip(names, supports, strict=True), key=lambda item: -item[1]))
    rows = sum(supports)
    return DataSection(
        rows=rows + 5,
        read_rows=rows + 12,
        classes=len(names),
        class_counts=counts,
        small_classes={"Pens & Stationery": 3, "Eyewear": 2},
        columns=(
            ColumnSummary("title", "text", "named 'title'", 0),
            ColumnSummary("description", "text", "named 'title'", 4),
            ColumnSummary("image", "image", "named 'title'", 3),
            ColumnSummary("price", "numeric", "named 'title'", 1),
            ColumnSummary("brand", "categorical", "named 'title'", 338),
            ColumnSummary("product_url", "offered", "unique in every row, like an identifier", 0),
        ),
        scripts={"latin": 0.981, "cjk": 0.016, "arabic": 0.003},
        photos_missing=3,
        texts_cut=123,
        text_unread_share=0.0312,
        duplicate_groups=14,
        duplicate_rows=37,
        cleaning=CleaningFindings(
            texts=2090,
            cells=312,
            steps=(
                CleaningStep("html", {"title": 12, "description": 188}, (CLEANED,)),
                CleaningStep("white_space", {"title": 112}, ()),
            ),
        ),
        rejections={"label-missing": 4, "id-duplicate": 2, "price-ambiguous": 1, "image-missing": 3},
        rejection_examples=(
            {
                "code": "price-ambiguous",
                "column": "price",
                "excerpt": "1.299",
                "reason": "1.299 may be 1299 or 1.299: declare the decimal mark",
                "row": 41,
                "scope": "cell",
            },
            {
                "code": "label-missing",
                "column": "category",
                "excerpt": "",
                "reason": "empty",
                "row": 77,
                "scope": "row",
            },
        ),
        notes=(
            CellNote("price", "price-range", 2, 12, "\u00a599-199", "of the range 99 to 199 the lower end is taken"),
        ),
        conversion=Conversion("EUR", "c0" * 32, (ConversionRate("USD", "0.92", "2026-11-20"),)),
    )


def _word(text: str, total: float, *, phrase: bool = False, leak: bool = False) -> ClassWord:
    share, cover = (0.97, 0.57) if leak else (0.41, 0.12)
    if not phrase:
        return ClassWord(text, total, total / 7, 7, 0, 0.0, 0.0, leak=False)
    return ClassWord(text, total, total / 9, 9, 14, share, cover, leak=leak)


def _views(names: tuple[str, ...], rng: random.Random) -> GlobalViews:
    classes = tuple(
        ClassView(
            name=name,
            products=rng.randrange(5, 60),
            words_for=(
                _word("Orders placed before noon leave our warehouse the same day", 9.4, phrase=True, leak=i % 3 == 0),
                _word(f"kettle{i}", 4.2),
                _word("三十天包换", 2.0, phrase=True),
                _word("Pneumonoultramicroscopicsilicovolcanoconiosis" * (i % 2) or "steel", 1.1),
            ),
            words_against=(_word("ساعة", -3.0), _word("lamp", -0.4)),
            regions=tuple(RegionCrop(f"SKU{n:05d}", thumbnail(n), 0.3 - n / 10) for n in range(i % 3 + (i == 0))),
        )
        for i, name in enumerate(names)
    )
    edges = (24.0, 99.0, 249.0, 499.0, 1299.0, 5999.0)
    lines = tuple(EffectLine(n, tuple(rng.gauss(0, 0.4) for _ in edges)) for n in names[:6])
    steps = (
        TreeStep("words: score", "lexical", "lexical.score", 0.12, 2, 1, 1.0, 0.5),
        TreeStep("", "", "", 0.0, -1, -1, 0.46, 0.96),
        TreeStep("photo: score", "image", "image.score", -0.4, 4, 3, 0.54, 0.11),
        TreeStep("", "", "", 0.0, -1, -1, 0.06, 0.7),
        TreeStep("", "", "", 0.0, -1, -1, 0.48, 0.03),
    )
    curve = EffectCurve("price", edges, (20, 21, 20, 19, 20), lines)
    return GlobalViews(classes, 240, 0.41, 20, (curve,), TreeView(steps, 0.94, 0.88, 0.5, 600))


def _sets(evaluation: EvaluationSection) -> Sets:
    classes = [
        ClassCoverage(f.name, f.support, f.support >= 100, _near(max(0.2, 0.95 - i % 4 / 50), 0.03))
        for i, f in enumerate(evaluation.per_class)
    ]
    return Sets(
        target=0.95,
        splits=20,
        promised=100,
        methods=tuple(
            SetFigures(name, _near(0.95), Interval(size, size - 0.05, size + 0.06), worst, below)
            for name, size, worst, below in (
                ("rule", 1.09, 0.938, 0),
                ("lac", 1.04, 0.842, 2),
                ("aps", 2.15, 0.919, 1),
                ("raps", 1.2, 0.94, 0),
            )
        ),
        sizes=(0.01, 0.9, 0.06, 0.02, 0.005, 0.003, 0.002),
        classes=tuple(sorted(classes, key=lambda c: (c.coverage.value, c.name))),
    )


def _confidence(evaluation: EvaluationSection) -> ConfidenceSection:
    products = sum(f.support for f in evaluation.per_class)

    def calibration(off: float) -> Calibration:
        bins = tuple(
            ReliabilityBin(p, _near(min(1.0, max(0.0, p - off)), 0.04), products // 15)
            for p in (0.41, 0.52, 0.68, 0.81, 0.9, 0.95, 0.98, 0.991, 0.999)
        )
        return Calibration(bins, _near(0.02 + off, 0.006), _near(0.004 + off / 10, 0.001))

    def point(threshold: float, share: float, error: float) -> OperatingPoint:
        return OperatingPoint(threshold, round(share * products), _near(error, 0.01) if share else None)

    return ConfidenceSection(
        products=products,
        before=calibration(0.03),
        after=calibration(0.004),
        risk=Risk(
            coverage=tuple(i / 40 for i in range(1, 41)),
            risk=tuple(0.002 + 0.06 * (i / 40) ** 3 for i in range(1, 41)),
            area=0.016,
            best_area=0.002,
        ),
        cost=OperatingCost(
            minutes=1.5,
            reasons={"nothing-known": 0, "not-one-class": round(products * 0.06), "unlike-training": 2},
            usual=round(products * 0.99),
            served=point(0.0, 0.93, 0.06),
            points=(point(0.5, 0.9, 0.05), point(0.9, 0.8, 0.012), point(0.99, 0.0, 0.0)),
            bounds=(
                RiskBound(0.01, 299, None),
                RiskBound(0.02, 149, point(0.87, 0.83, 0.013)),
                RiskBound(0.05, products + 1, None),
            ),
        ),
        sets=_sets(evaluation),
        calibrations=Calibrations(
            folds=5,
            by_doubt=4,
            stepped=3,
            candidates=20,
            lowest=0.81,
            highest=1.24,
            methods=(
                CalibrationScores("none", 0.215, 0.092, 0.031, 0.0042),
                CalibrationScores("temperature", 0.208, 0.091, 0.024, 0.004),
                CalibrationScores("served", 0.196, 0.089, 0.012, 0.0031),
                CalibrationScores("per_class", 0.199, 0.09, 0.017, 0.0028),
                CalibrationScores("isotonic", 0.224, 0.091, 0.014, 0.0027),
                CalibrationScores("beta", 0.189, 0.088, 0.015, 0.0026),
            ),
        ),
    )


def _robustness() -> RobustnessSection:
    def harm(name: str, lost: float, products: int = 100) -> Degradation:
        change = Interval(-lost, -lost - 0.02, -lost + 0.015)
        return Degradation(name, products, 0.95, 0.95 - lost, change, abs(lost) + 0.01, change)

    return RobustnessSection(
        100,
        (
            harm("typos", 0.03),
            harm("shuffled", 0.0),
            harm("title_only", 0.05, 98),
            harm("no_number price", 0.0),
            harm("no_photo", 0.01),
            harm("cropped", 0.01),
            harm("darkened", -0.01),
            harm("rotated", 0.0),
        ),
    )


def _drift(names: tuple[str, ...]) -> DriftSection:
    return DriftSection(
        before=840,
        after=210,
        level=0.02,
        lines=(
            DriftLine("", "class", 0.31, 0.0001, 0.0, 0.0, 0.4, 1 / len(names), None, None, alarm=True),
            DriftLine("title", "length", 0.04, 1.0, 0.0, 0.0, 0.01, None, None, None, alarm=False),
            DriftLine("price", "number", 0.12, 0.01, 0.001, 0.05, 0.3, None, None, None, alarm=True),
            DriftLine("brand", "category", 0.06, 0.4, 0.3, 0.31, 0.02, 0.11, None, None, alarm=False),
            DriftLine("image", "embedding", 0.51, 0.9, 0.002, 0.0, None, None, 0.44, 0.56, alarm=False),
        ),
    )


def _trust() -> TrustSection:
    def borne(name: str, lost: float, kept: float, products: int = 12) -> MethodFaithfulness:
        return MethodFaithfulness(name, products, _near(lost, 0.05), _near(kept), _near(0.5), _near(0.9))

    def agreed(name: str, order: float, products: int = 12) -> MethodAgreement:
        return MethodAgreement(name, products, _near(order, 0.04), _near(order, 0.1))

    return TrustSection(
        products=12,
        kinds={"right": 5, "wrong": 3, "uncertain": 4},
        judged="word",
        parts=82.0,
        intervals=True,
        explained=1062,
        max_residual=3.1e-14,
        methods=(
            borne("chain", 0.29, 0.02),
            borne("chain-corrected", 0.33, 0.01, 4),
            borne("lime", 0.31, 0.01),
            borne("shap", 0.2, 0.03),
            borne("random", 0.02, 0.31),
        ),
        ahead=(borne("chain-corrected", 0.0, 0.0, 4), borne("lime", 0.0, 0.0), borne("random", 0.27, 0.0)),
        agreed=(agreed("chain-corrected", 0.8, 4), agreed("lime", 0.62), agreed("shap", 0.55)),
        repeated=(
            MethodAgreement("chain", 3, Interval(1.0, 1.0, 1.0), Interval(1.0, 1.0, 1.0)),
            agreed("lime", 0.8, 3),
        ),
        lime_samples=150,
        shap_evaluations=200,
        random_orders=5,
        corrected_parts=50,
        seconds={"chain": 0.09, "chain-corrected": 3.5, "lime": 2.1, "shap": 1.0},
    )


def _quality(names: tuple[str, ...]) -> QualityFindings:
    phrase = "Orders placed before noon leave our warehouse the same day"
    suspects = tuple(
        Example(
            (f"SKU{n:05d}",),
            (n + 1,),
            {
                "title": TITLES[n % len(TITLES)],
                "label_given": names[n % len(names)],
                "label_likely": names[(n + 1) % len(names)],
                "own_probability": 0.0004,
                "other_probability": 0.98,
            },
        )
        for n in range(6)
    )
    leak = Example(
        ("SKU00001", "SKU00004", "SKU00007"),
        (2, 5, 8),
        {"phrase": phrase, "products": 43, "class": names[0], "cover": 0.57, "cover_least": 0.0},
    )
    copies = Example(
        tuple(f"SKU{n:05d}" for n in range(9)),
        tuple(range(1, 10)),
        {"title": TITLES[2], "products": 9, "labels": names[0]},
    )
    price = {"title": TITLES[1], "class": names[1], "column": "price", "price": 39879000.0, "typical": 3025.9}
    script = Example(("SKU00002",), (3,), {"script": "arabic", "products": 4, "share": 0.004})
    values: dict[str, str | int | float] = {"phrase": phrase, "class": names[0], "cover": 0.57, "cover_least": 0.0}
    return QualityFindings(
        (
            Finding("leak_phrase", "error", 1, {**values, "products": 43}, (leak,)),
            Finding("price_absurd", "error", 1, {}, (Example(("SKU00009",), (10,), {**price}),)),
            Finding("label_error", "warning", 6, {"share": 0.018}, suspects),
            Finding("near_duplicate", "note", 37, {"groups": 14}, (copies,)),
            Finding("script_mix", "note", 4, {"scripts": 2, "uneven": 0.01}, (script,)),
            Finding("constant_column", "note", 1, {}, (Example((), (), {"column": "currency"}),)),
        ),
        ("label_conflict", "stranger"),
    )


def _performance(names: tuple[str, ...]) -> PerformanceStudy:
    def curve(name: str, average: float) -> PrecisionCurve:
        return PrecisionCurve(name, average, tuple(1 - (1 - average) * (i / 40) ** 3 for i in range(41)))

    return PerformanceStudy(
        micro=curve("", 0.98),
        macro=curve("", 0.95),
        curves=tuple(curve(name, 0.7 + i / 25) for i, name in enumerate(names[:5])),
        slices=(
            SliceFigures("column", "brand", "Élégance", None, None, 41, _near(0.71, 0.1), 0.95, 0.0004, worse=True),
            SliceFigures("photo", "", "no", None, None, 30, _near(0.9, 0.06), 0.95, 0.4, worse=False),
            SliceFigures("band", "price", "1", 24.0, 312.5, 200, _near(0.93, 0.03), 0.95, 1.0, worse=False),
            SliceFigures("length", "", "4", 800.0, 3210.0, 200, _near(0.94, 0.03), 0.95, 1.0, worse=False),
            SliceFigures("script", "", "latin", None, None, 700, _near(0.95, 0.02), 0.94, 1.0, worse=False),
        ),
        judged=175,
        learning=(
            LearningFigures(176, _near(0.86, 0.05)),
            LearningFigures(350, _near(0.9, 0.04)),
            LearningFigures(699, _near(0.95, 0.03)),
        ),
        hierarchy=HierarchyFigures(
            Interval(0.97, 0.95, 0.98),
            Interval(0.96, 0.94, 0.97),
            Interval(0.965, 0.95, 0.98),
            (Interval(0.99, 0.98, 1.0), Interval(0.95, 0.93, 0.96)),
        ),
    )


def _comparison(evaluation: EvaluationSection) -> Comparison:
    """Return what changed since an audit that was a little worse."""
    names = evaluation.confusion.names
    flips = tuple(
        Flip(
            id=f"SKU{n:05d}",
            title=TITLES[n % len(TITLES)],
            kind=("lost", "gained", "other")[n % 3],
            label=names[n % len(names)],
            before=names[(n + (n % 3 != 0)) % len(names)],
            after=names[(n + (n % 3 != 1)) % len(names)],
            probability_before=0.61,
            probability_after=0.83,
            account_before=(FlipPart("title", "title.score", "title: score", 0.41),) if n % 2 else (),
            account_after=(
                FlipPart("lexical", "lexical.score", "words: score", 1.92),
                FlipPart("price", "price.typical", "price: how typical", -0.3),
            ),
        )
        for n in range(6)
    )
    return Comparison(
        bundle_sha256="77aa" * 16,
        created="2025-11-30T10:00:00+00:00",
        data_path="products-2025.csv",
        same_data=False,
        figures=(
            FigureChange("accuracy", evaluation.accuracy.value - 0.012, evaluation.accuracy.value),
            FigureChange("log_loss", 0.151, evaluation.log_loss),
        ),
        paired=PairedChange(980, 901, 913, 3, 15, 0.0075, Interval(0.0122, 0.004, 0.021), Interval(0.011, 0.002, 0.02)),
        classes=tuple(ClassChange(c.name, _near(0.7, 0.1), c.recall) for c in evaluation.per_class[:3]),
        flip_counts=FlipCounts(3, 15, 4),
        flips=flips,
        data=DataChange(
            rows_before=991,
            rows_after=1050,
            added=61,
            removed=2,
            changed=7,
            relabelled=1,
            added_ids=tuple(f"SKU{n:05d}" for n in range(20)),
            removed_ids=("SKU90001", "SKU90002"),
            labels=(TextChange("SKU00007", names[0], names[1]),),
            cells={"title": 4, "price": 5},
            columns_added=("weight",),
            columns_removed=("colour",),
            classes_added=(names[0],),
            classes_removed=("Pens & Stationery",),
            roles=(TextChange("brand", "offered", "categorical"),),
        ),
        shares=(
            ShareChange("lexical", 0.36, 0.41),
            ShareChange("image", None, 0.17),
            ShareChange("colour", 0.05, None),
        ),
        options=(TextChange("folds", "10", "5"), TextChange("image", "", "EfficientNet-Lite0")),
    )


def _oversight(names: tuple[str, ...]) -> OversightSection:
    return OversightSection(
        products=879,
        close_below=0.2,
        doubt_from=0.9,
        counts={"unknown": 1, "doubt": 9, "close": 25},
        waiting=31,
        workload=Interval(0.0296, 0.0204, 0.0431),
        errors=41,
        errors_waiting=23,
        queue=(
            ReviewItem("SKU00001", 20, TITLES[0], names[0], names[1], names[0], 0.41, 0.33, ("unknown",)),
            ReviewItem("无编号 7", 9, "", names[0], names[1], names[0], 0.95, 0.04, ("doubt", "close")),
        ),
    )


def _confusions(names: tuple[str, ...]) -> tuple[ConfusedPair, ...]:
    first, second = names[0], names[1]
    pair = ConfusedPair(
        first=first,
        second=second,
        first_as_second=9,
        second_as_first=3,
        products=(120, 80),
        between=(60, 10),
        evidence=(EvidenceGap("title", 1.2, -0.9), EvidenceGap("price", 0.1, 0.05)),
        words_first=("infant", "baby girl's"),
        words_second=("ساعة", "shampoo"),
        numbers=(PairNumber("price", 549.0, None),),
        examples=(
            PairExample("SKU00001", TITLES[0], first, second, 0.97),
            PairExample("no dossier", "", second, first, 0.61),
        ),
    )
    bare = dataclasses.replace(pair, evidence=(), words_first=(), words_second=(), numbers=(), examples=())
    return (pair, bare)


def _overrides(names: tuple[str, ...]) -> OverridesSection:
    def figures(name: str, decisions: int, agreed: int) -> AgreementFigures:
        return AgreementFigures(name, decisions, agreed, _near(agreed / decisions, 0.15))

    def item(number: int, before: str, now: str | None, *, learned: bool = True) -> OverrideItem:
        return OverrideItem(
            id=f"SKU{number:05d}",
            predicted=names[0],
            probability=0.61,
            decision=names[1],
            reasons=("not-one-class", "unlike-training") if number % 2 else (),
            who="J.D.",
            when="2026-11-23" if number % 2 else "2026-11-23T09:30:00+00:00",
            reason="The photo shows it.",
            learned=learned,
            before=before,
            now=now,
        )

    return OverridesSection(
        recorded=41,
        people=2,
        superseded=3,
        learned=30,
        changed=11,
        added=4,
        absent=8,
        differing=2,
        agreement=figures("", 38, 24),
        by_reason=(figures("not-one-class", 30, 18), figures("unlike-training", 9, 4), figures("", 2, 2)),
        by_class=(figures(names[0], 25, 14), figures(names[1], 13, 10)),
        pairs=(PeoplePair("A.B.", "J.D.", 12, 10, 0.71), PeoplePair("A.B.", "店员 3", 1, 1, None)),
        items=(
            item(1, names[0], names[0]),
            item(2, "", names[1]),
            item(7, names[1], None),
            item(9001, "", None, learned=False),
        ),
    )


def make_report(
    classes: int = 7, *, long: bool = False, chinese: bool = False, seed: int = 1, sampled: int = 200
) -> AuditReport:
    """Return a realistic report with the given number of classes.

    Parameters
    ----------
    classes : int
    long : bool
        Class names of 80 characters.
    chinese : bool
        Chinese class names.
    seed : int
    sampled : int
        Products in the beeswarm.
    """
    rng = random.Random(seed)
    names = class_names(classes, long=long, chinese=chinese)
    evaluation = _evaluation(names, rng)
    swarms = []
    for i, (block, key, name) in enumerate(EVIDENCE):
        levels = tuple(rng.random() for _ in range(sampled))
        values = tuple((lv - 0.35) * 4 / (i + 1) + rng.gauss(0, 0.5) / (i + 1) for lv in levels)
        swarms.append(Beeswarm(name, block, sum(map(abs, values)) / sampled, values, levels, key))
    swarms.sort(key=lambda s: -s.mean_abs)
    report = AuditReport(
        format_version=1,
        title="products.csv",
        verdict=(),
        lineage=Lineage(
            data_path="catalogues/spring/products.csv",
            data_sha256="5b1c" * 16,
            data_format="csv",
            bundle_sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            encoders={"title": "all-MiniLM-L6-v2 + USE-multilingual-3", "image": "EfficientNet-Lite0"},
            configuration={"head": "evidence", "folds": "5", "min_class_size": "5", "target": "category"},
            versions={"python": "3.11.7", "prodcls": "0.1.0", "lightgbm": "4.7.0", "scikit-learn": "1.9.1"},
            machine={"system": "Linux x86_64", "cores": "2"},
            random_state=0,
            created="2026-02-03T04:05:06+00:00",
            tables={"rejections.parquet": "0a1b" * 16, "out_of_fold.parquet": "2c3d" * 16},
        ),
        data=_data(names, tuple(f.support for f in evaluation.per_class)),
        evaluation=evaluation,
        explanation=ExplanationSection(
            block_shares={
                "lexical": 0.41,
                "title": 0.21,
                "description": 0.12,
                "image": 0.17,
                "price": 0.05,
                "brand": 0.03,
                "prior": 0.01,
            },
            beeswarm=tuple(swarms),
            sampled=sampled,
            max_residual=4.4e-9,
        ),
        dossiers=tuple(_dossier(n, names, rng) for n in range(12)),
        timing={"read": 0.4, "embed": 41.2, "train": 3.1, "evaluate": 7.7, "bundle": 0.9, "total": 53.4}
        | {"encoding": 40.9, "encoder_share": 0.773},
        resources=Resources(1_412_000_000),
        card=CARD,
        oversight=_oversight(names),
        overrides=_overrides(names),
        views=_views(names, rng),
        comparison=_comparison(evaluation),
        trust=_trust(),
        confidence=_confidence(evaluation),
        performance=_performance(names),
        confusions=_confusions(names),
        quality=_quality(names),
        robustness=_robustness(),
        drift=_drift(names),
        stops=StopStudy(
            target=0.95,
            products=700,
            coverage=Interval(0.957, 0.94, 0.97),
            levels=(
                StopFigures(0, True, 540, Interval(0.976, 0.96, 0.99), 0.97),
                StopFigures(1, False, 100, Interval(0.95, 0.9, 0.98), 0.94),
                StopFigures(0, False, 60, Interval(1.0, 0.94, 1.0), 1.0),
            ),
        ),
        precision=PrecisionSection("bf16", 700, 2, 0.0123, 0.99912),
        augmentation=AugmentationSection(
            20, 3, 41, 120, Interval(0.002, -0.003, 0.007), Interval(0.004, -0.002, 0.01), 7, 5, 0.774
        ),
        tuning=TuningSection(
            ("minilm",),
            6,
            36_864,
            1_400,
            TuningFigures(_near(0.941), _near(0.93), 0.204, 0.013),
            TuningFigures(_near(0.953), _near(0.944), 0.181, 0.016),
            Interval(0.012, 0.001, 0.023),
            Interval(0.014, -0.001, 0.027),
            13,
            5,
            0.096,
        ),
        balance=BalanceSection(
            "macro-f1",
            0.3,
            (0.3, 0.4, 0.2, 0.3, 0.3),
            Interval(-0.004, -0.011, 0.002),
            Interval(0.021, 0.008, 0.035),
            9,
            12,
            (
                SizeGroup(3, 9, 21, 41, _near(0.71, 0.1), _near(0.55, 0.1)),
                SizeGroup(3, 30, 96, 204, _near(0.88, 0.04), _near(0.86, 0.04)),
                SizeGroup(2, 149, 401, 550, _near(0.97, 0.02), _near(0.98, 0.02)),
            ),
        ),
    )
    return dataclasses.replace(report, verdict=judge(report, None))


CARD = ModelCard(
    name=("Catalogue categories",),
    intended_use=("Suggests a category; a person confirms it.",),
    users=("Sellers", "The catalogue team"),
    out_of_scope=("税务或海关用途",),
    owner=("Catalogue team",),
    review_date=("2027-01-31",),
)

BOUNDS = {
    "accuracy": Threshold(0.8, "interval"),
    "macro_f1": Threshold(0.99),
    "worst_class_recall": Threshold(0.5),
    "lead_over_baseline": Threshold(0.001),
    "ece": Threshold(0.05),
    "log_loss": Threshold(0.1),
    "rejected_share": Threshold(0.05),
    "missing_photo_share": Threshold(0.01),
}


def with_thresholds(report: AuditReport, bounds: dict[str, Threshold] | None = None) -> AuditReport:
    """Return the report with thresholds, two of which fail by default."""
    thresholds = Thresholds("audit.toml", "c0ffee" * 10 + "abcd", BOUNDS if bounds is None else bounds)
    lineage = dataclasses.replace(report.lineage, given=(GivenFile("thresholds", "audit.toml", thresholds.sha256),))
    return dataclasses.replace(report, lineage=lineage, verdict=judge(report, thresholds))


def without_accounts(report: AuditReport) -> AuditReport:
    """Return the report as the flat head gives it: no named evidence, no ablation."""
    return dataclasses.replace(
        report,
        evaluation=dataclasses.replace(report.evaluation, ablation={}),
        explanation=ExplanationSection({}, (), 0, 0.0),
        views=None,
        trust=None,
        dossiers=tuple(
            dataclasses.replace(d, account=None, changes=None, similar=None, numbers=()) for d in report.dossiers
        ),
        robustness=None,
    )
