"""A bank's price list: names and terms of eight kinds of product, with rates, fees and amounts.

All of it is invented.
"""

from __future__ import annotations

from prodcls.example_domain import Domain, Kind, Leak, Slip, Spread

__all__ = ["FINANCE"]

_DEPOSITS, _LENDING, _CARDS, _INVESTING = "Deposits", "Lending", "Cards", "Investments"
_RETAIL = ("private customers", "business customers", "students")
_WEALTH = ("private customers", "business customers")


def _numbers(rate: Spread, fee: Spread, amount: Spread, term: Spread | None = None) -> dict[str, Spread]:
    known = {"interest_rate": rate, "annual_fee": fee, "minimum_amount": amount}
    return known if term is None else {**known, "term_months": term}


_KINDS = (
    Kind(
        "Savings accounts",
        _DEPOSITS,
        ("savings account", "saver", "call money account"),
        ("instant access", "bonus rate", "online only", "no minimum"),
        (
            "Money can be withdrawn at any time without notice.",
            "Interest is credited at the end of each quarter.",
            "A bonus rate applies to new money for the first months.",
            "The balance is covered by the deposit guarantee scheme.",
        ),
        _numbers(Spread(1.4, 0.45), Spread(6.0, 0.5, 0.8), Spread(20, 1.2, 0.6)),
        {"segment": _RETAIL},
    ),
    Kind(
        "Fixed-term deposits",
        _DEPOSITS,
        ("fixed-term deposit", "time deposit", "fixed saver"),
        ("24 months", "guaranteed rate", "interest at maturity", "renewable"),
        (
            "The rate is guaranteed until maturity.",
            "Early withdrawal is possible only against a deduction.",
            "Interest is paid out together with the capital.",
            "The balance is covered by the deposit guarantee scheme.",
        ),
        _numbers(Spread(2.5, 0.35), Spread(5.0, 0.4, 0.95), Spread(4000, 0.9), Spread(24, 0.5)),
        {"segment": _WEALTH},
    ),
    Kind(
        "Current accounts",
        _DEPOSITS,
        ("current account", "giro account", "everyday account"),
        ("with debit card", "free transfers", "salary bonus", "joint"),
        (
            "Standing orders and direct debits are free of charge.",
            "A debit card comes with the account.",
            "An overdraft may be arranged on request.",
            "Free of charge with a monthly salary credit.",
        ),
        _numbers(Spread(0.15, 0.7, 0.5), Spread(55.0, 0.5, 0.2), Spread(300, 1.0, 0.5)),
        {"segment": _RETAIL},
    ),
    Kind(
        "Personal loans",
        _LENDING,
        ("personal loan", "instalment loan", "consumer credit"),
        ("fixed instalments", "free of purpose", "quick decision", "early repayment"),
        (
            "The loan is free of purpose and needs no security.",
            "Instalments stay the same until the end.",
            "Early repayment is possible at any time.",
            "The rate depends on the applicant's credit rating.",
        ),
        _numbers(Spread(7.2, 0.3), Spread(60.0, 0.5, 0.6), Spread(2500, 0.6), Spread(48, 0.4)),
        {"segment": _RETAIL},
    ),
    Kind(
        "Car finance",
        _LENDING,
        ("car loan", "vehicle finance", "balloon loan"),
        ("used cars", "final instalment", "no deposit", "electric bonus"),
        (
            "The vehicle serves as security until the last instalment.",
            "A final instalment keeps the monthly rate low.",
            "New and used vehicles are financed.",
            "Early repayment is possible at any time.",
        ),
        _numbers(Spread(5.4, 0.3), Spread(50.0, 0.4, 0.7), Spread(6000, 0.5), Spread(54, 0.3)),
        {"segment": _WEALTH},
    ),
    Kind(
        "Mortgages",
        _LENDING,
        ("mortgage", "home loan", "building loan"),
        ("10 years fixed", "up to 80% of value", "annuity", "first home"),
        (
            "A charge on the property is entered in the land register.",
            "The rate is fixed for ten years and agreed anew after that.",
            "Special repayments of five per cent a year are allowed.",
            "The property is valued by an independent surveyor.",
        ),
        _numbers(Spread(3.6, 0.2), Spread(250.0, 0.6, 0.5), Spread(80000, 0.5), Spread(240, 0.3)),
        {"segment": _WEALTH},
    ),
    Kind(
        "Credit cards",
        _CARDS,
        ("credit card", "charge card", "travel card"),
        ("with cashback", "gold", "no foreign fee", "contactless"),
        (
            "Purchases are charged to the account once a month.",
            "Travel insurance is included when the trip is paid by card.",
            "Part of every purchase comes back as cashback.",
            "Interest is charged when the balance is paid in parts.",
        ),
        _numbers(Spread(16.0, 0.2), Spread(70.0, 0.7, 0.3), Spread(1000, 0.6, 0.4)),
        {"segment": _RETAIL},
    ),
    Kind(
        "Investment funds",
        _INVESTING,
        ("fund", "index fund", "savings plan"),
        ("accumulating", "low cost", "balanced", "sustainable"),
        (
            "The value of units may fall as well as rise.",
            "Past performance is no guide to the future.",
            "Units can be returned on any trading day.",
            "A plan can be started with small monthly amounts.",
        ),
        _numbers(Spread(1.1, 0.6), Spread(25.0, 0.6, 0.4), Spread(500, 1.3)),
        {"segment": _WEALTH},
    ),
)

