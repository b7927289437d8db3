"""Words of people within letters."""

from django import template

from accounts import letters

register = template.Library()
register.filter("one_line", letters.one_line)
register.filter("unlinked", letters.unlinked)
register.filter("quoted", letters.quoted)
