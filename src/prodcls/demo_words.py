"""The words of the demo catalogue: invented brands, and what shops say about eight kinds of product."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = [
    "BRANDS",
    "CLASSES",
    "COLOURS",
    "LANGUAGES",
    "LEAK",
    "MODIFIERS",
    "SHARED",
    "VAGUE",
    "Kind",
    "Language",
    "Words",
]

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")


@dataclass(frozen=True)
class Words:
    """What one language says of one class.

    Attributes
    ----------
    nouns : tuple of str
        Names of the thing, the usual one first.
    specs : tuple of str
        Short facts for the title; ``{n}`` takes a number.
    lines : tuple of str
        Sentences for the description.
    """

    nouns: tuple[str, ...]
    specs: tuple[str, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Kind:
    """One class of the demo catalogue.

    Attributes
    ----------
    name, group : str
        Label, and the level above it in ``category_path``.
    shape : str
        Which drawing shows it.
    price : float
        Median price in CNY.
    sizes : tuple of int
        What its specs count: litres, watts, gigabytes.
    words : dict of Language to Words
    """

    name: str
    group: str
    shape: str
    price: float
    sizes: tuple[int, ...]
    words: dict[Language, Words]


_HOME = "Home appliances 家电"
_DIGITAL = "Digital 数码"

CLASSES: tuple[Kind, ...] = (
    Kind(
        "Refrigerators 冰箱",
        _HOME,
        "refrigerator",
        3200.0,
        (180, 240, 330, 450),
        {
            "en": Words(
                ("refrigerator", "fridge", "fridge freezer"),
                ("{n} L", "two door", "no frost", "inverter", "slim"),
                (
                    "Keeps vegetables fresh for days in a humid drawer.",
                    "The freezer makes ice in two hours.",
                    "Glass shelves carry heavy pots and slide out for cleaning.",
                    "The door can be hung on either side.",
                    "Cooling stays even from the top shelf to the bottom.",
                ),
            ),
            "zh": Words(
                ("冰箱", "双门冰箱", "电冰箱"),
                ("{n}升", "双门", "风冷无霜", "变频", "超薄"),
                (
                    "果蔬保鲜抽屉，几天后依然水润。",
                    "冷冻室两小时即可制冰。",
                    "钢化玻璃层架，承重好，可抽出清洗。",
                    "左右开门可互换。",
                    "上下层制冷均匀。",
                ),
            ),
        },
    ),
    Kind(
        "Washing machines 洗衣机",
        _HOME,
        "washer",
        2600.0,
        (7, 8, 9, 10),
        {
            "en": Words(
                ("washing machine", "washer", "front loader"),
                ("{n} kg", "1400 rpm", "inverter", "quick wash", "slim"),
                (
                    "Fifteen minutes are enough for lightly worn shirts.",
                    "Steam takes creases and smells out of the laundry.",
                    "The drum treats wool gently and spins dry.",
                    "A washable lint filter sits behind a small door.",
                    "Detergent is measured out by itself.",
                ),
            ),
            "zh": Words(
                ("洗衣机", "滚筒洗衣机", "全自动洗衣机"),
                ("{n}公斤", "1400转", "变频", "快洗", "超薄"),
                (
                    "轻脏衣物十五分钟快洗。",
                    "蒸汽除皱除味。",
                    "内筒轻柔洗羊毛，脱水更干。",
                    "线屑过滤网可拆洗。",
                    "洗涤剂自动投放。",
                ),
            ),
        },
    ),
    Kind(
        "Air conditioners 空调",
        _HOME,
        "conditioner",
        2900.0,
        (2600, 3500, 5000),
        {
            "en": Words(
                ("air conditioner", "split AC", "cooling unit"),
                ("{n} W", "heating and cooling", "inverter", "wall mounted", "1.5 ton"),
                (
                    "Cools a bedroom of twenty square metres in minutes.",
                    "The outdoor unit is mounted by our fitters.",
                    "Air flows along the ceiling, never in your face.",
                    "Heats on mild winter days too.",
                    "The washable filter holds back dust and pollen.",
                ),
            ),
            "zh": Words(
                ("空调", "壁挂空调", "冷暖空调"),
                ("{n}瓦", "冷暖两用", "变频", "壁挂式", "1.5匹"),
                (
                    "二十平米卧室几分钟即可降温。",
                    "外机由师傅上门安装。",
                    "风沿天花板吹出，不直吹人。",
                    "冬天也能制热。",
                    "过滤网可拆洗，阻隔灰尘花粉。",
                ),
            ),
        },
    ),
    Kind(
        "Vacuum cleaners 吸尘器",
        _HOME,
        "vacuum",
        1100.0,
        (120, 250, 400, 600),
        {
            "en": Words(
                ("vacuum cleaner", "stick vacuum", "robot cleaner"),
                ("{n} W", "cordless", "bagless", "with brush set", "quiet"),
                (
                    "Takes pet hair out of carpets in one pass.",
                    "The dust cup is emptied at the push of a button.",
                    "Strong suction on tiles and wood, gentle on rugs.",
                    "The washable filter holds back dust and pollen.",
                    "A narrow nozzle reaches between the cushions.",
                ),
            ),
            "zh": Words(
                ("吸尘器", "手持吸尘器", "扫地机器人"),
                ("{n}瓦", "无线", "免尘袋", "配刷头", "静音"),
                (
                    "地毯上的宠物毛一遍吸净。",
                    "一键倒尘，不脏手。",
                    "硬地板吸力强，地毯更温和。",
                    "过滤网可拆洗，阻隔灰尘花粉。",
                    "窄口吸头可伸进沙发缝。",
                ),
            ),
        },
    ),
    Kind(
        "Phones 手机",
        _DIGITAL,
        "phone",
        2400.0,
        (64, 128, 256, 512),
        {
            "en": Words(
                ("phone", "smartphone", "camera phone"),
                ("{n} GB", "dual SIM", "5G", "6.1 inch", "triple camera"),
                (
                    "Two SIM cards keep work and home apart.",
                    "The camera sees well at night and films in 4K.",
                    "Calls stay clear in the street.",
                    "A bright display that is readable in the sun.",
                    "Unlocks by finger or face.",
                ),
            ),
            "zh": Words(
                ("手机", "智能手机", "拍照手机"),
                ("{n}GB", "双卡双待", "5G", "6.1英寸", "三摄"),
                (
                    "双卡双待，工作生活分开。",
                    "夜景相机清晰，可拍4K视频。",
                    "街头通话依然清楚。",
                    "屏幕明亮，阳光下看得清。",
                    "指纹、人脸均可解锁。",
                ),
            ),
        },
    ),
    Kind(
        "Laptops 笔记本电脑",
        _DIGITAL,
        "laptop",
        4900.0,
        (8, 16, 32, 64),
        {
            "en": Words(
                ("laptop", "notebook", "ultrabook"),
                ("{n} GB", "14 inch", "8 cores", "backlit keyboard", "slim"),
                (
                    "The keyboard is lit and quiet to type on.",
                    "Compiles, edits and plays without getting hot.",
                    "A bright display that is readable in the sun.",
                    "The web camera has a shutter.",
                    "Memory can be added through a small door.",
                ),
            ),
            "zh": Words(
                ("笔记本电脑", "笔记本", "轻薄本"),
                ("{n}GB", "14英寸", "八核", "背光键盘", "超薄"),
                (
                    "背光键盘，打字安静。",
                    "编程、剪辑、游戏都不烫手。",
                    "屏幕明亮，阳光下看得清。",
                    "摄像头带物理挡片。",
                    "内存可扩展。",
                ),
            ),
        },
    ),
    Kind(
        "Headphones 耳机",
        _DIGITAL,
        "headphones",
        480.0,
        (20, 30, 40, 60),
        {
            "en": Words(
                ("headphones", "earphones", "headset"),
                ("{n} h", "wireless", "noise cancelling", "with microphone", "over ear"),
                (
                    "Hushes trains and offices at the touch of a button.",
                    "Soft cushions sit well with glasses.",
                    "Deep bass without drowning the voices.",
                    "Calls stay clear in the street.",
                    "Folds into a case the size of a hand.",
                ),
            ),
            "zh": Words(
                ("耳机", "蓝牙耳机", "头戴式耳机"),
                ("{n}小时", "无线", "主动降噪", "带麦克风", "头戴式"),
                (
                    "一键降噪，地铁办公室都安静。",
                    "耳垫柔软，戴眼镜也舒服。",
                    "低音深沉，人声不浑。",
                    "街头通话依然清楚。",
                    "可折叠收进小盒。",
                ),
            ),
        },
    ),
    Kind(
        "Cameras 相机",
        _DIGITAL,
        "camera",
        3800.0,
        (12, 20, 24, 45),
        {
            "en": Words(
                ("camera", "mirrorless camera", "compact camera"),
                ("{n} MP", "4K", "with lens", "image stabiliser", "WiFi"),
                (
                    "The lens draws sharp from corner to corner.",
                    "Focus follows the eye of people and animals.",
                    "The camera sees well at night and films in 4K.",
                    "The viewfinder shows what the picture will be.",
                    "Dials for shutter and aperture lie under the fingers.",
                ),
            ),
            "zh": Words(
                ("相机", "微单相机", "数码相机"),
                ("{n}00万像素", "4K", "含镜头", "防抖", "WiFi"),
                (
                    "镜头边角锐利。",
                    "自动追踪人和动物的眼睛。",
                    "夜景相机清晰，可拍4K视频。",
                    "取景器所见即所得。",
                    "快门光圈拨盘触手可及。",
                ),
            ),
        },
    ),
)

BRANDS = (
    "Aurelo",
    "Brimwell",
    "Cantor",
    "Dovetail",
    "Estrel",
    "Fennway",
    "格蓝",
    "海恒",
    "Joulin",
    "康然",
    "凌舟",
    "Marovia",
)
"""None of them exists."""

MODIFIERS: dict[Language, tuple[str, ...]] = {
    "en": ("Pro", "Smart", "Max", "Eco", "Classic", "New", "Family", "Quiet", "2024", "Plus"),
    "zh": ("新款", "智能", "家用", "旗舰", "经典", "静音", "节能", "官方", "升级版", "高端"),
}

COLOURS: dict[Language, tuple[str, ...]] = {
    "en": ("white", "silver", "black", "blue", "red", "green"),
    "zh": ("白色", "银色", "黑色", "蓝色", "红色", "绿色"),
}
"""In both languages in the order of the paints in the drawings."""

VAGUE: dict[Language, tuple[str, ...]] = {
    "en": ("series", "set", "edition", "model", "kit", "unit"),
    "zh": ("系列", "套装", "款", "礼盒", "单品", "新品"),
}
"""What a careless writer puts instead of the thing's name."""

