from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls.number_formats import FORMATS, DecimalMark
from prodcls.prices import Number, Price, PriceProblem, parse_number, parse_price
from prodcls.spellings import read_numbers, read_prices

READ: list[tuple[str, str, str | None]] = [
    # no currency
    ("1299", "1299", None),
    ("1299.0", "1299.0", None),
    ("1299.50", "1299.50", None),
    ("1299,50", "1299.50", None),
    ("0", "0", None),
    ("0.00", "0.00", None),
    ("0.299", "0.299", None),
    ("0,5", "0.5", None),
    (".99", "0.99", None),
    (",99", "0.99", None),
    ("1234.567", "1234.567", None),
    ("1,234,567", "1234567", None),
    ("1,234,567.89", "1234567.89", None),
    ("1.234.567", "1234567", None),
    ("1.234.567,89", "1234567.89", None),
    ("1 299", "1299", None),
    ("1 299,50", "1299.50", None),
    ("1\u00a0299.50", "1299.50", None),
    ("1\u202f299\u202f000", "1299000", None),
    ("1'299", "1299", None),
    ("1'299.50", "1299.50", None),
    ("1\u2019299", "1299", None),
    ("12,99,999", "1299999", None),
    ("1,00,00,000.00", "10000000.00", None),
    ("1299.-", "1299", None),
    ("1'299.\u2013", "1299", None),
    ("1299,--", "1299", None),
    ("899/-", "899", None),
    ("1e3", "1000", None),
    ("1.5E+3", "1500", None),
    (" 5 ", "5", None),
    ("007", "7", None),
    # rupees
    ("₹899", "899", "INR"),
    ("₹1,299.00", "1299.00", "INR"),
    ("₹1,29,999", "129999", "INR"),
    ("₹ 1,299", "1299", "INR"),
    ("₹1,29,999.50", "129999.50", "INR"),
    ("INR 899", "899", "INR"),
    ("899 inr", "899", "INR"),
    ("Rs. 899", "899", "Rs"),
    ("Rs.899", "899", "Rs"),
    ("Rs 1,299", "1299", "Rs"),
    ("Rs. 899/-", "899", "Rs"),
    ("rs.1,29,999/-", "129999", "Rs"),
    # euros, francs, crowns
    ("1.299,00 €", "1299.00", "EUR"),
    ("€1.299,00", "1299.00", "EUR"),
    ("€ 12", "12", "EUR"),
    ("€12,50", "12.50", "EUR"),
    ("12.50€", "12.50", "EUR"),
    ("EUR 12.50", "12.50", "EUR"),
    ("12,50 Euro", "12.50", "EUR"),
    ("1 299,00 €", "1299.00", "EUR"),
    ("CHF 1'299", "1299", "CHF"),
    ("CHF 1'299.50", "1299.50", "CHF"),
    ("CHF 1\u2019299.\u2014", "1299", "CHF"),
    ("Fr. 12.90", "12.90", "CHF"),
    ("1.299,00 kr", "1299.00", "kr"),
    ("kr 99", "99", "kr"),
    ("SEK 1 299", "1299", "SEK"),
    ("49,99 zł", "49.99", "PLN"),
    ("1 299 Kč", "1299", "CZK"),
    # dollars and pounds
    ("$12", "12", "$"),
    ("$12.99", "12.99", "$"),
    ("$1,299", "1299", "$"),
    ("$1,299.00", "1299.00", "$"),
    ("US$12.99", "12.99", "USD"),
    ("$12.99 USD", "12.99", "USD"),
    ("USD 1,299", "1299", "USD"),
    ("USD12", "12", "USD"),
    ("A$12.99", "12.99", "AUD"),
    ("C$ 12.99", "12.99", "CAD"),
    ("R$ 1.299,00", "1299.00", "BRL"),
    ("HK$1,299", "1299", "HKD"),
    ("NT$1,299", "1299", "TWD"),
    ("£12.99", "12.99", "£"),
    ("£1,299", "1299", "£"),
    ("GBP 12", "12", "GBP"),
    # yen, yuan, won
    ("¥199", "199", "¥"),
    ("￥199.00", "199.00", "¥"),
    ("¥ 1,299", "1299", "¥"),
    ("199元", "199", "CNY"),
    ("199.50 元", "199.50", "CNY"),
    ("人民币199", "199", "CNY"),
    ("RMB 1,299", "1299", "CNY"),
    ("CN¥199", "199", "CNY"),
    ("¥199元", "199", "CNY"),
    ("1,299円", "1299", "JPY"),
    ("JPY 1,299", "1299", "JPY"),
    ("₩1,299,000", "1299000", "KRW"),
    ("12,000원", "12000", "KRW"),
    ("港币 99", "99", "HKD"),
    ("99美元", "99", "USD"),
    # others
    ("1.299.000 ₫", "1299000", "VND"),
    ("Rp 1.299", "1299", "IDR"),
    ("Rp1.299.000", "1299000", "IDR"),
    ("฿1,299", "1299", "THB"),
    ("₺1.299,90", "1299.90", "TRY"),
    ("1 299 ₽", "1299", "RUB"),
    ("1299 руб.", "1299", "RUB"),
    ("RM12.90", "12.90", "MYR"),
    ("₱99.75", "99.75", "PHP"),
    # digits of other scripts
    ("１２９９．００", "1299.00", None),
    ("￥１，２９９．００", "1299.00", "¥"),
    ("１９９元", "199", "CNY"),
    ("١٢٩٩", "1299", None),
    ("١٢٩٩٫٥٠", "1299.50", None),
    ("١٬٢٩٩", "1299", None),
    ("١٬٢٩٩٫٥٠", "1299.50", None),
    ("۱۲۹۹", "1299", None),
    ("₹१२९९", "1299", "INR"),
    ("\u200f1299\u200e", "1299", None),
]

