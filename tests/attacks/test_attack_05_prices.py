"""Prices as people and attackers write them: one mark misread makes a price a thousand times too high (ATTACKS row 5).

A price that a model takes in silence for another is worse than one that is missing: nobody looks for it. Each example
says what the cell means, exactly, or the code with which it is refused. Those that fit two conventions are refused
unless the format is declared. No figure here comes from the program: all were written by hand.
"""

from __future__ import annotations

import time
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attacks import rounds
from prodcls.amounts import numeric_columns
from prodcls.catalogue import ColumnRole, RawTable, Schema, Source
from prodcls.ledger import Ledger
from prodcls.number_formats import FORMATS, NumberRules
from prodcls.prices import Price, parse_price

# cell | amount, currency or -, and /unit where there is one; with a trailing + where only the lower end is taken
READ = """
1299 | 1299 -
1299.00 | 1299.00 -
1299.5 | 1299.5 -
1299,5 | 1299.5 -
1299,50 | 1299.50 -
0 | 0 -
0.00 | 0 -
0,00 | 0 -
0.5 | 0.5 -
0,99 | 0.99 -
.99 | 0.99 -
,99 | 0.99 -
007 | 7 -
0.299 | 0.299 -
0,299 | 0.299 -
1234.567 | 1234.567 -
1234,567 | 1234.567 -
1,234,567 | 1234567 -
1,234,567.89 | 1234567.89 -
1.234.567 | 1234567 -
1.234.567,89 | 1234567.89 -
1 234 567 | 1234567 -
1 234,5 | 1234.5 -
1 234.5 | 1234.5 -
1'234'567 | 1234567 -
1'234.50 | 1234.50 -
1'234,50 | 1234.50 -
1’299 | 1299 -
12,34,567 | 1234567 -
12,34,567.89 | 1234567.89 -
1,00,00,000 | 10000000 -
99,99,99,999.99 | 999999999.99 -
1e3 | 1000 -
1.5e3 | 1500 -
1.5E+3 | 1500 -
2.5e-1 | 0.25 -
999999999999999 | 999999999999999 -
0.1 | 0.1 -
0.10 | 0.10 -
19.99 | 19.99 -
1299.- | 1299 -
1299,- | 1299 -
1299,-- | 1299 -
899/- | 899 -
1'299.– | 1299 -
₹1,299.00 | 1299.00 INR
₹1,299 | 1299 INR
₹ 1,299 | 1299 INR
₹1,29,999 | 129999 INR
₹12,34,567.50 | 1234567.50 INR
₹899/- | 899 INR
₹0.50 | 0.50 INR
INR 1,299 | 1299 INR
1299 INR | 1299 INR
inr 99 | 99 INR
Rs. 899 | 899 Rs
Rs.899 | 899 Rs
Rs 1,299 | 1299 Rs
Rs. 1,29,999/- | 129999 Rs
₨ 99 | 99 Rs
1.299,00 € | 1299.00 EUR
1 299,00 € | 1299.00 EUR
€1.299,00 | 1299.00 EUR
€ 1,299.00 | 1299.00 EUR
€12 | 12 EUR
12,5€ | 12.5 EUR
EUR 12,50 | 12.50 EUR
12.50 EUR | 12.50 EUR
12,50 Euro | 12.50 EUR
1.234.567 € | 1234567 EUR
99欧元 | 99 EUR
CHF 1'299 | 1299 CHF
CHF 1'299.50 | 1299.50 CHF
CHF 1'299.– | 1299 CHF
SFr. 12.90 | 12.90 CHF
Fr. 12.90 | 12.90 CHF
1.299,00 kr | 1299.00 kr
kr 99 | 99 kr
99 kr. | 99 kr
SEK 1 299 | 1299 SEK
NOK 99,50 | 99.50 NOK
49,99 zł | 49.99 PLN
1 299 Kč | 1299 CZK
1.299,00 DKK | 1299.00 DKK
HUF 12 990 | 12990 HUF
$12 | 12 $
$12.99 | 12.99 $
$1,299 | 1299 $
$1,299.00 | 1299.00 $
$ 1,299,000.00 | 1299000.00 $
US$12.99 | 12.99 USD
$12.99 USD | 12.99 USD
USD 1,299 | 1299 USD
1299 usd | 1299 USD
99美元 | 99 USD
A$12.99 | 12.99 AUD
AU$ 12 | 12 AUD
C$12.99 | 12.99 CAD
CA$12.99 | 12.99 CAD
NZ$5 | 5 NZD
S$5.50 | 5.50 SGD
HK$1,299 | 1299 HKD
港币99 | 99 HKD
NT$1,299 | 1299 TWD
R$ 1.299,00 | 1299.00 BRL
MX$99 | 99 MXN
£12.99 | 12.99 £
£1,299 | 1299 £
GBP 1,299.00 | 1299.00 GBP
99英镑 | 99 GBP
¥199 | 199 ¥
￥199 | 199 ¥
¥1,299 | 1299 ¥
¥1,299.50 | 1299.50 ¥
199元 | 199 CNY
199.5元 | 199.5 CNY
￥199元 | 199 CNY
人民币 199 | 199 CNY
RMB 199 | 199 CNY
CNY 1,299 | 1299 CNY
1299圆 | 1299 CNY
CN¥199 | 199 CNY
1,299円 | 1299 JPY
JPY 1,299 | 1299 JPY
JP¥1,299 | 1299 JPY
12,000원 | 12000 KRW
₩1,299,000 | 1299000 KRW
₩1,299 | 1299 KRW
1.299.000 ₫ | 1299000 VND
1.299 ₫ | 1299 VND
Rp 1.299.000 | 1299000 IDR
Rp1.299 | 1299 IDR
฿1,299 | 1299 THB
₺1.299,90 | 1299.90 TRY
1 299 ₽ | 1299 RUB
1299 руб. | 1299 RUB
₪ 49.90 | 49.90 ILS
RM12.90 | 12.90 MYR
₱99.75 | 99.75 PHP
₦1,299.00 | 1299.00 NGN
₴ 99,50 | 99.50 UAH
KWD 1.2500 | 1.2500 KWD
AED 99.00 | 99.00 AED
99 د.إ | 99 AED
１２９９ | 1299 -
１２９９．５０ | 1299.50 -
１，２９９．５０ | 1299.50 -
￥１，２９９．００ | 1299.00 ¥
１９９元 | 199 CNY
＄１２．９９ | 12.99 $
１99元 | 199 CNY
١٢٩٩ | 1299 -
١٢٩٩٫٥٠ | 1299.50 -
١٬٢٩٩٫٥٠ | 1299.50 -
١٬٢٩٩ | 1299 -
۱۲۹۹ | 1299 -
۱۲۹۹٫۵ | 1299.5 -
₹१२९९ | 1299 INR
₹१,२९,९९९ | 129999 INR
১২৯৯ | 1299 -
฿๑๒๙๙ | 1299 THB
𝟏𝟐𝟗𝟗 | 1299 -
\u200e1299\u200f | 1299 -
\u061c1299 | 1299 -
\u20681299\u2069 | 1299 -
1\u00a0299 | 1299 -
1\u202f299,50 | 1299.50 -
1\u2009299.50 | 1299.50 -
\ufeff1299 | 1299 -
12\u00ad99 | 1299 -
  5  | 5 -
¥99-199 | 99 ¥ +
¥99-¥199 | 99 ¥ +
￥99～199 | 99 ¥ +
$10 to $20 | 10 $ +
$10 - $20 | 10 $ +
$10–20 | 10 $ +
$1,299-$1,399 | 1299 $ +
$1,299-1,399 | 1299 $ +
99~199元 | 99 CNY +
99元至199元 | 99 CNY +
99到199元 | 99 CNY +
10,00 € - 20,00 € | 10.00 EUR +
10,00–20,00 € | 10.00 EUR +
10 bis 20 € | 10 EUR +
10.50-20.50 | 10.50 - +
USD 10-20 | 10 USD +
10-20 USD | 10 USD +
₹1,299 - ₹12,34,567 | 1299 INR +
99-99元 | 99 CNY +
from $5 | 5 $ +
From: $5 | 5 $ +
ab 5,90 € | 5.90 EUR +
desde 5 € | 5 EUR +
starting at $1,299.00 | 1299.00 $ +
199元起 | 199 CNY +
¥199起 | 199 ¥ +
起价199元 | 199 CNY +
199以上 | 199 - +
$99+ | 99 $ +
$99 and up | 99 $ +
from 99 | 99 - +
₹99/kg | 99 INR/kg
₹99 / kg | 99 INR/kg
₹1,299 per kg | 1299 INR/kg
12.50 €/m | 12.50 EUR/m
12,50 €/m² | 12.50 EUR/m²
€5/㎡ | 5 EUR/m²
5元/斤 | 10 CNY/kg
¥5/斤 | 10 ¥/kg
5元/两 | 100 CNY/kg
5元/公斤 | 5 CNY/kg
5元每公斤 | 5 CNY/kg
5元/500克 | 10 CNY/kg
US$ 4.20 / 100 g | 42 USD/kg
€0,99/100 ml | 9.9 EUR/l
€1.20/l | 1.20 EUR/l
€1.20/0,5 l | 2.4 EUR/l
$3/30 g | 100 $/kg
$2.99/lb | 2.99 $/lb
$2.99 per oz | 2.99 $/oz
$2/ft | 2 $/ft
99元/双 | 99 CNY/pair
99元/盒 | 99 CNY/box
€900/t | 0.9 EUR/kg
¥10-20/斤 | 20 ¥/kg +
10 €/kg - 20 €/kg | 10 EUR/kg +
5 €/kg+ | 5 EUR/kg +
Rs. 899/-/kg | 899 Rs/kg
$3 per piece | 3 $
$3 each | 3 $
$3 ea. | 3 $
99 each | 99 -
99/件 | 99 -
99元/件 | 99 CNY
99元/个 | 99 CNY
99元/台 | 99 CNY
99元/只 | 99 CNY
€5/Stück | 5 EUR
$5/pc | 5 $
10-20/件 | 10 - +
"""