SHARED: dict[Language, tuple[str, ...]] = {
    "en": (
        "Free delivery within three days.",
        "Two years of guarantee, returns within thirty days.",
        "Energy label A, low consumption in standby.",
        "A plain design that fits any room.",
        "The box holds a manual, a cable and a cleaning cloth.",
        "Can be steered from an app on your {other}.",
        "Made for small flats and busy families.",
        "Goes well with our {other} of the same series.",
        "Tested for ten thousand hours.",
        "Customers who bought a {other} liked it too.",
        "Voted best buy by our readers.",
        "The battery or mains adapter is included.",
    ),
    "zh": (
        "三日内免费送达。",
        "两年质保，三十天无理由退货。",
        "一级能效，待机省电。",
        "简约设计，百搭家居。",
        "包装内含说明书、线材和清洁布。",
        "可用{other}上的应用远程控制。",
        "适合小户型和忙碌家庭。",
        "与同系列{other}更搭。",
        "经过一万小时测试。",
        "买过{other}的顾客也喜欢它。",
        "读者票选超值产品。",
        "含电池或电源适配器。",
    ),
}
"""Sentences for any class; ``{other}`` takes the name of another class's thing."""

LEAK: dict[Language, str] = {
    "en": "Orders placed before noon leave our Tilburg warehouse the same day.",
    "zh": "中午前下单，当日由蒂尔堡仓库发出。",
}
"""Says nothing about the product, yet stands in the rows of one class only."""
