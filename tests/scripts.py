"""Product titles in thirty scripts, and text that looks damaged and is not."""

from __future__ import annotations

__all__ = ["GOOD", "SCRIPTS"]

SCRIPTS: dict[str, str] = {
    "latin": "Théière en céramique émaillée – 1,2 l, œuvre d'août, Größe XL, žluťoučký kůň, İstanbul, ½ l",
    "vietnamese": "Ấm đun nước siêu tốc bằng thép không gỉ 1,5 lít",
    "greek": "Ανοξείδωτος βραστήρας 1,5 λίτρου",
    "cyrillic": "Чайник электрический из нержавеющей стали, ёмкость 1,5 л",
    "armenian": "Էլեկտրական թեյնիկ չժանգոտվող պողպատից",
    "georgian": "ელექტრო ჩაიდანი უჟანგავი ფოლადის",
    "hebrew": "קומקום חשמלי מנירוסטה 1.5 ליטר",
    "arabic": "غلاية كهربائية من الفولاذ المقاوم للصدأ ١٫٥ لتر",
    "persian": "کتری برقی استیل می\u200cجوشاند، نیم\u200cلیتری",
    "urdu": "بجلی کی کیتلی سٹینلیس سٹیل",
    "syriac": "ܩܘܡܩܘܡܐ ܕܚܕܝܕܐ",
    "thaana": "ކަރަންޓު ކެޓަލް",
    "nko": "ߖߌ߫ ߡߊߛߎߡߊ߲߫ ߟߊ߲",
    "devanagari": "स्टेनलेस स्टील की केतली क्\u200dष, 1.5 लीटर",
    "bengali": "স্টেইনলেস স্টিলের কেটলি র\u200d্যাক",
    "gurmukhi": "ਸਟੀਲ ਦੀ ਕੇਤਲੀ",
    "gujarati": "સ્ટીલની કીટલી",
    "oriya": "ଷ୍ଟିଲ କେଟଲି",
    "tamil": "துருப்பிடிக்காத எஃகு கெண்டி",
    "telugu": "స్టీల్ కెటిల్",
    "kannada": "ಸ್ಟೀಲ್ ಕೆಟಲ್ ರ\u200d್ಯಾ",
    "malayalam": "സ്റ്റീൽ കെറ്റിൽ അവന്\u200d",
    "sinhala": "ශ්\u200dරී ලංකා වානේ කේතලය",
    "thai": "กาต้มน้ำไฟฟ้าสแตนเลส 1.5 ลิตร",
    "lao": "ກາຕົ້ມນ້ຳໄຟຟ້າ",
    "tibetan": "ཆུ་ཁོལ་སྒྲིལ་དེམ།",
    "burmese": "သံမဏိရေနွေးအိုး",
    "khmer": "កំសៀវអគ្គិសនី",
    "ethiopic": "የኤሌክትሪክ ማንቆርቆሪያ",
    "mongolian": "ᠴᠠᠢᠨᠠᠭᠤᠷ",
    "chinese": "不锈钢电水壶，1.5升！适合（家用）：煮茶～",
    "japanese": "ステンレス電気ケトル「1」ではなく 1.5リットル、ｶﾀｶﾅ",
    "korean": "스테인리스 전기 주전자 1.5리터",
    "cherokee": "ᎠᎹ ᎦᏅᎪᎢ",
    "adlam": "𞤔𞤫𞤲𞤣𞤫",
}
"""A title by script or writing system."""

GOOD: dict[str, str] = {
    "less": "a < b and 5 < x > 3, <3, <-, x<y>z",
    "arrows": "I/O <-> USB, -> HDMI, <= 5 kg, << sale >>",
    "ampersands": "R&D, AT&T, M&M's, Q&A &copy, salt & pepper; B&amp",
    "names in angles": "HTML5 <canvas> by example, <title>, Learn <b>",
    "not HTML": "<foo> <T> vector<int> a <b and c> <https://example.org>",
    "marks": "½ ² ™ ® ㎏ № ﬁ Ⅳ ① ｶﾞ ￥ €",
    "quotes": "“Tea” ‘for’ «two» „drei“ … – — •",
    "emoji": "👩\u200d👩\u200d👧\u200d👦 🏴\u200d☠️ ❤️\u200d🔥 👍🏽 🇨🇭 1️⃣ ☎️ "
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "looks like mojibake": "AHÅ™, the new sofa from IKEA®; Ã by itself; naïve café; ÅÄÖ; SØREN; Straße 5° ±2 µm ×10",
    "turkish": "IŞIK ÇİĞDEM ığüşöç",
    "accents": "āčēģīķļņšūž ąćęłńóśźż őű řšž ñ ¿¡ ð þ æ",
    "lines": "one\ntwo\nthree",
    "empty": "",
    "code": "if (a && b) { x = y >> 2; } // <none>",
    "sizes": "10\" x 5' | 3/4 | 12V/24V | #1 | 50% | ~5 | A+ | C:\\x",
}
"""Text that must not be touched."""
