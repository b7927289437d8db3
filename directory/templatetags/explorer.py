"""Tags of the explorer's pages."""

from html import escape
from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils.safestring import mark_safe

register = template.Library()


@register.simple_tag
def same_choice(links, name):
    """The address of another page of the explorer with the present choice."""
    return links.page(name)


@register.simple_tag
def matrix_picture(links, kind):
    """The address of the matrix of the present choice as a picture."""
    return links.page("matrix_picture", matrix=kind)


@register.simple_tag
def together(*organisations):
    """The address of the agreements to which all of these organisations are parties."""
    query = urlencode([("together", organisation.slug) for organisation in organisations])
    return f"{reverse('directory:agreements')}?{query}#list"


# In Python, since a page has two hundred and fifty of them.


@register.simple_tag
def matrix_cell(cell, total=False):
    """A figure of the matrix that opens the list it counts; shaded by its heat, but for a total."""
    if not cell.count:
        inside = '<span class="q0">0</span>'
    else:
        shade = "s" if total else f"q{cell.heat}"
        inside = f'<a class="{shade}" href="{escape(cell.url)}">{cell.count}</a>'
    css = ' class="sum"' if total else ""
    return mark_safe(f"<td{css}>{inside}</td>")


@register.simple_tag
def drawn_label(label, text, css=""):
    """A name in a figure, at the place found for it (`directory.lettering`), if there is one."""
    if not label:
        return ""
    leader = f'<path class="leader" d="{label.line}"/>' if label.line else ""
    css = f' class="{css}"' if css else ""
    anchor = f' text-anchor="{label.anchor}"' if label.anchor != "start" else ""
    return mark_safe(f'{leader}<text{css} x="{label.x}" y="{label.y}"{anchor}>{escape(text)}</text>')
