"""What contributions, challenges and guidelines show on the pages of other apps."""

from django import template
from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Prefetch, Q, Window
from django.http import QueryDict
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext, override, pgettext

from contributions.models import SEARCH, Challenge, Citation, Contribution, Guideline
from directory.text import language
from directory.vocabulary import once_a_version
from workinggroup.models import Basis, Call, as_rows, bulk_of

register = template.Library()

FEW = 5


def listed(queryset, most=FEW):
    """The latest published contributions of `queryset`, each annotated with how many there are."""
    rows = queryset.without_bulk().with_byline().in_language(language())
    rows = rows.annotate(total=Window(Count("pk")))
    return list(rows.order_by("-published_at", "reference")[:most])


def shown(contributions, address, **more):
    total = contributions[0].total if contributions else 0
    return {
        "contributions": contributions,
        "total": total,
        "all_url": address if total > len(contributions) else "",
        **more,
    }


def list_of(calls):
    """The address of the list of contributions to these calls."""
    query = QueryDict(mutable=True)
    query.setlist("call", calls)
    return f"{reverse('contributions:contributions')}?{query.urlencode()}"


@once_a_version
def contributing():
    """The organisations on whose behalf something published was contributed: few of all."""
    return frozenset(Contribution.objects.published().values_list("organisation", flat=True))


@register.inclusion_tag("contributions/_contributions_of.html")
def contributions_of(organisation):
    """What was contributed on behalf of an organisation."""
    if organisation.pk not in contributing():
        return {"contributions": []}
    rows = listed(Contribution.objects.published().filter(organisation=organisation), most=100)
    return {"contributions": rows}


@register.inclusion_tag("contributions/_contributions_to.html")
def contributions_to(target, call=None):
    """The latest contributions to a call, or to every call of a group, and the way to all of them;
    an honest sentence when there is none. `call`, with its state, words that sentence."""
    published = Contribution.objects.published()
    if isinstance(target, Call):
        rows = listed(published.filter(call=target))
        return shown(rows, list_of([target.slug]), call=target)
    calls = Call.objects.published().filter(group=target).order_by("slug")
    rows = listed(published.filter(call__group=target).annotate(calls=ArraySubquery(calls.values("slug"))))
    return shown(rows, list_of(rows[0].calls) if rows else "", call=call)


@register.inclusion_tag("contributions/_latest_contributions.html")
def latest_contributions(most=3):
    """The latest contributions of all calls: for the home page."""
    return shown(listed(Contribution.objects.published(), most), reverse("contributions:contributions"))


@register.inclusion_tag("contributions/_participate.html", takes_context=True)
def participate(context, call):
    """The way to the form of a call that is open, or still takes something from the reader; for a call
    that comes `with_state()`."""
    return time_left(context, call)


@register.inclusion_tag("contributions/_time_left.html", takes_context=True)
def time_left(context, call):
    """Until when the reader may still send something although the call has closed."""
    user = context.get("user")
    return {"call": call, "user": user, "until": call.late_until(user)}


@register.inclusion_tag("contributions/_counters.html")
def counters_of(call):
    """How many contributions the call received and what became of them."""
    counters = Contribution.objects.filter(call=call).counters()
    days = counters.pop("median_days")
    return {"call": call, "counters": counters, "median_days": None if days is None else max(1, round(days))}


@register.inclusion_tag("admin/contributions/_counters.html")
def counters_for_staff(call):
    """The same with the way to each queue: for the page of the call in the administration."""
    state = Contribution.State
    counters = Contribution.objects.filter(call=call).counters()
    days = counters.pop("median_days")
    queue = reverse("admin:contributions_contribution_changelist") + f"?call__id__exact={call.pk}"
    names = {
        "received": (pgettext("contributions", "Received"), "all"),
        "waiting": (pgettext("contributions", "Waiting"), state.RECEIVED),
        "published": (pgettext("contributions", "Published"), state.PUBLISHED),
        "returned": (pgettext("contributions", "Returned for changes"), state.RETURNED),
        "declined": (gettext("Not accepted"), state.DECLINED),
        "withdrawn": (gettext("Withdrawn by their authors"), state.WITHDRAWN),
    }
    rows = [
        {"name": name, "count": counters[key], "url": f"{queue}&state__exact={value}"}
        for key, (name, value) in names.items()
    ]
    return {"rows": rows, "median_days": None if days is None else max(1, round(days))}


