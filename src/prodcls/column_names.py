"""The names by which columns are recognised."""

from __future__ import annotations

import re
import unicodedata

from prodcls.catalogue import Role

__all__ = ["KNOWN_NAMES", "column_key"]

KNOWN_NAMES: dict[Role, tuple[tuple[str, ...], ...]] = {
    "target": (
        ("category", "label", "class", "product_category", "类别", "分类", "类目", "商品类别", "商品分类", "产品类别"),
    ),
    "path": (
        (
            "category_path",
            "class_path",
            "category_tree",
            "product_category_tree",
            "breadcrumb",
            "breadcrumbs",
            "类目路径",
            "分类路径",
            "类别路径",
            "面包屑",
        ),
    ),
    "id": (
        ("id", "sku", "product_id", "item_id", "uniq_id", "asin", "编号", "商品编号", "产品编号", "商品编码", "货号"),
    ),
    "text": (
        (
            "title",
            "name",
            "product_name",
            "product_title",
            "item_name",
            "商品名称",
            "标题",
            "名称",
            "产品名称",
            "商品标题",
        ),
        ("description", "desc", "product_description", "描述", "详情", "商品描述", "产品描述", "商品详情"),
    ),
    "numeric": (("price", "unit_price", "价格", "单价", "售价", "商品价格"),),
    "currency": (("currency", "currency_code", "币种", "货币"),),
    "categorical": (("brand", "brand_name", "品牌"),),
    "image": (("image", "photo", "picture", "image_path", "图片", "主图", "照片", "商品图片", "商品主图"),),
    "audio": (("audio", "sound", "recording", "audio_path", "音频", "录音", "声音"),),
}
"""Groups of names by role, as `column_key` writes them; each group gives at most one column, the first that occurs."""


def column_key(name: str) -> str:
    """Return a name as it is compared: width, case, blanks and hyphens do not count."""
    return re.sub(r"[\s\-_]+", "_", unicodedata.normalize("NFKC", name).casefold().strip())