REFUSED: list[tuple[str, str]] = [
    ("", "empty"),
    ("  ", "empty"),
    ("1.299", "ambiguous"),
    ("1,299", "ambiguous"),
    ("1.299 €", "ambiguous"),
    ("€1,299", "ambiguous"),
    ("$1.299", "ambiguous"),
    ("₹1.299", "ambiguous"),
    ("CHF 1.299", "ambiguous"),
    ("KWD 1.299", "ambiguous"),
    ("12,345", "ambiguous"),
    ("123.456", "ambiguous"),
    ("１，２９９", "ambiguous"),
    ("1,2345", "ambiguous"),
    ("-5", "negative"),
    ("-1,299.00", "negative"),
    ("₹-899", "negative"),
    ("-₹899", "negative"),
    ("(1,299.00)", "negative"),
    ("(₹899)", "negative"),
    ("899-", "negative"),
    ("\u22125", "negative"),
    ("inf", "not-finite"),
    ("-inf", "not-finite"),
    ("Infinity", "not-finite"),
    ("nan", "not-finite"),
    ("NaN", "not-finite"),
    ("∞", "not-finite"),
    ("面议", "not-stated"),
    ("待定", "not-stated"),
    ("询价", "not-stated"),
    ("on request", "not-stated"),
    ("Call for price", "not-stated"),
    ("free", "not-stated"),
    ("N/A", "not-stated"),
    ("-", "not-stated"),
    ("--", "not-stated"),
    ("100-200", "range-unclear"),
    ("100 - 200", "range-unclear"),
    ("100 to 200", "range-unclear"),
    ("$200-100", "range-unclear"),
    ("up to $5", "at-most"),
    ("bis 99 €", "at-most"),
    ("99元以下", "at-most"),
    ("$5/fortnight", "unit"),
    ("$5 per 30 g", "unit"),
    ("$5 / 10 pcs", "unit"),
    ("5元/斤 NT$", "unreadable"),
    ("NT$ 5/斤", "unit"),
    ("12⁹⁹", "unreadable"),
    ("½", "unreadable"),
    ("1.2k", "unreadable"),
    ("1.5万", "unreadable"),
    ("5%", "unreadable"),
    ("5 6", "unreadable"),
    ("1.2.3", "unreadable"),
    ("1,23,4", "unreadable"),
    ("1,299,00", "unreadable"),
    ("12.34.5678", "unreadable"),
    ("5.", "unreadable"),
    ("$", "unreadable"),
    ("€ $ 5", "unreadable"),
    ("5 EUR USD", "unreadable"),
    ("krone 5", "unreadable"),
    ("0x1F", "unreadable"),
    ("1_000", "unreadable"),
    ("price: 5", "unreadable"),
    ("5, 6", "unreadable"),
    ("1;5", "unreadable"),
    ("二百", "unreadable"),
    ("1" * 16, "too-large"),
    ("1e300", "too-large"),
    ("1" * 65, "unreadable"),
    ("=1+1", "unreadable"),
    ("<b>5</b>", "unreadable"),
]


@pytest.mark.parametrize(("text", "amount", "currency"), READ)
def test_prices_are_read(text: str, amount: str, currency: str | None) -> None:
    assert parse_price(text) == Price(Decimal(amount), currency)


@pytest.mark.parametrize(("text", "kind"), REFUSED)
def test_what_is_no_price_is_refused_with_its_code(text: str, kind: str) -> None:
    problem = parse_price(text)
    assert isinstance(problem, PriceProblem)
    assert problem.code == f"price-{kind}"
    assert problem.reason


@pytest.mark.parametrize(
    ("text", "decimal", "amount"),
    [
        ("1.299", ".", "1.299"),
        ("1.299", ",", "1299"),
        ("1,299", ".", "1299"),
        ("1,299", ",", "1.299"),
        ("1.299 €", ",", "1299"),
        ("€1,299", ".", "1299"),
        ("1299", ",", "1299"),
        ("1.299,00", ",", "1299.00"),
        ("$1,299", ".", "1299"),
    ],
)
def test_the_columns_decimal_mark_decides(text: str, decimal: DecimalMark, amount: str) -> None:
    price = parse_price(text, FORMATS.get(decimal or ""))
    assert isinstance(price, Price)
    assert price.amount == Decimal(amount)