@register.filter
def shown_link(address):
    """A web address as people read it: without its scheme, and not too long."""
    return Truncator(address.split("://", 1)[-1].rstrip("/")).chars(80)


@register.filter
def address_in(record, language):
    """The address of a record's page in another language."""
    with override(language):
        return record.get_absolute_url()


def by_category(records):
    """`[(category, records)]`, in the order of the categories."""
    groups = {}
    for record in records:
        groups.setdefault(record.category, []).append(record)
    return sorted(groups.items(), key=lambda item: (item[0].position, item[0].key))


def parted(records):
    """Records by where they come from: the founding text, the editors of this catalogue, the group."""
    records = list(records)
    origins = {"founding": Basis.FOUNDING_TEXT, "editorial": Basis.EDITORIAL, "group": ""}
    return {
        origin: by_category([record for record in records if record.basis == basis])
        for origin, basis in origins.items()
    }


def challenges_of_group(group):
    used = Count("contributions", filter=Q(contributions__in=Contribution.objects.published()))
    return (
        Challenge.objects.published()
        .filter(group=group)
        .select_related("category")
        .defer("loaded")
        .annotate(contribution_count=used)
        .order_by("position", "slug")
    )


def citations_shown():
    """What stands under a challenge, with the contributions and who wrote them, in one query."""
    return (
        Citation.objects.shown()
        .select_related("contribution__author", "contribution__organisation")
        .defer(
            *(f"contribution__{column}" for column in ("text", *SEARCH)),
            *bulk_of("contribution__organisation"),
            "contribution__author__password",
            "contribution__author__email",
        )
    )


@register.inclusion_tag("contributions/_outcomes_of.html")
def outcomes_of(group):
    """The challenges and guidelines of a group by origin and category, with what each builds on, and
    from each the way back."""
    challenges = challenges_of_group(group).prefetch_related(
        Prefetch("citations", citations_shown(), to_attr="shown_citations")
    )
    guidelines = (
        Guideline.objects.published()
        .filter(group=group)
        .select_related("category")
        .defer("loaded")
        .prefetch_related(
            Prefetch("challenges", Challenge.objects.published().defer("loaded"), to_attr="shown_challenges")
        )
        .order_by("position", "slug")
    )
    challenges, guidelines = list(challenges), list(guidelines)
    for challenge in challenges:
        challenge.answered_by = [one for one in guidelines if challenge in one.shown_challenges]
    return {"group": group, "challenges": parted(challenges), "guidelines": parted(guidelines)}


@register.inclusion_tag("contributions/_used_in.html")
def used_in(contribution, group):
    """Which challenges of the group cite a contribution, with the passage, and the guidelines that
    answer them; an honest sentence when none does."""
    answers = (
        Guideline.objects.published().filter(challenges=OuterRef("challenge")).order_by("position", "slug")
    )
    names = [f"text_{code}" for code, _name in settings.LANGUAGES]
    citations = (
        Citation.objects.filter(
            contribution=contribution,
            challenge__in=Challenge.objects.published().filter(group=group).values("pk"),
        )
        .select_related("challenge")
        .defer("challenge__loaded")
        .annotate(guideline_rows=ArraySubquery(as_rows(answers, "slug", *names)))
        .order_by("challenge__position", "challenge__slug")
    )
    rows = [(one, [Guideline(**row) for row in one.guideline_rows]) for one in citations]
    return {"rows": rows, "group": group, "contribution": contribution}


@register.inclusion_tag("contributions/_challenges_of.html")
def challenges_of(group):
    """The challenges of a group that are not proposals of the editors, and the way to all of them."""
    challenges = list(challenges_of_group(group).exclude(basis=Basis.EDITORIAL))
    return {
        "group": group,
        "named": by_category(record for record in challenges if record.basis == Basis.FOUNDING_TEXT),
        "drawn": by_category(record for record in challenges if not record.basis),
    }