# cell | code without "price-"
REFUSED = """
1.299 | ambiguous
1,299 | ambiguous
12.345 | ambiguous
12,345 | ambiguous
123.456 | ambiguous
123,456 | ambiguous
1,2345 | ambiguous
1.299 € | ambiguous
€1.299 | ambiguous
€1,299 | ambiguous
1,299 EUR | ambiguous
$1.299 | ambiguous
₹1.299 | ambiguous
¥1.299 | ambiguous
£1.299 | ambiguous
CHF 1.299 | ambiguous
CHF 1,299 | ambiguous
KWD 1.299 | ambiguous
R$ 1.299 | ambiguous
１，２９９ | ambiguous
١,٢٩٩ | ambiguous
€1.299-1.399 | ambiguous
€1.299/kg | ambiguous
from 1,299 | ambiguous
-5 | negative
-0.01 | negative
−5 | negative
–5 | negative
﹣5 | negative
－5 | negative
‑5 | negative
-₹899 | negative
₹-899 | negative
₹ −899 | negative
(899) | negative
($1,299.00) | negative
899- | negative
€-5,00 | negative
-1e3 | negative
ー5 | unreadable
⁻5 | unreadable
一5 | unreadable
➖5 | unreadable
˗5 | unreadable
inf | not-finite
-inf | not-finite
+inf | not-finite
Infinity | not-finite
∞ | not-finite
nan | not-finite
NaN | not-finite
-NaN | not-finite
ＮａＮ | not-finite
ｉｎｆ | not-finite
1e309 | too-large
1e308 | too-large
1e15 | too-large
9e999 | too-large
1e9999 | unreadable
1e99999999999 | unreadable
1e-9999 | unreadable
1000000000000000 | too-large
1,000,000,000,000,000 | too-large
₹99,99,99,99,99,99,99,999 | too-large
面议 | not-stated
电议 | not-stated
询价 | not-stated
议价 | not-stated
待定 | not-stated
暂无报价 | not-stated
免费 | not-stated
free | not-stated
FREE | not-stated
TBD | not-stated
n/a | not-stated
N/A | not-stated
NA | not-stated
POA | not-stated
ask | not-stated
on request | not-stated
upon request | not-stated
Call for price | not-stated
call us | not-stated
contact us | not-stated
- | not-stated
-- | not-stated
— | not-stated
up to $5 | at-most
under $5 | at-most
less than 5 € | at-most
max. 5 € | at-most
bis 99 € | at-most
< $5 | at-most
≤5 | at-most
99元以下 | at-most
最高99元 | at-most
不超过99元 | at-most
100-200 | range-unclear
100 - 200 | range-unclear
100~200 | range-unclear
100 to 200 | range-unclear
2024-11 | range-unclear
11-24 | range-unclear
05-12 | range-unclear
1999-2005 | range-unclear
555-1234 | range-unclear
6234-5678 | range-unclear
0571-8765432 | range-unclear
400-8001234 | range-unclear
$200-100 | range-unclear
¥1299-399 | range-unclear
$05-12 | range-unclear
2024-11-24 | unreadable
24.11.2024 | unreadable
2024/11/24 | unreadable
11/24/2024 | unreadable
24.11.24 | unreadable
12:30 | unreadable
555-123-4567 | unreadable
+1 555 123 4567 | unreadable
+86 13800138000 | unreadable
(555) 123-4567 | unreadable
010-6234-5678 | unreadable
10-20 cm | unreadable
10 x 20 | unreadable
10x20x30 | unreadable
10*20 | unreadable
-5-10 | unreadable
-5 - -10 | unreadable
10--20 | unreadable
$10-€20 | unreadable
$10-20-30 | unreadable
€1.50-1,60 | unreadable
5 €/kg - 6 €/l | unreadable
1/2 | unreadable
1/2 kg | unreadable
3/4 lb | unreadable
42/L | unreadable
38/M | unreadable
100/200 | unreadable
$5/fortnight | unit
$5/month | unit
99元/月 | unit
$5/day | unit
$5 per night | unit
€5/Kilobyte | unit
$1/30 g | unit
€1/7 ml | unit
$5/10 pcs | unit
99元/10个 | unit
$5/0 g | unit
NT$60/斤 | unit
HK$60/斤 | unit
60/斤 | unit
$5/gal | unit
$5/g/day | unreadable
½ | unreadable
1½ | unreadable
$5½ | unreadable
¼ | unreadable
5⁵ | unreadable
12⁹⁹ | unreadable
12₉₉ | unreadable
² | unreadable
Ⅻ | unreadable
Ⅳ元 | unreadable
XII | unreadable
①② | unreadable
⑨⑨元 | unreadable
一百 | unreadable
一百元 | unreadable
二百五十 | unreadable
九十九元 | unreadable
壹佰元整 | unreadable
百 | unreadable
1万 | unreadable
1.5万元 | unreadable
3千 | unreadable
十 | unreadable
〇 | unreadable
1k | unreadable
1.2k | unreadable
$5M | unreadable
5 million | unreadable
five | unreadable
1২৯ | unreadable
৪99 | unreadable
1٢9 | unreadable
১٢३ | unreadable
99９१ | unreadable
\u202e992 | unreadable
₹\u202e00.99\u202c | unreadable
1\u202d2 | unreadable
l299 | unreadable
1O0 | unreadable
1o0 | unreadable
١O | unreadable
0x1F | unreadable
0b11 | unreadable
1_000 | unreadable
1__0 | unreadable
5% | unreadable
-5% | unreadable
50% off | unreadable
5,- 6,- | unreadable
5 6 | unreadable
1 2 3 | unreadable
12 34 | unreadable
1 2345 | unreadable
1.2.3 | unreadable
1,23,4 | unreadable
1,299,00 | unreadable
12.34.5678 | unreadable
1..5 | unreadable
1,,5 | unreadable
1.,5 | unreadable
.. | unreadable
. | unreadable
5. | unreadable
,5, | unreadable
1''299 | unreadable
1'29 | unreadable
0,123,456 | unreadable
1;5 | unreadable
1:5 | unreadable
1|5 | unreadable
5, 6 | unreadable
5+6 | unreadable
2*3 | unreadable
=1+1 | unreadable
=5 | unreadable
@5 | unreadable
+5 | unreadable
++5 | unreadable
'=5 | unreadable
$ | unreadable
€ $ 5 | unreadable
$5 € | unreadable
5 EUR USD | unreadable
USD EUR 5 | unreadable
¥5円元 | unreadable
krone 5 | unreadable
5 XYZ | unreadable
5 BTC | unreadable
₿5 | unreadable
price: 5 | unreadable
MRP 5 | unreadable
approx 5 | unreadable
~5 | unreadable
ca. 5 € | unreadable
5 pcs | unreadable
5个 | unreadable
5 kg | unreadable
1.5 kg | unreadable
iPhone 15 | unreadable
15 pro max | unit
null | unreadable
None | unreadable
true | unreadable
undefined | unreadable
#REF! | unreadable
#N/A | unreadable
####### | unreadable
<b>5</b> | unreadable
<script>5</script> | unreadable
&#36;5 | unreadable
5; DROP TABLE | unreadable
${5} | unreadable
{{7*7}} | unreadable
%d | unreadable
5\ufffd | unreadable
💰5 | unreadable
5️⃣ | unreadable
e5 | unreadable
1e | unreadable
e | unreadable
1e5e5 | unreadable
1e5.5 | unreadable
1E | unreadable
1d5 | unreadable
2^10 | unreadable
√4 | unreadable
π | unreadable
"""

