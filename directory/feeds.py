"""Atom feeds: what changed last in a list, with the filters of its page."""

import datetime
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpResponse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from directory.text import best_text
from directory.vocabulary import page_version

MOST = 50


@dataclass
class Entry:
    """A record as an entry; `id` is its permanent address."""

    id: str
    url: str
    title: str
    updated: datetime.datetime
    language: str
    summary: str = ""
    category: str = ""
    published: datetime.datetime | None = None


class Feed(Atom1Feed):
    """Entries carry their own language; a feed without entries is as old as the last change."""

    def item_attributes(self, item):
        return {**super().item_attributes(item), "xml:lang": item["lang"]}

    def latest_post_date(self):
        if self.items:
            return max(item["updateddate"] for item in self.items)
        return datetime.datetime.fromtimestamp(page_version() / 1_000_000, datetime.UTC)


def entry(record, dataset, title, summary="", category=""):
    """The entry of a translated record, in the reader's language or the next best."""
    text, code = best_text(record, title)
    return Entry(
        id=f"{settings.LINKED_DATA_BASE}{dataset}/{record.slug}",
        url=record.get_absolute_url(),
        title=text or record.slug,
        updated=record.updated_at,
        language=code,
        summary=best_text(record, summary)[0] if summary else "",
        category=category,
    )


def respond(request, title, page, entries):
    """The feed of `entries`, which describes the list at the address `page`."""
    feed = Feed(
        title=f"{title} · {_('SSE Collaborations')}",
        link=request.build_absolute_uri(page),
        description="",
        language=get_language(),
        author_name=_("SSE Collaborations"),
        feed_url=request.build_absolute_uri(),
        feed_guid=request.build_absolute_uri(),
        feed_copyright=settings.DATA_LICENCE,
    )
    for one in entries:
        feed.add_item(
            title=one.title,
            link=request.build_absolute_uri(one.url),
            # The library declares it as HTML; ours is plain text.
            description=escape(one.summary),
            unique_id=one.id,
            updateddate=one.updated,
            pubdate=one.published,
            categories=[one.category] if one.category else [],
            lang=one.language,
        )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
