"""Invented contributions on their way through moderation: what waits, what was returned or declined,
what came late. None of it is real.

`steps`: (step, days ago, who, reason); `earlier`: what the versions before the present one changed.
"""

CLOSED_CALL = {
    "slug": "demo-call-closed",
    "title": (
        "Convocatoria de ejemplo ya cerrada: ferias entre dos países",
        "Appel d'exemple déjà fermé : foires entre deux pays",
        "Example call, closed: fairs between two countries",
    ),
    "text": (
        "Buscábamos relatos de ferias que dos países organizan juntos.",
        "Nous cherchions des récits de foires que deux pays organisent ensemble.",
        "We were looking for stories of fairs that two countries hold together.",
    ),
}
QUESTION = (
    "¿Qué cambió para la gente desde que existe el acuerdo?",
    "Qu'est-ce qui a changé pour les gens depuis que l'accord existe ?",
    "What has changed for people since the agreement exists?",
)
ASKED_FOR_A_CASE = (
    "Gracias: su idea nos interesa. Se entendería mejor con un caso concreto: dónde ocurrió, quiénes "
    "participaron, qué cambió y para quién. Basta un párrafo."
)
QUEUE = [
    {
        "reference": "C-DEMQA22",
        "language": "fr",
        "kind": "experience",
        "author_name": "Personne fictive",
        "state": "received",
        "title": "Exemple : une tontine apprend d'une caisse de solidarité",
        "summary": "Un récit inventé de visites entre deux quartiers.",
        "text": "Ce texte est un exemple inventé.\n\n## Deux quartiers, une question\n\nLes femmes de la tontine "
        "voulaient savoir comment la caisse de solidarité tient ses comptes quand la trésorière est absente.\n\n"
        "## La visite\n\nTrois personnes sont venues, avec leurs cahiers. Elles sont reparties avec une règle "
        "simple : deux signatures, et le cahier reste au local.\n\n## Ce qui reste\n\nLes deux groupes se "
        "téléphonent le premier lundi du mois.",
        "steps": [("submit", 9, "contributor", "")],
        "answers": "Les comptes se lisent à voix haute à chaque réunion.",
    },
    {
        "reference": "C-DEMQB22",
        "language": "es",
        "kind": "proposal",
        "author_name": "Persona de ejemplo",
        "state": "received",
        "title": "Ejemplo: una caja común para que viajen quienes hacen el trabajo",
        "summary": "Una propuesta inventada sobre los gastos de viaje.",
        "text": "Este texto es un ejemplo inventado.\n\n## El problema\n\nLos acuerdos se firman entre dirigentes. "
        "Las personas que llevan las ferias, las cajas y los talleres casi nunca viajan.\n\n## Un caso\n\nEn una "
        "feria de ejemplo, seis cooperativas de dos países pusieron cada una el dos por ciento de sus ventas. Con "
        "eso viajaron cuatro artesanas, una semana, y volvieron con un horno que gasta la mitad.\n\n"
        "## La propuesta\n\nCada acuerdo reserva una parte pequeña y fija para viajes, la administran las "
        "organizaciones locales y se publica una vez al año en qué se usó.",
        "earlier": [
            {
                "text": "Este texto es un ejemplo inventado.\n\n## El problema\n\nLos acuerdos se firman entre "
                "dirigentes. Las personas que llevan las ferias, las cajas y los talleres no viajan.\n\n"
                "## La propuesta\n\nCada acuerdo reserva una parte para viajes y la administran las "
                "organizaciones.",
            }
        ],
        "steps": [
            ("submit", 12, "contributor", ""),
            ("return", 6, "moderator", ASKED_FOR_A_CASE),
            ("resubmit", 2, "contributor", ""),
        ],
    },
    {
        "reference": "C-DEMQC22",
        "language": "en",
        "kind": "analysis",
        "author_name": "Example person",
        "state": "received",
        "title": "Example: who remembers an agreement after five years",
        "summary": "An invented analysis of five invented agreements.",
        "text": "This text is an invented example.\n\n## What we asked\n\nWe asked ten organisations which of their "
        "agreements they could name without looking.\n\n## What we heard\n\n- Three named one.\n- Nobody named the "
        "date.\n- Everybody remembered a person.\n\n## What follows\n\n> An agreement lives as long as somebody is "
        "asked about it.\n\nSo ask, once a year, in public.",
        "links": ["https://www.example.org/agreements"],
        "steps": [("submit", 1, "contributor", "")],
    },
    {
        "reference": "C-DEMQD22",
        "language": "es",
        "kind": "experience",
        "author_name": "Persona de ejemplo",
        "state": "returned",
        "title": "Ejemplo: fotos de un encuentro de mujeres rurales",
        "summary": "",
        "text": "Este texto es un ejemplo inventado.\n\nEl encuentro duró dos días. Las fotos muestran a las "
        "participantes y sus productos.",
        "steps": [
            ("submit", 5, "contributor", ""),
            (
                "return",
                3,
                "moderator",
                "El texto o las fotos permiten reconocer a personas. Antes de publicar necesitamos saber que están "
                "de acuerdo. Díganoslo en el texto o en un adjunto, o cambie los nombres y quite las fotos.",
            ),
        ],
    },
    {
        "reference": "C-DEMQE22",
        "language": "fr",
        "kind": "proposal",
        "author_name": "Personne fictive",
        "state": "declined",
        "title": "Exemple : un logiciel pour toutes les coopératives",
        "summary": "",
        "text": "Ce texte est un exemple inventé.\n\nNotre logiciel tient la comptabilité de toutes les "
        "coopératives, à partir de quinze euros par mois.",
        "steps": [
            ("submit", 8, "contributor", ""),
            (
                "decline",
                7,
                "moderator",
                "Merci de nous avoir écrit. Le texte présente surtout un produit ou un service, alors que cet appel "
                "publie des expériences, des analyses et des propositions. Si vous souhaitez raconter ce que vous "
                "avez appris, nous le lirons avec plaisir.",
            ),
        ],
    },
    {
        "reference": "C-DEMQF22",
        "language": "en",
        "kind": "proposal",
        "author_name": "Demo moderator",
        "by": "moderator",
        "state": "received",
        "title": "Example: what a moderator wrote, and another one judges",
        "summary": "",
        "text": "This text is an invented example. Its author moderates the group, so the buttons of the decision "
        "are not there.",
        "steps": [("submit", 4, "moderator", "")],
    },
]
LATE = {
    "title": "Ejemplo: la feria que llegó tarde",
    "kind": "experience",
    "language": "es",
    "summary": "Un relato inventado que se envió unos minutos después del cierre.",
    "text": "Este texto es un ejemplo inventado.\n\n## La feria\n\nSe cortó la luz en el barrio cuando íbamos a "
    "enviar el texto. Lo enviamos en cuanto volvió.\n\n## Lo que queríamos contar\n\nDos ciudades de frontera "
    "organizan la misma feria, un año cada una, y comparten las mesas y los toldos.",
    "author_name": "Persona de ejemplo",
    "consent": "on",
}
REPORT = "Exemple d'un signalement inventé : les délais étaient déjà affichés avant l'échange."
