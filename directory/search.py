"""Search: every language finds every language; accents, case and small typos are forgiven."""

import re
from typing import NamedTuple

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import Case, F, Func, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Greatest

from directory.cities import as_recorded
from directory.search_fields import CONFIGURATIONS, HubSort

LONGEST_QUERY = 200
# Control characters, lone surrogates and direction overrides say nothing to a search.
UNSEARCHABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


def clean_query(text):
    """Return what is searched for: without control characters, single spaces, at most 200 characters."""
    return " ".join(UNSEARCHABLE.sub(" ", (text or "")[:LONGEST_QUERY]).split())


# A minus that excludes no word. PostgreSQL stacks them and fails at the thirty-second.
LOOSE_MINUS = re.compile(r'-(?![\w"])')


AROUND_NAMES = " \u00a0.,;:!?¿¡()[]{}<>«»“”„‘’'\"*/-–—"
ARTICLE = re.compile(r"(?:[ld]['’]|(?:el|la|las|los|le|les|the) )", re.IGNORECASE)
DOTTED = re.compile(r"(?:\w\.)+\w")


def as_name(text):
    """Return `text` as a name stands in the records: «l'ACI», (ACI) and A.C.I. are ACI."""
    name = text.strip(AROUND_NAMES)
    name = name[article.end() :].strip(AROUND_NAMES) if (article := ARTICLE.match(name)) else name
    return (name.replace(".", "") if DOTTED.fullmatch(name) else name) or text


class NearestName(Func):
    """How much the text resembles the most similar element of an array, 0 to 1."""

    output_field = models.FloatField()

    def as_sql(self, compiler, connection, **extra):
        text, array = self.source_expressions
        text_sql, params = compiler.compile(text)
        array_sql, array_params = compiler.compile(array)
        return (
            f"(SELECT coalesce(max(similarity(one, {text_sql})), 0) FROM unnest({array_sql}) AS one)",
            (*params, *array_params),
        )


# The commonest cognates of the three languages: cooperación, coopération, cooperation. Without them
# the stemmers keep the Spanish word apart from the other two.
TO_SPANISH = re.compile(r"tion(s?)\b", re.IGNORECASE)
FROM_SPANISH = re.compile(r"ci[oó]n(es)?\b", re.IGNORECASE)


def cognates(text, language):
    """Return `text` with the ending of its cognate in `language`."""
    if language == "es":
        return TO_SPANISH.sub(lambda found: "ciones" if found.group(1) else "cion", text)
    return FROM_SPANISH.sub(lambda found: "tions" if found.group(1) else "tion", text)


class Asked(NamedTuple):
    """What is searched for, in the forms in which statements ask for it."""

    text: str
    name: str
    es: str
    fr: str
    en: str
    # By the names that cities have in the records; empty where there is none.
    elsewhere: str

    @classmethod
    def for_text(cls, text):
        wanted = LOOSE_MINUS.sub(" ", text)
        words = {language: cognates(wanted, language) for language in CONFIGURATIONS}
        return cls(text, as_name(text), **words, elsewhere=as_recorded(wanted))


class WordSimilarity(Func):
    """How well the first text is found within the second, 0 to 1, by trigrams (pg_trgm)."""

    function = "word_similarity"
    output_field = models.FloatField()


def array_of(*values, field):
    """An array of the values, as the array column `field` holds them."""
    return Func(*values, template="ARRAY[%(expressions)s]", output_field=field)


class Also(NamedTuple):
    """Further texts of the records that are searched, such as their translations."""

    # A queryset with search columns.
    texts: models.QuerySet
    # Its column that names the record, and the one that holds the title.
    record: str
    title: str

    def best(self, rank, texts=None):
        """The highest of the ranks that the texts of the outer record have."""
        texts = self.texts if texts is None else texts
        ranks = texts.filter(**{self.record: OuterRef("pk")}).annotate(rank_here=rank)
        return Subquery(ranks.order_by("-rank_here").values("rank_here")[:1])