FINANCE = Domain(
    catalogue="finance.csv",
    card={
        "name": "Kinds of bank products",
        "intended_use": "Sorts new entries of a price list into kinds of product before people publish it.",
        "out_of_scope": "Advice to customers; any decision about a customer.",
        "data_origin": "Made by code for this example; nothing in it is real.",
        "personal_data": "None.",
        "known_risks": "Vague names: where neither name nor terms tell the kind, rate and amounts decide.",
    },
    seed=20240301,
    rows=480,
    copies=10,
    mislabelled=10,
    prefix="F",
    columns=(
        *("product_code", "product_name", "terms", "interest_rate", "annual_fee", "minimum_amount", "term_months"),
        *("segment", "issuer", "product_type", "class_path"),
    ),
    kinds=_KINDS,
    makers=("Alder Bank", "Brookfield Mutual", "Cantonal Trust", "Dune Savings", "Elster Credit", "Fjord Finance"),
    maker="issuer",
    modifiers=("Flex", "Plus", "Premium", "Direct", "Junior", "Classic", "Comfort", "Smart", "Green", "Select"),
    vague=("package", "offer", "solution", "plan", "product", "programme"),
    shared=(
        "Conditions as of the date of the price list.",
        "Applications are accepted online and in all branches.",
        "The customer is identified by video or in the branch.",
        "Fees are charged at the beginning of the year.",
        "The bank may change these terms with two months' notice.",
        "Interest is calculated to the day.",
        "Can be combined with our current account and credit card.",
        "A saver or fund may be opened together with this product.",
        "Complaints may be addressed to the ombudsman.",
        "Tax is withheld where the law requires it.",
        "Ask about our home loan and car loan as well.",
    ),
    spelled={
        "interest_rate": ("{:.2f}%", "{:.2f}%", "{:.2f} %", "{:.2f}"),
        "annual_fee": ("EUR {:.2f}", "EUR {:.2f}", "CHF {:.2f}"),
        "minimum_amount": ("{:.0f}",),
        "term_months": ("{:.0f}",),
    },
    confused={
        "Savings accounts": "Fixed-term deposits",
        "Fixed-term deposits": "Savings accounts",
        "Current accounts": "Savings accounts",
        "Personal loans": "Car finance",
        "Car finance": "Personal loans",
        "Mortgages": "Personal loans",
        "Credit cards": "Current accounts",
        "Investment funds": "Savings accounts",
    },
    leak=Leak("Mortgages", "Filed under form 27-B of the central register."),
    slip=Slip("interest_rate", 100.0),
    gaps={"interest_rate": 12, "annual_fee": 10, "terms": 6},
)
