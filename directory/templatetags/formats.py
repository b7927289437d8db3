"""Links to the formats in which a page's data can be taken away (`directory.formats.pages`)."""

from django import template

register = template.Library()


def links(context):
    """The formats of the page with their addresses: the filters stay, the number of the page goes."""
    request = context["request"]
    query = request.GET.copy()
    for name in ("page", "format"):
        query.pop(name, None)
    found = []
    for one in getattr(request, "formats", ()):
        query["format"] = one.name
        found.append({"format": one, "url": f"?{query.urlencode()}"})
    return found


@register.inclusion_tag("_formats.html", takes_context=True)
def format_links(context):
    """The formats as links, for people."""
    return {"formats": links(context)}


@register.inclusion_tag("_alternates.html", takes_context=True)
def format_alternates(context):
    """The formats as alternates of the page, for programs."""
    return {"formats": links(context)}