def search(queryset, text, *, names=None, also=None):
    """Return the records that match `text`, annotated with `rank`, best first, and the words that they were
    found by: `text`, or this without its typos; none where they only resemble it.

    `names` is the array column of normalised names and acronyms, if the model has one: a record
    called exactly that comes first. `also`, an `Also`: a record is found by these texts as by its own.
    When no record holds the words, they are taken for typos of words that names hold; when that finds
    nothing either, the records whose names or titles resemble the text are returned. `queryset.model`
    needs `names_text` or the sort columns.
    """
    for words in readings(text):
        found = matching(queryset, Asked.for_text(words), names, also)
        if found.exists():
            return found, words
    return resembling(queryset, text, also), ""


def readings(text):
    """The words as they are, then without what may be typos."""
    yield text
    if corrected := without_typos(text):
        yield corrected


def matching(queryset, asked, names, also=None):
    """Return the records that hold the words of `asked`, annotated with `rank`."""
    queries = {
        language: SearchQuery(getattr(asked, language), config=config, search_type="websearch")
        for language, config in CONFIGURATIONS.items()
    }
    if asked.elsewhere:
        for language, config in CONFIGURATIONS.items():
            queries[language] |= SearchQuery(asked.elsewhere, config=config, search_type="websearch")
    found = Q()
    for language, query in queries.items():
        found |= Q(**{f"search_{language}": query})
    rank = Greatest(
        *(SearchRank(F(f"search_{language}"), query) for language, query in queries.items()),
        output_field=models.FloatField(),
    )
    if names:
        ways = [HubSort(Value(asked.text)), HubSort(Value(asked.name))]
        name = array_of(*ways, field=queryset.model._meta.get_field(names))
        called = Q(**{f"{names}__overlap": name})
        found |= called
        rank = Case(When(called, then=Value(2.0)), default=Value(0.0)) + rank
    if also:
        # Each of the two finds its own by its indexes; in one condition with OR neither would.
        own, texts = queryset.model._base_manager.filter(found), also.texts.filter(found)
        found = Q(pk__in=own.values("pk").union(texts.values(also.record)))
        rank = Greatest(rank, also.best(rank, texts), output_field=models.FloatField())
    return queryset.filter(found).annotate(rank=rank)


class Kind(NamedTuple):
    """One of several kinds of records that are searched at once; `names` and `also` as in `search`."""

    searched: models.QuerySet
    # The same records with what a row of the page shows.
    rows: models.QuerySet
    names: str = ""
    also: Also | None = None

    def matching(self, asked):
        return matching(self.searched, asked, self.names, self.also)

    def resembling(self, asked):
        return resembling(self.searched, asked.text, self.also)


class Kinds(dict):
    """Several kinds of records by name, searched at once, each as `search` does.

    Django takes longer to write the statement than PostgreSQL to answer it. So each kind's part is
    written once, around marks that stand for what is asked.
    """

    MARKS = Asked(*(f"\0{name}" for name in Asked._fields))

    def __init__(self, **kinds):
        super().__init__(kinds)
        self.written = {}

    def best(self, text, most):
        """`{name: (keys of the best, how many were found, by which words)}`, in one statement a reading; the
        words are those that `search` gives."""
        found, tried = {}, readings(text)
        while len(found) < len(self) and (words := next(tried, None)) is not None:
            found |= self.ranked(self.without(found), Kind.matching, Asked.for_text(words), most, words)
        return found | self.ranked(self.without(found), Kind.resembling, Asked.for_text(text), most, "")

    def without(self, found):
        return [name for name in self if name not in found]

    def ranked(self, names, way, asked, most, words):
        """The keys of the `most` best of each kind that finds anything, how many it finds, and the `words`."""
        # A common word matches thousands: they are matched, ranked and counted once, by keys alone.
        matched, best, parameters = [], [], []
        stands_for = dict(zip(self.MARKS, asked, strict=True))
        names = [name for name in names if self.part(name, way, asked)]
        for number, name in enumerate(names):
            sql, values = self.part(name, way, asked)
            matched.append(f"found_{number} AS MATERIALIZED ({sql})")
            best.append(
                f"(SELECT {number}, row_number() OVER (ORDER BY rank DESC, slug) AS place, pk, "
                f"(SELECT count(*) FROM found_{number}) FROM found_{number} ORDER BY place LIMIT {int(most)})"
            )
            parameters += (stands_for.get(value, value) for value in values)
        if not matched:
            return {}
        with connection.cursor() as cursor:
            cursor.execute(f"WITH {', '.join(matched)} {' UNION ALL '.join(best)}", parameters)
            rows = sorted(cursor.fetchall())
        answers = {}
        for number, _place, key, count in rows:
            answers.setdefault(names[number], ([], count, words))[0].append(key)
        return answers

    def part(self, name, way, asked):
        """The statement of one kind and its parameters, with marks; empty where none can be found."""
        marks = self.MARKS if asked.elsewhere else self.MARKS._replace(elsewhere="")
        key = name, way, marks
        if key not in self.written:
            queryset = way(self[name], marks).order_by().values("pk", "slug", "rank")
            try:
                self.written[key] = queryset.query.sql_with_params()
            except EmptyResultSet:
                self.written[key] = ()
        return self.written[key]


