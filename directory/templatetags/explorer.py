"""Tags of the explorer's pages."""

from urllib.parse import urlencode

from django import template
from django.urls import reverse

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
