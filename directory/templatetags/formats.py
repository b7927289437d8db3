"""Links to the formats in which a page's data can be taken away (`directory.formats.pages`)."""

import re

from django import template
from django.utils.html import escape
from django.utils.safestring import mark_safe

CODE = re.compile(r"`([^`]+)`")
register = template.Library()


def links(context, for_people=False):
    """The formats and subscriptions of the page with their addresses: the filters stay, the number of the
    page goes."""
    request = context["request"]
    query = request.GET.copy()
    for name in ("page", "format"):
        query.pop(name, None)
    kept = f"?{query.urlencode()}" if query else ""
    subscriptions = [
        {"type": media_type, "label": label, "url": address + kept}
        for address, media_type, label in getattr(request, "subscriptions", ())
    ]
    before = f"{kept}&" if kept else "?"
    formats = [
        {
            "type": one.media_type,
            "label": one.label,
            "url": f"{before}format={one.name}{one.for_people if for_people else ''}",
        }
        for one in getattr(request, "formats", ())
    ]
    return {"formats": formats, "subscriptions": subscriptions}


@register.inclusion_tag("_formats.html", takes_context=True)
def format_links(context):
    """The formats as links, for people."""
    return links(context, for_people=True)


@register.inclusion_tag("_alternates.html", takes_context=True)
def format_alternates(context):
    """The formats as alternates of the page, for programs."""
    return links(context)


@register.filter
def coded(text):
    """A sentence in which names stand between backticks, as the API's description has them."""
    return mark_safe(CODE.sub(r"<code>\1</code>", escape(str(text))))