# Each word as it is where a name holds it, else the most similar one of a name, if there is one.
NEAREST = """
SELECT string_agg(coalesce(near.word, asked.word), ' ' ORDER BY place), bool_or(near.word <> asked.word)
  FROM regexp_split_to_table(hub_sort(%s), '[^[:alnum:]]+') WITH ORDINALITY AS asked(word, place)
  LEFT JOIN LATERAL (
      SELECT word FROM directory_word
       WHERE length(asked.word) > 3 AND word %% asked.word AND similarity(word, asked.word) >= 0.35
       ORDER BY word = asked.word DESC, similarity(word, asked.word) DESC, word LIMIT 1
  ) AS near ON true
 WHERE place <= 12
"""


def without_typos(text):
    """Return `text` with the words of names that its own resemble; empty when that changes nothing."""
    with connection.cursor() as cursor:
        cursor.execute(NEAREST, [text])
        corrected, changed = cursor.fetchone()
    return corrected if changed else ""


def resembling(queryset, text, also=None):
    """Return the records whose names or titles look like `text`, annotated with `rank`."""
    wanted = HubSort(Value(text))
    if any(f.name == "names_text" for f in queryset.model._meta.get_fields()):
        # Among equals the one whose whole name or acronym is nearest: RIPESS before RIPESS LAC.
        return queryset.filter(names_text__trigram_word_similar=wanted).annotate(
            rank=WordSimilarity(wanted, F("names_text")) + NearestName(wanted, F("name_keys"))
        )
    likenesses = [WordSimilarity(wanted, F(f"sort_{code}")) for code in CONFIGURATIONS]
    if also:
        likenesses.append(also.best(WordSimilarity(wanted, HubSort(also.title))))
    likeness = Greatest(*likenesses)
    return queryset.annotate(rank=likeness).filter(rank__gte=0.6)


def named(queryset, text, most=5):
    """Return `(exact, near)`: the records that `text` names, by a name, an acronym, a title, a key or
    the address of their page; and where there is none, up to `most` that a search finds."""
    text = clean_query(text)
    if not text:
        return [], []
    key = text.rstrip("/").rsplit("/", 1)[-1].lower()
    called = Q(slug=key)
    if any(field.name == "name_keys" for field in queryset.model._meta.get_fields()):
        called |= Q(
            name_keys__contains=array_of(
                HubSort(Value(text)), field=queryset.model._meta.get_field("name_keys")
            )
        )
    else:
        for code in CONFIGURATIONS:
            called |= Q(**{f"sort_{code}": HubSort(Value(text))})
    if exact := list(queryset.filter(called)[:most]):
        return exact, []
    found, _words = search(queryset, text)
    return [], list(found.order_by("-rank", "slug")[:most])
