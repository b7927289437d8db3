"""Examples of the API's records, for its schema: the founding group as the catalogue has it, shortened."""

GROUP = {
    "key": "wg-international-collaboration",
    "id": "https://hub.example.org/id/groups/wg-international-collaboration",
    "url": "https://hub.example.org/en/groups/wg-international-collaboration/",
    "api_url": "https://hub.example.org/api/v1/groups/wg-international-collaboration/",
    "names": {
        "es": "Colaboración entre organizaciones y redes internacionales por la ESS",
        "fr": "Collaboration entre organisations et réseaux internationaux pour l'ESS",
        "en": "Collaboration between international organisations and networks for the SSE",
    },
    "theme_blocks": {"es": "Gobernanza", "fr": "Gouvernance", "en": "Governance"},
    "coordinator": {
        "key": "ripess",
        "name": "Intercontinental Network for the Promotion of Social Solidarity Economy",
        "names": {
            "es": "Red Intercontinental de Promoción de la Economía Social Solidaria",
            "fr": "Réseau Intercontinental de Promotion de l'Économie Sociale Solidaire",
            "en": "Intercontinental Network for the Promotion of Social Solidarity Economy",
        },
    },
    "forum": "gsef-montreal-2016",
    "organisations": [
        {
            "key": "aim",
            "name": "International Association of Mutual Benefit Societies",
            "names": {
                "es": "Asociación Internacional de la Mutualidad",
                "fr": "Association Internationale de la Mutualité",
                "en": "International Association of Mutual Benefit Societies",
            },
        }
    ],
    "areas": ["m49-011", "sse-mediterranean", "sse-andean"],
    "context": [
        {
            "key": "growth-of-international-organisations",
            "basis": "founding_text",
            "texts": {
                "es": "En los últimos quince o veinte años ha crecido el número de "
                "organizaciones internacionales dedicadas a promover la ESS, a compartir "
                "experiencias y a entender mejor sus retos. Unas son sectoriales, como "
                "INAISE en las finanzas sociales o WFTO en el comercio justo; otras "
                "tienen vocación más general, como RIPESS, el GSEF, la ACI para las "
                "cooperativas o la AIM para las mutuas. Las crisis del modelo dominante "
                "les dan un lugar cada vez mayor.",
                "fr": "Depuis quinze à vingt ans, les organisations internationales qui "
                "promeuvent l'ESS, partagent des expériences et cherchent à mieux "
                "comprendre ses défis se sont multipliées. Certaines sont sectorielles, "
                "comme l'INAISE pour la finance sociale ou la WFTO pour le commerce "
                "équitable ; d'autres ont une vocation plus large, comme le RIPESS, le "
                "GSEF, l'ACI pour les coopératives ou l'AIM pour les mutuelles. Les "
                "crises du modèle dominant leur donnent une place croissante.",
                "en": "Over the past fifteen to twenty years, international organisations that "
                "promote the SSE, share experience and try to understand its challenges "
                "better have multiplied. Some are sectoral, such as INAISE in social "
                "finance or WFTO in fair trade; others have a broader remit, such as "
                "RIPESS, GSEF, the ICA for co-operatives or AIM for mutuals. The crises "
                "of the dominant model are giving them a growing place.",
            },
        }
    ],
    "questions": [
        {
            "key": "q-experiences",
            "basis": "founding_text",
            "texts": {
                "es": "¿Qué experiencias de colaboración internacional en ESS ha vivido su "
                "organización y qué ha aprendido de ellas?",
                "fr": "Quelles expériences de collaboration internationale en ESS votre "
                "organisation a-t-elle vécues et qu'en a-t-elle appris ?",
                "en": "What experiences of international collaboration in the SSE has your "
                "organisation had, and what has it learned from them?",
            },
        }
    ],
    "meetings": ["wg-meeting-montreal-2016"],
    "calls": ["wg-call-2016"],
    "illustrative": False,
    "confidence": "high",
    "sources": [
        "https://gsef2016.org/index.html%3Fp=3688.html",
        "https://gsef2016.org/index.html%3Fp=3679&lang=es.html",
        "https://www.ripess.eu/tag/public-policies/page/2/",
    ],
    "note": None,
    "updated_at": "2026-01-15T09:30:00Z",
}

