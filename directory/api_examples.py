"""Records of the catalogue as the API gives them in English, for the readers of its schema."""


def named(key, es, fr, en):
    """An organisation named on another record."""
    return {"key": key, "name": en, "names": {"es": es, "fr": fr, "en": en}}


ORGANISATION = {
    "key": "raess",
    "id": "https://hub.example.org/id/organisations/raess",
    "url": "https://hub.example.org/en/organisations/raess/",
    "api_url": "https://hub.example.org/api/v1/organisations/raess/",
    "names": {
        "es": "Red Africana de Economía Social y Solidaria",
        "fr": "Réseau Africain de l'Économie Sociale et Solidaire",
        "en": "African Network of the Social and Solidarity Economy",
    },
    "acronyms": {"es": "RAESS", "fr": "RAESS", "en": "RAESS"},
    "names_translated": ["es"],
    "aliases": ["ANSSE"],
    "descriptions": {
        "es": "Red continental africana de ESS …",
        "fr": "Réseau continental africain d'ESS …",
        "en": "The African continental SSE network …",
    },
    "kind": "network",
    "scope": "continental",
    "regions": ["m49-002"],
    "found_in": ["m49-001", "m49-002", "m49-011"],
    "sectors": ["cross_sectoral", "public_policy"],
    "country": "ML",
    "city": "Bamako",
    "latitude": 12.65,
    "longitude": -8.0,
    "founded": 2010,
    "website": "http://www.raessafrique.ml",
    "status": "active",
    "relations": [
        {
            "type": "part_of",
            "inverse": False,
            **named(
                "ripess",
                "Red Intercontinental de Promoción de la Economía Social Solidaria",
                "Réseau Intercontinental de Promotion de l'Économie Sociale Solidaire",
                "Intercontinental Network for the Promotion of Social Solidarity Economy",
            ),
        },
        {
            "type": "member_of",
            "inverse": True,
            **named(
                "remess-maroc",
                "Red Marroquí de Economía Social y Solidaria",
                "Réseau Marocain de l'Économie Sociale et Solidaire",
                "Moroccan Network of the Social and Solidarity Economy",
            ),
        },
    ],
    "agreement_count": 3,
    "confidence": "high",
    "sources": ["http://www.raessafrique.ml/page_apropos.php"],
    "note": None,
    "updated_at": "2026-01-15T09:30:00Z",
}
AGREEMENT = {
    "key": "ica-ilo-mou-2004",
    "id": "https://hub.example.org/id/agreements/ica-ilo-mou-2004",
    "url": "https://hub.example.org/en/agreements/ica-ilo-mou-2004/",
    "api_url": "https://hub.example.org/api/v1/agreements/ica-ilo-mou-2004/",
    "names": {
        "es": "Acuerdo ACI–OIT: Agenda cooperativa común",
        "fr": "Accord ACI–OIT : agenda coopératif commun",
        "en": "ICA–ILO agreement: Common Cooperative Agenda",
    },
    "official_titles": {"es": None, "fr": None, "en": None},
    "descriptions": {
        "es": "Acuerdo firmado en Ginebra …",
        "fr": "Accord signé à Genève …",
        "en": "Agreement signed in Geneva …",
    },
    "parties": [
        {
            **named(
                "ica",
                "Alianza Cooperativa Internacional",
                "Alliance Coopérative Internationale",
                "International Cooperative Alliance",
            ),
            "role": None,
        },
        {
            **named(
                "ilo",
                "Organización Internacional del Trabajo",
                "Organisation internationale du Travail",
                "International Labour Organization",
            ),
            "role": None,
        },
    ],
    "kind": "memorandum_of_understanding",
    "status": "superseded",
    "direction": {"stated": "global", "computed": "global", "shown": "global"},
    "regions": ["m49-001"],
    "found_in": ["m49-001"],
    "sectors": ["decent_work", "cooperatives"],
    "signed_on": "2004-02-10",
    "start_year": 2004,
    "start_on": None,
    "end_year": 2015,
    "end_on": None,
    "supersedes": None,
    "renewed_by": ["ica-ilo-mou-2015"],
    "adopted_at": [],
    "documents": [],
    "illustrative": False,
    "confidence": "high",
    "sources": ["https://ica.coop/es/node/11649"],
    "note": None,
    "updated_at": "2026-01-15T09:30:00Z",
}
EVENT = {
    "key": "gsef-montreal-2016",
    "id": "https://hub.example.org/id/events/gsef-montreal-2016",
    "url": "https://hub.example.org/en/events/gsef-montreal-2016/",
    "api_url": "https://hub.example.org/api/v1/events/gsef-montreal-2016/",
    "names": {
        "es": "Foro Mundial de la Economía Social GSEF2016, Montreal",
        "fr": "Forum mondial de l'économie sociale GSEF2016, Montréal",
        "en": "Global Social Economy Forum GSEF2016, Montréal",
    },
    "themes": {
        "es": "Gobiernos locales y actores de la economía social …",
        "fr": "Gouvernements locaux et acteurs de l'économie sociale …",
        "en": "Local governments and social economy actors …",
    },
    "series": "gsef",
    "type": "forum",
    "format": "in_person",
    "audience": "both",
    "year": 2016,
    "starts_on": "2016-09-07",
    "ends_on": "2016-09-09",
    "city": "Montréal",
    "country": "CA",
    "found_in": ["m49-001", "m49-019", "m49-021"],
    "latitude": 45.5,
    "longitude": -73.57,
    "organisers": [
        named(
            "chantier-economie-sociale",
            "Chantier de l'économie sociale (Quebec)",
            "Chantier de l'économie sociale",
            "Chantier de l'économie sociale (Québec)",
        ),
        named(
            "gsef",
            "Foro Global de la Economía Social y Solidaria",
            "Forum mondial de l'économie sociale et solidaire",
            "Global Forum for Social and Solidarity Economy",
        ),
        named("ville-de-montreal", "Ciudad de Montreal", "Ville de Montréal", "City of Montréal"),
    ],
    "outcome": "montreal-declaration-2016",
    "confidence": "high",
    "sources": ["https://gsef2016.org/index.html%3Fp=3688.html"],
    "note": None,
    "updated_at": "2026-01-15T09:30:00Z",
}
VOCABULARY = {
    "key": "scopes",
    "id": "https://hub.example.org/id/vocabularies/scopes",
    "url": "https://hub.example.org/api/v1/vocabularies/scopes/",
    "names": {"es": "ámbitos", "fr": "échelles", "en": "scopes"},
    "terms": [
        {
            "key": "continental",
            "id": "https://hub.example.org/id/scopes/continental",
            "labels": {"es": "Continental", "fr": "Continental", "en": "Continental"},
            "definitions": {"es": None, "fr": None, "en": None},
            "mappings": {"murmurations": "international"},
        }
    ],
}
REGION = {
    "key": "m49-011",
    "id": "https://hub.example.org/id/regions/m49-011",
    "url": "https://hub.example.org/en/regions/m49-011/",
    "api_url": "https://hub.example.org/api/v1/regions/m49-011/",
    "names": {"es": "África Occidental", "fr": "Afrique de l'Ouest", "en": "West Africa"},
    "type": "subregion",
    "parent": "m49-002",
    "m49": "011",
    "countries": "BF BJ CI CV GH GM GN GW LR ML MR NE NG SH SL SN TG".split(),
    "organisation_count": 17,
    "agreement_count": 21,
    "event_count": 5,
}
