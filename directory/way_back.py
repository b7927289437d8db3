"""Where an address asks a page for something it has not: a 404 that leads back to what it has."""

from django.http import Http404


class NotHere(Http404):
    """`title` and `sentence` say what is missing, `way` is the text of the link to the same address without
    the parameter `name`."""

    def __init__(self, request, name, title, sentence, way):
        super().__init__(sentence)
        query = request.GET.copy()
        query.pop(name, None)
        self.title, self.sentence, self.way = title, sentence, way
        self.address = request.path + (f"?{query.urlencode()}" if query else "")
