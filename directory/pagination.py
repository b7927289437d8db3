"""Pages of a list, with addresses that keep its filters."""

from django.core.paginator import EmptyPage, PageNotAnInteger, Paginator
from django.utils.translation import gettext as _

from directory.way_back import NotHere


def paginate(request, queryset, size=20, total=None):
    """Return the template context of the page asked for; a page that is not there is a 404 that leads
    to the first one. Who knows the `total` already spares the query for it."""
    paginator = Paginator(queryset, size)
    if total is not None:
        paginator.count = total
    number = request.GET.get("page", "1")
    try:
        page = paginator.page(number)
    except (PageNotAnInteger, EmptyPage, ValueError) as error:
        raise NotHere(
            request,
            "page",
            _("This list has no such page"),
            _("It may have grown shorter since the address was noted: records can be withdrawn."),
            _("To the beginning of the list"),
        ) from error

    query = request.GET.copy()

    def address(n):
        query["page"] = n
        return f"?{query.urlencode()}"

    links = [
        {"number": n, "gap": True}
        if n == Paginator.ELLIPSIS
        else {"number": n, "url": address(n), "current": n == page.number, "gap": False}
        for n in paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    ]
    return {
        "page_obj": page,
        "page_links": links if paginator.num_pages > 1 else [],
        "prev_url": address(page.previous_page_number()) if page.has_previous() else "",
        "next_url": address(page.next_page_number()) if page.has_next() else "",
    }
