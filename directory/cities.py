"""What cities are called in the hub's languages, where that differs from how the records spell them.

A record gives its city once. Pages name it in the reader's language, and a search for any of its names
finds it.
"""

import re
import unicodedata
from functools import cache

from directory.text import language

# country, city as the records spell it: Spanish, French, English.
NAMES = {
    ("AT", "Vienna"): ("Viena", "Vienne", "Vienna"),
    ("AU", "Sydney"): ("Sídney", "Sydney", "Sydney"),
    ("BE", "Antwerp"): ("Amberes", "Anvers", "Antwerp"),
    ("BE", "Brussels"): ("Bruselas", "Bruxelles", "Brussels"),
    ("BE", "Liège"): ("Lieja", "Liège", "Liège"),
    ("BF", "Ouagadougou"): ("Uagadugú", "Ouagadougou", "Ouagadougou"),
    ("BR", "Brasília"): ("Brasilia", "Brasilia", "Brasília"),
    ("BR", "Manaus"): ("Manaos", "Manaus", "Manaus"),
    ("BR", "Rio de Janeiro"): ("Río de Janeiro", "Rio de Janeiro", "Rio de Janeiro"),
    ("CA", "Montréal"): ("Montreal", "Montréal", "Montréal"),
    ("CA", "Québec"): ("Quebec", "Québec", "Québec"),
    ("CH", "Geneva"): ("Ginebra", "Genève", "Geneva"),
    ("CH", "Lausanne"): ("Lausana", "Lausanne", "Lausanne"),
    ("CI", "Abidjan"): ("Abiyán", "Abidjan", "Abidjan"),
    ("CM", "Yaoundé"): ("Yaundé", "Yaoundé", "Yaoundé"),
    ("CO", "Bogotá"): ("Bogotá", "Bogota", "Bogotá"),
    ("DE", "Berlin"): ("Berlín", "Berlin", "Berlin"),
    ("DE", "Frankfurt am Main"): ("Fráncfort del Meno", "Francfort-sur-le-Main", "Frankfurt am Main"),
    ("ES", "Barcelona"): ("Barcelona", "Barcelone", "Barcelona"),
    ("ES", "Seville"): ("Sevilla", "Séville", "Seville"),
    ("ES", "Zaragoza"): ("Zaragoza", "Saragosse", "Zaragoza"),
    ("ET", "Addis Ababa"): ("Adís Abeba", "Addis-Abeba", "Addis Ababa"),
    ("FR", "Bordeaux"): ("Burdeos", "Bordeaux", "Bordeaux"),
    ("FR", "Paris"): ("París", "Paris", "Paris"),
    ("GB", "Edinburgh"): ("Edimburgo", "Édimbourg", "Edinburgh"),
    ("GR", "Athens"): ("Atenas", "Athènes", "Athens"),
    ("ID", "Jakarta"): ("Yakarta", "Jakarta", "Jakarta"),
    ("IE", "Dublin"): ("Dublín", "Dublin", "Dublin"),
    ("IN", "New Delhi"): ("Nueva Delhi", "New Delhi", "New Delhi"),
    ("IT", "Milan"): ("Milán", "Milan", "Milan"),
    ("IT", "Padua"): ("Padua", "Padoue", "Padua"),
    ("IT", "Rome"): ("Roma", "Rome", "Rome"),
    ("IT", "Trento"): ("Trento", "Trente", "Trento"),
    ("IT", "Turin"): ("Turín", "Turin", "Turin"),
    ("JO", "Amman"): ("Amán", "Amman", "Amman"),
    ("JP", "Tokyo"): ("Tokio", "Tokyo", "Tokyo"),
    ("KR", "Seoul"): ("Seúl", "Séoul", "Seoul"),
    ("LB", "Beirut"): ("Beirut", "Beyrouth", "Beirut"),
    ("LU", "Luxembourg"): ("Luxemburgo", "Luxembourg", "Luxembourg"),
    ("MX", "Ciudad de México"): ("Ciudad de México", "Mexico", "Mexico City"),
    ("NL", "Amsterdam"): ("Ámsterdam", "Amsterdam", "Amsterdam"),
    ("NL", "The Hague"): ("La Haya", "La Haye", "The Hague"),
    ("NP", "Kathmandu"): ("Katmandú", "Katmandou", "Kathmandu"),
    ("PA", "Ciudad de Panamá"): ("Ciudad de Panamá", "Panama", "Panama City"),
    ("PH", "Manila"): ("Manila", "Manille", "Manila"),
    ("PL", "Warsaw"): ("Varsovia", "Varsovie", "Warsaw"),
    ("PS", "Ramallah"): ("Ramala", "Ramallah", "Ramallah"),
    ("PT", "Lisbon"): ("Lisboa", "Lisbonne", "Lisbon"),
    ("RO", "Bucharest"): ("Bucarest", "Bucarest", "Bucharest"),
    ("SE", "Stockholm"): ("Estocolmo", "Stockholm", "Stockholm"),
    ("TN", "Tunis"): ("Túnez", "Tunis", "Tunis"),
    ("US", "New York"): ("Nueva York", "New York", "New York"),
    ("VA", "Vatican City"): ("Ciudad del Vaticano", "Cité du Vatican", "Vatican City"),
    ("VN", "Hanoi"): ("Hanói", "Hanoï", "Hanoi"),
    ("ZA", "Cape Town"): ("Ciudad del Cabo", "Le Cap", "Cape Town"),
    ("ZA", "Johannesburg"): ("Johannesburgo", "Johannesbourg", "Johannesburg"),
}
LANGUAGES = {"es": 0, "fr": 1, "en": 2}


def city_name(city, country):
    """The city as readers of the page's language call it."""
    names = NAMES.get((country, city))
    return names[LANGUAGES[language()]] if names else city


def _plain(text):
    """Without accents and capitals, as a search reads it."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))


@cache
def _spellings():
    """`{a name of a city: how the records spell it}`, both plain, and what finds such a name in a text."""
    spelt = {_plain(name): _plain(city) for (_country, city), names in NAMES.items() for name in names}
    spelt = {name: city for name, city in spelt.items() if name != city}
    found = "|".join(re.escape(name) for name in sorted(spelt, key=len, reverse=True))
    return spelt, re.compile(rf"\b(?:{found})\b")


def as_recorded(text):
    """The text with its cities as the records spell them (Ginebra, Genève: geneva); empty without any."""
    spelt, names = _spellings()
    replaced, count = names.subn(lambda found: spelt[found.group()], _plain(text))
    return replaced if count else ""