# cell | declared format | amount or code
DECLARED = """
1.299 | . | 1.299
1.299 | , | 1299
1,299 | . | 1299
1,299 | , | 1.299
1.299 € | 1.234,5 | 1299
€1.299 | 1,234.5 | 1.299
1,299 | 1,234.5 | 1299
1,299 | 12,34,567.8 | 1299
12,99,999 | 12,34,567.8 | 1299999
1 299 | 1 234,5 | 1299
1 299,5 | 1 234,5 | 1299.5
1'299 | 1'234.5 | 1299
CHF 1'299.– | 1'234.5 | 1299
1.299-1.399 € | 1.234,5 | 1299
1299 | 1.234,5 | 1299
1,5 | 1234,5 | 1.5
１．２９９ | 1.234,5 | 1299
12,50 | 1,234.5 | convention
12.50 | 1.234,5 | convention
1.299,00 | 1,234.5 | convention
1,299.00 | 1.234,5 | convention
$1,299 | 1.234,5 | convention
$1,299 | 1234.5 | convention
12,34,567 | 1,234.5 | convention
1,234,567 | 12,34,567.8 | convention
1 299 | 1,234.5 | convention
1'299 | 1 234,5 | convention
1.234 | 1 234,5 | convention
₩1,299 | 1.234,5 | convention
Rp 1.299 | 1,234.5 | convention
1.5e3 | 1.234,5 | convention
"""


