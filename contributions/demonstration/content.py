"""Invented content that shows how the hub works. None of it is real; every record is marked so.

Texts by language (es, fr, en); a contribution has one language of its own.
"""

GROUP = {
    "slug": "demo-local-impact",
    "title": (
        "Ejemplo: medir lo que cambia un acuerdo en el terreno",
        "Exemple : mesurer ce qu'un accord change sur le terrain",
        "Example: measuring what an agreement changes on the ground",
    ),
    "theme_block": ("Demostración", "Démonstration", "Demonstration"),
}
CONTEXT = (
    "Este grupo de trabajo es un ejemplo inventado. Muestra cómo un grupo presenta su tema, reúne "
    "documentos y abre una convocatoria de contribuciones.",
    "Ce groupe de travail est un exemple inventé. Il montre comment un groupe présente son thème, "
    "rassemble des documents et ouvre un appel à contributions.",
    "This working group is an invented example. It shows how a group presents its theme, gathers "
    "documents and opens a call for contributions.",
)
QUESTIONS = [
    (
        "¿Cómo supo su organización que un acuerdo había cambiado algo para la gente?",
        "Comment votre organisation a-t-elle su qu'un accord avait changé quelque chose pour les gens ?",
        "How did your organisation know that an agreement had changed something for people?",
    ),
    (
        "¿Qué seguimiento es útil sin ser una carga para las organizaciones locales?",
        "Quel suivi est utile sans peser sur les organisations locales ?",
        "Which follow-up is useful without weighing on local organisations?",
    ),
]
MEETING = {
    "slug": "demo-meeting-dakar",
    "title": ("Reunión de ejemplo en Dakar y en línea", "Réunion d'exemple à Dakar et en ligne",
              "Example meeting in Dakar and online"),
    "purpose": (
        "Leer juntos las contribuciones y decidir qué desafíos se desprenden de ellas.",
        "Lire ensemble les contributions et décider des défis qui s'en dégagent.",
        "To read the contributions together and decide which challenges they raise.",
    ),
}  # fmt: skip
CALL = {
    "slug": "demo-call",
    "title": ("Convocatoria de ejemplo: relatos de acuerdos", "Appel d'exemple : récits d'accords",
              "Example call: stories of agreements"),
    "text": (
        "Buscamos **experiencias**, **análisis** y **propuestas**:\n\n"
        "- relatos de acuerdos que funcionaron, o que no, y por qué;\n"
        "- formas sencillas de seguir un acuerdo;\n"
        "- ideas para compartir resultados entre continentes.",
        "Nous cherchons des **expériences**, des **analyses** et des **propositions** :\n\n"
        "- des récits d'accords qui ont marché, ou non, et pourquoi ;\n"
        "- des façons simples de suivre un accord ;\n"
        "- des idées pour partager les résultats entre continents.",
        "We are looking for **experiences**, **analyses** and **proposals**:\n\n"
        "- stories of agreements that worked, or did not, and why;\n"
        "- simple ways to follow an agreement;\n"
        "- ideas for sharing results between continents.",
    ),
}  # fmt: skip
DOCUMENT = {
    "slug": "demo-preparatory-document",
    "title": ("Seguir un acuerdo: preguntas para empezar (ejemplo)", "Suivre un accord : questions pour commencer (exemple)",
              "Following an agreement: questions to begin with (example)"),
    "text": (
        "## Tres preguntas\n\n1. ¿A quién debía servir el acuerdo?\n2. ¿Quién lo conoce hoy?\n3. ¿Qué se haría igual sin él?",
        "## Trois questions\n\n1. À qui l'accord devait-il servir ?\n2. Qui le connaît aujourd'hui ?\n3. Que ferait-on de même sans lui ?",
        "## Three questions\n\n1. Whom was the agreement meant to serve?\n2. Who knows of it today?\n3. What would be done the same without it?",
    ),
}  # fmt: skip
AUTHORS = {"es": "Persona de ejemplo", "fr": "Personne fictive", "en": "Example person"}
CONTRIBUTIONS = [
    {
        "reference": "C-DEMES22",
        "language": "es",
        "kind": "experience",
        "title": "Ejemplo: el acuerdo que nadie recordaba",
        "summary": "Un relato inventado sobre lo que queda de un acuerdo cuando cambian las personas.",
        "text": "Este texto es un ejemplo inventado.\n\n## Lo que decía el acuerdo\n\nDos redes prometieron "
        "intercambiar visitas y formar a quienes llevan las cajas de ahorro. El papel cabía en una página.\n\n"
        "## Lo que pasó\n\nLa primera visita cambió la manera de llevar las cuentas. Después, la persona que "
        "conocía el acuerdo dejó la red y nadie volvió a abrirlo.\n\n## Lo que propondríamos\n\nNombrar a dos "
        "organizaciones locales por país y publicar cada año media página sobre lo que cambió.",
    },
    {
        "reference": "C-DEMFR22",
        "language": "fr",
        "kind": "analysis",
        "title": "Exemple : ce que deux mutuelles apprennent l'une de l'autre",
        "summary": "Une analyse inventée d'échanges entre mutuelles de santé.",
        "text": "Ce texte est un exemple inventé.\n\n## Un échange qui dure\n\nDeux mutuelles de santé se rendent "
        "visite chaque année. Elles comparent leurs cotisations, leurs refus et leurs assemblées.\n\n## Ce qui "
        "a changé\n\nLes délais de remboursement ont été affichés dans les deux sièges. Personne ne l'avait "
        "prévu dans l'accord.\n\n## Ce qui manque\n\nUn budget de voyage pour celles et ceux qui tiennent "
        "les guichets.",
    },
    {
        "reference": "C-DEMEN22",
        "language": "en",
        "kind": "proposal",
        "title": "Example: one page a year for every agreement",
        "summary": "An invented proposal for a yearly page on what each agreement changed.",
        "text": "This text is an invented example.\n\n## The proposal\n\nEvery agreement publishes one page a year: "
        "what was done, who took part, what changed for local actors, what comes next.\n\n## Why one page\n\n"
        "Because it gets written. Long reports wait for the person who left.\n\n## How to begin\n\nWith the "
        "agreements that end next year: renewing them asks the same questions anyway.",
    },
]  # fmt: skip
# What the challenge quotes of them.
QUOTES = {
    "C-DEMES22": "Después, la persona que conocía el acuerdo dejó la red y nadie volvió a abrirlo.",
    "C-DEMFR22": "Les délais de remboursement ont été affichés dans les deux sièges. "
    "Personne ne l'avait prévu dans l'accord.",
}
CHALLENGE = {
    "slug": "demo-challenge",
    "text": (
        "Ejemplo: que un acuerdo sobreviva a las personas que lo firmaron.",
        "Exemple : faire qu'un accord survive aux personnes qui l'ont signé.",
        "Example: letting an agreement outlive the people who signed it.",
    ),
}
GUIDELINE = {
    "slug": "demo-guideline",
    "text": (
        "Ejemplo: publicar cada año una página sobre lo que el acuerdo cambió.",
        "Exemple : publier chaque année une page sur ce que l'accord a changé.",
        "Example: publish one page a year on what the agreement changed.",
    ),
}
AGREEMENT = {
    "slug": "demo-see-ripess-example",
    "parties": ("ripess-europe", "raess"),
    "kind": "partnership_agreement",
    "direction": "south_north",
    "regions": ("m49-150", "m49-002"),
    "sectors": ("education_training",),
    "title": (
        "Ejemplo: hoja de ruta común entre redes europeas y africanas",
        "Exemple : feuille de route commune entre réseaux européens et africains",
        "Example: shared roadmap between European and African networks",
    ),
    "description": (
        "Ficha ilustrativa, no atestiguada, que muestra cómo se describe un convenio Sur-Norte entre dos redes "
        "continentales de RIPESS.",
        "Fiche d'exemple, non attestée, qui montre comment décrire une convention Sud-Nord entre deux réseaux "
        "continentaux du RIPESS.",
        "Illustrative entry, not attested, showing how a South-North agreement between two RIPESS continental "
        "networks is described.",
    ),
}