MEETING = {
    "key": "wg-meeting-montreal-2016",
    "id": "https://hub.example.org/id/meetings/wg-meeting-montreal-2016",
    "url": "https://hub.example.org/en/groups/wg-international-collaboration/meetings/wg-meeting-montreal-2016/",
    "api_url": "https://hub.example.org/api/v1/meetings/wg-meeting-montreal-2016/",
    "names": {
        "es": "Colaboración entre organizaciones y redes internacionales por la ESS",
        "fr": "Collaboration entre organisations et réseaux internationaux pour l'ESS",
        "en": "Collaboration between international organisations and networks for the SSE",
    },
    "group": "wg-international-collaboration",
    "basis": "founding_text",
    "purposes": {
        "es": "Compartir experiencias e ideas, precisar los desafíos y considerar directrices "
        "para colaboraciones futuras.",
        "fr": "Partager expériences et idées, préciser les défis et dégager des pistes pour de "
        "futures collaborations.",
        "en": "Share experience and ideas, pin down the challenges and consider guidelines for "
        "future collaboration.",
    },
    "event": "gsef-montreal-2016",
    "year": 2016,
    "starts_at": None,
    "ends_at": None,
    "moved_from": None,
    "cancelled_at": None,
    "time_zone": "UTC",
    "place": None,
    "city": "Montréal",
    "country": "CA",
    "online_url": None,
    "languages": ["es", "fr", "en"],
    "confidence": None,
    "sources": [],
    "note": None,
    "updated_at": "2026-01-15T09:30:00Z",
}

DOCUMENT = {
    "key": "wg-preparatory-document",
    "id": "https://hub.example.org/id/documents/wg-preparatory-document",
    "url": "https://hub.example.org/en/groups/wg-international-collaboration/#document-wg-preparatory-document",
    "api_url": "https://hub.example.org/api/v1/documents/wg-preparatory-document/",
    "names": {
        "es": "Documento preparatorio del grupo de trabajo",
        "fr": "Document préparatoire du groupe de travail",
        "en": "Working group preparatory document",
    },
    "group": "wg-international-collaboration",
    "basis": "founding_text",
    "meeting": "wg-meeting-montreal-2016",
    "kind": "preparatory",
    "texts": {"es": None, "fr": None, "en": None},
    "available": False,
    "files": [],
    "confidence": None,
    "sources": [],
    "note": None,
    "updated_at": "2026-01-15T09:30:00Z",
}

CALL = {
    "key": "wg-call-2016",
    "id": "https://hub.example.org/id/calls/wg-call-2016",
    "url": "https://hub.example.org/en/calls/wg-call-2016/",
    "api_url": "https://hub.example.org/api/v1/calls/wg-call-2016/",
    "names": {
        "es": "Colaboración entre organizaciones internacionales …",
        "fr": "Collaboration entre organisations internationales …",
        "en": "Collaboration between international organisations …",
    },
    "group": "wg-international-collaboration",
    "basis": "founding_text",
    "meeting": "wg-meeting-montreal-2016",
    "texts": {"es": None, "fr": None, "en": None},
    "notices": {
        "es": "El plazo para enviar contribuciones ha terminado.",
        "fr": "Le dépôt de contributions est terminé.",
        "en": "Submissions are closed.",
    },
    "state": "closed",
    "opens_at": None,
    "closes_at": None,
    "time_zone": "UTC",
    "dates_unknown": True,
    "accepts": ["text", "link", "attachment"],
    "confidence": None,
    "sources": [],
    "note": None,
    "updated_at": "2026-01-15T09:30:00Z",
}