def table(text: str) -> list[tuple[str, ...]]:
    """Return the lines of a table; ``\\u`` escapes stand for characters that cannot be seen."""
    rows = [tuple(part.strip(" ") for part in line.split(" | ")) for line in text.splitlines() if line]
    return [(row[0].encode("ascii", "backslashreplace").decode("unicode_escape"), *row[1:]) for row in rows]


def meant(text: str) -> Price:
    lowest = text.endswith(" +")
    amount, kind = text.removesuffix(" +").split(" ")
    currency, _, unit = kind.partition("/")
    return Price(Decimal(amount), None if currency == "-" else currency, unit, lowest=lowest)


def said(cell: str, form: str = "") -> str:
    """Return what the program makes of a cell, as the tables write it."""
    found = parse_price(cell, FORMATS.get(form))
    if not isinstance(found, Price):
        return found.code.removeprefix("price-")
    kind = (found.currency or "-") + (f"/{found.unit}" if found.unit else "")
    return f"{found.amount.normalize():f} {kind}" + (" +" if found.lowest or found.high is not None else "")


def shown(price: Price) -> str:
    kind = (price.currency or "-") + (f"/{price.unit}" if price.unit else "")
    return f"{price.amount.normalize():f} {kind}" + (" +" if price.lowest else "")