@pytest.mark.parametrize(("text", "decimal"), [("12,50", "."), ("12.50", ","), ("1.299,00", "."), ("$1,299", ",")])
def test_cells_against_the_columns_mark_are_refused(text: str, decimal: DecimalMark) -> None:
    problem = parse_price(text, FORMATS.get(decimal or ""))
    assert isinstance(problem, PriceProblem)
    assert problem.code == "price-convention"


@pytest.mark.parametrize(
    ("texts", "mark"),
    [
        (["1299.50", "1.299"], "."),
        (["32999.0"], "."),
        (["1,299,000", "1,299"], "."),
        (["1.299,00 €", "1.299 €"], ","),
        (["12,5", "1.299"], ","),
        (["$1,299"], "."),
        (["1299", "1.299", "面议", ""], None),
        (["12.5", "12,5"], None),
        ([], None),
        (["-12.5"], "."),
    ],
)
def test_columns_prove_their_decimal_mark(texts: list[str], mark: str | None) -> None:
    found = read_prices([*texts, "9.999", "9,999"])
    read = {text: isinstance(found[text], Price) for text in ("9.999", "9,999")}
    assert read == dict.fromkeys(read, mark is not None)
    assert mark is None or found["9.999"] == Price(Decimal("9.999" if mark == "." else "9999"), None)
    assert read_numbers(["9.999", *texts[:0]])["9.999"] == parse_number("9.999")


@pytest.mark.parametrize(
    ("text", "value"), [("-5", "-5"), ("+5", "5"), ("-1 299,5", "-1299.5"), ("\u22123.25", "-3.25"), ("1e-3", "0.001")]
)
def test_numbers_may_be_below_zero(text: str, value: str) -> None:
    assert parse_number(text) == Number(Decimal(value))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "number-empty"),
        ("1.5 kg", "number-unreadable"),
        ("$5", "number-unreadable"),
        ("inf", "number-not-finite"),
        ("1.250", "number-ambiguous"),
        ("5-6", "number-range"),
        ("--5", "number-unreadable"),
    ],
)
def test_numbers_that_are_refused(text: str, code: str) -> None:
    problem = parse_number(text)
    assert isinstance(problem, PriceProblem)
    assert problem.code == code


AMOUNT = st.decimals(0, 10**9, places=2)


@given(AMOUNT, st.sampled_from(["{:,}", "₹{:,}", "{:,} USD", "£ {:,}"]))
def test_english_spelling_reads_back(amount: Decimal, form: str) -> None:
    price = parse_price(form.format(amount))
    assert isinstance(price, Price)
    assert price.amount == amount


@given(AMOUNT, st.sampled_from([". ", "' ", "\u00a0 ", "\u202f "]))
def test_continental_spelling_reads_back(amount: Decimal, group: str) -> None:
    whole, _, cents = f"{amount:,}".partition(".")
    spelled = f"{whole.replace(',', group[0])},{cents} €"
    price = parse_price(spelled)
    assert price == Price(amount, "EUR")


@given(AMOUNT, st.sampled_from(["０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९"]))
def test_digits_of_other_scripts_read_back(amount: Decimal, digits: str) -> None:
    price = parse_price(str(amount).translate({ord("0") + i: digit for i, digit in enumerate(digits)}))
    assert price == Price(amount, None)


@given(st.floats(0, 1e14, allow_nan=False))
def test_what_programs_write_reads_back_exactly(value: float) -> None:
    price = parse_price(repr(value), FORMATS["."])
    assert isinstance(price, Price)
    assert float(price.amount) == value


@given(st.text(max_size=70), st.sampled_from([None, ".", ","]))
def test_no_text_crashes(text: str, decimal: DecimalMark | None) -> None:
    price = parse_price(text, FORMATS.get(decimal or ""))
    if isinstance(price, Price):
        assert 0 <= price.amount < 10**15
        assert any(char.isdigit() for char in text)
    read_prices([text])
    parse_number(text, FORMATS.get(decimal or ""))


@pytest.mark.shared_data
@pytest.mark.parametrize("name", ["flipkart1050", "eshop101", "zh_jd_phone_tv", "zh_yanxuan", "amazon_in11k"])
def test_real_prices_parse_as_the_floats_they_are(shared_data: Path, name: str) -> None:
    with (shared_data / name / "products.csv").open(encoding="utf-8", newline="") as file:
        texts = [row["price"] for row in csv.DictReader(file) if row["price"]]
    for text, price in read_prices(texts).items():
        assert isinstance(price, Price)
        assert float(price.amount) == float(text)


def test_per_cent_stay_per_cent() -> None:
    told = [parse_number(text) for text in ("3.25%", "-0.5 %", "3,5\uff05")]
    assert [one.value for one in told if isinstance(one, Number)] == [Decimal("3.25"), Decimal("-0.5"), Decimal("3.5")]
    for text in ("%", "5%%", "5% to 7%"):
        assert isinstance(parse_number(text), PriceProblem)
    assert isinstance(parse_price("3.25%"), PriceProblem)
