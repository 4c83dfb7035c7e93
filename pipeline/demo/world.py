"""Countries and regions the demo firm sells to: currency, payment culture, seasons, freight. Invented figures."""

from __future__ import annotations

from typing import NamedTuple


class Country(NamedTuple):
    """How buyers of one country/region trade and pay.

    ``weight`` is the share of buyers, ``invoiced`` the currencies we invoice in (repeated = more often), ``late_days``
    the mean lateness of an average payer, ``slow_months`` the due months that are paid later still, ``transit_days``
    the days at sea.
    """

    code: str
    weight: int
    currency: str
    invoiced: tuple[str, ...]
    late_days: int
    slow_months: tuple[int, ...]
    tongue: str
    transit_days: int


COUNTRIES = (
    Country("US", 26, "USD", ("USD",), 5, (12, 1), "en", 26),
    Country("DE", 18, "EUR", ("EUR",), 2, (8, 12), "de", 34),
    Country("GB", 14, "GBP", ("GBP", "GBP", "USD"), 7, (8, 12), "en", 36),
    Country("FR", 12, "EUR", ("EUR",), 9, (7, 8), "fr", 35),
    Country("IT", 11, "EUR", ("EUR",), 14, (8, 12), "it", 31),
    Country("ES", 9, "EUR", ("EUR",), 10, (8,), "es", 32),
    Country("NL", 9, "EUR", ("EUR", "EUR", "USD"), 3, (7, 8), "nl", 33),
    Country("BE", 5, "EUR", ("EUR",), 5, (7, 8), "nl", 33),
    Country("PL", 9, "PLN", ("EUR", "EUR", "USD"), 8, (12,), "pl", 37),
    Country("CZ", 5, "CZK", ("EUR",), 6, (12,), "cs", 38),
    Country("RO", 4, "RON", ("EUR",), 15, (8, 12), "ro", 30),
    Country("SE", 5, "SEK", ("EUR", "USD"), 2, (7,), "sv", 40),
    Country("TR", 6, "TRY", ("USD", "EUR"), 17, (8,), "tr", 28),
    Country("ZA", 5, "ZAR", ("USD",), 11, (12, 1), "en", 30),
    Country("AE", 8, "AED", ("USD",), 14, (3, 4), "ar", 20),
    Country("SA", 5, "SAR", ("USD",), 18, (3, 4), "ar", 23),
    Country("EG", 3, "EGP", ("USD",), 21, (3, 4), "ar", 25),
    Country("IN", 7, "INR", ("USD",), 19, (3, 10), "in", 19),
    Country("TH", 5, "THB", ("USD", "CNY"), 7, (4,), "th", 9),
    Country("VN", 6, "VND", ("USD", "CNY"), 9, (1, 2), "vn", 6),
    Country("ID", 5, "IDR", ("USD",), 13, (4, 12), "id", 11),
    Country("SG", 4, "SGD", ("USD", "CNY"), 2, (2,), "hk", 8),
    Country("HK", 8, "HKD", ("USD", "CNY", "CNY"), 4, (2,), "hk", 4),
    Country("JP", 9, "JPY", ("JPY", "JPY", "USD"), 0, (8,), "jp", 7),
    Country("AU", 9, "AUD", ("AUD", "AUD", "USD"), 6, (12, 1), "en", 18),
    Country("CA", 8, "CAD", ("CAD", "CAD", "USD"), 5, (12, 1), "en", 27),
    Country("MX", 8, "MXN", ("MXN", "USD", "USD"), 12, (12,), "es", 24),
    Country("BR", 7, "BRL", ("USD",), 18, (12, 1, 2), "pt", 38),
    Country("CL", 4, "CLP", ("USD",), 9, (2,), "es", 35),
    Country("CO", 4, "COP", ("USD",), 13, (12,), "es", 30),
)
BY_CODE = {country.code: country for country in COUNTRIES}

# Rough price level of one US dollar, so that amounts look natural in every currency; no exchange rate.
PRICE_LEVEL = {
    "USD": 1.0,
    "EUR": 0.9,
    "GBP": 0.8,
    "JPY": 150.0,
    "AUD": 1.5,
    "CAD": 1.4,
    "MXN": 18.0,
    "CNY": 7.2,
}