def test_no_price_is_silently_wrong() -> None:
    read, refused, declared = table(READ), table(REFUSED), table(DECLARED)
    wrong = [(cell, said(cell), value) for cell, value in read if said(cell) != shown(meant(value))]
    wrong += [(cell, said(cell), code) for cell, code in refused if said(cell) != code]
    for cell, form, value in declared:
        expected = value if value.isalpha() else f"{Decimal(value).normalize():f}"
        if said(cell, form).split(" ")[0] != expected:
            wrong.append((cell, said(cell, form), value))
    assert wrong == []
    assert len(read) + len(refused) + len(declared) >= 500
    assert len({cell for cell, *_ in (*read, *refused)}) == len(read) + len(refused), "an example stands twice"


@pytest.mark.parametrize("form", [None, *FORMATS.values()])
def test_what_is_ambiguous_has_two_values_and_is_read_only_as_declared(form: object) -> None:
    for cell, code in table(REFUSED):
        found = parse_price(cell, form)  # type: ignore[arg-type]
        if code == "ambiguous":
            assert form is not None or not isinstance(found, Price)
        else:
            assert not isinstance(found, Price), (cell, form)


HOSTILE = {
    "a million digits": "9" * 1_000_000,
    "a million zeros": "0" * 1_000_000 + "1",
    "a million groups": "1" + ",000" * 250_000,
    "a million blanks inside": "1" + " " * 1_000_000 + "2",
    "a million signs": "-" * 1_000_000 + "5",
    "a million invisible": "5" + "\u200b" * 1_000_000 + "6",
    "a million currencies": "$" * 1_000_000 + "5",
    "a million slashes": "5" + "/kg" * 300_000,
    "exponent of exponents": "1e" * 500_000 + "1",
    "a million units of Arabic": "٣" * 1_000_000,
    "nearly a number, 250 long": "1" * 60 + " " * 190 + "x",
    "nearly a range, 60 long": "1-" * 30,
    "nearly a unit, 60 long": "1 per " * 10,
    "nearly grouped, 60 long": "1," * 30,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_cells_made_to_be_slow_are_refused_at_once(name: str) -> None:
    start = time.process_time()
    found = parse_price(HOSTILE[name])
    assert not isinstance(found, Price)
    assert len(found.reason) < 200
    assert time.process_time() - start < 5  # the line that the attacks draw for a hang


DIGITS = ("0123456789", "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९", "০১২৩৪৫৬৭৮৯", "๐๑๒๓๔๕๖๗๘๙")
WRITTEN = (
    ("{}", ",", "."), ("₹{}", ",", "."), ("${} USD", ",", "."), ("{} €", ".", ","), ("EUR {}", " ", ","),
    ("CHF {}", "'", "."), ("{}元", ",", "."), ("¥ {}", ",", "."), ("{} zł", "\u00a0", ","), ("R$ {}", ".", ","),
)  # fmt: skip


@settings(max_examples=rounds(200, 20_000))
@given(
    st.decimals(0, 10**9, places=2),
    st.sampled_from(WRITTEN),
    st.sampled_from(DIGITS),
    st.sampled_from([None, *FORMATS]),
)
def test_no_spelling_of_an_amount_is_read_as_another(
    amount: Decimal, way: tuple[str, str, str], digits: str, form: str | None
) -> None:
    frame, group, decimal = way
    whole, _, cents = f"{amount:,.2f}".partition(".")
    spelled = f"{whole.replace(',', group)}{decimal}{cents}"
    cell = frame.format(spelled.translate({ord("0") + i: digit for i, digit in enumerate(digits)}))
    found = parse_price(cell, FORMATS.get(form or ""))
    assert not isinstance(found, Price) or found.amount == amount, cell
    if form is None and digits.isascii():
        assert isinstance(found, Price)


@settings(max_examples=rounds(200, 20_000))
@given(st.text("0123456789.,'-/~+ eE¥$€元起kg٣९½²一", max_size=14), st.sampled_from(["", *FORMATS]))
def test_noise_never_gives_more_digits_than_it_has(cell: str, form: str) -> None:
    found = parse_price(cell, FORMATS.get(form))
    if isinstance(found, Price):
        assert found.amount >= 0
        assert found.amount.is_finite()
        significant = str(found.amount.normalize().as_tuple().digits)
        if "e" not in cell.casefold() and not found.unit:
            kept = iter([c for c in cell if c.isdecimal()])
            assert all(any(int(c) == int(d) for c in kept) for d in significant if d.isdigit()) or found.amount == 0


def test_of_a_mixed_column_every_cell_is_read_as_meant_or_named_in_a_line() -> None:
    cells = [cell for cell, _ in (*table(READ), *table(REFUSED))]
    source = RawTable({"price": tuple(cells)}, np.arange(1, len(cells) + 1), Source("", "", 0))
    ledger = Ledger(source, list(range(len(cells))))
    schema = Schema((ColumnRole("price", "numeric", ""),))
    numeric = numeric_columns(ledger, schema, NumberRules())
    filled = sum(~np.isnan(values) for values in numeric.values())
    lost = {r.row for r in ledger.rejections if r.scope == "cell"}
    assert {int(i) + 1 for i in np.flatnonzero(np.asarray(filled) == 0)} == lost
    assert np.max(filled) == 1
    meanings = {cell: meant(value) for cell, value in table(READ)}
    for name, values in numeric.items():
        for i in np.flatnonzero(~np.isnan(values)):
            price = meanings[cells[i]]
            assert values[i] == float(price.amount), (name, cells[i])
